"""From jsonschema's errors to findings: one mistake, one finding, at its place.

Alternatives with null are seen through, a place with two complaints about the
same text keeps the more telling one, missing properties stand at their own
path. How each is worded is the business of ``wording``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rmdocs.findings import Finding
from rmdocs.schemas import wording
from rmdocs.schemas.complaints import Complaint
from rmdocs.schemas.documents import NEVER
from rmdocs.schemas.fields import Field
from rmdocs.schemas.paths import Steps, join

_RANK = ("type", "const", "enum", "minLength", "maxLength", "format", "pattern")
"""Complaints about one text, the most telling first; others never overlap."""


_NO_BRANCH = ({"type": "null"}, NEVER)
"""Alternatives that nobody means who gives a value."""


def explain(complaints: Iterable[Complaint], root: Field, path: str) -> list[Finding]:
    """Return findings for everything ``complaints`` say.

    :param root: the fields of what was checked, for titles.
    :param path: JSON path of what was checked.
    """
    found: list[Finding] = []
    every = list(complaints)
    for complaint in _most_telling(_flat(every)):
        found += _findings(complaint, root, path)
    if every and not found:
        found.append(wording.wrong(path, root.title, every[0], root))
    return list({(finding.code, finding.path): finding for finding in found}.values())


def _flat(complaints: Iterable[Complaint]) -> Iterator[Complaint]:
    for complaint in complaints:
        inner = _branch(complaint) if complaint.branches else ()
        if inner:
            yield from _flat(inner)
        else:
            yield complaint


def _branch(outer: Complaint) -> tuple[Complaint, ...]:
    """Return the complaints of the one alternative that was meant, if it is clear which."""
    meant = [
        inner
        for inner in outer.branches.values()
        if not any(item.keyword == "type" and item.steps == outer.steps for item in inner)
    ]
    if len(meant) == 1:
        return meant[0]
    indices = [index for index, item in enumerate(outer.wanted) if item not in _NO_BRANCH]
    return outer.branches.get(indices[0], ()) if len(indices) == 1 else ()


def _most_telling(complaints: Iterable[Complaint]) -> list[Complaint]:
    kept: dict[Steps, Complaint] = {}
    others: list[Complaint] = []
    for complaint in complaints:
        if complaint.keyword not in _RANK:
            others.append(complaint)
            continue
        first = kept.get(complaint.steps)
        if first is None or _rank(complaint) < _rank(first):
            kept[complaint.steps] = complaint
    return sorted([*kept.values(), *others], key=_order)


def _rank(complaint: Complaint) -> int:
    return _RANK.index(complaint.keyword)


def _order(complaint: Complaint) -> tuple[tuple[str, int], ...]:
    """Keep findings about one object together, list entries in their order."""
    return tuple(("", step) if isinstance(step, int) else (step, -1) for step in complaint.steps)


def _findings(complaint: Complaint, root: Field, path: str) -> Iterator[Finding]:
    steps = complaint.steps
    if complaint.keyword == "required":
        for name in complaint.wanted:
            place = (*steps, name)
            if name not in complaint.value:
                yield wording.missing(join(path, place), label(root, place), root.at(place))
    elif complaint.keyword in {"additionalProperties", "unevaluatedProperties"}:
        for name in _extra(complaint, root):
            place = (*steps, name)
            yield wording.unknown(join(path, place), label(root, place), name, root.at(steps))
    else:
        yield wording.wrong(join(path, steps), label(root, steps), complaint, root.at(steps))


def _extra(complaint: Complaint, root: Field) -> Iterator[str]:
    """Yield the properties of an object that its form does not have."""
    field = root.at(complaint.steps)
    for name in complaint.value:
        elsewhere = complaint.keyword == "unevaluatedProperties" and field and field.child(name)
        if name not in complaint.declared and not elsewhere:
            yield name


def label(root: Field, steps: Steps) -> str:
    """Return what a person calls a place: the chain of titles, 甲方 › 邮政编码.

    List entries are counted from 1; a name nobody titled stands for itself.
    """
    chain: list[str] = []
    field: Field | None = root
    for step in steps:
        if isinstance(step, int):
            field = field.item if field is not None else None
            place = f"第{step + 1}项"
            chain[-1:] = [f"{chain[-1]}({place})" if chain else place]
        else:
            field = field.child(step) if field is not None else None
            chain.append(field.title if field is not None and field.title else step)
    return " › ".join(chain) if chain else root.title

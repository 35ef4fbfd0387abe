"""From jsonschema's errors to findings: one mistake, one finding, at its place.

Alternatives with null are seen through, a place with two complaints about the
same text keeps the more telling one, missing properties stand at their own
path. How each is worded is the business of ``wording``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rmdocs.findings import Finding
from rmdocs.schemas import wording
from rmdocs.schemas.fields import Field
from rmdocs.schemas.paths import Steps, join

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_ALTERNATIVES = frozenset({"anyOf", "oneOf"})
_RANK = ("type", "const", "enum", "minLength", "maxLength", "format", "pattern")
"""Complaints about one text, the most telling first; others never overlap."""


def explain(problems: Iterable[ValidationError], root: Field, path: str) -> list[Finding]:
    """Return findings for everything ``problems`` say.

    :param root: the fields of what was checked, for titles.
    :param path: JSON path of what was checked.
    """
    found: list[Finding] = []
    for problem in _most_telling(_flat(problems)):
        found += _findings(problem, root, path)
    return list(dict.fromkeys(found))


def _flat(problems: Iterable[ValidationError]) -> Iterator[ValidationError]:
    for problem in problems:
        inner = _branch(problem) if problem.validator in _ALTERNATIVES else []
        if inner:
            yield from _flat(inner)
        else:
            yield problem


def _branch(problem: ValidationError) -> list[ValidationError]:
    """Return the complaints of the one alternative that was meant, if it is clear which."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in problem.context or ():
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    meant = [
        complaints
        for complaints in branches.values()
        if not any(_wrong_type(item, problem) for item in complaints)
    ]
    if len(meant) == 1:
        return meant[0]
    alternatives = [item for item in problem.validator_value if item != {"type": "null"}]
    if len(alternatives) == 1:
        index = problem.validator_value.index(alternatives[0])
        return branches.get(index, [])
    return []


def _wrong_type(inner: ValidationError, outer: ValidationError) -> bool:
    return inner.validator == "type" and inner.absolute_path == outer.absolute_path


def _most_telling(problems: Iterable[ValidationError]) -> Iterator[ValidationError]:
    kept: dict[Steps, ValidationError] = {}
    others: list[ValidationError] = []
    for problem in problems:
        if problem.validator not in _RANK:
            others.append(problem)
            continue
        place = tuple(problem.absolute_path)
        first = kept.get(place)
        if first is None or _rank(problem) < _rank(first):
            kept[place] = problem
    return iter(sorted([*kept.values(), *others], key=_order))


def _rank(problem: ValidationError) -> int:
    return _RANK.index(str(problem.validator))


def _order(problem: ValidationError) -> tuple[tuple[str, int], ...]:
    """Keep findings about one object together, list entries in their order."""
    return tuple(
        ("", step) if isinstance(step, int) else (step, -1) for step in problem.absolute_path
    )


def _findings(problem: ValidationError, root: Field, path: str) -> Iterator[Finding]:
    steps: Steps = tuple(problem.absolute_path)
    if problem.validator == "required":
        for name in _missing(problem):
            place = (*steps, name)
            yield wording.missing(join(path, place), label(root, place), root.at(place))
    elif problem.validator in {"additionalProperties", "unevaluatedProperties"}:
        field = root.at(steps)
        for name in _extra(problem):
            place = (*steps, name)
            yield wording.unknown(join(path, place), label(root, place), name, field)
    else:
        yield wording.wrong(join(path, steps), label(root, steps), problem, root.at(steps))


def _missing(problem: ValidationError) -> list[str]:
    return [name for name in problem.validator_value if name not in problem.instance]


def _extra(problem: ValidationError) -> list[str]:
    schema = problem.schema if isinstance(problem.schema, dict) else {}
    known = schema.get("properties", {})
    return [name for name in problem.instance if name not in known]


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

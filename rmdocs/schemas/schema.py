"""``Schema``: checks content against a form's schema, and knows its fields.

Compiled once; checking does no input or output. What a schema means for a
person (titles, kinds) comes from its fields, which records' completion and
normalisation follow too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, did_you_mean, error
from rmdocs.messages import message
from rmdocs.schemas import wording
from rmdocs.schemas.definitions import NEVER, SchemaDocuments, build
from rmdocs.schemas.fields import Field, FieldTree, Steps, join, split, step
from rmdocs.schemas.reading import read
from rmdocs.schemas.validator import Complaint, Validator
from rmdocs.values import View, view

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
    for at in steps:
        if isinstance(at, int):
            field = field.item if field is not None else None
            place = f"第{at + 1}项"
            chain[-1:] = [f"{chain[-1]}({place})" if chain else place]
        else:
            field = field.child(at) if field is not None else None
            chain.append(field.title if field is not None and field.title else at)
    return " › ".join(chain) if chain else root.title


CONTENT = "$.content"
STAGES = "$.stages"
COMMON = "common.schema.json"
_OWN = "schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a piece of content may hold.

    :param prefix: JSON path of the content, unless a check says otherwise.
    """

    prefix: str
    _root: Callable[[], Field]
    _tidied: Callable[[], Callable[[Json], Json]]
    _seen: Callable[[], Callable[[Json], Any]]
    _validator: Validator
    _stages: tuple[tuple[str, Schema], ...] = ()

    @classmethod
    def load(cls, main: bytes, common: Mapping[str, bytes], name: str = "schema.json") -> Schema:
        """Return the schema of a form's content.

        :param main: the form's schema file.
        :param common: further schema files by name, ``common.schema.json``.
        :param name: what findings call the form's schema.
        :raises FindingsError: with every mistake in the schema.
        """
        return _loaded(main, tuple(common.items()), name)

    @classmethod
    def own(cls, value: JsonObject) -> Schema:
        """Return a schema that rmdocs brings along: tests judge it, not each process."""
        documents = SchemaDocuments({_OWN: value}, _OWN)
        return _described(documents, value, "$", Validator(documents, documents.uri))

    @property
    def root(self) -> Field:
        """Return its fields; put together when they are first asked for."""
        return self._root()

    def check(self, instance: Json, path: str = "") -> list[Finding]:
        """Return everything that is wrong with ``instance``, all at once.

        :param path: JSON path of ``instance``; ``prefix`` if empty.
        """
        complaints = tuple(self._validator.complaints(instance))
        return explain(complaints, self.root, path or self.prefix) if complaints else []

    def complete(self, instance: Json) -> Json:
        """Return ``instance`` with null for every declared property it leaves out."""
        return _completed(instance, self.root)

    def normalise(self, instance: Json) -> Json:
        """Return ``instance`` with texts tidied as ``x-normalise`` says.

        ``strip`` drops white space around a text; ``upper`` does, and writes it
        in capitals.
        """
        return self._tidied()(instance)

    def view(self, instance: Json) -> Any:  # noqa: ANN401 - a view
        """Return the view of ``instance`` normalised and completed, in one go."""
        return self._seen()(instance)

    def fields(self) -> FieldTree:
        """Return the fields the content has."""
        return FieldTree(self.root)

    def blank(self) -> JsonObject:
        """Return the content of a form nobody has filled in."""
        value = self.root.blank()
        return value if isinstance(value, dict) else {}

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Return the names of the stages under ``$defs.stages``."""
        return tuple(name for name, _ in self._stages)

    def stage(self, name: str) -> Schema:
        """Return the schema of a stage's content.

        :raises FindingsError: if the schema describes no such stage.
        """
        for known, schema in self._stages:
            if known == name:
                return schema
        reason = message("the schema describes no stage “{name}”", name=name)
        remedy = did_you_mean(name, self.stage_names)
        raise FindingsError((error("SCHEMA-STAGE", "$.$defs.stages", reason, remedy),))

    def title(self, path: str) -> str:
        """Return the chain of titles at a JSON path under ``prefix``, or nothing.

        ``$.content.party_a.postcode`` is 甲方 › 邮政编码.
        """
        own, steps = split(self.prefix), split(path)
        if own is None or steps is None or steps[: len(own)] != own:
            return ""
        return label(self.root, steps[len(own) :])


@lru_cache(maxsize=64)  # revisions of a form often have the same; checking it takes long
def _loaded(main: bytes, common: tuple[tuple[str, bytes], ...], name: str) -> Schema:
    documents = read(main, dict(common), name)
    content = {key: value for key, value in documents.main.items() if key != "$defs"}
    stages = tuple((stage, _stage(documents, stage)) for stage in documents.stage_names())
    validator = Validator(documents, documents.uri)
    return _described(documents, content, CONTENT, validator, stages)


def _stage(documents: SchemaDocuments, name: str) -> Schema:
    part = documents.main["$defs"]["stages"][name]
    escaped = name.replace("~", "~0").replace("/", "~1")
    validator = Validator(documents, f"{documents.uri}#/$defs/stages/{escaped}")
    return _described(documents, part, step(STAGES, name), validator)


def _described(
    documents: SchemaDocuments,
    value: JsonObject,
    prefix: str,
    validator: Validator,
    stages: tuple[tuple[str, Schema], ...] = (),
) -> Schema:
    """Return the schema of what ``value`` describes; its fields are read when first asked for."""
    root = cache(lambda: build(documents, value))
    tidied = cache(lambda: _tidying(root()) or _as_it_is)
    seen = cache(lambda: _seeing(root()))
    return Schema(
        prefix=prefix,
        _root=root,
        _tidied=tidied,
        _seen=seen,
        _validator=validator,
        _stages=stages,
    )


def _completed(value: Json, field: Field) -> Json:
    if isinstance(value, dict) and field.children:
        full = {child.name: _completed(value.get(child.name), child) for child in field.children}
        return {**value, **full}
    if isinstance(value, list) and field.item is not None:
        return [_completed(item, field.item) for item in value]
    return value


def _tidying(field: Field) -> Callable[[Json], Json] | None:
    """Return what tidies a field's value; None where nothing in it is tidied."""
    children = {one.name: _tidying(one) for one in field.children}
    inner = {name: one for name, one in children.items() if one is not None}
    item = _tidying(field.item) if field.item is not None else None
    way = field.normalise
    if not (inner or item or way):
        return None

    def tidied(value: Json) -> Json:
        if isinstance(value, dict) and inner:
            return {key: inner[key](each) if key in inner else each for key, each in value.items()}
        if isinstance(value, list) and item is not None:
            return list(map(item, value))
        if isinstance(value, str) and way:
            tidy = value.strip()
            return tidy.upper() if way == "upper" else tidy
        return value

    return tidied


def _as_it_is(value: Json) -> Json:
    return value


def _seeing(field: Field) -> Callable[[Json], Any]:
    """Return what gives the view of a field's value, tidied and completed."""
    inner = {one.name: _seeing(one) for one in field.children}
    item = _seeing(field.item) if field.item is not None else view
    way = field.normalise
    if not (inner or way or item is not view):
        return view  # most fields: what it does is all there is to do

    def seen(value: Json) -> Any:  # noqa: ANN401 - a view
        if isinstance(value, dict) and inner:
            own = {key: inner.get(key, view)(each) for key, each in value.items()}
            return View(own | {name: None for name in inner if name not in own})
        if isinstance(value, list):
            return tuple(map(item, value))
        if isinstance(value, str) and way:
            tidy = value.strip()
            return tidy.upper() if way == "upper" else tidy
        return view(value)

    return seen

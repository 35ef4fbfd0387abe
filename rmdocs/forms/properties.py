"""The properties a schema describes, flat: each with its path, its title and its limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.schemas.definitions import Layer, SchemaDocuments, below, build, layers_of
from rmdocs.schemas.fields import Field
from rmdocs.schemas.reading import read
from rmdocs.schemas.schema import COMMON, CONTENT, STAGES

LIMITS = (
    "minLength",
    "maxLength",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "format",
    "const",
    "x-normalise",
    "x-role",
)
"""Keywords that say which values a property takes, apart from its kind and choices."""

_FURTHER = frozenset(
    {
        "dependentRequired",
        "dependentSchemas",
        "contains",
        "minContains",
        "maxContains",
        "not",
        "if",
        "then",
        "else",
        "propertyNames",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "prefixItems",
        "unevaluatedProperties",
        "unevaluatedItems",
        "additionalProperties",
        "default",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a form's content or of a stage.

    :param path: from the record, items as ``[]``: ``$.content.guarantors[].name``.
    :param chain: what a person calls it, with what it lies in, outermost first.
    :param field: what it holds.
    :param limits: the values of ``LIMITS``, as JSON, by keyword.
    :param further: further conditions that have no words of their own, as JSON.
    """

    path: str
    chain: tuple[str, ...]
    field: Field
    limits: Mapping[str, str]
    further: str

    @property
    def title(self) -> str:
        """Return what a person calls it."""
        return self.chain[-1]

    @property
    def name(self) -> str:
        """Return its dotted name as templates and rules write it, items as ``[]``."""
        return self.path.removeprefix("$.")

    @property
    def parent(self) -> str:
        """Return the path of what it lies in."""
        return self.path.rpartition(".")[0]


@lru_cache(maxsize=16)  # two revisions often have the same schema
def read_properties(main: bytes, common: bytes) -> dict[str, Property]:
    """Return what a form's schema describes, by path, in its order.

    :raises FindingsError: with every mistake in the schema.
    """
    documents = read(main, {COMMON: common}, "schema.json")
    content = {key: value for key, value in documents.main.items() if key != "$defs"}
    found = {item.path: item for item in _properties(documents, content, CONTENT, ())}
    found.pop(CONTENT)
    for stage in documents.stage_names():
        schema = documents.main["$defs"]["stages"][stage]
        path = f"{STAGES}.{stage}"
        chain = (str(schema.get("title") or stage),)
        found |= {item.path: item for item in _properties(documents, schema, path, chain)}
    return found


def _properties(
    documents: SchemaDocuments, schema: JsonObject, path: str, chain: tuple[str, ...]
) -> Iterator[Property]:
    """Yield the properties of the content, or of a stage, which is itself one."""
    place = Layer(schema=schema, base=documents.uri)
    field = build(documents, schema, path.rpartition(".")[2])
    return _below(documents, place, field, path, chain)


def _below(
    documents: SchemaDocuments, place: Layer, field: Field, path: str, chain: tuple[str, ...]
) -> Iterator[Property]:
    layers = tuple(layers_of(documents, place))
    yield Property(
        path=path, chain=chain, field=field, limits=_limits(layers), further=_further(layers)
    )
    for child in field.children:
        found = (below(layer, child.name) for layer in layers)
        inner = next((one for one in found if one is not None), None)
        if inner is not None:
            titles = (*chain, child.title or child.name)
            yield from _below(documents, inner, child, f"{path}.{child.name}", titles)
    if field.item is not None:
        items = next(layer for layer in layers if isinstance(layer.schema.get("items"), dict))
        inner = Layer(schema=items.schema["items"], base=items.base)
        yield from _below(documents, inner, field.item, f"{path}[]", chain)


def _limits(layers: tuple[Layer, ...]) -> dict[str, str]:
    """Return each limit as JSON; all that are said of a place count."""
    limits: dict[str, dict[str, None]] = {}
    for layer in layers:
        for keyword in (keyword for keyword in LIMITS if keyword in layer.schema):
            limits.setdefault(keyword, {})[_written(layer.schema[keyword])] = None
    return {keyword: ", ".join(values) for keyword, values in limits.items()}


def _further(layers: tuple[Layer, ...]) -> str:
    found = [
        {keyword: layer.schema[keyword] for keyword in sorted(_FURTHER & layer.schema.keys())}
        for layer in layers
    ]
    return _written([item for item in found if item]) if any(found) else ""


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


_LEAST_ALIKE = 0.6
"""From here on two names are taken for one, written otherwise."""


class Renames:
    """From the names of the old revision to those of the new one.

    :param names: dotted names, items as ``[]``: ``content.guarantors[].phone``.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(sorted(names.items(), key=lambda pair: -len(pair[0])))

    def of(self, name: str) -> str:
        """Return what a name of the old revision became; itself if it stayed."""
        for old, new in self._names.items():
            if name == old or name.startswith((f"{old}.", f"{old}[")):
                return new + name[len(old) :]
        return name

    def path(self, path: str) -> str:
        """Return what a JSON path became; an index in it stays."""
        start, rest = path[:2], path[2:]
        plain = re.sub(r"\[[^\]]*\]", "[]", rest)
        if self.of(plain) == plain:
            return path
        indices = iter(re.findall(r"\[[^\]]*\]", rest))
        return start + re.sub(r"\[\]", lambda _: next(indices, "[]"), self.of(plain))

    def applied(self, source: str) -> str:
        """Return an expression or a tag with the new names in place of the old ones."""
        return self._pattern.sub(lambda found: self._written[found[0]], source)

    @cached_property
    def _written(self) -> dict[str, str]:
        return {old.replace("[]", ""): new.replace("[]", "") for old, new in self._names.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, self._written)) or r"(?!)"
        return re.compile(rf"(?<![\w.])(?:{names})(?!\w)")


def renames(
    old: Mapping[str, Property], new: Mapping[str, Property], said: Mapping[str, str]
) -> Renames:
    """Return which field became which, of those that did not keep their names.

    :param old: the properties of the old revision by path, ``new`` likewise.
    :param said: the names that the migration of the new revision changes.
    """
    known = Renames(said)
    before = {known.of(item.name): item for item in old.values()}
    names = {item.name for item in new.values()}
    gone = [(name, item) for name, item in before.items() if name not in names]
    added = [item for item in new.values() if item.name not in before]
    return Renames({**dict(_alike(gone, added)), **said})


def _alike(
    gone: Iterable[tuple[str, Property]], added: Iterable[Property]
) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for name, item in gone:
        beside = [
            other
            for other in added
            if other.parent.removeprefix("$.") == name.rpartition(".")[0]
            and other.path not in taken
            and other.field.kind is item.field.kind
            and not item.path.endswith("[]")
        ]
        best = max(beside, key=lambda other: _likeness(item, other), default=None)
        if best is not None and _likeness(item, best) >= _LEAST_ALIKE:
            taken.add(best.path)
            yield item.name, best.name


def _likeness(old: Property, new: Property) -> float:
    """Return how much two fields look like one: by title first, then by name and limits."""
    if old.title == new.title:
        return 1.0
    names = SequenceMatcher(None, old.field.name, new.field.name).ratio()
    titles = SequenceMatcher(None, old.title, new.title).ratio()
    same = old.limits == new.limits and old.field.choices == new.field.choices
    return max(names, titles) if same else min(names, titles)

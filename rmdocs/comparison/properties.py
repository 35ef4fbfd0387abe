"""The properties a schema describes, flat: each with its path, its title and its limits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rmdocs.canonical import Json, JsonObject
from rmdocs.schemas.building import Layer, build, layers_of
from rmdocs.schemas.documents import Documents
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


@dataclass(frozen=True, slots=True)
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
def read_properties(main: bytes, common: bytes, name: str) -> dict[str, Property]:
    """Return what a form's schema describes, by path, in its order.

    :param name: what findings call the form's schema.
    :raises FindingsError: with every mistake in the schema.
    """
    documents = read(main, {COMMON: common}, name)
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
    documents: Documents, schema: JsonObject, path: str, chain: tuple[str, ...]
) -> Iterator[Property]:
    """Yield the properties of the content, or of a stage, which is itself one."""
    place = Layer(schema, documents.uri)
    field = build(documents, schema, path.rpartition(".")[2])
    return _below(documents, place, field, path, chain)


def _below(
    documents: Documents, place: Layer, field: Field, path: str, chain: tuple[str, ...]
) -> Iterator[Property]:
    layers = tuple(layers_of(documents, place))
    yield Property(path, chain, field, _limits(layers), _further(layers))
    for child in field.children:
        inner = next(
            (
                Layer(layer.schema["properties"][child.name], layer.base)
                for layer in layers
                if isinstance(layer.schema.get("properties", {}).get(child.name), dict)
            ),
            None,
        )
        if inner is not None:
            titles = (*chain, child.title or child.name)
            yield from _below(documents, inner, child, f"{path}.{child.name}", titles)
    if field.item is not None:
        items = next(layer for layer in layers if isinstance(layer.schema.get("items"), dict))
        inner = Layer(items.schema["items"], items.base)
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

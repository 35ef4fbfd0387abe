"""A form's schema and the common definitions, and the fields that they make together.

A schema refers to itself and to the common definitions beside it; there is no
other place it could refer to, and nothing is fetched. References, ``allOf`` and ``anyOf``
with null are seen through. What is wrong with a schema file is ``reading``'s business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.schemas import patterns
from rmdocs.schemas.fields import Field, FieldKind, step

if TYPE_CHECKING:
    import jsonschema_rs
    from referencing import Registry

BASE = "https://rmdocs.invalid/schemas/"
"""Where schemas live by name only; ``.invalid`` can never be fetched (RFC 2606)."""

NEVER: JsonObject = {"not": {}}
"""What ``false`` says, in a shape that is told of at its own place."""

BY_NAME = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
LISTS = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
SINGLE = frozenset(
    {
        "items",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "propertyNames",
        "additionalProperties",
        "unevaluatedProperties",
        "unevaluatedItems",
    }
)
_FORBIDDING = frozenset(
    {"items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"}
)
"""Keywords whose ``false`` is told of as what is too much, not as a place of its own."""

_STAGES = ("$defs", "stages")


class SchemaDocuments:
    """A form's schema and the common definitions, ready to be referred to.

    :param parsed: the documents by file name. :param name: the file name of the form's schema.
    """

    def __init__(self, parsed: Mapping[str, JsonObject], name: str) -> None:
        self.uri = uris(parsed)[name]
        self.main = parsed[name]
        self._resources = dict(_resources(parsed))

    @cached_property
    def quick(self) -> jsonschema_rs.Registry | None:
        """Return the documents for the compiled validator; None if it cannot have them.

        It is not to have patterns of names, which are written here as Python reads them.
        """
        import jsonschema_rs  # noqa: PLC0415 - heavy, needed only here

        documents = self._resources.items()
        if any(_has_patterns_of_names(contents) for contents in self._resources.values()):
            return None
        try:
            return jsonschema_rs.Registry(documents, draft=jsonschema_rs.Draft202012)
        except (ValueError, RecursionError, jsonschema_rs.ReferencingError):
            return None  # Something leads nowhere.

    @cached_property
    def registry(self) -> Registry[Any]:
        """Return the documents for jsonschema."""
        from referencing import Registry  # noqa: PLC0415 - heavy, needed only here
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - loaded only where used

        registry: Registry[Any] = Registry()
        return registry.with_resources(
            (uri, DRAFT202012.create_resource(contents))
            for uri, contents in self._resources.items()
        )

    def stage_names(self) -> tuple[str, ...]:
        """Return the names of the stages the schema describes, in its order."""
        return tuple(self.main.get("$defs", {}).get("stages", {}))

    def resolve(self, reference: str, base: str) -> tuple[JsonObject, str]:
        """Return what ``reference`` leads to from the document ``base``, and its document.

        :raises KeyError: if it leads nowhere.
        """
        target = urljoin(base, reference).partition("#")[0]
        contents: JsonObject
        if self.quick is not None and target in self._resources:
            from jsonschema_rs import ReferencingError  # noqa: PLC0415 - heavy

            with suppress(ReferencingError):
                contents = cast("JsonObject", self.quick.resolver(base).lookup(reference).contents)
                return contents, target
        from referencing.exceptions import Unresolvable  # noqa: PLC0415 - heavy, needed only here

        try:
            contents = self.registry.resolver(base).lookup(reference).contents
        except (Unresolvable, ValueError) as problem:
            raise KeyError(reference) from problem
        return contents, target


def uris(parsed: Mapping[str, JsonObject]) -> dict[str, str]:
    """Return where each document stands, by file name."""
    return {key: value.get("$id", urljoin(BASE, key)) for key, value in parsed.items()}


def _resources(parsed: Mapping[str, JsonObject]) -> Iterator[tuple[str, JsonObject]]:
    own = uris(parsed)
    main_uri = next(iter(own.values()))
    for key, value in parsed.items():
        # jsonschema would leave our reading of patterns for its own wherever a
        # document names its dialect.
        contents = without(_told(value, top=True), "$schema")
        yield from ((uri, contents) for uri in {own[key], urljoin(main_uri, key)})


def _told(schema: Json, *, top: bool = False) -> Json:
    """Return a schema as jsonschema is to read it.

    ``false`` becomes what says the same at its own place, and patterns of names
    become what Python reads as ECMA-262 means them.
    """
    if schema is False:
        return NEVER
    if not isinstance(schema, dict):
        return schema
    found: JsonObject = {}
    for keyword, value in schema.items():
        if keyword in BY_NAME and isinstance(value, dict):
            found[keyword] = {
                _name(keyword, key): (
                    {stage: _told(content) for stage, content in item.items()}
                    if top and (keyword, key) == _STAGES and isinstance(item, dict)
                    else _told(item)
                )
                for key, item in value.items()
            }
        elif keyword in LISTS and isinstance(value, list):
            found[keyword] = [_told(item) for item in value]
        elif keyword in SINGLE and not (keyword in _FORBIDDING and value is False):
            found[keyword] = _told(value)
        else:
            found[keyword] = value
    return found


def _name(keyword: str, key: str) -> str:
    return patterns.translated(key) if keyword == "patternProperties" else key


def subschemas(schema: Json, path: str, *, top: bool = False) -> Iterator[tuple[str, Json]]:
    """Yield every subschema with its path, true and false too.

    :param top: whether it is a whole document, whose ``$defs.stages`` is a table of schemas.
    """
    yield path, schema
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        inner = step(path, keyword)
        if keyword in BY_NAME and isinstance(value, dict):
            for key, item in value.items():
                place = step(inner, key)
                if top and (keyword, key) == _STAGES and isinstance(item, dict):
                    for stage, content in item.items():
                        yield from subschemas(content, step(place, stage))
                else:
                    yield from subschemas(item, place)
        elif keyword in LISTS and isinstance(value, list):
            for index, item in enumerate(value):
                yield from subschemas(item, f"{inner}[{index}]")
        elif keyword in SINGLE:
            yield from subschemas(value, inner)


def _has_patterns_of_names(document: Json) -> bool:
    parts = (part for _, part in subschemas(document, "", top=True))
    return any(isinstance(part, dict) and "patternProperties" in part for part in parts)


def without(schema: JsonObject, keyword: str) -> JsonObject:
    """Return a schema without one of its keywords."""
    return {key: value for key, value in schema.items() if key != keyword}


_ALL = "allOf"
_BRANCHES = (_ALL, "anyOf", "oneOf")
_CONDITIONAL = ("then", "else")
_BY_TYPE = {
    "object": FieldKind.OBJECT,
    "array": FieldKind.LIST,
    "string": FieldKind.TEXT,
    "integer": FieldKind.INTEGER,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
}
_BY_FORMAT = {"date": FieldKind.DATE, "time": FieldKind.TIME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One schema among those that together describe a place.

    :param base: the document its references start from.
    :param sure: whether it rules whatever else is given: no alternative, no condition.
    """

    schema: JsonObject
    base: str
    sure: bool = True


def build(documents: SchemaDocuments, schema: JsonObject, name: str = "") -> Field:
    """Return the field that ``schema``, a part of the main document, describes."""
    return _field(documents, [Layer(schema=schema, base=documents.uri)], name, required=True)


def _field(
    documents: SchemaDocuments, places: Sequence[Layer], name: str, *, required: bool
) -> Field:
    layers = tuple(layer for place in places for layer in layers_of(documents, place))
    schemas = [layer.schema for layer in layers if not _is_null(layer.schema)]
    choices = _first(schemas, "enum", None) or _alternative_constants(schemas)
    children = _children(documents, layers)
    item = _item(documents, layers)
    return Field(
        name=name,
        kind=_kind(schemas, choices),
        title=_first(schemas, "title", ""),
        description=_first(schemas, "description", ""),
        help=_first(schemas, "x-help", ""),
        required=required,
        nullable=_nullable(layers),
        choices=tuple(_written(choice) for choice in choices if choice is not None),
        children=children,
        item=item,
        normalise=_first(schemas, "x-normalise", ""),
        pattern=_first(schemas, "pattern", ""),
        least=_first(schemas, "minItems", 0),
        most=_first(schemas, "maxItems", 0),
        longest=_first(schemas, "maxLength", 0),
        constant=_constant(layers),
        roles=_roles(_first(schemas, "x-role", [])),
        mixed=_mixed(schemas, choices),
    )


def layers_of(documents: SchemaDocuments, place: Layer) -> Iterator[Layer]:
    """Yield the schema itself, then what it refers to and its branches, outermost first."""
    yield place
    reference = place.schema.get("$ref")
    if reference is not None:
        contents, base = documents.resolve(reference, place.base)
        yield from layers_of(documents, Layer(schema=contents, base=base, sure=place.sure))
    branches = [(word, item) for word in _BRANCHES for item in place.schema.get(word, [])]
    branches += [(word, place.schema[word]) for word in _CONDITIONAL if word in place.schema]
    for keyword, branch in branches:
        if isinstance(branch, dict):
            sure = place.sure and keyword == _ALL
            yield from layers_of(documents, Layer(schema=branch, base=place.base, sure=sure))


def _written(choice: Json) -> str:
    """Return a choice as a person writes it: a text without its quotes, else as JSON."""
    return choice if isinstance(choice, str) else json.dumps(choice, ensure_ascii=False)


def _children(documents: SchemaDocuments, layers: tuple[Layer, ...]) -> tuple[Field, ...]:
    required = {name for layer in layers for name in layer.schema.get("required", [])}
    places: dict[str, list[Layer]] = {}
    for layer in layers:
        for name in layer.schema.get("properties", {}):
            inner = below(layer, name)
            if inner is not None:
                places.setdefault(name, []).append(inner)
    return tuple(
        _field(documents, _telling(found), name, required=name in required)
        for name, found in places.items()
    )


def _telling(places: list[Layer]) -> list[Layer]:
    """Return what says what a property may be: the first, but all if each says one value."""
    return places if all("const" in one.schema for one in places) else places[:1]


def _constant(layers: Iterable[Layer]) -> str:
    """Return the only value that a place may have, as a person writes it, or nothing."""
    given = [layer.schema["const"] for layer in layers if layer.sure and "const" in layer.schema]
    return _written(given[0]) if given and given[0] is not None else ""


def _alternative_constants(schemas: Iterable[JsonObject]) -> list[Json]:
    """Return what a place may be where each alternative says one value of it."""
    given = [schema["const"] for schema in schemas if "const" in schema]
    return given if len({_written(one) for one in given}) > 1 else []


def below(layer: Layer, name: str) -> Layer | None:
    """Return the layer of a property; None if there is none, or it may not be given."""
    schema = layer.schema.get("properties", {}).get(name, False)
    if schema in (False, NEVER):
        return None
    # True lets every value in, as an empty schema does.
    return Layer(schema={} if schema is True else schema, base=layer.base, sure=layer.sure)


def _item(documents: SchemaDocuments, layers: tuple[Layer, ...]) -> Field | None:
    for layer in layers:
        items = layer.schema.get("items")
        if isinstance(items, dict):
            inner = Layer(schema=items, base=layer.base, sure=layer.sure)
            return _field(documents, [inner], "", required=True)
    return None


def _kind(schemas: list[JsonObject], choices: list[Json]) -> FieldKind:
    types = [name for schema in schemas for name in _types(schema) if name != "null"]
    if any("properties" in schema for schema in schemas):
        return FieldKind.OBJECT
    if "array" in types or any("items" in schema for schema in schemas):
        return FieldKind.LIST
    if not types:
        return _kind_of_choices(choices)
    kind = _BY_TYPE[types[0]]
    return _kind_of_text(schemas) if kind is FieldKind.TEXT else kind


def _mixed(schemas: list[JsonObject], choices: list[Json]) -> bool:
    """Return whether values may be of more than one kind, or of any."""
    given = [choice for choice in choices if choice is not None]
    if given:
        return len({str(_kind_of_choices([choice])) for choice in given}) > 1
    kinds = {name for schema in schemas for name in _types(schema) if name != "null"}
    if any("properties" in schema for schema in schemas):
        kinds.add("object")
    return len(kinds - {"integer"} if "number" in kinds else kinds) != 1


def _kind_of_choices(choices: list[Json]) -> FieldKind:
    given = [choice for choice in choices if choice is not None]
    if given and all(isinstance(choice, bool) for choice in given):
        return FieldKind.BOOLEAN
    if given and all(isinstance(choice, int) for choice in given):
        return FieldKind.INTEGER
    if given and all(isinstance(choice, (int, float)) for choice in given):
        return FieldKind.NUMBER
    return FieldKind.TEXT


def _kind_of_text(schemas: list[JsonObject]) -> FieldKind:
    """Return what a text means: its format says so, or what its pattern admits."""
    for schema in schemas:
        kind = _BY_FORMAT.get(schema.get("format", ""))
        if kind is not None:
            return kind
        pattern = schema.get("pattern")
        if pattern is not None:
            return kind_of_pattern(pattern)
    return FieldKind.TEXT


def kind_of_pattern(pattern: str) -> FieldKind:
    """Return the kind of text that a pattern admits.

    A pattern that takes a number with a fraction but no letters means an
    amount; one that takes 09:30 but no letters a time; dates likewise.
    """
    if patterns.admits(pattern, "x"):
        return FieldKind.TEXT
    for sample, kind in (
        ("1.5", FieldKind.DECIMAL),
        ("09:30", FieldKind.TIME),
        ("2026-03-02", FieldKind.DATE),
    ):
        if patterns.admits(pattern, sample):
            return kind
    return FieldKind.TEXT


def _types(schema: JsonObject) -> list[str]:
    value = schema.get("type", [])
    return [value] if isinstance(value, str) else list(value)


def _nullable(layers: tuple[Layer, ...]) -> bool:
    return any(
        "null" in _types(layer.schema) or None in layer.schema.get("enum", []) for layer in layers
    )


def _is_null(schema: JsonObject) -> bool:
    return _types(schema) == ["null"]


def _roles(value: Json) -> tuple[str, ...]:
    """Return the roles that ``x-role`` names: one, or any of a list."""
    found = value if isinstance(value, list) else [value]
    return tuple(str(role) for role in found)


def _first(schemas: list[JsonObject], keyword: str, default: Json) -> Json:
    return next((schema[keyword] for schema in schemas if keyword in schema), default)

"""What is wrong with a schema that can be read.

Places that no value fits, patterns that two programs read differently. It is asked
before a revision is released; what was released is read as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.schemas import patterns
from rmdocs.schemas.definitions import Layer, SchemaDocuments, subschemas, uris
from rmdocs.schemas.reading import parse, patterns_of

_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
_TYPES = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
_NAMED: Mapping[str, frozenset[str]] = {"number": frozenset({"integer", "fraction"})}
_NUMBERS = frozenset({"integer", "fraction"})
_BOUNDS = (
    (frozenset({"string"}), "minLength", "maxLength"),
    (frozenset({"array"}), "minItems", "maxItems"),
    (frozenset({"object"}), "minProperties", "maxProperties"),
    (_NUMBERS, "minimum", "maximum"),
)
_STRICT_BOUNDS = (
    ("exclusiveMinimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
)
_NOTHING: frozenset[str] = frozenset()
_SILENT = frozenset({"title", "description", "x-help", "$comment", "default", "examples"})
"""Keywords that ask for nothing."""


def unsound(main: bytes, common: Mapping[str, bytes], name: str = "schema.json") -> list[Finding]:
    """Return what is wrong with schema files that :func:`reading.read` can read.

    :param name: what findings call the form's schema.
    """
    parsed = parse(main, common, name)
    documents = SchemaDocuments(parsed, name)
    found: list[Finding] = []
    for key, value in parsed.items():
        base = uris(parsed)[key]
        ways = _Ways(documents)
        dead: list[str] = []
        for path, schema in subschemas(value, "$", top=True):
            if isinstance(schema, dict):
                found += _unclear(f"{key}:{path}", schema, nested=path != "$")
            if _counts(path, schema) and not ways.of(schema, base):
                dead.append(path)
        # What contains such a place may be impossible by it alone.
        found += [_impossible(f"{key}:{path}") for path in dead if not _holds(path, dead)]
    return found


def _holds(path: str, others: Sequence[str]) -> bool:
    return any(other.startswith((f"{path}.", f"{path}[")) for other in others)


def _counts(path: str, schema: Json) -> bool:
    """Return whether it is a mistake that nothing fits; ``false`` may forbid on purpose."""
    branch = path.endswith("]") and path.rpartition(".")[2].startswith(("anyOf[", "oneOf["))
    return branch if schema is False else isinstance(schema, dict) and schema != {"not": {}}


def _impossible(path: str) -> Finding:
    return error(
        "SCHEMA-IMPOSSIBLE",
        path,
        message("no value fits here: what is asked for contradicts itself"),
        message("leave one of the conditions out, or the whole alternative"),
    )


def _unclear(path: str, schema: JsonObject, *, nested: bool) -> Iterator[Finding]:
    if nested and "$id" in schema:
        yield error(
            "SCHEMA-KEYWORD",
            f"{path}.$id",
            message("only a whole schema file has an $id of its own"),
            message("take it away; refer to the place by #/$defs/ and its name"),
        )
    if schema.get("format") == "time":
        yield error(
            "SCHEMA-KEYWORD",
            f"{path}.format",
            message("“time” wants a time zone in JSON Schema, and a form has none"),
            message("write a pattern instead: {pattern}", pattern=_OF_DAY),
        )
    for place, pattern in patterns_of(path, schema):
        if part := patterns.foreign(pattern):
            yield error(
                "SCHEMA-PATTERN",
                place,
                message("“{part}” in a pattern is read differently elsewhere", part=part),
                message("write it with characters, classes in square brackets and counts alone"),
            )
        # The names of properties are matched by Python itself.
        slow = patterns.is_slow if place.endswith(".pattern") else patterns.winds
        if slow(pattern):
            yield error(
                "SCHEMA-PATTERN",
                place,
                message("the pattern may take endless time: “{pattern}”", pattern=pattern),
                message("repeat single characters or classes only, without looking ahead or back"),
            )


class _Ways:
    """Which types of values a schema leaves possible, as far as can be told."""

    def __init__(self, documents: SchemaDocuments) -> None:
        self._documents = documents
        self._of: Callable[[int], frozenset[str]] = cache(self._found)
        self._layers: dict[int, Layer] = {}

    def of(self, schema: Json, base: str) -> frozenset[str]:
        """Return the types of values that may fit; none if nothing can."""
        if isinstance(schema, bool):
            return _TYPES if schema else _NOTHING
        if not isinstance(schema, dict):
            return _TYPES
        self._layers[id(schema)] = Layer(schema=schema, base=base)
        return self._of(id(schema))

    def _found(self, key: int) -> frozenset[str]:
        schema, base = self._layers[key].schema, self._layers[key].base
        ways = _typed(schema)
        if "$ref" in schema:
            ways &= self.of(*self._documents.resolve(schema["$ref"], base))
        for part in schema.get("allOf", []):
            ways &= self.of(part, base)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                ways &= _NOTHING.union(*(self.of(part, base) for part in schema[keyword]))
        if "not" in schema:
            ways -= _sure(schema["not"], schema)
        if "if" in schema:
            ways &= self._either(schema, base)
        return ways - self._unfit(schema, base)

    def _either(self, schema: JsonObject, base: str) -> frozenset[str]:
        """Return the types of values that ``then`` or ``else`` leaves, whichever is theirs."""
        then, other = (self.of(schema.get(name, True), base) for name in ("then", "else"))
        sure, may = _sure(schema["if"], schema), self.of(schema["if"], base)
        return (may & then) | (other - sure)

    def _unfit(self, schema: JsonObject, base: str) -> frozenset[str]:
        """Return the types whose own keywords contradict each other."""
        gone: set[str] = set()
        for types, least, most in _BOUNDS:
            if schema.get(least, 0) > schema.get(most, schema.get(least, 0)):
                gone |= types
        for least, most in _STRICT_BOUNDS:
            if least in schema and most in schema and schema[least] >= schema[most]:
                gone |= _NUMBERS
        if any(not self._may_have(name, schema, base) for name in schema.get("required", [])):
            gone.add("object")
        first = schema.get("prefixItems", [schema.get("items", True)])[:1]
        if schema.get("minItems", 0) and not all(self.of(item, base) for item in first):
            gone.add("array")
        if schema.get("minContains", 1) and not self.of(schema.get("contains", True), base):
            gone.add("array")
        return frozenset(gone)

    def _may_have(self, name: str, schema: JsonObject, base: str) -> bool:
        properties = schema.get("properties", {})
        if name in properties:
            return bool(self.of(properties[name], base))
        named = [
            item
            for pattern, item in schema.get("patternProperties", {}).items()
            if patterns.admits(pattern, name)
        ]
        if named:
            return all(self.of(item, base) for item in named)
        return bool(self.of(schema.get("additionalProperties", True), base))


def _sure(condition: Json, schema: JsonObject) -> frozenset[str]:
    """Return types of which every value that ``schema`` leaves meets a condition on it."""
    if isinstance(condition, bool):
        return _TYPES if condition else _NOTHING
    if not isinstance(condition, dict):
        return _NOTHING
    asked = {name for name in condition if name not in _SILENT} - {"type", "required"}
    ways = _NOTHING if asked else _typed(condition)
    always = set(condition.get("required", [])) <= set(schema.get("required", []))
    return ways if always else ways - {"object"}


def _typed(schema: JsonObject) -> frozenset[str]:
    types = schema.get("type", list(_TYPES))
    names = [types] if isinstance(types, str) else types
    ways = _NOTHING.union(*(_NAMED.get(name, frozenset({name})) for name in names))
    for choices in (schema.get("enum"), [schema["const"]] if "const" in schema else None):
        if choices is not None:
            ways &= frozenset(map(_type_of, choices))
    return ways


def _type_of(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, (int, float)):
        return "integer" if value == int(value) else "fraction"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"

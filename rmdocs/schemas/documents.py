"""A form's schema and the common definitions, ready to be referred to.

A schema refers to itself and to the common definitions beside it; there is no
other place it could refer to, and nothing is fetched. What is wrong with a
schema file is ``reading``'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rmdocs.canonical import Json, JsonObject
from rmdocs.schemas import patterns
from rmdocs.schemas.paths import step

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Documents:
    """A form's schema and the common definitions, ready to be referred to.

    :param uri: where the form's schema stands in ``registry``.
    """

    uri: str
    main: JsonObject
    registry: Registry[Any]

    @classmethod
    def of(cls, parsed: Mapping[str, JsonObject], name: str) -> Documents:
        """Return the documents, by file name.

        :param name: the file name of the form's schema.
        """
        return cls(uris(parsed)[name], parsed[name], _registry(parsed))

    def stage_names(self) -> tuple[str, ...]:
        """Return the names of the stages the schema describes, in its order."""
        return tuple(self.main.get("$defs", {}).get("stages", {}))

    def resolve(self, reference: str, base: str) -> tuple[JsonObject, str]:
        """Return what ``reference`` leads to from the document ``base``, and its document."""
        target = urljoin(base, reference)
        found = self.registry.resolver(base).lookup(reference)
        contents: JsonObject = found.contents
        return contents, target.partition("#")[0]


def uris(parsed: Mapping[str, JsonObject]) -> dict[str, str]:
    """Return where each document stands, by file name."""
    return {key: value.get("$id", urljoin(BASE, key)) for key, value in parsed.items()}


def _registry(parsed: Mapping[str, JsonObject]) -> Registry[Any]:
    from referencing import Registry  # noqa: PLC0415 - heavy, needed only here
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - loaded only where used

    own = uris(parsed)
    main_uri = next(iter(own.values()))
    # jsonschema would leave our reading of patterns for its own wherever a
    # document names its dialect.
    resources = [
        (uri, DRAFT202012.create_resource(without(_told(value, top=True), "$schema")))
        for key, value in parsed.items()
        for uri in {own[key], urljoin(main_uri, key)}
    ]
    registry: Registry[Any] = Registry()
    return registry.with_resources(resources)


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


def without(schema: JsonObject, keyword: str) -> JsonObject:
    """Return a schema without one of its keywords."""
    return {key: value for key, value in schema.items() if key != keyword}

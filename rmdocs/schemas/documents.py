"""Reading schema files: every mistake of theirs is a finding, before any record is checked.

A schema refers to itself and to the common definitions beside it; there is no
other place it could refer to, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rmdocs import canonical
from rmdocs.canonical import Json, JsonObject
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.messages import listed, message
from rmdocs.schemas import patterns
from rmdocs.schemas.guesses import did_you_mean
from rmdocs.schemas.paths import join, step

if TYPE_CHECKING:
    from referencing import Registry

BASE = "https://rmdocs.invalid/schemas/"
"""Where schemas live by name only; ``.invalid`` can never be fetched (RFC 2606)."""

FORMATS = frozenset({"date", "time"})
NORMALISATIONS = frozenset({"upper", "strip"})
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_LISTS = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_SINGLE = frozenset(
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
_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "$schema $id $ref $anchor $comment title description default examples deprecated readOnly"
        " writeOnly type enum const pattern format minLength maxLength minimum maximum"
        " exclusiveMinimum exclusiveMaximum multipleOf required minItems maxItems uniqueItems"
        " minContains maxContains minProperties maxProperties dependentRequired x-normalise"
        " x-role",
    )
)
_KEYWORDS = _BY_NAME | _LISTS | _SINGLE | _PLAIN
_STAGES = ("$defs", "stages")


@dataclass(frozen=True, slots=True)
class Documents:
    """A form's schema and the common definitions, ready to be referred to.

    :param uri: where the form's schema stands in ``registry``.
    """

    uri: str
    main: JsonObject
    registry: Registry[Any]

    def stage_names(self) -> tuple[str, ...]:
        """Return the names of the stages the schema describes, in its order."""
        return tuple(self.main.get("$defs", {}).get("stages", {}))

    def resolve(self, reference: str, base: str) -> tuple[JsonObject, str]:
        """Return what ``reference`` leads to from the document ``base``, and its document."""
        target = urljoin(base, reference)
        found = self.registry.resolver(base).lookup(reference)
        contents: JsonObject = found.contents
        return contents, target.partition("#")[0]


def read(main: bytes, common: Mapping[str, bytes], name: str = "schema.json") -> Documents:
    """Return the documents in ``main`` and ``common``, by file name.

    :param name: what findings call the form's schema.
    :raises FindingsError: with every mistake in them.
    """
    findings: list[Finding] = []
    texts = {name: main, **common}
    parsed = {key: _parse(key, data, findings) for key, data in texts.items()}
    if findings:
        raise FindingsError(tuple(findings))
    uris = {key: value.get("$id", urljoin(BASE, key)) for key, value in parsed.items()}
    documents = Documents(uris[name], parsed[name], _registry(parsed, uris))
    for key, value in parsed.items():
        findings += _violations(key, value)
        for path, schema in _subschemas(value, "$", top=True):
            findings += _mistakes(f"{key}:{path}", schema, documents, uris[key])
    findings += _recursions(documents, name) if not findings else ()
    if findings:
        raise FindingsError(tuple(findings))
    return documents


def _parse(name: str, data: bytes, findings: list[Finding]) -> JsonObject:
    try:
        value: Json = canonical.decode(data)
    except FindingsError as problem:
        findings += [
            error(item.code, f"{name}:{item.path}", item.message, item.remedy)
            for item in problem.findings
        ]
        return {}
    identifier = value.get("$id", "") if isinstance(value, dict) else None
    if not isinstance(identifier, str):
        reason = message("a schema must be an object with a text $id")
        findings.append(error("SCHEMA-OBJECT", f"{name}:$", reason))
        return {}
    document: JsonObject = value
    return document


def _registry(parsed: Mapping[str, JsonObject], uris: Mapping[str, str]) -> Registry[Any]:
    from referencing import Registry  # noqa: PLC0415 - heavy, needed only here
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - loaded only where used

    main_uri = next(iter(uris.values()))
    # jsonschema would leave our reading of patterns for its own wherever a
    # document names its dialect.
    resources = [
        (uri, DRAFT202012.create_resource(_without(value, "$schema")))
        for key, value in parsed.items()
        for uri in {uris[key], urljoin(main_uri, key)}
    ]
    registry: Registry[Any] = Registry()
    return registry.with_resources(resources)


def _violations(name: str, value: JsonObject) -> Iterator[Finding]:
    """Yield what the metaschema has against a document and its stages."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, needed only here

    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    stages = value.get("$defs", {})
    stages = stages.get("stages", {}) if isinstance(stages, dict) else {}
    parts = [("$", value)]
    if isinstance(stages, dict):
        parts += [(step("$.$defs.stages", key), item) for key, item in stages.items()]
    for start, part in parts:
        for problem in metaschema.iter_errors(part):
            path = join(f"{name}:{start}", problem.absolute_path)
            yield error(
                "SCHEMA-INVALID",
                path,
                message("not JSON Schema: {problem}", problem=problem.message),
                clause="JSON Schema 2020-12",
            )


def _subschemas(schema: Json, path: str, *, top: bool = False) -> Iterator[tuple[str, JsonObject]]:
    """Yield every subschema with its path; ``$defs.stages`` is a table of schemas."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for keyword, value in schema.items():
        inner = step(path, keyword)
        if keyword in _BY_NAME and isinstance(value, dict):
            for key, item in value.items():
                place = step(inner, key)
                if top and (keyword, key) == _STAGES and isinstance(item, dict):
                    for stage, content in item.items():
                        yield from _subschemas(content, step(place, stage))
                else:
                    yield from _subschemas(item, place)
        elif keyword in _LISTS and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _subschemas(item, f"{inner}[{index}]")
        elif keyword in _SINGLE:
            yield from _subschemas(value, inner)


def _mistakes(path: str, schema: JsonObject, documents: Documents, base: str) -> Iterator[Finding]:
    for keyword in schema:
        if keyword not in _KEYWORDS:
            yield error(
                "SCHEMA-KEYWORD",
                step(path, keyword),
                message("“{keyword}” is not a keyword that rmdocs checks", keyword=keyword),
                did_you_mean(keyword, _KEYWORDS),
            )
    if schema.get("$schema", DIALECT) != DIALECT:
        yield error(
            "SCHEMA-DIALECT",
            f"{path}.$schema",
            message("another version of JSON Schema than 2020-12"),
            message("write “{dialect}”", dialect=DIALECT),
        )
    yield from _unchecked(path, schema, "format", FORMATS)
    yield from _unchecked(path, schema, "x-normalise", NORMALISATIONS)
    yield from _bad_pattern(path, schema.get("pattern"))
    yield from _bad_reference(path, schema.get("$ref"), documents, base)


def _unchecked(
    path: str, schema: JsonObject, keyword: str, known: frozenset[str]
) -> Iterator[Finding]:
    value = schema.get(keyword)
    if value is not None and value not in known:
        yield error(
            "SCHEMA-KEYWORD",
            f"{path}.{keyword}",
            message("“{value}” is nothing that rmdocs checks", value=value),
            message("use one of: {known}", known=listed(sorted(known))),
        )


def _bad_pattern(path: str, pattern: Json) -> Iterator[Finding]:
    if not isinstance(pattern, str):
        return
    try:
        patterns.compiled(pattern)
    except re.error as problem:
        yield error(
            "SCHEMA-PATTERN",
            f"{path}.pattern",
            message("the pattern cannot be read: {problem}", problem=problem),
        )


def _bad_reference(
    path: str, reference: Json, documents: Documents, base: str
) -> Iterator[Finding]:
    if not isinstance(reference, str):
        return
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - heavy, needed only here

    try:
        target: Json = documents.resolve(reference, base)[0]
    except Unresolvable:
        target = None
    if not isinstance(target, dict):
        yield error(
            "SCHEMA-REF",
            f"{path}.$ref",
            message("“{reference}” leads to no schema", reference=reference),
            message("define it in $defs, or mend its spelling"),
        )


def _recursions(documents: Documents, name: str) -> Iterator[Finding]:
    """Yield references that lead back to themselves: a form is finite."""
    parts = [("$", documents.main)]
    stages = documents.main.get("$defs", {}).get("stages", {})
    parts += [(step("$.$defs.stages", key), value) for key, value in stages.items()]
    for path, part in parts:
        if _recurses(part, documents, documents.uri, ()):
            yield error(
                "SCHEMA-RECURSION",
                f"{name}:{path}",
                message("a definition contains itself"),
                NOTHING,
            )


def _recurses(schema: JsonObject, documents: Documents, base: str, seen: tuple[str, ...]) -> bool:
    for path, inner in _subschemas(_without(schema, "$defs"), "$"):
        reference = inner.get("$ref")
        if reference is None or "$defs" in path.split("."):
            continue
        target = urljoin(base, reference)
        if target in seen:
            return True
        contents, document = documents.resolve(reference, base)
        if _recurses(contents, documents, document, (*seen, target)):
            return True
    return False


def _without(schema: JsonObject, keyword: str) -> JsonObject:
    return {key: value for key, value in schema.items() if key != keyword}

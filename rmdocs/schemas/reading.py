"""Reading schema files: every mistake of theirs is a finding, before any record is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import urljoin

from rmdocs import canonical
from rmdocs.canonical import Json, JsonObject
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, did_you_mean, error
from rmdocs.messages import listed, message
from rmdocs.schemas import patterns
from rmdocs.schemas.definitions import (
    BY_NAME,
    LISTS,
    SINGLE,
    SchemaDocuments,
    subschemas,
    uris,
    without,
)
from rmdocs.schemas.fields import join, step
from rmdocs.schemas.validator import broken_of_the_dialect
from rmdocs.schemas.wording import wrong

FORMATS = frozenset({"date", "time"})
NORMALISATIONS = frozenset({"upper", "strip"})
MOST_HELP = 100
"""Characters of what is told beside a title: it stands under it, in one or two lines."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "$schema $id $ref $anchor $comment title description default examples deprecated readOnly"
        " writeOnly type enum const pattern format minLength maxLength minimum maximum"
        " exclusiveMinimum exclusiveMaximum multipleOf required minItems maxItems uniqueItems"
        " minContains maxContains minProperties maxProperties dependentRequired x-normalise"
        " x-role x-help",
    )
)
KEYWORDS = BY_NAME | LISTS | SINGLE | _PLAIN


def read(main: bytes, common: Mapping[str, bytes], name: str = "schema.json") -> SchemaDocuments:
    """Return the documents in ``main`` and ``common``, by file name.

    :param name: what findings call the form's schema.
    :raises FindingsError: with every mistake in them.
    """
    parsed = parse(main, common, name)
    documents = SchemaDocuments(parsed, name)
    findings: list[Finding] = []
    texts = {name: main, **common}
    for key, value in parsed.items():
        findings += _violations(key, texts[key])
        for path, schema in subschemas(value, "$", top=True):
            if isinstance(schema, dict):
                findings += _mistakes(f"{key}:{path}", schema, documents, uris(parsed)[key])
    findings += _recursions(documents, name) if not findings else ()
    if findings:
        raise FindingsError(tuple(findings))
    return documents


def parse(main: bytes, common: Mapping[str, bytes], name: str) -> dict[str, JsonObject]:
    """Return the schema files as JSON, by file name, that of the form first.

    :raises FindingsError: if one is no JSON object.
    """
    findings: list[Finding] = []
    texts = {name: main, **common}
    parsed = {key: _parse(key, data, findings) for key, data in texts.items()}
    if findings:
        raise FindingsError(tuple(findings))
    return parsed


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
        remedy = message("begin the file as the schemas of the other forms begin")
        findings.append(error("SCHEMA-OBJECT", f"{name}:$", reason, remedy))
        return {}
    document: JsonObject = value
    return document


@lru_cache(maxsize=64)  # every form has common.schema.json, and checking it takes long
def _violations(name: str, data: bytes) -> tuple[Finding, ...]:
    """Return what the metaschema has against a document and its stages."""
    return tuple(_violated(name, canonical.decode(data)))


def _violated(name: str, value: JsonObject) -> Iterator[Finding]:
    stages = value.get("$defs", {})
    stages = stages.get("stages", {}) if isinstance(stages, dict) else {}
    parts = [("$", value)]
    if isinstance(stages, dict):
        parts += [(step("$.$defs.stages", key), item) for key, item in stages.items()]
    for start, part in parts:
        for complaint in broken_of_the_dialect(part):
            said = wrong("", "", complaint, None)
            yield error(
                "SCHEMA-INVALID",
                join(f"{name}:{start}", complaint.steps),
                message("not JSON Schema: {problem}", problem=said.message),
                said.remedy,
                clause="JSON Schema 2020-12",
            )


def _mistakes(
    path: str, schema: JsonObject, documents: SchemaDocuments, base: str
) -> Iterator[Finding]:
    for keyword in schema:
        if keyword not in KEYWORDS:
            yield error(
                "SCHEMA-KEYWORD",
                step(path, keyword),
                message("“{keyword}” is not a keyword that rmdocs checks", keyword=keyword),
                did_you_mean(keyword, KEYWORDS),
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
    yield from _long_help(path, schema.get("x-help", "-"))
    for place, pattern in patterns_of(path, schema):
        yield from _bad_pattern(place, pattern)
    yield from _bad_reference(path, schema.get("$ref"), documents, base)


def patterns_of(path: str, schema: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield the patterns of one schema, each with its path."""
    if isinstance(schema.get("pattern"), str):
        yield f"{path}.pattern", schema["pattern"]
    names = schema.get("patternProperties")
    for pattern in names if isinstance(names, dict) else ():
        yield step(f"{path}.patternProperties", pattern), pattern


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


def _long_help(path: str, value: Json) -> Iterator[Finding]:
    told = value if isinstance(value, str) and value.isprintable() else ""
    if not told.strip() or len(told) > MOST_HELP:
        yield error(
            "SCHEMA-KEYWORD",
            f"{path}.x-help",
            message("what is told beside a title is one line of text"),
            message("write at most {most} characters, or leave it out", most=MOST_HELP),
        )


def _bad_pattern(path: str, pattern: str) -> Iterator[Finding]:
    try:
        patterns.compiled(pattern)
    except (re.error, OverflowError, RecursionError):
        yield error(
            "SCHEMA-PATTERN",
            path,
            message("the pattern cannot be read: {pattern}", pattern=pattern),
            message("compare it with a pattern that works"),
        )


def _bad_reference(
    path: str, reference: Json, documents: SchemaDocuments, base: str
) -> Iterator[Finding]:
    if not isinstance(reference, str):
        return
    try:
        target: Json = documents.resolve(reference, base)[0]
    except (KeyError, ValueError):
        target = None
    if not isinstance(target, dict):
        yield error(
            "SCHEMA-REF",
            f"{path}.$ref",
            message("“{reference}” leads to no schema", reference=reference),
            message("define it in $defs, or mend its spelling"),
        )


def _recursions(documents: SchemaDocuments, name: str) -> Iterator[Finding]:
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
                message("take the $ref out that leads back, and write out what it stands for"),
            )


def _recurses(schema: Json, documents: SchemaDocuments, base: str, seen: tuple[str, ...]) -> bool:
    outline = without(schema, "$defs") if isinstance(schema, dict) else schema
    for path, inner in subschemas(outline, "$"):
        reference = inner.get("$ref") if isinstance(inner, dict) else None
        if reference is None or "$defs" in path.split("."):
            continue
        target = urljoin(base, reference)
        if target in seen:
            return True
        contents, document = documents.resolve(reference, base)
        if _recurses(contents, documents, document, (*seen, target)):
            return True
    return False

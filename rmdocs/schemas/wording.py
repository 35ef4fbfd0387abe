"""How each complaint of a schema is said, and how to mend it.

One function a keyword, each in the words of a person who fills in a form: nothing
of jsonschema's own is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.messages import Joined, Text, listed, message
from rmdocs.rules.guesses import closest, did_you_mean
from rmdocs.schemas import patterns
from rmdocs.schemas.building import kind_of_pattern
from rmdocs.schemas.complaints import NAMES, Complaint
from rmdocs.schemas.fields import Field, Kind

UNKNOWN = "SCHEMA-UNKNOWN"
"""Code of the finding that a property is none of the form's."""

MISSING = "SCHEMA-REQUIRED"
"""Code of the finding that a required property is absent."""

_SHOWN = 40
_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}.*")
_Said = tuple[Text, Text]


def missing(path: str, label: str, field: Field | None) -> Finding:
    """Return the finding that a required property is absent."""
    remedy = fill(field) if field is not None else NOTHING
    return error(MISSING, path, message("required, but missing"), remedy, label=label)


def unknown(path: str, label: str, name: str, parent: Field | None) -> Finding:
    """Return the finding that a property is none of the form's."""
    titles = {child.name: child.title for child in parent.children} if parent else {}
    return error(
        UNKNOWN,
        path,
        message("the form has no property “{name}” here", name=shown(name)),
        did_you_mean(name, titles, titles),
        label=label,
    )


def wrong(path: str, label: str, complaint: Complaint, field: Field | None) -> Finding:
    """Return the finding for any other complaint."""
    keyword = complaint.keyword
    said, remedy = _WORDS.get(keyword, _other)(complaint, field)
    return error(f"SCHEMA-{_CODES.get(keyword, keyword.upper())}", path, said, remedy, label=label)


def shown(value: Json) -> str:
    """Return a value as a message quotes it: short, on one line.

    A text or a number is cut where it is too long; of a list or an object whole
    entries are left out, and the mark of what is missing stands in their place.
    """
    whole = value if isinstance(value, str) else _json(value)
    if len(whole) <= _SHOWN or not isinstance(value, (list, dict)):
        return _cut(whole)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    entries = map(_entry, value) if isinstance(value, list) else _named(value)
    said = ""
    for entry in entries:
        longer = f"{said}{entry}, "
        if len(longer) > _SHOWN:
            break
        said = longer
    return f"{opening}{said}…{closing}"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _entry(value: Json) -> str:
    if isinstance(value, list):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    return _json(value)


def _named(table: JsonObject) -> Iterator[str]:
    return (f"{_json(name)}: {_entry(value)}" for name, value in table.items())


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def fill(field: Field) -> Text:
    """Return how a person fills in a field, on paper or in a cell."""
    inner = field.item if field.kind is Kind.LIST and field.item is not None else field
    if inner.choices:
        return _choose(inner.choices)
    return _FILL.get(inner.kind, _HOW[inner.kind])


_FILL: dict[Kind, Text] = {
    Kind.BOOLEAN: message("write 是 or 否"),
    Kind.INTEGER: message("write a whole number"),
    Kind.NUMBER: message("write a number"),
    Kind.DECIMAL: message("write digits, such as 30000000.00"),
    Kind.TEXT: message("fill it in"),
}


def _how(field: Field | None) -> Text:
    """Return how a field is written in a file of JSON or YAML."""
    if field is None:
        return NOTHING
    if field.choices:
        return _choose(field.choices)
    return _HOW[field.kind]


_HOW: dict[Kind, Text] = {
    Kind.DATE: message("write a date like 2026-03-02"),
    Kind.TIME: message("write a time like 09:30"),
    Kind.DECIMAL: message("write the number as text, like “1200.50”, without separators"),
    Kind.INTEGER: message("write a whole number without quotes"),
    Kind.NUMBER: message("write a number without quotes"),
    Kind.BOOLEAN: message("write true or false without quotes"),
    Kind.LIST: message("write a list: […]; an empty one if there is nothing"),
    Kind.OBJECT: message("write its properties between braces"),
    Kind.TEXT: message("write it as text in quotes"),
}


def _type(complaint: Complaint, field: Field | None) -> _Said:
    value = complaint.value
    if value is None:
        if field is not None and not field.required:
            return message("may be left out, but not be null"), message("leave it out")
        return message("may not be empty"), _how(field)
    wanted = complaint.wanted
    names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"]
    expected = _either(tuple(_EXPECTED[name] for name in names or ("null",)))
    said = message(
        "{found} ({value}) where {expected} is expected",
        found=_kind_found(value),
        value=shown(value),
        expected=expected,
    )
    return said, _how(field)


def _either(kinds: tuple[Text, ...]) -> Text:
    first, *others = kinds
    for other in others:
        first = message("{one} or {other}", one=first, other=other)
    return first


def _kind_found(value: Json) -> Text:
    if isinstance(value, bool):
        return message("true or false")
    if isinstance(value, str):
        return message("a text")
    if isinstance(value, int):
        return message("a whole number")
    if isinstance(value, float):
        return message("a number")
    return message("a list") if isinstance(value, list) else message("an object")


_EXPECTED: dict[str, Text] = {
    "boolean": message("true or false"),
    "string": message("a text"),
    "integer": message("a whole number"),
    "number": message("a number"),
    "array": message("a list"),
    "object": message("an object"),
    "null": message("nothing"),
}


_NONE_WANTED: _Said = message("nothing may be given here"), message("leave it out")


def _enum(complaint: Complaint, _field: Field | None) -> _Said:
    choices = tuple(shown(choice) for choice in complaint.wanted if choice is not None)
    if not choices:
        return _NONE_WANTED
    if complaint.value is None:
        return message("may not be empty"), _choose(choices)
    value = shown(complaint.value)
    said = message("“{value}” is none of the choices", value=value)
    if value in choices:
        return said, message("write it like the choice: {value} without quotes", value=value)
    likely = closest(value, choices)
    if likely:
        remedy = message(
            "did you mean “{likely}”? The choices are: {choices}",
            likely=likely,
            choices=listed(choices),
        )
        return said, remedy
    return said, _choose(choices)


def _choose(choices: Iterable[str]) -> Text:
    return message("choose one of: {choices}", choices=listed(choices))


def _const(complaint: Complaint, _field: Field | None) -> _Said:
    if complaint.wanted is None:
        return _NONE_WANTED
    wanted = shown(complaint.wanted)
    if complaint.value is None:
        return message("may not be empty"), message("write “{wanted}”", wanted=wanted)
    value = shown(complaint.value)
    said = message("“{value}” stands where only “{wanted}” may", value=value, wanted=wanted)
    return said, message("write “{wanted}”", wanted=wanted)


def _pattern(complaint: Complaint, _field: Field | None) -> _Said:
    value: str = complaint.value
    pattern: str = complaint.wanted
    if not value.strip():
        return message("blank"), message("write something, or leave the property out")
    if patterns.admits(pattern, " ".join(value.split())):
        return (
            message("more than one line or a tab, where one line is expected"),
            message("write it on one line, without spaces around it"),
        )
    kind = kind_of_pattern(pattern)
    said = message("“{value}” is not written as the form wants it", value=shown(value))
    if kind is Kind.TEXT:
        return said, _shape(pattern)
    if kind is Kind.DATE and _DAY_AND_TIME.fullmatch(value.strip()):
        return _day_alone(value)
    return said, _HOW[kind]


def _shape(pattern: str) -> Text:
    """Return in words what a pattern asks for, as far as it has any."""
    parts = patterns.parts(pattern)
    if len(parts) == 1 and parts[0].kind == "0":
        least, most = parts[0].least, parts[0].most
        if most is None:
            return message("write digits alone, without spaces or dashes")
        if least == most:
            return message("write {count} digits, without spaces or dashes", count=least)
        return message(
            "write {least} to {most} digits, without spaces or dashes", least=least, most=most
        )
    if parts:
        example = "".join(part.example for part in parts)
        return message("write it like {example}", example=example)
    return message("look at how it is written in the example of the form")


def _day_alone(value: str) -> _Said:
    reason = message(
        "the value is a day and a time ({said}), where only a day is meant", said=shown(value)
    )
    return reason, message("leave the day, take the time away")


def _format(complaint: Complaint, _field: Field | None) -> _Said:
    value = shown(complaint.value)
    if complaint.wanted == "date" and _DAY_AND_TIME.fullmatch(str(complaint.value).strip()):
        return _day_alone(str(complaint.value))
    if complaint.wanted == "time":
        return message("“{value}” is not a time of day", value=value), _HOW[Kind.TIME]
    return message("“{value}” is not a date of the calendar", value=value), _HOW[Kind.DATE]


def _least(complaint: Complaint, _field: Field | None) -> _Said:
    limit = complaint.wanted
    said = message("{value} is below {limit}", value=complaint.value, limit=limit)
    return said, message("write {limit} or more", limit=limit)


def _most(complaint: Complaint, _field: Field | None) -> _Said:
    limit = complaint.wanted
    said = message("{value} is above {limit}", value=complaint.value, limit=limit)
    return said, message("write {limit} or less", limit=limit)


def _above(complaint: Complaint, _field: Field | None) -> _Said:
    limit = complaint.wanted
    said = message("{value} is not above {limit}", value=complaint.value, limit=limit)
    return said, message("write more than {limit}", limit=limit)


def _below(complaint: Complaint, _field: Field | None) -> _Said:
    limit = complaint.wanted
    said = message("{value} is not below {limit}", value=complaint.value, limit=limit)
    return said, message("write less than {limit}", limit=limit)


def _multiple(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "{value} is not a multiple of {unit}", value=complaint.value, unit=complaint.wanted
    )
    return said, message("round it to a multiple of {unit}", unit=complaint.wanted)


def _short(complaint: Complaint, _field: Field | None) -> _Said:
    if not complaint.value:
        return message("empty"), message("write something, or leave the property out if you may")
    said = message(
        "{count} characters, fewer than the {limit} it needs",
        count=len(complaint.value),
        limit=complaint.wanted,
    )
    return said, message("write it in full")


def _long(complaint: Complaint, field: Field | None) -> _Said:
    count, limit = len(complaint.value), complaint.wanted
    kind = field.kind if field is not None else Kind.TEXT
    if kind is Kind.DATE and _DAY_AND_TIME.fullmatch(complaint.value.strip()):
        return _day_alone(complaint.value)
    if kind in {Kind.DATE, Kind.TIME, Kind.DECIMAL}:
        value = shown(complaint.value)
        return message("“{value}” is not written as the form wants it", value=value), _HOW[kind]
    if field is not None and patterns.is_digits(field.pattern):
        value = shown(complaint.value)
        said = message("“{value}” is not written as the form wants it", value=value)
        return said, _shape(field.pattern)
    said = message("{count} characters, more than the {limit} that fit", count=count, limit=limit)
    return said, message("shorten it by {excess}", excess=count - limit)


def _few(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "{count} entries, fewer than the {limit} it needs",
        count=len(complaint.value),
        limit=complaint.wanted,
    )
    return said, message("add the missing entries")


def _many(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "{count} entries, more than the {limit} that fit",
        count=len(complaint.value),
        limit=complaint.wanted,
    )
    return said, message("make another record for the rest")


def _repeated(complaint: Complaint, _field: Field | None) -> _Said:
    value = complaint.value
    twice = next((item for index, item in enumerate(value) if item in value[:index]), "")
    return message("“{value}” occurs twice", value=shown(twice)), message("name each entry once")


def _alternatives(complaint: Complaint, field: Field | None) -> _Said:
    if not complaint.branches:
        said = message("fits more than one of the ways this may be written")
        return said, message("fill in what belongs to one of them alone")
    return message("fits none of the ways this may be written"), _how(field)


def _together(complaint: Complaint, field: Field | None) -> _Said:
    needed = sorted(
        {
            name
            for given, names in complaint.wanted.items()
            if given in complaint.value
            for name in names
            if name not in complaint.value
        }
    )
    said = message("incomplete without {names}", names=_called(needed, field))
    return said, message("give all of them")


def _called(names: Iterable[str], field: Field | None) -> Joined:
    """Return what a person calls properties: by their titles, as far as they have any."""
    found = [(field.child(name) if field is not None else None, name) for name in names]
    return listed([child.title if child and child.title else name for child, name in found])


def _forbidden(complaint: Complaint, _field: Field | None) -> _Said:
    if complaint.wanted in ({}, True):
        return _NONE_WANTED
    if complaint.value is None:
        return message("may not be empty"), message("fill it in")
    said = message("“{value}” may not be given here", value=shown(complaint.value))
    return said, message("give another value")


def _name_refused(complaint: Complaint, _field: Field | None) -> _Said:
    said = message("no property may be called “{name}” here", name=shown(complaint.value))
    return said, message("take the name as the form writes it")


def _not_contained(complaint: Complaint, _field: Field | None) -> _Said:
    count = complaint.wanted if complaint.keyword == "minContains" else 1
    said = message("the list lacks entries that it must have, at least {count}", count=count)
    return said, message("look at the list in the example of the form")


def _contained_too_often(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "more than {count} entries are of a kind that may occur so often", count=complaint.wanted
    )
    return said, message("take out what is too much")


def _too_much(complaint: Complaint, field: Field | None) -> _Said:
    if isinstance(complaint.value, list):
        said = message("the list has entries that the form does not provide for")
        return said, message("take out what is too much")
    known = [child.title for child in field.children if child.title] if field is not None else []
    said = message("something is given here that the form does not provide for")
    if not known:
        return said, message("take out what is too much")
    return said, message("known here: {names}", names=listed(known))


def _few_properties(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "{count} properties are given, fewer than the {limit} it needs",
        count=len(complaint.value),
        limit=complaint.wanted,
    )
    return said, message("fill in what is missing")


def _many_properties(complaint: Complaint, _field: Field | None) -> _Said:
    said = message(
        "{count} properties are given, more than the {limit} that fit",
        count=len(complaint.value),
        limit=complaint.wanted,
    )
    return said, message("take out what is too much")


def _other(_complaint: Complaint, field: Field | None) -> _Said:
    return message("does not fit the form"), _how(field)


_WORDS: dict[str, Callable[[Complaint, Field | None], _Said]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minimum": _least,
    "maximum": _most,
    "exclusiveMinimum": _above,
    "exclusiveMaximum": _below,
    "multipleOf": _multiple,
    "minLength": _short,
    "maxLength": _long,
    "minItems": _few,
    "maxItems": _many,
    "uniqueItems": _repeated,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "dependentRequired": _together,
    "not": _forbidden,
    NAMES: _name_refused,
    "contains": _not_contained,
    "minContains": _not_contained,
    "maxContains": _contained_too_often,
    "items": _too_much,
    "additionalProperties": _too_much,
    "unevaluatedItems": _too_much,
    "unevaluatedProperties": _too_much,
    "minProperties": _few_properties,
    "maxProperties": _many_properties,
}

_CODES = {
    "minLength": "SHORT",
    "maxLength": "LONG",
    "minItems": "FEW",
    "maxItems": "MANY",
    "uniqueItems": "REPEATED",
    "exclusiveMinimum": "MINIMUM",
    "exclusiveMaximum": "MAXIMUM",
    "multipleOf": "MULTIPLE",
    "anyOf": "ALTERNATIVES",
    "oneOf": "ALTERNATIVES",
    "dependentRequired": "REQUIRED",
    "not": "FORBIDDEN",
    NAMES: "NAME",
    "minContains": "CONTAINS",
    "maxContains": "CONTAINS",
    "items": "MANY",
    "unevaluatedItems": "MANY",
    "additionalProperties": "UNKNOWN",
    "unevaluatedProperties": "UNKNOWN",
    "minProperties": "FEW",
    "maxProperties": "MANY",
}

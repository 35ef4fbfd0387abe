"""How each complaint of a schema is said, and how to mend it.

One function a keyword, each in the words of a person who fills in a form: nothing
of jsonschema's own is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import Finding, closest, did_you_mean, error
from rmdocs.messages import Joined, Message, Text, listed, message
from rmdocs.schemas import patterns
from rmdocs.schemas.definitions import kind_of_pattern
from rmdocs.schemas.fields import HOW, Field, FieldKind, choose, fill, how, written
from rmdocs.schemas.validator import NAMES, Complaint

UNKNOWN = "SCHEMA-UNKNOWN"
"""Code of the finding that a property is none of the form's."""

MISSING = "SCHEMA-REQUIRED"
"""Code of the finding that a required property is absent."""

_SHOWN = 40
_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}.*")
_Said = tuple[Text, Text]


def missing(path: str, label: str, field: Field | None) -> Finding:
    """Return the finding that a required property is absent."""
    remedy = message("fill it in") if field is None else fill(field)
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
    code, words = _WORDS.get(keyword, (keyword.upper(), _other))
    said, remedy = words(complaint, field)
    return error(f"SCHEMA-{code}", path, said, remedy, label=label)


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


def _type(complaint: Complaint, field: Field | None) -> _Said:
    value = complaint.value
    if value is None:
        if field is not None and not field.required:
            return message("may be left out, but not be null"), message("leave it out")
        return message("may not be empty"), how(field)
    wanted = complaint.wanted
    names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"]
    expected = _either(tuple(_EXPECTED[name] for name in names or ("null",)))
    said = message(
        "{found} ({value}) where {expected} is expected",
        found=_kind_found(value),
        value=shown(value),
        expected=expected,
    )
    return said, how(field)


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
        return message("may not be empty"), choose(choices)
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
    return said, choose(choices)


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
    if kind is FieldKind.TEXT:
        return said, written(pattern)
    if kind is FieldKind.DATE and _DAY_AND_TIME.fullmatch(value.strip()):
        return _day_alone(value)
    return said, HOW[kind]


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
        return message("“{value}” is not a time of day", value=value), HOW[FieldKind.TIME]
    return message("“{value}” is not a date of the calendar", value=value), HOW[FieldKind.DATE]


_LIMITS: dict[str, tuple[Message, Message]] = {
    "minimum": (message("{value} is below {limit}"), message("write {limit} or more")),
    "maximum": (message("{value} is above {limit}"), message("write {limit} or less")),
    "exclusiveMinimum": (
        message("{value} is not above {limit}"),
        message("write more than {limit}"),
    ),
    "exclusiveMaximum": (
        message("{value} is not below {limit}"),
        message("write less than {limit}"),
    ),
    "multipleOf": (
        message("{value} is not a multiple of {limit}"),
        message("round it to a multiple of {limit}"),
    ),
    "minLength": (
        message("{count} characters, fewer than the {limit} it needs"),
        message("write it in full"),
    ),
    "maxLength": (
        message("{count} characters, more than the {limit} that fit"),
        message("shorten it by {excess}"),
    ),
    "minItems": (
        message("{count} entries, fewer than the {limit} it needs"),
        message("add the missing entries"),
    ),
    "maxItems": (
        message("{count} entries, more than the {limit} that fit"),
        message("make another record for the rest"),
    ),
    "minProperties": (
        message("{count} properties are given, fewer than the {limit} it needs"),
        message("fill in what is missing"),
    ),
    "maxProperties": (
        message("{count} properties are given, more than the {limit} that fit"),
        message("take out what is too much"),
    ),
}


def _limited(complaint: Complaint, _field: Field | None) -> _Said:
    """Return how what is too small or large, too few or too many is told."""
    value, limit = complaint.value, complaint.wanted
    count = len(value) if isinstance(value, (str, list, dict)) else 0
    said, remedy = _LIMITS[complaint.keyword]
    values = {"value": value, "limit": limit, "count": count, "excess": count - limit}
    return said.with_values(**values), remedy.with_values(**values)


def _short(complaint: Complaint, _field: Field | None) -> _Said:
    if not complaint.value:
        return message("empty"), message("write something, or leave the property out if you may")
    return _limited(complaint, None)


def _long(complaint: Complaint, field: Field | None) -> _Said:
    kind = field.kind if field is not None else FieldKind.TEXT
    if kind is FieldKind.DATE and _DAY_AND_TIME.fullmatch(complaint.value.strip()):
        return _day_alone(complaint.value)
    said = message("“{value}” is not written as the form wants it", value=shown(complaint.value))
    if kind in {FieldKind.DATE, FieldKind.TIME, FieldKind.DECIMAL}:
        return said, HOW[kind]
    if field is not None and patterns.is_digits(field.pattern):
        return said, written(field.pattern)
    return _limited(complaint, field)


def _repeated(complaint: Complaint, _field: Field | None) -> _Said:
    value = complaint.value
    twice = next((item for index, item in enumerate(value) if item in value[:index]), "")
    return message("“{value}” occurs twice", value=shown(twice)), message("name each entry once")


def _alternatives(complaint: Complaint, field: Field | None) -> _Said:
    if not complaint.branches:
        said = message("fits more than one of the ways this may be written")
        return said, message("fill in what belongs to one of them alone")
    return message("fits none of the ways this may be written"), how(field)


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


def _other(_complaint: Complaint, field: Field | None) -> _Said:
    return message("does not fit the form"), how(field)


_WORDS: dict[str, tuple[str, Callable[[Complaint, Field | None], _Said]]] = {
    "type": ("TYPE", _type),
    "enum": ("ENUM", _enum),
    "const": ("CONST", _const),
    "pattern": ("PATTERN", _pattern),
    "format": ("FORMAT", _format),
    "minimum": ("MINIMUM", _limited),
    "maximum": ("MAXIMUM", _limited),
    "exclusiveMinimum": ("MINIMUM", _limited),
    "exclusiveMaximum": ("MAXIMUM", _limited),
    "multipleOf": ("MULTIPLE", _limited),
    "minLength": ("SHORT", _short),
    "maxLength": ("LONG", _long),
    "minItems": ("FEW", _limited),
    "maxItems": ("MANY", _limited),
    "uniqueItems": ("REPEATED", _repeated),
    "anyOf": ("ALTERNATIVES", _alternatives),
    "oneOf": ("ALTERNATIVES", _alternatives),
    "dependentRequired": ("REQUIRED", _together),
    "not": ("FORBIDDEN", _forbidden),
    NAMES: ("NAME", _name_refused),
    "contains": ("CONTAINS", _not_contained),
    "minContains": ("CONTAINS", _not_contained),
    "maxContains": ("CONTAINS", _contained_too_often),
    "items": ("MANY", _too_much),
    "additionalProperties": ("UNKNOWN", _too_much),
    "unevaluatedItems": ("MANY", _too_much),
    "unevaluatedProperties": ("UNKNOWN", _too_much),
    "minProperties": ("FEW", _limited),
    "maxProperties": ("MANY", _limited),
}

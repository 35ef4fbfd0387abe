"""What a field takes, in words: whether it is needed, what it holds, its limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from rmdocs.messages import Text, message
from rmdocs.schemas.fields import Field, Kind

_KINDS: Mapping[Kind, Text] = {
    Kind.OBJECT: message("several fields together"),
    Kind.LIST: message("a list"),
    Kind.TEXT: message("text"),
    Kind.DECIMAL: message("a decimal number"),
    Kind.INTEGER: message("a whole number"),
    Kind.NUMBER: message("a number"),
    Kind.BOOLEAN: message("yes or no"),
    Kind.DATE: message("a date"),
    Kind.TIME: message("a time"),
}

_NEEDS: Mapping[tuple[bool, bool], Text] = {
    (True, False): message("must be filled in"),
    (True, True): message("must be given, if only as empty"),
    (False, True): message("may be left empty"),
    (False, False): message("may be left out"),
}

_LIMITS: Mapping[str, Callable[[str], Text]] = {
    "minLength": lambda value: message("at least {value} characters", value=value),
    "maxLength": lambda value: message("at most {value} characters", value=value),
    "minimum": lambda value: message("at least {value}", value=value),
    "maximum": lambda value: message("at most {value}", value=value),
    "exclusiveMinimum": lambda value: message("more than {value}", value=value),
    "exclusiveMaximum": lambda value: message("less than {value}", value=value),
    "multipleOf": lambda value: message("a multiple of {value}", value=value),
    "minItems": lambda value: message("at least {value} entries", value=value),
    "maxItems": lambda value: message("at most {value} entries", value=value),
    "pattern": lambda value: message("written after the pattern {value}", value=value),
    "const": lambda value: message("always {value}", value=value),
}
_NORMALISED: Mapping[str, Text] = {
    "strip": message("blanks around it are dropped"),
    "upper": message("turned into capitals"),
}
_FORMATS: Mapping[str, Text] = {
    "date": message("written as a date"),
    "time": message("written as a time"),
}


def kind_of(field: Field) -> Text:
    """Return what a field holds."""
    return _KINDS[field.kind]


def need_of(field: Field) -> Text:
    """Return whether a field must be filled in."""
    return _NEEDS[field.required, field.nullable]


def limit(keyword: str, written: str) -> Text:
    """Return what a limit asks for.

    :param keyword: one of ``properties.LIMITS``.
    :param written: its value as JSON; several if several are said of a field.
    """
    if keyword == "uniqueItems":
        return (
            message("no entry twice") if written != "false" else message("entries may be repeated")
        )
    plain = written
    try:
        value = json.loads(written)
        plain = value if isinstance(value, str) else written
    except ValueError:
        pass  # several values at once stay as they are written
    if keyword == "x-normalise" and plain in _NORMALISED:
        return _NORMALISED[plain]
    if keyword == "format" and plain in _FORMATS:
        return _FORMATS[plain]
    say = _LIMITS.get(keyword)
    return say(plain) if say is not None else message("{name} {value}", name=keyword, value=plain)

"""Canonical JSON (RFC 8785) and digests (SHA-256): what gets sealed and hashed.

Reading is strict: a duplicate key, NaN or a number that JSON cannot carry
exactly would make two readers disagree, so each is an error.
"""

from __future__ import annotations

import hashlib
import json
import math
from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import rfc8785

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message

Json: TypeAlias = Any
"""A value as ``json.loads`` gives it; it stops at the JSON boundary."""

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object at the boundary, before it becomes a typed value."""

_LARGEST_INTEGER = 2**53 - 1
_MANY_DIGITS = 20
"""A number with so many is too large; Python itself refuses to read very many."""

_FIRST_WITH_EXPONENT = 1e21
"""From here on RFC 8785 writes a number with an exponent, which is read as it was."""


_ALL_OF_IT = object()


def encode(value: Json, doubtful: Json = _ALL_OF_IT) -> bytes:
    """Return ``value`` as canonical JSON (RFC 8785), UTF-8 without a line end.

    :param doubtful: the part of it with names and numbers that the caller did not choose: no
        other has to be looked through. All of it, if it is not given.
    :raises FindingsError: if the value cannot be carried exactly (an integer
        beyond 2^53 - 1, a lone surrogate, NaN).
    """
    try:
        if _written_alike(value if doubtful is _ALL_OF_IT else doubtful):
            with suppress(UnicodeEncodeError):  # which is told below
                return _PLAIN.encode(value).encode()
        _require_readable(value)
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, ValueError) as problem:
        raise FindingsError((_inexact(problem),)) from problem


def _inexact(problem: Exception) -> Finding:
    """Return why a value cannot be carried exactly."""
    reason = message("a number has more digits than can be kept exactly")
    remedy = message("write long numbers as text in quotes")
    if isinstance(problem, rfc8785.FloatDomainError):
        reason = message("a number is infinite, or none at all")
        remedy = message("write the number in digits, or leave it out")
    elif not isinstance(problem, (rfc8785.IntegerDomainError, _LongNumberError)):
        reason = message("a text holds half a character")
        remedy = message("write the text again")
    return error("JSON-EXACT", "$", reason, remedy, clause="RFC 8785")


class _LongNumberError(ValueError):
    """A number that would not be read as it is written."""


# Python's own writer is ten times as fast, and sealing and verifying write much.
_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_FIRST_SURROGATE = "\ud800"
"""From here on the order of characters and that of UTF-16, which sorts names, differ."""


def _written_alike(value: Json) -> bool:
    """Return whether Python's own writer writes a value as RFC 8785 says."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        return all(
            type(name) is str
            and (name.isascii() or max(name) < _FIRST_SURROGATE)
            and _written_alike(item)
            for name, item in value.items()
        )
    if kind in {list, tuple}:
        return all(map(_written_alike, value))
    if kind is int:
        return bool(-_LARGEST_INTEGER <= value <= _LARGEST_INTEGER)
    if kind is float:
        digits = repr(value)
        return not digits.endswith(".0") and not set(digits) & _OTHERWISE
    return False


_OTHERWISE = frozenset("einf")
"""What stands in numbers with an exponent, and in what is no number."""


def _require_readable(value: Json) -> None:
    """Refuse a whole number that RFC 8785 would write and ``decode`` could not read again."""
    if isinstance(value, float) and _LARGEST_INTEGER < abs(value) < _FIRST_WITH_EXPONENT:
        raise _LongNumberError
    if isinstance(value, dict):
        for item in value.values():
            _require_readable(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _require_readable(item)


def decode(data: bytes | str) -> Json:
    """Return the JSON value in ``data`` (UTF-8, a byte order mark is allowed).

    :raises FindingsError: with line and column, if it is not strict JSON.
    """
    try:
        text = data.removeprefix(BOM_UTF8).decode() if isinstance(data, bytes) else data
        return _STRICT.decode(text)
    except UnicodeDecodeError as problem:
        finding = error(
            "JSON-ENCODING",
            "$",
            message("not UTF-8: byte {offset} cannot be read", offset=problem.start),
            message("save the file as UTF-8"),
        )
    except json.JSONDecodeError as problem:
        finding = error(
            "JSON-SYNTAX",
            f"line {problem.lineno}, column {problem.colno}",
            _syntax(problem),
            message("compare the place with a sample record"),
        )
    except RecursionError:
        finding = error(
            "JSON-DEPTH",
            "$",
            message("nested too deeply to be a record"),
            message("compare the file with a sample record"),
        )
    except _StrictnessError as problem:
        finding = error("JSON-STRICT", "$", problem.said, problem.remedy)
    raise FindingsError((finding,))


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


_SYNTAX: Mapping[str, Text] = {
    "Expecting value": message("a value is missing, or a text without its quotes"),
    "Expecting property name enclosed in double quotes": message(
        "here a name in quotes must stand: a comma too many, or a quote that is lost"
    ),
    "Expecting ':' delimiter": message("a colon is missing between a name and its value"),
    "Expecting ',' delimiter": message("a comma or a closing bracket is missing"),
    "Extra data": message("more stands behind the end of the record"),
    "Invalid control character at": message("a line break or tab stands within a text"),
    "Invalid \\escape": message("a backslash stands before a sign that takes none"),
    "Invalid \\uXXXX escape": message("behind \\u four hexadecimal digits must stand"),
    "Unterminated string starting at": message("a text is not closed by a quote"),
    "Illegal trailing comma before end of object": message("a comma too many before the bracket"),
    "Illegal trailing comma before end of array": message("a comma too many before the bracket"),
}
"""What Python's reader says of a mistake, in words for who wrote the file."""


def _syntax(problem: json.JSONDecodeError) -> Text:
    # Python changed these sentences before: one that is not known is not shown.
    known = (said for start, said in _SYNTAX.items() if problem.msg.startswith(start))
    reason = next(known, message("it cannot be read from here on"))
    return message("not JSON: {problem}", problem=reason)


class _StrictnessError(ValueError):
    """JSON that two readers could understand differently."""

    def __init__(self, said: Text, remedy: Text) -> None:
        super().__init__(said)
        self.said = said
        self.remedy = remedy


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    found: JsonObject = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for key, value in pairs:
        if key in found:
            raise _StrictnessError(
                message("the name “{key}” occurs twice in one object", key=key),
                message("keep one of the two, or correct its name"),
            )
        found[key] = value
    return found


def _no_constant(name: str) -> Json:
    raise _StrictnessError(
        message("{name} is not a number", name=name),
        message("write the number in digits, or leave it out"),
    )


def _integer(digits: str) -> int:
    number = int(digits) if len(digits) < _MANY_DIGITS else _LARGEST_INTEGER + 1
    if abs(number) > _LARGEST_INTEGER:
        raise _too_long(digits)
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):  # 1e999: no two readers agree on it
        raise _too_long(digits)
    return number


def _too_long(digits: str) -> _StrictnessError:
    return _StrictnessError(
        message("the number {digits} has too many digits", digits=digits[:24]),
        message("write long numbers as text in quotes"),
    )


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_no_constant,
    parse_int=_integer,
    parse_float=_finite,
)

r"""Patterns of JSON Schema, read as ECMA-262 means them and not as Python does.

In Python ``\d`` also takes ``３`` and ``$`` stands before a last line end;
either would let a value through that cannot be printed as the form means it.
"""

from __future__ import annotations

import re
from functools import cache

_ASCII = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[A-Za-z0-9_]",
    r"\W": "[^A-Za-z0-9_]",
}
_ASCII_IN_CLASS = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}
_DIGITS = re.compile(r"\^(?:\\d|\[0-9\])(?:\{(\d+)(?:,(\d*))?\}|\+)\$")
_PART = re.compile(r"\\.|[\[\]$]|[^\\\[\]$]+", re.DOTALL)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` of a schema, compiled.

    :raises re.error: if it is not a pattern.
    """
    return re.compile(_translated(pattern))


def admits(pattern: str, value: str) -> bool:
    """Return whether ``value`` fits; a pattern is not anchored unless it says so."""
    return compiled(pattern).search(value) is not None


def is_digits(pattern: str) -> bool:
    """Return whether a pattern admits digits and nothing else."""
    return _DIGITS.fullmatch(pattern) is not None


def _translated(pattern: str) -> str:
    parts: list[str] = []
    in_class = False
    for part in _PART.findall(pattern):
        if in_class:
            parts.append(_ASCII_IN_CLASS.get(part, r"\[" if part == "[" else part))
            in_class = part != "]"
        else:
            parts.append(r"\Z" if part == "$" else _ASCII.get(part, part))
            in_class = part == "["
    return "".join(parts)

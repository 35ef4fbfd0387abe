r"""Patterns of JSON Schema, read as ECMA-262 means them and not as Python does.

In Python ``\d`` also takes ``３`` and ``$`` stands before a last line end;
either would let a value through that cannot be printed as the form means it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_ASCII = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[A-Za-z0-9_]",
    r"\W": "[^A-Za-z0-9_]",
}
_ASCII_IN_CLASS = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}
_RUN = re.compile(
    r"(?P<what>\\d|\[0-9\]|\[A-Z\]|\\[-./]|[^\\\[\](){}.*+?|^$])"
    r"(?:\{(?P<least>\d+)(?:,(?P<most>\d*))?\}|(?P<many>\+))?"
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of like characters that a pattern asks for.

    :param kind: ``0`` for digits, ``A`` for capital letters, else the characters themselves.
    :param most: None if there may be any number of them.
    """

    kind: str
    least: int
    most: int | None

    @property
    def example(self) -> str:
        """Return characters that fit: as many as there must be."""
        runs = {"0": "1234567890", "A": "ABCDEFGHIJ"}
        run = runs.get(self.kind, self.kind)
        return "".join(run[at % len(run)] for at in range(max(self.least, 1)))


def parts(pattern: str) -> list[Part]:
    """Return the runs that a pattern is made of; none if it says anything more."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return []
    found: list[Part] = []
    inner = pattern[1:-1]
    at = 0
    while at < len(inner):
        match = _RUN.match(inner, at)
        if match is None:
            return []
        kind = {"\\d": "0", "[0-9]": "0", "[A-Z]": "A"}.get(match["what"], match["what"])
        least = int(match["least"] or 1)
        most = least if match["most"] is None else int(match["most"] or 0) or None
        if match["many"]:
            most = None
        found.append(Part(kind=kind.removeprefix("\\"), least=least, most=most))
        at = match.end()
    return found


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

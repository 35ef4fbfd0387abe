r"""Patterns of JSON Schema, read as ECMA-262 means them and not as Python does.

In Python ``\d`` also takes ``３`` and ``$`` stands before a last line end;
either would let a value through that cannot be printed as the form means it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rmdocs.schemas.automaton import Automaton

_SPACES = "\\t-\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_NO_SPACES = (
    "\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e"
    "\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\U0010ffff"
)
"""White space of ECMA-262, and all the rest."""

_WORD = "A-Za-z0-9_"

_OUTSIDE = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\s": f"[{_SPACES}]",
    r"\S": f"[^{_SPACES}]",
    r"\b": r"(?a:\b)",
    r"\B": r"(?a:\B)",
    ".": r"[^\n\r\u2028\u2029]",
    "$": r"\Z",
    "[]": "(?!)",
    "[^]": r"[\s\S]",
}
_INSIDE = {
    r"\d": "0-9",
    r"\D": "\\x00-/:-\\U0010ffff",
    r"\w": _WORD,
    r"\W": "\\x00-/:-@\\[-\\^`{-\\U0010ffff",
    r"\s": _SPACES,
    r"\S": _NO_SPACES,
    "[": r"\[",
}
_RUN = re.compile(
    r"(?P<what>\\d|\[0-9\]|\[A-Z\]|\\[-./]|[^\\\[\](){}.*+?|^$])"
    r"(?:\{(?P<least>\d+)(?:,(?P<most>\d*))?\}|(?P<many>\+))?"
)
_DIGITS = re.compile(r"\^(?:\\d|\[0-9\])(?:\{(\d+)(?:,(\d*))?\}|\+)\$")
_ALONE = re.compile(r"\\.|\[\^?\]|\[(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP_AGAIN = re.compile(r"\)(?:[*+]|\{)")
_VARYING = re.compile(r"[*+]|\{\d+,\d*\}")
_SHORT, _FEW = 64, 3
"""How long a text and how many repeats Python goes through quickly in any order."""

_PART = re.compile(r"\\.|\[\^?\]|\[\^?|[\]$.]|[^\\\[\]$.]+|\\", re.DOTALL)
_FOREIGN = re.compile(
    r"\\[^bBdDsSwWfnrtvxucpPk0-9]"  # escapes of letters, of which each dialect makes its own
    r"|\\[cpPk]|\\u(?![0-9A-Fa-f]{4})|\\u[dD][89a-fA-F]|\\x(?![0-9A-Fa-f]{2})|\\0[0-9]"
    r"|\(\?(?!:|=|!|<=|<!)"  # groups that only Python knows, or only ECMA-262
    r"|[*+?}]\+"  # possessive
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` of a schema, compiled.

    :raises re.error: if it is not a pattern.
    """
    return re.compile(translated(pattern))


def foreign(pattern: str) -> str:
    """Return what in a pattern ECMA-262 reads otherwise than this program, or nothing."""
    for found in _FOREIGN.finditer(pattern):
        escaped = found[0][1:] if found[0][0] == "\\" else ""
        # Whatever is no letter stands for itself when it is escaped.
        if len(escaped) != 1 or escaped.isalpha():
            return found[0]
    return ""


def admits(pattern: str, value: str) -> bool:
    """Return whether ``value`` fits; a pattern is not anchored unless it says so."""
    if len(value) > _SHORT or winds(pattern):
        automaton = _automaton(pattern)
        if automaton is not None:
            return automaton.admits(value)
    return compiled(pattern).search(value) is not None


@cache
def winds(pattern: str) -> bool:
    """Return whether Python may find very many ways through a short text.

    A group that is repeated, or more than a few repeats one after the other.
    """
    plain = _ALONE.sub("x", pattern)
    return _GROUP_AGAIN.search(plain) is not None or len(_VARYING.findall(plain)) > _FEW


def is_slow(pattern: str) -> bool:
    """Return whether a pattern may take longer than anybody waits."""
    return winds(pattern) and _automaton(pattern) is None


@cache
def _automaton(pattern: str) -> Automaton | None:
    try:
        return Automaton(translated(pattern))
    except ValueError:
        return None


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


def translated(pattern: str) -> str:
    """Return a pattern as Python is to read it, with the meaning that ECMA-262 gives it."""
    parts: list[str] = []
    in_class = False
    for part in _PART.findall(pattern):
        if in_class:
            # ``[^]`` and ``[]`` within a class are an opening bracket that stands for itself.
            opened = part[0] == "["
            parts.append(rf"\[{part[1:]}" if opened else _INSIDE.get(part, _plain(part)))
            in_class = part != "]" and not (opened and part[-1] == "]")
        else:
            parts.append(_OUTSIDE.get(part, part))
            in_class = part in {"[", "[^"}
    return "".join(parts)


def _plain(part: str) -> str:
    """Return a piece of a class without what Python may take for an operation on sets."""
    return part if part[0] == "\\" else re.sub(r"([&~|])(?=\1)", r"\\\1", part)

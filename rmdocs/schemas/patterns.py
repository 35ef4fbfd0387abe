"""Patterns of JSON Schema, read as ECMA-262 means them and not as Python does.

In Python a class of digits also takes ``３`` and ``$`` stands before a last line end;
either would let a value through that cannot be printed as the form means it. And it
tries one way through a pattern after the other, which for ``^(a+)+$`` are more than
anybody lives to see. All ways are gone at once here, sign by sign: as many steps as
the text has signs. What looks around itself or back is left to Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from functools import cache

from rmdocs.classes import dataclass

_TOKEN = re.compile(
    r"(?P<sign>\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[^0-9bBAZ]|\[(?:\\.|[^\]\\])*\])"
    r"|(?P<end>\\Z)|(?P<open>\((?:\?:)?(?!\?))|(?P<times>[*+?]\??|\{\d+(?:,\d*)?\}\??)"
    r"|(?P<one>[^\\\[\]()*+?|^$])|(?P<mark>[)|^\]])",
    re.DOTALL,
)
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_MOST_STATES = 1000
_MOST_KEPT = 20_000
_START, _END = "^", r"\Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PatternNode:
    """A part of a pattern: one sign, a mark, or all or any of its parts, or one so many times."""

    kind: str
    sign: str = ""
    parts: tuple[_PatternNode, ...] = ()
    least: int = 0
    most: int | None = None


class _ForeignError(Exception):
    """The pattern has a part that one sign after the other cannot tell of."""


@dataclass(slots=True, kw_only=True)
class Automaton:
    """A pattern, already translated for Python, as states and steps between them.

    :raises ValueError: if it has parts that cannot be had so, or too many states.
    """

    pattern: str
    _signs: dict[int, tuple[str, int]] = field(default_factory=dict)
    _free: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    _count: int = 0
    _last: int = 0
    _known: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build the states."""
        tokens = _Tokens(self.pattern)
        try:
            node = tokens.whole()
            self._count = 1
            self._last = self._build(node, 0)
        except (_ForeignError, RecursionError) as problem:
            raise ValueError(self.pattern) from problem

    def admits(self, text: str) -> bool:
        """Return whether the pattern is found in a text, as ``re.search`` finds it."""
        at = self._reached({0}, {_START} if text else {_START, _END})
        for place, sign in enumerate(text, 1):
            if self._last in at:
                return True
            key = (at, sign)
            following = self._known.get(key)
            if following is None:
                if len(self._known) > _MOST_KEPT:
                    self._known.clear()
                following = self._known[key] = self._after(at, sign)
            at = following
            if place == len(text):
                at = self._reached(at, {_END})
        return self._last in at

    def _after(self, states: frozenset[int], sign: str) -> frozenset[int]:
        steps = [self._signs[state] for state in states if state in self._signs]
        fitting = {one for one in {one for one, _ in steps} if _is_one(one, sign)}
        # What is found may begin at every sign.
        return self._reached({0, *(to for one, to in steps if one in fitting)}, set())

    def _reached(self, states: Iterable[int], here: set[str]) -> frozenset[int]:
        """Return the states and those that no sign is needed to come to."""
        waiting = list(states)
        found = set(waiting)
        while waiting:
            for to, condition in self._free.get(waiting.pop(), ()):
                if to not in found and (not condition or condition in here):
                    found.add(to)
                    waiting.append(to)
        return frozenset(found)

    def _new(self) -> int:
        self._count += 1
        if self._count > _MOST_STATES:
            raise _ForeignError
        return self._count - 1

    def _link(self, start: int, end: int, condition: str = "") -> None:
        self._free.setdefault(start, []).append((end, condition))

    def _build(self, node: _PatternNode, start: int) -> int:
        """Add the states of a part that begins in a state; return the one it ends in."""
        if node.kind == "sign":
            # A state with a step has no other way on: a sign begins in one of its own.
            begin, end = self._new(), self._new()
            self._link(start, begin)
            self._signs[begin] = (node.sign, end)
            return end
        if node.kind == "all":
            for part in node.parts:
                start = self._build(part, start)
            return start
        if node.kind == "times":
            return self._repeated(node, start)
        end = self._new()
        if node.kind == "any":
            for part in node.parts:
                self._link(self._build(part, start), end)
        else:
            self._link(start, end, node.kind)
        return end

    def _repeated(self, node: _PatternNode, start: int) -> int:
        (part,) = node.parts
        for _ in range(node.least):
            start = self._build(part, start)
        if node.most is None:
            begin, end = self._new(), self._new()
            self._link(start, begin)
            self._link(begin, end)
            self._link(self._build(part, begin), begin)
            return end
        end = self._new()
        self._link(start, end)
        for _ in range(node.most - node.least):
            start = self._build(part, start)
            self._link(start, end)
        return end


class _Tokens:
    """The parts of a pattern, read from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self.kind, self.text = "", ""
        self._next()

    def _next(self) -> None:
        if self._at == len(self._pattern):
            self.kind, self.text = "", ""
            return
        found = _TOKEN.match(self._pattern, self._at)
        if found is None:
            raise _ForeignError
        self.kind, self.text = str(found.lastgroup), found[0]
        self._at = found.end()

    def whole(self) -> _PatternNode:
        """Read the pattern to its end."""
        node = self.alternatives()
        if self.kind:
            raise _ForeignError
        return node

    def alternatives(self) -> _PatternNode:
        """Read what stands between bars."""
        parts = [self._sequence()]
        while self.text == "|" and self.kind == "mark":
            self._next()
            parts.append(self._sequence())
        return _PatternNode(kind="any", parts=tuple(parts)) if len(parts) > 1 else parts[0]

    def _sequence(self) -> _PatternNode:
        parts: list[_PatternNode] = []
        while self.kind and not (self.kind == "mark" and self.text in "|)"):
            part = self._one()
            if self.kind == "times":
                if part.kind in {_START, _END}:
                    raise _ForeignError
                least, most = _times(self.text)
                part = _PatternNode(kind="times", parts=(part,), least=least, most=most)
                self._next()
            parts.append(part)
        return _PatternNode(kind="all", parts=tuple(parts))

    def _one(self) -> _PatternNode:
        kind, text = self.kind, self.text
        self._next()
        if kind in {"sign", "one"} or text == "]":
            return _PatternNode(kind="sign", sign=text if kind == "sign" else re.escape(text))
        if kind == "open":
            inner = self.alternatives()
            if self.text != ")":
                raise _ForeignError
            self._next()
            return inner
        if kind == "end":
            return _PatternNode(kind=_END)
        if text == _START:
            return _PatternNode(kind=_START)
        raise _ForeignError


def _is_one(signs: str, sign: str) -> bool:
    return re.fullmatch(signs, sign, re.DOTALL) is not None


def _times(text: str) -> tuple[int, int | None]:
    found = _COUNT.match(text)
    if found is None:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[text[0]]
    least = int(found[1])
    if not found[2]:
        return least, least
    return least, int(found[3]) if found[3] else None


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
        return Automaton(pattern=translated(pattern))
    except ValueError:
        return None


DIGIT, CAPITAL = r"\d", "[A-Z]"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRun:
    """A run of like characters that a pattern asks for.

    :param kind: ``DIGIT``, ``CAPITAL``, else the character itself.
    :param most: None if there may be any number of them.
    """

    kind: str
    least: int
    most: int | None

    @property
    def example(self) -> str:
        """Return characters that fit: as many as there must be."""
        runs = {DIGIT: "1234567890", CAPITAL: "ABCDEFGHIJ"}
        run = runs.get(self.kind, self.kind)
        return "".join(run[at % len(run)] for at in range(max(self.least, 1)))


def parts(pattern: str) -> list[PatternRun]:
    """Return the runs that a pattern is made of; none if it says anything more."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return []
    found: list[PatternRun] = []
    inner = pattern[1:-1]
    at = 0
    while at < len(inner):
        match = _RUN.match(inner, at)
        if match is None:
            return []
        classes = {DIGIT: DIGIT, "[0-9]": DIGIT, CAPITAL: CAPITAL}
        kind = classes.get(match["what"], match["what"].removeprefix("\\"))
        least = int(match["least"] or 1)
        most = least if match["most"] is None else int(match["most"] or 0) or None
        if match["many"]:
            most = None
        found.append(PatternRun(kind=kind, least=least, most=most))
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

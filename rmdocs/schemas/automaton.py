"""Whether a text fits a pattern, in time that only grows with the text.

Python tries one way through a pattern after the other, which for ``^(a+)+$`` are more
than anybody lives to see. All ways are gone at once here, sign by sign: as many steps as
the text has signs. What looks around itself or back is left to Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

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
class _Node:
    """A part of a pattern: one sign, a mark, or all or any of its parts, or one so many times."""

    kind: str
    sign: str = ""
    parts: tuple[_Node, ...] = ()
    least: int = 0
    most: int | None = None


class _ForeignError(Exception):
    """The pattern has a part that one sign after the other cannot tell of."""


@dataclass(slots=True)
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

    def _build(self, node: _Node, start: int) -> int:
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

    def _repeated(self, node: _Node, start: int) -> int:
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

    def whole(self) -> _Node:
        """Read the pattern to its end."""
        node = self.alternatives()
        if self.kind:
            raise _ForeignError
        return node

    def alternatives(self) -> _Node:
        """Read what stands between bars."""
        parts = [self._sequence()]
        while self.text == "|" and self.kind == "mark":
            self._next()
            parts.append(self._sequence())
        return _Node(kind="any", parts=tuple(parts)) if len(parts) > 1 else parts[0]

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.kind and not (self.kind == "mark" and self.text in "|)"):
            part = self._one()
            if self.kind == "times":
                if part.kind in {_START, _END}:
                    raise _ForeignError
                least, most = _times(self.text)
                part = _Node(kind="times", parts=(part,), least=least, most=most)
                self._next()
            parts.append(part)
        return _Node(kind="all", parts=tuple(parts))

    def _one(self) -> _Node:
        kind, text = self.kind, self.text
        self._next()
        if kind in {"sign", "one"} or text == "]":
            return _Node(kind="sign", sign=text if kind == "sign" else re.escape(text))
        if kind == "open":
            inner = self.alternatives()
            if self.text != ")":
                raise _ForeignError
            self._next()
            return inner
        if kind == "end":
            return _Node(kind=_END)
        if text == _START:
            return _Node(kind=_START)
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

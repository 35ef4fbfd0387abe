"""A text cut into pieces, and which item of an old sequence became which of a new one.

A tag is one piece, so is a word or number in Latin letters and digits; Chinese
has no spaces, so each of its characters is one. What differs between two texts
is told in passages: runs of pieces, joined where a common piece between two
changes is too small to be worth telling.

Of two sequences equal items are found first; between them, those most alike are
paired, in order. What the items are, and when two are alike, is the caller's affair.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

OBJECT = "\ufffc"
"""What stands in a text for a picture, a computed field or another object."""

_TOKEN = re.compile(
    r"(?P<tag>\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})"
    r"|(?P<word>[A-Za-z0-9_]+(?:[.,:/'-][A-Za-z0-9_]+)*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
STOPS = frozenset("。；;！!？?，,、：:.…\n\t\f")
"""Signs after which a person goes on reading afresh."""

_PUNCTUATION = STOPS | frozenset("“”‘’（）()《》〈〉【】〔〕「」 　\"'-—_/☐☑☒")
_TAG_WEIGHT, _PUNCTUATION_WEIGHT = 6.0, 0.5
_CRUMB = 1.0
"""A common piece of this weight between two changes is not worth telling."""

_LEAST_COMMON = 0.3
"""Texts that have less of the shorter one in common differ as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of a text.

    :param key: what it is compared by.
    :param start: where it begins in the text, ``end`` where it ends.
    """

    key: str
    start: int
    end: int

    @property
    def weight(self) -> float:
        """Return how much it tells, a Chinese character being 1."""
        if self.key.startswith("{"):
            return _TAG_WEIGHT
        if self.key in _PUNCTUATION:
            return _PUNCTUATION_WEIGHT
        return max(1.0, (self.end - self.start) / 2) if self.key.isascii() else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of two texts that is the same in both, or differs as a whole.

    :param old: beginning and end in the old text, ``new`` in the new one.
    """

    same: bool
    old: tuple[int, int]
    new: tuple[int, int]

    @property
    def size(self) -> int:
        """Return how long its longer side is."""
        return max(self.old[1] - self.old[0], self.new[1] - self.new[0])

    def shifted(self, start: int, end: int) -> Passage:
        """Return the passage with its beginning and its end moved in both texts."""
        (old_start, old_end), (new_start, new_end) = self.old, self.new
        return Passage(
            same=self.same,
            old=(old_start + start, old_end + end),
            new=(new_start + start, new_end + end),
        )


def tokens(text: str) -> tuple[Token, ...]:
    """Return the pieces of ``text``; together they are all of it."""
    return tuple(
        Token(key=found[0], start=found.start(), end=found.end()) for found in _TOKEN.finditer(text)
    )


def passages(old: Sequence[Token], new: Sequence[Token]) -> tuple[Passage, ...]:
    """Return what is the same and what differs, in order, covering both texts."""
    old_keys, new_keys = [token.key for token in old], [token.key for token in new]
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    found = [
        Passage(same=kind == "equal", old=(old_start, old_end), new=(new_start, new_end))
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes()
    ]
    found = _at_stops(_without_crumbs(found, old), old_keys, new_keys)
    common = sum(_weight(old[slice(*passage.old)]) for passage in found if passage.same)
    if common < _LEAST_COMMON * min(_weight(old), _weight(new)):
        found = [Passage(same=False, old=(0, len(old)), new=(0, len(new)))]
    return tuple(
        Passage(
            same=passage.same, old=_characters(old, passage.old), new=_characters(new, passage.new)
        )
        for passage in found
    )


def _weight(pieces: Sequence[Token]) -> float:
    return sum(token.weight for token in pieces)


def _characters(pieces: Sequence[Token], span: tuple[int, int]) -> tuple[int, int]:
    """Return a span of tokens as one of characters."""
    start, end = span
    end_of_all = pieces[-1].end if pieces else 0
    first = pieces[start].start if start < len(pieces) else end_of_all
    return first, pieces[end - 1].end if end > start else first


def _without_crumbs(found: list[Passage], old: Sequence[Token]) -> list[Passage]:
    """Join changes that only a small common piece holds apart, until none is left."""
    position = 1
    while position < len(found) - 1:
        before, common, after = found[position - 1 : position + 2]
        weight = _weight(old[slice(*common.old)])
        if common.same and (weight <= _CRUMB or 1.5 * weight <= min(before.size, after.size)):
            whole = Passage(
                same=False,
                old=(before.old[0], after.old[1]),
                new=(before.new[0], after.new[1]),
            )
            found[position - 1 : position + 2] = [whole]
            position = max(1, position - 2)
        else:
            position += 1
    return found


def _at_stops(found: list[Passage], old: Sequence[str], new: Sequence[str]) -> list[Passage]:
    """Move what was put in or taken out so that it begins after a stop where it can.

    In “甲,乙,丙” without 乙 either of two commas may have gone; the one that
    leaves “甲,” whole reads better.
    """
    moved: list[Passage] = []
    owed = 0
    for position, passage in enumerate(found):
        back = 0
        if not passage.same and position and not all((_length(passage.old), _length(passage.new))):
            pieces, span = (old, passage.old) if _length(passage.old) else (new, passage.new)
            back = _steps_back(pieces, span, moved[-1].size)
        if back:
            moved[-1] = moved[-1].shifted(0, -back)
        moved.append(passage.shifted(-owed if passage.same else -back, -back))
        owed = back
    if owed:
        last = found[-1]
        moved.append(
            Passage(
                same=True,
                old=(last.old[1] - owed, last.old[1]),
                new=(last.new[1] - owed, last.new[1]),
            )
        )
    return [passage for passage in moved if passage.size]


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _steps_back(pieces: Sequence[str], span: tuple[int, int], most: int) -> int:
    """Return by how many tokens the span should begin earlier; 0 if it is well placed."""
    start, end = span
    for back in range(most + 1):
        if start - back == 0 or pieces[start - back - 1] in STOPS:
            return back
        if pieces[start - back - 1] != pieces[end - back - 1]:
            return 0
    return 0


T = TypeVar("T")

_MOST_PAIRS = 40_000
"""Pairs that are compared at most between two equal items; beyond, order decides."""

_LEAST_ALIKE = 0.35
"""From here on two items are said to be one that changed."""

_LEAST_ALIKE_ALONE = 0.15
"""The same where each of the two has no other to be compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What an item is aligned by.

    :param key: items with one key are the same.
    :param bag: what two items may have in common.
    :param kind: items of two kinds are never one.
    :param floor: how alike two items of a kind are before anything is compared.
    """

    key: Hashable
    bag: Counter[str]
    kind: str = ""
    floor: float = 0.0

    def likeness(self, other: Outline) -> float:
        """Return how alike two items are, from 0 to 1 (Sørensen–Dice)."""
        if self.kind != other.kind:
            return 0.0
        total = self.bag.total() + other.bag.total()
        common = 2 * (self.bag & other.bag).total() / total if total else 1.0
        return self.floor + (1 - self.floor) * common


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Generic[T]):
    """An item of the old sequence and what it became; None where there is no such item."""

    old: T | None
    new: T | None

    @property
    def shown(self) -> T:
        """Return what the item became, or what it was if it is gone."""
        item = self.new if self.new is not None else self.old
        if item is None:
            reason = "a pair holds an old or a new item"
            raise ValueError(reason)
        return item


def align(old: Sequence[T], new: Sequence[T], outline: Callable[[T], Outline]) -> list[Pair[T]]:
    """Return all items of both sequences in order, what is gone before what is new."""
    first, second = [*map(outline, old)], [*map(outline, new)]
    matcher = SequenceMatcher(
        None, [item.key for item in first], [item.key for item in second], autojunk=False
    )
    pairs: list[Pair[T]] = []
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        before, after = old[old_start:old_end], new[new_start:new_end]
        if kind == "equal":
            pairs += [Pair(old=one, new=other) for one, other in zip(before, after, strict=True)]
        else:
            alike = [
                [one.likeness(other) for other in second[new_start:new_end]]
                for one in first[old_start:old_end]
                if len(before) * len(after) <= _MOST_PAIRS
            ]
            pairs += _between(before, after, alike)
    return pairs


def _between(old: Sequence[T], new: Sequence[T], alike: list[list[float]]) -> list[Pair[T]]:
    """Pair the most alike of two stretches that have no item in common.

    :param alike: how alike each old item is to each new one; empty if there
        are too many to compare.
    """
    if not alike:
        return [Pair(old=item, new=None) for item in old] + [
            Pair(old=None, new=item) for item in new
        ]
    least = _LEAST_ALIKE_ALONE if len(old) == len(new) == 1 else _LEAST_ALIKE
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if alike[i][j] >= least:
                best[i][j] = max(best[i][j], alike[i][j] + best[i + 1][j + 1])
    pairs: list[Pair[T]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= least and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append(Pair(old=old[i], new=new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append(Pair(old=old[i], new=None))
            i += 1
        else:
            pairs.append(Pair(old=None, new=new[j]))
            j += 1
    pairs += [Pair(old=item, new=None) for item in old[i:]]
    return [*pairs, *(Pair(old=None, new=item) for item in new[j:])]

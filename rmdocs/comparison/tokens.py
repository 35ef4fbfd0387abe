"""A text cut into the smallest pieces a person would speak of.

A tag is one piece, so is a word or number in Latin letters and digits; Chinese
has no spaces, so each of its characters is one. What differs between two texts
is told in passages: runs of pieces, joined where a common piece between two
changes is too small to be worth telling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
            self.same, (old_start + start, old_end + end), (new_start + start, new_end + end)
        )


def tokens(text: str) -> tuple[Token, ...]:
    """Return the pieces of ``text``; together they are all of it."""
    return tuple(Token(found[0], *found.span()) for found in _TOKEN.finditer(text))


def passages(old: Sequence[Token], new: Sequence[Token]) -> tuple[Passage, ...]:
    """Return what is the same and what differs, in order, covering both texts."""
    old_keys, new_keys = [token.key for token in old], [token.key for token in new]
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    found = [
        Passage(kind == "equal", (old_start, old_end), (new_start, new_end))
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes()
    ]
    found = _at_stops(_without_crumbs(found, old), old_keys, new_keys)
    common = sum(_weight(old[slice(*passage.old)]) for passage in found if passage.same)
    if common < _LEAST_COMMON * min(_weight(old), _weight(new)):
        found = [Passage(same=False, old=(0, len(old)), new=(0, len(new)))]
    return tuple(
        Passage(passage.same, _characters(old, passage.old), _characters(new, passage.new))
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

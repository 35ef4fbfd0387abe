"""Which part of the old template became which of the new one, down to single paragraphs.

Of two sequences equal items are found first; between them, those most alike are
paired, in order: stories, then their blocks, rows of a table, cells of a row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Generic, TypeAlias, TypeVar

from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import (
    WordBlock,
    WordCell,
    WordParagraph,
    WordPart,
    WordRow,
    WordTable,
    held,
    paragraphs,
)
from rmdocs.comparison.template import NOTES, Flow, Story, StoryName, Template
from rmdocs.comparison.textdiff import text_pieces

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

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
class Pair(Generic[T_co]):
    """An item of the old sequence and what it became; None where there is no such item."""

    old: T_co | None
    new: T_co | None

    @property
    def shown(self) -> T_co:
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
        gone, added = (
            [Pair(old=one, new=None) for one in old],
            [Pair(old=None, new=one) for one in new],
        )
        return [*gone, *added]
    least = _LEAST_ALIKE_ALONE if len(old) == len(new) == 1 else _LEAST_ALIKE
    # best[i][j]: how much likeness pairing old[i:] with new[j:], in order, gains at most. It is
    # what leaving out old[i] or new[j] gains, or their own likeness and what the rest gains.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if alike[i][j] >= least:
                best[i][j] = max(best[i][j], alike[i][j] + best[i + 1][j + 1])
    # Now from the beginning along the way that gains so much.
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
    pairs += [Pair(old=one, new=None) for one in old[i:]]
    return [*pairs, *(Pair(old=None, new=one) for one in new[j:])]


_TABLES_ALIKE = 0.4
"""Tables in the same place are taken for one, whatever they hold."""

Met: TypeAlias = Pair[WordPart]
"""A part of the old template and what it became.

What lies in a part that is gone or new does not come up by itself.
"""


def walk(old: Template | None, new: Template) -> Iterator[Met]:
    """Yield everything that met in all stories, outer parts before what they hold.

    :param old: None where there was nothing before.
    """
    for before, after in _stories(old, new):
        if _is_something(before) or _is_something(after) or (before and after):
            yield from _blocks(before.blocks if before else (), after.blocks if after else ())


def _stories(old: Template | None, new: Template) -> Iterator[tuple[Story | None, Story | None]]:
    """Yield which story became which: headers and footers by the pages that show them."""
    earlier, later = {} if old is None else old.stories(), new.stories()
    body = StoryName(flow=Flow.BODY)
    yield earlier.get(body), later[body]
    names = dict.fromkeys([*new.margins(), *(old.margins() if old is not None else ())])
    margins = ((old.margin(name) if old is not None else None, new.margin(name)) for name in names)
    yield from dict.fromkeys(margins)
    for flow in NOTES:
        first, second = (
            [story for name, story in stories.items() if name.flow is flow]
            for stories in (earlier, later)
        )
        for pair in align(first, second, lambda story: outline(story.blocks)):
            yield pair.old, pair.new


def _is_something(story: Story | None) -> bool:
    """Return whether anything is there to be seen: a header of one empty line is none."""
    found = () if story is None else story.blocks
    return len(found) > 1 or any(isinstance(one, WordTable) or not one.is_blank for one in found)


def _blocks(old: Sequence[WordBlock], new: Sequence[WordBlock]) -> Iterator[Met]:
    for met in pair_blocks(old, new):
        yield met
        if isinstance(met.old, WordTable) and isinstance(met.new, WordTable):
            yield from _table(met.old, met.new)
        elif isinstance(met.old, WordParagraph) and isinstance(met.new, WordParagraph):
            for one, other in zip(met.old.boxes, met.new.boxes, strict=False):
                yield from _blocks(one.blocks, other.blocks)


def _table(old: WordTable, new: WordTable) -> Iterator[Met]:
    for row in pair_rows(old, new):
        yield row
        for cell in pair_cells(row.old, row.new) if row.old and row.new else ():
            yield cell
            if cell.old and cell.new:
                yield from _blocks(cell.old.blocks, cell.new.blocks)


def pair_blocks(old: Sequence[WordBlock], new: Sequence[WordBlock]) -> list[Pair[WordBlock]]:
    """Return which block became which.

    The last paragraphs of both are one if neither is anything else: a story
    ends with a paragraph that cannot go.
    """
    pairs = align(old, new, _outline)
    if not old or not new:
        return pairs
    ends = Pair(old=old[-1], new=None), Pair(old=None, new=new[-1])
    both_end = isinstance(old[-1], WordParagraph) and isinstance(new[-1], WordParagraph)
    if both_end and all(end in pairs for end in ends):
        kept = [pair for pair in pairs if pair not in ends]
        return [*kept, Pair(old=old[-1], new=new[-1])]
    return pairs


def pair_rows(
    old: WordTable, new: WordTable, *, of_equal_length: bool = False
) -> list[Pair[WordRow]]:
    """Return which row became which.

    :param of_equal_length: whether both must have as many cells.
    """

    def outline(row: WordRow) -> Outline:
        kind = str(len(row.cells)) if of_equal_length else ""
        return Outline(key=(_key(row), kind), bag=bag(row), kind=kind)

    return align(old.rows, new.rows, outline)


def pair_cells(old: WordRow, new: WordRow) -> list[Pair[WordCell]]:
    """Return which cell became which: by position if both rows have as many."""
    if len(old.cells) == len(new.cells):
        return [Pair(old=one, new=other) for one, other in zip(old.cells, new.cells, strict=True)]
    return align(old.cells, new.cells, lambda cell: Outline(key=_key(cell), bag=bag(cell)))


def outline(blocks: Sequence[WordBlock]) -> Outline:
    """Return what several blocks together are aligned by."""
    return Outline(key=tuple(map(_key, blocks)), bag=sum(map(bag, blocks), Counter()))


def _outline(block: WordBlock) -> Outline:
    if isinstance(block, WordParagraph):
        return Outline(key=_key(block), bag=bag(block), kind="paragraph")
    return Outline(key=_key(block), bag=bag(block), kind="table", floor=_TABLES_ALIKE)


def _key(part: WordPart) -> Hashable:
    if isinstance(part, WordParagraph):
        return tuple(piece.key for piece in text_pieces(part))
    return type(part), *map(_key, held(part))


def bag(part: WordPart) -> Counter[str]:
    """Return what a part holds, to see how much two parts have in common."""
    found: Counter[str] = Counter()
    for paragraph in paragraphs(part):
        for piece in text_pieces(paragraph):
            found[piece.key] += math.ceil(piece.weight)
    return found

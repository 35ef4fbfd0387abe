"""The differences of two stories, drawn into the new one as tracked changes.

Blocks are aligned as everywhere in this package; what differs within a
paragraph is drawn by ``rewording``. The last mark of a body, cell or text box
can be neither inserted nor deleted: where paragraphs were put in or taken out
at an end, the mark before them is marked instead, as Word does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from lxml import etree

from rmdocs.comparison.alignment import Pair
from rmdocs.comparison.blocks import (
    Block,
    Box,
    Paragraph,
    Row,
    Table,
    pair_blocks,
    pair_cells,
    pair_rows,
    paragraphs,
    rows,
)
from rmdocs.comparison.looks import Comparer
from rmdocs.comparison.markup import BOX, PARAGRAPH, PARAGRAPH_PROPERTIES, ROW, word
from rmdocs.comparison.pen import Pen, earlier_shape, set_shape, shape, unmark_end
from rmdocs.comparison.rewording import Rewording
from rmdocs.comparison.transplant import Carrier

_INSERTED, _DELETED = "ins", "del"


@dataclass(frozen=True, slots=True)
class Redlining:
    """Draws what became of one part of the old template into a part of the new one.

    :param carrier: makes copies of what the old part holds.
    """

    pen: Pen
    carrier: Carrier
    comparer: Comparer

    def draw(self, container: etree._Element, old: Sequence[Block], new: Sequence[Block]) -> None:
        """Draw what became of the blocks ``old`` into ``container``, which holds ``new``."""
        pairs = _closed(pair_blocks(old, new), old, new)
        drawn = [self._block(pair) for pair in pairs]
        _place(container, pairs, drawn)
        self._mend_end(pairs, drawn)

    def _block(self, pair: Pair[Block]) -> etree._Element:
        """Return the element that shows what became of a block."""
        old, new = pair.old, pair.new
        if isinstance(old, Paragraph) and isinstance(new, Paragraph):
            Rewording(self.pen, self.carrier, self.comparer, self._box).draw(old, new)
        elif isinstance(old, Table) and isinstance(new, Table):
            row_pairs = pair_rows(old, new, of_equal_length=True)
            _place(new.element, row_pairs, [self._row(rows_) for rows_ in row_pairs])
        elif new is not None:
            self._insert(new)
        return new.element if new is not None else self._deleted(old)

    def _row(self, pair: Pair[Row]) -> etree._Element:
        """Return the element that shows what became of a row."""
        old, new = pair.old, pair.new
        if new is None:
            return self._deleted(old)
        if old is None:
            self._insert(new)
            return new.element
        for cell in pair_cells(old, new):
            if cell.old is not None and cell.new is not None:
                self.draw(cell.new.element, cell.old.blocks, cell.new.blocks)
        return new.element

    def _box(self, old: Box, new: Box) -> None:
        self.draw(new.element, old.blocks, new.blocks)

    def _deleted(self, part: Block | Row | None) -> etree._Element:
        """Return a copy of an old block or row, all of it marked as deleted."""
        if part is None:
            reason = "a pair holds an old or a new item"
            raise ValueError(reason)
        made = self.carrier.copy(part.element)
        for paragraph in list(made.iter(PARAGRAPH)):
            if next(paragraph.iterancestors(BOX), None) is None:
                self.pen.delete_all(paragraph)
                self.pen.mark_end(paragraph, _DELETED)
        for row in list(made.iter(ROW)):
            self.pen.mark_row(row, _DELETED)
        return made

    def _insert(self, part: Block | Row) -> None:
        """Mark a new block or row as inserted."""
        for paragraph in paragraphs(part):
            self.pen.insert_all(paragraph.element)
            self.pen.mark_end(paragraph.element, _INSERTED)
        for row in rows(part):
            self.pen.mark_row(row.element, _INSERTED)

    def _mend_end(self, pairs: Sequence[Pair[Block]], drawn: Sequence[etree._Element]) -> None:
        """Mark the mark before what was put in or taken out at the end, not the last one."""
        kind = _kind(pairs[-1]) if pairs else ""
        if not kind or drawn[-1].tag != PARAGRAPH:
            return
        last = drawn[-1]
        unmark_end(last)
        count = len(list(takewhile(lambda pair: _kind(pair) == kind, reversed(pairs))))
        if count == len(pairs):
            return
        kept = drawn[-count - 1]
        now, before = shape(kept.find(PARAGRAPH_PROPERTIES)), earlier_shape(kept)
        self.pen.mark_end(kept, kind)
        if kind == _DELETED:
            # Accepted, the kept text gets the last mark; rejected, each has its own.
            gone = shape(last.find(PARAGRAPH_PROPERTIES))
            set_shape(last, now)
            self.pen.reshape(last, gone)
            set_shape(kept, before)
        else:
            self.pen.reshape(last, before)


def _kind(pair: Pair[Any]) -> str:
    if pair.new is None:
        return _DELETED
    return _INSERTED if pair.old is None else ""


def _closed(
    pairs: list[Pair[Block]], old: Sequence[Block], new: Sequence[Block]
) -> list[Pair[Block]]:
    """Return ``pairs`` so that what was put in or taken out at the end can be marked.

    That needs paragraphs only, after one that stayed. Otherwise the last
    paragraphs are taken for one, whatever they say.
    """
    if not old or not new or not _kind(pairs[-1]):
        return pairs
    kind = _kind(pairs[-1])
    end = list(takewhile(lambda pair: _kind(pair) == kind, reversed(pairs)))
    before = pairs[-len(end) - 1] if len(end) < len(pairs) else None
    ends_well = all(isinstance(pair.new or pair.old, Paragraph) for pair in end)
    if ends_well and before and isinstance(before.old, Paragraph) and not _kind(before):
        return pairs
    last: Pair[Block] = Pair(old[-1], new[-1])
    if not isinstance(last.old, Paragraph) or not isinstance(last.new, Paragraph):
        return pairs
    freed: list[Pair[Block]] = []
    for pair in pairs:
        kept: Pair[Block] = Pair(
            None if pair.old is last.old else pair.old, None if pair.new is last.new else pair.new
        )
        if kept.old is not None or kept.new is not None:
            freed.append(kept)
    return [*freed, last]


def _place(
    container: etree._Element,
    pairs: Sequence[Pair[Any]],
    drawn: Sequence[etree._Element],
) -> None:
    """Put the copies of what is gone where it was: before what follows it."""
    following: etree._Element | None = None
    kept = [pair.new.element for pair in pairs if pair.new is not None]
    for pair, element in zip(reversed(pairs), reversed(drawn), strict=True):
        if pair.new is None:
            if following is not None:
                following.addprevious(element)
            elif kept:
                kept[-1].addnext(element)
            else:
                section = container.find(word("sectPr"))
                position = len(container) if section is None else container.index(section)
                container.insert(position, element)
        following = element

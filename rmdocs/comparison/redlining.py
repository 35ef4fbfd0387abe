"""The differences of two stories, drawn into the new one as tracked changes.

Blocks are aligned as everywhere in this package; what differs within a
paragraph is drawn by ``rewording``. The last mark of a body, cell or text box
can be neither inserted nor deleted, and one before a table has no paragraph to
be joined with: there the mark before is marked instead, as Word does.
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
from rmdocs.comparison.markup import DELETED, INSERTED
from rmdocs.comparison.rewording import Rewording
from rmdocs.comparison.styles import Comparer
from rmdocs.comparison.trackedchanges import (
    Pen,
    earlier_shape,
    has_marked_end,
    is_inserted,
    own_runs,
    set_shape,
    shape,
    take_last,
    unmark_end,
)
from rmdocs.comparison.transplant import Carrier
from rmdocs.rendering.markup import BOX, PARAGRAPH, PARAGRAPH_PROPERTIES, ROW, TABLE, drop, word

_INSERTED, _DELETED = "ins", "del"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redlining:
    """Draws what became of one part of the old template into a part of the new one.

    :param carrier: makes copies of what the old part holds.
    """

    pen: Pen
    carrier: Carrier
    comparer: Comparer

    def draw(self, container: etree._Element, old: Sequence[Block], new: Sequence[Block]) -> None:
        """Draw what became of the blocks ``old`` into ``container``, which holds ``new``."""
        pairs = _closed(_met_before_tables(pair_blocks(old, new)), old, new)
        drawn = [self._block(pair) for pair in pairs]
        _place(container, pairs, drawn)
        if pairs and _kind(pairs[-1]) and drawn[-1].tag == TABLE:
            # Word ends no text with a table; when this one goes, something must be left.
            drawn[-1].addnext(etree.Element(PARAGRAPH))
        self._mend_ends(pairs, drawn)
        self._mend_joins(pairs, drawn)

    def _block(self, pair: Pair[Block]) -> etree._Element:
        """Return the element that shows what became of a block."""
        old, new = pair.old, pair.new
        if isinstance(old, Paragraph) and isinstance(new, Paragraph):
            Rewording(
                pen=self.pen, carrier=self.carrier, comparer=self.comparer, draw_box=self._box
            ).draw(old, new)
        elif isinstance(old, Table) and isinstance(new, Table):
            row_pairs = pair_rows(old, new, of_equal_length=True)
            _place(new.element, row_pairs, [self._row(rows_) for rows_ in row_pairs])
        elif new is not None:
            self._insert(new)
        return new.element if new is not None else self._deleted(pair.shown)

    def _row(self, pair: Pair[Row]) -> etree._Element:
        """Return the element that shows what became of a row."""
        old, new = pair.old, pair.new
        if new is None:
            return self._deleted(pair.shown)
        if old is None:
            self._insert(new)
            return new.element
        for cell in pair_cells(old, new):
            if cell.old is not None and cell.new is not None:
                self.draw(cell.new.element, cell.old.blocks, cell.new.blocks)
        return new.element

    def _box(self, old: Box, new: Box) -> None:
        self.draw(new.element, old.blocks, new.blocks)

    def _deleted(self, part: Block | Row) -> etree._Element:
        """Return a copy of an old block or row, all of it marked as deleted."""
        made = self.carrier.copy(part.element)
        for frame in list(made.iter(word("framePr"))):
            drop(frame)  # LibreOffice keeps it, with a page number in it, when its text goes
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

    def _mend_ends(self, pairs: Sequence[Pair[Block]], drawn: Sequence[etree._Element]) -> None:
        """Move marks from where they cannot be: the last one, and one before a table."""
        for end, element in enumerate(drawn):
            is_last = end == len(drawn) - 1
            if element.tag != PARAGRAPH or not (is_last or drawn[end + 1].tag == TABLE):
                continue
            count = _count_at(pairs, drawn, end)
            kept = end - count
            if count and kept >= 0 and _can_move(pairs[kept], drawn[kept : end + 1]):
                kinds = [_kind(pair) for pair in pairs[kept + 1 : end + 1]]
                self._move_marks(drawn[kept : end + 1], kinds)
            elif count and is_last:
                unmark_end(element)

    def _mend_joins(self, pairs: Sequence[Pair[Block]], drawn: Sequence[etree._Element]) -> None:
        """Mark the mark of a paragraph that got a new end, where new paragraphs follow.

        LibreOffice takes the new end and what follows for one change, and with it the
        mark between the two, which stayed. So something that went has to come last; or
        the last of the marks stays instead, unless a new beginning follows that too.
        Where what follows begins with what went, it would be taken for the same again.
        """
        for at, element in enumerate(drawn):
            if not _has_new_end(element):
                continue
            last = at
            while last + 1 < len(drawn) and _is_added(pairs[last + 1], drawn[last + 1]):
                last += 1
            if last == at:
                continue
            following = drawn[last + 1] if last + 1 < len(drawn) else None
            movable = _can_move(pairs[at], drawn[at : last + 1])
            if movable and not _begins(following, INSERTED):
                if _begins(following, DELETED) or not take_last(element):
                    self._move_marks(drawn[at : last + 1], [_INSERTED] * (last - at))
            elif not take_last(element):
                self.pen.close_end(element)

    def _move_marks(self, elements: Sequence[etree._Element], kinds: Sequence[str]) -> None:
        """Mark each mark as the one after it was; the last stays.

        A text then ends with another mark than its own, whose shape it gets:
        what it should have once all is accepted, or once all is rejected.

        :param elements: one that stayed, then those put in or taken out.
        :param kinds: what happened to all but the first.
        """
        shapes = [shape(element.find(PARAGRAPH_PROPERTIES)) for element in elements]
        accepted, rejected = shapes[0], earlier_shape(elements[0])
        for element, kind, following in zip(elements[:-1], kinds, shapes[1:], strict=True):
            unmark_end(element)
            set_shape(element, accepted if kind == _INSERTED else rejected)
            self.pen.mark_end(element, kind)
            if kind == _INSERTED:
                accepted = following
            else:
                rejected = following
        unmark_end(elements[-1])
        set_shape(elements[-1], accepted)
        self.pen.reshape(elements[-1], rejected)


def _kind(pair: Pair[Any]) -> str:
    if pair.new is None:
        return _DELETED
    return _INSERTED if pair.old is None else ""


def _is_added(pair: Pair[Block], element: etree._Element) -> bool:
    """Return whether a whole paragraph was put in, its own mark with it."""
    return _kind(pair) == _INSERTED and element.tag == PARAGRAPH and has_marked_end(element)


def _has_new_end(element: etree._Element) -> bool:
    """Return whether the end of a paragraph's text, but not its mark, was put in."""
    return (
        element.tag == PARAGRAPH
        and not has_marked_end(element)
        and is_inserted(next(reversed(own_runs(element)), None))
    )


def _begins(element: etree._Element | None, mark: str) -> bool:
    """Return whether the first run of a paragraph lies in such a mark; no paragraph's does."""
    if element is None or element.tag != PARAGRAPH:
        return False
    first = next(iter(own_runs(element)), None)
    return first is not None and next(first.iterancestors(mark), None) is not None


def _count_at(pairs: Sequence[Pair[Block]], elements: Sequence[etree._Element], end: int) -> int:
    """Return how many paragraphs in a row, up to ``end``, were put in or taken out."""
    back = range(end, -1, -1)
    return len(list(takewhile(lambda at: _kind(pairs[at]) and elements[at].tag == PARAGRAPH, back)))


def _can_move(kept: Pair[Block], elements: Sequence[etree._Element]) -> bool:
    """Return whether marks can be moved to a paragraph that stayed; a section's end cannot."""
    return (
        not _kind(kept)
        and isinstance(kept.new, Paragraph)
        and isinstance(kept.old, Paragraph)
        and not any(_ends_section(element) for element in elements)
    )


def _ends_section(paragraph: etree._Element) -> bool:
    return paragraph.find(f"{PARAGRAPH_PROPERTIES}/{word('sectPr')}") is not None


def _met_before_tables(pairs: Sequence[Pair[Block]]) -> list[Pair[Block]]:
    """Return ``pairs`` so that what stands before a table can be marked.

    The last that is gone and the last that is new are taken for one: no mark
    has to be moved then, with which a text would take on another's shape.
    """
    elements = [pair.shown.element for pair in pairs]
    made: list[Pair[Block]] = []
    for end, pair in enumerate(pairs):
        made.append(pair)
        before_table = end + 1 < len(pairs) and elements[end + 1].tag == TABLE
        count = _count_at(pairs, elements, end) if before_table else 0
        if count:
            made[-count:] = _last_met(made[-count:])
    return made


def _last_met(group: Sequence[Pair[Block]]) -> list[Pair[Block]]:
    """Return blocks that are gone or new, the last of each as one if there are both."""
    gone = [pair for pair in group if pair.new is None]
    added = [pair for pair in group if pair.old is None]
    if not gone or not added:
        return list(group)
    return [*gone[:-1], *added[:-1], Pair(old=gone[-1].old, new=added[-1].new)]


def _closed(
    pairs: list[Pair[Block]], old: Sequence[Block], new: Sequence[Block]
) -> list[Pair[Block]]:
    """Return ``pairs`` so that what was put in or taken out at the end can be marked.

    That needs a paragraph that stayed before it, and none that ends a section.
    Otherwise the last paragraphs are taken for one, whatever they say.
    """
    if not old or not new or not _kind(pairs[-1]):
        return pairs
    elements = [pair.shown.element for pair in pairs]
    count = _count_at(pairs, elements, len(pairs) - 1)
    if count and count < len(pairs) and _can_move(pairs[-count - 1], elements[-count - 1 :]):
        return pairs
    last: Pair[Block] = Pair(old=old[-1], new=new[-1])
    if not isinstance(last.old, Paragraph) or not isinstance(last.new, Paragraph):
        return pairs
    freed: list[Pair[Block]] = []
    for pair in pairs:
        kept: Pair[Block] = Pair(
            old=None if pair.old is last.old else pair.old,
            new=None if pair.new is last.new else pair.new,
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

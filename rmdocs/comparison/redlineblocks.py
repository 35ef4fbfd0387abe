"""The differences of two stories, drawn into the new one as tracked changes.

Blocks are aligned as everywhere in this package. The last mark of a body, cell or text
box can be neither inserted nor deleted, and one before a table has no paragraph to
be joined with: there the mark before is marked instead, as Word does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import (
    TextBox,
    WordBlock,
    WordParagraph,
    WordRow,
    WordRun,
    WordTable,
    paragraphs,
    rows,
)
from rmdocs.comparison.formatting import FormatComparison
from rmdocs.comparison.matching import Pair, pair_blocks, pair_cells, pair_rows
from rmdocs.comparison.oldcontent import OldPart
from rmdocs.comparison.textdiff import (
    Overlap,
    RunPart,
    between,
    cut,
    elements,
    overlaps,
    run_parts,
    stretches,
    text_pieces,
)
from rmdocs.comparison.tracking import (
    ChangeTracker,
    earlier_shape,
    has_marked_end,
    is_inserted,
    join_marks,
    own_runs,
    set_shape,
    shape,
    take_last,
    unmark_end,
)
from rmdocs.rendering.markup import (
    BOX,
    DELETED,
    INSERTED,
    PARAGRAPH,
    PARAGRAPH_PROPERTIES,
    ROW,
    RUN,
    RUN_HOLDERS,
    TABLE,
    drop,
    value,
    word,
)

_INSERTED, _DELETED = "ins", "del"
_UNSEEN = frozenset(map(word, ("lang", "noProof", "rPrChange")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redlining:
    """Draws what became of one part of the old template into a part of the new one.

    :param source: copies what the old part holds.
    """

    tracker: ChangeTracker
    source: OldPart
    formats: FormatComparison

    def draw(
        self, container: etree._Element, old: Sequence[WordBlock], new: Sequence[WordBlock]
    ) -> None:
        """Draw what became of the blocks ``old`` into ``container``, which holds ``new``."""
        pairs = _closed(_met_before_tables(pair_blocks(old, new)), old, new)
        drawn = [self._block(pair) for pair in pairs]
        _place(container, pairs, drawn)
        if pairs and _kind(pairs[-1]) and drawn[-1].tag == TABLE:
            # Word ends no text with a table; when this one goes, something must be left.
            drawn[-1].addnext(etree.Element(PARAGRAPH))
        self._mend_ends(pairs, drawn)
        self._mend_joins(pairs, drawn)

    def _block(self, pair: Pair[WordBlock]) -> etree._Element:
        """Return the element that shows what became of a block."""
        old, new = pair.old, pair.new
        if isinstance(old, WordParagraph) and isinstance(new, WordParagraph):
            self._paragraph(old, new)
        elif isinstance(old, WordTable) and isinstance(new, WordTable):
            row_pairs = pair_rows(old, new, of_equal_length=True)
            _place(new.element, row_pairs, [self._row(rows_) for rows_ in row_pairs])
        elif new is not None:
            self._insert(new)
        return new.element if new is not None else self._deleted(pair.shown)

    def _paragraph(self, old: WordParagraph, new: WordParagraph) -> None:
        """Draw what became of the text and the formatting of a paragraph."""
        found = stretches(text_pieces(old), text_pieces(new))
        restyled = [part for part in overlaps(old, new, found) if self._restyled(old, new, part)]
        spans = [(one.old, one.new) for one in found] + [(one.old, one.new) for one in restyled]
        before = cut(run_parts(old), [at for span, _ in spans for at in span])
        after = cut(run_parts(new), [at for _, span in spans for at in span])
        for stretch in found:
            was, now = between(before, stretch.old), between(after, stretch.new)
            if stretch.same:
                self._boxes(old.boxes_in(map(_run, was)), new.boxes_in(map(_run, now)))
                self.source.meet(elements(was), elements(now))
            else:
                following = next((part for part in after if part.start >= stretch.new[0]), None)
                self._passage(new.element, elements(was), following)
                self.tracker.insert(elements(now))
        for part in restyled:
            earlier = self.source.properties(part.was.properties)
            for element in elements(between(after, part.new)):
                self.tracker.reformat(element, earlier)
        shapes = self._shapes(old, new)
        if _differ(*shapes) and (_differ_in_style(*shapes) or self.formats.of_part(old, new)):
            self.tracker.reshape(new.element, shapes[0])
        join_marks(new.element)

    def _restyled(self, old: WordParagraph, new: WordParagraph, part: Overlap) -> bool:
        """Return whether what stayed was formatted otherwise, at the run itself.

        A style's own definition cannot be tracked; but where the paragraph has
        another style, what is written at the run counts even if it looks alike.
        """
        return _differ(self.source.properties(part.was.properties), part.now.properties) and (
            _differ_in_style(*self._shapes(old, new)) or bool(self.formats.of_text(old, new, part))
        )

    def _shapes(
        self, old: WordParagraph, new: WordParagraph
    ) -> tuple[etree._Element, etree._Element]:
        """Return how both paragraphs are shaped, in the new template's terms."""
        earlier = self.source.properties(old.element.find(PARAGRAPH_PROPERTIES))
        return shape(earlier), shape(new.element.find(PARAGRAPH_PROPERTIES))

    def _passage(
        self,
        paragraph: etree._Element,
        gone: Sequence[etree._Element],
        following: RunPart | None,
    ) -> None:
        """Draw runs that are gone before what follows them, or at the end."""
        if not gone:
            return
        deletion = self.tracker.deletion([self.source.copy(element) for element in gone])
        if following is None:
            paragraph.append(deletion)
        else:
            _outermost(following.run.elements[0]).addprevious(deletion)

    def _boxes(self, old: Sequence[TextBox], new: Sequence[TextBox]) -> None:
        for one, other in zip(old, new, strict=False):
            self.draw(other.element, one.blocks, other.blocks)

    def _row(self, pair: Pair[WordRow]) -> etree._Element:
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

    def _deleted(self, part: WordBlock | WordRow) -> etree._Element:
        """Return a copy of an old block or row, all of it marked as deleted."""
        made = self.source.copy(part.element)
        for frame in list(made.iter(word("framePr"))):
            drop(frame)  # LibreOffice keeps it, with a page number in it, when its text goes
        for paragraph in list(made.iter(PARAGRAPH)):
            if next(paragraph.iterancestors(BOX), None) is None:
                self.tracker.delete_all(paragraph)
                self.tracker.mark_end(paragraph, _DELETED)
        for row in list(made.iter(ROW)):
            self.tracker.mark_row(row, _DELETED)
        return made

    def _insert(self, part: WordBlock | WordRow) -> None:
        """Mark a new block or row as inserted."""
        for paragraph in paragraphs(part):
            self.tracker.insert_all(paragraph.element)
            self.tracker.mark_end(paragraph.element, _INSERTED)
        for row in rows(part):
            self.tracker.mark_row(row.element, _INSERTED)

    def _mend_ends(self, pairs: Sequence[Pair[WordBlock]], drawn: Sequence[etree._Element]) -> None:
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

    def _mend_joins(
        self, pairs: Sequence[Pair[WordBlock]], drawn: Sequence[etree._Element]
    ) -> None:
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
                self.tracker.close_end(element)

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
            self.tracker.mark_end(element, kind)
            if kind == _INSERTED:
                accepted = following
            else:
                rejected = following
        unmark_end(elements[-1])
        set_shape(elements[-1], accepted)
        self.tracker.reshape(elements[-1], rejected)


def _run(part: RunPart) -> WordRun:
    return part.run


def _outermost(run: etree._Element) -> etree._Element:
    """Return the outermost holder that begins with ``run``, or the run itself."""
    element, parent = run, run.getparent()
    while parent is not None and parent.tag in RUN_HOLDERS and next(parent.iter(RUN), None) is run:
        element, parent = parent, parent.getparent()
    return element


def _differ(old: etree._Element | None, new: etree._Element | None) -> bool:
    """Return whether two properties say different things; none are as good as empty ones."""
    before, after = (
        sorted(
            etree.tostring(child, method="c14n", exclusive=True)
            for child in (() if one is None else one)
            if child.tag not in _UNSEEN
        )
        for one in (old, new)
    )
    return before != after


def _differ_in_style(old: etree._Element, new: etree._Element) -> bool:
    return value(old.find(word("pStyle"))) != value(new.find(word("pStyle")))


def _kind(pair: Pair[Any]) -> str:
    if pair.new is None:
        return _DELETED
    return _INSERTED if pair.old is None else ""


def _is_added(pair: Pair[WordBlock], element: etree._Element) -> bool:
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


def _count_at(
    pairs: Sequence[Pair[WordBlock]], elements: Sequence[etree._Element], end: int
) -> int:
    """Return how many paragraphs in a row, up to ``end``, were put in or taken out."""
    back = range(end, -1, -1)
    return len(list(takewhile(lambda at: _kind(pairs[at]) and elements[at].tag == PARAGRAPH, back)))


def _can_move(kept: Pair[WordBlock], elements: Sequence[etree._Element]) -> bool:
    """Return whether marks can be moved to a paragraph that stayed; a section's end cannot."""
    return (
        not _kind(kept)
        and isinstance(kept.new, WordParagraph)
        and isinstance(kept.old, WordParagraph)
        and not any(_ends_section(element) for element in elements)
    )


def _ends_section(paragraph: etree._Element) -> bool:
    return paragraph.find(f"{PARAGRAPH_PROPERTIES}/{word('sectPr')}") is not None


def _met_before_tables(pairs: Sequence[Pair[WordBlock]]) -> list[Pair[WordBlock]]:
    """Return ``pairs`` so that what stands before a table can be marked.

    The last that is gone and the last that is new are taken for one: no mark
    has to be moved then, with which a text would take on another's shape.
    """
    shown = [pair.shown.element for pair in pairs]
    made: list[Pair[WordBlock]] = []
    for end, pair in enumerate(pairs):
        made.append(pair)
        before_table = end + 1 < len(pairs) and shown[end + 1].tag == TABLE
        count = _count_at(pairs, shown, end) if before_table else 0
        gone = [one.old for one in made[len(made) - count :] if one.old is not None]
        added = [one.new for one in made[len(made) - count :] if one.new is not None]
        if gone and added:
            made[-count:] = [
                pair for pair in made[-count:] if pair.shown not in (gone[-1], added[-1])
            ]
            made.append(Pair(old=gone[-1], new=added[-1]))
    return made


def _closed(
    pairs: list[Pair[WordBlock]], old: Sequence[WordBlock], new: Sequence[WordBlock]
) -> list[Pair[WordBlock]]:
    """Return ``pairs`` so that what was put in or taken out at the end can be marked.

    That needs a paragraph that stayed before it, and none that ends a section.
    Otherwise the last paragraphs are taken for one, whatever they say.
    """
    if not old or not new or not _kind(pairs[-1]):
        return pairs
    shown = [pair.shown.element for pair in pairs]
    count = _count_at(pairs, shown, len(pairs) - 1)
    if count and count < len(pairs) and _can_move(pairs[-count - 1], shown[-count - 1 :]):
        return pairs
    if not isinstance(old[-1], WordParagraph) or not isinstance(new[-1], WordParagraph):
        return pairs
    freed: list[Pair[WordBlock]] = [
        Pair(
            old=None if pair.old is old[-1] else pair.old,
            new=None if pair.new is new[-1] else pair.new,
        )
        for pair in pairs
    ]
    last: Pair[WordBlock] = Pair(old=old[-1], new=new[-1])
    return [*(pair for pair in freed if pair.old is not None or pair.new is not None), last]


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

"""The differences within one paragraph, drawn into the new one as tracked changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from rmdocs.comparison.alignment import Passage, passages
from rmdocs.comparison.blocks import Box, Paragraph, Slice, between, cut, elements, slices
from rmdocs.comparison.markup import RUN_HOLDERS
from rmdocs.comparison.styles import Comparer, Overlap, overlaps
from rmdocs.comparison.trackedchanges import Pen, join_marks, shape
from rmdocs.comparison.transplant import Carrier
from rmdocs.rendering.markup import PARAGRAPH_PROPERTIES, RUN, value, word

_UNSEEN = frozenset(map(word, ("lang", "noProof", "rPrChange")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """Draws what became of the text and the look of a paragraph.

    :param carrier: makes copies of what the old template holds.
    :param draw_box: draws what became of one text box into another.
    """

    pen: Pen
    carrier: Carrier
    comparer: Comparer
    draw_box: Callable[[Box, Box], None]

    def draw(self, old: Paragraph, new: Paragraph) -> None:
        """Draw what became of ``old`` into ``new``."""
        found = passages(old.tokens, new.tokens)
        restyled = [item for item in overlaps(old, new, found) if self._restyled(old, new, item)]
        spans = [(passage.old, passage.new) for passage in found]
        spans += [(item.old, item.new) for item in restyled]
        before = cut(slices(old), [place for span, _ in spans for place in span])
        after = cut(slices(new), [place for _, span in spans for place in span])
        for passage in found:
            if passage.same:
                stretches = between(before, passage.old), between(after, passage.new)
                self._text_boxes(old, new, *stretches)
                self.carrier.meet(*map(elements, stretches))
            else:
                self._passage(new.element, passage, before, after)
        for item in restyled:
            earlier = self.carrier.properties(item.was.properties)
            for element in elements(between(after, item.new)):
                self.pen.reformat(element, earlier)
        earlier, now = self._shapes(old, new)
        if _canonical(earlier) != _canonical(now) and (
            _style(earlier) != _style(now) or self.comparer.reshaped(old, new)
        ):
            self.pen.reshape(new.element, earlier)
        join_marks(new.element)

    def _restyled(self, old: Paragraph, new: Paragraph, item: Overlap) -> bool:
        """Return whether what stayed was formatted otherwise, at the run itself.

        A style's own definition cannot be tracked; but where the paragraph has
        another style, what is written at the run counts even if it looks alike.
        """
        earlier = self.carrier.properties(item.was.properties)
        if _canonical(earlier) == _canonical(item.now.properties):
            return False
        before, after = map(_style, self._shapes(old, new))
        return before != after or bool(self.comparer.restyled(old, new, item))

    def _shapes(self, old: Paragraph, new: Paragraph) -> tuple[etree._Element, etree._Element]:
        """Return how both paragraphs are shaped, in the new template's terms."""
        earlier = self.carrier.properties(old.element.find(PARAGRAPH_PROPERTIES))
        return shape(earlier), shape(new.element.find(PARAGRAPH_PROPERTIES))

    def _passage(
        self,
        paragraph: etree._Element,
        passage: Passage,
        before: Sequence[Slice],
        after: Sequence[Slice],
    ) -> None:
        """Draw a stretch that differs: what is gone, then what is new."""
        gone = elements(between(before, passage.old))
        if gone:
            deletion = self.pen.deletion([self.carrier.copy(element) for element in gone])
            following = [piece for piece in after if piece.start >= passage.new[0]]
            if following:
                _outermost(following[0].run.elements[0]).addprevious(deletion)
            else:
                paragraph.append(deletion)
        self.pen.insert(elements(between(after, passage.new)))

    def _text_boxes(
        self, old: Paragraph, new: Paragraph, before: Sequence[Slice], after: Sequence[Slice]
    ) -> None:
        """Draw what became of the text boxes in a stretch that stayed."""
        earlier = old.boxes_in(piece.run for piece in before)
        for one, other in zip(earlier, new.boxes_in(piece.run for piece in after), strict=False):
            self.draw_box(one, other)


def _outermost(run: etree._Element) -> etree._Element:
    """Return the outermost holder that begins with ``run``, or the run itself."""
    element = run
    parent = element.getparent()
    while parent is not None and parent.tag in RUN_HOLDERS and _first_run(parent) is run:
        element = parent
        parent = element.getparent()
    return element


def _first_run(holder: etree._Element) -> etree._Element | None:
    return next(holder.iter(RUN), None)


def _style(properties: etree._Element) -> str:
    return value(properties.find(word("pStyle")))


def _canonical(properties: etree._Element | None) -> bytes:
    """Return what tells formatting apart; none is as good as empty."""
    children = () if properties is None else properties
    return b"".join(
        sorted(
            etree.tostring(child, method="c14n", exclusive=True)
            for child in children
            if child.tag not in _UNSEEN
        )
    )

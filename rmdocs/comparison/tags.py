"""A template's paragraphs as an officer reads them: tags, boxes and blanks in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rmdocs.comparison.blocks import Paragraph, paragraphs
from rmdocs.comparison.runs import Run
from rmdocs.comparison.tokens import OBJECT
from rmdocs.forms.change import joined, listed, shortened
from rmdocs.forms.wording import TAG, Wording, bracketed
from rmdocs.messages import Text, Verbatim, message

_PIECE = re.compile(rf"{TAG.pattern}|[{OBJECT}\f\n\t]", re.DOTALL)
_BLANKS: dict[str, Text] = {
    " ": message("space"),
    "\u3000": message("wide space"),
    "\t": message("tab"),
    "\n": message("line break"),
    "\f": message("page break"),
}
_LONGEST = 40
"""Of the text of a box so much names it."""


class ParagraphWording(Wording):
    """Says what stands in the paragraphs of one template."""

    def whole(self, paragraph: Paragraph, *, exactly: bool = False) -> Text:
        """Return all a paragraph shows.

        :param exactly: whether tags are said as they are written, tabs and breaks by name.
        """
        return self.part(paragraph, (0, len(paragraph.text)), exactly=exactly)

    def part(self, paragraph: Paragraph, span: tuple[int, int], *, exactly: bool = False) -> Text:
        """Return what a span of a paragraph shows; nothing but blanks is spelt out."""
        text = paragraph.text
        piece = text[slice(*span)]
        if piece and not piece.strip():
            return joined(bracketed(_BLANKS.get(sign, Verbatim(sign))) for sign in piece)
        before = text[: span[0]].count(OBJECT)
        objects = list(paragraph.objects)[before:]
        labels = (self.object(paragraph, run) for run in objects)
        return joined(self._shown(piece, labels, exactly=exactly))

    def object(self, paragraph: Paragraph, run: Run) -> Text:
        """Return what a person calls an object of a paragraph: a text box by its text."""
        said = [
            self.whole(inner)
            for box in paragraph.boxes_in([run])
            for block in box.blocks
            for inner in paragraphs(block)
            if not inner.is_blank
        ]
        if not said:
            return run.label
        return message("text box: {text}", text=shortened(listed(said, Verbatim(" | ")), _LONGEST))

    def _shown(self, text: str, objects: Iterator[Text], *, exactly: bool) -> Iterator[Text]:
        position = 0
        for found in _PIECE.finditer(text):
            yield Verbatim(text[position : found.start()])
            position = found.end()
            if found[0] == OBJECT:
                yield bracketed(next(objects, Verbatim("?")))
            elif found[0] == "\f" or (exactly and found[0] in _BLANKS):
                yield bracketed(_BLANKS[found[0]])
            elif len(found[0]) == 1:
                yield Verbatim(" ")
            else:
                yield Verbatim(found[0]) if exactly else self.tag(found[0])
        yield Verbatim(text[position:])

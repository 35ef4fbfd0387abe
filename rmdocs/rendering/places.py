"""Where something stands in a part: its paragraph, and the text a person sees there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from lxml import etree

from rmdocs.findings import NOTHING, Finding, error, warning
from rmdocs.messages import Text
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.tags import LONGEST_LABEL, Paragraph, paragraphs

_PARAGRAPH = f"{WORD}p"


class Places:
    """The paragraphs of a part, found from what stands in or beside them.

    :param part: its name.
    """

    def __init__(self, part: str, root: etree._Element) -> None:
        self.part = part
        self.root = root

    def paragraph(self, element: etree._Element) -> Paragraph | None:
        """Return the paragraph that holds ``element``, or else the first one in or after it."""
        holders: Iterator[etree._Element] = element.iterancestors(_PARAGRAPH)
        for found in (next(element.iter(_PARAGRAPH), None), next(holders, None)):
            if found is not None and (found is not element or element.tag == _PARAGRAPH):
                return self._known.get(found)
        row = next(element.iterancestors(f"{WORD}tr", f"{WORD}tbl"), None)
        following = None if row is None else next(row.iter(_PARAGRAPH), None)
        if following is None:
            following = next((p for p in _after(element)), None)
        return None if following is None else self._known.get(following)

    def error(self, code: str, at: etree._Element | None, what: Text, remedy: Text) -> Finding:
        """Return an error at an element; at the part where it has no paragraph."""
        paragraph = None if at is None else self.paragraph(at)
        if paragraph is None:
            return error(code, self.part, what, remedy)
        return paragraph.finding(code, what, remedy)

    def warning(
        self, code: str, at: etree._Element | None, what: Text, remedy: Text = NOTHING
    ) -> Finding:
        """Return a warning at an element; at the part where it has no paragraph."""
        paragraph = None if at is None else self.paragraph(at)
        if paragraph is None:
            return warning(code, self.part, what, remedy)
        label = paragraph.text.strip()[:LONGEST_LABEL]
        return warning(code, f"{self.part}#{paragraph.number}", what, remedy, label=label)

    @cached_property
    def all(self) -> list[Paragraph]:
        """Return the paragraphs in document order."""
        return paragraphs(self.part, self.root)

    @property
    def paired(self) -> Iterable[tuple[etree._Element, Paragraph]]:
        """Return the paragraphs as they are written, and as they are read."""
        return self._known.items()

    @cached_property
    def _known(self) -> dict[etree._Element, Paragraph]:
        found = list(self.root.iter(_PARAGRAPH))
        return dict(zip(found, self.all, strict=False))


def _after(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs that follow an element among its siblings and theirs."""
    for sibling in element.itersiblings():
        yield from sibling.iter(_PARAGRAPH)

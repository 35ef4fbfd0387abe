"""Whether what is printed lies on the page: margins, indents, frames, boxes, tables, rows.

Lengths are twips, twentieths of a point, from the left upper corner of the page.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import Text, message
from rmdocs.rendering.legibility import NOT_PRINTED, Legibility
from rmdocs.rendering.markup import WORD, text_of
from rmdocs.rendering.placement import (
    LEAST_ROOM,
    LEAST_WIDTH,
    PageSetup,
    drawn_fault,
    is_in_front,
    off_page,
    old_drawn_fault,
)
from rmdocs.rendering.styles import Inherited, measure
from rmdocs.rendering.tags import ParagraphIndex
from rmdocs.rendering.vocabulary import ANCHOR, VML
from rmdocs.rendering.wordfile import STYLES, WordFile

_LEAST_ROW = 0.7
"""Of the size of letters, what a row or box must be high for each line."""

_SPARE = 120
"""By which a text may hang out beyond the edge of a page or cell, as fine setting does it."""

_IN_CELL = 720
"""By which a text may hang out of its cell: no more than half an inch."""

_P, _TBL, _TR, _TC, _BOX = (f"{WORD}{name}" for name in ("p", "tbl", "tr", "tc", "txbxContent"))
_USUAL_WIDTH = 12240
_DRAWINGS = tuple(f"{{{ANCHOR}}}{name}" for name in ("anchor", "inline"))
_EDGES = (f"{WORD}hdr", f"{WORD}ftr")
_LONGEST = 40


class Extents:
    """The pages of a document, and what of its text lies on them."""

    def __init__(self, word: WordFile, legibility: Legibility) -> None:
        self._legibility = legibility
        self._known: dict[Hashable, Text | None] = {}
        self._styles = Inherited(word.root_of(STYLES))
        self._main = word.roots.get(word.main)
        sections = [] if self._main is None else list(self._main.iter(f"{WORD}sectPr"))
        self._pages = [PageSetup.of(one) for one in sections if _is_own(one)]
        self._sections = [one for one in sections if _is_own(one)]

    def judge(self, places: ParagraphIndex) -> Iterator[Finding]:
        """Yield a finding for each thing in a part that lies off the page, or has no room."""
        main = places.root is self._main
        for section, page in zip(self._sections, self._pages, strict=True) if main else ():
            if (what := page.fault()) is not None:
                yield _finding(places, section, what, "")
            yield from _columns(places, section)
        order = self._ordered(places.root) if main and len(set(self._pages)) > 1 else {}
        for paragraph in places.root.iter(_P):
            text = _text(paragraph)
            if text.strip():
                what = self._paragraph(paragraph, order.get(paragraph) or self._pages)
                if what is not None:
                    yield _finding(places, paragraph, what, text)
        for table in places.root.iter(_TBL):
            yield from self._table(places, table)
        for box in places.root.iter(*_DRAWINGS, f"{{{VML}}}*"):
            yield from self._box(places, box)
            if is_in_front(box):
                yield _covering(places, box)

    def _ordered(self, root: etree._Element) -> dict[etree._Element, list[PageSetup]]:
        """Return the page of each paragraph, by its section."""
        found: dict[etree._Element, list[PageSetup]] = {}
        waiting: list[etree._Element] = []
        pages = iter(self._pages)
        for element in root.iter(_P, f"{WORD}sectPr"):
            if element.tag == _P:
                waiting.append(element)
            elif _is_own(element):
                page = next(pages)
                found |= {one: [page] for one in waiting}
                waiting.clear()
        return found

    def _paragraph(self, paragraph: etree._Element, pages: list[PageSetup]) -> Text | None:
        holder = next(paragraph.iterancestors(_TC, _BOX), None)
        room = None if holder is None else _room(holder, pages)
        key = (self._styles.setting(paragraph), room, tuple(pages))
        if key not in self._known:
            self._known[key] = self._placed(paragraph, room, pages)
        return self._known[key]

    def _placed(
        self, paragraph: etree._Element, room: float | None, pages: list[PageSetup]
    ) -> Text | None:
        for formats in self._styles.paragraphs(paragraph):
            frame = formats.get(f"{WORD}framePr")
            if frame is not None and room is None:
                found = self._frame(frame, paragraph, pages)
            else:
                found = _indents(formats.get(f"{WORD}ind"), room, pages)
            if found is not None:
                return found
        return None

    def _frame(
        self, frame: etree._Element, paragraph: etree._Element, pages: list[PageSetup]
    ) -> Text | None:
        wide, high = measure(frame, "w", 0), measure(frame, "h", 0)
        if frame.get(f"{WORD}hRule") == "exact" and 0 < high < self._needed([paragraph]):
            return message("its frame is too low")
        if 0 < wide < LEAST_WIDTH:
            return message("its frame is too narrow")
        across = None if frame.get(f"{WORD}xAlign") else measure(frame, "x", 0)
        down = None if frame.get(f"{WORD}yAlign") else measure(frame, "y", 0)
        return off_page(
            pages,
            (across, str(frame.get(f"{WORD}hAnchor") or "column"), wide),
            (down, str(frame.get(f"{WORD}vAnchor") or "text"), high),
        )

    def _box(self, places: ParagraphIndex, box: etree._Element) -> Iterator[Finding]:
        contents = list(box.iter(_BOX))
        text = "".join(map(_text, contents))
        if not text.strip():
            return
        if box.tag in _DRAWINGS:
            needed = self._needed(list(contents[0].iterchildren(_P)))
            what = drawn_fault(box, self._pages, needed)
        else:
            what = old_drawn_fault(box, self._pages)
        if what is not None:
            yield _finding(places, next(contents[0].iter(_P), box), what, text)

    def _table(self, places: ParagraphIndex, table: etree._Element) -> Iterator[Finding]:
        if not _text(table).strip():
            return
        within = next(table.iterancestors(_TC, _BOX), None)
        at = table.find(f"{WORD}tblPr/{WORD}tblpPr")
        floats = at is not None
        if at is not None and within is None:
            across = None if at.get(f"{WORD}tblpXSpec") else measure(at, "tblpX", 0)
            down = None if at.get(f"{WORD}tblpYSpec") else measure(at, "tblpY", 0)
            what = off_page(
                self._pages,
                (across, str(at.get(f"{WORD}horzAnchor") or "column"), 0),
                (down, str(at.get(f"{WORD}vertAnchor") or "page"), 0),
            )
            if what is not None:
                yield _finding(places, table, what, _text(table))
                return
        columns = [measure(one, "w", 0) for one in table.iterfind(f"{WORD}tblGrid/{WORD}gridCol")]
        start = 0.0 if floats else _indent(table)
        for row in table.iterchildren(_TR):
            for left, wide, cell in _cells(row, columns):
                words = "".join(_text(one) for one in cell.iterchildren(_P))
                edge = None if floats or within is not None else start + left
                what = self._cell(row, cell, edge, wide) if words.strip() else None
                if what is not None:
                    yield _finding(places, cell, what, words)

    def _cell(
        self, row: etree._Element, cell: etree._Element, edge: float | None, wide: float
    ) -> Text | None:
        """Return what keeps the text of a cell from the page.

        :param edge: where it begins, from the left margin; None if that is not told.
        """
        room = min((page.wide - page.left for page in self._pages), default=_USUAL_WIDTH)
        back = min((page.left for page in self._pages), default=0)
        if 0 < wide < LEAST_WIDTH:
            return message("its cell is too narrow")
        if edge is not None and not -back - _SPARE <= edge <= room - LEAST_WIDTH:
            return message("its cell lies beyond the edge of the page")
        return message("its row is too low") if self._is_too_low(row, cell) else None

    def _is_too_low(self, row: etree._Element, cell: etree._Element) -> bool:
        height = row.find(f"{WORD}trPr/{WORD}trHeight")
        if height is None or height.get(f"{WORD}hRule") != "exact":
            return False
        merged = cell.find(f"{WORD}tcPr/{WORD}vMerge")
        turned = cell.find(f"{WORD}tcPr/{WORD}textDirection")
        if merged is not None or turned is not None:
            return False
        return measure(height, "val", 0) < self._needed(list(cell.iterchildren(_P)))

    def _needed(self, paragraphs: list[etree._Element]) -> float:
        """Return how high the first lines of paragraphs are at least, up to the last with text."""
        heights, total = [], 0.0
        for paragraph in paragraphs:
            sizes = [
                self._legibility.size(run, paragraph)
                for run in paragraph.iter(f"{WORD}r")
                if next(run.iter(f"{WORD}t"), None) is not None
            ]
            total += max(sizes, default=0.0) * 20 * _LEAST_ROW
            heights.append(total if sizes else 0.0)
        return max(heights, default=0.0)


def _indent(table: etree._Element) -> float:
    indent = table.find(f"{WORD}tblPr/{WORD}tblInd")
    in_percent = indent is not None and indent.get(f"{WORD}type") == "pct"
    return 0.0 if in_percent else measure(indent, "w", 0)


def _indents(
    indents: etree._Element | None, room: float | None, pages: list[PageSetup]
) -> Text | None:
    if indents is None:
        return None
    left = measure(indents, "start", measure(indents, "left", 0))
    right = measure(indents, "end", measure(indents, "right", 0))
    first = left + measure(indents, "firstLine", 0) - measure(indents, "hanging", 0)
    if room is not None:
        fits = min(left, first) >= -_IN_CELL and right >= -_IN_CELL
        fits = fits and max(left, first) + right < room
    else:
        fits = all(
            min(left, first) >= -page.left - _SPARE
            and right >= -page.right - _SPARE
            and page.wide - page.left - page.right - max(left, first) - right >= LEAST_ROOM
            for page in pages
        )
    return None if fits else message("its indents lead beyond the edge, or leave it no room")


def _room(holder: etree._Element, pages: list[PageSetup]) -> float:
    """Return how wide a cell or text box may be at most."""
    wide = holder.find(f"{WORD}tcPr/{WORD}tcW") if holder.tag == _TC else None
    if wide is not None and wide.get(f"{WORD}type", "dxa") == "dxa" and measure(wide, "w", 0) > 0:
        return measure(wide, "w", 0)
    return max((page.wide for page in pages), default=_USUAL_WIDTH)


def _cells(
    row: etree._Element, columns: list[float]
) -> Iterator[tuple[float, float, etree._Element]]:
    """Yield how far right each cell of a row begins, how wide it is, and the cell.

    The width is 0 where none is told.
    """
    before = row.find(f"{WORD}trPr/{WORD}gridBefore")
    column = int(measure(before, "val", 0))
    left = sum(columns[:column])
    for cell in row.iter(_TC):
        if next(cell.iterancestors(_TR), None) is not row:
            continue
        span = max(1, int(measure(cell.find(f"{WORD}tcPr/{WORD}gridSpan"), "val", 1)))
        given = cell.find(f"{WORD}tcPr/{WORD}tcW")
        by_grid = sum(columns[column : column + span])
        absolute = given is not None and given.get(f"{WORD}type", "dxa") == "dxa"
        wide = measure(given, "w", 0) if absolute else (by_grid if given is None else 0)
        wide = wide or by_grid
        yield left, wide, cell
        left += wide
        column += span


def _columns(places: ParagraphIndex, section: etree._Element) -> Iterator[Finding]:
    widths = [measure(one, "w", LEAST_ROOM) for one in section.iterfind(f"{WORD}cols/{WORD}col")]
    if min(widths, default=LEAST_ROOM) < LEAST_ROOM:
        yield _finding(places, section, message("a column leaves the text no room"), "")


def _is_own(section: etree._Element) -> bool:
    parent = section.getparent()
    return parent is not None and parent.tag != f"{WORD}sectPrChange"


def _text(element: etree._Element) -> str:
    """Return what an element prints; tags that only steer are not printed."""
    return NOT_PRINTED.sub("", text_of(element))


def _covering(places: ParagraphIndex, box: etree._Element) -> Finding:
    """Return what is told of a drawing in front of text; in a header or footer an error."""
    edge = places.root.tag in _EDGES
    return (places.error if edge else places.warning)(
        "TEMPLATE-IN-FRONT",
        box,
        message("a picture or filled shape lies in front of the text and may cover it"),
        message("put it behind the text or in its line (Layout Options)"),
    )


def _finding(places: ParagraphIndex, at: etree._Element, what: Text, text: str) -> Finding:
    return places.error(
        "TEMPLATE-OFF-PAGE",
        at,
        message(
            "text would lie off the page or be cut away: {text} ({what})",
            text=text.strip()[:_LONGEST] or "…",
            what=what,
        ),
        message("move it onto the page and give it room, or delete it"),
    )

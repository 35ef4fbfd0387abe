"""The stories of two templates side by side, and where in them something stands.

What met what is told down to single paragraphs; a place as a person would say it:
表格1第2行第3格. Paragraphs are counted as far as anything is to be seen in them. A
place in the body names the heading above it, a cell the label beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rmdocs.comparison.alignment import Pair, align
from rmdocs.comparison.blocks import (
    Block,
    Cell,
    Paragraph,
    Row,
    Table,
    outline,
    pair_blocks,
    pair_cells,
    pair_rows,
    paragraphs,
)
from rmdocs.comparison.template import NOTES, Flow, Story, StoryName, Template
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import PARAGRAPH_PROPERTIES, value, word

_HEADING = re.compile(r"\s*第[一二三四五六七八九十百零〇\d]+[编章节条]\s*\S{0,20}")
_HEADING_STYLE = re.compile(r"heading \d|title|标题|题名", re.IGNORECASE)
_LONGEST_HEADING = 40
_LONGEST_LABEL = 20
_TAGS = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)

_MARGINS: Mapping[tuple[Flow, str], Text] = {
    (Flow.HEADER, "default"): message("header"),
    (Flow.HEADER, "first"): message("header of the first page"),
    (Flow.HEADER, "even"): message("header of even pages"),
    (Flow.FOOTER, "default"): message("footer"),
    (Flow.FOOTER, "first"): message("footer of the first page"),
    (Flow.FOOTER, "even"): message("footer of even pages"),
}

Part = Block | Row | Cell


def story_place(name: StoryName) -> Text:
    """Return what a person calls a story."""
    if name.flow is Flow.BODY:
        return message("body")
    if name.flow is Flow.FOOTNOTES:
        return message("footnote {number}", number=name.section)
    if name.flow is Flow.ENDNOTES:
        return message("endnote {number}", number=name.section)
    margin = _MARGINS[name.flow, name.kind]
    if name.section == 1:
        return margin
    return message("{margin} from section {number} on", margin=margin, number=name.section)


class Places:
    """The places of all blocks, rows and cells of a template's stories."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._places: dict[int, Text] = {}
        self._held: list[object] = []
        for story in stories:
            self._blocks(story.blocks, story_place(story.name), outer=story.name.flow is Flow.BODY)

    def of(self, part: Part) -> Text:
        """Return where a block, row or cell stands."""
        return self._places[id(part)]

    def _enter(self, part: Part, place: Text) -> None:
        self._places[id(part)] = place
        self._held.append(part)

    def _blocks(
        self, blocks: Sequence[Block], around: Text, *, outer: bool = False, in_cell: bool = False
    ) -> None:
        """Enter the blocks of a body, header, cell or text box.

        :param outer: whether a single paragraph is numbered too, and headings count.
        :param in_cell: whether they lie in a cell, and their tables are inner ones.
        """
        single = not outer and sum(_is_seen(block) for block in blocks) == 1
        number = tables = 0
        heading = ""
        for block in blocks:
            if isinstance(block, Table):
                tables += 1
                counted = (
                    message("inner table {number}", number=tables)
                    if in_cell
                    else message("table {number}", number=tables)
                )
                self._table(block, counted if outer else _inside(around, counted))
                continue
            number += _is_seen(block)
            place: Text = around
            if number and not single:
                place = _inside(around, message("paragraph {number}", number=number))
            if outer and is_heading(block):
                heading = block.text.strip()
            elif heading:
                place = message("{place} (under “{heading}”)", place=place, heading=heading)
            self._paragraph(block, place)

    def _paragraph(self, paragraph: Paragraph, place: Text) -> None:
        self._enter(paragraph, place)
        for box in paragraph.boxes:
            self._blocks(box.blocks, message("text box in {place}", place=place))

    def _table(self, table: Table, place: Text) -> None:
        self._enter(table, place)
        for number, row in enumerate(table.rows, 1):
            in_row = message("{table}, row {number}", table=place, number=number)
            self._enter(row, in_row)
            for column, cell in enumerate(row.cells, 1):
                in_cell = message("{row}, cell {number}", row=in_row, number=column)
                label = _label_beside(table, row, column - 1)
                if label:
                    in_cell = message("{place} (beside “{label}”)", place=in_cell, label=label)
                self._enter(cell, in_cell)
                self._blocks(cell.blocks, in_cell, in_cell=True)


def _inside(around: Text, place: Text) -> Text:
    return message("{around}, {place}", around=around, place=place)


def _is_seen(block: Block) -> bool:
    return isinstance(block, Paragraph) and not block.is_blank


def is_heading(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is a heading: by its style, or by how it reads."""
    text = paragraph.text.strip()
    if not text or len(text) > _LONGEST_HEADING or "{" in text:
        return False
    style = paragraph.element.find(f"{PARAGRAPH_PROPERTIES}/{word('pStyle')}")
    return bool(_HEADING.fullmatch(text) or _HEADING_STYLE.search(value(style)))


def _label_beside(table: Table, row: Row, column: int) -> str:
    """Return the fixed text that says what a cell is for; empty if its own text does."""
    if fixed(row.cells[column]):
        return ""
    for cell in reversed(row.cells[:column]):
        if fixed(cell):
            return fixed(cell)
    for above in reversed(table.rows[: table.rows.index(row)]):
        if len(above.cells) == len(row.cells) and fixed(above.cells[column]):
            return fixed(above.cells[column])
    return ""


def fixed(part: Part) -> str:
    """Return the fixed text of a part, without its fields, if it is short enough for a label."""
    text = " ".join(" ".join(_TAGS.sub("", p.text) for p in paragraphs(part)).split())
    return text if len(text) <= _LONGEST_LABEL and any(map(str.isalnum, text)) else ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Met:
    """A part of the old template and what it became; None where there is no such part.

    What lies in a part that is gone or new does not come up by itself.
    """

    old: Part | None
    new: Part | None


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
    return len(found) > 1 or any(isinstance(one, Table) or not one.is_blank for one in found)


def _blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Met]:
    for met in _mets(pair_blocks(old, new)):
        yield met
        if isinstance(met.old, Table) and isinstance(met.new, Table):
            yield from _table(met.old, met.new)
        elif isinstance(met.old, Paragraph) and isinstance(met.new, Paragraph):
            for one, other in zip(met.old.boxes, met.new.boxes, strict=False):
                yield from _blocks(one.blocks, other.blocks)


def _table(old: Table, new: Table) -> Iterator[Met]:
    for row in _mets(pair_rows(old, new)):
        yield row
        if isinstance(row.old, Row) and isinstance(row.new, Row):
            for cell in _mets(pair_cells(row.old, row.new)):
                yield cell
                if isinstance(cell.old, Cell) and isinstance(cell.new, Cell):
                    yield from _blocks(cell.old.blocks, cell.new.blocks)


def _mets(pairs: Sequence[Pair[Any]]) -> Iterator[Met]:
    return (Met(old=pair.old, new=pair.new) for pair in pairs)

"""The blocks of a story: paragraphs, and tables of rows and cells that hold blocks again.

What holds blocks without being seen (content controls) is looked through.
Each block knows its element, so that a redline can be written into it. A stretch
of a paragraph's text is cut into slices of the runs that make it.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from rmdocs.comparison.alignment import OBJECT, Outline, Pair, Token, align, tokens
from rmdocs.comparison.markup import HOLDERS, RELATION, SPACE
from rmdocs.comparison.runs import KEPT_LOOK, Digest, Run, runs
from rmdocs.rendering.markup import CELL, PARAGRAPH, ROW, TABLE, TEXT, inside, value, word

_TABLES_ALIKE = 0.4
"""Tables in the same place are taken for one, whatever they hold."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Paragraph:
    """One paragraph; its text is that of its runs together.

    :param unseen: codes of its fields and targets of its links, whatever they show.
    """

    element: etree._Element
    runs: tuple[Run, ...]
    tokens: tuple[Token, ...]
    boxes: tuple[Box, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return what is visible, an object being one sign."""
        return "".join(run.text for run in self.runs)

    @property
    def is_blank(self) -> bool:
        """Return whether nothing is to be seen."""
        return not any(run.text.strip() for run in self.runs)

    @property
    def objects(self) -> Iterator[Run]:
        """Yield the runs that are objects, in order."""
        return (run for run in self.runs if run.key)

    def boxes_in(self, held: Iterable[Run]) -> list[Box]:
        """Return the text boxes that lie in some of its runs."""
        elements = [box for run in held for box in run.boxes]
        return [box for box in self.boxes if box.element in elements]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Box:
    """A text box in a paragraph."""

    element: etree._Element
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cell:
    """One cell of a row."""

    element: etree._Element
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One row of a table."""

    element: etree._Element
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Table:
    """One table."""

    element: etree._Element
    rows: tuple[Row, ...]


Block: TypeAlias = Paragraph | Table


def blocks(container: etree._Element, digest: Digest) -> tuple[Block, ...]:
    """Return the blocks of a body, header, cell or text box, in order.

    :param container: its tracked changes are accepted; runs are cut where needed.
    """
    found: list[Block] = []
    for child in container:
        if child.tag == PARAGRAPH:
            found.append(_paragraph(child, digest))
        elif child.tag == TABLE:
            found.append(_table(child, digest))
        elif child.tag in HOLDERS:
            found += blocks(child, digest)
    return tuple(found)


def _paragraph(element: etree._Element, digest: Digest) -> Paragraph:
    found = runs(element, digest)
    boxes = [Box(element=box, blocks=blocks(box, digest)) for run in found for box in run.boxes]
    unseen = tuple(_unseen(element, found, digest))
    return Paragraph(
        element=element, runs=found, tokens=tuple(_tokens(found)), boxes=tuple(boxes), unseen=unseen
    )


def _unseen(element: etree._Element, found: Sequence[Run], digest: Digest) -> Iterator[str]:
    objects = {part for run in found if run.key for part in run.elements}
    codes = ""
    for one in element.iter(word("instrText"), word("hyperlink")):
        if next(one.iterancestors(PARAGRAPH), None) is not element:
            continue  # it lies in a text box
        if one.tag == word("instrText"):
            codes += "" if one.getparent() in objects else one.text or ""
        else:
            yield digest(one.get(f"{RELATION}id") or "") + value(one, "anchor")
    yield " ".join(codes.replace(KEPT_LOOK, "").split())


def _tokens(found: Sequence[Run]) -> Iterator[Token]:
    """Yield the tokens of a paragraph; an object is compared by what tells it apart."""
    objects = iter([run.key for run in found if run.key])
    for token in tokens("".join(run.text for run in found)):
        if token.key == OBJECT:
            yield Token(key=f"{OBJECT}{next(objects, '')}", start=token.start, end=token.end)
        else:
            yield token


def _table(element: etree._Element, digest: Digest) -> Table:
    rows = []
    for row in inside(element, ROW, HOLDERS):
        cells = [
            Cell(element=cell, blocks=blocks(cell, digest)) for cell in inside(row, CELL, HOLDERS)
        ]
        rows.append(Row(element=row, cells=tuple(cells)))
    return Table(element=element, rows=tuple(rows))


def paragraphs(block: Block | Row | Cell) -> Iterator[Paragraph]:
    """Yield every paragraph in ``block``, in order."""
    if isinstance(block, Paragraph):
        yield block
    elif isinstance(block, Cell):
        for inner in block.blocks:
            yield from paragraphs(inner)
    else:
        for part in block.cells if isinstance(block, Row) else block.rows:
            yield from paragraphs(part)


def rows(part: Block | Row) -> Iterator[Row]:
    """Yield every row in ``part``, those of inner tables too."""
    if isinstance(part, Row):
        yield part
        for cell in part.cells:
            for block in cell.blocks:
                yield from rows(block)
    elif isinstance(part, Table):
        for row in part.rows:
            yield from rows(row)


def pair_blocks(old: Sequence[Block], new: Sequence[Block]) -> list[Pair[Block]]:
    """Return which block became which.

    The last paragraphs of both are one if neither is anything else: a story
    ends with a paragraph that cannot go.
    """
    pairs = align(old, new, _outline)
    gone = [pair for pair in pairs if pair.new is None]
    added = [pair for pair in pairs if pair.old is None]
    if not gone or not added:
        return pairs
    last_old, last_new = gone[-1], added[-1]
    paired = [index for index, pair in enumerate(pairs) if pair.old and pair.new]
    if (
        last_old.old is old[-1]
        and last_new.new is new[-1]
        and isinstance(old[-1], Paragraph)
        and isinstance(new[-1], Paragraph)
        and all(index < pairs.index(last_old) for index in paired)
    ):
        kept = [pair for pair in pairs if pair not in (last_old, last_new)]
        return [*kept, Pair(old=old[-1], new=new[-1])]
    return pairs


def pair_rows(old: Table, new: Table, *, of_equal_length: bool = False) -> list[Pair[Row]]:
    """Return which row became which.

    :param of_equal_length: whether both must have as many cells.
    """

    def outline(row: Row) -> Outline:
        kind = str(len(row.cells)) if of_equal_length else ""
        return Outline(key=(_key(row), kind), bag=bag(row), kind=kind)

    return align(old.rows, new.rows, outline)


def pair_cells(old: Row, new: Row) -> list[Pair[Cell]]:
    """Return which cell became which: by position if both rows have as many."""
    if len(old.cells) == len(new.cells):
        return [Pair(old=one, new=other) for one, other in zip(old.cells, new.cells, strict=True)]
    return align(old.cells, new.cells, lambda cell: Outline(key=_key(cell), bag=bag(cell)))


def outline(held: Sequence[Block]) -> Outline:
    """Return what several blocks together are aligned by."""
    return Outline(key=tuple(map(_key, held)), bag=sum(map(bag, held), Counter()))


def _outline(block: Block) -> Outline:
    if isinstance(block, Paragraph):
        return Outline(key=_key(block), bag=bag(block), kind="paragraph")
    return Outline(key=_key(block), bag=bag(block), kind="table", floor=_TABLES_ALIKE)


def _key(part: Block | Row | Cell) -> Hashable:
    if isinstance(part, Paragraph):
        return tuple(token.key for token in part.tokens)
    if isinstance(part, Cell):
        return "cell", *map(_key, part.blocks)
    if isinstance(part, Row):
        return "row", *map(_key, part.cells)
    return "table", *map(_key, part.rows)


def bag(part: Block | Row | Cell) -> Counter[str]:
    """Return what a part holds, to see how much two parts have in common."""
    held: Counter[str] = Counter()
    for paragraph in paragraphs(part):
        for token in paragraph.tokens:
            held[token.key] += math.ceil(token.weight)
    return held


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Slice:
    """A run, or a part of one, with its place in the text of its paragraph."""

    run: Run
    start: int
    end: int


def slices(paragraph: Paragraph) -> list[Slice]:
    """Return the runs that show something, with their places."""
    found: list[Slice] = []
    position = 0
    for run in paragraph.runs:
        if run.text:
            found.append(Slice(run=run, start=position, end=position + len(run.text)))
            position += len(run.text)
    return found


def cut(found: Iterable[Slice], places: Collection[int]) -> list[Slice]:
    """Return the slices cut at ``places``; their elements are cut too."""
    return [piece for whole in found for piece in _pieces(whole, sorted(set(places)))]


def _pieces(whole: Slice, places: Sequence[int]) -> Iterator[Slice]:
    rest = whole
    for place in places:
        if rest.start < place < rest.end:
            element, text = rest.run.elements[0], rest.run.text
            following = copy.deepcopy(element)
            element.addnext(following)
            length = place - rest.start
            _write(element, text[:length])
            _write(following, text[length:])
            yield Slice(
                run=Run(elements=(element,), text=text[:length]), start=rest.start, end=place
            )
            rest = Slice(
                run=Run(elements=(following,), text=text[length:]), start=place, end=rest.end
            )
    yield rest


def _write(run: etree._Element, text: str) -> None:
    for element in run.iter(TEXT):
        element.text = text
        element.set(SPACE, "preserve")


def between(found: Iterable[Slice], span: tuple[int, int]) -> list[Slice]:
    """Return the slices that lie in a span of the text."""
    start, end = span
    return [piece for piece in found if start <= piece.start and piece.end <= end]


def elements(found: Iterable[Slice]) -> list[etree._Element]:
    """Return the elements of slices, in order."""
    return [element for piece in found for element in piece.run.elements]

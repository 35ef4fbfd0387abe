"""The blocks of a text: paragraphs, and tables of rows and cells that hold blocks again.

Works on a part whose tracked changes are settled. A paragraph is a row of runs, each
cut so that it holds one thing; a field that computes its text counts as one object,
since what it happens to show is nobody's wording. What holds blocks or runs without
being seen (content controls) is looked through. Each block knows its element, so
that a redline can be drawn into it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, Verbatim, message
from rmdocs.rendering.markup import (
    ALTERNATIVES,
    BOX,
    CELL,
    CHOICE,
    FALLBACK,
    HOLDERS,
    PARAGRAPH,
    RELATION,
    ROW,
    RUN,
    RUN_HOLDERS,
    RUN_PROPERTIES,
    SPACE,
    TABLE,
    TEXT,
    inside,
    text_of,
    value,
    word,
)
from rmdocs.rendering.vocabulary import MATH

OBJECT = "\ufffc"
"""What stands in a text for a picture, a computed field or another object."""

PAGE_BREAK = "\f"
_SIGNS = {
    word("tab"): "\t",
    word("ptab"): "\t",
    word("cr"): "\n",
    word("noBreakHyphen"): "\u2011",
    word("softHyphen"): "\u00ad",
}
_MATH = (f"{{{MATH}}}oMath", f"{{{MATH}}}oMathPara")
_COMPUTED = {
    "PAGE": message("page number"),
    "NUMPAGES": message("number of pages"),
    "SECTIONPAGES": message("number of pages"),
    "PAGEREF": message("page number"),
    "DATE": message("date of the day"),
    "TIME": message("time of the day"),
    "CREATEDATE": message("date of the file"),
    "SAVEDATE": message("date of the file"),
    "PRINTDATE": message("date of the file"),
    "FILENAME": message("name of the file"),
    "FORMCHECKBOX": message("tick box"),
    "FORMDROPDOWN": message("drop-down list"),
}
"""Fields whose text Word computes or draws, and what a person calls it."""

KEPT_LOOK = " \\* MERGEFORMAT"
"""What Word adds to a field so that it keeps its look when computed anew."""

Digest = Callable[[str], str]
"""From a relationship's id to what tells its target from others."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordRun:
    """One thing in a paragraph.

    :param elements: the runs (``w:r``) that make it; more than one for a field.
    :param text: what it shows; ``OBJECT`` for what is no text, nothing for
        what cannot be seen.
    :param key: tells objects apart; empty for text.
    :param label: what a person calls an object.
    """

    elements: tuple[etree._Element, ...]
    text: str
    key: str = ""
    label: Text = NOTHING

    @property
    def properties(self) -> etree._Element | None:
        """Return the run's own formatting (``w:rPr``)."""
        return self.elements[0].find(RUN_PROPERTIES)

    @property
    def boxes(self) -> tuple[etree._Element, ...]:
        """Return the contents of its text boxes, those of fallback copies left out."""
        return tuple(
            box
            for element in self.elements
            for box in element.iter(BOX)
            if not _is_inner(box, element)
        )


def runs(paragraph: etree._Element, digest: Digest) -> tuple[WordRun, ...]:
    """Return the runs of a paragraph in order, cutting its elements where needed.

    :param digest: what tells pictures apart, by the relationship that names them.
    """
    pieces = [piece for leaf in list(leaves(paragraph)) for piece in _cut(leaf)]
    found: list[WordRun] = []
    position = 0
    while position < len(pieces):
        field = _field(pieces, position)
        if field is None:
            found.append(_run(pieces[position], digest))
            position += 1
        else:
            found.append(field)
            position += len(field.elements)
    return tuple(found)


def _is_inner(box: etree._Element, run: etree._Element) -> bool:
    """Return whether a text box of a run lies in another one, or in a fallback copy."""
    between = takewhile(lambda above: above is not run, box.iterancestors())
    return any(above.tag in (BOX, FALLBACK) for above in between)


def leaves(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the runs and formulas of a paragraph, those in its text boxes left out."""
    for child in parent:
        if child.tag == RUN or child.tag in _MATH:
            yield child
        elif child.tag in RUN_HOLDERS:
            yield from leaves(child)
        elif child.tag == ALTERNATIVES:
            for choice in child.findall(CHOICE)[:1]:
                yield from leaves(choice)


def _cut(leaf: etree._Element) -> list[etree._Element]:
    """Cut a run so that each piece holds one thing, formatted alike."""
    if leaf.tag != RUN:
        return [leaf]
    properties = leaf.find(RUN_PROPERTIES)
    things = [child for child in leaf if child.tag != RUN_PROPERTIES and isinstance(child.tag, str)]
    pieces = [leaf]
    for thing in things[1:]:
        piece = etree.Element(RUN)
        if properties is not None:
            piece.append(copy.deepcopy(properties))
        piece.append(thing)
        pieces[-1].addnext(piece)
        pieces.append(piece)
    return pieces


def _field(pieces: list[etree._Element], start: int) -> WordRun | None:
    """Return the computed field that begins at ``start`` and ends in this paragraph."""
    depth, code, in_code = 0, "", True
    for end in range(start, len(pieces)):
        piece = pieces[end]
        mark = piece.find(word("fldChar"))
        kind = "" if mark is None else value(mark, "fldCharType")
        if kind == "begin":
            depth += 1
        elif depth == 0:
            return None
        elif kind == "separate" and depth == 1:
            in_code = False
        elif kind == "end":
            depth -= 1
        elif in_code:
            code += "".join(text.text or "" for text in piece.iter(word("instrText")))
        if depth == 0:
            return _computed(tuple(pieces[start : end + 1]), code)
    return None


def _computed(elements: tuple[etree._Element, ...], code: str) -> WordRun | None:
    words = code.split()
    name = words[0].upper() if words else ""
    if name not in _COMPUTED:
        return None
    asked = " ".join([name, *words[1:]]).replace(KEPT_LOOK, "")
    return WordRun(elements=elements, text=OBJECT, key=asked, label=_COMPUTED[name])


def _run(piece: etree._Element, digest: Digest) -> WordRun:
    if piece.tag != RUN:
        shown = "".join(text.text or "" for text in piece.iter(f"{{{MATH}}}t"))
        return WordRun(elements=(piece,), text=OBJECT, key=f"math {shown}", label=Verbatim(shown))
    elements = (one for one in piece.iterchildren(etree.Element) if one.tag != RUN_PROPERTIES)
    thing = next(elements, None)
    text = "" if thing is None else _text(thing)
    key, label = ("", NOTHING) if thing is None or text else _object(thing, digest)
    return WordRun(elements=(piece,), text=OBJECT if key else text, key=key, label=label)


def _text(thing: etree._Element) -> str:
    """Return what stands in a run as text; nothing for what is an object, or unseen."""
    if thing.tag == word("br"):
        return PAGE_BREAK if value(thing, "type") == "page" else "\n"
    return shown_text(thing) if thing.tag == TEXT else _SIGNS.get(str(thing.tag), "")


def shown_text(text: etree._Element) -> str:
    """Return what a ``w:t`` shows: Word drops blanks at its ends unless told to keep them."""
    content = text.text or ""
    kept = content if text.get(SPACE) == "preserve" else content.strip(" \t\r\n")
    return kept.translate({9: " ", 10: " ", 13: " "})


def _object(thing: etree._Element, digest: Digest) -> tuple[str, Text]:
    """Return what tells an object apart and what a person calls it; nothing if it is unseen."""
    tag = str(thing.tag)
    if tag == word("sym"):
        return f"sign {value(thing, 'font')} {value(thing, 'char')}", message("sign")
    if tag == word("footnoteReference"):
        return "footnote", message("footnote")
    if tag == word("endnoteReference"):
        return "endnote", message("endnote")
    if tag == word("ruby"):
        return f"ruby {text_of(thing)}", Verbatim(text_of(thing))
    if tag in (word("drawing"), word("pict"), word("object"), ALTERNATIVES):
        label = message("text box") if next(thing.iter(BOX), None) is not None else None
        return _drawn(thing, digest), label or message("picture")
    return "", NOTHING


def _drawn(thing: etree._Element, digest: Digest) -> str:
    """Return what tells a drawing apart: its pictures, its shapes and words, its size."""
    pictures = [
        digest(str(relation))
        for element in thing.iter()
        for name, relation in element.attrib.items()
        if str(name).startswith(RELATION)
    ]
    sizes = [f"{extent.get('cx')}x{extent.get('cy')}" for extent in thing.iter("{*}extent")]
    shapes = [
        element.get("prst") or element.get("string") or ""
        for element in thing.iter("{*}prstGeom", "{*}textpath")
    ]
    return " ".join(["drawing", *dict.fromkeys(pictures), *dict.fromkeys(shapes), *sizes[:1]])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordParagraph:
    """One paragraph; its text is that of its runs together.

    :param unseen: codes of its fields and targets of its links, whatever they show.
    """

    element: etree._Element
    runs: tuple[WordRun, ...]
    boxes: tuple[TextBox, ...] = ()
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
    def objects(self) -> Iterator[WordRun]:
        """Yield the runs that are objects, in order."""
        return (run for run in self.runs if run.key)

    def boxes_in(self, held: Iterable[WordRun]) -> list[TextBox]:
        """Return the text boxes that lie in some of its runs."""
        elements = [box for run in held for box in run.boxes]
        return [box for box in self.boxes if box.element in elements]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TextBox:
    """A text box in a paragraph."""

    element: etree._Element
    blocks: tuple[WordBlock, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordCell:
    """One cell of a row."""

    element: etree._Element
    blocks: tuple[WordBlock, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordRow:
    """One row of a table."""

    element: etree._Element
    cells: tuple[WordCell, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordTable:
    """One table."""

    element: etree._Element
    rows: tuple[WordRow, ...]


WordBlock: TypeAlias = WordParagraph | WordTable
WordPart: TypeAlias = WordBlock | WordRow | WordCell


def blocks(container: etree._Element, digest: Digest) -> tuple[WordBlock, ...]:
    """Return the blocks of a body, header, cell or text box, in order.

    :param container: its tracked changes are accepted; runs are cut where needed.
    """
    found: list[WordBlock] = []
    for child in container:
        if child.tag == PARAGRAPH:
            found.append(_paragraph(child, digest))
        elif child.tag == TABLE:
            found.append(_table(child, digest))
        elif child.tag in HOLDERS:
            found += blocks(child, digest)
    return tuple(found)


def _paragraph(element: etree._Element, digest: Digest) -> WordParagraph:
    found = runs(element, digest)
    boxes = [TextBox(element=box, blocks=blocks(box, digest)) for run in found for box in run.boxes]
    unseen = tuple(_unseen(element, found, digest))
    return WordParagraph(element=element, runs=found, boxes=tuple(boxes), unseen=unseen)


def _unseen(element: etree._Element, found: Sequence[WordRun], digest: Digest) -> Iterator[str]:
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


def _table(element: etree._Element, digest: Digest) -> WordTable:
    rows = []
    for row in inside(element, ROW, HOLDERS):
        cells = [
            WordCell(element=cell, blocks=blocks(cell, digest))
            for cell in inside(row, CELL, HOLDERS)
        ]
        rows.append(WordRow(element=row, cells=tuple(cells)))
    return WordTable(element=element, rows=tuple(rows))


def held(part: WordPart) -> tuple[WordPart, ...]:
    """Return what a table, a row or a cell holds; nothing for a paragraph."""
    if isinstance(part, WordTable):
        return part.rows
    if isinstance(part, WordRow):
        return part.cells
    return part.blocks if isinstance(part, WordCell) else ()


def paragraphs(part: WordPart) -> Iterator[WordParagraph]:
    """Yield every paragraph in a part, in order, itself too."""
    if isinstance(part, WordParagraph):
        yield part
    for inner in held(part):
        yield from paragraphs(inner)


def rows(part: WordPart) -> Iterator[WordRow]:
    """Yield every row in a part, those of inner tables and itself too."""
    if isinstance(part, WordRow):
        yield part
    for inner in held(part):
        yield from rows(inner)

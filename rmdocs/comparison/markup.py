"""WordprocessingML (ECMA-376 Part 1) as this package reads it: names, tracked changes accepted.

A part is read as its reader sees it once every tracked change in it is accepted, or
rejected. Also what Word leaves behind when it saves (marks of spelling, rendered page
breaks) goes, and simple fields become complex ones, so that whoever reads on
meets one writing only. Nothing is compared here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from rmdocs.rendering.tables import WORD

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

PARAGRAPH, RUN, TEXT = f"{WORD}p", f"{WORD}r", f"{WORD}t"
TABLE, ROW, CELL = f"{WORD}tbl", f"{WORD}tr", f"{WORD}tc"
PARAGRAPH_PROPERTIES, RUN_PROPERTIES = f"{WORD}pPr", f"{WORD}rPr"
BOX = f"{WORD}txbxContent"
ALTERNATIVES = f"{COMPATIBILITY}AlternateContent"
CHOICE, FALLBACK = f"{COMPATIBILITY}Choice", f"{COMPATIBILITY}Fallback"
INSERTED, DELETED = f"{WORD}ins", f"{WORD}del"

HOLDERS = frozenset(f"{WORD}{name}" for name in ("sdt", "sdtContent", "customXml"))
"""What holds blocks, rows, cells or runs without being seen itself."""

RUN_HOLDERS = HOLDERS | {
    f"{WORD}{name}" for name in ("hyperlink", "smartTag", "fldSimple", "dir", "bdo")
}
"""What holds runs without being seen itself."""

_OFF = frozenset({"0", "false", "off", "none"})


def word(name: str) -> str:
    """Return the qualified name of a WordprocessingML element or attribute."""
    return f"{WORD}{name}"


def value(element: etree._Element | None, name: str = "val", default: str = "") -> str:
    """Return an attribute of ``element``; ``default`` where either is absent."""
    return default if element is None else element.get(f"{WORD}{name}") or default


def is_on(element: etree._Element) -> bool:
    """Return what an on-off element says; without a value it says on (§17.17.4)."""
    return value(element, default="1") not in _OFF


def inside(parent: etree._Element, wanted: str, holders: Iterable[str]) -> Iterator[etree._Element]:
    """Yield the children called ``wanted``, also those in ``holders``."""
    for child in parent:
        if child.tag == wanted:
            yield child
        elif child.tag in holders:
            yield from inside(child, wanted, holders)


def unwrap(element: etree._Element) -> None:
    """Put the children of ``element`` in its place."""
    parent = element.getparent()
    if parent is None:
        return
    position = parent.index(element)
    parent.remove(element)
    for offset, child in enumerate(list(element)):
        parent.insert(position + offset, child)


def drop(element: etree._Element) -> None:
    """Remove ``element`` from its parent; a Word part has no text between elements."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def free(root: etree._Element) -> None:
    """Take what lies in content controls out of them: they cannot be tracked.

    Word shows a control's placeholder where what stood in it is rejected, and
    LibreOffice keeps what stood there.
    """
    for properties in list(root.iter(*map(word, ("sdtPr", "sdtEndPr", "customXmlPr")))):
        drop(properties)
    for control in list(root.iter(*HOLDERS)):
        unwrap(control)


_CAME, _WENT = (word("ins"), word("moveTo")), (word("del"), word("moveFrom"))
_GIVEN_BACK = {word("delText"): TEXT, word("delInstrText"): word("instrText")}
_PROPERTIES = frozenset(map(word, ("rPr", "trPr", "tcPr", "numPr")))
_NO_FORMATTING = frozenset(map(word, ("ins", "del", "moveFrom", "moveTo", "rPr", "sectPr")))
_HISTORY = tuple(
    map(
        word,
        re.findall(
            r"\S+",
            "rPrChange pPrChange sectPrChange tblPrChange tblPrExChange tblGridChange trPrChange"
            " tcPrChange numberingChange cellIns cellMerge proofErr lastRenderedPageBreak"
            " moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd"
            " customXmlInsRangeStart customXmlInsRangeEnd"
            " customXmlDelRangeStart customXmlDelRangeEnd"
            " customXmlMoveFromRangeStart customXmlMoveFromRangeEnd"
            " customXmlMoveToRangeStart customXmlMoveToRangeEnd",
        ),
    )
)
_FIELD_PARTS = ("begin", "separate", "end")


def accept(root: etree._Element) -> etree._Element:
    """Return ``root``, changed in place, with all its tracked changes accepted."""
    return _settled(root, _CAME, _WENT, word("cellDel"))


def reject(root: etree._Element) -> etree._Element:
    """Return ``root``, changed in place, with all its tracked changes rejected.

    Of formatting only that of runs and paragraphs is given back: no other is tracked here.
    """
    for change in list(root.iter(word("rPrChange"), word("pPrChange"))):
        _give_back(change)
    for element in root.iter(*_GIVEN_BACK):
        element.tag = _GIVEN_BACK[str(element.tag)]
    return _settled(root, _WENT, _CAME, word("cellIns"))


def _settled(
    root: etree._Element, kept: tuple[str, ...], gone: tuple[str, ...], gone_cell: str
) -> etree._Element:
    # No reader sees these; libxml2 cannot write one by itself in canonical form.
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    _remove_rows_and_cells(root, gone[0], gone_cell)
    for mark in list(root.iter(*gone)):
        if not _is_property(mark):
            drop(mark)
    for mark in list(root.iter(*kept)):
        if _is_property(mark):
            drop(mark)
        else:
            unwrap(mark)
    _join_paragraphs(root, gone)
    for element in list(root.iter(*_HISTORY)):
        drop(element)
    for field in list(root.iter(word("fldSimple"))):
        _spell_out(field)
    return root


def _give_back(change: etree._Element) -> None:
    """Put formatting in the place of what it became; marks and sections are none."""
    properties, earlier = change.getparent(), next(iter(change), None)
    if properties is None:
        return
    for child in list(properties):
        if child.tag not in _NO_FORMATTING:
            properties.remove(child)
    for position, child in enumerate(list(earlier) if earlier is not None else ()):
        properties.insert(position, child)


def _is_property(mark: etree._Element) -> bool:
    """Return whether ``mark`` says something of a mark, row or cell, and holds no content."""
    parent = mark.getparent()
    return parent is not None and parent.tag in _PROPERTIES


def _remove_rows_and_cells(root: etree._Element, gone: str, gone_cell: str) -> None:
    for mark in list(root.iter(gone_cell)):
        cell = next(mark.iterancestors(CELL), None)
        if cell is not None:
            drop(cell)
    for row in list(root.iter(ROW)):
        if row.find(f"{word('trPr')}/{gone}") is not None or next(row.iter(CELL), None) is None:
            drop(row)
    for table in list(root.iter(TABLE)):
        if next(table.iter(ROW), None) is None:
            drop(table)


def _join_paragraphs(root: etree._Element, gone: tuple[str, ...]) -> None:
    """Join each paragraph whose mark is gone with the one that follows."""
    for paragraph in list(root.iter(PARAGRAPH)):
        properties = paragraph.find(f"{PARAGRAPH_PROPERTIES}/{RUN_PROPERTIES}")
        marks = [] if properties is None else [properties.find(tag) for tag in gone]
        found = [mark for mark in marks if mark is not None]
        for mark in found:
            drop(mark)
        if found:
            _join(paragraph)


def _join(paragraph: etree._Element) -> None:
    content = [child for child in paragraph if child.tag != PARAGRAPH_PROPERTIES]
    following = next(paragraph.itersiblings(PARAGRAPH, TABLE), None)
    if following is None:
        return  # the last mark of a cell or text cannot go
    if following.tag == PARAGRAPH:
        has_properties = following.find(PARAGRAPH_PROPERTIES) is not None
        for offset, child in enumerate(content):
            following.insert(offset + has_properties, child)
    elif any(True for child in content for _ in child.iter(RUN)):
        return
    drop(paragraph)


def _spell_out(field: etree._Element) -> None:
    """Write a simple field as runs: its beginning, its code, its result, its end."""
    code = etree.Element(RUN)
    etree.SubElement(code, word("instrText")).text = value(field, "instr")
    begin, separate, end = (_field_char(kind) for kind in _FIELD_PARTS)
    for position, run in enumerate((begin, code, separate)):
        field.insert(position, run)
    field.append(end)
    for data in field.findall(word("fldData")):
        drop(data)
    unwrap(field)


def _field_char(kind: str) -> etree._Element:
    run = etree.Element(RUN)
    etree.SubElement(run, word("fldChar")).set(word("fldCharType"), kind)
    return run

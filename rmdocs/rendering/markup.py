"""WordprocessingML (ECMA-376 Part 1) as elements: names, steps in its tree, tracked changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from rmdocs.rendering.vocabulary import MC, W14, ElementHandling, R, W, fate

WORD, RELATION = f"{{{W}}}", f"{{{R}}}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
PARAGRAPH, RUN, TEXT = f"{WORD}p", f"{WORD}r", f"{WORD}t"
TABLE, ROW, CELL = f"{WORD}tbl", f"{WORD}tr", f"{WORD}tc"
PARAGRAPH_PROPERTIES, RUN_PROPERTIES = f"{WORD}pPr", f"{WORD}rPr"
BOX = f"{WORD}txbxContent"
INSERTED, DELETED = f"{WORD}ins", f"{WORD}del"
ALTERNATIVES, CHOICE, FALLBACK = (
    f"{{{MC}}}{name}" for name in ("AlternateContent", "Choice", "Fallback")
)

HOLDERS = frozenset(f"{WORD}{name}" for name in ("sdt", "sdtContent", "customXml"))
"""What holds blocks, rows, cells or runs without being seen itself."""

RUN_HOLDERS = HOLDERS | {
    f"{WORD}{name}" for name in ("hyperlink", "smartTag", "fldSimple", "dir", "bdo")
}
"""What holds runs without being seen itself."""

_OFF = frozenset({"0", "false", "off"})


def word(name: str) -> str:
    """Return the qualified name of a WordprocessingML element or attribute."""
    return f"{WORD}{name}"


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def value(element: etree._Element | None, name: str = "val", default: str = "") -> str:
    """Return an attribute of ``element``; ``default`` where either is absent."""
    return default if element is None else element.get(f"{WORD}{name}") or default


def text_of(element: etree._Element) -> str:
    """Return the text that stands in ``element``, without tabs and breaks."""
    return "".join(one.text or "" for one in element.iter(TEXT))


def is_on(switch: etree._Element | None) -> bool:
    """Return whether a switch such as ``w:titlePg`` is there and not off (§17.17.4)."""
    return switch is not None and value(switch, default="1") not in _OFF


class PageEdges:
    """Which header and which footer pages show, section after section (§17.10).

    :param target: gives the part that a relationship of the main part leads to; empty if none.
    :param settings: the root of the settings, if there are any.
    :ivar parts: the parts by ``header`` or ``footer`` and kind of page; what a section
        has not, it has from the one before.
    """

    def __init__(self, target: Callable[[str], str], settings: etree._Element | None) -> None:
        self._target = target
        even = None if settings is None else settings.find(word("evenAndOddHeaders"))
        self._even = ("even",) if is_on(even) else ()
        self.parts: dict[tuple[str, str], str] = {}

    def enter(self, section: etree._Element) -> tuple[str, ...]:
        """Go on to a section (``w:sectPr``); return the kinds of pages that it has."""
        for reference in section.iterchildren(word("headerReference"), word("footerReference")):
            part = self._target(reference.get(f"{RELATION}id") or "")
            if part:
                edge = local(reference).removesuffix("Reference")
                self.parts[edge, value(reference, "type", "default")] = part
        first = ("first",) if is_on(section.find(word("titlePg"))) else ()
        return ("default", *first, *self._even)


def inside(parent: etree._Element, wanted: str, holders: Iterable[str]) -> Iterator[etree._Element]:
    """Yield the children called ``wanted``, also those in ``holders``."""
    for child in parent:
        if child.tag == wanted:
            yield child
        elif child.tag in holders:
            yield from inside(child, wanted, holders)


def drop(element: etree._Element) -> None:
    """Remove ``element`` from its parent; the text that follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Put the children of ``element`` in its place."""
    for child in list(element):
        element.addprevious(child)
    drop(element)


_CAME = (word("ins"), word("moveTo"), f"{{{W14}}}conflictIns")
_WENT = (word("del"), word("moveFrom"), f"{{{W14}}}conflictDel")
_GIVEN_BACK = {word("delText"): TEXT, word("delInstrText"): word("instrText")}
_PROPERTIES = frozenset(map(word, ("rPr", "trPr", "tcPr", "numPr")))
_NO_FORMATTING = frozenset(map(word, ("ins", "del", "moveFrom", "moveTo", "rPr", "sectPr")))


def accept(root: etree._Element) -> None:
    """Accept all tracked changes of a part, in place."""
    _settle(root, _CAME, _WENT, word("cellDel"))


def reject(root: etree._Element) -> None:
    """Reject all tracked changes of a part, in place.

    Of formatting only that of runs and paragraphs is given back.
    """
    for change in list(root.iter(word("rPrChange"), word("pPrChange"))):
        _give_back(change)
    for element in root.iter(*_GIVEN_BACK):
        element.tag = _GIVEN_BACK[str(element.tag)]
    _settle(root, _WENT, _CAME, word("cellIns"))


def _settle(
    root: etree._Element, kept: tuple[str, ...], gone: tuple[str, ...], gone_cell: str
) -> None:
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


_UNSEEN = frozenset({ElementHandling.TRACKED, ElementHandling.DROPPED})


def read_as(root: etree._Element, settle: Callable[[etree._Element], None]) -> etree._Element:
    """Return ``root``, changed in place, as a reader sees it.

    :param settle: what becomes of its tracked changes
        (:func:`accept` or :func:`reject`).
    """
    # No reader sees these; libxml2 cannot write one by itself in canonical form.
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    settle(root)
    for element in list(root.iter(etree.Element)):
        if fate(str(element.tag)) in _UNSEEN:
            drop(element)
    for field in list(root.iter(word("fldSimple"))):
        _spell_out(field)
    return root


def _spell_out(field: etree._Element) -> None:
    """Write a simple field as runs: its beginning, its code, its result, its end."""
    begin, code, separate, end = (etree.Element(RUN) for _ in range(4))
    etree.SubElement(code, word("instrText")).text = value(field, "instr")
    for run, kind in ((begin, "begin"), (separate, "separate"), (end, "end")):
        etree.SubElement(run, word("fldChar")).set(word("fldCharType"), kind)
    field[:0] = [begin, code, separate]
    field.append(end)
    unwrap(field)


def free(root: etree._Element) -> None:
    """Take what lies in content controls out of them: they cannot be tracked.

    Word shows a control's placeholder where what stood in it is rejected, and
    LibreOffice keeps what stood there.
    """
    for properties in list(root.iter(word("sdtPr"), word("sdtEndPr"))):
        drop(properties)
    for control in list(root.iter(*HOLDERS)):
        unwrap(control)

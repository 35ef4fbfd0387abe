"""Names and small acts on WordprocessingML (ECMA-376 Part 1) that this package shares."""

from __future__ import annotations

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

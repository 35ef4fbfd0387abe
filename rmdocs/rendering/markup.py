"""WordprocessingML (ECMA-376 Part 1) as elements: its names, and small steps in its tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from rmdocs.rendering.vocabulary import MC, R, W

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

"""WordprocessingML (ECMA-376 Part 1) as this package reads it: what is seen, and nothing else.

A part is read as its reader sees it once every tracked change in it is accepted, or
rejected. Also what Word leaves behind when it saves (marks of spelling, rendered page
breaks) goes, and simple fields become complex ones, so that whoever reads on
meets one writing only. Nothing is compared here.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from rmdocs.rendering.markup import RUN, WORD, drop, unwrap, value, word
from rmdocs.rendering.vocabulary import ElementHandling, fate

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

ALTERNATIVES = f"{COMPATIBILITY}AlternateContent"
CHOICE, FALLBACK = f"{COMPATIBILITY}Choice", f"{COMPATIBILITY}Fallback"
INSERTED, DELETED = f"{WORD}ins", f"{WORD}del"

HOLDERS = frozenset(f"{WORD}{name}" for name in ("sdt", "sdtContent", "customXml"))
"""What holds blocks, rows, cells or runs without being seen itself."""

RUN_HOLDERS = HOLDERS | {
    f"{WORD}{name}" for name in ("hyperlink", "smartTag", "fldSimple", "dir", "bdo")
}
"""What holds runs without being seen itself."""

_UNSEEN = frozenset({ElementHandling.TRACKED, ElementHandling.DROPPED})
_FIELD_PARTS = ("begin", "separate", "end")


def read_as(root: etree._Element, settle: Callable[[etree._Element], None]) -> etree._Element:
    """Return ``root``, changed in place, as a reader sees it.

    :param settle: what becomes of its tracked changes
        (:func:`~rmdocs.rendering.tracked.accept` or ``reject``).
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


def free(root: etree._Element) -> None:
    """Take what lies in content controls out of them: they cannot be tracked.

    Word shows a control's placeholder where what stood in it is rejected, and
    LibreOffice keeps what stood there.
    """
    for properties in list(root.iter(*map(word, ("sdtPr", "sdtEndPr", "customXmlPr")))):
        drop(properties)
    for control in list(root.iter(*HOLDERS)):
        unwrap(control)


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

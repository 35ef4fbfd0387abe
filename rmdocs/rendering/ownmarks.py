"""Making the numbers of a part of an assembled document its own.

Lists, bookmarks and drawings are numbered throughout a document; a part's are
moved out of the way of those that are there already. Comments stay behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from rmdocs.rendering.tables import WORD

if TYPE_CHECKING:
    from docx.document import Document

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_NUM, _ABSTRACT = f"{WORD}num", f"{WORD}abstractNum"
_NUM_ID, _ABSTRACT_ID = f"{WORD}numId", f"{WORD}abstractNumId"
_VALUE, _NAME, _ID = f"{WORD}val", f"{WORD}name", f"{WORD}id"
_LONGEST_NAME = 40
_COMMENTS = tuple(
    f"{WORD}{name}" for name in ("commentRangeStart", "commentRangeEnd", "commentReference")
)


def numbering_of(document: Document) -> etree._Element | None:
    """Return the list definitions of a document, or None if it has none."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
            element: etree._Element = relation.target_part.element
            return element
    return None


def move_lists(
    source: etree._Element | None, target: etree._Element, roots: list[etree._Element]
) -> None:
    """Copy list definitions into ``target`` under new numbers, and renumber ``roots``.

    :param roots: everything that uses them: stories and style sheet.
    """
    if source is None:
        return
    lists = _highest(target, _NUM, _NUM_ID)
    kinds = _highest(target, _ABSTRACT, _ABSTRACT_ID)
    place = len(target.findall(_ABSTRACT))
    for kind in map(deepcopy, source.findall(_ABSTRACT)):
        number = int(str(kind.get(_ABSTRACT_ID))) + kinds
        kind.set(_ABSTRACT_ID, str(number))
        for element in kind.findall(f"{WORD}nsid"):
            # Word takes lists with the same one for one list.
            element.set(_VALUE, f"{number:08X}")
        for picture in list(kind.iter(f"{WORD}lvlPicBulletId")):
            _remove(picture)
        target.insert(place, kind)
        place += 1
    for one in map(deepcopy, source.findall(_NUM)):
        one.set(_NUM_ID, str(int(str(one.get(_NUM_ID))) + lists))
        for used in one.findall(_ABSTRACT_ID):
            used.set(_VALUE, str(int(str(used.get(_VALUE))) + kinds))
        target.append(one)
    for root in roots:
        for used in root.iter(_NUM_ID):
            number = int(str(used.get(_VALUE)))
            if number:
                used.set(_VALUE, str(number + lists))


def claim_marks(roots: list[etree._Element], prefix: str, numbers: Iterator[int]) -> None:
    """Give bookmarks names and numbers of their own, drawings numbers, drop comments."""
    renamed: dict[str, str] = {}
    for root in roots:
        for comment in list(root.iter(*_COMMENTS)):
            _remove(comment)
        _renumber(root, numbers)
        for start in root.iter(f"{WORD}bookmarkStart"):
            name = str(start.get(_NAME))
            renamed[name] = f"{prefix}{name}"[:_LONGEST_NAME]
            start.set(_NAME, renamed[name])
    if renamed:
        for root in roots:
            _repoint(root, renamed)


def _renumber(root: etree._Element, numbers: Iterator[int]) -> None:
    ids: dict[str, str] = {}
    for mark in root.iter(f"{WORD}bookmarkStart", f"{WORD}bookmarkEnd"):
        old = str(mark.get(_ID))
        if old not in ids:
            ids[old] = str(next(numbers))
        mark.set(_ID, ids[old])
    for drawing in root.iter(_DRAWING):
        drawing.set("id", str(next(numbers)))


def _repoint(root: etree._Element, renamed: dict[str, str]) -> None:
    """Make links and fields lead to the bookmarks' new names."""
    for link in root.iter(f"{WORD}hyperlink"):
        anchor = str(link.get(f"{WORD}anchor", ""))
        if anchor in renamed:
            link.set(f"{WORD}anchor", renamed[anchor])
    for code in root.iter(f"{WORD}instrText"):
        words = re.split(r"(\s+)", code.text or "")
        code.text = "".join(renamed.get(word, word) for word in words)
    for field in root.iter(f"{WORD}fldSimple"):
        words = re.split(r"(\s+)", str(field.get(f"{WORD}instr", "")))
        field.set(f"{WORD}instr", "".join(renamed.get(word, word) for word in words))


def _highest(root: etree._Element, tag: str, name: str) -> int:
    """Return one more than the highest number in use."""
    return 1 + max((int(str(one.get(name))) for one in root.findall(tag)), default=0)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)

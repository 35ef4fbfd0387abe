"""A template as it is once its comments are removed and all its changes accepted.

For an officer whose file still carries a discussion: what is left is what
Word shows under “no markup”. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.rendering.cleaning import clean, written
from rmdocs.rendering.constituents import WordFile, relations_of
from rmdocs.rendering.package import Head, Member
from rmdocs.rendering.patching import CONTENT_TYPES
from rmdocs.rendering.vocabulary import W14, Fate, W, fate
from rmdocs.rendering.wholeness import other_kind


def _word(name: str) -> str:
    return f"{{{W}}}{name}"


_PARAGRAPH, _RUN, _ROW, _CELL, _TABLE = map(_word, ("p", "r", "tr", "tc", "tbl"))
_PROPERTIES = frozenset(map(_word, ("rPr", "trPr", "tcPr", "numPr")))
_GONE = (*map(_word, ("del", "moveFrom")), f"{{{W14}}}conflictDel")
_KEPT = (*map(_word, ("ins", "moveTo")), f"{{{W14}}}conflictIns")
_MARKS = _word("pPr"), _word("rPr")
_CONTENT_FREE = frozenset({Fate.TRACKED, Fate.COMMENT})


def without_review(data: bytes) -> bytes:
    """Return a Word file without comments, its tracked changes accepted; unseen things go too.

    :raises FindingsError: if it is no Word document, of another kind, or damaged.
    """
    word = clean(data).word
    if (other := other_kind(word)) is not None:
        raise FindingsError((other,))
    gone = set(_comment_parts(word))
    members: list[Member] = []
    for name, member in word.members.items():
        root = word.roots.get(name)
        if name in gone:
            continue
        if root is None or not _accepted(name, root, word, gone):
            members.append(member)
        else:
            members.append(Member.deflated(name, written(root)))
    return Head.of(members).archive(())


def _comment_parts(word: WordFile) -> Iterator[str]:
    for name, relation in word.reached.items():
        if relation.fate is Fate.COMMENT:
            yield name
            if relations_of(name) in word.members:
                yield relations_of(name)


def _accepted(name: str, root: etree._Element, word: WordFile, gone: set[str]) -> bool:
    """Take out what is reviewed in a part, in place; return whether anything was."""
    if name == CONTENT_TYPES:
        listed = [one for one in root if str(one.get("PartName", "")).removeprefix("/") in gone]
    elif name.endswith(".rels"):
        leading = {
            one.identifier
            for one in word.relations
            if relations_of(one.source) == name and one.target in gone
        }
        listed = [one for one in root if one.get("Id") in leading]
    else:
        return name in word.reached and accept(root)
    for one in listed:
        root.remove(one)
    return bool(listed)


def accept(root: etree._Element) -> bool:
    """Accept all changes of a part and remove its comments, in place.

    :returns: whether there were any.
    """
    names = {str(one.tag) for one in root.iter(etree.Element)}
    reviewed = [name for name in names if fate(name) in _CONTENT_FREE]
    if not reviewed:
        return False
    _remove_rows_and_cells(root)
    _take_out_content(root)
    _join_paragraphs(root)
    for element in list(root.iter(*reviewed)):
        _drop(element)
    for run in list(root.iter(_RUN)):
        if all(child.tag == _MARKS[1] for child in run):
            _drop(run)  # what is left of the mark of a comment
    return True


def _take_out_content(root: etree._Element) -> None:
    """Drop what was deleted or moved away, keep what was inserted or moved here."""
    for mark in list(root.iter(*_GONE)):
        if not _is_property(mark):
            _drop(mark)
    for mark in list(root.iter(*_KEPT)):
        if not _is_property(mark):
            for child in list(mark):
                mark.addprevious(child)
            _drop(mark)


def _is_property(mark: etree._Element) -> bool:
    """Return whether a mark says something of a paragraph's end, a row or a cell."""
    parent = mark.getparent()
    return parent is not None and parent.tag in _PROPERTIES


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _remove_rows_and_cells(root: etree._Element) -> None:
    for mark in list(root.iter(_word("cellDel"))):
        cell = next(mark.iterancestors(_CELL), None)
        if cell is not None:
            _drop(cell)
    for row in list(root.iter(_ROW)):
        deleted = row.find(f"{_word('trPr')}/{_word('del')}") is not None
        if deleted or next(row.iter(_CELL), None) is None:
            _drop(row)
    for table in list(root.iter(_TABLE)):
        if next(table.iter(_ROW), None) is None:
            _drop(table)


def _join_paragraphs(root: etree._Element) -> None:
    """Join each paragraph whose end is deleted with the one that follows."""
    for paragraph in list(root.iter(_PARAGRAPH)):
        marks = paragraph.find("/".join(_MARKS))
        if marks is None or all(marks.find(tag) is None for tag in _GONE):
            continue
        following = paragraph.getnext()
        content = [child for child in paragraph if child.tag != _MARKS[0]]
        if following is not None and following.tag == _PARAGRAPH:
            start = int(following.find(_MARKS[0]) is not None)
            for offset, child in enumerate(content):
                following.insert(start + offset, child)
            _drop(paragraph)
        elif not content and following is not None:
            _drop(paragraph)

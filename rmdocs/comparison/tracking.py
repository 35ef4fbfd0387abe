"""Who changes what, as WordprocessingML marks it (§17.13.5): the tracked changes themselves.

Only single marks are made here; where they belong is found by ``redlineblocks``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import dropwhile, takewhile

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import leaves, shown_text
from rmdocs.rendering.markup import (
    BOX,
    DELETED,
    INSERTED,
    PARAGRAPH,
    PARAGRAPH_PROPERTIES,
    RUN,
    RUN_PROPERTIES,
    SPACE,
    TEXT,
    drop,
    value,
    word,
)

_TRACKED = tuple(map(word, ("ins", "del", "rPrChange", "pPrChange")))
_NUMBERED = tuple(map(word, ("bookmarkStart", "commentRangeStart", "permStart")))
_AFTER_RUN_PROPERTIES = frozenset(map(word, ("sectPr", "pPrChange")))
_DELETED_NAMES = {
    TEXT: word("delText"),
    word("instrText"): word("delInstrText"),
}
_SHORT_NUMBER = re.compile(r"[0-9]{1,8}")
"""Longer numbers Word would not read; whatever bears one is left to itself."""

_NO_SHAPE = frozenset(map(word, ("rPr", "sectPr", "pPrChange")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTracker:
    """Marks changes as one author's at one moment.

    :param moment: aware; written in UTC to the second.
    """

    author: str
    moment: datetime

    def _mark(self, name: str) -> etree._Element:
        mark = etree.Element(word(name))
        mark.set(word("id"), "0")
        mark.set(word("author"), self.author)
        mark.set(word("date"), self.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return mark

    def insert(self, elements: Iterable[etree._Element]) -> None:
        """Mark runs as inserted where they stand."""
        for element in elements:
            mark = self._mark("ins")
            element.addprevious(mark)
            mark.append(element)
            for paragraph in _paragraphs_in_boxes(element):
                self.insert_all(paragraph)

    def deletion(self, elements: Iterable[etree._Element]) -> etree._Element:
        """Return runs, which belong to nothing else, as deleted."""
        mark = self._mark("del")
        for element in elements:
            for old, new in _DELETED_NAMES.items():
                for text in list(element.iter(old)):
                    if not any(above.tag == BOX for above in text.iterancestors()):
                        text.tag = new
                        if new == word("delText"):
                            text.text = shown_text(text)
                            text.set(SPACE, "preserve")
            mark.append(element)
            for paragraph in _paragraphs_in_boxes(element):
                self.delete_all(paragraph)
        return mark

    def insert_all(self, paragraph: etree._Element) -> None:
        """Mark all content of a paragraph as inserted."""
        self.insert(list(leaves(paragraph)))
        join_marks(paragraph)

    def delete_all(self, paragraph: etree._Element) -> None:
        """Mark all content of a paragraph, a copy, as deleted."""
        for leaf in list(leaves(paragraph)):
            parent = leaf.getparent()
            if parent is not None:
                parent.insert(parent.index(leaf), self.deletion([leaf]))
        join_marks(paragraph)

    def close_end(self, paragraph: etree._Element) -> bool:
        """Let a paragraph that got a new end close with something that went.

        Its last letter that stayed counts as put in before the new end, and as taken
        out after it. Return whether there was one.
        """
        kept = _before_new_end(paragraph)
        text = None if kept is None else kept.find(TEXT)
        parent = None if kept is None else kept.getparent()
        if kept is None or text is None or not text.text or parent is not paragraph:
            return False
        last = copy.deepcopy(kept)
        for run, letters in ((kept, text.text[:-1]), (last, text.text[-1])):
            for element in run.iter(TEXT):
                element.text = letters
                element.set(SPACE, "preserve")
        kept.addnext(last)
        gone = copy.deepcopy(last)
        self.insert([last])
        paragraph.append(self.deletion([gone]))
        join_marks(paragraph)
        return True

    def mark_end(self, paragraph: etree._Element, name: str) -> None:
        """Mark the end of a paragraph as inserted or deleted (``ins``, ``del``)."""
        properties = properties_of(paragraph)
        of_mark = properties.find(RUN_PROPERTIES)
        if of_mark is None:
            of_mark = etree.Element(RUN_PROPERTIES)
            followers = [child for child in properties if child.tag in _AFTER_RUN_PROPERTIES]
            properties.insert(len(properties) - len(followers), of_mark)
        of_mark.insert(0, self._mark(name))

    def mark_row(self, row: etree._Element, name: str) -> None:
        """Mark a table row as inserted or deleted (``ins``, ``del``)."""
        properties = row.find(word("trPr"))
        if properties is None:
            properties = etree.Element(word("trPr"))
            exceptions = row.find(word("tblPrEx"))
            row.insert(0 if exceptions is None else row.index(exceptions) + 1, properties)
        properties.append(self._mark(name))

    def reformat(self, run: etree._Element, old: etree._Element | None) -> None:
        """Mark that a run was formatted as ``old`` (a ``w:rPr``) says."""
        properties = run.find(RUN_PROPERTIES)
        if properties is None:
            properties = etree.Element(RUN_PROPERTIES)
            run.insert(0, properties)
        change = self._mark("rPrChange")
        change.append(etree.Element(RUN_PROPERTIES) if old is None else copy.deepcopy(old))
        properties.append(change)

    def reshape(self, paragraph: etree._Element, old: etree._Element) -> None:
        """Mark that a paragraph had the shape ``old`` (a ``w:pPr``), if it is another."""
        now = shape(paragraph.find(PARAGRAPH_PROPERTIES))
        if etree.tostring(now, method="c14n") == etree.tostring(shape(old), method="c14n"):
            return
        change = self._mark("pPrChange")
        change.append(shape(old))
        properties_of(paragraph).append(change)


def own_runs(paragraph: etree._Element) -> list[etree._Element]:
    """Return the runs of a paragraph, marked or not, those in its text boxes left out."""
    return [
        run
        for run in paragraph.iter(RUN)
        if next(run.iterancestors(BOX, PARAGRAPH), None) is paragraph
    ]


def is_inserted(run: etree._Element | None) -> bool:
    """Return whether there is such a run, and it was put in."""
    return run is not None and next(run.iterancestors(INSERTED), None) is not None


def take_last(paragraph: etree._Element) -> bool:
    """Let what went come after the new end that took its place; return whether anything went."""
    kept = _before_new_end(paragraph)
    gone = None if kept is None else kept.getparent()
    if gone is None or gone.tag != DELETED or gone.getparent() is not paragraph:
        return False
    paragraph.append(gone)
    return True


def _before_new_end(paragraph: etree._Element) -> etree._Element | None:
    return next(dropwhile(is_inserted, reversed(own_runs(paragraph))), None)


def _paragraphs_in_boxes(run: etree._Element) -> list[etree._Element]:
    """Return the paragraphs of the text boxes in a run, those in inner boxes left out.

    Their text is marked too: LibreOffice does not take a box with the run that holds it.
    """
    return [one for one in run.iter(PARAGRAPH) if _boxes_above(one, run) == 1]


def _boxes_above(element: etree._Element, run: etree._Element) -> int:
    between = takewhile(lambda above: above is not run, element.iterancestors())
    return sum(above.tag == BOX for above in between)


def has_marked_end(paragraph: etree._Element) -> bool:
    """Return whether the end of a paragraph is marked as inserted or deleted."""
    return bool(_marks_of_end(paragraph))


def _marks_of_end(paragraph: etree._Element) -> list[etree._Element]:
    found = paragraph.findall(f"{PARAGRAPH_PROPERTIES}/{RUN_PROPERTIES}/*")
    return [mark for mark in found if mark.tag in (INSERTED, DELETED)]


def unmark_end(paragraph: etree._Element) -> None:
    """Take back what ``mark_end`` marked."""
    for mark in _marks_of_end(paragraph):
        parent = mark.getparent()
        if parent is not None:
            parent.remove(mark)
            if len(parent) == 0:
                drop(parent)


def shape(properties: etree._Element | None) -> etree._Element:
    """Return a ``w:pPr`` with what shapes a paragraph, not its mark, section or history."""
    made = etree.Element(PARAGRAPH_PROPERTIES)
    for child in () if properties is None else properties:
        if child.tag not in _NO_SHAPE:
            made.append(copy.deepcopy(child))
    return made


def earlier_shape(paragraph: etree._Element) -> etree._Element:
    """Return the shape a paragraph had before its tracked change, if it has one."""
    properties = paragraph.find(PARAGRAPH_PROPERTIES)
    change = None if properties is None else properties.find(word("pPrChange"))
    return shape(properties if change is None else change.find(PARAGRAPH_PROPERTIES))


def set_shape(paragraph: etree._Element, wanted: etree._Element) -> None:
    """Give a paragraph a shape without tracking it."""
    properties = properties_of(paragraph)
    for child in list(properties):
        if child.tag not in _NO_SHAPE or child.tag == word("pPrChange"):
            properties.remove(child)
    for position, child in enumerate(shape(wanted)):
        properties.insert(position, child)


def properties_of(paragraph: etree._Element) -> etree._Element:
    """Return the ``w:pPr`` of a paragraph, made where it has none."""
    properties = paragraph.find(PARAGRAPH_PROPERTIES)
    if properties is None:
        properties = etree.Element(PARAGRAPH_PROPERTIES)
        paragraph.insert(0, properties)
    return properties


def join_marks(paragraph: etree._Element) -> None:
    """Make one mark of those that follow each other and say the same."""
    for mark in list(paragraph.iter(INSERTED, DELETED)):
        previous = mark.getprevious()
        parent = mark.getparent()
        if previous is None or parent is None or previous.tag != mark.tag or len(mark) == 0:
            continue
        previous.extend(list(mark))
        parent.remove(mark)


def number_marks(roots: Iterable[etree._Element]) -> None:
    """Give every tracked change a number of its own, in order."""
    parts = list(roots)
    taken = [
        int(value(element, "id"))
        for root in parts
        for element in root.iter(*_NUMBERED)
        if _SHORT_NUMBER.fullmatch(value(element, "id"))
    ]
    number = max(taken, default=0)
    for root in parts:
        for mark in root.iter(*_TRACKED):
            number += 1
            mark.set(word("id"), str(number))

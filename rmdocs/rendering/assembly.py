"""The controlled edition of a document: cover, contents, 修改记录, text, annexes.

Each annex keeps the pages it has alone: headers, footers, margins, page size,
fonts. The same parts give the same bytes on any machine. Which parts an
edition has on a date is decided above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.messages import Bilingual, message
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.frontmatter import (
    HEADING_HEIGHT,
    ContentsEntry,
    CoverPage,
    HistoryRow,
    annex_heading,
    contents_blocks,
    cover_blocks,
    empty_edition,
    history_blocks,
    paragraph_text,
    put_mark,
)
from rmdocs.rendering.joining import JoinedDocument, ending_section, not_carried
from rmdocs.rendering.lint import judge, without_review
from rmdocs.rendering.markup import WORD
from rmdocs.rendering.package import Member, read
from rmdocs.rendering.template import reading_word

__all__ = ["ANNEXES", "Annex", "CoverPage", "HistoryRow", "assemble", "check_body", "clean_body"]

ANNEXES = "{{ annexes }}"
"""What a text holds where the list of its annexes is to stand."""

LARGEST_TEXT = 8 * 2**20
"""Bytes that a part of a document's own text may have: some thousand pages."""

_HISTORY, _NONE = "修改记录", "无"
_DEEPEST = 1
"""The lowest level of heading that the contents list."""

_NEAREST = 240
"""The least distance from the edge of the paper that printers reach, in twips."""


_ANY_COVER = CoverPage(
    number="PXD0000",
    control_number="",
    organisation=Bilingual(zh="", en=""),
    title="",
    prepared="",
    reviewed="",
    approved="",
    revision="1.0",
    effective=date(2000, 1, 1),
)
"""For a trial: what the cover says is not looked at."""

_GAP = 80
"""Between an annex's heading and the header below it, where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A document annexed to another.

    :param title: what the parent calls it, ``附录一：《银企合作协议书》``.
    :param document: the annexed document, a whole .docx.
    """

    title: str
    number: str
    revision: str
    document: bytes

    @property
    def heading(self) -> str:
        """Return its heading, with number and revision."""
        return f"{self.title}({self.number}) {self.revision}"


def assemble(
    cover: CoverPage, history: Sequence[HistoryRow], body: bytes, annexes: Sequence[Annex]
) -> bytes:
    """Return the controlled edition as a Word document.

    :param history: the rows of 修改记录, oldest first.
    :param body: the officer's text, a whole .docx.
    :raises FindingsError: if a part is no Word document, or holds what cannot
        be carried into an edition.
    """
    subject = f"{cover.number} {cover.revision}"
    joint = JoinedDocument(empty_edition(title=cover.title, subject=subject, day=cover.effective))
    marks = _Marks(joint)
    top = marks.next(_HISTORY, 0)
    with reading_word():
        text = joint.add(body, "T")
    _list_annexes(text.blocks, annexes)
    entries = [
        top,
        *(
            marks.put(heading.paragraph, heading.text, heading.level)
            for heading in joint.headings(text.blocks, _DEEPEST)
        ),
    ]
    for number, annex in enumerate(annexes, 1):
        with reading_word():
            added = joint.add(annex.document, f"A{number}")
        first = next(block for block in added.blocks).iter(f"{WORD}p")
        # Not every reader follows a bookmark into a frame, so the page below it has it.
        entries.append(marks.put(next(first), annex.heading, 0))
        added.blocks[0].addprevious(annex_heading(annex.heading, _frame(added.section)))
    width = _width(text.section)
    joint.put_first(
        [
            *cover_blocks(cover, width),
            ending_section(_plain(text.section)),
            *contents_blocks(entries, width),
            *_marked(history_blocks(history, width), top.mark, joint.next_number()),
            ending_section(_as_text(text.section)),
        ]
    )
    return joint.to_bytes()


def check_body(body: bytes) -> list[Finding]:
    """Return what keeps ``body`` (a .docx) from being the text of a controlled document."""
    try:
        if too_large := [_too_large(one) for one in read(body) if _too_long(one)]:
            return too_large
        word = clean(body).word
    except FindingsError as problem:
        return [_own(finding) for finding in problem.findings]
    found = [_own(finding) for finding in judge(word, references=True)]
    main = word.roots.get(word.main)
    if main is not None:
        found += not_carried(main)
    return found if has_errors(found) else [*found, *_tried(body)]


def clean_body(body: bytes) -> bytes:
    """Return the text of a controlled document without comments, all its changes accepted.

    :raises FindingsError: if it is no Word document, too large, or damaged.
    """
    try:
        too_large = tuple(_too_large(one) for one in read(body) if _too_long(one))
        made = b"" if too_large else without_review(body)
    except FindingsError as problem:
        raise FindingsError(tuple(map(_own, problem.findings))) from problem
    if too_large:
        raise FindingsError(too_large)
    return made


def _tried(body: bytes) -> list[Finding]:
    """Return what an assembly of the text alone stumbles on."""
    try:
        with reading_word():
            assemble(_ANY_COVER, (), body, ())
    except FindingsError as problem:
        return [_own(finding) for finding in problem.findings]
    return []


def _too_long(member: Member) -> bool:
    return member.name.endswith(".xml") and member.size > LARGEST_TEXT


def _too_large(member: Member) -> Finding:
    return error(
        "DOCUMENT-TOO-LARGE",
        member.name,
        message(
            "the part has {size} bytes of text and formatting; a document has {most} at most",
            size=member.size,
            most=LARGEST_TEXT,
        ),
        message("split the document, or make it again from a clean one"),
    )


def _marked(blocks: list[etree._Element], mark: str, number: int) -> list[etree._Element]:
    put_mark(blocks[0], mark, number)
    return blocks


def _list_annexes(blocks: Sequence[etree._Element], annexes: Sequence[Annex]) -> None:
    """Put the annexes where the text asks for their list, each a paragraph like that one."""
    asked = [
        paragraph
        for block in blocks
        for paragraph in block.iter(f"{WORD}p")
        if paragraph_text(paragraph) == ANNEXES
    ]
    for paragraph in asked:
        for line in [annex.heading for annex in annexes] or [_NONE]:
            paragraph.addprevious(_same_with(paragraph, line))
        parent = paragraph.getparent()
        if parent is not None:
            parent.remove(paragraph)


def _same_with(paragraph: etree._Element, text: str) -> etree._Element:
    """Return a copy of a paragraph that holds ``text`` in the format of its first run."""
    copied = deepcopy(paragraph)
    runs = copied.findall(f"{WORD}r") or [etree.SubElement(copied, f"{WORD}r")]
    for other in [child for child in copied if child.tag != f"{WORD}pPr" and child is not runs[0]]:
        copied.remove(other)
    for old in [child for child in runs[0] if child.tag != f"{WORD}rPr"]:
        runs[0].remove(old)
    etree.SubElement(runs[0], f"{WORD}t").text = text
    return copied


def _own(finding: Finding) -> Finding:
    return replace(finding, code=finding.code.replace("TEMPLATE-", "DOCUMENT-", 1))


class _Marks:
    """The bookmarks that the contents lead to, numbered in the order of the entries."""

    def __init__(self, joint: JoinedDocument) -> None:
        self._joint = joint
        self._count = 0

    def next(self, text: str, level: int) -> ContentsEntry:
        """Return an entry whose bookmark is still to be put."""
        self._count += 1
        return ContentsEntry(text=text, level=level, mark=f"_Toc{self._count:06d}")

    def put(self, paragraph: etree._Element, text: str, level: int) -> ContentsEntry:
        """Bookmark a paragraph; return the entry that leads to it."""
        entry = self.next(text, level)
        put_mark(paragraph, entry.mark, self._joint.next_number())
        return entry


def _measure(section: etree._Element, element: str, name: str) -> int:
    """Return a measure of a section in twips; 0 where it has none."""
    found = section.find(f"{WORD}{element}")
    value = "" if found is None else str(found.get(f"{WORD}{name}", ""))
    return int(value) if value.isdecimal() else 0


def _width(section: etree._Element) -> int:
    """Return the width of a section's text."""
    margins = _measure(section, "pgMar", "left") + _measure(section, "pgMar", "right")
    return _measure(section, "pgSz", "w") - margins


def _frame(section: etree._Element) -> tuple[int, int] | None:
    """Return where an annex's heading stands clear of all that is on its page.

    Just above the page's own header, so that nothing on the page moves; None
    where there is no room.
    """
    lowest = _measure(section, "pgMar", "header") - HEADING_HEIGHT
    top = max(lowest - _GAP, _NEAREST)
    return (top, _width(section)) if top <= lowest else None


def _plain(section: etree._Element) -> etree._Element:
    """Return a section for the cover: the text's paper and margins, nothing around them."""
    kept = {f"{WORD}pgSz", f"{WORD}pgMar"}
    return _only(section, lambda tag: tag in kept)


def _as_text(section: etree._Element) -> etree._Element:
    """Return a section for the pages before the text, with the text's headers on all of them."""
    dropped = {f"{WORD}titlePg", f"{WORD}type", f"{WORD}cols"}
    return _only(section, lambda tag: tag not in dropped)


def _only(section: etree._Element, keeps: Callable[[str], bool]) -> etree._Element:
    copied = deepcopy(section)
    for child in list(copied):
        if not keeps(str(child.tag)):
            copied.remove(child)
    return copied

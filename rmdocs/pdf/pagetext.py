"""The text of pages: what a Word document says, and what the pages of its PDF show.

Of the document as far as its pages must show it: nothing less, nothing more.
Headers and footers come on every page, heading rows again on the pages a table goes on
to; all else is said once. Some of what pages show is made by whoever lays them out, page
numbers and the numbers of lists: what may come of that is allowed for, by its signs.
Texts of pages are in the order in which they are read. Where on a page a text is printed is
found too.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import pypdfium2
from lxml import etree
from pypdfium2 import raw

from rmdocs.classes import dataclass
from rmdocs.pdf.pdfium import drawable
from rmdocs.rendering.markup import WORD, is_on
from rmdocs.rendering.package import read
from rmdocs.rendering.styles import attribute
from rmdocs.rendering.template import parse

PAGE, PAGES = "\U000f0001", "\U000f0002"
"""Stand in a text where the number of the page, or how many there are, is printed."""

_DRAWN = re.compile(r"word/(document|footnotes|endnotes)\.xml")
_EDGE = re.compile(r"word/(header|footer)\d*\.xml")
_PICTURED = re.compile(r"word/(media/.*\.(emf|wmf|svg)|charts/.*|diagrams/.*|embeddings/.*)")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_NOT_OF_IT = frozenset(
    f"{WORD}{name}" for name in ("txbxContent", "del", "moveFrom", "rPr", "pPr", "rubyPr")
)
"""What a paragraph holds that is not its text; a text box has paragraphs of its own."""
_NUMBERS = {"PAGE": PAGE, "NUMPAGES": PAGES}
_DIGITS = frozenset("0123456789")
_MARKS = _DIGITS | frozenset("ivxlcdm*†‡§")
_LABELS = _MARKS | frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,、．()（）〔〕[]【】-—–·•●○■□◆◇▪➢✓"
    "第条章节款项部分篇一二三四五六七八九十百零〇甲乙丙丁戊己庚辛壬癸①②③④⑤⑥⑦⑧⑨⑩"
)
_LEADERS = frozenset("-._·…")
_SYMBOLS = frozenset({"So", "Sm", "Co", "Po"})
_RADICALS = str.maketrans(
    "⺁⺇⺌⺗⺝⺟⺠⺩⺮⺶⺷⺻⺼⻁⻄⻅⻆⻉⻊⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻯⻰⻳",
    "厂几小心月母民王竹羊羊聿月虎西见角贝足车长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿竜龙龟",
)
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\x02\ufffe", "-"))
"""Hyphens that do not break a line, and what pdfium takes one at the end of a line for."""


def folded(text: str) -> str:
    """Return ``text`` without what differs between a document and a page that shows it.

    Blanks and signs without ink go; radicals, ligatures and compatibility ideographs, which
    share their glyph with a character, become that character.
    """
    kept = "".join(
        unicodedata.normalize("NFKC", sign) if _has_twin(sign) else sign
        for sign in text.translate(_HYPHENS)
        if unicodedata.category(sign)[0] not in "ZC" or sign in (PAGE, PAGES)
    )
    return kept.translate(_RADICALS)


def _has_twin(sign: str) -> bool:
    return sign >= "\u2e80" and (
        sign <= "\u2fdf" or "\uf900" <= sign <= "\ufaff" or "\ufb00" <= sign <= "\ufb06"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What pages may show besides, because it is made while they are laid out.

    :param signs: signs that may come besides, in any number.
    :param symbols: whether signs of symbol fonts may come besides.
    :param anything: whether there are pictures and formulas that have text of their own.
    :param any_case: whether small letters may be shown as capitals.
    """

    signs: frozenset[str] = frozenset()
    symbols: bool = False
    anything: bool = False
    any_case: bool = False

    def covers(self, sign: str) -> bool:
        """Return whether a sign that the document does not have may be on its pages."""
        return (
            self.anything
            or sign in self.signs
            or (self.symbols and unicodedata.category(sign) in _SYMBOLS)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """What a document says, folded; each text is one that pages show without a break.

    :param body: what is said once, in order.
    :param headings: rows that are shown again where their table goes on.
    :param edges: the texts of each header and footer.
    :param renumbered: whether pages may be counted otherwise than from 1.
    """

    body: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, ...], ...]
    renumbered: bool
    allowed: Allowance


def said(document: bytes) -> DocumentText:
    """Return what ``document`` (.docx) says.

    :raises FindingsError: if it is no Word document.
    """
    members = {one.name: one for one in read(document)}
    roots = {
        name: parse(one.content())
        for name, one in sorted(members.items())
        if name.startswith("word/") and name.endswith(".xml")
    }
    for root in roots.values():
        for fallback in list(root.iter(_FALLBACK)):
            fallback.clear()
    hidden = _hidden(roots.get("word/styles.xml"))
    drawn = [root for name, root in roots.items() if _DRAWN.fullmatch(name)]
    edges = [root for name, root in roots.items() if _EDGE.fullmatch(name)]
    rows = (row for root in drawn for row in root.iter(f"{WORD}tr") if _is_heading(row))
    return DocumentText(
        body=tuple(text for root in drawn for text in _texts(root, hidden)),
        headings=tuple(tuple(_texts(row, hidden)) for row in rows),
        edges=tuple(tuple(_texts(root, hidden)) for root in edges),
        renumbered=any(True for root in drawn for _ in root.iter(f"{WORD}pgNumType")),
        allowed=_allowance(members, roots),
    )


def _allowance(members: Iterable[str], roots: Mapping[str, etree._Element]) -> Allowance:
    signs: set[str] = set()
    found = {str(one.tag).removeprefix(WORD) for root in roots.values() for one in root.iter()}
    tabs = (one for root in roots.values() for one in root.iter(f"{WORD}tab"))
    if any(one.get(f"{WORD}leader", "none") != "none" for one in tabs):
        signs |= _LEADERS
    if found & {"footnoteReference", "endnoteReference"}:
        signs |= _MARKS
    if found & {"softHyphen", "autoHyphenation"}:
        signs.add("-")
    if "numPr" in found:
        signs |= _LABELS
    return Allowance(
        signs=frozenset(signs),
        symbols=bool(found & {"sym", "numPr"}),
        anything=_MATHS in found or any(_PICTURED.fullmatch(name) for name in members),
        any_case=bool(found & {"caps", "smallCaps"}),
    )


def _hidden(styles: etree._Element | None) -> frozenset[str]:
    """Return the styles whose text is not printed."""
    found: dict[str, tuple[str, bool]] = {}
    for style in () if styles is None else styles.iter(f"{WORD}style"):
        name = str(style.get(f"{WORD}styleId"))
        found[name] = (attribute(style, "basedOn"), _vanishes(style))
    hidden = {name for name, (_, gone) in found.items() if gone}
    while more := {name for name, (base, _) in found.items() if base in hidden} - hidden:
        hidden |= more
    return frozenset(hidden)


def _vanishes(holder: etree._Element) -> bool:
    return is_on(holder.find(f"{WORD}rPr/{WORD}vanish"))


def _is_heading(row: etree._Element) -> bool:
    return is_on(row.find(f"{WORD}trPr/{WORD}tblHeader"))


def _texts(root: etree._Element, hidden: frozenset[str]) -> Iterator[str]:
    """Yield what stands below ``root``, folded, each text as far as no tab interrupts it."""
    for paragraph in root.iter(f"{WORD}p"):
        if any(True for _ in paragraph.iterancestors(f"{WORD}del", f"{WORD}moveFrom")):
            continue
        if attribute(paragraph.find(f"{WORD}pPr"), "pStyle") in hidden:
            continue
        whole = "".join(_Runs(hidden).pieces(paragraph))
        yield from filter(None, map(folded, whole.split("\t")))


class _Runs:
    """The text of one paragraph; a field that counts pages is the sign for it."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        self._codes: list[str] = []
        self._muted = 0

    def pieces(self, holder: etree._Element) -> Iterator[str]:
        """Yield the pieces of text below ``holder``, in order."""
        for element in holder:
            tag = element.tag
            if tag in _NOT_OF_IT:
                continue
            if tag == f"{WORD}fldSimple":
                number = _NUMBERS.get(_kind(str(element.get(f"{WORD}instr") or "")))
                if number is not None:
                    yield number
                    continue
            if tag == f"{WORD}r" and self._is_hidden(element):
                continue
            yield from self._piece(element)
            yield from self.pieces(element)

    def _piece(self, element: etree._Element) -> Iterator[str]:
        match str(element.tag).removeprefix(WORD):
            case "t" if not self._muted:
                yield element.text or ""
            case "tab" | "ptab" if not self._muted:
                yield "\t"
            case "noBreakHyphen" if not self._muted:
                yield "-"
            case "instrText" if self._codes:
                self._codes[-1] += element.text or ""
            case "fldChar":
                yield from self._turn(str(element.get(f"{WORD}fldCharType") or ""))

    def _turn(self, kind: str) -> Iterator[str]:
        if kind == "begin":
            self._codes.append("")
        elif kind == "separate" and self._codes:
            number = _NUMBERS.get(_kind(self._codes[-1]))
            if number is not None and not self._muted:
                yield number
                self._muted = len(self._codes)
        elif kind == "end" and self._codes:
            if self._muted == len(self._codes):
                self._muted = 0
            self._codes.pop()

    def _is_hidden(self, run: etree._Element) -> bool:
        return _vanishes(run) or attribute(run.find(f"{WORD}rPr"), "rStyle") in self._hidden


def _kind(code: str) -> str:
    return next(iter(code.split()), "").upper()


_ARTIFACT = "Artifact"
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The texts of one page, folded, each as it was drawn.

    :param body: what belongs to the document itself.
    :param edges: what is on the page for the page's sake: header, footer, headings again.
    """

    body: tuple[str, ...]
    edges: tuple[str, ...]


def shown(pdf: bytes) -> tuple[PageText, ...]:
    """Return what each page of a PDF shows, in order.

    :raises pypdfium2.PdfiumError: if it is no PDF.
    """
    with drawable(pdf) as document:
        return tuple(_shown(page) for page in document)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """A sign as it is drawn.

    :param drawn: identifies what it was drawn with; signs of one font, side by side, share it.
    :param marked: the number of the part of the document it belongs to; -1 for none.
    """

    sign: str
    left: float
    base: int
    drawn: int
    marked: int
    edge: bool


def _shown(page: pypdfium2.PdfPage) -> PageText:
    body: list[str] = []
    edges: list[str] = []
    # A sign that its font lacks is drawn by another, before or after all others of its line.
    for _, line in groupby(_signs(page), key=lambda one: (one.edge, one.marked, one.base)):
        read = sorted(line, key=lambda one: one.left)
        for _, together in groupby(read, key=lambda one: one.drawn):
            signs = tuple(together)
            text = folded(_paired("".join(one.sign for one in signs)))
            if text:
                (edges if signs[0].edge else body).append(text)
    return PageText(body=tuple(body), edges=tuple(edges))


def _paired(text: str) -> str:
    """Return a text with its rare characters, of which pdfium tells one half after the other."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _signs(page: pypdfium2.PdfPage) -> Iterator[_Sign]:
    """Yield the signs of a page, as they are drawn."""
    held = page.get_textpage()
    texts = held.raw
    across, up = ctypes.c_double(), ctypes.c_double()
    known: dict[int, tuple[int, bool]] = {}
    for at in range(raw.FPDFText_CountChars(texts)):
        drawn = raw.FPDFText_GetTextObject(texts, at)
        if not drawn or raw.FPDFText_IsGenerated(texts, at) == 1:
            continue
        place = ctypes.addressof(drawn.contents)
        if place not in known:
            edge = _ARTIFACT in _marks(drawn)
            known[place] = (raw.FPDFPageObj_GetMarkedContentID(drawn), edge)
        raw.FPDFText_GetCharOrigin(texts, at, across, up)
        sign = chr(raw.FPDFText_GetUnicode(texts, at))
        marked, edge = known[place]
        yield _Sign(
            sign=sign,
            left=across.value,
            base=round(up.value * 2),
            drawn=place,
            marked=marked,
            edge=edge,
        )


def _marks(drawn: raw.FPDF_PAGEOBJECT) -> Iterator[str]:
    """Yield the names of the content marks that an object stands in."""
    buffer = (ctypes.c_ushort * _LONGEST_NAME)()
    size = ctypes.c_ulong()
    for at in range(raw.FPDFPageObj_CountMarks(drawn)):
        mark = raw.FPDFPageObj_GetMark(drawn, at)
        if raw.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), size):
            yield bytes(buffer)[: max(0, size.value - 2)].decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A text where it is printed once; lengths are points from the page's lower left corner.

    :param page: number of the page, from 0.
    :param left: left edge of the text; ``bottom`` its lower one.
    :param box: left, lower, right and upper edge of the page it is on.
    :param turned: whether the page is shown turned.
    """

    page: int
    left: float
    bottom: float
    box: tuple[float, float, float, float]
    turned: bool


def printed(pdf: bytes, texts: tuple[str, ...]) -> list[list[Print]]:
    """Return, for each text, every place where it is printed, in reading order."""
    with drawable(pdf) as document:
        return [list(_prints(document, text)) for text in texts]


def _prints(document: pypdfium2.PdfDocument, text: str) -> Iterator[Print]:
    for number, page in enumerate(document):
        words = page.get_textpage()
        search = words.search(text, match_case=True)
        while (hit := search.get_next()) is not None:
            start, count = hit
            signs = [words.get_charbox(index) for index in range(start, start + count)]
            left, bottom = (min(sign[side] for sign in signs) for side in (0, 1))
            yield Print(
                page=number,
                left=left,
                bottom=bottom,
                box=page.get_mediabox(),
                turned=page.get_rotation() != 0,
            )


def signs(pdf: bytes, page: int) -> list[tuple[float, float, float, float]]:
    """Return where each sign stands that is printed on a page: left, bottom, right, top.

    :param page: number of the page, from 0; lengths are points from its lower left corner.
    """
    with drawable(pdf) as document:
        words = document[page].get_textpage()
        return [
            words.get_charbox(index)
            for index in range(words.count_chars())
            if not words.get_text_range(index, 1).isspace()
        ]

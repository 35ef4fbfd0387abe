"""Where a signature stands on the page, and what it shows there.

A place is named by a text of the page. Shown are name, time and meaning (21 CFR 11.50),
in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from unicodedata import east_asian_width

from pyhanko.pdf_utils.font.api import FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.pdf_utils.xref import ObjectStream
from pyhanko.stamp import TextStampStyle

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.sections.signing import Party, SignaturePlace
from rmdocs.messages import message
from rmdocs.pdf.codes import MILLIMETRE
from rmdocs.pdf.faces import Face, drawing
from rmdocs.pdf.pagetext import Print, printed, signs

_GAP = 1 * MILLIMETRE
"""Left between a signature and the text above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """A rectangle on a page.

    :param page: number of the page, from 0.
    :param left: with ``bottom``, ``right``, ``top``: points from the page's lower left corner.
    """

    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Return the rectangle in whole points, as PDF writes it."""
        return round(self.left), round(self.bottom), round(self.right), round(self.top)


def place_parties(pdf: bytes, parties: tuple[Party, ...]) -> list[SignatureBox]:
    """Return where each party signs: where the form says, or below the text that stands there.

    A party's name may be longer than the form thought of, and no signature covers it.

    :raises FindingsError: with SIGN-PLACE for every place whose text is not
        printed exactly once, or that leaves the page or has no room on it.
    """
    found: list[Finding] = []
    boxes: list[SignatureBox] = []
    prints = printed(pdf, tuple(party.place.anchor for party in parties))
    for party, hits in zip(parties, prints, strict=True):
        others = [hit for one in prints if one is not hits for hit in one]
        if len(hits) == 1 and (box := _beside(pdf, party.place, hits[0], others)) is not None:
            boxes.append(box)
        else:
            found.append(_misplaced(party, len(hits)))
    if found:
        raise FindingsError(tuple(found))
    return boxes


def _beside(
    pdf: bytes, place: SignaturePlace, hit: Print, others: Iterable[Print]
) -> SignatureBox | None:
    """Return the place beside a print of its text; None if the page has no room for it.

    :param others: where other parties sign, from where on the page is theirs.
    """
    left, top = hit.left + place.right * MILLIMETRE, hit.bottom - place.down * MILLIMETRE
    right, bottom = left + place.width * MILLIMETRE, top - place.height * MILLIMETRE
    box = _cleared(
        SignatureBox(page=hit.page, left=left, bottom=bottom, right=right, top=top),
        signs(pdf, hit.page),
    )
    theirs = (
        one.bottom
        for one in others
        if one.page == hit.page and one.bottom < hit.bottom and abs(one.left - left) < right - left
    )
    lowest = max((hit.box[1], *theirs)) if box.bottom < bottom else hit.box[1]
    across, along = hit.box[0] <= left and right <= hit.box[2], lowest <= box.bottom
    return box if across and along and top <= hit.box[3] and not hit.turned else None


def _cleared(box: SignatureBox, taken: Iterable[tuple[float, float, float, float]]) -> SignatureBox:
    """Return a box moved down as far as it must be to lie on no text.

    :param taken: left, bottom, right and top of each sign.
    """
    near = [one for one in taken if one[0] < box.right and box.left < one[2]]
    while covered := [one for one in near if one[1] < box.top and box.bottom < one[3]]:
        top = min(one[1] for one in covered) - _GAP
        box = replace(box, top=top, bottom=top - (box.top - box.bottom))
    return box


def _misplaced(party: Party, count: int) -> Finding:
    values = {"anchor": party.place.anchor, "party": party.title}
    match count:
        case 0:
            reason = message("“{anchor}”, where {party} signs, is not on the pages", **values)
        case 1:
            reason = message(
                "the place by “{anchor}”, where {party} signs, leaves the page", **values
            )
        case _:
            reason = message(
                "“{anchor}”, where {party} signs, is on the pages more than once", **values
            )
    remedy = message("correct the place in form.toml, by a new revision of the form")
    return error("SIGN-PLACE", f"signing.{party.name}", reason, remedy)


_SIZES, _MARGIN = (9, 8, 7), 4
"""Points: a small 五号, which 70 mm hold twenty characters of, and down to what is still read."""

_LINE = 1.4
"""How high a line is, in sizes of its characters."""

_RED = (0.72, 0.05, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is printed of a signature.

    :param party: what the document calls the party: 甲方.
    :param signatory: who signs, and ``subject`` whom the certificate names.
    """

    party: str
    signatory: str
    subject: str
    moment: datetime
    meaning: str

    def lines(self, width: float, size: int) -> list[str]:
        """Return the lines to print in a place ``width`` points wide, ``size`` points high each."""
        day = f"{self.moment.year}年{self.moment.month}月{self.moment.day}日"
        zone = f"{self.moment:%z}"
        texts = (
            f"{self.party}电子签名",
            f"签字人：{self.signatory}",
            f"证书：{self.subject}",
            f"时间：{day} {self.moment:%H:%M:%S} (UTC{zone[:3]}:{zone[3:]})",
            f"含义：{self.meaning}",
        )
        room = int((width - 2 * _MARGIN) / size * 2)
        return [line for text in texts for line in _folded(text, room)]


def style(statement: Statement, font: Path, place: SignaturePlace) -> TextStampStyle:
    """Return how the signature looks in a place.

    :raises FindingsError: with SIGN-FONT if the font cannot be read, SIGN-GLYPH
        if it lacks a character that is printed, SIGN-ROOM if the place does not hold it all.
    """
    size, lines = _fitting(statement, place)
    text = "\n".join(lines)
    _check(font, text)
    return TextStampStyle(
        stamp_text=text.replace("%", "%%"),
        border_width=1,
        border_color=_RED,
        inner_content_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID, Margins.uniform(_MARGIN)
        ),
        text_box_style=TextBoxStyle(
            font=_Font(path=font, printed=frozenset(text), size=size),
            font_size=size,
            leading=round(size * _LINE),
            text_color=_RED,
            box_layout_rule=SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID),
        ),
    )


def _fitting(statement: Statement, place: SignaturePlace) -> tuple[int, list[str]]:
    """Return the largest size in which a place holds a statement, and its lines."""
    width, height = place.width * MILLIMETRE, place.height * MILLIMETRE - 2 * _MARGIN
    for size in _SIZES:
        lines = statement.lines(width, size)
        if len(lines) * round(size * _LINE) <= height:
            return size, lines
    reason = message(
        "the signature of {signatory}, with the certificate of {subject}, does not fit into the"
        " {width} × {height} mm where {party} signs",
        signatory=statement.signatory,
        subject=statement.subject,
        width=place.width,
        height=place.height,
        party=statement.party,
    )
    remedy = message(
        "sign under a shorter name, or have a new revision of the form give the place more room"
    )
    raise FindingsError((error("SIGN-ROOM", statement.signatory, reason, remedy),))


@dataclass(frozen=True, kw_only=True)
class _Font(FontEngineFactory):
    """The font, embedded as the subset that is printed."""

    path: Path
    printed: frozenset[str]
    size: int

    def create_font_engine(
        self, writer: BasePdfFileWriter, obj_stream: ObjectStream | None = None
    ) -> GlyphAccumulator:
        if obj_stream is None and writer.stream_xrefs:
            obj_stream = writer.prepare_object_stream()
        handle = BytesIO(drawing(self.path, self.printed))
        return GlyphAccumulator(
            writer, handle, self.size, bcp47_lang_code="zh-CN", obj_stream=obj_stream
        )


def _folded(text: str, room: int) -> list[str]:
    """Return ``text`` in lines of at most ``room`` half-widths."""
    lines, used = [""], 0
    for character in text:
        width = 2 if east_asian_width(character) in "WFA" else 1
        if used + width > room:
            lines.append("")
            used = 0
        lines[-1] += character
        used += width
    return lines


def _check(font: Path, text: str) -> None:
    try:
        known = Face(path=font, number=0).characters
    except FindingsError as problem:  # whatever fontTools raises, ``Face`` tells as one
        remedy = message("name a TrueType font (.ttf) with Chinese characters")
        found = replace(problem.findings[0], code="SIGN-FONT", path=str(font), remedy=remedy)
        raise FindingsError((found,)) from problem
    lacking = sorted({one for one in text if ord(one) not in known and one != "\n"})
    if lacking:
        reason = message(
            "the font {font} has no glyph for {characters}",
            font=font.name,
            characters=" ".join(lacking),
        )
        remedy = message("name another font; nothing was signed")
        raise FindingsError((error("SIGN-GLYPH", str(font), reason, remedy),))

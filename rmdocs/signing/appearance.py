"""What a signature shows on the page: name, time and meaning (21 CFR 11.50), in Chinese."""

from __future__ import annotations

from dataclasses import dataclass, replace
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

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.forms.sections.signing import Place
from rmdocs.messages import message
from rmdocs.pdf.faces import Face, drawing
from rmdocs.pdf.places import MILLIMETRE

_SIZES, _MARGIN = (9, 8, 7), 4
"""Points: a small 五号, which 70 mm hold twenty characters of, and down to what is still read."""

_LINE = 1.4
"""How high a line is, in sizes of its characters."""

_RED = (0.72, 0.05, 0.05)


@dataclass(frozen=True, slots=True)
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


def style(statement: Statement, font: Path, place: Place) -> TextStampStyle:
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
            font=_Font(font, frozenset(text), size),
            font_size=size,
            leading=round(size * _LINE),
            text_color=_RED,
            box_layout_rule=SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID),
        ),
    )


def _fitting(statement: Statement, place: Place) -> tuple[int, list[str]]:
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


@dataclass(frozen=True)
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
        known = Face(font, 0).characters
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

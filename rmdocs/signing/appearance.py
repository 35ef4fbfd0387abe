"""What a signature shows on the page: name, time and meaning (21 CFR 11.50), in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
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
from rmdocs.messages import message
from rmdocs.pdf.faces import Face, drawing

_SIZE, _LEADING, _MARGIN = 9, 13, 4
"""Points; a small 五号, which 70 mm hold twenty characters of."""

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

    def lines(self, width: float) -> list[str]:
        """Return the lines to print in a place ``width`` points wide."""
        day = f"{self.moment.year}年{self.moment.month}月{self.moment.day}日"
        zone = f"{self.moment:%z}"
        texts = (
            f"{self.party}电子签名",
            f"签字人：{self.signatory}",
            f"证书：{self.subject}",
            f"时间：{day} {self.moment:%H:%M:%S} (UTC{zone[:3]}:{zone[3:]})",
            f"含义：{self.meaning}",
        )
        room = int((width - 2 * _MARGIN) / _SIZE * 2)
        return [line for text in texts for line in _folded(text, room)]


def style(statement: Statement, font: Path, width: float) -> TextStampStyle:
    """Return how the signature looks in a place ``width`` points wide.

    :raises FindingsError: with SIGN-FONT if the font cannot be read, SIGN-GLYPH
        if it lacks a character that is printed.
    """
    text = "\n".join(statement.lines(width))
    _check(font, text)
    return TextStampStyle(
        stamp_text=text.replace("%", "%%"),
        border_width=1,
        border_color=_RED,
        inner_content_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID, Margins.uniform(_MARGIN)
        ),
        text_box_style=TextBoxStyle(
            font=_Font(font, frozenset(text)),
            font_size=_SIZE,
            leading=_LEADING,
            text_color=_RED,
            box_layout_rule=SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID),
        ),
    )


@dataclass(frozen=True)
class _Font(FontEngineFactory):
    """The font, embedded as the subset that is printed."""

    path: Path
    printed: frozenset[str]

    def create_font_engine(
        self, writer: BasePdfFileWriter, obj_stream: ObjectStream | None = None
    ) -> GlyphAccumulator:
        if obj_stream is None and writer.stream_xrefs:
            obj_stream = writer.prepare_object_stream()
        handle = BytesIO(drawing(self.path, self.printed))
        return GlyphAccumulator(
            writer, handle, _SIZE, bcp47_lang_code="zh-CN", obj_stream=obj_stream
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
    except Exception as problem:  # fontTools raises anything at all on what is no font
        reason = message("the font {font} cannot be read: {problem}", font=font, problem=problem)
        remedy = message("name a TrueType font (.ttf) with Chinese characters")
        raise FindingsError((error("SIGN-FONT", str(font), reason, remedy),)) from problem
    lacking = sorted({one for one in text if ord(one) not in known and one != "\n"})
    if lacking:
        reason = message(
            "the font {font} has no glyph for {characters}",
            font=font.name,
            characters=" ".join(lacking),
        )
        remedy = message("name another font; nothing was signed")
        raise FindingsError((error("SIGN-GLYPH", str(font), reason, remedy),))

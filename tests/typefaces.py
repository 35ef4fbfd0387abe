"""Fonts made for tests, a square for every character they have, and documents in them."""

from __future__ import annotations

import io
from pathlib import Path

from blankfile import Document
from docx.oxml.ns import qn
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

LATIN = "".join(map(chr, range(0x20, 0x7F)))
CHINESE = "银企合作协议甲方乙济南王样例喆堃玥昇璟，。：（）第条"


def typeface(path: Path, family: str, characters: str, **look: int) -> Path:
    """Write a font called ``family``, and in English by the file's name.

    :param look: fields of OS/2: ``fsType``, ``usWeightClass``, ``fsSelection``.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"u{ord(one):04X}" for one in dict.fromkeys(characters))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({int(name[1:], 16): name for name in names[1:]})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    english = path.stem
    builder.setupNameTable(
        {
            "familyName": {"en": english, "zh": family},
            "styleName": "Regular",
            "psName": f"{english}-Regular",
            "uniqueFontIdentifier": english,
            "fullName": english,
            "version": "Version 1.0",
        }
    )
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, **{"fsType": 0, **look})
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(path)
    return path


def written(*texts: str, font: str = "宋体", latin: str = "Times New Roman") -> bytes:
    """Return a Word document with one run a paragraph, in these fonts."""
    document = Document()
    for text in texts:
        run = document.add_paragraph().add_run(text)
        run.font.name = latin
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()

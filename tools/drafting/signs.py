"""Outlines of the few signs that marks on a PDF are made of, from a font of this machine.

``signs.py`` writes rmdocs/pdf/signs.json from Noto Sans CJK SC (SIL Open Font
License 1.1), once: from then on the same marks are the same bytes on any machine,
whatever fonts it has. Paths are PDF operators in thousandths of the sign's height.
"""

from __future__ import annotations

import json
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTCollection, TTFont

FONTS = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).resolve().parents[2] / "rmdocs" / "pdf" / "signs.json"
FAMILY = "Noto Sans CJK SC"
PRINT = "".join(map(chr, range(0x20, 0x7F))) + "·：受控文件号第页共份版本持有人"
STAMPS = "复制件作废草稿预览"


class Outline(BasePen):
    """A pen that writes PDF path operators."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.said: list[str] = []

    def _write(self, operator: str, *points: tuple[float, float]) -> None:
        self.said.append(" ".join([*(str(round(v)) for p in points for v in p), operator]))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._write("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._write("l", pt)

    def _curveToOne(  # noqa: N802 - fontTools' name
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self._write("c", pt1, pt2, pt3)

    def _closePath(self) -> None:  # noqa: N802 - fontTools' name
        self._write("h")


def font(file: str) -> TTFont:
    """Return the face of the family in a collection."""
    faces = TTCollection(FONTS / file).fonts
    return next(face for face in faces if face["name"].getDebugName(1) == FAMILY)


def outlines(face: TTFont, signs: str) -> dict[str, list[object]]:
    """Return width and path of each sign."""
    glyphs, names = face.getGlyphSet(), face.getBestCmap()
    found = {}
    for sign in signs:
        pen = Outline(glyphs)
        glyph = glyphs[names[ord(sign)]]
        glyph.draw(pen)
        found[sign] = [round(glyph.width), " ".join(pen.said)]
    return found


def main() -> None:
    """Write the outlines."""
    value = {
        "source": "Noto Sans CJK SC, (c) Adobe and Google, SIL Open Font License 1.1",
        "print": outlines(font("NotoSansCJK-Regular.ttc"), PRINT),
        "stamp": outlines(font("NotoSansCJK-Bold.ttc"), STAMPS),
    }
    text = json.dumps(value, ensure_ascii=False, indent=0)
    TARGET.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

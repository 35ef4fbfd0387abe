"""The few signs that marks are made of, carried along as outlines.

Marks look the same and are the same bytes on any machine, whatever fonts it
has. ``tools/drafting/signs.py`` drew them from Noto Sans CJK SC (SIL Open Font
License 1.1). In a PDF they are a Type 3 font, so that the text can be found
and copied, or plain paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

_EM = 1000
_LOWEST, _HIGHEST = -300, 1100


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign; lengths are thousandths of its height.

    :param path: PDF operators that draw its outline, without filling it.
    """

    width: int
    path: str


@dataclass(frozen=True, slots=True)
class Alphabet:
    """All signs there are: for small print, and for stamps across a page."""

    printed: Mapping[str, Sign]
    stamped: Mapping[str, Sign]


@cache
def alphabet() -> Alphabet:
    """Return the signs, read once."""
    value = json.loads((files(__package__) / "signs.json").read_text(encoding="utf-8"))
    printed, stamped = (
        {sign: Sign(int(width), str(path)) for sign, (width, path) in value[kind].items()}
        for kind in ("print", "stamp")
    )
    return Alphabet(printed, stamped)


def width(text: str, size: float) -> float:
    """Return how wide small print of a size is, in the unit of ``size``."""
    return sum(alphabet().printed[sign].width for sign in text) * size / _EM


@dataclass(frozen=True, slots=True)
class Font:
    """A Type 3 font of the signs some texts need.

    :param signs: in the order of their codes, from 1.
    """

    signs: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Font:
        """Return the font for ``texts``; the same texts, the same font."""
        return cls(tuple(sorted(set().union(*texts))))

    def encoded(self, text: str) -> str:
        """Return ``text`` as a hexadecimal PDF string in this font."""
        return f"<{''.join(f'{self.signs.index(sign) + 1:02x}' for sign in text)}>"

    def added(self, writer: PdfWriter) -> IndirectObject:
        """Add the font to a PDF and return the reference to it."""
        shapes = alphabet().printed
        names = [NameObject(f"/u{ord(sign):04X}") for sign in self.signs]
        procedures = DictionaryObject()
        for name, sign in zip(names, self.signs, strict=True):
            shape = shapes[sign]
            drawn = f"{shape.width} 0 0 {_LOWEST} {shape.width} {_HIGHEST} d1 {shape.path} f"
            procedures[name] = writer._add_object(stream(drawn))  # noqa: SLF001 - the one way
        widths = ArrayObject(NumberObject(shapes[sign].width) for sign in self.signs)
        differences = ArrayObject([NumberObject(1), *names])
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type3"),
                NameObject("/FontBBox"): _numbers(0, _LOWEST, _EM, _HIGHEST),
                NameObject("/FontMatrix"): _numbers(1 / _EM, 0, 0, 1 / _EM, 0, 0),
                NameObject("/CharProcs"): procedures,
                NameObject("/Encoding"): DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/Encoding"),
                        NameObject("/Differences"): differences,
                    }
                ),
                NameObject("/FirstChar"): NumberObject(1),
                NameObject("/LastChar"): NumberObject(len(names)),
                NameObject("/Widths"): widths,
                NameObject("/Resources"): DictionaryObject(),
                NameObject("/ToUnicode"): writer._add_object(stream(self._map())),  # noqa: SLF001 - as above
            }
        )
        return writer._add_object(font)  # noqa: SLF001 - pypdf has no public way

    def _map(self) -> str:
        """Return the map from codes to Unicode."""
        lines = "\n".join(f"<{at:02x}> <{ord(sign):04x}>" for at, sign in enumerate(self.signs, 1))
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <00> <ff> endcodespacerange\n"
            f"{len(self.signs)} beginbfchar\n{lines}\nendbfchar\n"
            "endcmap CMapName currentdict /CMap defineresource pop end end"
        )


def stream(content: str) -> StreamObject:
    """Return a stream of ASCII operators."""
    made = StreamObject()
    made.set_data(content.encode("ascii"))
    return made


def _numbers(*values: float) -> ArrayObject:
    return ArrayObject(FloatObject(value) for value in values)

"""Font files: what one says of itself, and the faces (regular, bold, …) it holds.

Which family draws which name is for ``fonts`` to say.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache, wraps
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
"""How the names of font files end."""

_COLLECTIONS = (".ttc", ".otc")
_FAMILY, _POSTSCRIPT, _TYPOGRAPHIC_FAMILY = 1, 6, 16
_RESTRICTED, _LICENCE_BITS = 0x2, 0xE
_ITALIC_OR_OBLIQUE, _MAC_BOLD, _MAC_ITALIC = 0x201, 0x1, 0x2
_REGULAR_WEIGHT, _BOLD_WEIGHT = 400, 700

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """In which cut of its typeface a text is set."""

    bold: bool = False
    italic: bool = False

    @property
    def weight(self) -> int:
        """Return the weight it asks for, as OpenType counts (OS/2 usWeightClass)."""
        return _BOLD_WEIGHT if self.bold else _REGULAR_WEIGHT


REGULAR = Cut()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One font in a file.

    What is asked of it raises a ``FindingsError`` that names the file if the
    part of the font that would say so is damaged.

    :param number: its place in a collection (.ttc), 0 in a file of one font.
    """

    path: Path
    number: int

    @contextmanager
    def open(self) -> Iterator[TTFont]:
        """Lend the font, its tables read when asked for."""
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - costs 50 ms, needed for PDF only

        number = self.number if self.path.suffix.lower() in _COLLECTIONS else -1
        with self.path.open("rb") as file, TTFont(file, fontNumber=number, lazy=True) as font:
            yield font

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its family in every language, English first."""
        return _names(self)

    @property
    def inner_names(self) -> frozenset[str]:
        """Return the names by which a PDF may call the font."""
        return _inner_names(self) | set(self.names)

    @property
    def characters(self) -> frozenset[int]:
        """Return the code points the font has a glyph for."""
        return _characters(self)

    @property
    def identity(self) -> str:
        """Return what tells one build of the font from another, without reading it all."""
        return f"{_identity(self)} {self.path.stat().st_size}"

    def distance(self, cut: Cut) -> tuple[bool, int]:
        """Return how far the face is from a cut: the slant counts before the weight."""
        weight, italic = _weight_and_slant(self)
        return italic != cut.italic, abs(weight - cut.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A font file that is there, but draws nothing.

    :param finding: why.
    :param names: the families it would draw, case folded; none if it cannot be read.
    """

    finding: Finding
    names: frozenset[str] = frozenset()


def faces_in(path: Path) -> tuple[Face, ...] | Unusable:
    """Return the faces in a font file, or why it cannot be used."""
    try:
        faces = _faces(path)
        names = {name.casefold() for face in faces for name in face.names}
        for face in faces:
            _identity(face)
        licensed = not any(map(_forbids_embedding, faces))
    except FindingsError as problem:
        return Unusable(finding=problem.findings[0])
    except _damage():
        return Unusable(finding=_damaged(path))
    return faces if licensed else Unusable(finding=_licence(path), names=frozenset(names))


@lru_cache(maxsize=8)
def drawing(path: Path, characters: frozenset[str]) -> bytes:
    """Return a file of one font with the glyphs that draw some characters, and hardly others.

    A Chinese font has 20 MB, and who embeds it goes through all of it many times. A font
    that is not TrueType is returned whole.
    """
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415 - as above

    with Face(path=path, number=0).open() as font:
        if "glyf" not in font:
            return path.read_bytes()
        # Names of glyphs draw nothing; reading those that are there takes long.
        font.setGlyphOrder([f"glyph{number:05d}" for number in range(font["maxp"].numGlyphs)])
        font.recalcBBoxes = font.recalcTimestamp = False
        options = Options(
            glyph_names=False,
            name_IDs=["*"],
            name_languages=["*"],
            name_legacy=True,
            notdef_outline=True,
        )
        subsetter, written = Subsetter(options), BytesIO()
        subsetter.populate(text="".join(sorted(characters)))
        subsetter.subset(font)
        font.save(written)
        return written.getvalue()


@cache
def _damage() -> tuple[type[Exception], ...]:
    """Return what fontTools raises on a file that is no sound font.

    Its own errors for what it looks out for; for the rest, what unpacking, counting and
    looking up come to with numbers that make no sense, or that ask for more than there is.
    """
    from fontTools.ttLib import TTLibError  # noqa: PLC0415 - as above

    beyond = (EOFError, MemoryError, OSError, RecursionError)
    numbers = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError, struct.error)
    return TTLibError, AttributeError, *numbers, *beyond


def _faces(path: Path) -> tuple[Face, ...]:
    if path.suffix.lower() not in _COLLECTIONS:
        return (Face(path=path, number=0),)
    from fontTools.ttLib import TTCollection  # noqa: PLC0415 - as above

    with path.open("rb") as file, TTCollection(file, lazy=True) as collection:
        return tuple(Face(path=path, number=number) for number in range(len(collection)))


def _read(reader: Callable[[TTFont], T]) -> Callable[[Face], T]:
    """Return ``reader`` for a face, its answer kept; damage becomes a finding."""

    @cache
    @wraps(reader)
    def read(face: Face) -> T:
        try:
            with face.open() as font:
                return reader(font)
        except _damage() as problem:
            raise FindingsError((_damaged(face.path),)) from problem

    return read


@_read
def _names(font: TTFont) -> tuple[str, ...]:
    records = [
        record for record in font["name"].names if record.nameID in (_FAMILY, _TYPOGRAPHIC_FAMILY)
    ]
    texts = {record.toUnicode(errors="ignore").strip() for record in records} - {""}
    if not texts:
        reason = "no name"
        raise ValueError(reason)
    return tuple(sorted(texts, key=lambda text: (not text.isascii(), text)))


@_read
def _inner_names(font: TTFont) -> frozenset[str]:
    names = {str(font["name"].getDebugName(_POSTSCRIPT) or "")}
    if "CFF " in font:
        names |= set(font["CFF "].cff.fontNames)
    return frozenset(name for name in names if name)


@_read
def _characters(font: TTFont) -> frozenset[int]:
    return frozenset(font.getBestCmap() or ())


@_read
def _identity(font: TTFont) -> str:
    head = font["head"]
    return f"{head.fontRevision} {head.checkSumAdjustment}"


@_read
def _weight_and_slant(font: TTFont) -> tuple[int, bool]:
    """Return the weight and whether the face is slanted, as fontconfig reads it."""
    if "OS/2" in font:
        told = font["OS/2"]
        weight = told.usWeightClass
        # Some old fonts count from 1 to 9.
        weight = weight * 100 if weight < 10 else weight  # noqa: PLR2004 - as said
        return weight, bool(told.fsSelection & _ITALIC_OR_OBLIQUE)
    style = font["head"].macStyle
    weight = _BOLD_WEIGHT if style & _MAC_BOLD else _REGULAR_WEIGHT
    return weight, bool(style & _MAC_ITALIC)


@_read
def _forbids_embedding(font: TTFont) -> bool:
    return "OS/2" in font and font["OS/2"].fsType & _LICENCE_BITS == _RESTRICTED


def _licence(path: Path) -> Finding:
    return error(
        "PDF-FONT-LICENCE",
        path.name,
        message("{font} does not allow to be embedded in a document", font=path.name),
        message("use a font whose licence allows it"),
        clause="OpenType OS/2 fsType",
    )


def _damaged(path: Path) -> Finding:
    return error(
        "PDF-FONT-FILE",
        path.name,
        message("{font} cannot be read as a font", font=path.name),
        message("copy the font again, or take it away"),
    )

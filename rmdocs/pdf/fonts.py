"""Fonts: which file draws which family, and which characters it has.

Word documents name the fonts of Word and WPS, which no other machine has. A
family is drawn by the bank's own font of that name if it is mounted, else by
the stand-in given here; a family that is in neither list is missing. What a
document asks of its fonts is read by ``coverage``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

SYSTEM = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Where a Linux system keeps its fonts."""

PACKAGES = "fonts-noto-cjk fonts-lxgw-wenkai fonts-liberation2 fonts-dejavu-core"
"""The Debian packages that hold the stand-ins."""

SIGNS = "Segoe UI Symbol"
"""The family that draws signs no text font has."""

_SERIF, _SANS, _KAI = "Noto Serif CJK SC", "Noto Sans CJK SC", "LXGW WenKai"
_ROMAN, _ARIAL, _DEJAVU = "Liberation Serif", "Liberation Sans", "DejaVu Sans"
_FILES = {
    _SERIF: ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"),
    _SANS: ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    _KAI: ("LXGWWenKai-Regular.ttf", "LXGWWenKai-Bold.ttf"),
    _ROMAN: tuple(
        f"LiberationSerif-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")
    ),
    _ARIAL: tuple(
        f"LiberationSans-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")
    ),
    _DEJAVU: ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
}
_GROUPS = (
    (_SERIF, ("宋体", "SimSun", "新宋体", "NSimSun")),
    (_SERIF, ("方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05")),
    (_SERIF, ("仿宋", "FangSong", "仿宋_GB2312", "FangSong_GB2312")),
    (_SANS, ("黑体", "SimHei")),
    (_KAI, ("楷体", "KaiTi", "楷体_GB2312", "KaiTi_GB2312")),
    (_ROMAN, ("Times New Roman", "Times")),
    (_ARIAL, ("Arial", "Helvetica")),
    (_DEJAVU, (SIGNS,)),
)
"""A stand-in, and the names of the one typeface it stands in for."""

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_COLLECTIONS = (".ttc", ".otc")
_FAMILY, _POSTSCRIPT, _TYPOGRAPHIC_FAMILY = 1, 6, 16
_RESTRICTED, _LICENCE_BITS = 0x2, 0xE


@dataclass(frozen=True, slots=True)
class Face:
    """One font in a file.

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
    def characters(self) -> frozenset[int]:
        """Return the code points the font has a glyph for."""
        return _characters(self)


@dataclass(frozen=True, slots=True)
class Family:
    """The faces (regular, bold, …) of one typeface.

    :param name: the family's name as its files give it.
    :param owned: whether it is the bank's own font, not a stand-in.
    """

    name: str
    faces: tuple[Face, ...]
    owned: bool = False

    def lacks(self, character: str) -> bool:
        """Return whether a face has no glyph for ``character``."""
        return any(ord(character) not in face.characters for face in self.faces)

    @property
    def inner_names(self) -> frozenset[str]:
        """Return the names by which a PDF may call the family's fonts."""
        return frozenset().union(*(_inner_names(face) for face in self.faces))


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts that PDF is made with.

    :param families: what there is, by its own name.
    :param names: name of the family that draws a name, by that name, case folded.
    """

    families: Mapping[str, Family]
    names: Mapping[str, str]

    @classmethod
    def found(cls, own: Path | None = None, system: Sequence[Path] = SYSTEM) -> FontSet:
        """Return the bank's own fonts in ``own``, and the stand-ins among the system's.

        :raises FindingsError: if a file in ``own`` is no font, or forbids embedding.
        """
        families, names = _own_families(own) if own is not None else ({}, {})
        mounted = dict(names)
        for name, family in _stand_ins(system):
            families.setdefault(name, family)
            names.setdefault(name.casefold(), name)
        for stand_in, group in _GROUPS:
            alike = [name.casefold() for name in group]
            drawn_by = next((mounted[name] for name in alike if name in mounted), stand_in)
            if drawn_by in families:
                for name in alike:
                    names.setdefault(name, drawn_by)
        return cls(families, names)

    def family(self, name: str) -> Family | None:
        """Return what draws the family called ``name``; None if nothing does."""
        found = self.names.get(name.casefold())
        return self.families[found] if found else None

    @property
    def fingerprint(self) -> str:
        """Return 12 hex digits that change whenever a font does."""
        digest = hashlib.sha256()
        for family in sorted(self.families.values(), key=lambda one: one.name):
            for face in family.faces:
                digest.update(f"{family.name}\0{_identity(face)}\0".encode())
        return digest.hexdigest()[:12]

    def configuration(self, cache_directory: Path) -> str:
        """Return a fontconfig file: these fonts, their names, and no others.

        :param cache_directory: where fontconfig may write what it read.
        """
        paths = sorted({face.path for family in self.families.values() for face in family.faces})
        folders = sorted({path.parent for path in paths})
        accepted = "".join(f"<glob>{escape(str(path))}</glob>" for path in paths)
        return "\n".join(
            (
                '<?xml version="1.0"?>',
                '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
                "<fontconfig>",
                *(f"<dir>{escape(str(folder))}</dir>" for folder in folders),
                f"<cachedir>{escape(str(cache_directory))}</cachedir>",
                "<selectfont><rejectfont><glob>*</glob></rejectfont>",
                f"<acceptfont>{accepted}</acceptfont></selectfont>",
                *(_match(name, family) for name, family in sorted(self.names.items())),
                "</fontconfig>",
                "",
            )
        )


def _match(name: str, family: str) -> str:
    return (
        f'<match target="pattern"><test qual="any" name="family" compare="eq">'
        f"<string>{escape(name)}</string></test>"
        f'<edit name="family" mode="assign" binding="strong">'
        f"<string>{escape(family)}</string></edit></match>"
    )


def _stand_ins(system: Iterable[Path]) -> Iterator[tuple[str, Family]]:
    """Yield the stand-ins whose regular face is installed, with all faces that are."""
    wanted = {name for files in _FILES.values() for name in files}
    paths: dict[str, Path] = {}
    for root in system:
        for folder, _, present in sorted(os.walk(root)):
            for name in wanted.intersection(present):
                paths.setdefault(name, Path(folder, name))
    for family, files in _FILES.items():
        faces = tuple(
            face
            for name in files
            if name in paths
            for face in _faces(paths[name])
            if family in _names(face)
        )
        if files[0] in paths and faces:
            yield family, Family(family, faces)


def _own_families(folder: Path) -> tuple[dict[str, Family], dict[str, str]]:
    found: dict[str, list[Face]] = {}
    names: dict[str, str] = {}
    refused: list[Finding] = []
    paths = [path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES]
    for path in sorted(paths):
        try:
            for face in _faces(path):
                called = _names(face)
                if _forbids_embedding(face):
                    refused.append(_licence(path))
                    break
                family = next((names[n.casefold()] for n in called if n.casefold() in names), "")
                family = family or called[0]
                found.setdefault(family, []).append(face)
                names |= {name.casefold(): family for name in called}
        except Exception as problem:  # noqa: BLE001 - fontTools raises anything on a damaged file
            refused.append(_damaged(path, problem))
    if refused:
        raise FindingsError(tuple(refused))
    return {name: Family(name, tuple(faces), owned=True) for name, faces in found.items()}, names


def _faces(path: Path) -> tuple[Face, ...]:
    if path.suffix.lower() not in _COLLECTIONS:
        return (Face(path, 0),)
    from fontTools.ttLib import TTCollection  # noqa: PLC0415 - as above

    with path.open("rb") as file, TTCollection(file, lazy=True) as collection:
        return tuple(Face(path, number) for number in range(len(collection)))


@cache
def _names(face: Face) -> tuple[str, ...]:
    """Return the names of a face's family in every language, English first."""
    with face.open() as font:
        records = [
            record
            for record in font["name"].names
            if record.nameID in (_FAMILY, _TYPOGRAPHIC_FAMILY)
        ]
        texts = [record.toUnicode(errors="ignore").strip() for record in records]
    return tuple(sorted(set(filter(None, texts)), key=lambda text: (not text.isascii(), text)))


@cache
def _inner_names(face: Face) -> frozenset[str]:
    with face.open() as font:
        names = {str(font["name"].getDebugName(_POSTSCRIPT) or ""), *_names(face)}
        if "CFF " in font:
            names |= set(font["CFF "].cff.fontNames)
    return frozenset(name for name in names if name)


@cache
def _characters(face: Face) -> frozenset[int]:
    with face.open() as font:
        return frozenset(font.getBestCmap() or ())


@cache
def _identity(face: Face) -> str:
    """Return what tells one build of a font from another, without reading it all."""
    with face.open() as font:
        head = font["head"]
        return f"{head.fontRevision} {head.checkSumAdjustment} {face.path.stat().st_size}"


def _forbids_embedding(face: Face) -> bool:
    with face.open() as font:
        return "OS/2" in font and font["OS/2"].fsType & _LICENCE_BITS == _RESTRICTED


def _licence(path: Path) -> Finding:
    return error(
        "PDF-FONT-LICENCE",
        path.name,
        message("{font} does not allow to be embedded in a document", font=path.name),
        message("use a font whose licence allows it"),
        clause="OpenType OS/2 fsType",
    )


def _damaged(path: Path, problem: Exception) -> Finding:
    return error(
        "PDF-FONT-FILE",
        path.name,
        message("{font} cannot be read as a font: {reason}", font=path.name, reason=str(problem)),
        message("copy the font again, or take it away"),
    )

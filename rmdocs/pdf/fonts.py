"""Fonts: which a run asks for, which file draws that family, which characters it has.

Which a run asks for, and in which cut, is said by styles, defaults and the theme
(§17.7.2). Word documents name the fonts of Word and WPS, which no other machine
has. A family is drawn by the bank's own font of that name if it is mounted, else
by the stand-in given here; a family that is in neither list is missing. What a
document asks of its fonts is read by ``coverage``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import product
from pathlib import Path

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, Severity
from rmdocs.pdf.faces import REGULAR, SUFFIXES, Cut, Face, Unusable, faces_in
from rmdocs.rendering.markup import WORD, is_on
from rmdocs.rendering.styles import Inherited, theme_fonts

LATIN, EAST_ASIAN = "ascii", "eastAsia"
SLOTS = (LATIN, EAST_ASIAN)

_BOLD, _ITALIC = "b", "i"

Fonts = Mapping[str, str]
"""The name of a family by slot: ``ascii`` for Latin text, ``eastAsia`` for Chinese."""


class DocumentFonts:
    """What the styles, the defaults and the theme of a document give."""

    def __init__(self, sheet: etree._Element | None, theme: etree._Element | None) -> None:
        self._inherited, self._themed = Inherited(sheet), theme_fonts(theme)
        self._found: dict[str, Fonts] = {}
        self._cuts: dict[str, dict[str, bool]] = {}
        self._named: dict[tuple[str, str, str], tuple[Fonts, tuple[Cut, ...]]] = {}
        usual = None if sheet is None else sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault")
        self.defaults, self._usual = self._own(usual), _toggles(usual)

    def of(self, run: etree._Element, paragraph: etree._Element) -> tuple[Fonts, tuple[Cut, ...]]:
        """Return the fonts of a run, and in which cut it is set.

        Several cuts where the table's style makes some of its rows or columns bold
        or italic: which ones is not followed.
        """
        named = self._inherited.named(run, paragraph)
        known = self._named.get(named)
        if known is None:
            found = dict(self.defaults)
            for name in named:
                found |= self._style(name)
            known = self._named[named] = found, self._cuts_of(named, {})
        fonts, cuts = known
        own, toggles = self._own(run), _toggles(run)
        return {**fonts, **own}, self._cuts_of(named, toggles) if toggles else cuts

    def _cuts_of(self, named: tuple[str, str, str], own: dict[str, bool]) -> tuple[Cut, ...]:
        levels, at_times = list(map(self._toggles, named)), self._conditional(named[0])
        found = [
            {own[tag]}
            if tag in own
            else {self._toggled(tag, levels)} | ({True} if tag in at_times else set())
            for tag in (_BOLD, _ITALIC)
        ]
        return tuple(Cut(bold=bold, italic=italic) for bold, italic in product(*map(sorted, found)))

    def _toggled(self, tag: str, levels: list[dict[str, bool]]) -> bool:
        """Return whether styles turn a property on: two that do cancel out (§17.7.3)."""
        return self._usual.get(tag, False) or sum(one.get(tag, False) for one in levels) % 2 == 1

    def _toggles(self, name: str) -> dict[str, bool]:
        if name not in self._cuts:
            self._cuts[name] = {
                tag: on
                for style in self._inherited.chain(name)
                for tag, on in _toggles(style).items()
            }
        return self._cuts[name]

    def _conditional(self, name: str) -> frozenset[str]:
        """Return what a table style turns on in some of its rows or columns."""
        return frozenset(
            tag
            for style in self._inherited.chain(name)
            for part in style.iterchildren(f"{WORD}tblStylePr")
            for tag, on in _toggles(part).items()
            if on
        )

    def _style(self, name: str) -> Fonts:
        if name not in self._found:
            self._found[name] = {
                slot: font
                for style in self._inherited.chain(name)
                for slot, font in self._own(style).items()
            }
        return self._found[name]

    def _own(self, holder: etree._Element | None) -> Fonts:
        """Return the fonts that the ``w:rPr`` in ``holder`` names itself."""
        named = None if holder is None else holder.find(f"{WORD}rPr/{WORD}rFonts")
        if named is None:
            return {}
        found = {}
        for slot in SLOTS:
            theme = str(named.get(f"{WORD}{slot}Theme") or "")
            name = self._themed.get(theme, "") or str(named.get(f"{WORD}{slot}") or "")
            if name:
                found[slot] = name
        return found


def _toggles(holder: etree._Element | None) -> dict[str, bool]:
    """Return what the ``w:rPr`` in ``holder`` turns on or off itself."""
    found = {}
    for tag in (_BOLD, _ITALIC):
        element = None if holder is None else holder.find(f"{WORD}rPr/{WORD}{tag}")
        if element is not None:
            found[tag] = is_on(element)
    return found


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The faces (regular, bold, …) of one typeface.

    :param name: the family's name as its files give it.
    :param owned: whether it is the bank's own font, not a stand-in.
    """

    name: str
    faces: tuple[Face, ...]
    owned: bool = False

    def drawn_by(self, cut: Cut = REGULAR) -> tuple[Face, ...]:
        """Return the face that draws texts in a cut; several if none of them is nearer.

        Where there is no bold face, the regular one is drawn bolder.
        """
        distances = [face.distance(cut) for face in self.faces]
        nearest = min(distances)
        return tuple(
            face
            for face, distance in zip(self.faces, distances, strict=True)
            if distance == nearest
        )

    def lacks(self, character: str, cut: Cut = REGULAR) -> bool:
        """Return whether the face that draws a cut has no glyph for ``character``.

        :raises FindingsError: if the font's table of characters is damaged.
        """
        return any(ord(character) not in face.characters for face in self.drawn_by(cut))

    @property
    def inner_names(self) -> frozenset[str]:
        """Return the names by which a PDF may call the family's fonts."""
        return frozenset().union(*(face.inner_names for face in self.faces))


@dataclass(frozen=True, slots=True, kw_only=True)
class FontSet:
    """The fonts that PDF is made with.

    :param families: what there is, by its own name.
    :param names: name of the family that draws a name, by that name, case folded.
    :param unusable: the bank's own files that draw nothing.
    """

    families: Mapping[str, Family]
    names: Mapping[str, str]
    unusable: tuple[Unusable, ...] = ()

    @classmethod
    def found(cls, own: Path | None = None, system: Sequence[Path] = SYSTEM) -> FontSet:
        """Return the bank's own fonts in ``own``, and the stand-ins among the system's.

        A file in ``own`` that is no font, or forbids embedding, is left out. No
        stand-in takes the place of a font that is known to be in such a file.
        """
        mounted = _Mounted(own)
        families, names = dict(mounted.families), dict(mounted.names)
        withheld = {name for file in mounted.unusable for name in file.names}
        for name, family in _stand_ins(system):
            families.setdefault(name, family)
            names.setdefault(name.casefold(), name)
        for stand_in, group in _GROUPS:
            alike = [name.casefold() for name in group]
            drawn_by = next((mounted.names[n] for n in alike if n in mounted.names), stand_in)
            if drawn_by in families:
                for name in alike:
                    if name not in withheld:
                        names.setdefault(name, drawn_by)
        return cls(families=families, names=names, unusable=tuple(mounted.unusable))

    def family(self, name: str) -> Family | None:
        """Return what draws the family called ``name``; None if nothing does."""
        found = self.names.get(name.casefold())
        return self.families[found] if found else None

    def spoilt(self, name: str) -> tuple[Unusable, ...]:
        """Return the unusable files that hold the family ``name``, or else may hold it."""
        certain = [file for file in self.unusable if name.casefold() in file.names]
        return tuple(certain or (file for file in self.unusable if not file.names))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return why some of the bank's own font files draw nothing."""
        return tuple(replace(file.finding, severity=Severity.WARNING) for file in self.unusable)

    @property
    def fingerprint(self) -> str:
        """Return 12 hex digits that change whenever a font does."""
        digest = hashlib.sha256()
        for family in sorted(self.families.values(), key=lambda one: one.name):
            for face in family.faces:
                digest.update(f"{family.name}\0{face.identity}\0".encode())
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
                _signs(self.names.get(SIGNS.casefold())),
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


def _signs(family: str | None) -> str:
    """Return what makes the font for signs the first to draw what the font asked for lacks.

    Other fonts have some of the signs too: LibreOffice 25.2 drew ☐ alone with a 楷体.
    """
    if family is None:
        return ""
    return (
        '<match target="pattern"><edit name="family" mode="append_last" binding="strong">'
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
        found = {name: faces_in(paths[name]) for name in files if name in paths}
        faces = tuple(
            face
            for held in found.values()
            if not isinstance(held, Unusable)
            for face in held
            if family in face.names
        )
        if faces and isinstance(found.get(files[0]), tuple):
            yield family, Family(name=family, faces=faces)


class _Mounted:
    """What a folder of fonts holds.

    :ivar families: by their own names.
    :ivar names: name of the family that draws a name, by that name, case folded.
    :ivar unusable: the files that draw nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.names: dict[str, str] = {}
        self.unusable: list[Unusable] = []
        found: dict[str, list[Face]] = {}
        for path in sorted(folder.rglob("*")) if folder is not None else ():
            if path.suffix.lower() not in SUFFIXES:
                continue
            held = faces_in(path)
            if isinstance(held, Unusable):
                self.unusable.append(held)
                continue
            for face in held:
                found.setdefault(self._enter(face), []).append(face)
        self.families = {
            name: Family(name=name, faces=tuple(faces), owned=True) for name, faces in found.items()
        }

    def _enter(self, face: Face) -> str:
        """Return the family a face belongs to, and note its names."""
        called = face.names
        family = next((self.names[n.casefold()] for n in called if n.casefold() in self.names), "")
        family = family or called[0]
        self.names |= {name.casefold(): family for name in called}
        return family

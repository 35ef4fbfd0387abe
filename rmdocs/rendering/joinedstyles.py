"""Making the styles, theme and numbers of a part of an assembled document its own.

Word knows a style by its name, has one set of defaults and one theme a
document. So that a part looks as it does alone, each part's styles get a
prefix, its defaults go into its styles, what relied on a default names it, and
the fonts and colours that it names by its theme are put in plain words first.
Lists, bookmarks and drawings are numbered throughout a document; a part's are
moved out of the way of those that are there already. Comments stay behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from rmdocs.rendering.markup import WORD, drop, local
from rmdocs.rendering.styles import BY_ATTRIBUTE, attribute, theme_fonts
from rmdocs.rendering.template import parse

if TYPE_CHECKING:
    from docx.document import Document

Property = tuple[str, str]
"""Element name without namespace; and the attribute's where Word inherits attribute by
attribute (fonts, spacing, indents, language), empty for the whole element."""

_NEVER_INHERITED = frozenset({"pStyle", "rStyle", "rPr", "sectPr", "pPrChange", "rPrChange"})
_ORDER = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers"
        " pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct"
        " autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing"
        " mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap"
        " outlineLvl divId cnfStyle rPr sectPr pPrChange"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint"
        " noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u"
        " effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"
    ),
}
"""The order in which the schema wants the children of each."""

_DRAWING_PROPERTIES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
)
_NUM, _ABSTRACT = f"{WORD}num", f"{WORD}abstractNum"
_NUM_ID, _ABSTRACT_ID = f"{WORD}numId", f"{WORD}abstractNumId"
_VALUE, _NAME, _MARK_ID = f"{WORD}val", f"{WORD}name", f"{WORD}id"
_LONGEST_NAME = 40
_COMMENTS = tuple(
    f"{WORD}{name}" for name in ("commentRangeStart", "commentRangeEnd", "commentReference")
)


def numbering_of(document: Document) -> etree._Element | None:
    """Return the list definitions of a document, or None if it has none."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
            element: etree._Element = relation.target_part.element
            return element
    return None


def move_lists(
    source: etree._Element | None, target: etree._Element, roots: list[etree._Element]
) -> None:
    """Copy list definitions into ``target`` under new numbers, and renumber ``roots``.

    :param roots: everything that uses them: stories and style sheet.
    """
    if source is None:
        return
    lists = _highest(target, _NUM, _NUM_ID)
    kinds = _highest(target, _ABSTRACT, _ABSTRACT_ID)
    place = len(target.findall(_ABSTRACT))
    for kind in map(deepcopy, source.findall(_ABSTRACT)):
        number = int(str(kind.get(_ABSTRACT_ID))) + kinds
        kind.set(_ABSTRACT_ID, str(number))
        for element in kind.findall(f"{WORD}nsid"):
            # Word takes lists with the same one for one list.
            element.set(_VALUE, f"{number:08X}")
        for picture in list(kind.iter(f"{WORD}lvlPicBulletId")):
            drop(picture)
        target.insert(place, kind)
        place += 1
    for one in map(deepcopy, source.findall(_NUM)):
        one.set(_NUM_ID, str(int(str(one.get(_NUM_ID))) + lists))
        for used in one.findall(_ABSTRACT_ID):
            used.set(_VALUE, str(int(str(used.get(_VALUE))) + kinds))
        target.append(one)
    for root in roots:
        for used in root.iter(_NUM_ID):
            number = int(str(used.get(_VALUE)))
            if number:
                used.set(_VALUE, str(number + lists))


def claim_marks(roots: list[etree._Element], prefix: str, numbers: Iterator[int]) -> None:
    """Give bookmarks names and numbers of their own, drawings numbers, drop comments."""
    renamed: dict[str, str] = {}
    for root in roots:
        for comment in list(root.iter(*_COMMENTS)):
            drop(comment)
        _renumber(root, numbers)
        for start in root.iter(f"{WORD}bookmarkStart"):
            name = str(start.get(_NAME))
            renamed[name] = f"{prefix}{name}"[:_LONGEST_NAME]
            start.set(_NAME, renamed[name])
    if renamed:
        for root in roots:
            _repoint(root, renamed)


def _renumber(root: etree._Element, numbers: Iterator[int]) -> None:
    ids: dict[str, str] = {}
    for mark in root.iter(f"{WORD}bookmarkStart", f"{WORD}bookmarkEnd"):
        old = str(mark.get(_MARK_ID))
        if old not in ids:
            ids[old] = str(next(numbers))
        mark.set(_MARK_ID, ids[old])
    for drawing in root.iter(_DRAWING_PROPERTIES):
        drawing.set("id", str(next(numbers)))


def _repoint(root: etree._Element, renamed: dict[str, str]) -> None:
    """Make links and fields lead to the bookmarks' new names."""
    for link in root.iter(f"{WORD}hyperlink"):
        anchor = str(link.get(f"{WORD}anchor", ""))
        if anchor in renamed:
            link.set(f"{WORD}anchor", renamed[anchor])
    for code in root.iter(f"{WORD}instrText"):
        words = re.split(r"(\s+)", code.text or "")
        code.text = "".join(renamed.get(word, word) for word in words)
    for field in root.iter(f"{WORD}fldSimple"):
        words = re.split(r"(\s+)", str(field.get(f"{WORD}instr", "")))
        field.set(f"{WORD}instr", "".join(renamed.get(word, word) for word in words))


def _highest(root: etree._Element, tag: str, name: str) -> int:
    """Return one more than the highest number in use."""
    return 1 + max((int(str(one.get(name))) for one in root.findall(tag)), default=0)


def _properties(holder: etree._Element | None) -> Iterator[Property]:
    """Yield every property that a ``w:pPr`` or ``w:rPr`` sets; none for None."""
    for child in holder if holder is not None else ():
        name = local(child)
        if name in _NEVER_INHERITED:
            continue
        if name in BY_ATTRIBUTE:
            yield from ((name, str(attribute)) for attribute in child.attrib)
        else:
            yield name, ""


def _set_below(holder: etree._Element, lower: etree._Element, only: Iterable[Property]) -> None:
    """Set in ``holder`` those properties of ``lower`` that are among ``only``.

    What ``holder`` sets itself stays; the children end in the schema's order.
    """
    wanted = frozenset(only) - frozenset(_properties(holder))
    for child in lower:
        name = local(child)
        own = holder.find(child.tag)
        if (name, "") in wanted:
            holder.append(deepcopy(child))
            continue
        for said, value in child.attrib.items():
            if (name, str(said)) in wanted:
                if own is None:
                    own = etree.SubElement(holder, child.tag)
                own.set(said, value)
    order = _ORDER[local(holder)].split()
    ranked = sorted(
        holder, key=lambda child: order.index(local(child)) if local(child) in order else len(order)
    )
    if ranked != list(holder):
        holder[:] = ranked


_REFERRING = (
    "pStyle",
    "rStyle",
    "tblStyle",
    "basedOn",
    "next",
    "link",
    "numStyleLink",
    "styleLink",
)
_HOLDERS = ("pPr", "rPr")
_STYLE_ID, _TYPE, _DEFAULT = (f"{WORD}{name}" for name in ("styleId", "type", "default"))


def claim_styles(document: Document, roots: list[etree._Element], prefix: str) -> None:
    """Rename the styles of ``document`` and make it independent of all defaults.

    :param roots: its stories (body, headers, footers, footnotes) and numbering.
    :param prefix: put before ids and names of styles; letters and digits.
    """
    sheet = document.styles.element
    write_out(document, [*roots, sheet])
    styles = {str(style.get(_STYLE_ID)): style for style in sheet.iter(f"{WORD}style")}
    defaults = _defaults(sheet)
    _name_defaults(roots, styles)
    for root in roots:
        for table in root.iter(f"{WORD}tbl"):
            _keep_table_formatting(table, styles, defaults)
    _fold(styles, defaults)
    for style in styles.values():
        style.set(_STYLE_ID, prefix + str(style.get(_STYLE_ID)))
        style.set(f"{WORD}customStyle", "1")
        style.attrib.pop(_DEFAULT, None)
        name = style.find(f"{WORD}name")
        if name is not None:
            name.set(_VALUE, f"{prefix} {name.get(_VALUE)}")
        for aliases in style.findall(f"{WORD}aliases"):
            style.remove(aliases)
    for root in (*roots, sheet):
        for element in root.iter(*(f"{WORD}{name}" for name in _REFERRING)):
            element.set(_VALUE, prefix + str(element.get(_VALUE)))


def _defaults(sheet: etree._Element) -> Mapping[str, etree._Element]:
    """Return the document defaults by ``pPr`` and ``rPr``, taken out of the style sheet."""
    found = {}
    for holder in _HOLDERS:
        element = sheet.find(f"{WORD}docDefaults/{WORD}{holder}Default/{WORD}{holder}")
        found[holder] = etree.Element(f"{WORD}{holder}") if element is None else element
    return found


def _default_style(styles: Mapping[str, etree._Element], kind: str) -> str:
    for name, style in styles.items():
        if style.get(_TYPE) == kind and style.get(_DEFAULT) in {"1", "true", "on"}:
            return name
    return ""


def _name_defaults(roots: list[etree._Element], styles: Mapping[str, etree._Element]) -> None:
    """Name the default style wherever a paragraph or table names none."""
    paragraph, table = _default_style(styles, "paragraph"), _default_style(styles, "table")
    for root in roots:
        for element in root.iter(f"{WORD}p"):
            holder = element.get_or_add_pPr()  # type: ignore[attr-defined] # python-docx's class
            if paragraph and holder.find(f"{WORD}pStyle") is None:
                _first(holder, "pStyle", paragraph)
        for element in root.iter(f"{WORD}tbl"):
            holder = element.find(f"{WORD}tblPr")
            if table and holder is not None and holder.find(f"{WORD}tblStyle") is None:
                _first(holder, "tblStyle", table)


def _first(holder: etree._Element, name: str, value: str) -> None:
    element = etree.Element(f"{WORD}{name}")
    element.set(_VALUE, value)
    holder.insert(0, element)


def _chain(styles: Mapping[str, etree._Element], name: str) -> Iterator[etree._Element]:
    """Yield a style and those it is based on, the nearest first."""
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        yield styles[name]
        name = attribute(styles[name], "basedOn")


def _fold(styles: Mapping[str, etree._Element], defaults: Mapping[str, etree._Element]) -> None:
    """Put the defaults into every paragraph style that is based on no other."""
    for style in styles.values():
        if style.get(_TYPE) != "paragraph" or attribute(style, "basedOn") in styles:
            continue
        for name, lower in defaults.items():
            holder = getattr(style, f"get_or_add_{name}")()
            _set_below(holder, lower, _properties(lower))


def _keep_table_formatting(
    table: etree._Element,
    styles: Mapping[str, etree._Element],
    defaults: Mapping[str, etree._Element],
) -> None:
    """Write out what a table's style sets against the defaults.

    It ranks above the defaults but below paragraph styles, into which the
    defaults are about to go.
    """
    holder = table.find(f"{WORD}tblPr")
    chain = tuple(_chain(styles, attribute(holder, "tblStyle")))
    for name in _HOLDERS:
        lower = etree.Element(f"{WORD}{name}")
        for style in chain:
            found = style.find(f"{WORD}{name}")
            if found is not None:
                _set_below(lower, found, _properties(found))
        contested = frozenset(_properties(lower)) & frozenset(_properties(defaults[name]))
        if contested:
            for paragraph in _own_paragraphs(table):
                above = attribute(paragraph.find(f"{WORD}pPr"), "pStyle")
                settled = _set_by(styles, above, name)
                for target in _targets(paragraph, name):
                    _set_below(target, lower, contested - settled - _run_style(target, styles))


def _own_paragraphs(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs of a table, those of tables inside it left out."""
    for paragraph in table.iter(f"{WORD}p"):
        if next(paragraph.iterancestors(f"{WORD}tbl"), None) is table:
            yield paragraph


def _targets(paragraph: etree._Element, name: str) -> Iterator[etree._Element]:
    if name == "pPr":
        yield paragraph.get_or_add_pPr()  # type: ignore[attr-defined] # python-docx's class
        return
    for run in paragraph.iter(f"{WORD}r"):
        yield run.get_or_add_rPr()  # type: ignore[attr-defined] # python-docx's class


def _set_by(styles: Mapping[str, etree._Element], name: str, holder: str) -> frozenset[Property]:
    return frozenset(
        one for style in _chain(styles, name) for one in _properties(style.find(f"{WORD}{holder}"))
    )


def _run_style(target: etree._Element, styles: Mapping[str, etree._Element]) -> frozenset[Property]:
    named = attribute(target, "rStyle") if local(target) == "rPr" else ""
    return _set_by(styles, named, "rPr") if named else frozenset()


_THEME = "/theme"
_SIDES = {"asciiTheme": "ascii", "hAnsiTheme": "hAnsi", "eastAsiaTheme": "eastAsia"}
_THEMED = f"{WORD}theme"
_COMPLEX = "cstheme"


def write_out(document: Document, roots: Iterable[etree._Element]) -> None:
    """Replace theme fonts in ``roots`` by their names, and drop theme colours.

    A colour's plain value stands beside its theme name, so it only loses that.
    """
    fonts = _fonts(document)
    for root in roots:
        for element in root.iter(f"{WORD}rFonts"):
            _write_fonts(element, fonts)
        # Colours of text, shading and every kind of border.
        for element in root.iter("*"):
            for name in [name for name in element.attrib if str(name).startswith(_THEMED)]:
                del element.attrib[name]


def _write_fonts(element: etree._Element, fonts: Mapping[str, str]) -> None:
    for themed, plain in {**_SIDES, _COMPLEX: "cs"}.items():
        name = element.attrib.pop(f"{WORD}{themed}", "")
        if font := fonts.get(str(name), ""):
            element.set(f"{WORD}{plain}", font)


def _fonts(document: Document) -> Mapping[str, str]:
    """Return the fonts of the theme by the names that ``w:rFonts`` uses."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(_THEME):
            return theme_fonts(parse(relation.target_part.blob))
    return {}

"""Making the styles of a part of an assembled document that part's own.

Word knows a style by its name, has one set of defaults and one theme a
document. So that a part looks as it does alone, each part's styles get a
prefix, its defaults go into its styles, and what relied on a default names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lxml import etree

from rmdocs.rendering.styling import Property, attribute, local, properties, set_below
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.themes import write_out

if TYPE_CHECKING:
    from docx.document import Document

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
_VALUE, _ID, _TYPE, _DEFAULT = (f"{WORD}{name}" for name in ("val", "styleId", "type", "default"))


def claim_styles(document: Document, roots: list[etree._Element], prefix: str) -> None:
    """Rename the styles of ``document`` and make it independent of all defaults.

    :param roots: its stories (body, headers, footers, footnotes) and numbering.
    :param prefix: put before ids and names of styles; letters and digits.
    """
    sheet = document.styles.element
    write_out(document, [*roots, sheet])
    styles = {str(style.get(_ID)): style for style in sheet.iter(f"{WORD}style")}
    defaults = _defaults(sheet)
    _name_defaults(roots, styles)
    for root in roots:
        for table in root.iter(f"{WORD}tbl"):
            _keep_table_formatting(table, styles, defaults)
    _fold(styles, defaults)
    for style in styles.values():
        style.set(_ID, prefix + str(style.get(_ID)))
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
            set_below(holder, lower, properties(lower))


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
                set_below(lower, found, properties(found))
        contested = frozenset(properties(lower)) & frozenset(properties(defaults[name]))
        if contested:
            for paragraph in _own_paragraphs(table):
                above = attribute(paragraph.find(f"{WORD}pPr"), "pStyle")
                settled = _set_by(styles, above, name)
                for target in _targets(paragraph, name):
                    set_below(target, lower, contested - settled - _run_style(target, styles))


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
        one for style in _chain(styles, name) for one in properties(style.find(f"{WORD}{holder}"))
    )


def _run_style(target: etree._Element, styles: Mapping[str, etree._Element]) -> frozenset[Property]:
    named = attribute(target, "rStyle") if local(target) == "rPr" else ""
    return _set_by(styles, named, "rPr") if named else frozenset()

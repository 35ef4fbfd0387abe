"""Paragraph and run properties of WordprocessingML: what is set, and setting what is not.

A property is named by its element and, where Word inherits attribute by
attribute (fonts, spacing, indents, language), by its attribute too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from lxml import etree

from rmdocs.rendering.tables import WORD

Property = tuple[str, str]
"""Element name without namespace, and the attribute's, empty for the whole element."""

_BY_ATTRIBUTE = frozenset({"rFonts", "spacing", "ind", "lang"})
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


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def properties(holder: etree._Element | None) -> Iterator[Property]:
    """Yield every property that a ``w:pPr`` or ``w:rPr`` sets; none for None."""
    for child in holder if holder is not None else ():
        name = local(child)
        if name in _NEVER_INHERITED:
            continue
        if name in _BY_ATTRIBUTE:
            yield from ((name, str(attribute)) for attribute in child.attrib)
        else:
            yield name, ""


def set_below(holder: etree._Element, lower: etree._Element, only: Iterable[Property]) -> None:
    """Set in ``holder`` those properties of ``lower`` that are among ``only``.

    What ``holder`` sets itself stays; the children end in the schema's order.
    """
    wanted = frozenset(only) - frozenset(properties(holder))
    for child in lower:
        name = local(child)
        own = holder.find(child.tag)
        if (name, "") in wanted:
            holder.append(deepcopy(child))
            continue
        for attribute, value in child.attrib.items():
            if (name, str(attribute)) in wanted:
                if own is None:
                    own = etree.SubElement(holder, child.tag)
                own.set(attribute, value)
    order = _ORDER[local(holder)].split()
    ranked = sorted(
        holder, key=lambda child: order.index(local(child)) if local(child) in order else len(order)
    )
    if ranked != list(holder):
        holder[:] = ranked


def attribute(element: etree._Element | None, name: str) -> str:
    """Return the ``w:val`` of the child called ``name``; empty if there is none."""
    child = None if element is None else element.find(f"{WORD}{name}")
    return "" if child is None else str(child.get(f"{WORD}val", ""))

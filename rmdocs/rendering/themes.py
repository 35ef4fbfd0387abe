"""Theme fonts and colours written out, since a document has one theme only.

Parts of an assembled document bring a theme each; the fonts and colours that
each names by its theme are put in plain words first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lxml import etree

from rmdocs.rendering.patching import parse
from rmdocs.rendering.tables import WORD

if TYPE_CHECKING:
    from docx.document import Document

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME = "/theme"
_SIDES = {"asciiTheme": "ascii", "hAnsiTheme": "hAnsi", "eastAsiaTheme": "eastAsia"}
_THEMED = f"{WORD}theme"
_COMPLEX = "cstheme"
_HANS = "Hans"


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
    found: dict[str, str] = {}
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(_THEME):
            continue
        root = parse(relation.target_part.blob)
        for kind in ("major", "minor"):
            scheme = root.find(f".//{_DRAWING}{kind}Font")
            if scheme is None:
                continue
            latin = _face(scheme, "latin")
            found[f"{kind}HAnsi"] = found[f"{kind}Ascii"] = latin
            found[f"{kind}EastAsia"] = _face(scheme, "ea") or _hans(scheme)
            found[f"{kind}Bidi"] = _face(scheme, "cs")
    return found


def _face(scheme: etree._Element, name: str) -> str:
    element = scheme.find(f"{_DRAWING}{name}")
    return "" if element is None else str(element.get("typeface", ""))


def _hans(scheme: etree._Element) -> str:
    for font in scheme.iter(f"{_DRAWING}font"):
        if font.get("script") == _HANS:
            return str(font.get("typeface", ""))
    return ""

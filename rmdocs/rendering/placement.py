"""Whether text boxes, frames and tables that are placed freely in a template lie on the page.

Lengths are twips, twentieths of a point, from the left upper corner of the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import BOX, FALLBACK, WORD
from rmdocs.rendering.styles import measure
from rmdocs.rendering.vocabulary import ANCHOR, DRAWING, SHAPE, VML

LEAST_ROOM = 360
"""Twips, a quarter of an inch: what text must have for its lines, and sheets between margins."""

LEAST_WIDTH = 100
"""Twips: what is narrower than five points holds no sign."""

_EMU = 635
"""English metric units to a twip, in which newer drawings are measured."""

_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)\s*(pt|in|cm|mm|px|pc)?")
_UNITS: Mapping[str, float] = MappingProxyType(
    {"pt": 20, "in": 1440, "cm": 1440 / 2.54, "mm": 1440 / 25.4, "px": 15, "pc": 240}
)
_CSS = re.compile(r"\s*([\w-]+)\s*:\s*([^;]+)")
_WRAP = "{urn:schemas-microsoft-com:office:word}wrap"
_TRUE = frozenset({"1", "true", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSetup:
    """The page of a section."""

    wide: float
    high: float
    left: float
    right: float
    top: float
    bottom: float
    header: float
    footer: float

    @classmethod
    def of(cls, section: etree._Element) -> PageSetup:
        """Return the page of a ``w:sectPr``; what is not written is as Word has it."""
        size, margins = section.find(f"{WORD}pgSz"), section.find(f"{WORD}pgMar")
        return cls(
            wide=measure(size, "w", 12240),
            high=measure(size, "h", 15840),
            left=measure(margins, "left", 1440) + measure(margins, "gutter", 0),
            right=measure(margins, "right", 1440),
            top=abs(measure(margins, "top", 1440)),
            bottom=abs(measure(margins, "bottom", 1440)),
            header=measure(margins, "header", 720),
            footer=measure(margins, "footer", 720),
        )

    def fault(self) -> Text | None:
        """Return what is wrong with the margins; None if nothing is."""
        if not (0 <= self.header <= self.high / 2 and 0 <= self.footer <= self.high / 2):
            return message("the header or footer lies beyond the page")
        between = self.wide - self.left - self.right, self.high - self.top - self.bottom
        if min(self.left, self.right) < 0 or min(between) < LEAST_ROOM:
            return message("the margins leave the text no room")
        return None


Along = tuple[float | None, str, float]
"""A distance (None if it is aligned and so on the page), from what it is measured, a length."""


def off_page(pages: Sequence[PageSetup], across: Along, down: Along) -> Text | None:
    """Return a text if what is placed so begins outside the page, or ends before it."""
    for page in pages:
        for (at, base, length), size, margins in (
            (across, page.wide, (page.left, page.right)),
            (down, page.high, (page.top, page.bottom)),
        ):
            if at is None:
                continue
            bases = _bases(base, size, margins)
            if all(
                base + at > size - LEAST_WIDTH or base + at + max(length, LEAST_WIDTH) < LEAST_WIDTH
                for base in bases
            ):
                return message("it is placed beyond the edge of the page")
    return None


def _bases(base: str, size: float, margins: tuple[float, float]) -> tuple[float, ...]:
    """Return from where a distance may be measured, along one side of the page."""
    if base == "page" or base in {"leftMargin", "left-margin-area", "topMargin", "top-margin-area"}:
        return (0.0,)
    if base in {"rightMargin", "right-margin-area", "bottomMargin", "bottom-margin-area"}:
        return (size - margins[1],)
    if base == "margin":
        return (margins[0],)
    # A column, a paragraph, a line, a sign: anywhere between the edges.
    return (0.0, margins[0], size - margins[1])


def drawn_fault(box: etree._Element, pages: Sequence[PageSetup], needed: float) -> Text | None:
    """Return what keeps the text in a drawing from the page; None if nothing does.

    :param box: an anchor or a drawing in its line, with one text box or more.
    :param needed: how high its text is at least.
    """
    extent = box.find(f"{{{ANCHOR}}}extent")
    wide, high = (_emu(extent, name) for name in ("cx", "cy"))
    grows = next(box.iter("{*}spAutoFit"), None) is not None
    turned = any(str(one.get("vert") or "horz") != "horz" for one in box.iter(f"{{{SHAPE}}}bodyPr"))
    if len(list(box.iter(BOX))) == 1 and not turned:
        if wide < LEAST_WIDTH:
            return message("its text box is too narrow")
        if not grows and high < needed:
            return message("its text box is too low")
    if box.tag != f"{{{ANCHOR}}}anchor":
        return None
    return off_page(pages, _offset(box, "H", wide), _offset(box, "V", high))


def old_drawn_fault(shape: etree._Element, pages: Sequence[PageSetup]) -> Text | None:
    """Return what keeps the text in a drawing of the old kind from the page."""
    style = dict(_CSS.findall(str(shape.get("style") or "")))
    if not style or next(shape.iterancestors(f"{{{VML}}}group"), None) is not None:
        return None
    wide, high = (_styled(style, name, -1) for name in ("width", "height"))
    grows = any(
        "mso-fit-shape-to-text:t" in str(one.get("style") or "")
        for one in shape.iter(f"{{{VML}}}textbox")
    )
    if 0 <= wide < LEAST_WIDTH:
        return message("its text box is too narrow")
    if 0 <= high < LEAST_WIDTH and not grows:
        return message("its text box is too low")
    if style.get("position") != "absolute":
        return None
    return off_page(
        pages,
        _old_offset(style, "left", "horizontal", wide),
        _old_offset(style, "top", "vertical", high),
    )


def is_in_front(box: etree._Element) -> bool:
    """Return whether a drawing lies in front of the text and hides what is below it."""
    if box.tag == f"{{{ANCHOR}}}anchor":
        behind = box.get("behindDoc") in _TRUE
        low = min(_emu(box.find(f"{{{ANCHOR}}}extent"), name) for name in ("cx", "cy"))
        beside = box.find(f"{{{ANCHOR}}}wrapNone") is None
        return not behind and not beside and low >= LEAST_WIDTH and _hides(box)
    if not str(box.tag).startswith(f"{{{VML}}}") or box.getparent() is None:
        return False
    style = dict(_CSS.findall(str(box.get("style") or "")))
    if style.get("position") != "absolute" or box.getparent().tag != f"{WORD}pict":  # type: ignore[union-attr]
        return False
    behind = style.get("z-index", "0").strip().startswith("-")
    beside = any(one.get("type") not in {None, "none"} for one in box.iter(_WRAP))
    new = next(box.iterancestors(FALLBACK), None) is not None  # judged by its new version
    return not (behind or beside or new) and _hides_old(box)


def _hides(box: etree._Element) -> bool:
    if next(box.iter(f"{{{DRAWING}}}blip"), None) is not None:
        return True
    for shape in box.iter(f"{{{SHAPE}}}wsp"):
        form = next((str(one.get("prst")) for one in shape.iter(f"{{{DRAWING}}}prstGeom")), "")
        if form == "line" or "Connector" in form:
            continue
        fills = [etree.QName(one).localname for one in shape.iterfind(f"{{{SHAPE}}}spPr/*")]
        given = [one for one in fills if one.endswith("Fill")]
        style = shape.find(f"{{{SHAPE}}}style/{{{DRAWING}}}fillRef")
        if given != ["noFill"] and (given or (style is not None and style.get("idx") != "0")):
            return True
    return False


def _hides_old(box: etree._Element) -> bool:
    if next(box.iter(f"{{{VML}}}imagedata"), None) is not None:
        return True
    if etree.QName(box).localname in {"line", "polyline", "curve", "arc", "group", "shapetype"}:
        return False
    fill = box.find(f"{{{VML}}}fill")
    off = [str(box.get("filled") or "t"), "t" if fill is None else str(fill.get("on") or "t")]
    letters = box.find(f"{{{VML}}}textpath") is not None
    return not letters and all(one[0] not in "f0" for one in off)


def _old_offset(style: Mapping[str, str], side: str, along: str, length: float) -> Along:
    aligned = style.get(f"mso-position-{along}", "absolute") != "absolute"
    at = _styled(style, f"margin-{side}", 0) + _styled(style, side, 0)
    base = style.get(f"mso-position-{along}-relative", "text")
    return (None if aligned else at, base, max(length, 0))


def _offset(box: etree._Element, letter: str, length: float) -> Along:
    if box.get("simplePos") in {"1", "true"}:
        point = box.find(f"{{{ANCHOR}}}simplePos")
        return (_emu(point, "x" if letter == "H" else "y"), "page", length)
    holder = box.find(f"{{{ANCHOR}}}position{letter}")
    offset = None if holder is None else holder.find(f"{{{ANCHOR}}}posOffset")
    if holder is None or offset is None:
        return (None, "page", length)
    try:
        at = float(offset.text or "0") / _EMU
    except ValueError:
        at = 0.0
    return (at, str(holder.get("relativeFrom") or "page"), length)


def _emu(element: etree._Element | None, name: str) -> float:
    text = "" if element is None else str(element.get(name) or "")
    found = _LENGTH.fullmatch(text.strip())
    return 0.0 if found is None else float(found[1]) / _EMU


def _styled(style: Mapping[str, str], name: str, usual: float) -> float:
    """Return a length of an old drawing, whose numbers without a unit are dots of a screen."""
    found = _LENGTH.fullmatch(style.get(name, "").strip())
    return usual if found is None else float(found[1]) * _UNITS[found[2] or "px"]

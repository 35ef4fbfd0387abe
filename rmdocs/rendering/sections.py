"""The sections of a Word document: page sizes, headers, and what is framed above them.

Only what a stamp has to know to stand clear of what is printed. Lengths are
points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from rmdocs.rendering.stampshapes import Room, text_width
from rmdocs.rendering.tables import WORD

TWIPS = 20
_LEAST_HEADER = 3.0
"""Height that LibreOffice gives a header at least."""

_LEAST_WIDTH = 36.0
_BETWEEN = 8.0
"""Left free between a mark and what stands beside it."""

_A4 = {"w": 11906, "h": 16838}
_MARGINS = {"top": 1440, "right": 1440, "bottom": 1440, "left": 1440, "header": 720}
_USUAL_SIZE = 10.5
_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    :param element: its ``w:sectPr``.
    :param framed: top and width of each text that is framed at a place of the
        page, such as the heading of an annex.
    """

    element: etree._Element
    framed: tuple[tuple[float, float], ...]

    @property
    def references(self) -> dict[str, etree._Element]:
        """Return the section's own references to headers, by kind."""
        found = self.element.findall(f"{WORD}headerReference")
        return {one.get(f"{WORD}type", "default"): one for one in found}

    @property
    def has_title_page(self) -> bool:
        """Return whether its first page has a header of its own."""
        return is_on(self.element.find(f"{WORD}titlePg"))

    @property
    def header(self) -> float:
        """Return the distance of the header from the top of the page."""
        return self._margins["header"] / TWIPS

    @property
    def width(self) -> float:
        """Return the width between the margins."""
        size, margins = self._size, self._margins
        return max((size["w"] - margins["left"] - margins["right"]) / TWIPS, _LEAST_WIDTH)

    @property
    def height(self) -> float:
        """Return the height between the margins."""
        size, margins = self._size, self._margins
        between = size["h"] - abs(margins["top"]) - abs(margins["bottom"])
        return max(between / TWIPS, _LEAST_WIDTH)

    def keep_body_in_place(self) -> None:
        """Keep a header that was not there before from pushing the text down.

        Text begins below the header, so where the header would end below the
        top margin its distance from the page's edge is taken back.
        """
        element = self.element.find(f"{WORD}pgMar")
        highest = max(abs(self._margins["top"]) / TWIPS - _LEAST_HEADER, 0)
        if element is not None and self.header > highest:
            element.set(f"{WORD}header", str(int(highest * TWIPS)))

    @property
    def _size(self) -> Mapping[str, int]:
        return _lengths(self.element.find(f"{WORD}pgSz"), _A4)

    @property
    def _margins(self) -> Mapping[str, int]:
        return _lengths(self.element.find(f"{WORD}pgMar"), _MARGINS)


def read_sections(document: etree._Element, styles: etree._Element | None) -> list[Section]:
    """Return the sections of a document, in order.

    :param document: the root of the main part. :param styles: that of the styles.
    """
    sizes = _sizes(styles)
    sections: list[Section] = []
    framed: list[tuple[float, float]] = []
    for element in document.iter(f"{WORD}framePr", f"{WORD}sectPr"):
        parent = element.getparent()
        if element.tag == f"{WORD}framePr":
            framed += _framed(element, sizes)
        elif parent is not None and parent.tag != f"{WORD}sectPrChange":
            sections.append(Section(element, tuple(framed)))
            framed = []
    return sections


def rooms(sections: Sequence[Section]) -> tuple[Room, ...]:
    """Return where a mark may lie on the pages of all of ``sections``.

    Above the header; where something is framed there, above that or beside it.
    """
    above = min(section.header for section in sections)
    width = min(section.width for section in sections)
    framed = [one for section in sections for one in section.framed if one[0] < section.header]
    if not framed:
        return (Room(above, width),)
    beside = width - max(taken for _, taken in framed) - _BETWEEN
    return (
        Room(min(above, *(top for top, _ in framed)), width),
        Room(above, max(beside, _LEAST_WIDTH)),
    )


def is_on(switch: etree._Element | None) -> bool:
    """Return whether a switch such as ``w:titlePg`` is there and not off."""
    return switch is not None and switch.get(f"{WORD}val", "1") not in _OFF


def _framed(frame: etree._Element, sizes: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """Yield top and width of a paragraph that is framed at a place of the page."""
    top = frame.get(f"{WORD}y", "")
    properties = frame.getparent()
    paragraph = properties.getparent() if properties is not None else None
    if frame.get(f"{WORD}vAnchor") == "page" and top.isdecimal() and paragraph is not None:
        style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        name = style.get(f"{WORD}val", "") if style is not None else ""
        text = "".join(piece.text or "" for piece in paragraph.iter(f"{WORD}t"))
        yield int(top) / TWIPS, text_width(text, sizes.get(name, _USUAL_SIZE))


def _sizes(styles: etree._Element | None) -> Mapping[str, float]:
    """Return the size of signs that each style itself gives."""
    found: dict[str, float] = {}
    for style in styles.iter(f"{WORD}style") if styles is not None else ():
        size = style.find(f"{WORD}rPr/{WORD}sz")
        text = size.get(f"{WORD}val", "") if size is not None else ""
        if text.isdecimal():
            found[style.get(f"{WORD}styleId", "")] = int(text) / 2
    return found


def _lengths(element: etree._Element | None, defaults: Mapping[str, int]) -> Mapping[str, int]:
    """Return lengths in twentieths of a point; what is absent or odd is as Word has it."""
    found = dict(defaults)
    if element is not None:
        for name in defaults:
            text = element.get(f"{WORD}{name}", "")
            if text.removeprefix("-").isdecimal():
                found[name] = int(text)
    return found

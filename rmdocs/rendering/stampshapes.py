"""What a stamp looks like: a boxed mark and a diagonal watermark, as Word writes them.

Both are shapes that lie over or under the page without moving anything on it.
Which headers carry them is the business of ``stamps``. Lengths are points
unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import combinations, pairwise

from rmdocs.classes import dataclass

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in (
        ("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
        ("v", "urn:schemas-microsoft-com:vml"),
        ("o", "urn:schemas-microsoft-com:office:office"),
        ("w10", "urn:schemas-microsoft-com:office:word"),
    )
)
MARK_NAME = "rmdocsMark"
"""Name of the boxed mark, by which a document that bears one is known."""

_WATERMARK_NAME = "PowerPlusWaterMarkObject"
"""What Word calls a watermark, and LibreOffice knows one by."""

_MARK_IDS, _WATERMARK_IDS = 5000, 6000
"""Shapes of headers have numbers of their own, away from those Word gives."""

_RED, _GREY = "C00000", "#D9D9D9"
_LARGEST, _LEGIBLE, _SMALLEST, _LEAST = 7.5, 6.0, 5.0, 1.0
"""Sizes of the mark's signs: none larger, none smaller if it can be, and never smaller."""
_LINE_HEIGHT = 1.3
"""Height of a row, in heights of its signs."""
_TALLEST = 150.0
"""Height of a watermark's signs at most."""
_INSET_X, _INSET_Y = 4.0, 1.5
_EDGE, _GAP = 10.0, 2.5
"""Left free above the mark, where printers do not print, and below it."""
_GLUE = "　"
_CAPITAL, _LATIN, _SLACK = 0.72, 0.52, 1.03
"""Widths of signs of Times New Roman, in widths of a Chinese sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where on a page a mark may lie: at the right, above what is printed there.

    :param above: from the top of the page to what is printed first.
    :param width: up to the right margin.
    """

    above: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StampLayout:
    """A mark laid out: what stands in which row, and where the box is.

    :param top: from the top of the page; the box ends at the right margin.
    """

    rows: tuple[str, ...]
    size: float
    top: float
    width: float
    height: float


def lay_out(lines: Sequence[str], rooms: Sequence[Room]) -> StampLayout:
    """Return the mark whose box fits into one of ``rooms``, its signs as large as may be.

    Lines share a row where there is no height for a row each. Where even the
    smallest signs do not fit, the box reaches down into what is printed.
    """
    for edge, least in ((_EDGE, _LEGIBLE), (_EDGE / 2, _SMALLEST)):
        found = [
            _laid_out(lines, count, room, edge)
            for room in rooms
            for count in range(1, len(lines) + 1)
        ]
        best = max(found, key=lambda mark: (mark.size, len(mark.rows)))
        if best.size >= least:
            return best
    widest = max(rooms, key=lambda room: room.width)
    endless = Room(above=1_000_000, width=widest.width)
    fitting = [_laid_out(lines, count + 1, endless, _EDGE) for count in range(len(lines))]
    best = next((mark for mark in fitting if mark.size >= _SMALLEST), fitting[-1])
    return replace(best, top=_EDGE / 2)


def _laid_out(lines: Sequence[str], count: int, room: Room, edge: float) -> StampLayout:
    """Return the mark with ``count`` rows, below ``edge`` and above what is printed."""
    rows = _shared(lines, count)
    widest = max(text_width(row, 1) for row in rows)
    across = (room.width - 2 * _INSET_X) / widest
    down = (room.above - edge - _GAP - 2 * _INSET_Y) / (count * _LINE_HEIGHT)
    # Word knows half points.
    size = max(int(min(across, down, _LARGEST) * 2) / 2, _LEAST)
    height = count * size * _LINE_HEIGHT + 2 * _INSET_Y
    width = min(widest * size + 2 * _INSET_X, room.width)
    return StampLayout(
        rows=rows, size=size, top=room.above - _GAP - height, width=width, height=height
    )


def _shared(lines: Sequence[str], count: int) -> tuple[str, ...]:
    """Return ``lines`` in their order on ``count`` rows, the longest as short as possible."""
    cuts = combinations(range(1, len(lines)), count - 1)
    ways = (
        tuple(_GLUE.join(lines[a:b]) for a, b in pairwise((0, *cut, len(lines)))) for cut in cuts
    )
    return min(ways, key=lambda rows: max(text_width(row, 1) for row in rows))


def text_width(text: str, size: float) -> float:
    """Return the width of ``text``, rather too much than too little.

    :param size: of its signs; a Chinese one is as wide as that.
    """
    ems = sum((_CAPITAL if sign.isupper() else _LATIN) if sign.isascii() else 1 for sign in text)
    return ems * size * _SLACK


def mark_run(mark: StampLayout, number: int) -> str:
    """Return the run with the mark as XML.

    :param number: tells apart the shapes of one document.
    """
    paragraphs = "".join(_paragraph(row, mark.size) for row in mark.rows)
    style = (
        f"position:absolute;width:{mark.width:.1f}pt;height:{mark.height:.1f}pt;"
        f"margin-top:{mark.top:.1f}pt;z-index:251700000;mso-wrap-distance-left:0;"
        "mso-wrap-distance-right:0;mso-position-horizontal:right;"
        "mso-position-horizontal-relative:margin;mso-position-vertical-relative:page;"
        "v-text-anchor:middle"
    )
    # VML, which is what Word itself still writes for watermarks: LibreOffice
    # misplaces the text of a DrawingML text box in a header.
    return f"""\
<w:r {_NAMESPACES}><w:rPr><w:noProof/></w:rPr><w:pict>\
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>\
<v:shape id="{MARK_NAME}{number}" o:spid="_x0000_s{_MARK_IDS + number}" type="#_x0000_t202" \
style="{style}" o:allowincell="f" filled="f" strokecolor="#{_RED}" strokeweight=".75pt">\
<v:textbox inset="{_INSET_X}pt,{_INSET_Y}pt,{_INSET_X}pt,{_INSET_Y}pt">\
<w:txbxContent>{paragraphs}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"""


def _paragraph(text: str, size: float) -> str:
    fonts = (
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体" '
        'w:cs="Times New Roman"/>'
    )
    look = f'{fonts}<w:color w:val="{_RED}"/><w:sz w:val="{round(size * 2)}"/>'
    # Every property is given, so that no style of the document reaches in.
    return f"""\
<w:p><w:pPr><w:pBdr><w:top w:val="nil"/><w:bottom w:val="nil"/></w:pBdr>\
<w:snapToGrid w:val="0"/>\
<w:spacing w:before="0" w:after="0" w:line="{round(size * _LINE_HEIGHT * 20)}" \
w:lineRule="exact"/><w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="center"/>\
</w:pPr><w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>"""


def watermark_run(text: str, width: float, height: float, number: int) -> str:
    """Return the run with a watermark as XML: WordArt from corner to corner, pale grey.

    :param width: between the page's margins; ``height`` likewise.
    :param number: tells apart the shapes of one document.
    """
    length = max(text_width(text, 1), 1.0)
    # Turned by 45° a box takes (width + height) / √2 both across and down.
    high = min(min(width, height) * 2**0.5 / (length + 1) * 0.95, _TALLEST)
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{length * high:.1f}pt;"
        f"height:{high:.1f}pt;rotation:315;z-index:-251650000;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return f"""\
<w:r {_NAMESPACES}><w:rPr><w:noProof/></w:rPr><w:pict>\
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" \
path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>\
<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>\
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>\
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>\
<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/>\
</v:formulas><v:path textpathok="t" o:connecttype="custom" \
o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>\
<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/>\
</v:handles><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>\
<v:shape id="{_WATERMARK_NAME}{number}" o:spid="_x0000_s{_WATERMARK_IDS + number}" \
type="#_x0000_t136" style="{style}" o:allowincell="f" fillcolor="{_GREY}" stroked="f">\
<v:fill opacity=".6"/>\
<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{escape(text)}"/>\
<w10:wrap anchorx="margin" anchory="margin"/></v:shape></w:pict></w:r>"""

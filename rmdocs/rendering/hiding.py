"""Text that stands in the file and that nobody sees on the page.

Whether a run is hidden is said by the run, its character and paragraph
styles, the table's style and the defaults (ECMA-376-1 §17.7.3: styles that
hide cancel each other out).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.places import Places
from rmdocs.rendering.styling import attribute
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.vocabulary import ANCHOR, VML

_VANISH, _SPECIAL = f"{WORD}vanish", f"{WORD}specVanish"
_OFF = frozenset({"0", "false", "off"})
_TRUE = frozenset({"1", "true", "on"})
_OTHERS = tuple(f"{WORD}{name}" for name in ("sym", "fldChar", "drawing", "pict", "object"))
_UNSEEN = re.compile(r"(visibility\s*:\s*hidden|display\s*:\s*none)", re.IGNORECASE)
_LONGEST = 40


class Hiding:
    """What the styles of a document hide.

    :param sheet: the root of its styles; None if it has none.
    """

    def __init__(self, sheet: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._usual: dict[str, str] = {}
        self._known: dict[str, bool] = {}
        self._always = self._may = False
        if sheet is not None:
            usual = sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault")
            self._always = bool(_own(usual))
            self._may = next(sheet.iter(_VANISH, _SPECIAL), None) is not None
            for style in sheet.iter(f"{WORD}style"):
                name = str(style.get(f"{WORD}styleId"))
                self._styles[name] = style
                if style.get(f"{WORD}default") in _TRUE:
                    self._usual[str(style.get(f"{WORD}type"))] = name

    def judge(self, places: Places) -> Iterator[Finding]:
        """Yield a finding for each paragraph of a part with hidden text, and each hidden shape."""
        told: set[etree._Element] = set()
        directly = next(places.root.iter(_VANISH, _SPECIAL), None) is not None
        for run in places.root.iter(f"{WORD}r") if directly or self._may else ():
            paragraph = next(run.iterancestors(f"{WORD}p"), None)
            if paragraph is None or paragraph in told or not self._hides(run, paragraph):
                continue
            if _text(run).strip() or next(run.iter(*_OTHERS), None) is not None:
                told.add(paragraph)
                yield _finding(places, run, _text(run))
        for row in places.root.iter(f"{WORD}tr"):
            hidden = row.find(f"{WORD}trPr/{WORD}hidden")
            if hidden is not None and hidden.get(f"{WORD}val") not in _OFF:
                yield _finding(places, row, _text(row))
        yield from _marks(places)
        for shape in places.root.iter(f"{{{ANCHOR}}}docPr"):
            if shape.get("hidden") in _TRUE:
                yield _finding(places, shape, str(shape.get("name") or ""))
        for shape in places.root.iter(f"{{{VML}}}*"):
            if _UNSEEN.search(str(shape.get("style") or "")):
                yield _finding(places, shape, _text(shape) or str(shape.get("id") or ""))

    def _hides(self, run: etree._Element, paragraph: etree._Element) -> bool:
        own = _own(run)
        if own is not None:
            return own
        table = next(paragraph.iterancestors(f"{WORD}tbl"), None)
        properties = None if table is None else table.find(f"{WORD}tblPr")
        styles = (
            attribute(run.find(f"{WORD}rPr"), "rStyle") or self._usual.get("character", ""),
            attribute(paragraph.find(f"{WORD}pPr"), "pStyle") or self._usual.get("paragraph", ""),
            "" if table is None else attribute(properties, "tblStyle"),
        )
        return self._always or sum(map(self._style, styles)) % 2 == 1

    def _style(self, name: str) -> bool:
        """Return whether a style hides, itself or by one it is based on."""
        if name not in self._known:
            hides, seen = None, set[str]()
            current = name
            while hides is None and current in self._styles and current not in seen:
                seen.add(current)
                style = self._styles[current]
                hides = _own(style)
                conditional = style.iterfind(f"{WORD}tblStylePr")
                hides = True if hides is None and any(map(_own, conditional)) else hides
                current = attribute(style, "basedOn")
            self._known[name] = bool(hides)
        return self._known[name]


def _own(holder: etree._Element | None) -> bool | None:
    """Return whether the ``w:rPr`` in ``holder`` hides; None if it says nothing of it."""
    properties = None if holder is None else holder.find(f"{WORD}rPr")
    if properties is None:
        return None
    found = [one for one in properties if one.tag in (_VANISH, _SPECIAL)]
    if not found:
        return None
    return any(one.get(f"{WORD}val") not in _OFF for one in found)


def _marks(places: Places) -> Iterator[Finding]:
    """Yield a finding for each paragraph with text whose end is hidden: it runs into the next."""
    for hidden in places.root.iter(_VANISH):
        mark = next(hidden.iterancestors(f"{WORD}pPr"), None)
        paragraph = None if mark is None else mark.getparent()
        if paragraph is not None and _own(mark) and _text(paragraph).strip():
            yield _finding(places, paragraph, _text(paragraph))


def _text(element: etree._Element) -> str:
    return "".join(one.text or "" for one in element.iter(f"{WORD}t"))


def _finding(places: Places, at: etree._Element, text: str) -> Finding:
    return places.error(
        "TEMPLATE-HIDDEN",
        at,
        message("text is hidden and would not be seen: {text}", text=text[:_LONGEST] or "…"),
        message("show the text, or delete it"),
    )

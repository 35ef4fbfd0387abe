"""What the pages of a PDF show: its texts, in the order in which they are read."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
from pypdfium2 import raw

from rmdocs.pdf.said import folded

_ARTIFACT = "Artifact"
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The texts of one page, folded, each as it was drawn.

    :param body: what belongs to the document itself.
    :param edges: what is on the page for the page's sake: header, footer, headings again.
    """

    body: tuple[str, ...]
    edges: tuple[str, ...]


def shown(pdf: bytes) -> tuple[Shown, ...]:
    """Return what each page of a PDF shows, in order.

    :raises pypdfium2.PdfiumError: if it is no PDF.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        return tuple(_shown(page) for page in document)


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign as it is drawn.

    :param drawn: identifies what it was drawn with; signs of one font, side by side, share it.
    :param marked: the number of the part of the document it belongs to; -1 for none.
    """

    sign: str
    left: float
    base: int
    drawn: int
    marked: int
    edge: bool


def _shown(page: pypdfium2.PdfPage) -> Shown:
    body: list[str] = []
    edges: list[str] = []
    # A sign that its font lacks is drawn by another, before or after all others of its line.
    for _, line in groupby(_signs(page), key=lambda one: (one.edge, one.marked, one.base)):
        read = sorted(line, key=lambda one: one.left)
        for _, together in groupby(read, key=lambda one: one.drawn):
            signs = tuple(together)
            text = folded(_paired("".join(one.sign for one in signs)))
            if text:
                (edges if signs[0].edge else body).append(text)
    return Shown(body=tuple(body), edges=tuple(edges))


def _paired(text: str) -> str:
    """Return a text with its rare characters, of which pdfium tells one half after the other."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _signs(page: pypdfium2.PdfPage) -> Iterator[_Sign]:
    """Yield the signs of a page, as they are drawn."""
    held = page.get_textpage()
    texts = held.raw
    across, up = ctypes.c_double(), ctypes.c_double()
    known: dict[int, tuple[int, bool]] = {}
    for at in range(raw.FPDFText_CountChars(texts)):
        drawn = raw.FPDFText_GetTextObject(texts, at)
        if not drawn or raw.FPDFText_IsGenerated(texts, at) == 1:
            continue
        place = ctypes.addressof(drawn.contents)
        if place not in known:
            edge = _ARTIFACT in _marks(drawn)
            known[place] = (raw.FPDFPageObj_GetMarkedContentID(drawn), edge)
        raw.FPDFText_GetCharOrigin(texts, at, across, up)
        sign = chr(raw.FPDFText_GetUnicode(texts, at))
        yield _Sign(sign, across.value, round(up.value * 2), place, *known[place])


def _marks(drawn: raw.FPDF_PAGEOBJECT) -> Iterator[str]:
    """Yield the names of the content marks that an object stands in."""
    buffer = (ctypes.c_ushort * _LONGEST_NAME)()
    size = ctypes.c_ulong()
    for at in range(raw.FPDFPageObj_CountMarks(drawn)):
        mark = raw.FPDFPageObj_GetMark(drawn, at)
        if raw.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), size):
            yield bytes(buffer)[: max(0, size.value - 2)].decode("utf-16-le", "replace")

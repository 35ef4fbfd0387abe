"""From the text that a place is named by to a rectangle on a page of the PDF."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.parts import Party, Place
from rmdocs.messages import message

_POINTS = 72 / 25.4
"""Points of a PDF in a millimetre."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page.

    :param page: number of the page, from 0.
    :param left: with ``bottom``, ``right``, ``top``: points from the page's lower left corner.
    """

    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Return the rectangle in whole points, as PDF writes it."""
        return round(self.left), round(self.bottom), round(self.right), round(self.top)


def place_parties(pdf: bytes, parties: tuple[Party, ...]) -> list[Box]:
    """Return where each party signs.

    :raises FindingsError: with SIGN-PLACE for every place whose text is not
        printed exactly once, or that leaves the page.
    """
    found: list[Finding] = []
    boxes: list[Box] = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for party in parties:
            hits = _hits(document, party.place)
            if len(hits) == 1 and _within(document, hits[0]):
                boxes += hits
            else:
                found.append(_misplaced(party, len(hits)))
    finally:
        document.close()
    if found:
        raise FindingsError(tuple(found))
    return boxes


def _hits(document: pypdfium2.PdfDocument, place: Place) -> list[Box]:
    """Return the place beside each print of its text."""
    boxes = []
    for number in range(len(document)):
        text = document[number].get_textpage()
        search = text.search(place.anchor, match_case=True)
        while (hit := search.get_next()) is not None:
            start, count = hit
            chars = [text.get_charbox(index) for index in range(start, start + count)]
            left = min(char[0] for char in chars) + place.right * _POINTS
            top = min(char[1] for char in chars) - place.down * _POINTS
            right, bottom = left + place.width * _POINTS, top - place.height * _POINTS
            boxes.append(Box(number, left, bottom, right, top))
    return boxes


def _within(document: pypdfium2.PdfDocument, box: Box) -> bool:
    page = document[box.page]
    left, bottom, right, top = page.get_mediabox()
    across = left <= box.left and box.right <= right
    return bool(page.get_rotation() == 0 and across and bottom <= box.bottom and box.top <= top)


def _misplaced(party: Party, count: int) -> Finding:
    values = {"anchor": party.place.anchor, "party": party.title}
    match count:
        case 0:
            reason = message("“{anchor}”, where {party} signs, is not on the pages", **values)
        case 1:
            reason = message(
                "the place by “{anchor}”, where {party} signs, leaves the page", **values
            )
        case _:
            reason = message(
                "“{anchor}”, where {party} signs, is on the pages more than once", **values
            )
    remedy = message("correct the place in form.toml, by a new revision of the form")
    return error("SIGN-PLACE", f"signing.{party.name}", reason, remedy)

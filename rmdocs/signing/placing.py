"""From the text that a place is named by to a rectangle on a page of the PDF."""

from __future__ import annotations

from dataclasses import dataclass

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.parts import Party, Place
from rmdocs.messages import message
from rmdocs.pdf.anchors import Print, printed
from rmdocs.pdf.places import MILLIMETRE


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
    prints = printed(pdf, tuple(party.place.anchor for party in parties))
    for party, hits in zip(parties, prints, strict=True):
        if len(hits) == 1 and (box := _beside(party.place, hits[0])) is not None:
            boxes.append(box)
        else:
            found.append(_misplaced(party, len(hits)))
    if found:
        raise FindingsError(tuple(found))
    return boxes


def _beside(place: Place, hit: Print) -> Box | None:
    """Return the place beside a print of its text; None if it leaves the page."""
    left, top = hit.left + place.right * MILLIMETRE, hit.bottom - place.down * MILLIMETRE
    right, bottom = left + place.width * MILLIMETRE, top - place.height * MILLIMETRE
    edges = hit.box
    across, along = edges[0] <= left and right <= edges[2], edges[1] <= bottom and top <= edges[3]
    return Box(hit.page, left, bottom, right, top) if across and along and not hit.turned else None


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

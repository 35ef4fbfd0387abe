"""From the text that a place is named by to a rectangle on a page of the PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.sections.signing import Party, Place
from rmdocs.messages import message
from rmdocs.pdf.anchors import Print, printed, signs
from rmdocs.pdf.places import MILLIMETRE

_GAP = 1 * MILLIMETRE
"""Left between a signature and the text above it."""


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
    """Return where each party signs: where the form says, or below the text that stands there.

    A party's name may be longer than the form thought of, and no signature covers it.

    :raises FindingsError: with SIGN-PLACE for every place whose text is not
        printed exactly once, or that leaves the page or has no room on it.
    """
    found: list[Finding] = []
    boxes: list[Box] = []
    prints = printed(pdf, tuple(party.place.anchor for party in parties))
    for party, hits in zip(parties, prints, strict=True):
        others = [hit for one in prints if one is not hits for hit in one]
        if len(hits) == 1 and (box := _beside(pdf, party.place, hits[0], others)) is not None:
            boxes.append(box)
        else:
            found.append(_misplaced(party, len(hits)))
    if found:
        raise FindingsError(tuple(found))
    return boxes


def _beside(pdf: bytes, place: Place, hit: Print, others: Iterable[Print]) -> Box | None:
    """Return the place beside a print of its text; None if the page has no room for it.

    :param others: where other parties sign, from where on the page is theirs.
    """
    left, top = hit.left + place.right * MILLIMETRE, hit.bottom - place.down * MILLIMETRE
    right, bottom = left + place.width * MILLIMETRE, top - place.height * MILLIMETRE
    box = _cleared(Box(hit.page, left, bottom, right, top), signs(pdf, hit.page))
    theirs = (
        one.bottom
        for one in others
        if one.page == hit.page and one.bottom < hit.bottom and abs(one.left - left) < right - left
    )
    lowest = max((hit.box[1], *theirs)) if box.bottom < bottom else hit.box[1]
    across, along = hit.box[0] <= left and right <= hit.box[2], lowest <= box.bottom
    return box if across and along and top <= hit.box[3] and not hit.turned else None


def _cleared(box: Box, taken: Iterable[tuple[float, float, float, float]]) -> Box:
    """Return a box moved down as far as it must be to lie on no text.

    :param taken: left, bottom, right and top of each sign.
    """
    near = [one for one in taken if one[0] < box.right and box.left < one[2]]
    while covered := [one for one in near if one[1] < box.top and box.bottom < one[3]]:
        top = min(one[1] for one in covered) - _GAP
        box = replace(box, top=top, bottom=top - (box.top - box.bottom))
    return box


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

"""Where the codes of slips stand on a document, by the texts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.anchors import Print, printed
from rmdocs.pdf.marks import SlipCode
from rmdocs.pdf.places import CODE_SIDE, MILLIMETRE, Place, PrintSide

if TYPE_CHECKING:
    from rmdocs.forms.sections.slips import Slip


def place_slips(pdf: bytes, slips: Sequence[Slip], name: str) -> tuple[SlipCode, ...]:
    """Return where the code of each slip of a document stands.

    :param slips: the form's, in order. :param name: what a person calls the PDF.
    :raises FindingsError: with SLIP-PLACE for every slip whose text is not
        printed exactly once, or whose code would leave the page.
    """
    if not slips:
        return ()
    found: list[Finding] = []
    codes: list[SlipCode] = []
    prints = printed(pdf, tuple(slip.anchor for slip in slips))
    for number, (slip, hits) in enumerate(zip(slips, prints, strict=True), 1):
        place = _beside(slip, hits[0]) if len(hits) == 1 else None
        if place is not None:
            codes.append(SlipCode(number, hits[0].page + 1, place))
        else:
            found.append(_misplaced(slip, len(hits), name))
    if found:
        raise FindingsError(tuple(found))
    return tuple(codes)


def _beside(slip: Slip, hit: Print) -> Place | None:
    """Return the place of a slip's code; None if it leaves the page."""
    left, bottom, right, top = hit.box
    place = Place(
        (right - hit.left) / MILLIMETRE - slip.right - CODE_SIDE,
        (top - hit.bottom) / MILLIMETRE + slip.down,
        print=PrintSide.HEAD,
    )
    across = 0 <= place.right <= (right - left) / MILLIMETRE - CODE_SIDE
    along = 0 <= place.top <= (top - bottom) / MILLIMETRE - CODE_SIDE
    return place if across and along and not hit.turned else None


def _misplaced(slip: Slip, count: int, name: str) -> Finding:
    values = {"anchor": slip.anchor, "slip": slip.title}
    match count:
        case 0:
            reason = message("“{anchor}”, by which {slip} gets its code, is not printed", **values)
        case 1:
            reason = message("the code of {slip}, by “{anchor}”, leaves the page", **values)
        case _:
            reason = message(
                "“{anchor}”, by which {slip} gets its code, is printed more than once", **values
            )
    remedy = message("correct the place in form.toml, by a new revision of the form")
    return error("SLIP-PLACE", name, reason, remedy, label=slip.name)

"""Whether anybody put ink on a scanned document where it is signed, or on a slip.

Where the parties sign is known from the form; what was added to the print is
measured by ``scanning``. A print that nobody signed is no original.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.messages import Joined, Text, message
from rmdocs.pdf.codes import MILLIMETRE
from rmdocs.pdf.pagetext import printed
from rmdocs.scanning.frames import FileFaultError, Frames, PageTroubleError, opened
from rmdocs.scanning.ink import AddedInk, PageArea, added

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.forms.sections.signing import Party
    from rmdocs.scanning.pile import ScannedDocument, ScannedPage

LEAST_INK = 5.0
"""Square millimetres that a signature or a seal leaves at least, also of a thin pen."""
_ABOVE, _BEFORE, _BELOW = 8.0, 5.0, 80.0
"""Millimetres by which a party's block begins above its text and left of it, and
ends below its place: signature and date stand under the seal."""
_PAGE = PageArea(left=0, top=0, right=1000, bottom=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where one party signs, seals and dates.

    :param page: from 1.
    """

    party: Party
    page: int
    area: PageArea


def unsigned(
    scan: ScannedDocument, form: Form, pdf: bytes, paths: Sequence[Path]
) -> Mapping[int, Text]:
    """Return what is missing on a scan, by page from 1; empty if there is ink wherever it must be.

    Where the form says where the parties sign, each of them must have left some
    there; a slip, or a document of another form, must bear some anywhere.

    :param pdf: the formal PDF it was printed from. :param paths: the files of the pile.
    """
    if scan.slip:
        slip = message(
            "nothing is written or sealed on {slip}", slip=form.slips[scan.slip - 1].title
        )
        return {} if _is_inked(scan, pdf, paths) else {scan.pages[0].code.page: slip}
    places = blocks(pdf, form.signing)
    if len(places) < len(form.signing) or not places:
        nothing = message("nothing is written or sealed on any page")
        inked = _is_inked(scan, pdf, paths)
        return {} if inked else {page.code.page: nothing for page in scan.pages}
    empty: dict[int, list[Text]] = defaultdict(list)
    unseen: dict[int, Text] = {}
    wanted = {block.page for block in places}
    for page, ink in _inks([page for page in scan.pages if page.code.page in wanted], pdf, paths):
        if ink is None:
            unseen[page] = message("whether it is signed cannot be seen: its code is not readable")
            continue
        for block in places:
            if block.page == page and ink.within(block.area) < LEAST_INK:
                empty[page].append(block.party.title)
    return unseen | {
        page: message(
            "nothing is written or sealed where {parties} signs", parties=Joined(tuple(names))
        )
        for page, names in empty.items()
    }


def blocks(pdf: bytes, parties: Sequence[Party]) -> tuple[Block, ...]:
    """Return where each party signs; those whose text is not printed exactly once are left out.

    The blocks of parties beside or below one another do not overlap.
    """
    prints = printed(pdf, tuple(party.place.anchor for party in parties)) if parties else []
    found = []
    for party, hits in zip(parties, prints, strict=True):
        if len(hits) == 1 and not hits[0].turned:
            hit, place = hits[0], party.place
            left = (hit.left - hit.box[0]) / MILLIMETRE + min(0, place.right) - _BEFORE
            base = (hit.box[3] - hit.bottom) / MILLIMETRE
            right = left + 2 * _BEFORE + place.width + abs(place.right)
            area = PageArea(
                left=left,
                top=base - _ABOVE,
                right=right,
                bottom=base + place.down + place.height + _BELOW,
            )
            found.append(Block(party=party, page=hit.page + 1, area=area))
    return tuple(Block(party=one.party, page=one.page, area=_cut(one, found)) for one in found)


def _cut(one: Block, others: Sequence[Block]) -> PageArea:
    """Return a block's area up to those on its right and below it."""
    area, right, bottom = one.area, one.area.right, one.area.bottom
    for other in (other.area for other in others if other.page == one.page and other is not one):
        if area.left < other.left < right and other.top < bottom and area.top < other.bottom:
            if other.top - area.top > other.left - area.left:
                bottom = min(bottom, other.top)
            else:
                right = min(right, other.left)
        elif area.top < other.top < bottom and other.left < right and area.left < other.right:
            bottom = min(bottom, other.top)
    return PageArea(left=area.left, top=area.top, right=right, bottom=bottom)


def _is_inked(scan: ScannedDocument, pdf: bytes, paths: Sequence[Path]) -> bool:
    inks = (ink for _, ink in _inks(scan.pages, pdf, paths))
    return any(ink is not None and ink.within(_PAGE) >= LEAST_INK for ink in inks)


def _inks(
    pages: Sequence[ScannedPage], pdf: bytes, paths: Sequence[Path]
) -> Iterator[tuple[int, AddedInk | None]]:
    """Yield the number of each page and its ink; None where the sheet cannot be laid on it."""
    for file, together in groupby(pages, key=lambda page: page.sheet.file):
        with ExitStack() as stack:
            try:
                frames = stack.enter_context(opened(paths[file]))
            except FileFaultError:
                yield from ((page.code.page, None) for page in together)
                continue
            for page in together:
                yield page.code.page, _ink(frames, page, pdf)


def _ink(frames: Frames, page: ScannedPage, pdf: bytes) -> AddedInk | None:
    try:
        return added(frames, page.sheet.number - 1, pdf, page.code)
    except (FileFaultError, PageTroubleError):
        return None

"""Whether anybody put ink where a document is signed, or on a slip that came back.

A print that nobody touched is no original. Whose ink it is cannot be told here.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from rmdocs.pdf.anchors import Print, printed
from rmdocs.scanning.frames import FaultError, Frames, TroubleError, opened
from rmdocs.scanning.ink import LEAST, Area, added

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rmdocs.forms.form import Form
    from rmdocs.forms.parts import Party
    from rmdocs.messages import Text
    from rmdocs.scanning.pile import Page, ScannedDocument

_POINTS = 72 / 25.4
_ABOVE, _BELOW, _BESIDE = 10.0, 45.0, 5.0
"""Millimetres around a party's place within which it signs and seals: up to its name, down
to the lines for signature and date."""
_ANYWHERE = Area(0, 0, 1000, 1000)


@dataclass(slots=True)
class Inspection:
    """Looks at the sheets of a pile for ink; a file is opened once, until the inspection ends."""

    paths: Sequence[Path]
    _stack: ExitStack = field(default_factory=ExitStack)
    _opened: dict[int, Frames] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._stack.close()

    def untouched(self, form: Form, scan: ScannedDocument, pdf: bytes) -> tuple[Text, ...]:
        """Return who has not signed, or which slip was not filled in, by what is seen.

        Empty where there is ink everywhere, or the form says of no place that
        it is signed.

        :param form: that the document was printed under. :param pdf: it was printed from.
        """
        if scan.slip:
            slip = form.slips[scan.slip - 1]
            wanted: list[tuple[Text, int, Area]] = [(slip.title, 0, _ANYWHERE)]
        else:
            wanted = list(_places(form.signing, pdf))
        titles: list[Text] = []
        for index in sorted({page for _, page, _ in wanted}):
            here = [(title, area) for title, page, area in wanted if page == index]
            titles += self._untouched(scan.pages[index], pdf, here)
        return tuple(titles)

    def _untouched(
        self, page: Page, pdf: bytes, wanted: Sequence[tuple[Text, Area]]
    ) -> Iterator[Text]:
        try:
            ink = added(self._frames(page.sheet.file), page.sheet.number - 1, pdf, page.code)
        except (FaultError, TroubleError):
            # It was read before: the file changed, which is told when it is taken over.
            return
        # What cannot be laid on its page is left to a person as well.
        yield from (title for title, area in wanted if ink is None or ink.within(area) < LEAST)

    def _frames(self, file: int) -> Frames:
        if file not in self._opened:
            self._opened[file] = self._stack.enter_context(opened(self.paths[file]))
        return self._opened[file]


def _places(parties: Sequence[Party], pdf: bytes) -> Iterator[tuple[Text, int, Area]]:
    """Yield where each party signs: its title, the page, from 0, and the area there."""
    prints = printed(pdf, tuple(party.place.anchor for party in parties))
    for party, hits in zip(parties, prints, strict=True):
        if len(hits) == 1:
            yield party.title, hits[0].page, _area(party, hits[0])


def _area(party: Party, hit: Print) -> Area:
    left, _, _, top = hit.box
    across, down = (hit.left - left) / _POINTS, (top - hit.bottom) / _POINTS
    place = party.place
    return Area(
        across + place.right - _BESIDE,
        down - _ABOVE,
        across + place.right + place.width + _BESIDE,
        down + place.down + place.height + _BELOW,
    )

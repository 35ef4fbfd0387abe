"""Renditions of a record's documents: the formal PDF, its signatures, scans of signed paper.

Read from the record's own events (PREMIS *rendition*). A rendition belongs to
one edition; an edition that was replaced takes its renditions along.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.events.kinds import read
from rmdocs.events.records import EditionIssued, PaperFiled, PdfMade, PdfSigned, StageAdded
from rmdocs.forms.sections.slips import ORIGINAL
from rmdocs.registers.originals import (
    original_event,
    set_aside_by,
    signatures,
    signing_edition,
    valid_editions,
)
from rmdocs.registers.records import as_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.forms.form import Form
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.event import Event, SealedFile

PDF_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One rendition of one edition, as an event sealed it.

    :param said: what the event says.
    :param file: as a reader gets it; see :func:`~rmdocs.registers.records.as_read`.
    """

    said: PdfMade | PdfSigned | PaperFiled
    file: SealedFile
    event: Event

    @property
    def edition(self) -> int:
        """Return the edition it is of."""
        return self.said.of_edition

    @property
    def is_formal(self) -> bool:
        """Return whether it is the PDF as it was made, before anybody signed it."""
        return isinstance(self.said, PdfMade)

    @property
    def party(self) -> str:
        """Return who signed; empty unless it is a signature."""
        return self.said.party if isinstance(self.said, PdfSigned) else ""

    @property
    def slip(self) -> str:
        """Return which slip of the form a scan shows; empty for the whole document."""
        return (self.said.slip or "") if isinstance(self.said, PaperFiled) else ""

    @property
    def copy(self) -> int:
        """Return of which addressee's copy a scan is, 0 for the document itself."""
        return (self.said.copy or 0) if isinstance(self.said, PaperFiled) else 0


def renditions(folder: RecordFolder) -> Iterator[Rendition]:
    """Yield everything made of a record's documents, oldest first."""
    for event in folder.events:
        said = read(event)
        if isinstance(said, (PdfMade, PdfSigned, PaperFiled)):
            for file in as_read(event):
                if file.path.endswith(".pdf"):
                    yield Rendition(said=said, file=file, event=event)


def of_current(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the renditions of the newest edition."""
    return of_edition(folder, folder.current.number)


def of_edition(folder: RecordFolder, edition: int) -> tuple[Rendition, ...]:
    """Return the renditions of one edition."""
    return tuple(one for one in renditions(folder) if one.edition == edition)


def formal(folder: RecordFolder, edition: int) -> tuple[Rendition, ...]:
    """Return the formal PDF of all documents of an edition, in their order.

    All of one making, the first: it is the one that is printed and signed, even
    if another engine made PDF of the edition since. Empty if there is none yet.
    """
    made = [one for one in of_edition(folder, edition) if one.is_formal]
    return tuple(one for one in made if _place(one) == _place(made[0]))


def _place(rendition: Rendition) -> PurePosixPath:
    return PurePosixPath(rendition.file.path).parent


def rendered(folder: RecordFolder) -> Rendition | None:
    """Return the formal PDF of the newest edition's document, None if there is none yet."""
    return next(iter(print_copy(folder)), None)


def print_copy(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the formal PDF of the newest edition; see :func:`formal`."""
    return formal(folder, folder.current.number)


def signed(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the electronic signatures of the newest valid edition that has any.

    Only those since signing last began anew on it: none if nobody has signed since.
    """
    edition = signing_edition(folder.events)
    made = {one.index for one in signatures(folder.events, edition)} if edition is not None else ()
    return tuple(one for one in renditions(folder) if one.event.index in made)


def original(folder: RecordFolder, form: Form) -> Rendition | None:
    """Return the signed original that counts: complete signatures, or the newest scan.

    None while no valid edition is signed by everyone.
    """
    event = original_event(folder.events, len(form.signing))
    return next((one for one in renditions(folder) if one.event is event), None)


def filed(folder: RecordFolder, form: Form) -> dict[str, str | None]:
    """Return since which day the store has the signed original, and each slip; ISO or None.

    These are what the form's ``[[due]]`` sees as ``filed``. Of slips, that of the
    document itself counts; those of further addressees come besides.
    """
    days: dict[str, str | None] = {ORIGINAL: _day(original(folder, form))}
    editions = set(valid_editions(folder.events))
    back = [one for one in renditions(folder) if one.edition in editions and not one.copy]
    for slip in form.slips:
        days[slip.name] = _day(next((one for one in back if one.slip == slip.name), None))
    return days


def _day(rendition: Rendition | None) -> str | None:
    if rendition is None or isinstance(rendition.said, PdfMade):
        return None
    day = rendition.said.filed_on
    return None if day is None else day.isoformat()


def signing_recorded(folder: RecordFolder, form: Form) -> bool:
    """Return whether a stage since the last correction says that the document was signed."""
    for event in reversed(folder.events):
        said = read(event)
        if isinstance(said, StageAdded):
            stage = form.stage(said.stage)
            if stage is not None and stage.signs:
                return True
        elif isinstance(said, EditionIssued):
            return False
    return False


def is_begun(folder: RecordFolder) -> bool:
    """Return whether somebody has signed a valid edition: nothing may replace it unasked.

    What signing anew has set aside does not count.
    """
    editions = set(valid_editions(folder.events))
    return any(
        not one.is_formal
        and one.edition in editions
        and set_aside_by(one.event, folder.events) is None
        for one in renditions(folder)
    )

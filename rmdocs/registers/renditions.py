"""Renditions of a record's documents, told from its events: PDF, signatures, signed paper.

A rendition belongs to one edition (PREMIS *rendition*); an edition that a correction
replaced takes its renditions along. The signed original is those pages that somebody
put ink or a certificate to, of an edition that is still valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    EditionIssued,
    OnEdition,
    OnRecord,
    PaperFiled,
    PdfMade,
    PdfSigned,
    SigningBegunAnew,
    StageAdded,
    VoidRequested,
)
from rmdocs.forms.sections.slips import ORIGINAL

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.store.event import Event, SealedFile

PDF_TYPE = "application/pdf"
OF_EDITIONS = frozenset(kind.KIND for kind in (PdfMade, PdfSigned, PaperFiled, SigningBegunAnew))
"""The acts that make renditions of an edition, or set them aside."""


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


def renditions(events: Sequence[Event]) -> Iterator[Rendition]:
    """Yield everything made of a record's documents, oldest first."""
    for event in events:
        said = read(event)
        if isinstance(said, (PdfMade, PdfSigned, PaperFiled)):
            for file in as_read(event):
                if file.path.endswith(".pdf"):
                    yield Rendition(said=said, file=file, event=event)


def of_current(events: Sequence[Event]) -> tuple[Rendition, ...]:
    """Return the renditions of the newest edition."""
    return of_edition(events, _newest(events))


def of_edition(events: Sequence[Event], edition: int) -> tuple[Rendition, ...]:
    """Return the renditions of one edition."""
    return tuple(one for one in renditions(events) if one.edition == edition)


def formal(events: Sequence[Event], edition: int) -> tuple[Rendition, ...]:
    """Return the formal PDF of all documents of an edition, in their order.

    All of one making, the first: it is the one that is printed and signed, even
    if another engine made PDF of the edition since. Empty if there is none yet.
    """
    made = [one for one in of_edition(events, edition) if one.is_formal]
    return tuple(one for one in made if _place(one) == _place(made[0]))


def _place(rendition: Rendition) -> PurePosixPath:
    return PurePosixPath(rendition.file.path).parent


def print_copy(events: Sequence[Event]) -> tuple[Rendition, ...]:
    """Return the formal PDF of the newest edition; see :func:`formal`."""
    return formal(events, _newest(events))


def signed(events: Sequence[Event]) -> tuple[Rendition, ...]:
    """Return the electronic signatures of the newest valid edition that has any.

    Only those since signing last began anew on it: none if nobody has signed since.
    """
    edition = signing_edition(events)
    made = {one.index for one in signatures(events, edition)} if edition is not None else ()
    return tuple(one for one in renditions(events) if one.event.index in made)


def original(events: Sequence[Event], form: Form) -> Rendition | None:
    """Return the signed original that counts: complete signatures, or the newest scan.

    None while no valid edition is signed by everyone.
    """
    event = original_event(events, len(form.signing))
    return next((one for one in renditions(events) if one.event is event), None)


def filed(events: Sequence[Event], form: Form) -> dict[str, str | None]:
    """Return since which day the store has the signed original, and each slip; ISO or None.

    These are what the form's ``[[due]]`` sees as ``filed``. Of slips, that of the
    document itself counts; those of further addressees come besides.
    """
    days: dict[str, str | None] = {ORIGINAL: _day(original(events, form))}
    editions = set(valid_editions(events))
    back = [one for one in renditions(events) if one.edition in editions and not one.copy]
    for slip in form.slips:
        days[slip.name] = _day(next((one for one in back if one.slip == slip.name), None))
    return days


def _day(rendition: Rendition | None) -> str | None:
    if rendition is None or isinstance(rendition.said, PdfMade):
        return None
    day = rendition.said.filed_on
    return None if day is None else day.isoformat()


def signing_recorded(events: Sequence[Event], form: Form) -> bool:
    """Return whether a stage since the last correction says that the document was signed."""
    for event in reversed(events):
        said = read(event)
        if isinstance(said, StageAdded):
            stage = form.stage(said.stage)
            if stage is not None and stage.signs:
                return True
        elif isinstance(said, EditionIssued):
            return False
    return False


def is_begun(events: Sequence[Event]) -> bool:
    """Return whether somebody has signed a valid edition: nothing may replace it unasked.

    What signing anew has set aside does not count.
    """
    editions = set(valid_editions(events))
    return any(
        not one.is_formal and one.edition in editions and set_aside_by(one.event, events) is None
        for one in renditions(events)
    )


def as_read(event: Event, files: Iterable[SealedFile] | None = None) -> tuple[SealedFile, ...]:
    """Return an event's files, documents with the SHA-256 they have in a reader's hands.

    That of an encrypted document is taken before encryption; its size stays
    that of what is stored.

    :param files: only these of the event's.
    """
    said = read_as(event, OnRecord)
    digests = said.concealment.documents if said is not None and said.concealment else {}
    if not digests:
        return event.files if files is None else tuple(files)
    return tuple(
        replace(file, sha256=digests[name])
        if (name := PurePosixPath(file.path).name) in digests
        else file
        for file in (event.files if files is None else files)
    )


def edition_of(event: Event) -> int | None:
    """Return which edition an event issued, or what it sealed is of; None if of none.

    What cannot be read is of none: that is told by ``verify`` and must stop
    nobody from reading the record.
    """
    said = read(event)
    if isinstance(said, EditionIssued):
        return said.edition.number
    return said.of_edition if isinstance(said, (OnEdition, VoidRequested)) else None


def valid_editions(events: Sequence[Event]) -> Iterator[int]:
    """Yield the editions that no correction has replaced, newest first.

    A stage adds to what was signed, such as the day of signing, and leaves it
    valid; an amendment or another revision does not.
    """
    for event in reversed(events):
        said = read(event)
        if isinstance(said, EditionIssued):
            yield said.edition.number
            if not isinstance(said, StageAdded):
                return


def signing_edition(events: Sequence[Event]) -> int | None:
    """Return the newest valid edition that was signed electronically, or begun anew."""
    acts = (read(event) for event in events)
    touched = {act.of_edition for act in acts if isinstance(act, (PdfSigned, SigningBegunAnew))}
    return next((one for one in valid_editions(events) if one in touched), None)


def signatures(events: Sequence[Event], edition: int) -> tuple[Event, ...]:
    """Return what signed an edition electronically, in order, since signing last began anew."""
    own = [one for one in events if edition_of(one) == edition]
    begun = max((one.index for one in own if read_as(one, SigningBegunAnew)), default=-1)
    return tuple(one for one in own if read_as(one, PdfSigned) and one.index > begun)


def signed_until(events: Sequence[Event], event: Event) -> tuple[Event, ...]:
    """Return the signatures that the file of an event bears: its own, and those before it."""
    edition = edition_of(event)
    until = [one for one in events if one.index <= event.index]
    return signatures(until, edition) if edition is not None else ()


def set_aside_by(event: Event, events: Sequence[Event]) -> Event | None:
    """Return what had signing begin anew on the edition after this signature; None if nothing.

    Paper that was signed stays what it is.
    """
    said = read(event)
    if not isinstance(said, (PdfSigned, SigningBegunAnew)):
        return None
    later = (one for one in events if one.index > event.index and read_as(one, SigningBegunAnew))
    return next((one for one in later if edition_of(one) == said.of_edition), None)


def in_place_of(event: Event, events: Sequence[Event]) -> Event | None:
    """Return the signature of the same party that came after it was set aside; None if none did."""
    begun, signed = set_aside_by(event, events), read_as(event, PdfSigned)
    if begun is None or signed is None:
        return None
    for one in events:
        instead = read_as(one, PdfSigned) if one.index > begun.index else None
        if instead is not None and (instead.party, instead.of_edition) == (
            signed.party,
            signed.of_edition,
        ):
            return one
    return None


def original_event(events: Sequence[Event], parties: int) -> Event | None:
    """Return what sealed the signed original that counts: the last signature, or the newest scan.

    None while no valid edition is signed by everyone.

    :param parties: how many the form has sign electronically.
    """
    editions = list(valid_editions(events))
    begun = signing_edition(events)
    electronic = signatures(events, begun) if begun is not None else ()
    signed = {act.party for one in electronic if (act := read_as(one, PdfSigned)) is not None}
    if electronic and len(signed) == parties:
        return electronic[-1]
    return next((one for one in reversed(events) if _is_paper(one, editions)), None)


def _is_paper(event: Event, editions: Sequence[int]) -> bool:
    """Return whether an event filed a whole document, signed on paper, of one of the editions."""
    said = read_as(event, PaperFiled)
    return said is not None and said.slip is None and said.of_edition in editions


def _newest(events: Sequence[Event]) -> int:
    return next(valid_editions(events))

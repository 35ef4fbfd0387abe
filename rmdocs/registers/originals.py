"""The signed original of a record, told from its events alone, whatever its files are.

Signed are those pages that somebody put ink or a certificate to. An edition
that a correction replaced takes its signatures along: what counts is told of
the editions that still stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    EditionIssued,
    OnEdition,
    PaperFiled,
    PdfSigned,
    SigningBegunAnew,
    StageAdded,
    VoidRequested,
)

if TYPE_CHECKING:
    from rmdocs.store.event import Event


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

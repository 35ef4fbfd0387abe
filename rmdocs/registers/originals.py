"""The signed original of a record, told from its events alone, whatever its files are.

Signed are those pages that somebody put ink or a certificate to. An edition
that a correction replaced takes its signatures along: what counts is told of
the editions that still stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmdocs.store.event import Event

SIGN, SCAN = "sign", "scan"
AGAIN = "sign-again"
"""That signing begins anew on an edition: what was signed of it before counts no more."""

STAGE = "stage"
NAMED, SUFFICIENT = "named", frozenset({"party", "signatory"})
"""Fact of a signature: whom its certificate names; and whom it has to name, unless a
reason is sealed with it. Signatures of earlier versions do not say: nobody had asked."""

EDITION, SLIP = "of_edition", "slip"
"""Facts: which edition a rendition is of; which slip of its form it shows, if not all."""


def edition_of(event: Event) -> int | None:
    """Return which edition an event issued, or what it sealed is of; None if of none.

    A fact of another type is of none: that is told by ``verify`` and must stop
    nobody from reading the record.
    """
    edition = event.facts.get("edition", event.facts.get(EDITION))
    return edition if isinstance(edition, int) else None


def valid_editions(events: Sequence[Event]) -> Iterator[int]:
    """Yield the editions that no correction has replaced, newest first.

    A stage adds to what was signed, such as the day of signing, and leaves it
    valid; an amendment or another revision does not.
    """
    for event in reversed(events):
        edition = event.facts.get("edition")
        if edition is not None:
            yield edition
            if event.kind != STAGE:
                return


def signing_edition(events: Sequence[Event]) -> int | None:
    """Return the newest valid edition that was signed electronically, or begun anew."""
    touched = {event.facts.get(EDITION) for event in events if event.kind in {SIGN, AGAIN}}
    return next((one for one in valid_editions(events) if one in touched), None)


def signatures(events: Sequence[Event], edition: int) -> tuple[Event, ...]:
    """Return what signed an edition electronically, in order, since signing last began anew."""
    own = [one for one in events if one.facts.get(EDITION) == edition]
    begun = max((one.index for one in own if one.kind == AGAIN), default=-1)
    return tuple(one for one in own if one.kind == SIGN and one.index > begun)


def signed_until(events: Sequence[Event], event: Event) -> tuple[Event, ...]:
    """Return the signatures that the file of an event bears: its own, and those before it."""
    edition = edition_of(event)
    until = [one for one in events if one.index <= event.index]
    return signatures(until, edition) if edition is not None else ()


def set_aside_by(event: Event, events: Sequence[Event]) -> Event | None:
    """Return what had signing begin anew on the edition after this signature; None if nothing.

    Paper that was signed stays what it is.
    """
    if event.kind not in {SIGN, AGAIN}:
        return None
    edition = event.facts.get(EDITION)
    later = (one for one in events if one.kind == AGAIN and one.index > event.index)
    return next((one for one in later if one.facts.get(EDITION) == edition), None)


def in_place_of(event: Event, events: Sequence[Event]) -> Event | None:
    """Return the signature of the same party that came after it was set aside; None if none did."""
    begun = set_aside_by(event, events)
    if begun is None or event.kind != SIGN:
        return None
    same = ("party", EDITION)
    later = (one for one in events if one.kind == SIGN and one.index > begun.index)
    wanted = [event.facts.get(name) for name in same]
    return next((one for one in later if [one.facts.get(name) for name in same] == wanted), None)


def original_event(events: Sequence[Event], parties: int) -> Event | None:
    """Return what sealed the signed original that counts: the last signature, or the newest scan.

    None while no valid edition is signed by everyone.

    :param parties: how many the form has sign electronically.
    """
    editions = list(valid_editions(events))
    begun = signing_edition(events)
    electronic = signatures(events, begun) if begun is not None else ()
    if electronic and len({one.facts.get("party") for one in electronic}) == parties:
        return electronic[-1]
    return next((one for one in reversed(events) if _is_paper(one, editions)), None)


def _is_paper(event: Event, editions: Sequence[int]) -> bool:
    """Return whether an event filed a whole document, signed on paper, of one of the editions."""
    return event.kind == SCAN and SLIP not in event.facts and event.facts.get(EDITION) in editions

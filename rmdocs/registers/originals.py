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
STAGE = "stage"
EDITION, SLIP = "of_edition", "slip"
"""Facts: which edition a rendition is of; which slip of its form it shows, if not all."""


def edition_of(event: Event) -> int | None:
    """Return which edition an event issued, or what it sealed is of; None if of none.

    A fact of another type is of none: that is told by ``verify`` and must stop
    nobody from reading the record.
    """
    edition = event.facts.get("edition", event.facts.get(EDITION))
    return edition if isinstance(edition, int) else None


def standing_editions(events: Sequence[Event]) -> Iterator[int]:
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


def original_event(events: Sequence[Event], parties: int) -> Event | None:
    """Return what sealed the signed original that counts: the last signature, or the newest scan.

    None while no standing edition is signed by everyone.

    :param parties: how many the form has sign electronically.
    """
    editions = list(standing_editions(events))
    made = [event for event in events if event.kind == SIGN]
    found = ([one for one in made if one.facts.get(EDITION) == edition] for edition in editions)
    electronic: list[Event] = next(filter(None, found), [])
    if electronic and len({one.facts.get("party") for one in electronic}) == parties:
        return electronic[-1]
    return next((one for one in reversed(events) if _is_paper(one, editions)), None)


def _is_paper(event: Event, editions: Sequence[int]) -> bool:
    """Return whether an event filed a whole document, signed on paper, of one of the editions."""
    return event.kind == SCAN and SLIP not in event.facts and event.facts.get(EDITION) in editions

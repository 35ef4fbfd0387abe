"""How people, digests and reasons are written into the cells of a register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.messages import Text, Verbatim, message

if TYPE_CHECKING:
    from rmdocs.store.event import Event

_SHORT = 12

SIGNERS: tuple[Text, ...] = (message("Prepared by"), message("Reviewed by"), message("Date"))
"""Who signs under a printed register."""

_REASONS = {
    "approved by key": message("approved by key"),
    "adopted from paper": message("adopted from paper"),
}


def who(name: str, staff_no: str) -> str:
    """Return a person as a cell shows them: name, and staff number if there is one."""
    return f"{name} {staff_no}".strip()


def actor(event: Event | None) -> str | None:
    """Return who did an act; None where nobody did."""
    return None if event is None else who(event.actor.name, event.actor.staff_no)


def short(digest: str) -> str:
    """Return as much of a SHA-256 as a person compares."""
    return digest[:_SHORT]


def reason(text: str) -> Text:
    """Return the reason of an event, the program's own in the reader's language."""
    return _REASONS.get(text, Verbatim(text))

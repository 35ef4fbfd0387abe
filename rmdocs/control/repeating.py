"""Drafts that come back as they were when they were sent back.

Nobody is kept from submitting one, but reviewer and approver are told, with
what was said against it. The cover and the revision table of a new request
differ from the old one's whatever the author did; they count as unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.canonical import sha256
from rmdocs.findings import warning
from rmdocs.forms.reading import read_toml
from rmdocs.lifecycle import RevisionAct
from rmdocs.messages import message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from rmdocs.findings import Finding
    from rmdocs.registers.changes import ChangeRegister, ChangeRequest, Draft
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_COVER = frozenset({"revision", "effective", "prepared", "reviewed", "approved"})
_HISTORY = "history"


def repeated(changes: ChangeRegister, change: ChangeRequest, zone: tzinfo) -> Finding | None:
    """Return what is to be told of a draft that was sent back as it is, or None.

    :param zone: in which days are told.
    """
    if change.draft is None:
        return None
    now = _substance(changes.head, change.draft)
    earlier = [
        (request, event)
        for request in changes.of(change.request.document)
        for draft, event in request.sent_back
        if (request.number, draft.serial) != (change.number, change.draft.serial)
        and _substance(changes.head, draft) == now
    ]
    if not earlier:
        return None
    return _told(*earlier[-1], zone)


def _told(request: ChangeRequest, event: Event, zone: tzinfo) -> Finding:
    said = {
        "change": request.number,
        "name": event.actor.name,
        "on": event.day_in(zone),
        "reason": event.reason,
    }
    returned = event.kind == RevisionAct.RETURN.value
    return warning(
        "DRAFT-UNCHANGED",
        "draft",
        message("the draft is just as {name} returned it on {on}: “{reason}”", **said)
        if returned
        else message(
            "but for its cover the draft is just as {name} rejected it in {change} on {on}:"
            " “{reason}”",
            **said,
        ),
        message("ask its author what became of that before you sign"),
        clause="ISO 9001 §7.5.2",
    )


def _substance(head: Head, draft: Draft) -> Mapping[str, object]:
    """Return what a draft holds, by file, without what only its request says."""
    held: dict[str, object] = {}
    for name in head.list(draft.directory):
        data = head.read(f"{draft.directory}/{name}") or b""
        held[name] = _without_cover(data, name) if name.endswith(".toml") else sha256(data)
    return held


def _without_cover(manifest: bytes, name: str) -> Mapping[str, object]:
    said = {key: value for key, value in read_toml(manifest, name).items() if key != _HISTORY}
    return {
        key: {name: item for name, item in value.items() if name not in _COVER}
        if isinstance(value, dict)
        else value
        for key, value in said.items()
    }

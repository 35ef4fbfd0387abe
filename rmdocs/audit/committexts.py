"""What a commit says of its events to who looks with git alone: subject line and trailers.

Both follow from the events. Here they are made again, to be compared with what a commit says:
nothing that plain git shows may say another act than was sealed (F16, F20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.events import control as acts
from rmdocs.events import copies
from rmdocs.events.facts import EventFacts, Unknown, Unreadable
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    OnEdition,
    OnRecord,
    PaperFiled,
    PdfMade,
    PdfSigned,
    RecordAmended,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    RequestRejected,
    SigningBegunAnew,
    StageAdded,
    VoidRequested,
)
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.changerequests import CHANGES, REQUEST_NAME
from rmdocs.registers.regenerations import PLAN_NAME, REGENERATIONS
from rmdocs.store.commits import said

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.store.event import Event

Read = Callable[[str], bytes | None]
"""Returns a file of the ref as the commit holds it, by its path."""

_Told = tuple[str, Mapping[str, str]]


def expected(events: Sequence[Event], read_file: Read) -> str | None:
    """Return what the commit of a call's events says; None where only a newer rmdocs knows.

    :param events: of the call, by index; more than fit in one commit all bear the same text.
    """
    told = [read(event) for event in events]
    if not events or any(isinstance(one, (Unknown, Unreadable)) for one in told):
        return None
    try:
        if isinstance(told[-1], OnRecord) and _is_record(events[-1].subject):
            found = _on_record(events, told)
        else:
            found = _in_control(events, told, read_file)
    except (*UNREADABLE, LookupError):
        return None
    return None if found is None else said(*found)


def _is_record(subject: str) -> bool:
    try:
        RecordNumber.parse(subject)
    except UNREADABLE:
        return False
    return True


def _span(events: Sequence[Event]) -> str:
    first, last = events[0].subject, events[-1].subject
    return first if first == last else f"{first}..{last}"


def _on_record(events: Sequence[Event], told: Sequence[EventFacts]) -> _Told | None:  # noqa: PLR0911 - one line a kind
    number, last = events[-1].subject, told[-1]
    plain = {"Event": last.kind, "Number": number}
    match last:
        case RecordIssued():
            numbers = _span(events)
            form = str(RecordNumber.parse(number).series.form)
            return f"Issue {numbers}", {"Event": last.kind, "Form": form, "Number": numbers}
        case RecordRegenerated():
            numbers, under = _span(events), last.under
            return f"Regenerate {numbers} on {under.revision}", {
                "Event": last.kind,
                "Form": f"{under.form} {under.revision}",
                "Number": numbers,
                "Run": last.run,
            }
        case StageAdded():
            return f"Add {last.stage} to {number}", plain
        case RecordAmended():
            return f"Amend {number}", plain
        case VoidRequested():
            return f"Ask to void {number}", {**plain, "Request": str(last.request)}
        case RecordVoided():
            request = {"Request": str(last.decides.request)} if last.decides is not None else {}
            return f"Void {number}", {**plain, **request}
        case RequestRejected():
            request = {"Request": str(last.decides.request)}
            return f"Reject {last.decides.request}", {**plain, **request}
        case RecordDisposed():
            return f"Dispose of {len(events)} record(s), {last.certificate}", {
                "Event": last.kind,
                "Number": "\n".join(event.subject for event in events),
                "Certificate": str(last.certificate),
            }
        case OnEdition():
            return _on_edition(number, last, plain)
    return None


def _on_edition(number: str, last: OnEdition, plain: Mapping[str, str]) -> _Told | None:
    edition = last.of_edition
    match last:
        case PdfMade():
            return f"Render {number} edition {edition}", plain
        case PdfSigned():
            subject = f"Sign {number} edition {edition} as {last.party}"
            return subject, {**plain, "Party": last.party}
        case SigningBegunAnew():
            return f"Begin signing {number} edition {edition} anew", plain
        case PaperFiled():
            what = f"{last.slip} slip" if last.slip else "scan"
            return f"File {what} of {number} edition {edition}", plain
    return None


def _in_control(  # noqa: C901, PLR0911, PLR0912 - one line a kind
    events: Sequence[Event], told: Sequence[EventFacts], read_file: Read
) -> _Told | None:
    subject, first, last = events[-1].subject, told[0], told[-1]
    kinds = "\n".join(one.kind for one in told)
    verb = first.kind.capitalize()
    match first:
        case acts.StoreFounded():
            return f"Found the {first.purpose} records store", {"Event": first.kind}
        case acts.UnitEntered():
            unit = _json(events[0], read_file)
            text = f"Enter unit {unit['code']} {unit['name']}"
            return text, {"Event": first.kind, "Unit": subject}
        case acts.PersonEntered():
            person = _json(events[0], read_file)
            who = f"{person['name']} ({person['staff_no']})"
            text = f"Enter that {who} has left" if "left" in person else f"Enter {who}"
            return text, {"Event": first.kind, "Person": subject}
        case acts.CustomerEntered():
            return f"Enter customer {subject}", {"Event": first.kind, "Customer": subject}
        case acts.EntryRequested():
            request = str(first.request)
            return f"Ask for {request}", {"Event": first.kind, "Request": request}
        case acts.PolicyEntered() | acts.YearEntered() if first.decides is not None:
            request = str(first.decides.request)
            return f"Approve {request}", {"Event": first.kind, "Request": request}
        case RequestRejected():
            request = str(first.decides.request)
            return f"Reject {request}", {"Event": first.kind, "Request": request}
        case acts.OnChange():
            change = canonical.decode(read_file(f"{CHANGES}/{first.change}/{REQUEST_NAME}") or b"")
            document = f"{change['document']} {change['to']}"
            return f"{verb} {document} ({first.change})", {
                "Event": kinds,
                "Document": document,
                "Change": str(first.change),
            }
        case acts.OnRevision():
            return f"{verb} {subject}", {"Event": first.kind, "Document": subject}
        case acts.VolumeOpened():
            return f"Open volume {subject}", {"Event": first.kind, "Volume": subject}
        case acts.SeriesClosed():
            return f"Close series {subject}", {"Event": first.kind, "Series": subject}
        case acts.RegenerationBegun() | acts.RegenerationEnded():
            run = subject.removeprefix("regeneration ")
            text = f"End regeneration {run}"
            if isinstance(last, acts.RegenerationBegun):
                plan = canonical.decode(read_file(f"{REGENERATIONS}/{run}/{PLAN_NAME}") or b"")
                text = f"Begin regeneration {run} of {plan['form']}"
            return text, {"Event": kinds, "Run": run}
        case copies.OnCopy():
            numbers = [event.subject for event in events]
            more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
            verb = first.kind.removeprefix("copy-").capitalize()
            return f"{verb} copy {numbers[0]}{more}", {
                "Event": "\n".join(dict.fromkeys(one.kind for one in told)),
                "Copy": "\n".join(numbers),
            }
        case acts.HoldPlaced() | acts.HoldLifted() | acts.OnDisposal():
            return f"{verb} {subject}", {"Event": kinds, "Subject": subject}
    return None


def _json(event: Event, read_file: Read) -> JsonObject:
    value: JsonObject = canonical.decode(read_file(event.files[0].path) or b"")
    return value

"""What a commit says of its events to who looks with git alone: subject line and trailers.

Both follow from the events. Who seals takes them from here, and ``verify`` compares what commits
say: nothing that plain git shows may say another act than was sealed (F16, F20).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.events import control as acts
from rmdocs.events import copies, keys
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
    from rmdocs.store.protocol import Facts, Head, NewEvent

Read = Callable[[str], bytes | None]
"""Returns a file of the ref as the commit holds it, by its path."""

CommitText = tuple[str, Mapping[str, str]]
"""The subject line and the trailers; a value of several lines becomes several trailers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """Events that are sealed together.

    :param paths: of the first file of each; empty where it has none.
    """

    told: Sequence[Facts]
    subjects: Sequence[str]
    paths: Sequence[str]
    read_file: Read

    @property
    def span(self) -> str:
        first, last = self.subjects[0], self.subjects[-1]
        return first if first == last else f"{first}..{last}"

    def json(self, path: str) -> JsonObject:
        value: JsonObject = canonical.decode(self.read_file(path) or b"")
        return value


def commit_text(new_events: Sequence[NewEvent], head: Head | None) -> CommitText:
    """Return what the commit of new events says.

    :param head: of the ref that they go on; None where they begin it.
    :raises StoreError: if what they go on from cannot be read.
    :raises LookupError: for a kind of which nothing is said.
    """
    files = {file.path: file.data for new_event in new_events for file in new_event.files}

    def read_file(path: str) -> bytes | None:
        found = files.get(path)
        return found if found is not None or head is None else head.read(path)

    return _text(
        _Call(
            told=[new_event.facts for new_event in new_events],
            subjects=[new_event.subject for new_event in new_events],
            paths=[_first(new_event.paths) for new_event in new_events],
            read_file=read_file,
        )
    )


def expected_text(events: Sequence[Event], read_file: Read) -> str | None:
    """Return what the commit of a call's events says; None where only a newer rmdocs knows.

    :param events: of the call, by index; more than fit in one commit all bear the same text.
    """
    told: list[EventFacts] = [read(event) for event in events]
    if not events or any(isinstance(one, (Unknown, Unreadable)) for one in told):
        return None
    call = _Call(
        told=told,
        subjects=[event.subject for event in events],
        paths=[_first(file.path for file in event.files) for event in events],
        read_file=read_file,
    )
    try:
        return said(*_text(call))
    except (RmdocsError, LookupError, TypeError, ValueError):
        return None  # what they hold cannot be read: told where it is


def _first(paths: Iterable[str]) -> str:
    return next(iter(paths), "")


def _text(call: _Call) -> CommitText:
    # Of several acts on a record the last gives the name, of several in control the first.
    last = call.told[-1]
    if isinstance(last, OnEdition):
        found = _on_edition(call, last)
    elif isinstance(last, OnRecord) and _is_record(call.subjects[-1]):
        found = _on_record(call, last)
    else:
        first = call.told[0]
        found = _in_register(call, first) or _of_two(call, first) or _in_control(call, first)
    if found is None:
        raise LookupError(type(last).__name__)
    return found


def _is_record(subject: str) -> bool:
    try:
        RecordNumber.parse(subject)
    except RmdocsError:
        return False
    return True


def _on_record(call: _Call, last: OnRecord) -> CommitText | None:
    number = call.subjects[-1]
    text = ""
    trailers = {"Event": last.kind, "Number": number}
    match last:
        case RecordIssued():
            text = f"Issue {call.span}"
            form = str(RecordNumber.parse(number).series.form)
            trailers = {"Event": last.kind, "Form": form, "Number": call.span}
        case RecordRegenerated():
            text = f"Regenerate {call.span} on {last.under.revision}"
            trailers = {
                "Event": last.kind,
                "Form": f"{last.under.form} {last.under.revision}",
                "Number": call.span,
                "Run": last.run,
            }
        case StageAdded():
            text = f"Add {last.stage} to {number}"
        case RecordAmended():
            text = f"Amend {number}"
        case VoidRequested():
            text = f"Ask to void {number}"
            trailers["Request"] = str(last.request)
        case RecordVoided():
            text = f"Void {number}"
            if last.decides is not None:
                trailers["Request"] = str(last.decides.request)
        case RequestRejected():
            text = f"Reject {last.decides.request}"
            trailers["Request"] = str(last.decides.request)
        case RecordDisposed():
            text = f"Dispose of {len(call.subjects)} record(s), {last.certificate}"
            trailers["Number"] = "\n".join(call.subjects)
            trailers["Certificate"] = str(last.certificate)
    return (text, trailers) if text else None


def _on_edition(call: _Call, last: OnEdition) -> CommitText | None:
    number, edition = call.subjects[-1], last.of_edition
    text = ""
    trailers = {"Event": last.kind, "Number": number}
    match last:
        case PdfMade():
            text = f"Render {number} edition {edition}"
        case PdfSigned():
            text = f"Sign {number} edition {edition} as {last.party}"
            trailers["Party"] = last.party
        case SigningBegunAnew():
            text = f"Begin signing {number} edition {edition} anew"
        case PaperFiled():
            what = f"{last.slip} slip" if last.slip else "scan"
            text = f"File {what} of {number} edition {edition}"
    return (text, trailers) if text else None


def _in_register(call: _Call, first: Facts) -> CommitText | None:
    subject = call.subjects[-1]
    match first:
        case acts.UnitEntered():
            unit = call.json(call.paths[0])
            text, kept = f"Enter unit {unit['code']} {unit['name']}", "Unit"
        case acts.PersonEntered():
            person = call.json(call.paths[0])
            who = f"{person['name']} ({person['staff_no']})"
            text, kept = (
                f"Enter that {who} has left" if "left" in person else f"Enter {who}",
                "Person",
            )
        case acts.CustomerEntered():
            text, kept = f"Enter customer {subject}", "Customer"
        case keys.KeyRevoked() if first.decides is None:
            subject = str(first.staff_no)
            text, kept = f"Revoke a key of {subject}", "Person"
        case keys.ActsConfirmed():
            subject = str(first.staff_no)
            text, kept = f"Confirm {len(first.acts)} act(s) of {subject}", "Person"
        case _:
            return None
    return text, {"Event": first.kind, kept: subject}


def _of_two(call: _Call, first: Facts) -> CommitText | None:
    """Return what is said where one asks and another decides, in control."""
    match first:
        case acts.EntryRequested():
            verb, request = "Ask for", first.request
        case acts.EntryApproved() if first.decides is not None:
            verb, request = "Approve", first.decides.request
        case RequestRejected():
            verb, request = "Reject", first.decides.request
        case acts.OnChange():
            change = call.json(f"{CHANGES}/{first.change}/{REQUEST_NAME}")
            document = f"{change['document']} {change['to']}"
            return f"{first.kind.capitalize()} {document} ({first.change})", {
                "Event": _kinds(call),
                "Document": document,
                "Change": str(first.change),
            }
        case _:
            return None
    return f"{verb} {request}", {"Event": first.kind, "Request": str(request)}


def _in_control(call: _Call, first: Facts) -> CommitText | None:
    subject = call.subjects[-1]
    text, trailers = "", {"Event": _kinds(call)}
    match first:
        case acts.StoreFounded():
            text, trailers = f"Found the {first.purpose} records store", {"Event": first.kind}
        case acts.OnRevision():
            text, trailers["Document"] = f"{first.kind.capitalize()} {subject}", subject
        case acts.VolumeOpened():
            text, trailers["Volume"] = f"Open volume {subject}", subject
        case acts.SeriesClosed():
            text, trailers["Series"] = f"Close series {subject}", subject
        case acts.RegenerationBegun() | acts.RegenerationEnded():
            run = trailers["Run"] = subject.removeprefix("regeneration ")
            text = f"End regeneration {run}"
            if isinstance(call.told[-1], acts.RegenerationBegun):
                plan = call.json(f"{REGENERATIONS}/{run}/{PLAN_NAME}")
                text = f"Begin regeneration {run} of {plan['form']}"
        case copies.OnCopy():
            more = f" and {len(call.subjects) - 1} more" if len(call.subjects) > 1 else ""
            verb = first.kind.removeprefix("copy-").capitalize()
            text = f"{verb} copy {call.subjects[0]}{more}"
            trailers = {
                "Event": "\n".join(dict.fromkeys(_kinds(call).split("\n"))),
                "Copy": "\n".join(call.subjects),
            }
        case acts.HoldPlaced() | acts.HoldLifted() | acts.OnDisposal():
            text, trailers["Subject"] = f"{first.kind.capitalize()} {subject}", subject
    return (text, trailers) if text else None


def _kinds(call: _Call) -> str:
    return "\n".join(one.kind for one in call.told)

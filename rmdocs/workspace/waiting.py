"""What waits for somebody to act: drafts, and what one person asked another to approve.

Each is listed for who may do what comes next, and for nobody who had a part in it;
a reader who is nobody in particular sees all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.control.covers import repeated
from rmdocs.control.requestkinds import KINDS
from rmdocs.forms.tomltables import read_toml
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message
from rmdocs.registers.approvalrequests import (
    ControlRequests,
    waiting_request,
)
from rmdocs.registers.changerequests import ChangeRegister, ChangeStatus
from rmdocs.registers.copies import CopyRegister, CopyStatus
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.due import DueItem
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.records import read_folder
from rmdocs.workspace.revisions import KINDS as DOCUMENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.changerequests import ChangeRequest
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event
    from rmdocs.workspace.opening import Workspace


_NEXT: dict[ChangeStatus, tuple[Text, str, str]] = {
    ChangeStatus.DRAFTING: (message("finish and submit the draft"), "revision.submit", "prepared"),
    ChangeStatus.RETURNED: (message("put the returned draft right"), "revision.submit", "prepared"),
    ChangeStatus.SUBMITTED: (message("review the draft"), "revision.review", "reviewed"),
    ChangeStatus.REVIEWED: (message("approve the draft"), "revision.approve", "approved"),
}
"""What comes next, the act of the policy that it is, and whom of the cover it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What comes next for an open change.

    :param what: in words. :param act: of the policy.
    :param people: who may do it, by role, part and cover.
    """

    what: Text
    act: str
    people: tuple[Person, ...]


def next_step(workspace: Workspace, change: ChangeRequest) -> NextStep:
    """Return what comes next for an open change, and who may do it."""
    what, act, place = _NEXT[change.change_status]
    people = (one for one in workspace.registry.staff.people() if one.left is None)
    able = tuple(one for one in people if _is_next(workspace, one, change, act, place))
    return NextStep(what=what, act=act, people=able)


def waiting(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    """Yield what waits for a person, drafts first.

    :param person: None for whoever may act.
    """
    yield from _changes(workspace, person)
    yield from _control(workspace, person)
    yield from _records(workspace, person)
    yield from _disposals(workspace, person)
    yield from _copies(workspace, person)


def _changes(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    control = workspace.registry.control
    register, zone = ChangeRegister(head=control), zone_of(control)
    for change in register.all():
        if not change.is_open:
            continue
        what, act, place = _NEXT[change.change_status]
        if not _is_next(workspace, person, change, act, place):
            continue
        request = change.request
        found = repeated(register, change, zone)
        yield DueItem(
            key=f"{request.number}-{change.change_status}",
            on=request.effective,
            near=change.events[-1].day_in(zone),
            what=what,
            number=f"{request.document} {request.to_revision}",
            subject=request.reason,
            place=str(request.number),
            note=None if found is None else found.message,
            roles=frozenset(workspace.registry.policy.acts[act]),
            opinion=True,
        )


def _is_next(
    workspace: Workspace, person: Person | None, change: ChangeRequest, act: str, place: str
) -> bool:
    """Return whether the person may do what comes next, by role, part and cover."""
    if person is None:
        return True
    if act == "revision.submit":
        return change.proposed.actor.staff_no == str(person.staff_no)
    others = [event for event in (change.submitted, change.reviewed) if event is not None]
    named = _named(workspace, change, place)
    return _may(workspace, person, act, *others) and (not named or fold(named) == fold(person.name))


def _named(workspace: Workspace, change: ChangeRequest, place: str) -> str:
    """Return whom the cover of a draft names; empty if nobody."""
    kind, draft = DOCUMENT_KINDS[change.request.base], change.draft
    path = "" if draft is None else f"{draft.directory}/{kind.manifest}"
    data = workspace.registry.control.read(path) if path else None
    cover = read_toml(data, kind.manifest).get(kind.table, {}) if data is not None else {}
    return str(cover.get(place, "")) if isinstance(cover, dict) else ""


def _control(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    for request in ControlRequests(workspace.registry.control).all():
        kind = KINDS.get(request.act)
        if (
            request.waits
            and kind is not None
            and _may(workspace, person, kind.approves, request.asked)
        ):
            yield _asked(workspace, request)


def _records(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    for record in workspace.index.find(Query(asked_only=True)):
        number = RecordNumber.parse(record.number)
        head = workspace.store.head(number.volume.ref)
        folder = None if head is None else read_folder(head, number)
        request = None if folder is None else waiting_request(folder)
        if folder is None or request is None:
            continue  # it was decided since the index was read
        form = workspace.registry.form_revision(number.series.form, folder.revision).form
        if person is None or (
            person.roles & set(form.roles.void_approve)
            and str(person.unit) == record.unit
            and not _took_part(person, request.asked)
        ):
            yield _asked(workspace, request, record.unit, record.customer)


def _asked(
    workspace: Workspace,
    request: ApprovalRequest,
    unit: str = "",
    customer: str = "",
) -> DueItem:
    asked = request.asked
    item = _item(str(request.number), asked, request.reason, workspace.registry.zone)
    return replace(item, unit=unit, customer=customer)


def _disposals(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    control = workspace.registry.control
    for disposal in DisposalRegister(head=control).all():
        asked = disposal.proposed
        if disposal.status is DisposalStatus.PROPOSED and _may(
            workspace, person, "disposition.approve", asked
        ):
            yield _item(str(disposal.number), asked, asked.reason, zone_of(control))


_OF_HOLDERS: dict[CopyStatus, Text] = {
    CopyStatus.ISSUED: message("sign for the controlled copy"),
    CopyStatus.RECALLED: message("give the controlled copy back"),
}
"""What the holder of a copy has to do about it."""


def _copies(workspace: Workspace, person: Person | None) -> Iterator[DueItem]:
    zone = workspace.registry.zone
    for copy in CopyRegister(head=workspace.registry.control).all():
        holder, what = copy.holder.staff_no, _OF_HOLDERS.get(copy.status)
        if holder is None or what is None or (person is not None and person.staff_no != holder):
            continue
        last = copy.events[-1]
        item = _item(str(copy.number), last, last.reason, zone)
        note = message("revision {revision}", revision=copy.terms.revision)
        yield replace(item, what=what, manager_no=str(holder), manager=copy.holder.name, note=note)


def _may(workspace: Workspace, person: Person | None, act: str, *parts: Event) -> bool:
    """Return whether the person may do an act, having had no part in what came before."""
    if person is None:
        return True
    roles = set(workspace.registry.policy.acts[act])
    return bool(person.roles & roles) and not _took_part(person, *parts)


def _took_part(person: Person | None, *parts: Event) -> bool:
    mine = "" if person is None else str(person.staff_no)
    return any(event.actor.staff_no == mine for event in parts)


def _item(number: str, asked: Event, reason: str, zone: tzinfo) -> DueItem:
    """Return what was asked for as something to decide; no day is set for that."""
    on = asked.day_in(zone)
    return DueItem(
        key=number,
        on=None,
        near=on,
        what=message("approve or reject what was asked for"),
        number=number,
        subject=reason,
        note=message("asked for by {name} on {on}", name=asked.actor.name, on=on),
    )

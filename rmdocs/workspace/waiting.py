"""What waits for somebody to act: drafts, and what one person asked another to approve.

Each is listed for who may do what comes next, and for nobody who had a part in it;
a reader who is nobody in particular sees all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rmdocs.characters import fold
from rmdocs.control.covers import repeated
from rmdocs.control.requesting import KINDS as CONTROL_KINDS
from rmdocs.forms.tomltables import read_toml
from rmdocs.identifiers import RecordNumber, Revision
from rmdocs.messages import Text, message
from rmdocs.registers.changes import ChangeRegister, ChangeStatus
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.index import Query
from rmdocs.registers.lists.due import DueItem
from rmdocs.registers.records import read_folder
from rmdocs.registers.requests import ControlRequests, waiting_request
from rmdocs.registers.zone import zone_of
from rmdocs.workspace.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from rmdocs.registers.changes import ChangeRequest
    from rmdocs.registers.people import Person
    from rmdocs.registers.requests import ApprovalRequest
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
class Waiting:
    """What waits in a workspace for a person.

    :param person: None for whoever may act.
    """

    workspace: Workspace
    person: Person | None

    def items(self) -> Iterator[DueItem]:
        """Yield what waits, drafts first."""
        yield from self._changes()
        yield from self._control()
        yield from self._records()
        yield from self._disposals()

    def _changes(self) -> Iterator[DueItem]:
        control = self.workspace.registry.control
        register, zone = ChangeRegister(head=control), zone_of(control)
        for change in register.all():
            if not change.is_open:
                continue
            what, act, place = _NEXT[change.change_status]
            if not self._is_next(change, act, place):
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
            )

    def _is_next(self, change: ChangeRequest, act: str, place: str) -> bool:
        """Return whether the person may do what comes next, by role, part and cover."""
        if self.person is None:
            return True
        if act == "revision.submit":
            return change.proposed.actor.staff_no == str(self.person.staff_no)
        others = [event for event in (change.submitted, change.reviewed) if event is not None]
        named = self._named(change, place)
        return self._may(act, *others) and (not named or fold(named) == fold(self.person.name))

    def _named(self, change: ChangeRequest, place: str) -> str:
        """Return whom the cover of a draft names; empty if nobody."""
        kind, draft = KINDS[change.request.base], change.draft
        path = "" if draft is None else f"{draft.directory}/{kind.manifest}"
        data = self.workspace.registry.control.read(path) if path else None
        cover = read_toml(data, kind.manifest).get(kind.table, {}) if data is not None else {}
        return str(cover.get(place, "")) if isinstance(cover, dict) else ""

    def _control(self) -> Iterator[DueItem]:
        for request in ControlRequests(self.workspace.registry.control).all():
            kind = CONTROL_KINDS.get(request.act)
            if request.waits and kind is not None and self._may(kind.approves, request.asked):
                yield self._asked(request)

    def _records(self) -> Iterator[DueItem]:
        work = self.workspace
        for record in work.index.find(Query(asked_only=True)):
            number = RecordNumber.parse(record.number)
            head = work.store.head(number.volume.ref)
            folder = None if head is None else read_folder(head, number)
            request = None if folder is None else waiting_request(folder)
            if folder is None or request is None:
                continue  # it was decided since the index was read
            form = work.registry.form_revision(
                number.series.form, Revision.parse(folder.revision)
            ).form
            person = self.person
            if person is None or (
                person.roles & set(form.roles.void_approve)
                and str(person.unit) == record.unit
                and not self._took_part(request.asked)
            ):
                yield self._asked(request, record.unit, record.customer)

    def _asked(self, request: ApprovalRequest, unit: str = "", customer: str = "") -> DueItem:
        asked = request.asked
        item = _item(str(request.number), asked, request.reason, self.workspace.registry.zone)
        return replace(item, unit=unit, customer=customer)

    def _disposals(self) -> Iterator[DueItem]:
        control = self.workspace.registry.control
        for disposal in DisposalRegister(head=control).all():
            asked = disposal.proposed
            if disposal.status is DisposalStatus.PROPOSED and self._may(
                "disposition.approve", asked
            ):
                yield _item(str(disposal.number), asked, asked.reason, zone_of(control))

    def _may(self, act: str, *parts: Event) -> bool:
        """Return whether the person may do an act, having had no part in what came before."""
        if self.person is None:
            return True
        roles = set(self.workspace.registry.policy.acts[act])
        return bool(self.person.roles & roles) and not self._took_part(*parts)

    def _took_part(self, *parts: Event) -> bool:
        mine = "" if self.person is None else str(self.person.staff_no)
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

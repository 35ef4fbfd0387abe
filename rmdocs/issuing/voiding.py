"""Declaring a record void: one person asks, another of the unit approves.

The record keeps its number, reason and both people for ever. Until it is
approved it stands as it did; once it has changed, the request has lapsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import lifecycle
from rmdocs.control.actingperson import require_own_unit, require_reason, require_role
from rmdocs.control.requesting import (
    decision,
    is_own,
    require_none_waits,
    require_second,
    require_waiting,
)
from rmdocs.events.records import OnRecord, RecordVoided, RequestRejected, VoidRequested
from rmdocs.issuing.afterissue import opened_record
from rmdocs.messages import message
from rmdocs.registers.approvalrequests import (
    ApprovalRequest,
    next_number,
    record_requests,
    unknown_request,
)
from rmdocs.registers.records import read_folder
from rmdocs.store.protocol import NewEvent

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber, RequestNumber
    from rmdocs.issuing.afterissue import Opened
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.staff import Person

_ASKS, _APPROVES = "record.void", "record.void_approve"


def ask_to_void(
    registry: Registry, number: RecordNumber, reason: str, acting: ActingPerson
) -> ApprovalRequest:
    """Ask for a record to be declared void; it waits for a second person.

    :raises ControlError: if the record or the actor does not allow it, no
        reason is given, or a request about the record waits already.
    """
    require_reason(reason)
    with opened_record(registry, number, acting) as record:
        require_may_ask(record.folder, record.released.form, acting.person)
        earlier = record_requests(record.folder)
        require_none_waits(earlier, registry.zone)
        request = next_number(str(number), earlier)
        facts = VoidRequested(
            rules=registry.policy.rules_named,
            request=request,
            act=RecordVoided.KIND,
            of_edition=record.folder.current.number,
        )
        return _sealed(record, facts, request, reason)


def require_may_ask(folder: RecordFolder, form: Form, person: Person) -> None:
    """Refuse to ask for a void of a record whose status does not allow it, or to whom may not.

    :raises ControlError: naming the rule.
    """
    lifecycle.require_voidable(folder.status(form))
    roles = (*form.roles.issue, *form.roles.void_approve)
    require_role(person, roles, message("void {form}", form=form.number))
    require_own_unit(person, folder.unit.code)


def require_may_approve(folder: RecordFolder, form: Form, person: Person) -> None:
    """Refuse to approve a void to whom may not.

    :raises ControlError: naming the rule.
    """
    act = message("approve a void of {form}", form=form.number)
    require_role(person, form.roles.void_approve, act)
    require_own_unit(person, folder.unit.code)


def approve_void(
    registry: Registry, request: RequestNumber, acting: ActingPerson
) -> ApprovalRequest:
    """Approve a request: its record is void from now on, for the reason asked for.

    :raises ControlError: if the record or the actor does not allow it, the
        actor asked for it, or the request does not wait any more.
    :raises KeyAbsentError: if the record is encrypted and its key is not here.
    """
    number = _record(request)
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        found = require_waiting(_found(record, request), registry.zone)
        lifecycle.require_voidable(record.folder.status(form))
        if record.folder.encrypted:
            record.folder.require_content()
        require_may_approve(record.folder, form, acting.person)
        require_second(registry.policy, found, acting, _ASKS, _APPROVES)
        facts = RecordVoided(
            rules=registry.policy.rules_named,
            decides=decision(found),
            approver=acting.person.name,
        )
        return _sealed(record, facts, request, found.reason)


def reject_void(
    registry: Registry, request: RequestNumber, reason: str, acting: ActingPerson
) -> ApprovalRequest:
    """Reject a request, or withdraw one's own: its record stands as it did.

    :raises ControlError: if the actor may not, gives no reason, or the request
        does not wait any more.
    """
    require_reason(reason)
    number = _record(request)
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        found = require_waiting(_found(record, request), registry.zone)
        if not is_own(found, acting):
            act = message("reject a request about {form}", form=form.number)
            acting.require_role(form.roles.void_approve, act)
        acting.require_unit(record.unit.code)
        facts = RequestRejected(rules=registry.policy.rules_named, decides=decision(found))
        return _sealed(record, facts, request, reason)


def _record(request: RequestNumber) -> RecordNumber:
    if request.record is None:
        raise unknown_request(request)
    return request.record


def _found(record: Opened, number: RequestNumber) -> ApprovalRequest:
    found = next((one for one in record_requests(record.folder) if one.number == number), None)
    if found is None:
        raise unknown_request(number)
    return found


def _sealed(
    record: Opened, facts: OnRecord, request: RequestNumber, reason: str
) -> ApprovalRequest:
    """Seal an act on a record that adds nothing to it; return the request as it stands then."""
    number = record.folder.number
    new_event = NewEvent(
        facts=facts,
        subject=str(number),
        directory=number.directory,
        reason=reason.strip(),
        relied_on=record.registry.control.checkpoint,
    )
    record.acting.seal(record.branch, (record.concealed(new_event),))
    after = read_folder(record.branch.require_head(), number)
    return next(one for one in record_requests(after) if one.number == request)

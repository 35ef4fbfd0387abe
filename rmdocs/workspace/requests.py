"""What one person asks for and another approves: asked, looked at, approved, rejected."""

from __future__ import annotations

from datetime import timedelta
from difflib import unified_diff
from typing import TYPE_CHECKING

from rmdocs.control.requesting import (
    approve_request,
    ask,
    kind_of,
    own_request,
    reject_request,
    require_waiting,
)
from rmdocs.control.requestkinds import KINDS, YEAR, announced
from rmdocs.control.revoking import REVOCATION
from rmdocs.control.staff import write_signers
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.findings import Finding, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing import voiding
from rmdocs.messages import by_command, message
from rmdocs.registers.approvalrequests import (
    ControlRequests,
    RequestStatus,
    record_requests,
    refused_request,
    unknown_request,
)
from rmdocs.registers.indexfile import Query
from rmdocs.registers.officetime import CALENDAR, year_toml
from rmdocs.registers.records import find_folder, read_folder

if TYPE_CHECKING:
    from rmdocs.identifiers import RequestNumber
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.staff import Person
    from rmdocs.workspace.opening import Workspace


_TOLD = timedelta(days=60)
"""How long somebody is told what was rejected."""


def void(workspace: Workspace, number: RecordNumber, reason: str) -> ApprovalRequest:
    """Ask for a record to be declared void.

    Two people: another one, who may, approves it with a key of their own (ISO 9001 §5.3).

    :param reason: why, in a person's words; it is sealed.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or the record has ended or
        is asked for already.
    """
    return voiding.ask_to_void(workspace.registry, number, reason, workspace.acting())


def enter(workspace: Workspace, act: str, data: bytes, reason: str) -> ApprovalRequest:
    """Ask for a file to be entered in control.

    :param act: what of control, one of ``control.requestkinds.KINDS``.
    :param data: the file, as it is to be entered.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or the same is asked for
        already.
    :raises FindingsError: with everything wrong in the file.
    """
    with workspace.act() as acting:
        return ask(workspace.store, KINDS[act], data, reason, acting)


def get(workspace: Workspace, number: RequestNumber) -> ApprovalRequest:
    """Return a request as it stands.

    :raises ControlError: if there is none with that number.
    """
    if number.record is None:
        return ControlRequests(workspace.registry.control).get(number)
    head = workspace.store.head(number.record.volume.ref)
    if head is None:
        raise unknown_request(number)
    requests = record_requests(read_folder(head, number.record))
    found = next((one for one in requests if one.number == number), None)
    if found is None:
        raise unknown_request(number)
    return found


def summary(workspace: Workspace, number: RecordNumber) -> tuple[str, str]:
    """Return whom and what a record is about: its customer and its subject, as lists show them."""
    workspace.registry.catalogue.catch_up()
    found = workspace.index.get(number)
    return (found.customer, found.subject) if found is not None else ("", "")


def refused(workspace: Workspace) -> list[ApprovalRequest]:
    """Return what whoever acts asked for lately and others rejected, the last one first.

    Of a record only what was asked for last, while nothing else has happened to it since.
    """
    person = workspace.person()
    if person is None:
        return []
    mine = str(person.staff_no)
    workspace.registry.catalogue.catch_up()
    found = [*ControlRequests(workspace.registry.control).all()]
    for record in workspace.index.find(Query(refused_to=mine)):
        number = RecordNumber.parse(record.number)
        request = refused_request(find_folder(workspace.store, number))
        found += [] if request is None else [request]
    since = workspace.now() - _TOLD
    refused = [
        one
        for one in found
        if one.asked.actor.staff_no == mine
        and one.status is RequestStatus.REJECTED
        and one.decided is not None
        and one.decided.time >= since
    ]
    return sorted(refused, key=lambda one: str(one.decided and one.decided.time), reverse=True)


def not_to_approve(workspace: Workspace, request: ApprovalRequest) -> RmdocsError | None:
    """Return why whoever acts may not approve a request; None if they may.

    :raises UsageError: if nobody acts.
    """
    person = workspace.require_person()
    try:
        require_waiting(request, workspace.registry.zone)
        if request.number.record is not None:
            _require_may_approve(workspace, request.number.record, person)
        else:
            approves = kind_of(request, KINDS).approves
            workspace.registry.policy.require_person(person, approves)
        if request.asked.actor.staff_no == str(person.staff_no):
            raise own_request(request)
    except RmdocsError as problem:
        return problem
    return None


def not_to_reject(workspace: Workspace, request: ApprovalRequest) -> RmdocsError | None:
    """Return why whoever acts may neither reject a request nor take it back; None if they may.

    :raises UsageError: if nobody acts.
    """
    own = request.asked.actor.staff_no == str(workspace.require_person().staff_no)
    return None if own and request.waits else not_to_approve(workspace, request)


def _require_may_approve(workspace: Workspace, number: RecordNumber, person: Person) -> None:
    folder = find_folder(workspace.store, number)
    form = workspace.registry.form_revision(number.series.form, folder.revision)
    voiding.require_may_approve(folder, form.form, person)


def changes(workspace: Workspace, request: ApprovalRequest) -> tuple[str, ...]:
    """Return what a request changes in a file of control, as lines with - and +."""
    if request.number.record is not None:
        return ()
    control = workspace.registry.control
    data, kind = ControlRequests(control).file(request), kind_of(request, KINDS)
    before = kind.in_force(control, data).decode().splitlines()
    lines = unified_diff(before, data.decode().splitlines(), n=0, lineterm="")
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))


def approve(workspace: Workspace, number: RequestNumber) -> ApprovalRequest:
    """Approve a request with one's own key: what was asked for is done.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not or asked for it, or it does not wait any more.
    :raises FindingsError: if what was asked for cannot be done as things stand now.
    """
    if number.record is not None:
        return voiding.approve_void(workspace.registry, number, workspace.acting())
    request = approve_request(workspace.store, number, KINDS, workspace.acting())
    workspace.refresh()
    if request.act == REVOCATION.act:
        write_signers(workspace.store, workspace.registry.control)
    return request


def reject(workspace: Workspace, number: RequestNumber, reason: str) -> ApprovalRequest:
    """Reject a request, or withdraw one's own: nothing is done.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or it does not wait any more.
    """
    if number.record is not None:
        return voiding.reject_void(workspace.registry, number, reason, workspace.acting())
    with workspace.act() as acting:
        return reject_request(workspace.store, number, reason, KINDS, acting)


def calendar_warning(workspace: Workspace) -> tuple[Finding, ...]:
    """Return a warning if the working days of this year are not entered; nothing else."""
    year = workspace.today().year
    if workspace.registry.calendars.of(year):
        return ()
    told = message(
        "the working days of {year} are not in the calendar: Monday to Friday count", year=year
    )
    remedy = by_command(
        message("have them entered"),
        message("rmdocs calendar fill {year} --reason TEXT", year=year),
    )
    return (warning("CALENDAR-MISSING", f"{CALENDAR} {year}", told, remedy),)


def fill_calendar(
    workspace: Workspace, year: int, reason: str, notice: str = ""
) -> ApprovalRequest:
    """Ask for what the State Council announced of a year to be entered.

    :param notice: the number of the notice it goes by.
    :raises UsageError: if the library that is installed does not know the year.
    :raises ControlError: if the actor may not, or the calendar says so already.
    """
    known = announced(year)
    if known is None:
        raise UsageError(
            message("the working days of {year} are not announced yet", year=year),
            by_command(
                message(
                    "once they are, have the calendar package brought up to date, then try again"
                ),
                "pip install --upgrade chinesecalendar",
            ),
        )
    arrangement, source = known
    data = year_toml(arrangement, f"{notice} ({source})" if notice else source)
    return enter(workspace, YEAR.act, data, reason)

"""What one person asks for and another approves: asked, looked at, approved, rejected."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from rmdocs.control.requesting import (
    KINDS,
    approve_request,
    ask,
    kind_of,
    reject_request,
)
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing import voiding
from rmdocs.registers.records import read_folder
from rmdocs.registers.requests import ControlRequests, record_requests, unknown_request

if TYPE_CHECKING:
    from rmdocs.identifiers import RequestNumber
    from rmdocs.registers.requests import ApprovalRequest
    from rmdocs.workspace.opening import Workspace


def void(workspace: Workspace, number: RecordNumber, reason: str) -> ApprovalRequest:
    """Ask for a record to be declared void."""
    return voiding.ask_to_void(workspace.registry, number, reason, workspace.acting())


def enter(workspace: Workspace, act: str, data: bytes, reason: str) -> ApprovalRequest:
    """Ask for a file to be entered in control.

    :param act: what of control, one of ``control.kinds.KINDS``.
    """
    request = ask(workspace.store, KINDS[act], data, reason, workspace.acting())
    workspace.refresh()
    return request


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
    """Approve a request with one's own key: what was asked for is done."""
    if number.record is not None:
        return voiding.approve_void(workspace.registry, number, workspace.acting())
    request = approve_request(workspace.store, number, KINDS, workspace.acting())
    workspace.refresh()
    return request


def reject(workspace: Workspace, number: RequestNumber, reason: str) -> ApprovalRequest:
    """Reject a request, or withdraw one's own: nothing is done."""
    if number.record is not None:
        return voiding.reject_void(workspace.registry, number, reason, workspace.acting())
    request = reject_request(workspace.store, number, reason, KINDS, workspace.acting())
    workspace.refresh()
    return request

"""Requests of a workspace: what waits for a second person, and deciding it."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from rmdocs.control.requesting import KINDS, approve_request, ask, kind_of, reject_request
from rmdocs.issuing import voiding
from rmdocs.registers.records import read_folder
from rmdocs.registers.requests import ControlRequests, record_requests, unknown_request

if TYPE_CHECKING:
    from rmdocs.identifiers import RecordNumber, RequestNumber
    from rmdocs.registers.requests import Request
    from rmdocs.workspace.opening import Workspace


class Requests:
    """Asking, looking at what is asked, approving, rejecting."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def void(self, number: RecordNumber, reason: str) -> Request:
        """Ask for a record to be declared void."""
        work = self._workspace
        return voiding.ask_to_void(work.office, number, reason, work.acting())

    def enter(self, act: str, data: bytes, reason: str) -> Request:
        """Ask for a file to be entered in control.

        :param act: what of control, one of ``control.kinds.KINDS``.
        """
        work = self._workspace
        request = ask(work.store, KINDS[act], data, reason, work.acting())
        work.reopen()
        return request

    def get(self, number: RequestNumber) -> Request:
        """Return a request as it stands.

        :raises ControlError: if there is none with that number.
        """
        work = self._workspace
        if number.record is None:
            return ControlRequests(work.office.control).get(number)
        head = work.store.head(number.record.volume.ref)
        if head is None:
            raise unknown_request(number)
        requests = record_requests(read_folder(head, number.record))
        found = next((one for one in requests if one.number == number), None)
        if found is None:
            raise unknown_request(number)
        return found

    def changes(self, request: Request) -> tuple[str, ...]:
        """Return what a request changes in a file of control, as lines with - and +."""
        if request.number.record is not None:
            return ()
        control = self._workspace.office.control
        data, kind = ControlRequests(control).file(request), kind_of(request, KINDS)
        before = kind.in_force(control, data).decode().splitlines()
        lines = unified_diff(before, data.decode().splitlines(), n=0, lineterm="")
        return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))

    def approve(self, number: RequestNumber) -> Request:
        """Approve a request with one's own key: what was asked for is done."""
        work = self._workspace
        if number.record is not None:
            return voiding.approve_void(work.office, number, work.acting())
        request = approve_request(work.store, number, KINDS, work.acting())
        work.reopen()
        return request

    def reject(self, number: RequestNumber, reason: str) -> Request:
        """Reject a request, or withdraw one's own: nothing is done."""
        work = self._workspace
        if number.record is not None:
            return voiding.reject_void(work.office, number, reason, work.acting())
        request = reject_request(work.store, number, reason, KINDS, work.acting())
        work.reopen()
        return request

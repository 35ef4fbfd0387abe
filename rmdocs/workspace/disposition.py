"""Holds, retention and disposition in a workspace: who acts, when, and the lists.

The procedure is ``disposition``'s; what the ledger holds is told by the
registers of holds and disposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.disposition import holding, proposing
from rmdocs.disposition.approving import approve_disposal
from rmdocs.disposition.lists import certificate_report, disposals_report, holds_report
from rmdocs.disposition.proposing import Wanted
from rmdocs.disposition.schedule import Due, due_records, due_report
from rmdocs.events.control import Outcome
from rmdocs.findings import NOTHING
from rmdocs.messages import message
from rmdocs.registers.catalogue import unread_findings
from rmdocs.registers.disposals import DisposalRegister
from rmdocs.registers.holds import HoldRegister
from rmdocs.registers.index import Query
from rmdocs.workspace.places import drop_old_index

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.identifiers import DisposalNumber, HoldNumber, RecordNumber
    from rmdocs.messages import Text
    from rmdocs.registers.disposals import Disposal
    from rmdocs.registers.holds import Held, Hold
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace


class Disposition:
    """Holds and disposals, for whoever acts in a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def place_hold(self, held: Held, kind: str, reason: str) -> Hold:
        """Place a hold; see :func:`~rmdocs.disposition.holding.place_hold`."""
        work = self._workspace
        hold = holding.place_hold(work.store, held, kind, reason, work.acting())
        work.reopen()
        return hold

    def lift_hold(self, number: HoldNumber, reason: str) -> Hold:
        """Lift a hold; see :func:`~rmdocs.disposition.holding.lift_hold`."""
        work = self._workspace
        hold = holding.lift_hold(work.store, number, reason, work.acting())
        work.reopen()
        return hold

    def holds(self, *, lifted: bool = True, on: date | None = None) -> Report:
        """Return the register of holds, as it is or as it was at the end of a day.

        :param lifted: those lifted too.
        """
        register = HoldRegister(
            head=self._workspace.office.control, until=self._workspace.end_of(on)
        )
        holds = register.all() if lifted else iter(register.standing())
        return holds_report(
            holds,
            self._workspace.office.zone,
            on or self._workspace.today(),
            self._organisation(),
        )

    def due(self, on: date | None = None, form: str = "", unit: str = "") -> Report:
        """Return the due list as of a day; today unless given."""
        day = on or self._workspace.today()
        due = list(self._due(day, form, unit))
        return due_report(due, day, self._organisation(), self.unread(form, unit))

    def unread(self, form: str = "", unit: str = "") -> list[Finding]:
        """Return what is told of records of which nobody here can say how long they are kept."""
        told = message("how long they are kept is not known, and they are not listed")
        return unread_findings(self._workspace.index.unread(Query(form=form, unit=unit)), told)

    def due_numbers(
        self, outcome: Outcome = Outcome.DESTROY, form: str = "", unit: str = ""
    ) -> list[RecordNumber]:
        """Return the records due today with which that can be done."""
        return [
            one.number
            for one in self._due(self._workspace.today(), form, unit)
            if one.pending is None
            and (outcome is Outcome.KEEP or not one.held)
            and (outcome is not Outcome.DESTROY or one.destroyable)
        ]

    def propose(self, numbers: Iterable[RecordNumber], wanted: Wanted, reason: str) -> Disposal:
        """Propose a disposal; see :func:`~rmdocs.disposition.proposing.propose_disposal`."""
        work = self._workspace
        disposal = proposing.propose_disposal(work.office, numbers, wanted, reason, work.acting())
        work.reopen()
        return disposal

    def approve(self, number: DisposalNumber) -> Disposal:
        """Approve a disposal and carry it out, or finish one that was interrupted."""
        work = self._workspace
        drop_old_index(work.root)
        disposal = approve_disposal(work.office, number, work.acting())
        work.reopen()
        return disposal

    def reject(self, number: DisposalNumber, reason: str) -> Disposal:
        """Reject a disposal, or withdraw one's own."""
        work = self._workspace
        disposal = proposing.reject_disposal(work.store, number, reason, work.acting())
        work.reopen()
        return disposal

    def disposals(self, on: date | None = None) -> Report:
        """Return the register of appraisal and destruction, as it is or was on a day."""
        register = DisposalRegister(
            head=self._workspace.office.control, until=self._workspace.end_of(on)
        )
        day = on or self._workspace.today()
        return disposals_report(
            register.all(), self._workspace.office.zone, day, self._organisation()
        )

    def certificate(self, number: DisposalNumber) -> Report:
        """Return a disposal with its list: the certificate once it is certified."""
        office = self._workspace.office
        disposal = DisposalRegister(head=office.control).get(number)
        return certificate_report(disposal, office.zone, self._organisation())

    def _due(self, day: date, form: str, unit: str) -> Iterator[Due]:
        for one in due_records(self._workspace.office, day):
            series = one.number.series
            if form in {"", str(series.form)} and unit in {"", str(series.unit)}:
                yield one

    def _organisation(self) -> Text:
        """Return whose registers these are, where all forms agree on it."""
        office = self._workspace.office
        names = {}
        for number in office.forms.numbers():
            release = office.forms.releases(number)[-1]
            text = office.forms.load(release).form.organisation
            names[text.zh] = text
        return next(iter(names.values())) if len(names) == 1 else NOTHING

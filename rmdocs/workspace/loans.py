"""Loans of a ledger that lack their notice: each with the record it makes, begun and issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.intake.candidates import Candidate
from rmdocs.intake.typed import write
from rmdocs.issuing.checking import check_all
from rmdocs.issuing.issue import issue_all, not_of_unit
from rmdocs.workspace import drafts, due

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.maturities import Maturity
    from rmdocs.registers.lists.due import DueItem
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan that lacks its notice.

    :param row: its row in the ledger, counted from 1.
    :param item: as it stands on the list of what is due.
    :param form: of the notice. :param record: the notice, as far as the ledger gives it.
    :param checked: the notice as it was checked; its errors are all that keeps it from
        being issued.
    """

    row: int
    item: DueItem
    form: Form
    record: JsonObject
    checked: CheckedCandidate

    @property
    def is_ready(self) -> bool:
        """Return whether its notice can be issued."""
        return self.checked.ready is not None


def lacking(
    workspace: Workspace, wanted: due.Wanted
) -> tuple[tuple[Loan, ...], tuple[Finding, ...]]:
    """Return the loans that lack their notice, by unit, manager and day, and what is told.

    :param wanted: the ledger, and which of its loans.
    :raises FindingsError: if the ledger cannot be read at all.
    """
    found, findings = due.maturities(workspace, wanted)
    candidates = [
        Candidate(
            source=one.made.row.source,
            row=one.made.row.number,
            value=one.made.record,
            findings=one.made.findings,
            # What the ledger lacks is told as such, and not once more as what the form misses.
            unread=frozenset({"$"}) if has_errors(one.made.findings) else frozenset(),
        )
        for one in found
    ]
    checked = check_all(workspace.registry, candidates, workspace.today())
    loans = [_loan(workspace, *pair) for pair in zip(found, checked, strict=True)]
    loans.sort(key=lambda one: (one.item.unit, one.item.manager_no, str(one.item.on), one.row))
    return tuple(loans), tuple(findings)


def begin(workspace: Workspace, loan: Loan) -> str:
    """Begin the notice of a loan by what the ledger gives; return the name of its draft."""
    said = {name: value for name, value in loan.record.items() if name != "form"}
    return drafts.enter(workspace, loan.form.number, write(drafts.fields_of(loan.form), said))


def issue(workspace: Workspace, loans: Sequence[Loan]) -> tuple[RecordNumber, ...]:
    """Issue the notices of loans, all or none; return their numbers, also of those there already.

    :raises FindingsError: if one of them cannot be.
    :raises ControlError: if the actor may not.
    """
    batch = issue_all(workspace.registry, [one.checked for one in loans], workspace.acting())
    if batch.refused:
        raise FindingsError(batch.refused[0].findings)
    return tuple(one.number for one in batch.issued)


def _loan(workspace: Workspace, one: Maturity, checked: CheckedCandidate) -> Loan:
    person = workspace.person()
    if checked.ready is not None and person is not None:
        other = not_of_unit(checked.ready, person)
        checked = checked.refused([other]) if other is not None else checked
    return Loan(
        row=one.made.row.number,
        item=due.item_of(one),
        form=one.form,
        record=one.made.record,
        checked=checked,
    )

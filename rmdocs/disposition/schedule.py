"""The retention schedule, applied: how long a record is kept, and what need not be any longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.events.control import DispositionAction
from rmdocs.findings import NOTHING, Finding
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import Joined, Text, message
from rmdocs.records.summary import Keeping, keeping, summarise
from rmdocs.registers.disposals import DisposalRegister
from rmdocs.registers.holds import HoldRegister, hold_kind_name
from rmdocs.registers.indexfile import Query
from rmdocs.reports.report import Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.disposals import Disposal
    from rmdocs.registers.holds import Hold
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.records import RecordFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long a record is kept, and what it says that disposition must know.

    :param uscc: its customer's code; empty where it has none.
    """

    form: Form
    keeping: Keeping
    uscc: str


def kept(registry: Registry, folder: RecordFolder) -> Kept:
    """Return how long a record is kept.

    :raises ControlError: if it was disposed of.
    :raises KeyAbsentError: if its key is not here.
    :raises FindingsError: if its form's expressions have no value for it.
    """
    form = registry.form_revision(folder.form, folder.revision).form
    names = registry.calendars.printed(folder, form).names
    return Kept(form=form, keeping=keeping(form, names), uscc=summarise(form, names).uscc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A record that need not be kept any longer.

    :param due: the first day of that.
    :param holds: the holds it is under.
    :param held_by_form: whether its own content forbids disposing of it.
    :param destroyable: whether its content is encrypted, and so can be destroyed.
    :param pending: the disposal it is in already, or None.
    """

    number: RecordNumber
    customer: str
    basis: str
    years: int
    due: date
    holds: tuple[Hold, ...]
    held_by_form: bool
    destroyable: bool
    pending: Disposal | None

    @property
    def held(self) -> bool:
        """Return whether it may not be disposed of for the time being."""
        return bool(self.holds) or self.held_by_form

    @property
    def remedy(self) -> Text:
        """Return what can be done with it."""
        if self.pending is not None:
            return message("decide {disposal}", disposal=self.pending.number)
        if self.held:
            return message("keep: it is held")
        if self.destroyable:
            return message("destroy, transfer or keep longer")
        return message("transfer or keep longer")


def due_records(registry: Registry, on: date) -> Iterator[Due]:
    """Yield the records that need not be kept any longer on a day, by number.

    Records that were transferred, or are kept longer by a disposal until a
    later day, are not among them.
    """
    registry.catalogue.catch_up()
    registry.catalogue.require_readable()
    holds = HoldRegister(head=registry.control).unlifted()
    disposals = DisposalRegister(head=registry.control)
    decided, pending = disposals.decided(), disposals.open_ones()
    for record in registry.index.find(Query(due=on.isoformat())):
        last = decided.get(record.number)
        if last is None or _is_due_again(last, on):
            yield _due(registry, record, holds, pending.get(record.number))


def due_report(
    records: Iterable[Due],
    on: date,
    organisation: Text = NOTHING,
    lacks: Iterable[Finding] = (),
) -> Report:
    """Return the due list (到期档案清单) as a table.

    :param lacks: what is told of records whose contents cannot be read.
    """
    return Report(
        name="due",
        title=message("Records due for disposition"),
        columns=(
            Column(name="number", title=message("number"), width=27),
            Column(name="customer", title=message("customer"), width=26),
            Column(name="years", title=message("years kept"), kind=ColumnKind.NUMBER, width=8),
            Column(name="basis", title=message("basis"), width=14),
            Column(name="due", title=message("due since"), kind=ColumnKind.DATE, width=12),
            Column(name="holds", title=message("held by"), width=16),
            Column(name="destroyable", title=message("destroyable"), width=8),
            Column(name="remedy", title=message("what can be done"), width=18),
        ),
        rows=tuple(
            (
                str(one.number),
                one.customer,
                one.years,
                one.basis,
                one.due,
                Joined(tuple(_holds(one))),
                message("yes") if one.destroyable else message("no"),
                one.remedy,
            )
            for one in records
        ),
        as_of=on,
        organisation=organisation,
        lacks=tuple(one.message for one in lacks),
        signatures=(message("appraised by"), message("approved by")),
    )


def _is_due_again(last: Disposal, on: date) -> bool:
    until = last.proposal.until
    return last.proposal.outcome is DispositionAction.KEEP and until is not None and until <= on


def _due(
    registry: Registry, record: IndexedRecord, holds: tuple[Hold, ...], pending: Disposal | None
) -> Due:
    number = RecordNumber.parse(record.number)
    form = registry.form_revision(
        DocumentNumber.parse(record.form), Revision.parse(record.revision)
    ).form
    return Due(
        number=number,
        customer=record.customer,
        basis=form.retention.basis,
        years=record.years,
        due=date.fromisoformat(record.due),
        holds=tuple(hold for hold in holds if hold.held.covers(number, record.uscc)),
        held_by_form=record.held,
        destroyable=record.encrypted,
        pending=pending,
    )


def _holds(one: Due) -> Iterator[Text]:
    for hold in one.holds:
        yield message("{hold} {kind}", hold=hold.number, kind=hold_kind_name(hold.kind))
    if one.held_by_form:
        yield message("its form")

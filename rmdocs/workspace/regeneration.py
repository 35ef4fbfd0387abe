"""Regenerating records in a workspace, and trying a revision before its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.files import File
from rmdocs.forms.revision import FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.language.expression import Expression
from rmdocs.regeneration import reports
from rmdocs.regeneration import run as carrying
from rmdocs.regeneration.plan import (
    NOTHING_GIVEN,
    Given,
    Plan,
    Progress,
    RegenerationOutcome,
    make_plan,
)
from rmdocs.regeneration.trial import NEWEST, Tried, try_records, try_sample
from rmdocs.registers.regenerations import RegenerationRegister, RegenerationRun

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def plan(  # noqa: PLR0913 - each is an option of the command
    workspace: Workspace,
    number: DocumentNumber,
    to: Revision,
    *,
    where: str = "",
    filled: File | None = None,
    progress: Progress = _silent,
) -> Plan:
    """Return what regenerating a form's records on a revision would do.

    :param where: a condition in the language of rules.
    :param filled: a sheet in which people filled in what is missing.
    :raises ControlError: if the revision is not in force.
    :raises FindingsError: if the condition or the sheet has mistakes.
    """
    condition = Expression.compile(where) if where else None
    given, told = _given(workspace, number, to, filled)
    plan = make_plan(
        workspace.registry,
        number,
        to,
        workspace.today(),
        where=condition,
        given=given,
        progress=progress,
    )
    return replace(plan, told=told)


def run(
    workspace: Workspace, plan: Plan, *, where: str = "", progress: Progress = _silent
) -> RegenerationRun:
    """Carry a plan out, or go on with a run of it that was interrupted."""
    done = carrying.run(
        workspace.registry,
        plan,
        workspace.acting(),
        where=where,
        reason=_reason(workspace, plan),
        progress=progress,
    )
    workspace.refresh()
    return done


def plan_report(workspace: Workspace, plan: Plan) -> Report:
    """Return a plan as a report."""
    return reports.plan_report(plan, workspace.registry.forms.load(plan.to).form.organisation)


def result_report(workspace: Workspace, serial: int) -> Report:
    """Return what a run changed, document by document."""
    registry = workspace.registry
    done = RegenerationRegister(registry.control).get(serial)
    form = registry.form_revision(done.form, done.to).form
    return reports.result_report(registry, done, form.organisation)


def missing_sheet(workspace: Workspace, plan: Plan) -> bytes | None:
    """Return the sheet in which people fill in what is missing (XLSX); None if nothing is."""
    from rmdocs.intake.missing import Missing, write_missing
    from rmdocs.records.migration import missing

    form = workspace.registry.forms.load(plan.to).form
    rows = [
        Missing(
            number=one.number,
            paths=tuple(f.path for f in found),
            customer=one.customer,
            subject=one.subject,
        )
        for one in plan.of(RegenerationOutcome.BLOCKED)
        if (found := missing(one.findings))
    ]
    return write_missing(form, rows) if rows else None


def trial(workspace: Workspace, form_files: FormFiles, newest: int = NEWEST) -> Sequence[Tried]:
    """Return the sample and the newest records under a revision not yet released.

    :raises FindingsError: if the revision does not load.
    """
    from rmdocs.forms.form import Form

    form = Form.load(form_files)
    registry = workspace.registry
    records = try_records(registry, form, form_files, newest)
    return (try_sample(registry, form, form_files), *records)


def _given(
    workspace: Workspace, number: DocumentNumber, to: Revision, filled: File | None
) -> tuple[Given, tuple[Finding, ...]]:
    if filled is None:
        return NOTHING_GIVEN, ()
    from rmdocs.intake.missing import read_missing

    return read_missing(filled, workspace.registry.form_revision(number, to).form)


def _reason(workspace: Workspace, plan: Plan) -> str:
    """Return why: what the revision table says of the change."""
    form = workspace.registry.forms.load(plan.to).form
    rows = [row for row in form.history if row.revision == form.revision]
    return rows[-1].change.zh if rows else ""

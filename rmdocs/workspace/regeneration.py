"""Regenerating records in a workspace, and trying a revision before its release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, ControlError, FindingsError
from rmdocs.files import File
from rmdocs.forms.form import Form, FormFiles
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.language.expression import Expression
from rmdocs.messages import Language, by_command, message
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
from rmdocs.registers.indexfile import Query
from rmdocs.registers.regenerations import RegenerationRegister, RegenerationRun
from rmdocs.renditions.drafting import Filled, documents_today, preview_pages
from rmdocs.workspace import machine, revisions
from rmdocs.workspace.processes import MANY
from rmdocs.workspace.revisions import DESK, DRAFT, FORM, form_files

if TYPE_CHECKING:
    from rmdocs.control.covers import RevisionFiles
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
    with workspace.others(workspace.index.count(Query(form=str(number))), MANY) as executor:
        plan = make_plan(
            workspace.registry,
            number,
            to,
            workspace.today(),
            where=condition,
            given=given,
            progress=progress,
            executor=executor,
        )
    return replace(plan, told=told)


def run(
    workspace: Workspace, plan: Plan, *, where: str = "", progress: Progress = _silent
) -> RegenerationRun:
    """Carry a plan out, or go on with a run of it that was interrupted.

    :param where: the folder that its files were written to, for the record of the run.
    :param progress: told how many records of how many are done.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, or what the plan rests on has changed since.
    :raises FindingsError: if a record cannot be made anew; those before it stay as they are.
    """
    with workspace.others(plan.counts[RegenerationOutcome.REGENERATE], MANY) as executor:
        done = carrying.run(
            workspace.registry,
            plan,
            workspace.acting(),
            where=where,
            reason=_reason(workspace, plan),
            progress=progress,
            executor=executor,
        )
    workspace.refresh()
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLook:
    """A plan as somebody looks at it before they have it carried out.

    :param report: every record with what becomes of it.
    :param counts: how many records have each fate.
    :param digest: which records would get a new edition, and of what they are now; what is
        carried out later is this, or nothing.
    :param missing: the sheet in which people fill in what is missing; None if nothing is.
    :param filled: that sheet, filled in, if it was taken into account.
    :param told: what is to be told of it.
    """

    report: Report
    counts: Mapping[RegenerationOutcome, int]
    digest: str
    missing: File | None
    filled: File | None
    told: tuple[Finding, ...]


def look(
    workspace: Workspace, plan: Plan, language: Language, filled: File | None = None
) -> PlanLook:
    """Return a plan as somebody looks at it.

    :param language: of the sheet of what is missing.
    :param filled: the sheet that was filled in for it.
    """
    sheet = missing_sheet(workspace, plan, language)
    name = f"{plan.to.number}-{plan.to.revision}-missing.xlsx"
    return PlanLook(
        report=plan_report(workspace, plan),
        counts=plan.counts,
        digest=_digest(plan),
        missing=None if sheet is None else File(name=name, data=sheet),
        filled=filled,
        told=plan.told,
    )


def require_same(plan: Plan, digest: str) -> None:
    """Refuse a plan that is another by now than the one that was looked at.

    :param digest: as in :class:`PlanLook`.
    :raises ConflictError: if so.
    """
    if _digest(plan) != digest:
        raise ConflictError(
            message("records have changed since the plan was made: nothing was done"),
            message("have the plan made anew, look at it, then repeat this"),
        )


def require_complete(plan: Plan) -> None:
    """Refuse a plan with records that cannot be carried over.

    :raises FindingsError: naming what each of them lacks.
    """
    blocked = plan.of(RegenerationOutcome.BLOCKED)
    if blocked:
        raise FindingsError(
            tuple(
                replace(finding, path=f"{one.number} {finding.path}")
                for one in blocked
                for finding in one.findings
            ),
            message(
                "{count} record(s) cannot be carried over: nothing was done", count=len(blocked)
            ),
            message("fill in what is missing, or leave these records as they are"),
        )


def interrupted(workspace: Workspace, number: DocumentNumber) -> RegenerationRun | None:
    """Return the run of a form that was broken off and is to be gone on with; None if none was."""
    return RegenerationRegister(workspace.registry.control).open_for(number)


def _digest(plan: Plan) -> str:
    ready = plan.of(RegenerationOutcome.REGENERATE)
    return canonical.sha256(canonical.encode([[str(one.number), one.last] for one in ready]))


def plan_report(workspace: Workspace, plan: Plan) -> Report:
    """Return a plan as a report."""
    return reports.plan_report(plan, workspace.registry.forms.load(plan.to).form.organisation)


def result_report(workspace: Workspace, serial: int) -> Report:
    """Return what a run changed, document by document."""
    registry = workspace.registry
    done = RegenerationRegister(registry.control).get(serial)
    form = registry.form_revision(done.form, done.to).form
    return reports.result_report(registry, done, form.organisation)


def missing_sheet(workspace: Workspace, plan: Plan, language: Language) -> bytes | None:
    """Return the sheet in which people fill in what is missing (XLSX); None if nothing is.

    :param language: of its notes.
    """
    from rmdocs.intake.migrationsheet import Missing, write_missing
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
    return write_missing(form, rows, language) if rows else None


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
    from rmdocs.intake.migrationsheet import read_missing

    return read_missing(filled, workspace.registry.form_revision(number, to).form)


def _reason(workspace: Workspace, plan: Plan) -> str:
    """Return why: what the revision table says of the change."""
    form = workspace.registry.forms.load(plan.to).form
    rows = [row for row in form.history if row.revision == form.revision]
    return rows[-1].change.zh if rows else ""


SAMPLE = "sample"
_BESIDE = "-beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What became of the sample, or of one record.

    :param source: the record's number, or ``sample``.
    :param findings: why it would be refused or cannot be printed.
    :param files: PDF: each document alone, then beside today's.
    """

    source: str
    findings: tuple[Finding, ...]
    files: tuple[File, ...]


def preview(
    workspace: Workspace,
    number: DocumentNumber,
    revision: str = DESK,
    newest: int = 0,
    desk: RevisionFiles | None = None,
) -> tuple[Previewed, ...]:
    """Return the pages of a revision.

    :param revision: ``desk``, ``draft`` or X.Y.
    :param newest: how many of the newest records are printed besides the sample.
    :param desk: files that are meant by the desk, if not those in the workspace.
    :raises ControlError: if there is no such form or revision.
    :raises FindingsError: if the form cannot be read, or a document cannot be converted.
    """
    if revisions.kind_of(workspace, number) is not FORM:
        raise ControlError(
            message("{number} is no form: nothing is filled in", number=number),
            by_command(
                message("look at what changed: its text is a Word file"),
                message("rmdocs form diff {number}", number=number),
            ),
        )
    files = form_files(revisions.called_files(workspace, number, revision, desk))
    form = Form.load(files)
    tried = [try_sample(workspace.registry, form, files)]
    if newest:
        tried += try_records(workspace.registry, form, files, newest)
    today = [_sample_today(workspace, number), *(_today(workspace, one) for one in tried[1:])]
    filled = [
        Filled(source=SAMPLE if place == 0 else one.source, now=one.documents, today=then)
        for place, (one, then) in enumerate(zip(tried, today, strict=True))
    ]
    made = preview_pages(filled, form, machine.any_engine(), workspace.today())
    stem = (
        f"{number}-{form.revision}-{revision}"
        if revision in {DESK, DRAFT}
        else (f"{number}-{revision}")
    )
    pages: dict[str, list[File]] = {one.source: [] for one in filled}
    for page in made:
        name = "-".join(part for part in (stem, page.source, page.name) if part)
        pages[page.source].append(File(name=f"{name}.pdf", data=page.pdf))
        if page.beside is not None:
            pages[page.source].append(File(name=f"{name}{_BESIDE}.pdf", data=page.beside))
    return tuple(
        Previewed(source=one.source, findings=found.findings, files=tuple(pages[one.source]))
        for one, found in zip(filled, tried, strict=True)
    )


def pictures(  # noqa: PLR0913, PLR0917 - as preview
    workspace: Workspace,
    number: DocumentNumber,
    revision: str,
    newest: int,
    across: int,
    desk: RevisionFiles | None = None,
) -> tuple[File, ...]:
    """Return the pages of a revision as pictures (PNG), each document beside today's.

    As :func:`preview` makes them; of each document its PDF, and after it one picture a
    page, called as the PDF with the number of the page.

    :param across: pixels across two pages.
    """
    from rmdocs.pdf.pdfium import pictures as drawn

    made: list[File] = []
    for one in preview(workspace, number, revision, newest, desk):
        names = {file.stem for file in one.files}
        for file in one.files:
            if f"{file.stem}{_BESIDE}" in names:
                continue  # it is in the one beside today's
            made.append(file)
            half = file.stem.endswith(_BESIDE)
            pages = drawn(file.data, across if half else across // 2)
            made += [
                File(name=f"{file.stem}-{place}.png", data=page)
                for place, page in enumerate(pages, 1)
            ]
    return tuple(made)


def _sample_today(workspace: Workspace, number: DocumentNumber) -> Mapping[str, bytes]:
    """Return what the sample of the revision in force prints; nothing where none is."""
    registry = workspace.registry
    try:
        released = registry.form_in_force(number, workspace.today())
    except (ControlError, FindingsError):
        return {}
    return try_sample(registry, released.form, released.files).documents


def _today(workspace: Workspace, tried: Tried) -> Mapping[str, bytes]:
    return documents_today(workspace.registry, RecordNumber.parse(tried.source))

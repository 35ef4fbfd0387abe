"""Records: checked, issued, added to, corrected; found, shown, traced, written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.files import File
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.intake.candidates import ALL, Selection, Unread
from rmdocs.issuing import afterissue
from rmdocs.issuing.batchrendering import print_anything
from rmdocs.issuing.checking import Progress, silent
from rmdocs.issuing.issue import issue_all
from rmdocs.messages import Language, Text, message
from rmdocs.registers.catalogue import unread_findings, unreadable_findings
from rmdocs.registers.indexfile import IndexedRecord, Query
from rmdocs.workspace import machine
from rmdocs.workspace.answers import IssueOutcome, IssueResult, RefusedRows
from rmdocs.workspace.processes import MANY
from rmdocs.workspace.recordfiles import Incoming, check_files, check_read, read_files

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.audit.outside import CalledFile, PaperTrace
    from rmdocs.audit.recordview import TracedRecord
    from rmdocs.audit.trace import Trace
    from rmdocs.findings import Finding
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.issue import Issued
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that differs between two states of a record, as a person reads it.

    :param old: empty where there was none. :param new: likewise.
    """

    label: Text | str
    old: str
    new: str


def check(
    workspace: Workspace,
    files: Sequence[File | Unread],
    selection: Selection = ALL,
    progress: Progress = silent,
) -> list[CheckedCandidate]:
    """Return every record in ``files`` with its findings; nothing is written.

    :param selection: which worksheet of a workbook, and what of it.
    :param progress: told how many records of how many are checked.
    """
    found = check_files(workspace, files, selection=selection, progress=progress)
    return [one.checked for one in found]


def issue(  # noqa: PLR0913 - each is an option of the command
    workspace: Workspace,
    files: Sequence[File | Unread],
    *,
    skip_invalid: bool = False,
    again: bool = False,
    revision: Revision | None = None,
    selection: Selection = ALL,
    pdf: bool = False,
    executor: Executor | None = None,
    checking: Progress = silent,
    progress: Progress = silent,
) -> IssueResult:
    """Issue the records in ``files``: all, or none unless ``skip_invalid``.

    :param revision: of the form, as whoever issues means it.
    :param selection: which worksheet of a workbook, and what of it.
    :param pdf: whether formal PDF is wanted; nothing is numbered that cannot be printed.
    :param executor: of who checks and renders besides this process (``concurrent.futures``); if
        none is given, other processes of this machine do where it pays.
    :param checking: told how many records of how many are checked.
    :param progress: told how many records of how many are rendered.
    :raises ControlError: if nobody acts, the actor may not, or ``revision``
        is not in force.
    :raises FindingsError: if a document cannot be made.
    :raises MissingProgramError: if PDF is wanted and LibreOffice is not installed.
    """
    printable = machine.printable() if pdf else print_anything
    acting = workspace.acting()
    taken = read_files(workspace, files, selection)
    with ExitStack() as begun:
        others = executor or begun.enter_context(workspace.others(len(taken), MANY))
        read = check_read(workspace, taken, again=again, executor=others, progress=checking)
        if not skip_invalid and any(one.checked.ready is None for one in read):
            return IssueResult(outcomes=tuple(_outcome(one.checked, None) for one in read))
        ready = [one.checked for one in read if one.checked.ready is not None]
        if revision is not None:
            _require_revision(workspace, ready, revision)
        done = count(1)
        batch = issue_all(
            workspace.registry,
            ready,
            acting,
            skip_invalid=skip_invalid,
            again=again,
            progress=lambda _count: progress(next(done), len(ready)),
            printable=printable,
            executor=others,
        )
    without = {id(one.candidate): one.candidate.refused(one.findings) for one in batch.refused}
    read = [replace(one, checked=without.get(id(one.checked), one.checked)) for one in read]
    issued = {id(one.candidate): one for one in batch.issued}
    refused = [one for one in read if one.checked.ready is None] if skip_invalid else []
    outcomes = tuple(_outcome(one.checked, issued.get(id(one.checked))) for one in read)
    return IssueResult(outcomes=outcomes, refused=tuple(_refused_rows(refused)))


def _require_revision(
    workspace: Workspace, ready: Sequence[CheckedCandidate], revision: Revision
) -> None:
    """Refuse to issue under another revision than the one that was meant."""
    for form in sorted({DocumentNumber.parse(one.form) for one in ready}):
        workspace.registry.forms.require_in_force(form, revision, workspace.today())


def _outcome(checked: CheckedCandidate, issued: Issued | None) -> IssueOutcome:
    """Return what became of a record."""
    outcome = IssueOutcome(
        source=checked.source, row=checked.row, form=checked.form, findings=checked.findings
    )
    if issued is None:
        return outcome
    return replace(
        outcome,
        number=issued.number,
        edition=issued.edition,
        already=issued.already,
        files=tuple(file for file in issued.files if "/editions/" in file.path),
    )


def _refused_rows(refused: Sequence[Incoming]) -> Iterator[RefusedRows]:
    """Yield the refused rows of each file, with what is wrong with each."""
    files = {one.file.name: one.file for one in refused if isinstance(one.file, File)}
    for name, file in files.items():
        rows = tuple(
            (one.candidate, one.checked.findings)
            for one in refused
            if one.file.name == name and one.checked.row
        )
        if rows:
            yield RefusedRows(file=file, rows=rows)


def add(workspace: Workspace, number: RecordNumber, stage: str, file: File) -> afterissue.Done:
    """Add a stage to a record from a file.

    :param stage: by its name in the form, or its Chinese title.
    :param file: what the stage says: JSON or YAML.
    :raises UsageError: if nobody acts, or the form has no such stage.
    :raises ControlError: if it is not this stage's turn, or whoever acts may not write it.
    :raises FindingsError: with everything that a schema or a rule refuses.
    :raises ConflictError: if somebody else changed the record meanwhile.
    """
    from rmdocs.intake.reading import read_value

    return afterissue.add_stage(
        workspace.registry, number, stage, read_value(file).value, workspace.acting()
    )


def amend(workspace: Workspace, number: RecordNumber, file: File, reason: str) -> afterissue.Done:
    """Correct a record by the whole corrected record in a file: JSON, YAML or a sheet.

    :param reason: why, in a person's words; it is sealed.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or the record has ended.
    :raises FindingsError: with everything that a schema or a rule refuses, or if nothing changes.
    :raises ConflictError: if somebody else changed the record meanwhile.
    """
    from rmdocs.workspace.recordfiles import read_corrected

    value, told = read_corrected(workspace.registry, number, file)
    done = afterissue.amend(workspace.registry, number, value, reason, workspace.acting())
    return replace(done, findings=(*told, *done.findings))


def find(
    workspace: Workspace,
    query: Query,
    *,
    skip: int = 0,
    most: int | None = None,
    latest_first: bool = False,
) -> Iterator[IndexedRecord]:
    """Yield the records that match, by form, unit, year and serial.

    :param skip: how many of them are left out first. :param most: how many there are at most;
        all if None.
    :param latest_first: whether rather by their date and serial, the last one first.
    """
    workspace.registry.catalogue.catch_up()
    return workspace.index.find(query, skip=skip, most=most, latest_first=latest_first)


def read_in(workspace: Workspace) -> None:
    """Read what the search index does not know yet, as whoever asks it first would have to."""
    workspace.registry.catalogue.catch_up()


def count_of(workspace: Workspace, query: Query) -> int:
    """Return how many records match."""
    workspace.registry.catalogue.catch_up()
    return workspace.index.count(query)


def unmatched(workspace: Workspace, query: Query) -> list[Text]:
    """Return what of a query no record at all has, each part by itself, in a reader's words.

    So who mistyped a name is not told that nothing is there of it.
    """
    parts = (
        *(
            (Query(text=word), message("the word “{text}”", text=word))
            for word in query.text.split()
        ),
        (Query(customer=query.customer), message("the customer “{text}”", text=query.customer)),
        (Query(uscc=query.uscc), message("the credit code {text}", text=query.uscc)),
        (Query(form=query.form), message("the form {text}", text=query.form)),
        (Query(unit=query.unit), message("the unit {text}", text=query.unit)),
        (Query(rm=query.rm), message("the manager {text}", text=query.rm)),
        (Query(revision=query.revision), message("the revision {text}", text=query.revision)),
    )
    return [told for one, told in parts if one != Query() and not workspace.index.count(one)]


def unreadable(
    workspace: Workspace, query: Query, consequence: Text | None = None
) -> list[Finding]:
    """Return what :func:`find` cannot answer for: records that are lost, or whose keys are.

    :param consequence: what is not told for want of keys, if not that it was not searched.
    """
    told = consequence or message("what they say was not searched, and is not shown")
    unread = unread_findings(workspace.index.unread(query), told)
    form = DocumentNumber.parse(query.form) if query.form else None
    broken = unreadable_findings(workspace.index.unreadable(query.form))
    return [*workspace.registry.catalogue.lost(form), *broken, *unread]


def show(workspace: Workspace, number: RecordNumber, edition: int | None = None) -> TracedRecord:
    """Return a record as it stands."""
    from rmdocs.audit.recordview import show

    return show(workspace.registry, number, edition)


def differences(before: TracedRecord, after: TracedRecord) -> Iterator[Difference]:
    """Yield what one edition says otherwise than another, in the form's own words."""
    titles = [part.title for part in after.said]
    titles += [part.title for part in before.said if part.title not in titles]
    for title in titles:
        old, new = _lines(before, title), _lines(after, title)
        for place in dict.fromkeys((*old, *new)):
            was, is_now = old.get(place, ""), new.get(place, "")
            if was != is_now:
                label = message("{part} › {place}", part=title, place=place)
                yield Difference(label=label, old=was, new=is_now)


def _lines(record: TracedRecord, title: Text) -> dict[Text, str]:
    """Return what a part of a record says, by what its form calls the places."""
    return {
        place: value for part in record.said if part.title == title for place, value in part.lines
    }


def trace(workspace: Workspace, target: str | File) -> Trace:
    """Return everything known of a number, a file or a SHA-256."""
    from rmdocs.audit.trace import trace

    return trace(workspace.registry, target)


def trace_paper(workspace: Workspace, number: RecordNumber, edition: int, pin: str) -> PaperTrace:
    """Return what was sealed of the edition that a paper in somebody's hand says it is.

    :param pin: the check code (核验码) as it was typed; empty if none was.
    """
    from rmdocs.audit.outside import trace_paper

    return trace_paper(workspace.registry, number, edition, pin)


def called(workspace: Workspace, file: File) -> CalledFile | None:
    """Return the record whose document a file that is not known has the name of, if any."""
    from rmdocs.audit.outside import called

    return called(workspace.registry, file)


def export(workspace: Workspace, number: RecordNumber, edition: int | None = None) -> list[File]:
    """Return an edition's documents, as they are handed out."""
    from rmdocs.audit.recorddocuments import documents

    found = documents(workspace.registry, number, edition)
    return [File(name=name, data=data) for name, data in found]


def not_counting(
    workspace: Workspace, number: RecordNumber, edition: int | None = None
) -> tuple[Finding, ...]:
    """Return warnings if a record, or that edition of it, counts no more."""
    from rmdocs.audit.trace import superseded, voided
    from rmdocs.registers.records import find_folder

    folder = find_folder(workspace.store, number)
    return (*superseded(folder, edition or folder.current.number), *voided(folder))


def export_record(
    workspace: Workspace,
    number: RecordNumber,
    edition: int | None = None,
    *,
    sheet: Language | None = None,
) -> File:
    """Return what a record says, without its stages, as a file that ``amend`` takes.

    :param sheet: as a spreadsheet, one row, with notes in this language; as JSON if None.
    :raises ControlError: if the number or the edition was never given, or the
        record was disposed of.
    :raises KeyAbsentError: if it is encrypted and its key is not here.
    """
    from rmdocs.workspace.recordfiles import written

    return written(workspace.registry, number, edition, sheet=sheet)


def reprint(workspace: Workspace, number: RecordNumber, day: date) -> list[File]:
    """Return what was in force of a record on a day, marked as a reprint."""
    from rmdocs.audit.recorddocuments import reprint

    found = reprint(workspace.registry, number, day, workspace.today())
    return [File(name=name, data=data) for name, data in found]

"""A sheet of records somebody handed in: told row by row, a row mended as a draft.

Issued are sheets as any file: ``records.issue``. The documents of what was issued come
together, with their formal PDF if that is asked for.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake import headings
from rmdocs.intake.candidates import ALL, TABLE_SUFFIXES, Selection, refuse_kind
from rmdocs.intake.typed import understand, write
from rmdocs.intake.worksheets import read_tables
from rmdocs.issuing.issue import not_of_unit
from rmdocs.messages import message
from rmdocs.schemas.fields import split
from rmdocs.workspace import drafts, records, renditions
from rmdocs.workspace.answers import RefusedRows
from rmdocs.workspace.recordfiles import check_files

if TYPE_CHECKING:
    from rmdocs.errors import RmdocsError
    from rmdocs.files import File
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.intake.candidates import Candidate
    from rmdocs.intake.typed import Typed
    from rmdocs.workspace.opening import Workspace
    from rmdocs.workspace.recordfiles import Incoming

_NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive: the same records make the same bytes."""
_WHOLE = frozenset({"$"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A record of a sheet.

    :param row: its row, counted from 1.
    :param form: its form, as it is in force; None if it names none.
    :param customer: whom it is about, as far as it says so.
    :param findings: everything that issuing would find, for whoever acts.
    :param number: the number it has already, or None.
    :param candidate: what it says, as it was read.
    """

    row: int
    form: Form | None
    customer: str
    subject: str
    findings: tuple[Finding, ...]
    number: RecordNumber | None
    candidate: Candidate

    @property
    def is_ready(self) -> bool:
        """Return whether it would get a number."""
        return self.number is None and not has_errors(self.findings)

    @property
    def can_be_mended(self) -> bool:
        """Return whether it can be gone on with by hand: it is a record, with no number yet."""
        whole = _WHOLE & self.candidate.unread
        return self.number is None and self.form is not None and not whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOfRecords:
    """A sheet as it was read and checked.

    :param findings: why no row of it can be read; empty if they can.
    """

    file: File
    rows: tuple[SheetRow, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def ready(self) -> list[SheetRow]:
        """Return the rows that would get a number."""
        return [one for one in self.rows if one.is_ready]

    @property
    def wrong(self) -> list[SheetRow]:
        """Return the rows with mistakes."""
        return [one for one in self.rows if one.number is None and not one.is_ready]

    @property
    def refused(self) -> RefusedRows:
        """Return the rows with mistakes, to be mended in a file of their own."""
        rows = tuple((one.candidate, one.findings) for one in self.wrong)
        return RefusedRows(file=self.file, rows=rows)


def read(workspace: Workspace, file: File, selection: Selection = ALL) -> SheetOfRecords:
    """Return a sheet with what is found in each row; nothing is written.

    :param selection: which worksheet of a workbook, and what of it.
    """
    try:
        require_table(file)
    except FindingsError as problem:
        return SheetOfRecords(file=file, rows=(), findings=tuple(problem.findings))
    incoming = check_files(workspace, [file], selection=selection)
    unreadable = [one.checked.findings for one in incoming if not one.checked.row]
    if unreadable:
        return SheetOfRecords(file=file, rows=(), findings=unreadable[0])
    forms = _forms_of(workspace, incoming)
    return SheetOfRecords(file=file, rows=tuple(_row(workspace, one, forms) for one in incoming))


def require_table(file: File) -> None:
    """Refuse a file that is no table by its name.

    :raises FindingsError: if so.
    """
    if file.suffix.lower() not in TABLE_SUFFIXES:
        raise refuse_kind(file, TABLE_SUFFIXES)


def worksheets(file: File) -> tuple[str, ...]:
    """Return the names of a workbook's worksheets; none of a file that has none."""
    try:
        return tuple(one.sheet for one in read_tables(file) if one.sheet)
    except FindingsError:
        return ()


def mend(workspace: Workspace, row: SheetRow) -> str:
    """Go on with a row by hand; return the name of the draft that it becomes.

    What was refused of a cell, but would be taken if it were typed, is left empty: a number
    that the cell shows in thousands is no number of yuan.

    :raises UsageError: if it cannot be mended.
    """
    if row.form is None or not row.can_be_mended:
        raise UsageError(
            message("row {row} is no record that can be gone on with", row=row.row),
            message("mend it in the sheet, and hand that in again"),
        )
    return drafts.enter(workspace, row.form.number, _known(row.form, row.candidate))


def zipped(workspace: Workspace, numbers: Iterable[RecordNumber]) -> bytes:
    """Return the documents of records as one ZIP archive: the newest edition of each.

    Their formal PDF is among them where it was made.

    :raises ControlError: if one of them was disposed of.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in numbers:
            for file in records.export(workspace, number):
                archive.writestr(zipfile.ZipInfo(file.name, _NEW_YEAR_1980), file.data)
    return made.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmade:
    """A record of which no formal PDF was made, and why not."""

    number: RecordNumber
    problem: RmdocsError


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOfMany:
    """What came of having the formal PDF of many records made.

    :param numbers: of all of them. :param unmade: those of which none could be made.
    """

    numbers: tuple[RecordNumber, ...]
    unmade: tuple[Unmade, ...]


def make_pdf(
    workspace: Workspace,
    numbers: Sequence[RecordNumber],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> MadeOfMany:
    """Seal the formal PDF of each record of which that can be done.

    Whoever breaks it off, by what ``progress`` raises, does so between two records: what was
    made stays sealed, and is not made again.

    :raises ControlError: if whoever acts may make none at all: they have no key.
    :raises MissingProgramError: if LibreOffice is not installed.
    """
    problems = {number: renditions.not_to_make(workspace, number) for number in numbers}
    wanted = [number for number, problem in problems.items() if problem is None]
    refused = len(problems) - len(wanted)

    def told(done: int, _total: int) -> None:
        progress(refused + done, len(problems))

    told(0, 0)
    made: set[RecordNumber] = set()
    try:
        for one in renditions.each_made(workspace, wanted, told) if wanted else ():
            made.add(one.number)
    except FindingsError:
        # One that cannot be made keeps all that are made with it from being made.
        for number in wanted:
            if number not in made:
                problems[number] = _alone(workspace, number)
                made.add(number)
                told(len(made), 0)
    return MadeOfMany(
        numbers=tuple(numbers),
        unmade=tuple(
            Unmade(number=number, problem=problem)
            for number, problem in problems.items()
            if problem is not None
        ),
    )


def _alone(workspace: Workspace, number: RecordNumber) -> FindingsError | None:
    """Make PDF of one record; return why none can be made of it, None if it was."""
    try:
        renditions.make(workspace, [number])
    except FindingsError as problem:
        return problem
    return None


def _known(form: Form, candidate: Candidate) -> Typed:
    """Return what is known of a record, but for cells that mean something else than they say."""
    typed = _written(form, candidate)
    still_refused = understand(drafts.fields_of(form), typed).unread
    misleading = {headings.key(split(path) or ()) for path in candidate.unread - still_refused}
    return {key: "" if key in misleading else text for key, text in typed.items()}


def _written(form: Form, candidate: Candidate) -> Typed:
    value = candidate.value if isinstance(candidate.value, dict) else {}
    return write(
        drafts.fields_of(form), {name: said for name, said in value.items() if name != "form"}
    )


def _forms_of(workspace: Workspace, incoming: Sequence[Incoming]) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name in {_form_named(one) for one in incoming}:
        try:
            number = DocumentNumber.parse(name)
            found[name] = workspace.registry.form_in_force(number, workspace.today()).form
        except (ControlError, UsageError):
            continue
    return found


def _form_named(one: Incoming) -> str:
    value = one.candidate.value
    return str(value.get("form", "")) if isinstance(value, dict) else ""


def _row(workspace: Workspace, one: Incoming, forms: dict[str, Form]) -> SheetRow:
    form, ready, person = forms.get(_form_named(one)), one.checked.ready, workspace.person()
    typed = _written(form, one.candidate) if form is not None else {}
    findings, number = one.checked.findings, None
    if ready is not None:
        number = workspace.registry.catalogue.issued_before(ready.digest)
        if number is None and person is not None:
            other = not_of_unit(ready, person)
            findings = (*findings, *((other,) if other is not None else ()))
    summary = form.summary if form is not None else None
    return SheetRow(
        row=one.checked.row,
        form=form,
        customer=typed.get(summary.customer.source, "") if summary and summary.customer else "",
        subject=typed.get(summary.subject.source, "") if summary and summary.subject else "",
        findings=findings,
        number=number,
        candidate=one.candidate,
    )

"""Files of records: read and checked as they come in; written out to be corrected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, error, has_errors
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake import reading
from rmdocs.intake.candidates import (
    ALL,
    TABLE_SUFFIXES,
    Candidate,
    Hidden,
    Selection,
    Unread,
    refuse,
)
from rmdocs.issuing.checking import CheckedCandidate, Progress, check_all, silent
from rmdocs.language.numbers import shown
from rmdocs.messages import Language, by_command, message
from rmdocs.records.draft import NUMBER
from rmdocs.registers.records import find_folder, folder_as_of
from rmdocs.workspace.processes import MANY

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.canonical import Json, JsonObject
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.intake.headings import SheetMark
    from rmdocs.intake.rowfiles import RowFile
    from rmdocs.issuing.registry import Registry
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One record of a file: where it comes from, what it says, what was found."""

    file: File | Unread
    candidate: Candidate
    checked: CheckedCandidate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """One record of a file as it was read.

    :param refused: why the file cannot be read; None if it can.
    """

    file: File | Unread
    candidate: Candidate
    refused: CheckedCandidate | None


def check_files(
    workspace: Workspace,
    files: Sequence[File | Unread],
    *,
    selection: Selection = ALL,
    progress: Progress = silent,
) -> list[Incoming]:
    """Return every record in ``files``, checked against the forms in force today.

    A file that cannot be read is one record with the findings that say why.

    :param selection: which worksheet of a workbook, and what of it.
    :param progress: told how many records of how many are checked.
    """
    read = read_files(workspace, files, selection)
    with workspace.others(len(read), MANY) as executor:
        return check_read(workspace, read, executor=executor, progress=progress)


def read_files(
    workspace: Workspace, files: Sequence[File | Unread], selection: Selection = ALL
) -> list[ReadRecord]:
    """Return every record in ``files``.

    :param selection: which worksheet of a workbook, and what of it.
    """
    found: list[ReadRecord] = []
    for file in files:
        try:
            if isinstance(file, Unread):
                raise FindingsError(file.findings)  # noqa: TRY301 - as one that cannot be understood
            candidates = reading.read_records(
                file,
                lambda form: _form_in_force(workspace, form).schema.fields(),
                in_force=lambda form: _form_in_force(workspace, form).revision,
                selection=selection,
            )
        except FindingsError as problem:
            refused = CheckedCandidate(
                source=file.name, row=0, form="", findings=tuple(problem.findings), ready=None
            )
            nothing = Candidate(source=file.name, row=0, value=None)
            found.append(ReadRecord(file=file, candidate=nothing, refused=refused))
            continue
        found += [
            ReadRecord(file=file, candidate=one, refused=None)
            for one in candidates
            if one.row not in selection.without
        ]
    return found


def check_read(
    workspace: Workspace,
    read: Sequence[ReadRecord],
    *,
    again: bool = False,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> list[Incoming]:
    """Return records that were read, checked against the forms in force today.

    :param again: whether what was issued before is to be issued again.
    :param executor: who checks besides this process; see ``bulk``.
    :param progress: told how many records of how many are checked.
    """
    checked = iter(
        # All files at once: what may be there once only may be so among all of them.
        check_all(
            workspace.registry,
            [one.candidate for one in read if one.refused is None],
            workspace.today(),
            again=again,
            executor=executor,
            progress=progress,
        )
    )
    return [
        Incoming(
            file=one.file,
            candidate=one.candidate,
            checked=one.refused or _at_cells(one.candidate, next(checked)),
        )
        for one in read
    ]


def _at_cells(candidate: Candidate, checked: CheckedCandidate) -> CheckedCandidate:
    return replace(checked, findings=tuple(candidate.at_cells(checked.findings)))


def _form_in_force(workspace: Workspace, form: str) -> Form:
    try:
        number = DocumentNumber.parse(form)
        return workspace.registry.form_in_force(number, workspace.today()).form
    except (UsageError, ControlError) as problem:
        finding = error("FORM-UNKNOWN", "$.form", problem.reason, problem.remedy)
        raise FindingsError((finding,)) from problem


def written(
    registry: Registry, number: RecordNumber, edition: int | None, *, sheet: Language | None
) -> File:
    """Return a record as it stands, or as an edition printed it; see ``records.export_record``."""
    folder = find_folder(registry.store, number)
    folder.require_content()
    folder = folder_as_of(registry.store, folder, edition)
    if sheet is not None:
        data = _sheet(number, folder.record, registry.form_of(folder), sheet)
        return File(name=f"{number}.xlsx", data=data)
    value = {NUMBER: str(number), "record": folder.record}
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return File(name=f"{number}.json", data=f"{text}\n".encode())


def read_corrected(
    registry: Registry, number: RecordNumber, file: File
) -> tuple[Json, list[Finding]]:
    """Return the corrected record in a file, and what is to be told of its cells.

    :raises FindingsError: if the file or a cell is wrong, holds more than one
        record, or says that it corrects another record or one of another revision.
    """
    if file.suffix.lower() not in TABLE_SUFFIXES:
        return _of_record(reading.read_value(file), number), []
    from rmdocs.intake.worksheets import read_table, table_in

    folder = find_folder(registry.store, number)
    folder.require_content()
    form = registry.form_of(folder)
    table = read_table(file, Selection(hidden=Hidden.REFUSE))
    if table.mark is not None:
        _require_made_for(table.mark, table.source, number, form)
    found = _one(table, form)
    if has_errors(found.findings):
        raise FindingsError(found.findings)
    same = File(name=file.name, data=_sheet(number, folder.record, form, _UNREAD))
    [base] = _candidates(table_in(same), form)
    return kept(folder.record, base.value, found.value), list(found.findings)


def _of_record(found: Candidate, number: RecordNumber) -> Json:
    """Return the record in a file that may say which one it corrects."""
    value = found.value
    if not isinstance(value, dict) or NUMBER not in value or "record" not in value:
        return value
    own = value[NUMBER]
    if own != str(number):
        raise refuse(
            found.source,
            "RECORD-OTHER",
            message("the file corrects {own}, not {other}", own=shown(own), other=number),
            by_command(
                message("write it out again"),
                message("rmdocs export {number} --record", number=number),
            ),
        )
    return {name: part for name, part in value.items() if name != NUMBER}


def _one(table: RowFile, form: Form) -> Candidate:
    candidates = _candidates(table, form)
    if len(candidates) != 1:
        raise refuse(
            table.source,
            "FILE-ONE",
            message("{count} records where one is wanted", count=len(candidates)),
            message("keep the row of the record that is corrected"),
        )
    return candidates[0]


def _candidates(table: RowFile, form: Form) -> list[Candidate]:
    from rmdocs.intake.rows import read_rows

    return read_rows(table, lambda _number: form.schema.fields(), str(form.number))


def _require_made_for(mark: SheetMark, source: str, number: RecordNumber, form: Form) -> None:
    """Refuse a sheet that was made for something else."""
    again = by_command(
        message("write it out again"),
        message("rmdocs export {number} --record --xlsx", number=number),
    )
    if mark.record and mark.record != str(number):
        reason = message("the sheet corrects {own}, not {other}", own=mark.record, other=number)
        raise refuse(source, "SHEET-RECORD", reason, again)
    if (mark.number, mark.revision) != (form.number, form.revision):
        reason = message(
            "the sheet was made for {made}; the record is under {under}",
            made=f"{mark.number} {mark.revision}",
            under=f"{form.number} {form.revision}",
        )
        raise refuse(source, "SHEET-REVISION", reason, again)


_UNREAD = Language.EN
"""Of the notes of a sheet that nobody but the program reads."""


def _sheet(number: RecordNumber, record: JsonObject, form: Form, language: Language) -> bytes:
    from rmdocs.intake.headings import SheetMark
    from rmdocs.intake.sheet import write_sheet

    made_for = SheetMark(
        number=form.number, revision=form.revision, title=form.title.zh, record=str(number)
    )
    return write_sheet(form.schema.fields(), None, [record], made_for, language=language)


def kept(old: Json, base: Json, new: Json) -> Json:
    """Return ``new``, with ``old`` wherever it says what ``old`` says in a sheet.

    :param base: what a sheet says of ``old``.
    """
    if base == new:
        return old
    if isinstance(new, dict) and isinstance(base, dict) and isinstance(old, dict):
        names = [name for name in dict.fromkeys((*old, *new)) if name in new or name not in base]
        return {name: kept(old.get(name), base.get(name), new.get(name)) for name in names}
    if isinstance(new, list) and isinstance(base, list) and isinstance(old, list):
        at = min(len(old), len(base))
        return [kept(old[i], base[i], one) if i < at else one for i, one in enumerate(new)]
    return new

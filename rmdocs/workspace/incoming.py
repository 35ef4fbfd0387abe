"""Record files as they come in: read, checked, issued, and written back where refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answers import IssueResult, Outcome
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import error
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake.candidates import ALL
from rmdocs.issuing.checking import CheckedCandidate, check_all
from rmdocs.issuing.issue import issue_all

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.intake.candidates import Candidate, Selection
    from rmdocs.issuing.issue import Issued, Printable
    from rmdocs.messages import Language
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One record of a file: where it comes from, what it says, what was found."""

    path: Path
    candidate: Candidate
    checked: CheckedCandidate


def check_files(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    again: bool = False,
    selection: Selection = ALL,
) -> list[Incoming]:
    """Return every record in ``files``, checked against the forms in force today.

    A file that cannot be read is one record with the findings that say why.

    :param again: whether what was issued before is to be issued again.
    :param selection: which worksheet of a workbook, and what of it.
    """
    from rmdocs.intake.candidates import Candidate
    from rmdocs.intake.reading import read_records

    found: list[tuple[Path, Candidate, CheckedCandidate | None]] = []
    for path in files:
        try:
            candidates = read_records(
                path,
                lambda form: _form_in_force(workspace, form).schema.fields(),
                in_force=lambda form: _form_in_force(workspace, form).revision,
                selection=selection,
            )
        except FindingsError as problem:
            refused = CheckedCandidate(
                source=path.name, row=0, form="", findings=tuple(problem.findings), ready=None
            )
            found.append((path, Candidate(source=path.name, row=0, value=None), refused))
            continue
        found += [(path, one, None) for one in candidates]
    # All files at once: what may be there once only may be so among all of them.
    names = Counter(path.name for path in dict.fromkeys(files))
    read = [
        one if names[path.name] == 1 else replace(one, source=str(path))
        for path, one, refused in found
        if refused is None
    ]
    checked = iter(check_all(workspace.office, read, workspace.today(), again=again))
    return [
        Incoming(path=path, candidate=one, checked=refused or _at_cells(one, next(checked)))
        for path, one, refused in found
    ]


def _at_cells(candidate: Candidate, checked: CheckedCandidate) -> CheckedCandidate:
    return replace(checked, findings=tuple(candidate.at_cells(checked.findings)))


def issue_files(  # noqa: PLR0913 - each is an option of the command
    workspace: Workspace,
    files: Sequence[Path],
    *,
    out: Path | None,
    skip_invalid: bool,
    again: bool,
    revision: Revision | None,
    selection: Selection,
    language: Language,
    printable: Printable,
    progress: Callable[[int, int], None],
) -> IssueResult:
    """Issue the records in ``files``; see ``Workspace.issue``."""
    acting = workspace.acting()
    read = check_files(workspace, files, again=again, selection=selection)
    if not skip_invalid and any(one.checked.ready is None for one in read):
        return IssueResult(
            outcomes=tuple(outcome(one.checked, None) for one in read), written=(), rejected=()
        )
    ready = [one.checked for one in read if one.checked.ready is not None]
    if revision is not None:
        _require_revision(workspace, ready, revision)
    done = count(1)

    def step(_count: int) -> None:
        progress(next(done), len(ready))

    batch = issue_all(
        workspace.office,
        ready,
        acting,
        skip_invalid=skip_invalid,
        again=again,
        progress=step,
        printable=printable,
    )
    without = {id(one.candidate): one.candidate.refused(one.findings) for one in batch.refused}
    read = [replace(one, checked=without.get(id(one.checked), one.checked)) for one in read]
    issued = {id(one.candidate): one for one in batch.issued}
    refused = [one for one in read if one.checked.ready is None] if skip_invalid else []
    outcomes = tuple(outcome(one.checked, issued.get(id(one.checked))) for one in read)
    written = [
        path
        for one in issued.values()
        if out is not None
        for path in workspace.export(one.number, out, 1)
    ]
    return IssueResult(
        outcomes=outcomes,
        written=tuple(written),
        rejected=tuple(write_rejected(files, refused, language)),
    )


def _require_revision(
    workspace: Workspace, ready: Sequence[CheckedCandidate], revision: Revision
) -> None:
    """Refuse to issue under another revision than the one that was meant."""
    for form in sorted({DocumentNumber.parse(one.form) for one in ready}):
        workspace.office.forms.require_in_force(form, revision, workspace.today())


def outcome(checked: CheckedCandidate, issued: Issued | None) -> Outcome:
    """Return what became of a record."""
    return Outcome(
        source=checked.source,
        row=checked.row,
        form=checked.form,
        findings=checked.findings,
        issued=issued,
    )


def write_rejected(
    files: Sequence[Path], refused: Sequence[Incoming], language: Language
) -> Iterator[Path]:
    """Write the refused rows of each file beside it, with what is wrong with each."""
    from rmdocs.intake import rejected

    for path in dict.fromkeys(files):
        rows = [
            (one.candidate, one.checked.findings)
            for one in refused
            if one.path == path and one.checked.row
        ]
        if rows:
            yield rejected.write_rejected(path, rows, language)


def _form_in_force(workspace: Workspace, form: str) -> Form:
    try:
        number = DocumentNumber.parse(form)
        return workspace.office.form_in_force(number, workspace.today()).form
    except (UsageError, ControlError) as problem:
        finding = error("FORM-UNKNOWN", "$.form", problem.reason, problem.remedy)
        raise FindingsError((finding,)) from problem

"""Record files as they come in: read, and checked against the forms in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import error
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake.candidates import ALL, Candidate, Selection, Unread
from rmdocs.issuing.checking import CheckedCandidate, check_all

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One record of a file: where it comes from, what it says, what was found."""

    file: File | Unread
    candidate: Candidate
    checked: CheckedCandidate


def check_files(
    workspace: Workspace,
    files: Sequence[File | Unread],
    *,
    again: bool = False,
    selection: Selection = ALL,
) -> list[Incoming]:
    """Return every record in ``files``, checked against the forms in force today.

    A file that cannot be read is one record with the findings that say why.

    :param again: whether what was issued before is to be issued again.
    :param selection: which worksheet of a workbook, and what of it.
    """
    from rmdocs.intake.reading import read_records

    found: list[tuple[File | Unread, Candidate, CheckedCandidate | None]] = []
    for file in files:
        try:
            if isinstance(file, Unread):
                raise FindingsError(file.findings)  # noqa: TRY301 - as one that cannot be understood
            candidates = read_records(
                file,
                lambda form: _form_in_force(workspace, form).schema.fields(),
                in_force=lambda form: _form_in_force(workspace, form).revision,
                selection=selection,
            )
        except FindingsError as problem:
            refused = CheckedCandidate(
                source=file.name, row=0, form="", findings=tuple(problem.findings), ready=None
            )
            found.append((file, Candidate(source=file.name, row=0, value=None), refused))
            continue
        found += [(file, one, None) for one in candidates if one.row not in selection.without]
    # All files at once: what may be there once only may be so among all of them.
    read = [one for _, one, refused in found if refused is None]
    checked = iter(check_all(workspace.registry, read, workspace.today(), again=again))
    return [
        Incoming(file=file, candidate=one, checked=refused or _at_cells(one, next(checked)))
        for file, one, refused in found
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

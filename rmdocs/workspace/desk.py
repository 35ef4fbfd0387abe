"""Forms on the officer's desk: listing, checking, spreadsheets to fill."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answers import FormRow
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form, read_form
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Verbatim

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace


class Desk:
    """The forms of a workspace, as they lie on the desk and as they are released."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.root

    def rows(self) -> list[FormRow]:
        """Return every form with the revision in force."""
        rows = []
        office = self._workspace.office
        desk = {str(number): number for number in desk_numbers(self._root)}
        released = {str(number): number for number in office.forms.numbers()}
        for number in sorted({*desk, *released}):
            drafted = _desk_form(self._root, desk[number]) if number in desk else None
            form = drafted
            if number in released:
                form = office.form_in_force(released[number], self._workspace.today()).form
            rows.append(
                FormRow(
                    number,
                    form.title if form else Verbatim("-"),
                    str(drafted.revision) if drafted else "-",
                    str(form.revision) if form and number in released else "",
                    form.effective.isoformat() if form and number in released else "",
                    len(form.pending) if form else 0,
                )
            )
        return rows

    def check(self, number: DocumentNumber | None) -> list[Finding]:
        """Return every mistake of the desk's forms, or of one of them."""
        from rmdocs.forms.checking import check_form  # noqa: PLC0415 - lists need none of it
        from rmdocs.rendering.known import form_names  # noqa: PLC0415
        from rmdocs.rendering.lint import lint_template, used_names  # noqa: PLC0415

        findings: list[Finding] = []
        for one in [number] if number else desk_numbers(self._root):
            try:
                files = read_desk(self._root, one)
            except FindingsError as problem:
                findings += problem.findings
                continue
            form, _ = read_form(files)
            mistakes = lint_template(files.template, form_names(form)) if form else []
            used = None if has_errors(mistakes) else used_names(files.template)
            findings += [*check_form(files, used), *mistakes]
        return findings

    def sheet(self, number: DocumentNumber, out: Path) -> None:
        """Write the spreadsheet to fill for a form."""
        from rmdocs import canonical  # noqa: PLC0415
        from rmdocs.intake.sheet import write_sheet  # noqa: PLC0415

        released = self._workspace.office.form_in_force(number, self._workspace.today())
        sample = canonical.decode(released.files.sample)
        write_sheet(out, released.form.schema.fields(), sample.get("record", sample))


def _desk_form(root: Path, number: DocumentNumber) -> Form | None:
    """Return the form on the desk, or None while it has mistakes."""
    try:
        return Form.load(read_desk(root, number))
    except FindingsError:
        return None

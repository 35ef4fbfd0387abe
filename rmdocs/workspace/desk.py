"""Forms on the officer's desk: listing, checking, spreadsheets to fill."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answers import RevisedRow
from rmdocs.errors import UsageError
from rmdocs.findings import Finding
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.forms.revision import FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Language, message
from rmdocs.workspace.kinds import DESK, DRAFT, WORDS, form_files, released_revision
from rmdocs.workspace.rows import revised_rows
from rmdocs.workspace.saving import require_free, save

if TYPE_CHECKING:
    from rmdocs.pdf.fonts import FontSet
    from rmdocs.regeneration.trial import Tried
    from rmdocs.workspace.opening import Workspace


class Desk:
    """The forms of a workspace, as they lie on the desk and as they are released."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.root

    def rows(self) -> list[RevisedRow]:
        """Return every form with its revision in force, the next one, and its open change."""
        forms = self._workspace.office.forms
        return revised_rows(
            forms,
            desk_numbers(self._root),
            lambda number: Form.load(read_desk(self._root, number)),
            lambda release: forms.load(release).form,
            self._workspace.today(),
            is_on_desk=self._workspace.revising.is_on_desk,
        )

    def check(self, number: DocumentNumber | None, fonts: FontSet | None = None) -> list[Finding]:
        """Return every mistake of the desk's forms, or of one of them.

        :param fonts: those that documents are printed with; None not to judge that.
        """
        from rmdocs.workspace.deskcheck import check_desk

        return check_desk(self._root, number, self._released, fonts)

    def _released(self, number: DocumentNumber, revisions: Collection[Revision]) -> list[Form]:
        """Return those of ``revisions`` of a form that are released."""
        forms = self._workspace.office.forms
        releases = [one for one in forms.releases(number) if one.revision in revisions]
        return [forms.load(release).form for release in releases]

    def trial(self, number: DocumentNumber, newest: int) -> Sequence[Tried]:
        """Return the form's sample and its newest records under the desk's revision.

        :raises FindingsError: if the form on the desk does not load.
        """
        return self._workspace.regeneration.trial(read_desk(self._root, number), newest)

    def blank(
        self, number: DocumentNumber, out: Path, *, revision: str = "", on: date | None = None
    ) -> Path:
        """Write a blank form to a folder; return the file.

        :param revision: X.Y, ``draft`` or ``desk``; the one in force if empty.
        :param on: the day whose revision in force is wanted, today if None.
        :raises ControlError: if there is no such revision.
        :raises FindingsError: if the form cannot be printed blank.
        """
        from rmdocs.issuing import editions

        office, today = self._workspace.office, self._workspace.today()
        if revision in {DESK, DRAFT}:
            files = self._unreleased(number, revision)
            form = Form.load(files)
            name, data = f"{number}-{form.revision}-{revision}", editions.draft_blank(form, files)
        else:
            named = released_revision(revision, WORDS)
            released = (
                office.forms.load(office.forms.require(number, named))
                if named is not None
                else office.form_in_force(number, on or today)
            )
            data = editions.marked_blank(office, released, today)
            name = f"{number}-{released.form.revision}-blank"
        return save(out / f"{name}.docx", data)

    def _unreleased(self, number: DocumentNumber, revision: str) -> FormFiles:
        if revision == DESK:
            return read_desk(self._root, number)
        revising = self._workspace.revising
        return form_files(revising.draft(revising.change(number)))

    def sheet(self, number: DocumentNumber, out: Path, language: Language = Language.ZH) -> None:
        """Write the spreadsheet to fill for a form.

        What is known is offered: the form, the unit of who acts, its managers, the customers.

        :raises UsageError: if the name is not that of a workbook (.xlsx).
        :raises ConflictError: if there is a file: somebody may have filled it in.
        """
        from rmdocs import canonical
        from rmdocs.intake.mark import Mark
        from rmdocs.intake.sheet import write_sheet

        if out.suffix.lower() != ".xlsx":
            raise UsageError(
                message("{path} does not end in .xlsx", path=out),
                message("give the file a name that ends in .xlsx"),
            )
        require_free(out, message("move it away, or choose another name"))
        released = self._workspace.office.form_in_force(number, self._workspace.today())
        form, sample = released.form, canonical.decode(released.files.sample)
        made_for = Mark(form.number, form.revision, form.title.zh)
        write_sheet(
            out,
            form.schema.fields(),
            sample.get("record", sample),
            made_for=made_for,
            known=lambda keys: self._known(number, keys),
            language=language,
        )

    def _known(self, number: DocumentNumber, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what is known of the values of columns, by their keys."""
        from rmdocs.registers.customers import CustomerRegister

        office, actor = self._workspace.office, self._workspace.person()
        roles = set(office.form_in_force(number, self._workspace.today()).form.roles.issue)
        people = [
            one
            for one in office.staff.people()
            if actor is not None and one.unit == actor.unit and one.roles & roles
        ]
        customers = list(CustomerRegister(office.control).all())
        found = {
            "staff_no": ([str(one.staff_no) for one in people], [one.name for one in people]),
            "uscc": ([one.uscc for one in customers], [one.name for one in customers]),
        }
        known: dict[str, tuple[str, ...]] = {"form": (str(number),)}
        if actor is not None:
            known["unit"] = (str(actor.unit),)
        for key in keys:
            above, _, last = key.rpartition(".")
            codes, names = found.get(last, ([], []))
            if codes:
                known |= {key: tuple(codes), f"{above}.name": tuple(dict.fromkeys(names))}
        return known

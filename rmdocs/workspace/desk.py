"""Forms on the officer's desk: listing, checking, spreadsheets to fill."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.checking import check_form
from rmdocs.forms.desk import desk_numbers, read_desk, read_document
from rmdocs.forms.form import Form, FormFiles, read_form
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Language, by_command, message
from rmdocs.pdf.coverage import unprintable
from rmdocs.pdf.fonts import FontSet
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.compiled import printed_text
from rmdocs.rendering.lint import clean_template, form_names, lint_template, used_names
from rmdocs.rendering.pageidentity import judge_pages
from rmdocs.workspace import regeneration, revisions
from rmdocs.workspace.answers import RevisedRow
from rmdocs.workspace.documents import revised_rows
from rmdocs.workspace.naming import called
from rmdocs.workspace.places import STORE_PATH
from rmdocs.workspace.revisions import DESK, DRAFT, WORDS, form_files, released_revision

if TYPE_CHECKING:
    from rmdocs.regeneration.trial import Tried
    from rmdocs.workspace.opening import Workspace

Released = Callable[[DocumentNumber, Collection[Revision]], list[Form]]
"""Gives those of the revisions of a form that are released."""


def check_desk(
    root: Path,
    number: DocumentNumber | None,
    released: Released = lambda _number, _revisions: [],
    fonts: FontSet | None = None,
) -> list[Finding]:
    """Return every mistake of the forms on the desk of ``root``, or of one of them.

    :param released: the earlier revisions that the forms are compared with.
    :param fonts: those that documents are printed with; None not to judge that.
    :raises ControlError: if no number is given and there are no forms.
    """
    numbers = [number] if number else desk_numbers(root)
    if not numbers:
        raise ControlError(
            message("there are no forms at {path}", path=root),
            by_command(message("name the workspace, or go to its folder"), "--workspace"),
        )
    return [finding for one in numbers for finding in _check(root, one, released, fonts)]


def _check(
    root: Path, number: DocumentNumber, released: Released, fonts: FontSet | None
) -> Iterator[Finding]:
    try:
        files = read_desk(root, number)
    except FindingsError as problem:
        yield from problem.findings
        return
    yield from _check_files(number, files, released, fonts)


def _check_files(
    number: DocumentNumber, files: FormFiles, released: Released, fonts: FontSet | None
) -> Iterator[Finding]:
    form, _ = read_form(files)
    if form is None:
        yield from check_form(files)
        return
    mistakes = lint_template(files.template, form_names(form))
    used, text = None, None
    if not has_errors(mistakes):
        template = clean(files.template).data
        used, text = used_names(template), printed_text(template)
        mistakes += judge_pages(template, form)
        mistakes += unprintable(template, fonts) if fonts is not None else []
    earlier = released(number, form.predecessors)
    yield from check_form(files, used, earlier, text)
    yield from mistakes


def has_store(root: Path) -> bool:
    """Return whether a folder is a workspace with a store, or a desk alone."""
    return (root / STORE_PATH).exists()


def form_called(root: Path, text: str) -> DocumentNumber:
    """Return the number of the form on the desk of ``root`` that a person calls ``text``.

    :raises UsageError: if no form is called so, or more than one.
    """
    return called(text, lambda: _titles(root))


def _titles(root: Path) -> Iterator[tuple[DocumentNumber, tuple[str, ...]]]:
    for number in desk_numbers(root):
        try:
            form, _ = read_form(read_desk(root, number))
        except FindingsError:
            continue
        if form is not None:
            yield number, (form.title.zh, form.title.en, *form.aliases)


def clean_copy(root: Path, number: DocumentNumber) -> File:
    """Return a form's template without comments and with all changes accepted.

    The desk stays as it is.

    :raises FindingsError: if the template is missing, no Word document, or damaged.
    """
    return _clean(number, clean_template(read_desk(root, number).template))


def clean_document(root: Path, number: DocumentNumber) -> File:
    """Return the text of a document that is no form likewise.

    :raises ControlError: if it is kept elsewhere.
    """
    from rmdocs.rendering.assembly import clean_body

    return _clean(number, clean_body(_body(root, number)))


def _clean(number: DocumentNumber, data: bytes) -> File:
    return File(name=f"{number}-clean.docx", data=data)


def _body(root: Path, number: DocumentNumber) -> bytes:
    body = read_document(root, number).body
    if body is None:
        raise ControlError(
            message("the text of {number} is not on the desk", number=number),
            message("put body.docx beside document.toml, or look where it is kept"),
        )
    return body


def rows(workspace: Workspace) -> list[RevisedRow]:
    """Return every form with its revision in force, the next one, and its open change."""
    forms = workspace.registry.forms
    found = revised_rows(
        forms,
        desk_numbers(workspace.root),
        lambda number: Form.load(read_desk(workspace.root, number)),
        lambda release: forms.load(release).form,
        workspace.today(),
        is_on_desk=partial(revisions.is_on_desk, workspace),
    )
    return [row for row, _ in found]


def check(
    workspace: Workspace, number: DocumentNumber | None, fonts: FontSet | None = None
) -> list[Finding]:
    """Return every mistake of the desk's forms, or of one of them.

    :param fonts: those that documents are printed with; None not to judge that.
    """
    return check_desk(workspace.root, number, partial(_released, workspace), fonts)


def check_files(
    workspace: Workspace, number: DocumentNumber, files: FormFiles, fonts: FontSet | None = None
) -> list[Finding]:
    """Return every mistake of a form's files, wherever they lie.

    :param fonts: those that documents are printed with; None not to judge that.
    """
    return [*_check_files(number, files, partial(_released, workspace), fonts)]


def _released(
    workspace: Workspace, number: DocumentNumber, revisions: Collection[Revision]
) -> list[Form]:
    """Return those of ``revisions`` of a form that are released."""
    forms = workspace.registry.forms
    releases = [one for one in forms.releases(number) if one.revision in revisions]
    return [forms.load(release).form for release in releases]


def trial(workspace: Workspace, number: DocumentNumber, newest: int) -> Sequence[Tried]:
    """Return the form's sample and its newest records under the desk's revision.

    :raises FindingsError: if the form on the desk does not load.
    """
    return regeneration.trial(workspace, read_desk(workspace.root, number), newest)


def blank(
    workspace: Workspace,
    number: DocumentNumber,
    *,
    revision: str = "",
    on: date | None = None,
) -> File:
    """Return a blank form.

    :param revision: X.Y, ``draft`` or ``desk``; the one in force if empty.
    :param on: the day whose revision in force is wanted, today if None.
    :raises ControlError: if there is no such revision.
    :raises FindingsError: if the form cannot be printed blank.
    """
    from rmdocs.issuing import editions

    registry, today = workspace.registry, workspace.today()
    if revision in {DESK, DRAFT}:
        files = form_files(revisions.called_files(workspace, number, revision))
        form = Form.load(files)
        name, data = f"{number}-{form.revision}-{revision}", editions.draft_blank(form, files)
    else:
        named = released_revision(revision, WORDS)
        released = (
            registry.forms.load(registry.forms.require(number, named))
            if named is not None
            else registry.form_in_force(number, on or today)
        )
        data = editions.marked_blank(registry, released, today)
        name = f"{number}-{released.form.revision}-blank"
    return File(name=f"{name}.docx", data=data)


def sheet(workspace: Workspace, number: DocumentNumber, language: Language) -> bytes:
    """Return the spreadsheet to fill for a form (XLSX).

    What is known is offered: the form, the unit of who acts, its managers, the customers.

    :raises ControlError: if the form is not in force.
    """
    from rmdocs import canonical
    from rmdocs.intake.headings import SheetMark
    from rmdocs.intake.sheet import write_sheet

    released = workspace.registry.form_in_force(number, workspace.today())
    form, sample = released.form, canonical.decode(released.files.sample)
    made_for = SheetMark(number=form.number, revision=form.revision, title=form.title.zh)
    return write_sheet(
        form.schema.fields(),
        sample.get("record", sample),
        made_for=made_for,
        known=lambda keys: _known(workspace, number, keys),
        language=language,
    )


def _known(
    workspace: Workspace, number: DocumentNumber, keys: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return what is known of the values of columns, by their keys."""
    from rmdocs.registers.customers import CustomerRegister

    registry, actor = workspace.registry, workspace.person()
    roles = set(registry.form_in_force(number, workspace.today()).form.roles.issue)
    people = [
        one
        for one in registry.staff.people()
        if actor is not None and one.unit == actor.unit and one.roles & roles
    ]
    customers = list(CustomerRegister(registry.control).all())
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

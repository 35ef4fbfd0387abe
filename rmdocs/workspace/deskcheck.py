"""Checking the forms on a desk: of a workspace, or of a folder that has no store.

Everything that can be said of the files is said here; what the ledger knows
of them, earlier revisions, is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.checking import check_form
from rmdocs.forms.desk import desk_numbers, read_desk, read_document
from rmdocs.forms.form import Form, read_form
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import message
from rmdocs.pdf.coverage import unprintable
from rmdocs.pdf.fonts import FontSet
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.known import form_names
from rmdocs.rendering.lint import clean_template, lint_template, used_names
from rmdocs.rendering.pages import judge_pages
from rmdocs.rendering.readback import printed_text
from rmdocs.workspace.naming import named
from rmdocs.workspace.places import STORE_PATH
from rmdocs.workspace.saving import require_free, save

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
            message("name the workspace with --workspace, or go to its folder"),
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
    return named(text, lambda: _titles(root))


def _titles(root: Path) -> Iterator[tuple[DocumentNumber, tuple[str, ...]]]:
    for number in desk_numbers(root):
        try:
            form, _ = read_form(read_desk(root, number))
        except FindingsError:
            continue
        if form is not None:
            yield number, (form.title.zh, form.title.en, *form.aliases)


def write_clean(root: Path, number: DocumentNumber, out: Path) -> Path:
    """Write a form's template without comments and with all changes accepted; return the file.

    The desk stays as it is.

    :param out: a file that ends in .docx, or a folder.

    :raises ConflictError: if there is a file of that name.
    :raises FindingsError: if the template is missing, no Word document, or damaged.
    """
    return _write_clean(number, out, lambda: clean_template(read_desk(root, number).template))


def write_clean_document(root: Path, number: DocumentNumber, out: Path) -> Path:
    """Write the text of a document that is no form likewise.

    :raises ControlError: if it is kept elsewhere.
    """
    from rmdocs.rendering.assembly import clean_body

    return _write_clean(number, out, lambda: clean_body(_body(root, number)))


def _write_clean(number: DocumentNumber, out: Path, make: Callable[[], bytes]) -> Path:
    path = out if out.suffix.lower() == ".docx" else out / f"{number}-clean.docx"
    require_free(path, message("move it away, or choose another name"))
    return save(path, make())


def _body(root: Path, number: DocumentNumber) -> bytes:
    body = read_document(root, number).body
    if body is None:
        raise ControlError(
            message("the text of {number} is not on the desk", number=number),
            message("put body.docx beside document.toml, or look where it is kept"),
        )
    return body

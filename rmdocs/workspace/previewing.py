"""Pages of a form before its release: the sample and the newest records, beside today's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, FindingsError
from rmdocs.files import File
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.messages import message
from rmdocs.regeneration.trial import Tried, try_records, try_sample
from rmdocs.renditions.drafting import Filled, documents_today, preview_pages
from rmdocs.workspace import machine, revisions
from rmdocs.workspace.revisions import DESK, DRAFT, FORM, form_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.control.covers import RevisionFiles
    from rmdocs.findings import Finding
    from rmdocs.workspace.opening import Workspace

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
            message("its text is a Word file; see: rmdocs form diff {number}", number=number),
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
    from rmdocs.pdf.pictures import pictures as drawn

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

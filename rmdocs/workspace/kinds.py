"""The two kinds of controlled document that are revised alike: forms, and the others.

Says where each lies on the desk and in the ledger, and how its files are read;
the procedure itself is ``control.revising``'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rmdocs.control.covers import RevisionCover, RevisionFiles
from rmdocs.errors import UsageError
from rmdocs.forms.desk import document_directory, places, read_document
from rmdocs.forms.desk import read_desk as read_form_desk
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles, load_document
from rmdocs.forms.form import Form
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Text, message
from rmdocs.registers.revisions import DOCUMENTS, FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping


class DocumentKind(Protocol):
    """How one kind of controlled document is kept."""

    @property
    def base(self) -> str:
        """Return the directory of the control ledger, and of the desk."""

    @property
    def table(self) -> str:
        """Return the manifest's table that holds the identity."""

    @property
    def manifest(self) -> str:
        """Return the name of the manifest."""

    def read_desk(self, root: Path, number: DocumentNumber) -> RevisionFiles:
        """Return the files on the desk.

        :raises FindingsError: with every file that is missing.
        """

    def files(self, contents: Mapping[str, bytes]) -> RevisionFiles:
        """Return files kept by name as a revision."""

    def cover(self, files: RevisionFiles) -> RevisionCover:
        """Return what a revision says of itself.

        :raises FindingsError: with every mistake.
        """

    def paths(self, root: Path, number: DocumentNumber) -> Mapping[str, Path]:
        """Return where each file, by its name in the ledger, lies on the desk."""

    def shared(self) -> frozenset[str]:
        """Return the names of files that lie on the desk for several documents."""


class _FormKind:
    """Forms: manifest, template, schema, common definitions, sample."""

    base = FORMS
    table = "form"
    manifest = NAMES["manifest"]

    def read_desk(self, root: Path, number: DocumentNumber) -> RevisionFiles:
        return read_form_desk(root, number)

    def files(self, contents: Mapping[str, bytes]) -> RevisionFiles:
        return FormFiles(**{part: contents[name] for part, name in NAMES.items()})

    def cover(self, files: RevisionFiles) -> RevisionCover:
        return Form.load(form_files(files))

    def paths(self, root: Path, number: DocumentNumber) -> Mapping[str, Path]:
        return {NAMES[part]: path for part, path in places(root, number).items()}

    def shared(self) -> frozenset[str]:
        return frozenset({NAMES["common"]})


class _OtherKind:
    """Documents that are not forms: a manifest and a body."""

    base = DOCUMENTS
    table = "document"
    manifest = DOCUMENT_NAME

    def read_desk(self, root: Path, number: DocumentNumber) -> RevisionFiles:
        return read_document(root, number)

    def files(self, contents: Mapping[str, bytes]) -> RevisionFiles:
        return DocumentFiles.of(contents)

    def cover(self, files: RevisionFiles) -> RevisionCover:
        return load_document(DocumentFiles.of(files.contents()))

    def paths(self, root: Path, number: DocumentNumber) -> Mapping[str, Path]:
        directory = document_directory(root, number)
        return {name: directory / name for name in (DOCUMENT_NAME, BODY_NAME)}

    def shared(self) -> frozenset[str]:
        return frozenset()


DESK, DRAFT = "desk", "draft"
"""What a revision is called that is not released: being edited; submitted."""

WORDS = message("write draft (what was submitted), desk (what you edit), or X.Y like 1.0")


def released_revision(text: str, remedy: Text) -> Revision | None:
    """Return the revision X.Y that a person names, None for an empty text.

    :param remedy: what else may stand there.
    :raises UsageError: if it is none.
    """
    if not text:
        return None
    try:
        return Revision.parse(text)
    except UsageError as problem:
        told = message("“{text}” is no revision", text=text)
        raise UsageError(told, remedy) from problem


FORM: DocumentKind = _FormKind()
OTHER: DocumentKind = _OtherKind()
KINDS = {kind.base: kind for kind in (FORM, OTHER)}


def form_files(files: RevisionFiles) -> FormFiles:
    """Return a form's files as such.

    :raises TypeError: if they are another document's.
    """
    if not isinstance(files, FormFiles):
        raise TypeError(type(files))
    return files


_WORD_FILE = ".docx"


def without_the_unseen(
    kind: DocumentKind, files: RevisionFiles, released: Mapping[str, bytes]
) -> tuple[RevisionFiles, tuple[Text, ...]]:
    """Return the files as they are reviewed, approved and released, and what was left out.

    :param released: the files in force; one that is still the same stays so.
    """
    from rmdocs.rendering.cleaning import clean

    contents = dict(files.contents())
    dropped: dict[str, Text] = {}
    for name, data in files.contents().items():
        if name.endswith(_WORD_FILE) and data != released.get(name):
            done = clean(data)
            contents[name] = done.data
            dropped |= {one.template: one for one in done.dropped}
    return kind.files(contents), tuple(dropped.values())

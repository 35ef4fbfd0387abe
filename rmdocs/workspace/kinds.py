"""The two kinds of controlled document that are revised alike: forms, and the others.

Says where each lies on the desk and in the ledger, and how its files are read;
the procedure itself is ``control.revising``'s.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rmdocs.characters import fold
from rmdocs.control.covers import Cover, RevisionFiles
from rmdocs.errors import UsageError
from rmdocs.forms.desk import document_directory, places, read_document
from rmdocs.forms.desk import read_desk as read_form_desk
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles, load_document
from rmdocs.forms.form import Form
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Joined, Text, message
from rmdocs.registers.ledgers import DocumentRegister
from rmdocs.registers.revisions import DOCUMENTS, FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.workspace.opening import Workspace


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

    def cover(self, files: RevisionFiles) -> Cover:
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

    def cover(self, files: RevisionFiles) -> Cover:
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

    def cover(self, files: RevisionFiles) -> Cover:
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


_QUOTES = str.maketrans("", "", "《》“”")


def document_named(workspace: Workspace, text: str, *, forms_only: bool = False) -> DocumentNumber:
    """Return the number of the form or document that a person calls ``text``.

    A whole number is taken as it is, in any case and width, also where nothing
    has it: who asks for it says so.

    :param text: a number, its end, or a title in either language, or a part of one.
    :raises UsageError: if nothing is called so, or more than one.
    """
    return named(text, lambda: _known(workspace, forms_only=forms_only))


def named(
    text: str, all_known: Callable[[], Iterable[tuple[DocumentNumber, tuple[str, ...]]]]
) -> DocumentNumber:
    """Return the number that a person calls ``text``, of those with titles in ``all_known``.

    :raises UsageError: if nothing is called so, or more than one.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    try:
        return DocumentNumber.parse(plain)
    except UsageError:
        known = dict(all_known())
    wanted = fold(text.translate(_QUOTES))
    exact = [number for number, titles in known.items() if wanted in map(fold, titles)]
    near = [
        number
        for number, titles in known.items()
        if _ends(str(number), plain) or (wanted and any(wanted in fold(title) for title in titles))
    ]
    found = exact or near
    if len(found) == 1:
        return found[0]
    may_be: tuple[Text, ...] = tuple(
        message("{number} {title}", number=number, title=known[number][0])
        for number in found or known
    )
    if found:
        raise UsageError(
            message("“{text}” may be any of: {names}", text=text, names=Joined(may_be)),
            message("give the number"),
        )
    raise UsageError(
        message("no form or document is called “{text}”", text=text),
        message("there are: {names}", names=Joined(may_be)),
    )


def _known(
    workspace: Workspace, *, forms_only: bool
) -> Iterator[tuple[DocumentNumber, tuple[str, ...]]]:
    """Yield every number that has a revision, and the titles of its last one."""
    forms, documents = workspace.office.forms, DocumentRegister(workspace.office.control)
    for number in forms.numbers():
        form = forms.load(forms.releases(number)[-1]).form
        yield number, (form.title.zh, form.title.en, *form.aliases)
    for number in () if forms_only else documents.numbers():
        document = documents.load(documents.releases(number)[-1]).document
        yield number, (document.title.zh, document.title.en)


def _ends(number: str, part: str) -> bool:
    """Return whether ``part`` is the end of a number, from one of its parts on."""
    end = part.removeprefix("-")
    return bool(end) and (f"-{number}".endswith(f"-{end}") or number.endswith(f"D{end}"))

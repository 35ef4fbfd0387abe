"""The revisions of a controlled document, a form or another: on the desk, submitted, released."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rmdocs.classes import dataclass
from rmdocs.control.covers import RevisionCover, RevisionFiles, repeated, require_draft
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Finding
from rmdocs.forms.desk import document_directory, places, read_document
from rmdocs.forms.desk import read_desk as read_form_desk
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles, load_document
from rmdocs.forms.form import NAMES, Form, FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, Verbatim, by_command, message
from rmdocs.registers.changerequests import ChangeRegister, ChangeRequest
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revisions import DOCUMENTS, FORMS, RevisionRegister, unknown_revision

if TYPE_CHECKING:
    from rmdocs.registers.revisions import ReleaseValidity
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStanding:
    """A controlled document: its revisions, and the change that is under way.

    :param is_form: whether records are issued on it.
    :param title: of the newest revision; of the desk where there is none yet.
    :param validities: every release with what ends it, the newest first.
    :param in_force: the one in force today; None where none is.
    :param change: the open change request; None where there is none.
    """

    number: DocumentNumber
    is_form: bool
    title: Text
    validities: tuple[ReleaseValidity, ...]
    in_force: ReleaseValidity | None
    change: ChangeRequest | None


def standing(workspace: Workspace, number: DocumentNumber) -> DocumentStanding:
    """Return where a controlled document stands today.

    :raises ControlError: if neither desk nor ledger has it.
    """
    kind, today = kind_of(workspace, number), workspace.today()
    register = RevisionRegister(workspace.registry.control, kind.base)
    validities = register.validities(number)
    try:
        files = released_files(workspace, number) if validities else desk_files(workspace, number)
        title: Text = kind.cover(files).title
    except FindingsError:
        title = Verbatim("-")
    in_force = [one for one in validities if one.status(today) is RevisionStatus.EFFECTIVE]
    return DocumentStanding(
        number=number,
        is_form=kind is FORM,
        title=title,
        validities=tuple(reversed(validities)),
        in_force=in_force[0] if in_force else None,
        change=open_change(workspace, number),
    )


def kind_of(workspace: Workspace, number: DocumentNumber) -> DocumentKind:
    """Return whether a number is a form's or another document's.

    :raises ControlError: if neither desk nor ledger has it.
    """
    control = workspace.registry.control
    for kind in (FORM, OTHER):
        on_desk = kind.paths(workspace.root, number)[kind.manifest].is_file()
        if on_desk or control.list(f"{kind.base}/{number}"):
            return kind
    raise ControlError(
        message("there is no controlled document {number}", number=number),
        by_command(message("put its files on the desk first"), "rmdocs form list"),
    )


def open_change(workspace: Workspace, number: DocumentNumber) -> ChangeRequest | None:
    """Return the open change of a document, or None."""
    return ChangeRegister(head=workspace.registry.control).open_for(number)


def require_change(workspace: Workspace, number: DocumentNumber) -> ChangeRequest:
    """Return the open change of a document.

    :raises ControlError: if there is none.
    """
    return ChangeRegister(head=workspace.registry.control).require_open(number)


def desk_files(workspace: Workspace, number: DocumentNumber) -> RevisionFiles:
    """Return the files on the desk.

    :raises FindingsError: with every file that is missing.
    """
    return kind_of(workspace, number).read_desk(workspace.root, number)


def has_revision(workspace: Workspace, number: DocumentNumber) -> bool:
    """Return whether a document was ever released."""
    register = RevisionRegister(workspace.registry.control, kind_of(workspace, number).base)
    return bool(register.releases(number))


def released_files(
    workspace: Workspace, number: DocumentNumber, revision: Revision | None = None
) -> RevisionFiles:
    """Return the files of a released revision; of the last one if none is named.

    :raises ControlError: if there is none.
    """
    kind = kind_of(workspace, number)
    register = RevisionRegister(workspace.registry.control, kind.base)
    known = register.releases(number)
    found = [one for one in known if revision is None or one.revision == revision]
    if not found:
        raise unknown_revision(number, revision, known)
    directory = register.directory(number, found[-1].revision)
    paths = kind.paths(workspace.root, number)
    contents = {name: register.head.read(f"{directory}/{name}") for name in paths}
    return kind.files({name: data for name, data in contents.items() if data is not None})


def draft_files(workspace: Workspace, change: ChangeRequest) -> RevisionFiles:
    """Return the files of the draft that counts.

    :raises ControlError: if none was submitted.
    """
    draft = require_draft(change)
    kind = KINDS[change.request.base]
    control = workspace.registry.control
    names = control.list(draft.directory)
    register = RevisionRegister(control, kind.base)
    contents = {name: register.read(f"{draft.directory}/{name}") for name in names}
    return kind.files(contents)


def called_files(
    workspace: Workspace, number: DocumentNumber, word: str, desk: RevisionFiles | None = None
) -> RevisionFiles:
    """Return the files that a person means by ``desk``, ``draft`` or X.Y.

    :param desk: files that are meant by the desk, if not those in the workspace.
    :raises UsageError: if it is no such word.
    :raises ControlError: if there is no such revision.
    :raises FindingsError: if a file of the desk is missing.
    """
    if word == DESK:
        return desk_files(workspace, number) if desk is None else desk
    if word == DRAFT:
        return draft_files(workspace, require_change(workspace, number))
    return released_files(workspace, number, released_revision(word, WORDS))


def is_on_desk(
    workspace: Workspace, number: DocumentNumber, digest: str, desk: RevisionFiles | None = None
) -> bool:
    """Return whether the desk, submitted as it is, would have that SHA-256.

    :param desk: files that are meant by the desk, if not those in the workspace.
    """
    kind = kind_of(workspace, number)
    desk = kind.read_desk(workspace.root, number) if desk is None else desk
    if desk.digest() == digest:
        return True
    try:
        files, _ = without_the_unseen(kind, desk, last_files(workspace, number))
    except FindingsError:
        return False  # what cannot be read as Word can be submitted no more
    return files.digest() == digest


def noted(workspace: Workspace, number: DocumentNumber) -> tuple[Finding, ...]:
    """Return what reviewer and approver are to know of the draft before they sign."""
    change = open_change(workspace, number)
    control = workspace.registry.control
    found = (
        None
        if change is None
        else repeated(ChangeRegister(head=workspace.registry.control), change, zone_of(control))
    )
    return () if found is None else (found,)


def last_files(workspace: Workspace, number: DocumentNumber) -> Mapping[str, bytes]:
    """Return the files of the last revision; none where there is none yet."""
    return released_files(workspace, number).contents() if has_revision(workspace, number) else {}

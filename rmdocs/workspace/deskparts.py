"""The parts of a form or document on the desk: looked at one by one, and laid down anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, FindingsError, UsageError
from rmdocs.findings import error
from rmdocs.forms.desk import LARGEST
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME
from rmdocs.forms.tomltables import read_toml
from rmdocs.messages import message
from rmdocs.rendering.cleaning import clean
from rmdocs.store.files import write_whole
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import revisions
from rmdocs.workspace.revisions import FORM, without_the_unseen

if TYPE_CHECKING:
    from rmdocs.control.covers import RevisionFiles
    from rmdocs.files import File
    from rmdocs.findings import Finding
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.messages import Text
    from rmdocs.workspace.opening import Workspace

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        "template.docx": message("Template"),
        "form.toml": message("Manifest: identity, rules, numbering"),
        "schema.json": message("Fields"),
        "sample.json": message("Sample record"),
        "common.schema.json": message("Fields that all forms share"),
        DOCUMENT_NAME: message("Manifest: identity, references"),
        BODY_NAME: message("Text of the document"),
    }
)

"""What people call each part, by its name in the ledger."""


def part_of(finding: Finding) -> str:
    """Return the name of the part that a finding is in; empty where it is in none or several."""
    place = finding.path.partition(":")[0].rpartition("/")[2]
    if place in PARTS:
        return place
    return "template.docx" if finding.path.startswith("word/") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPart:
    """A file of a form or document as it lies on the desk.

    :param name: in the ledger, such as ``template.docx``.
    :param title: what people call it.
    :param data: what it holds; None where there is none.
    :param edited: whether it is not what was released last.
    :param shared: whether other forms have it too.
    """

    name: str
    title: Text
    data: bytes | None
    edited: bool
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLook:
    """The desk of a form or document.

    :param digest: SHA-256 of all its parts; empty while one is missing.
    """

    parts: tuple[DeskPart, ...]
    digest: str


def look(workspace: Workspace, number: DocumentNumber) -> DeskLook:
    """Return what lies on the desk of a form or document.

    :raises ControlError: if there is no such document.
    """
    kind = revisions.kind_of(workspace, number)
    released = revisions.last_files(workspace, number)
    parts, paths = [], kind.paths(workspace.root, number)
    for name in sorted(paths, key=list(PARTS).index):
        path = paths[name]
        data = path.read_bytes() if path.is_file() else None
        if data is None and kind is not FORM and name != kind.manifest and name not in released:
            continue  # its text is kept elsewhere
        part = DeskPart(
            name=name,
            title=PARTS[name],
            data=data,
            edited=data != released.get(name),
            shared=name in kind.shared(),
        )
        parts.append(part)
    try:
        digest = revisions.desk_files(workspace, number).digest()
    except FindingsError:
        digest = ""
    return DeskLook(parts=tuple(parts), digest=digest)


def dropped(workspace: Workspace, number: DocumentNumber, files: RevisionFiles) -> tuple[Text, ...]:
    """Return what nobody sees and would be left out of the Word file if it were submitted.

    :raises FindingsError: if that cannot be read.
    """
    kind = revisions.kind_of(workspace, number)
    return without_the_unseen(kind, files, revisions.last_files(workspace, number))[1]


def put(workspace: Workspace, number: DocumentNumber, name: str, file: File, seen: str) -> None:
    """Lay an edited part of a form or document on the desk, in place of what lies there.

    :param name: of the part, as in :class:`DeskPart`.
    :param seen: SHA-256 of the desk as it was looked at; see :class:`DeskLook`.
    :raises UsageError: if there is no such part, or nobody acts.
    :raises ControlError: if who acts may not, or no change of it is proposed.
    :raises FindingsError: if the file cannot be read as what it should be.
    :raises ConflictError: if the desk was changed since it was looked at.
    """
    kind, person = revisions.kind_of(workspace, number), workspace.require_person()
    workspace.registry.policy.require_person(person, "revision.submit")
    revisions.require_change(workspace, number)
    paths = kind.paths(workspace.root, number)
    if name not in paths or name in kind.shared():
        raise UsageError(
            message("{name} is no part of {number}", name=name, number=number),
            message("choose one of the parts that its page lists"),
        )
    _require_readable(name, file)
    with workspace.store.locked(CONTROL_REF):  # two who lay something down: one after the other
        if look(workspace, number).digest != seen:
            raise changed_since(number)
        write_whole(paths[name], file.data)


def changed_since(number: DocumentNumber) -> ConflictError:
    """Return the refusal of what was decided on another state of the desk."""
    return ConflictError(
        message("the desk of {number} was changed since you looked at it", number=number),
        message("load its page again, look at what changed, then repeat this"),
    )


def _require_readable(name: str, file: File) -> None:
    """Refuse a file that is not what a part must be: all that is finer, a check tells.

    :raises FindingsError: if so.
    """
    if len(file.data) > LARGEST:
        raise _unfit(
            file,
            message("{file} is larger than 20 MB", file=file.name),
            message("have Word or WPS compress its pictures, and save it again"),
        )
    if PurePath(name).suffix != file.suffix.lower():
        told = message(
            "{file} does not end in {suffix}", file=file.name, suffix=PurePath(name).suffix
        )
        remedy = message("save it in Word or WPS as a Word document (.docx), and choose that file")
        plain = message("choose the file that you downloaded here and edited")
        raise _unfit(file, told, remedy if name.endswith(".docx") else plain)
    if name.endswith(".docx"):
        clean(file.data)
    elif name.endswith(".toml"):
        read_toml(file.data, name)
    else:
        canonical.decode(file.data)


def _unfit(file: File, told: Text, remedy: Text) -> FindingsError:
    return FindingsError((error("DESK-FILE", file.name, told, remedy),))

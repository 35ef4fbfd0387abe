"""A record or stage that somebody has begun to fill in, as a file, and where it lies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import error, warning
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Text, by_command, message
from rmdocs.store.files import write_whole
from rmdocs.workspace.places import is_name, locked_place, new_name, private_place

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.findings import Finding
    from rmdocs.intake.typed import Typed
    from rmdocs.workspace.opening import Workspace


_INSIDE = frozenset({"form", "stage", "defaults", "answers"})
"""What every draft's file says."""
_ON_THE_SERVER = frozenset({"version", "changed", "issued", "record", "edition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is kept of a record, or of a stage, that is not finished.

    :param stage: the stage's name; empty if it is a record.
    :param offered: a record, or a stage's content, whose values are offered.
    :param version: counted up each time that what was typed changes; 0 off the server.
    :param changed: when it last did; None off the server.
    :param issued: the number that it became, or empty.
    :param record: the number of the record that it is a stage of, or corrects; empty if it
        is a new one.
    :param edition: that of the record which whoever writes has before them; 0 of a new one.
    """

    form: DocumentNumber
    stage: str = ""
    offered: JsonObject = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    version: int = 0
    changed: datetime | None = None
    issued: str = ""
    record: str = ""
    edition: int = 0


def read_draft(file: File, stage: str | None = "") -> Draft:
    """Return a draft, which must be of the stage; of a record if that is empty; None for either.

    :raises FindingsError: if the file is none.
    """
    try:
        return _parsed(json.loads(file.data), stage)
    except (ValueError, TypeError, AttributeError, RecursionError, UsageError) as problem:
        reason = message("this is no draft of a record")
        remedy: Text = by_command(
            message("name the file that was kept when filling in was broken off"), "rmdocs new"
        )
        if stage:
            reason = message("this is no draft of the stage {stage}", stage=stage)
            remedy = message("move it away, and begin again with the same command")
        raise FindingsError((error("DRAFT", file.base, reason, remedy),)) from problem


def _parsed(value: JsonObject, stage: str | None) -> Draft:
    if not _INSIDE <= value.keys() <= _INSIDE | _ON_THE_SERVER:
        raise ValueError
    if stage is not None and value["stage"] != stage:
        raise ValueError
    changed = value.get("changed")
    return Draft(
        form=DocumentNumber.parse(value["form"]),
        stage=str(value["stage"]),
        offered=dict(value["defaults"]),
        typed={str(key): str(text) for key, text in value["answers"].items()},
        version=int(value.get("version", 0)),
        changed=None if changed is None else datetime.fromisoformat(changed),
        issued=str(value.get("issued", "")),
        record=str(value.get("record", "")),
        edition=int(value.get("edition", 0)),
    )


def write_draft(draft: Draft) -> bytes:
    """Return a draft as a file."""
    value: dict[str, object] = {
        "form": str(draft.form),
        "stage": draft.stage,
        "defaults": draft.offered,
        "answers": draft.typed,
    }
    if draft.changed is not None:
        value |= {
            "version": draft.version,
            "changed": draft.changed.isoformat(),
            "issued": draft.issued,
        }
    if draft.record:
        value |= {"record": draft.record, "edition": draft.edition}
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


_FOLDER = "drafts"
_SUFFIX = ".draft"
_REMEMBERED = timedelta(days=30)
"""How long it is known what a draft became."""


class ChangedDraftError(ConflictError):
    """A draft was changed elsewhere since it was last seen; ``draft`` is how it stands."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            message("this draft was changed in another window"),
            message("keep what stands here, or take what is there now"),
        )
        self.draft = draft


def place_of(workspace: Workspace) -> Path:
    """Return where the drafts of whoever acts lie.

    :raises UsageError: if nobody does.
    """
    person = workspace.person()
    if person is None:
        raise UsageError(
            message("nobody acts: a draft is somebody's"),
            by_command(message("say who you are"), message("--as STAFF_NO, RMDOCS_ACTOR")),
        )
    return private_place(workspace.root, _FOLDER, str(person.staff_no))


def locked(workspace: Workspace) -> AbstractContextManager[Path]:
    """Keep everybody else from the drafts of whoever acts; yield where they lie."""
    return locked_place(place_of(workspace))


def _path(place: Path, name: str) -> Path:
    path = place / f"{name}{_SUFFIX}"
    if not is_name(name) or not path.is_file():
        raise ControlError(
            message("there is no such draft of yours"),
            message("it was deleted, or is somebody else's: look at your drafts, or begin anew"),
        )
    return path


def read_in(place: Path, name: str) -> Draft:
    """Return a draft.

    :raises ControlError: if there is none of that name.
    """
    return _load(_path(place, name))


def _load(path: Path) -> Draft:
    return read_draft(File(name=path.name, data=path.read_bytes()), None)


def open_in(place: Path, name: str) -> Draft:
    """Return a draft that became nothing yet.

    :raises ControlError: if there is none of that name, or it did.
    """
    draft = read_in(place, name)
    if draft.issued:
        raise ControlError(
            message("this draft was issued as {number}", number=draft.issued),
            message("amend the record if it is wrong; begin a new one for another"),
        )
    return draft


def change(workspace: Workspace, place: Path, name: str, draft: Draft) -> Draft:
    """Keep a draft as it is now; return it with its new version."""
    changed = replace(draft, version=draft.version + 1, changed=workspace.now())
    write_whole(_path(place, name), write_draft(changed))
    return changed


def cleared(place: Path, workspace: Workspace) -> list[tuple[str, Draft]]:
    """Drop what was issued long ago; return what became nothing yet, as :func:`all_in`."""
    since, found = workspace.now() - _REMEMBERED, list(_loaded(place))
    for path, draft in found:
        if draft and draft.issued and draft.changed and draft.changed < since:
            path.unlink()
    return _open_ones(found)


def all_in(place: Path) -> tuple[list[tuple[str, Draft]], list[Finding]]:
    """Return the drafts that became nothing yet, with their names, the last changed first.

    Also a warning for each that cannot be read: it keeps nobody from the others.
    """
    found = list(_loaded(place))
    damaged = [
        warning(
            "DRAFT-DAMAGED",
            path.name,
            message("one of your drafts cannot be read: it is not listed"),
            message("have its file taken away, or put back from a backup"),
        )
        for path, draft in found
        if draft is None
    ]
    return _open_ones(found), damaged


def _open_ones(found: Iterable[tuple[Path, Draft | None]]) -> list[tuple[str, Draft]]:
    there = [(path.stem, draft) for path, draft in found if draft is not None and not draft.issued]
    return sorted(there, key=lambda one: str(one[1].changed), reverse=True)


def _loaded(place: Path) -> Iterator[tuple[Path, Draft | None]]:
    """Yield each file of a draft with what it says; None where it cannot be read."""
    for path in sorted(place.glob(f"*{_SUFFIX}")):
        try:
            yield path, _load(path)
        except (FindingsError, OSError):
            yield path, None


def new_in(place: Path, draft: Draft, name: str = "") -> str:
    """Keep a new draft; return its name.

    :param name: of the draft in whose place it comes, if any.
    """
    name = name or new_name()
    write_whole(place / f"{name}{_SUFFIX}", write_draft(draft))
    return name


def remove(place: Path, name: str) -> None:
    """Delete a draft that became nothing yet.

    :raises ControlError: if there is none of that name, or it did.
    """
    open_in(place, name)
    _path(place, name).unlink()

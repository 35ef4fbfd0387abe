"""Records being written on the server, kept for whoever writes them until they are issued.

A draft holds what was typed, half filled as it may be. Each change counts its version up:
who changes it names the version they saw, so that of two windows none overwrites what the
other did. It becomes a record once: issuing it again answers with the number it has.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import ConflictError, ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import warning
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.candidates import Candidate
from rmdocs.intake.headings import record_fields
from rmdocs.intake.typed import WHETHER, understand, write
from rmdocs.issuing.checking import check_all
from rmdocs.issuing.editions import print_draft
from rmdocs.issuing.issue import issue_all
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message
from rmdocs.schemas.fields import split
from rmdocs.workspace import drafting, machine
from rmdocs.workspace.draftfile import Draft, read_draft, write_draft
from rmdocs.workspace.places import drafts_place, write_whole

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.intake.typed import Typed
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.editions import PrintedDraft
    from rmdocs.schemas.fields import Field
    from rmdocs.workspace.opening import Workspace

_NAME = re.compile(r"[0-9a-f]{16}")
_SUFFIX = ".draft"
_FIRST = 1
"""The version of a draft as it was begun."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """A draft as it was checked.

    :param findings: everything that issuing would find, each with the key of the part
        that it concerns; empty where it concerns none.
    """

    draft: Draft
    form: Form
    candidate: Candidate
    checked: CheckedCandidate
    findings: tuple[tuple[str, Finding], ...]


def begin(workspace: Workspace, form: DocumentNumber) -> str:
    """Begin a record; return the name of its draft: one that nobody has touched yet, if any.

    :raises ControlError: if the form is not in force.
    :raises UsageError: if nobody acts.
    """
    interview = drafting.begin(workspace, form)
    with _locked(workspace) as place:
        _forget(place, workspace)
        kept = ((path.stem, _load(path)) for path in place.glob(f"*{_SUFFIX}"))
        untouched = (one for one, draft in kept if (draft.form, draft.version) == (form, _FIRST))
        name = next(untouched, secrets.token_hex(8))
        typed = write(fields_of(interview.form), interview.defaults)
        draft = Draft(form=form, typed=typed, version=_FIRST, changed=workspace.now())
        write_whole(place / f"{name}{_SUFFIX}", write_draft(draft))
    return name


def read(workspace: Workspace, name: str) -> Draft:
    """Return a draft of whoever acts.

    :raises ControlError: if there is none of that name.
    """
    return _read(_place(workspace), name)


def mine(workspace: Workspace) -> list[tuple[str, Draft]]:
    """Return the drafts of whoever acts with their names, the last changed first."""
    if workspace.person() is None:
        return []
    place = _place(workspace)
    found = [(path.stem, _load(path)) for path in place.glob(f"*{_SUFFIX}")]
    open_ones = [(name, draft) for name, draft in found if not draft.issued]
    return sorted(open_ones, key=lambda one: str(one[1].changed), reverse=True)


def forms(workspace: Workspace) -> list[Form]:
    """Return the forms in force of which whoever acts may issue records, by number."""
    person, today = workspace.person(), workspace.today()
    register = workspace.registry.forms
    found = [
        register.load(one.release).form
        for number in register.numbers()
        for one in register.validities(number)
        if one.status(today) is RevisionStatus.EFFECTIVE
    ]
    roles = person.roles if person is not None else frozenset()
    return [form for form in found if roles & set(form.roles.issue)]


def form_of(workspace: Workspace, draft: Draft) -> Form:
    """Return the form of a draft, as it is in force.

    :raises ControlError: if it is no longer.
    """
    return workspace.registry.form_in_force(draft.form, workspace.today()).form


def fields_of(form: Form) -> Field:
    """Return all that may be typed of a record of a form."""
    return record_fields(form.schema.fields())


def keep(workspace: Workspace, name: str, version: int, typed: Typed) -> Draft:
    """Keep what is typed now; return the draft as it stands.

    :param version: of the draft that was changed.
    :raises ChangedDraftError: if it was changed elsewhere meanwhile.
    :raises ControlError: if there is no such draft, or it became a record.
    """
    with _locked(workspace) as place:
        draft = _open(place, name)
        if dict(draft.typed) == dict(typed):
            return draft
        if draft.version != version:
            raise ChangedDraftError(draft)
        return _change(workspace, place, name, replace(draft, typed=typed))


def refer(
    workspace: Workspace, name: str, like: RecordNumber | None = None, customer: str = ""
) -> Draft:
    """Offer what a record, or the register of customers, says wherever nothing is typed.

    :param like: a record of the form.
    :param customer: code of a customer.
    :raises ControlError: if record or customer is unknown.
    """
    with _locked(workspace) as place:
        draft = _open(place, name)
        offered = drafting.begin(workspace, draft.form, like, customer).defaults
        return _change(workspace, place, name, replace(draft, offered=offered))


def drop(workspace: Workspace, name: str) -> None:
    """Delete a draft.

    :raises ControlError: if there is no such draft, or it became a record.
    """
    with _locked(workspace) as place:
        _open(place, name)
        _path(place, name).unlink()


def check(workspace: Workspace, draft: Draft) -> CheckedDraft:
    """Return a draft with everything that issuing it would find.

    :raises ControlError: if its form is no longer in force.
    """
    form = form_of(workspace, draft)
    root = fields_of(form)
    understood = understand(root, draft.typed)
    candidate = Candidate(
        source="",
        row=1,
        value={"form": str(draft.form), **understood.value},
        findings=(*understood.findings, *_without_field(root, draft.typed)),
        unread=understood.unread,
    )
    (checked,) = check_all(workspace.registry, [candidate], workspace.today())
    return CheckedDraft(
        draft=draft,
        form=form,
        candidate=candidate,
        checked=checked,
        findings=tuple(map(understood.placed, checked.findings)),
    )


def _without_field(root: Field, typed: Typed) -> Iterator[Finding]:
    """Yield a warning for what was typed where the form has no field any more."""
    for key, text in typed.items():
        if text.strip() and root.at(split(f"$.{key.removesuffix(WHETHER)}") or ()) is None:
            yield warning(
                "DRAFT-FIELD",
                "$",
                message("the form has no longer a field for “{text}”", text=text),
                message("see where it belongs now; it is not issued with the record"),
            )


def documents(workspace: Workspace, draft: Draft) -> PrintedDraft | None:
    """Return what a draft would print, marked 草稿; None while a value is missing or wrong."""
    found = check(workspace, draft)
    return print_draft(
        workspace.registry, found.candidate, found.checked, workspace.today()
    ).printed


def page_pictures(printed: PrintedDraft, across: int) -> tuple[bytes, ...]:
    """Return the pages of a draft's own document as PNG; it takes seconds.

    With LibreOffice if it is installed, else with the embedded engine, which breaks lines
    in other places.

    :param across: pixels across a page.
    :raises FindingsError: if the document cannot be converted.
    """
    from rmdocs.pdf.pictures import pictures

    name = f"{printed.form.number}.docx"
    converted = machine.any_engine().convert({name: printed.documents[0]})
    return pictures(converted[name], across)


def issue(workspace: Workspace, name: str, version: int) -> RecordNumber:
    """Issue a draft, once; return the record's number, also where it has it already.

    :param version: of the draft that is meant.
    :raises ChangedDraftError: if it was changed elsewhere meanwhile.
    :raises FindingsError: if something is wrong with it.
    :raises ControlError: if the actor may not, or there is no such draft.
    """
    with _locked(workspace) as place:
        draft = _read(place, name)
        if draft.issued:
            return RecordNumber.parse(draft.issued)
        if draft.version != version:
            raise ChangedDraftError(draft)
        checked = check(workspace, draft).checked
        if checked.ready is None:
            raise FindingsError(checked.findings)
        batch = issue_all(workspace.registry, [checked], workspace.acting())
        if batch.refused:
            raise FindingsError(batch.refused[0].findings)
        number = batch.issued[0].number
        # What it said is sealed now, and lies nowhere else.
        became = replace(draft, offered={}, typed={}, issued=str(number))
        _change(workspace, place, name, became)
        return number


# Files -------------------------------------------------------------------------


def _place(workspace: Workspace) -> Path:
    person = workspace.person()
    if person is None:
        raise UsageError(
            message("nobody acts: a draft is somebody's"),
            message("say who you are with --as STAFF_NO, or RMDOCS_ACTOR"),
        )
    return drafts_place(workspace.root, str(person.staff_no))


@contextmanager
def _locked(workspace: Workspace) -> Iterator[Path]:
    """Keep everybody else from the drafts of whoever acts; yield where they lie."""
    place = _place(workspace)
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(handle)


def _path(place: Path, name: str) -> Path:
    path = place / f"{name}{_SUFFIX}"
    if _NAME.fullmatch(name) is None or not path.is_file():
        raise ControlError(
            message("there is no such draft of yours"),
            message("it was deleted, or is somebody else's: look at your drafts, or begin anew"),
        )
    return path


def _read(place: Path, name: str) -> Draft:
    return _load(_path(place, name))


def _load(path: Path) -> Draft:
    return read_draft(File(name=path.name, data=path.read_bytes()))


def _open(place: Path, name: str) -> Draft:
    draft = _read(place, name)
    if draft.issued:
        raise ControlError(
            message("this draft was issued as {number}", number=draft.issued),
            message("amend the record if it is wrong; begin a new one for another"),
        )
    return draft


def _change(workspace: Workspace, place: Path, name: str, draft: Draft) -> Draft:
    changed = replace(draft, version=draft.version + 1, changed=workspace.now())
    write_whole(_path(place, name), write_draft(changed))
    return changed


def _forget(place: Path, workspace: Workspace) -> None:
    """Drop what was issued long ago."""
    for path in place.glob(f"*{_SUFFIX}"):
        draft = _load(path)
        if draft.issued and draft.changed and draft.changed < workspace.now() - _REMEMBERED:
            path.unlink()

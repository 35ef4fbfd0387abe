"""Records being written on the server, kept for whoever writes them until they are issued.

A draft holds what was typed, half filled as it may be. Each change counts its version up:
who changes it names the version they saw, so that of two windows none overwrites what the
other did. It becomes a record once: issuing it again answers with the number it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import warning
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.candidates import Candidate
from rmdocs.intake.headings import record_fields
from rmdocs.intake.typed import WHETHER, Understood, understand, write
from rmdocs.issuing.checking import check_all
from rmdocs.issuing.editions import print_draft
from rmdocs.issuing.issue import issue_all
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message
from rmdocs.schemas.fields import split
from rmdocs.workspace import laterdrafts, machine, terminaldrafts
from rmdocs.workspace.draftfile import (
    ChangedDraftError,
    Draft,
    all_in,
    change,
    cleared,
    locked,
    new_in,
    open_in,
    place_of,
    read_in,
    remove,
)

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.intake.typed import Typed
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.editions import PrintedDraft
    from rmdocs.schemas.fields import Field
    from rmdocs.workspace.opening import Workspace

_FIRST = 1
"""The version of a draft as it was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """A draft as it was checked.

    :param value: what would be sealed: the record, or the stage's content, tidied; None
        while something is wrong.
    :param findings: everything that the act would find, each with the key of the part
        that it concerns; empty where it concerns none.
    """

    draft: Draft
    form: Form
    value: JsonObject | None
    findings: tuple[tuple[str, Finding], ...]

    @property
    def told(self) -> tuple[Finding, ...]:
        """Return the findings by themselves."""
        return tuple(one for _, one in self.findings)


def begin(workspace: Workspace, form: DocumentNumber) -> str:
    """Begin a record; return the name of its draft: one that nobody has touched yet, if any.

    :raises ControlError: if the form is not in force.
    :raises UsageError: if nobody acts.
    """
    interview = terminaldrafts.begin(workspace, form)
    with locked(workspace) as place:
        untouched = (
            one
            for one, draft in cleared(place, workspace)
            if (draft.form, draft.version, draft.record) == (form, _FIRST, "")
        )
        typed = write(fields_of(interview.form), interview.defaults)
        draft = Draft(form=form, typed=typed, version=_FIRST, changed=workspace.now())
        return new_in(place, draft, next(untouched, ""))


def begin_later(workspace: Workspace, number: RecordNumber, stage: str = "") -> str:
    """Begin the next stage of a record, or a correction; return the name of its draft.

    One that was begun is gone on with.

    :param stage: its name; empty for a correction of the record.
    :raises UsageError: if nobody acts.
    :raises ControlError: if it is not the stage's turn, or whoever acts may not.
    """
    record = laterdrafts.record_before(workspace, str(number))
    if stage:
        known = laterdrafts.stage_to_begin(record, stage)
    else:
        known = laterdrafts.record_to_correct(record)
    draft = Draft(
        form=record.released.form.number,
        stage=stage,
        offered={} if stage else known,
        typed=write(fields_of(record.released.form, stage), known),
        version=_FIRST,
        changed=workspace.now(),
        record=str(number),
        edition=record.folder.current.number,
    )
    with locked(workspace) as place:
        for name, there in cleared(place, workspace):
            if (there.record, there.stage) == (draft.record, stage):
                return new_in(place, draft, name) if there.version == _FIRST else name
        return new_in(place, draft)


def carry_over(workspace: Workspace, name: str, version: int) -> Draft:
    """Go on with a draft on the newest edition of its record; what was written is kept.

    :raises ChangedDraftError: if it was changed elsewhere meanwhile.
    :raises ControlError: if whoever acts may not act on the record any more.
    """
    with locked(workspace) as place:
        draft = open_in(place, name)
        if draft.version != version:
            raise ChangedDraftError(draft)
        root = fields_of(form_of(workspace, draft), draft.stage)
        return change(workspace, place, name, laterdrafts.carried_over(workspace, draft, root))


def enter(workspace: Workspace, form: DocumentNumber, typed: Typed) -> str:
    """Begin a record of which something is known already; return the name of its draft.

    :raises ControlError: if the form is not in force.
    :raises UsageError: if nobody acts.
    """
    workspace.registry.form_in_force(form, workspace.today())
    with locked(workspace) as place:
        draft = Draft(form=form, typed=typed, version=_FIRST + 1, changed=workspace.now())
        return new_in(place, draft)


def read(workspace: Workspace, name: str) -> Draft:
    """Return a draft of whoever acts.

    :raises ControlError: if there is none of that name.
    """
    return read_in(place_of(workspace), name)


def mine(workspace: Workspace) -> tuple[list[tuple[str, Draft]], list[Finding]]:
    """Return the drafts of whoever acts with their names, the last changed first.

    Also a warning for each that cannot be read.
    """
    if workspace.person() is None:
        return [], []
    return all_in(place_of(workspace))


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
    """Return the form of a draft, as it is in force; of what comes to a record, as that is under.

    :raises ControlError: if it is no longer.
    """
    if draft.record:
        return laterdrafts.record_before(workspace, draft.record).released.form
    return workspace.registry.form_in_force(draft.form, workspace.today()).form


def fields_of(form: Form, stage: str = "") -> Field:
    """Return all that may be typed of a record of a form, or of a stage of it."""
    if stage:
        return form.stage_schema(stage).root
    return record_fields(form.schema.fields())


def keep(workspace: Workspace, name: str, version: int, typed: Typed) -> Draft:
    """Keep what is typed now; return the draft as it stands.

    :param version: of the draft that was changed.
    :raises ChangedDraftError: if it was changed elsewhere meanwhile.
    :raises ControlError: if there is no such draft, or it became a record.
    """
    with locked(workspace) as place:
        draft = open_in(place, name)
        if dict(draft.typed) == dict(typed):
            return draft
        if draft.version != version:
            raise ChangedDraftError(draft)
        return change(workspace, place, name, replace(draft, typed=typed))


def refer(
    workspace: Workspace, name: str, like: RecordNumber | None = None, customer: str = ""
) -> Draft:
    """Offer what a record, or the register of customers, says wherever nothing is typed.

    :param like: a record of the form.
    :param customer: code of a customer.
    :raises ControlError: if record or customer is unknown.
    """
    with locked(workspace) as place:
        draft = open_in(place, name)
        offered = terminaldrafts.begin(workspace, draft.form, like, customer).defaults
        return change(workspace, place, name, replace(draft, offered=offered))


def drop(workspace: Workspace, name: str) -> None:
    """Delete a draft.

    :raises ControlError: if there is no such draft, or it became a record.
    """
    with locked(workspace) as place:
        remove(place, name)


def check(workspace: Workspace, draft: Draft) -> CheckedDraft:
    """Return a draft with everything that sealing it would find.

    :raises ControlError: if its form is no longer in force, or it is no longer the stage's turn.
    """
    form = form_of(workspace, draft)
    root = fields_of(form, draft.stage)
    understood = understand(root, draft.typed)
    if draft.record:
        record = laterdrafts.record_before(workspace, draft.record)
        value, judged = laterdrafts.judged(record, draft, root, understood.value)
        found = (
            *understood.findings,
            *_without_field(root, draft.typed),
            *(one for one in judged if one.path not in understood.unread),
        )
        value = None if understood.unread else value
    else:
        _, checked = _check_new(workspace, draft, root, understood)
        found = checked.findings
        ready = checked.ready
        value = canonical.decode(ready.record) if ready is not None else None
    return CheckedDraft(
        draft=draft, form=form, value=value, findings=tuple(map(understood.placed, found))
    )


def _check_new(
    workspace: Workspace, draft: Draft, root: Field, understood: Understood
) -> tuple[Candidate, CheckedCandidate]:
    """Return a new record as it would be issued, and what is found of it."""
    candidate = Candidate(
        source="",
        row=1,
        value={"form": str(draft.form), **understood.value},
        findings=(*understood.findings, *_without_field(root, draft.typed)),
        unread=understood.unread,
    )
    (checked,) = check_all(workspace.registry, [candidate], workspace.today())
    return candidate, checked


def _checked_new(workspace: Workspace, draft: Draft) -> tuple[Candidate, CheckedCandidate]:
    root = fields_of(form_of(workspace, draft))
    return _check_new(workspace, draft, root, understand(root, draft.typed))


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
    """Return what a draft would print, marked 草稿; None while a value is missing or wrong.

    Nothing of what comes to a record: its next edition has its number, and is no draft.
    """
    if draft.record:
        return None
    candidate, checked = _checked_new(workspace, draft)
    return print_draft(workspace.registry, candidate, checked, workspace.today()).printed


def printed(workspace: Workspace, draft: Draft) -> PrintedDraft | None:
    """Return what is to be seen of a draft's pages; None while a value is missing or wrong.

    Of what comes to a record these are the pages of its next edition, marked 草稿: to be
    looked at, not to be handed out.

    :raises ControlError: if it is not the stage's turn any more.
    """
    if not draft.record:
        return documents(workspace, draft)
    record = laterdrafts.record_before(workspace, draft.record)
    root = fields_of(record.released.form, draft.stage)
    understood = understand(root, draft.typed)
    if understood.unread:
        return None
    return laterdrafts.printed(record, draft, root, understood.value)


def page_pictures(printed: PrintedDraft, across: int) -> tuple[bytes, ...]:
    """Return the pages of a draft's own document as PNG; it takes seconds.

    With LibreOffice if it is installed, else with the embedded engine, which breaks lines
    in other places.

    :param across: pixels across a page.
    :raises FindingsError: if the document cannot be converted.
    """
    from rmdocs.pdf.pdfium import pictures

    name = f"{printed.form.number}.docx"
    converted = machine.any_engine().convert({name: printed.documents[0]})
    return pictures(converted[name], across)


def seal(workspace: Workspace, name: str, version: int, reason: str = "") -> RecordNumber:
    """Issue a draft, or add it to its record, once; return the record's number.

    :param reason: why a record is corrected.

    :param version: of the draft that is meant.
    :raises ChangedDraftError: if it was changed elsewhere meanwhile.
    :raises ConflictError: if its record has another edition by now.
    :raises FindingsError: if something is wrong with it.
    :raises ControlError: if the actor may not, or there is no such draft.
    """
    with locked(workspace) as place:
        draft = read_in(place, name)
        if draft.issued:
            return RecordNumber.parse(draft.issued)
        if draft.version != version:
            raise ChangedDraftError(draft)
        number = _added(workspace, draft, reason) if draft.record else _issued(workspace, draft)
        # What it said is sealed now, and lies nowhere else.
        became = replace(draft, offered={}, typed={}, issued=str(number))
        change(workspace, place, name, became)
        return number


def _issued(workspace: Workspace, draft: Draft) -> RecordNumber:
    _, checked = _checked_new(workspace, draft)
    if checked.ready is None:
        raise FindingsError(checked.findings)
    batch = issue_all(workspace.registry, [checked], workspace.acting())
    if batch.refused:
        raise FindingsError(batch.refused[0].findings)
    return batch.issued[0].number


def _added(workspace: Workspace, draft: Draft, reason: str) -> RecordNumber:
    found = check(workspace, draft)
    if found.value is None:
        raise FindingsError(found.told)
    laterdrafts.seal(workspace, draft, found.value, reason)
    return RecordNumber.parse(draft.record)

"""Records and stages asked for on the terminal: begun, broken off, gone on with, written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import require_key
from rmdocs.errors import UsageError
from rmdocs.issuing.openrecord import next_stage, open_record
from rmdocs.messages import by_command, message
from rmdocs.records.interview import Interview
from rmdocs.registers.customers import CustomerRegister
from rmdocs.registers.records import find_folder
from rmdocs.schemas.fields import split
from rmdocs.workspace.draftfile import Draft, read_draft, write_draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmdocs.canonical import JsonObject
    from rmdocs.files import File
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber, RecordNumber
    from rmdocs.lifecycle import StageKey
    from rmdocs.records.interview import Prompt, Question
    from rmdocs.registers.staff import Person
    from rmdocs.workspace.opening import Workspace


def begin(
    workspace: Workspace, form: DocumentNumber, like: RecordNumber | None = None, customer: str = ""
) -> Interview:
    """Return the interview for a new record of a form.

    :param like: a record of the form whose values are offered.
    :param customer: code of a customer whose register entry is offered.
    :raises ControlError: if the form is not in force, the record or the
        customer is unknown, or the record was disposed of.
    :raises UsageError: if the record is of another form, or the form has not
        one customer.
    """
    found = _form(workspace, form)
    defaults = _around(workspace, form) if like is None else _like(workspace, found, like)
    if customer:
        _offer(found, defaults, _customer(workspace, customer))
    return Interview(form=found, defaults=defaults)


def begin_stage(
    workspace: Workspace, number: RecordNumber, name: str, kept: File | None = None
) -> Interview:
    """Return the interview for the next stage of a record.

    :param kept: what was kept of one that was broken off; it is gone on with.
    :raises ControlError: if the record is unknown or disposed of, it is not
        this stage's turn, or not the actor's.
    :raises FindingsError: if ``kept`` is no draft of the stage.
    """
    acting = workspace.acting()
    require_key(acting.person, acting.key)
    record = open_record(workspace.registry, number, acting.person, acting.today)
    form, following = record.released.form, next_stage(record, name)
    if kept is not None:
        return _resumed(kept, form, following.name)
    return Interview(
        form=form,
        defaults=known_of_stage(form, following, acting.person),
        stage=following.name,
    )


def known_of_stage(form: Form, following: StageKey, person: Person) -> JsonObject:
    """Return what is known of a stage before anybody is asked: which happening, who adds it."""
    stage = form.stage(following.name)
    known: JsonObject = {}
    if stage is not None and stage.repeat:
        known[stage.repeat] = following.repeat
    if stage is not None and stage.person:
        *groups, last = stage.person.split(".")
        inside = known
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = person.name
    return known


def resume(workspace: Workspace, file: File) -> Interview:
    """Return an interview about a record that was broken off.

    :raises FindingsError: if the file is no such draft.
    :raises ControlError: if its form is no longer in force.
    """
    return _resumed(file, _form(workspace, read_draft(file).form), "")


def hold(interview: Interview, keep: Callable[[bytes], None], prompt: Prompt) -> JsonObject:
    """Ask what is still open and return what comes of it.

    :param keep: is given after each answer what there is to go on with, as :func:`resume` takes it.
    """

    def asked(question: Question, findings: tuple[Finding, ...]) -> str:
        keep(_kept(interview))
        return prompt(question, findings)

    record = interview.hold(asked)
    keep(_kept(interview))
    return record


def written(content: JsonObject) -> bytes:
    """Return what an interview came to as a file: JSON."""
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def _form(workspace: Workspace, number: DocumentNumber) -> Form:
    return workspace.registry.form_in_force(number, workspace.today()).form


def _around(workspace: Workspace, form: DocumentNumber) -> JsonObject:
    """Return what is known of a record before anybody is asked."""
    known: JsonObject = {
        "form": str(form),
        "date": workspace.today().isoformat(),
        "related": [],
        "content": {},
    }
    person = workspace.person()
    if person is not None:
        known["unit"] = str(person.unit)
        known["prepared_by"] = {"name": person.name, "staff_no": str(person.staff_no)}
    return known


def _like(workspace: Workspace, form: Form, number: RecordNumber) -> JsonObject:
    if number.series.form != form.number:
        raise UsageError(
            message("{number} is no record of {form}", number=number, form=form.number),
            message("name a record of the same form"),
        )
    record = canonical.decode(canonical.encode(find_folder(workspace.store, number).record))
    return {**record, **_around(workspace, form.number), "content": record["content"]}


def _customer(workspace: Workspace, uscc: str) -> JsonObject:
    control = workspace.registry.control
    return CustomerRegister(control).customer(uscc.strip()).to_json()


def _offer(form: Form, defaults: JsonObject, customer: JsonObject) -> None:
    """Set what the register knows of a customer where the form keeps its code."""
    source = form.summary.uscc.source if form.summary.uscc is not None else ""
    steps = split(f"$.{source}") or ()
    group = form.schema.root.at(steps[1:-1]) if steps[:1] == ("content",) else None
    if group is None or group.child(str(steps[-1])) is None:
        raise UsageError(
            message("a record of {form} has not one customer", form=form.number),
            by_command(message("leave the customer out"), "--customer"),
        )
    inside = defaults
    for step in steps[:-1]:
        inside = inside.setdefault(str(step), {})
    for child in group.children:
        if child.name in customer:
            inside[child.name] = customer[child.name]


def _resumed(file: File, form: Form, stage: str) -> Interview:
    draft = read_draft(file, stage)
    return Interview(
        form=form, defaults=dict(draft.offered), answers=dict(draft.typed), stage=stage
    )


def _kept(interview: Interview) -> bytes:
    """Return what is kept of an interview while it goes on."""
    draft = Draft(
        form=interview.form.number,
        stage=interview.stage,
        offered=interview.defaults,
        typed=interview.answers,
    )
    return write_draft(draft)

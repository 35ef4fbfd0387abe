"""Records and stages asked for on the terminal: begun, broken off, gone on with, written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import error
from rmdocs.identifiers import DocumentNumber
from rmdocs.issuing import later
from rmdocs.messages import message
from rmdocs.records.interview import Interview
from rmdocs.registers.customers import CustomerRegister
from rmdocs.registers.records import read_folder, unknown_number
from rmdocs.schemas.paths import split
from rmdocs.workspace.saving import save

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.records.interview import Prompt
    from rmdocs.workspace.opening import Workspace

_INSIDE = frozenset({"form", "stage", "defaults", "answers"})


class Drafting:
    """Records being written in a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def begin(
        self, form: DocumentNumber, like: RecordNumber | None = None, customer: str = ""
    ) -> Interview:
        """Return the interview for a new record of a form.

        :param like: a record of the form whose values are offered.
        :param customer: code of a customer whose register entry is offered.
        :raises ControlError: if the form is not in force, the record or the
            customer is unknown, or the record was disposed of.
        :raises UsageError: if the record is of another form, or the form has not
            one customer.
        """
        found = self._form(form)
        defaults = self._around(form) if like is None else self._like(found, like)
        if customer:
            _offer(found, defaults, self._customer(customer))
        return Interview(found, defaults)

    def begin_stage(self, number: RecordNumber, name: str) -> Interview:
        """Return the interview for the next stage of a record.

        :raises ControlError: if the record is unknown or disposed of, it is not
            this stage's turn, or not the actor's.
        """
        form, following = later.next_stage(
            self._workspace.office, number, name, self._workspace.acting()
        )
        stage = form.stage(name)
        offered: JsonObject = {}
        if stage is not None and stage.repeat:
            offered[stage.repeat] = following.repeat
        if stage is not None and stage.person:
            steps = stage.person.split(".")
            inside = offered
            for step in steps[:-1]:
                inside = inside.setdefault(step, {})
            inside[steps[-1]] = self._workspace.acting().person.name
        return Interview(form, offered, stage=name)

    def resume(self, path: Path, stage: str = "") -> Interview:
        """Return an interview that was broken off.

        :param stage: the stage it is about; empty if a record.
        :raises FindingsError: if the file is no such draft.
        :raises ControlError: if its form is no longer in force.
        """
        try:
            value = json.loads(path.read_bytes())
            if value.keys() != _INSIDE or value["stage"] != stage:
                raise ValueError  # noqa: TRY301 - one refusal for all that is no draft
            number = DocumentNumber.parse(value["form"])
            answers = {str(key): str(text) for key, text in value["answers"].items()}
            defaults = dict(value["defaults"])
        except (OSError, ValueError, TypeError, AttributeError, UsageError) as problem:
            reason = message("this is no draft of a record")
            remedy = message("name the file that rmdocs new kept when it was broken off")
            raise FindingsError((error("DRAFT", path.name, reason, remedy),)) from problem
        return Interview(self._form(number), defaults, answers, stage)

    def hold(self, interview: Interview, path: Path, prompt: Prompt) -> JsonObject:
        """Ask what is still open and return what comes of it; each answer is kept at once.

        :param path: of the draft.
        """

        def asked(question: object, findings: object) -> str:
            _keep(path, interview)
            return prompt(question, findings)  # type: ignore[arg-type] # passed on as they came

        record = interview.hold(asked)
        _keep(path, interview)
        return record

    def keep(self, content: JsonObject, out: Path, done: Callable[[], None] = lambda: None) -> None:
        """Write what an interview came to to a file.

        :param done: called once it is on disk.
        """
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        save(out, text.encode())
        done()

    def finish(
        self, record: JsonObject, out: Path, done: Callable[[], None] = lambda: None
    ) -> tuple[Finding, ...]:
        """Write a record to a file and return what checking it finds.

        :param done: called once it is on disk.
        """
        self.keep(record, out, done)
        (checked,) = self._workspace.check([out])
        return checked.findings

    def _form(self, number: DocumentNumber) -> Form:
        work = self._workspace
        return work.office.form_in_force(number, work.today()).form

    def _around(self, form: DocumentNumber) -> JsonObject:
        """Return what is known of a record before anybody is asked."""
        work = self._workspace
        known: JsonObject = {
            "form": str(form),
            "date": work.today().isoformat(),
            "related": [],
            "content": {},
        }
        person = work.person()
        if person is not None:
            known["unit"] = str(person.unit)
            known["prepared_by"] = {"name": person.name, "staff_no": str(person.staff_no)}
        return known

    def _like(self, form: Form, number: RecordNumber) -> JsonObject:
        if number.series.form != form.number:
            raise UsageError(
                message("{number} is no record of {form}", number=number, form=form.number),
                message("name a record of the same form"),
            )
        head = self._workspace.store.head(number.volume.ref)
        if head is None:
            raise unknown_number(number)
        record = canonical.decode(canonical.encode(read_folder(head, number).record))
        return {**record, **self._around(form.number), "content": record["content"]}

    def _customer(self, uscc: str) -> JsonObject:
        control = self._workspace.office.control
        return CustomerRegister(control).customer(uscc.strip()).to_json()


def _offer(form: Form, defaults: JsonObject, customer: JsonObject) -> None:
    """Set what the register knows of a customer where the form keeps its code."""
    source = form.summary.uscc.source if form.summary.uscc is not None else ""
    steps = split(f"$.{source}") or ()
    group = form.schema.root.at(steps[1:-1]) if steps[:1] == ("content",) else None
    if group is None or group.child(str(steps[-1])) is None:
        raise UsageError(
            message("a record of {form} has not one customer", form=form.number),
            message("leave --customer out"),
        )
    inside = defaults
    for step in steps[:-1]:
        inside = inside.setdefault(str(step), {})
    for child in group.children:
        if child.name in customer:
            inside[child.name] = customer[child.name]


def _keep(path: Path, interview: Interview) -> None:
    """Write an interview to its file, whole, over what it was before."""
    value = {
        "form": str(interview.form.number),
        "stage": interview.stage,
        "defaults": interview.defaults,
        "answers": interview.answers,
    }
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(path)
    except OSError as problem:
        raise UsageError(
            message("{path} cannot be written: {problem}", path=path, problem=problem.strerror)
        ) from problem

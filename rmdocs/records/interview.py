"""Asking for a record or a stage, one question after another; who answers is the caller's business.

The questions follow from the form and the answers, so an interview that was
broken off goes on by being asked again with the answers there are. Each answer
is judged at once by its field; rules, which need the whole record, come last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.form import Form
from rmdocs.intake import cells
from rmdocs.intake.headings import record_fields
from rmdocs.intake.interpreting import interpret
from rmdocs.messages import message
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.fields import Field, FieldKind, Steps, join
from rmdocs.schemas.wording import missing
from rmdocs.values import unreadable

NOTHING_GIVEN = "-"
"""The answer that takes a default away."""

_CONTENT = "content"
_MOST_ENTRIES = 100
_YES, _NO = frozenset({"是", "y", "yes", "1"}), frozenset({"否", "n", "no", "0"})
_SOUND = {
    "unit": "JN01",
    "date": "2026-01-01",
    "prepared_by": {"name": "-", "staff_no": "JN01-0001"},
    "related": [],
    "related_reason": "-",
    "content": {},
}
"""An envelope with nothing wrong, in which one answer is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask.

    :param key: tells it from the others; stays the same when it is asked again.
    :param steps: where in the record the answer goes.
    :param titles: what people call the place, from the outside in.
    :param whether: whether it only asks if there is such a thing, yes or no.
    :param default: what an empty answer means; None if there is no default.
    """

    key: str
    steps: Steps
    field: Field
    titles: tuple[str, ...]
    whether: bool
    required: bool
    default: Json

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what may be answered; empty if anything may."""
        item = self.field.item
        return self.field.choices or (item.choices if item is not None else ())


Prompt = Callable[[Question, tuple[Finding, ...]], str]
"""Asks a person and returns the answer as typed; told what was wrong with the last one."""


@dataclass(slots=True, kw_only=True)
class Interview:
    """A conversation about one record, or one stage of a record.

    :param defaults: a record, or a stage's content, whose values are offered.
    :param answers: what was answered, by the question's key; it grows.
    :param stage: the stage's name; empty if it is a record that is asked for.
    """

    form: Form
    defaults: JsonObject
    answers: dict[str, str] = field(default_factory=dict)
    stage: str = ""

    def hold(self, prompt: Prompt) -> JsonObject:
        """Ask what has no answer yet and return the record, or the stage's content.

        Whatever ``prompt`` raises ends the conversation; the answers stay.
        """
        if self.stage:
            asked = self.form.stage_schema(self.stage).root
            return self._object(asked, (), (), self.defaults, prompt)
        root = record_fields(self.form.schema.fields())
        record: JsonObject = {"form": str(self.form.number)}
        for child in root.children:
            needed = child.name != "related_reason" or record["related"]
            if child.name != "form" and needed:
                record |= self._property(child, (), (), self.defaults, prompt)
        return record

    def _property(
        self, child: Field, steps: Steps, titles: tuple[str, ...], default: Json, prompt: Prompt
    ) -> JsonObject:
        place = (*steps, child.name)
        chain = (*titles, child.title) if child.title else titles
        offered = default.get(child.name) if isinstance(default, dict) else None
        value = self._value(child, place, chain, offered, prompt)
        return {} if value is None else {child.name: value}

    def _value(
        self, asked: Field, steps: Steps, titles: tuple[str, ...], default: Json, prompt: Prompt
    ) -> Json:
        required = asked.required and not asked.nullable
        if not asked.is_group:
            return self._ask(_question(asked, steps, titles, default, required=required), prompt)
        if asked.item is not None:
            entries = list(self._entries(asked.item, steps, titles, default or [], prompt))
            return entries if entries or required else None
        if not required and not self._ask(
            _question(asked, steps, titles, default is not None, whether=True), prompt
        ):
            return None
        return self._object(asked, steps, titles, default, prompt)

    def _object(
        self, asked: Field, steps: Steps, titles: tuple[str, ...], default: Json, prompt: Prompt
    ) -> JsonObject:
        value: JsonObject = {}
        for child in asked.children:
            value |= self._property(child, steps, titles, default, prompt)
        return value

    def _entries(
        self, item: Field, steps: Steps, titles: tuple[str, ...], default: Json, prompt: Prompt
    ) -> Iterator[Json]:
        for index in range(_MOST_ENTRIES):
            there = index < len(default)
            place, counted = (*steps, index), (*titles[:-1], f"{titles[-1]} {index + 1}")
            if not self._ask(_question(item, place, counted, there, whether=True), prompt):
                return
            yield self._object(item, place, counted, default[index] if there else None, prompt)

    def _ask(self, question: Question, prompt: Prompt) -> Json:
        """Return the answer, asking until there is one that can be kept."""
        known = self.answers.get(question.key)
        findings: tuple[Finding, ...] = ()
        if known is not None:
            value, findings = self.understand(question, known)
            if not findings:
                return value
        while True:
            text = prompt(question, findings)
            value, findings = self.understand(question, text)
            if not findings:
                self.answers[question.key] = text
                return value

    def understand(self, question: Question, text: str) -> tuple[Json, tuple[Finding, ...]]:
        """Return what an answer means, and what is wrong with it."""
        given = text.strip()
        if question.whether:
            return _truth(question, given)
        if not given:
            value = question.default
        elif given == NOTHING_GIVEN:
            value = None
        else:
            read = interpret(
                _chosen(question, given), question.field, optional=not question.required
            )
            if read.refused:
                return None, read.at(join("$", question.steps), question.titles[-1]).findings
            value = read.value
        if value is None and question.required:
            if question.field.kind is FieldKind.LIST:
                return [], ()
            path = join("$", question.steps)
            return None, (missing(path, question.titles[-1], question.field),)
        return value, () if value is None else tuple(self._wrong(question, value))

    def _wrong(self, question: Question, value: Json) -> Iterator[Finding]:
        """Yield what a field alone can say against a value."""
        steps = tuple(0 if isinstance(step, int) else step for step in question.steps)
        path = join("$", steps)
        if self.stage:
            schema = self.form.stage_schema(self.stage)
            found = schema.check(schema.normalise(_inside(steps, value)), "$")
        elif steps[0] == _CONTENT:
            content = self.form.schema.normalise(_inside(steps[1:], value))
            found = self.form.schema.check(content)
        else:
            envelope = {**_SOUND, "form": str(self.form.number)}
            outer = _inside(steps, value)[steps[0]]
            base = _SOUND[str(steps[0])]
            mixed = {**base, **outer} if isinstance(base, dict) else outer
            found = _envelope_findings({**envelope, str(steps[0]): mixed})
        found = [*found, *unreadable(value, path)]
        yield from (one for one in found if one.path == path or one.path.startswith(f"{path}["))


def _question(  # noqa: PLR0913 - a question simply has that many parts
    asked: Field,
    steps: Steps,
    titles: tuple[str, ...],
    default: Json,
    *,
    required: bool = False,
    whether: bool = False,
) -> Question:
    key = join("$", steps).removeprefix("$.") + ("?" if whether else "")
    return Question(
        key=key,
        steps=steps,
        field=asked,
        titles=titles,
        whether=whether,
        required=required,
        default=default,
    )


def _truth(question: Question, given: str) -> tuple[Json, tuple[Finding, ...]]:
    if not given:
        return bool(question.default), ()
    if given.lower() in _YES:
        return True, ()
    if given.lower() in _NO or given == NOTHING_GIVEN:
        return False, ()
    path = join("$", question.steps)
    reason = message("“{given}” is neither yes nor no", given=given)
    label = " › ".join(question.titles)
    return None, (error("ANSWER", path, reason, message("write yes or no"), label=label),)


def _envelope_findings(record: JsonObject) -> list[Finding]:
    try:
        RecordDraft.parse(record)
    except FindingsError as problem:
        return list(problem.findings)
    return []


def _chosen(question: Question, given: str) -> str:
    """Return the answer as a cell, every number of a choice replaced by the choice."""
    choices = question.choices
    if question.field.kind is not FieldKind.LIST:
        return _pick(given, choices)
    parts = cells.entries(given)
    if parts is None or not choices:
        return given
    return "".join(f"{_pick(part, choices)}\n" for part in parts)


def _pick(part: str, choices: tuple[str, ...]) -> str:
    counted = part.isascii() and part.isdecimal() and 1 <= int(part) <= len(choices)
    return choices[int(part) - 1] if counted and part not in choices else part


def _inside(steps: Steps, value: Json) -> Any:  # noqa: ANN401 - an object or a list
    """Return the least record that has a value at a place."""
    for step in reversed(steps):
        value = [value] if isinstance(step, int) else {step: value}
    return value

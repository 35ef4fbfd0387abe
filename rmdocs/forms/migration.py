"""The ``[migration]`` of a manifest: how records of earlier revisions become records of this one.

Steps as data, and reading them. Whether they fit the form they lead to, and
the one they come from, is ``succession``'s business; carrying them out is
``records``'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rmdocs.errors import UsageError
from rmdocs.forms.reading import Table
from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual, listed, message
from rmdocs.rules.expression import Expression

EACH = "[]"
"""The step of a place that goes through every item of a list."""

CONTENT, STAGES = "content", "stages"
_PLACE = re.compile(r"(content|stages)(\.[A-Za-z_]\w*(\[\])?)+", re.ASCII)
_STEP = re.compile(r"\w+|\[\]", re.ASCII)
_ACTS = ("rename", "set", "default", "drop")
_SHORTEST = {CONTENT: 2, STAGES: 3}


@dataclass(frozen=True, slots=True)
class Place:
    """A property of a record or of a stage: ``content.guarantors[].mobile``.

    :param steps: ``("content", "guarantors", "[]", "mobile")``.
    """

    steps: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place written in ``text``.

        :raises UsageError: if it is none.
        """
        steps = tuple(_STEP.findall(text)) if _PLACE.fullmatch(text) else ()
        if len(steps) < _SHORTEST.get(steps[0] if steps else "", 1):
            raise UsageError(
                message("“{text}” is no property of a record or of a stage", text=text),
                message("write it like content.guarantors[].mobile or stages.delivery.method"),
            )
        return cls(steps)

    @classmethod
    def of(cls, name: str) -> Place:
        """Return the place of a field that goes by that dotted name, items as ``[]``."""
        return cls(tuple(name.replace(EACH, f".{EACH}").split(".")))

    @property
    def home(self) -> tuple[str, ...]:
        """Return what the place never leaves: ``content``, or one stage."""
        return self.steps[: _SHORTEST[self.steps[0]] - 1]

    @property
    def list(self) -> Place | None:
        """Return the innermost list it goes through, up to its ``[]``; None if none."""
        if EACH not in self.steps:
            return None
        last = len(self.steps) - self.steps[::-1].index(EACH)
        return Place(self.steps[:last])

    @property
    def is_item(self) -> bool:
        """Return whether the place is each item of a list itself."""
        return self.steps[-1] == EACH

    def within(self, other: Place) -> bool:
        """Return whether it is ``other``, or lies in it."""
        return self.steps[: len(other.steps)] == other.steps

    def moved(self, source: Place, to: Place) -> Place:
        """Return where it is after ``source``, in which it lies, has become ``to``."""
        return Place((*to.steps, *self.steps[len(source.steps) :]))

    def __str__(self) -> str:
        return ".".join(self.steps).replace(f".{EACH}", EACH)


@dataclass(frozen=True, slots=True)
class Rename:
    """A value moves to another name."""

    place: Place
    to: Place
    note: Bilingual | None = None

    @property
    def target(self) -> Place:
        """Return where the value is afterwards."""
        return self.to


@dataclass(frozen=True, slots=True)
class Assign:
    """A property gets a computed value.

    :param value: sees the record as the old form saw it, and in a list ``item``
        and ``index`` (from 0).
    :param when: only where this holds.
    :param default: only where the property is absent or null.
    """

    place: Place
    value: Expression
    when: Expression | None = None
    default: bool = False
    note: Bilingual | None = None

    @property
    def act(self) -> str:
        """Return what the manifest calls it."""
        return "default" if self.default else "set"

    @property
    def target(self) -> Place:
        """Return where the value is afterwards."""
        return self.place


@dataclass(frozen=True, slots=True)
class Drop:
    """A property that the new revision does not have is left behind."""

    place: Place
    note: Bilingual | None = None

    @property
    def target(self) -> None:
        """Return nothing: the value is gone afterwards."""
        return


Step: TypeAlias = Rename | Assign | Drop


@dataclass(frozen=True, slots=True)
class Migration:
    """How records of the revisions ``origins`` become records of this one.

    :param steps: carried out in this order.
    """

    origins: tuple[Revision, ...]
    steps: tuple[Step, ...]


def origin(place: Place, earlier: Sequence[Step]) -> Place:
    """Return where the value at ``place`` was before the steps ``earlier``."""
    for step in reversed(earlier):
        if isinstance(step, Rename) and place.within(step.to):
            place = place.moved(step.to, step.place)
    return place


def read_migration(table: Table | None) -> Migration | None:
    """Return what ``[migration]`` says, noting every mistake; None if there is none."""
    if table is None:
        return None
    steps = [_step(step) for step in table.tables("steps")]
    migration = Migration(_origins(table), tuple(step for step in steps if step is not None))
    table.close()
    return migration


def _origins(table: Table) -> tuple[Revision, ...]:
    if not isinstance(table.values.get("from"), list):
        return (table.parsed("from", Revision.parse, Revision(0, 0)),)
    origins = []
    for index, text in enumerate(table.texts("from")):
        try:
            origins.append(Revision.parse(text))
        except UsageError as problem:
            table.note(f"from[{index}]", "FORM-VALUE", problem.reason, problem.remedy)
    return tuple(origins)


def _step(table: Table) -> Step | None:
    acts = [act for act in _ACTS if table.has(act)]
    if len(acts) != 1:
        reason = message("a step does one thing, not {count}", count=len(acts))
        remedy = message("give it exactly one of: {acts}", acts=listed(_ACTS))
        table.note("", "FORM-MIGRATION", reason, remedy)
        return None
    act = acts[0]
    nowhere = Place((CONTENT, ""))
    place = table.parsed(act, Place.parse, nowhere)
    note = table.optional_bilingual("note")
    step: Step
    if act == "rename":
        step = Rename(place, table.parsed("to", Place.parse, nowhere), note)
    elif act == "drop":
        step = Drop(place, note)
    else:
        when = table.optional_expression("when") if act == "set" else None
        step = Assign(place, _value(table), when, act == "default", note)
    table.close()
    return step


def _value(table: Table) -> Expression:
    """Return the expression of a value; a plain number or truth value stands for itself."""
    value = table.values.get("value")
    if isinstance(value, bool):
        return Expression.compile("true" if table.flag("value") else "false")
    if isinstance(value, int):
        return Expression.compile(str(table.whole("value")))
    return table.expression("value")

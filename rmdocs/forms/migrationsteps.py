"""The steps by which a record of one revision becomes a record of another, and their places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.forms.sections.stages import Stage
from rmdocs.language.expression import Expression
from rmdocs.messages import Bilingual, message
from rmdocs.schemas.fields import Field
from rmdocs.schemas.schema import Schema

EACH = "[]"
"""The step of a place that goes through every item of a list."""

CONTENT, STAGES = "content", "stages"
_PLACE = re.compile(r"(content|stages)(\.[A-Za-z_]\w*(\[\])?)+", re.ASCII)
_STEP = re.compile(r"\w+|\[\]", re.ASCII)
_SHORTEST = {CONTENT: 2, STAGES: 3}


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property of a record or of a stage: ``content.guarantors[].mobile``.

    :param steps: ``("content", "guarantors", "[]", "mobile")``.
    """

    steps: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PropertyPath:
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
    def of(cls, name: str) -> PropertyPath:
        """Return the place of a field that goes by that dotted name, items as ``[]``."""
        return cls(tuple(name.replace(EACH, f".{EACH}").split(".")))

    @property
    def home(self) -> tuple[str, ...]:
        """Return what the place never leaves: ``content``, or one stage."""
        return self.steps[: _SHORTEST[self.steps[0]] - 1]

    @property
    def list(self) -> PropertyPath | None:
        """Return the innermost list it goes through, up to its ``[]``; None if none."""
        if EACH not in self.steps:
            return None
        last = len(self.steps) - self.steps[::-1].index(EACH)
        return PropertyPath(self.steps[:last])

    @property
    def is_item(self) -> bool:
        """Return whether the place is each item of a list itself."""
        return self.steps[-1] == EACH

    def within(self, other: PropertyPath) -> bool:
        """Return whether it is ``other``, or lies in it."""
        return self.steps[: len(other.steps)] == other.steps

    def moved(self, source: PropertyPath, to: PropertyPath) -> PropertyPath:
        """Return where it is after ``source``, in which it lies, has become ``to``."""
        return PropertyPath((*to.steps, *self.steps[len(source.steps) :]))

    def __str__(self) -> str:
        return ".".join(self.steps).replace(f".{EACH}", EACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A value moves to another name."""

    place: PropertyPath
    to: PropertyPath
    note: Bilingual | None = None

    @property
    def target(self) -> PropertyPath:
        """Return where the value is afterwards."""
        return self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """A property gets a computed value.

    :param value: sees the record as the old form saw it, and in a list ``item``
        and ``index`` (from 0).
    :param when: only where this holds.
    :param default: only where the property is absent or null.
    """

    place: PropertyPath
    value: Expression
    when: Expression | None = None
    default: bool = False
    note: Bilingual | None = None

    @property
    def act(self) -> str:
        """Return what the manifest calls it."""
        return "default" if self.default else "set"

    @property
    def target(self) -> PropertyPath:
        """Return where the value is afterwards."""
        return self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A property that the new revision does not have is left behind."""

    place: PropertyPath
    note: Bilingual | None = None

    @property
    def target(self) -> None:
        """Return nothing: the value is gone afterwards."""
        return


Step: TypeAlias = Rename | Assign | Drop


def origin(place: PropertyPath, earlier: Sequence[Step]) -> PropertyPath:
    """Return where the value at ``place`` was before the steps ``earlier``."""
    for step in reversed(earlier):
        if isinstance(step, Rename) and place.within(step.to):
            place = place.moved(step.to, step.place)
    return place


def known_places(schema: Schema, stages: Sequence[Stage]) -> Mapping[str, Field]:
    """Return every property of a form's content and stages by its dotted name."""
    known = {f"content.{name}": field for name, field in schema.fields().walk()}
    for stage in stages:
        if stage.name in schema.stage_names:
            prefix = f"stages.{stage.name}{'[]' if stage.repeat else ''}"
            fields = schema.stage(stage.name).fields()
            known |= {f"{prefix}.{name}": field for name, field in fields.walk()}
    return known

"""Carrying out the steps of a migration on one record and its stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.form import Form
from rmdocs.forms.migrationsteps import (
    CONTENT,
    EACH,
    STAGES,
    Assign,
    Drop,
    PropertyPath,
    Rename,
    Step,
    origin,
)
from rmdocs.language.expression import Expression
from rmdocs.language.rules import derive
from rmdocs.language.sandbox import CALENDAR
from rmdocs.language.workingdays import WEEK, WorkingDays
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Text, listed, message
from rmdocs.records.check import STAGE_PATH
from rmdocs.records.context import AddedStages, UnheldError, captured, record_names
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.fields import Field, Steps, join
from rmdocs.values import View

SHAPE = "MIGRATION-SHAPE"


class RecordTree:
    """A record being changed; ``root`` belongs to it alone."""

    def __init__(self, content: JsonObject, stages: AddedStages, form: Form) -> None:
        """Copy content and stages.

        :param form: says which stages repeat.
        """
        added: JsonObject = {}
        for key, value in stages:
            if _repeats(form, key.name):
                added.setdefault(key.name, []).append(_copied(value))
            else:
                added[key.name] = _copied(value)
        self.root: JsonObject = {CONTENT: _copied(content), STAGES: added}

    def stages(self, keys: Sequence[StageKey], form: Form) -> AddedStages:
        """Return the stages ``keys``, in their order, with their content as it is now."""
        found: list[tuple[StageKey, JsonObject]] = []
        seen: dict[str, int] = {}
        for key in keys:
            place = seen[key.name] = seen.get(key.name, -1) + 1
            value = self.root[STAGES][key.name]
            found.append((key, value[place] if _repeats(form, key.name) else value))
        return tuple(found)

    def each(self, place: PropertyPath) -> list[Steps]:
        """Return where ``place`` is in this record: once for each item of its lists.

        Nowhere, if a list or a stage that it leads through is not there.

        :raises FindingsError: if it leads through something else than a list.
        """
        if place.home[0] == STAGES and place.home[1] not in self.root[STAGES]:
            return []
        return list(_each(self.root, place.steps, ()))

    def get(self, steps: Steps) -> Json:
        """Return the value there; None if there is none."""
        return value_at(self.root, steps)

    def put(self, steps: Steps, value: Json) -> None:
        """Put a value there, making the objects and lists that lead to it.

        :raises FindingsError: if something else is in the way.
        """
        target: Json = self.root
        for position, step in enumerate(steps[:-1]):
            inner = _at(target, step)
            if inner is None:
                inner = [] if isinstance(steps[position + 1], int) else {}
                _set(target, step, inner, steps[: position + 1])
            target = inner
        _set(target, steps[-1], value, steps)

    def take(self, steps: Steps) -> Json:
        """Remove the value there and return it."""
        return value_at(self.root, steps[:-1]).pop(steps[-1])

    def holds(self, steps: Steps) -> bool:
        """Return whether there is a property of that name, be it null."""
        parent = value_at(self.root, steps[:-1])
        return isinstance(parent, dict) and steps[-1] in parent

    def prune(self, steps: Steps, form: Form) -> None:
        """Remove the objects around ``steps`` that are empty now and none of the form's."""
        for end in range(len(steps) - 1, 0, -1):
            outer = steps[:end]
            emptied = value_at(self.root, outer) == {} and isinstance(outer[-1], str)
            if not emptied or len(outer) <= home(outer) or field_at(form, outer) is not None:
                return
            self.take(outer)


def value_at(value: Any, steps: Steps) -> Any:  # noqa: ANN401 - JSON, or a view of it
    """Return what ``steps`` lead to in JSON or in a view of it; None if nothing is there."""
    for step in steps:
        value = _at(value, step)
    return value


def filled(place: PropertyPath, indices: Sequence[int]) -> Steps:
    """Return the place with ``indices`` for its lists, in order."""
    left = iter(indices)
    return tuple(next(left) if step == EACH else step for step in place.steps)


def indices_of(steps: Steps) -> tuple[int, ...]:
    """Return the indices among ``steps``."""
    return tuple(step for step in steps if isinstance(step, int))


def home(steps: Steps) -> int:
    """Return how many steps lead to the content or to one stage, its repetition included."""
    if steps[0] == CONTENT:
        return 1
    return 2 + len(indices_of(steps[2:3]))


def field_at(form: Form, steps: Steps) -> Field | None:
    """Return the field of a form that ``steps`` lead to, or None."""
    if steps[0] == CONTENT:
        return form.schema.root.at(steps[1:])
    if form.stage(str(steps[1])) is None:
        return None
    return form.stage_schema(str(steps[1])).root.at(steps[home(steps) :])


def shown(steps: Steps) -> str:
    """Return the JSON path of a place."""
    return join("$", steps)


def _each(value: Json, steps: Sequence[str], at: Steps) -> Iterator[Steps]:
    if EACH not in steps:
        yield (*at, *steps)
        return
    position = list(steps).index(EACH)
    head, rest = tuple(steps[:position]), steps[position + 1 :]
    items = value_at(value, head)
    if items is None:
        return
    if not isinstance(items, list):
        raise _in_the_way((*at, *head), message("a list is expected here"))
    for index, item in enumerate(items):
        yield from _each(item, rest, (*at, *head, index))


def _at(value: Any, step: str | int) -> Any:  # noqa: ANN401 - JSON, or a view of it
    if isinstance(step, int):
        listed = isinstance(value, (list, tuple)) and step < len(value)
        return value[step] if listed else None
    return value.get(step) if isinstance(value, Mapping) else None


def _set(target: Json, step: str | int, value: Json, steps: Steps) -> None:
    if isinstance(step, int) and isinstance(target, list):
        target.extend({} for _ in range(len(target), step + 1))
        target[step] = value
    elif isinstance(step, str) and isinstance(target, dict):
        target[step] = value
    elif isinstance(step, int):
        raise _in_the_way(steps[:-1], message("a list is expected here"))
    else:
        raise _in_the_way(steps[:-1], message("an object is expected here"))


# A migration meets this only where the old schema did not tell lists from objects.
def _in_the_way(steps: Steps, reason: Text) -> FindingsError:
    remedy = message("correct the step in form.toml, or leave the record as it is")
    return FindingsError((error(SHAPE, shown(steps), reason, remedy),))


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _repeats(form: Form, name: str) -> bool:
    stage = form.stage(name)
    return stage is not None and bool(stage.repeat)


TAKEN, VALUE, STAGE = "MIGRATION-TAKEN", "MIGRATION-VALUE", "MIGRATION-STAGE"
"""Codes: a value in the way, a value that cannot be computed, a stage the new form lacks."""

_SEEN = (CALENDAR, "content", "stages", "unit", "record")


def carried(  # noqa: PLR0913, PLR0917 - a record has that many sides
    draft: RecordDraft,
    stages: AddedStages,
    old: Form,
    new: Form,
    unit: Mapping[str, Any],
    calendar: WorkingDays = WEEK,
) -> tuple[RecordDraft, AddedStages]:
    """Return record and stages of the revision ``old`` after the steps that lead to ``new``.

    :raises FindingsError: with everything that could not be carried over, each
        naming its step.
    """
    findings = list(_strange_stages(stages, old, new))
    if findings:
        raise FindingsError(tuple(findings))
    tree = RecordTree(draft.content, stages, old)
    steps = new.migration.steps if new.migration is not None else ()
    names = record_names(draft, old, unit, stages=stages, calendar=calendar)
    seen = _seen(names, old, steps)
    for index, step in enumerate(steps):
        carrier = _Carrier(
            tree=tree, seen=seen, new=new, index=index, earlier=steps[:index], findings=findings
        )
        try:
            carrier.carry_out(step)
        except FindingsError as problem:
            findings += (carrier.about(step, one) for one in problem.findings)
    if findings:
        raise FindingsError(tuple(findings))
    return draft.with_content(tree.root[CONTENT]), tree.stages([key for key, _ in stages], new)


def _strange_stages(stages: AddedStages, old: Form, new: Form) -> Iterator[Finding]:
    for key, _ in stages:
        before, after = old.stage(key.name), new.stage(key.name)
        path = f"{STAGE_PATH}.{key.name}"
        if after is None or before is None or bool(before.repeat) != bool(after.repeat):
            yield error(
                STAGE,
                path,
                message(
                    "revision {new} does not have the stage “{stage}” as {old} has it",
                    new=new.revision,
                    stage=key.name,
                    old=old.revision,
                ),
                message("leave the record under revision {old}", old=old.revision),
            )
        elif key.repeat is not None and key.repeat not in after.repeat_values:
            reason = message("“{repeat}” is no repetition of {stage}", repeat=key.repeat, stage=key)
            remedy = message("they are: {values}", values=listed(after.repeat_values))
            yield error(STAGE, path, reason, remedy)


def _seen(names: Mapping[str, Any], old: Form, steps: Sequence[Step]) -> dict[str, Any]:
    """Return what the expressions of a migration see: the record as the old form saw it.

    Derived values are computed only if a step asks for them: of a record on its
    way through several revisions they may have none yet.
    """
    seen = {name: names[name] for name in _SEEN}
    asked = any(
        "derived" in one.names()
        for step in steps
        if isinstance(step, Assign)
        for one in (step.value, step.when)
        if one is not None
    )
    return {**seen, "derived": View(derive(old.derived, names)) if asked else View({})}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carrier:
    """Carries out one step on one record.

    :param seen: the record as the old form saw it.
    :param earlier: the steps before this one.
    """

    tree: RecordTree
    seen: Mapping[str, Any]
    new: Form
    index: int
    earlier: Sequence[Step]
    findings: list[Finding]

    def carry_out(self, step: Step) -> None:
        for steps in self.tree.each(step.place):
            if isinstance(step, Assign):
                self._assign(step, steps)
            elif self.tree.holds(steps):
                if isinstance(step, Rename):
                    self._rename(step, steps)
                elif isinstance(step, Drop):
                    self.tree.take(steps)
                self.tree.prune(steps, self.new)

    def _rename(self, step: Rename, steps: Steps) -> None:
        to = filled(step.to, indices_of(steps))
        value = self.tree.take(steps)
        present = self.tree.get(to)
        # A value may take the place of the object that held nothing else.
        emptied = present == {} and steps[: len(to)] == to
        if present is not None and not emptied:
            reason = message("{path} holds a value already", path=shown(to))
            self.findings.append(self.about(step, error(TAKEN, shown(steps), reason, _MEND)))
        else:
            self.tree.put(to, value)

    def _assign(self, step: Assign, steps: Steps) -> None:
        if step.default and self.tree.get(steps) is not None:
            return
        names = {**self.seen, **self._item(step, steps)}
        if step.when is not None and not self._evaluate(step.when, names, steps):
            return
        field = field_at(self.new, steps)
        try:
            value = captured(self._evaluate(step.value, names, steps), field)
        except UnheldError:
            source = step.value.source
            reason = message("“{source}” gives nothing that a record can hold", source=source)
            raise FindingsError((error(VALUE, shown(steps), reason, _MEND),)) from None
        if value is not None or (field is not None and field.nullable):
            self.tree.put(steps, value)
        elif self.tree.holds(steps):
            self.tree.take(steps)

    def _item(self, step: Assign, steps: Steps) -> dict[str, Any]:
        through = step.place.list
        if through is None:
            return {}
        indices = indices_of(steps)
        before = filled(origin(through, self.earlier), indices)
        return {"item": value_at(self.seen, before), "index": indices[-1]}

    def _evaluate(self, expression: Expression, names: Mapping[str, Any], steps: Steps) -> Any:  # noqa: ANN401 - whatever it gives
        try:
            return expression.evaluate(names)
        except FindingsError as problem:
            found = (
                error(VALUE, shown(steps), one.message, one.remedy) for one in problem.findings
            )
            raise FindingsError(tuple(found)) from problem

    def about(self, step: Step, finding: Finding) -> Finding:
        """Return the finding naming the step it comes from."""
        act = step.act if isinstance(step, Assign) else type(step).__name__.lower()
        said = message(
            "step {count} of the migration to {revision} ({act} {place}): {reason}",
            count=self.index + 1,
            revision=self.new.revision,
            act=act,
            place=step.place,
            reason=finding.message,
        )
        return replace(finding, message=said)


_MEND: Text = message("correct the step in form.toml, or leave the record as it is")

"""Carrying out the steps of a migration on one record and its stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.formatting.calendar import WEEK, WorkingDays
from rmdocs.forms.form import Form
from rmdocs.forms.steps import CONTENT, Assign, Drop, Rename, Step, origin
from rmdocs.messages import Text, listed, message
from rmdocs.records.check import STAGE_PATH
from rmdocs.records.computed import UnheldError, captured
from rmdocs.records.context import AddedStages, record_names
from rmdocs.records.draft import RecordDraft
from rmdocs.records.tree import Tree, field_at, filled, indices_of, look, shown
from rmdocs.rules.derived import derive
from rmdocs.rules.environment import CALENDAR
from rmdocs.rules.expression import Expression
from rmdocs.schemas.paths import Steps
from rmdocs.values import View

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
    tree = Tree(draft.content, stages, old)
    steps = new.migration.steps if new.migration is not None else ()
    names = record_names(draft, old, unit, stages=stages, calendar=calendar)
    seen = _seen(names, old, steps)
    for index, step in enumerate(steps):
        carrier = _Carrier(tree, seen, new, index, steps[:index], findings)
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


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Carries out one step on one record.

    :param seen: the record as the old form saw it.
    :param earlier: the steps before this one.
    """

    tree: Tree
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
        return {"item": look(self.seen, before), "index": indices[-1]}

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

"""Whether a revision can take over the records of another: its migration against both.

Asked wherever both revisions are at hand; the desk alone has only the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rmdocs.findings import Finding, did_you_mean, error, warning
from rmdocs.forms.form import Form
from rmdocs.forms.naming import FUNCTION, findings_of
from rmdocs.forms.scopes import record_scope
from rmdocs.forms.section import MANIFEST_NAME, stated
from rmdocs.forms.sections.migration import step_finding
from rmdocs.forms.sections.stages import Stage
from rmdocs.forms.steps import Assign, Drop, PropertyPath, Rename, Step, known_places, origin
from rmdocs.language.shapes import ANY, YES_OR_NO, Sort, of
from rmdocs.messages import message


def succession(old: Form, new: Form) -> list[Finding]:
    """Return where the migration of ``new`` does not fit the records of ``old``.

    Names that ``old`` does not have, values that would meet another, and what
    ``old`` captured and no step says anything of.
    """
    steps = new.migration.steps if new.migration is not None else ()
    findings = list(_stages(old, new))
    there = {PropertyPath.of(name) for name in known_places(old.schema, old.stages)}
    inner = {place for place in there if any(_inside(other, place) for other in there)}
    for index, step in enumerate(steps):
        findings += _known(index, step, there, old)
        findings += _goes_through(index, steps, there, old)
        findings += _sees(index, step, old)
        there = _after(step, there)
        inner = _after(step, inner)
    findings += _left_behind(there - inner, old, new)
    return findings


def _inside(place: PropertyPath, other: PropertyPath) -> bool:
    return place != other and place.within(other)


def _open_stages(old: Form) -> Iterator[Stage]:
    """Yield the stages that a record may have and still be open: only such are carried over."""
    for stage in old.stages:
        if not stage.settles:
            yield stage
        elif not stage.optional:
            return


def _stages(old: Form, new: Form) -> Iterator[Finding]:
    for stage in _open_stages(old):
        other = new.stage(stage.name)
        if other is None or bool(other.repeat) != bool(stage.repeat):
            yield warning(
                "FORM-MIGRATION",
                f"{MANIFEST_NAME}:stages",
                message(
                    "records with the stage “{name}” of revision {old} cannot be carried over",
                    name=stage.name,
                    old=old.revision,
                ),
                message("keep the stage, or leave such records as they are"),
            )


def _known(index: int, step: Step, there: set[PropertyPath], old: Form) -> Iterator[Finding]:
    """Yield whether a step takes what is not there, or puts a value where one is."""
    if isinstance(step, Assign):
        through = step.place.list
        if through is not None and PropertyPath(through.steps[:-1]) not in there:
            yield _not_there(index, step.act, through, there, old)
        return
    if not any(place.within(step.place) for place in there):
        key = "drop" if isinstance(step, Drop) else "rename"
        yield _not_there(index, key, step.place, there, old)
    if isinstance(step, Rename) and not step.place.within(step.to):
        taken = any(place.within(step.to) and not place.within(step.place) for place in there)
        if taken:
            yield step_finding(
                index,
                "to",
                message("revision {old} has “{place}” already", old=old.revision, place=step.to),
                message("rename it or drop it in an earlier step"),
            )


def _goes_through(
    index: int, steps: Sequence[Step], there: set[PropertyPath], old: Form
) -> Iterator[Finding]:
    """Yield whether a value is computed for the items of what is no list."""
    step = steps[index]
    through = step.place.list
    if not isinstance(step, Assign) or through is None:
        return
    whole = PropertyPath(through.steps[:-1])
    field = known_places(old.schema, old.stages).get(str(origin(whole, steps[:index])))
    if whole not in there or (field is not None and field.item is None):
        yield _not_there(index, step.act, through, there, old)


def _not_there(
    index: int, key: str, place: PropertyPath, there: set[PropertyPath], old: Form
) -> Finding:
    otherwise = message("leave the step out, or correct the name")
    return step_finding(
        index,
        key,
        message("revision {old} has no “{place}” at this step", old=old.revision, place=place),
        did_you_mean(str(place), map(str, there), otherwise=otherwise),
        "FORM-FIELD",
    )


def _sees(index: int, step: Step, old: Form) -> Iterator[Finding]:
    """Yield what is wrong with the expressions of a step, which see the record as it was."""
    if not isinstance(step, Assign):
        return
    scope = {name: shape for name, shape in record_scope(old).items() if name != "form"}
    if step.place.list is not None:
        scope |= {"item": ANY, "index": of(Sort.INTEGER)}
    for key, expression, wants in (("value", step.value, None), ("when", step.when, YES_OR_NO)):
        for one in stated(f"migration.steps[{index}].{key}", expression, scope, wants):
            # Functions are the same in every revision: the form's own check tells of them.
            yield from (found for found in findings_of(one) if found.code != FUNCTION)


def _after(step: Step, there: set[PropertyPath]) -> set[PropertyPath]:
    """Return which places there are after a step."""
    if isinstance(step, Rename):
        return {
            place.moved(step.place, step.to) if place.within(step.place) else place
            for place in there
        }
    if isinstance(step, Drop):
        return {place for place in there if not place.within(step.place)}
    whole = not step.default and step.when is None
    kept = {place for place in there if not (whole and _inside(place, step.place))}
    return kept if step.place.is_item else {*kept, step.place}


def _left_behind(leaves: set[PropertyPath], old: Form, new: Form) -> Iterator[Finding]:
    known = {PropertyPath.of(name) for name in known_places(new.schema, new.stages)}
    # A stage that is gone altogether is told as such.
    staged = {stage.name for stage in _open_stages(old)} & {stage.name for stage in new.stages}
    lost = {
        _topmost(place, known)
        for place in leaves - known
        if place.steps[0] == "content" or place.steps[1] in staged
    }
    for place in sorted(lost, key=str):
        yield error(
            "FORM-MIGRATION",
            f"{MANIFEST_NAME}:migration",
            message(
                "revision {old} captured “{place}”, which revision {new} does not have",
                old=old.revision,
                place=place,
                new=new.revision,
            ),
            message("add a step that renames it or drops it"),
        )


def _topmost(place: PropertyPath, known: set[PropertyPath]) -> PropertyPath:
    """Return the outermost object around ``place`` that the new revision does not have."""
    for end in range(len(place.home) + 1, len(place.steps)):
        outer = PropertyPath(place.steps[:end])
        if not outer.is_item and outer not in known:
            return outer
    return place

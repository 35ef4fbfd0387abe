"""Whether the steps of a migration fit the form they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rmdocs.findings import NOTHING, Finding, error
from rmdocs.forms.manifest import MANIFEST_NAME, Manifest
from rmdocs.forms.migration import Assign, Drop, Migration, Place, Rename, Step
from rmdocs.forms.parts import Stage
from rmdocs.messages import Text, listed, message
from rmdocs.rules.guesses import did_you_mean
from rmdocs.schemas.fields import Field
from rmdocs.schemas.schema import Schema

_SEEN = frozenset({"content", "stages", "unit", "record", "derived"})
_OF_AN_ITEM = frozenset({"item", "index"})


def known_places(schema: Schema, stages: Sequence[Stage]) -> Mapping[str, Field]:
    """Return every property of a form's content and stages by its dotted name."""
    known = {f"content.{name}": field for name, field in schema.fields().walk()}
    for stage in stages:
        if stage.name in schema.stage_names:
            prefix = f"stages.{stage.name}{'[]' if stage.repeat else ''}"
            fields = schema.stage(stage.name).fields()
            known |= {f"{prefix}.{name}": field for name, field in fields.walk()}
    return known


def misfits(manifest: Manifest, schema: Schema) -> Iterator[Finding]:
    """Yield everything in which a migration disagrees with its own form.

    What it says of the revisions before is not known here; see ``succession``.
    """
    migration = manifest.migration
    if migration is None:
        return
    yield from _origins(manifest, migration)
    known = known_places(schema, manifest.stages)
    for index, step in enumerate(migration.steps):
        earlier, later = migration.steps[:index], migration.steps[index + 1 :]
        yield from _shape(index, step)
        yield from _target(index, step, later, known)
        if isinstance(step, Assign):
            yield from _free_names(index, step)
            yield from _replaced(index, step, earlier)


def step_finding(
    index: int, name: str, reason: Text, remedy: Text = NOTHING, code: str = "FORM-MIGRATION"
) -> Finding:
    """Return a finding about the value called ``name`` of a step; the step itself if empty."""
    place = f"migration.steps[{index}]{f'.{name}' if name else ''}"
    return error(code, f"{MANIFEST_NAME}:{place}", reason, remedy)


def _origins(manifest: Manifest, migration: Migration) -> Iterator[Finding]:
    own = manifest.identity.revision
    known = [entry.revision for entry in manifest.history]
    place = f"{MANIFEST_NAME}:migration.from"
    for origin in migration.origins:
        if origin >= own:
            reason = message("{origin} does not come before {own}", origin=origin, own=own)
            remedy = message("name a revision before {own}", own=own)
            yield error("FORM-MIGRATION", place, reason, remedy)
        elif origin not in known:
            reason = message("no row of the history is of revision {origin}", origin=origin)
            earlier = listed(str(revision) for revision in known if revision < own)
            remedy = message("add a row to [[history]]")
            if earlier:
                remedy = message("known here: {names}", names=earlier)
            yield error("FORM-MIGRATION", place, reason, remedy)
    if len(set(migration.origins)) != len(migration.origins):
        remedy = message("name each revision once")
        yield error("FORM-MIGRATION", place, message("a revision occurs twice"), remedy)


def _shape(index: int, step: Step) -> Iterator[Finding]:
    if isinstance(step, Rename):
        yield from _rename(index, step)
    elif step.place.is_item and (isinstance(step, Drop) or step.default):
        name = "drop" if isinstance(step, Drop) else step.act
        reason = message("“{place}” are the items themselves", place=step.place)
        yield step_finding(index, name, reason, message("name a property of the items"))


def _rename(index: int, step: Rename) -> Iterator[Finding]:
    if step.place == step.to:
        reason = message("the new name is the old one")
        yield step_finding(index, "to", reason, message("leave the step out"))
    elif step.place.home != step.to.home:
        reason = message("a value stays in the content, or in its stage")
        remedy = message("begin both names with {home}", home=".".join(step.place.home))
        yield step_finding(index, "to", reason, remedy)
    elif step.place.is_item or step.to.is_item:
        reason = message("“{place}” are the items themselves", place=step.place)
        yield step_finding(index, "rename", reason, message("name a property of the items"))
    elif step.place.list != step.to.list:
        reason = message("a value stays with its item of a list")
        remedy = message("both names lead through the same list, up to the last []")
        yield step_finding(index, "to", reason, remedy)


def _target(
    index: int, step: Step, later: Sequence[Step], known: Mapping[str, Field]
) -> Iterator[Finding]:
    """Yield whether a value ends where the form has nothing, and stays there."""
    target = step.target
    if target is None or any(_takes_away(other, target) for other in later):
        return
    name = str(target).removesuffix("[]")
    field = known.get(name)
    if field is None or (target.is_item and field.item is None):
        remedy = did_you_mean(str(target), known, otherwise=message("describe it in the schema"))
        yield step_finding(
            index,
            step.act if isinstance(step, Assign) else "to",
            message("“{name}” is not in the form", name=target),
            remedy,
            "FORM-FIELD",
        )


def _takes_away(step: Step, target: Place) -> bool:
    return isinstance(step, (Rename, Drop)) and target.within(step.place)


def _free_names(index: int, step: Assign) -> Iterator[Finding]:
    known = _SEEN | _OF_AN_ITEM if step.place.list is not None else _SEEN
    for key, expression in (("value", step.value), ("when", step.when)):
        for name in sorted(expression.names() - known) if expression is not None else ():
            if name in _OF_AN_ITEM:
                remedy = message("only a place with [] has items")
            else:
                remedy = message("a text has quotes of its own: \"'{name}'\"", name=name)
            reason = message("“{name}” is no name that a migration sees", name=name)
            yield step_finding(index, key, reason, remedy, "FORM-FIELD")


def _replaced(index: int, step: Assign, earlier: Sequence[Step]) -> Iterator[Finding]:
    """Yield whether a step goes through a list that an earlier one has replaced.

    ``item`` is what the old form saw, and would not be what stands there.
    """
    through = step.place.list
    for other in earlier:
        if not isinstance(other, Assign) or through is None or through == other.place:
            continue
        if through.within(other.place):
            reason = message("an earlier step has replaced the list in “{place}”", place=step.place)
            yield step_finding(index, "", reason, message("give the list its values in one step"))
            return

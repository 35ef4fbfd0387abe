"""A record's content and stages as one JSON value, changed place by place.

It has the shape that expressions see: ``content``, and ``stages`` by name, a
repeated one as a list. What there is to change is ``migration``'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.forms.form import Form
from rmdocs.forms.steps import CONTENT, EACH, STAGES, Place
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Text, message
from rmdocs.records.context import AddedStages
from rmdocs.schemas.fields import Field
from rmdocs.schemas.paths import Steps, join

SHAPE = "MIGRATION-SHAPE"


class Tree:
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

    def each(self, place: Place) -> list[Steps]:
        """Return where ``place`` is in this record: once for each item of its lists.

        Nowhere, if a list or a stage that it leads through is not there.

        :raises FindingsError: if it leads through something else than a list.
        """
        if place.home[0] == STAGES and place.home[1] not in self.root[STAGES]:
            return []
        return list(_each(self.root, place.steps, ()))

    def get(self, steps: Steps) -> Json:
        """Return the value there; None if there is none."""
        return look(self.root, steps)

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
        return look(self.root, steps[:-1]).pop(steps[-1])

    def holds(self, steps: Steps) -> bool:
        """Return whether there is a property of that name, be it null."""
        parent = look(self.root, steps[:-1])
        return isinstance(parent, dict) and steps[-1] in parent

    def prune(self, steps: Steps, form: Form) -> None:
        """Remove the objects around ``steps`` that are empty now and none of the form's."""
        for end in range(len(steps) - 1, 0, -1):
            outer = steps[:end]
            emptied = look(self.root, outer) == {} and isinstance(outer[-1], str)
            if not emptied or len(outer) <= home(outer) or field_at(form, outer) is not None:
                return
            self.take(outer)


def look(value: Any, steps: Steps) -> Any:  # noqa: ANN401 - JSON, or a view of it
    """Return what ``steps`` lead to in JSON or in a view of it; None if nothing is there."""
    for step in steps:
        value = _at(value, step)
    return value


def filled(place: Place, indices: Sequence[int]) -> Steps:
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
    items = look(value, head)
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

"""Records of an earlier revision of a form as records of a later one, and judging them.

Pure: the steps are the form's data, what is missing is told apart from what is
wrong, and nothing is guessed. Captured derived values never survive; the later
revision computes its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from rmdocs import canonical
from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.form import Form
from rmdocs.forms.migrationsteps import CONTENT, STAGES
from rmdocs.identifiers import Revision
from rmdocs.language.workingdays import WEEK, WorkingDays
from rmdocs.lifecycle import StageKey
from rmdocs.messages import message
from rmdocs.records.carrying import TAKEN, VALUE, RecordTree, carried, field_at, home
from rmdocs.records.check import STAGE_PATH, check_record, check_stage, named_person
from rmdocs.records.context import AddedStages, CheckedRecord, Name, faulty_names
from rmdocs.records.draft import RecordDraft, inexact
from rmdocs.schemas.fields import Steps, split, step
from rmdocs.schemas.wording import MISSING
from rmdocs.values import texts, unprintable, unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """One place of a record that differs; null means absent."""

    path: str
    old: Json
    new: Json

    def to_json(self) -> JsonObject:
        """Return the change as JSON."""
        return {"path": self.path, "old": self.old, "new": self.new}

    @classmethod
    def from_json(cls, value: JsonObject) -> RecordChange:
        """Return the change that JSON describes.

        :raises TypeError: if its path is no text.
        """
        if not isinstance(value["path"], str):
            raise TypeError(value["path"])
        return cls(path=value["path"], old=value["old"], new=value["new"])


def changes(old: Json, new: Json, path: str = "$") -> tuple[RecordChange, ...]:
    """Return where two records differ, in the order of the old one, then the new.

    A property that is null and one that is absent say the same.
    """
    return tuple(_changes(old, new, path))


def _changes(old: Json, new: Json, path: str) -> Iterator[RecordChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _changes(old.get(key), new.get(key), step(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _changes(_at(old, index), _at(new, index), step(path, index))
    elif not _same(old, new):
        yield RecordChange(path=path, old=old, new=new)


def _at(values: list[Json], index: int) -> Json:
    return values[index] if index < len(values) else None


def _same(old: Json, new: Json) -> bool:
    # In Python True equals 1; in a record it does not.
    return old == new and isinstance(old, bool) == isinstance(new, bool)


ROUTE = "MIGRATION-ROUTE"
"""Code of the finding that no migration leads from one revision to another."""

_NOTHING_GIVEN: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A record as the later revision has it; not yet judged.

    :param stages: those it has, with their content, in the order they were added.
    :param changes: every place that differs, ``$.content.fax`` or
        ``$.stages.delivery.method``; an index tells repetitions apart.
    """

    draft: RecordDraft
    stages: AddedStages
    changes: tuple[RecordChange, ...]


def route(
    origin_revision: Revision, new: Form, find: Callable[[Revision], Form | None]
) -> tuple[Form, ...]:
    """Return the revisions a record goes through, from its own to ``new``, both included.

    The way with the fewest revisions between is taken.

    :param find: gives a released revision of the form, None if there is none.
    :raises FindingsError: if the migrations lead from none to the other.
    """
    ways: list[tuple[Form, ...]] = [(new,)]
    seen = {new.revision}
    while ways:
        way = ways.pop(0)
        if way[0].revision == origin_revision:
            return way
        for revision in way[0].predecessors:
            form = find(revision) if revision not in seen else None
            if form is not None and revision >= origin_revision:
                seen.add(revision)
                ways.append((form, *way))
    reason = message(
        "no migration leads from revision {old} to {new}", old=origin_revision, new=new.revision
    )
    remedy = message("name {old} in “from” of [migration] in form.toml", old=origin_revision)
    raise FindingsError((error(ROUTE, "$.form", reason, remedy),))


def migrate(  # noqa: PLR0913 - a record has that many sides
    draft: RecordDraft,
    stages: AddedStages,
    forms: Sequence[Form],
    unit: Mapping[str, Any],
    given: Mapping[str, Json] = _NOTHING_GIVEN,
    *,
    calendar: WorkingDays = WEEK,
) -> Migrated:
    """Return a record of the first of ``forms`` as the last has it, by way of the others.

    :param calendar: the working days that counted for the record as it stands.
    :raises FindingsError: with everything that could not be carried over.
    """
    kept, added = draft, stages
    for old, new in pairwise(forms):
        kept, added = carried(kept, added, old, new=new, unit=unit, calendar=calendar)
    last = forms[-1]
    if given:
        kept, added = _given(kept, added, last, given)
    kept, added = _tidied(kept, added, last)
    found = changes(_whole(draft, stages, forms[0]), _whole(kept, added, last))
    return Migrated(draft=kept, stages=added, changes=found)


def judge(
    migrated: Migrated,
    form: Form,
    unit: Mapping[str, Any],
    day: date,
    *,
    calendar: WorkingDays = WEEK,
) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return a migrated record checked under its new form, None if it has errors, and all findings.

    Record and stages are judged as if captured today; who added a stage stays who it names.

    :param day: the date to be used as today.
    :param calendar: the working days that count now.
    """
    draft, stages = migrated.draft, migrated.stages
    # Nobody typed it for this: how a text is read was judged when it was captured.
    kept = texts([draft.to_json(), *(content for _, content in stages)])
    checked, findings = check_record(
        draft, form, unit, day, stages=stages, standing=kept, calendar=calendar
    )
    faulty: frozenset[Name] = frozenset()
    if checked is None:
        faulty = faulty_names(form.schema.check(form.schema.normalise(draft.content)))
    for position, (key, content) in enumerate(stages):
        stage = form.stage(key.name)
        actor = named_person(stage, content) if stage is not None else ""
        before = stages[:position]
        _, found = check_stage(
            draft,
            stages=before,
            key=key,
            content=content,
            form=form,
            unit=unit,
            actor_name=actor,
            today=day,
            known_faulty=faulty,
            calendar=calendar,
            standing=kept,
        )
        findings += _placed(found, key, sum(other.name == key.name for other, _ in before), form)
    findings = list({(finding.code, finding.path): finding for finding in findings}.values())
    return (None if has_errors(findings) else checked), findings


def missing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those of ``findings`` that a person can settle by filling something in."""
    return tuple(finding for finding in findings if finding.code == MISSING)


def _placed(found: list[Finding], key: StageKey, index: int, form: Form) -> Iterator[Finding]:
    """Yield findings about a stage with its title, and with the repetition they are about."""
    stage = form.stage(key.name)
    own = f"{STAGE_PATH}.{key.name}"
    for finding in found:
        if stage is None or not finding.path.startswith(own):
            yield finding
            continue
        place = own if key.repeat is None else f"{own}[{index}]"
        title = stage.title.zh if key.repeat is None else f"{stage.title.zh} {key.repeat}"
        inner = finding.label.removeprefix(stage.title.zh).removeprefix(" › ")
        yield replace(
            finding,
            path=f"{place}{finding.path.removeprefix(own)}",
            label=f"{title} › {inner}" if inner else title,
        )


def _given(
    draft: RecordDraft, stages: AddedStages, form: Form, given: Mapping[str, Json]
) -> tuple[RecordDraft, AddedStages]:
    """Return the record with what a person filled in."""
    tree = RecordTree(draft.content, stages, form)
    findings: list[Finding] = []
    for path, value in given.items():
        steps = split(path) or ()
        if not _may_be_given(steps, tree, form):
            reason = message("“{path}” leads to nothing in a record", path=path)
            remedy = message("make the sheet to fill in again")
            findings.append(error(VALUE, path, reason, remedy))
            continue
        if unread := [*unreadable(value, path)]:
            findings += unread
            continue
        present = tree.get(steps)
        if present is not None and changes(present, value):
            reason = message("{path} holds a value already", path=path)
            remedy = message("leave the cell empty, or amend the record")
            findings.append(error(TAKEN, path, reason, remedy))
        else:
            tree.put(steps, value)
    if findings:
        raise FindingsError(tuple(findings))
    return draft.with_content(tree.root[CONTENT]), tree.stages([key for key, _ in stages], form)


def _may_be_given(steps: Steps, tree: RecordTree, form: Form) -> bool:
    if not steps or steps[0] not in {CONTENT, STAGES} or len(steps) <= home(steps):
        return False
    return tree.get(steps[: home(steps)]) is not None and field_at(form, steps) is not None


def _tidied(draft: RecordDraft, stages: AddedStages, form: Form) -> tuple[RecordDraft, AddedStages]:
    """Return the record as the form keeps it, without what was captured beside it.

    :raises FindingsError: with every value that cannot be kept or printed exactly.
    """
    kept = RecordDraft.parse({**draft.envelope(), CONTENT: form.schema.normalise(draft.content)})
    findings: list[Finding] = []
    added: list[tuple[StageKey, JsonObject]] = []
    for key, content in stages:
        path = f"{STAGE_PATH}.{key.name}"
        found = [*inexact(content, path)] or [*unprintable(content, path)]
        findings += found
        if not found:
            tidy = form.stage_schema(key.name).normalise(content)
            added.append((key, canonical.decode(canonical.encode(tidy))))
    if findings:
        raise FindingsError(tuple(findings))
    return kept, tuple(added)


def _whole(draft: RecordDraft, stages: AddedStages, form: Form) -> JsonObject:
    return {**draft.envelope(), **RecordTree(draft.content, stages, form).root}

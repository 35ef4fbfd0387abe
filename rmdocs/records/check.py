"""Checking a record, or a stage of it: shape, derived values, rules, in that order.

Everything that is wrong is found in one pass; a value that is wrong keeps no
rule about other values from being evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rmdocs import canonical
from rmdocs.canonical import Json, JsonObject
from rmdocs.characters import fold
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity, error, has_errors, warning
from rmdocs.forms.form import Form
from rmdocs.forms.sections.stages import Stage
from rmdocs.language.rules import compare, derive, evaluate
from rmdocs.language.sandbox import CALENDAR
from rmdocs.language.workingdays import WEEK, Doubt, Lean, WorkingDays
from rmdocs.lifecycle import StageKey
from rmdocs.messages import by_command, message
from rmdocs.records.context import (
    AddedStages,
    CheckedRecord,
    Name,
    act_names,
    faulty_names,
    record_names,
    sound_derivations,
    sound_rules,
    stage_view,
)
from rmdocs.records.draft import ENVELOPE_TITLES, RecordDraft, inexact
from rmdocs.schemas.fields import join
from rmdocs.values import View, blank, unprintable, unreadable, view

STAGE_PATH = "$.stages"
STAGES_LABEL = "环节"


def check_record(  # noqa: PLR0913 - a record is judged by that many things
    draft: RecordDraft,
    form: Form,
    unit: Mapping[str, Any],
    today: date,
    *,
    stages: AddedStages = (),
    standing: frozenset[str] = frozenset(),
    calendar: WorkingDays = WEEK,
) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return the checked record, None if it has errors, and all findings.

    :param unit: code, name and full name as the register of units has them.
    :param today: date of the act.
    :param stages: stages it has already, when it is amended.
    :param standing: texts that a record sealed before has: how those are read is told,
        but keeps nobody from going on with it.
    :param calendar: the working days that count.
    """
    tidy = draft.with_content(form.schema.normalise(draft.content))
    mistakes = form.schema.check(tidy.content)

    def judged(days: WorkingDays) -> tuple[dict[str, Any], list[Finding]]:
        names = record_names(tidy, form, unit, stages=stages, calendar=days)
        computed, faulty, found = _derive(form, names, faulty_names(mistakes))
        found += _compare(computed, draft.captured_derived, faulty)
        names["derived"] = View(computed)
        found += evaluate(sound_rules(form.rules, faulty), act_names(names, today))
        return names, found

    names, found = _judged_by(judged, calendar)
    findings = labelled([*mistakes, *found, *_unread(tidy.to_json(), "$", standing)], form)
    return (
        None if has_errors(findings) else CheckedRecord(draft=tidy, names=View(names))
    ), findings


def check_stage(  # noqa: PLR0913 - a stage is judged by that many things
    draft: RecordDraft,
    *,
    stages: AddedStages,
    key: StageKey,
    content: JsonObject,
    form: Form,
    unit: Mapping[str, Any],
    actor_name: str,
    today: date,
    known_faulty: frozenset[Name] = frozenset(),
    standing: frozenset[str] = frozenset(),
    calendar: WorkingDays = WEEK,
) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return the record with a stage added, None if there are errors, and all findings.

    Whether it is the stage's turn is the lifecycle's business. Rules of the
    stage see it as ``stage``, the stages before it in ``stages``, and derived
    values as they are once it is added.

    :param stages: those the record has already.
    :param actor_name: who adds it, as in the register of staff.
    :param known_faulty: values of the record that were found wrong before;
        nothing that uses them is judged.
    :param standing: as for :func:`check_record`.
    :param calendar: the working days that count.
    """
    path = f"{STAGE_PATH}.{key.name}"
    findings = _unkept(content, path)
    if findings:
        return None, findings
    schema = form.stage_schema(key.name)
    tidy: JsonObject = schema.normalise(canonical.decode(canonical.encode(content)))
    findings = schema.check(tidy, path)
    faulty = faulty_names(findings, key.name)
    stage = form.stage(key.name)
    if stage is not None and not faulty:
        findings += _person(stage, tidy, path, actor_name)
    # Derived values call the new stage by its name among the stages.
    named = known_faulty | faulty | {("stages", key.name, *name[1:]) for name in faulty}

    def judged(days: WorkingDays) -> tuple[dict[str, Any], list[Finding]]:
        before = record_names(draft, form, unit, stages=stages, calendar=days)
        after = record_names(draft, form, unit, stages=(*stages, (key, tidy)), calendar=days)
        computed, lost, found = _derive(form, after, named)
        after["derived"] = before["derived"] = View(computed)
        seen = act_names(before, today, stage_view(form, key.name, tidy))
        found += evaluate(sound_rules(form.rules, lost), seen, stage=key.name)
        return after, found

    after, found = _judged_by(judged, calendar)
    findings = labelled([*findings, *found, *_unread(tidy, path, standing)], form)
    return (
        None if has_errors(findings) else CheckedRecord(draft=draft, names=View(after))
    ), findings


def accepted(
    draft: RecordDraft,
    form: Form,
    unit: Mapping[str, Any],
    stages: AddedStages = (),
    *,
    calendar: WorkingDays = WEEK,
) -> CheckedRecord:
    """Return a record that was accepted before, without judging it again.

    Rules may ask for today's date; a record once sealed does not become wrong
    by the passing of time.

    :param calendar: the working days that counted when it was accepted.
    :raises FindingsError: if its derived values cannot be computed.
    """
    names = record_names(draft, form, unit, stages=stages, calendar=calendar)
    names["derived"] = View(derive(form.derived, names))
    return CheckedRecord(draft=draft, names=View(names))


def _judged_by(
    judge: Callable[[WorkingDays], tuple[dict[str, Any], list[Finding]]], calendar: WorkingDays
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the names of a record and what is found, as the working days have it.

    Where a year is not arranged yet, an error stands only if it would stand
    whichever way it will be arranged; else it is a warning. What was counted so
    is told with its bounds.
    """
    days = calendar.asked()
    names, findings = judge(days)
    # What is sealed and printed goes on with no memory of what was asked here.
    names[CALENDAR] = calendar
    if not days.doubts:
        return names, findings
    for lean in (Lean.FEWEST, Lean.MOST):
        stands = {(one.code, one.path) for one in judge(calendar.asked(lean))[1] if _stops(one)}
        findings = [
            one
            if not _stops(one) or (one.code, one.path) in stands
            else replace(one, severity=Severity.WARNING)
            for one in findings
        ]
    return names, [*findings, *map(_doubtful, days.doubts)]


def _stops(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _doubtful(doubt: Doubt) -> Finding:
    """Return the warning that a year's working days are not arranged yet, with the bounds."""
    if doubt.end is None:
        reason = message(
            "the working days of {year} are not in the calendar: the next one after {start} is"
            " {low} at the earliest and {high} at the latest; {taken} was taken",
            year=doubt.year,
            start=doubt.start,
            low=doubt.low,
            high=doubt.high,
            taken=doubt.taken,
        )
    else:
        reason = message(
            "the working days of {year} are not in the calendar: after {start} up to {end} there"
            " are {low} at least and {high} at most; {taken} was taken",
            year=doubt.year,
            start=doubt.start,
            end=doubt.end,
            low=doubt.low,
            high=doubt.high,
            taken=doubt.taken,
        )
    remedy = by_command(
        message("once the year is announced, have it entered"),
        message("rmdocs calendar fill {year}", year=doubt.year),
    )
    return warning("CALENDAR-UNKNOWN", "$", reason, remedy)


def _unkept(value: Json, path: str) -> list[Finding]:
    """Return what cannot be kept or printed exactly."""
    return [*inexact(value, path)] or [*unprintable(value, path)]


def _unread(value: Json, path: str, standing: frozenset[str]) -> Iterator[Finding]:
    """Yield what no reader would read as it is; what shows nothing is not there."""
    yield from unreadable(value, path, standing)
    yield from blank(value, path, standing)


def _derive(
    form: Form, names: Mapping[str, Any], faulty: frozenset[Name]
) -> tuple[dict[str, Any], frozenset[Name], list[Finding]]:
    """Return the derived values that can be computed, and what is faulty after all.

    One that fails is a finding; those that only fail because of it are not.
    """
    findings: list[Finding] = []
    while True:
        sound, faulty = sound_derivations(form.derived, faulty)
        try:
            return derive(sound, names), faulty, findings
        except FindingsError as problem:
            first = problem.findings[0]
            findings.append(first)
            faulty |= faulty_names([first])


def _compare(
    computed: Mapping[str, Any], captured: JsonObject, faulty: frozenset[Name]
) -> list[Finding]:
    lost = {name[1] for name in faulty if name[0] == "derived"}
    judged = {name: view(value) for name, value in captured.items() if name not in lost}
    return compare(computed, judged)


def named_person(stage: Stage, content: JsonObject) -> str:
    """Return who must have added a stage with that content; empty if it names nobody."""
    value: Json = content
    for step in stage.person.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _person(stage: Stage, content: JsonObject, path: str, actor_name: str) -> list[Finding]:
    named = named_person(stage, content)
    if not stage.person or fold(named) == fold(actor_name):
        return []
    return [
        error(
            "STAGE-PERSON",
            join(path, stage.person.split(".")),
            message("the stage names {named}, but {actor} adds it", named=named, actor=actor_name),
            message("who gives an opinion or approval adds it in person"),
            clause="ISO 9001 §7.5.3",
        )
    ]


def labelled(findings: Iterable[Finding], form: Form) -> list[Finding]:
    """Return the findings, each with what a person calls its place."""
    return [
        finding if finding.label else replace(finding, label=label(form, finding.path))
        for finding in findings
    ]


def label(form: Form, path: str) -> str:
    """Return what a person calls the place in a record that ``path`` leads to."""
    if path.startswith(STAGE_PATH):
        for stage in form.stages:
            own = f"{STAGE_PATH}.{stage.name}"
            if path == own:
                return stage.title.zh
            if path.startswith(own):
                return f"{stage.title.zh} › {form.stage_schema(stage.name).title(path)}"
    if path.startswith("$.derived."):
        name = path.removeprefix("$.derived.")
        return next((item.title.zh for item in form.derived if item.name == name), "")
    return form.schema.title(path) or ENVELOPE_TITLES.get(path.removeprefix("$."), "")

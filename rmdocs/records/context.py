"""What expressions see of a record, what they give it, and what they rest on.

A rule whose values are all sound is evaluated even while others are not, so
that whoever captured the record hears everything at once. A finding that rests on
nothing that an amendment changed is not the amendment's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.findings import Finding
from rmdocs.forms.form import Form
from rmdocs.forms.scopes import names_in
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.language.expression import Expression
from rmdocs.language.numbers import written
from rmdocs.language.rules import Derivation, Rule
from rmdocs.language.sandbox import CALENDAR
from rmdocs.language.workingdays import WEEK, WorkingDays
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Bilingual
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.fields import Field, FieldKind, Steps, split
from rmdocs.schemas.wording import UNKNOWN
from rmdocs.values import View, view


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRecord:
    """A record that was found without error, ready to be numbered and rendered.

    :param draft: its content tidied as the schema says; this is what is sealed.
    :param names: what expressions and templates see of it, its stages included.
    """

    draft: RecordDraft
    names: Mapping[str, Any]


AddedStages = Sequence[tuple[StageKey, JsonObject]]
"""The stages a record has, in the order they were added, with their content."""

_NOTHING: Mapping[str, Any] = View({})
_UNIT = ("code", "name", "full_name")


def record_names(
    draft: RecordDraft,
    form: Form,
    unit: Mapping[str, Any],
    stages: AddedStages = (),
    *,
    calendar: WorkingDays = WEEK,
) -> dict[str, Any]:
    """Return the names of the record: what everything about it is computed from.

    Absent properties are null. Neither the date of an act nor the stage being
    added is among them; see ``act_names``.

    :param unit: code, name and full name as the register of units has them.
    :param calendar: the working days that count.
    """
    return {
        CALENDAR: calendar,
        "record": view(draft.envelope()),
        "content": content_view(form, draft.content),
        "derived": _NOTHING,
        "stages": stages_view(form, stages),
        "unit": View({name: unit.get(name) for name in _UNIT}),
        "form": form_view(form),
    }


def act_names(names: Mapping[str, Any], today: date, stage: Any = None) -> dict[str, Any]:  # noqa: ANN401 - a view
    """Return ``names`` with the date of an act and the content of the stage it adds."""
    return {**names, "today": today, "stage": stage}


def content_view(form: Form, content: JsonObject) -> Any:  # noqa: ANN401 - a view
    """Return a record's content, tidied and with nulls for what is absent."""
    return form.schema.view(content)


def stage_view(form: Form, name: str, content: JsonObject) -> Any:  # noqa: ANN401 - a view
    """Return a stage's content, tidied and with nulls for what is absent."""
    return form.stage_schema(name).view(content)


def stages_view(form: Form, stages: AddedStages) -> View:
    """Return all stages of a form by name.

    One that is not there is null; a repeated one is a tuple, in the order of
    its repetitions, empty if there is none.
    """
    found: dict[str, Any] = {}
    for stage in form.stages:
        contents = [
            stage_view(form, key.name, content) for key, content in stages if key.name == stage.name
        ]
        if stage.repeat:
            found[stage.name] = tuple(contents)
        else:
            found[stage.name] = contents[-1] if contents else None
    return View(found)


def form_view(form: Form) -> View:
    """Return what expressions and templates may say of the form."""
    known = _FORM_VIEWS.get(id(form))
    if known is None:
        if len(_FORM_VIEWS) >= _MOST_FORMS:
            _FORM_VIEWS.clear()
        known = _FORM_VIEWS[id(form)] = (form, _form_view(form))
    return known[1]


_MOST_FORMS = 64
_FORM_VIEWS: dict[int, tuple[Form, View]] = {}
"""By the identity of the form, which is kept so that nothing else gets it: every record asks."""


def _form_view(form: Form) -> View:
    return View(
        {
            "number": str(form.number),
            "revision": str(form.revision),
            "title": _both(form.title),
            "organisation": _both(form.organisation),
            "parent": str(form.parent),
            "annex": _both(form.annex),
            "clause": form.clause,
            "access": form.access.value,
            "marking": form.access.marking,
            "effective": form.effective.isoformat(),
            "prepared": form.prepared,
            "reviewed": form.reviewed,
            "approved": form.approved,
            "history": tuple(_history_row(row) for row in form.history),
        }
    )


def _history_row(row: RevisionEntry) -> View:
    """Return a row of the revision table (修改记录), as a template prints it."""
    return View(
        {
            "revision": str(row.revision),
            "date": row.date.isoformat(),
            "change": _both(row.change),
        }
    )


def _both(text: Bilingual) -> View:
    return View({"zh": text.zh, "en": text.en})


def template_context(  # noqa: PLR0913 - an edition simply has that many facts
    checked: CheckedRecord,
    form: Form,
    *,
    number: str,
    edition: int,
    pin: str,
    issued_on: date,
    addressee: Any = None,  # noqa: ANN401 - an item of the content
) -> dict[str, Any]:
    """Return what the template of an edition sees.

    :param issued_on: the date of the act that made the edition; ``today`` too.
    :param addressee: whom a further copy is for; None for the document itself.
    """
    return {
        **checked.names,
        "today": issued_on,
        **_facts(form, number, edition, pin, issued_on),
        "addressee": addressee,
        "blank": False,
    }


def blank_context(form: Form) -> dict[str, Any]:
    """Return what the template of a blank form sees: null everywhere, empty lists."""
    person = {"name": None, "staff_no": None}
    record = {"form": str(form.number), "unit": None, "date": None, "prepared_by": person}
    return {
        CALENDAR: WEEK,
        "record": view({**record, "related": []}),
        "content": view(form.schema.blank()),
        "derived": View({item.name: None for item in form.derived}),
        "stages": stages_view(form, ()),
        "unit": View(dict.fromkeys(_UNIT)),
        "form": form_view(form),
        "today": None,
        **_facts(form, "", 0, "", None),
        "addressee": None,
        "blank": True,
    }


def _facts(
    form: Form, number: str, edition: int, pin: str, issued_on: date | None
) -> dict[str, Any]:
    return {
        "number": number,
        "edition": edition,
        "pin": pin,
        "facts": View({"issued_on": issued_on}),
        "revision": str(form.revision),
    }


class UnheldError(Exception):
    """A value that no record can hold, such as a span of time."""


def captured(value: Any, field: Field | None) -> Json:  # noqa: ANN401 - whatever was computed
    """Return ``value`` as JSON, numbers and dates written as ``field`` wants them.

    Objects lose what is null, which says the same as absent, unless the schema
    wants it to be there.

    :param field: what the value is for; None if the form does not know it.
    :raises UnheldError: if it is nothing that JSON has.
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        fields = {name: field.child(name) if field is not None else None for name in value}
        return {
            str(name): captured(item, fields[name])
            for name, item in value.items()
            if item is not None or keeps_null(fields[name])
        }
    if isinstance(value, Sequence):
        item = field.item if field is not None else None
        return [captured(one, item) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return _number(value, field.kind if field is not None else None)
    raise UnheldError


def keeps_null(field: Field | None) -> bool:
    """Return whether the schema wants a property to be there, be it null."""
    return field is not None and field.required and field.nullable


def _number(value: float | Decimal, kind: FieldKind | None) -> Json:
    if kind is FieldKind.NUMBER:
        return float(value)
    if kind is FieldKind.INTEGER and value == int(value):
        return int(value)
    if isinstance(value, int) and kind is not FieldKind.DECIMAL:
        return value
    return str(written(value))


Name = tuple[str, ...]
"""A dotted name part by part, without indices: ``("content", "contacts", "name")``."""


def faulty_names(findings: Iterable[Finding], stage: str = "") -> frozenset[Name]:
    """Return the names of the values that ``findings`` of a schema are about.

    :param stage: the stage whose content was checked; it is called ``stage``.
    """
    names: set[Name] = set()
    for finding in findings:
        # A property nobody knows harms no other value.
        if finding.code != UNKNOWN:
            steps = split(finding.path) or ()
            name = tuple(step for step in steps if isinstance(step, str))
            names.add(("stage", *name[2:]) if stage and name[:1] == ("stages",) else name)
    return frozenset(names)


def sound_derivations(
    derivations: Iterable[Derivation], faulty: frozenset[Name]
) -> tuple[list[Derivation], frozenset[Name]]:
    """Return the derivations that use no faulty value, and ``faulty`` with the others.

    One that is itself known to be faulty is not tried again.
    """
    sound: list[Derivation] = []
    for derivation in derivations:
        if ("derived", derivation.name) in faulty or _uses([derivation.value], faulty):
            faulty |= {("derived", derivation.name)}
        else:
            sound.append(derivation)
    return sound, faulty


def sound_rules(rules: Iterable[Rule], faulty: frozenset[Name]) -> list[Rule]:
    """Return the rules that use no faulty value."""
    return [rule for rule in rules if not _uses(rule.conditions, faulty)]


def rests_on(finding: Finding, changed: Iterable[str], form: Form) -> bool:
    """Return whether a finding may be due to one of the places that were changed.

    A rule's finding rests on the values that the rule asks about, of a list that it
    goes through on the item it is of; one that no rule made rests on its own place.

    :param changed: paths, as findings have them.
    """
    place = split(finding.path) or ()
    rules = [rule for rule in form.rules if rule.code == finding.code]
    asking = [part for rule in rules for part in (rule.when, rule.require) if part]
    if form.unique is not None and form.unique.code == finding.code:
        asking += [part for part in (*form.unique.key, form.unique.replaces) if part]
    asking += [one.value for one in form.derived if ("derived", one.name) == place[:2]]
    through = [rule.each for rule in rules if rule.each is not None]
    if not asking:
        return any(_together(place, split(path) or ()) for path in changed)
    asked, gone_through = _asked(asking, form), _asked(through, form)
    for path in changed:
        steps = split(path) or ()
        name = tuple(step for step in steps if isinstance(step, str))
        if name[:1] != ("content",) or any(_together(name, other) for other in asked):
            return True
        of_list = any(_together(name, other) for other in gone_through)
        if of_list and (_together(place, steps) or not _other_item(place, steps)):
            return True
    return False


def _asked(expressions: Iterable[Expression], form: Form) -> frozenset[Name]:
    """Return the names that expressions use, those that derived values are made of too."""
    asked: set[Name] = set()
    waiting = [name for one in expressions for name in names_in(one)]
    while waiting:
        name = waiting.pop()
        if name in asked:
            continue
        asked.add(name)
        if name[0] == "derived":
            waiting += [
                other
                for one in form.derived
                if name[1:2] in {(), (one.name,)}
                for other in names_in(one.value)
            ]
    return frozenset(asked)


def _together(one: Steps | Name, other: Steps | Name) -> bool:
    """Return whether one place, or name, is the other or lies in it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _other_item(one: Steps, other: Steps) -> bool:
    """Return whether two places lie in different items of one list."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return isinstance(left, int) and isinstance(right, int)
    return False


def _uses(expressions: Iterable[Expression], faulty: frozenset[Name]) -> bool:
    return bool(faulty) and any(
        _together(name, bad) for one in expressions for name in names_in(one) for bad in faulty
    )

"""The names that expressions and templates see, as immutable views.

What a template prints besides the record are the facts of an issue; they are
sealed with it, so that the same document can be made again (DESIGN: pure).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rmdocs.canonical import JsonObject
from rmdocs.forms.form import Form
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.language.dates import WEEK, WorkingDays
from rmdocs.language.sandbox import CALENDAR
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Bilingual
from rmdocs.records.draft import RecordDraft
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


def record_names(  # noqa: PLR0913 - a record simply has that many sides
    draft: RecordDraft,
    form: Form,
    unit: Mapping[str, Any],
    derived: Mapping[str, Any] = _NOTHING,
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
        "derived": View(derived),
        "stages": stages_view(form, stages),
        "unit": View({name: unit.get(name) for name in _UNIT}),
        "form": form_view(form),
    }


def act_names(names: Mapping[str, Any], today: date, stage: Any = None) -> dict[str, Any]:  # noqa: ANN401 - a view
    """Return ``names`` with the date of an act and the content of the stage it adds."""
    return {**names, "today": today, "stage": stage}


def content_view(form: Form, content: JsonObject) -> Any:  # noqa: ANN401 - a view
    """Return a record's content, tidied and with nulls for what is absent."""
    return view(form.schema.complete(form.schema.normalise(content)))


def stage_view(form: Form, name: str, content: JsonObject) -> Any:  # noqa: ANN401 - a view
    """Return a stage's content, tidied and with nulls for what is absent."""
    schema = form.stage_schema(name)
    return view(schema.complete(schema.normalise(content)))


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

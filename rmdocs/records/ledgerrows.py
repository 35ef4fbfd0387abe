"""A record from a row of a ledger, by the ``[ledger]`` of its form.

What the row does not say is computed as the form says; what cannot be is a
finding with the row and the column that would give it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.form import Form
from rmdocs.forms.sections.ledger import LOCAL_NAME, LedgerMap
from rmdocs.intake.cells import entries
from rmdocs.intake.ledgers import LedgerRow
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.records.check import label
from rmdocs.records.context import content_view
from rmdocs.records.draft import ENVELOPE_TITLES
from rmdocs.schemas.wording import MISSING
from rmdocs.values import View, view

_EACH = "[]"
_REGISTERS = (
    (
        re.compile(r"(?<![.\w])staff\b"),
        message("the register of staff does not know the manager's number"),
    ),
    (
        re.compile(r"(?<![.\w])customer\b"),
        by_command(
            message("the register of customers does not know the code: have the customer entered"),
            "rmdocs customer add",
        ),
    ),
    (re.compile(r"(?<![.\w])unit\b"), message("the register of units does not say it")),
)
"""What the names of registers stand for in expressions, and what it means if they give nothing."""

_INDEX = re.compile(r"\[\d+\]")
_ENVELOPE = ("unit", "prepared_by.name", "prepared_by.staff_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the values of a ledger's map see besides the row.

    :param staff: by staff number: ``name`` and the code of the ``unit``.
    :param units: by code: ``code``, ``name`` and ``full_name``.
    :param customer: gives a customer's register entry by its code, or None.
    """

    today: date
    staff: View
    units: Mapping[str, JsonObject]
    customer: Callable[[str], JsonObject | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgered:
    """What became of a row.

    :param record: as far as it could be made; what is wrong is in ``findings``.
    """

    row: LedgerRow
    record: JsonObject
    findings: tuple[Finding, ...]


def row_names(form: Form, row: LedgerRow) -> Mapping[str, Any]:
    """Return what expressions about a row by itself see: ``content``."""
    record = _record(form, row)
    return {"content": content_view(form, record["content"])}


def from_row(form: Form, row: LedgerRow, known: LedgerMap, around: Surroundings) -> Ledgered:
    """Return the record that a row makes, and everything that keeps it from being one.

    :param known: the form's map, or one over it.
    """
    record = _record(form, row)
    record["date"] = around.today.isoformat()
    reasons: dict[str, Text] = {}
    for name, expression in known.values:
        if _get(record, name) is not None:
            continue
        try:
            value = expression.evaluate(_names(form, record, around))
        except FindingsError:
            reasons[name] = _unsaid(expression.source)
            continue
        if value is not None:
            _put(record, name, value)
    record["content"] = form.schema.normalise(_listed(form, record["content"]))
    found = _missing(record, known, row, reasons)
    found += [
        _placed(finding, form, known, row, reasons)
        for finding in form.schema.check(record["content"])
    ]
    return Ledgered(row=row, record=record, findings=(*row.findings, *row.news(found)))


def _unsaid(source: str) -> Text:
    """Return why an expression has no value, to somebody who knows spreadsheets and no forms."""
    for known, reason in _REGISTERS:
        if known.search(source):
            return reason
    return message("what it follows from is missing too")


def _record(form: Form, row: LedgerRow) -> JsonObject:
    record: JsonObject = {"form": str(form.number), "related": [], "content": {}}
    for name, value in row.values.items():
        _put(record, name, value)
    record["content"] = form.schema.normalise(record["content"])
    return record


def _listed(form: Form, content: JsonObject) -> JsonObject:
    """Return the content with an empty list wherever a list is required and none is given."""
    empty: JsonObject = {
        field.name: []
        for field in form.schema.root.children
        if field.item is not None and field.required and not field.nullable
    }
    return {**empty, **content}


def _names(form: Form, record: JsonObject, around: Surroundings) -> Mapping[str, Any]:
    content = view(form.schema.complete(record["content"]))
    return {
        "content": content,
        "today": around.today,
        "staff": around.staff,
        "unit": view(around.units.get(record.get("unit", ""), {})),
        "customer": view(_customer(form, content, around) or {}),
    }


def _customer(form: Form, content: Any, around: Surroundings) -> JsonObject | None:  # noqa: ANN401 - a view
    if form.summary.uscc is None:
        return None
    try:
        uscc = form.summary.uscc.evaluate({"content": content})
    except FindingsError:
        return None
    return around.customer(uscc) if isinstance(uscc, str) else None


def _get(record: JsonObject, name: str) -> Json:
    value: Json = record
    for step in name.partition(_EACH)[0].split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(record: JsonObject, name: str, value: Json) -> None:
    """Set a property; what a cell lists becomes one item each where the name has ``[]``."""
    outer, each, inner = name.partition(_EACH)
    if each:
        key = inner.removeprefix(".")
        parts = value if isinstance(value, list) else entries(str(value)) or [value]
        value, name = [{key: part} if key else part for part in parts], outer
    *groups, last = name.split(".")
    inside = record
    for group in groups:
        inside = inside.setdefault(group, {})
    inside[last] = value


def _missing(
    record: JsonObject, known: LedgerMap, row: LedgerRow, reasons: Mapping[str, Text]
) -> list[Finding]:
    """Return what the record lacks around its content."""
    return [
        _lacking(name, ENVELOPE_TITLES.get(name.partition(".")[0], ""), known, row, reasons)
        for name in _ENVELOPE
        if _get(record, name) is None
    ]


def _placed(
    finding: Finding, form: Form, known: LedgerMap, row: LedgerRow, reasons: Mapping[str, Text]
) -> Finding:
    """Return what the schema finds of the record, said of the ledger."""
    name = _INDEX.sub(_EACH, finding.path.removeprefix("$."))
    title = finding.label or label(form, finding.path)
    if finding.code == MISSING:
        return _lacking(name, title, known, row, reasons)
    return error(finding.code, row.place(name), finding.message, finding.remedy, label=title)


def _lacking(
    name: str, title: str, known: LedgerMap, row: LedgerRow, reasons: Mapping[str, Text]
) -> Finding:
    # A whole group is lacking where none of its properties has a value.
    within = [one for one, _ in known.columns if one == name or one.startswith(f"{name}.")]
    titles = [known.titles(one)[0] for one in within if known.titles(one)]
    reason: Text = message("the ledger does not give it")
    if name in reasons:
        reason = message("the ledger does not give it, and {reason}", reason=reasons[name])
    said = message("add a column for it, or say with the ledger what it is for all loans")
    if titles:
        said = message(
            "fill in the column {titles}, or say with the ledger what it is for all loans",
            titles=listed(titles),
        )
    remedy = by_command(said, f"{LOCAL_NAME} [values]")
    there = [one for one in within if one in row.columns]
    place = row.place(there[0] if there else name)
    return error("LEDGER-MISSING", place, reason, remedy, label=title)

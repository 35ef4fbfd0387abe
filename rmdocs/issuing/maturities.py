"""What a ledger of business asks for: its rows that have no record yet, and the records.

Which rows those are, and by when, is data of the form (``[ledger]``). A row has
its record if one that is not void has the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.forms.scopes import uses
from rmdocs.forms.sections.ledger import LedgerMap, LedgerSection, read_local_map
from rmdocs.intake.candidates import ALL, Selection, require_content
from rmdocs.intake.headings import record_fields
from rmdocs.intake.ledgers import LedgerRow, field_at, read_ledger
from rmdocs.messages import listed, message
from rmdocs.records.ledgerrows import Ledgered, Surroundings, from_row, row_names
from rmdocs.records.summary import day_given
from rmdocs.registers.catalogue import unread_findings
from rmdocs.registers.customers import CustomerRegister
from rmdocs.registers.indexentries import ledger_key
from rmdocs.registers.indexfile import Query
from rmdocs.schemas.fields import Field
from rmdocs.schemas.wording import shown
from rmdocs.values import view

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.forms.form import Form
    from rmdocs.issuing.registry import Registry

_LIKE_A_LOAN = 3
"""Properties that a row gives if it is more than a line below the table."""

_FILL_IN = message("fill in its contract, its IOU, its start and its maturity")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanLedger:
    """A loan ledger as somebody hands it in.

    :param file: the table.
    :param titles: what its columns are called and what it leaves out (``loans.toml``);
        None if nothing is said of that.
    :param selection: which of its worksheets, and what of them.
    """

    file: File
    titles: File | None = None
    selection: Selection = ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """A row of a ledger that asks for a record and has none.

    :param key: what tells it from other rows; canonical.
    :param on: the last day on which the record is in time.
    :param wanted: the day by which it should be there.
    :param near: the day from which it is told.
    """

    form: Form
    key: str
    on: date
    wanted: date
    near: date
    made: Ledgered


def ledger_form(registry: Registry, today: date) -> Form:
    """Return the form in force whose records are made from a ledger.

    :raises ControlError: if there is none, or more than one.
    """
    found = []
    for number in registry.forms.numbers():
        try:
            form = registry.form_in_force(number, today).form
        except ControlError:
            continue
        found += [form] if form.ledger is not None else []
    if len(found) != 1:
        names = listed([form.number for form in found] or ["-"])
        raise ControlError(
            message("one form in force is made from a ledger, but here are: {names}", names=names),
            message("give one form a section [ledger]"),
        )
    return found[0]


def maturities(
    registry: Registry, ledger: LoanLedger, today: date, until: date | None = None
) -> tuple[list[Maturity], list[Finding]]:
    """Return the rows that ask for a record by a day and have none, and what cannot be read.

    :param until: the last day looked at; None for what is near by the form.
    :raises FindingsError: if the ledger, or what is said of its columns, is wrong.
    """
    form = ledger_form(registry, today)
    rule = form.ledger
    if rule is None:
        return [], []
    known = rule.map if ledger.titles is None else _map(ledger.titles, rule.map)
    record = record_fields(form.schema.fields())
    rows = read_ledger(ledger.file, known, record, ledger.selection)
    registry.catalogue.catch_up_form(form.number)
    there = registry.index.ledger_keys(str(form.number))
    around = _surroundings(registry, today)
    found: list[Maturity] = []
    findings = unread_findings(
        registry.index.unread(Query(form=str(form.number))),
        message("a loan is listed though one of them may be its record"),
    )
    seen: dict[str, LedgerRow] = {}
    for row in rows:
        if not row.values:
            findings += row.findings
            continue
        if row.total or not _says_key(rule, row):
            findings += _passed_over(row)
            continue
        try:
            asked = _asked(form, rule, row)
        except FindingsError as problem:
            wrong = row.news(_lacking_cells(rule, row, known, record))
            unread = [] if wrong or has_errors(row.findings) else [*_unread(row, problem)]
            findings += [*row.findings, *wrong, *unread]
            continue
        if asked is None or asked[0] in there:
            continue
        key, on, wanted, near = asked
        if (near if until is None else on) > (today if until is None else until):
            continue
        if key in seen:
            findings.append(_twice(row, seen[key]))
            continue
        seen[key] = row
        made = from_row(form, row, known, around)
        found.append(Maturity(form=form, key=key, on=on, wanted=wanted, near=near, made=made))
    return found, findings


def _map(titles: File, known: LedgerMap) -> LedgerMap:
    require_content(titles)
    return read_local_map(titles.data, titles.name, known)


def _asked(form: Form, rule: LedgerSection, row: LedgerRow) -> tuple[str, date, date, date] | None:
    """Return key, last day, wanted day and the day it is told; None if nothing is asked.

    :raises FindingsError: if the row does not say enough.
    """
    names = row_names(form, row)
    if not rule.when.evaluate(names):
        return None
    on = day_given(rule.on, names)
    key = ledger_key(form, names)
    if on is None or not key:
        reason = message("a day or a name is missing")
        raise FindingsError((), reason, _FILL_IN)
    wanted = (day_given(rule.wanted, names) if rule.wanted else None) or on
    near = min(on, wanted)
    return key, on, wanted, near - timedelta(days=min(rule.days, near.toordinal() - 1))


def _says_key(rule: LedgerSection, row: LedgerRow) -> bool:
    """Return whether a row says anything by which its business is known; totals do not."""
    return any(uses(rule.key, name) for name in row.values)


def _passed_over(row: LedgerRow) -> Iterator[Finding]:
    """Yield what is said of a row that names no business: of a total nothing."""
    if row.total or all(_is_amount(value) for value in row.values.values()):
        return
    said = "、".join(str(value) for value in row.values.values() if isinstance(value, str))
    place = f"{row.source}:{row.number}"
    reason = message("the row names no business and is passed over: {said}", said=shown(said))
    if len(row.values) < _LIKE_A_LOAN:
        # What somebody wrote below the table: who made it, who checked it.
        yield warning("LEDGER-PASSED", place, reason)
        return
    yield error("LEDGER-PASSED", place, reason, _FILL_IN)
    yield from row.findings


def _lacking_cells(
    rule: LedgerSection, row: LedgerRow, known: LedgerMap, record: Field
) -> Iterator[Finding]:
    """Yield the empty cells for which it cannot be told when a row falls due."""
    needed = (*rule.key, rule.on, *((rule.wanted,) if rule.wanted else ()))
    for name, titles in known.columns:
        field = field_at(record, name)
        if field is None or name in row.values or not uses(needed, name):
            continue
        reason = message("the ledger does not give it")
        remedy = message("fill in the column “{title}”", title=titles[0] if titles else name)
        yield error("LEDGER-MISSING", row.place(name), reason, remedy, label=field.title)


def _is_amount(value: Json) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _unread(row: LedgerRow, problem: FindingsError) -> Iterator[Finding]:
    reason = problem.findings[0].message if problem.findings else problem.reason
    yield error(
        "LEDGER-ROW",
        f"{row.source}:{row.number}",
        message("when the row falls due cannot be told: {reason}", reason=reason),
        _FILL_IN,
    )


def _twice(row: LedgerRow, first: LedgerRow) -> Finding:
    return error(
        "LEDGER-TWICE",
        f"{row.source}:{row.number}",
        message("the same business stands in row {first}", first=first.number),
        message("keep one of the two rows"),
    )


def _surroundings(registry: Registry, today: date) -> Surroundings:
    customers = CustomerRegister(registry.control)

    def customer(uscc: str) -> dict[str, object] | None:
        found = customers.find(uscc)
        return None if found is None else found.to_json()

    return Surroundings(
        today=today,
        staff=view(
            {
                str(person.staff_no): {"name": person.name, "unit": str(person.unit)}
                for person in registry.staff.people()
            }
        ),
        units={str(unit.code): unit.to_json() for unit in registry.staff.units()},
        customer=customer,
    )

"""Registers of a workspace, what is entered in them, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control import volumes
from rmdocs.control.policy import ACTS, BY_FORM, Policy, Separation, policy_file, policy_in_force
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber, RecordNumber, Series, UnitCode, Volume
from rmdocs.messages import Joined, Text, Verbatim, listed, message
from rmdocs.registers.catalogue import lacking, unreadable_findings
from rmdocs.registers.copies import COPIES
from rmdocs.registers.customers import CUSTOMERS
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.disposals import DISPOSALS
from rmdocs.registers.holds import HOLDS
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists import control, documents, listing, records
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers
from rmdocs.registers.officetime import CALENDAR, POLICY_DIRECTORY, end_of
from rmdocs.registers.released import DocumentRegister
from rmdocs.registers.series import known_volumes
from rmdocs.reports.report import Cell, Column, Report
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import copies, disposition, naming
from rmdocs.workspace.records import find, unreadable

if TYPE_CHECKING:
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.series import ClosingStatement
    from rmdocs.store.protocol import Head
    from rmdocs.workspace.opening import Workspace


NAME = "policy"
_COLUMNS = (
    Column(name="act", title=message("act"), width=22),
    Column(name="meaning", title=message("what is done"), width=24),
    Column(name="roles", title=message("roles that may"), width=28),
    Column(name="separate", title=message("kept apart by"), width=16),
    Column(name="apart_from", title=message("not by who did"), width=28),
    Column(name="clause", title=message("clause"), width=16),
)


def policy_list(ledgers: Ledgers) -> Report:
    """Return roles and separations as they were in force at the end of the day.

    :raises FindingsError: if the policy in the ledger cannot be read.
    """
    policy = policy_in_force(ledgers.then) if ledgers.then is not None else None
    rows = tuple(_row(policy, act) for act in (*ACTS, *BY_FORM)) if policy is not None else ()
    rules = policy.separations if policy is not None else ()
    return Report(
        name=NAME,
        title=message("Duties and their separation"),
        columns=_COLUMNS,
        rows=rows,
        as_of=ledgers.day,
        organisation=ledgers.organisation,
        notes=(
            BY_EVENTS,
            _origin(ledgers),
            *_version(policy),
            *_zone(policy),
            *(_rule(rule) for rule in rules),
        ),
        signatures=listing.SIGNERS,
    )


def _row(policy: Policy, act: str) -> tuple[Cell, ...]:
    rules = [rule for rule in policy.separations if act in rule.acts]
    others = dict.fromkeys(other for rule in rules for other in rule.acts if other != act)
    meanings = {**ACTS, **BY_FORM}
    roles = policy.acts.get(act)
    return (
        act,
        meanings[act],
        message("as the form says") if roles is None else role_names(roles),
        ", ".join(rule.code for rule in rules),
        listed(meanings[other] for other in others),
        ", ".join(dict.fromkeys(rule.clause for rule in rules if rule.clause)),
    )


def _version(policy: Policy | None) -> tuple[Text, ...]:
    """Say by which version of the rules records are judged."""
    if policy is None:
        return ()
    return (message("records are judged by version {rules} of the rules", rules=policy.rules),)


def _rule(rule: Separation) -> Text:
    return message("{code}: {message}", code=rule.code, message=rule.message)


def _zone(policy: Policy | None) -> tuple[Text, ...]:
    if policy is None:
        return ()
    return (message("days are those of the time zone {zone}", zone=policy.time_zone),)


def _origin(ledgers: Ledgers) -> Text:
    """Say which entry of the policy this is, or that none is sealed."""
    events = ledgers.then.events(POLICY_DIRECTORY) if ledgers.then is not None else []
    if not events:
        return message("the policy that rmdocs brings along: none is sealed in the ledger")
    return message(
        "entry {entry} of the policy, of {day}",
        entry=len(events),
        day=ledgers.day_of(events[-1]),
    )


TO_COME = message("that day is still to come: it is told by the dates that are known today")
"""What is said beside what follows from dates of effect, of a day to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a register is asked for; an empty part does not restrict.

    :param within: days after the day within which a review is due.
    :param totals: one row a form, unit and year instead of one a record.
    """

    number: DocumentNumber | None = None
    unit: UnitCode | None = None
    year: int | None = None
    within: int | None = None
    totals: bool = False


def report(
    workspace: Workspace, name: str, *, on: date | None = None, asked: Asked | None = None
) -> Report:
    """Return a register as of the end of a day, today unless another is named.

    :param name: one of ``registers.displaynames.REGISTER_NAMES``.
    :raises UsageError: if there is no such register, it cannot be
        restricted so, or the day is out of reach.
    """
    kind = _KINDS.get(name)
    if kind is None:
        raise UsageError(
            message("there is no register {name}", name=name),
            message("registers are: {names}", names=listed(_KINDS)),
        )
    wanted = asked or Asked()
    _require_takes(name, kind, wanted)
    if wanted.number is not None:
        naming.require_known(workspace, wanted.number)
    if wanted.unit is not None:
        naming.unit(workspace, str(wanted.unit))
    if wanted.year is not None and kind.takes >= _SERIES:
        naming.require_year(workspace, wanted.year)
    to_come = on is not None and on > workspace.today()
    if on is not None and not (to_come and kind.by_dates):
        workspace.end_of(on)  # refuses what is not known yet
    made = kind.make(workspace, ledgers(workspace, on), wanted)
    return replace(made, notes=(TO_COME, *made.notes)) if to_come else made


def takes(name: str) -> frozenset[str]:
    """Return by which parts of :class:`Asked` a register can be restricted; none if unknown."""
    kind = _KINDS.get(name)
    return frozenset() if kind is None else kind.takes


def close_series(workspace: Workspace, which: Series) -> ClosingStatement:
    """Close a number series whose year is over.

    :raises ControlError: if the actor may not, or it cannot be closed.
    """
    with workspace.act() as acting:
        return volumes.close_series(workspace.store, which, acting)


def policy_text(workspace: Workspace) -> str:
    """Return the policy in force as a file."""
    return policy_file(workspace.registry.control).decode()


def ledgers(workspace: Workspace, on: date | None = None) -> Ledgers:
    """Return the control ledger now and at the end of a day, today unless another is named.

    :raises UsageError: if the day is out of reach.
    """
    day = on or workspace.today()
    registry = workspace.registry
    until = end_of(day, registry.zone)
    return Ledgers(
        day=day,
        until=until,
        forms=registry.forms,
        documents=DocumentRegister(registry.control),
        then=workspace.store.head_before(CONTROL_REF, until),
        organisation=organisation(workspace),
    )


def organisation(workspace: Workspace) -> Text:
    """Return whose registers these are, as the forms released last say."""
    forms = workspace.registry.forms
    last = [releases[-1] for number in forms.numbers() if (releases := forms.releases(number))]
    if not last:
        return message("rmdocs records store")
    return forms.load(max(last, key=lambda release: release.effective)).form.organisation


def _make_records(workspace: Workspace, ledgers: Ledgers, asked: Asked) -> Report:
    rows = records.records_then(ledgers, workspace.registry.catalogue, _rows(workspace, asked))
    made = (records.record_totals if asked.totals else records.record_list)(ledgers, rows)
    told = message("what they say, and until when they are kept, is not listed")
    return replace(made, lacks=lacking(unreadable(workspace, _query(asked), told)))


def _make_series(workspace: Workspace, ledgers: Ledgers, asked: Asked) -> Report:
    volumes: dict[Series, dict[Volume, Head]] = {}
    for volume in known_volumes(workspace.store.refs()):
        head = workspace.store.head_before(volume.ref, ledgers.until)
        if head is not None and _is_wanted(volume.series, asked):
            volumes.setdefault(volume.series, {})[volume] = head
    voids: dict[Series, list[RecordNumber]] = {}
    until = ledgers.until.astimezone(UTC).isoformat()
    for row in _rows(workspace, asked):
        if row.voided and row.voided < until:
            number = RecordNumber.parse(row.number)
            voids.setdefault(number.series, []).append(number)
    facts = [
        records.SeriesFacts(series=which, heads=heads, voids=voids.get(which, ()))
        for which, heads in sorted(volumes.items())
    ]
    # Whether a number is void is told by its record; one that cannot be read may be.
    catalogue = workspace.registry.catalogue
    broken = unreadable_findings(catalogue.unreadable(asked.number))
    made = records.series_list(ledgers, facts)
    return replace(made, lacks=lacking([*catalogue.lost(asked.number), *broken]))


def _make_requests(workspace: Workspace, ledgers: Ledgers) -> Report:
    heads = (
        (volume, workspace.store.head_before(volume.ref, ledgers.until))
        for volume in known_volumes(workspace.store.refs())
    )
    return control.request_list(ledgers, [(one, head) for one, head in heads if head is not None])


def _rows(workspace: Workspace, asked: Asked) -> Iterator[IndexedRecord]:
    return find(workspace, _query(asked))


def _query(asked: Asked) -> Query:
    return Query(form=str(asked.number or ""), unit=str(asked.unit or ""), year=asked.year)


def _is_wanted(which: Series, asked: Asked) -> bool:
    return (
        asked.number in {None, which.form}
        and asked.unit in {None, which.unit}
        and asked.year in {None, which.year}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a register is made, and by which parts of :class:`Asked` it can be restricted.

    :param by_dates: whether it follows from dates of effect, so that a day to come has one.
    """

    make: Callable[[Workspace, Ledgers, Asked], Report]
    takes: frozenset[str] = frozenset()
    by_dates: bool = False


_NUMBER, _SERIES = frozenset({"number"}), frozenset({"number", "unit", "year"})
_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        documents.DOCUMENTS: _Kind(
            make=lambda _, of, __: documents.document_list(of), by_dates=True
        ),
        documents.HISTORY: _Kind(
            make=lambda _, of, asked: documents.history_list(of, asked.number),
            takes=_NUMBER,
            by_dates=True,
        ),
        control.CHANGES: _Kind(
            make=lambda _, of, asked: control.change_list(of, asked.number), takes=_NUMBER
        ),
        records.RECORDS: _Kind(make=_make_records, takes=_SERIES | {"totals"}),
        records.SERIES: _Kind(make=_make_series, takes=_SERIES),
        documents.REVIEWS: _Kind(
            make=lambda _, of, asked: documents.review_list(of, asked.within),
            takes=frozenset({"within"}),
            by_dates=True,
        ),
        COPIES: _Kind(
            make=lambda workspace, of, asked: copies.report(workspace, asked.number, of.day),
            takes=_NUMBER,
        ),
        HOLDS: _Kind(make=lambda workspace, of, _: disposition.holds(workspace, on=of.day)),
        DISPOSALS: _Kind(make=lambda workspace, of, _: disposition.disposals(workspace, of.day)),
        control.REQUESTS: _Kind(make=lambda workspace, of, _: _make_requests(workspace, of)),
        control.REGENERATIONS: _Kind(
            make=lambda _, of, asked: control.regeneration_list(of, asked.number),
            takes=_NUMBER,
        ),
        control.UNITS: _Kind(make=lambda _, of, __: control.unit_list(of)),
        control.STAFF: _Kind(
            make=lambda _, of, asked: control.staff_list(of, asked.unit), takes=frozenset({"unit"})
        ),
        CUSTOMERS: _Kind(make=lambda _, of, __: control.customer_list(of)),
        CALENDAR: _Kind(
            make=lambda _, of, asked: control.calendar_list(of, asked.year),
            takes=frozenset({"year"}),
        ),
        NAME: _Kind(make=lambda _, of, __: policy_list(of)),
    }
)


def _typed(part: str) -> Text:
    """Return a part as a person gives it: an option, or the number."""
    return message("number") if part == "number" else Verbatim(f"--{part}")


def _require_takes(name: str, kind: _Kind, asked: Asked) -> None:
    empty = Asked()
    for part in fields(Asked):
        given = getattr(asked, part.name) != getattr(empty, part.name)
        if given and part.name not in kind.takes:
            takes = Joined(tuple(map(_typed, sorted(kind.takes))))
            raise UsageError(
                message("the register {name} takes no {part}", name=name, part=_typed(part.name)),
                message("it takes: {parts}", parts=takes)
                if kind.takes
                else message("leave that out: it is always printed whole"),
            )

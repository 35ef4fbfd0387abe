"""抽样清单, 异常清单: what an auditor takes to look at, and what stands out without looking."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, message
from rmdocs.registers.catalogue import lacking
from rmdocs.registers.lists import listing
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.registers.lists.quarters import Quarter

_SAMPLE = (
    Column(name="number", title=message("record no."), width=28),
    Column(name="issued", title=message("issued on"), kind=ColumnKind.DATE, width=12),
    Column(name="key", title=message("SHA-256 of seed and number"), width=66),
)
_CASES = (
    Column(name="on", title=message("day"), kind=ColumnKind.DATE, width=12),
    Column(name="code", title=message("code"), width=18),
    Column(name="number", title=message("record no."), width=28),
    Column(name="unit", title=message("unit"), width=6),
    Column(name="manager", title=message("manager"), width=16),
    Column(name="what", title=message("what stands out"), width=40),
    Column(name="clause", title=message("clause"), width=16),
)


def sample_key(seed: str, number: str) -> str:
    """Return by what records are ordered for a sample: SHA-256 of seed, line feed and number.

    Anybody computes the same, with any program: UTF-8, hexadecimal, lower case.
    """
    return hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledRecord(Answer):
    """A record that a sample took.

    :param number: its own.
    :param issued: the day on which it got its number, as its first act says.
    :param key: by which it was taken, see :func:`sample_key`.
    """

    number: str
    issued: date
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledStratum(Answer):
    """What a sample took of records of one kind: a form, a unit, a quarter, or several of these.

    :param name: of the kind, such as ``RXD7200-02 JN01 2026-2``; empty for all records.
    :param population: how many records it was taken from.
    :param records: those that were taken, by their keys.
    """

    name: str
    population: int
    records: tuple[SampledRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Answer):
    """Records taken at random, which anybody who has the store takes again by the same seed.

    :param seed: as it was given, or drawn. :param count: how many were asked for of each kind.
    :param form: only records of this form. :param unit: only of this unit.
    :param quarter: only those issued in this quarter.
    :param by: what made kinds: ``form``, ``unit``, ``quarter``.
    :param strata: what was taken of each kind.
    :param ledgers: the checkpoints of the volumes at which it was taken, as documents print them.
    :param findings: records of which it cannot be told when they were issued.
    """

    seed: str
    count: int
    form: str = ""
    unit: str = ""
    quarter: str = ""
    by: tuple[str, ...] = ()
    strata: tuple[SampledStratum, ...] = ()
    ledgers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers that were taken, each once."""
        return tuple(one.number for stratum in self.strata for one in stratum.records)


def sample_list(sample: Sample, organisation: Text = NOTHING) -> Report:
    """Return a sample as a table, with what is needed to take it again."""
    return Report(
        name="sample",
        title=message("Audit sample"),
        columns=_SAMPLE,
        rows=tuple(
            (one.number, one.issued, one.key)
            for stratum in sample.strata
            for one in stratum.records
        ),
        organisation=organisation,
        notes=(
            message("seed: {seed}", seed=sample.seed),
            *(
                message(
                    "{name}: {taken} of {population} record(s)",
                    name=one.name or message("all records"),
                    taken=len(one.records),
                    population=one.population,
                )
                for one in sample.strata
            ),
            message(
                "taken are the records with the smallest SHA-256 of seed, line feed and number;"
                " void ones are among them"
            ),
        ),
        lacks=lacking(sample.findings),
        signatures=listing.SIGNERS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCase(Answer):
    """Something that stands out: a record, a document or a volume, and why.

    :param on: the day that it counts to: of the record, or the last on which it was in time.
    :param code: of the rule; DUE-LATE, DUE-OPEN, REVIEW-OVERDUE or NUMBER-UNACCOUNTED.
    :param kind: what the count goes by: the code, and of what has a last day also what that is.
    :param number: of the record, document or volume.
    :param unit: of the record; empty of anything else. :param manager: its manager, likewise.
    :param what: stands out, in words. :param clause: that asks for it; empty if none does.
    """

    TOLD: ClassVar = ("on", "code", "number", "unit", "manager", "what", "clause")
    on: date
    code: str
    kind: tuple[str, ...]
    number: str
    unit: str = ""
    manager: str = ""
    what: Text
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCount(Answer):
    """How often something stands out, quarter by quarter.

    :param code: of the rule, or as of a case. :param clause: that asks for it.
    :param what: in words, of the newest case. :param counts: one a quarter, the first first.
    """

    code: str
    what: Text
    clause: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionList(Answer):
    """What stands out in several quarters.

    :param asked: the quarters. :param quarters: the same as they are written, the first first.
    :param day: as of which it is told.
    :param looked_at: how many records.
    :param counts: how often, by what it is. :param cases: all of them, by day.
    :param findings: records that could not be looked at.
    """

    TOLD: ClassVar = ("quarters", "day", "looked_at", "counts", "cases", "findings")
    asked: tuple[Quarter, ...]
    day: date
    looked_at: int
    cases: tuple[ExceptionCase, ...]
    findings: tuple[Finding, ...]

    @property
    def quarters(self) -> tuple[str, ...]:
        """Return the quarters as they are written."""
        return tuple(map(str, self.asked))

    @property
    def counts(self) -> tuple[ExceptionCount, ...]:
        """Return how often each kind of case is there, by quarter."""
        return tuple(_counted(self.cases, self.asked))


def _counted(
    cases: Iterable[ExceptionCase], quarters: tuple[Quarter, ...]
) -> Iterable[ExceptionCount]:
    found: dict[tuple[str, ...], Counter[str]] = {}
    newest: dict[tuple[str, ...], ExceptionCase] = {}
    for case in cases:
        found.setdefault(case.kind, Counter()).update(_within(case.on, quarters))
        newest[case.kind] = case
    for kind in sorted(found):
        yield ExceptionCount(
            code=newest[kind].code,
            what=newest[kind].what,
            clause=newest[kind].clause,
            counts=tuple(found[kind][str(quarter)] for quarter in quarters),
        )


def _within(day: date, quarters: tuple[Quarter, ...]) -> list[str]:
    """Return the quarter that a day counts to; what is older counts to the first."""
    reached = [str(one) for one in quarters if one.first <= day]
    return reached[-1:] or [str(quarters[0])]


def exception_counts(found: ExceptionList, organisation: Text = NOTHING) -> Report:
    """Return how often what stands out, quarter by quarter."""
    columns = (
        Column(name="code", title=message("code"), width=20),
        Column(name="what", title=message("what stands out"), width=44),
        Column(name="clause", title=message("clause"), width=18),
        *(
            Column(
                name=f"quarter_{one.year}_{one.number}",
                title=one.title,
                kind=ColumnKind.NUMBER,
                width=12,
            )
            for one in found.asked
        ),
    )
    rows: list[tuple[Cell, ...]] = [
        (one.code, one.what, one.clause, *one.counts) for one in found.counts
    ]
    return _report(found, columns, rows, organisation)


def exception_cases(found: ExceptionList, organisation: Text = NOTHING) -> Report:
    """Return each case of what stands out."""
    rows: list[tuple[Cell, ...]] = [
        (one.on, one.code, one.number, one.unit, one.manager, one.what, one.clause)
        for one in found.cases
    ]
    return _report(found, _CASES, rows, organisation)


def _report(
    found: ExceptionList,
    columns: tuple[Column, ...],
    rows: Iterable[tuple[Cell, ...]],
    organisation: Text,
) -> Report:
    return Report(
        name="exceptions",
        title=message("What stands out"),
        columns=columns,
        rows=tuple(rows),
        as_of=found.day,
        organisation=organisation,
        notes=(
            message(
                "{count} record(s) of these quarters were looked at; void ones are left out",
                count=found.looked_at,
            ),
            message(
                "rules of the forms are judged as of when each record was sealed; what had a last"
                " day counts to the quarter of that day, what a register lacks to the last quarter"
            ),
        ),
        lacks=lacking(found.findings),
        signatures=listing.SIGNERS,
    )

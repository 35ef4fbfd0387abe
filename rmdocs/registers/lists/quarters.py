"""客户经理季度检查表: what the managers' quarter comes to, and what is told of one manager (§7)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.findings import NOTHING
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.catalogue import lacking
from rmdocs.registers.lists import listing
from rmdocs.reports.report import Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.staff import Person

QUARTERS = (1, 2, 3, 4)
_QUARTER = re.compile(r"((?:19|20|21)\d\d)-([1-4])", re.ASCII)
_MONTHS = 3
_NAME = "quarter"
_WHO = (
    Column(name="unit", title=message("unit"), width=6),
    Column(name="manager", title=message("manager"), width=18),
)
_COLUMNS = (
    Column(name="in_time", title=message("in time"), kind=ColumnKind.NUMBER, width=8),
    Column(name="late", title=message("too late"), kind=ColumnKind.NUMBER, width=8),
    Column(name="overdue", title=message("still overdue"), kind=ColumnKind.NUMBER, width=10),
    Column(name="planned", title=message("figures planned"), kind=ColumnKind.NUMBER, width=10),
    Column(name="reported", title=message("figures reported"), kind=ColumnKind.NUMBER, width=10),
    Column(name="met", title=message("figures met"), kind=ColumnKind.NUMBER, width=10),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A quarter of a year.

    :param number: 1 to 4.
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the quarter that is written ``2026-2``.

        :raises UsageError: if it is none.
        """
        found = _QUARTER.fullmatch(text)
        if found is None:
            raise UsageError(
                message("“{text}” is no quarter", text=text), message("write it like 2026-2")
            )
        return cls(year=int(found[1]), number=int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the quarter that a day is in."""
        return cls(year=day.year, number=(day.month - 1) // _MONTHS + 1)

    def __str__(self) -> str:
        """Return it as an address names it: ``2026-2``."""
        return f"{self.year}-{self.number}"

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, _MONTHS * (self.number - 1) + 1, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        """Return the one after it."""
        return Quarter(
            year=self.year + self.number // len(QUARTERS), number=self.number % len(QUARTERS) + 1
        )

    @property
    def before(self) -> Quarter:
        """Return the one before it."""
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def title(self) -> Text:
        """Return what a person calls it."""
        return message("quarter {number} of {year}", number=self.number, year=self.year)


@dataclass(slots=True, kw_only=True)
class ManagerQuarter:
    """What a manager's quarter comes to.

    :param done: how much their forms count (``[activity]``, visits), by its own day.
    :param in_time: of what had to happen to their records in the quarter (``[[due]]``), and
        did: how much was sealed by its last day, ``late`` how much after.
    :param overdue: what had to happen in the quarter, and still has not.
    :param planned: how many figures are planned, ``reported`` of how many the actuals are
        known, ``met`` how many of them are at least what was planned.
    """

    unit: str
    staff_no: str
    name: str
    done: int = 0
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    planned: int = 0
    reported: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterOverview:
    """The managers' quarter, and what of the registers is to be looked at now.

    :param day: as of which it is told.
    :param counted: what the forms count, such as visits; empty if none counts anything.
    :param managers: by unit and number; who did nothing is among them.
    :param reviews: documents whose periodic review is overdue, with its last day.
    :param unaccounted: volumes that gave more numbers than there are records.
    :param findings: records that could not be looked at.
    """

    quarter: Quarter
    day: date
    counted: Text
    managers: tuple[ManagerQuarter, ...]
    reviews: tuple[tuple[str, Bilingual, date], ...]
    unaccounted: tuple[tuple[str, int, int], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """Something that had to happen to a record in the quarter.

    :param name: of the stage, or of what else is to happen.
    :param what: as its form calls it. :param last: the last day on which it was in time.
    :param sealed: the day on which it was; None if it still has not happened.
    """

    number: str
    customer: str
    name: str
    what: Text
    clause: str
    last: date
    sealed: date | None

    @property
    def is_late(self) -> bool:
        """Return whether it was sealed after its last day, or not yet."""
        return self.sealed is None or self.sealed > self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureYear:
    """A figure of a plan, for the quarters of its year.

    :param plan: the number of the record that plans it.
    :param planned: a value a quarter; None where none is planned.
    :param actual: likewise, as it was reported.
    """

    plan: str
    title: Bilingual
    unit: Bilingual
    planned: tuple[Decimal | None, ...]
    actual: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerReport:
    """All that is told of one manager's quarter.

    :param counted: as in :class:`QuarterOverview`. :param done: the records of that.
    :param performed: what had to happen in the quarter, by its last day.
    :param figures: of their plans for the year.
    :param noted: what the forms' rules have to say of the quarter's records, with the number.
    """

    quarter: Quarter
    day: date
    person: Person
    counted: Text
    done: tuple[IndexedRecord, ...]
    performed: tuple[Performed, ...]
    figures: tuple[FigureYear, ...]
    noted: tuple[tuple[str, Finding], ...]
    findings: tuple[Finding, ...]


def quarter_list(found: QuarterOverview, organisation: Text = NOTHING) -> Report:
    """Return the managers' quarter as a table."""
    return Report(
        name=f"{_NAME}-{found.quarter}",
        title=message("Managers' {quarter}", quarter=found.quarter.title),
        columns=(
            *_WHO,
            Column(name="done", title=found.counted, kind=ColumnKind.NUMBER, width=8),
            *_COLUMNS,
        ),
        rows=tuple(
            (
                one.unit,
                listing.who(one.name, one.staff_no),
                *(one.done, one.in_time, one.late, one.overdue),
                *(one.planned, one.reported, one.met),
            )
            for one in found.managers
        ),
        as_of=found.day,
        organisation=organisation,
        lacks=lacking(found.findings),
        notes=(COUNTED_BY, IN_TIME),
    )


COUNTED_BY = message(
    "what a manager did counts by its own day, void records do not; what had to happen to their"
    " records counts by its last day"
)
IN_TIME = message(
    "in time is what was sealed here by the last day that the form gives; a figure is met if what"
    " was reported is at least what was planned"
)

"""A quarter of the managers' work: counted, in time or not, planned and reported."""

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from rmdocs.errors import ControlError, UsageError
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Language
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.reports.report import rows_json
from rmdocs.workspace import oversight

SECOND = Quarter(year=2026, number=2)
MANAGER = StaffNumber.parse("JN01-0101")
LATER = date(2026, 7, 20)


def visit(bank, on, logged):
    """Return the sample of a visit, on another day."""
    sample = bank.sample("RXD7200-02-JN01")
    record, content = sample["record"], sample["record"]["content"]
    record["date"] = content["log_date"] = logged
    content["visit"]["date"], content["next_visit"], content["follow_ups"] = on, None, []
    sample["stages"] = []
    return sample


@pytest.fixture
def quarter_bank(bank):
    """Three visits: one answered in time, one too late, one not at all; one void, one of March."""
    first = bank.issue(visit(bank, "2026-04-01", "2026-04-01"), date(2026, 4, 1))
    bank.issue(visit(bank, "2026-03-31", "2026-04-01"), date(2026, 4, 1))
    for stage, name, actor, day in (
        ("dept_head_opinion", "郑部长", "JN01-0001", date(2026, 4, 8)),
        ("president_opinion", "周示行", "JN01-0002", date(2026, 4, 9)),
    ):
        content = {"name": name, "date": str(day), "opinion": "已阅"}
        bank.add(first, stage, content, actor, day)
    void = bank.issue(visit(bank, "2026-06-02", "2026-06-02"), date(2026, 6, 2))
    bank.void(void, "JN01-0101", "JN01-0001", day=date(2026, 6, 3))
    bank.issue(visit(bank, "2026-06-01", "2026-06-08"), date(2026, 6, 8))
    return bank


def mine(found):
    return next(one for one in found.managers if one.staff_no == str(MANAGER))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-1", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_a_quarter(text, first, last):
    quarter = Quarter.parse(text)
    assert (quarter.first, quarter.last, str(quarter)) == (first, last, text)
    assert quarter.next.before == quarter.before.next == quarter
    assert Quarter.of(first) == Quarter.of(last) == quarter


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-0", "2026-5", "0000-1", "２０２６-1", "2026-1 "]
)
def test_what_is_no_quarter(text):
    with pytest.raises(UsageError):
        Quarter.parse(text)


def test_what_was_done_counts_by_its_own_day_and_what_is_void_does_not(quarter_bank):
    found = oversight.overview(quarter_bank.at(day=LATER), SECOND)
    assert mine(found).done == 2
    assert mine(oversight.overview(quarter_bank.at(day=LATER), SECOND.before)).done == 1


def test_in_time_is_what_was_sealed_by_its_last_day(quarter_bank):
    """The first log's opinions were due on 8 April: one came that day, one a day later."""
    one = mine(oversight.overview(quarter_bank.at(day=LATER), SECOND))
    assert (one.in_time, one.late, one.overdue) == (1, 1, 2)
    still = oversight.overview(quarter_bank.at(day=date(2026, 4, 8)), SECOND)
    assert mine(still).overdue == 0


def test_who_did_nothing_is_told_too_and_each_unit_by_itself(quarter_bank):
    found = oversight.overview(quarter_bank.at(day=LATER), SECOND)
    assert {one.unit for one in found.managers} == {"JN01", "YT03", "ZB02"}
    assert sum(one.done for one in found.managers) == 2
    own = oversight.overview(quarter_bank.at(day=LATER), SECOND, "JN01")
    assert {one.unit for one in own.managers} == {"JN01"}


def test_one_managers_quarter(quarter_bank):
    found = oversight.manager_report(quarter_bank.at(day=LATER), SECOND, MANAGER)
    assert [one.done_on for one in found.done] == ["2026-04-01", "2026-06-01"]
    assert [(str(one.last), one.is_late) for one in found.performed] == [
        ("2026-04-08", False),
        ("2026-04-08", True),
        ("2026-04-08", True),
        ("2026-06-15", True),
    ]
    assert [one.code for _, one in found.noted] == ["R02-LOG-LATE"]
    assert found.noted[0][0].endswith("0004")
    assert found.figures == ()


def test_what_is_planned_and_what_came_of_it(bank):
    number = bank.walk(bank.sample("RXD7200-03-JN01"))
    work = bank.at(day=LATER)
    assert mine(oversight.overview(work, SECOND)).planned == 4
    assert mine(oversight.overview(work, SECOND)).reported == 0
    for quarter, day in ((1, date(2026, 4, 8)), (2, date(2026, 7, 8))):
        actual = {
            "quarter": quarter,
            "name": "王样例",
            "date": str(day),
            "new_customers": 1,
            "deposit_daily_avg_increment": 300,
            "loan_increment": -12.5,
            "fee_income": 12,
        }
        bank.add(number, "quarter_actual", actual, "JN01-0101", day)
    one = mine(oversight.overview(bank.at(day=LATER), SECOND))
    assert (one.planned, one.reported, one.met) == (4, 4, 3)
    figures = oversight.manager_report(bank.at(day=LATER), SECOND, MANAGER).figures
    loans = next(one for one in figures if one.title.en == "Growth of loans")
    assert loans.planned == (500, 500, 300, 200)
    assert loans.actual == (Decimal("-12.5"), Decimal("-12.5"), None, None)
    assert mine(oversight.overview(bank.at(day=LATER), Quarter(year=2027, number=2))).planned == 0


def test_the_list_as_a_table(quarter_bank):
    work = quarter_bank.at(day=LATER)
    report = oversight.report(work, oversight.overview(work, SECOND, "JN01"))
    assert [one.title.text(Language.ZH) for one in report.columns][2] == "走访"
    row = rows_json(report, Language.EN)[0]
    assert (row["manager"], row["done"], row["overdue"]) == ("王样例 JN01-0101", 2, 2)


def test_what_has_no_day_by_its_form_is_not_left_out_unsaid(quarter_bank):
    number = oversight.manager_report(quarter_bank.at(day=LATER), SECOND, MANAGER).done[-1].number
    quarter_bank.close()
    for file in quarter_bank.index_files():
        with closing(sqlite3.connect(file)) as index, index:
            index.execute("UPDATE awaited SET day = '', near = '' WHERE number = ?", (number,))
    work = quarter_bank.at(day=LATER)
    found = oversight.overview(work, SECOND)
    assert [(one.code, one.path) for one in found.findings] == [("QUARTER-LEFT-OUT", number)]
    [lacking] = oversight.report(work, found).lacks
    assert lacking.text(Language.EN) == (
        f"{number}: not all of this record could be looked at:"
        " its form cannot say when something is due"
    )
    assert number in oversight.manager_report(work, SECOND, MANAGER).findings[0].path


def test_overdue_reviews_and_numbers_are_told_of_the_whole_store_alone(quarter_bank):
    far = date(2035, 1, 1)
    found = oversight.overview(quarter_bank.at(day=far), SECOND)
    assert [number for number, _, _ in found.reviews]
    assert found.unaccounted == ()
    assert oversight.overview(quarter_bank.at(day=far), SECOND, "JN01").reviews == ()


def test_nobody_of_that_number(quarter_bank):
    with pytest.raises(ControlError):
        oversight.manager_report(quarter_bank.at(), SECOND, StaffNumber.parse("JN01-0999"))

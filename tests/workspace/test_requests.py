"""The calendar of a store: filled by two people, bound to each act, never rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from bank import Bank
from forged import append
from hypothesis import given
from hypothesis import strategies as st
from test_last_release import STRANGER, unpack

from rmdocs.control.requestkinds import announced, year_event
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Severity
from rmdocs.folders import read
from rmdocs.forms.sections.rules import RulesSection
from rmdocs.identifiers import RecordNumber
from rmdocs.language.workingdays import Arrangement, WorkingDays
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.check import check_stage
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.officetime import CALENDAR, read_year, year_toml
from rmdocs.reports.report import rows_json
from rmdocs.workspace import due, records, registers, requests
from rmdocs.workspace.due import Wanted

OFFICER, APPROVER = "SD00-0004", "SD00-0003"
RM, HEAD = "JN01-0101", "JN01-0001"
REASON = "国办通知"


def log(sample, day: str, level: str = "重大"):
    """Return a call log of one day, of major information unless another level is given."""
    record = sample["record"]
    record["date"] = record["content"]["log_date"] = record["content"]["visit"]["date"] = day
    record["content"] |= {
        "information_level": level,
        "next_visit": None,
        "follow_ups": [],
        "commitments": [],
    }
    return {"record": record, "stages": []}


def derived(bank: Bank, number, name: str) -> str:
    return records.show(bank.at(), RecordNumber.parse(str(number))).derived[name]


def due_days(bank: Bank, day: date):
    work = bank.at(day=day)
    report = due.report(work, due.what_is_due(work, Wanted(within=60, unit="JN01")))
    return [row["on"] for row in rows_json(report, Language.EN)]


def rows(bank: Bank):
    return rows_json(registers.report(bank.at(), "calendar"), Language.EN)


def off(*days: date) -> Arrangement:
    """Return the year 2026 with further days off."""
    known, _ = announced(2026)
    return replace(known, off=known.off | set(days))


def enter(bank: Bank, arrangement: Arrangement, day: date, approver=APPROVER, who=OFFICER):
    data = year_toml(arrangement, "国办发明电")
    request = requests.enter(bank.at(who, day), CALENDAR, data, REASON)
    bank.approve(request.number, approver, day)


def test_a_store_begins_with_the_years_that_are_announced(shared_bank):
    found = rows(shared_bank)
    assert [(row["year"], row["entry"]) for row in found] == [(2025, 1), (2026, 1)]
    assert "2026-02-16" in found[1]["off"]
    assert found[1]["worked"].startswith("2026-01-04")
    assert found[1]["source"].startswith("chinesecalendar")
    assert registers.report(shared_bank.at(), "calendar", on=date(2026, 1, 4)).rows == ()


@pytest.mark.parametrize(
    ("day", "on"), [("2026-02-13", "2026-02-14"), ("2026-02-14", "2026-02-24")]
)
def test_what_is_due_goes_by_the_calendar(bank, visit, day, on):
    bank.issue(log(visit, day))
    assert due_days(bank, date.fromisoformat(day)) == [on]


def test_days_counted_go_by_the_calendar(bank, visit):
    sample = log(visit, "2026-02-24", "常规")
    sample["record"]["content"]["visit"]["date"] = "2026-02-14"
    assert derived(bank, bank.issue(sample), "log_days") == "1"


def test_a_corrected_entry_changes_what_is_to_come_and_nothing_else(bank, visit):
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    sample = log(visit, friday.isoformat())
    sample["record"]["content"]["visit"]["date"] = "2026-03-04"
    number = bank.issue(sample, friday)
    assert (derived(bank, number, "log_days"), due_days(bank, friday)) == ("2", ["2026-03-09"])
    enter(bank, off(date(2026, 3, 5), monday), friday)
    assert due_days(bank, friday) == ["2026-03-10"]
    assert derived(bank, number, "log_days") == "2"
    record = records.show(bank.at(), number).record
    record["content"]["visit"]["topic"] = "更正"
    records.amend(bank.at(RM, monday), number, read(bank.write(record)), "更正")
    assert derived(bank, number, "log_days") == "1"
    assert records.show(bank.at(), number, 1).derived["log_days"] == "2"
    assert [(row["year"], row["entry"], bool(row["approved_by"])) for row in rows(bank)] == [
        (2025, 1, False),
        (2026, 2, True),
    ]
    [before] = registers.report(bank.at(), "calendar", on=friday - timedelta(1)).rows[1:]
    assert before[1] == 1
    assert bank.codes() == set()


def test_a_store_of_the_last_release_counts_as_it_did(place, tmp_path):
    bank = unpack(tmp_path)
    assert bank.at().registry.calendars.now() == WorkingDays()
    counted = derived(bank, STRANGER, "log_days")
    visited = date.fromisoformat(
        records.show(bank.at(), RecordNumber.parse(STRANGER)).record["date"]
    )
    enter(bank, off(visited), date(2026, 12, 31))
    assert derived(bank, STRANGER, "log_days") == counted == "1"
    assert bank.at().registry.calendars.now().next(visited - timedelta(1)) > visited
    assert bank.codes() == set()


def test_of_a_year_not_announced_the_bounds_are_told_and_nothing_stops(bank, visit):
    day = date(2027, 2, 5)
    sample = log(visit, day.isoformat(), "常规")
    sample["record"]["content"]["visit"]["date"] = "2027-02-03"
    [checked] = records.check(bank.at(RM, day), [read(bank.write(sample))])
    [told] = [one for one in checked.findings if one.code == "CALENDAR-UNKNOWN"]
    assert told.severity is Severity.WARNING
    said = told.message.text(Language.EN)
    assert "2027" in said
    assert "0 at least and 2 at most; 2 was taken" in said
    assert bank.issue(sample, day) is not None


@pytest.mark.parametrize(
    ("logged", "read", "severity"),
    [
        ("2027-02-05", "2027-02-08", None),
        ("2027-02-05", "2027-02-12", Severity.WARNING),
        ("2027-02-05", "2027-02-26", Severity.ERROR),
        ("2026-03-06", "2026-03-10", Severity.ERROR),
        ("2026-02-13", "2026-02-24", Severity.ERROR),
        ("2026-02-14", "2026-02-24", None),
    ],
)
def test_a_rule_stops_only_what_it_would_stop_however_the_year_is_arranged(
    shared_bank, visit, logged, read, severity
):
    registry = shared_bank.at().registry
    form = registry.form_in_force(RecordDraft.parse(visit).form, date(2026, 12, 31)).form
    rules = tuple(
        replace(rule, severity=Severity.ERROR) if rule.code == "R02-HEAD-PROMPT" else rule
        for rule in form.rules
    )
    content = visit["stages"][0]["content"] | {"date": read}
    _, findings = check_stage(
        RecordDraft.parse(log(visit, logged)),
        stages=(),
        key=StageKey(name="dept_head_opinion"),
        content=content,
        form=form.having(RulesSection(rules=rules)),
        unit={"code": "JN01", "name": "济南", "full_name": "济南"},
        actor_name=content["name"],
        today=date(2027, 12, 31),
        calendar=registry.calendars.now(),
    )
    found = [one.severity for one in findings if one.code == "R02-HEAD-PROMPT"]
    assert found == ([severity] if severity else [])
    assert any(one.code == "CALENDAR-UNKNOWN" for one in findings) is logged.startswith("2027")


def test_who_may_fill_it(bank):
    day = date(2026, 6, 1)
    workspace = bank.at(OFFICER, day)
    with pytest.raises(UsageError, match="2031"):
        requests.fill_calendar(workspace, 2031, REASON)
    with pytest.raises(ControlError, match="the same of 2026 already"):
        requests.fill_calendar(workspace, 2026, REASON)
    with pytest.raises(ControlError, match="may not"):
        requests.fill_calendar(bank.at(RM, day), 2024, REASON)
    with pytest.raises(ControlError, match="reason"):
        requests.fill_calendar(workspace, 2024, " ")
    with pytest.raises(FindingsError) as refused:
        enter(bank, off(date(2026, 3, 7), date(2025, 3, 7)), day)
    assert [(one.code, one.path) for one in refused.value.findings] == [
        ("CALENDAR-DAY", "2025-03-07"),
        ("CALENDAR-DAY", "2026-03-07"),
    ]
    request = requests.fill_calendar(workspace, 2024, REASON, "国办发明电〔2023〕7号")
    assert str(request.number) == "calendar-R1"
    assert [row["year"] for row in rows(bank)] == [2025, 2026]
    for approver in (RM, OFFICER):
        with pytest.raises(ControlError):
            bank.approve(request.number, approver, day)
    assert "+    2024-02-12," in requests.changes(bank.at(), request)
    bank.approve(request.number, APPROVER, day)
    first = rows(bank)[0]
    assert first["source"].startswith("国办发明电〔2023〕7号 (chinesecalendar")
    assert (first["entered"], first["reason"]) == ("2026-06-01", REASON)
    assert "SD00-0003" in first["approved_by"]
    assert bank.codes() == set()


def seal(bank: Bank, new_event) -> None:
    """Enter an event in control with nobody's approval."""
    append(bank, OFFICER, new_event, day=date(2026, 6, 1))


def test_verify_misses_the_second_person(bank):
    seal(bank, year_event(year_toml(off(date(2026, 3, 9)), "自定"), 2, "无人批准"))
    assert bank.codes() == {"REQUEST-MISSING"}


def test_verify_reads_every_entry(bank):
    new_event = year_event(year_toml(off(), "自定"), 2, "残缺")
    [file] = new_event.files
    seal(bank, replace(new_event, files=(replace(file, data=b"year = 2026"),)))
    assert bank.codes() == {"CALENDAR-UNREADABLE", "REQUEST-MISSING"}


@pytest.mark.parametrize(
    "text",
    [
        "year = 2026",
        'year = 2026\nsource = ""\noff = ["2026-03-09"]\nworked = []',
        'year = "2026"\nsource = ""\noff = []\nworked = []',
        'year = 2026\nsource = ""\noff = []\nworked = []\nmore = 1',
        'year = 2026\nsource = ""\noff = [2026-03-09T00:00:00]\nworked = []',
        "year =",
    ],
)
def test_a_year_says_what_it_must_and_no_more(text):
    with pytest.raises(FindingsError):
        read_year(text.encode())


@given(
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 25))),
    st.text(st.characters(exclude_categories=["Cc", "Cs"])),
)
def test_a_year_is_read_as_it_was_written(days, source):
    arrangement = Arrangement(
        year=2026,
        off=frozenset(day for day in days if day.weekday() < 5),
        worked=frozenset(day for day in days if day.weekday() >= 5),
    )
    assert read_year(year_toml(arrangement, source)) == (arrangement, source)

"""One store, one answer: a day is a day where the office is, whoever asks and from where."""

from __future__ import annotations

import ast
import json
import time as clock
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.audit.authority import Authority
from rmdocs.cli.main import main
from rmdocs.control.policy import BUILT_IN, Policy
from rmdocs.disposition.lists import holds_report
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.events.records import SigningBegunAnew
from rmdocs.folders import read, save_all
from rmdocs.identifiers import DocumentNumber, RecordNumber, StaffNumber
from rmdocs.messages import Language
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.registers.holds import Held
from rmdocs.registers.indexfile import Query
from rmdocs.registers.officetime import DEFAULT_ZONE, POLICY_DIRECTORY, end_of, zone_named, zone_of
from rmdocs.reports.report import rows_json
from rmdocs.workspace import copies, disposition, due, opening, records, registers, requests
from rmdocs.workspace.due import Wanted


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


PACKAGE = Path(__file__).resolve().parents[2] / "rmdocs"
ZONES = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
MACHINES = ("UTC", "Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York")
EARLY = datetime(2027, 1, 1, 7, 30, tzinfo=timezone(timedelta(hours=8)))
EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)
RM, OFFICER = "JN01-0101", "SD00-0004"


@pytest.fixture
def machine(monkeypatch):
    """Return a function that sets the clock of the machine to a zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        clock.tzset()

    yield move
    monkeypatch.undo()
    clock.tzset()


def at(bank, who=None, moment=EARLY):
    return bank.opened(who, moment)


@pytest.fixture
def new_year(visited_bank, visit):
    """A bank at half past seven on New Year's morning, when it is still last year in Greenwich."""
    bank = visited_bank
    record = visit["record"]
    record["date"] = record["content"]["log_date"] = record["content"]["visit"]["date"] = (
        "2027-01-01"
    )
    record["content"] |= {"next_visit": None, "follow_ups": [], "commitments": []}
    [outcome] = records.issue(at(bank, RM), [read(bank.write(visit))]).outcomes
    assert outcome.number is not None, outcome.findings
    bank.number = outcome.number
    workspace = at(bank, OFFICER)
    disposition.place_hold(workspace, Held.series("RXD7200-02-JN01-2027"), "audit", "年度审计")
    copies.issue(workspace, DocumentNumber("IXD7200-01"), staff=StaffNumber.parse(OFFICER))
    return bank


def answers(bank, tmp_path):
    """Return what everything that knows a day says of two days, and of today."""
    work = at(bank)
    said = {
        (name, day): rows_json(registers.report(work, name, on=day), Language.EN)
        for name in REGISTER_NAMES
        for day in (EVE, NEW_YEAR, None)
    }
    for day in (EVE, NEW_YEAR):
        said["holds", day, "list"] = rows_json(
            disposition.holds(work, lifted=False, on=day), Language.EN
        )
        said["due", day] = rows_json(disposition.due(work, day), Language.EN)
        try:
            save_all(tmp_path / "reprints", records.reprint(work, bank.number, day))
            said["reprint", day] = "printed"
        except ControlError as problem:
            said["reprint", day] = str(problem)
    said["found"] = [record.number for record in records.find(work, Query(last="2026-12-31"))]
    said["times"] = [act.time.isoformat() for act in records.trace(work, str(bank.number)).acts]
    said["morning"] = due.what_is_due(work, Wanted(within=30))
    said["calendar"] = due.calendar(said["morning"], Language.ZH)
    said["verify"] = bank.codes()
    return said


def test_one_store_gives_one_answer(new_year, tmp_path, machine):
    found = []
    for zone in MACHINES:
        machine(zone)
        found.append(answers(new_year, tmp_path))
    assert all(one == found[0] for one in found)
    [said] = found[:1]
    number = str(new_year.number)
    issued = {day: number in str(said["records", day]) for day in (EVE, NEW_YEAR)}
    assert issued == {EVE: False, NEW_YEAR: True}
    assert (said["holds", EVE], said["copies", EVE]) == ([], [])
    assert said["holds", NEW_YEAR][0]["placed_on"] == "2027-01-01"
    assert said["copies", NEW_YEAR]
    assert said["reprint", NEW_YEAR] == "printed" != said["reprint", EVE]
    assert said["times"] == ["2027-01-01T07:30:00+08:00"]
    assert said["verify"] == set()


def test_the_command_line_says_the_same(new_year, machine, monkeypatch, capsys):
    monkeypatch.chdir(new_year.root)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setattr(opening, "present", lambda: datetime(2027, 1, 2, tzinfo=UTC))
    for zone in MACHINES:
        machine(zone)
        for day, there in ((EVE, False), (NEW_YEAR, True)):
            assert main(["register", "records", "--as-of", day.isoformat(), "--json"]) == 0
            assert (str(new_year.number) in capsys.readouterr().out) is there
        assert main(["trace", str(new_year.number)]) == 0
        assert "2027-01-01 07:30:00+08:00" in capsys.readouterr().out


def test_the_number_is_of_the_year_there(new_year):
    assert new_year.number == RecordNumber.parse("RXD7200-02-JN01-2027-0001")
    [event] = records.trace(at(new_year), str(new_year.number)).acts
    facts = (
        at(new_year)
        .store.head(new_year.number.volume.ref)
        .events(new_year.number.directory)[0]
        .facts
    )
    assert (facts["issued_on"], event.time.date()) == ("2027-01-01", NEW_YEAR)


def test_an_office_elsewhere(new_year, machine):
    """The zone is the store's: an office in another zone has another day."""
    text = registers.policy_text(at(new_year))
    for zone, today in (("America/New_York", EVE), ("Pacific/Kiritimati", NEW_YEAR)):
        changed = text.replace(DEFAULT_ZONE, zone)
        asked = requests.enter(at(new_year, OFFICER), "policy", changed.encode(), "迁址")
        requests.approve(at(new_year, "SD00-0003"), asked.number)
        work = at(new_year)
        assert work.registry.zone == zone_of(work.registry.control) == zone_named(zone)
        for there in MACHINES:
            machine(there)
            assert work.today() == at(new_year, RM).acting().today == today
    holds = disposition.holds(at(new_year))
    assert rows_json(holds, Language.EN)[0]["placed_on"] == "2027-01-01"
    notes = registers.report(at(new_year), "policy").notes
    assert any("Pacific/Kiritimati" in note.text(Language.EN) for note in notes)
    assert new_year.codes() == set()


@pytest.mark.parametrize("name", ["Asia/Jinan", "", "../UTC", "asia/shanghai", "UTC+8", "Asia"])
def test_a_policy_names_a_zone_that_there_is(name):
    text = BUILT_IN.read_text("utf-8").replace(f'"{DEFAULT_ZONE}"', json.dumps(name))
    if not name:
        assert Policy.load(text.encode()).time_zone == DEFAULT_ZONE
        return
    with pytest.raises(FindingsError) as refused:
        Policy.load(text.encode())
    assert {finding.code for finding in refused.value.findings} == {"POLICY-ZONE"}


def test_a_policy_from_before_is_of_shanghai():
    text = BUILT_IN.read_text("utf-8").replace(f'time_zone = "{DEFAULT_ZONE}"\n', "")
    assert "time_zone" not in text
    assert Policy.load(text.encode()).time_zone == DEFAULT_ZONE


@given(st.sampled_from(ZONES), st.dates(date(1901, 1, 1), date(2100, 1, 1)))
def test_a_day_ends_where_the_next_begins(name, day):
    """Also where clocks are put forward or back at midnight."""
    zone = zone_named(name)
    end = end_of(day, zone).astimezone(UTC)
    assert end.astimezone(zone).date() > day
    assert (end - timedelta(seconds=1)).astimezone(zone).date() <= day


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Havana", date(2026, 3, 7), "2026-03-08T05:00:00+00:00"),
        ("America/Sao_Paulo", date(2018, 2, 17), "2018-02-18T03:00:00+00:00"),
        ("Africa/Cairo", date(2026, 4, 23), "2026-04-23T22:00:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_clocks_that_jump_at_midnight(zone, day, end):
    assert end_of(day, zone_named(zone)).astimezone(UTC).isoformat() == end


@pytest.mark.parametrize("ask", ["copies", "holds", "disposals"])
def test_a_day_out_of_reach_is_said_of_every_list(shared_bank, ask):
    work = shared_bank.at()
    lists = {
        "copies": lambda day: copies.report(work, None, day),
        "holds": lambda day: disposition.holds(work, on=day),
        "disposals": lambda day: disposition.disposals(work, day),
    }
    with pytest.raises(UsageError, match="out of reach"):
        lists[ask](date.max)


def test_zones_are_not_those_of_the_machine(monkeypatch):
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    zone_named.cache_clear()
    assert zone_named("Asia/Shanghai").utcoffset(EARLY.replace(tzinfo=None)) == timedelta(hours=8)
    assert holds_report([], ZoneInfo("UTC")).rows == ()


def naive(tree: ast.AST):
    """Yield the places that read a day or a time by the clock of the machine."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner, count = node.func.attr, node.func.value, len([*node.args, *node.keywords])
        on = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if (
            (name == "astimezone" and count == 0)
            or (on == "datetime" and name == "now" and count == 0)
            or (name == "fromtimestamp" and count == 1)
            or (on in {"date", "datetime"} and name in {"today", "utcnow"})
            or (on == "time" and name in {"date", "localtime", "ctime", "mktime"})
        ):
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("event.time.date()", True),
        ("moment.astimezone()", True),
        ("datetime.combine(day, time()).astimezone()", True),
        ("datetime.now()", True),
        ("date.today()", True),
        ("datetime.fromtimestamp(seconds)", True),
        ("time.localtime()", True),
        ("moment.astimezone(zone)", False),
        ("datetime.now(UTC)", False),
        ("event.day_in(zone)", False),
        ("work.today()", False),
    ],
)
def test_what_the_clock_of_the_machine_says_is_found(source, found):
    assert bool(list(naive(ast.parse(source)))) is found


@pytest.mark.long
def test_no_day_is_read_by_the_clock_of_the_machine():
    found = {
        path.relative_to(PACKAGE).as_posix(): places
        for path in PACKAGE.rglob("*.py")
        if (places := list(naive(ast.parse(path.read_text("utf-8")))))
    }
    # A day is the office's: event.day_in(zone), workspace.local(moment), Ledgers.day_of(event).
    assert found == {}


def test_verifying_holds_newer_acts_to_the_day_of_the_office(shared_bank):
    """An act from before zones were known may bear the day of any machine."""
    control = shared_bank.at().registry.control
    events = list(control.events(POLICY_DIRECTORY))
    authority = Authority(control, events)
    last = replace(events[-1], time=EARLY.astimezone(UTC))
    facts = {"rules": 2, "of_edition": 1}
    newer = replace(last, kind=SigningBegunAnew.KIND, facts=facts)
    waited = replace(newer, time=datetime(2026, 12, 31, 16, 4, tzinfo=UTC))
    days = [EVE - timedelta(days=1), EVE, NEW_YEAR, NEW_YEAR + timedelta(days=1)]

    def may(event):
        return [authority.may_be_dated(event, day) for day in days]

    assert may(last) == [True, True, True, False]
    assert may(newer) == [False, False, True, False]
    assert may(waited) == [False, True, True, False]
    assert authority.day_of(newer) == NEW_YEAR

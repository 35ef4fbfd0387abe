"""Closing a number series whose year is over: stated once, and no number after it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from bank import Bank
from notices import FORM, ISSUED, issue, notice

from rmdocs.errors import ControlError
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, Series, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.series import CLOSED_NAME, closing_statement, series_path, stated
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records, registers

OFFICER = "SD00-0004"
SERIES = Series(form=FORM, unit=UnitCode("JN01"), year=2026)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture(scope="module")
def issued(founded, place):
    """Three notices of a series, the second of them void."""
    bank = Bank(Path(shutil.copytree(founded, place / "closing" / "bank")))
    numbers = [issue(bank, notice(bank, "JN01", no)) for no in ("甲", "乙", "丙")]
    bank.void(numbers[1], "JN01-0101", "JN01-0001", day=ISSUED)
    yield bank.root
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def bank(issued, copied):
    return copied(issued)


def close(bank, series=SERIES, who=OFFICER, day=NEW_YEAR):
    return registers.close_series(bank.at(who, day), series)


def refused(act, *words, **more):
    with pytest.raises(ControlError) as problem:
        act(*words, **more)
    return problem.value.reason.text(Language.EN)


def test_states_what_was_given_and_what_is_void(bank):
    statement = close(bank)
    head = bank.at().store.require_head(statement.volumes[0].volume.ref)
    assert (statement.series, statement.given) == (SERIES, 3)
    assert statement.voids == (RecordNumber(series=SERIES, serial=2),)
    assert [one.checkpoint for one in statement.volumes] == [head.checkpoint]
    assert statement.to_json()["last"] == "RXD7200-04-JN01-2026-0003"
    control = bank.at().store.require_head(CONTROL_REF)
    assert closing_statement(control, SERIES) == statement
    [event] = [one for one in control.events(series_path(SERIES)) if one.kind == "series-close"]
    assert event.actor.staff_no == OFFICER
    assert event.facts == {"given": 3, "void": 1}
    assert [file.path for file in event.files] == [f"{series_path(SERIES)}/{CLOSED_NAME}"]
    assert bank.codes() == set()


def test_the_year_is_not_over(bank):
    before = bank.at().registry.control.checkpoint
    assert "2026" in refused(close, bank, day=date(2026, 12, 31))
    assert bank.at().registry.control.checkpoint == before


def test_a_series_that_never_was(bank):
    assert "was ever given" in refused(
        close, bank, Series(form=FORM, unit=UnitCode("YT03"), year=2026)
    )


def test_only_who_may(bank):
    for who in ("JN01-0101", "SD00-0001", "SD00-0009"):
        assert "close" in refused(close, bank, who=who)
    assert closing_statement(bank.at().registry.control, SERIES) is None


def test_not_twice(bank):
    close(bank)
    assert "closed already" in refused(close, bank, day=date(2027, 2, 1))


def test_no_number_afterwards(bank):
    close(bank)
    late = notice(bank, "JN01", "丁")
    workspace = bank.at("JN01-0101", NEW_YEAR)
    said = refused(lambda: records.issue(workspace, [read(bank.write(late))]))
    assert "is closed with 3 number(s): it gives no more" in said
    assert (
        bank.at()
        .store.require_head(RecordNumber(series=SERIES, serial=1).volume.ref)
        .checkpoint.size
        == 5
    )
    other = records.issue(
        bank.at("YT03-0301", NEW_YEAR), [read(bank.write(notice(bank, "YT03", "丁")))]
    )
    assert other.outcomes[0].number is not None


def test_what_was_issued_goes_on(bank):
    """A void after the closing leaves the statement as it was, and the store sound."""
    statement = close(bank)
    bank.void(RecordNumber(series=SERIES, serial=3), "JN01-0101", "JN01-0001", day=date(2027, 2, 1))
    head = bank.at().store.require_head(statement.volumes[0].volume.ref)
    now = stated(SERIES, {statement.volumes[0].volume: head})
    assert now.voids == (
        RecordNumber(series=SERIES, serial=2),
        RecordNumber(series=SERIES, serial=3),
    )
    assert closing_statement(bank.at().registry.control, SERIES) == statement
    assert bank.codes() == set()


def test_two_at_once_close_it_once(bank):
    """Whoever comes second finds it closed, though the first had not yet been when they began."""
    workspace = bank.at(OFFICER, NEW_YEAR)
    assert workspace.registry.control is not None
    close(bank)
    with pytest.raises(ControlError, match="closed already"):
        registers.close_series(workspace, SERIES)

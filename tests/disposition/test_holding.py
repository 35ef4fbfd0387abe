"""Holds: on what, by whom, and until when."""

from __future__ import annotations

import pytest
from archive import AUDITOR, DUE, EARLY, NUMBERS, OFFICER, PRESIDENT
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import ControlError, UsageError
from rmdocs.events.control import Scope
from rmdocs.identifiers import DisposalNumber, HoldNumber, RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.holds import Held, HoldRegister, hold_kinds
from rmdocs.reports.report import rows_json
from rmdocs.workspace import disposition

USCC = "91370112MA3DEM019E"
FIRST = str(NUMBERS[0])


def holds(archive):
    return list(HoldRegister(head=archive.at().registry.control).all())


@pytest.mark.parametrize(
    ("held", "scope"),
    [
        (Held.record(FIRST), Scope.RECORD),
        (Held.customer(USCC.lower()), Scope.CUSTOMER),
        (Held.series("RXD7200-05-JN01-2026"), Scope.SERIES),
    ],
)
def test_on_a_record_a_customer_or_a_series(archive, held, scope):
    placed = archive.hold(held, "audit")
    assert (str(placed.number), placed.held.scope, placed.kind) == ("H2032-0001", scope, "audit")
    [found] = holds(archive)
    assert found == placed
    assert found.stands
    assert (found.placed.actor.staff_no, found.placed.reason) == (AUDITOR, "另案")
    assert archive.codes() == set()


def test_what_each_covers():
    others = RecordNumber.parse("RXD7200-05-JN01-2027-0001")
    assert Held.record(FIRST).covers(NUMBERS[0], "")
    assert not Held.record(FIRST).covers(NUMBERS[1], USCC)
    assert Held.series("RXD7200-05-JN01-2026").covers(NUMBERS[1], "")
    assert not Held.series("RXD7200-05-JN01-2026").covers(others, USCC)
    assert Held.customer(USCC).covers(others, USCC)
    assert not Held.customer(USCC).covers(others, "")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (Held.record, "RXD7200-05"),
        (Held.customer, "91370112MA3DEM0190"),
        (Held.customer, ""),
        (Held.series, "RXD7200-05-JN01"),
        (Held.series, FIRST),
        (Held.series, "RXD7200-05-JN01-2026-1"),
        (HoldNumber.parse, "H2026-1"),
        (HoldNumber.parse, "D2026-0001"),
        (HoldNumber.parse, "H2026-00001"),
        (HoldNumber.parse, "H2026-0000"),
        (HoldNumber.parse, "H2026-0001\n"),
        (HoldNumber.parse, None),
        (DisposalNumber.parse, "H2026-0001"),
        (DisposalNumber.parse, "D26-0001"),
    ],
)
def test_what_is_none_is_told(make, text):
    with pytest.raises(UsageError) as refusal:
        make(text)
    assert refusal.value.remedy.text(Language.EN)


@given(st.integers(1, 9999), st.integers(1, 999999))
def test_numbers_are_written_as_they_are_read(year, serial):
    for kind in (HoldNumber, DisposalNumber):
        number = kind(year=year, serial=serial)
        assert kind.parse(str(number)) == number


def test_kinds_are_data():
    assert [kind.text(Language.ZH) for kind in hold_kinds().values()] == [
        "贷款未清",
        "诉讼",
        "审计",
        "其他",
    ]


def test_numbers_count_by_the_year(archive):
    archive.day = EARLY
    assert str(archive.hold().number) == "H2031-0001"
    archive.day = DUE
    assert [str(archive.hold().number) for _ in range(2)] == ["H2032-0001", "H2032-0002"]


def test_lifted_by_somebody_else(archive):
    placed = archive.hold()
    with pytest.raises(ControlError, match=r"SOD-HOLD.*审计示例"):
        disposition.lift_hold(archive.by(AUDITOR), placed.number, "结案")
    lifted = disposition.lift_hold(archive.by(OFFICER), placed.number, "结案")
    assert not lifted.stands
    assert (lifted.lifted.actor.staff_no, lifted.lifted.reason) == (OFFICER, "结案")
    with pytest.raises(ControlError, match="lifted already, by 档案示例 on 2032-01-02"):
        disposition.lift_hold(archive.by(PRESIDENT), placed.number, "结案")
    assert archive.codes() == set()


@pytest.mark.parametrize("actor", ["JN01-0101", "SD00-0001"])
def test_not_by_just_anybody(archive, actor):
    with pytest.raises(ControlError, match="may not place a hold"):
        archive.hold(actor=actor)
    placed = archive.hold()
    with pytest.raises(ControlError, match="may not lift a hold"):
        disposition.lift_hold(archive.by(actor), placed.number, "结案")


def test_not_without_a_reason_a_kind_or_a_record(archive):
    clerk = archive.by(AUDITOR)
    with pytest.raises(ControlError, match="a reason must be given"):
        disposition.place_hold(clerk, Held.record(FIRST), "audit", "  ")
    with pytest.raises(UsageError, match="no kind of hold"):
        disposition.place_hold(clerk, Held.record(FIRST), "mood", "x")
    for number in ("RXD7200-05-JN01-2026-0099", "RXD7200-05-ZB02-2026-0001"):
        with pytest.raises(ControlError, match="was never given"):
            disposition.place_hold(clerk, Held.record(number), "audit", "x")
    with pytest.raises(ControlError, match="there is no hold H2032-0001"):
        disposition.lift_hold(clerk, HoldNumber(year=2032, serial=1), "x")
    assert holds(archive) == []


def test_too_late_for_what_was_disposed_of(archive):
    archive.dispose(NUMBERS[0])
    with pytest.raises(ControlError, match="was disposed of"):
        archive.hold(Held.record(FIRST))


def test_the_register_as_it_was_on_a_day(archive):
    archive.day = EARLY
    placed = archive.hold()
    archive.day = DUE
    disposition.lift_hold(archive.by(OFFICER), placed.number, "结案")
    now = rows_json(disposition.holds(archive.at()), Language.ZH)
    then = rows_json(disposition.holds(archive.at(), on=EARLY), Language.ZH)
    assert [row["lifted_on"] for row in now + then] == ["2032-01-02", None]
    assert rows_json(disposition.holds(archive.at(), lifted=False), Language.ZH) == []
    assert now[0] == {
        "hold": "H2031-0001",
        "kind": "诉讼",
        "scope": now[0]["scope"],
        "held": FIRST,
        "reason": "另案",
        "placed_by": "审计示例",
        "placed_on": "2031-12-31",
        "lifted_by": "档案示例",
        "lifted_on": "2032-01-02",
    }

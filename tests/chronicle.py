"""A year of a bank's office, told once: what registers, seen from any day, must show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from notices import FORM, NEW, deliver, issue, notice, release

from rmdocs.identifiers import (
    CopyNumber,
    DocumentNumber,
    HoldNumber,
    RecordNumber,
    Revision,
    Series,
    StaffNumber,
    UnitCode,
)
from rmdocs.registers.holds import Held
from rmdocs.workspace import (
    copies,
    disposition,
    people,
    regeneration,
    registers,
    requests,
    revising,
)

if TYPE_CHECKING:
    from bank import Bank

OFFICER, AUDITOR, HOLDER = "SD00-0004", "SD00-0009", "JN01-0101"
AUTHOR, REVIEWER, APPROVER = "SD00-0001", "SD00-0002", "SD00-0003"
PLAN_FORM = DocumentNumber("RXD7200-03")
GUIDE = DocumentNumber("IXD7200-01")
SERIES = Series(form=FORM, unit=UnitCode("JN01"), year=2026)
OUTSIDE = "山东样例会计师事务所"


@dataclass(frozen=True)
class Days:
    """When things happened."""

    founded: date = date(2026, 1, 5)
    unit: date = date(2026, 2, 2)
    person: date = date(2026, 2, 3)
    copies: date = date(2026, 3, 2)
    returned: date = date(2026, 4, 1)
    policy: date = date(2026, 5, 6)
    roles: date = date(2026, 6, 1)
    rejected: date = date(2026, 7, 1)
    issued: date = date(2026, 11, 18)
    held: date = date(2026, 11, 19)
    voided: date = date(2026, 11, 20)
    released: date = date(2026, 11, 30)
    effective: date = date(2026, 12, 1)
    regenerated: date = date(2026, 12, 2)
    withdrawn: date = date(2026, 12, 10)
    confirmed: date = date(2026, 12, 15)
    lifted: date = date(2026, 12, 20)
    closed: date = date(2027, 1, 5)


DAY = Days()


def number(unit: str, serial: int) -> RecordNumber:
    """Return the number of a notice."""
    return RecordNumber(series=Series(form=FORM, unit=UnitCode(unit), year=2026), serial=serial)


def chronicle(bank: Bank) -> None:
    """Let the year happen.

    Notices of JN01: 0001 open and regenerated, 0002 void, 0003 delivered; of
    YT03: 0001 open and regenerated. Copies: C0001 with its holder, of 1.0;
    C0002 taken back.
    """
    _people(bank)
    _copies(bank)
    widened = registers.policy_text(bank.at()).replace(
        '"hold.lift" = ["records_officer", ',
        '"hold.lift" = ["department_head", "records_officer", ',
    )
    asked = requests.enter(
        bank.at(OFFICER, DAY.policy), "policy", widened.encode(), "部门负责人也可解除冻结"
    )
    bank.approve(asked.number, APPROVER, DAY.policy)
    staff = StaffNumber.parse("QD05-0501")
    people.add(bank.at(OFFICER, DAY.roles), staff, "孙试例", UnitCode("JN01"), ["department_head"])
    people.change_customer(
        bank.at(OFFICER, DAY.roles), "91370112MA3DEM019E", {"name": "济南虚构岱岳重型机械有限公司"}
    )
    revising.propose(bank.at(AUTHOR, DAY.rejected), PLAN_FORM, "试改", date(2026, 8, 1))
    revising.reject(bank.at(AUTHOR, DAY.rejected), PLAN_FORM, "不改了")
    _notices(bank)
    release(bank, DAY.effective)
    work = bank.at(OFFICER, DAY.regenerated)
    regeneration.run(work, regeneration.plan(work, FORM, NEW))
    revising.withdraw(
        bank.at(APPROVER, DAY.withdrawn),
        PLAN_FORM,
        Revision(major=1, minor=0),
        DAY.withdrawn,
        "停用",
    )
    revising.confirm(bank.at(REVIEWER, DAY.confirmed), GUIDE, "内容仍适用")
    disposition.lift_hold(bank.at(AUDITOR, DAY.lifted), HoldNumber(year=2026, serial=1), "审计结束")
    registers.close_series(bank.at(OFFICER, DAY.closed), SERIES)


def _people(bank: Bank) -> None:
    people.add_unit(
        bank.at(OFFICER, DAY.unit),
        UnitCode("QD05"),
        "青岛示例支行",
        "中国建设银行股份有限公司青岛示例支行",
    )
    staff = StaffNumber.parse("QD05-0501")
    work = bank.at(OFFICER, DAY.person)
    people.new_key(work, staff)
    people.add(work, staff, "孙试例", UnitCode("QD05"), ["relationship_manager"])


def _copies(bank: Bank) -> None:
    workspace = bank.at(OFFICER, DAY.copies)
    copies.issue(workspace, FORM, staff=StaffNumber.parse(HOLDER))
    copies.issue(workspace, FORM, outside=OUTSIDE)
    copies.return_(bank.at(OFFICER, DAY.returned), CopyNumber(document=FORM, serial=2))


def _notices(bank: Bank) -> None:
    issue(bank, notice(bank, "JN01", "甲"))
    void = issue(bank, notice(bank, "JN01", "乙"))
    delivered = notice(bank, "JN01", "丙")
    deliver(bank, issue(bank, delivered), delivered)
    issue(bank, notice(bank, "YT03", "丁"))
    disposition.place_hold(bank.at(OFFICER, DAY.held), Held.series(str(SERIES)), "audit", "审计")
    bank.void(void, HOLDER, "JN01-0001", day=DAY.voided)

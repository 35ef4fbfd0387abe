"""Whom and what a record names, against the registers: staff, customers, related records."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from rmdocs.control.staff import person_event
from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.folders import read, save
from rmdocs.identifiers import RecordNumber, StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.staff import Person
from rmdocs.workspace import people, records

RM, SECOND, HEAD, OFFICER = "JN01-0101", "JN01-0102", "JN01-0001", "SD00-0004"
MANAGER = "relationship_manager"
ZHAO = {"name": "赵样例", "staff_no": SECOND}
NUMBER = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
USCC = "91370112MA3DEM019E"


def told(findings):
    """Return code, severity and path of what is told, but for stages left for later."""
    return {
        (one.code, one.severity.value, one.path) for one in findings if one.code != "STAGES-LATER"
    }


def check(bank, sample):
    [checked] = bank.check(sample)
    return told(checked.findings)


def second(sample, name=ZHAO["name"], staff_no=SECOND):
    """Return a call log whose second manager is somebody."""
    sample["record"]["content"]["rm_second"] = {"name": name, "staff_no": staff_no}
    return sample


def enter(bank, staff_no, name, roles=(MANAGER,), day=date(2026, 6, 1), **more):
    """Enter somebody of JN01 in the register of staff on a day, with no key of theirs."""
    work = bank.at(OFFICER, day)
    number = StaffNumber.parse(staff_no)
    person = Person(
        staff_no=number,
        name=name,
        unit=UnitCode.parse("JN01"),
        roles=frozenset(roles),
        keys=(),
        **more,
    )
    with work.store.locked("refs/heads/control") as branch:
        entry = work.registry.staff.next_entry("people", staff_no)
        work.acting().seal(branch, (person_event(person, entry),))


SECOND_AT = "$.content.rm_second"


@pytest.mark.parametrize(
    ("name", "staff_no", "finding"),
    [
        ("赵样例", "JN01-0198", ("STAFF-UNKNOWN", "error")),
        ("张三", SECOND, ("STAFF-NAME", "error")),
        ("刘样例", "YT03-0301", ("STAFF-UNIT", "error")),
        ("郑部长", HEAD, ("STAFF-ROLE", "error")),
        ("编制示例", "SD00-0001", ("STAFF-UNIT", "warning")),
        ("某某", "SD00-0077", ("STAFF-ELSEWHERE", "warning")),
        ("某某", "QD09-0001", ("STAFF-ELSEWHERE", "warning")),
        ("赵 样例", SECOND, ("STAFF-SPELLING", "warning")),
        ("赵\u3000样例", SECOND, ("STAFF-SPELLING", "warning")),
    ],
)
def test_a_manager_who_is_another(shared_bank, visit, name, staff_no, finding):
    assert (*finding, SECOND_AT) in check(shared_bank, second(visit, name, staff_no))


def test_the_second_manager_of_the_notice(shared_bank):
    sample = shared_bank.sample("RXD7200-04-JN01")
    sample["record"]["content"]["rm_second"]["name"] = "张三"
    assert ("STAFF-NAME", "error", SECOND_AT) in check(shared_bank, sample)


def test_a_manager_deep_in_a_plan(shared_bank, plan):
    plan["record"]["content"]["target_customers"][0]["rm_second"]["staff_no"] = "JN01-0198"
    found = check(shared_bank, plan)
    assert ("STAFF-UNKNOWN", "error", "$.content.target_customers[0].rm_second") in found


def test_a_leader_who_is_no_leader(shared_bank):
    sample = shared_bank.sample("RXD7200-01-JN01")
    path = "$.content.party_b.head"
    for name, code in (
        ("王样例", "STAFF-ROLE"),
        ("韩示行", "STAFF-UNIT"),
        ("无名", "STAFF-UNKNOWN"),
    ):
        sample["record"]["content"]["party_b"]["head"] = name
        assert (code, "error", path) in check(shared_bank, sample)


def test_to_whom_it_was_reported(shared_bank, visit):
    report = {"name": "周示行", "reported_on": "2026-04-09"}
    visit["record"]["content"]["beyond_authority"] = {
        "matter": "超权限",
        "department_head": report,
        "president": {**report, "name": "审计示例"},
    }
    found = check(shared_bank, visit)
    at = "$.content.beyond_authority"
    assert ("STAFF-ROLE", "error", f"{at}.department_head.name") in found
    assert ("STAFF-UNIT", "warning", f"{at}.president.name") in found


@pytest.mark.parametrize(
    ("left", "back", "refused"),
    [("2026-04-09", False, False), ("2026-04-08", False, True), ("2026-04-08", True, True)],
)
def test_who_left_stays_valid_on_what_is_of_before(bank, visit, left, back, refused):
    """Whenever it was entered, and if they came back later."""
    people.leave(
        bank.at(OFFICER, date(2026, 6, 1)), StaffNumber.parse(SECOND), date.fromisoformat(left)
    )
    if back:
        enter(bank, SECOND, "赵样例", day=date(2026, 7, 1))
    assert check(bank, visit) == ({("STAFF-LEFT", "error", SECOND_AT)} if refused else set())


def test_who_left_prepares_nothing(bank, visit):
    people.leave(bank.at(OFFICER, date(2026, 6, 1)), StaffNumber.parse(RM), date(2026, 4, 1))
    assert ("STAFF-LEFT", "error", "$.prepared_by") in check(bank, visit)


def test_who_was_entered_only_later(bank, visit):
    enter(bank, "JN01-0110", "新样例")
    found = check(bank, second(visit, "新样例", "JN01-0110"))
    assert ("STAFF-LATER", "warning", SECOND_AT) in found


def test_a_name_changed_since(bank, visit):
    enter(bank, SECOND, "赵新名")
    assert check(bank, visit) == set()
    assert ("STAFF-RENAMED", "warning", SECOND_AT) in check(bank, second(visit, "赵新名"))


def test_of_two_of_one_name_either_may_be_meant(bank):
    enter(bank, "JN01-0003", "王样例", roles=("president",))
    sample = bank.sample("RXD7200-01-JN01")
    sample["record"]["content"]["party_b"]["head"] = "王样例"
    sample["record"]["date"] = "2026-06-03"
    assert not {code for code, _, _ in check(bank, sample) if code.startswith("STAFF")}


def test_before_the_register_began_nobody_is_known(shared_bank, visit):
    second(visit, "某某", "JN01-0198")
    visit["record"]["date"] = "2025-12-30"
    assert ("STAFF-UNKNOWN", "warning", SECOND_AT) in check(shared_bank, visit)


def test_who_delivered(bank):
    sample = bank.sample("RXD7200-04-JN01")
    number = bank.issue(sample, date(2026, 9, 15))
    delivery = {"method": "直接送达", "sent_on": "2026-09-15", "delivered_by": ["王样例", "赵六"]}
    with pytest.raises(FindingsError) as refused:
        bank.add(number, "delivery", delivery, RM, date(2026, 9, 15))
    at = "$.stages.delivery.delivered_by[1]"
    assert ("STAFF-UNKNOWN", "error", at) in told(refused.value.findings)
    delivery["delivered_by"] = ["王 样例", "赵样例"]
    assert bank.add(number, "delivery", delivery, RM, date(2026, 9, 15)).edition == 2


class TestCustomer:
    @pytest.fixture
    def kept(self, bank):
        people.change_customer(bank.at(RM), USCC, {"name": "济南虚构岱岳重型机械有限公司"})
        return bank

    def test_of_another_name(self, kept, visit):
        visit["record"]["content"]["customer"]["name"] = "济南虚构岱岳轻型机械有限公司"
        assert check(kept, visit) == {("CUSTOMER-NAME", "error", "$.content.customer.name")}

    def test_of_the_same_name_typed_otherwise(self, kept, visit):
        visit["record"]["content"]["customer"]["name"] = "济南 虚构岱岳重型机械有限公司"
        assert check(kept, visit) == set()

    def test_of_an_earlier_name(self, kept, visit):
        people.change_customer(kept.at(RM), USCC, {"name": "济南虚构岱岳重工有限公司"})
        assert check(kept, visit) == {("CUSTOMER-RENAMED", "warning", "$.content.customer.name")}

    def test_that_nobody_entered(self, kept, visit):
        customer = {"name": "烟台虚构海葵食品有限公司", "uscc": "91370602MA3DEM035E"}
        visit["record"]["content"]["customer"] |= customer
        assert check(kept, visit) == {("CUSTOMER-UNKNOWN", "warning", "$.content.customer.uscc")}

    def test_is_not_asked_for_while_nobody_keeps_the_register(self, bank, visit):
        assert check(bank, visit) == set()

    def test_who_only_guarantees_need_not_be_entered(self, kept):
        sample = kept.sample("RXD7200-04-JN01")
        guarantor = {"name": "烟台虚构海葵食品有限公司", "uscc": "91370602MA3DEM035E"}
        sample["record"]["content"]["guarantors"] = [{**guarantor, "address": None, "phone": None}]
        assert not {code for code, _, _ in check(kept, sample) if code.startswith("CUSTOMER")}


@pytest.mark.parametrize(
    ("number", "code", "severity"),
    [
        ("RXD7200-01-JN01-2026-0099", "RELATED-UNKNOWN", "error"),
        ("RXD7200-04-ZB02-2026-0001", "RELATED-UNKNOWN", "error"),
        ("RXD7200-99-JN01-2026-0001", "RELATED-UNKNOWN", "error"),
        ("RXD7200-01-JN01-2025-0001", "RELATED-UNSEEN", "warning"),
        ("RXD7200-01-QD09-2026-0001", "RELATED-UNSEEN", "warning"),
    ],
)
def test_a_related_record_that_is_not_there(shared_bank, visit, number, code, severity):
    visit["record"]["related"] = ["RXD7200-01-JN01-2026-0001", number]
    assert check(shared_bank, visit) == {(code, severity, "$.related[1]")}


@pytest.mark.parametrize("number", ["RXD7200-01-JN01-2025-0001", "RXD7200-01-QD09-2026-0001"])
def test_a_reason_for_a_related_record_that_cannot_be_looked_up(bank, visit, number):
    visit["record"]["related"] = [number]
    visit["record"]["related_reason"] = "  纸质协议，存济南一支行档案柜 3，已核对  "
    assert check(bank, visit) == set()
    issued = bank.issue(visit)
    shown = records.show(bank.at(), issued)
    assert shown.record["related_reason"] == "纸质协议，存济南一支行档案柜 3，已核对"
    said = {title.text(Language.ZH): value for title, value in shown.said[0].lines}
    assert said["相关记录未核对原因"] == shown.record["related_reason"]
    assert bank.codes() == set()
    # It can be corrected like anything else that was captured.
    del shown.record["related_reason"]
    told = bank.amend(issued, shown.record, RM).findings
    assert ("RELATED-UNSEEN", "warning") in {(one.code, one.severity.value) for one in told}


def test_a_reason_excuses_nothing_that_can_be_looked_up(shared_bank, visit):
    visit["record"]["related"] = ["RXD7200-01-JN01-2026-0099"]
    visit["record"]["related_reason"] = "纸质"
    assert check(shared_bank, visit) == {("RELATED-UNKNOWN", "error", "$.related[0]")}


@pytest.mark.parametrize(
    "reason", ["", "  ", "x" * 201, "两\n行", "a\tb", 7, ["纸质"], "纸\u200b质"]
)
def test_a_reason_that_is_none(shared_bank, visit, reason):
    visit["record"]["related_reason"] = reason
    [(_, severity, path)] = check(shared_bank, visit)
    assert (severity, path) == ("error", "$.related_reason")


def test_a_reason_in_a_sheet(bank, visit, tmp_path):
    number = bank.issue(visit)
    made = records.export_record(bank.at(), number, sheet=Language.ZH)
    path = save(tmp_path / made.name, made.data)
    book = load_workbook(path)
    keys = [cell.value for cell in book.worksheets[0][2]]
    for key, value in (("related", "RXD7200-01-JN01-2025-0001"), ("related_reason", "纸质协议")):
        book.worksheets[0].cell(3, keys.index(key) + 1).value = value
    book.save(path)
    assert records.amend(bank.at(RM), number, read(path), "补充").findings == ()
    assert records.show(bank.at(), number).record["related_reason"] == "纸质协议"


def test_a_related_record_that_is_void(visited_bank, visit):
    visited_bank.void(NUMBER, RM, HEAD)
    visit["record"]["related"] = [str(NUMBER)]
    assert check(visited_bank, visit) == {("RELATED-VOID", "warning", "$.related[0]")}


def test_a_record_related_to_itself(visited_bank, visit):
    visit["record"]["related"] = [str(NUMBER)]
    with pytest.raises(FindingsError) as refused:
        visited_bank.amend(NUMBER, visit["record"], RM)
    assert told(refused.value.findings) == {("RELATED-SELF", "error", "$.related[0]")}


def test_the_samples_name_whom_the_registers_know(shared_bank):
    for name in ("RXD7200-01-JN01", "RXD7200-02-YT03", "RXD7200-03-JN01", "RXD7200-04-YT03"):
        [checked] = shared_bank.check(shared_bank.sample(name))
        assert not [one for one in checked.findings if one.severity is Severity.ERROR], name

"""Units, staff and the policy, seen from several days."""

from __future__ import annotations

from datetime import date, timedelta

from chronicle import DAY

EVE = timedelta(1)


def person(rows, day=None):
    return [row for row in rows("staff", day) if row["staff_no"] == "QD05-0501"]


class TestUnits:
    def test_a_row(self, rows):
        [row] = [row for row in rows("units") if row["code"] == "QD05"]
        assert row == {
            "code": "QD05",
            "name": "青岛示例支行",
            "full_name": "中国建设银行股份有限公司青岛示例支行",
            "since": "2026-02-02",
            "entered": "2026-02-02",
            "entered_by": "档案示例 SD00-0004",
        }

    def test_as_of_a_day(self, rows):
        after = {row["code"] for row in rows("units", DAY.unit)}
        before = {row["code"] for row in rows("units", DAY.unit - EVE)}
        assert after - before == {"QD05"}
        assert rows("units", DAY.founded - EVE) == []


class TestStaff:
    def test_an_entry_and_its_change(self, rows):
        assert person(rows, DAY.person - EVE) == []
        [before], [after] = person(rows, DAY.roles - EVE), person(rows, DAY.roles)
        assert (before["unit"], before["roles"]) == ("QD05", "relationship manager")
        assert (after["unit"], after["roles"]) == ("JN01", "department head")
        assert (before["since"], before["entered"]) == ("2026-02-03", "2026-02-03")
        assert (after["since"], after["entered"]) == ("2026-02-03", "2026-06-01")
        assert after["keys"].startswith("SHA256:")
        assert after["entered_by"] == "档案示例 SD00-0004"

    def test_of_a_unit(self, rows):
        assert {row["unit"] for row in rows("staff", unit="YT03")} == {"YT03"}
        assert rows("staff", unit="QD05") == []
        assert person(lambda name, _: rows(name, DAY.roles - EVE, unit="QD05"))

    def test_before_the_store_there_was_nobody(self, rows):
        assert rows("staff", DAY.founded - EVE) == []


class TestPolicy:
    def test_a_change(self, rows):
        def roles(day: date):
            return [row["roles"] for row in rows("policy", day) if row["act"] == "hold.lift"]

        [before], [after] = roles(DAY.policy - EVE), roles(DAY.policy)
        assert after == f"department head, {before}"

    def test_what_is_kept_apart(self, rows):
        [row] = [row for row in rows("policy") if row["act"] == "hold.place"]
        assert (row["separate"], row["apart_from"]) == ("SOD-HOLD", "lift a hold")
        assert row["clause"] == "ISO 15489-1 §9.9"
        [void] = [row for row in rows("policy") if row["act"] == "record.void_approve"]
        assert (void["roles"], void["separate"]) == ("as the form says", "SOD-VOID")

    def test_before_the_store_there_was_none(self, rows):
        assert rows("policy", DAY.founded - EVE) == []

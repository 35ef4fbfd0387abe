"""Stages and amendments: what is refused, and that nothing is left behind."""

from __future__ import annotations

import pytest

from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.workspace import records

RM, HEAD, PRESIDENT = "JN01-0101", "JN01-0001", "JN01-0002"
HEAD_SAYS = {"name": "郑部长", "date": "2026-04-10", "opinion": "已阅"}
PRESIDENT_SAYS = {"name": "周示行", "date": "2026-04-10", "opinion": "已阅"}


@pytest.fixture
def bank(visited_bank):
    return visited_bank


@pytest.fixture
def number():
    """A call log just issued."""
    return RecordNumber.parse("RXD7200-02-JN01-2026-0001")


@pytest.fixture
def refused(bank, number):
    """Run an act, see it refused, and see that it left nothing behind."""

    def run(kind, act):
        before = bank.refs()
        with pytest.raises(kind) as refusal:
            act()
        assert bank.refs() == before
        assert bank.codes() == set()
        return refusal.value

    return run


def codes(refusal):
    return {finding.code for finding in refusal.findings}


class TestStage:
    def add(self, bank, number, name="dept_head_opinion", content=None, actor=HEAD):
        return bank.add(number, name, HEAD_SAYS if content is None else content, actor)

    def test_makes_an_edition(self, bank, number):
        done = self.add(bank, number)
        assert (done.edition, done.status) == (2, "issued")
        done = self.add(bank, number, "president_opinion", PRESIDENT_SAYS, PRESIDENT)
        assert (done.edition, done.status) == (3, "closed")
        assert bank.codes() == set()

    def test_out_of_order(self, bank, number, refused):
        def act():
            return self.add(bank, number, "president_opinion", PRESIDENT_SAYS, PRESIDENT)

        refusal = refused(ControlError, act)
        assert refusal.exit_code == 3
        assert "dept_head_opinion" in str(refusal.remedy)

    def test_twice(self, bank, number, refused):
        self.add(bank, number)
        assert refused(ControlError, lambda: self.add(bank, number)).exit_code == 3

    def test_of_no_name(self, bank, number, refused):
        assert refused(ControlError, lambda: self.add(bank, number, "coffee")).exit_code == 3

    def test_after_the_last(self, bank, number, refused):
        self.add(bank, number)
        self.add(bank, number, "president_opinion", PRESIDENT_SAYS, PRESIDENT)
        refused(ControlError, lambda: self.add(bank, number))

    def test_by_a_wrong_role(self, bank, number, refused):
        assert refused(ControlError, lambda: self.add(bank, number, actor=RM)).exit_code == 3

    def test_by_another_unit(self, bank, number, refused):
        content = {**HEAD_SAYS, "name": "钱部长"}
        refused(ControlError, lambda: self.add(bank, number, content=content, actor="YT03-0001"))

    def test_in_another_s_name(self, bank, number, refused):
        content = {**HEAD_SAYS, "name": "钱部长"}
        refusal = refused(FindingsError, lambda: self.add(bank, number, content=content))
        assert refusal.exit_code == 1
        assert codes(refusal) == {"STAGE-PERSON"}

    def test_by_nobody(self, bank, number, refused):
        assert refused(UsageError, lambda: self.add(bank, number, actor=None)).exit_code == 2

    @pytest.mark.parametrize(
        "content",
        [
            {},
            {**HEAD_SAYS, "date": "2026-02-30"},
            {**HEAD_SAYS, "extra": 1},
            {**HEAD_SAYS, "opinion": "\x00"},
            {**HEAD_SAYS, "opinion": 5},
            {**HEAD_SAYS, "date": 2**60},
            [],
            "text",
            None,
        ],
    )
    def test_with_wrong_content(self, bank, number, refused, content):
        value = {"stage": "dept_head_opinion", "content": content}
        path = bank.write(value, "stage.json")
        workspace = bank.at(HEAD)
        refusal = refused(
            FindingsError, lambda: records.add(workspace, number, "dept_head_opinion", read(path))
        )
        assert all(finding.path and finding.code for finding in refusal.findings)

    def test_that_the_file_does_not_hold(self, bank, number, refused, visit):
        path = bank.write({**visit, "stages": []}, "stage.json")
        workspace = bank.at(HEAD)
        refusal = refused(
            FindingsError, lambda: records.add(workspace, number, "dept_head_opinion", read(path))
        )
        assert codes(refusal) == {"STAGE-ABSENT"}

    def test_that_the_file_offers_and_the_record_has(self, bank, number, refused, visit):
        stage = {"stage": "dept_head_opinion", "content": HEAD_SAYS}
        path = bank.write({**visit, "stages": [stage]}, "stage.json")
        records.add(bank.at(HEAD), number, "dept_head_opinion", read(path))
        workspace = bank.at(HEAD)
        refusal = refused(
            FindingsError, lambda: records.add(workspace, number, "dept_head_opinion", read(path))
        )
        assert codes(refusal) == {"STAGE-ADDED"}

    def test_whose_name_no_stage_has(self, bank, number, refused, visit):
        path = bank.write({**visit, "stages": []}, "stage.json")
        workspace = bank.at(HEAD)
        refusal = refused(
            ControlError, lambda: records.add(workspace, number, "opinoin", read(path))
        )
        assert "opinoin" in str(refusal)

    def test_on_a_number_never_given(self, bank, refused):
        for text in ("RXD7200-02-JN01-2026-0002", "RXD7200-02-ZB02-2026-0001"):
            other = RecordNumber.parse(text)
            refused(ControlError, lambda other=other: self.add(bank, other))

    def test_repeats_in_order(self, full_bank):
        number = RecordNumber.parse("RXD7200-03-JN01-2026-0001")

        def quarter(which):
            return full_bank.add(number, "quarter_actual", {**QUARTER, "quarter": which}, RM)

        for which in (2, 5):
            with pytest.raises(ControlError):
                quarter(which)
        assert quarter(1).edition == 4
        with pytest.raises(ControlError):
            quarter(1)
        assert full_bank.codes() == set()


QUARTER = {
    "quarter": 1,
    "name": "王样例",
    "date": "2026-12-30",
    "deposit_daily_avg_increment": 180,
    "loan_increment": 500,
    "fee_income": 9,
    "new_customers": 1,
}


class TestAmend:
    def test_makes_an_edition_and_says_what_changed(self, bank, number, visit):
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        done = bank.amend(number, visit["record"], RM, "主题写错")
        assert (done.edition, done.status) == (2, "issued")
        shown = records.show(bank.at(), number)
        assert shown.record["content"]["visit"]["topic"] == "结算回访"
        assert (shown.acts[-1].kind, shown.acts[-1].reason) == ("amend", "主题写错")
        assert bank.codes() == set()

    def test_with_nothing_changed(self, bank, number, visit, refused):
        refusal = refused(FindingsError, lambda: bank.amend(number, visit, RM))
        assert codes(refusal) == {"AMEND-NOTHING"}

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_without_a_reason(self, bank, number, visit, refused, reason):
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        refused(ControlError, lambda: bank.amend(number, visit["record"], RM, reason))

    def test_of_a_void_record(self, bank, number, visit, refused):
        bank.void(number, RM, HEAD)
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        refusal = refused(ControlError, lambda: bank.amend(number, visit["record"], RM))
        assert refusal.exit_code == 3

    @pytest.mark.parametrize(
        "moved", [{"unit": "YT03"}, {"form": "RXD7200-01"}, {"date": "2025-04-09"}]
    )
    def test_that_moves_the_number(self, bank, number, visit, refused, moved):
        refused(ControlError, lambda: bank.amend(number, visit["record"] | moved, RM))

    @pytest.mark.parametrize("actor", [HEAD, "YT03-0301", "SD00-0009"])
    def test_by_a_wrong_person(self, bank, number, visit, refused, actor):
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        refused(ControlError, lambda: bank.amend(number, visit["record"], actor))

    def test_to_a_stranger(self, bank, number, visit, refused):
        visit["record"]["prepared_by"] = {"name": "无此人", "staff_no": "JN01-0999"}
        refusal = refused(FindingsError, lambda: bank.amend(number, visit["record"], RM))
        assert "STAFF-UNKNOWN" in codes(refusal)

    def test_to_a_wrong_record(self, bank, number, visit, refused):
        visit["record"]["content"]["customer"]["uscc"] = "91370112MA3DEM0190"
        refusal = refused(FindingsError, lambda: bank.amend(number, visit["record"], RM))
        assert "$.content.customer.uscc" in {finding.path for finding in refusal.findings}

    def test_to_a_day_to_come(self, bank, number, visit, refused):
        from datetime import date

        path = bank.write({**visit["record"], "date": "2026-12-30"})
        workspace = bank.at(RM, date(2026, 6, 1))
        refusal = refused(
            FindingsError, lambda: records.amend(workspace, number, read(path), "更正")
        )
        assert "DATE-FUTURE" in codes(refusal)

    def test_of_a_closed_record_keeps_it_closed(self, full_bank, visit):
        number = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        done = full_bank.amend(number, visit["record"], RM)
        assert (done.edition, done.status) == (4, "closed")
        assert full_bank.codes() == set()

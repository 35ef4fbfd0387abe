"""A second notice for one 借据 and maturity: refused, unless it says which one it replaces."""

import re
from copy import deepcopy
from datetime import date

import pytest

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.workspace import revising

DAY = date(2026, 12, 31)
RM, CHIEF = "JN01-0101", "JN01-0001"
EN = Language.EN
CODE = "R04-NOTICE-UNIQUE"
FIRST, SECOND, THIRD = (f"RXD7200-04-JN01-2026-{serial:04d}" for serial in (1, 2, 3))


@pytest.fixture
def notice(bank):
    def make(**content):
        sample = deepcopy(bank.sample("RXD7200-04-JN01"))
        sample["record"]["content"] |= content
        sample.pop("derived")
        return sample

    return make


def refusals(bank, value):
    """Return code, place and words of each error, of a file with one record."""
    [outcome] = bank.check(value)
    return [
        (one.code, one.path, one.message.text(EN) + one.remedy.text(EN))
        for one in outcome.findings
        if one.severity is Severity.ERROR
    ]


@pytest.mark.parametrize(
    "written",
    [
        "JK20251017001",
        "ＪＫ２０２５１０１７００１",
        "jk20251017001",
        "JK 20251017 001",
        "JK20251017-001",
        "ＪＫ20251017－001",
        "jk2025—1017–001",
        "JK2025⸺1017゠001",
        "JK2025─1017━001",
        "JK2025﹣1017⁃001",
        "JK20251017\u00a0\u3000001",
    ],
)
def test_however_the_iou_is_written(bank, notice, written):
    first = notice()
    assert first["record"]["content"]["iou_no"] == "JK20251017001"
    bank.issue(first)
    [(code, _, said)] = refusals(bank, notice(iou_no=written, branch_phone="0531-55500009"))
    assert code == CODE
    assert said.count(FIRST) == 2
    assert "替换的通知书编号" in said


def test_another_iou_or_another_maturity_is_another_notice(bank, notice):
    bank.issue(notice())
    assert bank.issue(notice(iou_no="JK20251017002")).serial == 2
    later = notice(maturity="2026-10-19", interest={**_interest(notice), "to": "2026-10-19"})
    assert bank.issue(later).serial == 3


def _interest(notice):
    return notice()["record"]["content"]["interest"]


def test_one_that_says_what_it_replaces_is_issued_and_the_newest_is_named_next(bank, notice):
    bank.issue(notice())
    assert str(bank.issue(notice(replaces=FIRST))) == SECOND
    [(code, place, said)] = refusals(bank, notice(replaces=FIRST, branch_phone="0531-55500009"))
    assert (code, place) == ("REPLACES-OLD", "$.content.replaces")
    assert FIRST in said
    assert SECOND in said
    [(code, _, said)] = refusals(bank, notice(branch_phone="0531-55500009"))
    assert code == CODE
    assert SECOND in said
    assert str(bank.issue(notice(replaces=SECOND))) == THIRD
    assert bank.codes() == set()


def test_what_it_names_must_stand_for_the_same(bank, notice):
    bank.issue(notice())
    other = bank.issue(notice(iou_no="JK20251017002"))
    visit = bank.issue(bank.sample("RXD7200-02-JN01"), DAY)
    for named, expected in (
        (str(other), "REPLACES-OTHER"),
        ("RXD7200-04-JN01-2026-0099", "REPLACES-UNKNOWN"),
        ("RXD7200-04-QD07-2026-0001", "REPLACES-UNKNOWN"),
        ("RXD7200-04-JN01-2026-00001", "REPLACES-UNKNOWN"),
    ):
        [(code, place, said)] = refusals(bank, notice(replaces=named))
        assert (code, place) == (expected, "$.content.replaces")
        assert named in said
        assert FIRST in said
    [(code, place, _)] = refusals(bank, notice(replaces=str(visit)))
    assert (code, place) == ("SCHEMA-PATTERN", "$.content.replaces")
    [(code, _, said)] = refusals(bank, notice(iou_no="JK20251017003", replaces=FIRST))
    assert code == "REPLACES-OTHER"
    assert FIRST in said


def test_a_void_one_neither_counts_nor_is_replaced(bank, notice):
    number = bank.issue(notice())
    bank.void(number, RM, CHIEF)
    [(code, _, said)] = refusals(bank, notice(replaces=FIRST))
    assert code == "REPLACES-VOID"
    assert FIRST in said
    assert str(bank.issue(notice(branch_phone="0531-55500009"), DAY)) == SECOND


def test_where_the_newest_is_void_the_one_before_it_is_named(bank, notice):
    bank.issue(notice())
    second = bank.issue(notice(replaces=FIRST))
    bank.void(second, RM, CHIEF)
    [(code, _, said)] = refusals(bank, notice(replaces=SECOND))
    assert code == "REPLACES-VOID"
    assert FIRST in said
    assert str(bank.issue(notice(replaces=FIRST, branch_phone="0531-55500009"), DAY)) == THIRD


def test_two_in_one_batch_name_each_other_by_row(bank, notice):
    bank.issue(notice())
    two = [notice(replaces=FIRST, branch_phone=f"0531-5550000{digit}") for digit in (8, 9)]
    two[1]["record"]["content"]["iou_no"] = "jk-20251017001"
    for outcome, other in zip(bank.check(two), ("record.json:2", "record.json:1"), strict=True):
        [refusal] = [one for one in outcome.findings if one.severity is Severity.ERROR]
        assert refusal.code == CODE
        assert other in refusal.message.text(EN)


class TestAmending:
    def codes(self, bank, number, sample):
        with pytest.raises(FindingsError) as refusal:
            bank.amend(number, sample["record"], RM)
        return [one.code for one in refusal.value.findings if one.severity is Severity.ERROR]

    def test_into_the_key_of_another(self, bank, notice):
        bank.issue(notice())
        number = bank.issue(notice(iou_no="JK20251017002"))
        assert self.codes(bank, number, notice()) == [CODE]
        assert bank.amend(number, notice(replaces=FIRST)["record"], RM)

    def test_the_first_is_no_clash_with_what_replaced_it(self, bank, notice):
        number = bank.issue(notice())
        bank.issue(notice(replaces=FIRST))
        receipt = bank.amend(number, notice(branch_phone="0531-55500009")["record"], RM)
        assert CODE not in {one.code for one in receipt.findings}
        assert self.codes(bank, number, notice(replaces=SECOND)) == ["REPLACES-LATER"]
        assert self.codes(bank, number, notice(replaces=FIRST)) == ["REPLACES-LATER"]

    def test_what_it_replaces_cannot_be_taken_out(self, bank, notice):
        bank.issue(notice())
        number = bank.issue(notice(replaces=FIRST))
        assert self.codes(bank, number, notice(branch_phone="0531-55500009")) == [CODE]


def revise(bank, form, edit):
    """Release another revision of a form, edited on the desk, in force from 2 December 2026."""
    path = bank.root / "forms" / form / "form.toml"
    text = path.read_text("utf-8")
    assert edit(text) != text
    path.write_text(edit(text), "utf-8")
    number, day = DocumentNumber(form), date(2026, 12, 1)
    revising.propose(bank.at("SD00-0001", day), number, "须唯一", date(2026, 12, 2))
    revising.submit(bank.at("SD00-0001", day), number)
    revising.review(bank.at("SD00-0002", day), number, "")
    revising.approve(bank.at("SD00-0003", day), number, "")


UNIQUE = """[unique]
key = ["content.customer.uscc"]
code = "R05-ONCE"
message = { zh = "该客户已回访", en = "this customer was called back" }

[[stages]]"""


class TestWhatWasIssuedBefore:
    """Under an earlier revision something else had to be unique, or nothing."""

    def test_another_key(self, bank, notice):
        bank.issue(notice())
        revise(
            bank,
            "RXD7200-04",
            lambda text: re.sub(r"(key = \[.*), \"content.maturity\"\]", r"\1]", text),
        )
        later = notice(maturity="2026-10-19", interest={**_interest(notice), "to": "2026-10-19"})
        [(code, _, said)] = refusals(bank, later)
        assert code == CODE
        assert FIRST in said
        assert str(bank.issue(notice(iou_no="JK20251017002"), DAY)) == SECOND
        # Whoever has an index from before reads on just so, and it is made once.
        [(code, _, said)] = refusals(bank, later)
        assert (code, FIRST in said) == (CODE, True)

    def test_no_key_and_encrypted(self, personal_bank, call_back):
        bank = personal_bank
        first = bank.issue(call_back)
        revise(bank, "RXD7200-05", lambda text: text.replace("[[stages]]", UNIQUE, 1))
        call_back["record"]["content"]["questions"][0]["answer"] = "再次回访"
        [(code, _, said)] = refusals(bank, call_back)
        assert (code, str(first) in said) == ("R05-ONCE", True)
        keys = bank.root / "record-keys"
        keys.rename(keys.with_name("elsewhere"))
        bank.close()
        for path in bank.index_files():
            path.unlink()
        [checked] = bank.check(call_back)
        [told] = [one for one in checked.findings if one.code == "UNIQUE-UNSEEN"]
        assert told.severity is Severity.WARNING
        assert told.message.text(EN).startswith("1 record(s) of RXD7200-05")
        assert str(first) in told.message.text(EN)
        assert checked.ready is not None
        # What is void, and readable without a key to be so, counts no more.
        keys.with_name("elsewhere").rename(keys)
        bank.void(first, RM, CHIEF)
        keys.rename(keys.with_name("elsewhere"))
        [checked] = bank.check(call_back)
        assert "UNIQUE-UNSEEN" not in {one.code for one in checked.findings}

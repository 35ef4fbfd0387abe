"""Numbers without gaps, once a record, all of a batch or none."""

from __future__ import annotations

import copy
import json
import shutil

import pytest
from bank import FIFTH, NEW_YEAR, Bank
from revised import edit_part

from rmdocs.beginning import begin, built_in
from rmdocs.errors import ControlError, FindingsError, StoreError, UsageError
from rmdocs.findings import Severity
from rmdocs.folders import read, read_all
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records

RM = "JN01-0101"


def visits(visit, count):
    """Return so many call logs that differ in their topic."""
    found = []
    for place in range(count):
        one = copy.deepcopy(visit["record"])
        one["content"]["visit"]["topic"] = f"第{place + 1}次走访"
        found.append(one)
    return found


def broken(record):
    one = copy.deepcopy(record)
    one["content"]["customer"]["uscc"] = "91370112MA3DEM0190"
    return one


def numbers(result):
    return [str(outcome.number) if outcome.number else None for outcome in result.outcomes]


def issue(bank, value, actor=RM, name="record.json", **options):
    return records.issue(bank.at(actor), [read(bank.write(value, name))], **options)


def test_gives_numbers_without_gaps(bank, visit):
    records = visits(visit, 5)
    assert numbers(issue(bank, records[:3])) == [f"RXD7200-02-JN01-2026-000{n}" for n in (1, 2, 3)]
    assert numbers(issue(bank, records[3:])) == [f"RXD7200-02-JN01-2026-000{n}" for n in (4, 5)]
    assert bank.codes() == set()


def test_keeps_the_first_number_of_a_record(bank, visit):
    first, second = issue(bank, visit), issue(bank, visit)
    assert numbers(first) == numbers(second)
    assert (first.outcomes[0].already, second.outcomes[0].already) == (False, True)
    third = issue(bank, visit, again=True)
    assert numbers(third) == ["RXD7200-02-JN01-2026-0002"]
    assert bank.codes() == set()


def test_keeps_one_number_for_the_same_record_twice_in_a_file(bank, visit):
    result = issue(bank, [visit, visit])
    assert numbers(result) == ["RXD7200-02-JN01-2026-0001"] * 2
    assert [outcome.already for outcome in result.outcomes] == [False, True]


def test_the_order_of_names_makes_no_other_record(bank, visit):
    issue(bank, visit)
    turned = {name: visit["record"][name] for name in reversed(visit["record"])}
    assert issue(bank, turned).outcomes[0].already


def test_issues_a_batch_whole_or_not_at_all(bank, visit):
    some = visits(visit, 3)
    result = issue(bank, [some[0], broken(some[1]), some[2]])
    assert numbers(result) == [None] * 3
    assert list(records.find(bank.at(), Query())) == []
    assert bank.codes() == set()


def test_skips_what_is_wrong_and_hands_it_back(bank, visit):
    records = visits(visit, 3)
    values = [records[0], broken(records[1]), records[2]]
    result = issue(bank, values, skip_invalid=True, name="batch.json")
    assert numbers(result) == [
        "RXD7200-02-JN01-2026-0001",
        None,
        "RXD7200-02-JN01-2026-0002",
    ]
    [rows] = result.refused
    file = rows.to_mend(Language.ZH)
    [line] = file.data.decode().splitlines()
    refused = json.loads(line)
    assert file.name == "batch.rejected.jsonl"
    assert (refused["row"], refused["record"]) == (2, values[1])
    assert refused["findings"][0]["path"] == "$.content.customer.uscc"
    refused["record"]["content"]["customer"]["uscc"] = "91370112MA3DEM019E"
    mended = issue(bank, line_of(refused), name="batch.rejected.jsonl")
    assert numbers(mended) == ["RXD7200-02-JN01-2026-0003"]
    assert bank.codes() == set()


def line_of(value):
    return json.dumps(value, ensure_ascii=False) + "\n"


def test_a_batch_may_be_larger_than_a_commit(bank, visit):
    result = issue(bank, visits(visit, 101))
    assert numbers(result)[-1] == "RXD7200-02-JN01-2026-0101"
    assert bank.codes() == set()


def test_tells_progress_once_a_record(bank, visit):
    told = []
    issue(bank, visits(visit, 3), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def errors(outcome):
    return [finding for finding in outcome.findings if finding.severity is Severity.ERROR]


def plans(plan, *reviews):
    """Return plans of one person and year that differ in what they say of the last."""
    found = []
    for review in reviews:
        one = copy.deepcopy(plan)
        one["record"]["content"]["last_year_review"] = review
        found.append(one)
    return found


class TestClashInABatch:
    """Records of one batch that share what must be unique: named by file and row, left out."""

    def batch(self, bank, plan, visit):
        first, second = plans(plan, "甲稿", "乙稿")
        log = visits(visit, 1)[0]
        return [
            bank.write([log, first], "monday.json"),
            bank.write([second, bank.sample("RXD7200-01-JN01")], "friday.json"),
        ]

    def test_the_rest_is_issued(self, bank, plan, visit):
        result = records.issue(
            bank.at(RM), read_all(self.batch(bank, plan, visit)), skip_invalid=True
        )
        assert numbers(result) == [
            "RXD7200-02-JN01-2026-0001",
            None,
            None,
            "RXD7200-01-JN01-2026-0001",
        ]
        for outcome, other in zip(
            result.outcomes[1:3], ("friday.json:1", "monday.json:2"), strict=True
        ):
            [refusal] = errors(outcome)
            assert refusal.code == "R03-PLAN-UNIQUE"
            assert other in str(refusal.message)
            assert "RXD7200-03-JN01" not in str(refusal.message)
        assert [one.to_mend(Language.ZH).name for one in result.refused] == [
            "monday.rejected.jsonl",
            "friday.rejected.jsonl",
        ]
        assert bank.codes() == set()

    def test_checking_sees_it_and_issuing_all_gives_none(self, bank, plan, visit):
        files = self.batch(bank, plan, visit)
        told = [
            [one.code for one in errors(checked)]
            for checked in records.check(bank.at(), read_all(files))
        ]
        assert told == [[], ["R03-PLAN-UNIQUE"], ["R03-PLAN-UNIQUE"], []]
        assert numbers(records.issue(bank.at(RM), read_all(files))) == [None] * 4
        assert list(records.find(bank.at(), Query())) == []

    def test_three_rows_name_each_other(self, bank, plan):
        checked = bank.check(plans(plan, "甲稿", "乙稿", "丙稿"))
        said = [str(errors(one)[0].message) for one in checked]
        assert ["record.json:1" in one for one in said] == [False, True, True]
        assert ["record.json:2" in one for one in said] == [True, False, True]

    def test_files_of_one_name_are_told_apart(self, bank, plan, tmp_path):
        paths = []
        for folder, value in zip(("a", "b"), plans(plan, "甲稿", "乙稿"), strict=True):
            paths.append(tmp_path / folder / "x.json")
            paths[-1].parent.mkdir()
            paths[-1].write_text(json.dumps(value), encoding="utf-8")
        first, _ = records.check(bank.at(), read_all(paths))
        assert str(paths[1]) in str(errors(first)[0].message)

    def test_one_of_them_was_issued_before(self, bank, plan):
        first, second = plans(plan, "甲稿", "乙稿")
        issue(bank, first)
        result = issue(bank, [first, second], skip_invalid=True)
        assert numbers(result) == ["RXD7200-03-JN01-2026-0001", None]
        assert "RXD7200-03-JN01-2026-0001" in str(errors(result.outcomes[1])[0].message)

    def test_the_same_record_twice_is_no_clash_unless_each_gets_a_number(self, bank, plan):
        assert numbers(issue(bank, [plan, plan])) == ["RXD7200-03-JN01-2026-0001"] * 2
        result = issue(bank, [plan, plan], again=True, skip_invalid=True)
        assert numbers(result) == [None, None]

    def test_one_that_is_wrong_otherwise_stops_no_other(self, bank, plan):
        first, second = plans(plan, "甲稿", "乙稿")
        second["record"]["content"]["year"] = "今年"
        result = issue(bank, [first, second], skip_invalid=True)
        assert numbers(result) == ["RXD7200-03-JN01-2026-0001", None]

    def test_all_of_them_bad(self, bank, plan):
        result = issue(bank, plans(plan, "甲稿", "乙稿"), skip_invalid=True)
        assert numbers(result) == [None, None]
        assert list(records.find(bank.at(), Query())) == []
        [rows] = result.refused
        assert "record.json:1" in rows.to_mend(Language.ZH).data.decode()


class TestRoom:
    """Whether a batch fits is asked before any work."""

    @pytest.fixture
    def small(self, bank, visit, monkeypatch):
        monkeypatch.setattr("rmdocs.registers.series.VOLUME_CAPACITY", 3)
        issue(bank, visits(visit, 1))
        return bank

    def refusal(self, bank, values, **options):
        rendered = []
        with pytest.raises(ControlError) as refused:
            issue(bank, values, progress=lambda *done: rendered.append(done), **options)
        assert rendered == []
        return refused.value

    def test_a_batch_larger_than_the_volume(self, small, visit):
        refused = self.refusal(small, visits(visit, 4)[1:], skip_invalid=True)
        assert "2" in str(refused.reason)
        assert len(list(records.find(small.at(), Query()))) == 1

    def test_what_was_issued_before_needs_no_room(self, small, visit):
        three = visits(visit, 3)
        assert numbers(issue(small, [*three, three[2]]))[-1] == "RXD7200-02-JN01-2026-0003"
        self.refusal(small, visits(visit, 4), again=True)

    def test_another_volume_that_fits_is_not_begun(self, small, visit, plan):
        self.refusal(small, [plan, *visits(visit, 4)[1:]])
        assert len(list(records.find(small.at(), Query()))) == 1


class TestMixedBatch:
    def test_rows_of_another_unit_are_left_out_by_name(self, bank, visit):
        far = bank.sample("RXD7200-01-YT03")
        values = [far, visits(visit, 1)[0]]
        with pytest.raises(ControlError):
            issue(bank, values)
        result = issue(bank, values, skip_invalid=True)
        assert numbers(result) == [None, "RXD7200-02-JN01-2026-0001"]
        assert [one.code for one in errors(result.outcomes[0])] == ["ISSUER-UNIT"]

    def test_a_document_that_cannot_be_made(self, place, call_back):
        bank = Bank(place / "unprintable" / "bank")
        desk = bank.root.with_name("desk")
        shutil.copytree(FIFTH, desk)
        shutil.copy(built_in() / "schemas" / "common.schema.json", desk / "schemas")
        template = desk / "forms" / "RXD7200-05" / "template.docx"

        def edit(root):
            [text] = [one for one in root.iter() if "content.channel" in (one.text or "")]
            text.text = text.text.replace("content.channel", "content.questions[1].question")

        template.write_bytes(edit_part(template.read_bytes(), "word/document.xml", edit))
        begin(bank.root, sample=True, now=NEW_YEAR, desk=desk)
        whole, short = call_back["record"], copy.deepcopy(call_back["record"])
        del short["content"]["questions"][1]
        again = copy.deepcopy(whole)
        again["content"]["questions"][0]["score"] = 4
        result = issue(bank, [whole, short, again], skip_invalid=True)
        assert numbers(result) == [
            "RXD7200-05-JN01-2026-0001",
            None,
            "RXD7200-05-JN01-2026-0002",
        ]
        assert "RENDER-FAILED" in {one.code for one in errors(result.outcomes[1])}
        assert len(result.refused) == 1
        assert numbers(issue(bank, [short])) == [None]
        assert bank.codes() == set()


class TestUnique:
    def test_one_plan_a_person_unit_and_year(self, bank, plan):
        bank.issue(plan)
        plan["record"]["content"]["last_year_review"] = "另一份"
        result = issue(bank, plan)
        [refusal] = [one for one in result.outcomes[0].findings if one.code == "R03-PLAN-UNIQUE"]
        assert "RXD7200-03-JN01-2026-0001" in str(refusal.message)

    def test_even_issued_again(self, bank, plan):
        bank.issue(plan)
        [outcome] = issue(bank, plan, again=True).outcomes
        assert outcome.number is None
        assert [one.code for one in errors(outcome)] == ["R03-PLAN-UNIQUE"]
        assert bank.codes() == set()

    def test_a_void_one_does_not_count(self, bank, plan):
        number = bank.issue(plan)
        bank.void(number, RM, "JN01-0001")
        plan["record"]["content"]["last_year_review"] = "重报"
        assert numbers(issue(bank, plan)) == ["RXD7200-03-JN01-2026-0002"]

    def test_across_units_and_with_the_index_lost(self, bank):
        agreement = bank.sample("RXD7200-01-JN01")
        bank.issue(agreement)
        for file in bank.index_files():
            file.unlink()
        other = bank.sample("RXD7200-01-YT03")
        other["record"]["content"]["contract_no"] = agreement["record"]["content"]["contract_no"]
        result = issue(bank, other, "YT03-0301")
        assert "R01-CONTRACT-NO" in {finding.code for finding in result.outcomes[0].findings}

    @pytest.mark.parametrize(
        "typed",
        [
            "建鲁（济示）银企〔２０２６〕０００１号",
            "建鲁(济示)银企[2026]0001号",
            "建鲁(济示) 银企［2026］0001 号",
            "建鲁〔济示〕银企（2026）0001号",
            "建鲁(济示)银企【2026】0001号",
        ],
    )
    def test_typed_in_another_way_it_is_the_same_key(self, bank, typed):
        agreement = bank.sample("RXD7200-01-JN01")
        bank.issue(agreement)
        agreement["record"]["content"]["contract_no"] = typed
        [outcome] = issue(bank, agreement).outcomes
        assert [one.code for one in errors(outcome)] == ["R01-CONTRACT-NO"]

    def test_an_amendment_cannot_take_another_s_key(self, bank):
        agreement = bank.sample("RXD7200-01-JN01")
        bank.issue(agreement)
        second = copy.deepcopy(agreement)
        second["record"]["content"]["contract_no"] = "建鲁(济示)银企〔2026〕0002号"
        number = bank.issue(second)
        with pytest.raises(FindingsError) as refusal:
            bank.amend(number, agreement["record"], RM)
        assert [finding.code for finding in refusal.value.findings] == ["R01-CONTRACT-NO"]


class TestRefused:
    @pytest.mark.parametrize(
        "actor", ["JN01-0001", "JN01-0002", "SD00-0004", "SD00-0009", "AA00-0000"]
    )
    def test_a_wrong_role(self, bank, visit, actor):
        with pytest.raises(ControlError) as refusal:
            issue(bank, visit, actor)
        assert (refusal.value.exit_code, refusal.value.clause) == (3, "ISO 9001 §5.3")
        assert bank.codes() == set()

    def test_an_unknown_person(self, bank, visit):
        with pytest.raises(ControlError) as refusal:
            issue(bank, visit, "JN01-0999")
        assert refusal.value.exit_code == 3
        assert bank.codes() == set()

    def test_another_unit_s_manager(self, bank, visit):
        with pytest.raises(ControlError) as refusal:
            issue(bank, visit, "YT03-0301")
        assert refusal.value.exit_code == 3
        assert bank.codes() == set()

    def test_nobody(self, bank, visit):
        with pytest.raises(UsageError) as refusal:
            issue(bank, visit, None)
        assert refusal.value.exit_code == 2
        assert bank.codes() == set()

    @pytest.mark.parametrize("owner", [RM, "ledger"])
    def test_a_missing_key(self, bank, visit, owner):
        (bank.root / "keys" / f"{owner}.key").unlink()
        with pytest.raises(ControlError) as refusal:
            issue(bank, visit)
        assert refusal.value.exit_code == 3
        assert bank.codes() == set()

    def test_another_s_key_under_one_s_name(self, bank, visit):
        keys = bank.root / "keys"
        (keys / f"{RM}.key").write_bytes((keys / "JN01-0102.key").read_bytes())
        with pytest.raises(ControlError):
            issue(bank, visit)
        assert bank.codes() == set()

    def test_a_damaged_key(self, bank, visit):
        (bank.root / "keys" / f"{RM}.key").write_text("no key", encoding="utf-8")
        with pytest.raises((ControlError, StoreError)):
            issue(bank, visit)
        assert bank.codes() == set()

    def test_a_clock_that_is_behind_before_anything_is_sealed(self, bank, visit):
        bank.issue(bank.sample("RXD7200-03-YT03"))
        with pytest.raises(StoreError) as refusal:
            bank.issue(visit)
        assert refusal.value.exit_code == 4
        assert [row.form for row in records.find(bank.at(), Query())] == ["RXD7200-03"]
        assert bank.codes() == set()

"""Samples that anybody takes again, and what stands out without looking for it."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date

import pytest
from bank import Bank

from rmdocs.errors import FindingsError, UsageError
from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.auditwork import exception_cases, exception_counts, sample_list
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.registers.series import known_volumes
from rmdocs.reports.report import rows_json
from rmdocs.workspace import auditwork, records

LAST = Quarter(year=2026, number=4)


def taken(bank, count=3, seed="骰子 4217", **what):
    return auditwork.sample(bank.at(), auditwork.SampleWanted(count=count, seed=seed, **what))


class TestSample:
    def test_is_what_anybody_computes(self, shared_bank):
        numbers = [one.number for one in records.find(shared_bank.at(), Query())]

        def key(number):
            return hashlib.sha256("骰子 4217\n".encode() + number.encode()).hexdigest()

        found = taken(shared_bank)
        assert found.numbers == tuple(sorted(numbers, key=key)[:3])
        [all_of_them] = found.strata
        assert (all_of_them.name, all_of_them.population) == ("", len(numbers))
        assert taken(shared_bank, seed="another").numbers != found.numbers
        assert found.findings == ()

    def test_takes_as_many_of_each_kind(self, shared_bank):
        found = taken(shared_bank, 1, by=("form", "unit"))
        assert [one.name for one in found.strata] == [
            f"RXD7200-0{form} {unit}" for form in range(1, 5) for unit in ("JN01", "YT03")
        ]
        assert all(len(one.records) == 1 for one in found.strata)

    def test_of_a_form_a_unit_or_a_quarter(self, shared_bank):
        of_form = taken(shared_bank, 9, form=DocumentNumber.parse("RXD7200-02"))
        assert {number[:10] for number in of_form.numbers} == {"RXD7200-02"}
        assert all(one.startswith("RXD7200-02/") for one in of_form.ledgers)
        assert all("-YT03-" in one for one in taken(shared_bank, 9, unit=UnitCode("YT03")).numbers)
        second = taken(shared_bank, 9, quarter=Quarter(year=2026, number=2))
        [stratum] = second.strata
        assert {Quarter.of(one.issued) for one in stratum.records} == {Quarter(year=2026, number=2)}

    def test_a_volume_that_was_taken_away_is_told(self, shared_bank, tmp_path):
        shutil.copytree(shared_bank.root, tmp_path / "less")
        less = Bank(tmp_path / "less")
        gone = next(iter(known_volumes(less.at().store.refs())))
        less.git("update-ref", "-d", gone.ref)
        [told] = taken(less).findings
        assert (told.code, told.path) == ("SAMPLE-LEFT-OUT", gone.name)
        other = next(one for one in ("JN01", "YT03") if one != str(gone.series.unit))
        assert taken(less, unit=UnitCode(other)).findings == ()

    def test_void_records_take_part(self, bank):
        number = bank.issue(bank.sample("RXD7200-02-JN01") | {"stages": []})
        bank.void(number, "JN01-0101", "JN01-0001")
        assert taken(bank).numbers == (str(number),)

    @pytest.mark.parametrize("wanted", [{"seed": ""}, {"seed": "a\nb"}, {"count": 0}])
    def test_without_a_seed_or_of_nothing_is_refused(self, shared_bank, wanted):
        with pytest.raises((UsageError, FindingsError)):
            taken(shared_bank, **wanted)

    def test_is_printed_with_what_takes_it_again(self, shared_bank):
        notes = [one.text(Language.ZH) for one in sample_list(taken(shared_bank)).notes]
        assert "骰子 4217" in notes[0]
        assert "SHA-256" in notes[-1]


class TestExceptions:
    @pytest.fixture
    def found(self, shared_bank):
        return auditwork.exceptions(shared_bank.at(day=date(2027, 1, 5)), LAST)

    def test_late_and_missing_is_counted_by_quarter(self, found):
        late = [one for one in found.cases if one.code in {"DUE-LATE", "DUE-OPEN"}]
        assert late
        assert all(one.clause and one.unit and one.manager for one in late)
        counts = sum(
            sum(one.counts) for one in found.counts if one.code in {"DUE-LATE", "DUE-OPEN"}
        )
        assert counts == len(late)
        assert all(len(one.counts) == len(found.quarters) == 4 for one in found.counts)

    def test_what_a_rule_warns_of_stands_out(self, bank):
        sample = bank.sample("RXD7200-02-JN01") | {"stages": []}
        record, content = sample["record"], sample["record"]["content"]
        record["date"] = content["log_date"] = "2026-06-08"
        content["visit"]["date"], content["next_visit"], content["follow_ups"] = (
            *("2026-06-01", None),
            [],
        )
        number = bank.issue(sample, date(2026, 6, 8))
        found = auditwork.exceptions(bank.at(day=date(2026, 6, 9)), Quarter(year=2026, number=2))
        [case] = [one for one in found.cases if one.code == "R02-LOG-LATE"]
        assert (case.number, case.on) == (str(number), date(2026, 6, 8))
        [count] = [one for one in found.counts if one.code == "R02-LOG-LATE"]
        assert count.counts == (0, 0, 0, 1)
        assert found.looked_at == 1

    def test_registers_are_looked_at_for_all_units_only(self, bank):
        late = bank.at(day=date(2031, 1, 5))
        last = Quarter(year=2031, number=1)
        reviews = [
            one
            for one in auditwork.exceptions(late, last, quarters=1).cases
            if one.code == "REVIEW-OVERDUE"
        ]
        assert reviews
        assert auditwork.exceptions(late, last, quarters=1, unit="JN01").cases == ()

    def test_both_tables_and_json_say_the_same(self, found):
        counted = [*rows_json(exception_counts(found), Language.EN)]
        cases = [*rows_json(exception_cases(found), Language.EN)]
        assert sum(row["quarter_2026_4"] for row in counted) == sum(
            one["on"] >= "2026-10-01" for one in cases
        )
        told = found.to_json(Language.ZH)
        assert len(told["cases"]) == len(cases)
        assert told["quarters"] == ["2026-1", "2026-2", "2026-3", "2026-4"]

    @pytest.mark.parametrize("quarters", [0, 21])
    def test_too_many_quarters_are_refused(self, shared_bank, quarters):
        with pytest.raises(UsageError):
            auditwork.exceptions(shared_bank.at(), LAST, quarters=quarters)

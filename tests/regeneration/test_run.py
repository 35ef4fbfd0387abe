"""Carrying a plan out: new editions under the old numbers, whole volumes, resumable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from notices import AUTHOR, EFFECTIVE, FORM, NEW, OFFICER, deliver, notice
from openpyxl import load_workbook

from rmdocs.errors import ControlError, FindingsError
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.regeneration.plan import RegenerationOutcome
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import as_of, read_folder
from rmdocs.registers.regenerations import RegenerationRegister
from rmdocs.reports.report import rows_json
from rmdocs.store.protocol import RECORDS_PREFIX
from rmdocs.workspace import records, regeneration
from rmdocs.workspace.recordfiles import read_corrected

FIRST = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
NEXT = EFFECTIVE + timedelta(1)


def regenerate(bank, day=EFFECTIVE, actor=OFFICER, **more):
    workspace = bank.at(actor, day)
    return regeneration.run(workspace, regeneration.plan(workspace, FORM, NEW), **more)


def folder(bank, number=FIRST):
    return read_folder(bank.at().store.require_head(number.volume.ref), number)


def open_under(bank, revision):
    found = records.find(bank.at(), Query(form=str(FORM)))
    return [one.number for one in found if one.revision == revision and one.status == "issued"]


def test_a_new_edition_under_the_same_number(revised_bank):
    old = folder(revised_bank)
    run = regenerate(revised_bank)
    new = folder(revised_bank)
    assert (run.name, run.ended is not None) == ("0001", True)
    assert (str(old.revision), str(new.revision)) == ("1.0", "1.1")
    assert [edition.number for edition in new.editions] == [1, 2]
    assert new.editions[0] == old.editions[0]
    assert "branch_phone" not in new.record["content"]
    assert new.record["content"]["contact_channel"] in {"电话", "上门"}
    head = revised_bank.at().store.require_head(FIRST.volume.ref)
    assert as_of(head, new, 1).record == old.record
    assert revised_bank.codes() == set()


def test_a_sheet_of_before_corrects_nothing_under_the_new_revision(revised_bank):
    workspace = revised_bank.at(OFFICER, EFFECTIVE)
    old = records.export_record(workspace, FIRST, sheet=Language.ZH)
    regenerate(revised_bank)
    with pytest.raises(FindingsError) as refusal:
        read_corrected(revised_bank.at().registry, FIRST, old)
    assert [finding.code for finding in refusal.value.findings] == ["SHEET-REVISION"]
    new = records.export_record(revised_bank.at(), FIRST, sheet=Language.ZH)
    value, _ = read_corrected(revised_bank.at().registry, FIRST, new)
    assert value == folder(revised_bank).record
    first = records.export_record(revised_bank.at(), FIRST, 1, sheet=Language.ZH)
    with pytest.raises(FindingsError):
        read_corrected(revised_bank.at().registry, FIRST, first)


def test_what_is_signed_blocked_or_void_is_left(revised_bank):
    before = {
        number: folder(revised_bank, RecordNumber.parse(number))
        for number in open_under(revised_bank, "1.0")
    }
    regenerate(revised_bank)
    left = open_under(revised_bank, "1.0")
    assert len(before) - len(left) == 4
    for number in left:
        assert folder(revised_bank, RecordNumber.parse(number)) == before[number]


def test_a_second_run_finds_nothing_to_do(revised_bank):
    regenerate(revised_bank)
    refs = revised_bank.refs(RECORDS_PREFIX)
    regenerate(revised_bank)
    assert revised_bank.refs(RECORDS_PREFIX) == refs


def test_the_record_goes_on_under_the_new_revision(revised_bank):
    regenerate(revised_bank)
    sample = notice(revised_bank, "JN01", "甲")
    record = folder(revised_bank).record
    record["content"]["contact_channel"] = "邮寄"
    revised_bank.amend(FIRST, record, "JN01-0101")
    done = revised_bank.add(
        FIRST, "delivery", sample["stages"][0]["content"], "JN01-0101", date(2026, 12, 31)
    )
    assert done.edition == 4
    after = folder(revised_bank)
    assert str(after.revision) == "1.1"
    assert after.record["content"]["contact_channel"] == "邮寄"
    assert revised_bank.codes() == set()


def test_what_was_filled_in_lets_a_record_through(revised_bank, tmp_path):
    workspace = revised_bank.at(OFFICER, EFFECTIVE)
    sheet = tmp_path / "missing.xlsx"
    data = regeneration.missing_sheet(
        workspace, regeneration.plan(workspace, FORM, NEW), Language.ZH
    )
    assert data is not None
    sheet.write_bytes(data)
    book = load_workbook(sheet)
    page = book.worksheets[0]
    [cell] = [
        cell
        for row in page.iter_rows()
        for cell in row
        if cell.value == "RXD7200-04-JN01-2026-0003"
    ]
    empty = [one for one in page[cell.row] if one.value in {None, ""}]
    empty[0].value = "短信"
    book.save(sheet)
    plan = regeneration.plan(workspace, FORM, NEW, filled=read(sheet))
    assert plan.counts[RegenerationOutcome.BLOCKED] == 0
    regeneration.run(workspace, plan)
    number = RecordNumber.parse("RXD7200-04-JN01-2026-0003")
    after = folder(revised_bank, number)
    assert after.record["content"]["contact_channel"] == "短信"
    assert len(after.current.files) == 2  # the borrower's and the guarantor's
    assert revised_bank.codes() == set()


class PowerCutError(Exception):
    pass


def test_a_run_that_was_cut_off_is_gone_on_with(revised_bank):
    def cut(done, _total):
        if done == 3:  # in the second volume
            raise PowerCutError

    workspace = revised_bank.at(OFFICER, EFFECTIVE)
    with pytest.raises(PowerCutError):
        regeneration.run(workspace, regeneration.plan(workspace, FORM, NEW), progress=cut)
    [run] = RegenerationRegister(revised_bank.at().registry.control).all()
    assert run.ended is None
    done = [number for number in run.records if str(folder(revised_bank, number).revision) == "1.1"]
    assert {number.series.unit.value for number in done} == {"JN01"}
    assert revised_bank.codes() == set()
    again = regenerate(revised_bank, NEXT)
    assert again.serial == run.serial
    assert again.ended is not None
    assert all(str(folder(revised_bank, number).revision) == "1.1" for number in run.records)
    assert len(rows_of(revised_bank, 1)) >= len(run.records)
    assert revised_bank.codes() == set()


def test_a_record_changed_since_the_plan_is_left(revised_bank):
    workspace = revised_bank.at(OFFICER, EFFECTIVE)
    plan = regeneration.plan(workspace, FORM, NEW)
    sample = notice(revised_bank, "JN01", "甲")
    deliver(revised_bank, FIRST, sample, EFFECTIVE)
    regeneration.run(workspace, plan)
    assert str(folder(revised_bank).revision) == "1.0"


@pytest.mark.parametrize("actor", ["JN01-0101", "SD00-0009"])
def test_it_takes_a_role(revised_bank, actor):
    before = revised_bank.refs()
    with pytest.raises(ControlError, match=f"{actor}.*may not regenerate records"):
        regenerate(revised_bank, actor=actor)
    assert revised_bank.refs() == before


def rows_of(bank, serial):
    return rows_json(regeneration.result_report(bank.at(), serial), Language.ZH)


def test_the_report_says_what_changed_in_each_document(revised_bank):
    regenerate(revised_bank, actor=AUTHOR)
    rows = [row for row in rows_of(revised_bank, 1) if row["number"] == str(FIRST)]
    places = {row["where"] for row in rows}
    assert {"content.branch_phone", "content.contact_channel", "content.contact_phone"} <= places
    assert any("复利" in (row["after"] or "") for row in rows)
    assert {(row["from_edition"], row["to_edition"]) for row in rows} == {(1, 2)}

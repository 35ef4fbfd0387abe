"""A record written out, corrected and given back: nothing changes but what a person touched."""

from __future__ import annotations

import json
import shutil

import pytest
from archive import AUDITOR, NUMBERS
from bank import Bank
from openpyxl import load_workbook

from rmdocs.cli.main import main
from rmdocs.errors import ControlError, FindingsError, KeyAbsentError
from rmdocs.folders import read, save
from rmdocs.identifiers import DisposalNumber, RecordNumber
from rmdocs.messages import Language
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import desk, disposition, records
from rmdocs.workspace.recordfiles import read_corrected

RM = "JN01-0101"
REASON = "客户来电更正"
LOG = RecordNumber.parse("RXD7200-02-JN01-2026-0001")


def codes(bank, path, number=LOG):
    """Return why an amendment with a file is refused."""
    with pytest.raises(FindingsError) as refusal:
        records.amend(bank.at(RM), number, read(path), REASON)
    return {finding.code for finding in refusal.value.findings}


def fill(path, key, value, row=3):
    """Put a value into a sheet, under the column of a key."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[2]].index(key) + 1
    sheet.cell(row, column).value = value
    book.save(path)
    return path


def put(path, key, value):
    """Put a value into a JSON file, by its path in the content."""
    record = json.loads(path.read_text("utf-8"))
    part = record["record"]["content"]
    *steps, last = key.removeprefix("content.").split(".")
    for step in steps:
        part = part[step]
    part[last] = value
    path.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    return path


def written_out(workspace, number, out, edition=None, *, sheet=False, language=Language.ZH):
    """Write a record to a folder; return the file."""
    made = records.export_record(workspace, number, edition, sheet=language if sheet else None)
    return save(out / made.name, made.data)


@pytest.mark.parametrize("language", Language)
def test_the_notes_of_a_sheet_are_in_the_language_of_who_asks(language, visited_bank, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=True, language=language)
    book = load_workbook(path)
    notes = [cell.comment.text for cell in book.worksheets[0][1] if cell.comment]
    notes += [cell.value for row in book.worksheets[-1].rows for cell in row]
    required = {Language.EN: "required", Language.ZH: "必填"}
    assert [one for one, word in required.items() if any(word in note for note in notes)] == [
        language
    ]


@pytest.fixture(scope="module")
def written(walked, tmp_path_factory):
    """Every sample's record as a sheet and as JSON, by its number."""
    out = tmp_path_factory.mktemp("written")
    workspace = Bank(walked).at()
    numbers = [RecordNumber.parse(one.number) for one in records.find(workspace, Query())]
    return {
        number: [written_out(workspace, number, out, sheet=sheet) for sheet in (True, False)]
        for number in numbers
    }


def test_untouched_it_says_what_the_record_says(shared_bank, written):
    workspace = shared_bank.at()
    assert len(written) >= 4
    for number, files in written.items():
        for file in files:
            value, told = read_corrected(workspace.registry, number, read(file))
            assert RecordDraft.parse(value).to_json() == records.show(workspace, number).record, (
                file
            )
            assert told == []


@pytest.mark.parametrize(("sheet", "change"), [(True, fill), (False, put)])
def test_one_value_is_one_change(visited_bank, tmp_path, sheet, change):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=sheet)
    assert codes(visited_bank, path) == {"AMEND-NOTHING"}
    expected = records.show(visited_bank.at(), LOG).record
    expected["content"]["visit"]["topic"] = "结算回访"
    change(path, "content.visit.topic", "结算回访")
    assert records.amend(visited_bank.at(RM), LOG, read(path), REASON).edition == 2
    assert records.show(visited_bank.at(), LOG).record == expected
    # The first edition reads as it did, and the corrected one is what is written out now.
    old = written_out(visited_bank.at(), LOG, tmp_path / "first", 1)
    assert json.loads(old.read_text("utf-8"))["record"]["content"]["visit"]["topic"] != "结算回访"
    new = written_out(visited_bank.at(), LOG, tmp_path / "now")
    assert json.loads(new.read_text("utf-8")) == {"number": str(LOG), "record": expected}
    assert visited_bank.codes() == set()


def test_values_that_cells_cannot_tell_apart_stay(bank, visit, tmp_path):
    """What no cell shows, an empty list or spaces around a text, is no correction."""
    content = visit["record"]["content"]
    content["content"]["operations"] = "  正常  "
    number = bank.issue(visit)
    path = written_out(bank.at(), number, tmp_path, sheet=True)
    assert codes(bank, path, number) == {"AMEND-NOTHING"}


def test_a_cell_emptied_is_a_correction(visited_bank, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=True)
    fill(path, "content.content.competitor", None)
    assert records.show(visited_bank.at(), LOG).record["content"]["content"]["competitor"]
    records.amend(visited_bank.at(RM), LOG, read(path), REASON)
    assert (
        records.show(visited_bank.at(), LOG).record["content"]["content"].get("competitor") is None
    )


def test_a_sheet_with_a_row_too_many_or_none(visited_bank, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=True)
    fill(path, "form", "RXD7200-02", row=4)
    assert codes(visited_bank, path) == {"FILE-ONE"}


def test_a_sheet_of_another_record(visited_bank, visit, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=True)
    visit["record"]["content"]["visit"]["topic"] = "另一次走访"
    assert codes(visited_bank, path, visited_bank.issue(visit)) == {"SHEET-RECORD"}


def test_a_sheet_to_correct_is_for_no_new_record(visited_bank, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path, sheet=True)
    [checked] = records.check(visited_bank.at(), [read(path)])
    assert {finding.code for finding in checked.findings} == {"SHEET-RECORD"}


def test_a_json_file_says_which_record_it_corrects(visited_bank, visit, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path)
    visit["record"]["content"]["visit"]["topic"] = "另一次走访"
    other = visited_bank.issue(visit)
    put(path, "content.visit.topic", "结算回访")
    assert codes(visited_bank, path, other) == {"RECORD-OTHER"}
    [checked] = records.check(visited_bank.at(), [read(path)])
    assert {finding.code for finding in checked.findings} == {"RECORD-NUMBERED"}
    assert str(LOG) in checked.findings[0].message.text(Language.EN)


@pytest.mark.parametrize("number", [None, 7, ["x"], "rxd7200-02-jn01-2026-0001", ""])
def test_a_number_that_is_not_the_records_own_is_refused(visited_bank, tmp_path, number):
    path = written_out(visited_bank.at(), LOG, tmp_path)
    value = {**json.loads(path.read_text("utf-8")), "number": number}
    value["record"]["content"]["visit"]["topic"] = "结算回访"
    path.write_text(json.dumps(value), "utf-8")
    assert codes(visited_bank, path) == {"RECORD-OTHER"}


def test_a_file_without_a_number_is_taken_as_before(visited_bank, tmp_path):
    path = written_out(visited_bank.at(), LOG, tmp_path)
    record = json.loads(path.read_text("utf-8"))["record"]
    record["content"]["visit"]["topic"] = "结算回访"
    path.write_text(json.dumps(record), "utf-8")
    assert records.amend(visited_bank.at(RM), LOG, read(path), REASON).edition == 2


def test_an_empty_sheet_of_the_form_corrects_too(visited_bank, tmp_path):
    path = save(tmp_path / "form.xlsx", desk.sheet(visited_bank.at(), LOG.series.form, Language.ZH))
    assert codes(visited_bank, path) == {"FILE-ONE"}


def test_what_is_there_is_not_written_over(visited_bank, tmp_path, capsys):
    words = ["-w", str(visited_bank.root), "--lang", "en", "--as", RM]
    path = tmp_path / "mine.xlsx"
    export = [*words, "export", str(LOG), "--record", "--out"]
    assert main([*export, str(path)]) == 0
    filled = fill(path, "content.visit.topic", "结算回访").read_bytes()
    assert main([*export, str(path)]) == 4
    assert main([*words, "form", "sheet", str(LOG.series.form), "--out", str(path)]) == 4
    assert path.read_bytes() == filled
    assert main([*export, str(tmp_path / "mine.json"), "--xlsx"]) == 2
    assert "does not end in .xlsx" in capsys.readouterr().err


def test_numbers_and_editions_never_given(shared_bank, tmp_path):
    with pytest.raises(ControlError):
        written_out(shared_bank.at(), LOG, tmp_path, 99)
    with pytest.raises(ControlError):
        written_out(shared_bank.at(), RecordNumber.parse(f"{LOG}"[:-1] + "9"), tmp_path)


def test_what_was_disposed_of_is_not_written(pending, tmp_path):
    disposition.approve(pending.by(AUDITOR), DisposalNumber.parse("D2032-0001"))
    with pytest.raises(ControlError, match="was disposed of"):
        written_out(pending.at(), NUMBERS[0], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_its_key_nothing_is_written_nor_read(archive, tmp_path):
    path = written_out(archive.at(), NUMBERS[0], tmp_path, sheet=True)
    shutil.move(archive.bank.root / "record-keys", tmp_path / "record-keys")
    with pytest.raises(KeyAbsentError):
        written_out(archive.at(), NUMBERS[0], tmp_path / "again")
    with pytest.raises(KeyAbsentError):
        read_corrected(archive.at().registry, NUMBERS[0], read(path))


def test_on_the_command_line(visited_bank, tmp_path, capsys):
    words = ["-w", str(visited_bank.root), "--lang", "en", "--as", RM]
    path = tmp_path / "log.xlsx"
    export = [*words, "export", str(LOG), "--out", str(path)]
    assert main([*export, "--record", "--xlsx"]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert main([*export, "--xlsx"]) == 2
    assert main([*export, "--record", "--as-of", "2026-05-01"]) == 2
    fill(path, "content.visit.topic", "结算回访")
    assert main([*words, "amend", str(LOG), str(path), "--reason", REASON]) == 0
    assert "edition 2" in capsys.readouterr().out

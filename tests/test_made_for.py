"""A sheet to fill is made for the revision in force, and refused once another is."""

import pytest
from openpyxl import load_workbook

from rmdocs.folders import read
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake import headings
from rmdocs.messages import Language
from rmdocs.workspace import desk, records

FORM = "RXD7200-02"


@pytest.fixture
def filled(shared_bank, tmp_path):
    """Return a sheet of the workspace with its own example filled in."""
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(desk.sheet(shared_bank.at(), DocumentNumber(FORM), Language.ZH))
    book = load_workbook(path)
    for cell in book["示例"][3]:
        book.worksheets[0][cell.coordinate].value = cell.value
    book.save(path)
    return path


def codes(bank, path):
    return {
        finding.code for one in records.check(bank.at(), [read(path)]) for finding in one.findings
    }


def test_made_for_the_revision_in_force(shared_bank, filled):
    rows = {row[0].value: row[1].value for row in load_workbook(filled)[headings.WORKSHEET].rows}
    assert (rows["表单编号"], rows["版本"], rows["名称"]) == (FORM, "1.0", "客户经理工作日志")
    assert "SHEET-REVISION" not in codes(shared_bank, filled)


def test_made_for_a_revision_before(shared_bank, filled):
    book = load_workbook(filled)
    book[headings.WORKSHEET]["B2"] = "0.9"
    book.save(filled)
    assert codes(shared_bank, filled) == {"SHEET-REVISION"}

"""The spreadsheet: read back by openpyxl, printed by a real LibreOffice."""

import io
import subprocess
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from rmdocs.messages import Bilingual, Language, Verbatim
from rmdocs.reports.report import Column, Report
from rmdocs.reports.xlsx import write_xlsx

ZH, EN = Language.ZH, Language.EN


def opened(report, language=EN):
    return load_workbook(io.BytesIO(write_xlsx((report,), language))).worksheets[0]


def values(sheet, row):
    return [cell.value for cell in sheet[row]]


def test_head_table_and_foot_stand_in_their_rows(report):
    sheet = opened(report(2))
    assert sheet["A1"].value == "Register of controlled copies"
    assert sheet["A2"].value == "Shandong branch"
    assert "as of 2026-03-02" in values(sheet, 2)
    assert values(sheet, 3)[1:3] == ["copy no.", "holder"]
    assert values(sheet, 4)[:2] == [1, "RXD7200-04-C0001"]
    assert sheet["A6"].value.startswith("Note 1")
    assert sheet["A8"].value.startswith("prepared by: ___")
    assert "reviewed by: ___" in sheet["A8"].value
    assert {str(merged) for merged in sheet.merged_cells.ranges} >= {"A1:H1", "A8:H8"}


def test_days_are_days_and_numbers_numbers(report):
    sheet = opened(report(2))
    assert sheet["D4"].value == datetime(2026, 3, 3)
    assert sheet["D4"].number_format == "yyyy-mm-dd"
    assert sheet["E4"].value == datetime(2026, 3, 2, 9, 30)
    assert sheet["E5"].value is None
    assert (sheet["F4"].value, sheet["F4"].data_type) == (1, "n")
    assert (sheet["G4"].value, sheet["G4"].number_format) == (1234567.5, "#,##0.00")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "0101", "'=1", "1.0"])
def test_text_never_becomes_a_formula_or_a_number(text):
    sheet = opened(table(text))
    assert sheet["A4"].value == text
    assert sheet["A4"].data_type == "s"
    assert sheet["A4"].number_format == "@"


def table(*cells):
    column = Column(name="text", title=Verbatim(cells[0] if len(cells) > 1 else "text"))
    return Report(
        name="table",
        title=Verbatim("table"),
        columns=(column,),
        rows=((cells[-1],),),
        numbered=False,
    )


def test_a_heading_or_note_is_no_formula_either(report):
    odd = Verbatim("=1+1")
    made = report(
        0, title=odd, notes=(odd,), organisation=odd, columns=(Column(name="a", title=odd),)
    )
    with zipfile.ZipFile(io.BytesIO(write_xlsx((made,), EN))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (123456789012345, 123456789012345),
        (1234567890123456, "1234567890123456"),
        (Decimal("1234567890123456.78"), "1234567890123456.78"),
        (Decimal("NaN"), "NaN"),
        (date(1899, 12, 31), "1899-12-31"),
        ("长" * 32_768, "长" * 32_766 + "…"),
        ("_x0041_", "_x005F_x0041_"),
    ],
)
def test_what_excel_cannot_hold_stays_readable_text(cell, kept):
    assert opened(table(cell))["A4"].value == kept


@given(st.text(min_size=1, max_size=20))
def test_any_text_can_be_written(text):
    assert opened(table(text, text))["A4"].data_type == "s"


def test_prints_on_a4_with_the_head_on_every_page(report):
    sheet = opened(report(3), ZH)
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert "&P" in sheet.oddFooter.center.text
    assert "&N" in sheet.oddFooter.center.text
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:H6"
    assert sheet.title == "文件发放-回收登记表"
    heading = sheet["B3"]
    assert heading.font.b
    assert heading.border.top.style == sheet["B4"].border.left.style == "thin"
    assert sheet["H6"].alignment.wrap_text
    assert sheet.row_dimensions[6].height > sheet.row_dimensions[4].height


def test_a_narrow_table_stands_upright_and_fills_the_page():
    sheet = opened(table("x"))
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.column_dimensions["A"].width == 92


def test_an_empty_register_says_so(report):
    sheet = opened(report(0))
    assert sheet["A4"].value == "no entries"
    assert sheet.auto_filter.ref == "A3:H3"


def test_the_same_report_gives_the_same_bytes(report):
    made = write_xlsx((report(5),), ZH)
    assert write_xlsx((report(5),), ZH) == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-03-02T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_title_that_no_sheet_may_have(report):
    assert opened(report(0, title=Bilingual(zh="'", en="'"))).title == "copies"
    assert len(opened(report(0, title=Verbatim("长" * 40))).title) == 31


@pytest.mark.calc
@pytest.mark.poppler
def test_libreoffice_prints_the_head_on_every_page(report, tmp_path):
    (tmp_path / "r.xlsx").write_bytes(write_xlsx((report(),), EN))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "r.xlsx"]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    told = subprocess.run(
        ["pdftotext", "-layout", "r.pdf", "-"], cwd=tmp_path, check=True, capture_output=True
    ).stdout.decode()
    pages = told.rstrip("\f").split("\f")
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "Register of controlled copies" in page
        assert "copy no." in page
        assert f"page {number} of {len(pages)}" in page
    assert "calc'!A0" in pages[0]
    assert told.count("RXD7200-04-C") == 60

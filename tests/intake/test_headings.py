"""A sheet made for a revision that is no longer in force is refused, any other read."""

import pytest
from openpyxl import load_workbook
from workbooks import rejected_beside

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake import headings
from rmdocs.intake.headings import SheetMark
from rmdocs.intake.reading import read_records
from rmdocs.intake.sheet import write_sheet
from rmdocs.messages import Language
from rmdocs.schemas.fields import Field, FieldKind, FieldTree

FIELDS = FieldTree(
    Field(
        name="",
        kind=FieldKind.OBJECT,
        children=(
            Field(
                name="phone", kind=FieldKind.TEXT, title="电话", description="Phone", required=True
            ),
        ),
    )
)
SAMPLE = {"form": "RXD7200-04", "content": {"phone": "0531-55500001"}}
MADE = SheetMark(
    number=DocumentNumber("RXD7200-04"),
    revision=Revision(major=1, minor=0),
    title="信贷业务到期通知书",
)


def fields_of(_form):
    return FIELDS


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(FIELDS, SAMPLE, [SAMPLE], made_for=MADE, language=Language.ZH))
    return path


def read(path, revision):
    return read_records(folders.read(path), fields_of, in_force=lambda _form: revision)


def refusal(path, revision):
    with pytest.raises(FindingsError) as refused:
        read(path, revision)
    (finding,) = refused.value.findings
    return finding


def test_a_sheet_for_the_revision_in_force(sheet):
    (found,) = read(sheet, Revision(major=1, minor=0))
    assert found.value["content"] == {"phone": "0531-55500001"}


@pytest.mark.parametrize("revision", [Revision(major=1, minor=1), Revision(major=0, minor=9)])
def test_a_sheet_for_another_revision(sheet, revision):
    finding = refusal(sheet, revision)
    assert finding.code == "SHEET-REVISION"
    assert finding.path == "sheet.xlsx"
    said = finding.message.text(Language.EN)
    assert said == (f"the sheet was made for revision 1.0 of RXD7200-04; in force is {revision}")
    assert "form sheet RXD7200-04" in finding.remedy.text(Language.EN)


def test_whoever_asks_for_no_revision_reads_any(sheet):
    assert len(read_records(folders.read(sheet), fields_of)) == 1


def test_rows_of_another_form(sheet):
    book = load_workbook(sheet)
    book.worksheets[0]["A3"] = "RXD7200-02"
    book.save(sheet)
    assert refusal(sheet, Revision(major=1, minor=0)).code == "SHEET-FORM"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("表单编号", "RXD7200-04")],
        [("表单编号", "RXD7200-04"), ("版本", "一")],
        [("表单编号", "RXD7200-04"), ("版本", 1)],
        [("表单编号",), ("版本",)],
        [("版本", "1.0"), ("说明", "自己的表")],
        [("x", "y")] * 51,
    ],
)
def test_a_worksheet_of_that_name_that_says_nothing(sheet, rows):
    book = load_workbook(sheet)
    del book[headings.WORKSHEET]
    own = book.create_sheet(headings.WORKSHEET)
    for row in rows:
        own.append(row)
    book.save(sheet)
    assert len(read(sheet, Revision(major=2, minor=0))) == 1


def test_a_sheet_without_a_mark(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(FIELDS, SAMPLE, [SAMPLE], language=Language.ZH))
    assert headings.WORKSHEET not in load_workbook(path).sheetnames
    assert len(read(path, Revision(major=2, minor=0))) == 1


def test_a_person_sees_what_the_sheet_is_for(sheet):
    book = load_workbook(sheet)
    assert [tuple(cell.value for cell in row) for row in book[headings.WORKSHEET].rows][:3] == [
        ("表单编号", "RXD7200-04"),
        ("版本", "1.0"),
        ("名称", "信贷业务到期通知书"),
    ]
    assert book.sheetnames[0] == "填写"
    assert book[headings.WORKSHEET].sheet_state == "visible"


def test_refused_rows_keep_the_mark(sheet):
    (found,) = read(sheet, Revision(major=1, minor=0))
    rejected = rejected_beside(sheet, [(found, [])], Language.ZH)
    assert refusal(rejected, Revision(major=1, minor=1)).code == "SHEET-REVISION"
    assert len(read(rejected, Revision(major=1, minor=0))) == 1

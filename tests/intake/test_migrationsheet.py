"""What records lack goes out as a spreadsheet and comes back as typed values."""

import subprocess
from datetime import date, time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from revised import next_revision, with_property

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.intake.headings import SheetMark
from rmdocs.intake.migrationsheet import Missing, columns, read_missing, write_missing
from rmdocs.intake.reading import read_records
from rmdocs.intake.sheet import write_sheet
from rmdocs.intake.sheetstyles import FIRST
from rmdocs.messages import Language

ROOT = Path(__file__).resolve().parents[2]
TEXT = {"type": "string"}
PERSON = {"$ref": "common.schema.json#/$defs/person"}
PEOPLE = {"type": "array", "items": PERSON}
KINDS = {
    "urgency": {"enum": ["急", "缓"]},
    "settled_on": {"$ref": "common.schema.json#/$defs/date"},
    "amount": {"type": "string", "pattern": "^\\d+(\\.\\d{1,2})?$"},
    "count": {"type": "integer"},
    "share": {"type": "number"},
    "agreed": {"type": "boolean"},
    "at": {"type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"},
    "tags": {"type": "array", "items": {"enum": ["甲", "乙"]}},
    "remark": TEXT,
    "keeper": PERSON,
    "people": PEOPLE,
}
VALUES = {
    "$.content.urgency": "急",
    "$.content.settled_on": "2026-03-02",
    "$.content.amount": "30000000.00",
    "$.content.count": 7,
    "$.content.share": 2.5,
    "$.content.agreed": True,
    "$.content.at": "09:30",
    "$.content.tags": ["甲", "乙"],
    "$.content.remark": "备注",
    "$.content.keeper.name": "王样例",
    "$.content.keeper.staff_no": "JN01-0101",
    "$.content.people[0].name": "赵样例",
    "$.content.people[0].staff_no": "JN01-0102",
    "$.stages.quarter_actual[1].remark": "补报",
}
ASKED = (
    *(f"$.content.{name}" for name in KINDS),
    "$.stages.quarter_actual[1].remark",
    "$.stages.dept_head_approval.opinion",
)


@pytest.fixture(scope="module")
def form():
    files = read_desk(ROOT, DocumentNumber("RXD7200-03"))

    def change(schema):
        for name, kind in KINDS.items():
            with_property(name, kind, required=True)(schema)
        with_property("remark", TEXT)(schema["$defs"]["stages"]["quarter_actual"])

    return Form.load(next_revision(files, change=change))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "missing.xlsx"


def number(serial, form="RXD7200-03"):
    return RecordNumber.parse(f"{form}-JN01-2026-{serial:04d}")


def fill(path, values, row=FIRST):
    """Type values into the cells under their keys."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[2]}
    for key, value in values.items():
        sheet.cell(row, places[key]).value = value
    book.save(path)


TYPED = {
    **VALUES,
    "$.content.settled_on": date(2026, 3, 2),
    "$.content.amount": 30000000,
    "$.content.agreed": "是",
    "$.content.at": time(9, 30),
    "$.content.tags": "甲、乙",
}


def test_what_is_filled_in_comes_back_typed(path, form):
    rows = [
        Missing(number=number(1), paths=ASKED, customer="济南虚构公司", subject="2026年计划"),
        Missing(number=number(2), paths=ASKED[:1]),
    ]
    path.write_bytes(write_missing(form, rows, language=Language.ZH))
    fill(path, TYPED)
    assert read_missing(folders.read(path), form) == ({number(1): VALUES}, ())


def test_nothing_filled_in_gives_nothing(path, form):
    path.write_bytes(
        write_missing(form, [Missing(number=number(1), paths=ASKED)], language=Language.ZH)
    )
    assert read_missing(folders.read(path), form) == ({}, ())


def test_what_a_person_sees(path, form):
    rows = [
        Missing(number=number(1), paths=("$.content.urgency",), customer="=甲公司", subject="计划"),
        Missing(number=number(2), paths=("$.content.people", "$.content.urgency")),
        Missing(
            number=number(3), paths=("$.stages.quarter_actual[1].remark", "$.date", "$.stages.x.y")
        ),
        Missing(number=number(4), paths=("$.content.urgency",)),
    ]
    path.write_bytes(write_missing(form, rows, language=Language.ZH))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert titles[:5] == ["记录编号", "客户", "事由", "urgency*", "people(第1项) › 姓名"]
    assert titles[-1] == "季度完成情况 2 › remark*"
    assert len(titles) == 3 + 1 + 6 + 1
    assert sheet.row_dimensions[2].hidden
    assert sheet["D2"].value == "$.content.urgency"
    assert [cell.value for cell in sheet[3]][:3] == [str(number(1)), "=甲公司", "计划"]
    grey = [[cell.fill.fill_type == "solid" for cell in row[3:]] for row in sheet.iter_rows(3, 6)]
    assert grey == [
        [False, *[True] * 7],
        [*[False] * 7, True],
        [*[True] * 7, False],
        [False, *[True] * 7],
    ]
    (rule,) = [one for one in sheet.data_validations.dataValidation if "D3" in one]
    assert sorted(str(rule.sqref).split()) == ["D3:D4", "D6"]
    assert [cell.value for cell in book["选项"]["A"]] == ["急", "缓"]
    assert book["版本"]["B2"].value == "1.1"
    assert "从中选一：急、缓" in sheet["D1"].comment.text


def test_columns_stand_in_the_order_of_the_form(form):
    keys = [column.key for column in columns(form, reversed(ASKED))]
    assert keys[: len(KINDS) - 2] == [f"$.content.{name}" for name in [*KINDS][:-2]]
    assert keys.index("$.stages.dept_head_approval.opinion") < keys.index(
        "$.stages.quarter_actual[1].remark"
    )
    assert [column.required for column in columns(form, ["$.content.keeper"])] == [True, True]
    assert not any(column.required for column in columns(form, ["$.content.people"]))


@pytest.mark.parametrize(
    "path",
    [
        "$",
        "$.date",
        "content.urgency",
        "$.stages",
        "$.stages.quarter_actual.remark",
        "$.stages.quarter_actual[4].remark",
        "$.stages.nothing.x",
        "$.content.nothing",
    ],
)
def test_what_no_cell_can_hold_has_no_column(form, path):
    assert columns(form, [path]) == []


WRONG = {
    "$.content.urgency": ("不急", "急, 缓"),
    "$.content.settled_on": ("2026-02-30", "2026-03-02"),
    "$.content.amount": ("三千万", "30000000.00"),
    "$.content.count": (2.5, "whole"),
    "$.content.share": ("多", "number"),
    "$.content.agreed": ("也许", "是"),
    "$.content.at": ("9点", "09:30"),
    "$.content.tags": ("甲、丙", "甲, 乙"),
    "$.content.remark": ("#N/A", "formula"),
}


def test_cells_that_cannot_be_read_all_at_once(path, form):
    path.write_bytes(
        write_missing(form, [Missing(number=number(1), paths=ASKED)], language=Language.ZH)
    )
    fill(path, {key: value for key, (value, _) in WRONG.items()})
    with pytest.raises(FindingsError) as refused:
        read_missing(folders.read(path), form)
    found = {finding.label: finding for finding in refused.value.findings}
    assert list(found) == [key.removeprefix("$.content.") for key in WRONG]
    for key, (_, advice) in WRONG.items():
        finding = found[key.removeprefix("$.content.")]
        assert finding.code == ("CELL-FORMULA" if key.endswith("remark") else "CELL-VALUE")
        assert advice in finding.remedy.text(Language.EN)
    assert found["urgency"].path == "missing.xlsx!D3"
    assert "“不急”" in found["urgency"].message.text(Language.EN)


def test_rows_that_are_no_record_of_the_form(path, form):
    path.write_bytes(
        write_missing(
            form,
            [Missing(number=number(serial), paths=ASKED) for serial in range(1, 5)],
            language=Language.ZH,
        )
    )
    fill(path, {"number": "第一号"})
    fill(path, {"number": str(number(2, "RXD7200-04"))}, FIRST + 1)
    fill(path, {"number": str(number(4))}, FIRST + 2)
    fill(path, {"$.content.urgency": "急"}, FIRST + 6)
    with pytest.raises(FindingsError) as refused:
        read_missing(folders.read(path), form)
    assert [(finding.code, finding.path) for finding in refused.value.findings] == [
        ("MISSING-NUMBER", "missing.xlsx!A3"),
        ("MISSING-NUMBER", "missing.xlsx!A4"),
        ("MISSING-TWICE", "missing.xlsx!A6"),
        ("MISSING-NUMBER", "missing.xlsx!A9"),
    ]


def test_columns_that_are_none_of_the_form(path, form):
    path.write_bytes(
        write_missing(form, [Missing(number=number(1), paths=ASKED[:2])], language=Language.ZH)
    )
    book = load_workbook(path)
    for column, key in enumerate(["$.content.nothing", "$.content.urgency", None], 6):
        book.worksheets[0].cell(2, column).value = key
        book.worksheets[0].cell(3, column).value = "急"
    book.save(path)
    with pytest.raises(FindingsError) as refused:
        read_missing(folders.read(path), form)
    assert [(finding.code, finding.path) for finding in refused.value.findings] == [
        ("TABLE-COLUMN", f"missing.xlsx!{letter}") for letter in "FGH"
    ]


def test_a_sheet_for_another_revision(path, form):
    path.write_bytes(
        write_missing(
            Form.load(read_desk(ROOT, form.number)),
            [Missing(number=number(1), paths=())],
            language=Language.ZH,
        )
    )
    with pytest.raises(FindingsError) as refused:
        read_missing(folders.read(path), form)
    assert [finding.code for finding in refused.value.findings] == ["SHEET-REVISION"]


def test_files_that_are_no_such_sheet(path, form, tmp_path):
    def code(file):
        with pytest.raises(FindingsError) as refused:
            read_missing(folders.read(file), form)
        return refused.value.findings[0].code

    path.write_bytes(write_sheet(form.schema.fields(), {}, language=Language.ZH))
    assert code(path) == "MISSING-KEYS"
    path.write_bytes(b"x")
    assert code(path) == "XLSX-DAMAGED"
    assert code(path.rename(tmp_path / "missing.csv")) == "FILE-KIND"


def test_a_thousand_records_share_a_list(path, form):
    rows = [
        Missing(number=number(serial), paths=ASKED[: 1 + serial % 2]) for serial in range(1, 1001)
    ]
    path.write_bytes(write_missing(form, rows, language=Language.ZH))
    sheet = load_workbook(path).worksheets[0]
    assert sheet.max_row == FIRST + 999
    (rule,) = sheet.data_validations.dataValidation
    assert str(rule.sqref) == "D3:D1002"


@pytest.mark.calc
def test_a_workbook_saved_again_by_another_program(path, form, tmp_path):
    path.write_bytes(
        write_missing(
            form,
            [
                Missing(number=number(1), paths=ASKED, customer="济南虚构公司"),
                Missing(number=number(2), paths=ASKED),
            ],
            language=Language.ZH,
        )
    )
    fill(path, TYPED)
    fill(path, {**TYPED, "$.content.urgency": "缓"}, FIRST + 1)
    own = Form.load(read_desk(ROOT, form.number))
    sheet = tmp_path / "sheet.xlsx"
    sample = {"form": str(own.number), "content": {"year": 2026}}
    made_for = SheetMark(number=own.number, revision=own.revision)
    sheet.write_bytes(
        write_sheet(own.schema.fields(), sample, [sample], made_for=made_for, language=Language.ZH)
    )
    again = tmp_path / "again"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    target = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", again]
    subprocess.run(
        ["soffice", profile, "--headless", *target, path, sheet],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert read_missing(folders.read(again / path.name), form)[0] == {
        number(1): VALUES,
        number(2): {**VALUES, "$.content.urgency": "缓"},
    }
    saved = load_workbook(again / path.name).worksheets[0]
    assert saved.row_dimensions[2].hidden
    with pytest.raises(FindingsError) as refused:
        read_records(
            folders.read(again / sheet.name),
            lambda _form: own.schema.fields(),
            in_force=lambda _: form.revision,
        )
    assert refused.value.findings[0].code == "SHEET-REVISION"


def test_what_is_told_of_a_cell_is_kept(path, form):
    """A value that was read otherwise than it stands is used, and said."""
    path.write_bytes(
        write_missing(
            form,
            [Missing(number=number(serial), paths=ASKED) for serial in (1, 2)],
            language=Language.ZH,
        )
    )
    book = load_workbook(path)
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[2]].index("$.content.urgency") + 1
    sheet.cell(FIRST, column).value = "急"
    sheet.merge_cells(start_row=FIRST, start_column=column, end_row=FIRST + 1, end_column=column)
    book.save(path)
    values, told = read_missing(folders.read(path), form)
    assert values[number(2)] == {"$.content.urgency": "急"}
    assert [(one.code, one.severity.value) for one in told] == [("CELL-MERGED", "warning")]
    assert told[0].path.startswith("missing.xlsx!")

"""What of a table is read: worksheets, hidden and merged cells, totals, titles, CSV of any kind."""

import pytest
from openpyxl import Workbook
from workbooks import rejected_beside

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.intake.candidates import ALL, Hidden, Selection
from rmdocs.intake.reading import read_records
from rmdocs.messages import Language
from rmdocs.schemas.fields import Field, FieldKind, FieldTree

SKIP, USE = Selection(hidden=Hidden.SKIP), Selection(hidden=Hidden.USE)
HEAD = ["form", "unit", "date", "prepared_by.name", "prepared_by.staff_no"]
HEAD += ["content.amount", "content.closing.place"]
ROW = ["RXD7200-99", "JN01", "2026-03-02", "王样例", "JN01-0101"]
PLACE = (Field(name="place", kind=FieldKind.TEXT, title="地点", required=True),)
TREE = FieldTree(
    Field(
        name="",
        kind=FieldKind.OBJECT,
        title="某表",
        children=(
            Field(name="amount", kind=FieldKind.DECIMAL, title="金额", required=True),
            Field(
                name="closing", kind=FieldKind.OBJECT, title="附则", nullable=True, children=PLACE
            ),
        ),
    )
)


def fields_of(_form):
    return TREE


def book(path, *sheets, change=lambda _book: None):
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(made)
    made.save(path)
    return path


def loans(*amounts, places=()):
    return [HEAD, *([*ROW, one, *places] for one in amounts)]


def refusals(path, selection=ALL):
    with pytest.raises(FindingsError) as caught:
        read_records(folders.read(path), fields_of, selection=selection)
    return [(one.code, one.path) for one in caught.value.findings]


def amounts(path, selection=ALL):
    found = read_records(folders.read(path), fields_of, selection=selection)
    return [one.value["content"].get("amount") for one in found]


def test_hidden_rows_wait_for_a_word(tmp_path):
    def hide(made):
        made.active.row_dimensions[3].hidden = True
        made.active.auto_filter.ref = "A1:G4"

    path = book(tmp_path / "r.xlsx", ("a", loans(1, 2, 3)), change=hide)
    assert refusals(path) == [("TABLE-HIDDEN", "r.xlsx:3")]
    assert amounts(path, SKIP) == ["1.00", "3.00"]
    assert amounts(path, USE) == ["1.00", "2.00", "3.00"]


def test_hidden_columns_wait_for_a_word(tmp_path):
    def hide(made):
        made.active.column_dimensions["G"].hidden = True
        made.active.column_dimensions["Z"].hidden = True

    path = book(tmp_path / "r.xlsx", ("a", loans(1, places=["济南"])), change=hide)
    assert refusals(path) == [("TABLE-HIDDEN", "r.xlsx!G")]
    (found,) = read_records(folders.read(path), fields_of, selection=SKIP)
    assert "closing" not in found.value["content"]
    (found,) = read_records(folders.read(path), fields_of, selection=USE)
    assert found.value["content"]["closing"] == {"place": "济南"}


def test_what_is_hidden_and_empty_asks_nothing(tmp_path):
    def hide(made):
        made.active.row_dimensions[9].hidden = True
        made.active.column_dimensions["K"].hidden = True

    path = book(tmp_path / "r.xlsx", ("a", [*loans(1), [], [None, " "], [*ROW, 2]]), change=hide)
    assert amounts(path) == ["1.00", "2.00"]


def test_rows_on_several_worksheets_wait_for_a_name(tmp_path):
    path = book(tmp_path / "r.xlsx", ("一月", loans(1)), ("说明", [["x"]]), ("二月", loans(2)))
    assert refusals(path) == [("TABLE-SHEETS", "r.xlsx")]
    assert amounts(path, Selection(sheets=("二月",))) == ["2.00"]
    assert refusals(path, Selection(sheets=("三月",))) == [("TABLE-SHEET", "r.xlsx")]
    assert refusals(path, Selection(sheets=("一月", "二月"))) == [("TABLE-SHEETS", "r.xlsx")]


def test_the_worksheet_that_names_a_form_is_the_one(tmp_path):
    path = book(tmp_path / "r.xlsx", ("封面", [["某表"]]), ("数据", loans(2)))
    assert amounts(path) == ["2.00"]


def test_a_hidden_worksheet_is_asked_about(tmp_path):
    def hide(made):
        made["旧"].sheet_state = "hidden"

    path = book(tmp_path / "r.xlsx", ("新", loans(1)), ("旧", loans(2)), change=hide)
    assert refusals(path) == [("TABLE-SHEETS", "r.xlsx")]
    assert amounts(path, SKIP) == ["1.00"]


def test_a_merged_text_is_read_for_each_row_and_a_number_for_none(tmp_path):
    def merge(made):
        made.active.merge_cells("F2:F3")
        made.active.merge_cells("G2:G3")

    rows = loans(1, None, places=["济南"])
    path = book(tmp_path / "r.xlsx", ("a", rows), change=merge)
    first, second = read_records(folders.read(path), fields_of)
    assert [(one.code, one.path) for one in first.findings] == [("CELL-MERGED", "r.xlsx!F2")]
    assert [(one.code, one.path) for one in second.findings] == [
        ("CELL-MERGED", "r.xlsx!F3"),
        ("CELL-MERGED", "r.xlsx!G3"),
    ]
    assert first.unread == second.unread == {"$.content.amount"}
    assert second.value["content"]["closing"] == {"place": "济南"}
    # Written back without the merging, no row has got a number by it.
    refused = [(one, one.findings) for one in (first, second)]
    again = rejected_beside(path, refused, Language.ZH)
    assert amounts(again) == [None, None]


def test_cells_merged_over_two_fields(tmp_path):
    path = book(
        tmp_path / "r.xlsx",
        ("a", loans("1.00")),
        change=lambda made: made.active.merge_cells("F2:G2"),
    )
    (found,) = read_records(folders.read(path), fields_of)
    assert [(one.code, one.path) for one in found.findings] == [("CELL-MERGED", "r.xlsx!G2")]


def test_a_row_of_totals_is_no_record(tmp_path):
    path = book(tmp_path / "r.xlsx", ("a", [*loans(1), ["合 计："] + [None] * 4 + [1]]))
    first, total = read_records(folders.read(path), fields_of)
    assert first.findings == ()
    assert [(one.code, one.path) for one in total.findings] == [("TABLE-TOTAL", "r.xlsx:3")]
    assert total.news(total.findings[:0]) == []


def test_a_title_above_the_headings(tmp_path):
    rows = [["某表 2026年"], ["表单编号", "机构代码", "金额"], ["RXD7200-99", "JN01", 5]]
    path = book(
        tmp_path / "r.xlsx", ("a", rows), change=lambda made: made.active.merge_cells("A1:C1")
    )
    assert amounts(path) == ["5.00"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_is_judged_by_the_line_that_names_the_columns(tmp_path, encoding, separator):
    lines = ["某支行, 某表", "表单编号|机构代码|金额", "RXD7200-99|JN01|1234.50"]
    content = "\r\n".join(lines).replace("|", separator)
    path = tmp_path / "r.csv"
    path.write_bytes(content.encode(encoding))
    if separator == ",":
        path.write_bytes(content.replace("某支行, 某表", "某表").encode(encoding))
    assert amounts(path) == ["1234.50"]


def test_amounts_with_commas_do_not_outvote_the_headings(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("表单编号;机构代码;金额;附则 › 地点\nRXD7200-99;JN01;1,234.50;\n", "utf-8")
    assert amounts(path) == ["1234.50"]


def test_one_bad_byte_does_not_make_another_encoding(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("表单编号,金额\nRXD7200-99,".encode() + b"\xd6\xd0\n")
    assert refusals(path) == [("FILE-ENCODING", "r.csv:2")]


PAGE = b"<html><table><tr><td>x</td></tr></table></html>"


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("r.xls", b"\xd0\xcf\x11\xe0", "FILE-KIND", "old Excel"),
        ("r.et", b"x", "FILE-KIND", "WPS"),
        ("r.ods", b"x", "FILE-KIND", "OpenDocument"),
        ("r.xlsb", b"x", "FILE-KIND", "binary"),
        ("r.xlsx", b"\xd0\xcf\x11\xe0", "XLSX-OLD", "old Excel"),
        ("r.xlsx", "表单,金额\nx,1\n".encode("gb18030"), "XLSX-DAMAGED", "CSV"),
        ("r.xlsx", PAGE, "XLSX-DAMAGED", "web page"),
        ("r.csv", PAGE, "CSV-SYNTAX", "web page"),
        ("r.csv", b"PK\x03\x04x", "CSV-SYNTAX", ".xlsx"),
        ("~$r.xlsx", b"x", "FILE-LOCK", "while a file is open"),
    ],
)
def test_what_a_file_is_and_what_to_save_it_as(tmp_path, name, data, code, said):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FindingsError) as caught:
        read_records(folders.read(path), fields_of)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert said in finding.message.text(Language.EN)
    assert finding.remedy.text(Language.ZH).startswith("请")

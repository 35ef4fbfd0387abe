import json

import pytest
from openpyxl import Workbook, load_workbook
from workbooks import rejected_beside

from rmdocs import folders
from rmdocs.findings import NOTHING, error
from rmdocs.intake.reading import read_records
from rmdocs.messages import Bilingual, Language
from rmdocs.schemas.fields import Field, FieldKind, FieldTree

TREE = FieldTree(
    Field(
        name="",
        kind=FieldKind.OBJECT,
        children=(Field(name="amount", kind=FieldKind.DECIMAL, title="金额"),),
    )
)
FINDING = error(
    "AMT", "$.content.amount", Bilingual(zh="金额不对", en="wrong amount"), NOTHING, label="金额"
)


def fields_of(_form):
    return TREE


def refuse_second(path):
    candidates = read_records(folders.read(path), fields_of)
    return rejected_beside(path, [(candidates[1], [FINDING])], Language.ZH), candidates


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_csv_keeps_headings_and_refused_rows(tmp_path, encoding):
    path = tmp_path / "in.csv"
    path.write_text("表单编号;金额\nF;1.00\nF;x\nF;3.00\n", encoding=encoding)
    target, candidates = refuse_second(path)
    assert target == tmp_path / "in.rejected.csv"
    assert target.read_text("utf-8-sig").splitlines() == [
        "表单编号;金额;问题",
        "F;x;AMT 金额: 金额不对",
    ]
    (again,) = read_records(folders.read(target), fields_of)
    assert again.value == candidates[1].value


def test_refusing_again_does_not_pile_up(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("form,content.amount\nF,1.00\nF,x\n", encoding="utf-8")
    target, _ = refuse_second(path)
    (again,) = read_records(folders.read(target), fields_of)
    assert rejected_beside(target, [(again, [FINDING])], Language.EN) == target
    assert target.read_text("utf-8-sig").splitlines() == [
        "form,content.amount,findings",
        "F,x,AMT 金额: wrong amount",
    ]


def test_an_xlsx_keeps_its_key_row_hidden(tmp_path):
    path = tmp_path / "in.xlsx"
    book = Workbook()
    for row in (["编号", "金额"], ["form", "content.amount"], ["F", 1], ["F", "=x"]):
        book.worksheets[0].append(row)
    book.worksheets[0]["B4"].data_type = "s"
    book.save(path)
    target, candidates = refuse_second(path)
    sheet = load_workbook(target).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["编号", "金额", "问题"],
        ["form", "content.amount", "findings"],
        ["F", "=x", "AMT 金额: 金额不对"],
    ]
    assert sheet.row_dimensions[2].hidden
    assert sheet["B3"].data_type == "s"
    (again,) = read_records(folders.read(target), fields_of)
    assert again.value == candidates[1].value


def test_values_become_json_lines(tmp_path):
    path = tmp_path / "in.json"
    records = [{"form": "F"}, {"record": {"form": "F"}, "stages": []}]
    path.write_text(json.dumps(records), encoding="utf-8")
    target, candidates = refuse_second(path)
    assert target.name == "in.rejected.jsonl"
    line = json.loads(target.read_text("utf-8"))
    assert line["row"] == 2
    assert line["findings"][0]["message"] == "金额不对"
    (again,) = read_records(folders.read(target), fields_of)
    assert again.value == candidates[1].value


def test_a_file_refused_again_in_the_other_language_has_one_column_of_findings(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("表单编号,金额\nF,1.00\nF,x\n", encoding="utf-8")
    target, _ = refuse_second(path)
    assert target.read_text("utf-8-sig").splitlines()[0] == "表单编号,金额,问题"
    (again,) = read_records(folders.read(target), fields_of)
    rejected_beside(target, [(again, [FINDING])], Language.EN)
    assert target.read_text("utf-8-sig").splitlines()[0] == "表单编号,金额,findings"

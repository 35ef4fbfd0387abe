"""The sheet to fill that the desk writes: what is known is offered, in the reader's language."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from rmdocs.cli.main import main
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.workspace import desk, people

PLAN, LOG = DocumentNumber.parse("RXD7200-03"), DocumentNumber.parse("RXD7200-02")
RM = "JN01-0101"
USCC = "91370112MA3DEM019E"


def offered(book, name, key):
    """Return what the drop-down list of a column offers in its first row, and if only that."""
    sheet = book[name]
    column = [cell.value for cell in sheet[2]].index(key) + 1
    [rule] = [
        one
        for one in sheet.data_validations.dataValidation
        if sheet.cell(3, column).coordinate in one
    ]
    letter = rule.formula1.split("$")[1]
    values = [cell.value for cell in book["选项"][letter] if cell.value is not None]
    return values, rule.showErrorMessage


@pytest.fixture
def book(bank):
    workspace = bank.at(RM)
    people.change_customer(bank.at("JN01-0101"), USCC, {"name": "济南虚构岱岳重型机械有限公司"})
    workspace = bank.at(RM)
    return load_workbook(BytesIO(desk.sheet(workspace, PLAN, Language.ZH)))


def test_who_and_where_are_offered(book):
    assert offered(book, "填写", "form") == (["RXD7200-03"], False)
    assert offered(book, "填写", "unit") == (["JN01"], False)
    managers = ["JN01-0101", "JN01-0102"]
    for key in ("prepared_by.staff_no", "content.planner.staff_no"):
        assert offered(book, "填写", key) == (managers, False)
    assert offered(book, "填写", "content.planner.name")[0] == ["王样例", "赵样例"]
    target = "content.target_customers[]"
    assert offered(book, "目标客户", f"{target}.rm_primary.staff_no")[0] == managers
    assert offered(book, "目标客户", f"{target}.customer.uscc")[0] == [USCC]
    assert offered(book, "目标客户", f"{target}.customer.name")[0] == [
        "济南虚构岱岳重型机械有限公司"
    ]


def test_what_the_form_chooses_from_is_all_there_is(book):
    assert offered(book, "填写", "content.scope") == (["经办行", "二级分行", "一级分行"], True)


def test_required_is_what_every_row_must_say(book):
    sheet = book["填写"]
    keys = [cell.value for cell in sheet[2]]
    starred = {key: str(cell.value).endswith("*") for key, cell in zip(keys, sheet[1], strict=True)}
    assert starred["content.planner.staff_no"]
    assert not starred["content.co_planner.staff_no"]
    assert not starred["related"]
    note = sheet.cell(1, keys.index("content.co_planner.staff_no") + 1).comment.text
    assert note.startswith("视情况")


def test_notes_in_english(shared_bank):
    book = load_workbook(BytesIO(desk.sheet(shared_bank.at(), LOG, Language.EN)))
    notes = [cell.comment.text for sheet in book.worksheets for cell in sheet[1] if cell.comment]
    assert {note.split("\n")[0] for note in notes} == {
        "required",
        "optional",
        "required where anything of this part is filled in",
    }
    assert "again" in book["版本"]["B4"].value
    # Nobody acts, so whose unit it is is not known.
    with pytest.raises(ValueError, match="unpack"):
        offered(book, "填写", "unit")


def test_a_sheet_is_only_written_as_a_workbook(shared_bank, tmp_path, capsys):
    out = tmp_path / "plan.docx"
    words = ["-w", str(shared_bank.root), "--lang", "en", "form", "sheet", str(PLAN)]
    assert main([*words, "--out", str(out)]) == 2
    assert "choose a name that ends in .xlsx" in capsys.readouterr().err
    assert not out.exists()

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, error
from rmdocs.intake.reading import read_records
from rmdocs.intake.sheet import columns, write_sheet
from rmdocs.messages import Language
from rmdocs.schemas.schema import Schema

ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted(path.parent.name for path in ROOT.glob("forms/*/form.toml"))
COMMON = "common.schema.json"


def schema_of(form: str) -> Schema:
    folder = ROOT / "schemas"
    main = (folder / f"{form}.schema.json").read_bytes()
    return Schema.load(main, {COMMON: (folder / COMMON).read_bytes()})


def sample_of(form: str):
    return json.loads((ROOT / "forms" / form / "sample.json").read_text("utf-8"))["record"]


def fields_of(form):
    return schema_of(form).fields()


@pytest.mark.parametrize("form", FORMS)
def test_a_sheet_filled_with_the_sample_gives_the_sample(form, tmp_path):
    schema, sample = schema_of(form), sample_of(form)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(schema.fields(), sample, [sample, sample], language=Language.ZH))
    first, second = read_records(folders.read(path), fields_of)
    assert (first.row, second.row) == (3, 4)
    for found in (first.value, second.value):
        assert {**found, "content": None} == {**sample, "content": None}
        assert schema.complete(found["content"]) == schema.complete(sample["content"])


@pytest.mark.parametrize("form", FORMS)
def test_titles_alone_are_enough(form, tmp_path):
    sample = sample_of(form)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(fields_of(form), sample, [sample], language=Language.ZH))
    book = load_workbook(path)
    book.worksheets[0].delete_rows(2)
    book.worksheets[0].row_dimensions[2].hidden = False
    book.save(path)
    (found,) = read_records(folders.read(path), fields_of)
    complete = schema_of(form).complete
    assert complete(found.value["content"]) == complete(sample["content"])


@pytest.mark.parametrize("form", FORMS)
def test_an_unfilled_sheet_holds_no_record(form, tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(fields_of(form), sample_of(form), language=Language.ZH))
    with pytest.raises(FindingsError) as caught:
        read_records(folders.read(path), fields_of, form)
    assert [finding.code for finding in caught.value.findings] == ["FILE-EMPTY"]


def test_the_sheet_helps_to_fill_it(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(
        write_sheet(fields_of("RXD7200-01"), sample_of("RXD7200-01"), language=Language.ZH)
    )
    book = load_workbook(path)
    fill, example, choices = book.worksheets
    assert choices.sheet_state == "hidden"
    assert fill.row_dimensions[2].hidden
    keys = [cell.value for cell in fill[2]]
    place = keys.index("content.art1.group_attitude")
    offered = [
        rule.formula1
        for rule in fill.data_validations.dataValidation
        if fill[3][place].coordinate in rule
    ]
    assert len(offered) == 1
    title = fill[1][keys.index("content.party_a.name")]
    assert title.value.startswith("甲方 › ")
    assert title.value.endswith("*")
    assert "必填" in title.comment.text
    assert "照营业执照填写全称" in title.comment.text
    assert example[3][0].value == "RXD7200-01"
    assert fill[3][0].value is None


@pytest.mark.parametrize("form", FORMS)
def test_a_printed_sheet_can_be_read(form, tmp_path):
    """Not forty columns on the width of a page."""
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(fields_of(form), sample_of(form), language=Language.ZH))
    fill = load_workbook(path).worksheets[0]
    wide = sum(one.width for one in fill.column_dimensions.values())
    assert wide / fill.page_setup.fitToWidth <= 170
    assert fill.page_setup.fitToHeight == 0
    assert fill.print_title_rows == "$1:$1"


def test_lists_get_columns_for_three_entries_or_more(tmp_path):
    sample = sample_of("RXD7200-04")
    sample["content"]["guarantors"] = [{"name": f"保证人{count}"} for count in range(5)]
    keys = [column.key for column in columns(fields_of("RXD7200-04"), [sample])]
    assert "content.guarantors[4].name" in keys
    assert "content.guarantors[5].name" not in keys


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    sample = sample_of("RXD7200-04")
    sample["content"]["business_type"] = "=1+1"
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(write_sheet(fields_of("RXD7200-04"), sample, [sample], language=Language.ZH))
    (found,) = read_records(folders.read(path), fields_of)
    assert found.value["content"]["business_type"] == "=1+1"


def book_of(path: Path, *rows):
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_cells_a_person_typed_as_numbers_and_dates(tmp_path):
    path = book_of(
        tmp_path / "r.xlsx",
        ["form", "date", "content.principal", "content.interest.basis", "content.maturity"],
        ["RXD7200-04", datetime(2026, 9, 14), 30000000, 360, date(2026, 10, 16)],
    )
    (found,) = read_records(folders.read(path), fields_of)
    assert found.value == {
        "form": "RXD7200-04",
        "date": "2026-09-14",
        "content": {
            "principal": "30000000.00",
            "interest": {"basis": 360},
            "maturity": "2026-10-16",
        },
    }


def test_formula_errors_are_findings_of_their_row(tmp_path):
    path = book_of(
        tmp_path / "r.xlsx",
        ["form", "content.iou_no"],
        ["RXD7200-04", "A"],
        ["RXD7200-04", "#N/A"],
    )
    good, bad = read_records(folders.read(path), fields_of)
    assert good.findings == ()
    assert [(f.code, f.path) for f in bad.findings] == [("CELL-FORMULA", "r.xlsx!B3")]
    assert bad.unread == {"$.content.iou_no"}


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(FindingsError) as caught:
        read_records(folders.read(path), fields_of)
    return caught.value.findings[0].code


def test_workbooks_that_cannot_be_read(tmp_path):
    path = tmp_path / "r.xlsx"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert refused(path, b"no zip") == "XLSX-DAMAGED"
    assert refused(path, ole + "EncryptedPackage".encode("utf-16-le")) == "XLSX-LOCKED"
    assert refused(path, ole + b"Workbook") == "XLSX-OLD"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("hello.txt", "x")
    assert refused(path, buffer.getvalue()) == "XLSX-DAMAGED"
    whole = book_of(path, ["form"], ["x"]).read_bytes()
    assert refused(path, whole[: len(whole) // 2]) == "XLSX-DAMAGED"
    assert refused(path, book_of(path, [None]).read_bytes()) == "FILE-EMPTY"


def test_a_cell_at_the_far_end_is_not_unfolded(tmp_path):
    path = tmp_path / "r.xlsx"
    book = Workbook()
    book.worksheets[0]["XFD1048576"] = 1
    book.save(path)
    assert refused(path, path.read_bytes()) == "FILE-TOO-LARGE"


def test_an_entry_behind_an_empty_one_is_found_in_its_own_cells(tmp_path):
    path = tmp_path / "log.csv"
    heads = [f"contacts[{index}].{name}" for index in (0, 1) for name in ("name", "phone")]
    path.write_text(
        f"form,{','.join(heads)},visit.topic\nRXD7200-02,,,马样例,12,走访\n", encoding="utf-8"
    )
    (found,) = read_records(folders.read(path), fields_of)
    assert found.value["content"]["contacts"] == [{"name": "马样例", "phone": "12"}]
    wrong = error("R02-CONTACT-PHONE", "$.content.contacts[0].phone", NOTHING, NOTHING)
    assert [one.cell for one in found.at_cells([wrong])] == ["E2"]

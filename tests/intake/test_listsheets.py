"""Lists of objects on worksheets of their own, keyed by their record."""

import copy
import json
import random
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workbooks import rejected_beside

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, error
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake.headings import SheetMark
from rmdocs.intake.listsheets import KEY
from rmdocs.intake.reading import read_records
from rmdocs.intake.sheet import WIDEST, layout, write_sheet
from rmdocs.messages import Language, Verbatim
from rmdocs.schemas.schema import Schema

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
COMMON = "common.schema.json"
FORMS = sorted(path.parent.name for path in ROOT.glob("forms/*/form.toml"))
PLAN = "RXD7200-03"
TARGETS, FORECAST, QUARTERS = "目标客户", "客户需求预测", "季度目标"


def schema_of(form):
    folder = ROOT / "schemas"
    main = (folder / f"{form}.schema.json").read_bytes()
    return Schema.load(main, {COMMON: (folder / COMMON).read_bytes()})


def sample_of(form):
    return json.loads((ROOT / "forms" / form / "sample.json").read_text("utf-8"))["record"]


def fields_of(form):
    return schema_of(form).fields()


def plans():
    """Two plans that differ in how many customers they have."""
    one = sample_of(PLAN)
    other = copy.deepcopy(one)
    targets = other["content"]["target_customers"]
    for place in range(5):
        targets.append(copy.deepcopy(targets[0]))
        targets[-1]["measures"] = f"措施{place}"
    other["content"]["demand_forecast"] = []
    return one, other


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "plans.xlsx"
    made_for = SheetMark(number=DocumentNumber.parse(PLAN), revision=Revision(major=1, minor=0))
    path.write_bytes(
        write_sheet(fields_of(PLAN), sample_of(PLAN), plans(), made_for, language=Language.ZH)
    )
    return path


def values(path):
    complete = schema_of(PLAN).complete
    return [complete(one.value["content"]) for one in read_records(folders.read(path), fields_of)]


def expected():
    complete = schema_of(PLAN).complete
    return [complete(one["content"]) for one in plans()]


def edit(path, change):
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def refused(path):
    with pytest.raises(FindingsError) as refusal:
        read_records(folders.read(path), fields_of)
    return refusal.value.findings


def without_keys(*names):
    """Return the change that deletes the hidden row of keys."""

    def change(book):
        for name in names:
            book[name].delete_rows(2)
            book[name].row_dimensions[2].hidden = False

    return change


@pytest.mark.parametrize("form", FORMS)
def test_no_sheet_is_wider_than_a_person_can_fill(form):
    planned = layout(fields_of(form), [sample_of(form)])
    assert len(planned.columns) <= WIDEST
    assert all(len(one.columns) <= WIDEST for one in planned.lists)
    if form in {"RXD7200-01", "RXD7200-04"}:
        assert planned.lists == ()


def test_what_is_written_is_read(sheet):
    assert load_workbook(sheet).sheetnames[:4] == ["填写", FORECAST, TARGETS, QUARTERS]
    assert values(sheet) == expected()


def test_rows_may_stand_in_any_order_and_with_gaps(sheet):
    def shuffle(book):
        tab = book[TARGETS]
        rows = [[cell.value for cell in row] for row in tab.iter_rows(min_row=3)]
        tab.delete_rows(3, len(rows))
        mixed = sorted(rows, key=lambda row: -row[0])
        for place, row in enumerate(mixed):
            for column, value in enumerate(row, 1):
                tab.cell(4 + 2 * place, column).value = value
        first = book["填写"]
        top, under = ([cell.value for cell in first[row]] for row in (3, 4))
        for row, taken in ((3, under), (6, top)):
            for column, value in enumerate(taken, 1):
                first.cell(row, column).value = value
        for column in range(1, len(top) + 1):
            first.cell(4, column).value = None

    assert values(edit(sheet, shuffle)) == expected()[::-1]


@pytest.mark.parametrize("typed", ["1", " 1 ", 1.0, "１"])
def test_a_key_may_be_typed_as_text_or_number(sheet, typed):
    def retype(book):
        for row in range(3, 12):
            cell = book[TARGETS].cell(row, 1)
            cell.value = typed if cell.value == 1 else cell.value

    assert values(edit(sheet, retype)) == expected()


@pytest.mark.parametrize("key", [None, " ", 7, "甲"])
def test_an_entry_that_belongs_to_no_record(sheet, key):
    def orphan(book):
        book[TARGETS]["A4"] = key

    [finding] = refused(edit(sheet, orphan))
    assert (finding.code, finding.path) == ("LIST-KEY", f"plans.xlsx[{TARGETS}]!A4")


def test_a_number_given_to_two_records(sheet):
    def twice(book):
        book["填写"]["A4"] = 1
        for row in book[TARGETS].iter_rows(min_row=3, max_col=1):
            row[0].value = 1

    # Nor may entries that now have no record be lost.
    edit(sheet, twice)
    assert {finding.code for finding in refused(sheet)} == {"LIST-KEY"}
    edit(sheet, lambda book: [book.remove(book[name]) for name in (FORECAST, QUARTERS)])
    for one in read_records(folders.read(sheet), fields_of):
        assert [finding.code for finding in one.findings] == ["LIST-KEY"]
        assert "3、4" in one.findings[0].message.text(Language.ZH)


def test_a_record_with_nothing_but_its_number_is_none(sheet):
    def empty(book):
        for row in (3, 4):
            for cell in book["填写"][row][1:]:
                cell.value = None
        for name in (FORECAST, TARGETS, QUARTERS):
            book[name].delete_rows(3, 20)

    assert [one.code for one in refused(edit(sheet, empty))] == ["FILE-EMPTY"]


def test_the_titles_of_a_list_are_enough_where_its_name_says_which(sheet):
    edit(sheet, without_keys(TARGETS, "填写", QUARTERS))
    assert values(sheet) == expected()


def test_a_list_that_cannot_be_told_is_not_lost(sheet):
    def rename(book):
        without_keys(TARGETS)(book)
        book[TARGETS].title = "客户"

    assert [one.code for one in refused(edit(sheet, rename))] == ["LIST-KEYS"]


def test_somebody_s_own_worksheet_is_let_be(sheet):
    edit(sheet, lambda book: book.create_sheet("草稿").append(["随手记", 1]))
    assert values(sheet) == expected()


def test_a_column_of_a_list_that_is_no_field(sheet):
    def misname(book):
        place = [cell.value for cell in book[TARGETS][2]].index("content.target_customers[].start")
        book[TARGETS].cell(2, place + 1).value = "content.target_customers[].begin"

    first, second = read_records(folders.read(edit(sheet, misname)), fields_of)
    assert [finding.code for finding in (*first.findings, *second.findings)] == ["TABLE-EXTRA"]
    assert first.findings[0].path.startswith(f"plans.xlsx[{TARGETS}]!")


def test_what_is_hidden_in_a_list_is_asked_about(sheet):
    def hide(book):
        book[TARGETS].row_dimensions[4].hidden = True

    assert [one.code for one in refused(edit(sheet, hide))] == ["TABLE-HIDDEN"]

    def hide_all(book):
        book[TARGETS].row_dimensions[4].hidden = False
        book[TARGETS].sheet_state = "hidden"

    assert [one.code for one in refused(edit(sheet, hide_all))] == ["TABLE-HIDDEN"]


def test_findings_name_worksheet_and_cell(sheet):
    first, second = read_records(folders.read(sheet), fields_of)
    wanted = error("X", "$.content.target_customers[2].measures", Verbatim("x"), NOTHING)
    group = error("X", "$.content.target_customers[2].baseline", Verbatim("x"), NOTHING)
    whole = error("X", "$.content.target_customers", Verbatim("x"), NOTHING)
    plain = error("X", "$.content.year", Verbatim("x"), NOTHING)
    cells = [one.cell for one in second.at_cells([wanted, group, whole, plain])]
    book = load_workbook(sheet)
    name, _, cell = cells[0].partition("!")
    assert book[name][cell].value == "措施1"
    assert cells[1].startswith(f"{TARGETS}!")
    assert cells[2] == TARGETS
    assert book["填写"][cells[3]].value == 2026
    assert first.at_cells([error("X", "$", Verbatim("x"), NOTHING)])[0].cell == ""


def test_a_formula_s_error_in_a_list_is_of_its_record(sheet):
    def fail(book):
        place = [cell.value for cell in book[TARGETS][2]].index("content.target_customers[].start")
        book[TARGETS].cell(5, place + 1).value = "#N/A"

    first, second = read_records(folders.read(edit(sheet, fail)), fields_of)
    assert first.findings == ()
    [finding] = second.findings
    assert finding.code == "CELL-FORMULA"


def test_refused_records_take_their_entries_along(sheet):
    candidates = read_records(folders.read(sheet), fields_of)
    finding = error("X", "$.content.year", Verbatim("falsch"), NOTHING)
    path = rejected_beside(sheet, [(candidates[1], [finding])], Language.ZH)
    assert values(path) == expected()[1:]
    book = load_workbook(path)
    assert {row[0].value for row in book[TARGETS].iter_rows(min_row=3)} == {2}
    assert book[TARGETS].row_dimensions[2].hidden
    assert KEY in [cell.value for cell in book.worksheets[0][2]]


def test_refused_entries_are_kept_without_the_hidden_row_too(sheet):
    edit(sheet, without_keys(TARGETS))
    candidates = read_records(folders.read(sheet), fields_of)
    path = rejected_beside(sheet, [(one, []) for one in candidates], Language.ZH)
    assert values(path) == expected()


def test_many_records_at_random(tmp_path):
    chance = random.Random(7)  # noqa: S311 - the same plans every time
    given = []
    for _ in range(12):
        one = sample_of(PLAN)
        content = one["content"]
        content["target_customers"] *= chance.randrange(1, 4)
        content["demand_forecast"] *= chance.randrange(3)
        content["year"] = chance.randrange(2026, 2099)
        given.append(one)
    path = tmp_path / "many.xlsx"
    path.write_bytes(write_sheet(fields_of(PLAN), None, given, language=Language.ZH))
    complete = schema_of(PLAN).complete
    assert values(path) == [complete(one["content"]) for one in given]

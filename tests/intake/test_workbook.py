"""Workbooks as Excel, WPS and LibreOffice write them, by their XML."""

from decimal import Decimal

import pytest
from workbooks import package, sheet, text

from rmdocs.intake.cells import Failure, Numeric, shown
from rmdocs.intake.workbook import DamagedWorkbookError, WideWorkbookError, Workbook


def read(*sheets, name="表1", most=100, **others):
    return Workbook.open(package(*sheets, **others), most).read(name)


def row(*cells, **others):
    return read(sheet("".join(cells)), **others).rows[0]


def test_texts_of_every_kind():
    phonetic = "<t>东京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>"
    runs = "<r><rPr/><t>加粗</t></r><r><t xml:space='preserve'> 和常规</t></r>"
    found = row(
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>',
        text("C1", "自己的"),
        '<c r="D1" t="str"><f>A1</f><v>算出的</v></c>',
        '<c r="E1" t="str"><f>""</f><v></v></c>',
        text("F1", "甲_x000D_\n乙_x005F_x"),
        texts=[phonetic, runs],
    )
    assert found == ["东京", "加粗 和常规", "自己的", "算出的", None, "甲\r\n乙_x"]


def test_formulas_with_and_without_a_value():
    found = row(
        '<c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v></v></c><c r="C1"><f>1+1</f><v>2</v></c>',
        '<c r="D1"><f t="shared" si="0"/><v>3</v></c><c r="E1" t="str"><f t="array">X</f></c>',
        '<c r="F1" t="e"><f>X</f><v>#DIV/0!</v></c><c r="G1" t="e" vm="1"><v>#FIELD!</v></c>',
    )
    unsaved = Failure(shown="#N/A", unsaved=True)
    assert found[:2] == [unsaved, unsaved]
    assert [shown(one) for one in found[2:4]] == ["2", "3"]
    assert found[4:] == [unsaved, Failure(shown="#DIV/0!"), Failure(shown="#FIELD!")]


def test_numbers_dates_and_truth():
    found = row(
        '<c r="A1" t="b"><v>1</v></c><c r="B1" t="n"><v>1E+20</v></c><c r="C1"><v>-0</v></c>',
        '<c r="D1" s="1"><v>46083</v></c><c r="E1" t="d"><v>2026-03-02T09:30:00</v></c>',
        '<c r="F1" s="2"><v>0.033</v></c><c r="G1" s="9"><v>5</v></c>',
        formats=["yyyy/mm/dd;@", "0.00%"],
    )
    assert found[0] is True
    assert [shown(one) for one in found[1:]] == [
        "100000000000000000000",
        "0",
        "2026-03-02",
        "2026-03-02 09:30:00",
        "3.30%",
        "5",
    ]


def test_days_counted_from_1904():
    (found,) = row(
        '<c r="A1" s="1"><v>44621</v></c>',
        formats=["yyyy-mm-dd"],
        properties='<workbookPr date1904="1"/>',
    )
    assert shown(found) == "2026-03-02"
    assert found.value == Decimal(46083)


def test_cells_and_rows_without_references():
    found = read(sheet('<c><v>1</v></c><c/><c t="inlineStr"><is><t>甲</t></is></c>'))
    assert found.rows == [[found.rows[0][0], None, "甲"]]


def test_what_is_hidden_or_merged():
    found = read(
        sheet(
            text("A1", "x"),
            ('hidden="1"', text("A2", "x")),
            ('ht="0" customHeight="1"', text("A3", "x")),
            text("A4", "x"),
            before='<sheetPr filterMode="1"/><cols><col min="2" max="3" hidden="1" width="9"/>'
            '<col min="5" max="5" width="0"/></cols>',
            after='<autoFilter ref="A1:A4"/><mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
        )
    )
    assert (found.hidden_rows, found.hidden_columns, found.filtered) == ({2, 3}, {2, 3, 5}, True)
    assert [(one.top, one.left, one.bottom, one.right) for one in found.merged] == [(1, 1, 2, 2)]


def test_a_worksheet_whose_rows_are_hidden_unless_they_say_otherwise():
    found = read(
        sheet(
            text("A1", "x"),
            ('hidden="0"', text("A2", "x")),
            before='<sheetFormatPr zeroHeight="1"/>',
        )
    )
    assert found.hidden_rows == {1}


def test_names_and_hidden_worksheets():
    book = Workbook.open(
        package(
            sheet(), sheet(), sheet(), states=["visible", "hidden", "veryHidden"], names=["一"]
        ),
        9,
    )
    assert book.names == ("一", "表2", "表3")
    assert [book.is_hidden(name) for name in book.names] == [False, True, True]
    assert book.read("一").rows == []


def test_a_format_alone_is_no_content():
    assert read(sheet(text("A1", "x"), '<c r="XFD2" s="1"/>'), formats=["0"]).rows == [["x"]]


def test_too_many_rows_or_columns():
    for cell in ('<c r="XFD1"><v>1</v></c>', '<c r="A2"><v>1</v></c>'):
        with pytest.raises(WideWorkbookError):
            read(sheet("", ('r="200"', cell)) if "A2" in cell else sheet(cell))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>7</v></c>',
        '<c r="A1"><v>viel</v></c>',
        '<c r="A1"><v>NaN</v></c>',
        '<c r="11"><v>1</v></c>',
        '<c r="A1" t="d"><v>morgens</v></c>',
        '<c r="A1" t="q"><v>1</v></c>',
        '<c r="A1"',
    ],
)
def test_what_nobody_writes_is_damage(cell):
    with pytest.raises(DamagedWorkbookError):
        read(sheet(cell))


def test_a_worksheet_cannot_reach_outside(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    found = read(entity + sheet('<c r="A1" t="inlineStr"><is><t>&e;</t></is></c>'))
    assert found.rows in ([], [[None]])


def test_a_number_says_how_it_is_shown():
    (found,) = row('<c r="A1" s="1"><v>12345</v></c>', formats=["00000000"])
    assert isinstance(found, Numeric)
    assert shown(found) == "00012345"

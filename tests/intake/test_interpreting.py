"""What becomes of each kind of cell in each type of field.

``tools/refusals.py`` prints the table of CELLS and FIELDS into docs/refusals.md.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from workbooks import number

from rmdocs.findings import Severity
from rmdocs.intake.cells import Failure, day
from rmdocs.intake.interpreting import interpret
from rmdocs.messages import Language
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.schemas.patterns import admits

ROOT = Path(__file__).parents[2]
ACCOUNTING = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '

FIELDS = {
    "text": Field(
        name="x", kind=FieldKind.TEXT, title="名称", required=True, pattern="^[^\\n]*\\S[^\\n]*$"
    ),
    "digits": Field(
        name="x", kind=FieldKind.TEXT, title="帐号", required=True, pattern=r"^\d{8,32}$"
    ),
    "amount": Field(name="x", kind=FieldKind.DECIMAL, title="金额", required=True),
    "percent": Field(name="x", kind=FieldKind.DECIMAL, title="年利率（%）", required=True),
    "integer": Field(name="x", kind=FieldKind.INTEGER, title="份数", required=True),
    "number": Field(name="x", kind=FieldKind.NUMBER, title="数量", required=True),
    "date": Field(name="x", kind=FieldKind.DATE, title="日期", required=True),
    "time": Field(name="x", kind=FieldKind.TIME, title="时间", required=True),
    "yes or no": Field(name="x", kind=FieldKind.BOOLEAN, title="已签", required=True),
    "choice": Field(
        name="x", kind=FieldKind.TEXT, title="级别", required=True, choices=("重要", "常规")
    ),
    "list": Field(
        name="x",
        kind=FieldKind.LIST,
        title="担保人",
        required=True,
        item=Field(name="", kind=FieldKind.TEXT),
    ),
    "optional": Field(name="x", kind=FieldKind.TEXT, title="备注", pattern="^[^\\n]*\\S[^\\n]*$"),
}
CELLS = {
    "a text": "甲公司",
    "digits as text": "00012345",
    "“2026-03-02” as text": "2026-03-02",
    "12 with format General": number(12),
    "29000000.5, General": number("29000000.5"),
    "29000000.5 shown 29,000,000.50": number("29000000.5", "#,##0.00"),
    "29000000.5 shown by an accounting format": number("29000000.5", ACCOUNTING),
    "29000000.5 shown 29,000,001": number("29000000.5", "#,##0"),
    "−5 shown (5.00)": number(-5, "0.00_);(0.00)"),
    "−5 shown red 5.00, without a sign": number(-5, "0.00;[Red]0.00"),
    "0 shown −": number(0, ACCOUNTING),
    "0.033 shown 3.30%": number("0.033", "0.00%"),
    "0.03305 shown 3.31%": number("0.03305", "0.00%"),
    "3.3 shown 3.30%, the sign a text": number("3.3", '0.00"%"'),
    "“3.45%” as text": "3.45%",
    "30000000 shown 3000.0万元": number(30000000, '0!.0,"万元"'),
    "3000 shown 3000万元": number(3000, '0"万元"'),
    "30000000 shown 30,000 (in thousands)": number(30000000, "#,##0,"),
    "“3000万元” as text": "3000万元",
    "3000 shown $3,000.00": number(3000, "[$$-409]#,##0.00"),
    "3000 shown ¥3,000.00 (yuan)": number(3000, "[$¥-804]#,##0.00"),
    "3000 shown ¥3,000 (yen)": number(3000, "[$¥-411]#,##0"),
    "30000000 shown 3.00E+07": number(30000000, "0.00E+00"),
    "0.5 shown 1/2": number("0.5", "# ?/?"),
    "5 shown by a format as nothing": number(5, ";;;"),
    "12345 shown 00012345": number(12345, "00000000"),
    "12345 shown JK0012345": number(12345, '"JK"0000000'),
    "123456789012, General": number(123456789012),
    "6222021234567890123": number("6222021234567890123"),
    "1E+20": number("1e20"),
    "“6.22202E+18” as text": "6.22202E+18",
    "2026-03-02": day(date(2026, 3, 2)),
    "2026-03-02 shown 2026年3月": day(date(2026, 3, 2), 'yyyy"年"m"月"'),
    "2026-03-02 shown 3/2/26": day(date(2026, 3, 2), "m/d/yy"),
    "2026-03-02 09:30": day(datetime(2026, 3, 2, 9, 30), "yyyy-mm-dd hh:mm"),
    "2026-03-02 09:30 shown 2026-03-02": day(datetime(2026, 3, 2, 9, 30)),
    "09:30": number("0.395833333333333", "h:mm"),
    "46083, General": number(46083),
    "20260302, General": number(20260302),
    "45 in the format of a date": number(45, "yyyy-mm-dd"),
    "“2026/3/2” as text": "2026/3/2",
    "“26-3-2” as text": "26-3-2",
    "“2026-03-02 09:30” as text": "2026-03-02 09:30",
    "“2026-03-02 00:00:00” as text": "2026-03-02 00:00:00",
    "TRUE": True,
    "“是” as text": "是",
    "无": "无",
    "/": "/",
    "—": "—",
    "full-width １２３４５６７８": "１２３４５６７８",
    "3700 0000-0000 0011": "3700 0000-0000 0011",
    "甲、乙，丙": "甲、乙，丙",
    "甲、乙": "甲、乙",
    "Acme Co., Ltd": "Acme Co., Ltd",
    "#N/A": Failure(shown="#N/A"),
    "#FIELD!": Failure(shown="#FIELD!"),
    "#名称?, as text": "#名称?",
    "2026-03-02 23:59:59.9 shown 2026-03-02": number("46083.999999", "yyyy-mm-dd"),
    "a formula without its value": Failure(shown="#N/A", unsaved=True),
}


def outcome(cell, field):
    """Return what becomes of a cell, as docs/refusals.md says it."""
    read = interpret(cell, field)
    if read.refused:
        return next(one.code for one in read.findings if one.severity is Severity.ERROR)
    if not read.filled:
        return "none (told)"
    if field.choices and read.value not in field.choices:
        return "SCHEMA-ENUM"
    if field.kind is FieldKind.TEXT and field.pattern and not admits(field.pattern, read.value):
        return "SCHEMA-PATTERN"
    told = " (told)" if read.findings else ""
    value = "、".join(read.value) if isinstance(read.value, list) else read.value
    shown = {True: "是", False: "否"}.get(value, value) if isinstance(value, bool) else value
    return f"`{shown}`{told}".replace("|", "\\|")


def table():
    """Return the table of docs/refusals.md."""
    lines = [f"| cell | {' | '.join(FIELDS)} |", f"|---|{'---|' * len(FIELDS)}"]
    lines += [
        f"| {name} | {' | '.join(outcome(cell, field) for field in FIELDS.values())} |"
        for name, cell in CELLS.items()
    ]
    return "\n".join(lines) + "\n"


def test_the_document_says_what_the_reader_does():
    assert table() in (ROOT / "docs" / "refusals.md").read_text("utf-8")


@pytest.mark.parametrize("name", CELLS)
def test_a_finding_is_told_in_words(name):
    for field in FIELDS.values():
        for finding in interpret(CELLS[name], field).findings:
            assert finding.code.startswith("CELL-")
            for language in Language:
                said = finding.message.text(language) + finding.remedy.text(language)
                assert "{" not in said
                assert "^" not in said
            if finding.severity is Severity.ERROR:
                assert finding.remedy.text(Language.ZH)


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("0.033 shown 3.30%", "percent", "`3.30`"),
        ("0.033 shown 3.30%", "amount", "CELL-PERCENT"),
        ("0.033 shown 3.30%", "text", "CELL-FORMAT"),
        ("0.03305 shown 3.31%", "percent", "CELL-ROUNDED"),
        ("3.3 shown 3.30%, the sign a text", "percent", "`3.30`"),
        ("6222021234567890123", "digits", "CELL-DIGITS"),
        ("1E+20", "amount", "CELL-DIGITS"),
        ("“6.22202E+18” as text", "text", "CELL-DIGITS"),
        ("12345 shown 00012345", "text", "`00012345`"),
        ("12345 shown JK0012345", "text", "`JK0012345` (told)"),
        ("123456789012, General", "digits", "`123456789012` (told)"),
        ("30000000 shown 3000.0万元", "amount", "`30000000.00` (told)"),
        ("3000 shown 3000万元", "amount", "CELL-ROUNDED"),
        ("30000000 shown 30,000 (in thousands)", "amount", "CELL-ROUNDED"),
        ("−5 shown red 5.00, without a sign", "amount", "CELL-ROUNDED"),
        ("3000 shown $3,000.00", "amount", "CELL-CURRENCY"),
        ("3000 shown ¥3,000 (yen)", "amount", "CELL-CURRENCY"),
        ("5 shown by a format as nothing", "amount", "CELL-FORMAT"),
        ("46083, General", "date", "CELL-DATE"),
        ("20260302, General", "date", "`2026-03-02`"),
        ("45 in the format of a date", "date", "CELL-DATE"),
        ("2026-03-02", "text", "CELL-DATE"),
        ("2026-03-02", "amount", "CELL-DATE"),
        ("2026-03-02 09:30", "date", "CELL-TIME"),
        ("2026-03-02 09:30", "time", "CELL-TIME"),
        ("“2026-03-02 09:30” as text", "date", "CELL-TIME"),
        ("2026-03-02 shown 2026年3月", "date", "`2026-03-02` (told)"),
        ("“26-3-2” as text", "date", "CELL-VALUE"),
        ("“2026-03-02” as text", "digits", "SCHEMA-PATTERN"),
        ("无", "list", "none (told)"),
        ("/", "optional", "none (told)"),
        ("—", "date", "CELL-NONE"),
        ("无", "text", "CELL-NONE"),
        ("Acme Co., Ltd", "list", "CELL-LIST"),
        ("Acme Co., Ltd", "text", "`Acme Co., Ltd`"),
        ("甲、乙，丙", "list", "CELL-LIST"),
        ("3700 0000-0000 0011", "digits", "`3700000000000011` (told)"),
        ("TRUE", "text", "CELL-VALUE"),
        ("a formula without its value", "optional", "CELL-FORMULA"),
    ],
)
def test_a_cell_and_its_field(name, field, expected):
    assert outcome(CELLS[name], FIELDS[field]) == expected


def test_in_an_account_of_many_words_none_is_an_answer():
    field = Field(name="x", kind=FieldKind.TEXT, title="情况", required=True, pattern=r"\S")
    assert interpret("无", field).value == "无"


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("甲；乙;丙", ["甲", "乙", "丙"]),
        ("甲，乙,丙", ["甲", "乙", "丙"]),
        ("甲\n乙\r\n", ["甲", "乙"]),
        ("Acme Co., Ltd；甲", ["Acme Co., Ltd", "甲"]),
        ("Acme Co., Ltd\n", ["Acme Co., Ltd"]),
        ("RXD7200-01-JN01-2026-0001,RXD7200-02-JN01-2026-0002", None),
        ("Smith, John", None),
        ("甲公司/乙公司", None),
        ("甲公司 乙公司", None),
        ("甲公司/乙公司；", ["甲公司/乙公司"]),
        ("1,000", None),
        ("甲、乙；丙", None),
    ],
)
def test_entries_of_a_list(cell, entries):
    read = interpret(cell, FIELDS["list"])
    if cell.startswith("RXD"):
        assert read.value == cell.split(",")
    elif entries is None:
        assert [one.code for one in read.findings] == ["CELL-LIST"]
    else:
        assert (read.value, read.findings) == (entries, ())


# What the person sees is what the record says, or there is a finding. ----------

values = st.decimals(-(10**11), 10**11, places=4, allow_nan=False, allow_infinity=False)


def displayed(value, places, *, grouped=False, percent=False):
    """Return a number as a spreadsheet shows it, by Python's own formatting."""
    shown = (value * 100 if percent else value).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )
    return f"{shown:{',' if grouped else ''}.{places}f}{'%' if percent else ''}"


@given(values, st.integers(0, 5), st.booleans(), st.booleans())
def test_an_amount_without_a_finding_is_the_one_displayed(value, places, grouped, percent):
    assume(len(value.normalize().as_tuple().digits) <= 15)
    code = f"{'#,##0' if grouped else '0'}{'.' if places else ''}{'0' * places}"
    code += "%" if percent else ""
    seen = displayed(value, places, grouped=grouped, percent=percent)
    for name in ("amount", "percent", "number"):
        read = interpret(number(value, code), FIELDS[name])
        if not read.findings:
            said = Decimal(str(read.value))
            assert said == Decimal(seen.replace(",", "").removesuffix("%"))
            assert name == "percent" or not percent


@given(st.integers(0, 10**14), st.integers(1, 15))
def test_a_text_without_a_finding_is_the_one_displayed(value, width):
    read = interpret(number(value, "0" * width), FIELDS["text"])
    assert (read.value, read.findings) == (str(value).zfill(width), ())


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)), st.integers(0, 86_399))
def test_a_date_without_a_finding_is_the_one_displayed(on, second):
    moment = datetime(on.year, on.month, on.day, second // 3600, second // 60 % 60, second % 60)
    read = interpret(day(moment, "yyyy-mm-dd hh:mm:ss"), FIELDS["date"])
    assert read.refused is bool(second)
    assert second or read.value == on.isoformat()
    timed = interpret(number(Decimal(second) / 86_400, "hh:mm:ss"), FIELDS["time"])
    assert timed.refused is bool(second % 60)
    assert second % 60 or timed.value == f"{moment:%H:%M}"

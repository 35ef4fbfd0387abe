"""The values of a report, and how cells read."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.messages import Bilingual, Language
from rmdocs.reports.report import (
    Column,
    cell_text,
    head_texts,
    note_texts,
    printed_columns,
    printed_rows,
    rows_json,
    shown,
    text_rows,
)

ZH, EN = Language.ZH, Language.EN


def test_rows_as_json_by_the_names_of_the_columns(report):
    first, second = rows_json(report(2), EN)
    assert first == {
        "number": "RXD7200-04-C0001",
        "holder": "=cmd|'/c calc'!A0",
        "issued": "2026-03-03",
        "signed": "2026-03-02T09:30:00+00:00",
        "sheets": 1,
        "amount": "1234567.50",
        "remark": "in use",
    }
    assert second["signed"] is None
    assert json.loads(json.dumps(second)) == second


def test_rows_as_a_terminal_prints_them(report):
    [line] = text_rows(report(1), ZH)
    assert line[2:] == ("2026-03-03", "2026-03-02 09:30", "1", "1234567.50", "在用")
    assert text_rows(report(2), EN)[1][3] == ""


def test_paper_counts_the_rows(report):
    counted, plain = report(3), report(3, numbered=False)
    assert [row[0] for row in printed_rows(counted)] == [1, 2, 3]
    assert len(printed_columns(counted)) == len(counted.columns) + 1
    assert printed_rows(plain) == plain.rows
    assert printed_columns(plain) == plain.columns
    assert counted.width == plain.width + 6


def test_a_wide_report_lies_on_its_side(report):
    narrow = (Column(name="number", title=Bilingual(zh="受控号", en="copy"), width=18),)
    assert report(1).is_wide
    assert not report(1, columns=narrow, rows=()).is_wide


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": (("one",),)},
        {"columns": (), "rows": ()},
        {"columns": (Column(name="a", title=Bilingual(zh="a", en="a"), width=0),), "rows": ()},
    ],
)
def test_a_table_that_is_none_is_refused(report, changes):
    with pytest.raises(ValueError, match="copies"):
        report(0, **changes)


def test_the_day_is_said_in_the_reader_s_language(report):
    assert head_texts(report(0), EN) == ("Shandong branch", "as of 2026-03-02")
    assert "2026年3月2日" in head_texts(report(0), ZH)[1]
    assert head_texts(report(0, as_of=None), EN)[1] == ""


def test_notes_are_counted_where_there_are_several(report):
    both = report(0)
    assert note_texts(both, EN) == ("Note 1: 受控号不重复使用。", "Note 2: =1+1 & <b>")
    assert note_texts(replace(both, notes=both.notes[:1]), EN) == ("Note: 受控号不重复使用。",)
    assert note_texts(replace(both, notes=()), EN) == ()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (0, "0"),
        (Decimal("1E+3"), "1000"),
        (date(2004, 6, 8), "2004-06-08"),
        (datetime(2004, 6, 8, 7, 5, 9, tzinfo=UTC), "2004-06-08 07:05"),
        (Bilingual(zh="在用", en="in use"), "in use"),
        ("a\x00b\ud800", "a[U+0000]b[U+D800]"),
        ("两行\n\t", "两行\n\t"),
    ],
)
def test_a_cell_reads_as_what_it_is(cell, text):
    assert cell_text(cell, EN) == text


@given(st.text())
def test_what_is_shown_can_be_written_and_says_all_of_it(text):
    told = shown(text)
    told.encode("utf-8")
    assert len(told) >= len(text)
    assert shown(told) == told

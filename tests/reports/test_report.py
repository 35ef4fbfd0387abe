"""The values of a report, and how cells read."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from rmdocs.messages import Bilingual, Language, Verbatim
from rmdocs.reports.report import (
    Column,
    Report,
    cell_text,
    head_texts,
    note_texts,
    printed_columns,
    printed_rows,
    rows_json,
    shown,
    text_rows,
    write_html,
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


def test_says_its_language_and_all_that_the_report_says(report):
    page = html.document_fromstring(write_html([report(2)], ZH))
    assert page.get("lang") == "zh-CN"
    assert page.findtext(".//h1") == "文件发放/回收登记表"
    assert [cell.text for cell in page.iterfind(".//th")][1:3] == ["受控号", "持有人"]
    cells = [cell.text or "" for cell in page.find(".//tbody/tr").iterfind("td")]
    assert cells[:2] == ["1", "RXD7200-04-C0001"]
    assert cells[3:7] == ["2026-03-03", "2026-03-02 09:30", "1", "1234567.50"]
    assert "2026年3月2日" in page.text_content()
    assert html.document_fromstring(write_html([report(0)], EN)).get("lang") == "en"


def test_whatever_a_cell_holds_stays_text():
    nasty = "</td><script>alert(1)</script>&amp;\"' {{ 7 * 7 }}"
    column = Column(name="a", title=Verbatim(nasty))
    made = Report(
        name="a",
        title=Verbatim(nasty),
        columns=(column,),
        rows=((nasty,),),
        notes=(Verbatim(nasty),),
    )
    written = write_html([made], EN)
    assert "<script" not in written
    page = html.document_fromstring(written)
    for path in (".//title", ".//h1", ".//th[2]", ".//td[2]"):
        assert page.findtext(path) == nasty
    assert nasty in page.findtext(".//p[@class='note']")


def test_needs_nothing_from_elsewhere(report):
    written = write_html([report(2)], ZH)
    assert not re.search(r"<(script|link|img|iframe)|https?:|url\(|@import", written)


def test_several_reports_begin_a_page_each_and_lie_as_they_fit(report):
    narrow = report(0, columns=(Column(name="a", title=Verbatim("a")),), rows=())
    page = html.document_fromstring(write_html([report(1), narrow], EN))
    assert [section.get("class") for section in page.iterfind(".//section")] == ["wide", None]
    assert page.find(".//section[2]//tbody/tr/td").text == "no entries"
    assert page.find(".//section[2]//tbody/tr/td").get("colspan") == "2"


def test_the_page_numbers_are_in_the_reader_s_language(report):
    assert '"page " counter(page) " of " counter(pages)' in write_html([report(0)], EN)


def test_no_report_at_all_is_an_empty_page():
    assert html.document_fromstring(write_html([], EN)).find(".//section") is None

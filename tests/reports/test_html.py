"""The page: well-formed, escaped, complete in itself."""

import re

from lxml import html

from rmdocs.messages import Language, Verbatim
from rmdocs.reports.html import write_html
from rmdocs.reports.report import Column, Report

ZH, EN = Language.ZH, Language.EN


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

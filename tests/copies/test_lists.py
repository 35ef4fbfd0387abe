"""文件发放/回收登记表 and the list of what is to come back, now and on a day."""

from __future__ import annotations

from datetime import date

import pytest
from custody import DOCUMENT, HOLDER, LATER, OUTSIDE, TODAY, TOMORROW

from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.registers.copies import CopyStatus
from rmdocs.reports.report import head_texts, rows_json
from rmdocs.reports.xlsx import write_xlsx
from rmdocs.workspace import copies

EN = Language.EN


def rows(report):
    return rows_json(report, EN)


def test_one_row_a_copy_with_all_that_happened(custody):
    number = custody.in_status(CopyStatus.HELD).number
    copies.recall(custody.by(day=TOMORROW), number, "换岗")
    copies.return_(custody.by(day=LATER), number, "完好")
    [row] = rows(copies.report(custody.by()))
    assert row["title"]
    assert {key: value for key, value in row.items() if key != "title"} == {
        "copy": "RXD7200-04-C0001",
        "revision": "1.0",
        "holder": "王样例（JN01-0101）",
        "issued_on": "2026-06-01",
        "issued_by": "档案示例",
        "receipt": "王样例",
        "received_on": "2026-06-01",
        "recalled_on": "2026-06-02",
        "returned_on": "2026-07-01",
        "taken_by": "档案示例",
        "status": "taken back",
        "remark": "完好",
    }


def test_links_and_swaps_are_remarked(custody):
    first, second = custody.issue().number, custody.issue(outside=OUTSIDE).number
    copies.lose(custody.by(), first, "遗失")
    copies.replace(custody.by(day=TOMORROW), second, "浸水")
    copies.acknowledge(custody.by(day=LATER), second, signed_by="孙会计", on=TOMORROW)
    found = {row["copy"]: row for row in rows(copies.report(custody.by()))}
    assert found["RXD7200-04-C0001"]["remark"] == "replaced by RXD7200-04-C0003, 遗失"
    assert found["RXD7200-04-C0001"]["status"] == "lost, void"
    assert found["RXD7200-04-C0003"]["remark"] == "in place of RXD7200-04-C0001, lost"
    swapped = found["RXD7200-04-C0002"]
    assert swapped["remark"] == "damaged, swapped: exemplar 2, 浸水"
    assert (swapped["issued_on"], swapped["received_on"]) == ("2026-06-02", "2026-06-02")
    assert (swapped["holder"], swapped["receipt"]) == (OUTSIDE, "孙会计")


def test_as_it_was_on_a_day_and_of_one_document(custody):
    number = custody.issue(TODAY).number
    custody.issue(TODAY, document=DocumentNumber("RXD7200-01"))
    copies.return_(custody.by(day=LATER), number)
    group = custody.by(day=LATER)
    assert [row["status"] for row in rows(copies.report(group, DOCUMENT))] == ["taken back"]
    [row] = rows(copies.report(group, DOCUMENT, TOMORROW))
    assert (row["status"], row["returned_on"]) == ("issued, receipt not signed", None)
    assert len(rows(copies.report(group, on=TODAY))) == 2
    assert rows(copies.report(group, on=date(2026, 5, 31))) == []
    assert copies.report(group, on=TODAY).as_of == TODAY


def test_what_is_out_of_date_or_recalled_is_to_come_back(revised):
    held, returned, recalled, lost = (
        revised.in_status(status).number
        for status in (
            CopyStatus.HELD,
            CopyStatus.RETURNED,
            CopyStatus.RECALLED,
            CopyStatus.ISSUED,
        )
    )
    revised.issue(TOMORROW)
    copies.lose(revised.by(day=TOMORROW), lost, "遗失")
    assert [row["copy"] for row in rows(copies.recalls(revised.by(day=TODAY)))] == [str(recalled)]
    late = revised.by(day=LATER)
    found = {row["copy"]: row for row in rows(copies.recalls(late, DOCUMENT))}
    assert set(found) == {str(held), str(recalled)}
    assert str(returned) not in found
    assert found[str(held)]["revision_status"] == "superseded"
    assert found[str(held)]["days"] is None
    assert found[str(recalled)]["days"] == 30
    copies.return_(late, held)
    copies.return_(late, recalled)
    assert rows(copies.recalls(late)) == []
    assert len(rows(copies.recalls(late, on=TODAY))) == 1


@pytest.mark.parametrize("name", ["report", "recalls"])
def test_prints_as_a_register(name, given, tmp_path):
    report = getattr(copies, name)(given.by(HOLDER))
    organisation, as_of = head_texts(report, Language.ZH)
    assert organisation == "中国建设银行股份有限公司山东省分行"
    assert "2026年6月1日" in as_of
    assert report.is_wide
    assert report.width < 200
    assert write_xlsx((report,), Language.ZH) == write_xlsx((report,), Language.ZH)

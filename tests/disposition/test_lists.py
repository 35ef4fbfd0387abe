"""The due list, the register of appraisal and destruction, certificates."""

from __future__ import annotations

import io
from datetime import date

import pytest
from archive import DUE, EARLY, IN_CLEAR, NUMBERS, OFFICER
from openpyxl import load_workbook

from rmdocs.events.control import DispositionAction
from rmdocs.messages import Language
from rmdocs.registers.holds import Held
from rmdocs.reports.report import rows_json
from rmdocs.reports.xlsx import write_xlsx
from rmdocs.workspace import disposition, records

FIRST, SECOND, THIRD = NUMBERS
CUSTOMER = "济南虚构岱岳重型机械有限公司"


def rows(report):
    return rows_json(report, Language.EN)


def test_what_is_due_and_what_can_be_done(archive, call_back):
    call_back["record"]["content"]["follow_up"] = "再次回访"
    fourth = archive.bank.walk(call_back)
    archive.day = date(2037, 1, 1)
    archive.hold(Held.record(str(FIRST)))
    archive.propose(SECOND)
    report = disposition.due(archive.at())
    found = {row["number"]: row for row in rows(report)}
    assert list(found) == [str(number) for number in (IN_CLEAR, FIRST, SECOND, THIRD, fourth)]
    assert found[str(THIRD)] == {
        "number": str(THIRD),
        "customer": CUSTOMER,
        "years": 5,
        "basis": "DA/T 98-2023",
        "due": "2032-01-01",
        "holds": "",
        "destroyable": "yes",
        "remedy": "destroy, transfer or keep longer",
    }
    told = {number: (row["holds"], row["remedy"]) for number, row in found.items()}
    assert told[str(IN_CLEAR)] == ("", "transfer or keep longer")
    assert told[str(FIRST)] == ("H2037-0001 litigation", "keep: it is held")
    assert told[str(SECOND)] == ("", "decide D2037-0001")
    assert told[str(fourth)] == ("its form", "keep: it is held")
    assert found[str(IN_CLEAR)]["destroyable"] == "no"
    assert (report.as_of, report.is_wide) == (archive.day, True)


def test_what_can_be_done_is_what_is_proposed(archive):
    archive.day = date(2037, 1, 1)
    archive.hold(Held.record(str(FIRST)))
    clerk = archive.by(OFFICER)
    assert disposition.due_numbers(clerk) == [SECOND, THIRD]
    assert disposition.due_numbers(clerk, DispositionAction.TRANSFER) == [IN_CLEAR, SECOND, THIRD]
    assert disposition.due_numbers(clerk, DispositionAction.KEEP) == [
        IN_CLEAR,
        FIRST,
        SECOND,
        THIRD,
    ]
    assert disposition.due_numbers(clerk, DispositionAction.KEEP, form="RXD7200-02") == [IN_CLEAR]
    assert disposition.due_numbers(clerk, DispositionAction.KEEP, unit="YT03") == []
    for outcome, more in (
        (DispositionAction.TRANSFER, {"archive": "档案馆"}),
        (DispositionAction.KEEP, {"until": date(2040, 1, 1)}),
        (DispositionAction.DESTROY, {}),
    ):
        numbers = disposition.due_numbers(clerk, outcome)
        disposal = archive.propose(*numbers, outcome=outcome, **more)
        disposition.reject(archive.by(OFFICER), disposal.number, "试")


@pytest.mark.parametrize(("day", "count"), [(EARLY, 0), (date(2032, 1, 1), 3), (DUE, 3)])
def test_due_on_the_day_and_not_before(archive, day, count):
    assert len(disposition.due(archive.at(), day).rows) == count


def test_the_register_lists_each_record_once_a_disposal(archive):
    assert rows(disposition.disposals(archive.at())) == []
    archive.dispose(FIRST)
    archive.propose(SECOND, THIRD)
    found = rows(disposition.disposals(archive.at()))
    assert [(row["disposal"], row["number"], row["status"]) for row in found] == [
        ("D2032-0001", str(FIRST), "certified"),
        ("D2032-0002", str(SECOND), "proposed"),
        ("D2032-0002", str(THIRD), "proposed"),
    ]
    assert found[0] | {"title": ""} == {
        "disposal": "D2032-0001",
        "number": str(FIRST),
        "title": "",
        "issued": "2026-10-23",
        "years": 5,
        "due": "2032-01-01",
        "outcome": "destroy",
        "status": "certified",
        "proposed_by": "档案示例",
        "approved_by": "审计示例",
        "certified_on": "2032-01-02",
    }
    assert rows(disposition.disposals(archive.at(), on=EARLY)) == []


def test_the_certificate_names_each_document_and_both_people(archive):
    shown = [records.show(archive.at(), FIRST, edition) for edition in (1, 2)]
    disposal = archive.propose(FIRST)
    proposed = disposition.certificate(archive.at(), disposal.number)
    assert proposed.title.text(Language.EN) == "List for appraisal D2032-0001"
    assert len(proposed.signatures) == 3
    archive.approve(disposal)
    report = disposition.certificate(archive.at(), disposal.number)
    assert report.title.text(Language.EN) == "Certificate of destruction D2032-0001"
    found = rows(report)
    assert [(row["document"], row["sha256"]) for row in found] == [
        ("e1.docx", shown[0].files[0].sha256),
        ("e2.docx", shown[1].files[0].sha256),
    ]
    notes = "\n".join(note.text(Language.EN) for note in report.notes)
    for part in (
        "保管期满",
        "档案示例 (SD00-0004) on 2032-01-02, key SHA256:",
        "审计示例 (SD00-0009) on 2032-01-02, key SHA256:",
        "AES-256-SIV",
        disposal.proposal.list_sha256,
    ):
        assert part in notes
    assert report.organisation.text(Language.ZH) == "中国建设银行股份有限公司山东省分行"


def test_no_list_that_stays_says_anything_of_the_content(archive):
    disposal = archive.dispose()
    workspace = archive.at()
    for report in (
        disposition.disposals(workspace),
        disposition.certificate(workspace, disposal.number),
        disposition.holds(workspace),
    ):
        for language in Language:
            sheet = load_workbook(io.BytesIO(write_xlsx((report,), language))).active
            cells = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
            assert CUSTOMER not in cells
            assert "91370112MA3DEM019E" not in cells


def test_a_transfer_says_where_and_keeping_says_until_when(archive):
    keep = archive.propose(FIRST, outcome=DispositionAction.KEEP, until=date(2040, 1, 1))
    move = archive.propose(SECOND, outcome=DispositionAction.TRANSFER, archive="山东省档案馆")
    for disposal, part in ((keep, "2040-01-01"), (move, "山东省档案馆")):
        archive.approve(disposal)
        report = disposition.certificate(archive.at(), disposal.number)
        assert any(part in note.text(Language.EN) for note in report.notes)

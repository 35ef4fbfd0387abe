"""Reprints: what was in force on a day, and marked so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bank import Bank

from rmdocs.audit.recorddocuments import MARK
from rmdocs.cli.main import main
from rmdocs.errors import ControlError, UsageError
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import records

LOG = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
DAY = date(2026, 12, 31)


def editions(bank, number):
    acts = records.trace(bank.at(), str(number)).acts
    return [(act.edition, act.time.date()) for act in acts if act.edition]


def test_the_edition_of_the_day_and_no_other(full_bank, tmp_path):
    for edition, day in editions(full_bank, LOG):
        last = max(one for one, when in editions(full_bank, LOG) if when <= day)
        [path] = save_all(
            tmp_path / str(edition), records.reprint(full_bank.at(None, DAY), LOG, day)
        )
        assert path.name == f"{LOG}-e{last}-reprint.docx"
        text = printed_text(path.read_bytes())
        assert MARK in text
        assert f"第{last}版 截至{day.isoformat()}" in text
        assert DAY.isoformat() in text


def test_the_sealed_document_bears_no_mark(full_bank, tmp_path):
    [sealed] = save_all(tmp_path, records.export(full_bank.at(), LOG))
    assert MARK not in printed_text(sealed.read_bytes())


def test_the_same_day_gives_the_same_bytes(full_bank, tmp_path):
    one, other = (
        save_all(tmp_path / name, records.reprint(full_bank.at(None, DAY), LOG, DAY))[
            0
        ].read_bytes()
        for name in ("one", "other")
    )
    assert one == other


def test_before_its_issue_there_was_nothing(full_bank, tmp_path):
    with pytest.raises(ControlError, match="was not issued by 2026-01-01"):
        save_all(tmp_path, records.reprint(full_bank.at(), LOG, date(2026, 1, 1)))
    with pytest.raises(ControlError, match="was never given"):
        save_all(
            tmp_path,
            records.reprint(full_bank.at(), RecordNumber.parse("RXD7200-02-JN01-2031-0001"), DAY),
        )


def test_once_void_nothing_of_it_was_in_force(full_bank):
    full_bank.void(LOG, "JN01-0101", "JN01-0001", day=DAY)
    before = DAY - timedelta(days=1)
    [one] = records.reprint(full_bank.at(None, DAY), LOG, before)
    assert MARK in printed_text(one.data)
    with pytest.raises(ControlError, match=f"void since {DAY}: nothing of it was in force on"):
        records.reprint(full_bank.at(None, DAY), LOG, DAY)


def test_who_takes_what_counts_no_more_is_told(full_bank, tmp_path, capsys):
    words = ["--lang", "en", "-w", str(full_bank.root), "export", str(LOG), "--out", str(tmp_path)]
    assert main(words) == 0
    assert capsys.readouterr().err == ""
    assert main([*words, "--edition", "1"]) == 0
    assert "warning EDITION-SUPERSEDED" in capsys.readouterr().err
    full_bank.void(LOG, "JN01-0101", "JN01-0001")
    full_bank.close()
    assert main(words) == 0
    assert "warning RECORD-VOID" in capsys.readouterr().err


def test_what_will_be_in_force_nobody_can_print(full_bank):
    with pytest.raises(UsageError, match="2027-01-01 is still to come"):
        records.reprint(full_bank.at(None, DAY), LOG, DAY + timedelta(days=1))


@pytest.mark.office
@pytest.mark.fonts
def test_what_has_a_pdf_is_reprinted_from_its_word_document(agreement):
    root, number = agreement
    names = [one.name for one in records.export(Bank(root).at(), number)]
    assert [name.rpartition(".")[2] for name in names] == ["docx", "pdf"]
    [one] = records.reprint(Bank(root).at(None, DAY), number, DAY)
    assert one.name == f"{number}-e1-reprint.docx"
    assert MARK in printed_text(one.data)

"""Reprints: what was in force on a day, and marked so."""

from __future__ import annotations

from datetime import date

import pytest

from rmdocs.audit.recorddocuments import MARK
from rmdocs.errors import ControlError
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

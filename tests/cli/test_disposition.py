"""Holds and disposition on the command line."""

from __future__ import annotations

import json

import pytest
from archive import ANSWERS, AUDITOR, NUMBERS, OFFICER
from openpyxl import load_workbook

from rmdocs.cli.audit import trace
from rmdocs.cli.context import Session
from rmdocs.cli.disposition import (
    disposition_approve,
    disposition_due,
    disposition_list,
    disposition_propose,
    disposition_reject,
    hold_lift,
    hold_list,
    hold_place,
)
from rmdocs.cli.record import show
from rmdocs.cli.search import find
from rmdocs.disposition.approving import _Disposing
from rmdocs.errors import RefusedError, UsageError
from rmdocs.messages import Language

FIRST, SECOND, THIRD = map(str, NUMBERS)
WHY = ("--reason", "保管期满")


@pytest.fixture
def run(archive, monkeypatch, capsys):
    """Run a command as somebody and return what it prints."""
    monkeypatch.setattr(Session, "workspace", lambda session: archive.at(session.actor or None))

    def run(command, *arguments, actor=""):
        session = Session(language=Language.EN, path=archive.bank.root, actor=actor)
        command.main([str(one) for one in arguments], obj=session, standalone_mode=False)
        return capsys.readouterr().out

    return run


def lines(out):
    return [json.loads(line) for line in out.splitlines()]


def test_a_hold_from_placing_to_lifting(run):
    placed = run(
        hold_place, "--record", FIRST, "--kind", "litigation", "--reason", "另案", actor=AUDITOR
    )
    assert placed == f"placed H2032-0001 on {FIRST}\n"
    [listed] = lines(run(hold_list, "--json"))
    assert (listed["hold"], listed["held"], listed["placed_by"]) == (
        "H2032-0001",
        FIRST,
        "审计示例",
    )
    assert "litigation" in run(hold_list)
    assert run(hold_lift, "H2032-0001", "--reason", "结案", actor=OFFICER) == "lifted H2032-0001\n"
    assert run(hold_list) == ""
    assert len(lines(run(hold_list, "--all", "--json"))) == 1
    assert lines(run(hold_list, "--all", "--as-of", "2031-01-01", "--json")) == []


@pytest.mark.parametrize(
    "named", [(), ("--record", FIRST, "--series", "RXD7200-05-JN01-2026")], ids=["none", "two"]
)
def test_a_hold_is_on_one_thing(run, named):
    with pytest.raises(UsageError, match="a record, a customer or a series"):
        run(hold_place, *named, "--kind", "audit", *WHY, actor=AUDITOR)


def test_a_disposal_from_the_due_list_to_the_certificate(run, archive, capsys, tmp_path):
    due = lines(run(disposition_due, "--form", "RXD7200-05", "--json"))
    assert [row["number"] for row in due] == [FIRST, SECOND, THIRD]
    proposed = run(disposition_propose, FIRST, SECOND, *WHY, actor=OFFICER)
    assert proposed == "D2032-0001: destroy, 2 record(s): proposed\n"
    approved = lines(run(disposition_approve, "D2032-0001", "--json", actor=AUDITOR))
    assert approved[0] | {"list_sha256": ""} == {
        "disposal": "D2032-0001",
        "outcome": "destroy",
        "status": "certified",
        "records": [FIRST, SECOND],
        "done": [FIRST, SECOND],
        "left_out": [],
        "list_sha256": "",
    }
    shown = run(show, FIRST)
    assert "2032-01-02 D2032-0001" in shown
    assert ANSWERS[0] not in shown
    assert lines(run(show, FIRST, "--json"))[0]["disposed"] == {
        "on": "2032-01-02",
        "certificate": "D2032-0001",
    }
    assert lines(run(show, THIRD, "--json"))[0]["disposed"] is None
    assert "RECORD-DISPOSED" in run(trace, FIRST)
    assert [row["number"] for row in lines(run(find, "--status", "disposed", "--json"))] == [
        FIRST,
        SECOND,
    ]
    certificate = tmp_path / "certificate.xlsx"
    run(disposition_list, "D2032-0001", "--xlsx", certificate)
    assert "D2032-0001" in load_workbook(certificate).active["A1"].value
    disposition_list.main(
        ["D2032-0001"],
        obj=Session(language=Language.EN, path=archive.bank.root),
        standalone_mode=False,
    )
    assert "SHA-256 of the list that both signed" in "".join(capsys.readouterr())
    assert [row["status"] for row in lines(run(disposition_list, "--json"))] == ["certified"] * 2
    assert run(disposition_list, "--as-of", "2031-01-01") == ""


def test_all_that_is_due_at_once(run):
    run(hold_place, "--record", FIRST, "--kind", "audit", "--reason", "查", actor=AUDITOR)
    assert run(disposition_propose, "--all-due", *WHY, actor=OFFICER) == (
        "D2032-0001: destroy, 2 record(s): proposed\n"
    )
    with pytest.raises(UsageError, match="no record is named"):
        run(disposition_propose, "--all-due", "--unit", "YT03", *WHY, actor=OFFICER)
    kept = ("--outcome", "keep", "--until", "2035-01-01")
    assert run(disposition_propose, "--all-due", *kept, *WHY, actor=OFFICER) == (
        "D2032-0002: keep longer, 1 record(s): proposed\n"
    )
    assert run(disposition_reject, "D2032-0002", "--reason", "再议", actor=AUDITOR) == (
        "D2032-0002: keep longer, 1 record(s): rejected\n"
    )


def test_what_was_left_out_is_told(run, archive, monkeypatch, capsys):
    run(disposition_propose, FIRST, SECOND, *WHY, actor=OFFICER)
    with monkeypatch.context() as patched:
        patched.setattr(_Disposing, "carry_out", lambda _: None)
        run(disposition_approve, "D2032-0001", actor=AUDITOR)
    archive.hold()
    session = Session(language=Language.EN, path=archive.bank.root, actor=AUDITOR)
    disposition_approve.main(["D2032-0001"], obj=session, standalone_mode=False)
    told = capsys.readouterr()
    assert told.out == "D2032-0001: destroy, 1 record(s): certified\n"
    assert told.err == f"left out after the approval: {FIRST} (DISPOSAL-HELD)\n"


def test_refusals_and_calls_that_mean_nothing(run):
    with pytest.raises(RefusedError):
        run(disposition_propose, "RXD7200-02-JN01-2026-0001", *WHY, actor=OFFICER)
    for arguments in ((), (FIRST, "--all-due")):
        with pytest.raises(UsageError, match="either records are named, or all that are due"):
            run(disposition_propose, *arguments, *WHY, actor=OFFICER)
    with pytest.raises(UsageError, match="the same on every day"):
        run(disposition_list, "D2032-0001", "--as-of", "2032-01-01")
    with pytest.raises(UsageError, match="nobody acts"):
        run(disposition_propose, FIRST, *WHY)

"""Closing statements that do not agree with their volumes are found by verifying."""

from __future__ import annotations

import shutil
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from bank import Bank
from forged import OFFICER, append, issue_again
from notices import FORM, ISSUED, issue, notice

from rmdocs import canonical
from rmdocs.events.control import SeriesClosed
from rmdocs.identifiers import RecordNumber, Series, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.series import CLOSED_NAME, series_path, stated
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.workspace import store

SERIES = Series(form=FORM, unit=UnitCode("JN01"), year=2026)
NEW_YEAR = date(2027, 1, 1)
PLACE = f"control:{series_path(SERIES)}/{CLOSED_NAME}"


@pytest.fixture(scope="module")
def issued(founded, place):
    bank = Bank(Path(shutil.copytree(founded, place / "closings" / "bank")))
    numbers = [issue(bank, notice(bank, "JN01", no)) for no in ("甲", "乙")]
    bank.void(numbers[1], "JN01-0101", "JN01-0001", day=ISSUED)
    yield bank.root
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def bank(issued, copied):
    return copied(issued)


@pytest.fixture
def statement(bank):
    """The statement as it must be, as JSON to be made wrong."""
    volume = RecordNumber(series=SERIES, serial=1).volume
    head = bank.at().store.require_head(volume.ref)
    return deepcopy(stated(SERIES, {volume: head}).to_json())


def seal(bank, data: bytes, path: str = f"{series_path(SERIES)}/{CLOSED_NAME}"):
    """Seal a closing statement as it is, whatever it says."""
    directory = path.rpartition("/")[0]
    file = NewFile(path=path, data=data, media_type="application/json")
    new_event = NewEvent(
        facts=SeriesClosed(given=0, void=0), subject=str(SERIES), directory=directory, files=(file,)
    )
    append(bank, OFFICER, new_event, day=NEW_YEAR)


def said(bank):
    """Verify; return the one code of all findings, and what they say."""
    findings = store.verify(bank.afterwards()).findings
    [code] = {finding.code for finding in findings}
    return code, [finding.message.text(Language.EN) for finding in findings]


def test_as_it_should_be(bank, statement):
    seal(bank, canonical.encode(statement))
    assert bank.codes() == set()


def test_another_count(bank, statement):
    statement["given"] = statement["volumes"][0]["given"] = 1
    statement["last"] = "RXD7200-04-JN01-2026-0001"
    seal(bank, canonical.encode(statement))
    code, sentences = said(bank)
    assert code == "CLOSING-DISAGREES"
    assert any("gave 2 number(s), not 1" in sentence for sentence in sentences)


def test_a_void_left_out(bank, statement):
    statement["void"] = []
    seal(bank, canonical.encode(statement))
    assert said(bank) == (
        "CLOSING-DISAGREES",
        ["it does not name RXD7200-04-JN01-2026-0002, which was void"],
    )


def test_a_void_made_up(bank, statement):
    statement["void"].insert(0, "RXD7200-04-JN01-2026-0001")
    seal(bank, canonical.encode(statement))
    assert said(bank) == (
        "CLOSING-DISAGREES",
        ["it names RXD7200-04-JN01-2026-0001, which was not void"],
    )


@pytest.mark.parametrize("part", ["root", "size"])
def test_a_checkpoint_that_never_was(bank, statement, part):
    checkpoint = statement["volumes"][0]["checkpoint"]
    if part == "size":
        checkpoint["size"] += 7
    else:
        checkpoint["root"] = canonical.sha256(b"other")
    seal(bank, canonical.encode(statement))
    code, [sentence] = said(bank)
    assert code == "CLOSING-DISAGREES"
    assert "never stood at the checkpoint" in sentence


def test_a_volume_it_does_not_speak_of(bank, statement):
    statement.update(volumes=[], given=0, last=None, void=[])
    seal(bank, canonical.encode(statement))
    code, [sentence] = said(bank)
    assert code == "CLOSING-DISAGREES"
    assert "does not speak of the volume RXD7200-04/JN01/2026/1" in sentence


@pytest.mark.parametrize("data", [b"{}", b"no JSON", b'{"series":"x"}'])
def test_one_that_cannot_be_read(bank, data):
    seal(bank, data)
    findings = store.verify(bank.afterwards()).findings
    assert {finding.code for finding in findings} == {"CLOSING-DISAGREES"}
    assert {finding.path for finding in findings} == {PLACE}


def test_one_where_none_belongs(bank, statement):
    seal(bank, canonical.encode(statement), f"volumes/nowhere/at/all/{CLOSED_NAME}")
    assert "CLOSING-UNREADABLE" in bank.codes()


def test_a_number_given_after_it(bank, statement):
    seal(bank, canonical.encode(statement))
    issue_again(bank, RecordNumber(series=SERIES, serial=2), NEW_YEAR)
    code, sentences = said(bank)
    assert code == "CLOSING-DISAGREES"
    assert "gave 3 number(s), not 2" in sentences[0]

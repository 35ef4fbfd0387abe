"""Tracing by number, file and digest."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest
from bank import Bank
from chronicle import chronicle
from plaingit import with_file

from rmdocs.errors import ControlError, RmdocsError
from rmdocs.folders import find, read, save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records

NOTICE = "RXD7200-04-JN01-2026-0001"
AGREEMENT = "RXD7200-01-JN01-2026-0001"


@pytest.fixture
def documents(shared_bank, tmp_path):
    """The notice's document in each edition."""
    number = RecordNumber.parse(NOTICE)
    return {
        edition: save_all(tmp_path, records.export(shared_bank.at(), number, edition))[0]
        for edition in range(1, 6)
    }


def test_by_number(shared_bank):
    trace = records.trace(shared_bank.at(), NOTICE)
    assert [act.kind for act in trace.acts] == ["issue", "stage", "stage", "stage", "stage"]
    assert [act.stage for act in trace.acts][1:] == [
        "delivery",
        "receipt",
        "outcome",
        "post_recovery",
    ]
    assert {act.name for act in trace.acts} == {"王样例"}
    assert trace.findings == ()
    assert [one.name for one in trace.signers] == ["编制示例", "审核示例", "批准示例"]


def test_tells_what_it_refers_to_and_what_refers_to_it(full_bank, visit):
    visit["record"]["related"] = [AGREEMENT]
    visit["record"]["content"]["visit"]["topic"] = "协议回访"
    number = str(full_bank.issue(visit, date(2026, 12, 31)))
    assert records.trace(full_bank.at(), number).related == (AGREEMENT,)
    assert number in records.trace(full_bank.at(), AGREEMENT).related_from


def test_by_file_whatever_its_name(shared_bank, documents, tmp_path):
    renamed = documents[5].rename(tmp_path / "renamed.docx")
    trace = records.trace(shared_bank.at(), read(renamed))
    assert (str(trace.number), trace.edition, trace.findings) == (NOTICE, 5, ())


def test_by_digest(shared_bank, documents):
    digest = hashlib.sha256(documents[5].read_bytes()).hexdigest()
    for target in (digest, digest.upper()):
        trace = records.trace(shared_bank.at(), target)
        assert (str(trace.number), trace.edition) == (NOTICE, 5)


def test_a_superseded_edition_says_so(shared_bank, documents):
    trace = records.trace(shared_bank.at(), read(documents[2]))
    assert (trace.edition, trace.current_edition) == (2, 5)
    assert [finding.code for finding in trace.findings] == ["EDITION-SUPERSEDED"]


def test_a_void_record_says_so(full_bank):
    number = RecordNumber.parse(NOTICE)
    full_bank.void(number, "JN01-0101", "JN01-0001", "贷款已提前收回")
    trace = records.trace(full_bank.at(), NOTICE)
    assert trace.status == "voided"
    assert [finding.code for finding in trace.findings] == ["RECORD-VOID"]
    act = trace.acts[-1]
    assert (act.kind, act.reason, act.approved_by) == ("void", "贷款已提前收回", "郑部长")


def test_a_changed_file_is_not_known(shared_bank, documents):
    documents[5].write_bytes(documents[5].read_bytes() + b" ")
    with pytest.raises(ControlError) as refusal:
        records.trace(shared_bank.at(), read(documents[5]))
    assert refusal.value.exit_code == 3


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("0" * 64, 3),
        ("RXD7200-04-JN01-2026-0002", 3),
        ("RXD7200-04-ZB02-2026-0001", 3),
        ("RXD7200-99-JN01-2026-0001", 3),
        ("nothing", 2),
        ("", 2),
        ("no/such/file.docx", 2),
        ("a\x00b", 2),
        ("x" * 5000, 2),
    ],
)
def test_what_is_unknown_is_refused(shared_bank, target, code):
    with pytest.raises(RmdocsError) as refusal:
        records.trace(shared_bank.at(), target)
    assert refusal.value.exit_code == code


def test_what_names_no_file(tmp_path):
    for text in ("", "no/such/file.docx", "a\x00b", "x" * 5000, str(tmp_path)):
        assert find(text) is None


def test_show_gives_any_edition(shared_bank):
    number = RecordNumber.parse(NOTICE)
    assert records.show(shared_bank.at(), number).documents == (f"{NOTICE}-e5.docx",)
    assert records.show(shared_bank.at(), number, 1).documents == (f"{NOTICE}-e1.docx",)
    with pytest.raises(ControlError):
        records.show(shared_bank.at(), number, 6)


def test_what_a_record_says_is_said_in_the_words_of_its_form(full_bank):
    for record in records.find(full_bank.at(), Query()):
        shown = records.show(full_bank.at(), RecordNumber.parse(record.number))
        places = [place.text(Language.ZH) for said in shown.said for place, _ in said.lines]
        assert places
        assert [
            place for place in places if re.search(r"content|[a-z]+_[a-z]|\[\d|\$", place)
        ] == []


def test_a_file_that_nobody_sealed_is_told(full_bank):
    ref = RecordNumber.parse(NOTICE).volume.ref
    with_file(full_bank, "00/00/01/editions/1/note.txt", b"hello", ref)
    assert "FILE-UNSEALED" in {one.code for one in records.trace(full_bank.at(), NOTICE).findings}


def test_a_revision_that_nobody_released_is_told(full_bank):
    with_file(full_bank, "forms/RXD7200-04/1.0/events", None, CONTROL_REF)
    assert "FILE-UNSEALED" in {one.code for one in records.trace(full_bank.at(), NOTICE).findings}


def test_the_form_of_an_older_edition_is_looked_at(once, founded, copied_in_git):
    lived = once.copy(founded, "chronicle", lambda root: chronicle(Bank(root)))[0]
    bank = copied_in_git(lived)
    number = RecordNumber.parse(NOTICE)
    older, newer = (records.export(bank.at(), number, edition)[0] for edition in (1, None))
    with_file(bank, "forms/RXD7200-04/1.0/template.docx", b"changed", CONTROL_REF)
    bank.close()
    codes = [
        {one.code for one in records.trace(bank.at(), file).findings} for file in (older, newer)
    ]
    assert "FILE-CHANGED" in codes[0] - codes[1]

"""Destroyable records: nothing of their content stands in clear, and all still works."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date

import pytest

from rmdocs import canonical
from rmdocs.errors import ControlError, KeyAbsentError
from rmdocs.events.facts import Unknown
from rmdocs.events.records import EditionFacts, RecordAmended, Unit
from rmdocs.folders import read, save_all
from rmdocs.identifiers import RecordNumber, UnitCode
from rmdocs.issuing.registry import concealed
from rmdocs.records.migration import RecordChange
from rmdocs.registers.indexentries import words
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import read_folder
from rmdocs.store.git import GitBranch
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.store.vault import Vault, is_encrypted
from rmdocs.workspace import records


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


NUMBER = RecordNumber.parse("RXD7200-05-JN01-2026-0001")
REF = "refs/heads/records/RXD7200-05/JN01/2026/1"
AMENDED, WHY_AMENDED, WHY_VOID = "改口称从未收到", "客户来电更正答复", "客户撤回回访"


@pytest.fixture(scope="module")
def lived(lived_bank, tmp_path_factory):
    """A destroyable record to which all that can happen happened, and its documents."""
    out = tmp_path_factory.mktemp("documents")
    documents = [
        save_all(out, records.export(lived_bank.at(), NUMBER, edition))[0] for edition in (1, 2, 3)
    ]
    return lived_bank, documents


def objects(bank, ref=REF):
    """Return the content of every object that a ref leads to."""
    names = {line.split()[0] for line in bank.git("rev-list", "--objects", ref).splitlines()}
    kinds = {name: bank.git("cat-file", "-t", name) for name in names}
    store = bank.at().store
    return {name: store.objects.content(name, kind) for name, kind in kinds.items()}


def said(sample):
    """Return what the record says that no form, number, actor or act says anyway."""
    known = {"RXD7200-05", "JN01", "JN01-0101", "王样例", "郑部长", "review", "2026-10-23"}
    values = words([sample["record"], sample["stages"]]).splitlines()
    return {value for value in values if len(value) > 2 and value not in known}


def test_nothing_of_the_content_stands_in_clear(lived, call_back):
    bank, documents = lived
    looked_for = {value.encode() for value in said(call_back)}
    looked_for |= {value.encode() for value in (AMENDED, WHY_AMENDED, WHY_VOID)}
    looked_for |= {json.dumps(value.decode()).strip('"').encode() for value in looked_for}
    looked_for |= {b"PK\x03\x04", b"word/document.xml"}
    for content in objects(bank).values():
        assert not [value for value in looked_for if value in content]
    assert len(looked_for) > 20
    assert all(document.read_bytes().startswith(b"PK\x03\x04") for document in documents)


def test_no_digest_confirms_a_guess_but_those_of_documents(lived, call_back):
    bank, documents = lived
    draft = canonical.encode(records.show(bank.at(), NUMBER, 1).record)
    amended = canonical.encode(records.show(bank.at(), NUMBER).record)
    stage = canonical.encode(call_back["stages"][0]["content"])
    statement = canonical.encode({"act": "void", "number": str(NUMBER), "reason": WHY_VOID})
    guesses = [draft, amended, stage, statement, WHY_VOID.encode(), WHY_AMENDED.encode()]
    everything = b"".join(objects(bank).values())
    for guess in guesses:
        assert hashlib.sha256(guess).hexdigest().encode() not in everything
    for document in documents:
        assert hashlib.sha256(document.read_bytes()).hexdigest().encode() in everything


def test_it_reads_like_any_other(lived, call_back):
    bank, _ = lived
    shown = records.show(bank.at(), NUMBER, 2)
    assert shown.record["content"] == call_back["record"]["content"]
    assert [stage["content"] for stage in shown.stages] == [call_back["stages"][0]["content"]]
    assert shown.derived == {"total_score": "8"}
    assert [(act.kind, act.reason) for act in shown.acts] == [
        ("issue", ""),
        ("stage", ""),
        ("amend", WHY_AMENDED),
        ("request", WHY_VOID),
        ("void", WHY_VOID),
    ]
    [found] = records.find(bank.at(), Query(text=f"{AMENDED} 岱岳"))
    assert (found.number, found.subject, found.status) == (str(NUMBER), "电话", "voided")
    assert bank.codes() == set()


def test_what_an_amendment_changed_can_be_read(lived, call_back):
    bank, _ = lived
    folder = read_folder(bank.at().store.require_head(REF), NUMBER)
    [amendment] = [event for event in folder.events if event.kind == "amend"]
    assert "changes" not in amendment.facts
    assert [one.to_json() for one in folder.said(amendment).changes] == [
        {
            "path": "$.content.questions[0].answer",
            "old": call_back["record"]["content"]["questions"][0]["answer"],
            "new": AMENDED,
        }
    ]


def test_every_copy_in_somebody_s_hands_is_traced(lived):
    bank, documents = lived
    for edition, document in enumerate(documents, 1):
        trace = records.trace(bank.at(), read(document))
        assert (trace.number, trace.edition) == (NUMBER, edition)
        digest = hashlib.sha256(document.read_bytes()).hexdigest()
        assert [file.sha256 for file in trace.files] == [digest]
    stored = bank.git("rev-parse", f"{REF}:00/00/01/record.json")
    digest = hashlib.sha256(objects(bank)[stored]).hexdigest()
    assert records.trace(bank.at(), digest).number == NUMBER


def test_plain_git_shows_that_it_is_encrypted(lived):
    bank, _ = lived
    names = bank.git("ls-tree", "-r", "--name-only", REF).splitlines()
    found = objects(bank)
    for name in names:
        content = found[bank.git("rev-parse", f"{REF}:{name}")]
        own = name.startswith("00/00/01/") and "/events/" not in name
        assert is_encrypted(content) is own, name


def test_issuing_it_again_keeps_its_number(personal_bank, call_back):
    first = personal_bank.issue(call_back)
    assert personal_bank.issue(call_back) == first
    assert personal_bank.codes() == set()


def test_records_of_other_forms_stay_in_clear(personal_bank, visit):
    number = personal_bank.walk(visit)
    head = personal_bank.at().store.require_head(number.volume.ref)
    folder = read_folder(head, number)
    assert not folder.encrypted
    names = {"edition", "issued_on", "pin", "rules", "unit"}
    assert folder.events[0].facts.keys() == names | {
        "form",
        "revision",
        "form_digest",
        "record_digest",
    }
    assert folder.events[1].facts.keys() == names | {"stage", "repeat", "content"}
    for event in folder.events:
        for file in event.files:
            assert head.read(file.path) == head.reveal(file.path, number)
    assert not (personal_bank.root / "record-keys").exists()


def test_the_key_is_on_disk_before_the_record_is_sealed(personal_bank, call_back, monkeypatch):
    steps = []
    sync, append = Vault.sync, GitBranch.append

    def synced(vault):
        steps.append(("sync", len(vault._unsynced)))
        sync(vault)

    def appended(branch, new_events, **parts):
        steps.append(("append", new_events[0].kind))
        return append(branch, new_events, **parts)

    monkeypatch.setattr(Vault, "sync", synced)
    monkeypatch.setattr(GitBranch, "append", appended)
    personal_bank.issue(call_back)
    assert steps[:2] == [("sync", 1), ("append", "issue")]


def test_a_kill_before_the_seal_burns_no_number(personal_bank, call_back, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(GitBranch, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            personal_bank.issue(call_back)
    key = personal_bank.at().store.vault.path(NUMBER).read_bytes()
    assert personal_bank.codes() == set()
    assert personal_bank.walk(call_back) == NUMBER
    assert personal_bank.at().store.vault.path(NUMBER).read_bytes() == key
    assert personal_bank.codes() == set()


@pytest.fixture
def keyless(personal_bank, call_back, tmp_path):
    """A record whose key is not on this machine, and its document."""
    personal_bank.walk(call_back)
    document = save_all(tmp_path, records.export(personal_bank.at(), NUMBER))[0]
    shutil.move(personal_bank.root / "record-keys", tmp_path / "record-keys")
    for file in personal_bank.index_files():
        file.unlink()
    return personal_bank, document


def test_without_its_key_its_seals_are_all_there_is(keyless, tmp_path, call_back):
    bank, document = keyless
    trace = records.trace(bank.at(), read(document))
    assert (trace.number, trace.edition, trace.status) == (NUMBER, 2, "closed")
    assert [finding.code for finding in trace.findings] == ["CONTENT-UNREADABLE"]
    assert (trace.record, trace.stages, trace.derived) == ({}, (), {})
    [found] = records.find(bank.at(), Query(form="RXD7200-05"))
    assert (found.number, found.customer, found.status) == (str(NUMBER), "", "closed")
    assert list(records.find(bank.at(), Query(text="岱岳"))) == []

    stage = call_back["stages"][0]["content"]
    for act in (
        lambda: records.show(bank.at(), NUMBER),
        lambda: save_all(tmp_path / "again", records.export(bank.at(), NUMBER)),
        lambda: bank.amend(NUMBER, call_back["record"], "JN01-0101"),
        lambda: bank.void(NUMBER, "JN01-0101", "JN01-0001"),
    ):
        with pytest.raises(KeyAbsentError, match="its key is not here"):
            act()
    with pytest.raises(ControlError, match="is there already"):
        bank.add(NUMBER, "review", stage, "JN01-0001")


def test_once_its_key_is_back_it_reads_again(keyless, tmp_path):
    bank, _ = keyless
    shutil.move(tmp_path / "record-keys", bank.root / "record-keys")
    assert records.show(bank.at(), NUMBER).record["content"]["channel"] == "电话"


def test_the_keys_may_lie_elsewhere(personal_bank, call_back, tmp_path, monkeypatch):
    monkeypatch.setenv("RMDOCS_RECORD_KEYS", str(tmp_path / "far"))
    personal_bank.issue(call_back)
    assert not (personal_bank.root / "record-keys").exists()
    assert len(list((tmp_path / "far").rglob("*.key"))) == 1
    assert records.show(personal_bank.at(), NUMBER).edition == 1


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Vault(tmp_path_factory.mktemp("keys"), lambda size: bytes(range(size))).make(NUMBER)


def test_only_facts_known_to_say_nothing_stay_in_clear(key):
    directory, reason = NUMBER.directory, "客户要求"
    file = NewFile(path=f"{directory}/editions/1/a.docx", data=b"document", media_type="x/y")
    unit = Unit(code=UnitCode("JN01"), name="济南", full_name="济南示例支行")
    facts = RecordAmended(
        edition=EditionFacts(number=2, issued_on=date(2026, 3, 2), pin="0", unit=unit),
        content=f"{directory}/amendments/1.json",
        changes=(RecordChange(path="$.content.answer", old="甲", new="乙"),),
    )
    new_event = NewEvent(
        facts=facts, subject=str(NUMBER), directory=directory, files=(file,), reason=reason
    )
    sealed = concealed(new_event, key, 3)
    path = f"{directory}/notes/03.json"
    said = {name: value for name, value in facts.to_json().items() if name != "changes"}
    assert sealed.reason == ""
    assert sealed.facts.to_json() == {
        **said,
        "encryption": "AES-256-SIV",
        "notes": path,
        "documents": {"a.docx": hashlib.sha256(b"document").hexdigest()},
    }
    opened = {one.path: key.decrypt(one.path, one.data) for one in sealed.files}
    assert opened[file.path] == b"document"
    assert canonical.decode(opened[path]) == {
        "reason": reason,
        "facts": {"changes": [{"path": "$.content.answer", "old": "甲", "new": "乙"}]},
    }


def test_what_is_not_on_a_record_is_never_concealed(key):
    new_event = NewEvent(
        facts=Unknown(name="note"), subject=str(NUMBER), directory=NUMBER.directory
    )
    with pytest.raises(TypeError):
        concealed(new_event, key, 1)

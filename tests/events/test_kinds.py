"""Every kind of event is written as it always was, and read as what it says or not at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import event_table
import pytest
from bank import Bank
from chronicle import chronicle
from hypothesis import given
from hypothesis import strategies as st
from last_release import unpack

from rmdocs import canonical
from rmdocs.events.control import (
    ChangeProposed,
    ChangeRejected,
    DisposalProposed,
    DisposalRejected,
    DraftApproved,
    EntryRequested,
)
from rmdocs.events.copies import Holder
from rmdocs.events.facts import CLEAR, CONCEALED, Group, Unknown, Unreadable, fact_names, facts_of
from rmdocs.events.keys import ConfirmedAct
from rmdocs.events.kinds import KINDS, read, read_as
from rmdocs.events.records import (
    Concealment,
    OnRecord,
    RecordIssued,
    RequestRejected,
    StageAdded,
    Unit,
    VoidRequested,
)
from rmdocs.identifiers import (
    ChangeNumber,
    CopyNumber,
    DisposalNumber,
    DocumentNumber,
    HoldNumber,
    RequestNumber,
    Revision,
    StaffNumber,
    UnitCode,
)
from rmdocs.messages import Language
from rmdocs.records.migration import RecordChange
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Actor, Event

PACKAGE = Path(__file__).resolve().parents[2] / "rmdocs"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COUNT = st.integers(0, 2**53 - 1)
JSON = st.none() | st.booleans() | COUNT | TEXT | st.lists(TEXT, max_size=2)
UNITS = st.sampled_from(["JN01", "YT03"]).map(UnitCode)
STAFF = st.builds(StaffNumber, unit=UNITS, serial=st.integers(0, 9999))
DOCUMENTS = st.sampled_from(["RXD7200-01", "IXD7200-01"]).map(DocumentNumber)
ORIGINS = st.sampled_from(["rmdocs/control", "rmdocs/records/RXD7200-02/JN01/2026/1"])
YEARLY = {"year": st.integers(2000, 2099), "serial": st.integers(1, 9999)}
PARTS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: COUNT,
    bool: st.booleans(),
    date: st.dates(),
    DocumentNumber: DOCUMENTS,
    StaffNumber: STAFF,
    Checkpoint: st.builds(
        Checkpoint, origin=ORIGINS, size=COUNT, root=st.binary(min_size=32, max_size=32)
    ),
    ConfirmedAct: st.builds(ConfirmedAct, ledger=ORIGINS, index=COUNT, digest=st.just("0" * 64)),
    Revision: st.builds(Revision, major=st.integers(1, 9), minor=st.integers(0, 9)),
    ChangeNumber: st.builds(ChangeNumber, **YEARLY),
    HoldNumber: st.builds(HoldNumber, **YEARLY),
    DisposalNumber: st.builds(DisposalNumber, **YEARLY),
    CopyNumber: st.builds(CopyNumber, document=DOCUMENTS, serial=st.integers(1, 9999)),
    RequestNumber: st.builds(RequestNumber, subject=st.just("policy"), serial=st.integers(1, 9999)),
    Unit: st.builds(Unit, code=UNITS, name=TEXT, full_name=TEXT),
    Actor: st.builds(Actor, staff_no=TEXT, name=TEXT, fingerprint=TEXT),
    Holder: st.builds(Holder, name=TEXT, staff_no=st.none() | STAFF),
    RecordChange: st.builds(RecordChange, path=TEXT, old=JSON, new=JSON),
}
STRANGE = st.sampled_from([None, True, -1.5, "", "\u2066", [], {}, [None], {"x": 1}])
EVENT = Event(
    kind="issue",
    subject="RXD7200-02-JN01-2026-0001",
    index=7,
    actor=Actor(staff_no="JN01-0101", name="王伟", fingerprint="SHA256:abc"),
    time=datetime(2026, 3, 2, 4, tzinfo=UTC),
    reason="",
    relied_on=None,
    previous=None,
    renderer="",
    files=(),
)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def values(kind: type[Group]) -> st.SearchStrategy[Any]:
    """Return what can be said as a kind or group."""
    return st.builds(kind, **{fact.field: _one(fact) for fact in facts_of(kind)})


def _one(fact):
    if fact.group is not None:
        found = values(fact.group)
    else:
        found = st.one_of(_of(one, fact.pattern) for one in fact.types)
    # What is concealed is missing only where it is encrypted; examples below.
    return st.none() | found if fact.optional and CONCEALED not in fact.marks else found


def _of(hint, pattern):
    if get_origin(hint) is tuple:
        kind, *marks = get_args(get_args(hint)[0]) or get_args(hint)[:1]
        within = _of(kind, next((mark.pattern for mark in marks), ""))
        return st.lists(within, max_size=2).map(tuple)
    if get_origin(hint) is not None:
        return st.dictionaries(TEXT, st.just("0" * 64), max_size=2)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return st.from_regex(pattern, fullmatch=True) if pattern else PARTS[hint]


def as_sealed(kind, facts, **parts):
    """Return an event of a kind that says ``facts``, as it comes out of a store."""
    event = replace(EVENT, kind=kind.KIND, facts=facts, **parts)
    return Event.from_bytes(event.to_bytes())


@given(data=st.data())
def test_what_is_said_comes_back(data):
    kind = data.draw(st.sampled_from(KINDS))
    said = data.draw(values(kind))
    facts = canonical.decode(canonical.encode(said.to_json()))
    # What a newer version adds is passed over.
    assert kind.from_json(facts) == kind.from_json({**facts, "newer": [1]}) == said


@given(data=st.data())
def test_what_is_read_is_exactly_what_was_sealed(data):
    kind = data.draw(st.sampled_from([kind for kind in KINDS if facts_of(kind)]))
    facts = data.draw(values(kind)).to_json()
    name = data.draw(st.sampled_from(fact_names(kind)))
    facts.pop(name, None)
    facts |= data.draw(st.just({}) | STRANGE.map(lambda value: {name: value}))
    found = read(as_sealed(kind, facts))
    assert found.kind == kind.KIND
    if isinstance(found, Unreadable):
        assert found.faults
        assert found.to_json() == facts
    else:
        known = {name: facts[name] for name in fact_names(type(found)) if name in facts}
        assert canonical.encode(found.to_json()) == canonical.encode(known)


ISSUED = {
    "edition": 1,
    "issued_on": "2026-03-02",
    "pin": "0",
    "unit": {"code": "JN01", "name": "济南示例支行", "full_name": "济南示例支行"},
    "form": "RXD7200-02",
    "revision": "1.0",
    "form_digest": "0" * 64,
    "record_digest": "1" * 64,
}
ENCRYPTED = {"encryption": "AES-256-SIV", "notes": "00/00/01/notes/01.json", "documents": {}}


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, None),
        ({"rules": 2}, None),
        (ENCRYPTED, None),
        ({"rules": "2"}, {"rules"}),
        ({"rules": True}, {"rules"}),
        ({"rules": None}, {"rules"}),
        ({"edition": 1.0}, {"edition"}),
        ({"issued_on": "20260302"}, {"issued_on"}),
        ({"issued_on": "2026-13-02", "form": "x"}, {"issued_on", "form"}),
        ({"revision": "01.0"}, {"revision"}),
        ({"form_digest": "0"}, {"form_digest"}),
        ({"unit": {"code": "JN01", "name": "x"}}, {"unit"}),
        ({"unit": {**ISSUED["unit"], "name": 1}}, {"unit"}),
        ({"unit": {**ISSUED["unit"], "more": 1}}, {"unit"}),
        ({"encryption": "AES-256-SIV"}, {"notes", "documents"}),
        ({**ENCRYPTED, "documents": {"a": "b"}}, {"documents"}),
    ],
)
def test_an_issue_says_what_it_must_say(change, faults):
    found = read(replace(EVENT, facts={**ISSUED, **change}))
    assert (set(found.faults) if isinstance(found, Unreadable) else None) == faults


@pytest.mark.parametrize("name", ISSUED)
def test_an_issue_says_it_all(name):
    facts = {fact: value for fact, value in ISSUED.items() if fact != name}
    found = read(replace(EVENT, facts=facts))
    assert isinstance(found, Unreadable)
    assert found.faults == (name,)


def test_what_is_concealed_may_be_missing_where_it_is_encrypted():
    facts = {**ISSUED, **ENCRYPTED}
    del facts["record_digest"]
    issued = read_as(replace(EVENT, facts=facts), RecordIssued)
    assert issued is not None
    assert issued.record_digest is None
    assert issued.revealed({"record_digest": "1" * 64}).record_digest == "1" * 64


def test_in_clear_stays_what_says_nothing_of_the_content():
    issued = RecordIssued.from_json(ISSUED)
    assert issued.concealed == {"record_digest": "1" * 64}
    concealment = Concealment(cipher="AES-256-SIV", notes=ENCRYPTED["notes"], documents={})
    sealed = issued.with_concealment(concealment)
    assert sealed.to_json() | {"record_digest": "1" * 64} == ISSUED | ENCRYPTED
    assert "record_digest" not in sealed.to_json()


def test_of_every_fact_on_a_record_it_is_said_whether_it_stays_in_clear():
    found = [
        (fact.name, {CLEAR, CONCEALED} & fact.marks)
        for kind in KINDS
        if issubclass(kind, OnRecord)
        for fact in facts_of(kind)
        if fact.group is None
    ]
    assert all(len(said) == 1 for _, said in found)
    concealed = {name for name, said in found if CONCEALED in said}
    assert concealed == {"record_digest", "changes", "signatory", "certificate"}


def test_null_is_not_what_is_missing():
    stage = {**ISSUED, "stage": "delivery", "content": "x", "repeat": None}
    assert read_as(replace(EVENT, kind="stage", facts=stage), StageAdded) is not None
    without = {name: value for name, value in stage.items() if name != "repeat"}
    found = read(replace(EVENT, kind="stage", facts=without))
    assert isinstance(found, Unreadable)
    assert found.faults == ("repeat",)


@pytest.mark.parametrize(
    ("kind", "subject", "wanted"),
    [
        ("request", "RXD7200-02-JN01-2026-0001", VoidRequested),
        ("request", "policy", EntryRequested),
        ("reject", "RXD7200-02-JN01-2026-0001", RequestRejected),
        ("reject", "policy", RequestRejected),
        ("reject", "CR2026-0001", ChangeRejected),
        ("reject", "D2026-0001", DisposalRejected),
        ("propose", "CR2026-0001", ChangeProposed),
        ("propose", "D2026-0001", DisposalProposed),
        ("approve", "x", DraftApproved),
        ("note", "x", None),
    ],
)
def test_one_name_of_several_kinds_is_told_by_what_the_act_is_about(kind, subject, wanted):
    found = read(replace(EVENT, kind=kind, subject=subject))
    if wanted is None:
        assert found == Unknown(name="note")
    else:
        assert (found.of if isinstance(found, Unreadable) else type(found)) is wanted


def _sealed(bank):
    """Yield every event of a store."""
    store = bank.at().store
    for ref in store.refs():
        head = store.require_head(ref)
        for path, oid in head.walk():
            if "/events/" in path:
                yield Event.from_bytes(head.content(oid))


@pytest.fixture(scope="module")
def told(once, founded, kept_in_memory):
    root = once.copy(founded, "chronicle", lambda root: chronicle(Bank(root)))[0]
    return Bank(root, kept_in_memory(root))


@pytest.mark.store
@pytest.mark.parametrize("name", ["last", "told", "lived_bank"])
def test_stores_say_what_their_kinds_say(name, request, tmp_path):
    bank = unpack(tmp_path / "bank") if name == "last" else request.getfixturevalue(name)
    for event in _sealed(bank):
        said = read(event)
        assert not isinstance(said, (Unknown, Unreadable)), (event.kind, event.facts)
        assert canonical.encode(said.to_json()) == canonical.encode(event.facts)


def test_the_page_tells_every_kind():
    text = event_table.PAGE.read_text(encoding="utf-8")
    assert event_table.page(text) == text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_fact_is_explained(kind):
    told = "\n".join(base.__doc__ or "" for base in kind.__mro__)
    for fact in facts_of(kind):
        assert f":param {fact.field}:" in told


def test_every_kind_has_words_of_its_own():
    assert max(Counter(kind.TOLD.text(Language.ZH) for kind in KINDS).values()) == 1
    assert all(kind.KIND and kind.__doc__ for kind in KINDS)


def test_nobody_above_reads_a_fact_by_its_name():
    """What an event says is read as its kind says it; facts of customers are the register's.

    A drill writes what no kind would say.
    """
    raw = re.compile(r"(?<!customer)(?<!known)(?<!one)\.facts(\[|\.get\(|\.items\()")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in {"store", "events", "drill"}
        and raw.search(path.read_text("utf-8"))
    }
    assert found == set()

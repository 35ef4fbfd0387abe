import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import StoreError
from rmdocs.store import checkpoint as checkpoints
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Actor, Approval, Event, SealedFile
from rmdocs.store.keys import SigningKey

ROOT = bytes(range(32))
EVENT = Event(
    kind="issue",
    subject="RXD7200-02-JN01-2026-0001",
    index=7,
    actor=Actor(staff_no="JN01-0101", name="王伟", fingerprint="SHA256:abc"),
    time=datetime(2026, 3, 2, 4, 0, 0, tzinfo=UTC),
    reason="新签",
    relied_on=Checkpoint(origin="rmdocs/control", size=12, root=ROOT),
    previous=None,
    renderer="rmdocs/1",
    files=(
        SealedFile(
            path="00/00/01/record.json", sha256="0" * 64, size=5, media_type="application/json"
        ),
    ),
    approvals=(
        Approval(
            staff_no="JN01-0102",
            fingerprint="SHA256:def",
            statement_sha256="1" * 64,
            signature="signature",
        ),
    ),
    facts={"edition": 1, "names": ["甲方", None]},
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def test_event_comes_back_as_it_was():
    assert Event.from_bytes(EVENT.to_bytes()) == EVENT
    assert EVENT.file_name == "000007-issue.json"


@given(subject=TEXT, reason=TEXT, facts=st.dictionaries(TEXT, JSON, max_size=4))
def test_any_texts_and_facts_come_back(subject, reason, facts):
    event = replace(EVENT, subject=subject, reason=reason, facts=facts)
    assert Event.from_bytes(event.to_bytes()) == event


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": True},
        {"index": "7"},
        {"index": -1},
        {"index": True},
        {"kind": "../issue"},
        {"kind": None},
        {"time": "2026-03-02T04:00:00+00:00"},
        {"time": "2026-3-2T04:00:00Z"},
        {"actor": {"staff_no": "JN01-0101", "name": "王伟"}},
        {"actor": {"staff_no": "a", "name": "b", "fingerprint": "c", "role": "d"}},
        {"files": {}},
        {"files": [{"path": "a", "sha256": "0", "size": 1, "media_type": ""}]},
        {"files": [{"path": "a", "sha256": "0" * 64, "size": "1", "media_type": ""}]},
        {"previous": {"origin": "a", "size": 1, "root": "00"}},
        {"previous": {"origin": "a", "size": 1, "root": "00" * 32, "more": 1}},
        {"previous": {"origin": "a", "size": "1", "root": "00" * 32}},
        {"previous": {}},
        {"facts": []},
        {"unknown": 1},
    ],
)
def test_anything_else_is_refused(change):
    value = json.loads(EVENT.to_bytes()) | change
    from rmdocs import canonical

    with pytest.raises(StoreError):
        Event.from_bytes(canonical.encode(value))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"7", b'"x"', b"\xff", b"{}"])
def test_what_is_no_event_is_told(data):
    with pytest.raises(StoreError):
        Event.from_bytes(data)


def test_other_spelling_of_the_same_event_is_refused():
    data = EVENT.to_bytes()
    for other in (
        data + b"\n",
        json.dumps(json.loads(data)).encode(),
        data.replace(b'"format":1,', b""),
    ):
        with pytest.raises(StoreError):
            Event.from_bytes(other)


def test_newer_format_is_named():
    newer = EVENT.to_bytes().replace(b'"format":1', b'"format":9')
    with pytest.raises(StoreError, match="format 9"):
        Event.from_bytes(newer)


KEY = SigningKey.generate("ledger")
CHECKPOINT = Checkpoint(origin="rmdocs/control", size=12, root=ROOT)


def test_pin_is_size_and_beginning_of_the_root():
    assert CHECKPOINT.pin == "12·000G-40R4-0M30-E209-185G3"


def test_note_is_a_checkpoint_as_specified():
    note = CHECKPOINT.sign(KEY)
    assert note.startswith("rmdocs/control\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— ")
    assert checkpoints.verify(note, KEY.public) == CHECKPOINT == Checkpoint.parse(note)
    assert checkpoints.verify(note, SigningKey.generate("other").public) is None


def test_changed_note_verifies_nothing():
    note = CHECKPOINT.sign(KEY)
    changed = [
        note.replace("12", "13", 1),
        note.replace("12", "012", 1),
        note.replace("control", "contro1", 1),
        note.replace("\n\n", "\nextension\n\n"),
        note.replace("—", "-"),
        note.rpartition("— ")[0],
        "",
    ]
    assert [checkpoints.verify(other, KEY.public) for other in changed] == [None] * len(changed)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "rmdocs/control",
        "rmdocs/control\n12\nAAAA\n",
        "rmdocs/control\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "rmdocs/control\n 12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "rmdocs/control\n１２\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    ],
)
def test_what_is_no_checkpoint_is_told(note):
    with pytest.raises(StoreError):
        Checkpoint.parse(note)

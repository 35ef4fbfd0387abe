"""Changing a store with plain git is found by verifying it."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import plaingit
import pytest

from rmdocs.audit import verify
from rmdocs.audit.witnesses import AHEAD
from rmdocs.errors import StoreError
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.workspace import records, store

REF = "refs/heads/records/RXD7200-02/JN01/2026/1"
OTHER = "refs/heads/records/RXD7200-04/JN01/2026/1"
DOCUMENT = "00/00/01/editions/1/RXD7200-02-JN01-2026-0001-e1.docx"
EVENT = "00/00/01/events/000000-issue.json"
commit, with_file = partial(plaingit.commit, ref=REF), partial(plaingit.with_file, ref=REF)


@pytest.fixture
def bank(full_bank):
    return full_bank


def test_the_order_of_checks_is_told_as_it_is():
    """Numbers without a gap, and one for each check of the store as a whole."""
    told = re.findall(r"^(\d+)\. (.+(?:\n   .+)*)", verify.__doc__, re.MULTILINE)
    assert [int(number) for number, _ in told] == [*range(1, len(told) + 1)]
    whole = verify.__doc__.partition("Of the store:")[2]
    of_the_store = [text for _, text in told if text in whole]
    assert len(of_the_store) == len(verify.OF_THE_STORE)


def test_a_sound_store_has_no_findings(bank):
    assert bank.codes() == set()


@pytest.mark.parametrize("minutes", [9, 11])
def test_an_act_is_not_ahead_of_the_clock_of_who_verifies(bank, minutes):
    heads = {ref: bank.at().store.require_head(ref).time for ref in bank.refs()}
    latest = max(heads, key=heads.__getitem__)
    moment = heads[latest] - timedelta(minutes=minutes)
    found = store.verify(bank.opened(None, moment)).findings
    told = {one.path for one in found if one.code == "EVENT-AHEAD"}
    ahead = {ref for ref, time in heads.items() if time > moment + AHEAD}
    assert told == {f"{ref.removeprefix('refs/heads/')}:-" for ref in ahead}
    assert (latest in ahead) == (minutes > 10)


def test_a_changed_document(bank, tmp_path):
    with_file(bank, DOCUMENT, b"changed")
    assert {"FILE-CHANGED", "COMMIT-UNSIGNED", "COMMIT-REPLACES"} <= bank.codes()
    number = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
    with pytest.raises(StoreError) as refusal:
        save_all(tmp_path, records.export(bank.at(), number, 1))
    assert refusal.value.exit_code == 4
    assert list(tmp_path.iterdir()) == []
    findings = records.trace(bank.at(), str(number)).findings
    assert "FILE-CHANGED" in {finding.code for finding in findings}


def test_a_changed_record(bank):
    with_file(bank, "00/00/01/record.json", b"{}")
    assert {"FILE-CHANGED", "COMMIT-UNSIGNED"} <= bank.codes()


def test_a_changed_event(bank):
    data = bank.git("show", f"{REF}:{EVENT}").replace("王样例", "赵样例")
    with_file(bank, EVENT, data.encode())
    assert {"LEDGER-ROOT", "COMMIT-REPLACES"} <= bank.codes()


def test_a_dropped_record(bank):
    with_file(bank, "00/00/01", None)
    assert {"NUMBER-GAP", "EVENT-MISSING", "LEDGER-SIZE"} & bank.codes()
    assert "NUMBER-GAP" in bank.codes()


def test_a_dropped_document(bank):
    with_file(bank, DOCUMENT, None)
    assert {"FILE-MISSING", "COMMIT-REPLACES"} <= bank.codes()


def test_a_further_file(bank):
    with_file(bank, "00/00/01/editions/1/note.txt", b"hello")
    assert {"FILE-UNSEALED", "COMMIT-UNSEALED", "COMMIT-EMPTY"} <= bank.codes()


def test_a_changed_series(bank):
    data = bank.git("show", f"{REF}:series.json").replace(":1", ":5")
    with_file(bank, "series.json", data.encode())
    assert "NUMBER-GAP" in bank.codes()


def test_a_damaged_series(bank):
    for damage in (b"", b"[]", b"{", b'{"given": true}'):
        with_file(bank, "series.json", damage)
        assert "COMMIT-UNSIGNED" in bank.codes()


def test_an_unsigned_commit_that_changes_nothing(bank):
    commit(bank, bank.git("rev-parse", f"{REF}^{{tree}}"), REF)
    assert "COMMIT-UNSIGNED" in bank.codes()


def test_an_unsigned_commit_on_control(bank):
    ref = "refs/heads/control"
    with_file(bank, "people/JN01-0101/0002.json", b"{}", ref=ref)
    assert {"COMMIT-UNSIGNED", "FILE-UNSEALED"} <= bank.codes()


def test_a_changed_register_entry(bank):
    entry = "people/JN01-0101/0001.json"
    data = bank.git("show", f"refs/heads/control:{entry}").replace("王样例", "某人")
    with_file(bank, entry, data.encode(), ref="refs/heads/control")
    assert "FILE-CHANGED" in bank.codes()


def test_a_lost_founding(bank):
    with_file(bank, "founding/founding.json", None, ref="refs/heads/control")
    with pytest.raises(StoreError) as refusal:
        store.verify(bank.at())
    assert refusal.value.exit_code == 4


def test_a_damaged_founding(bank):
    for damage in (b"", b"[]", b"{}", b'{"ledger_key": 5}'):
        with_file(bank, "founding/founding.json", damage, ref="refs/heads/control")
        with pytest.raises(StoreError):
            store.verify(bank.at())


def test_a_history_cut_short(bank):
    bank.git("update-ref", "refs/heads/control", "refs/heads/control~3")
    assert bank.codes() == {"VOLUME-UNREGISTERED", "RELIED-ON"}


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1", "refs/notes/commits"])
def test_a_foreign_ref(bank, ref):
    bank.git("update-ref", ref, REF)
    assert bank.codes() == {"REF-FOREIGN"}


def test_a_volume_under_another_s_name(bank):
    bank.git("update-ref", "refs/heads/records/RXD7200-02/ZB02/2026/1", REF)
    assert {"LEDGER-ORIGIN", "VOLUME-UNREGISTERED"} <= bank.codes()


def test_a_volume_with_no_name(bank):
    bank.git("update-ref", "refs/heads/records/nonsense", REF)
    assert bank.codes() == {"LEDGER-ORIGIN", "NUMBER-UNREADABLE", "VOLUME-UNREGISTERED"}


def test_a_missing_volume(bank):
    bank.git("update-ref", "-d", REF)
    assert bank.codes() == {"VOLUME-MISSING"}


def test_a_replaced_object(bank):
    bank.git("replace", f"{REF}~1", f"{REF}~2")
    with pytest.raises(StoreError):
        bank.at()


def test_a_lost_object(bank):
    oid = bank.git("rev-parse", f"{REF}:{DOCUMENT}")
    plaingit.loosened(bank.store, oid).unlink()
    assert bank.codes() == {"FILE-UNREADABLE"}


def test_a_lost_last_commit_or_directory_of_a_volume_keeps_nobody_from_the_others(bank):
    with_file(bank, "00/00/01/note.txt", b"x", ref=OTHER)
    for lost in (f"{REF}^{{tree}}", REF):
        oid = bank.git("rev-parse", lost)
        plaingit.loosened(bank.store, oid).unlink()
        found = {(one.code, one.path.partition(":")[0]) for one in store.verify(bank.at()).findings}
        assert ("STORE-UNREADABLE", REF.removeprefix("refs/heads/")) in found
        assert ("FILE-UNSEALED", OTHER.removeprefix("refs/heads/")) in found


def test_a_damaged_object(bank):
    oid = bank.git("rev-parse", f"{REF}:{DOCUMENT}")
    path = plaingit.loosened(bank.store, oid)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert bank.codes() == {"FILE-UNREADABLE"}


@pytest.mark.ssh_keygen
def test_plain_git_knows_every_signature(bank):
    for ref in bank.git("for-each-ref", "--format=%(refname)").splitlines():
        states = bank.git(
            "-c",
            "gpg.ssh.allowedSignersFile=" + str(bank.store / "allowed_signers"),
            "log",
            "--format=%G?",
            ref,
        )
        assert set(states.split()) == {"G"}
    bank.git("fsck", "--strict", "--no-dangling")


def test_findings_name_ref_and_place(bank):
    with_file(bank, DOCUMENT, b"changed")
    changed = [one for one in store.verify(bank.at()).findings if one.code == "FILE-CHANGED"]
    assert [one.path for one in changed] == [f"records/RXD7200-02/JN01/2026/1:{DOCUMENT}"]

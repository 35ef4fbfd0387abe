"""Verifying goes on from what was verified: what came after is judged, the rest proved."""

from __future__ import annotations

import json
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bank import LATE, Bank
from insider import Insider, inject
from plaingit import with_file

from rmdocs.audit import verify as auditing
from rmdocs.audit.ledgers import AskedOfJudge, Judge, Piece
from rmdocs.audit.pins import ledgers_of, pins_in
from rmdocs.audit.since import Stood, VerifiedState
from rmdocs.drill.faults import FAULTS
from rmdocs.drill.recordfaults import change_json
from rmdocs.drill.scene import NothingThereError
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.files import File
from rmdocs.messages import Language, Verbatim
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import store
from rmdocs.workspace.places import seen_path

AGREEMENT = "refs/heads/records/RXD7200-01/JN01/2026/1"
NOTICE = "refs/heads/records/RXD7200-04/JN01/2026/1"


def lying(acts):
    acts[-1].trailers.update(Reason="another")


def too_early(acts):
    told = acts[-1].events[0]
    change_json(told, ".json", lambda value: value["party_a"].update(date="2026-01-02"))


LAST_ACT = {"COMMIT-TEXT": (NOTICE, lying), "CONTENT-REFUSED": (AGREEMENT, too_early)}
"""What is wrong with the last act of a ledger only, by the code that names it."""


@pytest.fixture(scope="module")
def lived(walked, place):
    bank = Bank(Path(shutil.copytree(walked, place / "since" / "bank")))
    store.verify(bank.at(), contents=True)
    bank.close()
    whole = bank.root.parent / "whole.git"
    shutil.copytree(bank.store, whole)
    memory = {path: path.read_bytes() for path in seen_path(bank.root).parent.iterdir()}
    yield bank, whole, memory
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def insider(lived):
    bank, whole, memory = lived
    bank.close()
    shutil.rmtree(bank.store)
    shutil.copytree(whole, bank.store)
    for path, data in memory.items():
        path.write_bytes(data)
    return Insider(bank)


def since(insider, what=store.LAST, **how):
    insider.bank.close()
    return store.verify(insider.bank.at(), since=what, **how)


def codes(found):
    return {one.code for one in found.findings}


def begun(bank):
    """Return the ledgers as they stood after their first acts, as if those had been verified."""
    ledgers = {}
    for ref in ledgers_of(bank.at().store):
        head = bank.at().store.require_head(ref)
        *_, first = head.commits()
        there = head.at(first.oid) if ref != CONTROL_REF else head
        [pin] = pins_in(there.note, Verbatim("then"))
        ledgers[ref] = Stood(pin=pin, commit=there.commit)
    return VerifiedState(source=Verbatim("then"), ledgers=ledgers)


def test_a_store_that_did_not_change_is_not_judged_again(insider):
    whole = store.verify(insider.bank.at(), contents=True)
    assert (whole.skipped, whole.since) == (0, None)
    found = since(insider, contents=True)
    assert found.findings == ()
    control = found.ledgers[0]
    assert (control.name, control.judged) == ("control", control.events)
    assert found.skipped == found.events - control.events > 0
    assert found.events == whole.events
    assert found.documents == 0
    told = found.to_json(Language.EN)
    assert told["skipped"] == found.skipped
    assert "the verification of" in told["since"]
    assert "RFC 6962" in found.told_skipped.text(Language.ZH)
    assert "skipped" not in whole.to_json(Language.EN)


def test_what_was_added_is_judged_with_all_of_its_record(insider):
    sample = insider.bank.sample("RXD7200-02-JN01") | {"stages": []}
    sample["record"]["content"]["visit"]["place"] = "another"
    before = store.verify(insider.bank.at())
    number = insider.bank.issue(sample, LATE)
    found = since(insider, contents=True)
    assert found.findings == ()
    assert found.events == before.events + 1
    assert found.skipped == before.events - before.ledgers[0].events
    assert found.documents == 1
    again = since(insider)
    assert again.skipped == found.skipped + 1
    head = {"name": "郑部长", "date": LATE.isoformat(), "opinion": "已阅"}
    insider.bank.add(number, "dept_head_opinion", head, "JN01-0001")
    added = since(insider)
    assert added.findings == ()
    assert added.skipped == again.skipped - 1


@pytest.mark.parametrize("code", LAST_ACT)
def test_a_fault_after_it_is_named(insider, code):
    insider.rewrite(*LAST_ACT[code])
    insider.bank.close()
    found = auditing.verify(insider.bank.at().store, since=begun(insider.bank), contents=True)
    assert code in codes(found)
    assert "HISTORY-OTHER" not in codes(found)
    assert found.skipped > 0


def test_an_executor_finds_the_same_in_the_same_order(insider):
    for fault in LAST_ACT.values():
        insider.rewrite(*fault)
    insider.bank.close()
    opened = insider.bank.at().store
    far = []
    with ThreadPoolExecutor(1) as workers:
        there = auditing.verify(
            opened, contents=True, executor=workers, progress=lambda *one: far.append(one)
        )
    assert there == auditing.verify(opened, contents=True)
    assert far[0] == (0, there.events)
    assert far[-1] == (there.events, there.events)
    assert far == sorted(far)


def handed(value):
    """Return a value as another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def test_what_another_process_found_is_the_same_here(insider):
    insider.rewrite(*LAST_ACT["COMMIT-TEXT"])
    insider.bank.close()
    opened = insider.bank.at().store
    asked = AskedOfJudge(control=opened.require_head(CONTROL_REF).commit, contents=True)
    judge, reopen = handed((asked, opened.reopen))
    head = opened.require_head(NOTICE)
    done = Judge(reopen(), judge).done(Piece(ref=NOTICE, commit=head.commit))
    there = handed(done)
    assert there == done
    assert [one.message.text(Language.ZH) for one in there.findings]


@pytest.mark.soak
@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_after_it_is_named(insider, name):
    bank = insider.bank
    try:
        inject(insider, name, NOTICE)
        state = begun(bank)
    except (RmdocsError, NothingThereError):
        return  # there is no place for it, or such a store is not opened
    found = auditing.verify(bank.at().store, since=state, contents=True)
    whole = auditing.verify(bank.at().store, contents=True)
    missing = [
        one
        for one in whole.findings
        if one not in found.findings
        and not any(first in one.path for first in ("000000-", "/editions/1/", "commit"))
    ]
    assert missing == [] or FAULTS[name].codes & codes(found)


@pytest.mark.parametrize("name", ["history-cut", "history-rewritten"])
def test_a_history_that_is_another_one_is_judged_whole(insider, name):
    inject(insider, name, NOTICE)
    found = since(insider)
    assert codes(found) >= {"HISTORY-OTHER"}
    assert codes(found) & {"LEDGER-BACK", "LEDGER-REWRITTEN"}


def test_commits_that_were_made_anew_are_told_though_the_acts_are_the_same(insider):
    [first, *_] = insider.history(NOTICE)
    insider.rewrite(NOTICE, lambda acts: acts[0].trailers.update(Note="x"))
    assert "HISTORY-OTHER" in codes(since(insider))
    assert first.trailers


def test_of_what_is_gone_nothing_good_is_told(insider):
    [notice] = [one for one in ledgers_of(insider.bank.at().store) if one == NOTICE]
    held = insider.bank.at().store.require_head(notice).checkpoint.size
    before = since(insider).skipped
    insider.bank.git("update-ref", "-d", notice)
    found = since(insider)
    assert "LEDGER-GONE" in codes(found)
    assert found.skipped == before - held
    assert "the ledgers that hold them" in found.told_skipped.text(Language.EN)


def test_a_file_of_before_that_was_changed_since_is_found(insider):
    document = "00/00/01/editions/1/RXD7200-04-JN01-2026-0001-e1.docx"
    with_file(insider.bank, document, b"changed", NOTICE)
    assert "COMMIT-REPLACES" in codes(since(insider))


class TestCheckpointFile:
    """Of a file only sizes and roots are known: files are compared again."""

    @pytest.fixture
    def pins(self, lived):
        bank, _, _ = lived
        kept = store.checkpoint(bank.at())
        return store.pins_from(File(name="kept.txt", data=kept.text.encode()))

    def test_files_are_compared_again(self, insider, pins):
        found = since(insider, pins)
        assert found.findings == ()
        assert found.files_again
        assert found.skipped > 0
        assert found.files == store.verify(insider.bank.at()).files

    def test_a_file_that_another_history_holds_is_found(self, insider, pins):
        """The acts are the same, signed anew: only the file tells."""

        def change(acts):
            for act in acts[:1]:
                act.state["stray.txt"] = b"stray"

        insider.rewrite(NOTICE, change)
        assert "FILE-UNSEALED" in codes(since(insider, pins))

    def test_a_code_as_printed_does_not_say_enough(self, insider):
        pins = store.pins_from("RXD7200-02-JN01-2026-0001 1·0a1b2c3d4e5f")
        with pytest.raises(UsageError, match="does not say enough"):
            since(insider, pins)


class TestWhatIsKept:
    def test_only_what_had_no_fault(self, insider):
        kept = seen_path(insider.bank.root).with_name("verified")
        before = kept.read_bytes()
        insider.rewrite(*LAST_ACT["COMMIT-TEXT"])
        assert not since(insider).ok
        assert kept.read_bytes() == before

    def test_what_looked_at_less_is_not_gone_on_from(self, insider):
        with pytest.raises(UsageError, match="nothing was verified"):
            since(insider, renditions=True)

    @pytest.mark.parametrize("change", [{"rmdocs": "0.0"}, {"at": 5}, {"ledgers": [{}]}])
    def test_another_version_or_what_cannot_be_read_is_refused(self, insider, change):
        kept = seen_path(insider.bank.root).with_name("verified")
        kept.write_text(json.dumps([json.loads(kept.read_bytes())[-1] | change]))
        with pytest.raises(UsageError) as refusal:
            since(insider)
        assert "verify the whole store once" in refusal.value.remedy.text(Language.EN)

    def test_where_others_can_write_nothing_is_believed(self, insider):
        place = seen_path(insider.bank.root).parent
        place.chmod(0o777)
        try:
            with pytest.raises(UsageError, match="nothing was verified"):
                since(insider)
        finally:
            place.chmod(0o700)

    def test_a_new_store_in_its_place_knows_nothing_of_it(self, insider):
        kept = seen_path(insider.bank.root).with_name("verified")
        from rmdocs.workspace.seen import set_aside

        set_aside(seen_path(insider.bank.root))
        assert not kept.exists()

"""Witnesses cosign no two histories, and a policy of the verifier's says how many must have."""

from __future__ import annotations

import base64
import shutil
from datetime import UTC, date, datetime

import plaingit
import pytest
from bank import LATE, Bank
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from insider import Insider, inject
from witnessed import Witness, clone, fetch, policy, told

from rmdocs.audit.witnesses import AskedOfWitnesses, judged
from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.files import File
from rmdocs.findings import Severity
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.checkpoint import Checkpoint, parted, verifier_line
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.store.witnesspolicy import WitnessGroup, WitnessPolicy
from rmdocs.store.witnessref import read_witness, witness_refs
from rmdocs.workspace import places, proving, records, store, witnessing

RM, NUMBER = "JN01-0101", RecordNumber.parse("RXD7200-02-JN01-2026-0001")
PLACE = "records/RXD7200-02/JN01/2026/1"
ORIGIN = f"rmdocs/{PLACE}"
VISITS = "refs/heads/records/RXD7200-02/JN01/2026/1"
MORNING = datetime(2026, 12, 31, 9, tzinfo=UTC)
LONG_AFTER = date(2027, 3, 1)


@pytest.fixture
def bank(visited, copied_in_git):
    return copied_in_git(visited)


@pytest.fixture
def elsewhere(place, tmp_path_factory):
    """Where clones go; they lie where nothing is slow."""
    folders = []

    def make(bank: Bank) -> Bank:
        folder = place / f"clone-{len(folders)}-{bank.root.parent.name}"
        folders.append(folder)
        return clone(bank, folder)

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def grow(bank: Bank) -> None:
    """Issue one more call log."""
    sample = bank.write(bank.sample("RXD7200-02-JN01"))
    records.issue(bank.at(RM), [read(sample)], again=True)


def diverge(bank: Bank, reason: str) -> None:
    """Go on as no other clone does."""
    bank.ask(NUMBER, RM, reason)


def codes(found) -> set[str]:
    return {finding.code for finding in found.findings}


def sizes(witness: Witness, bank: Bank) -> list[int]:
    """Return at which sizes a witness's ref keeps the volume."""
    kept = read_witness(bank.at().store, witness.ref).kept
    return sorted(one.checkpoint.size for one in kept if one.ref == VISITS)


def altered(bank: Bank, witness: Witness, path: str, change) -> None:
    """Change a note on a witness's ref."""
    note = bank.git("show", f"{witness.ref}:{path}") + "\n"
    plaingit.with_file(bank, path, change(note).encode(), witness.ref)
    bank.close()


class TestCosigning:
    def test_every_ledger_as_it_stands_at_each_look(self, bank):
        witness = Witness("JN02", bank)
        first = witness.look()
        assert (first.ok, first.added) == (True, len(first.ledgers))
        assert {one.before for one in first.ledgers} == {None}
        again = witness.look()
        assert (again.ok, again.added, again.findings) == (True, len(first.ledgers), ())
        assert [one.before for one in again.ledgers] == [one.events for one in first.ledgers]

    def test_what_grew_takes_the_place_of_what_was(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        grow(bank)
        assert witness.look().added == 2
        assert sizes(witness, bank) == [2]

    def test_a_ledger_at_rest_is_cosigned_anew_in_place_of_before(self, bank):
        """Else nobody could tell one at rest from one that was cut off."""
        witness = Witness("JN02", bank)
        times = []
        for day in (LATE, LONG_AFTER):
            witness.look(day=day)
            for kept in read_witness(bank.at().store, witness.ref).kept:
                own, cosigned = kept.lines
                assert own.startswith("— rmdocs-ledger ")
                times.append(witness.key.on(kept.checkpoint.body, (cosigned,)).time[:10])
        assert times == ["2026-12-31"] * 2 + ["2027-03-01"] * 2

    def test_one_witness_cosigns_what_another_did_before_it_cosigns_more(self, bank):
        """Else two that look at different times would never have cosigned the same."""
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look()
        grow(bank)
        second.look()
        assert (sizes(first, bank), sizes(second, bank)) == ([1], [1, 2])
        grow(bank)
        first.look()
        assert sizes(first, bank) == [1, 2, 3]
        second.look()
        assert sizes(second, bank) == [1, 2, 3]

    def test_what_nobody_else_cosigned_is_not_kept(self, bank):
        witness = Witness("JN02", bank)
        for _ in range(3):
            grow(bank)
            witness.look()
        assert sizes(witness, bank) == [4]

    def test_plain_git_reads_it(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        note = bank.git("show", f"{witness.ref}:records/RXD7200-02/JN01/2026/1/1") + "\n"
        body, lines = parted(note)
        assert Checkpoint.parse(body).size == 1
        assert [line.split(" ")[1] for line in lines] == ["rmdocs-ledger", "rmdocs/witness/JN02"]
        assert bank.git("fsck", "--full", "--strict") == ""


class TestWhatAWitnessRefuses:
    def test_another_history(self, bank, elsewhere):
        other = elsewhere(bank)
        diverge(bank, "重复")
        diverge(other, "另一个原因")
        witness = Witness("JN02", bank)
        witness.look()
        found = witness.look(other)
        assert codes(found) == {"LEDGER-REWRITTEN"}
        assert not found.ok
        assert {one.ledger for one in found.ledgers if not one.cosigned} == {ORIGIN}
        assert sizes(witness, other) == []  # all but that ledger

    def test_a_ledger_that_went_back(self, bank, elsewhere):
        older = elsewhere(bank)
        grow(bank)
        witness = Witness("JN02", bank)
        witness.look()
        assert codes(witness.look(older)) == {"LEDGER-BACK"}

    def test_a_ledger_that_is_gone(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        bank.git("update-ref", "-d", VISITS)
        bank.close()
        assert codes(witness.look()) == {"LEDGER-GONE"}

    def test_nothing_is_cosigned_where_control_is_another(self, bank, elsewhere):
        older = elsewhere(bank)
        bank.issue(bank.sample("RXD7200-04-JN01"))  # opens a volume, in control
        witness = Witness("JN02", bank)
        witness.look()
        found = witness.look(older)
        assert "LEDGER-BACK" in codes(found)
        assert found.added == 0
        assert f"refs/witness/{witness.name}" not in older.at().store.refs()

    def test_a_checkpoint_that_the_ledgers_key_did_not_sign(self, bank):
        witness = Witness("JN02", bank)
        path = "ledger/checkpoint"
        note = bank.git("show", f"{VISITS}:{path}") + "\n"
        body = parted(note)[0]
        other = Witness("JN03", bank)
        plaingit.with_file(bank, path, Checkpoint.parse(body).sign(other.signer).encode(), VISITS)
        bank.close()
        found = witness.look()
        assert codes(found) == {"LEDGER-SIGNATURE"}
        assert sizes(witness, bank) == []

    def test_tiles_that_do_not_lead_to_the_root(self, bank):
        witness = Witness("JN02", bank)
        path = "ledger/tile/0/000.p/1"
        plaingit.with_file(bank, path, bytes(32), VISITS)
        bank.close()
        found = witness.look()
        assert codes(found) == {"LEDGER-UNCOMPARED"}
        assert sizes(witness, bank) == []

    def test_a_clock_that_went_back(self, bank):
        witness = Witness("JN02", bank)
        witness.look(day=LONG_AFTER)
        with pytest.raises(StoreError) as refusal:
            witness.look()
        assert "clock" in refusal.value.reason.text(Language.EN)

    def test_a_key_that_others_can_read(self, bank):
        witness = Witness("JN02", bank)
        bank.at().keys.path("witness-JN02").chmod(0o644)
        with pytest.raises(ControlError):
            witness.look()

    def test_a_name_that_is_none(self, bank):
        for name in ("", "a/b", "../x", "中文", "x" * 33, "-x", "control", "Records"):
            with pytest.raises(UsageError):
                witnessing.own_key(bank.at(), name)


class TestWhatAWitnessRemembers:
    def test_memory_that_was_lost_is_told_and_gone_on_from(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        places.witness_path(witness.key.public).unlink()
        grow(bank)
        found = witness.look()
        assert codes(found) == {"WITNESS-FORGOT"}
        assert found.ok
        assert witness.look().findings == ()

    def test_what_it_cosigned_rules_where_memory_was_set_back(self, bank, elsewhere):
        witness = Witness("JN02", bank)
        witness.look()
        path = places.witness_path(witness.key.public)
        before, other = path.read_bytes(), elsewhere(bank)
        diverge(bank, "重复")
        witness.look()
        path.write_bytes(before)
        diverge(other, "另一个原因")
        fetch(other, bank, "refs/witness/*")
        found = witness.look(other)
        assert codes(found) == {"WITNESS-FORGOT", "LEDGER-REWRITTEN"}
        assert sizes(witness, other) == [2]  # what it cosigned before is kept, as evidence

    def test_memory_that_cannot_be_read(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        places.witness_path(witness.key.public).write_bytes(b"\xff")
        with pytest.raises(StoreError):
            witness.look()

    def test_no_place_to_remember(self, bank, monkeypatch, tmp_path):
        witness = Witness("JN02", bank)
        tmp_path.chmod(0o755)
        (tmp_path / "rmdocs").mkdir(mode=0o777)
        (tmp_path / "rmdocs").chmod(0o777)
        monkeypatch.setenv(places.STATE_VARIABLE, str(tmp_path))
        with pytest.raises(StoreError):
            witness.look()


class TestPolicy:
    def test_ledgers_that_enough_witnesses_cosigned(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        for one in (first, second):
            one.look()
        found = store.verify(bank.at(), policy=File(name="p", data=policy(first, second)))
        assert found.findings == ()
        assert found.witnessed == found.volumes + 1
        assert (found.quorum, found.oldest) == ("everybody", "2026-12-31 09:00Z")
        assert found.oldest_ledger == "rmdocs/control"
        assert bank.codes() == set()

    def test_acts_since_are_told(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        grow(bank)
        found = store.verify(bank.at(), policy=File(name="p", data=policy(witness)))
        assert [(one.code, one.path) for one in found.findings] == [("WITNESS-BEHIND", PLACE)]
        assert found.ok

    def test_who_cosigned_more_has_cosigned_what_was_before(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look()
        grow(bank)
        second.look()
        found = store.verify(bank.at(), policy=File(name="p", data=policy(first, second)))
        assert [(one.code, one.path) for one in found.findings] == [("WITNESS-BEHIND", PLACE)]

    def test_one_witness_too_few(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look()
        assert told(bank, policy(first, second)) == {"WITNESS-QUORUM"}
        assert told(bank, policy(first, second, rule="any")) == set()

    def test_a_witness_that_the_policy_does_not_know(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look()
        assert told(bank, policy(second)) == {"WITNESS-QUORUM"}

    def test_a_ref_by_the_name_of_a_witness_is_not_its_word(self, bank, elsewhere):
        witness, home = Witness("JN02", bank), elsewhere(bank)
        home.at().keys.path("witness-JN02").unlink()
        Witness("JN02", home).look()
        fetch(bank, home)
        assert told(bank, policy(witness)) == {"WITNESS-QUORUM"}

    def test_policy_for_another_store(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        own = proving.trusted(bank.at()).data.decode().strip()
        other = verifier_line(witness.key.public)
        assert told(bank, policy(witness, log=own)) == set()
        assert told(bank, policy(witness, log=other)) == {"WITNESS-LOG"}

    def test_nobody_asked_for(self, bank):
        found = store.verify(bank.at(), policy=File(name="p", data=b"quorum none\n"))
        assert (found.findings, found.witnessed, found.pinned) == ((), 0, 0)
        assert "excludes nothing" in found.told_witnessed.text(Language.EN)

    @pytest.mark.parametrize(
        "change",
        [
            lambda note: note.replace("\n1\n", "\n2\n"),
            lambda note: note.replace(
                parted(note)[0].split("\n")[2], base64.b64encode(bytes(32)).decode()
            ),
            lambda note: "rmdocs/control" + note[note.index("\n") :],
        ],
        ids=["size", "root", "ledger"],
    )
    def test_a_cosignature_of_something_else(self, bank, change):
        witness = Witness("JN02", bank)
        witness.look()
        note = bank.git("show", f"{witness.ref}:{PLACE}/1") + "\n"
        moved = change(note)
        origin, size = moved.split("\n")[:2]
        place = f"{origin.removeprefix('rmdocs/')}/{size}"
        plaingit.with_file(bank, f"{PLACE}/1", None, witness.ref)
        plaingit.with_file(bank, place, moved.encode(), witness.ref)
        bank.close()
        assert {"WITNESS-SIGNATURE", "WITNESS-QUORUM"} <= told(bank, policy(witness))

    def test_another_time(self, bank):
        witness = Witness("JN02", bank)
        witness.look()

        def later(note: str) -> str:
            line = parted(note)[1][1]
            data = bytearray(base64.b64decode(line.rpartition(" ")[2]))
            data[11] ^= 1
            return note.replace(line.rpartition(" ")[2], base64.b64encode(data).decode())

        altered(bank, witness, f"{PLACE}/1", later)
        assert told(bank, policy(witness)) == {"WITNESS-SIGNATURE", "WITNESS-QUORUM"}


class TestAPolicyOnlyAsksForMore:
    """Whatever lines stand in notes: a policy takes away nothing that is wrong without one."""

    @pytest.fixture
    def two(self, visited, copied_in_memory):
        return Noted(copied_in_memory(visited))

    def test_a_forged_line_beside_the_ledgers_own_signature(self, two):
        two.lay(((True, "ledger", ("forged-0",)),))
        assert two.errors(with_policy=False) == {("LEDGER-REWRITTEN", PLACE)}
        assert two.errors(with_policy=True) >= {("LEDGER-REWRITTEN", PLACE)}

    def test_a_forged_line_beside_a_good_one(self, two):
        """Anybody can put it there: it takes nobody's word away."""
        two.lay(((False, "ledger", ("forged-0", "good-0", "good-1")),))
        found = two.judged(with_policy=True)
        assert ORIGIN in found.ledgers
        assert "WITNESS-SIGNATURE" in codes(found)

    @given(
        st.lists(
            st.tuples(
                st.booleans(),
                st.sampled_from(["ledger", "stranger", ""]),
                st.permutations(
                    ["good-0", "good-1", "forged-0", "forged-1", "foreign", "good-0"]
                ).flatmap(
                    lambda lines: st.integers(0, len(lines)).map(lambda to: tuple(lines[:to]))
                ),
            ),
            min_size=1,
            max_size=3,
        )
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_mixture(self, two, notes):
        two.lay(notes)
        assert two.errors(with_policy=True) >= two.errors(with_policy=False)


class Noted:
    """A store on whose refs of witnesses any notes of a volume are laid."""

    def __init__(self, bank: Bank) -> None:
        self.store = bank.at().store
        self.keys = ledger_keys(self.store.require_head(CONTROL_REF))
        self.own = bank.at().ledger_key()
        self.signers = [SigningKey.generate(f"w{at}") for at in range(3)]
        self.witnesses = [
            WitnessKey(name=f"w{at}", public=one.public) for at, one in enumerate(self.signers)
        ]
        self.here = self.store.require_head(VISITS).checkpoint

    def lay(self, notes) -> None:
        """Lay notes, each on a ref of its own.

        :param notes: whether each has another root, by whom it is signed, and what lines follow.
        """
        for at in range(3):
            self.store.named.pop(f"refs/witness/n{at}", None)
        for at, (other, signed, lines) in enumerate(notes):
            root = bytes(32) if other else self.here.root
            checkpoint = Checkpoint(origin=ORIGIN, size=self.here.size, root=root)
            note = f"{checkpoint.body}\n"
            if signed:
                signer = self.own if signed == "ledger" else self.signers[2]
                note = checkpoint.sign(signer)
            note += "".join(f"{self.line(checkpoint.body, line)}\n" for line in lines)
            with self.store.witnessing(f"refs/witness/n{at}") as branch:
                branch.keep([note], self.witnesses[2], self.signers[2], MORNING)

    def line(self, body: str, kind: str) -> str:
        how, _, at = kind.partition("-")
        which = int(at or 2)
        said = "x" if how == "forged" else ""
        time = datetime(2999, 1, 1, tzinfo=UTC) if how == "future" else MORNING
        return self.witnesses[which].cosigned(f"{said}{body}", self.signers[which], time)

    def judged(self, *, with_policy: bool):
        asked = WitnessPolicy(
            witnesses={one.name.encode(): one for one in self.witnesses[:2]},
            groups={b"both": WitnessGroup(members=(b"w0", b"w1"), least=2)},
            quorum=b"both",
        )
        heads = {VISITS: self.store.require_head(VISITS)}
        now = AskedOfWitnesses(policy=asked, now=MORNING)
        return judged(self.store, heads, self.keys, now if with_policy else None)

    def errors(self, *, with_policy: bool) -> set[tuple[str, str]]:
        found = self.judged(with_policy=with_policy).findings
        return {(one.code, one.path) for one in found if one.severity is Severity.ERROR}


class TestHowLongAgo:
    """An old copy of a ledger comes with old words; one newer word elsewhere hides nothing."""

    def verified(self, bank, data, day, within=None):
        return store.verify(bank.at(day=day), policy=File(name="p", data=data), within=within)

    def test_a_ledger_cut_back_behind_what_was_witnessed(self, bank, elsewhere):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        both = (first, second)
        for one in both:
            one.look()
        older = elsewhere(bank)
        grow(bank)
        for one in both:
            one.look(day=LONG_AFTER)
        # The volume as it was, and the notes of the time, beside all others of today.
        fetch(bank, older, VISITS)
        for one in both:
            note = older.git("show", f"{one.ref}:{PLACE}/1") + "\n"
            plaingit.with_file(bank, f"{PLACE}/2", None, one.ref)
            plaingit.with_file(bank, f"{PLACE}/1", note.encode(), one.ref)
        bank.close()
        data = policy(*both)
        found = self.verified(bank, data, LONG_AFTER)
        assert (found.oldest, found.oldest_ledger) == ("2026-12-31 09:00Z", ORIGIN)
        assert ORIGIN.removeprefix("rmdocs/") in found.told_witnessed.text(Language.EN)
        found = self.verified(bank, data, LONG_AFTER, within=7)
        old = [one.path for one in found.findings if one.code == "WITNESS-OLD"]
        assert (old, found.ok) == ([PLACE], False)

    def test_a_ledger_at_rest_is_not_old(self, bank):
        witness = Witness("JN02", bank)
        witness.look()
        witness.look(day=LONG_AFTER)
        assert self.verified(bank, policy(witness), LONG_AFTER, within=0).findings == ()

    def test_a_time_is_that_of_as_many_as_are_enough(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look()
        second.look(day=LONG_AFTER)
        for rule, time in (("all", "2026-12-31 09:00Z"), ("any", "2027-03-01 09:00Z")):
            asked = policy(first, second, rule=rule)
            assert self.verified(bank, asked, LONG_AFTER).oldest == time

    def test_a_time_to_come_does_not_count(self, bank):
        first, second = Witness("JN02", bank), Witness("head-office", bank)
        first.look(day=date(2999, 1, 1))
        second.look()
        found = self.verified(bank, policy(first, second, rule="any"), LATE, within=7)
        assert codes(found) == {"WITNESS-FUTURE"}
        assert found.oldest == "2026-12-31 09:00Z"
        assert told(bank, policy(first)) == {"WITNESS-FUTURE", "WITNESS-QUORUM"}

    def test_a_time_to_come_takes_no_other_word_away(self, visited, copied_in_memory):
        two = Noted(copied_in_memory(visited))
        two.lay(((False, "ledger", ("future-0", "good-0", "good-1")),))
        found = two.judged(with_policy=True)
        assert (ORIGIN in found.ledgers, found.oldest) == (True, "2026-12-31 09:00Z")
        assert codes(found) == {"WITNESS-FUTURE"}

    def test_days_are_asked_of_somebody(self, bank):
        for data in (None, b"quorum none\n"):
            file = File(name="p", data=data) if data else None
            with pytest.raises(UsageError):
                store.verify(bank.at(), policy=file, within=7)


class TestSplitView:
    """Somebody with every key shows two histories, each to one witness (F7)."""

    @pytest.fixture
    def split(self, bank, elsewhere):
        other = elsewhere(bank)
        diverge(bank, "重复")
        diverge(other, "另一个原因")
        first, second = Witness("JN02", bank), Witness("head-office", other)
        first.look()
        second.look()
        return bank, other, first, second

    def test_neither_history_has_both_witnesses(self, split):
        bank, other, first, second = split
        for one in (bank, other):
            assert told(one, policy(first, second)) == {"WITNESS-QUORUM"}

    def test_both_words_together_show_it(self, split):
        bank, other, first, second = split
        fetch(bank, other, "refs/witness/*")
        assert told(bank, policy(first, second)) == {"LEDGER-REWRITTEN", "WITNESS-QUORUM"}

    def test_two_checkpoints_of_the_ledgers_own_key_show_it_without_any_policy(self, split):
        bank, other, _, _ = split
        fetch(bank, other, "refs/witness/*")
        assert told(bank, None) == {"LEDGER-REWRITTEN"}


class TestDrill:
    def test_faults_are_put_into_clones_that_witnesses_looked_at(self, bank):
        """Their refs hold no acts to be sealed anew."""
        Witness("JN02", bank).look()
        fault = inject(Insider(bank), "name-of-another", CONTROL_REF)
        assert fault.codes & bank.codes()


class TestWhatIsNoWord:
    """A witness's ref can hold anything; it is told, and harms nothing."""

    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("control/1", b""),
            ("control/1", b"\xff\xfe"),
            ("control/1", b"x\n" * 100_000),
            ("control/1", b"rmdocs/control\n1\n" + b"A" * 43 + b"=\n\nno signature\n"),
            ("control/1", b"rmdocs/control\n01\n" + b"A" * 43 + b"=\n\n"),
            ("control/2", b"rmdocs/control\n1\n" + b"A" * 43 + b"=\n\n"),
            ("elsewhere", b"rmdocs/control\n1\n" + b"A" * 43 + b"=\n\n"),
            ("key", b"none"),
        ],
    )
    def test_what_is_no_checkpoint(self, bank, path, data):
        witness = Witness("JN02", bank)
        witness.look()
        plaingit.with_file(bank, path, data, witness.ref)
        bank.close()
        found = store.verify(bank.at())
        assert codes(found) == {"WITNESS-UNREADABLE"}
        assert found.ok
        assert "JN02" in {one.name for one in witness_refs(bank.at().store)}
        assert witness.look().ok

    def test_a_checkpoint_that_nobody_signed_who_counts(self, bank):
        witness, other = Witness("JN02", bank), SigningKey.generate("x")
        witness.look()
        note = Checkpoint(origin=ORIGIN, size=7, root=bytes(32)).sign(other)
        plaingit.with_file(bank, f"{PLACE}/7", note.encode(), witness.ref)
        bank.close()
        assert told(bank, None) == {"WITNESS-NOBODY"}
        assert told(bank, policy(witness)) == {"WITNESS-NOBODY"}

    def test_what_is_no_commit(self, bank):
        blob = bank.git("hash-object", "-w", "--stdin", data=b"x")
        path = bank.store / "refs" / "witness" / "JN02"
        path.parent.mkdir()
        path.write_text(f"{blob}\n")
        witness = Witness("JN02", bank)
        assert told(bank, None) == {"WITNESS-UNREADABLE"}
        assert told(bank, policy(witness)) == {"WITNESS-UNREADABLE", "WITNESS-QUORUM"}
        assert witness.look().ok  # and so the ref is its own again
        assert told(bank, policy(witness)) == set()

    def test_what_is_no_commit_is_not_called_damaged(self, bank):
        blob = bank.git("hash-object", "-w", "--stdin", data=b"x")
        path = bank.store / "refs" / "witness" / "JN02"
        path.parent.mkdir()
        path.write_text(f"{blob}\n")
        [finding] = store.verify(bank.at()).findings
        assert "it is no commit, but a blob of git" in finding.message.text(Language.EN)

    @pytest.mark.parametrize(
        "name", ["witness/a/b", "witness/中", "witnesses/JN02", "heads/witness/x"]
    )
    def test_refs_of_other_forms_do_not_belong(self, bank, name):
        bank.git("update-ref", f"refs/{name}", CONTROL_REF)
        bank.close()
        assert told(bank, None) == {"REF-FOREIGN"}

    def test_ledgers_on_the_ref_of_a_witness_are_no_words(self, bank):
        bank.git("update-ref", "refs/witness/JN02", CONTROL_REF)
        bank.close()
        [finding] = store.verify(bank.at()).findings  # one, of however many files
        assert finding.code == "WITNESS-UNREADABLE"
        assert "more" in finding.message.text(Language.EN)

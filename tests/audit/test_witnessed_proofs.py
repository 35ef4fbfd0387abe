"""Proofs that witnesses cosigned: what a policy demands, and that nothing else passes for it."""

import base64
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from bank import Bank, refused_for
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from proofs import TOOL, judged, lacks
from witnessed import Witness, policy

from rmdocs.files import File
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.store.checkpoint import Checkpoint, parted, verifier_line
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.keys import SigningKey
from rmdocs.store.prooffile import Proof
from rmdocs.store.witnesspolicy import WitnessPolicy
from rmdocs.workspace import proving, records

RM, NUMBER = "JN01-0101", RecordNumber.parse("RXD7200-02-JN01-2026-0001")
NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)


class Shown:
    """A document, the keys, and three witnesses of whom two are enough."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.witnesses = [Witness(name, bank) for name in ("JN02", "YT03", "audit")]
        self.keys = proving.trusted(bank.at()).data
        [document] = records.export(bank.at(), NUMBER)[:1]
        self.file = document.data
        self.two = policy(*self.witnesses, rule="2")
        self.all = policy(*self.witnesses)

    def __repr__(self) -> str:
        return "what is shown"

    def proof(self, asked: bytes | None = None):
        given = File(name="p", data=asked) if asked is not None else None
        return proving.prove(self.bank.at(), File(name="x", data=self.file), given)

    def judged(self, proof: bytes, asked: bytes | None) -> str:
        return judged(self.file, proof, self.keys, asked)


@pytest.fixture(scope="module")
def shown(visited, once):
    """All three have looked."""
    found = Shown(Bank(once.copy(visited, "witnessed", lambda _root: None)[0]))
    for one in found.witnesses:
        one.look()
    found.proved = found.proof(found.all).file.data
    return found


@pytest.fixture
def anew(visited, copied_in_git):
    """Nobody has looked."""
    return Shown(copied_in_git(visited))


def grow(bank: Bank) -> None:
    sample = bank.write(bank.sample("RXD7200-02-JN01"))
    records.issue(bank.at(RM), [read(sample)], again=True)


def codes(found) -> set[str]:
    return {finding.code for finding in found.findings}


def with_lines(proof: bytes, *lines: str) -> bytes:
    """Return a proof whose checkpoint bears these lines in place of cosignatures."""
    taken = Proof.parse(proof)
    body, there = parted(taken.note)
    return proof.replace(taken.note.encode(), "\n".join([body, there[0], *lines, ""]).encode())


def cosignatures(proof: bytes) -> list[str]:
    return list(parted(Proof.parse(proof).note)[1][1:])


class TestWhatIsDemanded:
    def test_all_three(self, shown):
        found = shown.proof(shown.all)
        assert "PROOF-UNWITNESSED" not in codes(found)
        assert shown.judged(found.file.data, shown.all) == ""
        files = (shown.file, found.file.data, shown.keys, shown.all)
        told = proving.judge(*(File(name="x", data=data) for data in files))
        assert [one.name for one in told.witnesses] == ["JN02", "YT03", "audit"]
        assert {one.time for one in told.witnesses} == {"2026-12-31 09:00Z"}
        assert "PROOF-UNWITNESSED" not in codes(told)

    def test_who_names_no_policy_is_told_that_nothing_was_judged(self, shown):
        found = shown.proof()
        assert len(cosignatures(found.file.data)) == 3
        assert shown.judged(found.file.data, None) == ""
        assert "PROOF-UNWITNESSED" in lacks(shown.file, found.file.data, shown.keys)

    def test_nobody_is_asked_for(self, shown):
        assert shown.judged(shown.proved, b"quorum none\n") == ""

    def test_one_too_few(self, shown):
        first, second, third = cosignatures(shown.proved)
        for lines in ([first, second], [second, third], [third, first]):
            proof = with_lines(shown.proved, *lines)
            assert shown.judged(proof, shown.two) == ""
            assert shown.judged(proof, shown.all) == "PROOF-WITNESS"
        assert shown.judged(with_lines(shown.proved, first), shown.two) == "PROOF-WITNESS"
        assert shown.judged(with_lines(shown.proved), shown.two) == "PROOF-WITNESS"

    def test_before_anybody_looked_prove_says_that_it_will_not_do(self, anew):
        found = anew.proof(anew.two)
        assert "PROOF-WITNESS" in codes(found)
        assert anew.judged(found.file.data, anew.two) == "PROOF-WITNESS"
        assert anew.judged(found.file.data, None) == ""

    def test_the_state_is_proved_that_enough_cosigned(self, anew):
        for one in anew.witnesses[:2]:
            one.look()
        grow(anew.bank)
        anew.witnesses[2].look()
        grow(anew.bank)
        for asked in (anew.two, None):
            proof = anew.proof(asked).file.data
            assert Checkpoint.parse(parted(Proof.parse(proof).note)[0]).size == 1
            assert anew.judged(proof, anew.two) == ""

    def test_an_act_that_takes_the_last_word_is_shown_though_nobody_cosigned_it_yet(self, anew):
        for one in anew.witnesses:
            one.look()
        anew.bank.void(NUMBER, RM, "JN01-0001")
        found = anew.proof(anew.two)
        assert {"PROOF-NOT-LAST", "PROOF-WITNESS"} <= codes(found)
        for one in anew.witnesses:
            one.look()
        found = anew.proof(anew.two)
        assert "PROOF-WITNESS" not in codes(found)
        assert anew.judged(found.file.data, anew.two) == ""

    def test_policy_for_another_store(self, shown):
        own = shown.keys.decode().strip()
        other = verifier_line(SigningKey.generate("x").public)
        assert shown.judged(shown.proved, policy(*shown.witnesses, log=own)) == ""
        asked = policy(*shown.witnesses, log=other)
        assert shown.judged(shown.proved, asked) == "PROOF-CHECKPOINT"
        both = shown.keys + f"{other}\n".encode()
        assert judged(shown.file, shown.proved, both, asked) == "PROOF-CHECKPOINT"

    def test_groups(self, shown):
        lines = "".join(f"{one.line}\n" for one in shown.witnesses)
        units = lines + "group units any JN02 YT03\ngroup both all units audit\nquorum both\n"
        first, second, third = cosignatures(shown.proved)
        assert shown.judged(with_lines(shown.proved, first, third), units.encode()) == ""
        assert shown.judged(with_lines(shown.proved, first, second), units.encode()) == (
            "PROOF-WITNESS"
        )

    def test_the_tool_by_itself(self, shown, tmp_path):
        places = [tmp_path / name for name in ("f", "p.tlog-proof", "keys", "policy")]
        contents = (shown.file, shown.proved, shown.keys, shown.all)
        for place, data in zip(places, contents, strict=True):
            place.write_bytes(data)
        words = [sys.executable, "-I", str(TOOL), *places]
        done = subprocess.run(words, capture_output=True, check=False)
        assert (done.returncode, b"audit (2026-12-31 09:00Z)" in done.stdout) == (0, True)
        places[3].write_bytes(b"quorum nobody\n")
        done = subprocess.run(words, capture_output=True, check=False)
        assert (done.returncode, b"WITNESS-POLICY" in done.stdout) == (1, True)


class TestWhatDoesNotPass:
    def test_one_witness_under_two_names(self, shown):
        line = shown.witnesses[0].line
        again = line.replace("witness JN02", "witness other")
        with refused_for("WITNESS-POLICY"):
            WitnessPolicy.parse(f"{line}\n{again}\nquorum other\n".encode())
        first, *_ = cosignatures(shown.proved)
        proof = with_lines(shown.proved, first, first)
        assert shown.judged(proof, shown.two) == "PROOF-WITNESS"

    def test_a_name_without_the_key(self, shown):
        forger = SigningKey.generate("x")
        body = parted(Proof.parse(shown.proved).note)[0]
        names = [one.key.name for one in shown.witnesses]
        forged = [WitnessKey(name=name, public=forger.public) for name in names]
        lines = [one.cosigned(body, forger, NOW) for one in forged]
        assert shown.judged(with_lines(shown.proved, *lines), shown.two) == "PROOF-WITNESS"

    def test_a_cosignature_of_another_checkpoint(self, shown):
        here = Checkpoint.parse(parted(Proof.parse(shown.proved).note)[0])
        for other in (
            Checkpoint(origin="rmdocs/control", size=here.size, root=here.root),
            Checkpoint(origin=here.origin, size=here.size + 1, root=here.root),
            Checkpoint(origin=here.origin, size=here.size, root=bytes(32)),
        ):
            first = shown.witnesses[0]
            line = first.key.cosigned(other.body, first.signer, NOW)
            others = cosignatures(shown.proved)[1:]
            proof = with_lines(shown.proved, line, *others)
            # Enough are left, and still: a note with a word that is not its witness's is none.
            assert shown.judged(proof, shown.two) == "PROOF-WITNESS"

    def test_a_ledgers_kind_of_signature_by_a_witness(self, shown):
        body = parted(Proof.parse(shown.proved).note)[0]
        lines = []
        for one in shown.witnesses:
            data = one.key.id + one.signer.sign(body.encode())
            lines.append(f"— {one.key.name} {base64.b64encode(data).decode()}")
        assert shown.judged(with_lines(shown.proved, *lines), shown.two) == "PROOF-WITNESS"

    @pytest.mark.parametrize("seconds", [0, 1, 2**63 - 1])
    def test_times_of_any_size_are_the_witnesss_word(self, shown, seconds):
        assert shown.judged(self.timed(shown, seconds), shown.all) == ""

    def test_a_time_that_no_cosignature_may_bear(self, shown):
        assert shown.judged(self.timed(shown, 2**63), shown.all) == "PROOF-WITNESS"

    def timed(self, shown, seconds):
        body = parted(Proof.parse(shown.proved).note)[0]
        said = f"cosignature/v1\ntime {seconds}\n{body}".encode()
        lines = []
        for one in shown.witnesses:
            data = one.key.id + seconds.to_bytes(8, "big") + one.signer.sign(said)
            lines.append(f"— {one.key.name} {base64.b64encode(data).decode()}")
        return with_lines(shown.proved, *lines)

    def test_the_other_of_two_histories(self, anew):
        """Each was shown to one witness: neither proof has both (F7)."""
        first, second, _ = anew.witnesses
        asked = policy(first, second)
        first.look()
        proof = anew.proof(asked).file.data
        body = parted(Proof.parse(proof).note)[0]
        there = Checkpoint.parse(body)
        elsewhere = Checkpoint(origin=there.origin, size=there.size, root=bytes(32))
        line = second.key.cosigned(elsewhere.body, second.signer, NOW)
        assert anew.judged(proof, asked) == "PROOF-WITNESS"
        lines = [*cosignatures(proof), line]
        assert anew.judged(with_lines(proof, *lines), asked) == "PROOF-WITNESS"

    @given(st.integers(0, 1 << 20), st.integers(1, 255), st.sampled_from(["change", "drop"]))
    @settings(max_examples=settings.default.max_examples * 6)
    def test_no_changed_byte_of_the_proof(self, shown, place, byte, how):
        """Where just enough cosigned, whatever is changed below the checkpoint is missed."""
        body = parted(Proof.parse(shown.proved).note)[0].encode()
        start = shown.proved.index(body)
        at = start + place % (len(shown.proved) - start)
        changed = bytes([shown.proved[at] ^ byte]) if how == "change" else b""
        proof = shown.proved[:at] + changed + shown.proved[at + 1 :]
        assume(proof != shown.proved)
        assert shown.judged(proof, shown.all)

    @given(st.integers(0, 1 << 20), st.binary(min_size=0, max_size=3))
    @settings(max_examples=settings.default.max_examples * 8)
    def test_changed_policies_are_judged_alike(self, shown, place, data):
        at = place % len(shown.two)
        asked = shown.two[:at] + data + shown.two[at + 1 :]
        shown.judged(shown.proved, asked)

    @given(st.binary(max_size=300))
    def test_any_bytes_as_a_policy(self, shown, data):
        assert shown.judged(shown.proved, data) in {"", "WITNESS-POLICY"}


def test_what_three_cosignatures_take(shown):
    bare = with_lines(shown.proved)
    assert len(shown.proved) - len(bare) <= 3 * 131

"""Go's golang.org/x/mod/sumdb, which is not ours, says of checkpoints and proofs what we say."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from bank import Bank
from questions import b64, changed, opened, ours, stored, trees
from witnessed import Witness

from rmdocs.folders import read
from rmdocs.store.checking import events_of
from rmdocs.store.checkpoint import Checkpoint, parted
from rmdocs.store.prooffile import Proof
from rmdocs.workspace import proving, records

SOURCE = Path(__file__).parents[1] / "data" / "sumdb" / "main.go"
PACKAGES = Path("/usr/share/gocode")
"""Where Debian lays what golang-golang-x-mod-dev brings."""

pytestmark = [pytest.mark.soak, pytest.mark.go]


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """Return what asks the Go program many questions at once."""
    place = tmp_path_factory.mktemp("sumdb")
    go = {"GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOCACHE": str(place / "cache")}
    program = place / "judge"
    subprocess.run(["go", "build", "-o", program, SOURCE], check=True, env={**os.environ, **go})

    def ask(questions: list[dict]) -> list[bool]:
        lines = "".join(f"{json.dumps(one)}\n" for one in questions)
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        return [line == "yes" for line in done.stdout.split()]

    return ask


@pytest.fixture(scope="module")
def bank(visited, once):
    """A bank with seven call logs, looked at by a witness."""
    bank = Bank(once.copy(visited, "sumdb", lambda _root: None)[0])
    sample = read(bank.write(bank.sample("RXD7200-02-JN01")))
    records.issue(bank.at("JN01-0101"), [sample] * 6, again=True)
    witness = Witness("JN02", bank)
    witness.look()
    bank.witness = witness
    return bank


def test_trees_and_their_changed_proofs(judge):
    asked = trees()
    assert all(map(ours, asked))
    assert all(judge(asked))
    others = changed(asked, 6962, 6000)
    told = judge(others)
    for other, yes in zip(others, told, strict=True):
        # Go asks for no growth from nothing; by RFC 9162 any tree has grown out of that.
        assert ours(other) == yes or other.get("Old") == 0, other
    assert set(told) == {True, False}


def test_what_a_store_holds_and_its_changed_copies(judge, bank):
    asked = stored(bank)
    assert {one["Kind"] for one in asked} == {"note", "inclusion", "consistency"}
    assert all(map(ours, asked))
    assert all(judge(asked))
    others = changed(asked, 9162, 4000)
    for other, yes in zip(others, judge(others), strict=True):
        assert ours(other) == yes or other.get("Old") == 0, other


def test_a_proof_file(judge, bank):
    """Its path and its checkpoint are read as they stand in the file."""
    work = bank.at()
    for found in ("RXD7200-02-JN01-2026-0001", "RXD7200-02-JN01-2026-0004"):
        data = proving.prove(work, found).file.data
        proof = Proof.parse(data)
        checkpoint = Checkpoint.parse(parted(proof.note)[0])
        leaf = next(
            one
            for one in events_of(
                work.store.require_head("refs/heads/records/RXD7200-02/JN01/2026/1")
            )
            if one.index == proof.index
        )
        trusted = proving.trusted(work).data.decode().strip()
        asked = [opened(proof.note, key) for key in (trusted, bank.witness.key.line)]
        asked.append(
            {
                "Kind": "inclusion",
                "Leaf": b64(leaf.to_bytes()),
                "Index": proof.index,
                "Size": checkpoint.size,
                "Root": b64(checkpoint.root),
                "Proof": [b64(one) for one in proof.path],
            }
        )
        assert judge(asked) == [True] * 3

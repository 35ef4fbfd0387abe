"""Go's golang.org/x/mod/sumdb, which is not ours, says of checkpoints and proofs what we say."""

import base64
import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from conftest import Bank
from witnessed import Witness

from rmdocs.files import File
from rmdocs.folders import read
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.checking import events_of
from rmdocs.store.checkpoint import (
    Checkpoint,
    LedgerKeys,
    parse_verifier_line,
    parted,
    verifier_line,
)
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.merkle import MerkleTree, leaf_hash, verify_consistency, verify_inclusion
from rmdocs.store.prooffile import Proof
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX
from rmdocs.store.witnessref import witness_refs
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


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def opened(note: str, key: str) -> dict:
    return {"Kind": "note", "Note": note, "Key": key, "Text": parted(note)[0]}


def ours(question: dict) -> bool:
    """Return what the package says."""
    hashes = [base64.b64decode(one) for one in question.get("Proof", ())]
    match question["Kind"]:
        case "inclusion":
            leaf = leaf_hash(base64.b64decode(question["Leaf"]))
            root = base64.b64decode(question["Root"])
            return verify_inclusion(leaf, question["Index"], question["Size"], hashes, root)
        case "consistency":
            roots = [base64.b64decode(question[name]) for name in ("OldRoot", "Root")]
            return verify_consistency(question["Old"], roots[0], question["Size"], roots[1], hashes)
    body, lines = parted(question["Note"])
    if "rmdocs/witness" in question["Key"]:
        try:
            return WitnessKey.parse(question["Key"]).on(body, lines) is not None
        except ValueError:
            return False
    keys = LedgerKeys.of(parse_verifier_line(question["Key"]))
    return keys.signer(question["Note"]) is not None


def altered(question: dict, chance: random.Random) -> dict:
    """Return a question of which one thing is another."""
    other = dict(question)
    name = chance.choice([name for name in question if name not in {"Kind", "Key", "Text"}])
    value = question[name]
    if isinstance(value, int):
        other[name] = max(0, value + chance.choice([-1, 1, 2, value]))
    elif isinstance(value, list):
        proof = list(value)
        how, at = chance.randrange(4), chance.randrange(len(proof) + 1)
        if how == 0 or at == len(proof):
            proof.insert(at, b64(chance.randbytes(32)))
        elif how == 1:
            del proof[at]
        elif how == 2:
            proof[at] = proof[at - 1]
        else:
            proof[at] = b64(chance.randbytes(32))
        other[name] = proof
    elif name == "Note":
        at = chance.randrange(len(value))
        other[name] = value[:at] + chance.choice("A+/=19\n x") + value[at + 1 :]
        other["Text"] = parted(other[name])[0]
    else:
        data = bytearray(base64.b64decode(value))
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        other[name] = b64(bytes(data))
    return other


def trees() -> list[dict]:
    """Return each leaf's path and each growth of trees of many sizes."""
    asked = []
    for size in (*range(1, 12), 255, 256, 257, 600):
        leaves = [b"%d of %d" % (number, size) for number in range(size)]
        tree = MerkleTree.of([leaf_hash(one) for one in leaves])
        root = b64(tree.root())
        for at in sorted({*range(min(size, 12)), size // 2, size - 1}):
            asked.append(
                {
                    "Kind": "inclusion",
                    "Leaf": b64(leaves[at]),
                    "Index": at,
                    "Size": size,
                    "Root": root,
                    "Proof": [b64(one) for one in tree.inclusion_proof(at)],
                }
            )
            asked.append(
                {
                    "Kind": "consistency",
                    "Old": at + 1,
                    "OldRoot": b64(tree.root_at(at + 1)),
                    "Size": size,
                    "Root": root,
                    "Proof": [b64(one) for one in tree.consistency_proof(at + 1)],
                }
            )
    return asked


def stored(bank: Bank) -> list[dict]:
    """Return what a store and a proof of it hold: notes, cosignatures, paths, growths."""
    store = bank.at().store
    founding = ledger_keys(store.require_head(CONTROL_REF)).founding.public
    asked = []
    for ref in (ref for ref in store.refs() if ref.startswith("refs/heads/")):
        head = store.require_head(ref)
        checkpoint = head.checkpoint
        asked.append(opened(head.note, verifier_line(founding)))
        tree = MerkleTree(checkpoint.size, lambda path, head=head: head.read(LEDGER_PREFIX + path))
        for event in events_of(head):
            asked.append(
                {
                    "Kind": "inclusion",
                    "Leaf": b64(event.to_bytes()),
                    "Index": event.index,
                    "Size": checkpoint.size,
                    "Root": b64(checkpoint.root),
                    "Proof": [b64(one) for one in tree.inclusion_proof(event.index)],
                }
            )
            old = event.previous
            if old is not None:
                asked.append(
                    {
                        "Kind": "consistency",
                        "Old": old.size,
                        "OldRoot": b64(old.root),
                        "Size": checkpoint.size,
                        "Root": b64(checkpoint.root),
                        "Proof": [b64(one) for one in tree.consistency_proof(old.size)],
                    }
                )
    for one in witness_refs(store):
        for kept in one.kept:
            keys = (verifier_line(founding), bank.witness.key.line)
            asked += [opened(kept.note, key) for key in keys]
    return asked


def test_trees_and_their_changed_proofs(judge):
    asked = trees()
    assert all(map(ours, asked))
    assert all(judge(asked))
    chance = random.Random(6962)  # noqa: S311 - the same changes every time
    others = [altered(chance.choice(asked), chance) for _ in range(6000)]
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
    chance = random.Random(9162)  # noqa: S311 - the same changes every time
    others = [altered(chance.choice(asked), chance) for _ in range(4000)]
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
        keys = [File(name="k", data=proving.trusted(work).data).data.decode().strip()]
        asked = [opened(proof.note, key) for key in (*keys, bank.witness.key.line)]
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

"""Questions about checkpoints, cosignatures and proofs, for verifiers that are not ours."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING

from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.checking import events_of
from rmdocs.store.checkpoint import LedgerKeys, parse_verifier_line, parted, verifier_line
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.merkle import MerkleTree, leaf_hash, verify_consistency, verify_inclusion
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX
from rmdocs.store.witnessref import witness_refs

if TYPE_CHECKING:
    from bank import Bank


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
            keys = (verifier_line(founding), one.key.line)
            asked += [opened(kept.note, key) for key in keys]
    return asked


def changed(asked: list[dict], seed: int, count: int) -> list[dict]:
    """Return so many questions of which one thing is another, the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - the same changes every time
    return [altered(chance.choice(asked), chance) for _ in range(count)]

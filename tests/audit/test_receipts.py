"""Proofs as COSE receipts (RFC 9942), read by whoever knows CBOR and COSE and no rmdocs."""

import hashlib
import json

import cbor2
import pytest
from bank import Bank
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from proofs import Taken
from witnessed import Witness, policy

from rmdocs.audit.proofs import as_receipt
from rmdocs.canonical import sha256
from rmdocs.errors import ControlError
from rmdocs.files import File
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.store.checkpoint import Checkpoint, key_id
from rmdocs.store.cosereceipt import receipt
from rmdocs.store.keys import SigningKey
from rmdocs.workspace import proving, records

RM = "JN01-0101"
NUMBER = "RXD7200-02-JN01-2026-0002"


@pytest.fixture(scope="module")
def bank(visited, once):
    """A bank with four call logs, three of them of one commit."""

    def go_on(root):
        bank = Bank(root)
        sample = read(bank.write(bank.sample("RXD7200-02-JN01")))
        records.issue(bank.at(RM), [sample] * 3, again=True)

    return Bank(once.copy(visited, "receipts", go_on)[0])


@pytest.fixture(scope="module")
def document(bank):
    return records.export(bank.at(), RecordNumber.parse(NUMBER))[0]


@pytest.fixture(scope="module")
def made(bank, document):
    return proving.receipt(bank.at(), document).file.data


@pytest.fixture(scope="module")
def keys(bank):
    return proving.trusted(bank.at())


def judge(document, data, keys, asked=None):
    return proving.judge(document, File(name="p", data=data), keys, asked)


def codes(document, data, keys):
    found = judge(document, data, keys)
    return set() if found.ok else {one.code for one in found.findings}


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Compute a root as RFC 9162 §2.1.3.2 says."""
    number, last = index, size - 1
    found = hashlib.sha256(b"\0" + leaf).digest()
    for sibling in path:
        assert last > 0
        if number % 2 or number == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        number, last = number // 2, last // 2
    assert last == 0
    return found


def test_whoever_knows_cose_and_no_rmdocs_reads_it(bank, document, made):
    tagged = cbor2.loads(made)
    assert tagged.tag == 18
    protected, unprotected, payload, signature = tagged.value
    assert payload is None
    head = cbor2.loads(protected)
    assert (head[1], head[395]) == (-8, 1)
    [path] = unprotected[396][-1]
    size, index, hashes = cbor2.loads(path)
    event = unprotected["event"]
    root = root_of(event, index, size, hashes)
    work = bank.at()
    ref = RecordNumber.parse(NUMBER).volume.ref
    stands = work.store.require_head(ref).checkpoint
    assert (head[15][2], size, root) == (stands.origin, stands.size, stands.root)
    key = work.ledger_key().public
    assert head[4] == key_id(key)
    signed = cbor2.dumps(["Signature1", protected, b"", root])
    Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, signed)
    said = json.loads(event)
    assert said["subject"] == NUMBER
    assert sha256(document.data) in {file["sha256"] for file in said["files"]}


def test_it_is_deterministic_cbor(made):
    assert cbor2.dumps(cbor2.loads(made), canonical=True) == made


def test_it_says_what_the_proof_says_that_lies_in_it(bank, document, made, keys):
    proof = proving.prove(bank.at(), document).file.data
    assert cbor2.loads(made).value[1]["proof"] == proof
    assert judge(document, made, keys) == judge(document, proof, keys)
    assert judge(document, made, keys).ok
    other = File(name="x", data=document.data + b" ")
    assert codes(other, made, keys) == {"PROOF-FILE"}


def test_witnesses_are_asked_for_as_in_a_proof(copied_in_git, bank, keys):
    bank = copied_in_git(bank.root)
    document = records.export(bank.at(), RecordNumber.parse(NUMBER))[0]
    witness = Witness("JN02", bank)
    asked = File(name="policy", data=policy(witness))
    before = proving.receipt(bank.at(), document).file.data
    assert not judge(document, before, keys, asked).ok
    witness.look()
    [seen] = judge(
        document, proving.receipt(bank.at(), document, asked).file.data, keys, asked
    ).witnesses
    assert seen.name == "JN02"


@given(st.data())
def test_not_a_bit_of_it_may_change(document, made, keys, data):
    at = data.draw(st.integers(0, len(made) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(made)
    changed[at] ^= 1 << bit
    assert codes(document, bytes(changed), keys)


@pytest.mark.parametrize("length", [0, 1, 2, 66, 67, 68])
def test_what_is_cut_off_is_none(document, made, keys, length):
    assert codes(document, made[:length], keys)
    assert codes(document, made[: len(made) - 1 - length], keys)
    assert codes(document, made + bytes(length + 1), keys)


class Forger:
    """Says that it is one key, and signs with another."""

    def __init__(self, public):
        self.public = public
        self.sign = SigningKey.generate("x").sign


def test_it_is_signed_by_the_key_that_signed_the_checkpoint(bank, document, keys):
    proof = proving.prove(bank.at(), document).file.data
    own = bank.at().ledger_key()
    assert codes(document, receipt(proof, own), keys) == set()
    assert codes(document, receipt(proof, Forger(own.public)), keys) == {"PROOF-CHECKPOINT"}
    assert codes(document, receipt(proof, SigningKey.generate("x")), keys) == {"PROOF-FORMAT"}
    trusted_by_nobody = File(name="k", data=keys.data.replace(b"+", b"-"))
    assert codes(document, receipt(proof, own), trusted_by_nobody) == {"PROOF-KEYS"}


def test_of_another_event_or_path_than_the_proof_has(bank, document, made, keys):
    tagged = cbor2.loads(made)
    protected, unprotected, _, signature = tagged.value
    other = records.export(bank.at(), RecordNumber.parse(f"{NUMBER[:-1]}3"))[0]
    another = cbor2.loads(proving.receipt(bank.at(), other).file.data).value[1]
    for name in (396, "event", "proof"):
        mixed = [protected, {**unprotected, name: another[name]}, None, signature]
        data = cbor2.dumps(cbor2.CBORTag(18, mixed), canonical=True)
        assert codes(document, data, keys)


def test_who_lacks_the_key_of_the_ledger_makes_none(copied_in_git, bank, document):
    bank = copied_in_git(bank.root)
    proved = proving.prove(bank.at(), document)
    with pytest.raises(ControlError, match="another key than that of this machine"):
        as_receipt(proved, SigningKey.generate("ledger"))
    for key in (bank.root / "keys").glob("ledger.*"):
        key.unlink()
    with pytest.raises(ControlError):
        proving.receipt(bank.at(), document)


def test_a_proof_packed_as_before_makes_one_too(bank, document, keys):
    before = Taken(proving.prove(bank.at(), document).file.data).together(b"")
    data = receipt(before, bank.at().ledger_key())
    assert cbor2.loads(data).value[1]["proof"] == before
    assert Checkpoint.parse(before.decode().partition("\n\n")[2])
    assert codes(document, data, keys) == set()

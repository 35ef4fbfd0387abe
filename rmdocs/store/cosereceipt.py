"""A proof as a COSE receipt (RFC 9942): the path of its event, and the root as COSE signs it.

What COSE signs is not the text of a checkpoint, so a receipt takes the ledger's key once more. It
says nothing that the proof does not say, which lies in it: all of it but the signature follows from
that, and is compared, not interpreted.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature

from rmdocs.messages import message
from rmdocs.store.checkpoint import Checkpoint, key_id
from rmdocs.store.keys import PublicKey, Signer
from rmdocs.store.prooffile import Proof, ProofChain, damaged, refused

_SIGN1 = b"\xd2\x84"
"""How CBOR of a COSE_Sign1 begins, tagged as such: an array of four (RFC 9052 §4.2)."""
_PROOF = b"c2sp.org/tlog-proof@"
_EMPTY, _SIGNATURE = b"\xf6", 64
_END = len(_EMPTY) + 2 + _SIGNATURE
"""Bytes behind the proof: no payload, which is left to be computed, and the signature."""
_ALGORITHM, _KEY, _CLAIMS, _TREE, _PATHS = 1, 4, 15, 395, 396
"""Header parameters (RFC 9052 §3.1, RFC 9597, RFC 9942 §7.2)."""
_EDDSA, _SUBJECT, _RFC9162_SHA256, _INCLUSION = -8, 2, 1, -1

_Cbor: TypeAlias = int | bytes | str | tuple["_Cbor", ...] | Mapping["int | str", "_Cbor"]


def receipt(proof: bytes, key: Signer) -> bytes:
    """Return a proof as a receipt, signed by the ledger's key that signed its checkpoint."""
    begin, signed = _parts(proof, key.public)
    return begin + _encoded(key.sign(signed))


def is_receipt(data: bytes) -> bool:
    """Return whether bytes begin as a receipt does."""
    return data.startswith(_SIGN1)


def proof_in(data: bytes) -> bytes:
    """Return the proof that lies in a receipt; what is none there is none anywhere."""
    return data[max(data.find(_PROOF), 0) : -_END]


def require_signed(data: bytes, proof: bytes, key: PublicKey) -> None:
    """Refuse what is no receipt of a proof, or is not signed by a key.

    :param proof: found good, by ``key`` as that of its ledger.
    :raises FindingsError: PROOF-FORMAT or PROOF-CHECKPOINT.
    """
    begin, signed = _parts(proof, key)
    signature = data[-_SIGNATURE:]
    if data != begin + _encoded(signature):
        raise damaged()
    try:
        key.verifier().verify(signature, signed)
    except InvalidSignature as problem:
        told = message("the receipt is not signed by the key that signed the checkpoint in it")
        raise refused(told, "PROOF-CHECKPOINT") from problem


def _parts(proof: bytes, key: PublicKey) -> tuple[bytes, bytes]:
    """Return a receipt up to its signature, and what is signed (RFC 9052 §4.4)."""
    found = Proof.parse(proof)
    checkpoint = Checkpoint.parse(found.note)
    event = ProofChain.parse(found.extra, checkpoint.size).event.to_bytes()
    protected = _encoded(
        {
            _ALGORITHM: _EDDSA,
            _KEY: key_id(key),
            _CLAIMS: {_SUBJECT: checkpoint.origin},
            _TREE: _RFC9162_SHA256,
        }
    )
    inclusion = _encoded((checkpoint.size, found.index, found.path))
    unprotected = _encoded(
        {_PATHS: {_INCLUSION: (inclusion,)}, "event": event, "proof": proof},
    )
    signed = _encoded(("Signature1", protected, b"", checkpoint.root))
    return b"".join((_SIGN1, _encoded(protected), unprotected, _EMPTY)), signed


def _encoded(value: _Cbor) -> bytes:
    """Return a value as deterministic CBOR (RFC 8949 §4.2.1)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, tuple):
        return _head(4, len(value)) + b"".join(map(_encoded, value))
    members = sorted((_encoded(name), _encoded(one)) for name, one in value.items())
    return _head(5, len(members)) + b"".join(name + one for name, one in members)


def _head(kind: int, number: int) -> bytes:
    if number < 24:  # noqa: PLR2004 - as the RFC has it, in five bits
        return bytes([kind << 5 | number])
    width = next(at for at in range(4) if number < 1 << (8 << at))
    return bytes([kind << 5 | 24 + width]) + struct.pack(">" + "BHIQ"[width], number)

"""Proofs judged by both verifiers: the package's, and the one that shares no code with it."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import zlib
from pathlib import Path

from rmdocs.audit import proofs
from rmdocs.files import File
from rmdocs.store.checkpoint import LedgerKey
from rmdocs.workspace import proving

TOOL = Path(__file__).parent.parent / "tools" / "verify_proof.py"
_SPEC = importlib.util.spec_from_file_location("verify_proof", TOOL)
theirs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(theirs)


SHARED = 1 << 31
"""Set in the length of texts that are packed with the phrases before them."""


def judged(
    file: bytes, proof: bytes, keys: bytes, policy: bytes | None = None, *, alike: bool = True
) -> str:
    """Return why nothing is proved, or nothing where both say yes; both must say the same.

    :param alike: both give the same reason, too. Of an event that was altered the package says
        that it is none, the other that it is not in the ledger.
    """
    given = (file, proof, keys) if policy is None else (file, proof, keys, policy)
    ours = proving.judge(*(File(name="x", data=data) for data in given))
    try:
        lines = theirs.judge(*given)
        their_code = ""
    except theirs.NotProvedError as problem:
        their_code = problem.code
    if ours.ok:
        assert their_code == ""
        told = "\n".join(lines)
        facts = (ours.number, ours.staff_no, ours.name, ours.sealed, ours.ledger, ours.pin)
        assert all(fact in told for fact in facts)
        assert all(one.name in told and one.time in told for one in ours.witnesses)
        return ""
    [finding] = ours.findings
    assert finding.remedy
    assert their_code in theirs.REASONS
    assert not alike or finding.code == their_code
    return their_code


def lacks(file: bytes, proof: bytes, keys: bytes) -> set[str]:
    """Return the codes of what is told with a yes."""
    found = proofs.judge(File(name="x", data=file), proof, keys)
    assert found.ok
    return {finding.code for finding in found.findings}


class Taken:
    """A proof taken apart, to be put together again with the digest that it must have."""

    def __init__(self, proof: bytes) -> None:
        self.lines = proof.split(b"\n")
        extra = base64.b64decode(self.lines[1].removeprefix(b"extra "))
        size = int.from_bytes(extra[8:12], "big") & ~SHARED
        unpacker = zlib.decompressobj(-15, zdict=theirs.PHRASES)
        self.texts = unpacker.decompress(extra[12 : 12 + size]).split(b"\n", 6)
        self.raw = extra[12 + size :]

    def together(self, phrases: bytes = theirs.PHRASES) -> bytes:
        """Return the proof, packed as it is now, or as before, without phrases."""
        packer = zlib.compressobj(9, wbits=-15, zdict=phrases)
        packed = packer.compress(b"\n".join(self.texts)) + packer.flush()
        rest = (SHARED * bool(phrases) | len(packed)).to_bytes(4, "big") + packed + self.raw
        extra = base64.b64encode(hashlib.sha256(rest).digest()[:8] + rest)
        return b"\n".join([self.lines[0], b"extra " + extra, *self.lines[2:]])


def spelled(key: LedgerKey) -> list[bytes]:
    """Return the four words by which a proof tells a machine's key."""
    words = (key.machine, base64.b64encode(key.public.raw).decode(), ",".join(key.ledgers))
    return [word.encode() for word in (*words, key.signature)]

"""What a proof is written as, and the keys that it is judged by (docs/proof-format.md).

A C2SP tlog-proof: the path of an event in its ledger, and the signed checkpoint. Its extra line
holds what else it takes to know who acted: the event, the commit that the person signed, and
their entry in the register, which lies in the control ledger that the event relied on.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, StoreError
from rmdocs.findings import error
from rmdocs.messages import Text, by_command, message
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint, LedgerKey, parse_verifier_line, verifier_line
from rmdocs.store.event import Event
from rmdocs.store.keys import PublicKey

PROOF_BEGINS = b"c2sp.org/tlog-proof@v1\n"
"""How every proof begins."""
LARGEST = 1 << 20
"""Bytes that a proof has at most, and that its texts unpack to."""

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_MOST_KEYS = 32
_SIGNATURE, _OID, _DIGEST, _TEXTS = 64, 20, 8, 7
_LONGEST_CHAIN = 32
_LENGTH = struct.Struct(">I")
_WITH_PHRASES = 1 << 31
"""Set in the length of texts that are packed with the phrases before them."""
_PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\nextra (?P<extra>[A-Za-z0-9+/]+={0,2})\n"
    rb"index (?P<index>0|[1-9][0-9]{0,14})\n"
    rb"(?P<path>(?:[A-Za-z0-9+/]{43}=\n){0,64})\n(?P<note>.+)",
    re.DOTALL,
)
_NOTE = re.compile(
    r"rmdocs/[\x21-\x7e]+\n(?:0|[1-9][0-9]{0,14})\n[A-Za-z0-9+/]{43}=\n\n"
    r"(?:— [!-*,-~]+ [A-Za-z0-9+/]+={0,2}\n){1,16}",
    re.ASCII,
)
_SIGNATURES = re.compile(r"^— \S+ (.+)$", re.MULTILINE)
_KEY_ID = 4
_HEAD = re.compile(
    rb"rmdocs/(?:1 ([1-9][0-9]{0,14})|2 ([1-9][0-9]{0,14}) ([0-9a-f]{8})((?: [!-~]+){0,128}))"
)
_MACHINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}", re.ASCII)
_ASK_AGAIN = message(
    "ask for the proof anew, as a file: what is copied out of a message may be altered on the way"
)
_BELIEVE_NOT = message(
    "do not rely on it: keep file and proof as they are, and ask the branch's records officer"
)


def refused(reason: Text, code: str, remedy: Text = _BELIEVE_NOT) -> FindingsError:
    """Return why a proof proves nothing."""
    return FindingsError((error(code, "", reason, remedy, clause=_CLAUSE),), reason, remedy)


def damaged() -> FindingsError:
    """Return the refusal of what is no proof, exactly as rmdocs writes them."""
    return refused(
        message("it is no proof of rmdocs, or was altered on the way"), "PROOF-FORMAT", _ASK_AGAIN
    )


def keys_file(keys: Iterable[PublicKey]) -> bytes:
    """Return what whoever checks proofs must have: a line for each key that signs ledgers."""
    return "".join(f"{verifier_line(key)}\n" for key in keys).encode()


def read_keys(data: bytes) -> tuple[PublicKey, ...]:
    """Return the keys in a file of :func:`keys_file`.

    An editor may have put a mark before it, ended lines with CR LF, or left off the last one's end.

    :raises FindingsError: PROOF-KEYS, if it is none.
    """
    plain = data[: LARGEST + 1].removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")
    plain = plain if plain.endswith(b"\n") else plain + b"\n"
    try:
        keys = tuple(map(parse_verifier_line, plain.decode("ascii").splitlines()))
    except ValueError:
        keys = ()
    if not 0 < len(keys) <= _MOST_KEYS or keys_file(keys) != plain:
        raise refused(
            message("the keys cannot be read, so that nothing can be checked by them"),
            "PROOF-KEYS",
            by_command(
                message("give the keys file as the branch's records officer handed it out"),
                "rmdocs key ledger --out FILE",
            ),
        )
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A tlog-proof as it is written.

    :param index: the event's place in its ledger, counted from 0.
    :param path: hashes from the event's sibling to below the root (RFC 6962 §2.1.1).
    :param note: the ledger's signed checkpoint.
    :param extra: what else it takes; see :class:`ProofChain`.
    """

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Return the proof in a file.

        :raises FindingsError: PROOF-FORMAT, if it is none, exactly.
        """
        found = _PROOF.fullmatch(data) if len(data) <= LARGEST else None
        try:
            if found is None or not _NOTE.fullmatch(note := found["note"].decode()):
                raise damaged()
            Checkpoint.parse(note)
            if any(len(_unspelled(one.encode())) <= _KEY_ID for one in _SIGNATURES.findall(note)):
                raise damaged()
            return cls(
                index=int(found["index"]),
                path=tuple(map(_unspelled, found["path"].split())),
                note=note,
                extra=_unspelled(found["extra"]),
            )
        except (StoreError, ValueError) as problem:
            raise damaged() from problem

    def to_bytes(self) -> bytes:
        """Return the file."""
        lines = (
            "c2sp.org/tlog-proof@v1",
            f"extra {base64.b64encode(self.extra).decode()}",
            f"index {self.index}",
            *(base64.b64encode(one).decode() for one in self.path),
        )
        return ("\n".join(lines) + f"\n\n{self.note}").encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChain:
    """What a proof says besides path and checkpoint.

    :param size: of the ledger in the commit that sealed the event.
    :param sealer: by which the ledger's key of then is known on notes; empty if it is the one
        that signed the checkpoint, and that is trusted by itself.
    :param machines: ledger keys each of which named the next, from the one that a key which the
        reader trusts named to the one that signed the checkpoint; none if that is trusted itself.
    :param event: the event; its bytes are the leaf.
    :param entered: the event that entered the person's key in the register.
    :param entry: that entry of the register.
    :param later: an event by which the proved one is not the last word; None if there is none.
    :param last: the last event of the commit that sealed ``event``, which may be that itself.
    :param commit: what the person signed, after its first line, which names the tree.
    :param signature: theirs. :param ledger_signature: of the ledger's checkpoint in that commit.
    :param tiles: the object name of the ledger's tiles in that commit.
    :param ending: path of ``last`` in the part of the ledger that ``merkle.ending_start`` begins.
    :param register: path of ``entered`` in control, at the size that the event relied on.
    :param later_path: path of ``later`` in the ledger.
    :param tree: the root directory of that commit, as git keeps it.
    """

    size: int
    sealer: bytes = b""
    machines: tuple[LedgerKey, ...] = ()
    event: Event
    entered: Event
    entry: bytes
    later: Event | None
    last: Event
    commit: bytes
    signature: bytes
    ledger_signature: bytes
    tiles: bytes
    ending: tuple[bytes, ...]
    register: tuple[bytes, ...]
    later_path: tuple[bytes, ...]
    tree: bytes

    @classmethod
    def parse(cls, extra: bytes, whole: int) -> ProofChain:
        """Return what the extra line of a proof holds.

        How many hashes each path has follows from the places of the events.

        :param whole: the size of the ledger at the checkpoint of the proof.
        :raises FindingsError: PROOF-FORMAT, if it is not so, exactly.
        """
        texts, stream = _unpacked(extra)
        head = _HEAD.fullmatch(texts[0])
        try:
            event, entered = Event.from_bytes(texts[1]), Event.from_bytes(texts[2])
            later = Event.from_bytes(texts[4]) if texts[4] else None
            last = Event.from_bytes(texts[5]) if texts[5] else event
        except RmdocsError as problem:
            raise damaged() from problem
        control = event.relied_on.size if event.relied_on is not None else 0
        newest = event if later is None else later
        if (
            head is None
            or not last.index == int(head[1] or head[2]) - 1 < whole
            or not event.index <= min(last.index, newest.index)
            or not newest.index < whole
            or not entered.index < control
            or (last.index == event.index) != (last is event)
        ):
            raise damaged()
        size = int(head[1] or head[2])
        start = merkle.ending_start(event.index, size)
        return cls(
            size=size,
            sealer=bytes.fromhex((head[3] or b"").decode()),
            machines=_machines((head[4] or b"").split()),
            event=event,
            entered=entered,
            entry=texts[3],
            later=later,
            last=last,
            commit=texts[6],
            signature=_take(stream, _SIGNATURE),
            ledger_signature=_take(stream, _SIGNATURE),
            tiles=_take(stream, _OID),
            ending=_hashes(stream, merkle.path_length(last.index - start, size - start)),
            register=_hashes(stream, merkle.path_length(entered.index, control)),
            later_path=_hashes(stream, merkle.path_length(newest.index, whole) if later else 0),
            tree=stream.read(),
        )

    def _head(self) -> bytes:
        """Return the version, the size, and what there is of keys of machines."""
        if not self.sealer:
            return b"rmdocs/1 %d" % self.size
        words = (
            *("rmdocs/2", str(self.size), self.sealer.hex()),
            *(word for one in self.machines for word in _words(one)),
        )
        return " ".join(words).encode()

    def to_bytes(self) -> bytes:
        """Return what the extra line holds: a digest, the texts, then what is no text."""
        later = self.later.to_bytes() if self.later is not None else b""
        last = self.last.to_bytes() if self.last.index != self.event.index else b""
        texts = (
            *(self._head(), self.event.to_bytes(), self.entered.to_bytes()),
            *(self.entry, later, last, self.commit),
        )
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS, zdict=_phrases())
        packed = packer.compress(b"\n".join(texts)) + packer.flush()
        rest = b"".join(
            (
                *(_LENGTH.pack(_WITH_PHRASES | len(packed)), packed),
                *(self.signature, self.ledger_signature, self.tiles),
                *(*self.ending, *self.register, *self.later_path, self.tree),
            )
        )
        return _digest(rest) + rest


def _words(key: LedgerKey) -> tuple[str, str, str, str]:
    """Return what is said of a machine's ledger key: four words without spaces."""
    return (
        key.machine,
        base64.b64encode(key.public.raw).decode(),
        ",".join(key.ledgers),
        key.signature,
    )


def _machines(words: list[bytes]) -> tuple[LedgerKey, ...]:
    """Return the ledger keys that :func:`_words` told of.

    :raises FindingsError: PROOF-FORMAT, if they are not told so, exactly.
    """
    if len(words) % 4 or len(words) > 4 * _LONGEST_CHAIN:
        raise damaged()
    found = []
    for start in range(0, len(words), 4):
        machine, key, ledgers, signature = (word.decode() for word in words[start : start + 4])
        try:
            public = PublicKey.of_raw(_unspelled(key.encode()))
            _unspelled(signature.encode())
        except ValueError as problem:
            raise damaged() from problem
        if not _MACHINE.fullmatch(machine):
            raise damaged()
        found.append(
            LedgerKey(
                public=public,
                machine=machine,
                ledgers=tuple(ledgers.split(",")),
                signature=signature,
            )
        )
    return tuple(found)


def _unpacked(extra: bytes) -> tuple[list[bytes], BytesIO]:
    """Return the texts of an extra line, and what comes after them."""
    stream = BytesIO(extra)
    if _take(stream, _DIGEST) != _digest(extra[_DIGEST:]):
        raise damaged()
    (length,) = _LENGTH.unpack(_take(stream, _LENGTH.size))
    before = _phrases() if length & _WITH_PHRASES else b""  # older proofs were packed by themselves
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=before)
    packed = _take(stream, length & ~_WITH_PHRASES)
    try:
        texts = unpacker.decompress(packed, LARGEST).split(b"\n", _TEXTS - 1)
    except zlib.error as problem:
        raise damaged() from problem
    if not unpacker.eof or unpacker.unused_data or len(texts) != _TEXTS:
        raise damaged()
    return texts, stream


@cache
def _phrases() -> bytes:
    """Return what the texts of most proofs have in common, which none has to hold."""
    return (Path(__file__).parent / "proofphrases.txt").read_bytes()


def _digest(data: bytes) -> bytes:
    """Return what tells that not a bit was changed; that nobody did is shown by signatures."""
    return hashlib.sha256(data).digest()[:_DIGEST]


def _take(stream: BytesIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) != size:
        raise damaged()
    return found


def _hashes(stream: BytesIO, count: int) -> tuple[bytes, ...]:
    return tuple(_take(stream, merkle.HASH_SIZE) for _ in range(count))


def _unspelled(text: bytes) -> bytes:
    """Return what base64 stands for, in the one way that it can be written.

    :raises ValueError: if it is not, or is written otherwise.
    """
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found) != text:
        raise ValueError(text)
    return found

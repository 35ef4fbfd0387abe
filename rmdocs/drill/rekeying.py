"""A clone under keys of its own: every private key in it is at hand, and nobody's is needed.

All acts of all ledgers are sealed again, in an order in which whatever an act names is there
before it. In what they say, each key, and each digest and root that follows from keys, is put
in place of the one before. What comes of it is as sound as the store was.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from rmdocs import canonical
from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.control.releasing import APPROVAL_NAMESPACE, APPROVER_ROLES, approval_statement
from rmdocs.drill.insider import Act, Insider, Laying, ToldEvent
from rmdocs.errors import RmdocsError
from rmdocs.events.facts import FactsError
from rmdocs.events.keys import MachineEntered
from rmdocs.events.records import RecordVoided
from rmdocs.registers.disposals import DisposalProposal
from rmdocs.registers.revisions import RELEASE_NAME, Release
from rmdocs.store import checkpoint as notes
from rmdocs.store.checkpoint import Checkpoint, LedgerKey
from rmdocs.store.event import Approval
from rmdocs.store.head import GitHead
from rmdocs.store.keys import PublicKey, SigningKey, sign
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX
from rmdocs.store.vault import Vault, is_encrypted

_LINE = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]{68}")
_NOTED = re.compile(rf"{notes.KEY_NAME}\+[0-9a-f]{{8}}\+[A-Za-z0-9+/]{{44}}")
_WORD = re.compile(
    rf"{_LINE.pattern}|{_NOTED.pattern}|SHA256:[A-Za-z0-9+/]{{43}}|(?<![0-9a-f])[0-9a-f]{{64}}"
)
"""What may follow from keys: the line of a key, its fingerprint, a digest or a root."""

_END = b"PK\x05\x06"
_REVISIONS = ("forms/", "documents/")


def rekeyed(path: Path, vault: Vault | None = None) -> Insider:
    """Seal everything in a store again with new keys; return who holds them all.

    :raises StoreError: if what is there cannot be read.
    """
    whole = _Rekeying(old=Insider(path, {}, vault))
    whole.seal_anew()
    keys = {key.public: key for key in whole.old.signers.values()}
    whole.old.close()
    return Insider(path, keys, vault)


@dataclass(slots=True, kw_only=True)
class _LedgerOnItsWay:
    """A ref on the way: its commits, and how many are sealed again."""

    commits: list[str]
    laying: Laying
    done: int = 0


@dataclass(slots=True, kw_only=True)
class _Rekeying:
    """A store, and what is put in place of what."""

    old: Insider
    words: dict[str, str] = field(default_factory=dict)
    roots: dict[bytes, Checkpoint] = field(default_factory=dict)
    waited: set[str] = field(default_factory=set)
    statements: dict[str, bytes] = field(default_factory=dict)

    def seal_anew(self) -> None:
        """Seal all ledgers again, control first, each as far as what it names is there."""
        refs = self.old.store.refs()
        ledgers = [
            _LedgerOnItsWay(commits=self.old.commits(ref), laying=Laying(self.old, ref, None))
            for ref in (CONTROL_REF, *(ref for ref in refs if ref.startswith(RECORDS_PREFIX)))
        ]
        self._meet_keys(self.old.head(ledgers[0].commits[-1]))
        for ledger in ledgers:
            for commit in ledger.commits:
                self.waited.add(self.old.head(commit).checkpoint.root.hex())
        while rest := [ledger for ledger in ledgers if ledger.done < len(ledger.commits)]:
            if not any(self._go_on(ledger) for ledger in rest):
                # Each waits for another: what it names never was. It is sealed as it stands.
                self._seal(rest[0], self.old.act(rest[0].commits[rest[0].done]))
        for ledger in ledgers:
            ledger.laying.land()

    def _meet_keys(self, control: GitHead) -> None:
        """Make a key for each that control tells of."""
        for path, oid in control.walk():
            if not path.endswith((".json", ".toml")) or path.startswith(_REVISIONS):
                continue
            text = control.content(oid).decode("utf-8", "replace")
            for public in (
                *map(PublicKey.parse, _LINE.findall(text)),
                *map(notes.parse_verifier_line, _NOTED.findall(text)),
            ):
                if public not in self.old.signers:
                    self._replace(public, SigningKey.generate("drill"))

    def _replace(self, public: PublicKey, key: SigningKey) -> None:
        self.old.signers[public] = key
        self.words[public.line] = key.public.line
        self.words[public.fingerprint] = key.fingerprint
        self.words[notes.verifier_line(public)] = notes.verifier_line(key.public)

    def _go_on(self, ledger: _LedgerOnItsWay) -> bool:
        """Seal what is ready of a ledger; return whether there was any."""
        first = ledger.done
        while ledger.done < len(ledger.commits):
            act = self.old.act(ledger.commits[ledger.done])
            if any(word in self.waited for one in act.events for word in _named(one)):
                break
            self._seal(ledger, act)
        return ledger.done > first

    def _seal(self, ledger: _LedgerOnItsWay, act: Act) -> None:
        stood = self.old.head(ledger.commits[ledger.done]).checkpoint
        act.key = self.old.key(act.actor.fingerprint)
        act.actor = replace(act.actor, fingerprint=act.key.fingerprint)
        act.subject_line = self._text(act.subject_line)
        act.trailers = {name: self._text(value) for name, value in act.trailers.items()}
        for one in act.events:
            self._put(one, ledger.laying)
            _name_again(one, act.ledger_key)
        digests = [one.digest for one in act.events]
        now = ledger.laying.seal(act)
        ledger.done += 1
        self.words.update(zip(digests, (one.digest for one in act.events), strict=True))
        self.words[stood.root.hex()] = now.root.hex()
        self.waited.discard(stood.root.hex())
        self.roots[stood.root] = now

    def _put(self, told: ToldEvent, laying: Laying) -> None:
        """Put what there is now in place of what there was, in one event."""
        if told.relied_on is not None:
            told.relied_on = self.roots.get(told.relied_on.root, told.relied_on)
        printed = told.facts.get("pin")
        self._learn(told)
        for path, data in told.files.items():
            new = data
            if _is_text(told, path):
                new = self._text(data.decode()).encode()
                self._learn_list(data, new)
            elif printed and path.endswith(".docx") and not is_encrypted(data):
                new = reprinted(data, printed.encode(), laying.pin(printed).encode())
            if new != data:
                told.files[path] = new
                self.words[sha256(data)] = sha256(new)
        told.facts = self._value(told.facts)
        told.approvals = tuple(map(self._approval, told.approvals))

    def _learn(self, told: ToldEvent) -> None:
        """Note what was signed by whoever approved, so that it can be signed again."""
        if told.kind == RecordVoided.KIND:  # of before requests were events of their own
            said = {"act": told.kind, "number": told.subject, "reason": told.reason}
            self.statements[sha256(canonical.encode(said))] = canonical.encode(said)
        for path, data in told.files.items():
            name = path.rpartition("/")[2]
            try:
                if name == RELEASE_NAME and path.startswith(_REVISIONS):
                    release = Release.from_json(canonical.decode(data))
                    self._learn_release(release)
                elif name == "proposal.json":
                    self._learn_disposal(DisposalProposal.from_json(canonical.decode(data)))
            except (RmdocsError, KeyError, TypeError, ValueError):
                continue  # signed again as it stands: what is wrong with it is told by verifying

    def _learn_release(self, release: Release) -> None:
        for role in APPROVER_ROLES:
            one = approval_statement(release.number, release.revision, release.digest, role)
            self.statements[sha256(one)] = one

    def _learn_disposal(self, proposal: DisposalProposal) -> None:
        now = DisposalProposal.from_json(self._value(proposal.to_json()))
        for act in ("propose", "approve"):
            self.statements[sha256(proposal.statement(act))] = now.statement(act)

    def _learn_list(self, old: bytes, new: bytes) -> None:
        """Note the digest of the list in a proposal, by which others name it."""
        if old != new and b'"records":[' in old:
            before, after = (canonical.decode(one)["records"] for one in (old, new))
            self.words[sha256(canonical.encode(before))] = sha256(canonical.encode(after))

    def _approval(self, approval: Approval) -> Approval:
        statement = self.statements.get(approval.statement_sha256)
        fingerprint = self.words.get(approval.fingerprint)
        if statement is None or fingerprint is None:
            return approval
        return Approval(
            staff_no=approval.staff_no,
            fingerprint=fingerprint,
            statement_sha256=sha256(statement),
            signature=sign(self.old.key(approval.fingerprint), statement, APPROVAL_NAMESPACE),
        )

    def _text(self, text: str) -> str:
        return _WORD.sub(lambda found: self.words.get(found[0], found[0]), text)

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        return canonical.decode(self._text(canonical.encode(value).decode()).encode())


def _name_again(told: ToldEvent, ledger_key: SigningKey) -> None:
    """Have a machine's ledger key named again by the one that signs where it is entered."""
    if told.kind == MachineEntered.KIND:
        with suppress(FactsError, ValueError):  # as it stands, if it says no such thing
            said = MachineEntered.from_json(told.facts)
            key = LedgerKey(
                public=notes.parse_verifier_line(said.key),
                machine=said.machine,
                ledgers=said.ledgers,
            )
            told.facts = {**told.facts, "signature": key.named_by(ledger_key).signature}


def reprinted(document: bytes, old: bytes, new: bytes) -> bytes:
    """Return a document that prints another check code of the same length.

    Only in parts that are stored as they are: those that a record fills (``rendering``).
    """
    if len(old) != len(new) or old not in document or old == b"0":
        return document
    made = bytearray(document)
    at = made.rfind(_END)
    count, _, start = struct.unpack("<HII", made[at + 10 : at + 20])
    for _ in range(count):
        method = struct.unpack("<H", made[start + 10 : start + 12])[0]
        size = struct.unpack("<I", made[start + 20 : start + 24])[0]
        name, extra, comment = struct.unpack("<HHH", made[start + 28 : start + 34])
        local = struct.unpack("<I", made[start + 42 : start + 46])[0]
        if method == 0:
            lengths = struct.unpack("<HH", made[local + 26 : local + 30])
            begin = local + 30 + sum(lengths)
            part = bytes(made[begin : begin + size]).replace(old, new)
            made[begin : begin + size] = part
            crc = struct.pack("<I", zlib.crc32(part))
            made[local + 14 : local + 18] = made[start + 16 : start + 20] = crc
        start += 46 + name + extra + comment
    return bytes(made)


def _is_text(told: ToldEvent, path: str) -> bool:
    """Return whether a file may name keys or digests: entries of control, never a revision."""
    return (
        path.endswith((".json", ".toml"))
        and not path.startswith(_REVISIONS)
        and not is_encrypted(told.files[path])
    )


def _named(told: ToldEvent) -> Iterator[str]:
    """Yield the roots and digests that an event names."""
    if told.relied_on is not None:
        yield told.relied_on.root.hex()
    yield from _WORD.findall(canonical.encode(told.facts).decode())
    for path, data in told.files.items():
        if _is_text(told, path):
            yield from _WORD.findall(data.decode("utf-8", "replace"))

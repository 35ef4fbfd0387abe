"""What witnesses cosigned, as it travels with a store: ``refs/witness/NAME``, leaves of no ledger.

A file a checkpoint, by ledger and size (``control/120``): a note with the signature of the
ledger and the witness's. Whoever can write there can put anything there: nothing is believed but
signatures, and what cannot be read is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.findings import Finding, warning
from rmdocs.messages import Text, message
from rmdocs.store import commits, refs
from rmdocs.store.checkpoint import Checkpoint, parted
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.event import Actor
from rmdocs.store.objects import Changes, rewrite
from rmdocs.store.protocol import WITNESS_PREFIX, ledger_origin

if TYPE_CHECKING:
    from rmdocs.store.head import GitHead, LedgerStore
    from rmdocs.store.keys import Signer
    from rmdocs.store.objectwriter import NewObjects

KEY_PATH = "key"
"""The file that names the witness's key; to be read, not to be trusted."""
_COMMIT = "commit"
_LONGEST = 1 << 14
"""Bytes of a note: sixteen signatures, and more."""
_CLAUSE = "c2sp.org/tlog-cosignature"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCheckpoint:
    """A checkpoint as a witness's ref holds it: who signed it is not judged.

    :param witness: by which name the ref goes. :param note: the note as it is there.
    """

    witness: str
    checkpoint: Checkpoint
    note: str

    @property
    def path(self) -> str:
        """Return where it lies on the ref."""
        return kept_path(self.checkpoint)

    @property
    def ref(self) -> str:
        """Return the ref of its ledger."""
        return f"refs/heads/{self.checkpoint.origin.removeprefix('rmdocs/')}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines of signatures below it."""
        return parted(self.note)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRef:
    """What a witness's ref holds.

    :param key: that it names; None if it names none. :param findings: what cannot be read.
    """

    name: str
    key: WitnessKey | None = None
    kept: tuple[KeptCheckpoint, ...] = ()
    findings: tuple[Finding, ...] = ()


def kept_path(checkpoint: Checkpoint) -> str:
    """Return where a checkpoint lies on a witness's ref."""
    return f"{checkpoint.origin.removeprefix('rmdocs/')}/{checkpoint.size}"


def witness_refs(store: LedgerStore) -> tuple[WitnessRef, ...]:
    """Return what the refs of all witnesses hold, by their names; never fails."""
    return tuple(read_witness(store, ref) for ref in store.refs() if refs.is_witness_ref(ref))


def read_witness(store: LedgerStore, ref: str) -> WitnessRef:
    """Return what a witness's ref holds; nothing if it is not there; never fails."""
    name = ref.removeprefix(WITNESS_PREFIX)
    findings: list[Finding] = []
    kept: list[KeptCheckpoint] = []
    key = None
    others: list[str] = []
    try:
        named = store.commit(ref)
        kind = store.objects.read(named)[0] if named is not None else _COMMIT
        if kind != _COMMIT:
            told = message("it is no commit, but a {kind} of git", kind=kind)
            return WitnessRef(name=name, findings=(_unreadable(ref, told),))
        head = store.head(ref)
        for path, oid in head.walk() if head is not None else ():
            try:
                data = head.content(oid) if head is not None else b""
                if path == KEY_PATH:
                    key = WitnessKey.parse(data.decode("ascii").removesuffix("\n"))
                else:
                    kept.append(_kept(name, path, data))
            except (StoreError, ValueError):
                others.append(path)
    except RmdocsError as problem:
        findings.append(_unreadable(ref, problem.reason))
    if others:
        told = message("it is no checkpoint")
        if len(others) > 1:
            told = message("it is no checkpoint; likewise {count} more", count=len(others) - 1)
        findings.append(_unreadable(f"{ref}:{others[0]}", told))
    return WitnessRef(name=name, key=key, kept=tuple(kept), findings=tuple(findings))


def _kept(witness: str, path: str, data: bytes) -> KeptCheckpoint:
    """Return the checkpoint in a file.

    :raises StoreError: if it is none. :raises ValueError: likewise, or it lies elsewhere.
    """
    note = data[: _LONGEST + 1].decode()
    body, lines = parted(note)
    found = KeptCheckpoint(witness=witness, checkpoint=Checkpoint.parse(body), note=note)
    sound = (
        found.checkpoint.body == body
        and refs.is_ledger_ref(found.ref)
        and ledger_origin(found.ref) == found.checkpoint.origin
        and found.path == path
        and note.endswith("\n")
        and len(data) <= _LONGEST
        and all(line.startswith("— ") for line in lines)
    )
    if not sound:
        raise ValueError(path)
    return found


def _unreadable(place: str, reason: Text) -> Finding:
    return warning(
        "WITNESS-UNREADABLE",
        place,
        message(
            "what stands where a witness keeps its cosignatures cannot be read: {reason}",
            reason=reason,
        ),
        message(
            "nothing of it is relied on; find out who put it there, and have the witness send its"
            " own again"
        ),
        clause=_CLAUSE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessBranch:
    """A witness's locked ref, to be written.

    :param swap: lets the ref name another commit than the one before.
    """

    store: LedgerStore
    ref: str
    writer: NewObjects
    swap: Callable[[str | None, str], None]

    def keep(self, notes: Iterable[str], key: WitnessKey, signer: Signer, time: datetime) -> None:
        """Have the ref hold these notes, and no others; on disk when this returns.

        :param key: that the ref names. :param signer: its private half, which signs the commit.
        :raises ConflictError: if the ref moved.
        :raises StoreError: if it cannot be written.
        """
        files = {KEY_PATH: f"{key.line}\n"}
        files |= {kept_path(Checkpoint.parse(note)): note for note in notes}
        changes: Changes = {
            path: self.writer.add("blob", text.encode()) for path, text in files.items()
        }
        tree = rewrite(lambda _oid: b"", lambda data: self.writer.add("tree", data), None, changes)
        before = self._head()
        draft = commits.DraftCommit(
            tree=tree or "",
            parent=before.commit if before is not None else None,
            actor=Actor(
                staff_no=key.name.replace("/", "-"),
                name=key.name,
                fingerprint=signer.public.fingerprint,
            ),
            time=time,
            subject_line=f"{len(files) - 1} checkpoint(s) cosigned",
            trailers={},
        )
        new = self.writer.add("commit", commits.signed(draft, signer))
        self.writer.flush()
        self.swap(self.store.commit(self.ref), new)

    def _head(self) -> GitHead | None:
        """Return what the ref holds; None if nothing that can be read."""
        try:
            return self.store.head(self.ref)
        except RmdocsError:
            return None

"""What a records store does, whatever holds it.

A store has refs; each ref has a head and a ledger. Under a ref's lock events
are appended: all of a call's events land together, or none does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rmdocs.classes import dataclass
from rmdocs.errors import StoreError
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.identifiers import RecordNumber
    from rmdocs.store.checkpoint import Checkpoint
    from rmdocs.store.cosignature import WitnessKey
    from rmdocs.store.event import Actor, Approval, Event, SealedFile
    from rmdocs.store.keys import PublicKey, Signer
    from rmdocs.store.spool import Deflated
    from rmdocs.store.vault import Vault

CONTROL_REF = "refs/heads/control"
RECORDS_PREFIX = "refs/heads/records/"
WITNESS_PREFIX = "refs/witness/"
LEDGER_PREFIX = "ledger/"
CHECKPOINT_PATH = "ledger/checkpoint"
EVENTS_NAME = "events"
MOST_EVENTS = 100
"""Events in one commit; more would switch off git's path filters."""


def ledger_origin(ref: str) -> str:
    """Return the name of a ref's ledger, such as ``rmdocs/control``."""
    return f"rmdocs/{ref.removeprefix('refs/heads/')}"


def clock_behind(now: datetime, last: datetime) -> StoreError:
    """Return the refusal of an act that would be dated before the last one."""
    return StoreError(
        message("the clock says {now}, but the last act was at {last}", now=now, last=last),
        message(
            "set this machine's clock, then try again; if it is right, the last act was dated"
            " ahead, and the next is taken from {last} on",
            last=last,
        ),
        clause="ISO 15489-1 §5.2.2.3",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to seal; ``path`` from the root of the ref."""

    path: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeflatedFile:
    """A file to seal, named, hashed and deflated already, perhaps by another process."""

    sealed: SealedFile
    content: Deflated


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file to seal whose content lies with the branch already; see ``Branch.keep``.

    :param oid: of its content.
    """

    sealed: SealedFile
    oid: str


class Facts(Protocol):
    """What an act says besides what all say; the kinds there are stand in ``events``."""

    @property
    def kind(self) -> str:
        """Return the kind of the act, as its event names it."""

    def to_json(self) -> JsonObject:
        """Return what its event says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An act to seal: becomes one event in ``directory``/events.

    :param kept: files that were given to the branch before; they come before ``files``.
    """

    facts: Facts
    subject: str
    directory: str
    files: tuple[NewFile, ...] = ()
    kept: tuple[KeptFile, ...] = ()
    reason: str = ""
    relied_on: Checkpoint | None = None
    renderer: str = ""
    approvals: tuple[Approval, ...] = ()

    @property
    def kind(self) -> str:
        """Return the kind of the act."""
        return self.facts.kind

    @property
    def paths(self) -> tuple[str, ...]:
        """Return where its files lie, in order."""
        return (*(one.sealed.path for one in self.kept), *(file.path for file in self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that events were sealed: durable when the caller holds it."""

    commit: str
    checkpoint: Checkpoint
    events: tuple[Event, ...]


_Names: TypeAlias = list[str]
_Events: TypeAlias = "list[Event]"


class Head(Protocol):
    """A ref at one commit, for reading."""

    @property
    def commit(self) -> str:
        """Return the commit's object name."""

    @property
    def time(self) -> datetime:
        """Return when the commit was made."""

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the ledger's checkpoint at this commit."""

    @property
    def signer(self) -> PublicKey | None:
        """Return the key that signed the commit, None if it bears no good signature."""

    @property
    def note(self) -> str:
        """Return the signed checkpoint as it stands in the ledger."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content as it is stored, or None."""

    def reveal(self, path: str, number: RecordNumber) -> bytes | None:
        """Return the content of a record's file as it was before encryption, or None.

        :raises KeyAbsentError: if it is encrypted and the key is not here.
        :raises StoreError: if it cannot be decrypted.
        """

    def list(self, path: str) -> _Names:
        """Return the names in a directory, sorted; empty if there is none."""

    def walk(self, path: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and object name of every file below a directory."""

    def knows(self, commit: str) -> bool:
        """Return whether an earlier commit can be read where this one is."""

    def changed_since(self, commit: str) -> Iterator[str]:
        """Yield the paths of files that differ from an earlier commit."""

    def content(self, oid: str) -> bytes:
        """Return a file's content by the object name that ``walk`` gives."""

    def events(self, directory: str) -> _Events:
        """Return the events in a directory, by index."""


class Branch(Protocol):
    """A locked ref."""

    @property
    def ref(self) -> str:
        """Return the name of the ref."""

    @property
    def head(self) -> Head | None:
        """Return the head, or None if the ref does not exist yet."""

    def require_head(self) -> Head:
        """Return the head.

        :raises StoreError: if the ref does not exist.
        """

    def keys_held(self) -> AbstractContextManager[None]:
        """Keep the keys that may sign as they are until something is sealed here."""

    def keep(self, file: NewFile | DeflatedFile) -> KeptFile:
        """Take a file that is to be sealed next, where nobody sees it; what is not sealed goes.

        So that what is sealed together need not lie in memory together.
        """

    def append(  # noqa: PLR0913 - a commit simply has that many parts
        self,
        new_events: Sequence[NewEvent],
        *,
        actor: Actor,
        key: Signer,
        ledger_key: Signer,
        time: datetime,
        subject_line: str,
        trailers: Mapping[str, str],
        state: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Seal events in one commit, durable when this returns.

        :param time: of the act, UTC, whole seconds; never before the last act.
        :param trailers: a value of several lines becomes several trailers.
        :param state: files that change with every commit, at the root of the
            ref; sealed files lie in directories.
        :raises ConflictError: if the ref moved, or a path is already there.
        :raises StoreError: if it cannot be written.
        """


class CosignatureBranch(Protocol):
    """A witness's locked ref."""

    def keep(self, notes: Iterable[str], key: WitnessKey, signer: Signer, time: datetime) -> None:
        """Have the ref hold these notes, and no others; on disk when this returns.

        :param key: that the ref names. :param signer: its private half, which signs the commit.
        :raises ConflictError: if the ref moved.
        :raises StoreError: if it cannot be written.
        """


class Store(Protocol):
    """A records store."""

    @property
    def vault(self) -> Vault | None:
        """Return the keys of encrypted records; None where nobody gave any."""

    @property
    def reopen(self) -> Callable[[], Store] | None:
        """Return how another process opens the same store; None where none can."""

    def is_to_hold(self, ref: str) -> bool:
        """Return whether a ledger, where there is one, belongs here: not all do in a bundle."""

    def at(self, commit: str) -> Head:
        """Return what a ref held at a commit.

        :raises StoreError: if that cannot be read.
        """

    def refs(self) -> list[str]:
        """Return all refs, sorted: those that hold ledgers, and what else is there."""

    def head(self, ref: str) -> Head | None:
        """Return a ref's head, or None."""

    def require_head(self, ref: str) -> Head:
        """Return a ref's head.

        :raises StoreError: if there is no such ref.
        """

    def head_before(self, ref: str, moment: datetime) -> Head | None:
        """Return a ref as it stood just before a moment; None if it did not exist yet."""

    def head_by_another(self, ref: str, moment: datetime, fingerprint: str) -> Head | None:
        """Return a ref as another key than one left it last before a moment; None if none did."""

    def notes(self, ref: str) -> Iterator[str]:
        """Yield the signed checkpoints of a ledger, the last first.

        :raises StoreError: if one cannot be read.
        """

    def locked(self, ref: str) -> AbstractContextManager[Branch]:
        """Return the ref locked against other writers on this machine."""

    def keys_held(self, *, ending: bool) -> AbstractContextManager[None]:
        """Keep the keys that may sign as they are, with others who do; or alone, to end one."""

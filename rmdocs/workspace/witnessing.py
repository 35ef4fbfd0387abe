"""Witnesses: their keys, and their looks at the ledgers, each of which ends in cosignatures."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.errors import StoreError, UsageError, system_problem
from rmdocs.findings import Finding, has_errors
from rmdocs.messages import by_command, message
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.protocol import WITNESS_PREFIX
from rmdocs.store.refs import WITNESS_NAME
from rmdocs.workspace import seen
from rmdocs.workspace.keyring import WITNESS_KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from rmdocs.audit.cosigning import Cosigning, WitnessedLedger
    from rmdocs.store.keys import SigningKey
    from rmdocs.workspace.opening import Workspace

_LEDGERS = frozenset({"control", "records"})
"""How the names of ledgers begin."""
_KEY_NAME = "rmdocs/witness/"
"""How the name of a witness begins on notes; behind it stands what the ref is called by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer(Answer):
    """A witness as those who verify are to know it.

    :param name: of the witness. :param fingerprint: of its key. :param path: where that lies.
    :param line: for a policy (c2sp.org/tlog-policy).
    """

    TOLD: ClassVar = ("name", "fingerprint", "line")
    name: str
    fingerprint: str = field(metadata=called("key"))
    path: Path
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessing(Answer):
    """What a witness found at a look at the ledgers, and did.

    :param name: of the witness. :param added: how many checkpoints it cosigned now.
    :param ledgers: as they are. :param findings: what it refused, and what else it noticed.
    """

    TOLD: ClassVar = ("name", "added", "ok", "ledgers", "findings")
    name: str
    added: int
    ledgers: tuple[WitnessedLedger, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Return whether nothing was refused."""
        return not has_errors(self.findings)


def own_key(workspace: Workspace, name: str) -> WitnessAnswer:
    """Return the key of a witness on this machine; it is made if there is none.

    :raises UsageError: if that is no name of a witness, or the workspace the bundle of a year.
    :raises ControlError: if others can read it.
    :raises StoreError: if it cannot be read or made.
    """
    workspace.require_whole()
    ring, owner = workspace.keys, _owner(name)
    signer = ring.own(owner)
    return WitnessAnswer(
        name=name,
        fingerprint=signer.fingerprint,
        path=ring.path(owner),
        line=f"witness {name} {_key(name, signer).line}",
    )


def witness(workspace: Workspace, name: str) -> Witnessing:
    """Look at the ledgers as a witness, and cosign those that continue what it saw before.

    What it saw is kept first, on disk, then its cosignatures; nobody else cosigns with the same
    key from here meanwhile.

    :raises UsageError: if that is no name of a witness, or the workspace the bundle of a year.
    :raises ControlError: if its key is not on this machine, or others can read it.
    :raises StoreError: if what it saw cannot be read or kept, or the store cannot be read.
    """
    from rmdocs.audit.cosigning import cosigned
    from rmdocs.workspace.places import witness_path

    workspace.require_whole()
    signer = workspace.keys.load(_owner(name))
    key, path = _key(name, signer), witness_path(signer.public)
    if path is None:
        raise _unkept()
    try:
        with seen.alone(path), workspace.store.witnessing(f"{WITNESS_PREFIX}{name}") as branch:
            memory = seen.recall(path)
            for finding in memory.findings:
                raise StoreError(finding.message, finding.remedy, clause=finding.clause)
            done = cosigned(workspace.store, key, signer, memory.pins, workspace.now())
            new = [pin.note for pin in done.seen] != [pin.note for pin in memory.pins]
            if new:
                _keep(path, done)
            if done.added:
                branch.keep(done.notes, key, signer, workspace.now())
    except OSError as problem:
        raise _unkept(problem) from problem
    return _answer(name, done)


def _keep(path: Path, done: Cosigning) -> None:
    try:
        seen.keep(path, done.seen)
    except StoreError as problem:
        raise _unkept() from problem


def _answer(name: str, done: Cosigning) -> Witnessing:
    return Witnessing(name=name, added=done.added, ledgers=done.ledgers, findings=done.findings)


def _owner(name: str) -> str:
    """Return what the file of a witness's key is called by.

    :raises UsageError: if that is no name of a witness.
    """
    if not WITNESS_NAME.fullmatch(name):
        raise UsageError(
            message("“{name}” is no name of a witness", name=name),
            message("take 1 to 32 letters, digits and hyphens, a letter first: JN01, head-office"),
        )
    if name.casefold() in _LEDGERS:
        raise UsageError(
            message("“{name}” is the name of a ledger, and would be taken for it", name=name),
            message("call the witness by its unit, or by what it is: YT03, head-office"),
        )
    return f"{WITNESS_KEYS}{name}"


def _key(name: str, signer: SigningKey) -> WitnessKey:
    return WitnessKey(name=f"{_KEY_NAME}{name}", public=signer.public)


def _unkept(problem: OSError | None = None) -> StoreError:
    said = message("what the witness saw cannot be kept here: it would cosign two histories")
    if problem is not None:
        said = message(
            "what the witness saw cannot be kept here: {problem}", problem=system_problem(problem)
        )
    return StoreError(
        said,
        by_command(
            message("give it a folder of its own that nobody else can write to"),
            "XDG_STATE_HOME",
        ),
    )

"""The private keys on this machine: made, opened, and refused where others can read them."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import REVOCATION_CLAUSE
from rmdocs.errors import ControlError, StoreError, system_problem
from rmdocs.messages import Text, by_command, message
from rmdocs.store.files import read_plain
from rmdocs.store.keys import SigningKey, is_locked
from rmdocs.workspace.places import KEYS_PATH, keys_elsewhere

LEDGER_KEY_NAME = "ledger"
"""What the file of the key is called that the store was founded with."""

MACHINE_KEY_NAME = "machine"
"""What the file of the machine's own ledger key is called."""

WITNESS_KEYS = "witness-"
"""How the file of a key begins that cosigns checkpoints; behind it stands the witness's name."""

Passphrase = Callable[[str], bytes | None]
"""Asked for a key's passphrase by the owner's name; None where there is none."""


def no_passphrase(_owner: str) -> bytes | None:
    """Answer that there is no passphrase."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The directory of private keys.

    :param directory: created, mode 0700, with the first key.
    :param passphrase: asked whenever a person's key is made, or one that is locked is opened.
    """

    directory: Path
    passphrase: Passphrase = no_passphrase

    def path(self, owner: str) -> Path:
        """Return the file of an owner's key."""
        return self.directory / f"{owner}.key"

    def has(self, owner: str) -> bool:
        """Return whether the key of ``owner`` lies on this machine.

        :raises StoreError: if that cannot be seen.
        """
        return _is_there(self.path(owner))

    def create(self, owner: str, passphrase: bytes | None = None) -> SigningKey:
        """Make and keep a key for ``owner`` (a staff number, or ``ledger``).

        :param passphrase: what is to lock it; None to ask as for any other.
        :raises ControlError: if there is one already; a key is never replaced.
        """
        path = self.path(owner)
        if _is_there(path):
            raise ControlError(
                message("{owner} has a key already: {path}", owner=owner, path=path),
                message("move the old file away first if it is lost or exposed"),
            )
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise _unusable(path, problem) from problem
        key = SigningKey.generate(owner)
        key.save(path, passphrase or self._passphrase(owner))
        return key

    def load(self, owner: str) -> SigningKey:
        """Return the key of ``owner``.

        :raises ControlError: if it is not on this machine, or others can read it there.
        :raises StoreError: if it cannot be read.
        """
        path = self.path(owner)
        if not _is_there(path):
            raise ControlError(
                message("the private key of {owner} is not on this machine", owner=owner),
                _restore(path, owner),
                clause="ISO 9001 §7.5.3",
            )
        try:
            _require_private(path)
            locked = is_locked(read_plain(path))
        except OSError as problem:
            raise _unusable(path, problem) from problem
        return SigningKey.load(path, self._passphrase(owner) if locked else None)

    def own(self, owner: str) -> SigningKey:
        """Return the key of ``owner``, made if there is none; see :meth:`load`."""
        return self.load(owner) if self.has(owner) else self.create(owner)

    def _passphrase(self, owner: str) -> bytes | None:
        """Return what protects a key; nothing protects those of machines."""
        unlocked = owner in {LEDGER_KEY_NAME, MACHINE_KEY_NAME} or owner.startswith(WITNESS_KEYS)
        return None if unlocked else self.passphrase(owner)


def _restore(path: Path, owner: str) -> Text:
    """Return how to come by a key that is not here."""
    if owner == LEDGER_KEY_NAME:
        # It is made once, with the store, which takes the acts of no other.
        return message("put the ledger key back from its backup, to {path}", path=path)
    command = message("rmdocs key new {owner}", owner=owner)
    if owner.startswith(WITNESS_KEYS):
        name = owner.removeprefix(WITNESS_KEYS)
        command = message("rmdocs key witness {name}", name=name)
    return by_command(
        message("put it back from its backup, to {path}; if it is lost, make a new one", path=path),
        command,
    )


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _require_private(path: Path) -> None:
    """Refuse a private key that others than its owner can read or write.

    :raises OSError: if it cannot be looked at.
    :raises ControlError: saying what to do.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ControlError(
            message(
                "the key file {path} is open to others (mode {mode}): whoever reads it signs as"
                " its owner",
                path=path,
                mode=f"{mode:04o}",
            ),
            by_command(
                message(
                    "if others could have read it, have the key revoked; else close the file to"
                    " them, or keep it where that can be done"
                ),
                message("chmod 600 {path}", path=path),
            ),
            clause=REVOCATION_CLAUSE,
        )


def _unusable(path: Path, problem: OSError) -> StoreError:
    return StoreError(
        message(
            "the key file {path} cannot be used: {problem}",
            path=path,
            problem=system_problem(problem),
        ),
        by_command(
            message("have it owned by whoever runs this, or keep the keys in a folder of your own"),
            "RMDOCS_KEYS",
        ),
    )


def key_ring(root: Path, passphrase: Passphrase) -> KeyRing:
    """Return the private keys of this machine."""
    return KeyRing(directory=keys_elsewhere() or root / KEYS_PATH, passphrase=passphrase)

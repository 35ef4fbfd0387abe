"""Private keys on this machine: one file a person, never in the store.

A key file is in OpenSSH format, mode 0600, and may carry a passphrase. The
store knows only public keys (docs/adr: where private keys live).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rmdocs.errors import ControlError, StoreError, system_problem
from rmdocs.messages import Text, message
from rmdocs.store.keys import SigningKey

LEDGER_KEY_NAME = "ledger"

Passphrase = Callable[[str], bytes | None]
"""Asked for a key's passphrase by the owner's name; None where there is none."""


def no_passphrase(_owner: str) -> bytes | None:
    """Answer that there is no passphrase."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The directory of private keys.

    :param directory: created, mode 0700, with the first key.
    :param passphrase: asked whenever a person's key is made or opened.
    """

    directory: Path
    passphrase: Passphrase = no_passphrase

    def path(self, owner: str) -> Path:
        """Return the file of an owner's key."""
        return self.directory / f"{owner}.key"

    def create(self, owner: str) -> SigningKey:
        """Make and keep a key for ``owner`` (a staff number, or ``ledger``).

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
        key.save(path, self._passphrase(owner))
        return key

    def load(self, owner: str) -> SigningKey:
        """Return the key of ``owner``.

        :raises ControlError: if it is not on this machine.
        :raises StoreError: if it cannot be read.
        """
        path = self.path(owner)
        if not _is_there(path):
            raise ControlError(
                message("the private key of {owner} is not on this machine", owner=owner),
                _restore(path, owner),
                clause="ISO 9001 §7.5.3",
            )
        return SigningKey.load(path, self._passphrase(owner))

    def _passphrase(self, owner: str) -> bytes | None:
        """Return what protects a key; nothing protects the ledger's."""
        return None if owner == LEDGER_KEY_NAME else self.passphrase(owner)


def _restore(path: Path, owner: str) -> Text:
    """Return how to come by a key that is not here."""
    if owner == LEDGER_KEY_NAME:
        # It is made once, with the store, which takes the acts of no other.
        return message("put the ledger key back from its backup, to {path}", path=path)
    return message(
        "put it back from its backup, to {path}; if it is lost, make one with: rmdocs key new"
        " {owner}",
        path=path,
        owner=owner,
    )


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _unusable(path: Path, problem: OSError) -> StoreError:
    return StoreError(
        message(
            "the key file {path} cannot be used: {problem}",
            path=path,
            problem=system_problem(problem),
        ),
        message("have it owned by whoever runs this, or name your own folder by RMDOCS_KEYS"),
    )

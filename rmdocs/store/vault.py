"""Record keys: what must be destroyable is stored encrypted, one key a record (ADR 0011).

AES-256-SIV (RFC 5297) from the cryptography library; record number and path
are bound in. The keys lie apart from the store, one file a record:
destroying the file destroys the content, while digests and ledger stand.
Which records are encrypted, and when a key may go, is for the floors above.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.errors import KeyAbsentError, StoreError, system_problem
from rmdocs.messages import by_command, message
from rmdocs.store.files import read_plain, sync_directory, sync_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    from rmdocs.identifiers import RecordNumber

CIPHER = "AES-256-SIV"
HEADER = b"rmdocs encrypted record 1\n"
"""What an encrypted file begins with; no JSON and no document does."""

_KEY_SIZE = 64
"""Two AES-256 keys, as RFC 5297 takes them."""

_PARTIAL = ".partial"
_KEY_FILE = re.compile(rb"rmdocs record key 1\n([0-9a-f]{128})\n")


def is_encrypted(data: bytes) -> bool:
    """Return whether a stored file is encrypted."""
    return data.startswith(HEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKey:
    """The key of one record's content.

    The same file always encrypts to the same bytes: there is no nonce to lose
    or to repeat, and since no path is sealed twice, nothing is told by it.
    """

    number: RecordNumber
    cipher: AESSIV

    def encrypt(self, path: str, data: bytes) -> bytes:
        """Return a file as it is stored; compressed first, since nothing compresses it after."""
        return HEADER + self.cipher.encrypt(zlib.compress(data), self._bound(path))

    def decrypt(self, path: str, stored: bytes) -> bytes:
        """Return a file as it was before encryption.

        :raises StoreError: if it was not encrypted with this key for this path.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as the cipher

        try:
            return zlib.decompress(
                self.cipher.decrypt(stored.removeprefix(HEADER), self._bound(path))
            )
        except (InvalidTag, ValueError, zlib.error) as problem:
            raise StoreError(
                message("{path} of {number} cannot be decrypted", path=path, number=self.number),
                by_command(
                    message("have the store verified; compare the record's key with a copy of it"),
                    "rmdocs verify",
                ),
            ) from problem

    def digest(self, purpose: str, data: bytes) -> str:
        """Return a digest that only who holds the key can compute, or compare a guess with."""
        # A pseudo-random function of key, purpose and data (RFC 5297 §1.3.3); not
        # compressed: another compressor must come to the same digest.
        return sha256(self.cipher.encrypt(data, self._bound(f"digest/{purpose}")))

    def _bound(self, path: str) -> list[bytes]:
        return [HEADER, str(self.number).encode(), path.encode()]


class Vault:
    """The directory of record keys.

    :param directory: created, mode 0700, with the first key.
    :param random: gives that many bytes no one can guess.
    """

    def __init__(self, directory: Path, random: Callable[[int], bytes]) -> None:
        self.directory = directory
        self._random = random
        self._unsynced: dict[Path, bytes] = {}

    def make(self, number: RecordNumber) -> RecordKey:
        """Return a key for a number about to be given; on disk after :meth:`sync`, not before.

        A key that a killed writer left for the number is used again; what it
        left of one is replaced.

        :raises StoreError: if what is there cannot be read.
        """
        path = self.path(number)
        key = self._unsynced.get(path)
        if key is None:
            with _told():
                known = _read(path)
            key = known if known is not None and len(known) == _KEY_SIZE else None
            key = self._unsynced[path] = key or self._random(_KEY_SIZE)
        return RecordKey(number=number, cipher=_cipher(key))

    def drop(self) -> None:
        """Forget the keys that were made and are not on disk: their records are not sealed."""
        self._unsynced.clear()

    def _make_directories(self, last: Path) -> None:
        # One by one: the modes of parents made along with it are the system's.
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        for level in reversed([last, *last.parents]):
            if level.is_relative_to(self.directory):
                level.mkdir(mode=0o700, exist_ok=True)

    def sync(self) -> None:
        """Put all keys made on disk, directories included: only then may a record be sealed.

        :raises StoreError: if they cannot be.
        """
        with _told():
            for path, key in self._unsynced.items():
                if _read(path) != key:
                    self._make_directories(path.parent)
                    _write(path, b"rmdocs record key 1\n" + key.hex().encode() + b"\n")
            # All written before the first sync: one journal commit serves many.
            for path in self._unsynced:
                sync_file(path)
            for directory in sorted({path.parent for path in self._unsynced}):
                for level in (directory, *directory.parents):
                    sync_directory(level)
                    if level == self.directory.parent:
                        break
            self._unsynced.clear()

    def find(self, number: RecordNumber) -> RecordKey | None:
        """Return a record's key; None if it was destroyed, or is not here for who asks.

        :raises StoreError: if it is there but damaged.
        """
        with _told():
            try:
                key = _read(self.path(number))
            except PermissionError:
                # Somebody else's keys: whoever reads does without.
                key = None
        if key == b"":
            raise StoreError(
                message("the key of {number} is damaged", number=number),
                message("restore {path} from a copy", path=self.path(number)),
            )
        return None if key is None else RecordKey(number=number, cipher=_cipher(key))

    def is_here(self) -> bool:
        """Return whether there are keys on this machine that who asks may read."""
        return os.access(self.directory, os.R_OK | os.X_OK)

    def holds(self, number: RecordNumber) -> bool:
        """Return whether a record's key is here, be it damaged."""
        with _told():
            return _read(self.path(number)) is not None

    def leaves(self, number: RecordNumber) -> bool:
        """Return whether anything is here under a record's name, be it overwritten."""
        path = self.path(number)
        return path.exists() or path.with_suffix(_PARTIAL).exists()

    def destroy(self, number: RecordNumber) -> None:
        """Overwrite and remove a record's key; it is gone from disk when this returns.

        Destroying what a killed call began to destroy finishes it.

        :raises StoreError: if it cannot be.
        """
        path = self.path(number)
        with _told():
            try:
                with path.open("r+b", buffering=0) as file:
                    file.write(bytes(path.stat().st_size))
                    os.fsync(file.fileno())
                path.unlink()
            except FileNotFoundError:
                pass  # destroyed already, perhaps without the sync below
            path.with_suffix(_PARTIAL).unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_directory(path.parent)

    def path(self, number: RecordNumber) -> Path:
        """Return the file of a record's key."""
        series = number.series
        folder = self.directory / str(series.form) / str(series.unit) / f"{series.year:04d}"
        return folder / f"{number}.key"


def key_absent(number: RecordNumber) -> KeyAbsentError:
    """Return the refusal to read a record whose key is not here."""
    return KeyAbsentError(
        message("the content of {number} is encrypted and its key is not here", number=number),
        message("restore its key from where the record keys are kept"),
    )


def _cipher(key: bytes) -> AESSIV:
    # Loaded only where a record is encrypted: most are not.
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415

    return AESSIV(key)


def _read(path: Path) -> bytes | None:
    """Return a key; None where there is none or its destruction was begun; empty if damaged."""
    try:
        data = read_plain(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = _KEY_FILE.fullmatch(data)
    if found:
        return bytes.fromhex(found[1].decode())
    return None if data and not data.strip(b"\0") else b""


def _write(path: Path, data: bytes) -> None:
    """Write a file whole, in place of what may lie there."""
    partial = path.with_suffix(_PARTIAL)
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    partial.replace(path)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            message(
                "the record keys cannot be read or written: {problem}",
                problem=system_problem(problem),
            ),
            message("check that the directory is there, readable and writable"),
        ) from problem

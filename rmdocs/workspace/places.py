"""Where the parts of a workspace lie, and what the environment says of its keys."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from rmdocs.control.keyring import KeyRing
from rmdocs.store.vault import Vault

STORE_PATH = Path("records") / "store.git"
INDEX_PATH = Path("records") / "index.sqlite"
KEYS_PATH = Path("keys")
KEYS_VARIABLE = "RMDOCS_KEYS"
RECORD_KEYS_PATH = Path("record-keys")
RECORD_KEYS_VARIABLE = "RMDOCS_RECORD_KEYS"
PASSPHRASE_VARIABLE = "RMDOCS_PASSPHRASE"  # noqa: S105 - the name of a variable


def key_ring(root: Path) -> KeyRing:
    """Return the private keys of this machine."""
    directory = os.environ.get(KEYS_VARIABLE)
    return KeyRing(Path(directory) if directory else root / KEYS_PATH, passphrase)


def vault(root: Path) -> Vault:
    """Return the keys of encrypted records."""
    directory = os.environ.get(RECORD_KEYS_VARIABLE)
    return Vault(Path(directory) if directory else root / RECORD_KEYS_PATH, secrets.token_bytes)


def passphrase(_owner: str) -> bytes | None:
    """Return what protects a private key; None where the environment gives nothing."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given.encode() if given else None

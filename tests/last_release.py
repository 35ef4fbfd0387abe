"""The store that the last release wrote; how it was made: ``data/last_release/make.py``."""

from __future__ import annotations

import tarfile
from pathlib import Path

from conftest import Bank

PACKED = Path(__file__).parent / "data" / "last_release" / "store.tar.gz"


def unpack(root: Path) -> Bank:
    """Return the store of the last release in a workspace at ``root``."""
    with tarfile.open(PACKED) as archive:
        archive.extractall(root, filter="data")
    return Bank(root)

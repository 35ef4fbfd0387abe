"""A writer at work in a git store; see ``sealing``."""

from __future__ import annotations

import pytest
from sealing import NOON, REF, Desk

from rmdocs.store.git import GitStore


@pytest.fixture
def desk(tmp_path):
    path = tmp_path / "store"
    return Desk(path, GitStore.create(path))


@pytest.fixture
def ref():
    return REF


@pytest.fixture
def noon():
    return NOON

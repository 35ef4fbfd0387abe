"""A bank that gives out controlled copies; see ``custody``."""

from __future__ import annotations

import pytest
from bank import Bank
from custody import Custody

from rmdocs.registers.copies import CopyStatus


@pytest.fixture
def custody(bank):
    return Custody(bank)


@pytest.fixture(scope="session")
def revised_root(once, founded):
    return once.copy(founded, "revising", lambda root: Custody(Bank(root)).revise())[0]


@pytest.fixture
def revised(revised_root, copied):
    """A bank where 1.1 of RXD7200-04 is released today and in force from tomorrow on."""
    return Custody(copied(revised_root))


@pytest.fixture(scope="session")
def given(once, founded, kept_in_memory):
    """A workspace with one copy in each status: for what is refused, and to be read."""

    def give(root):
        for status in CopyStatus:
            Custody(Bank(root)).in_status(status)

    root = once.copy(founded, "copies", give)[0]
    return Custody(Bank(root, kept_in_memory(root)))


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory

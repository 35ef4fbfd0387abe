"""A bank that gives out controlled copies; see ``custody``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Bank
from custody import Custody

from rmdocs.registers.copies import CopyStatus


@pytest.fixture
def custody(bank):
    return Custody(bank)


@pytest.fixture(scope="session")
def revised_root(founded, place):
    custody = Custody(Bank(Path(shutil.copytree(founded, place / "revising" / "bank"))))
    custody.revise()
    return custody.bank.root


@pytest.fixture
def revised(revised_root, copied):
    """A bank where 1.1 of RXD7200-04 is released today and in force from tomorrow on."""
    return Custody(copied(revised_root))


@pytest.fixture(scope="session")
def given(founded, place):
    """A workspace with one copy in each status: for what is refused, and to be read."""
    custody = Custody(Bank(Path(shutil.copytree(founded, place / "copies" / "bank"))))
    for status in CopyStatus:
        custody.in_status(status)
    return custody

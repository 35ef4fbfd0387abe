"""A bank whose notices were issued under 1.0, with 1.1 approved and in force."""

from __future__ import annotations

import pytest
from notices import revised_notices


@pytest.fixture(scope="session")
def revised(once, founded):
    """Notices of two units: open, delivered, void, with a guarantor; then 1.1."""
    return once.copy(founded, "revised", revised_notices)[0]


@pytest.fixture
def revised_bank(revised, copied):
    return copied(revised)


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory

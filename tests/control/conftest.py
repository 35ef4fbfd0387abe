"""No test here looks at files of the store, but where it says so."""

from __future__ import annotations

import pytest


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory

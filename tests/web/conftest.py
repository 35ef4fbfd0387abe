"""Browsers that were let in."""

import pytest
from browsing import Browser


@pytest.fixture
def browse():
    """Return what makes browsers of a workspace; they are closed after the test."""
    made = []

    def make(bank, **settings):
        made.append(Browser(bank, **settings))
        return made[-1].__enter__()

    yield make
    for one in made:
        one.__exit__()

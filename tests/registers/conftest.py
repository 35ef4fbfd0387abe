"""A bank to which something of every register has happened, each thing on a day of its own."""

from __future__ import annotations

from datetime import date

import pytest
from bank import Bank
from chronicle import chronicle

from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.reports.report import rows_json
from rmdocs.workspace import registers
from rmdocs.workspace.registers import Asked


@pytest.fixture(scope="session")
def told(once, founded, kept_in_memory):
    """The bank of ``chronicle``: to be read only."""
    root = once.copy(founded, "chronicle", lambda root: chronicle(Bank(root)))[0]
    return Bank(root, kept_in_memory(root))


@pytest.fixture
def rows(told):
    """Return a function: the rows of a register as JSON, as of a day, restricted."""

    def ask(name: str, on: date | None = None, language: Language = Language.EN, **asked):
        if "unit" in asked:
            asked["unit"] = UnitCode(asked["unit"])
        if "number" in asked:
            asked["number"] = DocumentNumber(asked["number"])
        report = registers.report(
            told.at(None, date(2027, 3, 1)), name, on=on, asked=Asked(**asked)
        )
        assert report.name == name
        return rows_json(report, language)

    return ask


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory

"""A bank to which something of every register has happened, each thing on a day of its own."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from chronicle import chronicle
from conftest import Bank

from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.reports.report import rows_json
from rmdocs.workspace.registers import Asked


@pytest.fixture(scope="session")
def told(founded, place):
    """The bank of ``chronicle``: to be read only."""
    bank = Bank(Path(shutil.copytree(founded, place / "told" / "bank")))
    chronicle(bank)
    return bank


@pytest.fixture
def rows(told):
    """Return a function: the rows of a register as JSON, as of a day, restricted."""

    def ask(name: str, on: date | None = None, language: Language = Language.EN, **asked):
        if "unit" in asked:
            asked["unit"] = UnitCode(asked["unit"])
        if "number" in asked:
            asked["number"] = DocumentNumber(asked["number"])
        report = told.at(None, date(2027, 3, 1)).registers.report(name, on=on, asked=Asked(**asked))
        assert report.name == name
        return rows_json(report, language)

    return ask

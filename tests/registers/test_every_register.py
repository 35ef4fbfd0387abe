"""Every register builds on any day, prints in both languages, and can be saved."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from chronicle import DAY
from openpyxl import load_workbook

from rmdocs.errors import ConflictError, UsageError
from rmdocs.folders import save_report
from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.reports.report import note_texts, rows_json, text_rows
from rmdocs.workspace import registers, store
from rmdocs.workspace.registers import Asked

TODAY = date(2027, 3, 1)


@pytest.fixture(scope="module")
def reports(told):
    """Every register as it is today."""
    workspace = told.at(None, TODAY)
    return {name: registers.report(workspace, name) for name in REGISTER_NAMES}


def saved(report, path, language):
    save_report((report,), path, language)
    return path.read_bytes()


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_prints_and_saves_in_both_languages(reports, name, tmp_path):
    report = reports[name]
    assert (report.name, report.as_of) == (name, TODAY)
    assert bool(report.rows) == (name != "disposals")
    titles = set()
    for language in Language:
        table = text_rows(report, language)
        assert [len(row) for row in table] == [len(report.columns)] * len(report.rows)
        assert [list(row) for row in rows_json(report, language)] == [
            [column.name for column in report.columns]
        ] * len(report.rows)
        titles.add(report.title.text(language))
        book = load_workbook(
            io.BytesIO(saved(report, tmp_path / f"{language.value}.xlsx", language))
        )
        cells = {str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value}
        page = saved(report, tmp_path / f"{language.value}.html", language).decode()
        for text in (
            report.title.text(language),
            *(c.title.text(language) for c in report.columns),
        ):
            assert text in cells
        assert report.title.text(language) in page
        for row in table:
            assert row[0] in page
    assert len(titles) == len(Language)


BY_DATES = {"documents", "history", "reviews"}
"""What follows from dates of effect, whatever day is asked about."""


@pytest.mark.parametrize("day", [date(1999, 1, 1), DAY.founded, DAY.released, TODAY])
@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_as_of_any_day(told, name, day):
    report = registers.report(told.at(None, TODAY), name, on=day)
    assert report.as_of == day
    assert registers.TO_COME not in report.notes
    if day < DAY.founded and name not in BY_DATES:
        assert report.rows == ()


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_day_to_come_is_told_only_by_dates_of_effect(told, name):
    day = TODAY + timedelta(days=1)
    if name in BY_DATES:
        report = registers.report(told.at(None, TODAY), name, on=day)
        assert (report.as_of, report.notes[0]) == (day, registers.TO_COME)
    else:
        with pytest.raises(UsageError, match="is still to come"):
            registers.report(told.at(None, TODAY), name, on=day)


def test_the_year_was_by_the_rules(told):
    assert store.verify(told.afterwards()).findings == ()


def test_the_notes_say_what_the_day_means(reports):
    notes = note_texts(reports["documents"], Language.EN)
    assert "dates of effect" in notes[0]


def test_a_day_reads_the_same_later(told, reports):
    """What a register says of today is what it will say of this day later."""
    later = told.at(None, date(2028, 1, 1))
    for name, report in reports.items():
        assert registers.report(later, name, on=TODAY).rows == report.rows


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("documents", Asked(number=DocumentNumber("RXD7200-04"))),
        ("holds", Asked(unit=UnitCode("JN01"))),
        ("history", Asked(year=2026)),
        ("records", Asked(within=5)),
        ("series", Asked(totals=True)),
        ("nothing", Asked()),
        ("history", Asked(number=DocumentNumber("RXD7200-99"))),
    ],
)
def test_asked_for_what_it_cannot_say(told, name, asked):
    with pytest.raises(UsageError) as refused:
        registers.report(told.at(), name, asked=asked)
    assert refused.value.remedy.text(Language.EN)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_out_of_reach(told, day):
    with pytest.raises(UsageError, match="out of reach"):
        registers.report(told.at(), "units", on=day)


def test_nothing_is_written_over(reports, tmp_path):
    path = tmp_path / "units.xlsx"
    save_report((reports["units"],), path, Language.ZH)
    save_report((reports["units"],), path, Language.ZH)
    with pytest.raises(ConflictError):
        save_report((reports["staff"],), path, Language.ZH)
    with pytest.raises(UsageError, match="neither"):
        save_report((reports["units"],), tmp_path / "units.txt", Language.ZH)

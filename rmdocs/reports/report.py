"""A report: a table of facts with its title, notes and lines to sign.

Whoever builds one says which columns there are; how a cell reads in a table,
in JSON, and on which side of A4 the whole fits, is decided here once for every
way of printing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import NOTHING
from rmdocs.language.dates import cn_date
from rmdocs.messages import Language, Text, message

PORTRAIT, LANDSCAPE = 92, 136
"""Columns of half-width signs that a page of A4 has room for, upright and on its side."""

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a report.

    :param name: its key in JSON, lower case with underscores.
    :param title: its heading.
    :param width: half-width signs a line of it holds; a Chinese sign takes two.
    """

    name: str
    title: Text
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 14


NUMBERING = Column(name="row", title=message("row no."), kind=ColumnKind.NUMBER, width=6)
"""The column that counts the rows of a numbered report on paper."""

Cell: TypeAlias = str | int | Decimal | date | datetime | Text | None
"""A fact; None where there is none. A moment is printed in the zone it carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A table of facts, ready to be printed.

    :param name: what commands and file names call it (``copies``).
    :param rows: each with one cell a column.
    :param as_of: the day the facts stood so; None where they always do.
    :param organisation: whose register it is.
    :param notes: printed under the table, one a line.
    :param lacks: what may be missing from it, and why: printed before the notes, and told
        also where the rows go to a program.
    :param signatures: who signs under the table, such as 编制人, 审核人.
    :param numbered: whether printed rows are counted (序号); JSON and the
        terminal leave the count out.
    :raises ValueError: if a row has not one cell a column, or a column no width.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    as_of: date | None = None
    organisation: Text = NOTHING
    notes: tuple[Text, ...] = ()
    lacks: tuple[Text, ...] = ()
    signatures: tuple[Text, ...] = ()
    numbered: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            reason = f"{self.name}: a row has not one cell a column"
            raise ValueError(reason)
        if not self.columns or any(column.width < 1 for column in self.columns):
            reason = f"{self.name}: a report has columns, each with a width"
            raise ValueError(reason)

    @property
    def width(self) -> int:
        """Return the half-width signs that a printed row takes."""
        return sum(column.width for column in self.columns) + NUMBERING.width * self.numbered

    @property
    def is_wide(self) -> bool:
        """Return whether the report is printed on the side of A4."""
        return self.width > PORTRAIT


def printed_columns(report: Report) -> tuple[Column, ...]:
    """Return the columns as they stand on paper: the count of rows first, if any."""
    return (NUMBERING, *report.columns) if report.numbered else report.columns


def printed_rows(report: Report) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows as they stand on paper, one cell a printed column."""
    if not report.numbered:
        return report.rows
    return tuple((number, *row) for number, row in enumerate(report.rows, 1))


def cell_text(cell: Cell, language: Language) -> str:
    """Return a cell as a person reads it; signs nobody can see are shown by their code."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, int):
        return str(cell)
    return shown(cell if isinstance(cell, str) else cell.text(language))


def shown(text: str) -> str:
    """Return ``text`` with every sign that paper or XML cannot carry named by its code."""
    return _UNSHOWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def day_text(day: date, language: Language) -> str:
    """Return a day as a sentence writes it: 2026年3月2日, or 2026-03-02."""
    return cn_date(day) if language is Language.ZH else day.isoformat()


def head_texts(report: Report, language: Language) -> tuple[str, str]:
    """Return what stands between title and table: whose register, and as of when."""
    organisation = shown(report.organisation.text(language))
    if report.as_of is None:
        return organisation, ""
    as_of = message("as of {day}", day=day_text(report.as_of, language))
    return organisation, as_of.text(language)


def note_texts(report: Report, language: Language) -> tuple[str, ...]:
    """Return the notes as they stand under the table, counted where there are several."""
    notes = (*report.lacks, *report.notes)
    if len(notes) == 1:
        return (shown(message("Note: {note}", note=notes[0]).text(language)),)
    return tuple(
        shown(message("Note {number}: {note}", number=number, note=note).text(language))
        for number, note in enumerate(notes, 1)
    )


def signature_texts(report: Report, language: Language) -> tuple[str, ...]:
    """Return whom the lines to sign are for, each with its colon."""
    return tuple(
        shown(message("{signer}: ", signer=signer).text(language)) for signer in report.signatures
    )


def text_rows(report: Report, language: Language) -> list[tuple[str, ...]]:
    """Return the rows as a terminal prints them; headings are the columns' titles."""
    return [tuple(cell_text(cell, language) for cell in row) for row in report.rows]


def rows_json(report: Report, language: Language) -> list[JsonObject]:
    """Return one JSON object a row, by the columns' names.

    Days and moments are ISO 8601 texts, decimals texts, what is absent null.
    """
    names = [column.name for column in report.columns]
    return [
        dict(zip(names, (_json(cell, language) for cell in row), strict=True))
        for row in report.rows
    ]


def _json(cell: Cell, language: Language) -> Json:
    if cell is None or isinstance(cell, (str, int)):
        return cell
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else cell.text(language)

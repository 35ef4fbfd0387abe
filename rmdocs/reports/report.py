"""A report: a table of facts with its title, notes and lines to sign.

Whoever builds one says which columns there are; how a cell reads in a table,
in JSON, and on which side of A4 the whole fits, is decided here once for every
way of printing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from markupsafe import Markup

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
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


_LARGEST, _SMALLEST = 9.5, 7.0

_STYLE = Markup("""\
@page { size: A4 portrait; margin: 16mm 15mm 18mm;
  @bottom-center { content: BEFORE counter(page) BETWEEN counter(pages) AFTER; font-size: 9pt } }
@page wide { size: A4 landscape }
:root { color-scheme: light }
body { margin: 0 auto; max-width: 297mm; padding: 1em; color: #000; background: #fff;
  font: 10.5pt/1.5 "Times New Roman", "SimSun", "宋体", "Songti SC", "Noto Serif CJK SC", serif }
section + section { break-before: page; margin-top: 3em }
section.wide { page: wide }
h1 { margin: 0 0 .5em; text-align: center; font-size: 18pt; line-height: 1.3; font-weight: 700;
  font-family: "SimHei", "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif }
.below { display: flex; justify-content: space-between; gap: 2em; margin: 0 0 .3em }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: .5pt solid #000; padding: .2em .35em; overflow-wrap: anywhere;
  white-space: pre-line; vertical-align: middle; text-align: left }
th { background: #e7e6e6; text-align: center; print-color-adjust: exact;
  font-family: "SimHei", "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif }
td.number { text-align: right; font-variant-numeric: tabular-nums }
td.date, td.moment, td.count, td.empty { text-align: center }
.note { margin: .4em 0 0 }
.signatures { display: flex; flex-wrap: wrap; gap: 1em 2em; margin: 2em 0 0;
  break-inside: avoid }
.signatures span { flex: 1 1 10em; display: flex; white-space: nowrap }
.signatures i { flex: 1; min-width: 4em; border-bottom: .5pt solid #000 }
@media print { body { padding: 0; max-width: none } section + section { margin-top: 0 } }
""")

_PAGE = """\
<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
{{ style }}</style>
</head>
<body>
{% for report in reports %}
<section{% if report.wide %} class="wide"{% endif %}>
<h1>{{ report.title }}</h1>
<p class="below"><span>{{ report.organisation }}</span><span>{{ report.as_of }}</span></p>
<table style="font-size:{{ report.size }}pt">
<colgroup>
{% for width in report.widths %}
<col style="width:{{ width }}%">
{% endfor %}
</colgroup>
<thead>
<tr>{% for heading in report.headings %}<th scope="col">{{ heading }}</th>{% endfor %}</tr>
</thead>
<tbody>
{% for row in report.rows %}
<tr>{% for kind, text in row %}<td class="{{ kind }}">{{ text }}</td>{% endfor %}</tr>
{% else %}
<tr><td class="empty" colspan="{{ report.headings | length }}">{{ empty }}</td></tr>
{% endfor %}
</tbody>
</table>
{% for note in report.notes %}
<p class="note">{{ note }}</p>
{% endfor %}
{% if report.signatures %}
<p class="signatures">
{%- for signer in report.signatures %}<span>{{ signer }}<i></i></span>{% endfor -%}
</p>
{% endif %}
</section>
{% endfor %}
</body>
</html>
"""


def write_html(reports_: Sequence[Report], language: Language) -> str:
    """Return one page with all of ``reports_``, each beginning a new sheet of paper."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - slow to import

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    title = reports_[0].title.text(language) if reports_ else ""
    return environment.from_string(_PAGE).render(
        language=language.tag,
        title=shown(title),
        style=_style(language),
        empty=message("no entries").text(language),
        reports=[_view(report, language) for report in reports_],
    )


def _style(language: Language) -> Markup:
    """Return the style sheet with the page's number in the reader's language."""
    sentence = message("page {page} of {pages}", page="\x00", pages="\x00").text(language)
    style = str(_STYLE)
    for name, piece in zip(("BEFORE", "BETWEEN", "AFTER"), sentence.split("\x00"), strict=True):
        style = style.replace(name, f'"{piece}"')
    return Markup(style)  # noqa: S704 - our own style sheet and catalogue, no data


def _view(report: Report, language: Language) -> dict[str, object]:
    """Return what the page prints of a report."""
    columns = printed_columns(report)
    organisation, as_of = head_texts(report, language)
    return {
        "title": shown(report.title.text(language)),
        "wide": report.is_wide,
        "size": _font_size(report),
        "organisation": organisation,
        "as_of": as_of,
        "widths": [f"{100 * column.width / report.width:.2f}" for column in columns],
        "headings": [shown(column.title.text(language)) for column in columns],
        "rows": [
            [
                (_class(column, cell), cell_text(cell, language))
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in printed_rows(report)
        ],
        "notes": note_texts(report, language),
        "signatures": signature_texts(report, language),
    }


def _font_size(report: Report) -> str:
    """Return the size in points at which the table fits the width of its page."""
    room = LANDSCAPE if report.is_wide else PORTRAIT
    return f"{max(min(_LARGEST, _LARGEST * room / report.width), _SMALLEST):.1f}"


def _class(column: Column, cell: Cell) -> str:
    """Return how a cell is set: as its column's kind, but text is text in any column."""
    if column is NUMBERING:
        return "count"
    is_text = not isinstance(cell, (int, Decimal, date))
    return ColumnKind.TEXT.value if is_text else column.kind.value

"""Reports as one web page: self-contained, without scripts, fit to print on A4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rmdocs.messages import Language, message
from rmdocs.reports import report as reports
from rmdocs.reports.report import LANDSCAPE, NUMBERING, PORTRAIT, Cell, Column, ColumnKind, Report

_LANGUAGES = {Language.ZH: "zh-CN", Language.EN: "en"}
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
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    title = reports_[0].title.text(language) if reports_ else ""
    return environment.from_string(_PAGE).render(
        language=_LANGUAGES[language],
        title=reports.shown(title),
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
    columns = reports.printed_columns(report)
    organisation, as_of = reports.head_texts(report, language)
    return {
        "title": reports.shown(report.title.text(language)),
        "wide": report.is_wide,
        "size": _font_size(report),
        "organisation": organisation,
        "as_of": as_of,
        "widths": [f"{100 * column.width / report.width:.2f}" for column in columns],
        "headings": [reports.shown(column.title.text(language)) for column in columns],
        "rows": [
            [
                (_class(column, cell), reports.cell_text(cell, language))
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in reports.printed_rows(report)
        ],
        "notes": reports.note_texts(report, language),
        "signatures": reports.signature_texts(report, language),
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

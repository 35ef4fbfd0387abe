"""A report as a spreadsheet that prints as a register does: A4, headings on every page.

Text stays text, whatever sign it begins with; days are days and numbers are
numbers. The same report gives the same bytes: nothing is taken from the clock,
and members of the zip are neither dated nor compressed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from rmdocs.messages import Language, message
from rmdocs.reports import report as reports
from rmdocs.reports.report import LANDSCAPE, NUMBERING, PORTRAIT, Cell, Column, ColumnKind, Report

_TITLE, _BELOW, _HEADINGS = 1, 2, 3
_A4 = 9
_LONGEST = 32_767
"""Signs that a cell of Excel holds."""
_EXACT_DIGITS = 15
"""Digits that Excel keeps of a number."""
_LONGEST_SHOWN_AS_TEXT = 255
"""Signs a cell of the format Text may have before Excel shows #### for it."""
_LONGEST_NAME = 31

_FONT, _BOLD = "宋体", "黑体"
_LINE = Side(style="thin")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="E7E6E6")
_TEXT_FORMAT = "@"
_FORMATS = {ColumnKind.DATE: "yyyy-mm-dd", ColumnKind.MOMENT: "yyyy-mm-dd hh:mm"}
_ALIGNED = {ColumnKind.NUMBER: "right", ColumnKind.DATE: "center", ColumnKind.MOMENT: "center"}
_LINE_HEIGHT, _ROW_HEIGHT, _SIGNING_HEIGHT, _TITLE_HEIGHT = 15.0, 22.0, 34.0, 36.0
_TALLEST = 400.0
_FIRST_YEAR = 1900
"""Excel has no earlier days; they stay text."""
_NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
_UNNAMED = re.compile(r"[\[\]:*?/\\]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(reports_: Sequence[Report], language: Language) -> bytes:
    """Return reports as an XLSX file, each on a sheet of its own.

    Title, organisation and day stand over the table, notes and lines to sign
    under it. Rows can be filtered; the head stays in sight and is printed on
    every page, with 第X页 共Y页 below.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for report in reports_:
        _write_sheet(book.create_sheet(), report, language)
    _set_properties(book, reports_[0], language)
    return _saved(book)


def _write_sheet(sheet: Worksheet, report: Report, language: Language) -> None:
    columns = reports.printed_columns(report)
    sheet.title = _sheet_name(report, language)
    for place, (column, width) in enumerate(zip(columns, _widths(report), strict=True), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        _write_heading(sheet.cell(_HEADINGS, place), column, language)
    _write_head(sheet, report, language, len(columns))
    last = _write_rows(sheet, report, columns, language)
    _write_foot(sheet, report, language, len(columns), last + 1)
    _set_page(sheet, report, language, len(columns), last)


def _sheet_name(report: Report, language: Language) -> str:
    name = _UNNAMED.sub("-", reports.shown(report.title.text(language))).strip("'")
    return name[:_LONGEST_NAME] or report.name


def _widths(report: Report) -> list[int]:
    """Return the width of every printed column; room left on the page goes to the texts."""
    columns = reports.printed_columns(report)
    texts = sum(column.width for column in columns if column.kind is ColumnKind.TEXT)
    room = max((LANDSCAPE if report.is_wide else PORTRAIT) - report.width, 0)
    return [
        column.width + (room * column.width // texts if column.kind is ColumnKind.TEXT else 0)
        for column in columns
    ]


def _write_head(sheet: Worksheet, report: Report, language: Language, count: int) -> None:
    title = _merged(sheet, _TITLE, 1, count, report.title.text(language))
    title.font = Font(name=_BOLD, size=18, bold=True)
    title.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[_TITLE].height = _TITLE_HEIGHT
    organisation, as_of = reports.head_texts(report, language)
    middle = max(count // 2, 1)
    _plain(_merged(sheet, _BELOW, 1, middle, organisation), "left")
    if count > 1:
        _plain(_merged(sheet, _BELOW, middle + 1, count, as_of), "right")
    elif as_of:
        _plain(_merged(sheet, _BELOW, 1, 1, f"{organisation} {as_of}".strip()), "left")
    sheet.row_dimensions[_BELOW].height = _ROW_HEIGHT


def _write_heading(cell: SheetCell | MergedCell, column: Column, language: Language) -> None:
    _put(cell, column.title.text(language), language)
    cell.font = Font(name=_BOLD, size=10.5, bold=True)
    cell.fill = _SHADE
    cell.border = _BORDER
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _write_rows(
    sheet: Worksheet, report: Report, columns: Sequence[Column], language: Language
) -> int:
    """Write the table's rows; return the last one's number, the headings' if there is none."""
    widths = _widths(report)
    headings = [column.title.text(language) for column in columns]
    sheet.row_dimensions[_HEADINGS].height = _height(headings, widths) + 4
    row = _HEADINGS
    for row, cells in enumerate(reports.printed_rows(report), _HEADINGS + 1):
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True), 1):
            target = sheet.cell(row, place)
            _put(target, cell, language)
            target.font = Font(name=_FONT, size=10.5)
            target.border = _BORDER
            aligned = "center" if column is NUMBERING else _ALIGNED.get(column.kind, "left")
            # A number at the right edge would run into the text that follows it.
            target.alignment = Alignment(
                horizontal=aligned,
                vertical="center",
                wrap_text=True,
                indent=int(aligned == "right"),
            )
        texts = [reports.cell_text(cell, language) for cell in cells]
        sheet.row_dimensions[row].height = _height(texts, widths)
    return row


def _write_foot(
    sheet: Worksheet, report: Report, language: Language, count: int, first: int
) -> None:
    """Write what stands under the table: that it is empty, the notes, the lines to sign."""
    widths = [sum(_widths(report))]
    row = first
    if not report.rows:
        empty = _merged(sheet, row, 1, count, message("no entries").text(language))
        _plain(empty, "center")
        for place in range(1, count + 1):
            sheet.cell(row, place).border = _BORDER
        sheet.row_dimensions[row].height = _ROW_HEIGHT
        row += 1
    for note in reports.note_texts(report, language):
        _plain(_merged(sheet, row, 1, count, note), "left")
        sheet.row_dimensions[row].height = _height([note], widths)
        row += 1
    if report.signatures:
        line = "　　".join(
            signer + "_" * 14 for signer in reports.signature_texts(report, language)
        )
        _plain(_merged(sheet, row, 1, count, line), "left")
        sheet.row_dimensions[row].height = max(_height([line], widths), _SIGNING_HEIGHT)


def _merged(sheet: Worksheet, row: int, first: int, last: int, text: str) -> SheetCell | MergedCell:
    """Write ``text`` across columns ``first`` to ``last``; return its cell."""
    if last > first:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    cell = sheet.cell(row, first)
    if text:
        _put_text(cell, text)
    return cell


def _plain(cell: SheetCell | MergedCell, aligned: str) -> None:
    cell.font = Font(name=_FONT, size=10.5)
    cell.alignment = Alignment(horizontal=aligned, vertical="center", wrap_text=True)


def _put(target: SheetCell | MergedCell, cell: Cell, language: Language) -> None:
    """Write a cell as what it is; a number Excel would round becomes text."""
    if isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        target.value = cell.replace(tzinfo=None, microsecond=0)
        target.number_format = _FORMATS[ColumnKind.MOMENT]
    elif isinstance(cell, date) and cell.year >= _FIRST_YEAR:
        target.value = cell
        target.number_format = _FORMATS[ColumnKind.DATE]
    elif isinstance(cell, (int, Decimal)) and _is_exact(cell):
        target.value = cell
        target.number_format = _number_format(cell)
    elif cell is not None:
        _put_text(target, reports.cell_text(cell, language))


def _put_text(target: SheetCell | MergedCell, text: str) -> None:
    """Write a text that stays one, though it begins with ``=``, ``+``, ``-`` or ``@``."""
    told = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    target.value = _ESCAPE.sub("_x005F_", told)
    if isinstance(target, SheetCell):
        target.data_type = "s"
    if len(told) <= _LONGEST_SHOWN_AS_TEXT:
        target.number_format = _TEXT_FORMAT


def _is_exact(number: int | Decimal) -> bool:
    value = Decimal(number)
    return value.is_finite() and len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS


def _number_format(number: int | Decimal) -> str:
    """Return the format that shows as many decimals as the number was given with."""
    exponent = Decimal(number).as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0." + "0" * decimals if decimals else "0"


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Return the height in points of a row that shows all of ``texts`` wrapped."""
    lines = max(
        (
            sum(_lines(line, width) for line in text.split("\n"))
            for text, width in zip(texts, widths, strict=True)
        ),
        default=1,
    )
    return min(max(_ROW_HEIGHT, lines * _LINE_HEIGHT + 7), _TALLEST)


def _lines(text: str, width: int) -> int:
    """Return the lines ``text`` takes, reckoned rather too many than too few."""
    room = max(width - 1, 2)
    return max(-(-sum(1 if sign.isascii() else 2 for sign in text) // room), 1)


def _set_page(sheet: Worksheet, report: Report, language: Language, count: int, last: int) -> None:
    setup = sheet.page_setup
    setup.paperSize = _A4
    setup.orientation = "landscape" if report.is_wide else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.6
    margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.75, 0.3, 0.4
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{_TITLE}:{_HEADINGS}"
    pages = message("page {page} of {pages}", page="&P", pages="&N").text(language)
    footer = HeaderFooterItem()
    footer.center.text, footer.center.size = pages, 9
    sheet.HeaderFooter.oddFooter = footer
    sheet.freeze_panes = f"A{_HEADINGS + 1}"
    sheet.auto_filter.ref = f"A{_HEADINGS}:{get_column_letter(count)}{last}"


def _set_properties(book: Workbook, report: Report, language: Language) -> None:
    day = report.as_of or date(*_NEW_YEAR_1980[:3])
    moment = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    properties = book.properties
    properties.creator, properties.title = "rmdocs", reports.shown(report.title.text(language))
    properties.created = properties.modified = moment


def _saved(book: Workbook) -> bytes:
    """Return the file's bytes: members in the writer's order, undated, stored."""
    written, packed = io.BytesIO(), io.BytesIO()
    # Not book.save(), which would put the present moment into the properties.
    ExcelWriter(book, zipfile.ZipFile(written, "w")).save()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, _NEW_YEAR_1980)
            member.create_system = 3
            target.writestr(member, source.read(name))
    return packed.getvalue()

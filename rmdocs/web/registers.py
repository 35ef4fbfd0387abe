"""Registers as of any day: on a page, and as a workbook to print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import is_text, message, plain
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.reports.report import ColumnKind, cell_text, note_texts
from rmdocs.web.drawing import PageCell, linked
from rmdocs.web.pages import day_of, page
from rmdocs.web.record import workbook
from rmdocs.web.refusals import WebError
from rmdocs.web.safety import whole
from rmdocs.workspace import registers
from rmdocs.workspace.registers import Asked

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.messages import Language, Text
    from rmdocs.reports.report import Cell, Column, Report
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit

_SHOWN = 500
"""Rows that a page shows; a workbook has all."""
_WIDTHS = (("broad", 16), ("middle", 11))
"""How broad a column stays on a page, however many others there are, by its half-width signs."""
_LEADING = frozenset(
    {"number", "document", "form", "request", "disposal", "copy", "hold", "held", "record"}
)
"""Columns with numbers of what has a page."""
_OF_EVERYBODY = frozenset(
    {"documents", "history", "changes", "reviews", "units", "calendar", "policy"}
)
"""Registers that say nothing of any unit's records, people or customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnReport:
    """A report as a page shows it.

    :param name: what addresses and pages call it. :param organisation: whose it is.
    :param rows: the first ones; ``left_off``: how many more there are.
    """

    name: str
    title: Text
    organisation: Text
    columns: tuple[Text, ...]
    rows: tuple[PageRow, ...]
    left_off: int
    notes: tuple[str, ...]


def drawn_report(report: Report, language: Language) -> DrawnReport:
    """Return a report as a page shows it, numbers leading to their pages."""
    return DrawnReport(
        name=report.name,
        title=report.title,
        organisation=report.organisation,
        columns=tuple(column.title for column in report.columns),
        rows=tuple(
            tuple(
                _cell(column, cell, language)
                for column, cell in zip(report.columns, row, strict=True)
            )
            for row in report.rows[:_SHOWN]
        ),
        left_off=max(len(report.rows) - _SHOWN, 0),
        notes=note_texts(replace(report, notes=tuple(map(plain, report.notes))), language),
    )


def _cell(column: Column, cell: Cell, language: Language) -> PageCell | str:
    text = cell_text(plain(cell) if is_text(cell) else cell, language)
    if column.name in _LEADING and isinstance(cell, str):
        return linked(text)
    if not text:
        return text
    if column.kind is ColumnKind.TEXT:
        kinds = [kind for kind, least in _WIDTHS if column.width >= least]
        return PageCell(shown=text, kind=kinds[0] if kinds else "brief")
    return PageCell(shown=text, kind="date" if column.kind is not ColumnKind.NUMBER else "number")


# Pages ----------------------------------------------------------------------------


def _registers(visit: Visit) -> Response:
    shown = {
        name: title
        for name, title in REGISTER_NAMES.items()
        if not visit.unit or name in _OF_EVERYBODY or "unit" in registers.takes(name)
    }
    return visit.page("registers.html", names=shown, today=visit.workspace.today())


def _register(visit: Visit) -> Response:
    name, on = _named(visit), _day(visit)
    report = registers.report(visit.workspace, name, on=on, asked=_asked(visit, name))
    rows = visit.paged(report.rows)
    return visit.page(
        "register.html",
        name=name,
        report=drawn_report(replace(report, rows=tuple(rows.shown)), visit.session.language),
        rows=rows,
        day=on or visit.workspace.today(),
        takes=registers.takes(name) - ({"unit"} if visit.unit else set()),
        said=visit.request.query_params,
        query=visit.request.url.query,
    )


def _workbook(visit: Visit) -> Response:
    name, on = _named(visit), _day(visit)
    report = registers.report(visit.workspace, name, on=on, asked=_asked(visit, name))
    day = on or visit.workspace.today()
    return workbook(f"{name}-{day}", report, visit)


def _named(visit: Visit) -> str:
    """Return the register in the address, if it is for whoever asks to see.

    :raises WebError: if it is of all units, and they see one (403).
    """
    name: str = visit.request.path_params["name"]
    if visit.unit and name not in _OF_EVERYBODY and "unit" not in registers.takes(name):
        raise WebError(
            403,
            message("this register is of all units: it is not yours to see"),
            message("ask the records officer or an auditor"),
        )
    return name


def _day(visit: Visit) -> date | None:
    return day_of(visit.request.query_params.get("on", ""))


def _asked(visit: Visit, name: str) -> Asked:
    """Return what of a register is asked for; of a unit's own people no other's."""
    said, takes = visit.request.query_params, registers.takes(name)
    number = said.get("number", "").strip().upper()
    unit = visit.unit if "unit" in takes and visit.unit else said.get("unit", "").strip().upper()
    return Asked(
        number=DocumentNumber.parse(number) if number else None,
        unit=UnitCode.parse(unit) if unit else None,
        year=_whole(said.get("year", "")),
        within=_whole(said.get("within", "")),
        totals=said.get("totals") == "yes",
    )


def _whole(text: str) -> int | None:
    if not text.strip():
        return None
    number = whole(text)
    if number is None:
        raise UsageError(
            message("“{text}” is no whole number", text=text), message("write digits only")
        )
    return number


ROUTES = (
    page("/registers", _registers),
    page("/registers/{name}.xlsx", _workbook, wide=True),
    page("/registers/{name}", _register, wide=True),
)

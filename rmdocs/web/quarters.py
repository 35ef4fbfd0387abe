"""What the upper branch looks at (§7): a quarter of the managers' work, and one manager's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Text, message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.registers.lists.quarters import COUNTED_BY, IN_TIME, QUARTERS, Quarter
from rmdocs.web.drawing import PageCell, PageRow
from rmdocs.web.navigation import LEADERS
from rmdocs.web.pages import page, see
from rmdocs.web.record import record_link, workbook
from rmdocs.web.refusals import WebError
from rmdocs.workspace import oversight

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.lists.quarters import (
        FigureYear,
        ManagerQuarter,
        Performed,
        QuarterOverview,
    )
    from rmdocs.web.pages import Visit

_PERFORMED = (
    message("last day"),
    message("sealed on"),
    message("state"),
    message("to do"),
    message("number"),
    message("customer"),
    message("clause"),
)
_NUMBER, _CUSTOMER, _SUBJECT = message("number"), message("customer"), message("subject")
_NOTED = (_NUMBER, message("to be known"), message("clause"), message("remedy"))


# Pages --------------------------------------------------------------------------


def _now(visit: Visit) -> Response:
    """Lead to the last quarter that is over: of one that runs little is reported yet."""
    return see(f"/quarters/{Quarter.of(visit.workspace.today()).before}")


def _quarter(visit: Visit) -> Response:
    found = _found(visit)
    managers = visit.paged([one for one in found.managers if _is_shown(visit, one)])
    return visit.page(
        "quarter.html",
        found=found,
        quarter=found.quarter,
        columns=_columns(found),
        managers=managers,
        rows=tuple(_row(found, one) for one in managers.shown),
        notes=(COUNTED_BY, IN_TIME),
    )


def _sheet(visit: Visit) -> Response:
    """Return the managers' quarter as a workbook."""
    if not _sees_others(visit):
        raise _only_own()
    found = _found(visit)
    report = oversight.report(visit.workspace, found)
    return workbook(f"quarter-{found.quarter}", report, visit)


def _manager(visit: Visit) -> Response:
    quarter = Quarter.parse(visit.request.path_params["quarter"])
    staff_no = StaffNumber.parse(visit.request.path_params["staff_no"])
    if not _sees_others(visit) and visit.person is not None and visit.person.staff_no != staff_no:
        raise _only_own()
    found = oversight.manager_report(visit.workspace, quarter, staff_no)
    visit.require_unit(found.person.unit)
    done, noted = visit.paged(found.done, "done"), visit.paged(found.noted, "noted")
    performed = visit.paged(found.performed, "performed")
    return visit.page(
        "manager.html",
        found=found,
        quarter=quarter,
        late=sum(one.is_late for one in found.performed),
        performed=performed,
        performed_columns=_PERFORMED,
        performed_rows=tuple(map(_performed_row, performed.shown)),
        plots=tuple(map(Plot.of, found.figures)),
        done=done,
        done_columns=(message("day"), _NUMBER, _CUSTOMER, _SUBJECT, message("status")),
        done_rows=tuple(map(_done_row, done.shown)),
        noted=noted,
        noted_columns=_NOTED,
        noted_rows=tuple(
            (record_link(number), one.message, one.clause, one.remedy)
            for number, one in noted.shown
        ),
    )


def _found(visit: Visit) -> QuarterOverview:
    quarter = Quarter.parse(visit.request.path_params["quarter"])
    return oversight.overview(visit.workspace, quarter, visit.unit)


def _sees_others(visit: Visit) -> bool:
    """Return whether whoever asks looks after others: a leader, an auditor, a reader."""
    return not visit.unit or bool(visit.person and visit.person.roles & LEADERS)


def _is_shown(visit: Visit, one: ManagerQuarter) -> bool:
    own = visit.person is not None and str(visit.person.staff_no) == one.staff_no
    return own or _sees_others(visit)


def _only_own() -> WebError:
    return WebError(
        403,
        message("this is another manager's quarter"),
        message("look at your own, or ask the head of your department"),
    )


# Rows ---------------------------------------------------------------------------


def _columns(found: QuarterOverview) -> tuple[Text, ...]:
    return (
        message("unit"),
        message("manager"),
        found.counted,
        message("in time"),
        message("too late"),
        message("still overdue"),
        message("figures met, of those reported"),
    )


def _row(found: QuarterOverview, one: ManagerQuarter) -> PageRow:
    href = f"/quarters/{found.quarter}/{one.staff_no}"
    figures: Text | str = message("no plan")
    if one.planned:
        figures = message("{met} of {count}", met=one.met, count=one.reported)
        if not one.reported:
            figures = message("not reported")
    return (
        one.unit,
        (PageCell(shown=one.name, href=href), PageCell(shown=one.staff_no, kind="code")),
        str(one.done),
        str(one.in_time),
        PageCell(shown=str(one.late), kind="state over" if one.late else ""),
        PageCell(shown=str(one.overdue), kind="state over" if one.overdue else ""),
        figures,
    )


def _performed_row(one: Performed) -> PageRow:
    if one.sealed is None:
        state = PageCell(shown=message("still overdue"), kind="state over")
    elif one.is_late:
        state = PageCell(shown=message("too late"), kind="state now")
    else:
        state = PageCell(shown=message("in time"), kind="state")
    return (
        PageCell(shown=str(one.last), kind="date"),
        PageCell(shown=str(one.sealed or ""), kind="date"),
        state,
        one.what,
        record_link(one.number),
        one.customer,
        one.clause,
    )


def _done_row(one: IndexedRecord) -> PageRow:
    return (
        PageCell(shown=one.done_on, kind="date"),
        record_link(one.number),
        one.customer,
        one.subject,
        PageCell(shown=named(RECORD_STATUS_NAMES, one.status), kind=f"state {one.status}"),
    )


# Plots --------------------------------------------------------------------------

_WIDTH, _TOP, _BOTTOM = 300, 24, 136
_BAR, _GAP = 27, 3
_LONGEST = 5
"""Characters of a figure that has room above its bar; a longer one stands in the table alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotBar:
    """A bar, in the units of its plot.

    :param kind: ``planned`` or ``actual``. :param shown: the figure that it stands for; empty
        where it has no room.
    :param x: its left edge. :param y: its upper one. :param middle: where its figure is
        written above ``above``.
    """

    kind: str
    shown: str
    x: int
    y: int
    height: int
    above: int

    @property
    def middle(self) -> int:
        """Return the middle of the bar, from the left."""
        return self.x + _BAR // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A figure as planned and as reported, quarter by quarter, for a picture and for a table.

    :param zero: the height of the line that bars stand on, from the top.
    :param quarters: each with where it is written.
    :param rows: what is planned, what was reported, and the difference, a quarter each.
    """

    figure: FigureYear
    bars: tuple[PlotBar, ...]
    zero: int
    quarters: tuple[tuple[int, int], ...]
    rows: tuple[tuple[str, str, str], ...]

    width: int = _WIDTH
    height: int = _BOTTOM + 40
    bar: int = _BAR

    @classmethod
    def of(cls, figure: FigureYear) -> Plot:
        """Return the plot of a figure."""
        pairs = tuple(zip(figure.planned, figure.actual, strict=True))
        known = [one for pair in pairs for one in pair if one is not None]
        most, least = max([*known, Decimal(0)]), min([*known, Decimal(0)])
        scale = (_BOTTOM - _TOP) / float(most - least or 1)
        zero = _TOP + round(float(most) * scale)
        step = _WIDTH // len(QUARTERS)
        bars = []
        for at, pair in enumerate(pairs):
            left = at * step + (step - 2 * _BAR - _GAP) // 2
            for x, kind, value in zip(
                (left, left + _BAR + _GAP), ("planned", "actual"), pair, strict=True
            ):
                if value is not None:
                    bars.append(_bar(kind, value, x, zero, scale))
        return cls(
            figure=figure,
            bars=tuple(bars),
            zero=zero,
            quarters=tuple((number, (number - 1) * step + step // 2) for number in QUARTERS),
            rows=tuple(map(_plot_row, pairs)),
        )


def _bar(kind: str, value: Decimal, x: int, zero: int, scale: float) -> PlotBar:
    height = round(abs(float(value)) * scale)
    top = zero - height if value > 0 else zero
    return PlotBar(kind=kind, shown=_shown(value), x=x, y=top, height=max(height, 1), above=top - 5)


def _plot_row(pair: Sequence[Decimal | None]) -> tuple[str, str, str]:
    planned, actual = pair
    gap = _signed(actual - planned) if planned is not None and actual is not None else ""
    return (_shown(planned), _shown(actual), gap)


def _shown(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,f}"


def _signed(value: Decimal) -> str:
    return f"{value:+,f}" if value else "0"


ROUTES = (
    page("/quarters", _now),
    page("/quarters/{quarter}.xlsx", _sheet, wide=True),
    page("/quarters/{quarter}", _quarter, wide=True),
    page("/quarters/{quarter}/{staff_no}", _manager, wide=True),
)

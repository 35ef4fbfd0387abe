"""My work: what waits for whoever acts, and what is due of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.web.pages import page, see
from rmdocs.workspace import due

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.registers.lists.due import DueItem
    from rmdocs.web.pages import Visit


def _work(visit: Visit) -> Response:
    if visit.person is None and not visit.site.read_only:
        return see("/who")
    morning = due.morning(visit.workspace, due.Wanted())
    items = sorted((one for one in morning.items if _is_mine(one, visit)), key=_order)
    return visit.page(
        "work.html",
        day=morning.day,
        waiting=[(one, _link(one.number)) for one in items if one.on is None],
        due=[(one, _link(one.number)) for one in items if one.on is not None],
        unknown=morning.unknown,
        findings=morning.findings,
    )


def _is_mine(item: DueItem, visit: Visit) -> bool:
    return not visit.unit or item.unit in {"", visit.unit}


def _link(number: str) -> str:
    """Return the page of the record that a number, or that of a request about it, names."""
    record, _, _ = number.partition("-R")
    try:
        return f"/records/{RecordNumber.parse(record)}"
    except UsageError:
        return ""


def _order(item: DueItem) -> tuple[str, str]:
    return (str(item.on or ""), item.number)


ROUTES = (page("/", _work),)

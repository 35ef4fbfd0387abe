"""Search in one box: a number or part of it, a customer, words, the SHA-256 of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rmdocs.identifiers import RecordNumber, or_none
from rmdocs.messages import message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.registers.indexfile import Query
from rmdocs.web.drawing import ON_A_PAGE, PageCell, PageRow
from rmdocs.web.pages import RECORDS, act, page, see, waiting
from rmdocs.web.refusals import WebError
from rmdocs.workspace import records

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.web.drawing import Paged, PageRow
    from rmdocs.web.pages import Visit

_COLUMNS = (
    message("number"),
    message("date"),
    message("status"),
    message("customer"),
    message("subject"),
    message("manager"),
)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def _ask(visit: Visit) -> Response:
    """Keep what is looked for in the session: it may be a customer's name, no address says it."""
    text = " ".join(visit.field("q").split())
    number = _number(visit, text)
    if number is not None:
        return see(f"/records/{number}")
    return see(f"/search/{visit.session.keep_search(text)}")


def _number(visit: Visit, text: str) -> RecordNumber | None:
    """Return the record that a text names by its whole number or by a file's digest."""
    if _SHA256.fullmatch(text):
        number = records.trace(visit.workspace, text.lower()).number
        visit.require_unit(number.series.unit)
        return number
    return or_none(RecordNumber.typed, text)


def _found(visit: Visit) -> Response:
    text = visit.session.searches.get(visit.request.path_params["search"])
    if text is None:
        raise WebError(
            404, message("this search is no longer known"), message("type it again above")
        )
    query = Query(text=text, unit=visit.unit)
    found = _page(visit, query) if text else visit.on_page((), 0)
    now = visit.workspace.local(visit.workspace.now())
    return visit.page(
        "search.html",
        text=text,
        columns=_COLUMNS,
        found=found,
        rows=tuple(map(_row, found.shown)),
        unread=records.unreadable(visit.workspace, query) if text else [],
        at=now.strftime("%Y-%m-%d %H:%M:%S"),
    )


def _page(visit: Visit, query: Query) -> Paged[IndexedRecord]:
    """Return what the page shows; where all fits on one, the records are gone through once."""

    def shown(number: int) -> tuple[IndexedRecord, ...]:
        skip = (number - 1) * ON_A_PAGE
        return tuple(records.find(visit.workspace, query, skip=skip, most=ON_A_PAGE))

    first = shown(1)
    if len(first) < ON_A_PAGE:
        return visit.on_page(first, len(first))
    count = records.count_of(visit.workspace, query)
    number = visit.page_number(count)
    return visit.on_page(first if number == 1 else shown(number), count)


def _row(found: IndexedRecord) -> PageRow:
    return (
        PageCell(shown=found.number, href=f"/records/{found.number}", kind="code"),
        PageCell(shown=found.date, kind="date"),
        PageCell(shown=named(RECORD_STATUS_NAMES, found.status), kind=f"state {found.status}"),
        found.customer,
        found.subject,
        found.rm_name,
    )


def _reading(visit: Visit) -> Response:
    return waiting(visit, (visit.site.reading, RECORDS))


ROUTES = (
    act("/search", _ask, harmless=True),
    page("/search/{search:whole}", _found, wide=True),
    page("/reading", _reading),
)

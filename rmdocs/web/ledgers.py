"""A loan ledger: handed in, the loans that lack their notice, notices begun and issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import FindingsError
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing.maturities import LoanLedger
from rmdocs.web.pages import act, page, see
from rmdocs.web.safety import whole
from rmdocs.web.sessions import KeptSheet
from rmdocs.web.sheets import (
    LIMIT,
    begun_of,
    documents,
    keep,
    kept_of,
    make_pdf,
    place_of,
    questions,
    told_of_pdf,
    wait_for_pdf,
)
from rmdocs.workspace import loans, sheets
from rmdocs.workspace.due import Wanted

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.loans import Loan

_MOST_DAYS = 3660


def _hand_in(visit: Visit) -> Response:
    file = visit.file("file")
    sheets.require_table(file)
    kept = KeptSheet(file=file, is_ledger=True, titles=next(visit.files("titles"), None))
    return keep(visit, kept)


def _ledger(visit: Visit) -> Response:
    kept, asked = kept_of(visit), visit.request.query_params
    within = _days(asked.get("within", ""))
    found, findings, unread = _loans(visit, within)
    begun, numbers = begun_of(visit), _numbers(visit)
    return visit.page(
        "ledger.html",
        place=place_of(visit),
        name=kept.file.name,
        day=visit.workspace.today(),
        unit=visit.unit,
        within=within,
        loans=visit.paged([one for one in found if one.row not in begun]),
        begun=begun,
        numbers=numbers,
        pdf=told_of_pdf(visit, numbers),
        told=findings,
        changed="changed" in asked,
        nothing="nothing" in asked,
        **questions(kept, unread),
    )


def _begin(visit: Visit) -> Response:
    """Go on with the notices of the chosen loans by hand, each a draft of its own."""
    kept = kept_of(visit)
    with kept.lock:
        begun = begun_of(visit)
        for one in _chosen(visit):
            if one.row not in begun:
                kept.mended[one.row] = loans.begin(visit.workspace, one)
        names = [kept.mended[row] for row in _rows(visit) if row in kept.mended]
    if not names:
        return see(f"{_here(visit)}&nothing=1")
    return see(f"/drafts/{names[0]}?checked=1" if len(names) == 1 else "/new")


def _issue(visit: Visit) -> Response:
    """Issue the notices of the chosen loans, once: those that have theirs are on no list."""
    kept, begun = kept_of(visit), begun_of(visit)
    if not _rows(visit):
        return see(f"{_here(visit)}&nothing=1")
    chosen = [one for one in _chosen(visit) if one.row not in begun]
    if not all(one.is_ready for one in chosen):
        return see(f"{_here(visit)}&changed=1")
    if chosen:
        kept.issued |= dict.fromkeys(loans.issue(visit.workspace, chosen))
    return see(_here(visit))


def _documents(visit: Visit) -> Response:
    return documents(visit, _numbers(visit))


def _make_pdf(visit: Visit) -> Response:
    return make_pdf(visit, _numbers(visit))


def _loans(
    visit: Visit, within: int | None
) -> tuple[tuple[Loan, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the loans that lack their notice, what is told, and why none can be read."""
    kept = kept_of(visit)
    handed = LoanLedger(file=kept.file, titles=kept.titles, selection=kept.selection)
    try:
        found, told = loans.lacking(
            visit.workspace, Wanted(within=within, unit=visit.unit, ledger=handed)
        )
    except FindingsError as problem:
        return (), (), tuple(problem.findings)
    return found, told, ()


def _chosen(visit: Visit) -> list[Loan]:
    rows = _rows(visit)
    found, _, _ = _loans(visit, _days(visit.field("within")))
    return [one for one in found if one.row in rows]


def _rows(visit: Visit) -> set[int]:
    sent = (one for one in visit.form.getlist("loan") if isinstance(one, str))
    return {row for row in map(whole, sent) if row is not None}


def _here(visit: Visit) -> str:
    within = _days(visit.field("within"))
    return f"/ledgers/{place_of(visit)}?within={'' if within is None else within}"


def _days(text: str) -> int | None:
    days = whole(text)
    return None if days is None else min(days, _MOST_DAYS)


def _numbers(visit: Visit) -> list[RecordNumber]:
    drafted = (draft.issued for _, draft in begun_of(visit).values() if draft.issued)
    return sorted({*kept_of(visit).issued, *map(RecordNumber.parse, drafted)})


ROUTES = (
    act("/ledgers", _hand_in, harmless=True, limit=LIMIT, files=2),
    page("/ledgers/{place:whole}", _ledger),
    act("/ledgers/{place:whole}/begin", _begin, harmless=True),
    act("/ledgers/{place:whole}/issue", _issue),
    page("/ledgers/{place:whole}/documents", _documents),
    act("/ledgers/{place:whole}/pdf", _make_pdf),
    page("/ledgers/{place:whole}/pdf/wait", wait_for_pdf),
)

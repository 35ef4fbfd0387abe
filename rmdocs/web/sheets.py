"""Sheets of records: handed in, told row by row, mended, issued together, their documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError, UsageError
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.intake.candidates import TABLE_SUFFIXES, Hidden
from rmdocs.messages import message
from rmdocs.web.background import told_step
from rmdocs.web.pages import act, page, see, waiting
from rmdocs.web.record import attachment
from rmdocs.web.refusals import WebError
from rmdocs.web.sessions import KeptSheet
from rmdocs.workspace import desk, drafts, records, sheets

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.intake.candidates import Selection
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft
    from rmdocs.workspace.sheets import MadeOfMany, SheetOfRecords, SheetRow

LIMIT = 10 << 20
"""Bytes of a file that may be sent: as many lie in memory for each sheet of a session."""
_ASKED = {"TABLE-SHEETS", "TABLE-HIDDEN"}
"""Findings that are questions: which worksheet, and what of hidden rows."""


# Handing in ------------------------------------------------------------------


def _choose(visit: Visit) -> Response:
    visit.require_person()
    return visit.page(
        "sheets.html",
        forms=drafts.forms(visit.workspace),
        suffixes=",".join(TABLE_SUFFIXES),
        limit=LIMIT >> 20,
        kept=tuple(reversed(visit.session.sheets.items())),
    )


def _hand_in(visit: Visit) -> Response:
    file = visit.file("file")
    sheets.require_table(file)
    return keep(visit, KeptSheet(file=file))


def keep(visit: Visit, handed: KeptSheet) -> Response:
    """Keep what was handed in, and lead to its page.

    :raises WebError: if nobody acts (403).
    """
    visit.require_person()
    return see(f"{handed.home}/{visit.session.keep_sheet(handed)}")


def _blank(visit: Visit) -> Response:
    """Return an empty sheet to fill for a form."""
    number = DocumentNumber.parse(visit.request.path_params["form"])
    data = desk.sheet(visit.workspace, number, visit.session.language)
    return attachment(f"{number}.xlsx", data)


def _forget(visit: Visit) -> Response:
    visit.session.sheets.pop(place_of(visit), None)
    return see("/sheets")


def _select(visit: Visit) -> Response:
    """Say which worksheet is meant, and what becomes of what nobody sees."""
    kept = kept_of(visit)
    worksheet, hidden = visit.field("worksheet"), visit.field("hidden")
    kept.selection = replace(
        kept.selection,
        sheets=(worksheet,) if worksheet else kept.selection.sheets,
        hidden=Hidden(hidden) if hidden in {Hidden.SKIP, Hidden.USE} else kept.selection.hidden,
    )
    return see(f"{kept.home}/{place_of(visit)}")


def questions(kept: KeptSheet, findings: Sequence[Finding]) -> dict[str, object]:
    """Return what a page shows of why nothing can be read: what is asked, or what is wrong."""
    asked = {one.code for one in findings}
    return {
        "findings": findings,
        "is_question": bool(asked) and asked <= _ASKED,
        "worksheets": sheets.worksheets(kept.file) if "TABLE-SHEETS" in asked else (),
        "asks_hidden": "TABLE-HIDDEN" in asked,
    }


# Rows --------------------------------------------------------------------------


def _sheet(visit: Visit) -> Response:
    kept, begun = kept_of(visit), begun_of(visit)
    found = _read(visit)
    # Those with something to look at stand first.
    rows = [*found.wrong, *(one for one in found.rows if one.is_ready or one.number is not None)]
    numbers = _numbers(visit, found)
    return visit.page(
        "sheet.html",
        place=place_of(visit),
        name=kept.file.name,
        rows=visit.paged(rows),
        ready=len(found.ready),
        wrong=len(found.wrong),
        begun=begun,
        before=kept.before,
        numbers=numbers,
        pdf=told_of_pdf(visit, numbers),
        seen=_seen(found),
        changed="changed" in visit.request.query_params,
        **questions(kept, found.findings),
    )


def _mend(visit: Visit) -> Response:
    """Go on with a row by hand: it becomes a draft, and is no row of the sheet any more."""
    kept = kept_of(visit)
    wanted = visit.number("row")
    with kept.lock:
        name = kept.mended.get(wanted, "")
        if wanted not in begun_of(visit):
            row = next((one for one in _read(visit).rows if one.row == wanted), None)
            if row is None:
                raise UsageError(
                    message("there is no such row"), message("load the page of the sheet again")
                )
            name = kept.mended[wanted] = sheets.mend(visit.workspace, row)
            kept.before[wanted] = row
    return see(f"/drafts/{name}?checked=1")


def _refused(visit: Visit) -> Response:
    """Return the rows that are refused as a file to be mended."""
    found = _read(visit)
    if not found.wrong:
        raise ControlError(
            message("no row of the sheet is refused"), message("go back to the sheet")
        )
    made = found.refused.to_mend(visit.session.language)
    return attachment(made.name, made.data)


# Issuing -----------------------------------------------------------------------


def _issue(visit: Visit) -> Response:
    """Issue what the page said was ready, once: sent again, there is nothing left to issue."""
    kept, here = kept_of(visit), f"/sheets/{place_of(visit)}"
    found = _read(visit)
    if not found.ready:
        return see(here)
    if visit.field("seen") != _seen(found):
        return see(f"{here}?changed=1")
    result = records.issue(
        visit.workspace,
        [kept.file],
        skip_invalid=visit.field("do") == "good",
        selection=_selection(visit),
    )
    kept.told = {
        row.row: outcome.findings
        for row, outcome in zip(found.rows, result.outcomes, strict=True)
        if row.is_ready and outcome.number is None and outcome.findings
    }
    return see(here)


def _documents(visit: Visit) -> Response:
    return documents(visit, _numbers(visit, _read(visit)))


def _make_pdf(visit: Visit) -> Response:
    return make_pdf(visit, _numbers(visit, _read(visit)))


def documents(visit: Visit, numbers: Sequence[RecordNumber]) -> Response:
    """Return the documents of what was issued of a sheet or ledger, as one ZIP archive.

    :raises ControlError: if nothing was.
    """
    _require_issued(numbers)
    data = sheets.zipped(visit.workspace, numbers)
    return attachment(f"{numbers[0].series.form}-{len(numbers)}.zip", data)


def make_pdf(visit: Visit, numbers: Sequence[RecordNumber]) -> Response:
    """Begin to make the formal PDF of what was issued; whoever asked may leave meanwhile.

    :raises ControlError: if nothing was issued.
    """
    _require_issued(numbers)
    kept, papers = kept_of(visit), visit.site.papers
    mark = kept.mark
    site, session, actor = visit.site, visit.session, visit.session.actor

    def work() -> MadeOfMany:
        with site.pool.lent(actor) as workspace, site.signing.signing(session, workspace):
            return sheets.make_pdf(workspace, numbers, lambda done, of: papers.tell(mark, done, of))

    papers.begin(mark, work)
    return see(f"{kept.home}/{place_of(visit)}#issued")


def told_of_pdf(visit: Visit, numbers: Sequence[RecordNumber]) -> dict[str, object]:
    """Return what a page shows of the formal PDF of what was issued.

    :param numbers: of what was issued; of some the PDF may have been made before the others.
    """
    papers, mark = visit.site.papers, kept_of(visit).mark
    running, outcome = papers.look(mark)
    found = outcome.made if outcome is not None else None
    unmade = found.unmade if found is not None else ()
    asked = set(found.numbers) if found is not None else set()
    made = asked - {one.number for one in unmade}
    return {
        "running": running,
        "step": told_step(papers.done(mark)),
        "refusal": outcome.refusal if outcome is not None else None,
        "unmade": unmade,
        "made": len(made),
        "left": len(set(numbers) - made),
    }


def wait_for_pdf(visit: Visit) -> Response:
    """Say how far making PDF is; see :func:`waiting`."""
    return waiting(visit, (visit.site.papers, kept_of(visit).mark))


def _require_issued(numbers: Sequence[RecordNumber]) -> None:
    if not numbers:
        raise ControlError(message("nothing of it was issued yet"), message("issue it first"))


# Inside ------------------------------------------------------------------------


def place_of(visit: Visit) -> int:
    """Return the number under which the session keeps what the address names."""
    place: int = visit.request.path_params["place"]
    return place


def kept_of(visit: Visit) -> KeptSheet:
    """Return the sheet or ledger that the address names.

    :raises WebError: if it is kept no longer (404).
    """
    kept = visit.session.sheets.get(place_of(visit))
    if kept is None:
        raise WebError(
            404,
            message("this sheet is no longer kept here"),
            message("hand it in again: what was issued of it keeps its number"),
        )
    return kept


def begun_of(visit: Visit) -> dict[int, tuple[str, Draft]]:
    """Return the drafts that rows became, by row; a row whose draft was deleted is one again."""
    found = {}
    for row, name in kept_of(visit).mended.items():
        try:
            found[row] = (name, drafts.read(visit.workspace, name))
        except ControlError:
            continue
    return dict(sorted(found.items()))


def _selection(visit: Visit) -> Selection:
    return replace(kept_of(visit).selection, without=frozenset(begun_of(visit)))


def _read(visit: Visit) -> SheetOfRecords:
    kept = kept_of(visit)
    found = sheets.read(visit.workspace, kept.file, _selection(visit))
    rows = (
        replace(one, findings=(*one.findings, *_news(one, kept.told.get(one.row, ()))))
        for one in found.rows
    )
    return replace(found, rows=tuple(rows))


def _news(row: SheetRow, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that a row has not yet; none if it got its number after all."""
    yield from (one for one in findings if row.number is None and one not in row.findings)


def _seen(found: SheetOfRecords) -> str:
    """Return what tells which rows are ready, and whether there are others."""
    said = [f"{one.row} {one.is_ready} {one.number}" for one in found.rows]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _numbers(visit: Visit, found: SheetOfRecords) -> list[RecordNumber]:
    """Return the numbers of what was issued of the sheet, as far as whoever asks may see."""
    return sorted(
        {one for one in _issued(visit, found) if visit.unit in {"", str(one.series.unit)}}
    )


def _issued(visit: Visit, found: SheetOfRecords) -> Iterator[RecordNumber]:
    for row in found.rows:
        if row.number is not None:
            yield row.number
    for _, draft in begun_of(visit).values():
        if draft.issued:
            yield RecordNumber.parse(draft.issued)


ROUTES = (
    page("/sheets", _choose),
    act("/sheets", _hand_in, harmless=True, limit=LIMIT, files=1),
    page("/sheets/blank/{form}.xlsx", _blank),
    page("/sheets/{place:whole}", _sheet),
    act("/sheets/{place:whole}/forget", _forget, harmless=True),
    act("/sheets/{place:whole}/select", _select, harmless=True),
    act("/sheets/{place:whole}/mend", _mend, harmless=True),
    page("/sheets/{place:whole}/refused", _refused),
    act("/sheets/{place:whole}/issue", _issue),
    page("/sheets/{place:whole}/documents", _documents),
    act("/sheets/{place:whole}/pdf", _make_pdf),
    page("/sheets/{place:whole}/pdf/wait", wait_for_pdf),
)

"""My work: what waits for whoever acts, and what is due of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.messages import Text, message
from rmdocs.registers.displaynames import ACT_NAMES, named
from rmdocs.web.drafts import DRAFT_COLUMNS, draft_row
from rmdocs.web.drawing import PageCell, PageRow, linked
from rmdocs.web.pages import page, see
from rmdocs.web.scans import PILE_COLUMNS, pile_rows
from rmdocs.workspace import drafts, mywork, piles, renditions, requests

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.lists.due import DueItem
    from rmdocs.web.drawing import Paged
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft
    from rmdocs.workspace.piles import SortedPile


_WAITING = (
    message("number"),
    message("to do"),
    message("customer"),
    message("reason"),
    message("remark"),
)
_DUE = (
    message("last day"),
    message("state"),
    message("to do"),
    message("number"),
    message("customer"),
    message("subject"),
    message("manager"),
    message("remark"),
)


_REFUSED = (
    message("request"),
    message("asked for"),
    message("reason"),
    message("rejected by"),
    message("remark"),
)
_BACK = (
    message("filed on"),
    message("number"),
    message("customer"),
    message("subject"),
    message("original"),
    message("filed by"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """A list on the page.

    :param name: identifies it in the page. :param rows: those that the page shows of it.
    :param empty: what is said where it has none.
    """

    name: str
    title: Text
    columns: tuple[Text, ...]
    rows: Paged[PageRow]
    empty: Text


def _work(visit: Visit) -> Response:
    if visit.person is None and not visit.site.read_only:
        return see("/who")
    mine = mywork.of_whoever_acts(visit.workspace)
    waiting, pressing = visit.paged(mine.waiting, "waiting"), visit.paged(mine.due, "due")
    parts: tuple[WorkList, ...] = (
        WorkList(
            name="waiting",
            title=message("Waiting for me") if visit.person else message("Waiting"),
            columns=_WAITING,
            rows=waiting.drawn(lambda one: _waiting(one, mine.day)),
            empty=message("Nothing waits."),
        ),
        WorkList(
            name="due",
            title=message("Due for me") if visit.person else message("Due"),
            columns=_DUE,
            rows=pressing.drawn(lambda one: _due(one, mine.day)),
            empty=message("Nothing is due."),
        ),
        *_others(visit, mine.others, mine.day),
        *_refused(visit),
    )
    begun, lost = drafts.mine(visit.workspace)
    kept, damaged = piles.all_of(visit.workspace)
    if visit.person is not None:
        parts = (*parts, _drafts(visit, begun), *_scans(visit, kept))
    return visit.page(
        "work.html",
        parts=parts,
        findings=(
            *mine.findings,
            *lost,
            *damaged,
        ),
    )


def _others(visit: Visit, items: Sequence[DueItem], day: date) -> Iterator[WorkList]:
    """Yield what whoever asks has to do with, while it is the turn of others."""
    if items:
        shown = visit.paged(items, "others")
        yield WorkList(
            name="others",
            title=message("Others' turn"),
            columns=(message("whose turn"), *_DUE),
            rows=shown.drawn(lambda one: (one.turn, *_due(one, day))),
            empty=message("Nothing is due."),
        )


def _drafts(visit: Visit, begun: Sequence[tuple[str, Draft]]) -> WorkList:
    return WorkList(
        name="drafts",
        title=message("My drafts"),
        columns=DRAFT_COLUMNS,
        rows=visit.paged(begun, "drafts").drawn(lambda one: draft_row(visit, *one)),
        empty=message("No record is begun."),
    )


def _scans(visit: Visit, kept: Sequence[SortedPile]) -> Iterator[WorkList]:
    """Yield the scans that wait, and the paper that came back; nothing where there is none."""
    if kept:
        yield WorkList(
            name="scans",
            title=message("My scans"),
            columns=PILE_COLUMNS,
            rows=visit.paged(tuple(pile_rows(visit, kept)), "scans"),
            empty=message("No scans are kept."),
        )
    back = tuple(map(_back, renditions.came_back(visit.workspace)))
    if back:
        yield WorkList(
            name="back",
            title=message("Signed paper that came back"),
            columns=_BACK,
            rows=visit.paged(back, "back"),
            empty=message("Nothing came back."),
        )


def _back(one: renditions.CameBack) -> PageRow:
    record = one.record
    href = f"/records/{record.number}/{one.edition}/{one.name}"
    return (
        PageCell(shown=str(one.on), kind="date"),
        PageCell(shown=record.number, href=f"/records/{record.number}", kind="code"),
        record.customer,
        record.subject,
        PageCell(shown=one.name, href=href, kind="file"),
        one.by,
    )


def _waiting(item: DueItem, day: date) -> PageRow:
    return (linked(item.number), item.what, item.customer, item.subject, item.remark(day))


def _due(item: DueItem, day: date) -> PageRow:
    pressing = "over" if item.on is not None and item.on < day else "now" if item.on == day else ""
    return (
        PageCell(shown=str(item.on), kind="date"),
        PageCell(shown=item.state(day), kind=f"state {pressing}"),
        item.what,
        linked(item.number),
        item.customer,
        item.subject,
        item.manager,
        item.remark(day),
    )


def _refused(visit: Visit) -> Iterator[WorkList]:
    """Yield what was refused to whoever acts, with who said why; nothing if nothing was."""
    rows = tuple(map(_refusal, requests.refused(visit.workspace)))
    if rows:
        yield WorkList(
            name="refused",
            title=message("Refused to me"),
            columns=_REFUSED,
            rows=visit.paged(rows, "refused"),
            empty=message("Nothing was refused."),
        )


def _refusal(request: ApprovalRequest) -> PageRow:
    decided = request.decided
    return (
        PageCell(shown=str(request.number), href=f"/requests/{request.number}", kind="code"),
        named(ACT_NAMES, request.act),
        request.reason,
        decided.actor.name if decided is not None else "",
        request.remark,
    )


ROUTES = (page("/", _work, wide=True),)

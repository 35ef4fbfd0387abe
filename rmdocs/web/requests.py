"""What takes two people: a void asked for, and what waits for somebody else's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.identifiers import DisposalNumber, RequestNumber
from rmdocs.messages import message
from rmdocs.registers.displaynames import ACT_NAMES, named
from rmdocs.web.drawing import PageCell
from rmdocs.web.pages import act, actor_cells, page, see
from rmdocs.web.record import number_in, record_link
from rmdocs.workspace import disposition, records, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from rmdocs.messages import Text
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.disposals import Disposal
    from rmdocs.store.event import Event
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit

_LISTED = (message("number"), message("form"), message("issued"), message("kept until"))


def _void(visit: Visit) -> Response:
    number = number_in(visit)
    visit.require_person()
    return visit.page("void.html", found=records.trace(visit.workspace, str(number)))


def _ask_void(visit: Visit) -> Response:
    number = number_in(visit)
    return see(f"/requests/{requests.void(visit.workspace, number, visit.field('reason')).number}")


# A request --------------------------------------------------------------------


def _request(visit: Visit) -> Response:
    request = requests.get(visit.workspace, _request_in(visit))
    acts = visit.person is not None
    return visit.page(
        "request.html",
        number=request.number,
        act=named(ACT_NAMES, request.act),
        state=request.status,
        waits=request.waits,
        own=acts and _is_own(visit, request.asked),
        facts=tuple(_facts(visit, request)),
        changes=requests.changes(visit.workspace, request),
        columns=(),
        rows=(),
        workbook="",
        not_to_approve=requests.not_to_approve(visit.workspace, request) if acts else None,
        not_to_reject=requests.not_to_reject(visit.workspace, request) if acts else None,
    )


def _facts(visit: Visit, request: ApprovalRequest) -> Iterator[tuple[Text, PageRow]]:
    """Yield what a request is about, in words, by name."""
    record = request.number.record
    if record is not None:
        found = records.show(visit.workspace, record)
        yield message("record"), (record_link(str(record)), PageCell(shown=found.title))
        summary = requests.summary(visit.workspace, record)
        yield message("about"), tuple(PageCell(shown=one) for one in summary if one)
        yield message("edition"), (str(found.current_edition),)
    yield message("asked by"), actor_cells(visit, request.asked)
    yield message("reason"), (request.reason,)
    if request.decided is not None:
        yield request.status.called, actor_cells(visit, request.decided)
    if request.remark:
        yield message("remark"), (request.remark,)


def _approve(visit: Visit) -> Response:
    number = _request_in(visit)
    requests.approve(visit.workspace, number)
    return see(f"/requests/{number}")


def _reject(visit: Visit) -> Response:
    number = _request_in(visit)
    requests.reject(visit.workspace, number, visit.field("reason"))
    return see(f"/requests/{number}")


# A disposal --------------------------------------------------------------------


def _disposal(visit: Visit) -> Response:
    disposal = disposition.get(visit.workspace, _disposal_in(visit))
    acts = visit.person is not None
    refusal = disposition.not_to_approve(visit.workspace, disposal) if acts else None
    own = acts and _is_own(visit, disposal.proposed)
    return visit.page(
        "request.html",
        number=disposal.number,
        act=disposal.proposal.outcome.called,
        state=disposal.status,
        waits=disposal.waits,
        own=own,
        facts=tuple(_proposed(visit, disposal)),
        changes=(),
        columns=_LISTED,
        rows=tuple(
            (record_link(str(one.number)), one.title, str(one.issued), str(one.due))
            for one in disposal.proposal.records
        ),
        workbook=f"/disposals/{disposal.number}.xlsx",
        not_to_approve=refusal,
        not_to_reject=None if own else refusal,
    )


def _proposed(visit: Visit, disposal: Disposal) -> Iterator[tuple[Text, PageRow]]:
    yield message("asked by"), actor_cells(visit, disposal.proposed)
    yield message("reason"), (disposal.proposal.reason,)
    if disposal.proposal.until is not None:
        yield message("kept until"), (str(disposal.proposal.until),)
    if disposal.proposal.archive:
        yield message("archive"), (disposal.proposal.archive,)
    if disposal.approved is not None:
        yield message("approved by"), actor_cells(visit, disposal.approved)


def _approve_disposal(visit: Visit) -> Response:
    number = _disposal_in(visit)
    disposition.approve(visit.workspace, number)
    return see(f"/disposals/{number}")


def _reject_disposal(visit: Visit) -> Response:
    number = _disposal_in(visit)
    disposition.reject(visit.workspace, number, visit.field("reason"))
    return see(f"/disposals/{number}")


# Inside ------------------------------------------------------------------------


def _request_in(visit: Visit) -> RequestNumber:
    """Return the number in the address, if what it is about is for whoever asks to see."""
    number = RequestNumber.parse(visit.request.path_params["number"])
    if number.record is not None:
        visit.require_unit(number.record.series.unit)
    return number


def _disposal_in(visit: Visit) -> DisposalNumber:
    """Return the number in the address, if its list is for whoever asks to see."""
    number = DisposalNumber.parse(visit.request.path_params["number"])
    for one in disposition.get(visit.workspace, number).proposal.records:
        visit.require_unit(one.number.series.unit)
    return number


def _is_own(visit: Visit, asked: Event) -> bool:
    return visit.person is not None and asked.actor.staff_no == str(visit.person.staff_no)


ROUTES = (
    page("/records/{number}/void", _void),
    act("/records/{number}/void", _ask_void),
    page("/requests/{number}", _request),
    act("/requests/{number}/approve", _approve),
    act("/requests/{number}/reject", _reject),
    page("/disposals/{number}", _disposal),
    act("/disposals/{number}/approve", _approve_disposal),
    act("/disposals/{number}/reject", _reject_disposal),
)

"""Holds, placed and lifted; disposals: what has come due, and what is proposed to become of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.disposition.proposing import ProposedAction
from rmdocs.errors import UsageError
from rmdocs.events.control import DispositionAction
from rmdocs.identifiers import DisposalNumber, HoldNumber, RecordNumber
from rmdocs.messages import Text, message
from rmdocs.registers.holds import Held, hold_kind_name, hold_kinds
from rmdocs.web.drawing import linked
from rmdocs.web.pages import act, actor_cells, page, see
from rmdocs.web.record import workbook
from rmdocs.web.refusals import WebError
from rmdocs.web.registers import drawn_report
from rmdocs.workspace import disposition, nextacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.errors import RmdocsError
    from rmdocs.registers.holds import Hold
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit

_SCOPES: Mapping[str, tuple[Text, Callable[[str], Held]]] = MappingProxyType(
    {
        "record": (message("a record, by its number"), Held.record),
        "customer": (message("a customer's records, by its credit code"), Held.customer),
        "series": (message("a form's records of a unit and year"), Held.series),
    }
)
"""What a hold may be on, and how that is read."""
_LISTED = 500
"""Records due that a page lists to choose from."""


# Holds ------------------------------------------------------------------------------


def _holds(visit: Visit) -> Response:
    _require_all_units(visit, "hold.place", "hold.lift")
    return visit.page(
        "holds.html",
        report=drawn_report(disposition.holds(visit.workspace), visit.session.language),
        refusal=_not_to(visit, "hold.place"),
        scopes={name: title for name, (title, _) in _SCOPES.items()},
        kinds=hold_kinds(),
        asked=visit.request.query_params.get("record", ""),
    )


def _place(visit: Visit) -> Response:
    scope = _SCOPES.get(visit.field("scope"))
    if scope is None:
        raise UsageError(
            message("a hold is on a record, a customer or a series"), message("choose one of them")
        )
    held = scope[1](visit.field("held").strip().upper())
    kind, reason = visit.field("kind"), visit.field("reason")
    return see(f"/holds/{disposition.place_hold(visit.workspace, held, kind, reason).number}")


def _hold(visit: Visit) -> Response:
    _require_all_units(visit, "hold.place", "hold.lift")
    hold = disposition.hold(visit.workspace, _hold_in(visit))
    acts = visit.person is not None and hold.stands
    return visit.page(
        "hold.html",
        hold=hold,
        kind=hold_kind_name(hold.kind),
        facts=tuple(_facts(visit, hold)),
        refusal=nextacts.not_to_lift(visit.workspace, hold) if acts else None,
    )


def _facts(visit: Visit, hold: Hold) -> Iterator[tuple[Text, PageRow]]:
    yield message("what is held"), (linked(hold.held.value),)
    yield message("placed by"), actor_cells(visit, hold.placed)
    yield message("reason"), (hold.placed.reason,)
    if hold.lifted is not None:
        yield message("lifted by"), actor_cells(visit, hold.lifted)
        yield message("reason for lifting"), (hold.lifted.reason,)


def _lift(visit: Visit) -> Response:
    number = _hold_in(visit)
    disposition.lift_hold(visit.workspace, number, visit.field("reason"))
    return see(f"/holds/{number}")


def _hold_in(visit: Visit) -> HoldNumber:
    return HoldNumber.parse(visit.request.path_params["number"])


# Disposals --------------------------------------------------------------------------


def _disposals(visit: Visit) -> Response:
    _require_all_units(visit, "disposition.propose")
    language = visit.session.language
    possible = dict(disposition.due_ones(visit.workspace))
    due = drawn_report(disposition.due(visit.workspace), language)
    return visit.page(
        "disposals.html",
        due=due,
        rows=tuple(zip(list(possible)[:_LISTED], due.rows, strict=False)),
        possible=possible,
        report=drawn_report(disposition.disposals(visit.workspace), language),
        refusal=_not_to(visit, "disposition.propose"),
        actions=tuple(DispositionAction),
        today=visit.workspace.today(),
    )


def _propose(visit: Visit) -> Response:
    wanted = ProposedAction(
        outcome=_action(visit.field("outcome")),
        until=visit.day("until"),
        archive=visit.field("archive"),
    )
    chosen = (one for one in visit.form.getlist("record") if isinstance(one, str))
    numbers = [RecordNumber.parse(one) for one in chosen]
    made = disposition.propose(visit.workspace, numbers, wanted, visit.field("reason"))
    return see(f"/disposals/{made.number}")


def _action(text: str) -> DispositionAction:
    for one in DispositionAction:
        if one.value == text:
            return one
    raise UsageError(
        message("it is not said what is to be done with the records"), message("choose one of them")
    )


def _due_workbook(visit: Visit) -> Response:
    _require_all_units(visit, "disposition.propose")
    report = disposition.due(visit.workspace)
    day = visit.workspace.today()
    return workbook(f"due-{day}", report, visit)


def _certificate(visit: Visit) -> Response:
    """Return a disposal with its list, the certificate once it is certified, as a workbook."""
    number = DisposalNumber.parse(visit.request.path_params["number"])
    for one in disposition.get(visit.workspace, number).proposal.records:
        visit.require_unit(one.number.series.unit)
    report = disposition.certificate(visit.workspace, number)
    return workbook(str(number), report, visit)


# Inside -----------------------------------------------------------------------------


def _not_to(visit: Visit, act: str) -> RmdocsError | None:
    return nextacts.not_to(visit.workspace, act) if visit.person is not None else None


def _require_all_units(visit: Visit, *acts: str) -> None:
    """Refuse who sees the records of one unit only, unless one of the acts is theirs.

    :raises WebError: if so (403).
    """
    if visit.unit and all(_not_to(visit, one) is not None for one in acts):
        raise WebError(
            403,
            message("this register is of all units: it is not yours to see"),
            message("ask the records officer or an auditor"),
        )


ROUTES = (
    page("/holds", _holds),
    act("/holds", _place),
    page("/holds/{number}", _hold),
    act("/holds/{number}/lift", _lift),
    page("/disposals", _disposals, wide=True),
    act("/disposals", _propose),
    page("/disposals/due.xlsx", _due_workbook, wide=True),
    page("/disposals/{number}.xlsx", _certificate),
)

"""Records regenerated on a new revision: planned, looked at, and carried out in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError
from rmdocs.messages import message
from rmdocs.regeneration.plan import RegenerationOutcome
from rmdocs.web.documents import acts_of, number_in
from rmdocs.web.pages import act, page, see, waiting
from rmdocs.web.record import attachment, workbook
from rmdocs.web.refusals import WebError
from rmdocs.web.registers import drawn_report
from rmdocs.workspace import regeneration, registers, revisions
from rmdocs.workspace.registers import Asked

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rmdocs.identifiers import Revision
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.regeneration import PlanLook

_LIMIT = 11 << 20
"""Bytes of a filled sheet that may be sent, and the form around it."""
_RUNS = "regenerations"


def _regeneration(visit: Visit) -> Response:
    number, key = number_in(visit), _key(visit)
    planning, planned = visit.site.plans.look(key)
    running, ran = visit.site.runs.look(key)
    look = planned.made if planned is not None else None
    runs = registers.report(visit.workspace, _RUNS, asked=Asked(number=number))
    return visit.page(
        "regeneration.html",
        found=revisions.standing(visit.workspace, number),
        to=_in_force(visit),
        refusal=acts_of(visit, number).get("regeneration.run"),
        running=planning or running,
        planned=planned,
        ran=ran,
        look=look,
        plan=None if look is None else drawn_report(look.report, visit.session.language),
        ready=_count(look, RegenerationOutcome.REGENERATE),
        blocked=_count(look, RegenerationOutcome.BLOCKED),
        interrupted=regeneration.interrupted(visit.workspace, number),
        runs=drawn_report(runs, visit.session.language),
    )


def _count(look: PlanLook | None, fate: RegenerationOutcome) -> int:
    return 0 if look is None else look.counts[fate]


def _plan(visit: Visit) -> Response:
    """Have a plan made, with what people filled in if they did."""
    number, key, to = number_in(visit), _key(visit), _in_force(visit)
    filled = next(iter(visit.files("filled")), None)
    site, actor, language = visit.site, visit.session.actor, visit.session.language

    def work() -> PlanLook:
        with site.pool.lent(actor) as workspace:
            plan = regeneration.plan(
                workspace,
                number,
                to,
                filled=filled,
                progress=lambda done, total: site.plans.tell(key, done, total),
            )
            return regeneration.look(workspace, plan, language, filled)

    _require_idle(visit)
    site.runs.forget(key)
    site.plans.begin(key, work)
    return see(f"/documents/{number}/regeneration")


def _carry_out(visit: Visit) -> Response:
    """Have the plan that was looked at carried out; whoever asked may leave meanwhile."""
    number, key, digest = number_in(visit), _key(visit), visit.field("digest")
    to, complete = _in_force(visit), visit.field("skip") != "yes"
    site, session, actor = visit.site, visit.session, visit.session.actor
    refusal = acts_of(visit, number).get("regeneration.run")
    if refusal is not None:
        raise refusal
    _require_idle(visit)
    _, planned = site.plans.look(key)
    if planned is None or planned.made is None:
        raise WebError(409, message("the plan is not kept any more"), message("have it made anew"))
    filled = planned.made.filled

    def work() -> int:
        with site.pool.lent(actor) as workspace, site.signing.signing(session, workspace):
            plan = regeneration.plan(workspace, number, to, filled=filled)
            regeneration.require_same(plan, digest)
            if complete:
                regeneration.require_complete(plan)
            return regeneration.run(
                workspace, plan, progress=lambda done, total: site.runs.tell(key, done, total)
            ).serial

    site.runs.begin(key, work)
    site.plans.forget(key)
    return see(f"/documents/{number}/regeneration")


def _wait(visit: Visit) -> Response:
    key = _key(visit)
    return waiting(visit, (visit.site.runs, key), (visit.site.plans, key))


def _missing(visit: Visit) -> Response:
    """Return the sheet in which people fill in what is missing."""
    _, planned = visit.site.plans.look(_key(visit))
    made = planned.made if planned is not None else None
    if made is None or made.missing is None:
        raise ControlError(message("nothing is missing"), message("have the plan made anew"))
    return attachment(made.missing.name, made.missing.data)


def _result(visit: Visit) -> Response:
    """Return what a run changed in each document, as a workbook."""
    number, serial = number_in(visit), visit.request.path_params["serial"]
    report = regeneration.result_report(visit.workspace, serial)
    return workbook(f"{number}-{serial:04d}", report, visit)


def _is_running(visit: Visit) -> bool:
    key = _key(visit)
    return visit.site.plans.look(key)[0] or visit.site.runs.look(key)[0]


def _require_idle(visit: Visit) -> None:
    if _is_running(visit):
        raise WebError(
            409,
            message("it is still at work on these records"),
            message("wait until that is done; its page says how far it is"),
        )


def _in_force(visit: Visit) -> Revision:
    """Return the revision that records are regenerated on.

    :raises ControlError: if the form has none in force.
    """
    found = revisions.standing(visit.workspace, number_in(visit))
    if not found.is_form or found.in_force is None:
        raise ControlError(
            message("{number} is no form in force: nothing is regenerated", number=found.number),
            message("choose a form, or wait until its revision takes effect"),
        )
    return found.in_force.release.revision


def _key(visit: Visit) -> Hashable:
    return (visit.session.actor, number_in(visit))


ROUTES = (
    page("/documents/{number}/regeneration", _regeneration),
    act("/documents/{number}/regeneration/plan", _plan, limit=_LIMIT, files=1, harmless=True),
    act("/documents/{number}/regeneration/run", _carry_out),
    page("/documents/{number}/regeneration/wait", _wait),
    page("/documents/{number}/regeneration/missing.xlsx", _missing),
    page("/documents/{number}/regeneration/{serial:whole}.xlsx", _result),
)

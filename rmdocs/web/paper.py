"""The PDF of a record and its print set: made in the background, then there to be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError
from rmdocs.files import File
from rmdocs.messages import message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import attachment, number_in
from rmdocs.workspace import records, renditions

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rmdocs.identifiers import RecordNumber
    from rmdocs.web.background import Outcome
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.opening import Workspace

_PDF, _SET = "pdf", "set"


def _paper(visit: Visit) -> Response:
    number = number_in(visit)
    found = records.show(visit.workspace, number)
    return visit.page(
        "paper.html",
        found=found,
        status=named(RECORD_STATUS_NAMES, found.status),
        refusal=renditions.not_to_make(visit.workspace, number) if visit.person else None,
        running=_is_running(visit, number),
        outcomes={what: _outcome(visit, number, what) for what in (_PDF, _SET)},
    )


def _make(visit: Visit) -> Response:
    """Begin to make what the button says; whoever asked may leave meanwhile."""
    number, what = number_in(visit), visit.field("make")
    refusal = renditions.not_to_make(visit.workspace, number)
    if refusal is not None:
        raise refusal
    site, session, actor = visit.site, visit.session, visit.session.actor
    make = _print_set if what == _SET else _pdf

    key = _key(visit, number, _SET if what == _SET else _PDF)

    def work() -> tuple[File, ...]:
        with site.pool.lent(actor) as workspace, site.signing.signing(session, workspace):
            return make(workspace, number)

    site.background.begin(key, work)
    return see(f"/records/{number}/paper")


def _pdf(workspace: Workspace, number: RecordNumber) -> tuple[File, ...]:
    made = renditions.make(workspace, [number])
    return tuple(File(name=one.name, data=one.pdf) for one in made)


def _print_set(workspace: Workspace, number: RecordNumber) -> tuple[File, ...]:
    made = renditions.print_sets(workspace, [number])
    return tuple(File(name=one.name, data=one.pdf) for one in made)


def _wait(visit: Visit) -> Response:
    """Say whether something is still being made (202), for a page that waits."""
    return Response(status_code=202 if _is_running(visit, number_in(visit)) else 204)


def _file(visit: Visit) -> Response:
    number, wanted = number_in(visit), visit.request.path_params["name"]
    for what in (_PDF, _SET):
        outcome = _outcome(visit, number, what)
        for file in (outcome.made if outcome is not None else None) or ():
            if file.name == wanted:
                return attachment(file.name, file.data)
    raise ControlError(
        message("{name} is not kept any more", name=wanted),
        message("make it again; a sealed PDF is on the record's page"),
    )


def _is_running(visit: Visit, number: RecordNumber) -> bool:
    keys = (_key(visit, number, what) for what in (_PDF, _SET))
    return any(map(visit.site.background.is_running, keys))


def _outcome(visit: Visit, number: RecordNumber, what: str) -> Outcome[tuple[File, ...]] | None:
    return visit.site.background.outcome(_key(visit, number, what))


def _key(visit: Visit, number: RecordNumber, what: str) -> Hashable:
    return (visit.session.actor, number, what)


ROUTES = (
    page("/records/{number}/paper", _paper),
    act("/records/{number}/paper", _make),
    page("/records/{number}/paper/wait", _wait),
    page("/records/{number}/paper/{name}", _file),
)

"""The PDF of a record and its print set: made in the background, then there to be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError
from rmdocs.files import File
from rmdocs.messages import message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.web.pages import act, page, see, waiting
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
    made = _made(visit, number)
    return visit.page(
        "paper.html",
        found=found,
        status=named(RECORD_STATUS_NAMES, found.status),
        refusal=renditions.not_to_make(visit.workspace, number) if visit.person else None,
        running=any(running for running, _ in made.values()),
        outcomes={what: outcome for what, (_, outcome) in made.items()},
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
    number, background = number_in(visit), visit.site.background
    return waiting(visit, *((background, _key(visit, number, what)) for what in (_PDF, _SET)))


def _file(visit: Visit) -> Response:
    number, wanted = number_in(visit), visit.request.path_params["name"]
    for _, outcome in _made(visit, number).values():
        for file in (outcome.made if outcome is not None else None) or ():
            if file.name == wanted:
                return attachment(file.name, file.data)
    raise ControlError(
        message("{name} is not kept any more", name=wanted),
        message("make it again; a sealed PDF is on the record's page"),
    )


def _made(
    visit: Visit, number: RecordNumber
) -> dict[str, tuple[bool, Outcome[tuple[File, ...]] | None]]:
    """Return of PDF and print set: whether it is being made, and if not, what came of it."""
    background = visit.site.background
    return {what: background.look(_key(visit, number, what)) for what in (_PDF, _SET)}


def _key(visit: Visit, number: RecordNumber, what: str) -> Hashable:
    return (visit.session.actor, number, what)


ROUTES = (
    page("/records/{number}/paper", _paper),
    act("/records/{number}/paper", _make),
    page("/records/{number}/paper/wait", _wait),
    page("/records/{number}/paper/{name}", _file),
)

"""Coming in: the one-time address, who acts, the language, going out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from rmdocs.errors import UsageError
from rmdocs.messages import Language, message
from rmdocs.registers.displaynames import role_names
from rmdocs.web.drawing import preferred
from rmdocs.web.pages import act, page, see
from rmdocs.web.refusals import WebError
from rmdocs.web.safety import read_form
from rmdocs.web.sessions import BrowserSession
from rmdocs.workspace import people

if TYPE_CHECKING:
    from starlette.requests import Request

    from rmdocs.registers.staff import Person
    from rmdocs.web.pages import Site, Visit

OPEN, ENTER = "/open", "/enter"
"""Where a session begins: by the address of this machine, or by a reader's code."""
_FORM = 4096


async def _open(request: Request) -> Response:
    """Use up the token of an address, and lead to the same address without it."""
    site: Site = request.app.state.site
    if request.method == "HEAD":  # whoever only asks what is there uses nothing up
        return Response()
    token = request.query_params.get("token", "")
    secret = site.sessions.open(token, preferred(request))
    return site.remember(see("/"), secret)


async def _enter(request: Request) -> Response:
    """Let in a reader whose name and code go together.

    No session has begun, so no form can carry its token: that our own page sent it is seen
    by ``Origins``.
    """
    site: Site = request.app.state.site
    form = await read_form(request, limit=_FORM, files=0)
    return await run_in_threadpool(
        _entered, site, request, str(form.get("name", "")), str(form.get("code", ""))
    )


def _entered(site: Site, request: Request, name: str, code: str) -> Response:
    address = request.client.host if request.client else ""
    site.guesses.require_allowed(address)
    reader = None if site.readers is None else site.readers.named(name, code)
    if reader is None:
        site.guesses.wrong(address)
        raise WebError(
            401,
            message("name and code do not go together"),
            message("type both as they were given to you; for a new code ask whoever gave it"),
        )
    site.guesses.right(address)
    session = BrowserSession(language=preferred(request), reader=reader.name)
    request.state.session = session
    site.journal.note("came in", request)
    return site.remember(see("/"), site.sessions.begin(session))


def _who(visit: Visit) -> Response:
    here = visit.site.signing.people(visit.workspace)
    if len(here) == 1:
        return _acting(visit, here[0])
    units = {one.code: one.name for one in people.units(visit.workspace)}
    return visit.page("who.html", people=here, units=units, roles=role_names)


def _choose(visit: Visit) -> Response:
    chosen = visit.field("staff_no")
    here = {str(one.staff_no): one for one in visit.site.signing.people(visit.workspace)}
    if chosen not in here:
        raise UsageError(
            message("{staff_no} cannot act here", staff_no=chosen),
            message("choose somebody whose key lies on this machine"),
        )
    return _acting(visit, here[chosen])


def _acting(visit: Visit, person: Person) -> Response:
    """Have a person act from now on, under a new cookie."""
    session = visit.session
    session.act_as(person.staff_no)
    units = {one.code: one.name for one in people.units(visit.workspace)}
    session.unit = units.get(person.unit, str(person.unit))
    visit.site.journal.note("came in", visit.request)
    return visit.renewed(see("/"))


def _language(visit: Visit) -> Response:
    if visit.field("language") in tuple(Language):
        visit.session.language = Language(visit.field("language"))
    back = visit.field("back")
    # Only a path of our own: // would be another server.
    return see(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


def _leave(visit: Visit) -> Response:
    visit.end()
    return visit.page("left.html")


ROUTES = (
    Route(OPEN, _open, methods=["GET"]),
    Route(ENTER, _enter, methods=["POST"]),
    page("/who", _who),
    act("/who", _choose, harmless=True),
    act("/language", _language, harmless=True),
    act("/leave", _leave, harmless=True),
)

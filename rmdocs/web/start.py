"""Coming in: the one-time address, who acts, the language, going out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from rmdocs.errors import UsageError
from rmdocs.messages import Language, message
from rmdocs.registers.names import role_names
from rmdocs.web.drawing import preferred
from rmdocs.web.pages import act, page, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from rmdocs.web.pages import Site, Visit

OPEN = "/open"


async def _open(request: Request) -> Response:
    """Use up the token of an address, and lead to the same address without it."""
    site: Site = request.app.state.site
    token = request.query_params.get("token", "")
    secret = site.sessions.open(token, preferred(request))
    return site.remember(see("/"), secret)


def _who(visit: Visit) -> Response:
    people = visit.site.signing.people(visit.workspace)
    return visit.page("who.html", people=people, roles=role_names)


def _choose(visit: Visit) -> Response:
    chosen = visit.field("staff_no")
    people = {str(one.staff_no): one for one in visit.site.signing.people(visit.workspace)}
    if chosen not in people:
        raise UsageError(
            message("{staff_no} cannot act here", staff_no=chosen),
            message("choose somebody whose key lies on this machine"),
        )
    visit.session.actor = people[chosen].staff_no
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
    page("/who", _who),
    act("/who", _choose, harmless=True),
    act("/language", _language, harmless=True),
    act("/leave", _leave, harmless=True),
)

"""The application: its pages, and the chain of safety before them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import create_task_group, sleep
from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from rmdocs.classes import dataclass
from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import message
from rmdocs.web import (
    auditing,
    comparison,
    copies,
    desk,
    disposition,
    documents,
    drafts,
    filling,
    ledgers,
    mywork,
    quarters,
    record,
    regeneration,
    registers,
    requests,
    review,
    safety,
    scans,
    search,
    sheets,
    signin,
)
from rmdocs.web.background import told_step
from rmdocs.web.drawing import draw, preferred
from rmdocs.web.pages import RECORDS, Site, surroundings
from rmdocs.web.refusals import UnreadError, WebError, status_of
from rmdocs.web.safety import Neighbours

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from rmdocs.errors import RmdocsError

_STATIC = Path(__file__).parent / "static"
_THREADS = 8
"""How many pages are worked on at a time, beside those of the lane: no more workspaces are open."""
_UNKNOWN = 404
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Under which names a server is reached.

    :param scheme: http or https.
    :param hosts: names with their port, as browsers send them.
    """

    scheme: str
    hosts: frozenset[str]


def create_app(site: Site, address: Address) -> Starlette:
    """Return the application of a server."""
    origins = frozenset(f"{address.scheme}://{host}" for host in address.hosts)
    chain = [
        Middleware(safety.Headers),
        Middleware(safety.Failures, refuse=_refused, fail=_failed),
        *([] if site.readers else [Middleware(Neighbours)]),
        Middleware(safety.Hosts, names=address.hosts),
        Middleware(safety.Origins, origins=origins),
        Middleware(
            safety.Admission,
            sessions=site.sessions,
            cookie=site.cookie,
            free=(signin.ENTER if site.readers else signin.OPEN, safety.STATIC),
            admit=_admit,
        ),
    ]
    routes = [
        *signin.ROUTES,
        *mywork.ROUTES,
        *search.ROUTES,
        *scans.ROUTES,
        *record.ROUTES,
        *drafts.ROUTES,
        *filling.ROUTES,
        *review.ROUTES,
        *disposition.ROUTES,
        *requests.ROUTES,
        *sheets.ROUTES,
        *ledgers.ROUTES,
        *auditing.ROUTES,
        *documents.ROUTES,
        *regeneration.ROUTES,
        *registers.ROUTES,
        *copies.ROUTES,
        *desk.ROUTES,
        *comparison.ROUTES,
        *quarters.ROUTES,
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    made = Starlette(
        routes=routes,
        middleware=chain,
        exception_handlers={HTTPException: _unknown},
        lifespan=_running,
    )
    made.state.site = site
    return made


def _admit(request: Request) -> bool:
    """Return whether a session may still look; of a reader it is noted at what."""
    site: Site = request.app.state.site
    reader = request.state.session.reader
    if reader and (site.readers is None or reader not in site.readers.all()):
        return False
    if reader and not request.url.path.startswith(safety.STATIC):
        site.journal.note("opened", request)
    return True


@asynccontextmanager
async def _running(app: Starlette) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = _THREADS
    async with create_task_group() as chores:
        chores.start_soon(_forget, app.state.site)
        yield
        chores.cancel_scope.cancel()
    site: Site = app.state.site
    making = (site.background, site.papers, site.comparisons, site.plans, site.runs, site.scans)
    for background in (*making, site.previews, site.reading):
        await run_in_threadpool(background.close)
    site.pool.close()


async def _forget(site: Site) -> None:
    """Forget, minute by minute, what nobody used for too long."""
    while True:
        await sleep(_MINUTE)
        site.sessions.forget()


def _unknown(_request: Request, problem: Exception) -> Response:
    """Refuse an address or a method that nothing here answers."""
    status = problem.status_code if isinstance(problem, HTTPException) else _UNKNOWN
    raise WebError(
        status,
        message("there is no such page"),
        message("go to the first page, or search above"),
    ) from problem


def _refused(request: Request, problem: RmdocsError) -> Response:
    """Return the page that says why something was refused, and what to do about it."""
    status = status_of(problem)
    site: Site = request.app.state.site
    if isinstance(problem, UnreadError):
        session = request.state.session
        around = {**surroundings(request, session), "step": told_step(site.reading.done(RECORDS))}
        return HTMLResponse(draw("reading.html", session.language, around), status)
    with suppress(StoreError):  # a log that cannot be written is no reason to say nothing
        site.journal.note("refused", request, status=status)
    return _sorry(
        request,
        status,
        reason=problem.reason,
        remedy=problem.remedy,
        clause=problem.clause,
        findings=problem.findings,
    )


def _failed(request: Request, problem: Exception) -> Response:
    """Return a page with a reference for what nobody foresaw; the rest is in the log."""
    if isinstance(problem, OSError):
        reason = message("a file cannot be used: {problem}", problem=system_problem(problem))
        remedy = message(
            "check that it is there, that you may use it, and that the disk is not full"
        )
        return _refused(request, StoreError(reason, remedy))
    reference = secrets.token_hex(4)
    site: Site = request.app.state.site
    with suppress(StoreError):
        site.journal.failure(request, problem, reference)
    return _sorry(
        request,
        500,
        reason=message("something went wrong that nobody foresaw; nothing was changed by halves"),
        remedy=message(
            "try again; if it stays, tell whoever looks after rmdocs: reference {reference}",
            reference=reference,
        ),
        clause="",
        findings=(),
    )


def _sorry(request: Request, status: int, **values: object) -> Response:
    session = getattr(request.state, "session", None)
    language = preferred(request) if session is None else session.language
    around = surroundings(request, session)
    outside = session is None and request.app.state.site.readers is not None
    template = "enter.html" if outside else "refusal.html"
    shown = {**around, **values, "sent": request.method == "POST"}
    return HTMLResponse(draw(template, language, shown), status)

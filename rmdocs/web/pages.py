"""What every page is made of: who asks, a workspace lent for the while, an answer.

A page is a function of a :class:`Visit`. ``page`` makes one that is only looked at,
``act`` one that a form is sent to; no other function reads what a browser sends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import field
from datetime import date
from functools import partial
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rmdocs.classes import dataclass
from rmdocs.events.kinds import read
from rmdocs.files import File
from rmdocs.messages import message
from rmdocs.web.background import Background, Verifying, told_step
from rmdocs.web.drawing import ON_A_PAGE, PageCell, Paged, draw
from rmdocs.web.navigation import EVERYWHERE, links
from rmdocs.web.readers import Guesses
from rmdocs.web.refusals import UnreadError, WebError, for_reading_only
from rmdocs.web.safety import read_form, whole
from rmdocs.workspace.records import read_in

if TYPE_CHECKING:
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event
    from rmdocs.web.accesslog import Journal
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pool import Pool
    from rmdocs.web.readers import Readers
    from rmdocs.web.sessions import BrowserSession, Sessions
    from rmdocs.web.signers import Signing
    from rmdocs.workspace.opening import Workspace
    from rmdocs.workspace.regeneration import PlanLook
    from rmdocs.workspace.sheets import MadeOfMany

FORM_LIMIT = 1 << 20
"""Bytes of a form without files."""

WIDE_AT_A_TIME = 2
"""How many pages that may look at all records are made at a time."""

_LONGEST_NAME = 120
"""Characters of a file's name that are kept, from its end."""

RECORDS = "records"
"""The one piece of work of those who read records for searches."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all pages of a running server share.

    :param sessions: of the browsers that were let in.
    :param pool: lends workspaces.
    :param signing: who may act here, and how an act is signed.
    :param journal: the log of the pages.
    :param cookie: the name of the cookie that holds a session's secret.
    :param secure: whether it is sent over TLS only.
    :param read_only: whether nobody acts, and nothing is written.
    :param sample: whether the store is a sample, with invented data.
    :param readers: who comes in with a code of their own; None where the address lets in.
    :param lane: where pages that look at all records wait for each other, and nobody else does.
    :param previews: pictures of a draft's pages (PNG), drawn in the background.
    :param background: other files that are made there.
    :param papers: formal PDF of all that was issued of a sheet.
    :param comparisons: pages of two revisions side by side, drawn there.
    :param plans: what regenerating records would do.
    :param runs: records that are regenerated, by the serial of the run.
    :param scans: piles of scans that are read or filed.
    :param reading: records that the search index does not know yet, read.
    :param patience: how many of them a page lets its reader wait for without a word.
    :param verifying: the store as a whole, gone through.
    """

    sessions: Sessions
    pool: Pool
    signing: Signing
    journal: Journal
    cookie: str
    secure: bool = False
    read_only: bool = False
    sample: bool = False
    readers: Readers | None = None
    guesses: Guesses = field(default_factory=Guesses)
    lane: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WIDE_AT_A_TIME))
    previews: Background[tuple[bytes, ...]] = field(default_factory=Background)
    background: Background[tuple[File, ...]] = field(default_factory=Background)
    papers: Background[MadeOfMany] = field(default_factory=Background)
    comparisons: Background[tuple[File, ...]] = field(default_factory=Background)
    plans: Background[PlanLook] = field(default_factory=Background)
    runs: Background[int] = field(default_factory=Background)
    scans: Background[None] = field(default_factory=Background)
    reading: Background[None] = field(default_factory=Background)
    patience: int = 2_000
    verifying: Verifying = field(default_factory=Verifying)

    @contextmanager
    def nobody_left_waiting(self, workspace: Workspace) -> Iterator[None]:
        """Have many records that a page would have to read first read in the background.

        What was just read there and is unknown all the same, as where the disk is full, is read
        for the page.

        :raises UnreadError: if so, to be told at once.
        :raises RmdocsError: if they could not be read.
        """
        before = workspace.index.told

        def told(done: int, total: int) -> None:
            if done or total < self.patience:
                return
            running, outcome = self.reading.look(RECORDS)
            if not running and outcome is None:
                self.reading.begin(RECORDS, self._read_in)
                running = True
            if running:
                raise UnreadError
            self.reading.forget(RECORDS)
            if outcome is not None and outcome.refusal is not None:
                raise outcome.refusal

        workspace.index.told = told
        try:
            yield
        finally:
            workspace.index.told = before
        self.reading.forget(RECORDS)

    def _read_in(self) -> None:
        with self.pool.lent(None) as workspace:
            before = workspace.index.told
            workspace.index.told = partial(self.reading.tell, RECORDS)
            try:
                read_in(workspace)
            finally:
                workspace.index.told = before

    def remember(self, answer: Response, secret: str) -> Response:
        """Have the browser keep a session's secret; return the answer."""
        answer.set_cookie(self.cookie, secret, secure=self.secure, httponly=True, samesite="strict")
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: who asks, in which workspace, and what the form says.

    :param person: who acts, as the register knows them now; None where nobody does.
    """

    site: Site
    request: Request
    session: BrowserSession
    workspace: Workspace
    person: Person | None
    form: FormData

    def page(self, template: str, /, **values: object) -> HTMLResponse:
        """Return a page drawn for whoever asks."""
        around = surroundings(self.request, self.session)
        around["asks"] = partial(self.site.signing.asks, self.session, self.workspace)
        drawn = draw(template, self.session.language, {**around, **values})
        return HTMLResponse(drawn)

    def field(self, name: str) -> str:
        """Return what the form says in a field; empty where it says nothing, or has a file."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return the number that the form says in a field; 0 where it says none."""
        return whole(self.field(name)) or 0

    def day(self, name: str) -> date | None:
        """Return the day that the form says in a field; None where it says nothing.

        :raises WebError: if it is no day of the calendar (400).
        """
        return day_of(self.field(name))

    def files(self, name: str) -> Iterator[File]:
        """Yield the files that the form sends in a field, by their names without folders."""
        for sent in self.form.getlist(name):
            called = PureWindowsPath(getattr(sent, "filename", None) or "").name
            if isinstance(sent, UploadFile) and called:
                yield File(name=called[-_LONGEST_NAME:], data=sent.file.read())

    def file(self, name: str) -> File:
        """Return the one file that the form sends in a field.

        :raises WebError: if it sends none (400).
        """
        for sent in self.files(name):
            return sent
        raise WebError(
            400, message("no file was chosen"), message("go back, choose one, and send it")
        )

    def paged(self, rows: Sequence[T], name: str = "page") -> Paged[T]:
        """Return what this page shows of a list; the address says which page of it."""
        first = (self.page_number(len(rows), name) - 1) * ON_A_PAGE
        return self.on_page(rows[first : first + ON_A_PAGE], len(rows), name)

    def on_page(self, shown: Sequence[T], count: int, name: str = "page") -> Paged[T]:
        """Return what this page shows of a list of which only that was read.

        :param count: how many there are in all.
        """
        asked = self.request.query_params.multi_items()
        return Paged(
            name=name,
            shown=shown,
            count=count,
            number=self.page_number(count, name),
            asked=tuple(one for one in asked if one[0] != name),
        )

    def page_number(self, count: int, name: str = "page") -> int:
        """Return which page of a list is asked for, counted from 1: one that there is."""
        wanted = whole(self.request.query_params.get(name, ""))
        return max(min(1 if wanted is None else wanted, -(-count // ON_A_PAGE)), 1)

    def renewed(self, answer: Response) -> Response:
        """Give the session another secret, as whenever it comes to mean more."""
        secret = self.site.sessions.renew(self.request.cookies[self.site.cookie])
        return self.site.remember(answer, secret)

    def end(self) -> None:
        """End the session."""
        self.site.sessions.end(self.request.cookies[self.site.cookie])

    @property
    def unit(self) -> str:
        """Return the one unit whose records whoever asks may see; empty for all."""
        if self.person is None or self.person.roles & EVERYWHERE:
            return ""
        return str(self.person.unit)

    def require_person(self) -> None:
        """Refuse what takes somebody who acts.

        :raises WebError: if nobody does (403).
        """
        if self.person is None and self.site.read_only:
            raise for_reading_only()
        if self.person is None:
            raise WebError(
                403, message("nobody acts yet"), message("say who you are on the first page")
            )

    def require_all_units(self) -> None:
        """Refuse what concerns the records of all units.

        :raises WebError: if whoever asks sees those of one only (403).
        """
        if self.unit:
            raise WebError(
                403,
                message("this concerns the records of all units"),
                message("ask the records officer or an auditor"),
            )

    def require_unit(self, unit: object) -> None:
        """Refuse what belongs to a unit of others, whether it is there or not.

        :raises WebError: if so (403).
        """
        if self.unit and str(unit) != self.unit:
            raise WebError(
                403,
                message("{unit} is another unit: its records are not yours to see", unit=unit),
                message("ask somebody of that unit, the records officer or an auditor"),
            )


View = Callable[[Visit], Response]


def day_of(text: str) -> date | None:
    """Return the day that a text says, as fields for days send it; None for an empty one.

    :raises WebError: if it is no day of the calendar (400).
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise WebError(
            400,
            message("“{text}” is not a date of the calendar", text=text),
            message("write year, month and day, such as 2026-03-31"),
        ) from problem


def actor_cells(visit: Visit, event: Event) -> tuple[PageCell, PageCell, PageCell]:
    """Return who did something, their number and when it was, at the office's clock."""
    return (
        PageCell(shown=event.actor.name),
        PageCell(shown=event.actor.staff_no, kind="code"),
        PageCell(shown=visit.workspace.local(event.time).strftime("%Y-%m-%d %H:%M"), kind="date"),
    )


def event_rows(visit: Visit, events: Iterable[Event]) -> Iterator[PageRow]:
    """Yield for each event when it was, what it was, who did it and why."""
    for event in events:
        name, number, at = actor_cells(visit, event)
        yield at, read(event).told, (name, number), event.reason


def surroundings(request: Request, session: BrowserSession | None) -> dict[str, object]:
    """Return what every template can name: who acts, the way to other pages."""
    site: Site = request.app.state.site
    person = session.person if session is not None else None
    return {
        "session": session,
        "person": person,
        "path": request.url.path,
        "read_only": site.read_only,
        "sample": site.sample,
        "links": tuple(links(person, read_only=site.read_only)) if session else (),
        "asks": lambda: False,
    }


def page(path: str, view: View, *, wide: bool = False) -> Route:
    """Return the route of a page that is only looked at.

    :param wide: whether it may look at all records there are: of such pages few are made at a
        time, so that whoever types or issues meanwhile does not wait for them.
    """

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        lane = site.lane if wide else None
        return await run_sync(_seen, view, request, FormData(), limiter=lane)

    return Route(path, endpoint, methods=["GET"], name=view.__name__)


def act(
    path: str, view: View, *, limit: int = FORM_LIMIT, files: int = 0, harmless: bool = False
) -> Route:
    """Return the route that a form is sent to.

    :param limit: bytes that it may send, files and all.
    :param files: how many files.
    :param harmless: whether it changes nothing that is sealed, and needs no key.
    """

    async def endpoint(request: Request) -> Response:
        session: BrowserSession = request.state.session
        form = await read_form(request, limit=limit, files=files)
        try:
            session.require_token(form.get("csrf"))
            return await run_in_threadpool(_seen, view, request, form, signs=not harmless)
        finally:
            await form.close()

    return Route(path, endpoint, methods=["POST"], name=view.__name__)


def see(path: str) -> RedirectResponse:
    """Lead to another page after an act: loading that one again repeats nothing."""
    return RedirectResponse(path, status_code=303)


def waiting(visit: Visit, *work: tuple[Background[Any], Hashable]) -> Response:
    """Say how far something is that is still being done (202), or that it is done (204).

    :param work: pieces of it by their keys, of which one at a time is under way.
    """
    for background, key in work:
        running, _ = background.look(key)
        if running:
            told = told_step(background.done(key))
            said = "" if told is None else told.text(visit.session.language)
            return PlainTextResponse(said, status_code=202)
    return Response(status_code=204)


def _seen(view: View, request: Request, form: FormData, *, signs: bool = False) -> Response:
    """Return a view's answer; runs in a thread, where a workspace is lent for the while."""
    site: Site = request.app.state.site
    session: BrowserSession = request.state.session
    with site.pool.lent(session.actor) as workspace:
        session.person = workspace.person()
        visit = Visit(
            site=site,
            request=request,
            session=session,
            workspace=workspace,
            person=session.person,
            form=form,
        )
        if signs:
            site.signing.unlock(session, workspace, visit.field("passphrase"))
        # What a form sends must not be lost; and what is read into no file, no page has of another.
        behind = request.method == "GET" and workspace.index.path is not None
        with (
            site.nobody_left_waiting(workspace) if behind else nullcontext(),
            site.signing.signing(session, workspace),
        ):
            return view(visit)

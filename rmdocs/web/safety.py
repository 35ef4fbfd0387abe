"""What stands between a browser and the pages: one chain of pure ASGI middleware.

From the outside in: what every answer says of itself (``Headers``), what is refused or
fails becomes a page (``Failures``), whose connection it is (``Neighbours``), under which
name it was asked (``Hosts``), from which page (``Origins``), in which session (``Admission``).
Also how a form that it sends is read, and a number in it or in an address.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData, MutableHeaders
from starlette.datastructures import Headers as Fields
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from rmdocs.characters import whole_number
from rmdocs.errors import RmdocsError
from rmdocs.messages import message
from rmdocs.web.refusals import WebError
from rmdocs.web.sessions import ASK_AGAIN

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rmdocs.web.sessions import Sessions


POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing but our own style sheet, script and pictures; nothing inside a page runs."""

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Not no-referrer: a browser would then send forms with the origin “null”.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STATIC = "/static/"
_SAFE = frozenset({"GET", "HEAD"})
_SECONDS = 30
"""How long the sending of a form may take, and a second more for each 64 KiB it may hold."""
_RATE = 1 << 16
_FIELDS = 5000
_FIELD_LIMIT = 1 << 20


class Headers:
    """Adds to every answer what keeps a browser from doing more with it than showing it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                if not scope["path"].startswith(STATIC):
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


Refuse = Callable[[Request, RmdocsError], "Response"]
Fail = Callable[[Request, Exception], "Response"]


class Failures:
    """Makes a page of what is refused, and a plain one of what nobody foresaw.

    :param refuse: draws the page of a refusal. :param fail: that of anything else.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, fail: Fail) -> None:
        self.app = app
        self._refuse = refuse
        self._fail = fail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:
            return  # nobody is there to be told
        # The last of the chain: whatever nobody foresaw is logged and told by a reference,
        # and no traceback reaches a browser.
        except Exception as problem:
            request = Request(scope, receive)
            if isinstance(problem, RmdocsError):
                answer = self._refuse(request, problem)
            else:
                answer = self._fail(request, problem)
            if begun:
                raise
            await answer(scope, receive, send)


class Hosts:
    """Refuses requests under any name but the server's own (DNS rebinding).

    :param names: as the Host header gives them, with the port.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self.app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on if the request names the server as it is called."""
        if scope["type"] == "http" and Fields(scope=scope).get("host", "") not in self._names:
            raise WebError(
                421,
                message("nothing is served here under this name"),
                message("open the address that rmdocs web printed"),
            )
        await self.app(scope, receive, send)


class Origins:
    """Refuses whatever changes something and was not sent by a page of this server.

    :param origins: scheme, name and port of the server, as the Origin header gives them.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self.app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on if the request is harmless, or our own page sent it."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            fields = Fields(scope=scope)
            site = fields.get("sec-fetch-site", "same-origin")
            if fields.get("origin", "") not in self._origins or site != "same-origin":
                raise WebError(
                    403,
                    message("this was sent by a page of somebody else, and was not done"),
                    message("open the page here, and do it there"),
                )
        await self.app(scope, receive, send)


class Admission:
    """Lets in who has a session; what needs none is named.

    :param cookie: the name of the cookie that holds the session's secret.
    :param free: beginnings of the paths that need no session.
    :param admit: told of every session that comes; returns whether it may still.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Sessions,
        cookie: str,
        free: tuple[str, ...],
        admit: Callable[[Request], bool],
    ) -> None:
        self.app = app
        self._sessions = sessions
        self._cookie = cookie
        self._free = free
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the session, and go on."""
        if scope["type"] == "http":
            request = Request(scope)
            secret = request.cookies.get(self._cookie, "")
            request.state.session = self._sessions.find(secret)
            free = request.url.path.startswith(self._free)
            if request.state.session is not None and not self._admit(request):
                self._sessions.end(secret)
                request.state.session = None
            if request.state.session is None and not free:
                raise WebError(
                    401, message("you are not let in yet, or were away for too long"), ASK_AGAIN
                )
        await self.app(scope, receive, send)


async def read_form(request: Request, *, limit: int, files: int) -> FormData:
    """Return a form that a browser sends: bounded in bytes, fields, files and time.

    :raises WebError: if it is larger (413), slower (408), or no form (400).
    """
    try:
        async with asyncio.timeout(_SECONDS + limit / _RATE):
            bounded = Request(request.scope, _bounded(request, limit))
            return await bounded.form(
                max_files=files, max_fields=_FIELDS, max_part_size=_FIELD_LIMIT
            )
    except TimeoutError as problem:
        raise WebError(
            408, message("it took too long to arrive"), message("try again, with less at a time")
        ) from problem
    except HTTPException as problem:
        raise WebError(
            400, message("what was sent is no form of these pages"), message("load the page again")
        ) from problem


def _bounded(request: Request, limit: int) -> Callable[[], Awaitable[Message]]:
    """Return the receiving of a request, ended where it sends more than it may."""
    receive, received = request.receive, 0

    def require(size: int) -> None:
        if size > limit:
            raise WebError(
                413,
                message(
                    "this is larger than may be sent here: at most {size} MB", size=limit >> 20
                ),
                message("send less at a time"),
            )

    declared = request.headers.get("content-length", "")
    require(int(declared) if declared.isdecimal() else 0)

    async def receiving() -> Message:
        nonlocal received
        part = await receive()
        received += len(part.get("body", b""))
        require(received)
        return part

    return receiving


USER = "user"
"""What the state of a connection calls the user of its other end."""
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LOCAL, _REMOTE, _USER = 1, 2, 7
"""Columns of these tables."""


class Neighbours:
    """Refuses connections from programs of other users of the machine.

    Linux says of every connection on the machine which user's program holds its other end. So
    nobody else who works on the machine gets in, not even with the token or the cookie of its
    user: both may be seen, by listing programs, or by serving a page under the name localhost.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on if the other end is ours, or root's, or nobody can tell."""
        if scope["type"] == "http":
            user = scope.get("state", {}).get(USER)
            if user not in {None, 0, os.geteuid()}:
                raise WebError(
                    403,
                    message("these pages belong to another user of this machine"),
                    message("start your own: rmdocs web"),
                )
        await self.app(scope, receive, send)


def user_of(port: int, to: int) -> int | None:
    """Return the number of the user whose program connects from a port to another of ours.

    None where that cannot be told: not Linux, or the other end is no program here. It takes
    milliseconds, for these tables are of all connections: asked once a connection.
    """
    ends = (f":{port:04X}", f":{to:04X}")
    for table in _TABLES:
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[_LOCAL].endswith(ends[0]) and columns[_REMOTE].endswith(ends[1]):
                return int(columns[_USER])
    return None


_DIGITS = 9
"""Digits that a number has at most: more than any count, edition or version of a store."""


def whole(text: str) -> int | None:
    """Return the number that a text says in digits; None if it says none."""
    return whole_number(text) if len(text) <= _DIGITS else None


class _WholeInAddress(IntegerConvertor):
    """A number in an address, as ``{place:whole}``; a longer one leads to no page."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


register_url_convertor("whole", _WholeInAddress())

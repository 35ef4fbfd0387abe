"""Serving the pages on this machine until somebody ends it."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from rmdocs.errors import UsageError, system_problem
from rmdocs.messages import message
from rmdocs.web.acting import LocalKeys, Nobody
from rmdocs.web.app import Address, create_app
from rmdocs.web.pages import Site
from rmdocs.web.pool import Pool
from rmdocs.web.sessions import Sessions
from rmdocs.web.start import OPEN
from rmdocs.workspace.opening import open_workspace

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
"""Both: where localhost means either, nobody else shall sit on the other."""
_TRIED = 20
"""How many ports are tried before it is given up."""


def serve(
    root: Path,
    actor: StaffNumber | None,
    port: int,
    *,
    read_only: bool,
    tell: Callable[[str], None],
) -> None:
    """Serve a workspace on this machine until it is interrupted; an act under way is finished.

    :param actor: the one person who is to act; None to let whoever comes choose.
    :param port: the first to try.
    :param tell: told the address that opens a session, at once and whenever another is wanted.
    :raises StoreError: if there is no workspace.
    :raises UsageError: if no port is free.
    """
    open_workspace(root, actor).close()
    sockets = listening(port)
    port = sockets[0].getsockname()[1]
    sessions = Sessions()
    site = Site(
        sessions=sessions,
        pool=Pool(lambda who: open_workspace(root, who)),
        signing=Nobody() if read_only else LocalKeys(actor),
        # Browsers give a cookie to every port of a machine: each server has its own.
        cookie=f"rmdocs-{port}",
        secure=False,
        read_only=read_only,
    )
    hosts = frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1"))
    app = create_app(site, Address(scheme="http", hosts=hosts))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)

    def invite() -> None:
        tell(f"http://localhost:{port}{OPEN}?token={sessions.new_token()}")

    with suppress(KeyboardInterrupt):
        asyncio.run(_run(uvicorn.Server(config), sockets, invite))


async def _run(
    server: uvicorn.Server, sockets: list[socket.socket], invite: Callable[[], None]
) -> None:
    invite()
    if sys.stdin is not None and sys.stdin.isatty():
        loop = asyncio.get_running_loop()

        def asked() -> None:
            if sys.stdin.readline():
                invite()
            else:
                loop.remove_reader(sys.stdin)

        loop.add_reader(sys.stdin, asked)
    await server.serve(sockets)


def listening(port: int) -> list[socket.socket]:
    """Return sockets that listen on one port of this machine alone, the first free one.

    :raises UsageError: if none of those that are tried is free.
    """
    for one in range(port, port + _TRIED):
        try:
            return _bound(one)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise UsageError(
                    message(
                        "nothing can be served here: {problem}", problem=system_problem(problem)
                    ),
                    message("choose another port with --port"),
                ) from problem
    raise UsageError(
        message("the ports {first} to {last} are taken", first=port, last=port + _TRIED - 1),
        message("choose another one with --port"),
    )


def _bound(port: int) -> list[socket.socket]:
    """Return a listening socket for each kind of address that this machine has."""
    made: list[socket.socket] = []
    try:
        for family, address in _LOOPBACK:
            try:
                one = socket.socket(family, socket.SOCK_STREAM)
                made.append(one)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((address, port))
            except OSError as problem:
                if not made[:-1] or problem.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                    raise
                made.pop().close()
    except OSError:
        for one in made:
            one.close()
        raise
    return made

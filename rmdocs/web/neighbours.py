"""Whose program it is that connects from this machine.

Linux says of every connection on the machine which user's program holds its other end. So
nobody else who works on the machine gets in, not even with the token or the cookie of its
user: both may be seen, by listing programs, or by serving a page under the name localhost.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.messages import message
from rmdocs.web.refusals import WebError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

USER = "user"
"""What the state of a connection calls the user of its other end."""
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LOCAL, _REMOTE, _USER = 1, 2, 7
"""Columns of these tables."""


class Neighbours:
    """Refuses connections from programs of other users of the machine."""

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

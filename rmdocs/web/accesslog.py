"""The log of the pages: who came in, what was refused, what a reader opened.

One JSON object a line, in a private file of the workspace that is only added to. It says
when, who, from where and which page; what pages and records say is never in it.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rmdocs.answering import AMONG, Answer, called
from rmdocs.classes import dataclass
from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

NOTED: Mapping[str, Text] = MappingProxyType(
    {
        "came in": message("came in"),
        "opened": message("opened"),
        "refused": message("refused"),
        "failed": message("failed"),
    }
)
"""What is noted, and what a person calls it."""

_NAME = "log.jsonl"
_STRANGERS = 100
"""Lines a minute about whoever has no session: nobody fills the disk from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedLine(Answer):
    """A line of the log.

    :param time: UTC. :param what: as ``NOTED`` lists it.
    :param who: staff number or name of who has the session; empty for a stranger.
    :param address: of the machine that asked. :param page: the path of the page.
    :param more: of what was refused its ``status``; of what failed its ``reference`` and
        ``kind``, and ``where`` in the program it happened.
    """

    time: datetime
    what: str
    who: str
    address: str = field(metadata=called("from"))
    page: str
    more: Mapping[str, Any] = field(metadata=AMONG)

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> NotedLine:
        """Return the line that JSON describes."""
        told = dict(line)
        return cls(
            time=datetime.fromisoformat(told.pop("time")),
            what=told.pop("what"),
            who=told.pop("who"),
            address=told.pop("from"),
            page=told.pop("page"),
            more=told,
        )


class Journal:
    """The log of a workspace's pages.

    :param folder: where it lies; None to keep none, where nothing may be written.
    :param clock: gives the present moment, UTC.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], datetime]) -> None:
        self._path = None if folder is None else folder / _NAME
        self._clock = clock
        self._lock = Lock()
        self._strangers = (clock(), 0)

    def note(self, what: str, request: HTTPConnection, **more: object) -> None:
        """Add a line: what happened, when, from where, on which page, and to whom.

        :raises StoreError: if it cannot be written; then the page is not shown.
        """
        session = getattr(request.state, "session", None)
        if self._path is None or (session is None and self._is_flooded()):
            return
        line = {
            "time": self._clock().isoformat(timespec="seconds"),
            "what": what,
            "who": session.who if session is not None else "",
            "from": request.client.host if request.client else "",
            "page": request.url.path,
            **more,
        }
        data = f"{json.dumps(line, ensure_ascii=False)}\n".encode(errors="replace")
        try:
            with self._lock:
                handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    os.write(handle, data)
                finally:
                    os.close(handle)
        except OSError as problem:
            raise StoreError(
                message(
                    "the log of the pages cannot be written: {problem}",
                    problem=system_problem(problem),
                ),
                message("make room, or have the folder web of the workspace writable"),
            ) from problem

    def _is_flooded(self) -> bool:
        """Return whether so much was refused to strangers this minute that no more is noted."""
        minute = self._clock().replace(second=0, microsecond=0)
        with self._lock:
            count = self._strangers[1] + 1 if self._strangers[0] == minute else 1
            self._strangers = (minute, count)
        return count > _STRANGERS

    def failure(self, request: HTTPConnection, problem: BaseException, reference: str) -> None:
        """Note what nobody foresaw: its kind and where it happened, not what it says.

        What an error says may quote a record.
        """
        steps = traceback.extract_tb(problem.__traceback__)
        where = [f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps]
        self.note("failed", request, reference=reference, kind=type(problem).__name__, where=where)

    def lines(self) -> Iterator[NotedLine]:
        """Yield what was noted, the oldest first; nothing if nothing ever was."""
        if self._path is None or not self._path.is_file():
            return
        with self._path.open(encoding="utf-8") as stream:
            for line in stream:
                yield NotedLine.from_json(json.loads(line))

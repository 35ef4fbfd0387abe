"""Pages as they will print, drawn in the background: nobody waits for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from rmdocs.errors import RmdocsError

_KEPT = 16
"""Of how many drafts the pages are remembered."""

_Pages = tuple[bytes, ...]


class Previews:
    """Pictures of pages (PNG), by what they are pages of; one is drawn at a time."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, int], Future[_Pages]] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="previews")

    def pages(self, name: str, version: int) -> _Pages | None:
        """Return the pages of a draft; None while they are not drawn yet.

        :raises KeyError: if nobody asked for them to be drawn.
        """
        with self._lock:
            self._drawn.move_to_end((name, version))
            found = self._drawn[name, version]
        return found.result() if found.done() else None

    def begin(self, name: str, version: int, draw: Callable[[], _Pages]) -> None:
        """Have the pages of a draft drawn in the background; those of earlier versions go.

        :param draw: draws them; where it fails there are none.
        """
        with self._lock:
            for other in [one for one in self._drawn if one[0] == name]:
                self._drawn.pop(other).cancel()
            self._drawn[name, version] = self._thread.submit(_drawn, draw)
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)[1].cancel()

    def close(self) -> None:
        """Draw nothing any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _drawn(draw: Callable[[], _Pages]) -> _Pages:
    try:
        return draw()
    except RmdocsError:
        # A preview is a convenience: what keeps a document from being made is told at issue.
        return ()

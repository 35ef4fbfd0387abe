"""Work that takes longer than anybody waits for a page: done in the background, one at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.audit.verify import Verification
    from rmdocs.files import File

_KEPT = 16
"""How many pieces of work are remembered."""
_SEVERAL = 2
"""Of a single thing it is not counted how many are done."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T]):
    """What came of a piece of work.

    :param made: what it made; None where it was refused.
    :param refusal: why it could not be done.
    """

    made: T | None = None
    refusal: RmdocsError | None = None


class Background(Generic[T]):
    """Work in the background, by whom and what it is for; whoever asked for it may leave."""

    def __init__(self) -> None:
        self._begun: OrderedDict[Hashable, Future[Outcome[T]]] = OrderedDict()
        self._done: dict[Hashable, tuple[int, int]] = {}
        self._lock = Lock()
        self._ending = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="background")

    def begin(
        self, key: Hashable, work: Callable[[], T], instead_of: Callable[[Any], bool] | None = None
    ) -> None:
        """Have something done, unless the same is under way.

        :param instead_of: tells by its key what nobody wants any more: it is not begun if it
            waits its turn.
        """
        with self._lock:
            there = self._begun.get(key)
            if there is not None and not there.done():
                return
            for other in [*filter(instead_of, self._begun)] if instead_of is not None else ():
                if self._begun[other].cancel():
                    del self._begun[other]
            self._done.pop(key, None)
            self._begun[key] = self._thread.submit(_outcome, work)
            self._begun.move_to_end(key)
            for old in [one for one, future in self._begun.items() if future.done()][:-_KEPT]:
                del self._begun[old]
                self._done.pop(old, None)

    def tell(self, key: Hashable, done: int, total: int) -> None:
        """Note how far something is, as whoever does it says from time to time.

        :raises StoreError: if the server is ending, and it should stop where it can.
        """
        if self._ending:
            raise StoreError(
                message("it was broken off, as the pages were closed"),
                message("open them again, and go on with it: what is done stays done"),
            )
        self._done[key] = (done, total)

    def done(self, key: Hashable) -> tuple[int, int] | None:
        """Return how much of how much is done; None where nothing was told of it."""
        return self._done.get(key)

    def look(self, key: Hashable) -> tuple[bool, Outcome[T] | None]:
        """Return whether something is under way, and if not, what came of it.

        Both at one moment: asked for one after the other, it might end in between. Neither if
        nobody asked for it, or it is forgotten. What nobody foresaw is raised once, and
        forgotten: it can be begun again.
        """
        with self._lock:
            there = self._begun.get(key)
        if there is None or there.cancelled():
            return False, None
        if not there.done():
            return True, None
        if there.exception() is not None:
            self.forget(key)
        return False, there.result()

    def forget(self, key: Hashable) -> None:
        """Forget what came of something, unless it is under way."""
        with self._lock:
            there = self._begun.get(key)
            if there is not None and there.done():
                del self._begun[key]

    def close(self) -> None:
        """Begin nothing any more, and finish what is under way, or the step that it is at."""
        self._ending = True
        self._thread.shutdown(wait=True, cancel_futures=True)


def told_step(step: tuple[int, int] | None) -> Text | None:
    """Return how far a piece of work has come, in words; None where that is not known."""
    if step is None or step[1] < _SEVERAL:
        return None
    return message("It is being done: {done} of {total}.", done=step[0], total=step[1])


def _outcome(work: Callable[[], T]) -> Outcome[T]:
    try:
        return Outcome(made=work())
    except RmdocsError as problem:
        return Outcome(refusal=problem)


@dataclass(slots=True, kw_only=True)
class VerificationRun:
    """The whole store being gone through, or gone through.

    :param begun: by the clock of the office. :param asked_by: who asked for it.
    :param renditions: whether signatures and scans are judged as well.
    :param contents: whether records are judged again, and their documents made again.
    :param since: whether it goes on from the last verification.
    :param policy: the verifier's policy of witnesses; None to ask for nobody.
    :param within: how many days ago, at most, they saw each ledger; None for any.
    :param done: how many events were gone through, of how many (``of``).
    :param ended: when; None while it runs, or if it could not be done.
    :param found: what came of it; None as long.
    :param refusal: why it could not be done, where that is known.
    """

    begun: datetime
    asked_by: str
    renditions: bool
    contents: bool
    since: bool = False
    policy: File | None = None
    within: int | None = None
    done: int = 0
    of: int = 0
    ended: datetime | None = None
    found: Verification | None = None
    refusal: RmdocsError | None = None

    @property
    def told(self) -> Text:
        """Return how far it is, as a person is told."""
        return message(
            "{done} of {count} events, since {time}",
            done=self.done,
            count=self.of,
            time=self.begun.strftime("%H:%M:%S"),
        )

    def progress(self, done: int, of: int) -> None:
        """Note how far it is."""
        self.done, self.of = done, of


class Verifying:
    """One verification at a time, for all who read; the last one stays to be looked at."""

    def __init__(self) -> None:
        self.last: VerificationRun | None = None
        self.running: VerificationRun | None = None
        self._lock = Lock()

    def begin(self, run: VerificationRun, work: Callable[[VerificationRun], Verification]) -> None:
        """Have the store gone through, unless that is under way.

        Nothing is written by it: whoever ends the server need not wait for it.
        """
        with self._lock:
            if self.running is not None:
                return
            self.running = run
        Thread(target=self._done, args=(run, work), name="verifying", daemon=True).start()

    def _done(self, run: VerificationRun, work: Callable[[VerificationRun], Verification]) -> None:
        try:
            run.found = work(run)
        except RmdocsError as problem:
            run.refusal = problem
        finally:
            with self._lock:
                self.last, self.running = run, None

"""A Dask cluster for bulk work, where one machine is outgrown (docs/adr/0044).

Whoever seals asks the machines of a cluster as it asks other processes of its own (``bulk``).
Connections are encrypted, and both ends prove that they belong there, or there are none; what
may not leave this machine stays; and a machine must have the same rmdocs and a copy of the
store as it stands here. Dask is imported by who asks for a cluster, and by nobody else.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import cache, lru_cache, partial
from importlib import metadata
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Self

import rmdocs
from rmdocs.classes import dataclass
from rmdocs.errors import MissingProgramError, RmdocsError, StoreError, UsageError
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.store.git import GitStore, StoreInGit
from rmdocs.store.refs import is_ledger_ref
from rmdocs.workspace import machine
from rmdocs.workspace.processes import processes

if TYPE_CHECKING:
    from distributed import Client, Scheduler, Worker

    from rmdocs.pdf.fonts import FontSet
    from rmdocs.workspace.opening import Workspace

_SCHEME = "tls://"
_ADDRESS = re.compile(r"tls://[^/\s:]+:\d{1,5}|tls://\[[0-9a-fA-F:]+\]:\d{1,5}")
_PATIENCE = 10
"""Seconds in which a scheduler answers."""
_BEAT = 1.0
"""Seconds after which it is looked again whether there is a worker left."""
_SETTINGS = {
    "tls_ca_file": "distributed.comm.tls.ca-file",
    "tls_client_cert": "distributed.comm.tls.client.cert",
    "tls_client_key": "distributed.comm.tls.client.key",
}
"""By what Dask calls them, the settings that name this person's certificate and its authority."""
_STORE_SETTING = "rmdocs.store"
"""In a worker's settings of Dask: where its copy of the store lies, if not as here."""
_GUIDE = message("see Many machines in docs/benchmarks.md")
_SAME_INSTALLATION = message("install the same version of everything on all machines")


# What a worker must have in common with whoever seals.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What the same comes of a piece by, on whatever machine.

    :param program: SHA-256 over the files of rmdocs.
    :param libraries: Python, zlib and all that rmdocs needs, with their versions.
    :param ledgers: SHA-256 over the ledgers' names and the commits at which they stand.
    :param path: of the store.
    """

    program: str
    libraries: tuple[str, ...]
    ledgers: str
    path: Path

    @classmethod
    def of(cls, store: GitStore) -> Self:
        """Return what there is here."""
        return cls(
            program=_program(),
            libraries=_libraries(),
            ledgers=_digest(f"{ref} {commit}" for ref, commit in _standing(store).items()),
            path=store.path.resolve(),
        )


def _standing(store: GitStore) -> Mapping[str, str]:
    found = {ref: GitStore.commit(store, ref) for ref in GitStore.refs(store)}
    return {ref: commit for ref, commit in found.items() if commit and is_ledger_ref(ref)}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def _program() -> str:
    """Return the digest of the files of rmdocs; the forms that come with it may lie elsewhere."""
    package = Path(rmdocs.__file__).parent
    left_out = {"__pycache__", "_builtin"}
    files = sorted(
        path
        for path in package.rglob("*")
        if path.is_file() and left_out.isdisjoint(path.relative_to(package).parts)
    )
    return _digest(
        f"{path.relative_to(package).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    )


@cache
def _libraries() -> tuple[str, ...]:
    needed = [one for one in metadata.requires("rmdocs") or () if "extra ==" not in one]
    names = sorted(re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in needed)
    python = ".".join(platform.python_version_tuple()[:2])
    return (
        f"Python {python}",
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        *(f"{name} {metadata.version(name)}" for name in names),
    )


# On a worker.


class _Copy(GitStore):
    """A worker's copy of the store, read as it stood when it was opened; no keys lie there."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, None)
        self._standing = _standing(self)

    def refs(self) -> list[str]:
        """Return the refs that hold ledgers."""
        return [*self._standing]

    def commit(self, ref: str) -> str | None:
        """Return the commit that a ref named when the copy was opened."""
        return self._standing.get(ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CopyOf:
    """How a worker opens its copy of the store, as it stands where it is sealed."""

    common: _Common

    def __call__(self) -> GitStore:
        return _copy(self.common)


@lru_cache(maxsize=1)
def _copy(common: _Common) -> GitStore:
    from dask import config

    found = _Copy(GitStore.open(Path(config.get(_STORE_SETTING, common.path))).path)
    if _Common.of(found).ledgers != common.ledgers:
        found.close()
        raise StoreError(
            message("its copy of the store stands elsewhere"),
            message("bring the copies of the store up to date"),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _NotDone:
    """Why a worker did not do a piece."""

    why: Text


def _done_there(given: bytes) -> bytes:
    """Do a piece of work on a worker, if it is fit to; return what comes of it, or why nothing.

    Nothing is raised: Dask would write that down there, with what was given.
    """
    from distributed import get_worker

    answer: object
    try:
        common, work = pickle.loads(given)  # noqa: S301 - by who has a certificate of the cluster
        reasons = _unfit(common, get_worker())
        answer = _NotDone(why=reasons[0]) if reasons else pickle.loads(work)()  # noqa: S301 - as above
    except RmdocsError as problem:
        answer = _NotDone(why=problem.reason)
    except Exception:  # noqa: BLE001 - whatever is wrong here, it is done where it was asked for
        answer = _NotDone(why=message("it could not be done there"))
    return pickle.dumps(answer)


def _unfit_worker(common: _Common, dask_worker: Worker) -> tuple[Text, ...]:
    """Return why a worker cannot help, as it is now."""
    _reasons.cache_clear()
    return _unfit(common, dask_worker)


def _unfit(common: _Common, worker: Worker) -> tuple[Text, ...]:
    """Return why a worker cannot help; what lies on its machine is looked at once."""
    several = worker.state.nthreads != 1  # a store is read by one thread at a time
    threads = message("it does several things at a time: begin it with --nthreads 1")
    return (*([threads] if several else ()), *_exposed(worker), *_reasons(common))


def _unfit_scheduler(dask_scheduler: Scheduler) -> tuple[Text, ...]:
    """Return why what goes through a scheduler would not be safe."""
    return _exposed(dask_scheduler)


@lru_cache(maxsize=1)
def _reasons(common: _Common) -> tuple[Text, ...]:
    """Return in what this machine differs from the one that seals."""
    found: list[Text] = []
    if common.program != _program():
        found.append(message("its rmdocs is another one"))
    others = sorted({*_libraries()} - {*common.libraries})
    if others:
        found.append(message("it has other versions: {what}", what=listed(others)))
    try:
        _copy(common)
    except StoreError as problem:
        found.append(problem.reason)
    return tuple(found)


def _exposed(server: Scheduler | Worker) -> tuple[Text, ...]:
    """Return where a part of a cluster takes connections that are not encrypted."""
    from distributed.comm.utils import get_tcp_server_addresses

    open_at = [
        address
        for listener in server.listeners
        if not (address := str(listener.listen_address)).startswith(_SCHEME)
    ]
    open_at += [
        f"http://{host}:{port}"
        for host, port, *_ in get_tcp_server_addresses(server.http_server)
        if not ip_address(host).is_loopback
    ]
    return tuple(
        message("anybody may connect to it at {address}", address=address) for address in open_at
    )


# Where it is sealed.


class _Packer(pickle.Pickler):
    """Packs work for other machines: a worker takes its own copy of the store, its own fonts."""

    def __init__(self, file: BytesIO, common: _Common) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._common = common

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401 - as the library has it
        """Return how another machine comes to a value."""
        if isinstance(value, StoreInGit):
            return partial(_CopyOf, common=self._common), ()
        # Who gives away what makes PDF has loaded it; nobody else needs to.
        fonts = sys.modules.get("rmdocs.pdf.fonts")
        if fonts is not None and isinstance(value, fonts.FontSet):
            return _fonts_there, (value.fingerprint,)
        engines = sys.modules.get("rmdocs.pdf.libreoffice")
        if engines is not None and isinstance(value, engines.LibreOffice):
            return _engine_there, (value.version,)
        return NotImplemented


@lru_cache(maxsize=1)
def _engine_there(version: str) -> object:
    engine = machine.formal_engine()
    if engine.version != version:
        raise _other_engine()
    return engine


@lru_cache(maxsize=1)
def _fonts_there(fingerprint: str) -> FontSet:
    fonts = machine.fonts()
    if fonts.fingerprint != fingerprint:
        raise _other_engine()
    return fonts


def _other_engine() -> StoreError:
    return StoreError(message("its LibreOffice or its fonts are others"), _SAME_INSTALLATION)


class Cluster(Executor):
    """The workers of a cluster, as an executor; whatever becomes of them, nobody waits for ever.

    :param client: connected. :param workers: how many there are.
    """

    def __init__(self, client: Client, common: _Common, workers: int) -> None:
        self._client, self._common = client, common
        self._executor = client.get_executor(pure=False)
        self._max_workers = workers
        self._waiting: set[Future[Any]] = set()
        self._lock, self._ending = Lock(), Event()
        self._lost = False
        self._home = ExitStack()
        self._at_home: Executor | None = None
        self._worth = (0, 1)
        self._stayed = False
        self._done, self._failed = 0, 0
        self._why: Text = NOTHING
        self._watch = Thread(target=self._watched, daemon=True)
        self._watch.start()

    def lent(self, count: int, worth: int = 1) -> AbstractContextManager[Executor]:
        """Return the cluster for a piece of bulk work.

        :param count: how many things there are to be done, if they stayed here.
        :param worth: how many of them are worth another process here.
        """
        self._worth = (count, worth)
        return nullcontext(self)

    def at_home(self) -> Executor | None:
        """Return processes of this machine, begun when they are first asked for."""
        if not self._stayed:
            self._stayed = True
            self._at_home = self._home.enter_context(processes(*self._worth))
        return self._at_home

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:  # noqa: ANN401 - as the library has it
        """Give work away.

        :raises RuntimeError: if there is nobody to do it.
        """
        packed = BytesIO()
        _Packer(packed, self._common).dump(partial(work, *given, **named))
        future: Future[Any] = Future()
        with self._lock:
            if self._lost:
                raise RuntimeError
            self._waiting.add(future)
        try:
            away = self._executor.submit(
                _done_there, pickle.dumps((self._common, packed.getvalue()))
            )
        except Exception as problem:  # the client is closed, or being so
            self._lose()
            raise RuntimeError from problem
        away.add_done_callback(partial(self._take, future))
        return future

    def _take(self, future: Future[Any], away: Future[bytes]) -> None:
        answer: object
        try:
            answer = pickle.loads(away.result())  # noqa: S301 - see ADR 0044: who may say it may do more
        except Exception:  # noqa: BLE001 - the worker was killed too often, or the scheduler was
            answer = _NotDone(why=message("it could not be done there"))
        with self._lock:
            if future not in self._waiting:
                return
            self._waiting.discard(future)
            if isinstance(answer, _NotDone):
                self._why = self._why if self._failed else answer.why
                self._failed += 1
            else:
                self._done += 1
        if isinstance(answer, _NotDone):
            future.set_exception(RuntimeError(answer.why))
        else:
            future.set_result(answer)

    def _watched(self) -> None:
        """Lose the cluster once it has no worker: what waits for one would wait for ever."""
        without = 0
        while without < 2 and not self._ending.wait(_BEAT):  # noqa: PLR2004 - one may begin anew
            without = 0 if self._has_workers() else without + 1
        if not self._ending.is_set():
            self._lose()

    def _has_workers(self) -> bool:
        # One that is gone would be asked for half a minute.
        client, scheduler = self._client, self._client.scheduler
        if client.status != "running" or scheduler is None:
            return False
        try:
            return bool(client.sync(scheduler.ncores, callback_timeout=_PATIENCE / 2))
        except Exception:  # noqa: BLE001 - it is gone by now
            return False

    def _lose(self) -> None:
        with self._lock:
            self._lost = True
            waiting = [*self._waiting]
            self._waiting.clear()
        for future in waiting:
            future.set_exception(RuntimeError())

    def close(self) -> None:
        """Leave the cluster; what was given away and not taken is forgotten."""
        self._ending.set()
        self._watch.join()
        self._lose()
        with suppress(Exception):  # it is gone by now
            if self._client.status == "running":
                self._executor.shutdown(wait=False)
        self._client.close(timeout=_PATIENCE)
        self._home.close()

    def told(self) -> Iterator[Text]:
        """Yield what is to be told of the work, once it is done."""
        if self._done:
            yield message(
                "{count} piece(s) were done by the cluster, whose machines are believed",
                count=self._done,
            )
        if self._stayed:
            yield message(
                "records that must be destroyable were kept out of the cluster: this machine did"
                " them"
            )
        if self._failed:
            yield message(
                "{count} piece(s) that the cluster was given were done here, the first because:"
                " {reason}",
                count=self._failed,
                reason=self._why,
            )


@contextmanager
def joined(workspace: Workspace, address: str) -> Iterator[Cluster]:
    """Have bulk work in a workspace done with a cluster, in the block.

    :param address: of its scheduler, such as ``tls://scheduler.example:8786``.
    :raises UsageError: if it is none of an encrypted one, or no certificate is named.
    :raises MissingProgramError: if Dask is not installed.
    :raises StoreError: if the cluster cannot be reached, is open to anybody, or has no worker,
        or one with something else than there is here.
    """
    store = workspace.store
    if not isinstance(store, GitStore):
        raise TypeError(store)
    common = _Common.of(store)
    client = _connected(address)
    try:
        workers = _require_fit(client, common)
        cluster = Cluster(client, common, workers)
    except BaseException:
        client.close(timeout=_PATIENCE)
        raise
    workspace.others = cluster.lent
    try:
        yield cluster
    finally:
        workspace.others = processes
        cluster.close()


def _connected(address: str) -> Client:
    scheme, colon, rest = address.partition(":")
    address = scheme.lower() + colon + rest  # a scheme has no case (RFC 3986 §3.1)
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            message("{address} is no address of an encrypted scheduler", address=address),
            by_command(
                message("give that of one that takes no other connections"),
                "--cluster tls://HOST:PORT",
            ),
        )
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as problem:
        raise MissingProgramError(
            message("Dask, which clusters are made of, is not installed"),
            by_command(message("have it installed"), "pip install 'rmdocs[cluster]'"),
        ) from problem
    _silence()
    security = Security(require_encryption=True)
    for name, setting in _SETTINGS.items():
        path = getattr(security, name)
        if not path or not Path(path).is_file():
            raise UsageError(
                message("the setting {setting} of Dask names no file", setting=setting),
                message(
                    "name the cluster's authority, your certificate and its key; {see}", see=_GUIDE
                ),
            )
    try:
        return Client(address, security=security, timeout=_PATIENCE, set_as_default=False)
    except (OSError, RuntimeError, ValueError) as problem:
        raise StoreError(
            message("there is no connection with the cluster at {address}", address=address),
            message(
                "see whether its scheduler runs, and whether your certificate is of its authority"
            ),
        ) from problem


def _silence() -> None:
    """Have nothing said by Dask: what matters of it is told in words of ours."""
    import logging

    for name in [*logging.root.manager.loggerDict]:
        if name.split(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _require_fit(client: Client, common: _Common) -> int:
    """Return how many workers there are; refuse a cluster that is not safe, or not as this is."""
    found: dict[str, Sequence[Text]] = {}
    identity = client.scheduler_info()
    workers = {name: str(one.get("nanny") or name) for name, one in identity["workers"].items()}
    for address in (identity["address"], *workers, *workers.values()):
        if not address.startswith(_SCHEME):
            found[address] = [message("anybody may connect to it at {address}", address=address)]
    other = (message("it has no rmdocs, or another one"),)
    try:
        found[identity["address"]] = client.run_on_scheduler(_unfit_scheduler)
    except Exception:  # noqa: BLE001 - what cannot be asked there is no scheduler of ours
        found[identity["address"]] = other
    answers = client.run(_unfit_worker, common, on_error="return")
    found |= {
        name: answer if isinstance(answer, tuple) else other for name, answer in answers.items()
    }
    wrong = [
        message("{machine}: {reasons}", machine=name, reasons=listed(reasons))
        for name, reasons in found.items()
        if reasons
    ]
    if wrong:
        raise StoreError(
            message("the cluster cannot be used: {reasons}", reasons=listed(wrong)),
            message("have it put right by who keeps it; {see}", see=_GUIDE),
        )
    if not answers:
        raise StoreError(
            message("the cluster has no worker"),
            message("have its workers begun; {see}", see=_GUIDE),
        )
    return len(answers)

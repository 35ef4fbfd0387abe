"""Serving the pages on this machine until somebody ends it."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from rmdocs.classes import dataclass
from rmdocs.control.founding import is_sample
from rmdocs.errors import StoreError, UsageError, system_problem
from rmdocs.messages import Verbatim, message
from rmdocs.web.accesslog import Journal
from rmdocs.web.app import Address, create_app
from rmdocs.web.pages import Site
from rmdocs.web.pool import Pool
from rmdocs.web.readers import Readers
from rmdocs.web.safety import USER, user_of
from rmdocs.web.sessions import Sessions
from rmdocs.web.signers import LocalKeys, Nobody
from rmdocs.web.signin import OPEN
from rmdocs.workspace.keyring import Passphrase, no_passphrase
from rmdocs.workspace.opening import open_workspace, present
from rmdocs.workspace.places import web_folder

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber
    from rmdocs.messages import Language, Text

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
"""Both: where localhost means either, nobody else shall sit on the other."""
_TRIED = 20
"""How many ports are tried before it is given up."""
_ABSENT = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_CONNECTIONS = 200
_PATIENCE = 20.0
"""Seconds in which a request must have said what it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How the pages are served to other machines, for reading.

    :param host: the address to listen on.
    :param certificate: PEM file of the server's certificate and those that vouch for it.
    :param key: PEM file of its private key, without a passphrase.
    """

    host: str
    certificate: Path
    key: Path


def serve(  # noqa: PLR0913 - each is an option of the command, or answers it
    root: Path,
    actor: StaffNumber | None,
    port: int,
    tell: Callable[[Text], None],
    show: Callable[[str], None],
    *,
    read_only: bool = False,
    outside: Outside | None = None,
    passphrase: Passphrase = no_passphrase,
    language: Language | None = None,
) -> None:
    """Serve a workspace until it is interrupted; an act under way is finished first.

    :param actor: the one person who is to act; None to let whoever comes choose.
    :param port: the first to try.
    :param tell: told where the pages are, at once and whenever that is asked for again.
    :param show: opens an address in a browser.
    :param read_only: whether nobody acts; always so where other machines are served.
    :param passphrase: asked for that of a key before a person is.
    :param language: in which the pages begin on this machine; None for that of the browser.
    :raises StoreError: if there is no workspace, or its log cannot be kept.
    :raises UsageError: if no port is free, or the certificate cannot be used.
    """
    with open_workspace(root, actor) as workspace:
        sample = is_sample(workspace.registry.control)
    names = ("localhost", "127.0.0.1") if outside is None else _names(outside)
    sockets = listening(port, None if outside is None else outside.host)
    found = sockets[0].getsockname()[1]
    if found != port:
        tell(message("port {wanted} is taken: {port} is used", wanted=port, port=found))
    pool = Pool(lambda who: open_workspace(root, who, passphrase))
    site = _site(root, pool, actor, found, read_only=read_only, outside=outside, sample=sample)
    site.sessions.language = language
    scheme = "http" if outside is None else "https"
    hosts = tuple(f"[{name}]:{found}" if ":" in name else f"{name}:{found}" for name in names)
    config = uvicorn.Config(
        create_app(site, Address(scheme=scheme, hosts=frozenset(hosts))),
        http=Impatient,
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        ssl_certfile=None if outside is None else outside.certificate,
        ssl_keyfile=None if outside is None else outside.key,
    )

    def invite() -> str:
        address = f"{scheme}://{hosts[0]}/"
        if outside is not None:
            tell(message("readers open in their browser:"))
        else:
            address += f"{OPEN[1:]}?token={site.sessions.new_token()}"
            tell(message("open in a browser, once, within ten minutes:"))
        tell(Verbatim(f"  {address}"))
        return address

    server = Announced(config, lambda: show(invite()))
    # From here on Ctrl-C is never an exception, which might be raised where nothing can end.
    with suppress(KeyboardInterrupt), server.capture_signals():
        asyncio.run(_run(server, sockets, invite))


def _site(  # noqa: PLR0913 - as serve
    root: Path,
    pool: Pool,
    actor: StaffNumber | None,
    port: int,
    *,
    read_only: bool,
    outside: Outside | None,
    sample: bool,
) -> Site:
    """Return what the pages share; without a log only where reading is all and none can be kept."""
    folder: Path | None
    try:
        folder = web_folder(root)
    except StoreError:
        if outside is not None or not read_only:
            raise
        folder = None
    reading = read_only or outside is not None
    # Browsers give a cookie to every port of a machine: each server has its own.
    cookie = f"rmdocs-{port}"
    return Site(
        sessions=Sessions(),
        pool=pool,
        signing=Nobody() if reading else LocalKeys(actor),
        journal=Journal(folder, present),
        cookie=cookie if outside is None else f"__Host-{cookie}",
        secure=outside is not None,
        read_only=reading,
        sample=sample,
        readers=Readers(folder) if outside is not None and folder is not None else None,
    )


def _names(outside: Outside) -> tuple[str, ...]:
    """Return the names under which browsers may ask for the server: those of its certificate.

    :raises UsageError: if certificate or key cannot be used.
    """
    from rmdocs.signing.certificates import host_names  # noqa: PLC0415 - heavy, only for others

    try:
        names = host_names(outside.certificate.read_bytes())
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            outside.certificate, outside.key, password=lambda: ""
        )
    except (OSError, ValueError) as problem:
        said: Text = message("damaged, locked by a passphrase, or not of one another")
        if isinstance(problem, OSError) and not isinstance(problem, ssl.SSLError):
            said = system_problem(problem)
        raise UsageError(
            message("certificate or key cannot be used for TLS: {problem}", problem=said),
            message("give a certificate and its private key, both PEM, the key without passphrase"),
        ) from problem
    if not names:
        raise UsageError(
            message("the certificate names no machine (subjectAltName)"),
            message("have one issued with the name under which this machine is reached"),
        )
    return names


class Announced(uvicorn.Server):
    """A server that says where it is once it answers, and can be ended.

    :param announce: says it.
    """

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def main_loop(self) -> None:
        """Say where it is, and serve until it is interrupted."""
        self._announce()
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is under way, though who interrupts twice waits for no connection any more.

        Otherwise work in the background would go on to its end, behind what says that it ended.
        """
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()


class Impatient(H11Protocol):
    """HTTP/1.1, without waiting for ever for a request that never ends its first lines.

    Each request's state says whose program connected, if it is one of this machine.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        if self.client is not None and self.server is not None:
            user = user_of(self.client[1], self.server[1] or 0)
            self.app_state = {**self.app_state, USER: user}
        self.loop.call_later(_PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        first: object = self.cycle
        if first is None and not self.transport.is_closing():
            self.transport.close()


async def _run(
    server: uvicorn.Server, sockets: list[socket.socket], invite: Callable[[], object]
) -> None:
    if sys.stdin.isatty():
        loop = asyncio.get_running_loop()

        def asked() -> None:
            if sys.stdin.readline():
                invite()
            else:
                loop.remove_reader(sys.stdin)

        loop.add_reader(sys.stdin, asked)
    await server.serve(sockets)


def listening(port: int, host: str | None = None) -> list[socket.socket]:
    """Return sockets that listen on one port, the first free one.

    :param host: an address of this machine; None for this machine alone.
    :raises UsageError: if none of those that are tried is free.
    """
    try:
        places = _LOOPBACK if host is None else _places(host)
    except OSError as problem:
        raise UsageError(
            message("{host} is no address of this machine", host=host),
            message("give one with --host, such as 0.0.0.0 for all"),
        ) from problem
    for one in range(port, port + _TRIED):
        try:
            return _bound(one, places)
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


def _places(host: str) -> tuple[tuple[socket.AddressFamily, str], ...]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return tuple({(family, str(place[0])): None for family, _, _, _, place in found})


def _bound(port: int, places: Sequence[tuple[socket.AddressFamily, str]]) -> list[socket.socket]:
    """Return a listening socket for each place that this machine has."""
    made: list[socket.socket] = []
    with ExitStack() as failing:
        for family, address in places:
            one = failing.enter_context(socket.socket(family, socket.SOCK_STREAM))
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                one.bind((address, port))
                one.listen()
            except OSError as problem:
                if not made or problem.errno not in _ABSENT:
                    raise
                one.close()
                continue
            made.append(one)
        failing.pop_all()
    return made

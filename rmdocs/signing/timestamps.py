"""Time stamps (RFC 3161): asking an authority when something was signed.

The only thing that signing asks of a network, and all of it is bounded: how long the
whole answer takes, whatever it drips in, and how long it is.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Lock, Thread
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, system_problem
from rmdocs.findings import error
from rmdocs.messages import Text, message

_MOST = 1_000_000
"""The longest answer that is taken, in bytes; a time stamp has a few thousand."""

_LONGEST_TOLD = 200
_OK, _ELSEWHERE, _ERRORS = 200, 300, 400
_SAID = "application/timestamp-query"
_LATER = message("try again later, or name another authority; nothing was signed")
_OTHER = message("name another authority; nothing was signed")


class StampAuthority(Protocol):
    """A time-stamping authority (TSA)."""

    def stamp(self, query: bytes) -> bytes:
        """Return the authority's answer.

        :param query: a TimeStampReq, DER.
        :return: a TimeStampResp, DER.
        :raises FindingsError: if the authority does not answer.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAuthority:
    """An authority that answers over HTTP (RFC 3161 §3.4).

    The environment is not asked, no redirection followed, no compressed answer read.

    :param url: where it answers.
    :param timeout: how long the whole of an answer may take, from looking up the
        address to the last byte, in seconds.
    """

    url: str
    timeout: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what is no address, before anything is done with it.

        :raises FindingsError: with SIGN-STAMP; a password in it is not repeated.
        """
        self._address()

    def stamp(self, query: bytes) -> bytes:
        """Return the authority's answer; see :class:`StampAuthority`."""
        exchange = _Exchange(self._address(), query, self.timeout)
        # Looking up a name cannot be broken off, and reading goes on with every byte
        # that drips in: a thread does both, and is cut off when its time is over.
        worker = Thread(target=exchange.run, daemon=True)
        worker.start()
        worker.join(self.timeout)
        if exchange.cut():
            seconds = f"{self.timeout:g}"
            told = message("its answer was not there after {seconds} seconds", seconds=seconds)
            raise _refused(self.url, told, _LATER)
        if exchange.problem is not None:
            raise _refused(self.url, exchange.problem, exchange.remedy)
        return exchange.answer

    def _address(self) -> SplitResult:
        shown = without_secrets(self.url)
        if "@" in self.url:
            reason = message("the address {url} holds a name or a password", url=shown)
            remedy = message(
                "write it without what stands before the @; an authority that asks for a password"
                " cannot be asked from here"
            )
            raise FindingsError((error("SIGN-STAMP", shown, reason, remedy),))
        try:
            parts = urlsplit(self.url)
            known = parts.scheme in {"http", "https"} and parts.hostname
            _ = parts.port
        except ValueError:
            known = None
        if not known or not self.url.isascii() or not self.url.isprintable() or " " in self.url:
            reason = message("“{url}” is not the address of an authority", url=shown)
            remedy = message("write it with http:// or https://")
            raise FindingsError((error("SIGN-STAMP", shown, reason, remedy),))
        return parts


def without_secrets(url: str) -> str:
    """Return an address as it may be shown: without what stands before an @ or after a ?."""
    before, at, rest = url.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    shown = f"{scheme if slashes else ''}{slashes}…@{rest}" if at else url
    place, asked, _ = shown.partition("#")[0].partition("?")
    return f"{place}?…" if asked else place


class _Exchange:
    """One question and its answer, which another thread may cut off.

    :ivar problem: why there is no answer; None if there is one.
    """

    def __init__(self, address: SplitResult, query: bytes, timeout: float) -> None:
        self._address, self._query, self._timeout = address, query, timeout
        self._lock, self._over, self._done = Lock(), False, False
        self._socket: socket.socket | None = None
        self.answer = b""
        self.problem: Text | None = None
        self.remedy: Text = _LATER

    def run(self) -> None:
        """Ask, and keep the answer or why there is none."""
        try:
            self._ask()
        except (OSError, HTTPException, ValueError, AttributeError) as problem:
            # AttributeError: what the library does with a connection that was cut off.
            self.problem = _told(problem)
        finally:
            with self._lock:
                self._done = True
                if self._socket is not None:
                    self._socket.close()

    def cut(self) -> bool:
        """Return whether it was not done, and end it."""
        with self._lock:
            self._over = not self._done
            if self._over and self._socket is not None:
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            return self._over

    def _ask(self) -> None:
        host, port = str(self._address.hostname), self._address.port
        secure = self._address.scheme == "https"
        context = ssl.create_default_context()
        link = (
            HTTPSConnection(host, port, context=context) if secure else HTTPConnection(host, port)
        )
        plain = socket.create_connection((host, link.port), self._timeout)
        if secure:
            self._keep(wrapped := _wrapped(plain, context, host))
            wrapped.do_handshake()
        else:
            self._keep(plain)
        link.sock = self._socket
        path = self._address._replace(scheme="", netloc="", fragment="").geturl() or "/"
        link.request("POST", path, self._query, {"Content-Type": _SAID})
        with link.getresponse() as answer:
            self._read(answer)

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            self._socket = connection
            if self._over:
                over = "cut off"
                raise TimeoutError(over)

    def _read(self, answer: HTTPResponse) -> None:
        if _ELSEWHERE <= answer.status < _ERRORS:
            where = without_secrets(str(answer.headers.get("Location", "")))[:_LONGEST_TOLD]
            self.problem = message("it sends on to another address, {url}", url=where or "-")
            self.remedy = message("name that address itself, if you trust it; nothing was signed")
        elif answer.status != _OK:
            self.problem = message("it refuses to answer (HTTP {status})", status=answer.status)
        elif answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            self.problem = message("its answer is compressed, which nobody asked for")
            self.remedy = _OTHER
        else:
            self.answer = answer.read(_MOST + 1)
            if len(self.answer) > _MOST:
                self.problem = message("its answer is longer than any time stamp is")
                self.remedy = _OTHER


def _wrapped(plain: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """Return the connection to be secured; shaking hands is left to do."""
    try:
        return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except (OSError, ValueError):
        plain.close()
        raise


def _told(problem: Exception) -> Text:
    known = (said for kind, said in _TROUBLES if isinstance(problem, kind))
    if isinstance(problem, OSError):
        return next(known, system_problem(problem))
    return message("its answer cannot be read")


_TROUBLES: tuple[tuple[type[OSError], Text], ...] = (
    (ssl.SSLCertVerificationError, message("its certificate is not trusted here")),
    (ssl.SSLError, message("no secure connection to it comes about")),
    (socket.gaierror, message("there is no such address")),
    (TimeoutError, message("it does not answer in time")),
)


def _refused(url: str, problem: Text, remedy: Text) -> FindingsError:
    url = without_secrets(url)
    reason = message(
        "the time-stamping authority {url} gives no time stamp: {problem}",
        url=url,
        problem=problem,
    )
    return FindingsError((error("SIGN-STAMP", url, reason, remedy),))

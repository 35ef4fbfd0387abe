"""Time stamps (RFC 3161): asking an authority when something was signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.error import URLError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message

_MOST = 1_000_000
"""The longest answer that is read; a time stamp has a few kilobytes."""


class StampAuthority(Protocol):
    """A time-stamping authority (TSA)."""

    def stamp(self, query: bytes) -> bytes:
        """Return the authority's answer.

        :param query: a TimeStampReq, DER.
        :return: a TimeStampResp, DER.
        :raises FindingsError: if the authority does not answer.
        """


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """An authority that answers over HTTP (RFC 3161 §3.4).

    :param url: where it answers.
    :param timeout: how long to wait for it, in seconds.
    :param proxy: URL of the proxy to go through; empty if none. The environment
        is not asked.
    """

    url: str
    timeout: float = 20.0
    proxy: str = ""

    def stamp(self, query: bytes) -> bytes:
        """Return the authority's answer; see :class:`StampAuthority`."""
        if not self.url.startswith(("http://", "https://")):
            reason = message("“{url}” is not the address of an authority", url=self.url)
            remedy = message("write it with http:// or https://")
            raise FindingsError((error("SIGN-STAMP", self.url, reason, remedy),))
        headers = {"Content-Type": "application/timestamp-query"}
        request = Request(self.url, query, headers)  # noqa: S310 - http and https only, see above
        try:
            with self._opener().open(request, timeout=self.timeout) as answer:
                return bytes(answer.read(_MOST))
        except URLError as problem:
            told = getattr(problem.reason, "strerror", None) or str(problem.reason)
            raise _silent(self.url, told) from problem
        except (OSError, ValueError) as problem:
            raise _silent(self.url, str(problem)) from problem

    def _opener(self) -> OpenerDirector:
        proxies = {"http": self.proxy, "https": self.proxy} if self.proxy else {}
        return build_opener(ProxyHandler(proxies))


def _silent(url: str, problem: str) -> FindingsError:
    reason = message(
        "the time-stamping authority {url} gives no time stamp: {problem}",
        url=url,
        problem=problem,
    )
    remedy = message("try again later, or name another authority; nothing was signed")
    return FindingsError((error("SIGN-STAMP", url, reason, remedy),))

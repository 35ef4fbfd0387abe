"""A time-stamping authority that answers over HTTP, on this machine."""

import gzip
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from threading import Event, Thread

import pytest
from asn1crypto import core, tsp
from hypothesis import given
from hypothesis import strategies as st
from signed import DAY, LATER, PARTIES, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing import timestamps as module
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.timestamps import HttpAuthority, without_secrets
from rmdocs.signing.validation import validate


@pytest.fixture
def served(bureau):
    """Serve an authority, or whatever else answers a query, and return its URL."""
    servers = []

    def serve(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer(query))

            def log_message(self, *words):
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.long
def test_a_stamp_over_http(bureau, served):
    url = served(bureau.authority(LATER).stamp)
    request = bureau.request("a", Level.B_T, authority=HttpAuthority(url=url))
    pdf = sign(paper(), request, bureau.a.credential)
    found = validate(pdf, bureau.trust(), LATER)
    (signature,) = found.signatures
    assert (signature.claimed, signature.stamped) == (DAY, LATER)
    assert signature.stamped_by == "示例时间戳机构"
    assert signature.level is Level.B_T


def test_a_refusal_over_http(bureau, served):
    status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["come back tomorrow"]})
    refusal = core.Sequence.load(b"\x30" + bytes([len(status.dump())]) + status.dump()).dump()
    url = served(lambda _: refusal)
    request = bureau.request("a", Level.B_T, authority=HttpAuthority(url=url))
    with pytest.raises(FindingsError) as raised:
        sign(paper(), request, bureau.a.credential)
    (finding,) = raised.value.findings
    assert finding.code == "SIGN-STAMP"
    assert "come back tomorrow" in finding.message.text(Language.EN)


@pytest.mark.long
def test_a_stamp_for_another_signature(bureau, served):
    kept = []

    def always_the_first(query):
        kept.append(bureau.authority(LATER).stamp(query))
        return kept[0]

    request = bureau.request("a", Level.B_T, authority=HttpAuthority(url=served(always_the_first)))
    with pytest.raises(FindingsError) as refusal:
        sign(paper(), request, bureau.a.credential)
    assert [finding.code for finding in refusal.value.findings] == ["SIGN-STAMP"]
    assert len(PARTIES) == len(kept)


@pytest.fixture
def raw():
    """Listen, hand each connection to a function as it is, and return the port."""
    over, opened = Event(), []

    def listen(talk):
        server = socket.create_server(("127.0.0.1", 0))

        def accept():
            with suppress(OSError):
                while True:
                    link, _ = server.accept()
                    with link, suppress(OSError):
                        asked = link.recv(65536)
                        while asked and not asked.endswith(b"query") and asked[:1] != b"\x16":
                            asked = link.recv(65536)  # 16 begins the greeting of TLS
                        talk(link, over)

        worker = Thread(target=accept, daemon=True)
        worker.start()
        opened.append((server, worker))
        return server.getsockname()[1]

    yield listen
    over.set()
    for server, worker in opened:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        worker.join(5)


HEAD = b"HTTP/1.1 200 OK\r\n"
BOUND = 0.6


def dripping(before, drop=b"x"):
    """Return a server that sends the beginning, then a little for as long as it may."""

    def talk(link, over):
        link.sendall(before)
        while not over.wait(0.05):
            link.sendall(drop)

    return talk


@pytest.mark.long
@pytest.mark.parametrize(
    "talk",
    [
        dripping(HEAD + b"Content-Length: 100000\r\n\r\n"),
        dripping(HEAD + b"\r\n"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
        dripping(b"", b"H"),
        dripping(HEAD + b"x: "),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda _, over: over.wait(30),
    ],
    ids=["length", "open", "chunks", "trailers", "status", "header", "continue", "silence"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_that_drips_in_is_over_in_time(raw, talk, scheme):
    url = f"{scheme}://127.0.0.1:{raw(talk)}/"
    begun = time.monotonic()
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=url, timeout=BOUND).stamp(b"query")
    assert time.monotonic() - begun < BOUND * 3
    (finding,) = refusal.value.findings
    assert (finding.code, finding.path) == ("SIGN-STAMP", url)


@pytest.mark.long
def test_nobody_goes_on_listening(raw):
    """What was cut off lets go of its connection, however slowly it is fed."""
    gone = Event()

    def talk(link, over):
        link.sendall(HEAD + b"\r\n")
        with suppress(OSError):
            while not over.wait(0.02):
                link.sendall(b"x")
        if not over.is_set():
            gone.set()

    with pytest.raises(FindingsError):
        HttpAuthority(url=f"http://127.0.0.1:{raw(talk)}/", timeout=1).stamp(b"query")
    assert gone.wait(5)


def endless(before, piece):
    def talk(link, over):
        link.sendall(before)
        while not over.is_set():
            link.sendall(piece)

    return talk


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (endless(HEAD + b"\r\n", b"x" * 65536), "longer than any time stamp"),
        (
            endless(
                HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"
            ),
            "longer than any time stamp",
        ),
        (endless(HEAD, b"x: y\r\n"), "cannot be read"),
        (
            lambda link, _: link.sendall(
                HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 10**7)
            ),
            "compressed",
        ),
        (
            lambda link, _: link.sendall(
                b"HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
            ),
            "another address, http://127.0.0.1:1/",
        ),
        (lambda link, _: link.sendall(b"HTTP/1.1 503 Busy\r\n\r\n"), "(HTTP 503)"),
        (lambda link, _: link.sendall(b"no HTTP at all\r\n\r\n"), "cannot be read"),
    ],
    ids=["body", "chunks", "headers", "gzip", "redirect", "refusal", "nonsense"],
)
def test_what_is_no_answer_is_named(raw, talk, said):
    port = raw(talk)
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=f"http://127.0.0.1:{port}/", timeout=10).stamp(b"query")
    assert said in refusal.value.findings[0].message.text(Language.EN)


def test_no_more_is_taken_than_is_allowed(served, monkeypatch):
    monkeypatch.setattr(module, "_MOST", 100)
    url = served(lambda query: query)
    assert HttpAuthority(url=url).stamp(b"x" * 100) == b"x" * 100
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=url).stamp(b"x" * 101)
    assert "longer than" in refusal.value.findings[0].message.text(Language.EN)


def test_a_redirection_is_not_followed(bureau, served, raw):
    """Not even to an authority that would answer."""
    asked = count()

    def stamp(query):
        next(asked)
        return bureau.authority(DAY).stamp(query)

    there = served(stamp).encode()
    port = raw(lambda link, _: link.sendall(b"HTTP/1.1 302 No\r\nLocation: " + there + b"\r\n\r\n"))
    with pytest.raises(FindingsError):
        HttpAuthority(url=f"http://127.0.0.1:{port}/", timeout=5).stamp(b"query")
    assert next(asked) == 0


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "x", "http://", "http://x:99999/", "http://x/ y", "http://é/"],
)
def test_what_is_no_address(url):
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=url)
    assert "is not the address" in refusal.value.findings[0].message.text(Language.EN)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@example.com/tsa",
        "http://secret@example.com",
        "https://user:sec/secret@example.com/",
        "https://user:1?secret@example.com/",
        "https://user:1#secret@example.com/",
        "https://a@secret@example.com/",
        "user:secret@example.com",
        "https://user:secret%40@example.com:99999/",
        "https://user:secret@",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(url):
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=url)
    (found,) = refusal.value.findings
    said = f"{found.path} {found.label} {found.message.text(Language.EN)} {refusal.value}"
    assert "holds a name or a password" in said
    assert "secret" not in said
    assert "secret" not in found.remedy.text(Language.EN)


@pytest.mark.long
@given(st.text("abAB0:/@?#%.&=", max_size=20), st.text("ab:/?#", max_size=9))
def test_no_secret_is_ever_shown(before, after):
    """Whatever stands before an @ or after a ? was given to be kept."""
    shown = without_secrets(f"https://{before}SECRET@{after}")
    assert "SECRET" not in shown
    assert "SECRET" not in without_secrets(f"https://host/{after}?key=SECRET&{after}")
    assert without_secrets(f"https://{after}").startswith("https://")


def test_a_key_in_an_address_is_not_repeated(raw):
    port = raw(lambda link, _: link.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises(FindingsError) as refusal:
        HttpAuthority(url=f"http://127.0.0.1:{port}/t?key=SECRET", timeout=5).stamp(b"query")
    (found,) = refusal.value.findings
    said = f"{found.path} {found.message.text(Language.EN)}"
    assert f"http://127.0.0.1:{port}/t?…" in said
    assert "SECRET" not in said

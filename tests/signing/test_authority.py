"""A time-stamping authority that answers over HTTP, on this machine."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asn1crypto import core, tsp
from signed import DAY, LATER, PARTIES, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing.authority import HttpAuthority
from rmdocs.signing.request import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.validate import validate


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


def test_a_stamp_over_http(bureau, served):
    url = served(bureau.authority(LATER).stamp)
    request = bureau.request("a", Level.B_T, authority=HttpAuthority(url))
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
    request = bureau.request("a", Level.B_T, authority=HttpAuthority(url))
    with pytest.raises(FindingsError) as raised:
        sign(paper(), request, bureau.a.credential)
    (finding,) = raised.value.findings
    assert finding.code == "SIGN-STAMP"
    assert "come back tomorrow" in finding.message.text(Language.EN)


def test_a_stamp_for_another_signature(bureau, served):
    kept = []

    def always_the_first(query):
        kept.append(bureau.authority(LATER).stamp(query))
        return kept[0]

    request = bureau.request("a", Level.B_T, authority=HttpAuthority(served(always_the_first)))
    with pytest.raises(FindingsError) as refusal:
        sign(paper(), request, bureau.a.credential)
    assert [finding.code for finding in refusal.value.findings] == ["SIGN-STAMP"]
    assert len(PARTIES) == len(kept)

"""Checkpoints that an authority stamps, and that are held against the store later."""

import json
from contextlib import contextmanager
from datetime import UTC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from signed import LATER, Bureau


@pytest.fixture(scope="module")
def bureau():
    return Bureau(Path("no-font-is-needed"))


@contextmanager
def serving(answer):
    """Serve an authority on this machine; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer(query))

        def log_message(self, *words):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def run(visited_bank, command):
    return lambda *words: command("-w", visited_bank.root, *words)


def test_a_summary_is_stamped_and_says_when_it_was_there(run, visited_bank, bureau, tmp_path):
    with serving(bureau.authority(LATER).stamp) as url:
        code, _, err = run("checkpoint", "--summary", "--out", "s.txt", "--stamp", url)
    assert (code, err) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} >= {"s.txt", "s.txt.tst"}
    trust = visited_bank.root / "trust"
    trust.mkdir(exist_ok=True)
    code, out, _ = run("verify", "--against", "s.txt")
    assert (code, "STAMP-UNTRUSTED" in out, "was there on" in out) == (0, True, False)
    for number, one in enumerate((bureau.root, bureau.issuer)):
        (trust / f"{number}.cer").write_bytes(one.der)
    code, out, _ = run("verify", "--against", "s.txt")
    there = LATER.astimezone(visited_bank.at().registry.zone)
    told = f"was there on {LATER.astimezone(UTC):%Y-%m-%d %H:%M}Z (time stamp of 示例时间戳机构)"
    assert (code, told in out) == (0, True), out
    answer = json.loads(run("verify", "--against", "s.txt", "--json")[1])
    assert answer["stamped"] == there.isoformat()
    assert answer["stamped_by"] == "示例时间戳机构"
    Path("s.txt.tst").write_bytes(b"none")
    code, out, _ = run("verify", "--against", "s.txt")
    assert (code, "STAMP-BROKEN" in out) == (1, True)
    Path("s.txt.tst").unlink()
    Path("s.txt.tst").mkdir()
    code, _, err = run("verify", "--against", "s.txt")
    assert (code, "s.txt.tst" in err) == (2, True)


def test_what_is_not_stamped_is_not_written(run, tmp_path):
    with serving(lambda _query: b"no") as url:
        code, _, err = run("checkpoint", "--out", "s.txt", "--stamp", url)
    assert (code, "SIGN-STAMP" in err or "time stamp" in err) == (1, True)
    assert not (tmp_path / "s.txt").exists()
    assert run("checkpoint", "--stamp", "http://127.0.0.1:1/")[0] == 2
    assert run("checkpoint", "--out", "s.txt", "--stamp", "nowhere")[0] == 1

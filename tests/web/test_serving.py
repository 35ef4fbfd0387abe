"""The server as a person starts and ends it: its address, its port, Ctrl-C, other machines."""

import os
import shutil
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from bank import Bank
from browsing import Server, fetched
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rmdocs.web.accesslog import Journal
from rmdocs.web.readers import Readers
from rmdocs.workspace import records
from rmdocs.workspace.places import web_folder

VISIT = "RXD7200-02-JN01-2026-0001"
HASTY = """
from rmdocs.web import safety, serving
safety._SECONDS, safety._RATE = 1, 1 << 30
serving._PATIENCE = 1
"""
SLOW_ACT = """
from rmdocs.web import pages
from rmdocs.web import signin
import time
def slow(visit):
    time.sleep(2)
    (visit.workspace.root / "done").write_text("yes")
    return pages.see("/")
signin.ROUTES += (pages.act("/slow", slow, harmless=True),)
"""

SLOW_WORK = """
from rmdocs.web import pages
from rmdocs.web import signin
import time
def slow(visit):
    root, scans = visit.workspace.root, visit.site.scans
    def work():
        for step in range(40):
            scans.tell("slow", step, 40)
            (root / "begun").write_text("yes")
            time.sleep(0.1)
        (root / "done").write_text("yes")
    scans.begin("slow", work)
    return pages.see("/")
signin.ROUTES += (pages.act("/slow", slow, harmless=True),)
"""


KILLED = """
import os, signal
from rmdocs.store import refs
swap = refs.swap
def killed(repository, ref, old, new, staged):
    if {done}:
        swap(repository, ref, old, new, staged)
    os.kill(os.getpid(), signal.SIGKILL)
refs.swap = killed
"""


@pytest.fixture
def root(copied_in_git, visited):
    """Return a workspace of the test's own: a server writes its log into it."""
    return copied_in_git(visited).root


@pytest.fixture(scope="module")
def running(visited, tmp_path_factory):
    """A server that no test here changes or ends."""
    made = Server(shutil.copytree(visited, tmp_path_factory.mktemp("running") / "bank"))
    yield made
    made.end()


def entered(server):
    """Open a session; return its cookie."""
    status, headers, _ = fetched(server.url)
    assert (status, headers["location"]) == (303, "/")
    return headers["set-cookie"].split(";")[0]


def test_the_address_lets_in_once(serve, root, port):
    server = serve(root, "--port", port)
    cookie = entered(server)
    assert server.url.startswith(f"http://localhost:{port}/open?token=")
    status, headers, _ = fetched(f"http://localhost:{port}/", cookie)
    assert (status, headers["location"]) == (303, "/who")
    assert "Who are you?" in fetched(f"http://localhost:{port}/who", cookie)[2]
    assert fetched(server.url)[0] == 403
    assert server.end() == (0, "ended\n")


def test_who_was_named_acts(serve, root, port):
    server = serve(root, "--port", port, actor="JN01-0101")
    cookie = entered(server)
    _, headers, _ = fetched(f"http://localhost:{port}/who", cookie)
    cookie = headers["set-cookie"].split(";")[0]
    assert "王样例" in fetched(f"http://localhost:{port}/", cookie)[2]


def test_a_port_that_is_taken_on_either_kind_of_address_is_passed_over(serve, root, port):
    with socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", port))
        one.listen()
        server = serve(root, "--port", port)
    assert f"port {port} is taken" in server.said[0]
    assert fetched(server.url)[0] == 303


def test_an_act_under_way_is_finished_before_the_end(serve, root, port):
    server = serve(root, "--port", port, change=SLOW_ACT)
    cookie, base = entered(server), f"http://localhost:{port}"
    page = fetched(f"{base}/who", cookie)[2]
    token = page.split('name="csrf" value="')[1].split('"')[0]
    answers = []
    sent = Thread(target=lambda: answers.append(fetched(f"{base}/slow", cookie, {"csrf": token})))
    sent.start()
    time.sleep(0.7)
    assert server.end() == (0, "ended\n")
    sent.join()
    assert answers[0][0] == 303
    assert (root / "done").exists()


@pytest.mark.parametrize("presses", [1, 2])
def test_work_in_the_background_ends_with_its_step(serve, root, port, presses):
    server = serve(root, "--port", port, change=SLOW_WORK)
    cookie, base = entered(server), f"http://localhost:{port}"
    page = fetched(f"{base}/who", cookie)[2]
    token = page.split('name="csrf" value="')[1].split('"')[0]
    assert fetched(f"{base}/slow", cookie, {"csrf": token})[0] == 303
    while not (root / "begun").exists():
        time.sleep(0.01)
    for _ in range(presses - 1):
        server.interrupt()
        time.sleep(0.01)
    assert server.end() == (0, "ended\n")
    assert not (root / "done").exists()


@pytest.mark.parametrize("done", [False, True], ids=["before it counts", "after"])
def test_a_server_killed_in_the_middle_of_an_act_leaves_the_store_whole(serve, root, port, done):
    server = serve(root, "--port", port, actor="JN01-0101", change=KILLED.format(done=done))
    cookie, base = entered(server), f"http://localhost:{port}"
    _, headers, _ = fetched(f"{base}/who", cookie)
    cookie = headers["set-cookie"].split(";")[0]
    page = fetched(f"{base}/records/{VISIT}/void", cookie)[2]
    token = page.split('name="csrf" value="')[1].split('"')[0]
    with pytest.raises(ConnectionError):
        fetched(f"{base}/records/{VISIT}/void", cookie, {"csrf": token, "reason": "重复"})
    assert server.process.wait() == -signal.SIGKILL
    bank = Bank(root)
    assert bank.codes() == set()
    found = records.trace(bank.at(), VISIT)
    assert (found.asked is not None) is done
    if not done:
        bank.ask(found.number, "JN01-0101")
        assert bank.codes() == set()


def test_who_never_ends_and_who_never_begins_is_given_up(serve, root, port):
    server = serve(root, "--port", port, change=HASTY)
    cookie = entered(server)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
        one.sendall(
            f"POST /search HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}"
            f"\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded"
            "\r\nContent-Length: 3\r\n\r\nq".encode()
        )
        assert one.recv(100).startswith(b"HTTP/1.1 408 ")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert one.recv(100) == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_is_refused(running):
    url = running.another()
    port = urlsplit(url).port
    path = url.partition(str(port))[2]
    asked = (
        f"exec 3<>/dev/tcp/127.0.0.1/{port};"
        f"printf 'GET {path} HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n' >&3; head -n 1 <&3"
    )
    nobody = {"user": 65534, "cwd": "/", "capture_output": True, "text": True}
    answer = subprocess.run(["bash", "-c", asked], **nobody, check=True)
    assert answer.stdout.startswith("HTTP/1.1 403 ")
    assert fetched(url)[0] == 303


def test_enter_gives_another_address(running):
    another = running.another()
    assert another.split("token=")[0] == running.url.split("token=")[0]
    assert another != running.url
    assert fetched(another)[0] == 303


@pytest.fixture
def certificate(tmp_path):
    """Return the files of a certificate for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "server.pem", tmp_path / "server.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def test_other_machines_read_with_a_code_over_tls(serve, root, port, certificate):
    code = Readers(web_folder(root)).add("省行审计", "2026-12-31")
    cert, key = certificate
    outside = ("--read-only", "--host", "127.0.0.1", "--tls-cert", cert, "--tls-key", key)
    server = serve(root, "--port", port, *outside)
    base = f"https://localhost:{port}"
    assert server.url in {f"{base}/", f"https://127.0.0.1:{port}/"}
    assert fetched(f"{base}/")[0] == 401
    assert fetched(f"{base}/enter", data={"name": "省行审计", "code": "wrong"})[0] == 401
    status, headers, _ = fetched(f"{base}/enter", data={"name": "省行审计", "code": code.lower()})
    assert status == 303
    assert "Secure" in headers["set-cookie"]
    cookie = headers["set-cookie"].split(";")[0]
    assert cookie.startswith("__Host-")
    record = "/records/RXD7200-02-JN01-2026-0001"
    assert fetched(f"{base}{record}", cookie)[0] == 200
    Readers(web_folder(root)).remove("省行审计")
    assert fetched(f"{base}{record}", cookie)[0] == 401
    lines = Journal(web_folder(root), lambda: None).lines()
    assert [(one.what, one.who, one.page) for one in lines] == [
        ("refused", "", "/"),
        ("refused", "", "/enter"),
        ("came in", "省行审计", "/enter"),
        ("opened", "省行审计", record),
        ("refused", "", record),
    ]


@pytest.mark.store
def test_a_sample_is_made_where_there_is_none(serve, tmp_path, port):
    (tmp_path / "something").write_text("else")
    server = serve(tmp_path, "--port", port, "--sample")
    assert (tmp_path / "sample" / "records" / "store.git").is_dir()
    assert fetched(server.url)[0] == 303
    server.end()
    assert "made the workspace" not in serve(tmp_path, "--port", port, "--sample").said[0]


@pytest.mark.store
def test_a_sample_is_made_in_the_empty_folder_that_somebody_stands_in(
    serve, tmp_path, port, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    server = serve(Path(), "--port", port, "--sample")
    assert fetched(server.url)[0] == 303
    server.end()
    assert Path.cwd().samefile(tmp_path)
    assert Path("records", "store.git").is_dir()
    assert not list(tmp_path.glob(".*partial"))


def test_it_can_be_ended_as_soon_as_it_has_said_where_it_is(serve, root, port):
    for _ in range(2):
        assert serve(root, "--port", port).end() == (0, "ended\n")


def test_without_write_access_reading_needs_no_log(serve, root, port):
    (root / "web").write_text("no folder can be made here")
    assert fetched(serve(root, "--port", port, "--read-only").url)[0] == 303
    refused = serve(root, "--port", port)
    assert refused.end()[0] == 4
    assert "cannot be made" in " ".join(refused.said)

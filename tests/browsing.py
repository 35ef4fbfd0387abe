"""A browser that was let in: pages of a workspace, asked for as by its own server."""

from __future__ import annotations

import http.client
import os
import pty
import re
import shutil
import signal
import ssl
import subprocess
import sys
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from starlette.testclient import TestClient

from rmdocs.web.accesslog import Journal
from rmdocs.web.app import Address, create_app
from rmdocs.web.background import Background
from rmdocs.web.pages import Site
from rmdocs.web.pool import Pool
from rmdocs.web.readers import Readers
from rmdocs.web.sessions import Sessions
from rmdocs.web.signers import LocalKeys, Nobody
from rmdocs.workspace.places import web_folder

LATE = date(2026, 12, 31)
NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)
HOST = "localhost:8765"
ORIGIN = f"http://{HOST}"


class Unmade(Background):
    """Nothing is made: it takes seconds."""

    def begin(self, key, work, instead_of=None):
        pass


class Browser(TestClient):
    """A browser, and short ways to use it.

    :param bank: the workspace that the server serves.
    :param previews: what draws pages in the background; if not given, nothing does;
        ``comparisons`` those of two revisions likewise.
    :param patience: how many records a page lets its reader wait for without a word.
    """

    def __init__(
        self,
        bank,
        *,
        read_only=False,
        readers=False,
        day=LATE,
        previews=None,
        comparisons=None,
        patience=2_000,
    ):
        self.bank = bank
        self.sessions = Sessions()
        folder = web_folder(bank.root)
        self.site = Site(
            sessions=self.sessions,
            pool=Pool(lambda who: bank.at(str(who) if who else None, day)),
            signing=Nobody() if read_only or readers else LocalKeys(),
            journal=Journal(folder, lambda: NOON),
            cookie="rmdocs-8765",
            read_only=read_only or readers,
            readers=Readers(folder) if readers else None,
            previews=previews or Unmade(),
            comparisons=comparisons or Unmade(),
            patience=patience,
        )
        app = create_app(self.site, Address(scheme="http", hosts=frozenset({HOST})))
        super().__init__(app, ORIGIN, headers={"accept-language": "en"})

    def enter(self, actor=None):
        """Open a session, as somebody; return the first page."""
        found = self.get("/open", params={"token": self.sessions.new_token()})
        return self.submit("/who", {"staff_no": actor}) if actor else found

    def noted(self, what):
        """Return who did something on which page, by the log."""
        lines = self.site.journal.lines()
        return [(line.who, line.page) for line in lines if line.what == what]

    @property
    def csrf(self):
        found = self.sessions.find(self.cookies.get("rmdocs-8765", ""))
        return found.csrf if found else ""

    def submit(self, path, data, **settings):
        """Send a form as a page of the server does."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        return self.post(path, data={"csrf": self.csrf, **data}, headers=headers, **settings)


def started(playwright):
    """Start Chromium; the half that shows no windows, if it is there."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


def heading(answer):
    """Return the first heading of a page, without its tags."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found[1]).strip()


class Form(HTMLParser):
    """What a browser would send of the draft's form on a page, and what it shows."""

    def __init__(self, text):
        super().__init__()
        self.sent, self.buttons, self._inside, self._select, self._lines = [], [], False, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        one = dict(attrs)
        if tag == "form":
            self._inside = one.get("id") == "draft"
        if not self._inside:
            return
        if tag == "button":
            self.buttons.append(one.get("value"))
        elif tag == "input" and (one.get("type") not in {"radio", "checkbox"} or "checked" in one):
            self.sent.append((one["name"], one.get("value", "")))
        elif tag == "textarea":
            self._lines = (one["name"], [])
        elif tag == "select":
            self._select = one["name"]
        elif tag == "option" and self._select and "selected" in one:
            self._lines = (self._select, [])

    def handle_data(self, data):
        if self._lines:
            self._lines[1].append(data)

    def handle_endtag(self, tag):
        if self._lines and tag in {"textarea", "option"}:
            name, data = self._lines
            self.sent.append((name, "".join(data).removeprefix("\n").replace("\n", "\r\n")))
            self._lines = None
        if tag == "select":
            self._select = None
        if tag == "form":
            self._inside = False


class Draft:
    """A draft, as a person without scripts has it before them."""

    def __init__(self, browser, page):
        self.browser = browser
        self.page = page
        self.path = self.page.url.path
        self.name = self.path.rpartition("/")[2]

    def fields(self):
        return dict(Form(self.page.text).sent)

    def press(self, button, typed=None):
        """Type, and press a button."""
        assert button in Form(self.page.text).buttons
        pairs = [
            (name, text) for name, text in Form(self.page.text).sent if name not in (typed or {})
        ]
        pairs += [*(typed or {}).items(), ("do", button)]
        data = {}
        for name, text in pairs:
            data.setdefault(name, []).append(text)
        self.page = self.browser.submit(self.path, data)
        return self.page


_PROGRAM = """
import sys
{change}
from rmdocs.cli.main import main
sys.exit(main())
"""


class Server:
    """``rmdocs web`` in a process of its own.

    :param change: what is different in it: a line of Python.
    """

    def __init__(self, root, *options, change="", actor=""):
        acting = ("--as", actor) if actor else ()
        command = ("-w", root, *acting, "web", "--no-browser", *options)
        self._keyboard, screen = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM.format(change=change), *map(str, command)],
            stdin=screen,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # English here by the locale: by --lang the pages would begin in it too.
            env={**os.environ, "LANGUAGE": "en"},
        )
        os.close(screen)
        self.said = []
        self.url = self._address()

    def _address(self):
        """Return the next address that it prints; empty if it ends, having said why."""
        while line := self.process.stdout.readline().strip():
            self.said.append(line)
            if line.startswith("http"):
                return line
        return ""

    def another(self):
        """Press Enter, and return the address that it prints then."""
        os.write(self._keyboard, b"\n")
        return self._address()

    def interrupt(self):
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """End it, and return its exit code and the rest of what it said."""
        if self.process.poll() is None:
            self.interrupt()
        try:
            rest = self.process.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        if self._keyboard is not None:
            os.close(self._keyboard)
            self._keyboard = None
        return self.process.returncode, rest


_TRUSTING = ssl.create_default_context()
_TRUSTING.check_hostname, _TRUSTING.verify_mode = False, ssl.CERT_NONE


def fetched(url, cookie="", data=None, **headers):
    """Ask for a page without following where it leads; return status, headers and text."""
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    settings = {"context": _TRUSTING} if place.scheme == "https" else {}
    connection = kind(place.hostname, place.port, timeout=60, **settings)
    try:
        sent = {"Cookie": cookie, "Accept-Language": "en", **headers}
        if data is not None:
            sent |= {
                "Origin": f"{place.scheme}://{place.netloc}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        body = None if data is None else urlencode(data)
        connection.request(
            "GET" if data is None else "POST", f"{place.path}?{place.query}", body, sent
        )
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()

"""A browser that was let in: pages of a workspace, asked for as by its own server."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from rmdocs.web.acting import LocalKeys, Nobody
from rmdocs.web.app import Address, create_app
from rmdocs.web.pages import Site
from rmdocs.web.pool import Pool
from rmdocs.web.sessions import Sessions

HOST = "localhost:8765"
ORIGIN = f"http://{HOST}"


class Browser(TestClient):
    """A browser, and short ways to use it.

    :param bank: the workspace that the server serves.
    """

    def __init__(self, bank, *, read_only=False, **settings):
        self.sessions = Sessions()
        self.site = Site(
            sessions=self.sessions,
            pool=Pool(lambda who: bank.at(str(who) if who else None)),
            signing=Nobody() if read_only else LocalKeys(),
            cookie="rmdocs-8765",
            secure=False,
            read_only=read_only,
        )
        app = create_app(self.site, Address(scheme="http", hosts=frozenset({HOST})))
        super().__init__(app, ORIGIN, headers={"accept-language": "en"}, **settings)

    def enter(self, actor=None):
        """Open a session, as somebody; return the first page."""
        found = self.get("/open", params={"token": self.sessions.new_token()})
        return self.submit("/who", {"staff_no": actor}) if actor else found

    @property
    def csrf(self):
        return next(iter(self.sessions._open.values())).csrf

    def submit(self, path, data, **settings):
        """Send a form as a page of the server does."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        return self.post(path, data={"csrf": self.csrf, **data}, headers=headers, **settings)


def heading(answer):
    """Return the first heading of a page, without its tags."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found[1]).strip()

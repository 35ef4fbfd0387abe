"""Who is in: sessions of browsers and the one-time tokens that open them, in memory only."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import field
from threading import Lock
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.intake.candidates import ALL, Selection
from rmdocs.messages import Language, message
from rmdocs.web.refusals import WebError

if TYPE_CHECKING:
    from rmdocs.files import File
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber, StaffNumber
    from rmdocs.registers.staff import Person
    from rmdocs.store.keys import Signer
    from rmdocs.workspace.sheets import SheetRow

_IDLE = 8 * 3600
"""Seconds after which a session that nobody used is over: a working day."""
_TOKEN = 10 * 60
"""Seconds for which the address that opens a session is good."""
ASK_AGAIN = message(
    "go to the window in which rmdocs web runs: press Enter there, and open the new address"
    " that it prints"
)
"""How to come in where the address of the machine itself lets in."""
_KEPT = 20
"""How many searches a session remembers."""
_SHEETS = 3
"""How many handed-in sheets a session remembers: their bytes lie in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedKey:
    """A private key that was opened with its passphrase, for a while.

    :param until: when it is forgotten, by a clock that only grows.
    """

    key: Signer
    until: float


@dataclass(slots=True, kw_only=True)
class KeptSheet:
    """A sheet that somebody handed in, while they are at it.

    :param is_ledger: whether it is a loan ledger, and not a sheet of records.
    :param titles: what the columns of a ledger are called (``loans.toml``), if that was said.
    :param selection: which worksheet of it, and what of that, as they said so far.
    :param issued: the numbers that were given to rows of a ledger.
    :param mended: for each row that they went on with by hand the name of its draft.
    :param before: what these rows were told when they were taken out.
    :param told: what making the documents showed, by row, when it was tried last.
    :param mark: under which it is known what is made of it in the background.
    :param lock: held by whoever takes a row out, so that it is taken out once.
    """

    file: File
    is_ledger: bool = False
    titles: File | None = None
    selection: Selection = ALL
    issued: dict[RecordNumber, None] = field(default_factory=dict)
    mended: dict[int, str] = field(default_factory=dict)
    before: dict[int, SheetRow] = field(default_factory=dict)
    told: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    mark: object = field(default_factory=object)
    lock: Lock = field(default_factory=Lock)

    @property
    def home(self) -> str:
        """Return the beginning of the path of its page."""
        return "/ledgers" if self.is_ledger else "/sheets"


@dataclass(slots=True, kw_only=True)
class BrowserSession:
    """One browser that was let in.

    :param csrf: what every form of its pages carries, so that no other page can send one.
    :param language: in which it reads.
    :param actor: staff number of who acts in it; None while nobody was chosen.
    :param person: who that is, as last read of the register.
    :param reader: the name of a reader with a code of their own; empty for the person at
        the machine.
    :param opened: the private key of who acts, while it is remembered.
    :param unit: the name of the unit that they belong to.
    :param searches: what was looked for, so that no address says it.
    :param sheets: what was handed in, by the number that it is shown under.
    """

    language: Language
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    actor: StaffNumber | None = None
    person: Person | None = None
    unit: str = ""
    opened: OpenedKey | None = None
    reader: str = ""
    searches: dict[int, str] = field(default_factory=dict)
    sheets: dict[int, KeptSheet] = field(default_factory=dict)
    used: float = 0.0

    @property
    def who(self) -> str:
        """Return who that is in the log: a reader, or a staff number; empty for neither."""
        return self.reader or str(self.actor or "")

    def act_as(self, actor: StaffNumber) -> None:
        """Have somebody act from now on; nothing of anybody before stays open."""
        self.actor, self.person, self.opened = actor, None, None
        self.sheets.clear()

    def keep_search(self, text: str) -> int:
        """Remember what was looked for; return the number it is shown under."""
        number = max(self.searches, default=0) + 1
        self.searches[number] = text
        self.searches.pop(number - _KEPT, None)
        return number

    def keep_sheet(self, sheet: KeptSheet) -> int:
        """Remember a sheet, and forget the oldest; return the number it is shown under."""
        number = max(self.sheets, default=0) + 1
        self.sheets[number] = sheet
        self.sheets.pop(number - _SHEETS, None)
        return number

    def require_token(self, given: object) -> None:
        """Refuse a form that was not drawn for this session.

        :raises WebError: if so (403).
        """
        if not isinstance(given, str) or not secrets.compare_digest(
            given.encode(errors="replace"), self.csrf.encode()
        ):
            raise WebError(
                403,
                message("this form was not drawn for you, or has become too old"),
                message("go back, load the page again, and send it once more"),
            )


class Sessions:
    """All sessions, by the secret that a browser's cookie holds.

    :param clock: seconds that only grow.

    ``language`` is that in which those begin that a token opens; None for that of the browser.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.language: Language | None = None
        self._clock = clock
        self._open: dict[str, BrowserSession] = {}
        self._tokens: dict[str, float] = {}

    def new_token(self) -> str:
        """Return a token that opens one session, once, within ten minutes."""
        token = secrets.token_urlsafe(32)
        self._tokens[token] = self._clock() + _TOKEN
        return token

    def open(self, token: str, language: Language) -> str:
        """Use up a token; return the secret of the new session.

        :param language: that the browser asks for.
        :raises WebError: if it is no token, was used, or is too old (403).
        """
        until = self._tokens.pop(token, None)
        if until is None or until < self._clock():
            raise WebError(
                403, message("this address was used already, or is no longer good"), ASK_AGAIN
            )
        return self.begin(BrowserSession(language=self.language or language))

    def begin(self, session: BrowserSession) -> str:
        """Enter a session under a new secret, which is returned."""
        secret = secrets.token_urlsafe(32)
        session.used = self._clock()
        self._open[secret] = session
        return secret

    def find(self, secret: str) -> BrowserSession | None:
        """Return the session of a cookie; None if there is none, or it is over."""
        self.forget()
        session = self._open.get(secret)
        if session is not None:
            session.used = self._clock()
        return session

    def forget(self) -> None:
        """Forget sessions that nobody used for too long, old tokens, and keys that were opened."""
        now = self._clock()
        self._tokens = {one: until for one, until in self._tokens.items() if until >= now}
        for secret, session in [*self._open.items()]:
            if now - session.used > _IDLE:
                self.end(secret)
            elif session.opened is not None and session.opened.until < now:
                session.opened = None

    def renew(self, secret: str) -> str:
        """Put a session under a new secret, as whenever it comes to mean more."""
        return self.begin(self._open.pop(secret))

    def end(self, secret: str) -> None:
        """Forget a session."""
        self._open.pop(secret, None)

"""Who acts in a session, and how an act is signed: a small protocol and its first kinds.

On a person's own machine the key lies there (:class:`LocalKeys`). A server of a whole
branch will have another kind, where the key stays with the person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rmdocs.errors import ControlError, StoreError
from rmdocs.messages import message
from rmdocs.web.refusals import WebError, for_reading_only
from rmdocs.web.sessions import BrowserSession, OpenedKey
from rmdocs.workspace import people

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber
    from rmdocs.registers.staff import Person
    from rmdocs.store.keys import Signer
    from rmdocs.workspace.opening import Workspace

_KEPT = 15 * 60
"""Seconds after its last use for which an opened key is remembered."""


class Signing(Protocol):
    """Who may act here, and with what their acts are signed."""

    def people(self, workspace: Workspace) -> list[Person]:
        """Return who may act here, as the register has them."""

    def asks(self, session: BrowserSession, workspace: Workspace) -> bool:
        """Return whether something secret must be typed before the next act."""

    def unlock(self, session: BrowserSession, workspace: Workspace, secret: str) -> None:
        """Make ready to sign, by what was typed if something is asked for.

        :raises WebError: if it is missing or wrong (403).
        """

    def signing(
        self, session: BrowserSession, workspace: Workspace
    ) -> AbstractContextManager[None]:
        """Have the acts in a lent workspace signed by whoever acts in the session."""


class Nobody:
    """Nobody acts: pages for reading only."""

    def people(self, workspace: Workspace) -> list[Person]:  # noqa: ARG002 - the protocol
        """Return nobody."""
        return []

    def asks(self, session: BrowserSession, workspace: Workspace) -> bool:  # noqa: ARG002
        """Return that nothing is asked for."""
        return False

    def unlock(self, session: BrowserSession, workspace: Workspace, secret: str) -> None:  # noqa: ARG002
        """Refuse.

        :raises WebError: always (403).
        """
        raise for_reading_only()

    @contextmanager
    def signing(self, session: BrowserSession, workspace: Workspace) -> Iterator[None]:  # noqa: ARG002
        """Change nothing: an act says itself that nobody acts."""
        yield


class LocalKeys:
    """The keys that lie on this machine.

    :param wanted: the one person who is to act; None to let whoever comes choose.
    :param clock: seconds that only grow.
    """

    def __init__(
        self, wanted: StaffNumber | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wanted = wanted
        self._clock = clock

    def people(self, workspace: Workspace) -> list[Person]:
        """Return the people of the register whose key lies here, without those who left."""
        return [
            person
            for person in people.staff(workspace)
            if person.left is None
            and self._wanted in {None, person.staff_no}
            and workspace.keys.path(str(person.staff_no)).is_file()
        ]

    def asks(self, session: BrowserSession, workspace: Workspace) -> bool:
        """Return whether the passphrase of the key must be typed before the next act."""
        if session.actor is None or self._remembered(session) is not None:
            return False
        try:
            workspace.keys.load(str(session.actor))
        except StoreError:
            return True
        except ControlError:
            return False  # the act itself says why the key cannot be used
        return False

    def unlock(self, session: BrowserSession, workspace: Workspace, secret: str) -> None:
        """Open the key if it is locked, and remember it for a quarter of an hour.

        :raises WebError: if nobody acts, or the passphrase is missing or wrong (403).
        """
        if session.actor is None:
            raise WebError(
                403, message("nobody acts yet"), message("say who you are on the first page")
            )
        if not self.asks(session, workspace):
            return
        if not secret:
            raise WebError(
                403,
                message("your key is locked by a passphrase"),
                message("go back, and type it where the act is confirmed"),
            )
        ring = replace(workspace.keys, passphrase=lambda _: secret.encode())
        try:
            key = ring.load(str(session.actor))
        except StoreError as problem:
            raise WebError(
                403,
                message("this is not the passphrase of your key"),
                message("go back, and type it again"),
            ) from problem
        session.opened = OpenedKey(key=key, until=self._clock() + _KEPT)

    @contextmanager
    def signing(self, session: BrowserSession, workspace: Workspace) -> Iterator[None]:
        """Sign with the key on this machine."""
        key = self._remembered(session)
        if key is None:
            yield
            return
        session.opened = OpenedKey(key=key, until=self._clock() + _KEPT)
        with workspace.signed_by(key):
            yield

    def _remembered(self, session: BrowserSession) -> Signer | None:
        """Return the key that was opened in a session, unless that is too long ago."""
        opened = session.opened
        if opened is None or opened.until < self._clock():
            session.opened = None
            return None
        return opened.key

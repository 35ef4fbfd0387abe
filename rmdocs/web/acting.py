"""Who acts in a session, and how an act is signed: a small protocol and its first kinds.

On a person's own machine the key lies there (:class:`LocalKeys`). A server of a whole
branch will have another kind, where the key stays with the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from rmdocs.workspace import people

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber
    from rmdocs.registers.people import Person
    from rmdocs.web.sessions import BrowserSession
    from rmdocs.workspace.opening import Workspace


class Signing(Protocol):
    """Who may act here, and with what their acts are signed."""

    def people(self, workspace: Workspace) -> list[Person]:
        """Return who may act here, as the register has them."""

    def signing(
        self, session: BrowserSession, workspace: Workspace
    ) -> AbstractContextManager[None]:
        """Have the acts in a lent workspace signed by whoever acts in the session."""


class Nobody:
    """Nobody acts: pages for reading only."""

    def people(self, workspace: Workspace) -> list[Person]:  # noqa: ARG002 - the protocol
        """Return nobody."""
        return []

    @contextmanager
    def signing(self, session: BrowserSession, workspace: Workspace) -> Iterator[None]:  # noqa: ARG002
        """Change nothing: an act says itself that nobody acts."""
        yield


class LocalKeys:
    """The keys that lie on this machine.

    :param wanted: the one person who is to act; None to let whoever comes choose.
    """

    def __init__(self, wanted: StaffNumber | None = None) -> None:
        self._wanted = wanted

    def people(self, workspace: Workspace) -> list[Person]:
        """Return the people of the register whose key lies here, without those who left."""
        return [
            person
            for person in people.staff(workspace)
            if person.left is None
            and self._wanted in {None, person.staff_no}
            and workspace.keys.path(str(person.staff_no)).is_file()
        ]

    @contextmanager
    def signing(self, session: BrowserSession, workspace: Workspace) -> Iterator[None]:  # noqa: ARG002
        """Sign with the key on this machine."""
        yield

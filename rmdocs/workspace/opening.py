"""One opened workspace: its store, index and keys, the clock, who acts.

Where its parts lie and what the environment says of them is read by ``places``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rmdocs.control.actingperson import LEDGER_KEY_NAME, ActingPerson, Passphrase, no_passphrase
from rmdocs.control.founding import FOUNDER, founder
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.identifiers import StaffNumber
from rmdocs.issuing.registry import Registry
from rmdocs.messages import message
from rmdocs.registers.index import Index
from rmdocs.registers.officetime import end_of
from rmdocs.registers.staff import Person
from rmdocs.store.git import GitStore
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.places import STORE_PATH, index_path, key_ring, present, vault

if TYPE_CHECKING:
    from rmdocs.store.head import LedgerStore
    from rmdocs.store.keys import Signer


class Workspace:
    """An opened workspace, and who acts in it; to be closed, best by ``with``.

    Any thread may use it, one at a time.

    :param root: its directory.
    :param actor: whose key signs; None where only reading.
    :param clock: gives the present moment, with a time zone.
    :param store: what it works on, if not the one in its directory.
    :param passphrase: asked when a private key of this machine is opened or made.
    """

    def __init__(
        self,
        root: Path,
        actor: StaffNumber | None,
        clock: Callable[[], datetime],
        store: LedgerStore | None = None,
        passphrase: Passphrase = no_passphrase,
    ) -> None:
        self.root = root
        self._actor = actor
        self._clock = clock
        self._signer: Signer | None = None
        self.store = store or GitStore.open(root / STORE_PATH, vault(root))
        self.index = Index(index_path(root))
        try:
            self.registry = Registry(self.store, self.index)
        except RmdocsError:
            self.close()
            raise
        self.keys = key_ring(root, passphrase)

    def __enter__(self) -> Self:
        """Return the workspace, to be closed at the end of the block."""
        return self

    def __exit__(self, *_problem: object) -> None:
        """Close the workspace."""
        self.close()

    def close(self) -> None:
        """Close what is open: the search index, and the packs of the store."""
        self.index.close()
        self.store.close()

    def refresh(self) -> None:
        """Read the registers again if control moved since they were read; cheap if not.

        :raises StoreError: if control cannot be read.
        """
        if self.store.require_head(CONTROL_REF).commit != self.registry.control.commit:
            self.registry = self.registry.again()

    @contextmanager
    def signed_by(self, signer: Signer) -> Iterator[None]:
        """Have acts in the block signed by what somebody keeps elsewhere, not a key on here."""
        before, self._signer = self._signer, signer
        try:
            yield
        finally:
            self._signer = before

    def now(self) -> datetime:
        """Return the present moment, UTC, whole seconds."""
        return self._clock().astimezone(UTC).replace(microsecond=0)

    def today(self) -> date:
        """Return the date where the office is."""
        return self.local(self._clock()).date()

    def local(self, moment: datetime) -> datetime:
        """Return a moment by the clock of the office."""
        return moment.astimezone(self.registry.zone)

    def end_of(self, day: date | None) -> datetime | None:
        """Return the first moment after a day where the office is; None for no day.

        :raises UsageError: if the day is out of reach.
        """
        return None if day is None else end_of(day, self.registry.zone)

    def person(self) -> Person | None:
        """Return who acts, as the register knows them; no key is asked for."""
        return self.registry.staff.find_person(self._actor) if self._actor is not None else None

    def require_person(self) -> Person:
        """Return who acts, as the register knows them; no key is asked for.

        :raises UsageError: if nobody does.
        :raises ControlError: if the person is unknown.
        """
        return self.registry.staff.person(self._require_actor())

    def acting(self) -> ActingPerson:
        """Return who acts now, with their key, as control knows them now.

        :raises UsageError: if nobody does.
        :raises ControlError: if the person is unknown, or their key is not here.
        """
        actor = self._require_actor()
        self.refresh()
        ledger_key = self.keys.load(LEDGER_KEY_NAME)
        now = self._clock()
        present, today = now.astimezone(UTC).replace(microsecond=0), self.local(now).date()
        if actor == FOUNDER:
            return ActingPerson(
                person=founder(ledger_key),
                key=ledger_key,
                ledger_key=ledger_key,
                now=present,
                today=today,
            )
        person = self.registry.staff.person(actor)
        return ActingPerson(
            person=person, key=self.key(), ledger_key=ledger_key, now=present, today=today
        )

    def key(self) -> Signer:
        """Return what signs for who acts.

        :raises UsageError: if nobody does.
        :raises ControlError: if their key is not here.
        :raises StoreError: if it cannot be read, or is locked and nobody gives its passphrase.
        """
        return self._signer or self.keys.load(str(self._require_actor()))

    def _require_actor(self) -> StaffNumber:
        if self._actor is None:
            raise UsageError(
                message("nobody acts: this changes the store"),
                message("say who you are with --as STAFF_NO, or RMDOCS_ACTOR"),
            )
        return self._actor


def open_workspace(
    root: Path, actor: StaffNumber | None, passphrase: Passphrase = no_passphrase
) -> Workspace:
    """Open the workspace at ``root``.

    :param passphrase: asked when a private key of this machine is opened or made.
    :raises StoreError: if there is none.
    """
    return Workspace(root, actor, present, passphrase=passphrase)

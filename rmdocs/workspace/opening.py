"""One opened workspace: its store, index and keys, the clock, who acts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rmdocs.control.actingperson import ActingPerson, require_not_revoked
from rmdocs.control.founding import founder
from rmdocs.control.staff import write_signers
from rmdocs.errors import (
    VERIFY_AND_RESTORE,
    VERIFY_STORE,
    ControlError,
    RmdocsError,
    StoreError,
    UsageError,
)
from rmdocs.identifiers import StaffNumber
from rmdocs.issuing.registry import Registry
from rmdocs.messages import by_command, message
from rmdocs.registers.index import Index
from rmdocs.registers.officetime import end_of
from rmdocs.registers.revocations import REVOCATIONS
from rmdocs.registers.staff import FOUNDER, Person
from rmdocs.store.git import GitStore
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.keyring import (
    LEDGER_KEY_NAME,
    MACHINE_KEY_NAME,
    Passphrase,
    key_ring,
    no_passphrase,
)
from rmdocs.workspace.places import (
    CACHE_VARIABLE,
    PACK_MARK,
    STORE_PATH,
    index_path,
    own_folder,
    seen_path,
    vault,
)
from rmdocs.workspace.processes import processes

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.store.head import LedgerStore
    from rmdocs.store.keys import Signer
    from rmdocs.store.protocol import Branch, Head


_MANY_READ = 4_000
"""Records that are worth another process to read: it takes as long to begin as some 1,500."""


def present() -> datetime:
    """Return the present moment, UTC: the one place that reads the clock."""
    return datetime.now(UTC)


@contextmanager
def sending_nobody_back() -> Iterator[None]:
    """Advise nobody to verify who does, or who can do nothing at all for damage of control."""
    try:
        yield
    except StoreError as problem:
        if problem.remedy in {VERIFY_STORE, VERIFY_AND_RESTORE}:
            restore = message("restore the store from another copy, and verify that")
            raise StoreError(problem.reason, restore) from problem
        raise


class Workspace:
    """An opened workspace, and who acts in it; to be closed, best by ``with``.

    Any thread may use it, one at a time. ``others`` gives who does bulk work besides this process,
    for how many things, and how many of them are worth another process: those of this machine.

    :param root: its directory.
    :param actor: whose key signs; None where only reading.
    :param clock: gives the present moment, with a time zone.
    :param store: what it works on, if not the one in its directory.
    :param passphrase: asked when a private key of this machine is opened or made.
    :param reading: told how many records of how many are read, where the search index is behind.
    """

    def __init__(  # noqa: PLR0913 - whatever of it the surroundings give
        self,
        root: Path,
        actor: StaffNumber | None,
        clock: Callable[[], datetime],
        store: LedgerStore | None = None,
        passphrase: Passphrase = no_passphrase,
        *,
        reading: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self.root = root
        self._actor = actor
        self._clock = clock
        self._signer: Signer | None = None
        self._acted = False
        self._known = {CONTROL_REF}
        self.store = store or GitStore.open(root / STORE_PATH, vault(root))
        self.others: Callable[[int, int], AbstractContextManager[Executor | None]] = processes
        self.index = Index(index_path(root), reading, lambda count: self.others(count, _MANY_READ))
        try:
            with sending_nobody_back():
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
        if self._acted:
            from rmdocs.workspace import seen

            seen.remember(seen_path(self.root), self.store, self._known)
            self.rest()
            self._acted = False
            self._known = {CONTROL_REF}
        self.index.close()
        self.store.close()

    def rest(self) -> None:
        """Have the store put together where that is due, by another process: nobody waits now."""
        if self._acted and isinstance(self.store, GitStore):
            from rmdocs.store import maintenance

            if maintenance.is_due(self.store.path):
                maintenance.begin(self.store.path)

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

        :raises UsageError: if the day is out of reach, or still to come.
        """
        if day is None:
            return None
        until = end_of(day, self.registry.zone)
        if day > self.today():
            raise UsageError(
                message("{day} is still to come", day=day),
                message("name a day up to today, {today}, or none", today=self.today()),
            )
        return until

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
        :raises ControlError: if the person is unknown, or their key is not here or was revoked.
        :raises StoreError: if control went back behind what was seen of it from here.
        """
        actor = self._require_actor()
        self.refresh()
        if not self._acted:
            from rmdocs.workspace import seen

            seen.require_not_back(seen_path(self.root), self.store, CONTROL_REF)
            self._acted = True
            if self.registry.control.list(REVOCATIONS):
                # Revoked elsewhere, perhaps: plain git is to know of it here as well.
                write_signers(self.store, self.registry.control)
        ledger_key = self.ledger_key()
        now = self._clock()
        present, today = now.astimezone(UTC).replace(microsecond=0), self.local(now).date()
        if actor == FOUNDER:
            founding = self.keys.load(LEDGER_KEY_NAME)
            require_not_revoked(self.registry.control, founder(founding), founding)
            return ActingPerson(
                person=founder(founding),
                key=founding,
                ledger_key=ledger_key,
                control=self._control,
                now=present,
                today=today,
                require_not_back=self._require_not_back,
            )
        person, key = self.registry.staff.person(actor), self.key()
        require_not_revoked(self.registry.control, person, key)
        return ActingPerson(
            person=person,
            key=key,
            ledger_key=ledger_key,
            control=self._control,
            now=present,
            today=today,
            require_not_back=self._require_not_back,
        )

    @contextmanager
    def act(self) -> Iterator[ActingPerson]:
        """Give who acts now, as :meth:`acting`; what was done in the block is known after it."""
        yield self.acting()
        self.refresh()

    def ledger_key(self) -> Signer:
        """Return what signs the ledgers here: the machine's own key, once control names it.

        :raises ControlError: if neither that nor the key of the founding is here.
        """
        if self.keys.has(MACHINE_KEY_NAME):
            from rmdocs.registers.ledgerkeys import ledger_keys

            own = self.keys.load(MACHINE_KEY_NAME)
            if ledger_keys(self.registry.control).rules(own.public):
                return own
            if not self.keys.has(LEDGER_KEY_NAME):
                raise ControlError(
                    message(
                        "the ledger key of this machine, {fingerprint}, is not entered in control,"
                        " or has ended",
                        fingerprint=own.fingerprint,
                    ),
                    by_command(message("have it entered and approved"), "rmdocs key machine"),
                    clause="ISO 9001 §7.5.3",
                )
        return self.keys.load(LEDGER_KEY_NAME)

    def _require_not_back(self, branch: Branch) -> None:
        """Refuse a ledger, the first time it is written here, that went back; see ``seen``."""
        if branch.ref not in self._known:
            from rmdocs.workspace import seen

            seen.require_not_back(seen_path(self.root), self.store, branch.ref)
            self._known.add(branch.ref)

    def _control(self) -> Head:
        return self.store.require_head(CONTROL_REF)

    def key(self) -> Signer:
        """Return what signs for who acts.

        :raises UsageError: if nobody does.
        :raises ControlError: if their key is not here.
        :raises StoreError: if it cannot be read, or is locked and nobody gives its passphrase.
        """
        return self._signer or self.keys.load(str(self._require_actor()))

    def require_whole(self) -> None:
        """Refuse to do in the bundle of a year what only a workspace is for.

        :raises UsageError: if it is one: nobody acts in it, and what is kept of it is no place
            for keys.
        """
        if self.store.only_year is not None:
            raise UsageError(
                message("the bundle of {year} is only read", year=self.store.only_year),
                message("act in the workspace that it was written from"),
            )

    def _require_actor(self) -> StaffNumber:
        self.require_whole()
        if self._actor is None:
            raise UsageError(
                message("nobody acts: this changes the store"),
                by_command(message("say who you are"), message("--as STAFF_NO, RMDOCS_ACTOR")),
            )
        return self._actor


def open_workspace(
    root: Path,
    actor: StaffNumber | None,
    passphrase: Passphrase = no_passphrase,
    reading: Callable[[int, int], None] = lambda _done, _total: None,
) -> Workspace:
    """Open the workspace at ``root``, or the bundle of a year.

    :param passphrase: asked when a private key of this machine is opened or made.
    :param reading: told how many records of how many are read, where the search index is behind.
    :raises StoreError: if there is none.
    """
    if root.is_file():
        return open_bundle(root, present, reading)
    require_no_pack(root)
    if not (root / STORE_PATH).exists() and (root / "HEAD").is_file():
        raise StoreError(
            message("{path} is a repository of git, and no workspace", path=root),
            message(
                "if it is a records store, name the folder that holds it as {place}",
                place=STORE_PATH,
            ),
        )
    return Workspace(root, actor, present, passphrase=passphrase, reading=reading)


def open_to_read(place: Path) -> Workspace:
    """Open what somebody names as a store, only to read: a workspace, a bare clone, or a bundle.

    :raises StoreError: if it is none of these.
    """
    if place.is_file() or (place / STORE_PATH).is_dir() or not (place / "objects").is_dir():
        return open_workspace(place, None)
    return Workspace(place, None, present, store=GitStore.open(place))


def require_no_pack(root: Path) -> None:
    """Refuse a pack that an auditor took along: it is checked, not opened.

    :raises StoreError: if it is one.
    """
    if (root / PACK_MARK).is_file():
        raise StoreError(
            message("{path} is a pack of records, and no workspace", path=root),
            by_command(
                message("have it checked as what it is"),
                message("rmdocs audit check {path} --keys K", path=root),
            ),
        )


def open_bundle(
    file: Path,
    clock: Callable[[], datetime],
    reading: Callable[[int, int], None] = lambda _done, _total: None,
) -> Workspace:
    """Open the bundle of a year, laid out below the cache of whoever asks.

    Nobody acts in it: what was sealed there would be in no store.

    :param clock: gives the present moment, with a time zone.
    :param reading: told how many records of how many are read.
    :raises MissingProgramError: if git is not installed.
    :raises StoreError: if it is no bundle of a year, or damaged, or there is no place for it.
    """
    from rmdocs.registers.series import known_volumes
    from rmdocs.store import bundles

    refs = bundles.refs_in(file)
    years = {volume.series.year for volume in known_volumes(refs)}
    if len(years) != 1 or CONTROL_REF not in refs:
        raise bundles.no_bundle(file)
    place = own_folder(os.fsencode(file.resolve()), CACHE_VARIABLE, Path(".cache"))
    if place is None:
        raise StoreError(
            message("there is no folder of your own in which {path} could be laid out", path=file),
            message("name one with XDG_CACHE_HOME, where nobody else can write"),
        )
    workspace = Workspace(bundles.kept(file, place, STORE_PATH), None, clock, reading=reading)
    workspace.store.only_year = years.pop()
    return workspace

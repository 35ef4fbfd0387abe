"""Who acts, with which key, when, on which state of control; private keys on this machine."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, StoreError, system_problem
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.committexts import commit_text
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revocations import MACHINES, REVOCATIONS, RevocationRegister
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.files import read_plain
from rmdocs.store.keys import SigningKey, is_locked
from rmdocs.values import is_blank, require_readable, require_short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rmdocs.identifiers import StaffNumber, UnitCode
    from rmdocs.registers.revocations import Revocation
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Actor
    from rmdocs.store.keys import Signer
    from rmdocs.store.protocol import Branch, Head, NewEvent, Receipt


REASON = "reason"
"""What the path of a finding calls the reason of an act, or a remark on it."""

WAITING = timedelta(minutes=5)
"""The longest an act may have waited for a lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingPerson:
    """A person at work: their register entry, their key, the moment.

    :param control: returns control as it stands now, which may be later than when work began.
    :param now: the time of the act, UTC, whole seconds.
    :param today: the date of the act where the office is.
    :param require_not_back: refuses a locked ledger that went back behind what was seen of it.
    """

    person: Person
    key: Signer
    ledger_key: Signer
    control: Callable[[], Head]
    now: datetime
    today: date
    require_not_back: Callable[[Branch], None]

    @property
    def actor(self) -> Actor:
        """Return the actor as events name it."""
        from rmdocs.store.event import Actor  # noqa: PLC0415 - keeps start-up light

        return Actor(
            staff_no=str(self.person.staff_no),
            name=self.person.name,
            fingerprint=self.key.public.fingerprint,
        )

    def time_after(self, head: Head | None) -> datetime:
        """Return the time of the act, not before what the ref sealed last.

        Another writer may have sealed while this act waited for the lock; a
        clock that is further behind is refused by the store.
        """
        if head is not None and head.time > self.now and head.time - self.now < WAITING:
            return head.time
        return self.now

    def seal(
        self,
        branch: Branch,
        new_events: Sequence[NewEvent],
        state: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Seal events on a locked ref as the person who acts; durable on return.

        :param state: files that change with every commit; see ``Branch.append``.
        :raises ControlError: if the key is not one the register holds for the person, or
            was revoked, even a moment ago; or this machine's may not sign that ledger.
        :raises FindingsError: if a reason or remark holds what no reader sees.
        :raises ConflictError: if the ref moved, or a path is already there.
        :raises StoreError: if it cannot be written, or went back behind what was seen of it.
        """
        self.require_not_back(branch)
        for new_event in new_events:
            require_readable(new_event.reason, REASON)
            require_short(new_event.reason, REASON, LONGEST_REASON)
        with branch.keys_held():
            self._require_keys(branch, new_events)
            head = branch.head
            subject_line, trailers = commit_text(new_events, head)
            return branch.append(
                new_events,
                actor=self.actor,
                key=self.key,
                ledger_key=self.ledger_key,
                time=self.time_after(head),
                subject_line=subject_line,
                trailers=trailers,
                state=state,
            )

    def _require_keys(self, branch: Branch, new_events: Sequence[NewEvent]) -> None:
        """Refuse a key of the person, or of the machine, that may not sign what is to be sealed.

        :raises ControlError: saying why.
        """
        control = self.control()
        require_not_revoked(control, self.person, self.key)
        require_key(self.person, self.key)
        if control.list(MACHINES) or control.list(f"{REVOCATIONS}/{FOUNDER}"):
            from rmdocs.registers.ledgerkeys import require_may_seal  # noqa: PLC0415 - seldom

            require_may_seal(control, self.ledger_key.public, branch, new_events)

    def require_role(self, roles: Iterable[str], act: Text) -> None:
        """Refuse unless the person holds one of ``roles``.

        :raises ControlError: naming the person, the act and the roles.
        """
        require_role(self.person, roles, act)

    def require_unit(self, unit: UnitCode) -> None:
        """Refuse unless the person belongs to a unit; see :func:`require_own_unit`."""
        require_own_unit(self.person, unit)


def require_role(person: Person, roles: Iterable[str], act: Text) -> None:
    """Refuse unless a person holds one of ``roles``.

    :raises ControlError: naming the person, the act and the roles.
    """
    wanted = tuple(roles)
    if not person.roles & set(wanted):
        raise ControlError(
            message(
                "{name} ({staff_no}) may not {act}: it takes the role {roles}",
                name=person.name,
                staff_no=person.staff_no,
                act=act,
                roles=role_names(wanted),
            ),
            message("ask somebody who holds that role"),
            clause="ISO 9001 §5.3",
        )


def require_unit(person: Person, unit: UnitCode, remedy: Text) -> None:
    """Refuse unless a person belongs to a unit.

    :raises ControlError: naming the person and both units.
    """
    if person.unit != unit:
        raise ControlError(
            message(
                "{name} belongs to {own} and may not act for {unit}",
                name=person.name,
                own=person.unit,
                unit=unit,
            ),
            remedy,
            clause="ISO 9001 §5.3",
        )


def require_own_unit(person: Person, unit: UnitCode) -> None:
    """Refuse unless a person belongs to a unit; see :func:`require_unit`."""
    require_unit(person, unit, message("ask somebody of that unit"))


def require_key(person: Person, key: Signer) -> None:
    """Refuse a key that the register does not hold for the person.

    :raises ControlError: naming person and fingerprint.
    """
    if not any(key.public.line.split()[:2] == line.split()[:2] for line in person.keys):
        raise ControlError(
            message(
                "the key {fingerprint} is not one of {name} ({staff_no})",
                fingerprint=key.public.fingerprint,
                name=person.name,
                staff_no=person.staff_no,
            ),
            by_command(message("register it, or act as its owner"), "rmdocs person add"),
        )


def require_not_revoked(control: Head, person: Person, key: Signer) -> None:
    """Refuse a key that was revoked.

    :raises ControlError: saying when and why, and how to come by a new one.
    """
    revoked = RevocationRegister.of(control, person.staff_no).revoked(key.public.fingerprint)
    if revoked is not None and person.staff_no == FOUNDER:
        from rmdocs.registers.ledgerkeys import founder_is_gone  # noqa: PLC0415 - seldom

        raise founder_is_gone(revoked.event.day_in(zone_of(control)))
    if revoked is not None:
        raise was_revoked(control, person, revoked, renewal(person.staff_no))


def was_revoked(
    control: Head, person: Person, revocation: Revocation, remedy: Text
) -> ControlError:
    """Return the refusal of a key that was revoked, saying when and why."""
    return ControlError(
        message(
            "the key {fingerprint} of {name} ({staff_no}) was revoked on {day}: {reason}",
            fingerprint=revocation.said.fingerprint,
            name=person.name,
            staff_no=person.staff_no,
            day=revocation.event.day_in(zone_of(control)),
            reason=revocation.event.reason,
        ),
        remedy,
        clause=REVOCATION_CLAUSE,
    )


def renewal(staff_no: StaffNumber) -> Text:
    """Return how somebody comes by a new key in place of one that was revoked."""
    return by_command(
        message(
            "move the file of the old key away, make a new key, and have the records officer enter"
            " it in the register of staff"
        ),
        message(
            "rmdocs key new {staff_no}, rmdocs person add {staff_no} --key FILE", staff_no=staff_no
        ),
    )


REVOCATION_CLAUSE = "电子签名法 §15"
"""Who knows that their key is no longer theirs alone says so and stops using it."""


def require_reason(reason: str) -> None:
    """Refuse an act without a reason, or one that no reader would read as it is.

    :raises ControlError: saying how to give one.
    :raises FindingsError: naming the character that is not read, and its place; or how long
        it is, and may be.
    """
    require_readable(reason, REASON)
    require_short(reason, REASON, LONGEST_REASON)
    if is_blank(reason):
        raise ControlError(
            message("a reason must be given"), by_command(message("say why"), "--reason")
        )


LONGEST_REASON = 2000
"""Characters of a reason or a remark: a page of them; registers and their workbooks hold it."""

LEDGER_KEY_NAME = "ledger"
"""What the file of the key is called that the store was founded with."""

MACHINE_KEY_NAME = "machine"
"""What the file of the machine's own ledger key is called."""

WITNESS_KEYS = "witness-"
"""How the file of a key begins that cosigns checkpoints; behind it stands the witness's name."""

Passphrase = Callable[[str], bytes | None]
"""Asked for a key's passphrase by the owner's name; None where there is none."""


def no_passphrase(_owner: str) -> bytes | None:
    """Answer that there is no passphrase."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The directory of private keys.

    :param directory: created, mode 0700, with the first key.
    :param passphrase: asked whenever a person's key is made, or one that is locked is opened.
    """

    directory: Path
    passphrase: Passphrase = no_passphrase

    def path(self, owner: str) -> Path:
        """Return the file of an owner's key."""
        return self.directory / f"{owner}.key"

    def has(self, owner: str) -> bool:
        """Return whether the key of ``owner`` lies on this machine.

        :raises StoreError: if that cannot be seen.
        """
        return _is_there(self.path(owner))

    def create(self, owner: str, passphrase: bytes | None = None) -> SigningKey:
        """Make and keep a key for ``owner`` (a staff number, or ``ledger``).

        :param passphrase: what is to lock it; None to ask as for any other.
        :raises ControlError: if there is one already; a key is never replaced.
        """
        path = self.path(owner)
        if _is_there(path):
            raise ControlError(
                message("{owner} has a key already: {path}", owner=owner, path=path),
                message("move the old file away first if it is lost or exposed"),
            )
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise _unusable(path, problem) from problem
        key = SigningKey.generate(owner)
        key.save(path, passphrase or self._passphrase(owner))
        return key

    def load(self, owner: str) -> SigningKey:
        """Return the key of ``owner``.

        :raises ControlError: if it is not on this machine, or others can read it there.
        :raises StoreError: if it cannot be read.
        """
        path = self.path(owner)
        if not _is_there(path):
            raise ControlError(
                message("the private key of {owner} is not on this machine", owner=owner),
                _restore(path, owner),
                clause="ISO 9001 §7.5.3",
            )
        try:
            _require_private(path)
            locked = is_locked(read_plain(path))
        except OSError as problem:
            raise _unusable(path, problem) from problem
        return SigningKey.load(path, self._passphrase(owner) if locked else None)

    def _passphrase(self, owner: str) -> bytes | None:
        """Return what protects a key; nothing protects those of machines."""
        unlocked = owner in {LEDGER_KEY_NAME, MACHINE_KEY_NAME} or owner.startswith(WITNESS_KEYS)
        return None if unlocked else self.passphrase(owner)


def _restore(path: Path, owner: str) -> Text:
    """Return how to come by a key that is not here."""
    if owner == LEDGER_KEY_NAME:
        # It is made once, with the store, which takes the acts of no other.
        return message("put the ledger key back from its backup, to {path}", path=path)
    command = message("rmdocs key new {owner}", owner=owner)
    if owner.startswith(WITNESS_KEYS):
        name = owner.removeprefix(WITNESS_KEYS)
        command = message("rmdocs key witness {name}", name=name)
    return by_command(
        message("put it back from its backup, to {path}; if it is lost, make a new one", path=path),
        command,
    )


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _require_private(path: Path) -> None:
    """Refuse a private key that others than its owner can read or write.

    :raises OSError: if it cannot be looked at.
    :raises ControlError: saying what to do.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ControlError(
            message(
                "the key file {path} is open to others (mode {mode}): whoever reads it signs as"
                " its owner",
                path=path,
                mode=f"{mode:04o}",
            ),
            by_command(
                message(
                    "if others could have read it, have the key revoked; else close the file to"
                    " them, or keep it where that can be done"
                ),
                message("chmod 600 {path}", path=path),
            ),
            clause=REVOCATION_CLAUSE,
        )


def _unusable(path: Path, problem: OSError) -> StoreError:
    return StoreError(
        message(
            "the key file {path} cannot be used: {problem}",
            path=path,
            problem=system_problem(problem),
        ),
        by_command(
            message("have it owned by whoever runs this, or keep the keys in a folder of your own"),
            "RMDOCS_KEYS",
        ),
    )

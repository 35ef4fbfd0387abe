"""Who acts, with which key, when, on which state of control."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.committexts import commit_text
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revocations import MACHINES, REVOCATIONS, RevocationRegister
from rmdocs.registers.staff import FOUNDER
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

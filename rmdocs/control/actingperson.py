"""Who acts, with which key, when, and on which state of control.

Every use case takes an :class:`ActingPerson`; nothing below reads a clock or looks
for a key. Roles are checked here, by name and rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError
from rmdocs.messages import Text, message
from rmdocs.registers.displaynames import role_names
from rmdocs.values import is_blank, require_readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rmdocs.identifiers import UnitCode
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

    :param now: the time of the act, UTC, whole seconds.
    :param today: the date of the act where the office is.
    """

    person: Person
    key: Signer
    ledger_key: Signer
    now: datetime
    today: date

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
        *,
        subject_line: str,
        trailers: Mapping[str, str],
        state: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Seal events on a locked ref as the person who acts; durable on return.

        :param trailers: a value of several lines becomes several trailers.
        :param state: files that change with every commit; see ``Branch.append``.
        :raises ControlError: if the key is not one the register holds for the person.
        :raises FindingsError: if a reason or remark holds what no reader sees.
        :raises ConflictError: if the ref moved, or a path is already there.
        :raises StoreError: if it cannot be written.
        """
        require_key(self.person, self.key)
        for new_event in new_events:
            require_readable(new_event.reason, REASON)
        return branch.append(
            new_events,
            actor=self.actor,
            key=self.key,
            ledger_key=self.ledger_key,
            time=self.time_after(branch.head),
            subject_line=subject_line,
            trailers=trailers,
            state=state,
        )

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
            message("register it with: rmdocs person add, or act as its owner"),
        )


def require_reason(reason: str) -> None:
    """Refuse an act without a reason, or one that no reader would read as it is.

    :raises ControlError: saying how to give one.
    :raises FindingsError: naming the character that is not read, and its place.
    """
    require_readable(reason, REASON)
    if is_blank(reason):
        raise ControlError(message("a reason must be given"), message("say why with --reason"))

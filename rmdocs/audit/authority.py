"""What the control ledger knew when: whose key was whose, which roles, which revisions.

An act is judged by what held when it was done, which is the control ledger up
to the event itself or up to the checkpoint the act relied on (F12, F13). What
cannot be read is told by ``verify`` elsewhere and knows nothing here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import WAITING
from rmdocs.control.policy import Policy, unsealed_policy
from rmdocs.errors import RmdocsError
from rmdocs.events.control import RevisionReleased
from rmdocs.events.kinds import read_as
from rmdocs.events.records import OnRecord, Unit
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct
from rmdocs.registers.ledgerkeys import founding_key, keys_in
from rmdocs.registers.officetime import POLICY_DIRECTORY, zone_named
from rmdocs.registers.released import DocumentRegister, FormRegister
from rmdocs.registers.revisions import (
    DOCUMENTS,
    FORMS,
    RELEASE_NAME,
    WITHDRAWN_NAME,
    Release,
    ReleaseValidity,
    succeeding,
)
from rmdocs.registers.revocations import RevocationRegister, fingerprint
from rmdocs.registers.staff import Person
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.registers.released import Register
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

T = TypeVar("T")

UNREADABLE = (RmdocsError, KeyError, TypeError, ValueError)
"""What reading a file of a damaged ledger may end in."""

_ZONES = timedelta(days=1)
"""By how much the day on any machine may differ from that of UTC."""

_ZONED = 2
"""The rules version from which acts are dated in the office's time zone."""

LONGEST_RUN = timedelta(days=1)
"""How long an act may go on with registers it read at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release as its event sealed it.

    :param base: ``forms`` or ``documents``; number and revision are those of
        the directory, whatever the release says itself.
    """

    event: Event
    base: str
    number: DocumentNumber
    revision: Revision
    release: Release

    @property
    def directory(self) -> str:
        """Return where the revision lies in the control ledger."""
        return f"{self.base}/{self.number}/{self.revision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A withdrawal: of what, by which event, from which day on."""

    event: Event
    number: DocumentNumber
    revision: Revision
    on: date


class Authority:
    """The control ledger, event by event.

    :param events: all of its events, by index.
    """

    def __init__(self, control: Head, events: Sequence[Event]) -> None:
        self.control = control
        self.events = events
        self.forms = FormRegister(control)
        self.documents = DocumentRegister(control)
        self.released = tuple(self._releases())
        self._withdrawn = tuple(self._withdrawals())
        self._people: dict[str, list[tuple[int, Person]]] = {}
        for index, person in self._entries("people/", ".json", _read(Person.from_json)):
            self._people.setdefault(str(person.staff_no), []).append((index, person))
        self.revocations = RevocationRegister(events)
        self.ledger_keys = keys_in(founding_key(control), events)
        self._units = list(self._entries("units/", ".json", _read(Unit.from_json)))
        self._times = [event.time for event in events]
        self._policies = list(self._entries(f"{POLICY_DIRECTORY}/", ".toml", _policy))
        self._tree = merkle.MerkleTree.of([merkle.leaf_hash(event.to_bytes()) for event in events])
        self._roots: dict[int, bytes] = {}

    def register(self, base: str) -> Register:
        """Return the register of forms, or of other documents, as control stands."""
        return self.forms if base == FORMS else self.documents

    def founds(self, event: Event) -> bool:
        """Return whether an event of control is one of those that founded the store.

        They are of one commit, the first: nothing is excused for bearing their time.
        """
        first = self.events[0]
        return (event.previous, event.time, event.actor) == (
            first.previous,
            first.time,
            first.actor,
        )

    @property
    def founder_ended(self) -> int | None:
        """Return the index of the event that ended the founder's power; None if none did."""
        ended = self.ledger_keys.founding.until
        return None if ended is None else ended[ledger_origin(CONTROL_REF)] - 1

    @property
    def founder_could_end(self) -> bool:
        """Return whether the founder's power stands although there is a records officer."""
        first = self.events[0].actor.staff_no if self.events else ""
        if self.founder_ended is not None:
            return False
        return self.another_with("records_officer", first, len(self.events)) is not None

    def person(self, staff_no: str, size: int) -> Person | None:
        """Return a register entry as it ruled when control had ``size`` events."""
        entries = self._people.get(staff_no, [])
        ruling = bisect_left(entries, size, key=itemgetter(0))
        return entries[ruling - 1][1] if ruling else None

    @property
    def staff_numbers(self) -> Sequence[str]:
        """Return the staff numbers of all who were ever entered."""
        return tuple(self._people)

    def entries(self, staff_no: str) -> Sequence[tuple[int, Person]]:
        """Return every entry of somebody with the index of its event, the first first."""
        return self._people.get(staff_no, [])

    def names_then(self, event: Event) -> tuple[str, ...]:
        """Return the names that an event's actor could bear: a day's run may have read an old one.

        Empty where the register did not know them.
        """
        entries = self._people.get(event.actor.staff_no, [])
        known = [one for one in entries if one[0] < self.known(event)]
        if event.relied_on is not None:
            since = event.relied_on.size
        else:
            since = bisect_right(self._times, event.time - LONGEST_RUN)
        first = max(bisect_left(known, since, key=itemgetter(0)) - 1, 0)
        return tuple(dict.fromkeys(person.name for _, person in known[first:]))

    def unit(self, code: str, event: Event) -> Unit | None:
        """Return a unit as an act knew it; None where nobody had entered it."""
        ruling = [unit for index, unit in self._units if index < _known_to(event)]
        return next((unit for unit in reversed(ruling) if str(unit.code) == code), None)

    def another_with(self, role: str, than: str, size: int) -> Person | None:
        """Return somebody with a key and a role when control had ``size`` events, or None.

        :param than: the staff number of whom it is not to be.
        """
        standing = ((staff_no, self.person(staff_no, size)) for staff_no in self._people)
        return next(
            (
                person
                for staff_no, person in standing
                if person and staff_no != than and role in person.roles and person.keys
            ),
            None,
        )

    def acting(self, event: Event) -> Person | None:
        """Return who sealed an event, as registered then; None if its key was not theirs (F13).

        An old state of the registers is no excuse for a key that was taken away.
        """
        size = self.known(event)
        revoked = self.revocations.revoked(event.actor.fingerprint)
        if revoked is not None:
            # What comes after is judged by sizes: see ``revocations``.
            size = min(size, revoked.event.index)
        person = self.person(event.actor.staff_no, size)
        if person is None or event.actor.fingerprint not in map(fingerprint, person.keys):
            return None
        return person

    def known(self, event: Event) -> int:
        """Return how many events of control an act had to know.

        An act on a record names the registers it relied on. What they had sealed
        a day before it had to be known to it as well.
        """
        if event.relied_on is None:
            return event.index
        late = event.time - LONGEST_RUN
        return max(event.relied_on.size, bisect_right(self._times, late))

    def policy(self, size: int) -> Policy:
        """Return the policy as it ruled when control had ``size`` events."""
        ruling = [policy for index, policy in self._policies if index < size]
        return ruling[-1] if ruling else unsealed_policy()

    def day_of(self, event: Event) -> date:
        """Return the day of an event where the office is, as the policy said then."""
        return event.day_in(zone_named(self.policy(_known_to(event)).time_zone))

    def at_office(self, moment: datetime, event: Event) -> datetime:
        """Return a moment by the clock of the office, where it was when an event was sealed."""
        return moment.astimezone(zone_named(self.policy(_known_to(event)).time_zone))

    def may_be_dated(self, event: Event, day: date) -> bool:
        """Return whether an act sealed when it was may bear a day.

        Before the store knew where the office is, days were those of the machine.
        """
        said = read_as(event, OnRecord)
        if said is None or (said.rules or 1) < _ZONED:
            return abs(event.day_in(UTC) - day) <= _ZONES
        zone = zone_named(self.policy(_known_to(event)).time_zone)
        # An act that waited for a lock may have begun before midnight.
        begun = (event.time - WAITING).astimezone(zone).date()
        return begun <= day <= event.day_in(zone)

    def begun(self, size: int) -> datetime:
        """Return since when the control ledger has stood at a size it once had."""
        return self._times[size - 1] if size else datetime.min.replace(tzinfo=UTC)

    def has_been(self, checkpoint: Checkpoint) -> bool:
        """Return whether the control ledger once stood exactly so."""
        if checkpoint.size > self._tree.size:
            return False
        root = self._roots.get(checkpoint.size)
        if root is None:
            root = self._roots[checkpoint.size] = self._tree.root_at(checkpoint.size)
        return checkpoint.origin == ledger_origin(CONTROL_REF) and checkpoint.root == root

    def validities(
        self, number: DocumentNumber, size: int, moment: datetime
    ) -> tuple[ReleaseValidity, ...]:
        """Return the revisions of a form that an act had to know.

        :param size: events of control that the act relied on.
        :param moment: whatever was sealed by then had to be known as well.
        """

        def known(event: Event) -> bool:
            return event.index < size or event.time <= moment

        ended = {(one.number, one.revision): one.on for one in self._withdrawn if known(one.event)}
        found = [
            ReleaseValidity(
                release=one.release, successor=None, withdrawn=ended.get((number, one.revision))
            )
            for one in self.released
            if one.base == FORMS and one.number == number and known(one.event)
        ]
        return succeeding(sorted(found, key=lambda one: one.release.revision))

    def _releases(self) -> Iterator[Released]:
        for event in self.events:
            for path in _sealed(event, RevisionReleased.KIND, RELEASE_NAME):
                try:
                    base, number, revision = path.split("/")[:3]
                    if base in {FORMS, DOCUMENTS}:
                        yield Released(
                            event=event,
                            base=base,
                            number=DocumentNumber.parse(number),
                            revision=Revision.parse(revision),
                            release=Release.from_json(
                                canonical.decode(self.control.read(path) or b"")
                            ),
                        )
                except UNREADABLE:
                    continue

    def _withdrawals(self) -> Iterator[Withdrawn]:
        for event in self.events:
            for path in _sealed(event, RevisionAct.WITHDRAW.value, WITHDRAWN_NAME):
                try:
                    _, number, revision = path.split("/")[:3]
                    value = canonical.decode(self.control.read(path) or b"")
                    yield Withdrawn(
                        event=event,
                        number=DocumentNumber.parse(number),
                        revision=Revision.parse(revision),
                        on=date.fromisoformat(value["on"]),
                    )
                except UNREADABLE:
                    continue

    def _entries(
        self, below: str, suffix: str, load: Callable[[bytes], T]
    ) -> Iterator[tuple[int, T]]:
        """Yield what stands in the files of a register, with the index of the event of each.

        What cannot be read is left out: it is told where the files are gone through.
        """
        for event in self.events:
            for file in event.files:
                if file.path.startswith(below) and file.path.endswith(suffix):
                    try:
                        yield event.index, load(self.control.read(file.path) or b"")
                    except UNREADABLE:
                        continue


def _read(load: Callable[[JsonObject], T]) -> Callable[[bytes], T]:
    return lambda data: load(canonical.decode(data))


def _policy(data: bytes) -> Policy:
    return Policy.load(data, sealed=True)


def _known_to(event: Event) -> int:
    """Return how many events of control an event knew."""
    return event.index if event.relied_on is None else event.relied_on.size


def _sealed(event: Event, kind: str, name: str) -> Iterator[str]:
    """Yield the paths of the files called ``name`` that an event of a kind seals."""
    if event.kind == kind:
        for file in event.files:
            if file.path.endswith(f"/{name}"):
                yield file.path

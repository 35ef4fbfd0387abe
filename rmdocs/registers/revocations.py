"""Revoked keys, and what their owners confirmed of what was signed with them (ADR 0032).

A revocation seals how long every ledger was. What the key signs beyond that is a fault,
whatever date or state of control it names: dates can be lied about, sizes cannot. If the
key may have been in other hands before, what it signed since is in doubt as well.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, UsageError
from rmdocs.events.keys import ActsConfirmed, KeyRevoked
from rmdocs.events.kinds import read_as
from rmdocs.findings import has_errors
from rmdocs.forms.section import table_of, text
from rmdocs.forms.tomltables import read_table
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Called, message
from rmdocs.schemas.schema import Schema
from rmdocs.store.event import moment_text
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from rmdocs.store.checkpoint import Checkpoint
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

REVOCATIONS = "revocations"
"""The directory of revoked keys in control: numbered entries in a folder of each person."""

CONFIRMATIONS = "confirmations"
"""The directory of confirmed acts in control, in a folder of each person."""

MACHINES = "machines"
"""The directory of machines that write, in control: numbered entries in a folder of each."""

ORDER_NAME = "revocation.toml"

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CONTROL = ledger_origin(CONTROL_REF)


def order_toml(said: Mapping[str, str | Sequence[str]]) -> bytes:
    """Return an order as it is sealed: TOML, a text or a list of texts in each line.

    Written here and not by a library: an order is known by its bytes, also one that an earlier
    rmdocs sealed, and a library's next version might write other ones. JSON's texts and lists of
    texts are TOML's as well.
    """
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()]
    return "\n".join((*lines, "")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationOrder:
    """What is to be revoked: the file that is asked for, approved and sealed, to the byte.

    :param staff_no: whose key it is. :param name: theirs, for whoever reads the file.
    :param fingerprint: of the key.
    :param since: from when on earlier acts are in doubt, UTC; None if none are.
    """

    staff_no: StaffNumber
    name: str
    fingerprint: str
    since: datetime | None = None

    @property
    def directory(self) -> str:
        """Return where it is entered in control."""
        return f"{REVOCATIONS}/{self.staff_no}"

    def to_toml(self) -> bytes:
        """Return the file, TOML that a person can read and compare."""
        said = {"staff_no": str(self.staff_no), "name": self.name, "key": self.fingerprint}
        if self.since is not None:
            said["in_doubt_from"] = moment_text(self.since)
        return order_toml(said)

    @classmethod
    def from_toml(cls, data: bytes) -> RevocationOrder:
        """Return what a file says.

        :raises FindingsError: with every mistake.
        """
        root = read_table(data, ORDER_NAME, _schema())
        number, since = root.text("staff_no"), root.text("in_doubt_from")
        if has_errors(root.findings):
            raise FindingsError(tuple(root.findings))
        try:
            staff_no = StaffNumber.parse(number)
            moment = moment_in(since) if since else None
        except (UsageError, ValueError):
            root.note(
                "",
                "REVOCATION-FILE",
                message("it names no staff number, or no moment"),
                message("have it asked for anew"),
            )
            raise FindingsError(tuple(root.findings)) from None
        return cls(
            staff_no=staff_no,
            name=root.text("name"),
            fingerprint=root.text("key"),
            since=moment,
        )


@cache
def _schema() -> Schema:
    return Schema.own(
        table_of(
            {
                "staff_no": text("员工编号", "Staff number of whose key it is"),
                "name": text("姓名", "Their name"),
                "key": text("密钥指纹", "Fingerprint of the key"),
                "in_doubt_from": text("存疑起始时间", "From when on earlier acts are in doubt"),
            },
            "in_doubt_from",
        )
    )


def moment_in(said: str) -> datetime:
    """Return the moment that :func:`moment_text` spelled.

    :raises ValueError: if it is none.
    """
    return datetime.strptime(said, _TIME).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A key that was revoked.

    :param event: that revoked it. :param said: what it says.
    """

    event: Event
    said: KeyRevoked

    def size_of(self, ledger: str) -> int:
        """Return how many events a ledger had then, by its origin."""
        return _size(self.said.ledgers, ledger)

    @property
    def since(self) -> datetime | None:
        """Return from when on earlier acts are in doubt; None if none are."""
        try:
            return moment_in(self.said.since) if self.said.since is not None else None
        except ValueError:
            return self.event.time

    def sure_of(self, ledger: str) -> int:
        """Return up to how many events of a ledger nothing is in doubt."""
        if self.said.since is None:
            return self.size_of(ledger)
        return _size(self.said.sure or (), ledger)


def _size(checkpoints: Iterable[Checkpoint], ledger: str) -> int:
    return min((one.size for one in checkpoints if one.origin == ledger), default=0)


class Standing(Called):
    """What is to be said of an act that a revoked key signed."""

    BEYOND = "beyond", message("signed after the key was revoked")
    IN_DOUBT = "in-doubt", message("in doubt")
    DATED_BEFORE = "dated-before", message("in doubt, though dated before")
    """In doubt though it is dated before: nothing that another key signed then follows it."""


_WORST = tuple(Standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionedAct:
    """An act of which a revoked key is all that shows whose it is.

    :param ledger: its origin, such as ``rmdocs/control``. :param event: the act.
    :param signer: staff number of who signed it, or an approval in it.
    :param confirmed: the event by which they confirmed it with another key; None if nobody did.
    """

    ledger: str
    event: Event
    signer: str
    revocation: Revocation
    standing: Standing
    confirmed: Event | None

    @property
    def name(self) -> str:
        """Return how a person names it: ``control:12``, ``RXD7200-02/JN01/2026/1:3``."""
        ledger = self.ledger.removeprefix("rmdocs/").removeprefix("records/")
        return f"{ledger}:{self.event.index}"


class RevocationRegister:
    """The keys that were revoked and the acts that were confirmed, as control knows them.

    :param events: of control, by index; those of other kinds are passed over.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.all: list[Revocation] = []
        self.confirmations: list[tuple[Event, ActsConfirmed]] = []
        self._by_key: dict[str, list[Revocation]] = {}
        for event in events:
            if (said := read_as(event, KeyRevoked)) is not None:
                found = Revocation(event=event, said=said)
                self.all.append(found)
                self._by_key.setdefault(said.fingerprint, []).append(found)
            elif (acts := read_as(event, ActsConfirmed)) is not None:
                self.confirmations.append((event, acts))
        self._confirmed: dict[tuple[str, int, str, str], list[Event]] = {}
        for event, acts in self.confirmations:
            for one in acts.acts:
                key = (one.ledger, one.index, one.digest, str(acts.staff_no))
                self._confirmed.setdefault(key, []).append(event)
        # A confirmation by a revoked key counts if a later one confirms it: from the last on,
        # so that none is asked for before it is known, however many follow one another.
        self._good: set[int] = set()
        for event, _ in reversed(self.confirmations):
            if all(one.confirmed for one in self.questioned(_CONTROL, event)):
                self._good.add(event.index)

    @classmethod
    def of(cls, control: Head, staff_no: StaffNumber | None = None) -> RevocationRegister:
        """Return the register as a state of control holds it.

        :param staff_no: whose keys and acts; None for all.
        """
        names = (
            [str(staff_no)]
            if staff_no is not None
            else dict.fromkeys((*control.list(REVOCATIONS), *control.list(CONFIRMATIONS)))
        )
        directories = (f"{base}/{name}" for name in names for base in (REVOCATIONS, CONFIRMATIONS))
        events = (event for directory in directories for event in control.events(directory))
        return cls(sorted(events, key=lambda event: event.index))

    def __bool__(self) -> bool:
        """Return whether a key was ever revoked."""
        return bool(self.all)

    def revoked(self, fingerprint: str) -> Revocation | None:
        """Return how a key was revoked first; None if it was not."""
        found = self._by_key.get(fingerprint)
        return found[0] if found else None

    def in_doubt_from(self, fingerprint: str) -> datetime | None:
        """Return from when on what a key signed is in doubt; None if nothing is."""
        moments = (one.since for one in self._by_key.get(fingerprint, ()))
        return min((one for one in moments if one is not None), default=None)

    def questioned(
        self, ledger: str, event: Event, before: Container[str] = ()
    ) -> Iterator[QuestionedAct]:
        """Yield what of an act is in doubt, or was signed after its key was revoked.

        :param ledger: the origin of its ledger.
        :param before: approvals that were sealed before and are only named again, by their
            signatures.
        """
        signers = {
            one.fingerprint: one.staff_no for one in event.approvals if one.signature not in before
        }
        signers[event.actor.fingerprint] = event.actor.staff_no
        for key, staff_no in signers.items():
            known = self._by_key.get(key)
            if known:
                yield from self._judged(ledger, event, staff_no, known)

    def questioned_of(self, ledger: str, events: Iterable[Event]) -> Iterator[QuestionedAct]:
        """Yield what :meth:`questioned` does of all events of a ledger, by index."""
        before: set[str] = set()
        for event in events if self else ():
            yield from self.questioned(ledger, event, before)
            before.update(one.signature for one in event.approvals)

    def _judged(
        self, ledger: str, event: Event, signer: str, known: list[Revocation]
    ) -> Iterator[QuestionedAct]:
        if ledger == _CONTROL and known[0].event.index == event.index:
            return  # a key may revoke itself, once
        found = ((_standing(ledger, event, one), one) for one in known)
        told = [(standing, one) for standing, one in found if standing is not None]
        if not told:
            return
        standing, revocation = min(told, key=lambda pair: _WORST.index(pair[0]))
        yield QuestionedAct(
            ledger=ledger,
            event=event,
            signer=signer,
            revocation=revocation,
            standing=standing,
            confirmed=self._confirmation(ledger, event, signer),
        )

    def _confirmation(self, ledger: str, event: Event, signer: str) -> Event | None:
        """Return the event by which who signed confirmed an act with a key that is good."""
        key = (ledger, event.index, canonical.sha256(event.to_bytes()), signer)
        # Whoever had the key may have confirmed as well: one that is good is enough.
        for found in self._confirmed.get(key, ()):
            if found.actor.staff_no == signer and found.index in self._good:
                return found
        return None


def _standing(ledger: str, event: Event, revocation: Revocation) -> Standing | None:
    if event.index >= revocation.size_of(ledger):
        return Standing.BEYOND
    since = revocation.since
    if since is None or event.index < revocation.sure_of(ledger):
        return None
    return Standing.IN_DOUBT if event.time >= since else Standing.DATED_BEFORE


@lru_cache(maxsize=1024)
def fingerprint(line: str) -> str:
    """Return the fingerprint of a public key line; empty if it is none."""
    try:
        return PublicKey.parse(line).fingerprint
    except RmdocsError:
        return ""

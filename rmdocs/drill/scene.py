"""Where a fault is put in: a clone, what was sealed in it, and who holds which keys.

What is chosen is chosen by a seed: the same seed on the same store makes the same faults.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from rmdocs.classes import dataclass
from rmdocs.drill.insider import Act, Insider, ToldEvent, sealed_in
from rmdocs.messages import Text, listed, message
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.staff import FOUNDER, StaffRegister
from rmdocs.store.commits import walk_commits
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.head import GitHead
from rmdocs.store.objectwriter import ObjectWriter
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX

if TYPE_CHECKING:
    from rmdocs.audit.pins import Pin
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event
    from rmdocs.store.keys import SigningKey


OTHER_NAME = "演练者"
"""Whom somebody passes for: nobody is called so."""


class Look(StrEnum):
    """What verifying must be asked so that it names a fault."""

    PLAIN = "plain"
    CONTENTS = "contents"
    PINNED = "pinned"


class NothingThereError(Exception):
    """A store has nothing that a fault could be put into.

    :param what: what it lacks, as a person calls it.
    """

    def __init__(self, what: Text) -> None:
        super().__init__()
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event, and where it was sealed.

    :param at: which commit of its ref, counted from 0. :param nth: which event of that.
    """

    ref: str
    at: int
    nth: int
    commit: str
    event: Event
    directory: str

    @property
    def place(self) -> str:
        """Return what the path of a finding about its ledger begins with."""
        return place_of(self.ref)


def place_of(ref: str) -> str:
    """Return how findings name a ledger."""
    return ref.removeprefix("refs/heads/")


def all_sealed(store: GitStore) -> tuple[Found, ...]:
    """Return every event of a store, ledger by ledger, as they were sealed."""
    return tuple(
        found
        for ref in store.refs()
        if ref == CONTROL_REF or ref.startswith(RECORDS_PREFIX)
        for found in _sealed(store, ref)
    )


def _sealed(store: GitStore, ref: str) -> Iterator[Found]:
    before: GitHead | None = None
    tip = store.require_head(ref).commit
    for at, commit in enumerate(walk_commits(store.objects, tip, oldest_first=True)):
        head = GitHead(store.objects, commit.oid)
        for nth, (event, directory) in enumerate(sealed_in(head, before)):
            yield Found(
                ref=ref, at=at, nth=nth, commit=commit.oid, event=event, directory=directory
            )
        before = head


def cloned(source: Path, target: Path, *, linked: bool = False) -> None:
    """Copy a store, file by file.

    :param linked: share the files of objects, which nobody changes in place.
    """
    link = os.link if linked else shutil.copy2

    def copy(one: str, other: str) -> str:
        kept = f"{os.sep}objects{os.sep}" in one.removeprefix(str(source))
        (link if kept else shutil.copy2)(one, other)
        return other

    shutil.copytree(source, target, copy_function=copy)
    # Of a store that is only to be read, folders come with what nobody may do in them.
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o700)
        for name in files if f"{os.sep}objects" not in folder.removeprefix(str(target)) else ():
            Path(folder, name).chmod(0o600)


@dataclass(slots=True, kw_only=True)
class Scene:
    """A clone of its own for one fault.

    :param insider: whoever holds all keys; in a clone of which nobody holds any, none of them.
    :param sealed: what was sealed in it before.
    :param only: a ref to keep to; empty for any.
    :param told: how the fault is put in, as far as that was left to chance.
    :param pins: what is known of its ledgers from outside; a fault may know of more.
    """

    path: Path
    insider: Insider
    sealed: Sequence[Found]
    random: Random
    only: str = ""
    pins: tuple[Pin, ...] = ()
    told: list[Text] = field(default_factory=list)

    @property
    def store(self) -> GitStore:
        """Return the clone, to be read."""
        return self.insider.store

    @property
    def control(self) -> GitHead:
        """Return control as it stands in the clone."""
        return self.store.require_head(CONTROL_REF)

    def day(self, moment: datetime) -> str:
        """Return the day of a moment at the office, as events write it."""
        return moment.astimezone(zone_of(self.control)).date().isoformat()

    def writer(self) -> ObjectWriter:
        """Return what writes objects into the clone."""
        scratch = self.path / "rmdocs" / "partial" / secrets.token_hex(8)
        scratch.mkdir(parents=True)
        return ObjectWriter(self.path, scratch)

    def one(self, what: Text, fits: Callable[[Found], bool]) -> Found:
        """Return the newest, the oldest or any event that fits.

        :raises NothingThereError: if there is none.
        """
        fitting = [one for one in self.sealed if fits(one) and self.only in {"", one.ref}]
        if not fitting:
            raise NothingThereError(what)
        fitting.sort(key=lambda one: one.event.time)
        choices = (
            (message("the newest"), fitting[-1]),
            (message("the oldest"), fitting[0]),
            (message("any"), self.random.choice(fitting)),
        )
        age, found = self.random.choice(choices)
        self.told.append(age)
        return found

    def act_on_record(self, *kinds: str) -> Found:
        """Return an act on a record, of one of the kinds if any are named."""
        return self.one(
            message("act on a record, of the kind {kinds}", kinds=listed(kinds or ("*",))),
            lambda one: one.ref != CONTROL_REF and (not kinds or one.event.kind in kinds),
        )

    def edition(self, fits: Callable[[Found], bool] = lambda _one: True) -> Found:
        """Return an act that issued an edition whose document is not encrypted."""
        return self.one(
            message("edition that is not encrypted"),
            lambda one: (
                "pin" in one.event.facts and "encryption" not in one.event.facts and fits(one)
            ),
        )

    def last_of(self, found: Found) -> Found:
        """Return the last event of the same ledger."""
        return [one for one in self.sealed if one.ref == found.ref][-1]

    def volumes(self) -> list[str]:
        """Return the refs of volumes, in an order of chance."""
        refs = sorted({one.ref for one in self.sealed if one.ref != CONTROL_REF})
        if not refs:
            raise NothingThereError(message("volume of records"))
        self.random.shuffle(refs)
        return [self.only] if self.only in refs else refs

    def alter(self, found: Found, change: Callable[[ToldEvent, Act], object]) -> str:
        """Seal a ledger anew with one event changed; return where the fault is."""

        def change_one(acts: list[Act]) -> None:
            act = acts[found.at]
            change(act.events[found.nth], act)

        self.insider.rewrite(found.ref, change_one)
        return found.place

    def people(self, *roles: str, but: Sequence[str] = ()) -> Iterator[tuple[Person, Actor]]:
        """Yield people whose key is at hand, in an order of chance, and as who they act.

        :param roles: any of which they hold; none for whoever.
        """
        known = sorted(
            StaffRegister(head=self.control).people(), key=lambda person: str(person.staff_no)
        )
        self.random.shuffle(known)
        for person in known:
            ours = [one for one in self.insider.signers if one.line in person.keys]
            fits = not roles or person.roles & set(roles)
            left = str(person.staff_no) in {*but, str(FOUNDER)}
            if ours and fits and not left and person.left is None:
                yield (
                    person,
                    Actor(
                        staff_no=str(person.staff_no),
                        name=person.name,
                        fingerprint=ours[0].fingerprint,
                    ),
                )

    def somebody(self, *roles: str, but: Sequence[str] = ()) -> tuple[Person, Actor]:
        """Return one of :meth:`people`.

        :raises NothingThereError: if there is nobody.
        """
        found = next(self.people(*roles, but=but), None)
        if found is None:
            raise NothingThereError(
                message("person with the role {roles}", roles=role_names(roles or ("*",)))
            )
        return found

    def on_control(self, who: Actor, *events: ToldEvent, **more: Any) -> str:  # noqa: ANN401 - the parts of an act
        """Seal an act on control; return where the fault is."""
        time = self.control.time + timedelta(minutes=1)
        self.insider.append(CONTROL_REF, *events, actor=who, **{"time": time, **more})
        return place_of(CONTROL_REF)

    def key_of(self, actor: Actor) -> SigningKey:
        """Return what signs for somebody."""
        return self.insider.key(actor.fingerprint)


def renamed(actor: Actor, name: str) -> Actor:
    """Return an actor under another's name."""
    return replace(actor, name=name)

"""Faults that somebody with every key puts into control: people, keys, approvals (F9–F22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.control.releasing import APPROVAL_NAMESPACE
from rmdocs.drill import faults
from rmdocs.drill.insider import Act, ToldEvent
from rmdocs.drill.scene import OTHER_NAME, Found, NothingThereError, Scene, renamed
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.event import Actor, Approval
from rmdocs.store.keys import SigningKey, sign
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from rmdocs.registers.staff import Person

fault = partial(faults.fault, keys=True)

OFFICER = "records_officer"
JSON_TYPE = "application/json"


def entry(staff_no: str, number: int, value: Mapping[str, Any]) -> ToldEvent:
    """Return an entry in the register of people."""
    directory = f"people/{staff_no}"
    path = f"{directory}/{number:04d}.json"
    return ToldEvent(
        kind="person",
        subject=staff_no,
        directory=directory,
        files={path: canonical.encode(dict(value))},
        types={path: JSON_TYPE},
    )


def person_json(scene: Scene, key: SigningKey, number: str, *roles: str, **more: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a person as the register has them, of some unit that is there."""
    someone, _ = scene.somebody()
    value = {
        "staff_no": number,
        "name": "吴冒名",
        "unit": str(someone.unit),
        "roles": sorted(roles),
        "keys": [key.public.line],
    }
    return {**value, **more}


def _newcomer(scene: Scene) -> tuple[str, SigningKey]:
    """Return a staff number that nobody has, and a key."""
    someone, _ = scene.somebody()
    known = {str(person.staff_no) for person in StaffRegister(head=scene.control).people()}
    numbers = [f"{someone.unit}-{number:04d}" for number in range(9000, 9999)]
    number = scene.random.choice([one for one in numbers if one not in known])
    key = SigningKey.generate(number)
    scene.insider.signers[key.public] = key
    return number, key


@fault("F11", "ACTOR-ROLE", message("somebody who may not enters a person who approves"))
def person_entered_by_anybody(scene: Scene) -> str:
    number, key = _newcomer(scene)
    for person, actor in scene.people():
        if OFFICER not in person.roles:
            value = person_json(scene, key, number, "form_approver", "president", OFFICER)
            return scene.on_control(actor, entry(number, 1, value))
    raise NothingThereError(message("person who may not enter others"))


@fault("F11", "ACTOR-KEY-THEN", message("somebody enters themselves in the register"))
def person_who_enters_themselves(scene: Scene) -> str:
    number, key = _newcomer(scene)
    who = Actor(staff_no=number, name="吴冒名", fingerprint=key.fingerprint)
    value = person_json(scene, key, number, "form_approver", OFFICER)
    return scene.on_control(who, entry(number, 1, value))


@fault("F11", "ENTRY-KEY", message("a person is entered with the key of another"))
def person_with_the_key_of_another(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    number, _ = _newcomer(scene)
    _, other = scene.somebody()
    value = person_json(scene, scene.key_of(other), number, "relationship_manager")
    return scene.on_control(officer, entry(number, 1, value))


@fault("F11", "ENTRY-TWICE", message("a person is entered a second time, in another unit"))
def person_twice(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    _, key = _newcomer(scene)
    register = StaffRegister(head=scene.control)
    known = {person.staff_no for person in register.people()}
    for person, _ in scene.people():
        units = sorted({one.unit for one in register.people()} - {person.unit})
        for unit in units:
            number = replace(person.staff_no, unit=unit)
            if number not in known:
                value = {**person.to_json(), "staff_no": str(number), "unit": str(unit)}
                told = entry(str(number), 1, {**value, "keys": [key.public.line]})
                return scene.on_control(officer, told)
    raise NothingThereError(message("second unit"))


@fault("F12", "ENTRY-OTHER", message("an entry of one person lies with another's"))
def entry_under_another_number(scene: Scene) -> str:
    person, officer = scene.somebody(OFFICER)
    other, _ = scene.somebody(but=[str(person.staff_no)])
    told = entry(str(other.staff_no), next_entry(scene, other), person.to_json())
    return scene.on_control(officer, told)


@fault("F12", "ENTRY-UNIT ENTRY-ROLE", message("a person is entered with a unit or role unknown"))
def person_of_nowhere(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    number, key = _newcomer(scene)
    role, unit = scene.random.choice((("emperor", None), ("relationship_manager", "ZZ99")))
    value = person_json(scene, key, number, role, **({"unit": unit} if unit else {}))
    return scene.on_control(officer, entry(number, 1, value))


@fault("F12", "ENTRY-LEFT", message("a person who has left is entered with a role and a key"))
def person_who_has_left(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    number, key = _newcomer(scene)
    value = person_json(scene, key, number, OFFICER, left=scene.day(scene.control.time))
    return scene.on_control(officer, entry(number, 1, value))


@fault("F12", "ENTRY-UNREADABLE", message("an entry of the register says nothing that is one"))
def entry_of_nothing(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    number, _ = _newcomer(scene)
    wrong = scene.random.choice(({}, {"staff_no": number}, {"staff_no": number, "keys": 7}))
    return scene.on_control(officer, entry(number, 1, wrong))


@fault("F19", "SUBJECT-OTHER", message("an entry names another than the folder that it lies in"))
def entry_of_another_subject(scene: Scene) -> str:
    found = scene.one(
        message("entry of a register"),
        lambda one: one.event.kind in {"person", "unit", "customer"} and one.at > 0,
    )
    return scene.alter(found, lambda told, _act: setattr(told, "subject", "YT99"))


@fault("F20", "FILE-LACKING", message("an entry is sealed that enters nothing"))
def entry_without_file(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    number, key = _newcomer(scene)
    told = entry(number, 1, person_json(scene, key, number))
    told.files.clear()
    return scene.on_control(officer, told)


@fault(
    "F20",
    "FILE-KIND RELEASE-DIGEST",
    message("an act on control seals a file that no such act has"),
)
def file_of_no_entry(scene: Scene) -> str:
    found = scene.one(message("act on control"), lambda one: one.ref == CONTROL_REF)

    def add(told: ToldEvent, _act: Act) -> None:
        told.files[f"{told.directory}/evil.exe"] = b"MZ"

    return scene.alter(found, add)


def next_entry(scene: Scene, person: Person) -> int:
    """Return the number of the next entry of a person."""
    return len([one for one in scene.control.list(f"people/{person.staff_no}") if "." in one]) + 1


# Approvals ---------------------------------------------------------------------------


@fault("F10", "APPROVAL-SIGNATURE", message("approvals of another revision stand for a revision"))
def approval_moved(scene: Scene) -> str:
    found = _released(scene)

    def move(told: ToldEvent, _act: Act) -> None:
        other = canonical.encode({"act": "release", "number": told.subject, "revision": "0.9"})
        told.approvals = tuple(_signed(scene, one, other) for one in told.approvals)

    return scene.alter(found, move)


@fault("F11", "APPROVAL-SAME", message("one person signs as author, reviewer and approver"))
def approval_of_oneself(scene: Scene) -> str:
    found = _released(scene)

    def same(told: ToldEvent, _act: Act) -> None:
        told.approvals = (told.approvals[0],) * len(told.approvals)

    return scene.alter(found, same)


@fault("F10", "APPROVAL-MISSING", message("a revision is released that not all three approved"))
def approval_missing(scene: Scene) -> str:
    found = _released(scene)
    return scene.alter(found, lambda told, _act: setattr(told, "approvals", told.approvals[:-1]))


def _released(scene: Scene) -> Found:
    return scene.one(
        message("revision approved by key"),
        lambda one: one.event.kind == "release" and bool(one.event.approvals),
    )


def _signed(scene: Scene, approval: Approval, statement: bytes) -> Approval:
    key = scene.insider.key(approval.fingerprint)
    return replace(
        approval,
        statement_sha256=canonical.sha256(statement),
        signature=sign(key, statement, APPROVAL_NAMESPACE),
    )


@fault(
    "F11",
    "REQUEST-MISSING APPROVAL-MISSING",  # the latter before requests were events of their own
    message("a record is declared void though nobody had asked"),
)
def void_unasked(scene: Scene) -> str:
    found = _standing(scene)
    _, who = scene.somebody("president", "dept_head", "relationship_manager")
    told = ToldEvent(
        kind="void",
        subject=found.event.subject,
        directory=found.directory,
        reason="演练",
        relied_on=scene.control.checkpoint,
        facts={"approver": who.name, "rules": found.event.facts.get("rules", 1)},
    )
    head = scene.store.require_head(found.ref)
    time = max(head.time, scene.control.time) + timedelta(minutes=1)
    scene.insider.append(found.ref, told, actor=who, time=time)
    return found.place


@fault("F11", "APPROVAL-SAME", message("whoever asked for a record to be void approves it"))
def void_approved_by_who_asked(scene: Scene) -> str:
    found = scene.one(
        message("record that was declared void on request"),
        lambda one: one.event.kind == "void" and "request" in one.event.facts,
    )
    asked = next(
        one
        for one in reversed(scene.sealed)
        if one.event.kind == "request" and one.event.subject == found.event.subject
    )

    def same(_told: ToldEvent, act: Act) -> None:
        act.actor = asked.event.actor

    return scene.alter(found, same)


def _standing(scene: Scene) -> Found:
    ends = {"void", "dispose"}
    ended = {(one.ref, one.directory) for one in scene.sealed if one.event.kind in ends}
    return scene.one(
        message("record that is not void"),
        lambda one: (
            one.event.kind == "issue"
            and (one.ref, one.directory) not in ended
            and "encryption" not in one.event.facts
        ),
    )


# Forms and files -----------------------------------------------------------------------


@fault("F22", "SIGN-COUNT", message("a PDF with a picture of a signature is filed as signed"))
def signature_pasted_in(scene: Scene) -> str:
    found = scene.one(
        message("formal PDF that is not encrypted"),
        lambda one: one.event.kind == "render" and "encryption" not in one.event.facts,
    )
    number = RecordNumber.parse(found.event.subject)
    edition = found.event.facts["of_edition"]
    head = scene.store.require_head(found.ref)
    pdf = head.read(found.event.files[0].path) or b""
    pasted = scene.random.choice((pdf, pdf + b"\n% a picture of a signature\n"))
    path = f"{found.directory}/signatures/{edition}/{number}-e{edition}-9.pdf"
    told = ToldEvent(
        kind="sign",
        subject=str(number),
        directory=found.directory,
        files={path: pasted},
        types={path: "application/pdf"},
        relied_on=scene.control.checkpoint,
        facts={
            **{name: found.event.facts[name] for name in ("rules", "of_edition")},
            "party": "party_a",
            "level": "B-B",
            "certificate": "0" * 64,
            "signatory": "王样例",
            "filed_on": scene.day(head.time),
        },
    )
    time = max(head.time, scene.control.time) + timedelta(minutes=1)
    scene.insider.append(found.ref, told, actor=found.event.actor, time=time)
    return found.place


@fault("F16", "ACTOR-NAME", message("somebody acts on control under another's name"))
def name_of_another_on_control(scene: Scene) -> str:
    found = scene.one(
        message("act on control"),
        lambda one: one.ref == CONTROL_REF and one.nth == 0 and one.at > 0,
    )
    return scene.alter(
        found, lambda _told, act: setattr(act, "actor", renamed(act.actor, OTHER_NAME))
    )

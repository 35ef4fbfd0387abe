"""Faults with keys that may not sign any more, or not this: of people and of machines (F13)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import ActingPerson
from rmdocs.control.machines import MACHINE
from rmdocs.control.policy import policy_in_force
from rmdocs.control.requesting import approve_request, ask
from rmdocs.control.revoking import revocation_order, revoke_own
from rmdocs.drill import faults
from rmdocs.drill.controlfaults import JSON_TYPE, OFFICER, entry, next_entry
from rmdocs.drill.insider import ToldEvent
from rmdocs.drill.outsider import heads
from rmdocs.drill.scene import Scene
from rmdocs.messages import message
from rmdocs.registers.ledgerkeys import MachineOrder
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.checkpoint import EVERY_LEDGER
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from rmdocs.registers.staff import Person
    from rmdocs.store.checkpoint import Checkpoint
    from rmdocs.store.event import Actor

fault = partial(faults.fault, keys=True)

_REASON = "演练"


@fault("F13", "ACTOR-KEY-THEN", message("a key that was replaced signs"))
def replaced_key_signs(scene: Scene) -> str:
    _, officer = scene.somebody(OFFICER)
    person, before = scene.somebody(but=[officer.staff_no])
    key = SigningKey.generate(before.staff_no)
    scene.insider.signers[key.public] = key
    value = {**person.to_json(), "keys": [key.public.line]}
    scene.on_control(officer, entry(before.staff_no, next_entry(scene, person), value))
    return _act_after(scene, before)


@fault("F13", "KEY-REVOKED", message("a key that was revoked signs, whatever date it names"))
def revoked_key_signs(scene: Scene) -> str:
    person, actor = scene.somebody()
    register = StaffRegister(head=scene.control)
    order = revocation_order(register, person, actor.fingerprint, None)
    known = scene.control.checkpoint
    revoke_own(scene.store, order, _REASON, _acting(scene, person, actor))
    return _act_after(scene, actor, relied_on=known, minutes=0)


# Ledger keys of machines -----------------------------------------------------------


@fault("F13", "LEDGER-KEY-ENDED", message("the ledger key of a machine that ended signs on"))
def ended_ledger_key_signs(scene: Scene) -> str:
    key = _machine(scene, EVERY_LEDGER)
    _enter(scene, key, ())
    _, somebody = scene.somebody(OFFICER)
    return _act_after(scene, somebody, ledger_key=key)


@fault("F13", "LEDGER-KEY-OTHER", message("a machine's ledger key signs another unit's ledger"))
def ledger_key_of_another_unit(scene: Scene) -> str:
    key = _machine(scene, ("control", "records/*/ZZ99"))
    found = scene.act_on_record()
    return scene.alter(found, lambda _told, act: setattr(act, "ledger_key", key))


@fault("F13", "LEDGER-KEY-EARLY", message("a ledger is signed before its key was entered"))
def ledger_key_before_its_entry(scene: Scene) -> str:
    key = _machine(scene, EVERY_LEDGER)
    found = scene.one(
        message("act that relies on registers"), lambda one: one.event.relied_on is not None
    )
    return scene.alter(found, lambda _told, act: setattr(act, "ledger_key", key))


def _machine(scene: Scene, ledgers: tuple[str, ...]) -> SigningKey:
    """Enter the ledger key of a machine of the drill's, as two people do it; return the key."""
    key = SigningKey.generate("machine")
    scene.insider.signers[key.public] = key
    _enter(scene, key, ledgers)
    return key


def _enter(scene: Scene, key: SigningKey, ledgers: tuple[str, ...]) -> None:
    order = MachineOrder(machine="drill", key=key.public, ledgers=ledgers)
    roles = policy_in_force(scene.control).acts
    asking, who = scene.somebody(*roles[MACHINE.asks])
    approving, second = scene.somebody(*roles[MACHINE.approves], but=[who.staff_no])
    store = scene.store
    request = ask(store, MACHINE, order.to_toml(), _REASON, _acting(scene, asking, who))
    kinds = {MACHINE.act: MACHINE}
    approve_request(store, request.number, kinds, _acting(scene, approving, second))


def _acting(scene: Scene, person: Person, actor: Actor) -> ActingPerson:
    """Return somebody at work a minute after control was sealed last."""
    moment = scene.control.time + timedelta(minutes=1)
    return ActingPerson(
        person=person,
        key=scene.key_of(actor),
        ledger_key=scene.insider.ledger_key(scene.control),
        control=lambda: scene.control,
        now=moment,
        today=moment.date(),
        require_not_back=lambda _branch: None,  # an insider does not ask
    )


def _act_after(
    scene: Scene,
    actor: Actor,
    minutes: int = 2,
    relied_on: Checkpoint | None = None,
    ledger_key: SigningKey | None = None,
) -> str:
    """Seal an act in the name of somebody: on control, or again on the record acted on last."""
    records = [one for one in scene.sealed if one.ref != CONTROL_REF and one.nth == 0]
    time = scene.control.time + timedelta(minutes=minutes)
    more = {} if ledger_key is None else {"ledger_key": ledger_key}
    if records and heads(scene.random):
        found = scene.random.choice(records)
        told = ToldEvent(
            kind="reject",
            subject=found.event.subject,
            directory=found.directory,
            relied_on=relied_on or scene.control.checkpoint,
            facts={"rules": found.event.facts.get("rules", 1)},
        )
        head = scene.store.require_head(found.ref)
        scene.insider.append(found.ref, told, actor=actor, time=max(time, head.time), **more)
        return found.place
    uscc = "91370112MA3DEM019E"
    number = len(scene.control.list(f"customers/{uscc}")) + 1
    path = f"customers/{uscc}/{number:04d}.json"
    value = {"uscc": uscc, "name": "济南虚构岱岳重型机械有限公司"}
    told = ToldEvent(
        kind="customer",
        subject=uscc,
        directory=f"customers/{uscc}",
        files={path: canonical.encode(value)},
        types={path: JSON_TYPE},
    )
    return scene.on_control(actor, told, time=time, **more)

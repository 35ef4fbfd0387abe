"""Signing keys: made, revoked, and what they signed confirmed by their owners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import renewal
from rmdocs.control.machines import MACHINE, late_checkpoints, ruling
from rmdocs.control.requesting import ask
from rmdocs.control.revoking import REVOCATION, confirm_acts, revocation_order, revoke_own
from rmdocs.control.staff import write_signers
from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.events.keys import MACHINE as NAME_OF_MACHINE
from rmdocs.events.kinds import read
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.registers.approvalrequests import ApprovalRequest
from rmdocs.registers.ledgerkeys import MachineOrder, ledger_keys
from rmdocs.registers.officetime import require_within_reach
from rmdocs.registers.revocations import RevocationRegister, Standing
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.checking import events_of
from rmdocs.store.checkpoint import EVERY_LEDGER
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, ledger_origin
from rmdocs.workspace.keyring import LEDGER_KEY_NAME, MACHINE_KEY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from rmdocs.files import File
    from rmdocs.identifiers import StaffNumber, UnitCode
    from rmdocs.registers.revocations import QuestionedAct
    from rmdocs.store.protocol import Head
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionedActAnswer(Answer):
    """An act that a revoked key signed, as a person reads it.

    :param act: how it is named to be confirmed: ``RXD7200-02/JN01/2026/1:3``.
    :param kind: what was done, as docs/architecture.md lists the kinds.
    :param told: what a person calls it. :param subject: to what it was done.
    :param time: that it bears, by the clock of the office.
    :param standing: ``beyond`` if it was signed after the key was revoked, ``in-doubt``, or
        ``dated-before`` if it is in doubt though it is dated before.
    :param fingerprint: of the revoked key.
    """

    TOLD: ClassVar = ("act", "kind", "told", "subject", "time", "standing", "why", "fingerprint")
    act: str
    kind: str
    told: Text
    subject: str
    time: datetime
    standing: Standing
    fingerprint: str = field(metadata=called("key"))

    @property
    def why(self) -> Text:
        """Return why it has to be confirmed, in words."""
        return self.standing.called


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevocation(Answer):
    """What became of a key that somebody wants revoked.

    :param staff_no: whose it is. :param name: theirs. :param fingerprint: of the key.
    :param request: what waits for a second person; none where the owner revoked it.
    :param in_doubt: how many acts its owner has to confirm now.
    :param next_step: how its owner comes by a new one; None if they have one, or it waits.
    """

    TOLD: ClassVar = ("staff_no", "name", "fingerprint", "request", "in_doubt")
    staff_no: str
    name: str
    fingerprint: str = field(metadata=called("key"))
    request: ApprovalRequest | None
    in_doubt: int
    next_step: Text | None = None


def revoke(
    workspace: Workspace,
    staff_no: StaffNumber,
    reason: str,
    since: datetime | None = None,
    key: str = "",
) -> KeyRevocation:
    """Revoke one's own key, or ask for somebody else's to be revoked.

    :param since: from when on what it signed is in doubt; without a time zone by the clock of
        the office.
    :param key: its fingerprint or the beginning of it, if the person has several.
    :raises UsageError: if that moment is still to come, or of no year that clocks here show.
    :raises ControlError: if there is no such key, it was revoked before, or whoever acts may
        not ask for it.
    """
    acting = workspace.acting()
    if since is not None:
        require_within_reach(since.date())
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=workspace.registry.zone)
    if since is not None and since > acting.now:
        raise UsageError(
            message("{moment} is still to come", moment=workspace.local(since)),
            by_command(message("say since when the key may have been in other hands"), "--from"),
        )
    register = workspace.registry.staff
    person = register.person(staff_no)
    order = revocation_order(register, person, key, since)
    request = None
    if acting.person.staff_no == staff_no:
        revoke_own(workspace.store, order, reason, acting)
        workspace.refresh()
        write_signers(workspace.store, workspace.registry.control)
    else:
        request = ask(workspace.store, REVOCATION, order.to_toml(), reason, acting)
        workspace.refresh()
    left = workspace.registry.staff.person(staff_no).keys
    return KeyRevocation(
        next_step=_next_step(staff_no) if request is None and not left else None,
        staff_no=str(staff_no),
        name=person.name,
        fingerprint=order.fingerprint,
        request=request,
        in_doubt=len(_questioned(workspace, staff_no)) if request is None else 0,
    )


def _next_step(staff_no: StaffNumber) -> Text:
    if staff_no != FOUNDER:
        return renewal(staff_no)
    return message("the key of the founding signs nothing more: keep its file where nobody uses it")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAnswer(Answer):
    """A key that signs ledgers, or signed them.

    :param machine: whose it is; empty of the key that the store was founded with.
    :param fingerprint: of the key. :param ledgers: that it signs, by the beginning of their names.
    :param here: whether it is the one that this machine signs with.
    :param ended: whether it signs nothing more.
    """

    TOLD: ClassVar = ("machine", "fingerprint", "ledgers", "here", "ended")
    machine: str
    fingerprint: str = field(metadata=called("key"))
    ledgers: tuple[str, ...]
    here: bool
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAsked(Answer):
    """What became of a machine's key that somebody wants entered.

    :param fingerprint: of the key. :param path: of its public half, where it lies on this machine.
    :param requests: what waits for a second person; none where this machine may seal nothing yet.
    :param next_step: how it is asked for elsewhere then; None if it was asked for.
    """

    TOLD: ClassVar = ("fingerprint", "path", "requests", "next_step")
    fingerprint: str = field(metadata=called("key"))
    path: Path | None
    requests: tuple[ApprovalRequest, ...]
    next_step: Text | None = None


def machines(workspace: Workspace) -> list[MachineAnswer]:
    """Return the keys that sign, or signed, the ledgers; the founding key first."""
    keys, ring = ledger_keys(workspace.registry.control), workspace.keys
    mine = []
    for name in (MACHINE_KEY_NAME, LEDGER_KEY_NAME):
        with suppress(ControlError, StoreError):  # whoever may not read it signs nothing with it
            mine += [ring.load(name).fingerprint] if ring.has(name) else []
    return [
        MachineAnswer(
            machine=one.machine,
            fingerprint=one.public.fingerprint,
            ledgers=one.ledgers,
            here=one.public.fingerprint in mine and one.until is None,
            ended=one.until is not None,
        )
        for one in keys.all
    ]


def may_sign_ledgers(workspace: Workspace) -> bool:
    """Return whether this machine has a key for the ledgers that signs yet, and still."""
    known, ring = ledger_keys(workspace.registry.control), workspace.keys
    names = [name for name in (MACHINE_KEY_NAME, LEDGER_KEY_NAME) if ring.has(name)]
    return any(known.rules(ring.load(name).public) for name in names)


def enter_machine(  # noqa: PLR0913 - a machine is told by that much
    workspace: Workspace,
    machine: str,
    reason: str,
    units: Sequence[UnitCode] = (),
    key: File | None = None,
    *,
    end_founder: bool = False,
) -> MachineAsked:
    """Ask for a machine's ledger key to be entered, and for the founder's power to be ended.

    On a machine that may seal nothing yet its key is made, to be asked for on another.

    :param units: whose ledgers it signs, and control; none for all ledgers.
    :param key: its public key (.pub), made there; None for that of this machine, which is made
        if there is none.
    :param end_founder: see :mod:`rmdocs.control.revoking`.
    :raises ControlError: if whoever acts may not ask, or control says so already.
    :raises UsageError: if that is no name of a machine.
    """
    if not re.fullmatch(NAME_OF_MACHINE, machine, re.ASCII):
        raise UsageError(
            message("“{machine}” is no name of a machine", machine=machine),
            message("take 1 to 32 letters, digits and hyphens, a letter first: JN01-server"),
        )
    for unit in units:
        workspace.registry.staff.unit(unit)
    public = _public(workspace, key)
    path = None if key is not None else workspace.keys.path(MACHINE_KEY_NAME).with_suffix(".pub")
    if path is not None and not may_sign_ledgers(workspace):
        return MachineAsked(
            fingerprint=public.fingerprint,
            path=path,
            requests=(),
            next_step=by_command(
                message("have it entered on a machine that writes already"),
                message("rmdocs key machine {machine} --key FILE", machine=machine),
            ),
        )
    acting = workspace.acting()
    if end_founder:  # before anything is asked
        staff = workspace.registry.staff
        revocation_order(staff, staff.person(FOUNDER), "", None)
    of_units = tuple(f"records/*/{unit}" for unit in units)
    order = MachineOrder(
        machine=machine,
        key=public,
        ledgers=("control", *of_units) if units else EVERY_LEDGER,
    )
    asked = [ask(workspace.store, MACHINE, order.to_toml(), reason, acting)]
    workspace.refresh()
    if end_founder:
        ended = revoke(workspace, FOUNDER, reason).request
        asked += [ended] if ended is not None else []
    return MachineAsked(fingerprint=public.fingerprint, path=path, requests=tuple(asked))


def end_machine(workspace: Workspace, machine: str, reason: str) -> MachineAsked:
    """Ask for a machine's ledger key to be ended: it was lost, or writes no more.

    :raises ControlError: if there is no such machine, or no key would be left that signs control.
    """
    acting = workspace.acting()
    before = _entered(workspace.registry.control, machine)
    order = replace(before, ledgers=(), late=())
    asked = ask(workspace.store, MACHINE, order.to_toml(), reason, acting)
    workspace.refresh()
    return MachineAsked(fingerprint=before.key.fingerprint, path=None, requests=(asked,))


def confirm_late(workspace: Workspace, machine: str, reason: str) -> MachineAsked:
    """Ask for what keys signed after they had ended to be confirmed, in an entry of a machine.

    Whoever asks, and whoever approves it, found out that this was honest: on a machine that had
    not heard of the end.

    :raises ControlError: if there is no such machine, or nothing was signed so.
    """
    acting, control = workspace.acting(), workspace.registry.control
    before = _entered(control, machine)
    late = late_checkpoints(workspace.store, ledger_keys(control))
    if not late:
        raise ControlError(
            message("nothing in any volume was signed with a ledger key that had ended"),
            by_command(message("see which machines there are"), "rmdocs key machine"),
        )
    order = replace(before, late=late)
    asked = ask(workspace.store, MACHINE, order.to_toml(), reason, acting)
    workspace.refresh()
    return MachineAsked(fingerprint=before.key.fingerprint, path=None, requests=(asked,))


def _entered(control: Head, machine: str) -> MachineOrder:
    before = ruling(control, machine)
    if before is None:
        raise ControlError(
            message("control knows no machine {machine}", machine=machine),
            by_command(message("see which machines there are"), "rmdocs key machine"),
        )
    return before


def _public(workspace: Workspace, key: File | None) -> PublicKey:
    """Return the key that is to be entered: as handed in, or this machine's own."""
    if key is not None:
        return PublicKey.parse(key.data.decode(errors="replace"))
    workspace.require_whole()
    return workspace.keys.own(MACHINE_KEY_NAME).public


def questioned(workspace: Workspace) -> list[QuestionedActAnswer]:
    """Return what whoever acts has to confirm: their acts that a revoked key signed.

    :raises UsageError: if nobody acts.
    :raises ControlError: if they are not in the register.
    """
    found = _questioned(workspace, workspace.require_person().staff_no)
    return [_answer(workspace, one) for one in found]


def confirm(
    workspace: Workspace, reason: str, names: Sequence[str] = ()
) -> list[QuestionedActAnswer]:
    """Confirm acts that a revoked key of whoever acts signed, with another key; return them.

    :param names: as :func:`questioned` names them; none for all.
    :raises ControlError: if one is not theirs to confirm, or there is none.
    """
    acting = workspace.acting()
    waiting = {one.name: one for one in _questioned(workspace, acting.person.staff_no)}
    unknown = [name for name in names if name not in waiting]
    if unknown:
        raise ControlError(
            message("not among what waits to be confirmed by you: {acts}", acts=listed(unknown)),
            by_command(message("see what waits to be confirmed by you"), "rmdocs key confirm"),
        )
    chosen = [waiting[name] for name in dict.fromkeys(names or waiting)]  # each once
    confirm_acts(workspace.store, chosen, reason, acting)
    workspace.refresh()
    return [_answer(workspace, one) for one in chosen]


def _questioned(workspace: Workspace, staff_no: StaffNumber) -> list[QuestionedAct]:
    """Return the acts that a revoked key of a person signed and they have not confirmed."""
    control = workspace.registry.control
    register = RevocationRegister.of(control)
    if not any(one.said.staff_no == staff_no for one in register.all):
        return []
    store, found = workspace.store, []
    for ref in store.refs():
        if ref == CONTROL_REF or ref.startswith(RECORDS_PREFIX):
            found += [
                one
                for one in register.questioned_of(
                    ledger_origin(ref), events_of(store.require_head(ref))
                )
                if one.signer == str(staff_no) and one.confirmed is None
            ]
    return found


def _answer(workspace: Workspace, act: QuestionedAct) -> QuestionedActAnswer:
    said = read(act.event)
    return QuestionedActAnswer(
        act=act.name,
        kind=said.kind,
        told=said.told,
        subject=act.event.subject,
        time=workspace.local(act.event.time),
        standing=act.standing,
        fingerprint=act.revocation.said.fingerprint,
    )

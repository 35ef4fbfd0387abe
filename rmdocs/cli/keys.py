"""Signing keys, of people and of machines: ``rmdocs key``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.control import echo_request
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, MOMENT, json_option
from rmdocs.cli.revision import reason_option
from rmdocs.errors import UsageError
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.workspace.keys import MachineAnswer


@command("new")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@pass_session
def key_new(session: Session, staff_no: str) -> None:
    """Make a person's signing key.

    A passphrase is asked for that locks it (or taken from RMDOCS_PASSPHRASE).
    The private key stays on this machine and never enters the store. Its
    public half, the .pub file beside it, counts once it is entered in the
    register of staff (see: rmdocs person add).
    """
    from rmdocs.workspace import people

    number = StaffNumber.parse(staff_no)
    key = people.new_key(session.workspace(), number, session.new_passphrase(str(number)))
    said = message("key {fingerprint} in {path}", fingerprint=key.fingerprint, path=key.path)
    click.echo(session.say(said))


@command("revoke")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@reason_option
@option(
    "--from",
    "since",
    type=MOMENT,
    metavar="TIME",
    help="Since when the key may have been in other hands: its acts since are in doubt.",
)
@option(
    "--key",
    default="",
    metavar="TEXT",
    help="The fingerprint of the key, or its beginning, if the person has several.",
)
@json_option
@pass_session
def key_revoke(
    session: Session,
    staff_no: str,
    reason: str,
    since: datetime | None,
    key: str,
    *,
    as_json: bool,
) -> None:
    """Revoke a signing key that is lost, was copied, or is no longer used.

    How many acts each ledger has now is sealed: whatever the key signs beyond
    that is a fault, whatever date it bears. Your own key you revoke yourself,
    with it or with a new one; somebody else's takes a second person (see:
    rmdocs approve). Then make a new key (rmdocs key new) and have it entered
    (rmdocs person add). What is in doubt its owner confirms with the new one:
    rmdocs key confirm.
    """
    from rmdocs.workspace import keys

    number = StaffNumber.parse(staff_no)
    done = keys.revoke(session.workspace(), number, reason, since, key)
    if as_json:
        printing.echo_answer(done, session)
        return
    if done.request is not None:
        echo_request(done.request, session, as_json=False)
        return
    said = message(
        "revoked: key {fingerprint} of {name} ({staff_no}); {count} act(s) in doubt",
        fingerprint=done.fingerprint,
        name=done.name,
        staff_no=done.staff_no,
        count=done.in_doubt,
    )
    click.echo(session.say(said))
    if done.next_step is not None:
        click.echo(f"    → {session.say(done.next_step)}")


_ACT_HEADINGS = (
    message("number of the act"),
    message("time"),
    message("what was done"),
    message("about"),
    message("why"),
)


@command("confirm")
@argument(
    "acts",
    metavar="[ACT]...",
    nargs=-1,
    help="Acts as they are listed, such as RXD7200-02/JN01/2026/1:3.",
)
@option("--all", "everything", is_flag=True, help="All that are listed.")
@option("--reason", default="", metavar="TEXT", help="Why; it stays on record.")
@json_option
@pass_session
def key_confirm(
    session: Session, acts: Sequence[str], reason: str, *, everything: bool, as_json: bool
) -> None:
    """Confirm that you did what a revoked key of yours signed.

    Without ACT or --all it lists what waits for you: what the key signed since
    it may have been in other hands, and what it signed after it was revoked,
    on a machine that had not heard of it. Confirm what you did yourself, with
    your new key; have the rest voided.
    """
    from rmdocs.workspace import keys

    work = session.workspace()
    wanted = bool(acts) or everything
    found = keys.confirm(work, reason, acts) if wanted else keys.questioned(work)
    if as_json:
        for one in found:
            printing.echo_answer(one, session)
        return
    rows = [
        (
            one.act,
            one.time.strftime("%Y-%m-%d %H:%M"),
            session.say(one.told),
            one.subject,
            session.say(one.why),
        )
        for one in found
    ]
    printing.echo_table(_ACT_HEADINGS, rows, session.language)
    if wanted:
        click.echo(session.say(message("{count} act(s) confirmed", count=len(found))))


_MACHINE_HEADINGS = (
    message("machine"),
    message("key"),
    message("ledgers"),
    message("status"),
)


@command("machine")
@argument(
    "name",
    metavar="[NAME]",
    required=False,
    help="What the machine is called, such as JN01-server; without it they are listed.",
)
@option(
    "--unit",
    "units",
    metavar="CODE",
    multiple=True,
    help="A unit whose ledgers it signs, beside control; all ledgers unless given.",
)
@option(
    "--key",
    type=EXISTING_FILE,
    metavar="FILE",
    help="The machine's public key (machine.pub), made there; without it the key of this machine.",
)
@option("--end", is_flag=True, help="The machine is lost, or writes no more: its key ends.")
@option(
    "--end-founder",
    is_flag=True,
    help="Ask as well for the founder's power to be ended: the shared key signs nothing more.",
)
@option(
    "--late",
    is_flag=True,
    help="Ask for what ledger keys signed after they had ended to be confirmed: it was honest, on a"
    " machine that had not heard of it.",
)
@option("--reason", default="", metavar="TEXT", help="Why; it stays on record.")
@json_option
@pass_session
def key_machine(
    session: Session,
    name: str | None,
    units: Sequence[str],
    key: Path | None,
    reason: str,
    *,
    end: bool,
    end_founder: bool,
    late: bool,
    as_json: bool,
) -> None:
    """Give a machine that writes a ledger key of its own.

    Every act is signed by the person; the ledger that it goes into by the machine.
    A store begins with one key for that, the founder's, and each machine that writes
    has a copy of it. This command makes the machine a key of its own (keys/machine.key)
    and asks for it to be entered in control; somebody else approves it (see: rmdocs
    approve). Run again with another key it replaces the one of before: what that one
    signs beyond the ledgers as they are then is a fault. With --end-founder the shared
    key ends for good, and the founder with it: first give every machine its own.
    With --late two people confirm, in an entry of the machine, what a key signed after
    it had ended: the fault is then told as confirmed, by whom and when.
    """
    from rmdocs import folders
    from rmdocs.workspace import keys

    work = session.workspace()
    if name is None:
        _echo_machines(keys.machines(work), session, as_json=as_json)
        return
    if late and (end or end_founder or units or key is not None):
        raise UsageError(
            message("--late goes with none of the others: it enters the machine as it is"),
            message("leave the others out, and give them in a command of their own"),
        )
    if end:
        asked = keys.end_machine(work, name, reason)
    elif late:
        asked = keys.confirm_late(work, name, reason)
    else:
        asked = keys.enter_machine(
            work,
            name,
            reason,
            [UnitCode.parse(unit) for unit in units],
            folders.read(key) if key is not None else None,
            end_founder=end_founder,
        )
    if as_json:
        printing.echo_answer(asked, session)
        return
    for request in asked.requests:
        echo_request(request, session, as_json=False)
    if asked.next_step is not None:
        said = message(
            "key {fingerprint} in {path}", fingerprint=asked.fingerprint, path=asked.path or "-"
        )
        click.echo(session.say(said))
        click.echo(f"    → {session.say(asked.next_step)}")


def _echo_machines(found: Sequence[MachineAnswer], session: Session, *, as_json: bool) -> None:
    if as_json:
        for one in found:
            printing.echo_answer(one, session)
        return
    ended, here, good = message("signs no more"), message("signs here"), message("in force")
    rows = [
        (
            one.machine or session.say(message("(founding key)")),
            one.fingerprint,
            " ".join(one.ledgers),
            session.say(ended if one.ended else here if one.here else good),
        )
        for one in found
    ]
    printing.echo_table(_MACHINE_HEADINGS, rows, session.language)


@command("witness")
@argument("name", metavar="NAME", help="What the witness is called: a unit, or head-office.")
@json_option
@pass_session
def key_witness(session: Session, name: str, *, as_json: bool) -> None:
    """Make the key of a witness, and say what a policy needs.

    The line that is printed goes into the policy of whoever verifies, which they keep
    themselves: hand it to them by another way than the store. The key signs nothing but
    checkpoints; see rmdocs witness.
    """
    from rmdocs.workspace import witnessing

    found = witnessing.own_key(session.workspace(), name)
    if as_json:
        printing.echo_answer(found, session)
        return
    said = message("key {fingerprint} in {path}", fingerprint=found.fingerprint, path=found.path)
    click.echo(session.say(said), err=True)
    click.echo(found.line)

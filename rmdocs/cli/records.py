"""How one record is printed: its head, its life, its captured values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from rmdocs.canonical import JsonObject
from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.messages import Text, Verbatim, listed, message
from rmdocs.registers.names import ACT_NAMES, named

if TYPE_CHECKING:
    from rmdocs.audit.trace import Act, SetAside, Shown

_ACT_HEADINGS = (
    message("time"),
    message("act"),
    message("by"),
    message("edition"),
    message("remark"),
)


def shown_json(shown: Shown, session: Session) -> JsonObject:
    """Return a record for a JSON answer."""
    return {
        "number": str(shown.number),
        "form": str(shown.number.series.form),
        "title": session.say(shown.title),
        "revision": shown.revision,
        "status": shown.status,
        "disposed": _disposed_json(shown),
        "request": str(shown.request.number) if shown.request is not None else None,
        "edition": shown.edition,
        "current_edition": shown.current_edition,
        "record": shown.record,
        "stages": list(shown.stages),
        "derived": shown.derived,
        "documents": printing.sealed_json(shown.files),
        "events": [_act_json(act) for act in shown.acts],
    }


def echo_head(shown: Shown, session: Session, more: Iterable[tuple[Text, str]] = ()) -> None:
    """Print number, form, status and documents, and what more there is to say."""
    status = session.say(printing.named(printing.STATUSES, shown.status))
    edition = f"{shown.edition} / {shown.current_edition}"
    printing.echo_facts(
        (
            (message("number"), str(shown.number)),
            (message("form"), f"{shown.number.series.form} {session.say(shown.title)}"),
            (message("revision"), shown.revision),
            (message("status"), status),
            (message("disposed of"), _disposed(shown)),
            (message("waiting"), _waiting(shown, session)),
            (message("edition"), edition),
            (message("documents"), session.say(listed(shown.documents))),
            *more,
        ),
        session.language,
    )


def echo_acts(acts: Iterable[Act], session: Session) -> None:
    """Print the record's life, one act a line."""
    click.echo()
    printing.echo_table(_ACT_HEADINGS, [_act_row(act, session) for act in acts], session.language)


def echo_said(shown: Shown, session: Session) -> None:
    """Print what a record says, one value a line, in the words of its form."""
    for said in shown.said:
        if said.lines:
            click.echo(f"\n{session.say(said.title)}")
            for place, value in said.lines:
                line = message("{place}: {value}", place=place, value=Verbatim(value))
                click.echo(f"  {session.say(line)}")


def _disposed(shown: Shown) -> str:
    return f"{shown.tombstone.on} {shown.tombstone.certificate}" if shown.tombstone else ""


def _waiting(shown: Shown, session: Session) -> str:
    """Return what somebody asked to be done with a record, while nobody decided it."""
    if shown.request is None:
        return ""
    return session.say(
        message(
            "{request}: {name} asked to {act}",
            request=shown.request.number,
            name=shown.request.asked.actor.name,
            act=named(ACT_NAMES, shown.request.act),
        )
    )


def _disposed_json(shown: Shown) -> JsonObject | None:
    if shown.tombstone is None:
        return None
    return {"on": shown.tombstone.on.isoformat(), "certificate": shown.tombstone.certificate}


def _act_row(act: Act, session: Session) -> tuple[str, ...]:
    kind = session.say(printing.named(printing.KINDS, act.kind))
    edition = "" if act.edition is None else str(act.edition)
    if act.set_aside is not None:
        edition = session.say(message("{edition} set aside", edition=edition))
    elif act.superseded:
        edition = session.say(message("{edition} superseded", edition=edition))
    on = session.say(message("on {revision}", revision=act.revision)) if act.revision else ""
    looked = session.say(message("no ink found; a person looked")) if act.looked else ""
    stage = session.say(act.stage_title) if act.stage_title is not None else ""
    aside = session.say(_told_aside(act.set_aside)) if act.set_aside is not None else ""
    remark = " ".join(part for part in (on, stage, act.party, looked, act.reason, aside) if part)
    return (_time(act.time), kind, f"{act.name} {act.staff_no}", edition, remark)


def _told_aside(aside: SetAside) -> Text:
    """Return by whom a signature was set aside, when, why, and what stands in its place."""
    values = {"name": aside.name, "staff_no": aside.staff_no, "time": _time(aside.time)}
    if not aside.replaced_by:
        return message(
            "(set aside by {name} {staff_no} at {time}: {reason})", reason=aside.reason, **values
        )
    return message(
        "(set aside by {name} {staff_no} at {time}: {reason}; in its place: {file})",
        reason=aside.reason,
        file=aside.replaced_by,
        **values,
    )


def _aside_json(aside: SetAside | None) -> JsonObject | None:
    if aside is None:
        return None
    return {
        "time": aside.time.isoformat(),
        "staff_no": aside.staff_no,
        "name": aside.name,
        "reason": aside.reason,
        "replaced_by": aside.replaced_by,
    }


def _act_json(act: Act) -> JsonObject:
    return {
        "time": act.time.isoformat(),
        "kind": act.kind,
        "staff_no": act.staff_no,
        "name": act.name,
        "edition": act.edition,
        "superseded": act.superseded,
        "set_aside": _aside_json(act.set_aside),
        "revision": act.revision,
        "stage": act.stage,
        "party": act.party,
        "reason": act.reason,
        "key": act.fingerprint,
        "approved_by": act.approved_by,
        "documents": printing.sealed_json(act.files),
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")

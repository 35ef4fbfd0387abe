"""The store itself: ``rmdocs store``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import WholeNumber, json_option, out_file
from rmdocs.messages import message

if TYPE_CHECKING:
    from pathlib import Path

    from rmdocs.messages import Text
    from rmdocs.store.maintenance import Holdings
    from rmdocs.workspace.storefiles import StoreMaintained


@command("maintain")
@json_option
@pass_session
def store_maintain(session: Session, *, as_json: bool) -> None:
    """Put together what the store holds: less room, fewer files.

    It happens by itself, in the background, after many acts; by hand it is useful before a
    backup, or after a large batch. Everybody may go on working meanwhile. Nothing that the
    store holds is dropped or changed; if it is broken off, the next time goes on.
    """
    from rmdocs.workspace import storefiles

    with Progress(session.say(message("comparing objects")), patience=1) as progress:
        found = storefiles.maintain(session.workspace(), progress=progress.until_done)
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print(found, session)


@command("bundle")
@argument("year", metavar="YEAR", type=WholeNumber(1990, 2999), help="Which year.")
@option(
    "--out", type=out_file(".bundle"), required=True, metavar="FILE", help="The file to be written."
)
@json_option
@pass_session
def store_bundle(session: Session, year: int, out: Path, *, as_json: bool) -> None:
    """Write a closed year into one file, to be read without the store.

    In it are the control ledger and all volumes of the year, with their whole history; every
    series of the year must be closed. The store stays as it is. The file is read by naming it in
    place of a workspace: rmdocs -w FILE verify, trace, prove, find; and plain git clones it.
    """
    from rmdocs.workspace import storefiles

    folders.require_free(out, message("move it away, or choose another name"))
    with Progress(session.say(message("comparing objects")), patience=1) as progress:
        found = storefiles.bundle(session.workspace(), year, out, progress=progress.until_done)
    if as_json:
        printing.echo_answer(found, session)
        return
    told = message(
        "{year}: {records} record(s) in {volumes} volume(s)",
        year=found.year,
        records=found.records,
        volumes=found.volumes,
    )
    click.echo(session.say(told))
    click.echo(f"SHA-256 {found.sha256}")
    click.echo(session.say(message("wrote {path}", path=out)), err=True)


def _print(found: StoreMaintained, session: Session) -> None:
    if found.before == found.after:
        click.echo(session.say(message("nothing to put together")))
    printing.echo_facts(
        (
            (message("took so far"), session.say(_told(found.before))),
            (message("takes now"), session.say(_told(found.after))),
        ),
        session.language,
    )
    if found.bytes_per_record is not None:
        told = message(
            "{records} record(s), {bytes} bytes each with all that belongs to them",
            records=found.records,
            bytes=f"{found.bytes_per_record:,}",
        )
        click.echo(session.say(told))


def _told(holdings: Holdings) -> Text:
    return message(
        "{kilobytes} KB in {packs} pack(s) and {loose} single file(s)",
        kilobytes=f"{-(-holdings.bytes // 1000):,}",
        packs=holdings.packs,
        loose=holdings.loose,
    )

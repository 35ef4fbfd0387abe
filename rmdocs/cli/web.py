"""Pages in a browser: ``rmdocs web``, and ``rmdocs reader`` for who reads from elsewhere."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session, passphrase
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, WholeNumber, json_option
from rmdocs.errors import UsageError
from rmdocs.messages import listed, message

_PORT = 8765


@command("web")
@option(
    "--port",
    type=WholeNumber(1024, 65000),
    default=_PORT,
    metavar="NUMBER",
    help="The port to begin with; the next free one if it is taken.",
)
@option("--no-browser", is_flag=True, help="Only print the address; open no browser.")
@option(
    "--sample",
    is_flag=True,
    help="Make a sample workspace first, if there is none: here, or in the folder sample.",
)
@option("--read-only", is_flag=True, help="Nobody acts: pages for reading, without any key.")
@option(
    "--host",
    default="",
    metavar="TEXT",
    help="Serve other machines too, by this address of this one, such as 0.0.0.0 for all;"
    " for reading only, with --tls-cert and --tls-key, to those who have a code.",
)
@option("--tls-cert", type=EXISTING_FILE, metavar="FILE", help="The server's certificate, PEM.")
@option("--tls-key", type=EXISTING_FILE, metavar="FILE", help="Its private key, PEM.")
@pass_session
def web(
    session: Session,
    port: int,
    host: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    *,
    no_browser: bool,
    sample: bool,
    read_only: bool,
) -> None:
    """Work in a browser, on this machine.

    Prints the address of the pages and opens it. It is good once, for ten minutes; press
    Enter for another. You act with the key that lies on this machine. End it with Ctrl-C:
    what is just being done is finished first.

    The pages begin in the language of your browser, or in that of --lang.

    With --read-only nobody acts and nothing is written. Only then may other machines be
    served: see rmdocs reader.
    """
    from rmdocs.identifiers import StaffNumber
    from rmdocs.web.serving import Outside, serve

    outside = None
    if host or tls_cert is not None or tls_key is not None:
        if not (host and tls_cert is not None and tls_key is not None and read_only):
            raise UsageError(
                message("other machines are served for reading only, and never without TLS"),
                message("give --read-only, --host, --tls-cert and --tls-key together"),
            )
        outside = Outside(host=host, certificate=tls_cert, key=tls_key)
    root = _sample(session) if sample else session.path
    serve(
        root,
        StaffNumber.parse(session.actor) if session.actor else None,
        port,
        tell=lambda text: click.echo(session.say(text)),
        show=lambda address: _show(address) if not no_browser and outside is None else None,
        read_only=read_only,
        outside=outside,
        passphrase=passphrase,
        language=session.asked if outside is None else None,
    )
    click.echo(session.say(message("ended")))


def _sample(session: Session) -> Path:
    """Return the workspace to serve: the one given, or a sample, made if need be."""
    from rmdocs.beginning import create
    from rmdocs.workspace.places import STORE_PATH

    root = session.path
    if (root / STORE_PATH).exists():
        return root
    if root.exists() and any(root.iterdir()):
        root /= "sample"
    if not (root / STORE_PATH).exists():
        create(root, sample=True)
        click.echo(session.say(message("made the workspace {directory}", directory=root)))
    return root


def _show(address: str) -> None:
    """Open an address where there is a screen; a browser on the terminal would take it over."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    if not sys.platform.startswith("linux") or any(map(os.environ.get, screens)):
        webbrowser.open(address)


def _folder(session: Session) -> Path:
    """Return the private folder of the pages, of a workspace that is there."""
    from rmdocs.workspace.places import web_folder

    return web_folder(session.workspace().root)


@command("add")
@argument("name", metavar="NAME", help="Who it is, as they type it.")
@pass_session
def reader_add(session: Session, name: str) -> None:
    """Give out a code to a reader.

    It is shown this once; the workspace keeps only what proves it. With name and code they
    read what rmdocs web serves to other machines.
    """
    from rmdocs.web.readers import Readers

    since = session.workspace().today().isoformat()
    code = Readers(_folder(session)).add(name, since)
    click.echo(session.say(message("the code of {name}: {code}", name=name, code=code)))


@command("remove")
@argument("name", metavar="NAME", help="The reader.")
@pass_session
def reader_remove(session: Session, name: str) -> None:
    """Take a reader's code away.

    What they have open in a browser ends at once.
    """
    from rmdocs.web.readers import Readers

    Readers(_folder(session)).remove(name)
    click.echo(session.say(message("{name} is no reader any more", name=name)))


@command("list")
@json_option
@pass_session
def reader_list(session: Session, *, as_json: bool) -> None:
    """List the readers."""
    from rmdocs.web.readers import Readers

    for one in (found := Readers(_folder(session)).all().values()):
        if as_json:
            printing.echo_answer(one, session)
    if not as_json:
        rows = [(one.name, one.since) for one in found]
        printing.echo_table(_READER_HEADINGS, rows, session.language)


_READER_HEADINGS = (message("name"), message("code since"))
_LOG_HEADINGS = (
    message("time"),
    message("act"),
    message("by"),
    message("from"),
    message("page"),
)


@command("log")
@option("--reader", default="", metavar="NAME", help="Only what this reader did.")
@json_option
@pass_session
def reader_log(session: Session, reader: str, *, as_json: bool) -> None:
    """Show who opened which pages, and refusals.

    The log says when, who, from where and which page; never what a page said.
    """
    from rmdocs.web.accesslog import NOTED, Journal
    from rmdocs.web.readers import Readers
    from rmdocs.workspace.opening import present

    lines = [*Journal(_folder(session), present).lines()]
    names = {*Readers(_folder(session)).all(), *(line.who for line in lines)}
    if reader and reader not in names:
        raise UsageError(
            message("no reader is called “{name}”", name=reader),
            message("there are: {names}", names=listed(sorted(filter(None, names)) or ["-"])),
        )
    wanted = [line for line in lines if not reader or line.who == reader]
    if as_json:
        for line in wanted:
            printing.echo_answer(line, session)
        return
    local = session.workspace().local
    rows = [
        (
            local(line.time).strftime("%Y-%m-%d %H:%M:%S"),
            session.say(printing.named(NOTED, line.what)),
            line.who,
            line.address,
            line.page,
        )
        for line in wanted
    ]
    printing.echo_table(_LOG_HEADINGS, rows, session.language)

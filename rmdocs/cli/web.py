"""``rmdocs web``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import WholeNumber
from rmdocs.messages import message

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
@option("--read-only", is_flag=True, help="Nobody acts: pages for reading, without any key.")
@pass_session
def web(session: Session, port: int, *, no_browser: bool, read_only: bool) -> None:
    """Work in a browser, on this machine.

    Prints the address of the pages and opens it. It is good once, for ten minutes; press
    Enter for another. End it with Ctrl-C: what somebody is just doing is finished first.
    """
    from rmdocs.identifiers import StaffNumber
    from rmdocs.web.serving import serve

    actor = StaffNumber.parse(session.actor) if session.actor else None
    opened = not no_browser

    def tell(address: str) -> None:
        nonlocal opened
        click.echo(address)
        if opened:
            opened = False
            click.launch(address)

    serve(session.path, actor, port, read_only=read_only, tell=tell)
    click.echo(session.say(message("ended")))

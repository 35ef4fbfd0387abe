"""``rmdocs form diff``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.reports import FILE
from rmdocs.cli.revisions import document_argument
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import Text, Verbatim, message

if TYPE_CHECKING:
    from rmdocs.workspace.comparing import Compared

_NAMES: Mapping[str, Text] = {"desk": message("the desk"), "draft": message("the draft")}


@command("diff")
@document_argument
@option(
    "--from",
    "old",
    default="",
    metavar="X.Y",
    help="Against which; the last released if not given, nothing where there is none.",
)
@option(
    "--to",
    "new",
    default="",
    metavar="X.Y",
    help="A released revision, draft or desk; the draft if one was submitted.",
)
@option(
    "--redline",
    type=FILE,
    metavar="FILE",
    help="Write the template with tracked changes, for Word.",
)
@json_option
@pass_session
def form_diff(
    session: Session, number: str, old: str, new: str, redline: Path | None, *, as_json: bool
) -> None:
    """Say what a revision changes, in words.

    Fixed text, fields, rules, stages, layout: each with its place. The
    SHA-256 printed at the end is what a reviewer signs. Of a redline it is said
    what differs that no tracked change in it shows.
    """
    from rmdocs.workspace.comparing import NONE, require_word_name

    if redline is not None:
        require_word_name(redline)
    comparing, wanted = session.workspace().comparing, session.document(number)
    compared = comparing.diff(wanted, old, new)
    if compared.old == NONE and not as_json:
        told = message("{number} has no revision yet: all of it is new", number=wanted)
        click.echo(session.say(told), err=True)
    if as_json:
        for change in compared.comparison.changes:
            printing.echo_json(change.to_json(session.language))
    else:
        _print(compared, session)
    if redline is not None and not has_errors(compared.comparison.findings):
        unshown = comparing.save_redline(wanted, redline, old, new)
        if as_json:
            findings = printing.findings_json(unshown, session.language)
            printing.echo_json({"redline": str(redline), "findings": findings})
        else:
            printing.echo_findings(unshown, session.language, err=True)
            click.echo(session.say(message("wrote {path}", path=redline)), err=True)
    if has_errors(compared.comparison.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _print(compared: Compared, session: Session) -> None:
    area = None
    for change in compared.comparison.changes:
        if change.area is not area:
            area = change.area
            click.echo(session.say(area.called))
        click.echo(f"  {session.say(change.sentence)}")
    if compared.comparison.is_empty:
        click.echo(session.say(message("nothing differs")))
    elif not compared.comparison.changes:
        click.echo(session.say(compared.comparison.summary))
    findings = (*compared.comparison.findings, *compared.noted)
    printing.echo_findings(findings, session.language, err=True)
    new = _NAMES.get(compared.new, Verbatim(compared.new))
    told = message("{new}: SHA-256 {digest}", new=new, digest=compared.digest)
    click.echo(session.say(told), err=True)

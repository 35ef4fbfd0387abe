"""``rmdocs sign``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import EXISTING_FILE, FOLDER, json_option, number_argument
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Joined, message
from rmdocs.workspace.credentials import SignatureOrder, Token

_LEVELS = ("B-B", "B-T", "B-LT")


@command("sign")
@number_argument
@option("--party", required=True, metavar="NAME", help="Who signs, as the form calls it: a, b.")
@option("--signatory", required=True, metavar="NAME", help="The name printed with it.")
@option(
    "--certificate",
    type=EXISTING_FILE,
    metavar="FILE",
    help="PKCS#12 file; its passphrase in RMDOCS_CERTIFICATE_PASSPHRASE.",
)
@option(
    "--module", default="", metavar="LIB", help="Sign with a token: its maker's PKCS#11 library."
)
@option("--token", default="", metavar="LABEL", help="The token; its PIN in RMDOCS_TOKEN_PIN.")
@option("--key", default="", metavar="LABEL", help="The label of certificate and key on it.")
@option("--level", type=click.Choice(_LEVELS), default="B-B", help="PAdES level.")
@option("--tsa", default="", metavar="URL", help="Time-stamping authority (RFC 3161).")
@option("--out", type=FOLDER, metavar="DIR", help="Write the signed file to this folder as well.")
@json_option
@pass_session
def sign(  # noqa: PLR0913, PLR0917 - one parameter an option
    session: Session,
    number: str,
    party: str,
    signatory: str,
    certificate: Path | None,
    module: str,
    token: str,
    key: str,
    level: str,
    tsa: str,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Sign a record's PDF electronically as one of its parties.

    The first party certifies it, the last one locks it: nothing can be changed
    after everybody signed. The private key is never kept.
    """
    on_token = Token(module, token, key) if module and token and key else None
    source = certificate or on_token
    if source is None or (certificate and (module or token or key)):
        raise UsageError(
            message("give --certificate, or all of --module, --token and --key"),
        )
    from rmdocs.signing.request import called  # noqa: PLC0415 - help must not load it

    order = SignatureOrder(party, signatory, source, level, tsa)
    renditions, record = session.workspace().renditions, RecordNumber.parse(number)
    signed = renditions.sign(record, order, out)
    if as_json:
        value = {"number": number, "party": party, "name": signed.name, "left": list(signed.left)}
        printing.echo_json(value)
        return
    by = {one.name: called(one.title, one.name) for one in renditions.parties(record)}
    told = message(
        "{number}: signed by {party}, {name}", number=number, party=by[party], name=signed.name
    )
    click.echo(session.say(told))
    if signed.left:
        left = Joined(tuple(by[one] for one in signed.left))
        click.echo(session.say(message("still to sign: {parties}", parties=left)))
    if out is not None:
        click.echo(session.say(message("wrote {path}", path=out / signed.name)), err=True)

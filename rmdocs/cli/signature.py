"""Electronic signatures: ``rmdocs sign`` and ``signatures``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, OUT_FOLDER, json_option, number_argument
from rmdocs.cli.questions import secret_of
from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Joined, Text, message
from rmdocs.workspace.machine import (
    CERTIFICATE_VARIABLE,
    PIN_VARIABLE,
    SignatureOrder,
    TokenKey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.renditions.signing import BegunAnew, Signed
    from rmdocs.signing.signatures import SignatureReport, Validation

_LEVELS = ("B-B", "B-T", "B-LT")


@command("sign")
@number_argument
@option("--party", metavar="NAME", help="Who signs, as the form calls it: a, b.")
@option("--signatory", metavar="NAME", help="The name printed with it.")
@option(
    "--certificate",
    type=EXISTING_FILE,
    metavar="FILE",
    help="PKCS#12 file; its passphrase is asked for, or in RMDOCS_CERTIFICATE_PASSPHRASE.",
)
@option(
    "--module", default="", metavar="LIB", help="Sign with a token: its maker's PKCS#11 library."
)
@option(
    "--token",
    default="",
    metavar="LABEL",
    help="The token; its PIN is asked for, or in RMDOCS_TOKEN_PIN.",
)
@option("--key", default="", metavar="LABEL", help="The label of certificate and key on it.")
@option("--level", type=click.Choice(_LEVELS), default="B-B", help="PAdES level.")
@option("--tsa", default="", metavar="URL", help="Time-stamping authority (RFC 3161).")
@option(
    "--again",
    is_flag=True,
    help="Begin signing anew on the same edition; what was signed is kept, and marked.",
)
@option(
    "--reason",
    default="",
    metavar="TEXT",
    help="Why signing begins anew, or a certificate signs that names nobody concerned.",
)
@option(
    "--out", type=OUT_FOLDER, metavar="DIR", help="Write the signed file to this folder as well."
)
@json_option
@pass_session
def sign(
    session: Session,
    number: str,
    party: str | None,
    signatory: str | None,
    certificate: Path | None,
    module: str,
    token: str,
    key: str,
    level: str,
    tsa: str,
    reason: str,
    out: Path | None,
    *,
    again: bool,
    as_json: bool,
) -> None:
    """Sign a record's PDF electronically as one of its parties.

    The first party certifies it, the last one locks it: nothing can be changed
    after everybody signed. The private key is never kept.

    A signature is judged before it is sealed, as signatures judges it afterwards.
    The certificate has to name the signatory or the party; another one signs with
    a reason, which is sealed and told.
    """
    from rmdocs.workspace import renditions

    workspace, record = session.workspace(), RecordNumber.parse(number)
    given = (party, signatory, certificate, module or None, token or None, key or None)
    if again and not any(one is not None for one in given):
        _echo_begun(renditions.begin_anew(workspace, record, reason), session, as_json=as_json)
        return
    if party is None or signatory is None:
        raise UsageError(
            message("it is not said who signs"),
            message("give --party and --signatory: who signs, and for whom"),
        )
    on_token = TokenKey(module=module, token=token, label=key) if module and token and key else None
    source = on_token if certificate is None else folders.whole(certificate)
    if source is None or (certificate and (module or token or key)):
        raise UsageError(
            message("it is not said what to sign with, or more than once"),
            message("give --certificate, or all of --module, --token and --key"),
        )
    from rmdocs.signing.signaturerequest import called

    order = SignatureOrder(
        party=party,
        signatory=signatory,
        certificate=source,
        level=level,
        authority=tsa,
        reason=reason,
        again=again,
    )
    variable = CERTIFICATE_VARIABLE if on_token is None else PIN_VARIABLE
    signed = renditions.sign(workspace, record, order, secret_of(session, variable))
    # What is sealed is told, also where its file cannot be written.
    if as_json:
        printing.echo_answer(signed, session)
    else:
        by = {
            one.name: called(one.title, one.name) for one in renditions.parties(workspace, record)
        }
        _tell_signed(signed, by, session)
    if out is not None:
        path = folders.save(out / signed.name, signed.pdf)
        if not as_json:
            click.echo(session.say(message("wrote {path}", path=path)), err=True)


def _tell_signed(signed: Signed, by: Mapping[str, Text], session: Session) -> None:
    told = message(
        "{number}: signed by {party}, {name}",
        number=signed.number,
        party=by[signed.party],
        name=signed.name,
    )
    click.echo(session.say(told))
    if signed.left:
        left = Joined(tuple(by[one] for one in signed.left))
        click.echo(session.say(message("still to sign: {parties}", parties=left)))


def _echo_begun(begun: BegunAnew, session: Session, *, as_json: bool) -> None:
    """Print that an edition is signed from the beginning again."""
    if as_json:
        printing.echo_answer(begun, session)
        return
    told = message(
        "{number}: signing of edition {edition} begins anew; what was signed is kept, and marked",
        number=begun.number,
        edition=begun.edition,
    )
    click.echo(session.say(told))


@command("signatures")
@argument("target", metavar="NUMBER|FILE", help="A record number, or a PDF file.")
@json_option
@pass_session
def signatures(session: Session, target: str, *, as_json: bool) -> None:
    """Say what the signatures of a PDF are worth.

    Who signed, when, what it covers, trusted by what, and what was changed
    since. Trusted are the certificates in the workspace's folder trust.
    """
    from rmdocs.workspace import renditions

    found = renditions.signatures(session.workspace(), _to_judge(target))
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print(found, session)
    if not found.valid:
        click.get_current_context().exit(FindingsError.exit_code)


def _to_judge(target: str) -> RecordNumber | File:
    """Return what a text names; of a file that is too large to be judged only its beginning.

    :raises UsageError: if it is no number, and no file that can be read.
    """
    from rmdocs.signing.integrity import LARGEST

    path = Path(target)
    if path.is_file():
        return folders.beginning(path, LARGEST + 1)
    try:
        return RecordNumber.parse(target)
    except UsageError as problem:
        raise UsageError(
            message("{target} is no file and no record number", target=target),
            message("name a PDF file, or write a number like RXD7200-02-JN01-2026-0001"),
        ) from problem


def _print(found: Validation, session: Session) -> None:
    for one in found.signatures:
        printing.echo_facts(_facts(one, session), session.language)
        click.echo()
    printing.echo_findings(found.findings, session.language)
    if found.valid:
        click.echo(session.say(message("signed and unchanged")))


def _facts(one: SignatureReport, session: Session) -> list[tuple[Text, str]]:
    return [
        (message("party"), session.say(one.of)),
        (message("signed by"), f"{one.signatory} ({one.subject})"),
        (message("meaning"), one.meaning),
        (message("time"), session.say(one.when)),
        (message("time stamped by"), one.stamped_by),
        (message("level"), session.say(one.reached)),
        (message("trusted by"), one.trusted_by or "-"),
        (message("covers"), session.say(one.covers)),
        (message("reason"), one.reason),
    ]

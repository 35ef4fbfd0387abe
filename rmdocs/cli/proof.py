"""What is kept or shown outside: ``rmdocs prove``, ``verify-file``, ``checkpoint``, ``witness``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import canonical, folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    FILE,
    OutPath,
    json_option,
    out_file,
    policy_in,
    policy_option,
    trusted_keys_option,
)
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.messages import by_command, message

if TYPE_CHECKING:
    from rmdocs.audit.proofs import JudgedFile

STAMP = ".tst"
"""What stands behind the name of a file in that of its time stamp."""

_PROOF, _SLIP, _RECEIPT = ".tlog-proof", ".pdf", ".cose"
"""How the names of proofs end."""

_LONGEST = (1 << 20) + 1
"""Bytes that are read of keys: one more than any have."""


@command("prove")
@argument(
    "target",
    metavar="TARGET",
    help="A number of a record, whose newest edition is proved, a document file, or a SHA-256.",
)
@option(
    "--out",
    type=OutPath(dir_okay=False),  # which kind it is hangs on what is asked for
    required=True,
    metavar="P",
    help="The proof to write; such files end in .tlog-proof, a slip in .pdf, a receipt in .cose.",
)
@option(
    "--slip",
    is_flag=True,
    help="As one page to print, a PDF: what it is, and all of the proof as QR codes.",
)
@option(
    "--cose",
    is_flag=True,
    help="As a COSE receipt (RFC 9942), for programs that read those; only where the key is that"
    " signed the ledger last, which signs once more.",
)
@policy_option
@json_option
@pass_session
def prove(
    session: Session,
    target: str,
    *,
    out: Path,
    slip: bool,
    cose: bool,
    policy: Path | None,
    as_json: bool,
) -> None:
    """Write the proof of one document, to be checked offline.

    With it, with the document and with the key of rmdocs key ledger anybody can tell, without
    store, git or network, that this document was sealed, when, and by whom: rmdocs verify-file,
    or tools/verify_proof.py, or a program of their own (docs/proof-format.md). The cosignatures
    of witnesses are put in as they are there; with --policy those of its witnesses, and the
    exit code is 1 if they are not enough.
    """
    from rmdocs.workspace import proving

    if slip and cose:
        raise UsageError(
            message("a slip is printed, and a receipt is not"),
            by_command(message("ask for one of them"), "--slip"),
        )
    folders.require_kind(out, (_SLIP if slip else _RECEIPT if cose else _PROOF,))
    make = proving.slip if slip else proving.receipt if cose else proving.prove
    found = make(session.workspace(), folders.find(target) or target, policy_in(policy))
    folders.save(out, found.file.data)
    if as_json:
        printing.echo_answer(found, session)
    else:
        told = message("{number}: its proof is in {path}", number=found.number, path=out)
        click.echo(session.say(told))
        printing.echo_findings(found.findings, session.language)
    if has_errors(found.findings):
        click.get_current_context().exit(FindingsError.exit_code)


@command("verify-file")
@argument("file", metavar="FILE", type=FILE, help="The document that somebody handed in.")
@argument(
    "proof",
    metavar="P",
    type=FILE,
    help="Its proof, or its receipt; or a scan of its slip (PDF, JPEG, PNG, TIFF), or a text file"
    " with what the QR codes of the slip say.",
)
@trusted_keys_option
@policy_option
@json_option
@pass_session
def verify_file(
    session: Session,
    file: Path,
    proof: Path,
    *,
    keys: Path,
    policy: Path | None,
    as_json: bool,
) -> None:
    """Say whether a file is what its proof says was sealed.

    Needs no store, no git and no network. Says as well what such a proof cannot show.
    """
    from rmdocs.workspace import proving

    handed = folders.whole(proof)
    proving.require_proof(handed)
    trusted = folders.beginning(keys, _LONGEST)
    proving.require_keys(trusted)
    found = proving.judge(
        folders.whole(file),
        handed,
        trusted,
        policy_in(policy),
    )
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print(found, session)
    if not found.ok:
        click.get_current_context().exit(FindingsError.exit_code)


def _print(found: JudgedFile, session: Session) -> None:
    from rmdocs.audit.prooflimits import clocks

    if not found.ok:
        click.echo(session.say(message("no: nothing is proved of this file")))
        printing.echo_findings(found.findings, session.language)
        return
    click.echo(session.say(message("yes: the file is what was sealed, byte by byte")))
    facts = (
        (message("number"), found.number),
        (message("edition"), str(found.edition or "")),
        (message("act"), session.say(found.act)),
        (message("time"), session.say(clocks(found.time)) if found.time is not None else ""),
        (message("signed by"), f"{found.name} ({found.staff_no})"),
        (message("sealed as"), found.sealed),
        (message("SHA-256"), found.sha256),
        (message("ledger"), found.ledger),
        (message("check code"), found.pin),
        *((message("witness"), f"{one.name} ({one.time})") for one in found.witnesses),
    )
    printing.echo_facts(facts, session.language)
    click.echo()
    printing.echo_findings(found.findings, session.language)


@command("checkpoint")
@option(
    "--out",
    type=out_file(".checkpoint", ".txt"),
    metavar="FILE",
    help="The file to write to; without it the checkpoints are printed.",
)
@option(
    "--summary",
    is_flag=True,
    help="Only the summary: one root over all, and the size of each ledger; to print or to mail.",
)
@option(
    "--stamp",
    default="",
    metavar="URL",
    help="Have a time-stamping authority (RFC 3161) stamp the file; the stamp goes into FILE.tst.",
)
@json_option
@pass_session
def checkpoint(
    session: Session, *, out: Path | None, summary: bool, stamp: str, as_json: bool
) -> None:
    """Give out the signed checkpoints of all ledgers, and a summary, to be kept elsewhere.

    Whoever keeps them can tell later, with verify --against, that nothing of what was
    there then was changed, cut or set back, even by somebody with all keys. The summary
    tells it as surely, but not of which ledger. With --stamp an authority says when it was
    there; verify --against FILE reads FILE.tst beside it.
    """
    from rmdocs.workspace import store

    if stamp and out is None:
        raise UsageError(
            message("a time stamp is of a file"),
            by_command(message("say where to write it"), "--out FILE"),
        )
    beside = out.with_name(f"{out.name}{STAMP}") if out is not None else None
    if stamp and beside is not None:
        folders.require_free(
            beside, message("a stamp is of one file: choose another name for both")
        )
    found = store.checkpoint(session.workspace())
    text = found.summary if summary else found.text
    token = store.stamp(text.encode(), stamp) if stamp else None
    if as_json:
        printing.echo_answer(found, session)
    elif out is None:
        click.echo(text, nl=False)
    if out is None:
        return
    folders.save(out, text.encode())
    if token is not None and beside is not None:
        folders.save(beside, token)
    if not as_json:
        told = message(
            "{count} ledger(s), {events} event(s); SHA-256 of the file: {sha256}",
            count=found.ledgers,
            events=found.events,
            sha256=canonical.sha256(text.encode()),
        )
        click.echo(session.say(told))


@command("witness")
@argument("name", metavar="NAME", help="The witness, as its key on this machine is called.")
@json_option
@pass_session
def witness(session: Session, name: str, *, as_json: bool) -> None:
    """Look at the ledgers as a witness, and cosign their checkpoints.

    Cosigned is what continues all that the witness saw.

    For a machine that is not the branch's own: another unit's, head office's, an auditor's,
    with its clone of the store. A ledger that went back, or has another history than the
    witness saw, is not cosigned, and named. The cosignatures are in refs/witness/NAME of the
    store: push that ref where others fetch. What the witness saw stays on this machine.
    """
    from rmdocs.workspace import witnessing

    found = witnessing.witness(session.workspace(), name)
    if as_json:
        printing.echo_answer(found, session)
    else:
        printing.echo_findings(found.findings, session.language)
        rows = [
            (
                one.ledger,
                "" if one.before is None else str(one.before),
                str(one.events),
                session.say(_COSIGNED if one.cosigned else _REFUSED),
            )
            for one in found.ledgers
        ]
        printing.echo_table(_WITNESS_HEADINGS, rows, session.language)
        told = message("{count} checkpoint(s) cosigned now", count=found.added)
        click.echo(session.say(told))
    if not found.ok:
        click.get_current_context().exit(FindingsError.exit_code)


_WITNESS_HEADINGS = (
    message("ledger"),
    message("seen before"),
    message("events"),
    message("status"),
)
_COSIGNED, _REFUSED = message("cosigned as it stands"), message("not cosigned")


@command("ledger")
@option(
    "--out",
    type=out_file(".keys", ".txt"),
    metavar="FILE",
    help="The file to write to; without it the key is printed.",
)
@pass_session
def key_ledger(session: Session, out: Path | None) -> None:
    """Give out the key by which proofs are checked.

    It is public. Whoever checks proofs must have it from the branch itself, by another way
    than the proofs, and compares it once, by telephone or on paper.
    """
    from rmdocs.workspace import proving

    found = proving.trusted(session.workspace())
    if out is None:
        click.echo(found.data.decode(), nl=False)
        return
    folders.save(out, found.data)
    click.echo(session.say(message("wrote {path}", path=out)), err=True)

"""What an auditor works with: ``rmdocs audit``."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    EXISTING,
    FOLDER,
    OUT_FOLDER,
    OUT_PAGE,
    NamedChoice,
    WholeNumber,
    json_option,
    policy_in,
    policy_option,
    trusted_keys_option,
)
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.lists.quarters import Quarter

if TYPE_CHECKING:
    from rmdocs.reports.report import Report
    from rmdocs.workspace.auditwork import SampleWanted

_form = option("--form", default="", metavar="NUMBER", help="Only records of this form.")
_unit = option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
_html = option("--html", type=OUT_PAGE, metavar="FILE", help="Write a page for a browser instead.")
_STRATA = {"form": message("form"), "unit": message("unit"), "quarter": message("quarter")}


_quarter = option(
    "--quarter", default="", metavar="QUARTER", help="Only of this quarter, such as 2026-3."
)
_seed = option(
    "--seed",
    default="",
    metavar="TEXT",
    help="What decides which ones: the same seed takes the same records. Drawn if not given.",
)
_by = option(
    "--by",
    "kinds",
    multiple=True,
    type=NamedChoice(_STRATA),
    help="Take so many of each form, unit or quarter; may be given several times.",
)


@command("sample")
@argument("count", metavar="COUNT", type=WholeNumber(1, 100_000), help="How many of each kind.")
@_seed
@_form
@_unit
@_quarter
@_by
@printing.xlsx_option
@_html
@json_option
@pass_session
def audit_sample(
    session: Session,
    *,
    count: int,
    seed: str,
    form: str,
    unit: str,
    quarter: str,
    kinds: tuple[str, ...],
    xlsx: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Take records at random, by a seed.

    Whoever has the store takes the same records again by the same seed: those whose SHA-256
    of seed, line feed and number is smallest. All numbers that were ever given take part,
    void ones too. Agree on the seed before, or throw dice for it in front of everybody.
    Exit code 1 if a number or a volume could not be taken from.
    """
    from rmdocs.registers.lists.auditwork import sample_list
    from rmdocs.workspace import auditwork, registers

    work = session.workspace()
    found = auditwork.sample(work, _wanted(session, count, seed, (form, unit, quarter), kinds))
    if as_json:
        printing.echo_answer(found, session)
    else:
        _give(sample_list(found, registers.organisation(work)), session, xlsx, html)
    if has_errors(found.findings):
        click.get_current_context().exit(FindingsError.exit_code)


@command("exceptions")
@option("--quarter", default="", metavar="QUARTER", help="The last one; this one if not given.")
@option(
    "--quarters",
    "count",
    type=WholeNumber(1, 20),
    default=4,
    metavar="COUNT",
    help="How many quarters up to it; 4 if not given.",
)
@_unit
@option("--cases", is_flag=True, help="List each case, not how many there are.")
@printing.xlsx_option
@_html
@json_option
@pass_session
def audit_exceptions(
    session: Session,
    *,
    quarter: str,
    count: int,
    unit: str,
    cases: bool,
    xlsx: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """List what stands out, quarter by quarter.

    What stands out is what the forms say: what their rules warn of, as of when each record was
    sealed (a single manager, a late notice), and what had to happen by a day and happened late
    or not at all (a receipt, a closure, feedback). Without --unit also overdue reviews of
    documents, and numbers without a record. Exit code 1 if records could not be looked at.
    """
    from rmdocs.registers.lists.auditwork import exception_cases, exception_counts
    from rmdocs.workspace import auditwork, naming, registers

    work = session.workspace()
    with Progress(session.say(message("looking through the records"))) as progress:
        found = auditwork.exceptions(
            work,
            naming.quarter(work, quarter) if quarter else Quarter.of(work.today()),
            quarters=count,
            unit=str(session.unit(unit)) if unit else "",
            progress=progress.at,
        )
    if as_json:
        printing.echo_answer(found, session)
    else:
        made = exception_cases if cases else exception_counts
        _give(made(found, registers.organisation(work)), session, xlsx, html)
    if found.findings:  # what was not looked at may stand out as well
        click.get_current_context().exit(FindingsError.exit_code)


def _give(report: Report, session: Session, xlsx: Path | None, html: Path | None) -> None:
    """Print a report, or save it where that is asked for."""
    if xlsx is None and html is None:
        printing.echo_report(report, session, as_json=False)
    for path in (xlsx, html):
        if path is not None:
            printing.save_report(report, path, session)


def _wanted(
    session: Session, count: int, seed: str, of: tuple[str, str, str], kinds: tuple[str, ...]
) -> SampleWanted:
    """Return what a sample is asked to be; a seed is drawn where none is given."""
    from rmdocs.workspace import naming
    from rmdocs.workspace.auditwork import STRATA, SampleWanted

    form, unit, quarter = of
    return SampleWanted(
        count=count,
        seed=seed or secrets.token_hex(8),
        form=session.known(form, forms_only=True) if form else None,
        unit=session.unit(unit) if unit else None,
        quarter=naming.quarter(session.workspace(), quarter) if quarter else None,
        by=tuple(one for one in STRATA if one in kinds),
    )


@command("pack")
@argument("folder", metavar="DIR", type=OUT_FOLDER, help="The folder to make.")
@argument("numbers", metavar="[NUMBER]...", nargs=-1, help="The records to put in.")
@option(
    "--sample",
    "count",
    type=WholeNumber(1, 100_000),
    metavar="COUNT",
    help="Put in a sample, taken as rmdocs audit sample does.",
)
@_seed
@_form
@_unit
@_quarter
@_by
@json_option
@pass_session
def audit_pack(
    session: Session,
    *,
    folder: Path,
    numbers: tuple[str, ...],
    count: int | None,
    seed: str,
    form: str,
    unit: str,
    quarter: str,
    kinds: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a pack of records to be checked elsewhere.

    A bag (BagIt, RFC 8493) with what was sealed of each record, its acts, a proof of each
    document, all registers, the checkpoints, what verifying the store found, and an index for
    any browser. It is checked without the store: rmdocs audit check. What it holds is what the
    records say: keep it as you keep them.
    """
    from rmdocs.workspace import auditwork
    from rmdocs.workspace.auditpack import Packing

    work = session.workspace()
    found, of_the_sample = None, (form, unit, quarter)
    if count is None and (seed or kinds or any(of_the_sample)):
        raise UsageError(
            message("--seed, --form, --unit, --quarter and --by say what a sample is taken of"),
            message("say how many: --sample COUNT; or leave them out"),
        )
    if count is not None:
        wanted = _wanted(session, count, seed, of_the_sample, kinds)
        found = auditwork.sample(work, wanted)
    of_sample = found.numbers if found is not None else ()
    named = dict.fromkeys(RecordNumber.parse(one) for one in (*numbers, *of_sample))
    with Progress(session.say(message("packing"))) as progress:
        packing = Packing(
            workspace=work,
            numbers=(*named,),
            language=session.language,
            sample=found,
            progress=progress.at,
        )
        folders.save_bag(folder, packing.files(), packing.facts)
    done = packing.done
    if as_json:
        printing.echo_answer(done, session)
    else:
        printing.echo_findings(done.findings, session.language)
        told = message(
            "{folder}: {records} record(s), {documents} document(s), {proofs} proof(s); open"
            " {index}",
            folder=folder,
            records=done.records,
            documents=done.documents,
            proofs=done.proofs,
            index=folder / "data" / "index.html",
        )
        click.echo(session.say(told))
        told = message(
            "SHA-256 of the pack: {sha256}; tell it to whoever will check the pack, by another way"
            " than the pack itself",
            sha256=folders.bag_digest(folder),
        )
        click.echo(session.say(told))
    if has_errors(done.findings):
        click.get_current_context().exit(FindingsError.exit_code)


@command("check")
@argument("folder", metavar="DIR", type=FOLDER, help="The pack.")
@trusted_keys_option
@option(
    "--sha256",
    metavar="SHA256",
    help="Of the pack, as its maker told it by another way: nothing was left out since.",
)
@option(
    "--against",
    type=EXISTING,
    metavar="STORE",
    help="Hold it against a store as well: the folder of a workspace or of a clone, or the bundle"
    " of a year.",
)
@policy_option
@json_option
@pass_session
def audit_check(
    session: Session,
    *,
    folder: Path,
    keys: Path,
    sha256: str | None,
    against: Path | None,
    policy: Path | None,
    as_json: bool,
) -> None:
    """Say what a pack is worth.

    Needs no store and no network: every file must be as the manifests of the pack say, every
    document what its proof says was sealed, and every act there that a record had when the pack
    was made. That a whole record was left out it shows only by the SHA-256 that its maker told,
    or against the store. Registers and index are not proved: compare them with the store.
    """
    from rmdocs.workspace import packcheck
    from rmdocs.workspace.opening import open_to_read

    pack = packcheck.ReadPack(
        changed=tuple(folders.bag_findings(folder)),
        read=partial(folders.in_bag, folder),
        names=folders.names_in_bag(folder),
        sha256=folders.bag_digest(folder),
    )
    with ExitStack() as opened:
        judged = packcheck.check(
            pack,
            folders.beginning(keys, 1 << 20),
            policy_in(policy),
            known=sha256,
            against=opened.enter_context(open_to_read(against)) if against is not None else None,
        )
    if as_json:
        printing.echo_answer(judged, session)
    else:
        printing.echo_findings(judged.findings, session.language)
        told = (
            message(
                "{count} document(s) and {proved} other file(s) of the records are what was sealed;"
                " registers, index and what the pack says of the store are as its manifests say:"
                " no proof covers them"
            )
            if judged.ok
            else message("the pack is not to be relied on; {count} document(s) are proved")
        )
        click.echo(session.say(told.with_values(count=judged.documents, proved=judged.proved)))
        click.echo(session.say(judged.says))
        for one in judged.ledgers:
            click.echo(session.say(one.told))
        click.echo(session.say(message("SHA-256 of the pack: {sha256}", sha256=judged.sha256)))
        for outside in judged.told_whole if judged.ok else ():
            click.echo(session.say(outside))
    if not judged.ok:
        click.get_current_context().exit(FindingsError.exit_code)

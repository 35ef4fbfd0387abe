"""What an auditor asks: ``rmdocs trace``, ``verify`` and ``drill``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from rmdocs import folders
from rmdocs.cli import copy, printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    OUT_REPORT,
    Days,
    WholeNumber,
    cluster_option,
    json_option,
    policy_in,
    policy_option,
)
from rmdocs.cli.proof import STAMP
from rmdocs.cli.record import echo_acts, echo_head
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import by_command, listed, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmdocs.audit.copytrace import CopyTrace
    from rmdocs.audit.pins import Pin
    from rmdocs.audit.trace import Trace
    from rmdocs.drill.drilling import Drill
    from rmdocs.messages import Text
    from rmdocs.reports.report import Report
    from rmdocs.signing.timestampclient import FileStamp
    from rmdocs.workspace.opening import Workspace


@command("trace")
@argument(
    "target",
    metavar="TARGET",
    help="A number of a record or a controlled copy, a document file, or a SHA-256.",
)
@option(
    "--edition",
    type=WholeNumber(1),
    metavar="N",
    help="The edition that a paper in your hand prints, of the number that it prints.",
)
@option(
    "--code",
    default="",
    metavar="CODE",
    help="The check code at the foot of the paper, of the edition that it prints.",
)
@json_option
@pass_session
def trace(session: Session, target: str, edition: int | None, code: str, *, as_json: bool) -> None:
    """Trace a document to its record, form, people and seals.

    Says whether the document is the one that was sealed, whether a newer
    edition replaced it, and who approved the form it was made with. Of a
    controlled copy it says who holds it and whether it still counts.
    Of a paper give number, edition and check code as they are printed.
    """
    from rmdocs.workspace import copies, records

    work = session.workspace()
    if edition is not None or code:
        _trace_paper(session, target, edition, code, as_json=as_json)
        return
    handed = folders.find(target) or target
    copy = copies.trace(work, handed)
    if copy is not None:
        _echo_copy(copy, session, as_json=as_json)
        return
    found = records.trace(work, handed)
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print(found, session)
    if has_errors(found.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _trace_paper(
    session: Session, target: str, edition: int | None, code: str, *, as_json: bool
) -> None:
    """Tell what was sealed of a paper, by what it prints."""
    from rmdocs.workspace import records

    if edition is None:
        raise UsageError(
            message("the edition of the paper is not known"),
            message("type it as it stands at the foot of the page, such as 1"),
        )
    number = RecordNumber.typed(target)
    paper = records.trace_paper(session.workspace(), number, edition, code)
    if as_json:
        printing.echo_answer(paper.whole, session)
    else:
        _print(paper.whole, session, paper.told)
    if has_errors(paper.whole.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _print(found: Trace, session: Session, told: Text | None = None) -> None:
    signers = [(printing.named(printing.ROLES, one.role), one.name) for one in found.signers]
    links = (
        (message("original"), found.original),
        (message("cites"), session.say(listed(found.related))),
        (message("cited by"), session.say(listed(found.related_from))),
    )
    echo_head(found, session, (*signers, *links))
    echo_acts(found.acts, session)
    click.echo()
    printing.echo_findings(found.findings, session.language)
    if told is not None and not has_errors(found.findings):
        click.echo(session.say(told))
    elif not found.findings:
        click.echo(session.say(message("sealed and unchanged")))


def _echo_copy(found: CopyTrace, session: Session, *, as_json: bool) -> None:
    """Print which controlled copy it is, and whether it still counts."""
    if as_json:
        printing.echo_answer(found, session)
        return
    copy.echo_copy(found.copy, session, as_json=False)
    exemplar = message("{exemplar} of {count}", exemplar=found.exemplar, count=found.copy.exemplar)
    facts = (
        (message("exemplar"), session.say(exemplar)),
        (message("given out on"), found.copy.given_on.isoformat()),
        (message("SHA-256"), found.file.sha256),
    )
    printing.echo_facts(facts, session.language)
    click.echo()
    printing.echo_findings(found.findings, session.language)
    if not found.findings:
        click.echo(session.say(message("sealed and unchanged")))


@command("verify")
@option(
    "--renditions",
    is_flag=True,
    help="Also judge every electronic signature and read every scan again; takes long.",
)
@option(
    "--contents",
    is_flag=True,
    help="Also judge again what every record says, and make every document again to compare it"
    " byte by byte; takes several times as long.",
)
@option(
    "--against",
    metavar="WHAT",
    help="Hold the ledgers against what is known from outside: a file of rmdocs checkpoint or its"
    " summary, a document (DOCX or PDF), a scan, a proof, another clone (its folder), the bundle of"
    " a year, or a number and its check code as printed.",
)
@option(
    "--since",
    metavar="CHECKPOINT",
    help="Go on from what was verified before: last, for what was verified from here, or a file"
    " of rmdocs checkpoint. What was there then is not judged again, only proved to be the same.",
)
@policy_option
@option(
    "--within",
    type=Days(1, 3660),
    metavar="DAYS",
    help="With --policy: enough witnesses must have seen each ledger within so many days.",
)
@option(
    "--report",
    type=OUT_REPORT,
    metavar="FILE",
    help="Write a report of the four properties (GB/T 18894, DA/T 70), .html to print or .xlsx:"
    " of each what was looked at, how much, what was not, and what was found; if somebody acts"
    " (--as), their signature of it goes into FILE.sig.",
)
@cluster_option
@json_option
@pass_session
def verify(
    session: Session,
    *,
    renditions: bool,
    contents: bool,
    against: str | None,
    since: str | None,
    policy: Path | None,
    within: int | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Verify the whole store against its ledgers and keys.

    Every act is judged by what held when it was done. Without --contents it is not
    seen whether a document says what its record says. Exit code 1 if a finding is an
    error; what is only to be known is a warning, and leaves it at 0.
    """
    from rmdocs.audit import report as papers
    from rmdocs.workspace import requests, store

    work = session.workspace()
    _require_signer(report, session)
    known, stamp = _known(against, work), _stamp(against, work)
    begun = work.now()
    with Progress(session.say(message("verifying"))) as progress:
        result = store.verify(
            work,
            renditions=renditions,
            contents=contents,
            against=known,
            stamp=stamp,
            since=_since(since),
            policy=policy_in(policy),
            within=within,
            progress=progress.at,
        )
    findings = result.findings
    if as_json:
        printing.echo_answer(papers.VerificationAnswer.of(result), session)
    else:
        missing = requests.calendar_warning(work)
        printing.echo_findings(missing, session.language, err=True)
        printing.echo_findings(findings, session.language)
        for line in papers.told(result):
            click.echo(session.say(line))
    if report is not None:
        asked = store.VerificationAsked(begun=begun, within=within)
        _save_signed(store.report(work, result, asked), report, session)
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _known(against: str | None, work: Workspace) -> Sequence[Pin]:
    """Return what a person names as known from outside."""
    from rmdocs.workspace import store

    if against is None:
        return ()
    place = Path(against)
    if against and place.is_dir():
        return store.pins_of_clone(work, place)
    if store.is_bundle(place):
        return store.pins_of_bundle(place)
    return store.pins_from(folders.find(against) or against)


def _stamp(against: str | None, work: Workspace) -> FileStamp | None:
    """Return what the time stamp beside a file says that a person names; None if there is none."""
    from rmdocs.workspace import store

    kept = folders.find(against) if against else None
    beside = Path(f"{against}{STAMP}")
    # What stands there and is no file is refused, not passed over.
    token = folders.whole(beside) if kept is not None and beside.exists() else None
    return store.stamp_of(work, kept, token) if kept is not None and token is not None else None


def _since(since: str | None) -> Literal["last"] | Sequence[Pin] | None:
    """Return what a person goes on from; None if from the beginning."""
    from rmdocs.workspace import store

    if since is None or since == store.LAST:
        return store.LAST if since else None
    if store.is_bundle(Path(since)):
        return store.pins_of_bundle(Path(since))
    handed = folders.find(since)
    if handed is None:
        raise UsageError(
            message("“{text}” is no file here that could be gone on from", text=since),
            by_command(
                message(
                    "give a file of rmdocs checkpoint; or go on from what was verified last from"
                    " here"
                ),
                "rmdocs verify --since last",
            ),
        )
    return store.pins_from(handed)


@command("drill")
@option(
    "--count",
    type=WholeNumber(1),
    default=24,
    metavar="N",
    help="How many faults to put in; 24 if not given: each kind once, as far as the store has it.",
)
@option("--seed", type=WholeNumber(0), metavar="N", help="Put in the same faults again.")
@option(
    "--against",
    metavar="WHAT",
    help="Hold the store itself against what is known from outside, as verify does.",
)
@option(
    "--report",
    type=OUT_REPORT,
    metavar="FILE",
    help="Write a report with a row for each fault, .html to print or .xlsx; if somebody acts"
    " (--as), their signature of it goes into FILE.sig.",
)
@json_option
@pass_session
def drill(
    session: Session,
    *,
    count: int,
    seed: int | None,
    against: str | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Put faults into clones of the store, and see that verify names each.

    The store is only read. Each fault goes into a clone of its own: some need no key; for
    the others a clone is made in which all keys are the drill's. Exit code 1 if one is not
    named, or the untouched clone has an error.
    """
    import secrets

    from rmdocs.drill import report as papers
    from rmdocs.workspace import store

    work = session.workspace()
    _require_signer(report, session)
    with Progress(session.say(message("putting faults in"))) as progress:
        found = store.drill(
            work,
            seed=secrets.randbelow(2**32) if seed is None else seed,
            count=count,
            against=_known(against, work),
            progress=progress.at,
        )
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print_drill(found, session)
    if report is not None:
        _save_signed((papers.report(found),), report, session)
    if not found.ok:
        click.get_current_context().exit(FindingsError.exit_code)


def _require_signer(report: Path | None, session: Session) -> None:
    """Have the key that will sign a report at hand, before what it tells takes long."""
    if report is not None and session.actor:
        session.workspace().key()
        beside = _signature_of(report)
        folders.require_free(beside, message("move it away, or choose another name"))


def _signature_of(report: Path) -> Path:
    return report.with_name(f"{report.name}.sig")


def _save_signed(made: Sequence[Report], path: Path, session: Session) -> None:
    """Save a report, and beside it the signature of whoever acts."""
    from rmdocs.workspace import store

    first, *annexes = made
    printing.save_report(first, path, session, *annexes)
    if session.actor:
        signature = store.sign_report(session.workspace(), folders.whole(path).data)
        beside = _signature_of(path)
        folders.save(beside, signature.encode())
        click.echo(session.say(message("wrote {path}", path=beside)), err=True)


def _print_drill(found: Drill, session: Session) -> None:
    from rmdocs.drill import report as papers

    printing.echo_findings(found.findings, session.language)
    if found.injections:
        headings = (
            message("kind"),
            message("what it is"),
            message("tried"),
            message("named"),
            message("remark"),
        )
        rows = [
            (
                one.kind,
                session.say(one.called),
                str(one.tried),
                str(one.named),
                session.say(one.remark),
            )
            for one in papers.by_kind(found)
        ]
        printing.echo_table(headings, rows, session.language)
        click.echo()
    for one in found.injections:
        if not one.named:
            told = message(
                "NOT NAMED: {kind} {fault} at {place} ({shape}); expected {codes}, told {found}",
                kind=one.kind,
                fault=one.told,
                place=one.place or "-",
                shape=one.shape,
                codes=listed(one.expected),
                found=listed(one.found or ("-",)),
            )
            click.echo(session.say(told))
    for line in papers.summary(found):
        click.echo(session.say(line))

"""What a verification came to, for an auditor's papers: the four properties, then what is told.

One report goes to paper, to a workbook and onto the page of the browser: a table of the four
properties to be signed, then a table of the findings, of the ledgers, and of who cosigned them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs import __version__
from rmdocs.answering import AMONG, Answer
from rmdocs.audit.conformance import (
    PropertyVerified,
    RecordProperty,
    properties_of,
    properties_of_code,
)
from rmdocs.audit.verify import Verification
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Severity
from rmdocs.messages import Text, Verbatim, listed, message, named_at_terminal, plain
from rmdocs.reports.report import Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.reports.report import Cell

MOST_OF_A_CODE = 200
"""How many findings of one code a report lists; of the rest it tells how many there are."""

_PROPERTIES = (
    Column(name="property", title=message("property"), width=10),
    Column(name="what", title=message("what is tested"), width=42),
    Column(name="amount", title=message("how much"), width=20),
    Column(name="result", title=message("result"), width=20),
)
_FINDINGS = (
    Column(name="severity", title=message("severity"), width=10),
    Column(name="code", title=message("code"), width=18),
    Column(name="property", title=message("property"), width=10),
    Column(name="place", title=message("where"), width=30),
    Column(name="message", title=message("what was found"), width=34),
    Column(name="remedy", title=message("what to do"), width=30),
)
_LEDGERS = (
    Column(name="ledger", title=message("ledger"), width=24),
    Column(name="pin", title=message("stood at"), width=30),
    Column(name="events", title=message("events"), kind=ColumnKind.NUMBER, width=8),
    Column(name="files", title=message("sealed files"), kind=ColumnKind.NUMBER, width=8),
    Column(name="held", title=message("held against what is known from outside"), width=22),
)
_WITNESSES = (
    Column(name="ledger", title=message("ledger"), width=24),
    Column(name="witnesses", title=message("witnesses"), kind=ColumnKind.NUMBER, width=8),
    Column(name="present", title=message("cosigned by"), width=20),
    Column(name="missing", title=message("missing of the policy"), width=20),
    Column(name="witnessed", title=message("events that enough of them saw"), width=14),
    Column(name="seen", title=message("seen on"), width=18),
)
_EVER = message(
    "It holds for the checkpoints of the ledgers named in it, and for nothing that was sealed"
    " later; what somebody with all keys rewrote before anything was held against the store, it"
    " does not show."
)
_SEVERITIES = {Severity.ERROR: message("error"), Severity.WARNING: message("warning")}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAnswer(Answer):
    """What was gone through, everything found wrong, and what that says of the four properties.

    :param verification: what was gone through and found.
    :param properties: what was looked at of each of the four (GB/T 18894, DA/T 70).
    """

    verification: Verification = field(metadata=AMONG)
    properties: tuple[PropertyVerified, ...]

    @classmethod
    def of(cls, found: Verification) -> VerificationAnswer:
        """Return what is told of a verification."""
        return cls(verification=found, properties=properties_of(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification with what a reader of its report asks first.

    :param begun: by the clock of the office, as :param ended: is.
    :param organisation: whose store it is.
    :param asked_by: who asked for it; empty where nobody is known.
    :param within: how many days ago, at most, witnesses had to see each ledger; None for any.
    """

    found: Verification
    begun: datetime
    ended: datetime
    organisation: Text
    asked_by: str = ""
    within: int | None = None


def reports(verified: Verified) -> tuple[Report, ...]:
    """Return the whole report, the table of the four properties first."""
    return tuple(
        one
        for one in (
            properties_report(verified),
            findings_report(verified.found),
            ledgers_report(verified.found),
            witnesses_report(verified),
        )
        if one.rows
    )


def properties_report(verified: Verified) -> Report:
    """Return the four properties one by one: what was looked at, what not, and what was found."""
    found = verified.found
    return Report(
        name="verification",
        title=message("Verification: the four properties (GB/T 18894, DA/T 70)"),
        columns=_PROPERTIES,
        rows=tuple(row for one in properties_of(found) for row in _property_rows(one)),
        as_of=verified.begun.date(),
        organisation=verified.organisation,
        notes=(*_made(verified), *_how(found), _EVER),
        signatures=(message("auditor"), message("date")),
        numbered=False,
    )


def _property_rows(one: PropertyVerified) -> Iterator[tuple[Cell, ...]]:
    called = one.property.called
    for part in one.looked_at:
        yield (called, part.what, part.amount, message("looked at"))
    for left_out in one.not_looked_at:
        yield (called, plain(left_out), NOTHING, message("not looked at"))
    told = [message("{code} ({count})", code=each.code, count=each.count) for each in one.told]
    amount = message(
        "{errors} error(s), {others} to be known",
        errors=one.errors,
        others=sum(each.count for each in one.told) - one.errors,
    )
    yield (called, message("what was found"), amount, listed(told) or message("nothing wrong"))


def _made(verified: Verified) -> Iterator[Text]:
    """Yield what was gone through, when, with what, and for whom."""
    errors = sum(one.severity is Severity.ERROR for one in verified.found.findings)
    if errors:
        yield message("{count} error(s) were found.", count=errors)
    else:
        yield message("In what was gone through, no error was found.")
    yield verified.found.told_size
    yield message(
        "begun at {begun}, ended at {ended}, with rmdocs {version}",
        begun=f"{verified.begun:%Y-%m-%d %H:%M:%S}",
        ended=f"{verified.ended:%Y-%m-%d %H:%M:%S}",
        version=__version__,
    )
    if verified.asked_by:
        yield message("asked for by {name}", name=verified.asked_by)


def findings_report(found: Verification) -> Report:
    """Return everything found wrong, errors first, by code."""
    shown: list[Finding] = []
    notes: list[Text] = []
    for one in by_code(found.findings):
        shown += one.shown
        if one.left_off:
            notes.append(
                message(
                    "{count} more of {code}: rmdocs verify lists them all",
                    count=one.left_off,
                    code=one.code,
                )
            )
    return Report(
        name="findings",
        title=message("What was found"),
        columns=_FINDINGS,
        rows=tuple(map(_finding_row, shown)),
        notes=tuple(notes),
    )


def _finding_row(one: Finding) -> tuple[Cell, ...]:
    properties = properties_of_code(one.code)
    clause = Verbatim(f" [{one.clause}]" if one.clause else "")
    return (
        _SEVERITIES[one.severity],
        one.code,
        listed(each.called for each in RecordProperty if each in properties),
        one.path,
        message("{reason}{clause}", reason=one.message, clause=clause),
        one.remedy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOfCode:
    """The findings of one code.

    :param shown: the first of them. :param left_off: how many more there are.
    """

    code: str
    severity: Severity
    shown: Sequence[Finding]
    left_off: int

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.shown) + self.left_off


def by_code(findings: Iterable[Finding]) -> tuple[FoundOfCode, ...]:
    """Return findings by their code, errors first."""
    found: dict[tuple[Severity, str], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.severity, one.code), []).append(one)
    return tuple(
        FoundOfCode(
            code=code,
            severity=severity,
            shown=ones[:MOST_OF_A_CODE],
            left_off=max(len(ones) - MOST_OF_A_CODE, 0),
        )
        for (severity, code), ones in sorted(found.items())
    )


def ledgers_report(found: Verification) -> Report:
    """Return each ledger with the checkpoint that it was looked at, and how far it was held."""
    return Report(
        name="ledgers",
        title=message("What was looked at, at which checkpoint"),
        columns=_LEDGERS,
        rows=tuple(
            (
                one.called,
                one.pin or message("cannot be read"),
                one.events,
                one.files,
                message("up to act {held} of {events}", held=one.held, events=one.events)
                if one.held
                else message("against nothing"),
            )
            for one in found.ledgers
        ),
        numbered=False,
    )


def witnesses_report(verified: Verified) -> Report:
    """Return who of a policy cosigned each ledger; no rows where none asks for anybody."""
    found = verified.found
    notes = [found.told_witnessed] if found.quorum else []
    if found.quorum and verified.within is not None:
        notes.append(message("Asked for: within {days} day(s).", days=verified.within))
    return Report(
        name="witnesses",
        title=message("Who cosigned it"),
        columns=_WITNESSES,
        rows=tuple(
            (
                message("control") if one.ledger == "control" else one.ledger,
                len(one.present),
                listed(one.present),
                listed(one.missing),
                message("{count} of {events}", count=one.witnessed, events=one.events),
                one.time,
            )
            for one in found.standings
        ),
        notes=tuple(notes),
        numbered=False,
    )


def told(found: Verification) -> Iterator[Text]:
    """Yield what is to be said of a verification as a whole, a sentence a line."""
    yield found.told_size
    yield message(
        "errors by property (GB/T 18894, DA/T 70): {told}",
        told=listed(
            message("{property} {count}", property=one.property.called, count=one.errors)
            for one in properties_of(found)
        ),
    )
    yield from _how(found)


def _how(found: Verification) -> Iterator[Text]:
    """Yield what was gone through and what was not, and against what it was held."""
    if found.only_year is not None:
        yield found.told_year
    if found.since is not None:
        yield found.told_skipped
    yield _compared(found)
    if not found.renditions:
        yield named_at_terminal(
            message("not judged: electronic signatures and scans"), "rmdocs verify --renditions"
        )
    yield from _from_outside(found)
    if found.adopted:
        yield message(
            "{count} revision(s) were approved on paper before the store began",
            count=found.adopted,
        )
    if found.founder:
        yield found.told_founder


def _from_outside(found: Verification) -> Iterator[Text]:
    """Yield what was known of the ledgers from outside the store."""
    if found.stamped is not None:
        yield found.told_stamped
    if found.quorum:
        yield found.told_witnessed
    yield found.told_pinned
    if found.told_held is not None:
        yield found.told_held


def _compared(found: Verification) -> Text:
    """Return whether documents were compared with their records, and how many."""
    if not found.contents:
        return named_at_terminal(
            message("not compared: documents with their records"), "rmdocs verify --contents"
        )
    if found.unread:
        return message(
            "{count} document(s) made again from their records and compared; {unread} edition(s)"
            " cannot be read here",
            count=found.documents,
            unread=found.unread,
        )
    return message(
        "{count} document(s) made again from their records and compared", count=found.documents
    )

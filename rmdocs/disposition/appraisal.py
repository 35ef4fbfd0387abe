"""Appraising records (鉴定): whether they may be destroyed, transferred or kept longer.

Everything that stands in the way is found at once, each with the rule and the
person behind it; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.disposition.schedule import Kept, kept
from rmdocs.errors import RefusedError, RmdocsError
from rmdocs.events.control import DispositionAction
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.disposals import DisposalRegister, Listed
from rmdocs.registers.holds import HoldRegister, hold_kind_name
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import as_read

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.identifiers import DisposalNumber, RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.holds import Hold
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.protocol import Head

CLAUSE = "ISO 15489-1 §9.9"
HELD, CHANGED, UNREADABLE = "DISPOSAL-HELD", "DISPOSAL-CHANGED", "DISPOSAL-UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraised:
    """A record as a list names it, None if it cannot be read, and what stands in the way."""

    number: RecordNumber
    listed: Listed | None
    findings: tuple[Finding, ...]


class Appraisal:
    """What may be done with records on a day, as one commit of control has it.

    :param own: the disposal that the records are in already, if any.
    """

    def __init__(
        self, registry: Registry, control: Head, on: date, own: DisposalNumber | None = None
    ) -> None:
        disposals = DisposalRegister(head=control)
        self._registry = registry
        self._on = on
        self._holds = HoldRegister(head=control).unlifted()
        self._decided = disposals.decided()
        self._pending = {
            number: disposal
            for number, disposal in disposals.open_ones().items()
            if disposal.number != own
        }

    def appraise(self, number: RecordNumber, outcome: DispositionAction) -> Appraised:
        """Return a record with everything that stands in the way of an outcome."""
        try:
            folder = find_folder(self._registry.store, number)
            known = kept(self._registry, folder)
        except RmdocsError as problem:
            found = _finding(UNREADABLE, number, problem.reason, problem.remedy)
            return Appraised(number=number, listed=None, findings=(found,))
        findings = [*self._not_due(number, known), *self._decisions(number)]
        if outcome is not DispositionAction.KEEP:
            findings += self.held(number, known)
        if outcome is DispositionAction.DESTROY and not folder.encrypted:
            findings.append(_not_destroyable(number, known))
        return Appraised(number=number, listed=_listed(folder, known), findings=tuple(findings))

    def held(self, number: RecordNumber, known: Kept) -> Iterator[Finding]:
        """Yield the holds a record is under, its form's own among them."""
        for hold in self._holds:
            if hold.held.covers(number, known.uscc):
                yield _held(number, hold, self._registry.zone)
        if known.keeping.held:
            expression = known.form.retention.hold_while
            yield _finding(
                HELD,
                number,
                message(
                    "{form} holds the record while {expression}",
                    form=known.form.title,
                    expression=expression.source if expression else "",
                ),
                message("complete the record first: its form's [retention] decides"),
            )

    def _not_due(self, number: RecordNumber, known: Kept) -> Iterator[Finding]:
        ends = known.keeping.ends
        start = known.form.retention.start
        if ends is None:
            yield _finding(
                "DISPOSAL-NOT-DUE",
                number,
                message("its retention has not begun: it counts {start}", start=start),
                _KEEP,
                clause=known.form.retention.basis,
            )
        elif ends > self._on:
            yield _finding(
                "DISPOSAL-NOT-DUE",
                number,
                message(
                    "it is kept {years} years {start}, until {ends}",
                    years=known.keeping.years,
                    start=start,
                    ends=ends,
                ),
                _KEEP,
                clause=known.form.retention.basis,
            )

    def _decisions(self, number: RecordNumber) -> Iterator[Finding]:
        pending = self._pending.get(str(number))
        if pending is not None:
            yield _finding(
                "DISPOSAL-OPEN",
                number,
                message(
                    "it is in the disposal {disposal} of {name} already",
                    disposal=pending.number,
                    name=pending.proposed.actor.name,
                ),
                message("approve or reject that one first"),
            )
        decided = self._decided.get(str(number))
        if decided is None:
            return
        until = decided.proposal.until
        if decided.proposal.outcome is DispositionAction.TRANSFER:
            yield _finding(
                "DISPOSAL-DONE",
                number,
                message(
                    "it was transferred to {archive} ({disposal})",
                    archive=decided.proposal.archive,
                    disposal=decided.number,
                ),
                _LEAVE_OUT,
            )
        elif until is not None and until > self._on:
            yield _finding(
                "DISPOSAL-KEPT",
                number,
                message(
                    "it is kept longer, until {until} ({disposal}, {name})",
                    until=until,
                    disposal=decided.number,
                    name=decided.proposed.actor.name,
                ),
                _KEEP,
            )


def require_no_obstacle(appraised: Iterable[Appraised]) -> tuple[Listed, ...]:
    """Return the records as a list names them.

    :raises RefusedError: with everything that stands in the way of any of them.
    """
    records = tuple(appraised)
    findings = tuple(finding for one in records for finding in one.findings)
    if findings:
        count = len({finding.path for finding in findings})
        raise RefusedError(
            findings,
            message("{count} record(s) may not be disposed of", count=count),
            clause=CLAUSE,
        )
    return tuple(one.listed for one in records if one.listed is not None)


def changed(number: RecordNumber) -> Finding:
    """Return the finding that a record is not as it was when the disposal was proposed."""
    return _finding(
        CHANGED,
        number,
        message("it was changed after the disposal was proposed"),
        message("reject the disposal and propose it again"),
    )


def _held(number: RecordNumber, hold: Hold, zone: ZoneInfo) -> Finding:
    placed = hold.placed
    return _finding(
        HELD,
        number,
        message(
            "held by {hold} ({kind}), placed by {name} ({staff_no}) on {on}: {reason}",
            hold=hold.number,
            kind=hold_kind_name(hold.kind),
            name=placed.actor.name,
            staff_no=placed.actor.staff_no,
            on=placed.day_in(zone),
            reason=placed.reason,
        ),
        by_command(
            message("lift the hold when it no longer stands"),
            message("rmdocs hold lift {hold} --reason …", hold=hold.number),
        ),
    )


def _not_destroyable(number: RecordNumber, known: Kept) -> Finding:
    return _finding(
        "DISPOSAL-NOT-DESTROYABLE",
        number,
        message(
            "records of {form} are not encrypted: their content cannot be destroyed",
            form=known.form.number,
        ),
        message("keep it longer, or transfer it to the archive"),
    )


def _listed(folder: RecordFolder, known: Kept) -> Listed | None:
    ends = known.keeping.ends
    if ends is None:
        return None
    files = [[file.path, file.sha256] for event in folder.events for file in event.files]
    documents = [
        (file.path.rpartition("/")[2], file.sha256)
        for event in folder.events
        for file in as_read(event)
        if "/editions/" in file.path
    ]
    sealed = canonical.encode({"events": len(folder.events), "files": files})
    return Listed(
        number=folder.number,
        title=known.form.title,
        revision=str(folder.revision),
        issued=folder.issued.edition.issued_on,
        due=ends,
        years=known.keeping.years,
        basis=known.form.retention.basis,
        documents=tuple(documents),
        sealed=canonical.sha256(sealed),
    )


_KEEP = by_command(message("keep it until then; look up what is due"), "rmdocs disposition due")
_LEAVE_OUT = message("leave it out of the list")


def _finding(
    code: str, number: RecordNumber, reason: Text, remedy: Text, clause: str = CLAUSE
) -> Finding:
    return error(code, str(number), reason, remedy, clause=clause)

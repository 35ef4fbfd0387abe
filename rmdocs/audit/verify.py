"""Verifying a store: files, ledgers, history, actors, numbers and volumes.

What the store's own checks recompute is put together here with what only the
registers know: whose key is whose, which numbers were given, which volumes
exist. What needs a pin outside the store (a history rewritten whole, F5)
cannot be seen from inside, and is not claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.audit.approvals import (
    adopted,
    calendar_findings,
    policy_findings,
    release_findings,
)
from rmdocs.audit.authority import Authority
from rmdocs.audit.closings import Closings
from rmdocs.audit.disposals import Grounds
from rmdocs.audit.eventplaces import control_findings, volume_findings
from rmdocs.audit.recordacts import Conduct
from rmdocs.audit.renditions import RenditionAudit
from rmdocs.audit.seals import ledger_key, registered_keys
from rmdocs.errors import FindingsError, RmdocsError, StoreError
from rmdocs.events.records import RecordIssued
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.identifiers import RecordNumber, Volume
from rmdocs.messages import Text, message
from rmdocs.registers.series import SERIES_NAME, SeriesState, known_volumes
from rmdocs.store.checking import examine_ledger, history_check
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, ledger_origin

if TYPE_CHECKING:
    from rmdocs.signing.trust import Trust
    from rmdocs.store.checking import LedgerReport
    from rmdocs.store.event import Event
    from rmdocs.store.head import GitHead, LedgerStore
    from rmdocs.store.vault import Vault

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedLedger:
    """A ledger as it was gone through.

    :param name: ``control``, or that of a volume of records.
    :param pin: the size and short root that it was gone through at, as documents print it;
        empty where its checkpoint cannot be read.
    :param events: how many it holds. :param files: how many they seal.
    """

    name: str
    pin: str
    events: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(Answer):
    """What was gone through, and everything found wrong.

    :param volumes: how many of records; control comes on top.
    :param events: how many in all ledgers. :param files: how many they seal.
    :param adopted: revisions that were approved on paper before the store
        began: their approvals are not here to be checked.
    :param findings: everything found wrong.
    :param ledgers: each at the state in which it was gone through, control first.
    """

    TOLD: ClassVar = ("volumes", "events", "files", "adopted", "ok", "findings")
    volumes: int
    events: int
    files: int
    findings: tuple[Finding, ...]
    adopted: int = 0
    ledgers: tuple[VerifiedLedger, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether no finding is an error."""
        return not has_errors(self.findings)


def verify(
    store: LedgerStore,
    trust: Trust | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store.

    :param trust: to judge electronic signatures by, and read scans again, which
        takes long; None to leave that out.
    :param progress: told how many events of how many are gone through.
    :raises StoreError: if there is no control ledger to begin with.
    """
    control = store.require_head(CONTROL_REF)
    findings: list[Finding] = []
    ledger_public, staff_keys = ledger_key(control), _staff_keys(control, findings)
    allowed = {key.fingerprint: key for keys in staff_keys.values() for key in keys}
    grounds, unread = Grounds.of(control, staff_keys, store.vault)
    findings += [_on(CONTROL_REF, finding) for finding in unread]
    ledgers: list[VerifiedLedger] = []
    volumes = [ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX)]
    total = sum(_stated_size(store, ref) for ref in (CONTROL_REF, *volumes))
    rules: _Rules | None = None
    for ref in (CONTROL_REF, *volumes):
        progress(sum(one.events for one in ledgers), total)
        head = store.require_head(ref)
        report = examine_ledger(head, ledger_public, ledger_origin(ref))
        # Control comes first: the others are judged by what it knew.
        rules = rules or _Rules.of(control, report.events, store.vault, trust)
        found = [
            *report.findings,
            *history_check(store.objects, head.commit, allowed),
            *_actors(report.events, staff_keys),
            *(
                rules.of_control(report)
                if ref == CONTROL_REF
                else rules.of_volume(ref, head, report)
            ),
            *grounds.findings(head, report.events),
        ]
        findings += [_on(ref, finding) for finding in found]
        ledgers.append(_gone_through(ref, report))
    findings += _volumes(control, volumes)
    findings += [
        _wrong("REF-FOREIGN", ref, message("{ref} does not belong in a records store", ref=ref))
        for ref in store.refs()
        if ref != CONTROL_REF and not ref.startswith(RECORDS_PREFIX)
    ]
    known = adopted(rules.authority) if rules is not None else 0
    return Verification(
        volumes=len(volumes),
        events=sum(one.events for one in ledgers),
        files=sum(one.files for one in ledgers),
        findings=tuple(findings),
        adopted=known,
        ledgers=tuple(ledgers),
    )


def _stated_size(store: LedgerStore, ref: str) -> int:
    """Return how many events a ledger says it has; 0 where that cannot be read."""
    try:
        return store.require_head(ref).checkpoint.size
    except StoreError:
        return 0


def _gone_through(ref: str, report: LedgerReport) -> VerifiedLedger:
    return VerifiedLedger(
        name=ref.removeprefix("refs/heads/").removeprefix("records/"),
        pin=report.checkpoint.pin if report.checkpoint is not None else "",
        events=len(report.events),
        files=report.files,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What acts are judged by, as control stands."""

    authority: Authority
    conduct: Conduct
    closings: Closings
    renditions: RenditionAudit
    unread: tuple[Finding, ...]

    @classmethod
    def of(
        cls,
        control: GitHead,
        events: Sequence[Event],
        vault: Vault | None,
        trust: Trust | None,
    ) -> _Rules:
        authority = Authority(control, events)
        closings, unread = Closings.of(control)
        renditions = RenditionAudit(authority=authority, trust=trust)
        return cls(
            authority=authority,
            conduct=Conduct(authority=authority, vault=vault),
            closings=closings,
            renditions=renditions,
            unread=tuple(unread),
        )

    def of_control(self, report: LedgerReport) -> Iterator[Finding]:
        """Yield what is wrong with entries, approvals and statements in control."""
        yield from control_findings(self.authority, report.places)
        yield from release_findings(self.authority)
        yield from policy_findings(self.authority)
        yield from calendar_findings(self.authority)
        yield from self.conduct.of_control()
        yield from self.unread

    def of_volume(self, ref: str, head: GitHead, report: LedgerReport) -> Iterator[Finding]:
        """Yield what is wrong with the numbers and acts of a volume."""
        yield from _numbers(head, ref, report.events)
        yield from volume_findings(report.events, report.places)
        yield from self.conduct.findings(head, report.events)
        yield from self.renditions.findings(head, report.events)
        for volume in known_volumes((ref,)):
            yield from self.closings.findings(volume, head, report.events)


def _staff_keys(control: GitHead, findings: list[Finding]) -> dict[str, list[PublicKey]]:
    """Return the keys ever registered for each staff number; note what is unreadable."""
    keys: dict[str, list[PublicKey]] = {}
    for path, staff_no, found in registered_keys(control):
        if isinstance(found, RmdocsError):
            wrong = _wrong("REGISTER-UNREADABLE", path, found.reason)
            findings.append(_on(CONTROL_REF, wrong))
        else:
            keys.setdefault(staff_no, []).extend(found)
    return keys


def _actors(events: Iterable[Event], keys: dict[str, list[PublicKey]]) -> Iterator[Finding]:
    """Yield events whose key the register of staff does not hold for their actor (F16)."""
    for event in events:
        if event.actor.fingerprint not in {
            key.fingerprint for key in keys.get(event.actor.staff_no, ())
        }:
            yield _wrong(
                "ACTOR-KEY",
                event.file_name,
                message(
                    "the key is not one of {name} ({staff_no})",
                    name=event.actor.name,
                    staff_no=event.actor.staff_no,
                ),
            )


def _numbers(head: GitHead, ref: str, events: Iterable[Event]) -> Iterator[Finding]:
    """Yield numbers that are missing or were given twice (F14, F15)."""
    try:
        volume = Volume.parse(ref.removeprefix(RECORDS_PREFIX))
        data = head.read(SERIES_NAME)
        state = (
            SeriesState.from_json(canonical.decode(data)) if data else SeriesState(volume=volume)
        )
        issued = Counter(
            RecordNumber.parse(event.subject).serial
            for event in events
            if event.kind == RecordIssued.KIND
        )
    except FindingsError as problem:
        yield from problem.findings
        return
    except RmdocsError as problem:
        yield _wrong("NUMBER-UNREADABLE", SERIES_NAME, problem.reason)
        return
    expected = range(state.last_serial - state.given + 1, state.last_serial + 1)
    for serial in sorted({*expected, *issued}):
        times = issued[serial]
        number = RecordNumber(series=volume.series, serial=serial)
        if times == 0:
            yield _wrong("NUMBER-GAP", str(number), message("the number has no record"))
        elif times > 1:
            yield _wrong("NUMBER-TWICE", str(number), message("the number was given twice"))
        elif serial not in expected:
            yield _wrong("NUMBER-BEYOND", str(number), message("the series never gave this number"))


def _volumes(control: GitHead, refs: Iterable[str]) -> Iterator[Finding]:
    """Yield volumes that are missing, or that the control ledger does not know."""
    present = {ref.removeprefix(RECORDS_PREFIX) for ref in refs}
    known = {
        path.removeprefix("volumes/").rpartition("/")[0]
        for path, _ in control.walk("volumes")
        if path.endswith("/opened.json")
    }
    for name in sorted(known - present):
        yield _wrong("VOLUME-MISSING", name, message("the volume was opened, but is missing"))
    for name in sorted(present - known):
        yield warning(
            "VOLUME-UNREGISTERED",
            name,
            message("the control ledger does not know the volume yet"),
            message("the next record issued in it enters it"),
            clause=_CLAUSE,
        )


def _on(ref: str, finding: Finding) -> Finding:
    place = f"{ref.removeprefix('refs/heads/')}:{finding.path}"
    return Finding(
        code=finding.code,
        severity=finding.severity,
        path=place,
        message=finding.message,
        remedy=finding.remedy,
        clause=finding.clause,
        label=finding.label,
    )


def _wrong(code: str, path: str, reason: Text) -> Finding:
    return error(code, path, reason, _RESTORE, clause=_CLAUSE)

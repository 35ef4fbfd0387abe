"""Verifying a store, in this order; control first, since the others are judged by what it knew.

Of each ledger:

1. events, their order, tree, checkpoint and who signed it, tiles; each sealed file (``checking``);
2. each commit: signature, author, time, what it adds and says, who signed its checkpoint
   (``history``, ``committexts``);
3. whose key each act bears (here), and whether that was revoked (``revocations``).

Of control:

4. files beside the ledger; kind, place, files, entries, names, roles (``eventplaces``);
5. releases, policies and years: bytes, three or two people, days (``approvals``);
6. whose keys were whose then (``recordacts``); what revocations say (``revocations``), and what
   machines' ledger keys are, and that the founder is gone once they are (``machines``).

Of each volume:

7. files beside the ledger; numbers given once, in order (``numbers``);
8. kind, place and files of each act, names (``eventplaces``, ``sealedfiles``);
9. the course of each record: editions, pins, units, turns (``course``);
10. keys, rules, dates, form revision, roles, voids, each as of the act (``recordacts``);
11. renditions; signatures and scans where asked for (``renditions``);
12. what records say, documents made again, where asked for (``contents``);
13. the closing statement of its series (``closings``), then disposals (``disposals``).

Of the store:

14. volumes against their openings (``numbers``);
15. what git would obey around it (``store.surroundings``);
16. sizes that ends of keys sealed (``revocations``, ``machines``), and what is known from outside
    (``pins``): without that a history rewritten whole, cut or set back (F2, F5–F8, F14) cannot be
    seen, and the report says so;
17. refs that do not belong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer
from rmdocs.audit.approvals import (
    adopted,
    calendar_findings,
    policy_findings,
    release_findings,
)
from rmdocs.audit.authority import Authority
from rmdocs.audit.closings import Closings
from rmdocs.audit.contents import ContentAudit
from rmdocs.audit.course import course_findings
from rmdocs.audit.disposals import Grounds
from rmdocs.audit.eventplaces import control_findings, volume_findings
from rmdocs.audit.machines import MachineAudit, machine_size_findings
from rmdocs.audit.numbers import VolumeAudit, number_findings
from rmdocs.audit.pins import Pin, compared, ledgers_of
from rmdocs.audit.recordacts import Conduct
from rmdocs.audit.renditions import RenditionAudit
from rmdocs.audit.revocations import RevocationAudit, questioned_findings, size_findings
from rmdocs.audit.sealedfiles import stray_findings
from rmdocs.audit.seals import registered_keys
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.messages import Text, message
from rmdocs.registers.committexts import expected_text
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.registers.series import SERIES_NAME, known_volumes
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.checking import examine_ledger
from rmdocs.store.history import history_check
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
    :param renditions: whether electronic signatures were judged, and scans read again.
    :param contents: whether what records say was judged again, and their documents made again.
    :param documents: how many were made again and compared.
    :param unread: editions whose content is destroyed, or whose key is not here.
    :param pinned: ledgers that were compared with a checkpoint from outside. Of the others
        a history that was cut, set back, or written anew by whoever has every key is not
        excluded.
    :param ledgers: each at the state in which it was gone through, control first.
    """

    TOLD: ClassVar = (
        *("volumes", "events", "files", "adopted"),
        *("renditions", "contents", "documents", "unread", "pinned", "ok", "findings"),
    )
    volumes: int
    events: int
    files: int
    findings: tuple[Finding, ...]
    adopted: int = 0
    renditions: bool = False
    contents: bool = False
    documents: int = 0
    unread: int = 0
    pinned: int = 0
    ledgers: tuple[VerifiedLedger, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether no finding is an error."""
        return not has_errors(self.findings)


def verify(
    store: LedgerStore,
    trust: Trust | None = None,
    *,
    contents: bool = False,
    pins: Sequence[Pin] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store.

    :param trust: to judge electronic signatures by, and read scans again, which
        takes long; None to leave that out.
    :param contents: judge again what every record says, and make every document again.
    :param pins: what is known of the ledgers from outside.
    :param progress: told how many events of how many are gone through.
    :raises StoreError: if there is no control ledger to begin with.
    """
    heads = {ref: store.require_head(ref) for ref in ledgers_of(store)}
    control = heads[CONTROL_REF]
    findings: list[Finding] = []
    keys, staff_keys = ledger_keys(control), _staff_keys(control, findings)
    allowed = {key.fingerprint: key for keys in staff_keys.values() for key in keys}
    grounds, unread = Grounds.of(control, staff_keys, store.vault)
    findings += [_on(CONTROL_REF, finding) for finding in unread]
    ledgers: list[VerifiedLedger] = []
    total = sum(map(_stated_size, heads.values()))
    progress(0, total)
    # Control comes first: the others are judged by what it knew.
    of_control = examine_ledger(control, keys, ledger_origin(CONTROL_REF))
    rules = _Rules.of(control, of_control.events, store.vault, trust, contents=contents)
    begun: dict[str, Event] = {}
    for ref, head in heads.items():
        progress(sum(one.events for one in ledgers), total)
        # 1
        report = (
            of_control if ref == CONTROL_REF else examine_ledger(head, keys, ledger_origin(ref))
        )
        found = [
            *report.findings,
            # 2
            *history_check(store.objects, head.commit, allowed, expected_text, keys),
            # 3
            *_actors(report.events, staff_keys),
            *rules.revoked(ref, report),
            *(
                rules.of_control(report)
                if ref == CONTROL_REF
                else rules.of_volume(ref, head, report)
            ),
            # 13
            *grounds.findings(head, report.events),
        ]
        findings += [_on(ref, finding) for finding in found]
        ledgers.append(_gone_through(ref, report))
        if report.events:
            begun[ref] = report.events[0]
    volumes = [ref for ref in heads if ref != CONTROL_REF]
    # 14
    findings += VolumeAudit(
        authority=rules.authority,
        heads={ref.removeprefix(RECORDS_PREFIX): heads[ref] for ref in volumes},
        begun={ref.removeprefix(RECORDS_PREFIX): one for ref, one in begun.items()},
    ).findings()
    # 15
    findings += store.surroundings()
    # 16
    findings += size_findings(rules.authority.revocations, store, keys)
    findings += machine_size_findings(rules.authority, store)
    comparison = compared(store, pins, keys)
    findings += comparison.findings
    # 17
    findings += [
        _wrong("REF-FOREIGN", ref, message("{ref} does not belong in a records store", ref=ref))
        for ref in store.refs()
        if ref != CONTROL_REF and not ref.startswith(RECORDS_PREFIX)
    ]
    made = rules.contents
    return Verification(
        volumes=len(volumes),
        events=sum(one.events for one in ledgers),
        files=sum(one.files for one in ledgers),
        findings=tuple(findings),
        adopted=adopted(rules.authority),
        renditions=trust is not None,
        contents=made is not None,
        documents=made.documents if made is not None else 0,
        unread=made.unread if made is not None else 0,
        pinned=len(comparison.ledgers),
        ledgers=tuple(ledgers),
    )


def _stated_size(head: GitHead) -> int:
    """Return how many events a ledger says it has; 0 where that cannot be read."""
    try:
        return head.checkpoint.size
    except StoreError:
        return 0  # told where the ledger is gone through; this is only to tell how far it is


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
    contents: ContentAudit | None
    unread: tuple[Finding, ...]

    @classmethod
    def of(
        cls,
        control: GitHead,
        events: Sequence[Event],
        vault: Vault | None,
        trust: Trust | None,
        *,
        contents: bool,
    ) -> _Rules:
        authority = Authority(control, events)
        closings, unread = Closings.of(control)
        renditions = RenditionAudit(authority=authority, trust=trust)
        return cls(
            authority=authority,
            conduct=Conduct(authority=authority, vault=vault),
            closings=closings,
            renditions=renditions,
            contents=ContentAudit(authority=authority) if contents else None,
            unread=tuple(unread),
        )

    def of_control(self, report: LedgerReport) -> Iterator[Finding]:
        """Yield what is wrong with entries, approvals and statements in control."""
        # 4
        yield from stray_findings(self.authority.control)
        yield from control_findings(self.authority, report.places)
        # 5
        yield from release_findings(self.authority)
        yield from policy_findings(self.authority)
        yield from calendar_findings(self.authority)
        # 6
        yield from self.conduct.of_control()
        yield from RevocationAudit(authority=self.authority).findings()
        yield from MachineAudit(authority=self.authority).findings()
        yield from self.unread

    def revoked(self, ref: str, report: LedgerReport) -> Iterator[Finding]:
        """Yield acts of a ledger with a key that was revoked, or that are in doubt."""
        register, staff = self.authority.revocations, StaffRegister(head=self.authority.control)
        return questioned_findings(register, staff, ref, report.events)

    def of_volume(self, ref: str, head: GitHead, report: LedgerReport) -> Iterator[Finding]:
        """Yield what is wrong with the numbers and acts of a volume."""
        # 7
        yield from stray_findings(head, SERIES_NAME)
        yield from number_findings(head, ref, report.events)
        # 8
        yield from volume_findings(self.authority, report.events, report.places)
        # 9
        yield from course_findings(self.authority, report.events)
        # 10
        yield from self.conduct.findings(head, report.events)
        # 11
        yield from self.renditions.findings(head, report.events)
        # 12
        if self.contents is not None:
            yield from self.contents.findings(head, report.events)
        # 13
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


def _on(ref: str, finding: Finding) -> Finding:
    return replace(finding, path=f"{ref.removeprefix('refs/heads/')}:{finding.path}")


def _wrong(code: str, path: str, reason: Text) -> Finding:
    return error(code, path, reason, _RESTORE, clause=_CLAUSE)

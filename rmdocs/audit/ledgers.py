"""One ledger after the other, gone through by what control knew.

A piece of the work is a volume, or what some of its records say. It names commits, so that a
store that grows meanwhile is judged as it was (``workers`` says who does it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer
from rmdocs.audit.actorder import order_findings
from rmdocs.audit.approvals import calendar_findings, policy_findings, release_findings
from rmdocs.audit.authority import Authority
from rmdocs.audit.disposals import Grounds
from rmdocs.audit.eventplaces import control_findings, volume_findings
from rmdocs.audit.machines import MachineAudit
from rmdocs.audit.numbers import Closings, number_findings
from rmdocs.audit.recordacts import Conduct
from rmdocs.audit.revocations import RevocationAudit, questioned_findings
from rmdocs.audit.sealedfiles import stray_findings
from rmdocs.audit.seals import registered_keys
from rmdocs.audit.since import Growth, growth
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.committexts import expected_text
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.registers.renditions import OF_EDITIONS
from rmdocs.registers.series import SERIES_NAME, known_volumes, volume_state
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.checking import LedgerReport, examine_growth, examine_ledger
from rmdocs.store.history import history_check
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, ledger_origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmdocs.audit.contents import ContentAudit
    from rmdocs.audit.since import Stood
    from rmdocs.identifiers import Volume
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.head import GitHead, LedgerStore
    from rmdocs.store.keys import PublicKey

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")
_wrong = partial(error, remedy=_RESTORE, clause=_CLAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedLedger(Answer):
    """A ledger as it was gone through.

    :param name: ``control``, or that of a volume of records.
    :param pin: the size and short root that it was gone through at, as documents print it;
        empty where its checkpoint cannot be read.
    :param events: how many it holds. :param files: how many of its sealed files were compared.
    :param judged: how many of its events were judged, the others being as they were before.
    :param held: how many of its first events were held against something from outside; of those
        that came after, nothing excludes that they were cut off, or are others.
    :param note: its signed checkpoint. :param commit: that it was read from.
    :param newest: how many events of control its acts knew.
    """

    TOLD: ClassVar = ("name", "pin", "events", "files", "judged", "held")
    name: str
    pin: str
    events: int
    files: int
    judged: int = 0
    held: int = 0
    note: str = ""
    commit: str = ""
    newest: int = 0

    @property
    def origin(self) -> str:
        """Return what its checkpoint calls it."""
        return ledger_origin(self.name if self.name == "control" else RECORDS_PREFIX + self.name)

    @property
    def called(self) -> Text:
        """Return what a person calls it."""
        return message("control") if self.name == "control" else Verbatim(self.name)

    @property
    def told_held(self) -> Text:
        """Return how far it was held against something from outside."""
        return message(
            "{ledger} up to act {held} of {events}",
            ledger=self.called,
            held=self.held,
            events=self.events,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfJudge:
    """What is asked of a verification, besides what is always looked at.

    :param control: the commit at which control is read.
    :param trust: what signatures are judged by; None to leave them out.
    :param contents: whether what records say is judged, and documents made again.
    """

    control: str
    trust: Trust | None = None
    contents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A volume to be gone through; or of its records only the contents.

    :param commit: at which it is read. :param since: as it stood when it was verified.
    :param records: whose contents are judged; empty for everything else.
    """

    ref: str
    commit: str
    since: Stood | None = None
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPiece:
    """What came of a piece of work.

    :param ledger: what was gone through; None where only contents were, or it cannot be read.
    :param first: the first act of a volume.
    :param records: whose contents are still to be judged.
    :param renditions: how many acts that sealed a PDF, signatures or a scan were judged.
    :param documents: how many were made again. :param unread: editions that cannot be read.
    """

    findings: tuple[Finding, ...]
    ledger: VerifiedLedger | None = None
    first: Event | None = None
    records: tuple[str, ...] = ()
    renditions: int = 0
    documents: int = 0
    unread: int = 0


class Judge:
    """What ledgers are judged by, as control stands, which is gone through at once.

    ``begun`` is what control itself came to.
    """

    def __init__(self, store: LedgerStore, asked: AskedOfJudge) -> None:
        self.store, self.asked = store, asked
        control = self._head(asked.control)
        findings: list[Finding] = []
        self.ledger_keys = ledger_keys(control)
        self.keys = _staff_keys(control, findings)
        self._allowed = {key.fingerprint: key for keys in self.keys.values() for key in keys}
        self._grounds, unread = Grounds.of(control, self.keys, store.vault)
        report = examine_ledger(control, self.ledger_keys, ledger_origin(CONTROL_REF))
        self.authority = authority = Authority(control, report.events)
        self._closings, unclosed = Closings.of(control)
        self._conduct = Conduct(authority=authority, vault=store.vault)
        self._control, self._unread = (control, report), (*findings, *unread, *unclosed)

    def _of_editions(self, head: GitHead, events: Sequence[Event]) -> Iterator[Finding]:
        """Yield what is wrong with renditions; what reads PDF is loaded where there are any."""
        if any(event.kind in OF_EDITIONS for event in events):
            from rmdocs.audit.renditions import RenditionAudit  # noqa: PLC0415 - heavy

            yield from RenditionAudit(authority=self.authority, trust=self.asked.trust).findings(
                head, events
            )

    @cached_property
    def _contents(self) -> ContentAudit:
        from rmdocs.audit.contents import ContentAudit  # noqa: PLC0415 - few ask for it

        return ContentAudit(authority=self.authority)

    def stays(self, piece: Piece) -> bool:
        """Return whether a piece may not leave this machine: its records must be destroyable."""
        volumes, forms = known_volumes((piece.ref,)), self.authority.forms
        return not volumes or any(forms.must_be_destroyable(one.series.form) for one in volumes)

    def control(self) -> JudgedPiece:
        """Go through control."""
        head, report = self._control
        found = [
            *self._unread,
            *report.findings,
            *self.history(head, report, None),
            *self._acted(CONTROL_REF, report.events),
            *self._of_control(report),
            *self._grounds.findings(head, report.events),
        ]
        return JudgedPiece(
            findings=tuple(_on(CONTROL_REF, one) for one in found),
            ledger=_gone_through(CONTROL_REF, head, report),
        )

    def done(self, piece: Piece) -> JudgedPiece:
        """Do a piece of the work; what cannot be read of it keeps nobody from the rest."""
        try:
            return self._done(piece)
        except StoreError as problem:
            found = _wrong("STORE-UNREADABLE", "-", problem.reason)
            return JudgedPiece(findings=(_on(piece.ref, found),))

    def _done(self, piece: Piece) -> JudgedPiece:
        head = self._head(piece.commit)
        if piece.records:
            return self._said(piece, head)
        grown = growth(head, piece.since) if piece.since is not None else None
        if isinstance(grown, Finding):
            # What it is now is judged, whatever it was.
            done = self._volume(piece.ref, head, None)
            return replace(done, findings=(_on(piece.ref, grown), *done.findings))
        if grown is not None and grown.known and grown.before.commit == head.commit:
            return _unchanged(piece, head)
        return self._volume(piece.ref, head, grown)

    def _head(self, commit: str) -> GitHead:
        return self.store.at(commit)

    def _said(self, piece: Piece, head: GitHead) -> JudgedPiece:
        audit = self._contents
        audit.documents = audit.unread = 0
        found = [_on(piece.ref, one) for one in audit.findings(head, piece.records)]
        return JudgedPiece(findings=tuple(found), documents=audit.documents, unread=audit.unread)

    def _volume(self, ref: str, head: GitHead, grown: Growth | None) -> JudgedPiece:
        # 1
        if grown is None or not grown.known:
            report = examine_ledger(head, self.ledger_keys, ledger_origin(ref))
        else:
            report = examine_growth(head, grown.before, self.ledger_keys, ledger_origin(ref))
        events, places, newest = report.events, dict(report.places), 0
        if grown is not None:
            events, newest = _with_all_of_them(head, report, grown, places)
        before = grown.before if grown is not None else None
        found = [
            *report.findings,
            *self.history(head, report, before),
            *self._acted(ref, events),
            # 7
            *stray_findings(head, SERIES_NAME),
            *number_findings(head, ref, events, before),
            # 8
            *volume_findings(self.authority, events, places),
            # 9
            *order_findings(self.authority, events),
            # 10
            *self._conduct.findings(head, events, newest),
            # 11
            *self._of_editions(head, events),
        ]
        # 13
        for volume in known_volumes((ref,)):
            found += self._closings.findings(volume, head)
        found += self._grounds.findings(head, events)
        first = _first(ref, head) if grown is not None else next(iter(events), None)
        ledger = _gone_through(ref, head, report)
        if grown is not None:
            ledger = replace(
                ledger,
                events=stated_size(head),
                judged=len(events),
                newest=max(newest, ledger.newest),
            )
        return JudgedPiece(
            findings=tuple(_on(ref, one) for one in found),
            ledger=ledger,
            first=first,
            renditions=sum(one.kind in OF_EDITIONS for one in events),
            records=tuple(dict.fromkeys(one.subject for one in events))
            if self.asked.contents
            else (),
        )

    def history(
        self, head: GitHead, report: LedgerReport, before: GitHead | None = None
    ) -> Sequence[Finding]:
        """Go through the commits of a ledger, by which it came to be as it was examined.

        :param before: a state up to which they are taken as sound.
        """
        # 2
        return history_check(
            self.store.objects,
            head.commit,
            self._allowed,
            expected_text,
            self.ledger_keys,
            since=before,
            leaves=report.leaves,
        )

    def _acted(self, ref: str, events: Sequence[Event]) -> Iterator[Finding]:
        """Yield acts of a ledger with another's key, with a revoked one, or in doubt."""
        # 3
        yield from _actors(events, self.keys)
        staff = StaffRegister(head=self.authority.control)
        yield from questioned_findings(self.authority.revocations, staff, ref, events)

    def _of_control(self, report: LedgerReport) -> Iterator[Finding]:
        """Yield what is wrong with entries, approvals and statements in control."""
        # 4
        yield from stray_findings(self.authority.control)
        yield from control_findings(self.authority, report.places)
        # 5
        yield from release_findings(self.authority)
        yield from policy_findings(self.authority)
        yield from calendar_findings(self.authority)
        # 6
        yield from self._conduct.of_control()
        yield from RevocationAudit(authority=self.authority).findings()
        yield from MachineAudit(authority=self.authority).findings()


def _with_all_of_them(
    head: GitHead, report: LedgerReport, grown: Growth, places: dict[int, str]
) -> tuple[tuple[Event, ...], int]:
    """Return all that was ever done to the records of new acts; what acts before knew.

    :param places: gets where those lie that were not read yet.
    """
    new = {event.index for event in report.events if event.index >= grown.size}
    touched = {places[index] for index in new}
    found = [event for event in report.events if places[event.index] in touched]
    if not grown.known:
        relied = (one.relied_on for one in report.events if one.index < grown.size)
        return tuple(found), max((one.size for one in relied if one is not None), default=0)
    for directory in sorted(touched):
        try:
            earlier = [one for one in head.events(directory) if one.index not in new]
        except StoreError:
            continue  # told of the ledger
        places |= {event.index: directory for event in earlier}
        found += earlier
    return tuple(sorted(found, key=lambda event: event.index)), grown.newest


def _unchanged(piece: Piece, head: GitHead) -> JudgedPiece:
    stood = piece.since
    ledger = VerifiedLedger(
        name=_name(piece.ref),
        pin=head.checkpoint.pin,
        events=head.checkpoint.size,
        files=0,
        note=head.note,
        commit=head.commit,
        newest=stood.newest if stood is not None else 0,
    )
    return JudgedPiece(findings=(), ledger=ledger, first=_first(piece.ref, head))


def _first(ref: str, head: GitHead) -> Event | None:
    """Return the first act of a volume, which is on its first number."""
    try:
        for volume in known_volumes((ref,)):
            return _begun(volume, head)
    except RmdocsError:
        pass  # told of its numbers
    return None


def _begun(volume: Volume, head: GitHead) -> Event | None:
    serial = volume_state(head, volume).serials[:1]
    numbers = (RecordNumber(series=volume.series, serial=one) for one in serial)
    return next((event for number in numbers for event in head.events(number.directory)), None)


def _gone_through(ref: str, head: GitHead, report: LedgerReport) -> VerifiedLedger:
    relied = (one.relied_on.size for one in report.events if one.relied_on is not None)
    return VerifiedLedger(
        name=_name(ref),
        pin=report.checkpoint.pin if report.checkpoint is not None else "",
        events=len(report.events),
        files=report.files,
        judged=len(report.events),
        note=head.note if report.checkpoint is not None else "",
        commit=head.commit,
        newest=max(relied, default=0),
    )


def stated_size(head: GitHead) -> int:
    """Return how many events a ledger says it has; 0 where that cannot be read."""
    try:
        return head.checkpoint.size
    except StoreError:
        return 0  # told where the ledger is gone through


def _name(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("records/")


def _staff_keys(control: GitHead, findings: list[Finding]) -> dict[str, list[PublicKey]]:
    """Return the keys ever registered for each staff number; note what is unreadable."""
    keys: dict[str, list[PublicKey]] = {}
    for path, staff_no, found in registered_keys(control):
        if isinstance(found, RmdocsError):
            findings.append(_wrong("REGISTER-UNREADABLE", path, found.reason))
        else:
            keys.setdefault(staff_no, []).extend(found)
    return keys


def _actors(events: Iterable[Event], keys: Mapping[str, Sequence[PublicKey]]) -> Iterator[Finding]:
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

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
9. the order of each record's acts: editions, pins, units, turns (``actorder``);
10. keys, rules, dates, form revision, roles, voids, each as of the act (``recordacts``);
11. renditions; signatures and scans where asked for (``renditions``);
12. what records say, documents made again, where asked for (``contents``);
13. the closing statement of its series (``numbers``), then disposals (``disposals``).

Of the store:

14. volumes against their openings (``numbers``);
15. the newest act of each ledger against the clock of whoever verifies (here);
16. what git would obey around it (``store.surroundings``), and what no store has there
    (``store.strays``);
17. sizes that ends of keys sealed (``revocations``, ``machines``), and what is known from outside
    (``pins``): without that a history rewritten whole, cut or set back (F2, F5–F8, F14) cannot be
    seen, and the report says so;
18. what witnesses cosigned: contradictions, and whether enough of those that a policy names did
    (``witnesses``);
19. refs that do not belong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import IF_ANY, Answer
from rmdocs.audit.approvals import adopted
from rmdocs.audit.ledgers import (
    AskedOfJudge,
    Judge,
    JudgedPiece,
    Piece,
    VerifiedLedger,
    stated_size,
)
from rmdocs.audit.machines import machine_size_findings
from rmdocs.audit.numbers import VolumeAudit
from rmdocs.audit.pins import CONTRADICTIONS, Pin, PinComparison, compared, ledgers_of
from rmdocs.audit.revocations import size_findings
from rmdocs.audit.witnesses import (
    AHEAD,
    AskedOfWitnesses,
    WitnessJudgement,
    WitnessStanding,
    judged,
)
from rmdocs.audit.workers import TREES, gone_through
from rmdocs.classes import dataclass
from rmdocs.errors import StoreError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.messages import Text, Verbatim, by_command, listed, message
from rmdocs.store.cosignature import told_time
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX
from rmdocs.store.refs import is_witness_ref
from rmdocs.store.witnesspolicy import NOBODY, named

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.audit.since import VerifiedState
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.head import GitHead, LedgerStore

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")
_CLOCKS = message(
    "see that the clock of this machine is right; if it is, find out whose clock was ahead when"
    " this act was made, and keep a note of it: the act was made earlier than it says"
)
_NAMED = 5
"""Ledgers that a line names; a report names them all."""
_WITHOUT_CONTENTS = 0.15
"""What share of the work on a volume is done before what its records say is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(Answer):
    """What was gone through, and everything found wrong.

    :param volumes: how many of records; control comes on top.
    :param events: how many in all ledgers. :param files: how many they seal.
    :param adopted: revisions that were approved on paper before the store
        began: their approvals are not here to be checked.
    :param founder: whether the founder's power stands although there is a records officer with
        a key of their own: no fault, but nobody needs it any more.
    :param findings: everything found wrong.
    :param renditions: whether electronic signatures were judged, and scans read again.
    :param contents: whether what records say was judged again, and their documents made again.
    :param documents: how many were made again and compared.
    :param unread: editions whose content is destroyed, or whose key is not here.
    :param judged_renditions: acts that sealed a PDF, signatures or a scan, and were judged.
    :param pinned: ledgers that were compared with a checkpoint from outside. Of the others
        a history that was cut, set back, or written anew by whoever has every key is not
        excluded; nor of the acts of these that came after the checkpoint, see ``ledgers``.
    :param since: the state from which it went on, where it did not begin at the beginning.
    :param skipped: how many acts were not judged again, but proved to be those of that state.
    :param files_again: whether the files of those were compared with their seals again.
    :param stamped: when what the ledgers were held against was there, by a time stamp of it that
        counts. :param stamped_by: the authority whose word that is.
    :param quorum: who must have cosigned each ledger, as the verifier's policy calls them; empty
        where none was given.
    :param witnessed: ledgers of which enough of these witnesses cosigned a state.
    :param oldest: since when enough of them had seen the ledger that they saw longest ago: acts
        after that may have been cut off. :param oldest_ledger: which one that is.
    :param only_year: of which year it is the bundle; null of a store.
    :param ledgers: each at the state in which it was gone through, control first.
    :param standings: who of the policy cosigned each, and what is lacking.
    """

    TOLD: ClassVar = (
        *("volumes", "events", "files", "adopted", "founder"),
        *("renditions", "judged_renditions", "contents", "documents", "unread", "pinned"),
        *(
            "since",
            "skipped",
            "files_again",
            "stamped",
            "stamped_by",
            "quorum",
            "witnessed",
            "oldest",
            "oldest_ledger",
            "only_year",
            "ok",
            "ledgers",
            "findings",
        ),
    )
    volumes: int
    events: int
    files: int
    findings: tuple[Finding, ...]
    adopted: int = 0
    founder: bool = False
    renditions: bool = False
    contents: bool = False
    documents: int = 0
    unread: int = 0
    judged_renditions: int = field(default=0, metadata=IF_ANY)
    pinned: int = 0
    since: Text | None = field(default=None, metadata=IF_ANY)
    skipped: int = field(default=0, metadata=IF_ANY)
    files_again: bool = field(default=False, metadata=IF_ANY)
    stamped: datetime | None = field(default=None, metadata=IF_ANY)
    stamped_by: str = field(default="", metadata=IF_ANY)
    quorum: str = field(default="", metadata=IF_ANY)
    witnessed: int = field(default=0, metadata=IF_ANY)
    oldest: str = field(default="", metadata=IF_ANY)
    oldest_ledger: str = field(default="", metadata=IF_ANY)
    only_year: int | None = field(default=None, metadata=IF_ANY)
    ledgers: tuple[VerifiedLedger, ...] = ()
    standings: tuple[WitnessStanding, ...] = ()

    @property
    def told_size(self) -> Text:
        """Return how much was looked at, and how many findings there are."""
        return message(
            "{volumes} volume(s), {events} event(s), {files} file(s): {count} finding(s)",
            volumes=self.volumes,
            events=self.events,
            files=self.files,
            count=len(self.findings),
        )

    @property
    def all_pinned(self) -> bool:
        """Return whether every ledger was held against something outside: control, and volumes."""
        return self.pinned > self.volumes

    @property
    def told_pinned(self) -> Text:
        """Return which ledgers were held against something outside, and what that means."""
        ledgers = self.volumes + 1
        if self.all_pinned and any(one.code in CONTRADICTIONS for one in self.findings):
            return message(
                "all {count} ledger(s) were held against what was known of them before: not all"
                " agree with it, as the findings say",
                count=ledgers,
            )
        if self.all_pinned:
            return message(
                "all {count} ledger(s) were held against what was known of them before",
                count=ledgers,
            )
        return by_command(
            message(
                "not excluded of {count} ledger(s): a history cut, set back or written anew by"
                " somebody with all keys",
                count=ledgers - self.pinned,
            ),
            message("rmdocs verify --against WHAT"),
        )

    @property
    def held(self) -> int:
        """Return how many acts, of all ledgers, were held against something outside."""
        return sum(one.held for one in self.ledgers)

    @property
    def told_held(self) -> Text | None:
        """Return of which ledgers only the beginning was; None where that is so of none."""
        beyond = [one for one in self.ledgers if 0 < one.held < one.events]
        if not beyond:
            return None
        told = [one.told_held for one in beyond[:_NAMED]]
        if len(beyond) > _NAMED:
            told.append(message("{count} more", count=len(beyond) - _NAMED))
        return message(
            "of {count} of them only the beginning; of the acts after it nothing outside tells:"
            " {ledgers}",
            count=len(beyond),
            ledgers=listed(told),
        )

    @property
    def told_founder(self) -> Text:
        """Return that the founder's power is to be ended, and how."""
        return by_command(
            message(
                "the founder could still act, with the key that all machines share, though there is"
                " a records officer: once each machine has a ledger key of its own, end that"
            ),
            "rmdocs key machine NAME --end-founder --reason TEXT",
        )

    @property
    def told_skipped(self) -> Text:
        """Return what of the acts was not looked at again, and why that may be believed."""
        facts = {"count": self.skipped, "source": self.since or Verbatim("-")}
        if self.files_again:
            return message(
                "not judged again: {count} act(s), nor what signed them; the ledgers that hold them"
                " begin with the acts of {source} (RFC 6962), and their files were compared again",
                **facts,
            )
        return message(
            "not judged again: {count} act(s), nor were their files read; the ledgers that hold"
            " them begin with the acts of {source} (RFC 6962), by the commits that were verified",
            **facts,
        )

    @property
    def told_year(self) -> Text:
        """Return what the bundle of a year does not hold."""
        return message(
            "this is the bundle of {year}: records of other years are not in it, and not judged",
            year=self.only_year,
        )

    @property
    def told_stamped(self) -> Text:
        """Return since when at the latest the ledgers are what they were held against."""
        return message(
            "what the ledgers were held against was there on {time} (time stamp of {authority})",
            time=f"{self.stamped.astimezone(UTC):%Y-%m-%d %H:%M}Z" if self.stamped else "-",
            authority=self.stamped_by,
        )

    @property
    def told_witnessed(self) -> Text:
        """Return how many ledgers are witnessed as the verifier's policy asks."""
        if self.quorum == NOBODY:
            return message("the policy asks for no witness: it excludes nothing")
        if not self.witnessed:
            return message("witnessed as the policy asks ({name}): none", name=self.quorum)
        return message(
            "witnessed as the policy asks ({name}): {count} of {ledgers} ledger(s); longest ago"
            " enough of them saw {ledger}, on {time}",
            name=self.quorum,
            count=self.witnessed,
            ledgers=self.volumes + 1,
            ledger=self.oldest_ledger.removeprefix("rmdocs/"),
            time=self.oldest,
        )

    @property
    def ok(self) -> bool:
        """Return whether no finding is an error."""
        return not has_errors(self.findings)


def verify(  # noqa: PLR0913 - what is asked, and how
    store: LedgerStore,
    trust: Trust | None = None,
    *,
    contents: bool = False,
    pins: Sequence[Pin] = (),
    since: VerifiedState | None = None,
    witnesses: AskedOfWitnesses | None = None,
    now: datetime | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store, or on from a state that was verified.

    :param trust: to judge electronic signatures by, and read scans again, which
        takes long; None to leave that out.
    :param contents: judge again what every record says, and make every document again.
    :param pins: what is known of the ledgers from outside.
    :param since: a state that was verified: of volumes only what came after is judged, with all
        that was ever done to the same records. Control is judged whole.
    :param witnesses: who must have cosigned, by whoever verifies; None to ask for nobody.
    :param now: by the clock of whoever verifies; None to leave out whether acts are ahead of it.
    :param executor: of processes, with the interface of ``concurrent.futures``, that go
        through volumes at the same time; None for this process alone.
    :param progress: told how many events of how many are gone through.
    :raises StoreError: if there is no control ledger to begin with.
    """
    unopened: list[Finding] = []
    heads = {CONTROL_REF: store.require_head(CONTROL_REF), **_volumes(store, unopened)}
    volumes = [ref for ref in heads if ref != CONTROL_REF]
    sizes = {ref: stated_size(head) for ref, head in heads.items()}
    steps = _Steps(sizes=sizes, told=progress)
    steps.begun()
    # Control comes first: the others are judged by what it knew.
    judge = Judge(
        store, AskedOfJudge(control=heads[CONTROL_REF].commit, trust=trust, contents=contents)
    )
    authority = judge.authority
    standing = since.standing(authority.events) if since is not None else {}
    with store.objects.keeping(TREES):
        of_control = judge.control()
        steps.control()
        pieces = [
            Piece(ref=ref, commit=heads[ref].commit, since=standing.get(ref)) for ref in volumes
        ]
        done: dict[tuple[str, tuple[str, ...]], JudgedPiece] = {}
        for piece, one in gone_through(judge, executor, pieces):
            done[(piece.ref, piece.records)] = one
            steps.done(piece, one)
    # As if one had been gone through after the other, whoever did it.
    order = [of_control, *(one for _, one in sorted(done.items(), key=itemgetter(0)))]
    findings = [*unopened, *(finding for one in order for finding in one.findings)]
    gone_over = [one.ledger for one in order if one.ledger is not None]
    begun = {ref: one.first for (ref, _), one in done.items() if one.first is not None}
    known = {(pin.origin, pin.size, pin.root): pin for pin in since.pins} if since else {}
    known |= {(pin.origin, pin.size, pin.root): pin for pin in pins}
    whole = _WholeStore(
        store=store,
        judge=judge,
        heads=heads,
        begun=begun,
        now=now,
        comparison=compared(store, (*known.values(),), judge.ledger_keys),
        witnessed=judged(store, heads, judge.ledger_keys, witnesses),
    )
    findings += [finding for check in OF_THE_STORE for finding in check(whole)]
    held = [whole.comparison.ledgers, whole.witnessed.ledgers]
    ledgers = tuple(
        replace(one, held=min(one.events, max(each.get(one.origin, 0) for each in held)))
        for one in gone_over
    )
    return Verification(
        volumes=len(volumes),
        events=sum(one.events for one in ledgers),
        files=sum(one.files for one in ledgers),
        findings=tuple(findings),
        adopted=adopted(authority),
        founder=authority.founder_could_end,
        renditions=trust is not None,
        contents=contents,
        documents=sum(one.documents for one in order),
        unread=sum(one.unread for one in order),
        judged_renditions=sum(one.renditions for one in order),
        pinned=len(held[0].keys() | held[1].keys()),
        quorum=named(witnesses.policy.quorum) if witnesses is not None else "",
        witnessed=len(whole.witnessed.ledgers),
        standings=whole.witnessed.standings,
        oldest=whole.witnessed.oldest,
        oldest_ledger=whole.witnessed.oldest_ledger,
        since=since.source if since is not None else None,
        skipped=sum(one.events - one.judged for one in ledgers),
        files_again=since is not None and since.by_checkpoints,
        only_year=store.only_year,
        ledgers=ledgers,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _WholeStore:
    """What a store is, once each of its ledgers was gone through.

    :param heads: of all ledgers. :param begun: how each volume begins, by its ref.
    :param now: by the clock of whoever verifies, if that is asked.
    :param comparison: with what is known from outside.
    :param witnessed: what witnesses cosigned, as far as the policy asks.
    """

    store: LedgerStore
    judge: Judge
    heads: Mapping[str, GitHead]
    begun: Mapping[str, Event]
    now: datetime | None
    comparison: PinComparison
    witnessed: WitnessJudgement


def _against_openings(whole: _WholeStore) -> Iterable[Finding]:
    volumes = {ref: head for ref, head in whole.heads.items() if ref != CONTROL_REF}
    return VolumeAudit(
        authority=whole.judge.authority,
        heads={ref.removeprefix(RECORDS_PREFIX): head for ref, head in volumes.items()},
        begun={ref.removeprefix(RECORDS_PREFIX): first for ref, first in whole.begun.items()},
        belongs=lambda name: whole.store.is_to_hold(f"{RECORDS_PREFIX}{name}"),
    ).findings()


def _ahead(whole: _WholeStore) -> Iterable[Finding]:
    """Yield ledgers whose newest act is yet to come; that times never go back is asked before."""
    if whole.now is None:
        return
    for ref, head in whole.heads.items():
        if head.time > whole.now + AHEAD:
            reason = message(
                "the newest act is of {time}; the clock here says {now}",
                time=told_time(int(head.time.timestamp())),
                now=told_time(int(whole.now.timestamp())),
            )
            place = f"{ref.removeprefix('refs/heads/')}:-"
            yield error("EVENT-AHEAD", place, reason, _CLOCKS, clause=_CLAUSE)


def _around_it(whole: _WholeStore) -> Iterable[Finding]:
    return whole.store.surroundings()


def _from_outside(whole: _WholeStore) -> Iterable[Finding]:
    authority, store = whole.judge.authority, whole.store
    yield from size_findings(authority.revocations, store, whole.judge.ledger_keys)
    yield from machine_size_findings(authority, store)
    yield from whole.comparison.findings


def _by_witnesses(whole: _WholeStore) -> Iterable[Finding]:
    return whole.witnessed.findings


def _refs(whole: _WholeStore) -> Iterable[Finding]:
    for ref in whole.store.refs():
        if ref != CONTROL_REF and not ref.startswith(RECORDS_PREFIX) and not is_witness_ref(ref):
            yield _foreign(ref)


OF_THE_STORE = (_against_openings, _ahead, _around_it, _from_outside, _by_witnesses, _refs)
"""What is looked at once all ledgers were gone through, in the order told above."""


@dataclass(slots=True, kw_only=True)
class _Steps:
    """How far a verification is, in acts.

    :param sizes: how many acts each ledger says it has.
    :param told: is told how many are done of how many.
    """

    sizes: Mapping[str, int]
    told: Callable[[int, int], None]
    _far: float = 0
    _records: dict[str, int] = field(default_factory=dict)

    def begun(self) -> None:
        """Tell that nothing is done yet."""
        self.told(0, sum(self.sizes.values()))

    def control(self) -> None:
        """Tell that control was gone through."""
        self._went(CONTROL_REF, 1)

    def done(self, piece: Piece, one: JudgedPiece) -> None:
        """Tell that a volume was gone through, or what some of its records say."""
        if piece.records:
            part = len(piece.records) / self._records[piece.ref]
            self._went(piece.ref, (1 - _WITHOUT_CONTENTS) * part)
        else:
            self._records[piece.ref] = len(one.records)
            self._went(piece.ref, _WITHOUT_CONTENTS if one.records else 1)

    def _went(self, ref: str, share: float) -> None:
        self._far += self.sizes[ref] * share
        self.told(round(self._far), sum(self.sizes.values()))


def _volumes(store: LedgerStore, unopened: list[Finding]) -> dict[str, GitHead]:
    """Return the heads of the volumes; note those of which not even the last commit is whole."""
    heads: dict[str, GitHead] = {}
    for ref in ledgers_of(store)[1:]:
        try:
            heads[ref] = store.require_head(ref)
        except StoreError as problem:
            place = f"{ref.removeprefix('refs/heads/')}:-"
            found = error("STORE-UNREADABLE", place, problem.reason, _RESTORE, clause=_CLAUSE)
            unopened.append(found)
    return heads


def _foreign(ref: str) -> Finding:
    reason = message("{ref} does not belong in a records store", ref=ref)
    return error("REF-FOREIGN", ref, reason, _RESTORE, clause=_CLAUSE)

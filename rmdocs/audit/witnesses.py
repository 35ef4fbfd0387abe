"""What witnesses cosigned of a store's ledgers: judged by a policy, and chosen for a proof.

A witness cosigns no two histories of one ledger. Where enough of those whom the verifier knows
cosigned what is shown, others are shown the same (F7). What lies on the refs of witnesses came
with the store: only signatures in it say something, of the ledgers' own keys, and of those that
the policy names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rmdocs.audit.pins import Pin, compared
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.store.checkpoint import Checkpoint, parted
from rmdocs.store.cosignature import Cosignature, newest_good, told_time
from rmdocs.store.protocol import ledger_origin
from rmdocs.store.witnesspolicy import WitnessPolicy, named
from rmdocs.store.witnessref import KeptCheckpoint, WitnessRef, witness_refs

if TYPE_CHECKING:
    from rmdocs.store.checkpoint import LedgerKeys
    from rmdocs.store.head import GitHead, LedgerStore

_CLAUSE = "c2sp.org/tlog-policy"
_MOST_COSIGNATURES = 15
"""Beside the ledger's own: readers of notes take sixteen signatures at least."""
AHEAD = timedelta(minutes=10)
"""How far the clock of somebody else may be ahead of the verifier's."""
_ASK = by_command(
    message("have the witnesses that are missing look at the store, and fetch refs/witness/*"),
    message("rmdocs witness NAME"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfWitnesses:
    """What whoever verifies asks of witnesses.

    :param now: by their clock, not that of the witnesses.
    :param within: how many days ago, at most, enough of them saw each ledger; None for any.
    """

    policy: WitnessPolicy
    now: datetime
    within: int | None = None

    @property
    def latest(self) -> float:
        """Return until when a cosignature may have been made, since 1970 UTC."""
        return (self.now + AHEAD).timestamp()

    def is_old(self, seconds: int) -> bool:
        """Return whether a time is longer ago than is asked."""
        return (
            self.within is not None
            and seconds < (self.now - timedelta(days=self.within)).timestamp()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessStanding:
    """Who of a policy cosigned a ledger, and what is lacking.

    :param ledger: as :class:`~rmdocs.audit.ledgers.VerifiedLedger` calls it.
    :param present: witnesses that cosigned a state of it. :param missing: those that did not.
    :param events: how many it has. :param witnessed: how many of them enough witnesses saw.
    :param time: since when, as a person reads it; empty if enough of them saw none.
    """

    ledger: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    events: int
    witnessed: int = 0
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessJudgement:
    """What witnesses say of the ledgers of a store.

    :param ledgers: by the origins of those of which enough witnesses cosigned a state: how many
        of its first acts enough of them saw.
    :param oldest: when enough of them had seen the one that they saw longest ago, as a person
        reads it. :param oldest_ledger: which one that is; empty if there is none.
    :param standings: of each ledger, where a policy asks for somebody.
    :param findings: contradictions, what is not witnessed, what cannot be read.
    """

    ledgers: Mapping[str, int] = field(default_factory=dict)
    standings: tuple[WitnessStanding, ...] = ()
    oldest: str = ""
    oldest_ledger: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vouched:
    """A state of a ledger that a witness of the policy cosigned."""

    checkpoint: Checkpoint
    witness: bytes
    cosignature: Cosignature


def judged(
    store: LedgerStore,
    heads: Mapping[str, GitHead],
    keys: LedgerKeys,
    asked: AskedOfWitnesses | None,
) -> WitnessJudgement:
    """Return what witnesses say of the ledgers of a store.

    :param heads: of its ledgers, by their refs. :param keys: that sign these.
    :param asked: by the verifier; if nothing is, only what the ledgers' own keys signed is held
        against the ledgers.
    """
    found = witness_refs(store)
    findings = [finding for one in found for finding in one.findings]
    vouched: list[_Vouched] = []
    pins: dict[tuple[str, int, str], Pin] = {}
    for kept in (kept for one in found for kept in one.kept):
        words, forged = _words(kept, asked.policy if asked is not None else None)
        findings += [_not_theirs(kept)] if forged else []
        for word in words:
            _pin(pins, kept.checkpoint, _cosigned_by(word))
            if asked is not None and word.cosignature.seconds > asked.latest:
                findings.append(_future(kept, word, asked.now))
            else:
                vouched.append(word)
        # Whatever else stands in the note: what the ledger's own key signed is its word.
        if keys.fault(kept.note) is None:
            source = message("the checkpoint that the witness {name} keeps", name=kept.witness)
            _pin(pins, kept.checkpoint, source)
        elif not words and not forged:
            findings.append(_nobodys(kept))
    findings += compared(store, (*pins.values(),), keys).findings
    if asked is None:
        return WitnessJudgement(findings=tuple(findings))
    policy = asked.policy
    if policy.logs and keys.founding.public not in policy.logs:
        findings.append(_other_store(keys))
    met: dict[str, int] = {}
    held: dict[str, int] = {}
    standings: list[WitnessStanding] = []
    for ref, head in heads.items() if policy.asks else ():
        standing, seen = _standing(ref, head, policy, vouched)
        standings.append(standing)
        findings += _quorum(standing, ref.removeprefix("refs/heads/"), asked, seen)
        if seen is not None:
            met[ledger_origin(ref)], held[ledger_origin(ref)] = seen, standing.witnessed
    oldest = min(met, key=lambda origin: (met[origin], origin), default="")
    return WitnessJudgement(
        ledgers=held,
        oldest=told_time(met[oldest]) if oldest else "",
        oldest_ledger=oldest,
        standings=tuple(standings),
        findings=tuple(findings),
    )


def _words(kept: KeptCheckpoint, policy: WitnessPolicy | None) -> tuple[list[_Vouched], bool]:
    """Return who of a policy cosigned a checkpoint when, and whether a line there only says so.

    Each line is judged by itself: anybody can put one more below a note.
    """
    known = policy.witnesses if policy is not None else {}
    words: list[_Vouched] = []
    forged = False
    for name, key in known.items():
        said = [*key.each(kept.checkpoint.body, kept.lines)]
        forged = forged or None in said
        words += [
            _Vouched(checkpoint=kept.checkpoint, witness=name, cosignature=one)
            for one in said
            if one is not None
        ]
    return words, forged


def _pin(pins: dict[tuple[str, int, str], Pin], checkpoint: Checkpoint, source: Text) -> None:
    origin, size, root = checkpoint.origin, checkpoint.size, checkpoint.root.hex()
    pins.setdefault((origin, size, root), Pin(origin=origin, size=size, root=root, source=source))


def _cosigned_by(word: _Vouched) -> Text:
    return message(
        "what the witness {name} cosigned ({time})",
        name=named(word.witness),
        time=word.cosignature.time,
    )


def _standing(
    ref: str, head: GitHead, policy: WitnessPolicy, vouched: Iterable[_Vouched]
) -> tuple[WitnessStanding, int | None]:
    """Return who of a policy cosigned a ledger, and since when enough of them had seen it.

    Who cosigned a longer state of the same history has cosigned the shorter one with it.
    """
    origin = ledger_origin(ref)
    try:
        size = head.checkpoint.size
        words = [
            one
            for one in vouched
            if one.checkpoint.origin == origin
            and one.checkpoint.size <= size
            and head.root_at(one.checkpoint.size) == one.checkpoint.root
        ]
    except RmdocsError:
        words, size = [], 0
    sizes = sorted({one.checkpoint.size for one in words}, reverse=True)
    met = (
        least
        for least in sizes
        if policy.met({one.witness for one in words if one.checkpoint.size >= least})
    )
    least = next(met, None)
    seen = _seen_by_enough(policy, words) if least is not None else None
    present = {one.witness for one in words}
    return WitnessStanding(
        ledger=origin.removeprefix("rmdocs/").removeprefix("records/"),
        present=tuple(sorted(map(named, present))),
        missing=tuple(sorted(map(named, policy.witnesses.keys() - present))),
        events=size,
        witnessed=least or 0,
        time=told_time(seen) if seen is not None else "",
    ), seen


def _quorum(
    standing: WitnessStanding, place: str, asked: AskedOfWitnesses, seen: int | None
) -> Iterator[Finding]:
    """Yield what of a ledger not enough witnesses cosigned, or not lately.

    :param seen: since when enough of them had seen it; None if they had not.
    """
    size = standing.events
    if seen is not None:
        if asked.is_old(seen):
            yield _old(place, seen, asked.within or 0)
        if standing.witnessed < size:
            yield _behind(place, size - standing.witnessed, size)
        return
    reason = message("not enough witnesses of the policy cosigned any state of it: nobody did")
    if standing.present:
        reason = message(
            "not enough witnesses of the policy cosigned any state of it; there are {names}",
            names=listed(standing.present),
        )
    yield error("WITNESS-QUORUM", place, reason, _ASK, clause=_CLAUSE)


def _seen_by_enough(policy: WitnessPolicy, words: Iterable[_Vouched]) -> int:
    """Return the latest time since which enough witnesses cosigned, of those that are enough."""
    last: dict[bytes, int] = {}
    for one in words:
        last[one.witness] = max(one.cosignature.seconds, last.get(one.witness, 0))
    return max(
        time
        for time in last.values()
        if policy.met({name for name, seconds in last.items() if seconds >= time})
    )


def _old(place: str, seen: int, days: int) -> Finding:
    told = message(
        "enough witnesses of the policy saw it last on {time}, more than {days} day(s) ago: what"
        " was done since may have been cut off here",
        time=told_time(seen),
        days=days,
    )
    return error("WITNESS-OLD", place, told, _ASK, clause=_CLAUSE)


def _future(kept: KeptCheckpoint, word: _Vouched, now: datetime) -> Finding:
    return warning(
        "WITNESS-FUTURE",
        f"witness/{kept.witness}:{kept.path}",
        message(
            "the cosignature of the witness {name} is of {time}; the clock here says {now}",
            name=named(word.witness),
            time=word.cosignature.time,
            now=told_time(int(now.timestamp())),
        ),
        message(
            "it does not count; see that the clock of this machine is right, then have the witness"
            " see to its own, or find out who else has its key"
        ),
        clause=_CLAUSE,
    )


def _behind(place: str, count: int, size: int) -> Finding:
    told = message("not yet witnessed: the last {count} of {size} event(s)", count=count, size=size)
    return warning("WITNESS-BEHIND", place, told, _ASK, clause=_CLAUSE)


def _not_theirs(kept: KeptCheckpoint) -> Finding:
    return warning(
        "WITNESS-SIGNATURE",
        f"witness/{kept.witness}:{kept.path}",
        message("a cosignature says that it is by a witness of the policy, and is not"),
        message(
            "it does not count; find out who put it there, and have the witness send its own again"
        ),
        clause=_CLAUSE,
    )


def _nobodys(kept: KeptCheckpoint) -> Finding:
    return warning(
        "WITNESS-NOBODY",
        f"witness/{kept.witness}:{kept.path}",
        message(
            "a checkpoint stands there which no key of this store's ledgers signed, and no witness"
            " of a policy"
        ),
        message("it says nothing; find out who put it there, or have the witness take it away"),
        clause=_CLAUSE,
    )


def _other_store(keys: LedgerKeys) -> Finding:
    return error(
        "WITNESS-LOG",
        "control",
        message(
            "the policy is for other stores: this one was founded with the key {fingerprint}",
            fingerprint=keys.founding.public.fingerprint,
        ),
        by_command(
            message("compare it with the key as the branch's records officer handed it out"),
            "rmdocs key ledger",
        ),
        clause=_CLAUSE,
    )


# For a proof --------------------------------------------------------------------


def note_for_proof(
    store: LedgerStore, ref: str, keys: LedgerKeys, least: int, policy: WitnessPolicy | None
) -> str:
    """Return the signed checkpoint of a ledger that convinces most: with its cosignatures.

    Of states with enough cosignatures the newest; else that with the most, and of those the
    newest: the ledger as it stands, if nobody cosigned any.

    :param least: events that it has at least.
    :param policy: whose cosignatures count; without one those that the keys on the witnesses'
        refs made, whoever has these.
    :raises StoreError: if the ledger cannot be read.
    """
    head = store.require_head(ref)
    notes = {head.checkpoint.body: {head.note}}
    found = witness_refs(store)
    for kept in (kept for one in found for kept in one.kept):
        size = kept.checkpoint.size
        if kept.ref != ref or not least <= size <= head.checkpoint.size:
            continue
        if head.root_at(size) == kept.checkpoint.root:
            notes.setdefault(kept.checkpoint.body, set()).add(kept.note)
    ranked = []
    for body, those in notes.items():
        lines = [line for note in sorted(those) for line in parted(note)[1]]
        own = alone("\n".join((body, *lines, "")), keys)
        if own is not None:
            counted = dict(_counted(body, lines, found, policy))
            met = policy is not None and policy.met(counted)
            words = sorted({one.line for one in counted.values()})[:_MOST_COSIGNATURES]
            note = own + "".join(f"{word}\n" for word in words)
            ranked.append((met, 0 if met else len(words), Checkpoint.parse(own).size, note))
    return max(ranked)[-1] if ranked else head.note


def alone(note: str, keys: LedgerKeys) -> str | None:
    """Return a checkpoint with its ledger's signature and no other; None if it has none."""
    body, lines = parted(note)
    notes = (f"{body}\n{line}\n" for line in lines)
    return next((one for one in notes if keys.fault(one) is None), None)


def _counted(
    body: str, lines: list[str], found: Iterable[WitnessRef], policy: WitnessPolicy | None
) -> Iterator[tuple[bytes, Cosignature]]:
    """Yield the good cosignatures of a checkpoint, by whom."""
    if policy is not None:
        known = dict(policy.witnesses)
    else:
        known = {one.name.encode(): one.key for one in found if one.key is not None}
    for name, key in known.items():
        one = newest_good(key.each(body, lines))
        if one is not None:
            yield name, one

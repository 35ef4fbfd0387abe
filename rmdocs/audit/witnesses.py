"""What witnesses cosigned of a store's ledgers: judged by a policy, and chosen for a proof.

A witness cosigns no two histories of one ledger. Where enough of those whom the verifier knows
cosigned what is shown, others are shown the same (F7). What lies on the refs of witnesses came
with the store: only signatures in it say something, of the ledgers' own keys, and of those that
the policy names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
_ASK = by_command(
    message("have the witnesses that are missing look at the store, and fetch refs/witness/*"),
    message("rmdocs witness NAME"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessJudgement:
    """What witnesses say of the ledgers of a store.

    :param ledgers: origins of those of which enough witnesses cosigned a state.
    :param newest: when the newest of these cosignatures was made, as a person reads it.
    :param findings: contradictions, what is not witnessed, what cannot be read.
    """

    ledgers: frozenset[str] = frozenset()
    newest: str = ""
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
    policy: WitnessPolicy | None,
) -> WitnessJudgement:
    """Return what witnesses say of the ledgers of a store.

    :param heads: of its ledgers, by their refs. :param keys: that sign these.
    :param policy: of the verifier; without one only what the ledgers' own keys signed is held
        against the ledgers.
    """
    found = witness_refs(store)
    findings = [finding for one in found for finding in one.findings]
    vouched: list[_Vouched] = []
    pins: dict[tuple[str, int, str], Pin] = {}
    for kept in (kept for one in found for kept in one.kept):
        words, forged = _words(kept, policy)
        vouched += words
        findings += [_not_theirs(kept)] if forged else []
        for word in words:
            _pin(pins, kept.checkpoint, _cosigned_by(word))
        # Whatever else stands in the note: what the ledger's own key signed is its word.
        if keys.fault(kept.note) is None:
            source = message("the checkpoint that the witness {name} keeps", name=kept.witness)
            _pin(pins, kept.checkpoint, source)
        elif not words and not forged:
            findings.append(_nobodys(kept))
    findings += compared(store, (*pins.values(),), keys).findings
    if policy is None:
        return WitnessJudgement(findings=tuple(findings))
    if policy.logs and keys.founding.public not in policy.logs:
        findings.append(_other_store(keys))
    met: dict[str, int] = {}
    for ref, head in heads.items():
        findings += _quorum(ref, head, policy, vouched, met)
    return WitnessJudgement(
        ledgers=frozenset(met),
        newest=told_time(max(met.values())) if met else "",
        findings=tuple(findings),
    )


def _words(kept: KeptCheckpoint, policy: WitnessPolicy | None) -> tuple[list[_Vouched], bool]:
    """Return who of a policy cosigned a checkpoint, and whether a line there only says so.

    Each line is judged by itself: anybody can put one more below a note.
    """
    known = policy.witnesses if policy is not None else {}
    words, forged = [], False
    for name, key in known.items():
        said = [*key.each(kept.checkpoint.body, kept.lines)]
        forged = forged or None in said
        one = newest_good(said)
        if one is not None:
            words.append(_Vouched(checkpoint=kept.checkpoint, witness=name, cosignature=one))
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


def _quorum(
    ref: str,
    head: GitHead,
    policy: WitnessPolicy,
    vouched: Iterable[_Vouched],
    met: dict[str, int],
) -> Iterator[Finding]:
    """Yield what of a ledger not enough witnesses cosigned; note the one of which they did.

    Who cosigned a longer state of the same history has cosigned the shorter one with it.

    :param met: when the newest cosignature of each ledger was made.
    """
    origin, place = ledger_origin(ref), ref.removeprefix("refs/heads/")
    if not policy.asks:
        return
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
    for least in sorted({one.checkpoint.size for one in words}, reverse=True):
        enough = [one for one in words if one.checkpoint.size >= least]
        if policy.met({one.witness for one in enough}):
            met[origin] = max(one.cosignature.seconds for one in enough)
            if least < size:
                yield _behind(place, size - least, size)
            return
    reason = message("not enough witnesses of the policy cosigned any state of it: nobody did")
    if words:
        names = sorted({one.witness for one in words})
        reason = message(
            "not enough witnesses of the policy cosigned any state of it; there are {names}",
            names=listed(map(named, names)),
        )
    yield error("WITNESS-QUORUM", place, reason, _ASK, clause=_CLAUSE)


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

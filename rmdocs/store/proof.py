"""One sealed event, proved to whoever has neither store nor git.

In this order:

1. the checkpoint is signed by a key that the reader trusts, or to which keys lead of which each
   named the next for ledgers, the first one named by a key that the reader trusts;
2. enough of the witnesses cosigned it that the reader's policy names, where there is one;
3. it is of the ledger of the record's number, and the event is in it;
4. a later act, where one is named, is in it too;
5. the person's entry is in control as the event relied on it, with the key that acted;
6. the event is one of those with which that ledger ended in a commit that the key signed.

What is last in a ledger that somebody signs is their own act: they, or the rmdocs at their hands,
put it there. By what it says of the ledger before its commit it is known which acts are of that
commit; one that somebody else put there before, in their name, is not.

The hashes of git are SHA-1 (ADR 0001): between a person's signature and the ledger that it is
over stand two directories and one file of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, FindingsError, RmdocsError, StoreError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import by_command, listed, message
from rmdocs.store import merkle
from rmdocs.store.checking import is_event_path
from rmdocs.store.checkpoint import (
    Checkpoint,
    LedgerKey,
    LedgerKeys,
    key_id,
    parted,
    signature_of,
    signer_id,
    verify,
)
from rmdocs.store.commits import NAMESPACE, Commit, history
from rmdocs.store.cosignature import Cosignature
from rmdocs.store.event import Event
from rmdocs.store.head import GitHead, LedgerStore
from rmdocs.store.keys import PublicKey, bare, verify_bare
from rmdocs.store.objects import (
    Directory,
    Objects,
    format_tree,
    object_name,
    parse_tree,
)
from rmdocs.store.prooffile import Proof, ProofChain, damaged, refused
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX, ledger_origin
from rmdocs.store.witnesspolicy import WitnessPolicy, named

_CONTROL = ledger_origin(CONTROL_REF)
_PERSON = "person"
"""The kind of event that enters somebody in the register (``events.control``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry:
    """An entry of the register of staff: the event that sealed it, and its bytes."""

    event: Event
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a proof shows.

    :param event: the act. :param checkpoint: the ledger that holds it.
    :param later: an act by which the event is not the last word; None if none is told.
    :param others: how many more lines stand below it as signatures; nobody judged them.
    :param key: that signed the checkpoint. :param machine: whose it is; empty of the founding key.
    :param witnesses: who of the reader's policy cosigned it, and how; they are enough.
    :param directory: the root directory of the commit that sealed the event, as git keeps it
        (a tree); whoever did the act signed it.
    """

    event: Event
    checkpoint: Checkpoint
    later: Event | None
    others: int
    key: PublicKey
    machine: str = ""
    witnesses: Mapping[bytes, Cosignature] = field(default_factory=dict)
    directory: bytes = b""

    @property
    def is_state(self) -> bool:
        """Return whether the event is the ledger's last, so that the directory is how it stands."""
        return self.event.index == self.checkpoint.size - 1


def examine(data: bytes, keys: Sequence[PublicKey], policy: WitnessPolicy | None = None) -> Proven:
    """Return what a proof shows, each link of its chain checked.

    :param policy: which witnesses the reader asks for; None to ask for none.
    :raises FindingsError: with what is wrong; see :mod:`rmdocs.store.prooffile` for its format.
    """
    proof = Proof.parse(data)
    # 1
    chain = ProofChain.parse(proof.extra, Checkpoint.parse(proof.note).size)
    logs = policy.logs if policy is not None else ()
    checkpoint, key = _signed(proof, chain, [one for one in keys if not logs or one in logs])
    event, later = chain.event, chain.later
    if chain.sealer == key_id(key) and not chain.machines:
        raise damaged()  # told in more words than it takes
    # 2
    witnesses = _witnessed(proof, policy)
    # 3
    _require_own_ledger(event, checkpoint)
    if event.index != proof.index or not _holds(checkpoint, event, proof.path):
        raise refused(message("the event is not in the signed ledger"), "PROOF-EVENT")
    # 4
    if later is not None and (
        later.subject != event.subject
        or later.index <= event.index
        or not _holds(checkpoint, later, chain.later_path)
    ):
        told = message("the later act that the proof names is not in the signed ledger")
        raise refused(told, "PROOF-LATER")
    # 5
    signer = _registered(chain)
    # 6
    sealed = Checkpoint(origin=checkpoint.origin, size=chain.size, root=_sealed_root(chain, proof))
    sealer = chain.sealer or key_id(key)
    _require_signed(chain, sealed.note_by(sealer, chain.ledger_signature), signer)
    return Proven(
        event=event,
        checkpoint=checkpoint,
        later=later,
        others=len(parted(proof.note)[1]) - 1 - len(witnesses),
        key=key,
        machine=chain.machines[-1].machine if chain.machines else "",
        witnesses=witnesses,
        directory=chain.tree,
    )


def last_event(store: LedgerStore, ref: str) -> Event:
    """Return the last event of a ledger.

    :raises StoreError: if its newest commit does not hold it.
    """
    head = store.require_head(ref)
    return _last(store, next(history(store.objects, head.commit)), head)


def directories(objects: Objects, root: bytes, path: str) -> Iterator[bytes]:
    """Yield the directories on the way down to one, as git keeps them, below the root directory.

    They end where there is none of that name.

    :raises StoreError: if one cannot be read.
    """
    found = root
    for name in path.split("/"):
        oid = parse_tree(found).directories.get(name)
        if oid is None:
            return
        found = objects.content(oid, "tree")
        yield found


def directory_by(root: bytes, trees: Mapping[str, bytes], path: str) -> Directory | None:
    """Return a directory that a root directory leads to, by directories that are told of.

    :param trees: each by the name that git gives it.
    :returns: None where they do not lead there.
    """
    found: bytes | None = root
    for name in path.split("/"):
        try:
            found = trees.get(parse_tree(found).directories.get(name, "")) if found else None
        except RmdocsError:
            found = None
    try:
        return parse_tree(found) if found is not None else None
    except RmdocsError:
        return None


def written(  # noqa: PLR0913, PLR0917 - what a proof is made of
    store: LedgerStore,
    ref: str,
    event: Event,
    entered: StaffEntry,
    later: Event | None,
    keys: LedgerKeys,
    chosen: Callable[[int], str],
) -> bytes:
    """Return the proof of an event, as its ledger and control stand; it is not examined here.

    :param entered: the event that entered who acted in the register, and its entry.
    :param later: see :class:`ProofChain`. :param keys: that sign the ledgers.
    :param chosen: gives the signed checkpoint of the ledger by which it is proved, of so many
        events at least.
    :raises StoreError: if the store lacks what it takes, or is damaged.
    """
    head, control = store.require_head(ref), store.require_head(CONTROL_REF)
    tree, known = _tree(head), event.relied_on
    commit, there = _sealing(store, head, event)
    size = there.checkpoint.size
    note = chosen(max(size, later.index + 1 if later is not None else 0))
    whole, signer = Checkpoint.parse(parted(note)[0]).size, keys.signer(note)
    machines = keys.chain(signer) if signer is not None else ()
    sealer = signer_id(there.note)
    directories = store.objects.tree(there.tree).directories
    try:
        chain = ProofChain(
            size=size,
            sealer=sealer if machines or sealer != signer_id(note) else b"",
            machines=machines,
            event=event,
            entered=entered.event,
            entry=entered.data,
            later=later,
            last=event if event.index == size - 1 else _last(store, commit, there),
            commit=commit.payload.partition(b"\n")[2],
            signature=bare(commit.signature),
            ledger_signature=signature_of(there.note),
            tiles=bytes.fromhex(store.objects.tree(directories["ledger"]).directories["tile"]),
            ending=tuple(
                tree.inclusion_proof(size - 1, size, merkle.ending_start(event.index, size))
            ),
            register=tuple(
                _tree(control).inclusion_proof(entered.event.index, known.size if known else 0)
            ),
            later_path=tuple(tree.inclusion_proof(later.index, whole)) if later is not None else (),
            tree=store.objects.content(there.tree, "tree"),
        )
        proof = Proof(
            index=event.index,
            path=tuple(tree.inclusion_proof(event.index, whole)),
            note=note,
            extra=chain.to_bytes(),
        )
    except (LookupError, ValueError) as problem:
        raise _incomplete() from problem
    return proof.to_bytes()


def _tree(head: GitHead) -> merkle.MerkleTree:
    return merkle.MerkleTree(head.checkpoint.size, lambda path: head.read(LEDGER_PREFIX + path))


def _sealing(store: LedgerStore, head: GitHead, event: Event) -> tuple[Commit, GitHead]:
    """Return the commit that sealed an event: the first whose ledger holds it."""
    found: tuple[Commit, GitHead] | None = None
    for commit in history(store.objects, head.commit):
        if commit.time < event.time:
            break
        if commit.time == event.time:  # all events of a commit, and only those, bear its time
            there = GitHead(store.objects, commit.oid)
            if there.checkpoint.size <= event.index:
                break
            found = commit, there
    if found is None:
        raise _incomplete()
    return found


def _last(store: LedgerStore, commit: Commit, there: GitHead) -> Event:
    """Return the last event of a commit."""
    index = there.checkpoint.size - 1
    before = GitHead(store.objects, commit.parents[0]) if commit.parents else None
    for path, _, oid in there.differences(before):
        if oid is not None and is_event_path(path):
            found = Event.from_bytes(there.content(oid))
            if found.index == index:
                return found
    raise _incomplete()


def _incomplete() -> StoreError:
    return DamagedError(message("the store lacks what the proof of an act is made of"))


def _signed(
    proof: Proof, chain: ProofChain, keys: Sequence[PublicKey]
) -> tuple[Checkpoint, PublicKey]:
    """Return the checkpoint and who signed it: whom the trusted keys lead to."""
    holders = [LedgerKey(public=key) for key in keys]
    for machine in chain.machines:
        known = any(one.may_name(machine) and machine.is_named_by(one.public) for one in holders)
        holders = [machine] if known else []
    for one in holders:
        found = verify(proof.note, one.public)
        if found is not None and one.is_for(found.origin):
            return found, one.public
    raise refused(
        message("the checkpoint in the proof is not signed by a key that you trust"),
        "PROOF-CHECKPOINT",
        message(
            "compare your keys with those of the branch's records officer; a proof from another"
            " store needs the keys of that store"
        ),
    )


def _witnessed(proof: Proof, policy: WitnessPolicy | None) -> Mapping[bytes, Cosignature]:
    """Return who of a policy cosigned the checkpoint of a proof; they are enough."""
    if policy is None:
        return {}
    body, lines = parted(proof.note)
    try:
        found = policy.cosignatures(body, lines)
    except ValueError as problem:
        told = message("a cosignature says that it is by a witness of your policy, and is not")
        raise refused(told, "PROOF-WITNESS") from problem
    if not policy.met(found):
        told = message(
            "not enough witnesses of your policy cosigned the checkpoint: {names}",
            names=listed(sorted(map(named, found)) or ["-"]),
        )
        raise refused(
            told,
            "PROOF-WITNESS",
            by_command(
                message(
                    "do not rely on it yet: once the witnesses have looked at the store, ask for"
                    " the proof anew"
                ),
                "rmdocs prove FILE --policy POLICY --out P",
            ),
        )
    return found


def _holds(checkpoint: Checkpoint, event: Event, path: Sequence[bytes]) -> bool:
    leaf = merkle.leaf_hash(event.to_bytes())
    return merkle.verify_inclusion(leaf, event.index, checkpoint.size, path, checkpoint.root)


def _require_own_ledger(event: Event, checkpoint: Checkpoint) -> None:
    """Refuse an act on a record in another ledger than that of the record's number (F19)."""
    try:
        origin = ledger_origin(RecordNumber.parse(event.subject).volume.ref)
    except RmdocsError:
        origin = ""
    if checkpoint.origin != origin:
        told = message("the event is not in the ledger of the record's number")
        raise refused(told, "PROOF-EVENT")


def _registered(chain: ProofChain) -> PublicKey:
    """Return the key that the register held for who acted, as the act knew it (F16)."""
    entered, actor, relied_on = chain.entered, chain.event.actor, chain.event.relied_on
    digest = canonical.sha256(chain.entry)
    place = re.compile(rf"people/{re.escape(actor.staff_no)}/[0-9]+\.json", re.ASCII)
    if (
        relied_on is None
        or relied_on.origin != ledger_origin(CONTROL_REF)
        or not _holds(relied_on, entered, chain.register)
        or (entered.kind, entered.subject) != (_PERSON, actor.staff_no)
        or not any(place.fullmatch(one.path) and one.sha256 == digest for one in entered.files)
    ):
        raise _not_registered()
    try:
        entry = canonical.decode(chain.entry)
        keys = {key.fingerprint: key for key in map(PublicKey.parse, entry["keys"])}
        if (entry["staff_no"], entry["name"]) != (actor.staff_no, actor.name):
            raise _not_registered()
        return keys[actor.fingerprint]
    except (RmdocsError, AttributeError, LookupError, TypeError) as problem:
        raise _not_registered() from problem


def _not_registered() -> FindingsError:
    told = message("the register that the act relied on does not show this person with this key")
    return refused(told, "PROOF-REGISTER")


def _sealed_root(chain: ProofChain, proof: Proof) -> bytes:
    """Return the root of the ledger in the commit that sealed the event."""
    event, last, size = chain.event, chain.last, chain.size
    begun = event.previous.size if event.previous is not None else 0
    if begun > event.index or (last.previous, last.actor) != (event.previous, event.actor):
        raise _not_signed()
    start = merkle.ending_start(event.index, size)
    leaf = merkle.leaf_hash(last.to_bytes())
    ending = merkle.root_by(leaf, last.index - start, size - start, chain.ending)
    return merkle.earlier_root(
        merkle.leaf_hash(event.to_bytes()),
        event.index,
        Checkpoint.parse(proof.note).size,
        proof.path,
        earlier=size,
        ending=ending or b"",
    )


def _not_signed() -> FindingsError:
    told = message("the act is not signed by the person that it names")
    return refused(told, "PROOF-SIGNATURE")


def _require_signed(chain: ProofChain, note: str, signer: PublicKey) -> None:
    """Refuse a commit that is not of this ledger, or that the person did not sign (F25)."""
    checkpoint = object_name("blob", note.encode())
    ledger = format_tree(Directory({"checkpoint": checkpoint}, {"tile": chain.tiles.hex()}))
    sealed = object_name("tree", ledger)
    commit = f"tree {object_name('tree', chain.tree)}\n".encode() + chain.commit
    try:
        found = parse_tree(chain.tree).directories.get("ledger")
    except RmdocsError:
        found = None
    if found != sealed or not verify_bare(chain.signature, commit, NAMESPACE, signer):
        raise _not_signed()

"""Going on from a state that was verified: what came after it is judged, the rest is proved.

Every ledger must still begin with the very events that it had then (RFC 6962 consistency).
Where also the commit is known that was read then, git's names say that nothing beside them
changed; where only a signed checkpoint is known, files are compared again with what the
events sealed. What came after is judged together with all that was ever done to the same
records, so that nothing hides behind what is not looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.events.control import SeriesClosed
from rmdocs.events.keys import KeyRevoked, MachineEntered
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.registers.series import known_volumes
from rmdocs.store import merkle
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX

if TYPE_CHECKING:
    from rmdocs.audit.pins import Pin
    from rmdocs.store.commits import Commit
    from rmdocs.store.event import Event
    from rmdocs.store.head import GitHead

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_KEEP = message(
    "all of it was judged again; find out who wrote the history anew, and keep the one of before"
)
_IN_QUESTION = frozenset({KeyRevoked.KIND, MachineEntered.KIND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A ledger as it stood when it was verified.

    :param pin: its signed checkpoint.
    :param commit: that it was read from; empty where that is not known.
    :param newest: how many events of control its acts knew; of no meaning without a commit.
    """

    pin: Pin
    commit: str = ""
    newest: int = 0

    @property
    def size(self) -> int:
        """Return how many events it had."""
        return self.pin.size


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedState:
    """All ledgers as they stood when they were verified.

    :param source: what a person calls it: a verification of a day, a file.
    :param ledgers: by the refs that hold them.
    """

    source: Text
    ledgers: Mapping[str, Stood]

    @property
    def by_checkpoints(self) -> bool:
        """Return whether only checkpoints are known, so that files have to be compared again."""
        return not any(one.commit for one in self.ledgers.values())

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Return the checkpoints, to be held against the ledgers as they are."""
        return tuple(one.pin for one in self.ledgers.values())

    @classmethod
    def of_pins(cls, pins: Sequence[Pin]) -> VerifiedState:
        """Return the state that signed checkpoints give, of which no commit is known.

        :raises UsageError: if one is a code as printed, which does not say enough.
        """
        if not pins or not all(pin.note for pin in pins):
            raise UsageError(
                message("a summary, or a check code as printed, does not say enough to go on from"),
                message("give a file of rmdocs checkpoint"),
            )
        return cls(source=pins[0].source, ledgers={pin.ref: Stood(pin=pin) for pin in pins})

    def standing(self, control: Sequence[Event]) -> Mapping[str, Stood]:
        """Return the ledgers of which what came before needs not be judged again.

        Not those of a series that was closed since, nor any if a key was revoked or replaced:
        that puts in question what was sealed before.

        :param control: all events of control as it is now.
        """
        known = self.ledgers.get(CONTROL_REF)
        after = control[known.size :] if known is not None else control
        if known is None or any(event.kind in _IN_QUESTION for event in after):
            return {}
        closed = {event.subject for event in after if event.kind == SeriesClosed.KIND}
        return {
            volume.ref: self.ledgers[volume.ref]
            for volume in known_volumes(self.ledgers)
            if str(volume.series) not in closed
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What came to a ledger since it was verified.

    :param before: the ledger as it was then, or before the last call that reached beyond.
    :param known: whether nothing but that needs to be read; else files are compared again.
    :param newest: how many events of control the acts before knew, where that is known.
    """

    before: GitHead
    known: bool
    newest: int

    @property
    def size(self) -> int:
        """Return how many events are not new."""
        return self.before.checkpoint.size


def growth(head: GitHead, stood: Stood) -> Growth | Finding | None:
    """Return what came to a ledger since it was verified.

    What is wrong if it did not grow from what it was then; None if it has to be judged from
    its beginning for another reason.
    """
    other = error(
        "HISTORY-OTHER",
        "-",
        message(
            "the commits of its first {size} act(s) are not those that were verified",
            size=stood.size,
        ),
        _KEEP,
        clause=_CLAUSE,
    )
    try:
        commits = head.commits()
        begun: Commit | None = None
        for commit in commits:
            before = head.at(commit.oid)
            if commit.oid == stood.commit or (
                not stood.commit and before.checkpoint.size <= stood.size
            ):
                break
            begun = commit
        else:
            return other
        if not _consistent(head, before, stood):
            return other
        # A call of many acts is several commits, which are judged as one.
        while begun is not None and _of_one_call(commit, begun):
            earlier = next(commits, None)
            if earlier is None:
                return None
            commit, before = earlier, head.at(earlier.oid)
    except (RmdocsError, merkle.MissingTileError):
        return other
    return Growth(before=before, known=bool(stood.commit), newest=stood.newest)


def _of_one_call(one: Commit, other: Commit) -> bool:
    return (one.text, one.time, one.email) == (other.text, other.time, other.email)


def _consistent(head: GitHead, before: GitHead, stood: Stood) -> bool:
    """Return whether a commit holds the ledger as it stood, and the ledger now begins with it."""
    then, now = before.checkpoint, head.checkpoint
    if (then.size, then.root.hex()) != (stood.size, stood.pin.root) or then.size > now.size:
        return False
    tree = merkle.MerkleTree(now.size, lambda path: head.read(LEDGER_PREFIX + path))
    proof = tree.consistency_proof(then.size)
    return merkle.verify_consistency(then.size, then.root, now.size, now.root, proof)

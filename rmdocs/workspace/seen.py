"""What this person's workspace has seen of each ledger, kept where the store cannot reach.

Whoever hands over a store, or restores an older one in its place, does not hand over what was
seen here before: a ledger that goes back, or has another history, is told. A witness remembers
in the same way, by its key and not by where the store lies (``witnessing``).

What was verified lies beside it, so that the next verification can go on from there. It is
believed because only who runs this can write there, which is asked each time
(``places.is_private``). A signed checkpoint alone would not do: whoever has the ledgers' key could
put one there that nobody ever verified.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from operator import itemgetter
from typing import TYPE_CHECKING

from rmdocs import __version__, canonical
from rmdocs.audit.pins import Pin, compared, ledgers_of, notes_of, pins_in
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, StoreError, UsageError
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import by_command, message
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.files import write_whole
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rmdocs.audit.since import VerifiedState
    from rmdocs.audit.verify import Verification
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.store.head import LedgerStore


_CLAUSE = "ISO 15489-1 §5.2.2.3"
HERE = message("as seen from this workspace before")
_LOCK = "lock"
VERIFIED = "verified"
"""The file beside what was seen that says what was verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was seen of ledgers from here before.

    :param pins: the newest checkpoint of each.
    :param findings: why what is kept cannot be read; empty if it can, or nothing is kept yet.
    """

    pins: tuple[Pin, ...] = ()
    findings: tuple[Finding, ...] = ()


def recall(path: Path | None) -> Memory:
    """Return what was seen of ledgers before; nothing where nothing is kept.

    :param path: of the file that keeps it; None where none can be kept.
    """
    if path is None:
        return Memory()
    try:
        return Memory(pins=pins_in(path.read_text(encoding="utf-8"), HERE))
    except FileNotFoundError:
        return Memory()
    except (OSError, UnicodeDecodeError, UsageError):
        unreadable = error(
            "SEEN-UNREADABLE",
            str(path),
            message("what was seen of this store's ledgers from here before cannot be read"),
            message(
                "verify against a checkpoint kept elsewhere (rmdocs verify --against WHAT); then"
                " delete {path}",
                path=path,
            ),
            clause=_CLAUSE,
        )
        return Memory(findings=(unreadable,))


def remember(path: Path | None, store: LedgerStore, refs: Iterable[str] | None = None) -> bool:
    """Keep the checkpoints of ledgers as they stand; return whether they could be kept.

    Not of a ledger that went back or that cannot be compared with what was seen of it: what
    was seen before stays.

    :param refs: which; None for all.
    """
    memory = recall(path)
    if path is None or memory.findings:
        return False
    before = {pin.ref: pin for pin in memory.pins}
    after = dict(before)
    for ref in ledgers_of(store) if refs is None else refs:
        with suppress(RmdocsError):  # such a ledger is told where it is gone through
            keys = ledger_keys(store.require_head(CONTROL_REF))
            [pin] = pins_in(notes_of(store, (ref,)), HERE)
            if not compared(store, [before.get(pin.ref, pin), pin], keys).findings:
                after[pin.ref] = pin
    try:
        if after != before:
            keep(path, after.values())
    except StoreError:
        return False
    return True


def keep(path: Path, pins: Iterable[Pin]) -> None:
    """Keep what was seen of ledgers, in place of what was before; on disk when this returns.

    :param pins: with their notes.
    :raises StoreError: if it cannot be kept.
    """
    text = "\n\n".join(pin.note.strip() for pin in pins)
    write_whole(path, f"{text}\n".encode(), 0o600)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have nobody else remember there meanwhile: what is recalled is what is kept over.

    :raises OSError: if nothing can be kept there.
    """
    handle = os.open(path.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def set_aside(path: Path | None) -> None:
    """Keep apart what was seen of a store that lay where a new one is founded now.

    It is another store, whose history has nothing to do with that of the one before.
    """
    for one in (path, path.with_name(VERIFIED)) if path is not None else ():
        with suppress(OSError):
            one.replace(one.with_name(f"{one.name}.before"))


def not_kept() -> Finding:
    """Return that what was seen cannot be kept, so that nothing will be compared with it."""
    return warning(
        "SEEN-NOT-KEPT",
        "-",
        message(
            "what was seen of the ledgers cannot be kept here: a history that goes back later"
            " will not be noticed"
        ),
        message("keep a checkpoint elsewhere: rmdocs checkpoint --out FILE"),
        clause=_CLAUSE,
    )


def require_not_back(path: Path | None, store: LedgerStore, ref: str) -> None:
    """Refuse to go on with a ledger that went back, or has another history.

    :raises StoreError: saying what was seen of it before, or that this cannot be read.
    """
    memory = recall(path)
    for finding in memory.findings:
        raise StoreError(finding.message, finding.remedy, clause=finding.clause)
    known = [pin for pin in memory.pins if pin.ref == ref]
    if not known:
        return
    for finding in compared(store, known, ledger_keys(store.require_head(CONTROL_REF))).findings:
        raise StoreError(
            message("{place}: {reason}", place=finding.path, reason=finding.message),
            message(
                "find out why; if an older copy was put back on purpose, delete {path}",
                path=path or "-",
            ),
            clause=finding.clause,
        )


_ONCE = by_command(message("verify the whole store once"), "rmdocs verify")
_LEDGER = ("note", "commit", "newest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What a verification looks at besides what each does.

    :param renditions: electronic signatures and scans. :param contents: what records say.
    """

    renditions: bool = False
    contents: bool = False

    def covers(self, other: Depth) -> bool:
        """Return whether a verification of this kind leaves nothing out that another looks at."""
        return self.renditions >= other.renditions and self.contents >= other.contents


def verified(path: Path | None, depth: Depth) -> VerifiedState:
    """Return the state of the ledgers that was verified last from here, as deep as asked.

    :param path: of the file that keeps what was seen; None where none can be kept.
    :raises UsageError: if there is none, or if another rmdocs verified it, which may have looked
        at less.
    """
    from rmdocs.audit.since import Stood, VerifiedState

    kept = [one for one in _verified(path) if _depth(one).covers(depth)]
    if not kept:
        raise UsageError(
            message("nothing was verified from here before that could be gone on from"),
            _ONCE,
        )
    state = max(kept, key=itemgetter("at"))
    if state["rmdocs"] != __version__:
        raise UsageError(
            message(
                "it was verified with rmdocs {version}, and this one may look at more",
                version=state["rmdocs"],
            ),
            _ONCE,
        )
    source = message("the verification of {day}", day=state["at"])
    ledgers = [
        Stood(pin=pin, commit=one["commit"], newest=one["newest"])
        for one in state["ledgers"]
        for pin in pins_in(one["note"], source)
    ]
    return VerifiedState(
        source=source,
        ledgers={one.pin.ref: one for one in ledgers},
    )


def keep_verified(path: Path | None, found: Verification, depth: Depth, at: str) -> None:
    """Keep the state of the ledgers if nothing was found wrong in it, on disk when this returns.

    :param at: when they were verified, as a person is told.
    :raises StoreError: if it cannot be kept.
    """
    if path is None or not found.ok:
        return
    try:
        others = [one for one in _verified(path) if not depth.covers(_depth(one))]
    except UsageError:
        others = []  # what cannot be read is replaced
    state = {
        "at": at,
        "rmdocs": __version__,
        "renditions": depth.renditions,
        "contents": depth.contents,
        "ledgers": [
            {"note": one.note, "commit": one.commit, "newest": one.newest} for one in found.ledgers
        ],
    }
    write_whole(path.with_name(VERIFIED), canonical.encode([*others, state]), 0o600)


def _verified(path: Path | None) -> list[JsonObject]:
    """Return what is kept of verifications.

    :raises UsageError: if it is not as this program writes it.
    """
    try:
        kept = _read(path) if path is not None else []
        sound = isinstance(kept, list) and all(map(_is_state, kept))
    except FileNotFoundError:
        return []
    except (OSError, FindingsError, KeyError, TypeError):
        sound = False
    if not sound:
        raise UsageError(message("what was verified from here before cannot be read"), _ONCE)
    return list(kept)


def _read(path: Path) -> Json:
    return canonical.decode(path.with_name(VERIFIED).read_bytes())


def _is_state(value: JsonObject) -> bool:
    return (
        isinstance(value["at"], str)
        and isinstance(value["rmdocs"], str)
        and _depth(value) is not None
        and all(
            (str, str, int) == tuple(type(ledger[name]) for name in _LEDGER)
            for ledger in value["ledgers"]
        )
    )


def _depth(state: JsonObject) -> Depth:
    return Depth(renditions=state["renditions"] is True, contents=state["contents"] is True)

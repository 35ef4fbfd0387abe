"""What this person's workspace has seen of each ledger, kept where the store cannot reach.

Whoever hands over a store, or restores an older one in its place, does not hand over what was
seen here before: a ledger that goes back, or has another history, is told. A witness remembers
in the same way, by its key and not by where the store lies (``witnessing``).
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rmdocs.audit.pins import Pin, compared, ledgers_of, notes_of, pins_in
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError, UsageError
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import message
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.files import write_whole
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rmdocs.store.head import LedgerStore

_CLAUSE = "ISO 15489-1 §5.2.2.3"
HERE = message("as seen from this workspace before")
_LOCK = "lock"
VERIFIED = "verified"
"""The file beside what was seen that says what was verified (``workspace.verified``)."""


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

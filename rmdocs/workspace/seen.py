"""What this person's workspace has seen of each ledger, kept where the store cannot reach.

Whoever hands over a store, or restores an older one in its place, does not hand over what was
seen here before: a ledger that goes back, or has another history, is told.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from rmdocs.audit.pins import Pin, notes_of, pin_findings, pins_in
from rmdocs.audit.seals import ledger_key
from rmdocs.errors import RmdocsError, StoreError, UsageError
from rmdocs.findings import has_errors
from rmdocs.messages import message
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rmdocs.store.head import LedgerStore

HERE = message("as seen from this workspace before")


def seen(path: Path | None) -> tuple[Pin, ...]:
    """Return the newest checkpoint of each ledger that was seen; none where none is kept.

    :param path: of the file that keeps them; None where none can be kept.
    """
    try:
        text = path.read_text(encoding="utf-8") if path is not None else ""
        return pins_in(text, HERE) if text else ()
    except (OSError, UnicodeDecodeError, UsageError):
        return ()


def remember(path: Path | None, store: LedgerStore, refs: Iterable[str] | None = None) -> None:
    """Keep the checkpoints of ledgers as they stand; not of one that went back.

    :param refs: which; None for all.
    """
    if path is None:
        return
    before = {pin.ref: pin for pin in seen(path)}
    after = dict(before)
    with suppress(RmdocsError):
        public = ledger_key(store.require_head(CONTROL_REF))
        for pin in pins_in(notes_of(store, refs), HERE):
            old = before.get(pin.ref)
            if old is None or not has_errors(pin_findings(store, [old], public)):
                after[pin.ref] = pin
    if after != before:
        text = "\n\n".join(pin.note.strip() for pin in after.values())
        partial = path.with_name(f".{path.name}.part")
        with suppress(OSError):
            partial.write_text(f"{text}\n", encoding="utf-8")
            partial.replace(path)


def require_not_back(path: Path | None, store: LedgerStore) -> None:
    """Refuse to go on with a control ledger that went back, or has another history.

    :raises StoreError: saying what was seen of it before.
    """
    known = [pin for pin in seen(path) if pin.ref == CONTROL_REF]
    public = ledger_key(store.require_head(CONTROL_REF)) if known else None
    for finding in pin_findings(store, known, public) if public is not None else ():
        raise StoreError(
            finding.message,
            message(
                "find out why; if an older copy was put back on purpose, delete {path}",
                path=path or "-",
            ),
            clause=finding.clause,
        )

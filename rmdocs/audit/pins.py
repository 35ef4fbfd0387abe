"""Checkpoints kept outside a store, held against it: what no look from inside can exclude.

A history that somebody with every key wrote anew, cut, or set back is sound in itself (F2,
F5–F8, F14). A checkpoint from outside, signed with the ledger's key, names a size and a root
that the ledger must have had (RFC 6962): one that it never had is a contradiction, whoever
holds the keys. A check code as printed on a page is the same in short.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from rmdocs.checkcodes import ENOUGH, CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError, UsageError
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint, LedgerKeys
from rmdocs.store.head import GitHead, LedgerStore
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX, RECORDS_PREFIX, ledger_origin

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_KEEP = message(
    "keep what it was compared with, restore the store from an unaltered copy, and find out who"
    " changed it"
)
_NOTES = re.compile(r"\n\n(?=rmdocs/)")
_NUMBER = re.compile(r"[A-Z]+\d+-\d{2}-[A-Z]{2}\d{2}-\d{4}-\d{4,6}", re.ASCII)
_LINE = 200
"""Characters of what somebody typed, at most; what is longer is a document's text."""
_EXAMPLE = "RXD7200-02-JN01-2026-0001 12·0A1B-2C3D-4E5F-6G7H-8J9K2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A state that a ledger is known, from outside, to have had.

    :param origin: the ledger, such as ``rmdocs/control``.
    :param root: hexadecimal, from its beginning; all of it or as much as was printed, of
        which each digit is four bits.
    :param note: the signed note that says so; empty for a code as printed.
    :param source: what a person calls the place it comes from.
    """

    origin: str
    size: int
    root: str
    source: Text
    note: str = ""

    @property
    def bits(self) -> int:
        """Return how many bits of the root are known."""
        return 4 * len(self.root)

    @property
    def ref(self) -> str:
        """Return the ref that holds the ledger."""
        return f"refs/heads/{self.origin.removeprefix('rmdocs/')}"


def notes_of(store: LedgerStore, refs: Iterable[str] | None = None) -> str:
    """Return the signed checkpoints of control and of every volume, one after the other.

    :param refs: of these only; None for all.
    :raises StoreError: if one cannot be read.
    """
    found = ledgers_of(store) if refs is None else refs
    return "\n\n".join(store.require_head(ref).note.strip() for ref in found) + "\n"


def ledgers_of(store: LedgerStore) -> list[str]:
    """Return the refs of control and of every volume that is there."""
    return [CONTROL_REF, *(ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX))]


def pins_in(text: str, source: Text) -> tuple[Pin, ...]:
    """Return the pins in a text: signed checkpoints, or a record's number and its check code.

    :raises UsageError: if there is none.
    """
    if text.startswith("rmdocs/"):
        try:
            return tuple(_of_note(note, source) for note in _NOTES.split(text))
        except StoreError as problem:
            raise UsageError(problem.reason, problem.remedy) from problem
    plain = unicodedata.normalize("NFKC", text)
    number = _NUMBER.search(plain.upper())
    code = CheckCode.printed_in(plain)
    if number is not None and code is None and len(plain) <= _LINE:
        code = CheckCode.typed(plain[number.end() :].rpartition(":")[2])
    if number is None or code is None:
        raise UsageError(
            message(
                "there is no checkpoint in {source}, and no number with a check code", source=source
            ),
            message(
                "give a file of rmdocs checkpoint, a document, another clone of the store, or a"
                " number and its check code: {example}",
                example=_EXAMPLE,
            ),
        )
    if not code.size:
        raise UsageError(
            message("{source}: the check code 0 says nothing of a history", source=source),
            message(
                "it was made before its ledger had any event: take the code of a later document"
            ),
        )
    volume = RecordNumber.parse(number[0]).volume
    return (Pin(origin=ledger_origin(volume.ref), size=code.size, root=code.root, source=source),)


def pins_of(store: LedgerStore, source: Text) -> tuple[Pin, ...]:
    """Return the pins that another clone of a store gives: its ledgers as they stand there.

    :raises StoreError: if one cannot be read.
    """
    return pins_in(notes_of(store), source)


def _of_note(note: str, source: Text) -> Pin:
    checkpoint = Checkpoint.parse(note.strip("\n") + "\n")
    return Pin(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        source=source,
        note=note.strip("\n") + "\n",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PinComparison:
    """Ledgers held against what is known of them from outside.

    :param ledgers: the origins of those that could be compared, well or not.
    :param findings: those that contradict what is known, and what could not be compared.
    """

    ledgers: frozenset[str]
    findings: tuple[Finding, ...]


def compared(store: LedgerStore, pins: Sequence[Pin], ledger_keys: LedgerKeys) -> PinComparison:
    """Return how the ledgers of a store agree with what is known of them from outside.

    :param ledger_keys: one of which must have signed each checkpoint.
    """
    ledgers: set[str] = set()
    findings: list[Finding] = []
    for pin in pins:
        place = pin.origin.removeprefix("rmdocs/")
        if pin.note and ledger_keys.fault(pin.note) is not None:
            reason = message(
                "{source}: its checkpoint is not signed by the key of this store's ledgers",
                source=pin.source,
            )
            findings.append(_wrong("PIN-SIGNATURE", place, reason))
            continue
        head = store.head(pin.ref)
        if head is None:
            findings.append(_gone(pin, place))
            continue
        try:
            findings += _contradiction(head, pin, place)
        except (RmdocsError, merkle.MissingTileError):
            reason = message(
                "the ledger cannot be read, so that it could not be held against {source}",
                source=pin.source,
            )
            findings.append(_wrong("LEDGER-UNCOMPARED", place, reason))
            continue
        ledgers.add(pin.origin)
        if not pin.note:
            findings += short_findings(pin.bits, place, pin.source)
    return PinComparison(ledgers=frozenset(ledgers), findings=tuple(findings))


def _gone(pin: Pin, place: str) -> Finding:
    return _wrong(
        "LEDGER-GONE",
        place,
        message(
            "the ledger is missing; {source}: it had {seen} event(s)",
            source=pin.source,
            seen=pin.size,
        ),
    )


def _contradiction(head: GitHead, pin: Pin, place: str) -> Iterator[Finding]:
    """Yield a ledger that never stood as it is known to have stood.

    :raises RmdocsError: if its checkpoint cannot be read.
    :raises MissingTileError: if its tree cannot.
    """
    size = head.checkpoint.size
    if pin.size > size:
        yield _wrong(
            "LEDGER-BACK",
            place,
            message(
                "the ledger has {size} event(s); {source}: it had {seen}",
                size=size,
                source=pin.source,
                seen=pin.size,
            ),
        )
        return
    tree = merkle.MerkleTree(size, lambda path: head.read(LEDGER_PREFIX + path))
    if not tree.root_at(pin.size).hex().startswith(pin.root):
        yield _wrong(
            "LEDGER-REWRITTEN",
            place,
            message(
                "the first {size} event(s) are not those that were there; {source}: other ones",
                size=pin.size,
                source=pin.source,
            ),
        )


def short_findings(bits: int, place: str, source: Text) -> Iterator[Finding]:
    """Yield how little a check code proves that tells few bits of a root, as older ones do.

    :param source: what a person calls the place it comes from.
    """
    if bits >= ENOUGH:
        return
    said = message(
        "{source}: this check code tells {bits} bits of the ledger's root: enough to show"
        " accidents; whoever has every key can make another history with the same code",
        source=source,
        bits=bits,
    )
    if not bits:
        said = message(
            "{source}: the check code 0 was printed before the ledger had any event: it says"
            " nothing of its history",
            source=source,
        )
    yield warning(
        "PIN-SHORT",
        place,
        said,
        message(
            "compare with a later document ({enough} bits), or with a checkpoint kept elsewhere"
            " (rmdocs verify --against)",
            enough=ENOUGH,
        ),
        clause=_CLAUSE,
    )


def _wrong(code: str, place: str, what: Text) -> Finding:
    return error(code, place, what, _KEEP, clause=_CLAUSE)

"""Checkpoints kept outside a store, held against it: what no look from inside can exclude.

A history that somebody with every key wrote anew, cut, or set back is sound in itself (F2,
F5–F8, F14). A checkpoint from outside, signed with the ledger's key, names a size and a root
that the ledger must have had (RFC 6962): one that it never had is a contradiction, whoever
holds the keys. A check code as printed on a page is the same in short. A summary is one root
over the checkpoints of all ledgers: a line a ledger, to be printed, mailed or time-stamped.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from rmdocs.characters import narrow
from rmdocs.checkcodes import ENOUGH, CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError, UsageError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import EditionIssued
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber, or_none
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.renditions import as_read
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint, KeyFault, LedgerKeys
from rmdocs.store.event import Event
from rmdocs.store.head import LedgerStore
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, ledger_origin

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_KEEP = message(
    "keep what it was compared with, restore the store from an unaltered copy, and find out who"
    " changed it"
)
_wrong = partial(error, remedy=_KEEP, clause=_CLAUSE)
_NOTES = re.compile(r"\n\n(?=rmdocs/)")
SUMMARY = "rmdocs/summary"
_SUMMARY = re.compile(
    rf"{SUMMARY}\n([1-9]\d{{0,8}})\n([A-Za-z0-9+/]{{43}}=)\n"
    r"((?:rmdocs/[A-Za-z0-9/-]+ (?:0|[1-9]\d{0,8})\n)+)",
    re.ASCII,
)
_NUMBER = re.compile(r"[A-Z]+\d+-\d{2}-[A-Z]{2}\d{2}-\d{4}-\d{4,6}", re.ASCII)
_FIRST = re.compile(r"^核验码:\s*0(?![\w·])")
"""The code of the first document of a ledger, as documents print it."""
_LABEL = re.compile(r"^核验码\s*:?\s*")
"""What stands before the code on paper."""
TYPED_LENGTH = 200
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
    :param ledgers: of a summary, the origin and size of each ledger whose checkpoint ``root``
        is over, in order; empty of a single ledger's.
    :param number: of the record whose document prints it; None of what no document prints.
    :param digest: SHA-256 of that document, if its bytes must be those that were sealed; empty
        of what was printed, scanned, typed, or made PDF by whomever.
    """

    origin: str
    size: int
    root: str
    source: Text
    note: str = ""
    ledgers: tuple[tuple[str, int], ...] = ()
    number: RecordNumber | None = None
    digest: str = ""

    @property
    def bits(self) -> int:
        """Return how many bits of the root are known."""
        return 4 * len(self.root)

    def is_printed_by(self, act: Event) -> bool:
        """Return whether the document of an act prints it as its check code, or a longer one."""
        said = read_as(act, EditionIssued)
        if said is None:
            return False
        try:
            code = CheckCode.parse(said.edition.pin)
        except UsageError:  # told where the order of acts is judged
            return False
        return code.size == self.size and code.root.startswith(self.root)

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


def summary_of(checkpoints: Sequence[Checkpoint]) -> str:
    """Return the summary over the checkpoints of several ledgers: its root, and their sizes.

    The root is that of RFC 6962, the leaves are the checkpoints' texts, as they are signed.
    """
    leaves = [merkle.leaf_hash(one.body.encode()) for one in checkpoints]
    root = base64.b64encode(merkle.MerkleTree.of(leaves).root()).decode()
    lines = "".join(f"{one.origin} {one.size}\n" for one in checkpoints)
    return f"{SUMMARY}\n{len(checkpoints)}\n{root}\n{lines}"


def pins_in(text: str, source: Text) -> tuple[Pin, ...]:
    """Return the pins in a text: checkpoints, or a record's number and its check code.

    :raises UsageError: if there is none, or checkpoints are not those that the summary before
        them is over.
    """
    plain = text.replace("\r\n", "\n")
    if plain.startswith("rmdocs/"):
        summary, *notes = _NOTES.split(plain)
        if not summary.startswith(f"{SUMMARY}\n"):
            return _of_notes([summary, *notes], source)
        known = _of_summary(f"{summary.rstrip()}\n", source)
        if not notes:
            return (known,)
        pins = _of_notes(notes, source)
        if summary_of([Checkpoint.parse(pin.note) for pin in pins]) != f"{summary.rstrip()}\n":
            raise UsageError(
                message(
                    "{source}: its checkpoints are not those that its summary is over",
                    source=source,
                ),
                message("it was altered: use it as rmdocs checkpoint wrote it"),
            )
        return pins
    plain = unicodedata.normalize("NFKC", text)
    printed = CheckCode.printed_in(plain)
    code = printed[0] if printed is not None else None
    # A text may cite others: a page's own number stands before its code.
    numbers = _NUMBER.findall(plain[: printed[1] if printed is not None else None].upper())
    if code is None and _FIRST.search(plain):
        code = CheckCode(size=0, root="")
    if not numbers or code is None:
        raise _says_nothing(source)
    return (pin_of(RecordNumber.parse(numbers[-1]), code, source),)


def pin_typed(text: str, source: Text) -> Pin:
    """Return what a number and a check code say that somebody typed, from paper, in one line.

    Each is read as :meth:`RecordNumber.typed` and :meth:`CheckCode.typed` read it. Nothing else
    may stand there: an edition would look as if it had been compared.

    :raises UsageError: if it is none, or something else stands there.
    """
    words = narrow(text.lstrip("\ufeff")).split() if len(text) <= TYPED_LENGTH else []
    for end in range(1, len(words) + 1):
        number = or_none(RecordNumber.typed, " ".join(words[:end]))
        if number is not None:
            return pin_of(number, _code_typed(number, words[end:]), source)
    raise _says_nothing(source)


def _code_typed(number: RecordNumber, words: Sequence[str]) -> CheckCode:
    """Return the check code behind a number; refuse what stands between the two."""
    said = _LABEL.sub("", " ".join(words), count=1)
    try:
        return CheckCode.typed(said)
    except UsageError:
        parts = said.split()
        for start in range(1, len(parts)):
            code = or_none(CheckCode.typed, _LABEL.sub("", " ".join(parts[start:]), count=1))
            if code is None:
                continue
            raise UsageError(
                message(
                    "“{text}” between number and check code would be compared with nothing",
                    text=" ".join(parts[:start]),
                ),
                by_command(
                    message("type number and check code alone; or have one edition compared"),
                    f"rmdocs trace {number} --edition N --code {code}",
                ),
            ) from None
        raise


def _says_nothing(source: Text) -> UsageError:
    return UsageError(
        message(
            "there is no checkpoint in {source}, and no number with a check code", source=source
        ),
        message(
            "give a file of rmdocs checkpoint, a document, another clone of the store, or a"
            " number and its check code: {example}",
            example=_EXAMPLE,
        ),
    )


def require_said(typed: str) -> None:
    """Refuse what was typed where no file is, if it does not even begin with a record's number.

    :raises UsageError: saying what it could be.
    """
    words = narrow(typed[:TYPED_LENGTH]).split()
    starts = (" ".join(words[:end]) for end in range(1, len(words) + 1))
    if any(or_none(RecordNumber.typed, start) is not None for start in starts):
        return
    raise UsageError(
        message("“{text}” is no file here, and no number with a check code", text=typed),
        message(
            "see how the file is called; or give a file of rmdocs checkpoint, a document, another"
            " clone of the store, or a number and its check code: {example}",
            example=_EXAMPLE,
        ),
    )


def pin_of(number: RecordNumber, code: CheckCode, source: Text) -> Pin:
    """Return what a document of a number says of its ledger, by the check code that it prints.

    :raises UsageError: if the code is that of an empty ledger.
    """
    if not code.size:
        raise UsageError(
            message("{source}: the check code 0 says nothing of a history", source=source),
            message(
                "it was made before its ledger had any event: take the code of a later document"
            ),
        )
    origin = ledger_origin(number.volume.ref)
    return Pin(origin=origin, size=code.size, root=code.root, source=source, number=number)


def pins_of(store: LedgerStore, source: Text) -> tuple[Pin, ...]:
    """Return the pins that another clone of a store gives: its ledgers as they stand there.

    :raises StoreError: if one cannot be read.
    """
    return pins_in(notes_of(store), source)


def _of_summary(text: str, source: Text) -> Pin:
    found = _SUMMARY.fullmatch(text)
    lines = [line.split(" ") for line in found[3].splitlines()] if found is not None else []
    if found is None or int(found[1]) != len(lines):
        raise UsageError(
            message("the summary in {source} cannot be read", source=source),
            message("use it as rmdocs checkpoint wrote it"),
        )
    return Pin(
        origin=SUMMARY,
        size=len(lines),
        root=base64.b64decode(found[2]).hex(),
        source=source,
        ledgers=tuple((origin, int(size)) for origin, size in lines),
    )


def _of_notes(notes: Sequence[str], source: Text) -> tuple[Pin, ...]:
    try:
        return tuple(_of_note(note, source) for note in notes)
    except StoreError as problem:
        raise UsageError(
            message("{source}: {reason}", source=source, reason=problem.reason),
            message("use it as rmdocs checkpoint wrote it"),
        ) from problem


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

    :param ledgers: by the origins of those that could be compared, well or not, with enough of a
        root that nobody makes another history with the same: how many of its first acts what is
        known tells of. Nothing is said of those that came after.
    :param findings: those that contradict what is known, and what could not be compared.
    """

    ledgers: Mapping[str, int]
    findings: tuple[Finding, ...]


def compared(store: LedgerStore, pins: Sequence[Pin], ledger_keys: LedgerKeys) -> PinComparison:
    """Return how the ledgers of a store agree with what is known of them from outside.

    :param ledger_keys: one of which must have signed each checkpoint.
    """
    ledgers: dict[str, int] = {}
    findings: list[Finding] = []
    for pin in pins:
        if pin.ledgers:
            known, found = _summed(store, pin)
            for origin, size in known.items():
                ledgers[origin] = max(size, ledgers.get(origin, 0))
            findings += found
            continue
        place = pin.origin.removeprefix("rmdocs/")
        fault = ledger_keys.fault(pin.note) if pin.note else None
        if fault is not None:
            findings.append(_cut_off(store, pin, place, fault) or _unsigned(pin, place))
            continue
        if _held(store, pin, place, findings) is None:
            continue
        findings += _unsealed(store, pin, place)
        if pin.note or pin.bits >= ENOUGH:
            ledgers[pin.origin] = max(pin.size, ledgers.get(pin.origin, 0))
        else:
            findings += short_findings(pin.bits, place, pin.source)
    return PinComparison(ledgers=ledgers, findings=tuple(findings))


CONTRADICTIONS = frozenset(
    {
        *("LEDGER-BACK", "LEDGER-GONE", "LEDGER-REWRITTEN", "LEDGER-UNCOMPARED"),
        *("PIN-SIGNATURE", "SUMMARY-OTHER"),
    }
)
"""By what a ledger is told not to agree with what is known of it."""

_NOT_NAMED = frozenset({"LEDGER-SIGNATURE", "LEDGER-KEY-OTHER"})
"""Why a key may sign nothing that acts on control, if they were there, would let it sign."""


def _cut_off(store: LedgerStore, pin: Pin, place: str, fault: KeyFault) -> Finding | None:
    """Return that a ledger went back, of which control does not name the key that signed it then.

    Where control was cut off, the entry of a machine may be among what is gone, and its key is
    nobody's any more. None where the ledger is as long as it was, or the key is known not to
    count.
    """
    found: list[Finding] = []
    if fault.code in _NOT_NAMED:
        _held(store, replace(pin, root=""), place, found)
    for one in found:
        if one.code in {"LEDGER-BACK", "LEDGER-GONE"}:
            told = message(
                "{what}; it was signed with a key that control as it is here does not name: either"
                " the acts that entered the key are cut off as well, or the checkpoint is of"
                " another store",
                what=one.message,
            )
            return replace(one, message=told)
    return None


def _unsigned(pin: Pin, place: str) -> Finding:
    reason = message(
        "{source}: its checkpoint is not signed by a key of this store's ledgers: it is of another"
        " store, or what entered the key in control was taken out",
        source=pin.source,
    )
    remedy = by_command(
        message(
            "see first that it was given out for this store, whose key is told by the command"
            " named; if it was, keep it, restore the store from an unaltered copy, and find out who"
            " changed it"
        ),
        "rmdocs key ledger",
    )
    return error("PIN-SIGNATURE", place, reason, remedy, clause=_CLAUSE)


def _summed(store: LedgerStore, summary: Pin) -> tuple[dict[str, int], list[Finding]]:
    """Return which ledgers could be held against a summary, how far, and what contradicts it."""
    findings: list[Finding] = []
    then: list[Checkpoint] = []
    for origin, size in summary.ledgers:
        place = origin.removeprefix("rmdocs/")
        pin = Pin(origin=origin, size=size, root="", source=summary.source)
        root = _held(store, pin, place, findings)
        if root is not None:
            then.append(Checkpoint(origin=origin, size=size, root=root))
    ledgers = {one.origin: one.size for one in then}
    # In the bundle of a year those of other years are not there to be summed up.
    whole = len(then) == len(summary.ledgers)
    if not findings and whole and summary_of(then).split("\n")[2] != _root_line(summary):
        told = message(
            "{source}: one at least of the {count} ledgers had other events then; which, tells"
            " a checkpoint of each",
            source=summary.source,
            count=summary.size,
        )
        findings.append(_wrong("SUMMARY-OTHER", "summary", told))
    return ledgers, findings


def _held(store: LedgerStore, pin: Pin, place: str, findings: list[Finding]) -> bytes | None:
    """Return the root of a ledger when it was as large as it is known to have been.

    :param findings: where what contradicts it is noted.
    :returns: nothing in it if the ledger is smaller now; None if it could not be compared.
    """
    try:
        head = store.head(pin.ref)
        if head is None:
            findings += [gone(pin, place)] if store.is_to_hold(pin.ref) else []
            return None
        size = head.checkpoint.size
        root = head.root_at(pin.size) if pin.size <= size else b""
    except RmdocsError:
        findings.append(_uncompared(pin, place))
        return None
    findings += contradictions(size, root, pin, place)
    return root


def _unsealed(store: LedgerStore, pin: Pin, place: str) -> Iterator[Finding]:
    """Yield that no act of its record seals a document that prints a code.

    The code tells of the acts before the document's own alone: that which sealed it may be cut off.
    """
    if pin.number is None:
        return
    try:
        acts = store.require_head(pin.ref).events(pin.number.directory)
    except RmdocsError:
        acts = []  # which is told where the ledger is gone through
    facts = {"source": pin.source, "number": pin.number, "size": pin.size}
    if not any(map(pin.is_printed_by, acts)):
        reason = message(
            "{source}: no act of {number} seals a document with this check code, which tells only"
            " of the first {size} event(s) of the ledger",
            **facts,
        )
        remedy = message(
            "read number and code again; if they are as printed, the act that sealed the document"
            " was cut off, or the document is of another store: hold the ledger against a"
            " checkpoint kept elsewhere"
        )
        yield error("DOCUMENT-UNSEALED", place, reason, remedy, clause=_CLAUSE)
    elif pin.digest and not any(
        pin.digest == one.sha256 for act in acts for one in (*act.files, *as_read(act))
    ):
        reason = message(
            "{source}: no act of {number} seals this file, but another one with its check code",
            **facts,
        )
        remedy = message("it was changed after issue: compare it with an export of its number")
        yield error("DOCUMENT-UNSEALED", place, reason, remedy, clause=_CLAUSE)


def _root_line(summary: Pin) -> str:
    return base64.b64encode(bytes.fromhex(summary.root)).decode()


def _uncompared(pin: Pin, place: str) -> Finding:
    reason = message(
        "the ledger cannot be read, so that it could not be held against {source}",
        source=pin.source,
    )
    return _wrong("LEDGER-UNCOMPARED", place, reason)


def gone(pin: Pin, place: str) -> Finding:
    """Return that a ledger is missing which is known to have been there."""
    return _wrong(
        "LEDGER-GONE",
        place,
        message(
            "the ledger is missing; {source}: it had {seen} event(s)",
            source=pin.source,
            seen=pin.size,
        ),
    )


def contradictions(size: int, root: bytes, pin: Pin, place: str) -> Iterator[Finding]:
    """Yield a ledger that never stood as it is known to have stood.

    :param size: that it has now. :param root: that it had when it was as large as known.
    """
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
    if not root.hex().startswith(pin.root):
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

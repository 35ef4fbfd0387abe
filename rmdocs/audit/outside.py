"""What comes back from outside, held against what was sealed: a file, or paper in the hand.

A file is the sealed one if its bytes are; what it calls itself is told, and proves nothing.
Paper prints number, edition and check code (核验码): the code says which history the ledger had
when that edition was made, so that a history that was rewritten since is found out by any
paper of before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.audit.pins import short_findings
from rmdocs.audit.trace import trace_edition
from rmdocs.checkcodes import FIRST, CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, UsageError
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message
from rmdocs.registers.records import find_folder, volume_head
from rmdocs.store import merkle
from rmdocs.store.protocol import LEDGER_PREFIX

if TYPE_CHECKING:
    from rmdocs.audit.trace import Trace
    from rmdocs.files import File
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordEdition, RecordFolder
    from rmdocs.store.event import SealedFile

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_NUMBER_IN_NAME = re.compile(r"[A-Z]+\d+-\d{2}-[A-Z]{2}\d{2}-\d{4}-\d{4,6}", re.ASCII)
_EDITION_IN_NAME = re.compile(r"-e([1-9]\d{0,5})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTrace:
    """A paper, by what it prints, against what was sealed.

    :param trace: the record, as the edition on the paper printed it.
    :param pin: the check code that the edition printed, as it was sealed.
    :param issued_on: the day that it bears.
    :param compared: whether a check code was given to be compared.
    :param findings: what of the code does not agree; empty if it does, or none was given.
    """

    trace: Trace
    pin: str
    issued_on: str
    compared: bool
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> Trace:
        """Return the trace with what of the paper does not agree before all else."""
        return replace(self.trace, findings=(*self.findings, *self.trace.findings))

    @property
    def told(self) -> Text:
        """Return what was compared, where nothing is wrong."""
        if self.compared and self.pin == str(FIRST):
            return message(
                "Number, edition and check code are those that were sealed. Before that edition its"
                " ledger had no act: of the store's history the code 0 says nothing."
            )
        if self.compared:
            return message(
                "Number, edition and check code are those that were sealed, and the store's history"
                " up to that code is the one that the paper names."
            )
        return message(
            "This edition was sealed. Without its check code nothing else of the paper was"
            " compared."
        )


def trace_paper(registry: Registry, number: RecordNumber, edition: int, pin: str) -> PaperTrace:
    """Return what was sealed of the edition that a paper says it is.

    :param edition: as printed. :param pin: the check code as somebody typed it; may be empty.
    :raises ControlError: if the number or the edition was never given.
    :raises UsageError: if the code is none.
    """
    registry.catalogue.catch_up()
    folder = find_folder(registry.store, number)
    trace = trace_edition(registry, number, edition)
    printed = next(one for one in folder.editions if one.number == edition)
    typed = CheckCode.typed(pin) if pin.strip() else None
    return PaperTrace(
        trace=trace,
        pin=printed.facts.pin,
        issued_on=printed.facts.issued_on.isoformat(),
        compared=typed is not None,
        findings=tuple(_pin_findings(registry, folder, printed, typed)) if typed else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledFile:
    """A file that is not known, but whose name is that of a sealed document.

    :param edition: the one that it is called, or the newest where its name says none.
    :param documents: what was sealed of that edition, as a reader gets it.
    """

    number: RecordNumber
    edition: int
    documents: tuple[SealedFile, ...]


def called(registry: Registry, file: File) -> CalledFile | None:
    """Return the record that a file has the name of; None if of none. Its bytes are not read."""
    name = unicodedata.normalize("NFKC", file.base).upper()
    found = _NUMBER_IN_NAME.search(name)
    if found is None:
        return None
    try:
        folder = find_folder(registry.store, RecordNumber.parse(found[0]))
    except (UsageError, ControlError):
        return None
    said = _EDITION_IN_NAME.search(name.lower(), found.end())
    edition = folder.current
    if said is not None:
        edition = next((one for one in folder.editions if one.number == int(said[1])), edition)
    return CalledFile(number=folder.number, edition=edition.number, documents=edition.documents)


# Inside ------------------------------------------------------------------------


def _pin_findings(
    registry: Registry, folder: RecordFolder, printed: RecordEdition, typed: CheckCode
) -> Iterator[Finding]:
    place = f"{folder.number}/{printed.number}"
    if str(typed) != printed.facts.pin:
        other = next((one for one in folder.editions if one.facts.pin == str(typed)), None)
        yield error("PAPER-CODE", place, _other_code(printed, other), _LOOK_AGAIN, clause=_CLAUSE)
    if typed != FIRST and not _stood_at(registry, folder.number, typed):
        yield error(
            "PAPER-HISTORY",
            place,
            message("the ledger of this store never stood at {pin}", pin=str(typed)),
            message(
                "read the code again; if it stands so on the paper, keep the paper: either it is"
                " not of this store, or the store's history was rewritten since"
            ),
            clause=_CLAUSE,
        )
    # Of another code than the edition's own it is enough to hear that.
    if typed != FIRST or printed.facts.pin == str(FIRST):
        yield from short_findings(typed.bits, place, message("the paper"))


_LOOK_AGAIN = message(
    "read number, edition and code again, each from the same page; if they stand so on the paper,"
    " it is not the edition that was sealed here"
)


def _other_code(printed: RecordEdition, other: RecordEdition | None) -> Text:
    if other is not None:
        return message(
            "this is the code of edition {other}, not of edition {edition}",
            other=other.number,
            edition=printed.number,
        )
    return message(
        "edition {edition} prints the code {pin}", edition=printed.number, pin=printed.facts.pin
    )


def _stood_at(registry: Registry, number: RecordNumber, code: CheckCode) -> bool:
    """Return whether the ledger of a record's volume once had the size and root of a code."""
    head = volume_head(registry.store, number)
    tree = merkle.MerkleTree(head.checkpoint.size, lambda path: head.read(LEDGER_PREFIX + path))
    if code.size > tree.size:
        return False
    try:
        return code.is_of(code.size, tree.root_at(code.size))
    except merkle.MissingTileError:
        return False

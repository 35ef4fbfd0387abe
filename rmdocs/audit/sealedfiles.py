"""Verifying the shape of folders: which files each kind of act seals, and no others (F19, F20).

What is told of a record or a register is read from where files lie, so a file more or
less says something else: an act without its document, a program beside it, an entry
that enters nothing. An act lies in the folder of what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.events.control import (
    ChangeProposed,
    CustomerEntered,
    DisposalCertified,
    DisposalProposed,
    DraftSubmitted,
    EntryRequested,
    HoldPlaced,
    PersonEntered,
    PolicyEntered,
    RegenerationBegun,
    RegenerationEnded,
    RevisionReleased,
    RevisionWithdrawn,
    SeriesClosed,
    StoreFounded,
    UnitEntered,
    VolumeOpened,
    YearEntered,
)
from rmdocs.events.copies import CopyIssued, CopyReplaced
from rmdocs.events.facts import EventFacts, Unreadable
from rmdocs.events.keys import KeyRevoked, MachineEntered
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    EditionIssued,
    OnRecord,
    PaperFiled,
    PdfMade,
    PdfSigned,
    RecordAmended,
    RecordIssued,
    RecordRegenerated,
    StageAdded,
)
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.changerequests import CHANGES, REQUEST_NAME
from rmdocs.registers.copies import COPIES, COPY_NAME
from rmdocs.registers.customers import CUSTOMERS
from rmdocs.registers.disposals import CERTIFICATE_NAME, DISPOSALS, PROPOSAL_NAME
from rmdocs.registers.holds import HOLD_NAME, HOLDS
from rmdocs.registers.ledgerkeys import FOUNDING_PATH
from rmdocs.registers.officetime import CALENDAR
from rmdocs.registers.records import RECORD_NAME
from rmdocs.registers.regenerations import PLAN_NAME, REGENERATIONS, RESULT_NAME
from rmdocs.registers.revisions import DOCUMENTS, FORMS, RELEASE_NAME, WITHDRAWN_NAME
from rmdocs.registers.revocations import CONFIRMATIONS, MACHINES, REVOCATIONS
from rmdocs.registers.series import CLOSED_NAME, OPENED_NAME, VOLUMES

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_FIND_OUT = message("find out who sealed it: rmdocs seals no such act so")
_wrong = partial(error, remedy=_FIND_OUT, clause=_CLAUSE)

_ENTRY, _TABLE, _PDF = r"\d{4,}\.json", r"\d{4,}\.toml", r"[a-z]+(?:/[^/]+){2,3}\.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """What an act seals, as patterns of paths within its folder.

    :param named: each is the name of one file. :param needs: each fits exactly one file.
    :param may: what else there may be.
    """

    named: tuple[str, ...] = ()

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


def _needs(*names: str) -> _Sealed:
    return _Sealed(named=names)


_IN_CONTROL: Mapping[type[EventFacts], _Sealed] = MappingProxyType(
    {
        StoreFounded: _needs(FOUNDING_PATH.rpartition("/")[2]),
        **{kind: _Sealed(needs=(_ENTRY,)) for kind in (UnitEntered, PersonEntered)},
        CustomerEntered: _Sealed(needs=(_ENTRY,)),
        **{kind: _Sealed(needs=(_TABLE,)) for kind in (PolicyEntered, YearEntered, KeyRevoked)},
        MachineEntered: _Sealed(needs=(_TABLE,)),
        EntryRequested: _Sealed(needs=(r"[^/]+\.toml",)),
        # Every other file of a revision is counted in its digest.
        RevisionReleased: _Sealed(needs=(re.escape(RELEASE_NAME),), may=(r"[^/]+",)),
        RevisionWithdrawn: _needs(WITHDRAWN_NAME),
        ChangeProposed: _needs(REQUEST_NAME),
        DraftSubmitted: _Sealed(may=(r"drafts/\d+/[^/]+",)),
        RegenerationBegun: _needs(PLAN_NAME),
        RegenerationEnded: _needs(RESULT_NAME),
        VolumeOpened: _needs(OPENED_NAME),
        SeriesClosed: _needs(CLOSED_NAME),
        CopyIssued: _Sealed(
            needs=(re.escape(COPY_NAME), r"exemplars/1/[^/]+\.docx"),
            may=(r"exemplars/1/[^/]+\.pdf",),
        ),
        CopyReplaced: _Sealed(
            needs=(r"exemplars/\d+/[^/]+\.docx",), may=(r"exemplars/\d+/[^/]+\.pdf",)
        ),
        HoldPlaced: _needs(HOLD_NAME),
        DisposalProposed: _needs(PROPOSAL_NAME),
        DisposalCertified: _needs(CERTIFICATE_NAME),
    }
)
"""What acts in control seal; those of other kinds seal nothing."""

_NAMED = MappingProxyType(
    {
        "founding": "store",
        "policy": "policy",
        CALENDAR: f"{CALENDAR} {{0}}",
        REGENERATIONS: "regeneration {0}",
        REVOCATIONS: "key {0}",
        CONFIRMATIONS: "acts {0}",
        MACHINES: "machine {0}",
        **dict.fromkeys(("units", "people", CUSTOMERS, CHANGES, COPIES, HOLDS, DISPOSALS), "{0}"),
        **dict.fromkeys((FORMS, DOCUMENTS), "{0} {1}"),
    }
)
"""What an act in control names, by where it lies: parts of the path below its register."""


def stray_findings(head: Head, *known: str) -> Iterator[Finding]:
    """Yield files at the root of a ref, where only ``known`` ones may change with every act."""
    for name in head.list(""):
        if name not in known and head.read(name) is not None:
            yield error(
                "FILE-UNSEALED",
                name,
                message("no event seals this file"),
                message("restore the store from an unaltered copy, and find out who changed it"),
                clause=_CLAUSE,
            )


def in_control(event: Event, directory: str) -> Iterator[Finding]:
    """Yield what an act in control seals that such an act does not, or lacks; another's folder."""
    said = read(event)
    base, _, rest = directory.partition("/")
    pattern = _NAMED.get(base)
    if base == VOLUMES:
        # A volume is named by its path, a series by its number.
        names = {rest, rest.replace("/", "-")}
    else:
        parts = rest.split("/")
        names = {pattern.format(*parts, *[""] * 2)} if pattern is not None else {event.subject}
    if event.subject not in names:
        yield _wrong(
            "SUBJECT-OTHER",
            f"{directory}/{event.file_name}",
            message("it names {subject}, but lies in another folder", subject=event.subject),
        )
    if not isinstance(said, Unreadable):
        yield from _shape(event, directory, _IN_CONTROL.get(type(said), _Sealed()))


def on_record(event: Event, number: RecordNumber) -> Iterator[Finding]:
    """Yield what an act on a record seals that such an act does not, or lacks."""
    said = read(event)
    if isinstance(said, OnRecord):
        yield from _shape(event, number.directory, _of_record(said, number))
        yield from _addressees(event, number)


def _of_record(said: OnRecord, number: RecordNumber) -> _Sealed:
    named: list[str] = []
    needs: list[str] = []
    may: list[str] = []
    if isinstance(said, RecordIssued):
        named.append(RECORD_NAME)
    elif isinstance(said, StageAdded):
        needs.append(rf"stages/\d{{2,}}-{re.escape(said.stage)}\.json")
    elif isinstance(said, RecordAmended):
        needs.append(r"amendments/\d+\.json")
    elif isinstance(said, RecordRegenerated):
        needs.append(r"regenerations/\d+\.json")
    if isinstance(said, EditionIssued):
        edition = said.edition.number
        inside = f"editions/{edition}/"
        named.append(inside + number.document_name(edition))
        may.append(re.escape(f"{inside}{number}-e{edition}-c") + r"[1-9]\d*\.docx")
    elif isinstance(said, (PdfMade, PdfSigned, PaperFiled)):
        may.append(_PDF)  # how many, and where, is asked of renditions
    if said.concealment is not None:
        needs.append(r"notes/\d{2,}\.json")
    return _Sealed(named=tuple(named), needs=tuple(needs), may=tuple(may))


def _addressees(event: Event, number: RecordNumber) -> Iterator[Finding]:
    """Yield an addressee's document where the one before it is missing: they count from 1."""
    copies = sorted(
        RecordNumber.copy_in(file.path) for file in event.files if "/editions/" in file.path
    )
    if copies and copies != list(range(len(copies))):
        yield _wrong(
            "FILE-LACKING",
            f"{number.directory}/{event.file_name}",
            message("the documents of its addressees are not counted from 1"),
        )


def _shape(event: Event, directory: str, sealed: _Sealed) -> Iterator[Finding]:
    names = [file.path.removeprefix(f"{directory}/") for file in event.files]
    found = [
        *(names.count(name) for name in sealed.named),
        *(sum(re.fullmatch(need, name) is not None for name in names) for need in sealed.needs),
    ]
    for count in found:
        if count != 1:
            yield _wrong(
                "FILE-LACKING",
                f"{directory}/{event.file_name}",
                message(
                    "it does not seal the one file that such an act seals: {act}",
                    act=read(event).told,
                ),
            )
    for file, name in zip(event.files, names, strict=True):
        if name not in sealed.named and not any(
            re.fullmatch(one, name) for one in (*sealed.needs, *sealed.may)
        ):
            yield _wrong(
                "FILE-KIND",
                file.path,
                message("no such act seals this file: {act}", act=read(event).told),
            )


def record_of(event: Event) -> RecordNumber | None:
    """Return the number of the record that an act names; None if it names none."""
    try:
        return RecordNumber.parse(event.subject)
    except UsageError:
        return None

"""Controlled copies (受控号) as the control ledger holds them.

A copy has a number and a holder; everything that happened to it is an event in
``copies/<number>``. Where it stands follows from the last one. What may happen
to it when is the business of ``copies``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, FindingsError, StoreError
from rmdocs.events.copies import (
    CopyAcknowledged,
    CopyIssued,
    CopyLost,
    CopyRecalled,
    CopyReplaced,
    CopyReturned,
    CopyTerms,
    Holder,
    OnCopy,
)
from rmdocs.events.kinds import read_as
from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision
from rmdocs.messages import Called, by_command, message

if TYPE_CHECKING:
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Head

COPIES = "copies"
COPY_NAME = "copy.json"
PDF = "pdf"
"""Ending of the name of an exemplar's PDF, which lies beside its document."""
_EXEMPLARS = "exemplars"


class CopyStatus(Called):
    """Where a controlled copy stands."""

    ISSUED = "issued", message("issued, receipt not signed")
    HELD = "held", message("with its holder")
    RECALLED = "recalled", message("recalled")
    RETURNED = "returned", message("taken back")
    LOST = "lost", message("lost, void")


STATUS_AFTER: Mapping[type[OnCopy], CopyStatus] = MappingProxyType(
    {
        CopyIssued: CopyStatus.ISSUED,
        CopyAcknowledged: CopyStatus.HELD,
        CopyRecalled: CopyStatus.RECALLED,
        CopyReturned: CopyStatus.RETURNED,
        # The next exemplar is signed for anew.
        CopyReplaced: CopyStatus.ISSUED,
        CopyLost: CopyStatus.LOST,
    }
)
"""Where a copy stands after an act, whatever came before."""


_Kind = TypeVar("_Kind", bound=OnCopy)

_OUT = frozenset({CopyStatus.ISSUED, CopyStatus.HELD, CopyStatus.RECALLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyHolder(Answer):
    """Who holds a copy.

    :param name: theirs. :param staff_no: empty for somebody outside.
    """

    name: str
    staff_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFile(Answer):
    """A file of a controlled copy.

    :param path: where it lies in the control ledger.
    :param sha256: of its content, in hexadecimal.
    """

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAnswer(Answer):
    """A controlled copy, as it stands.

    :param copy: its number (受控号). :param document: the document that it is a copy of.
    :param exemplar: which one counts: 1, and one more for each that was swapped.
    :param issued_on: the date where the office is.
    :param replaces: the lost copy in whose place it was issued.
    :param replaced_by: the copy that was issued for it when it was lost.
    :param file: the stamped document of the exemplar that counts.
    :param pdf: its marked PDF; none if it was given out without one.
    """

    copy: CopyNumber
    document: DocumentNumber
    revision: Revision
    holder: CopyHolder
    status: CopyStatus
    exemplar: int
    issued_on: date
    replaces: CopyNumber | None
    replaced_by: CopyNumber | None
    file: CopyFile
    pdf: CopyFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A controlled copy and everything that happened to it.

    :param events: oldest first; the first one issued it.
    :param acts: what they say.
    """

    terms: CopyTerms
    events: tuple[Event, ...]
    acts: tuple[OnCopy, ...]

    @property
    def number(self) -> CopyNumber:
        """Return the 受控号."""
        return self.terms.number

    @property
    def holder(self) -> Holder:
        """Return who holds it."""
        return self.terms.holder

    @property
    def status(self) -> CopyStatus:
        """Return where it stands."""
        return STATUS_AFTER[type(self.acts[-1])]

    @property
    def answer(self) -> CopyAnswer:
        """Return the copy as it is told as JSON."""
        terms, pdf = self.terms, self.pdf(self.exemplar)
        return CopyAnswer(
            copy=self.number,
            document=self.number.document,
            revision=terms.revision,
            holder=CopyHolder(name=terms.holder.name, staff_no=str(terms.holder.staff_no or "")),
            status=self.status,
            exemplar=self.exemplar,
            issued_on=terms.issued_on,
            replaces=terms.replaces,
            replaced_by=self.replaced_by,
            file=_digest(self.file(self.exemplar)),
            pdf=_digest(pdf) if pdf is not None else None,
        )

    @property
    def is_out(self) -> bool:
        """Return whether it is with its holder, or on its way there or back."""
        return self.status in _OUT

    @property
    def exemplar(self) -> int:
        """Return which exemplar counts: 1, and one more for each that was swapped."""
        return 1 + sum(isinstance(act, CopyReplaced) for act in self.acts)

    @property
    def given_on(self) -> date:
        """Return the day on which the exemplar that counts was given out."""
        return self.on(CopyReplaced) or self.terms.issued_on

    @property
    def replaced_by(self) -> CopyNumber | None:
        """Return the copy that was issued for this one when it was lost, if any."""
        lost = self.last(CopyLost)
        return lost[1].replaced_by if lost is not None else None

    @property
    def signed_for(self) -> CopyAcknowledged | None:
        """Return the receipt of the exemplar that counts; None while it is not signed."""
        found = self.last(CopyAcknowledged)
        return found[1] if found is not None and found[1].exemplar == self.exemplar else None

    def last(self, kind: type[_Kind]) -> tuple[Event, _Kind] | None:
        """Return the last event of a kind and what it says, or None."""
        done = zip(reversed(self.events), reversed(self.acts), strict=True)
        return next(((event, act) for event, act in done if isinstance(act, kind)), None)

    def on(self, kind: type[OnCopy]) -> date | None:
        """Return the day on which an act was last done, where the office is; or None."""
        found = self.last(kind)
        return found[1].on if found is not None else None

    def file(self, exemplar: int) -> SealedFile:
        """Return the stamped document of an exemplar.

        :raises ControlError: if there is no such exemplar.
        """
        found = self._named(self.number.document_name(exemplar))
        if found is not None:
            return found
        raise ControlError(
            message("{copy} has no exemplar {exemplar}", copy=self.number, exemplar=exemplar),
            message("it has {count}", count=self.exemplar),
        )

    def pdf(self, exemplar: int) -> SealedFile | None:
        """Return the marked PDF of an exemplar; None if it was given out without one."""
        return self._named(self.number.document_name(exemplar, PDF))

    def _named(self, name: str) -> SealedFile | None:
        return next(
            (
                file
                for event in self.events
                for file in event.files
                if file.path.rpartition("/")[2] == name
            ),
            None,
        )


def _digest(file: SealedFile) -> CopyFile:
    return CopyFile(path=file.path, sha256=file.sha256)


def copy_directory(number: CopyNumber) -> str:
    """Return where a copy lies in the control ledger."""
    return f"{COPIES}/{number}"


def exemplar_path(number: CopyNumber, exemplar: int, suffix: str = "docx") -> str:
    """Return where the stamped document of an exemplar lies in the control ledger."""
    directory = f"{copy_directory(number)}/{_EXEMPLARS}/{exemplar}"
    return f"{directory}/{number.document_name(exemplar, suffix)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRegister:
    """Controlled copies as of one commit of the control ledger.

    :param until: only what happened before this moment; None for everything.
    """

    head: Head
    until: datetime | None = None

    def all(self) -> Iterator[Copy]:
        """Yield every copy, by document and serial."""
        for number in self._numbers():
            found = self._read(number)
            if found is not None:
                yield found

    def of(self, document: DocumentNumber) -> Iterator[Copy]:
        """Yield the copies of a document, by serial."""
        for number in self._numbers():
            found = self._read(number) if number.document == document else None
            if found is not None:
                yield found

    def get(self, number: CopyNumber) -> Copy:
        """Return a copy.

        :raises ControlError: if there is none with that number.
        """
        found = self._read(number)
        if found is None:
            raise ControlError(
                message("there is no controlled copy {number}", number=number),
                by_command(message("look at the list of controlled copies"), "rmdocs copy list"),
                clause="ISO 9001 §7.5.3",
            )
        return found

    def next_number(self, document: DocumentNumber) -> CopyNumber:
        """Return the number that the next copy of a document gets."""
        given = (number.serial for number in self._numbers() if number.document == document)
        return CopyNumber(document=document, serial=max(given, default=0) + 1)

    def out(self) -> Mapping[DocumentNumber, int]:
        """Return how many copies of each document are out."""
        return Counter(copy.number.document for copy in self.all() if copy.is_out)

    def document(self, copy: Copy, exemplar: int | None = None) -> bytes:
        """Return the stamped document of a copy: of the exemplar that counts unless named.

        :raises ControlError: if there is no such exemplar.
        :raises StoreError: if the ledger does not hold what was sealed.
        """
        return self._content(copy, copy.file(copy.exemplar if exemplar is None else exemplar))

    def pdf(self, copy: Copy, exemplar: int | None = None) -> bytes | None:
        """Return the marked PDF of a copy, or None; see :meth:`document`."""
        file = copy.pdf(copy.exemplar if exemplar is None else exemplar)
        return None if file is None else self._content(copy, file)

    def _content(self, copy: Copy, file: SealedFile) -> bytes:
        data = self.head.read(file.path)
        if data is None or canonical.sha256(data) != file.sha256:
            raise _damaged(copy.number)
        return data

    def _numbers(self) -> list[CopyNumber]:
        return sorted(CopyNumber.parse(name) for name in self.head.list(COPIES))

    def _read(self, number: CopyNumber) -> Copy | None:
        directory = copy_directory(number)
        events = tuple(
            event
            for event in self.head.events(directory)
            if self.until is None or event.time < self.until
        )
        if not events:
            return None
        data = self.head.read(f"{directory}/{COPY_NAME}")
        try:
            terms = CopyTerms.from_json(canonical.decode(data or b""))
        except (TypeError, ValueError, FindingsError) as problem:
            raise _damaged(number) from problem
        acts = tuple(act for event in events if (act := read_as(event, OnCopy)) is not None)
        first = acts[0] if len(acts) == len(events) else None
        if terms.number != number or not isinstance(first, CopyIssued):
            raise _damaged(number)
        return Copy(terms=terms, events=events, acts=acts)


def _damaged(number: CopyNumber) -> StoreError:
    return DamagedError(message("the controlled copy {number} cannot be read", number=number))

"""What the workspace answers where no floor below has a value for it already."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.files import File
from rmdocs.findings import place_of

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.intake.candidates import Candidate
    from rmdocs.messages import Language, Text
    from rmdocs.store.event import SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome(Answer):
    """What became of one record given to ``issue``.

    :param source: the name of its file.
    :param row: its place in the file, counted from 1; 0 if the file cannot be read.
    :param form: the number of its form; empty if none is named.
    :param number: the one it has now; None if it was refused.
    :param edition: the one issued; 0 if it was refused.
    :param already: whether it had been issued before, under ``number``.
    :param files: the sealed documents.
    :param findings: all that is wrong, or to be known.
    """

    source: str
    row: int
    form: str
    number: RecordNumber | None = None
    edition: int = 0
    already: bool = False
    files: tuple[SealedFile, ...] = field(default=(), metadata=called("documents"))
    findings: tuple[Finding, ...]

    @property
    def place(self) -> str:
        """Return file and row, as people are told them; the file alone if it cannot be read."""
        return place_of(self.source, self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRows:
    """The refused rows of a file, each with what is wrong with it."""

    file: File
    rows: tuple[tuple[Candidate, tuple[Finding, ...]], ...]

    def to_mend(self, language: Language) -> File:
        """Return them as a file like theirs, with what is wrong beside each, to be mended.

        :param language: in which it is said what is wrong.
        """
        from rmdocs.intake.rejected import write_rejected

        return write_rejected(self.file, self.rows, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueResult(Answer):
    """What ``issue`` did.

    :param outcomes: one a record that was given, in the order of the files.
    :param refused: of each file the rows that were passed over; none where nothing was issued.
    """

    TOLD: ClassVar = ("outcomes",)
    outcomes: tuple[IssueOutcome, ...]
    refused: tuple[RefusedRows, ...] = ()

    @property
    def numbers(self) -> tuple[RecordNumber, ...]:
        """Return the numbers that were given, now or before."""
        return tuple(one.number for one in self.outcomes if one.number is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedRow(Answer):
    """A form or another controlled document as lists show it.

    :param number: its own. :param title: what it is called.
    :param desk: the revision on the desk; ``-`` if there is none.
    :param edited: what is said of a desk that is no longer what was signed.
    :param released: the revision in force; if there is none, the last one.
    :param status: where that revision stands. :param effective: its day, ISO 8601.
    :param coming: an approved revision that is yet to take effect, and when.
    :param change: the number of the change request that is open.
    :param pending: how many items are not in its source, and still to be approved (待核定).
    """

    number: str
    title: Text
    desk: str
    edited: Text
    released: str
    status: Text
    effective: str
    coming: str
    change: str
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignatedRow(RevisedRow):
    """A controlled document that is no form, as lists show it.

    :param designation: an external document's own number and edition.
    """

    designation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPages(Answer):
    """The pages of a form that were written before its release.

    :param source: the record's number, or ``sample``.
    :param files: where they were written: each document alone, then beside today's.
    :param findings: why it would be refused or cannot be printed.
    """

    source: str
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRedline(Answer):
    """A Word document that was written with tracked changes.

    :param redline: where. :param findings: what differs that no tracked change shows.
    """

    redline: Path
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey(Answer):
    """A key just made.

    :param path: where the private key lies. :param fingerprint: of the public one.
    """

    path: Path
    fingerprint: str

"""What the workspace answers where no floor below has a value for it already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.files import File
from rmdocs.findings import NOTHING, place_of

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.issue import Issued
    from rmdocs.messages import Text
    from rmdocs.store.event import SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome:
    """What became of one record given to ``issue``; no number: it was refused."""

    source: str
    row: int
    form: str
    findings: tuple[Finding, ...]
    issued: Issued | None

    @property
    def place(self) -> str:
        """Return file and row, as people are told them; the file alone if it cannot be read."""
        return place_of(self.source, self.row)

    @property
    def number(self) -> RecordNumber | None:
        """Return the record's number."""
        return self.issued.number if self.issued else None

    @property
    def edition(self) -> int:
        """Return the edition issued, 0 if none."""
        return self.issued.edition if self.issued else 0

    @property
    def files(self) -> tuple[SealedFile, ...]:
        """Return the sealed documents."""
        found = self.issued.files if self.issued else ()
        return tuple(file for file in found if "/editions/" in file.path)

    @property
    def already(self) -> bool:
        """Return whether the record had been issued before."""
        return bool(self.issued and self.issued.already)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The refused rows of a file.

    :param of: what the file is called that they were in.
    """

    of: str
    file: File


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueResult:
    """What ``issue`` did.

    :param rejected: for each file with refused rows a file of these, to be mended.
    """

    outcomes: tuple[IssueOutcome, ...]
    rejected: tuple[Rejected, ...] = ()

    @property
    def numbers(self) -> tuple[RecordNumber, ...]:
        """Return the numbers that were given, now or before."""
        return tuple(one.number for one in self.outcomes if one.number is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedRow:
    """A form or another controlled document as lists show it.

    :param released: the revision in force; if there is none, the last one.
    :param status: where that revision stands.
    :param coming: an approved revision that is yet to take effect, and when.
    :param change: the number of the change request that is open.
    :param designation: an external document's own number and edition.
    :param edited: what is said of a desk that is no longer what was signed.
    """

    number: str
    title: Text
    desk: str
    released: str
    status: Text
    effective: str
    coming: str
    change: str
    pending: int
    designation: str = ""
    edited: Text = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made."""

    path: Path
    fingerprint: str

"""What a pile of scans holds: sheets as the machine delivered them, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from rmdocs.classes import dataclass
from rmdocs.findings import Finding
from rmdocs.pdf.codes import DocumentCode, PageCode


class Trouble(StrEnum):
    """Why a sheet cannot be trusted."""

    CODE = "code"
    """Something on it looks like a code and cannot be read."""
    PICTURE = "picture"
    """The picture is cut off or damaged."""
    SIZE = "size"
    """It has more pixels than are read."""
    NOTES = "notes"
    """Something was put on it after the scan, which a document would not keep."""
    CRASH = "crash"
    """Reading it broke the reader, or took too long."""


class FileFault(StrEnum):
    """Why a whole file is not read."""

    ABSENT = "absent"
    EMPTY = "empty"
    KIND = "kind"
    LARGE = "large"
    PAGES = "pages"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    ACTIVE = "active"
    CRASH = "crash"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedSheet:
    """One side of paper as the machine delivered it.

    :param file: position of its file in the pile, from 0.
    :param name: what a person calls the file.
    :param number: of the page in the file, from 1.
    :param codes: every different code found on it.
    :param turn: degrees clockwise that set it upright: 0, 90, 180, 270.
    :param trouble: why it cannot be trusted, codes or not.
    :param blank: whether there is next to nothing on it.
    :param placed: whether its code is what a person says of it, and not what was read.
    """

    file: int
    name: str
    number: int
    codes: tuple[PageCode, ...] = ()
    turn: int = 0
    trouble: Trouble | None = None
    blank: bool = False
    placed: bool = False

    @property
    def place(self) -> str:
        """Return where a person finds it: file and page."""
        return f"{self.name}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPage:
    """One page of a document, and the sheet that shows it."""

    code: PageCode
    sheet: ScannedSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedDocument:
    """A complete set: every page once, in order; or a slip that came back by itself.

    :param slip: which slip of the form it is, from 1; 0 is the document.
    """

    code: DocumentCode
    pages: tuple[ScannedPage, ...]
    slip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A sheet that went into no document, and why."""

    sheet: ScannedSheet
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """One file of the pile.

    :param sha256: of its bytes as they were read.
    :param pages: how many pages it has, or had before reading broke off.
    :param fault: why it, or the rest of it, was not read; None if it was.
    """

    name: str
    sha256: str
    pages: int
    fault: FileFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheets:
    """What was read of a pile, before it is sorted.

    :param sheets: those of all files; ``file`` says of which.
    """

    files: tuple[ScannedFile, ...] = ()
    sheets: tuple[ScannedSheet, ...] = ()

    def and_then(self, more: ReadSheets) -> ReadSheets:
        """Return the same with further files behind."""
        before = len(self.files)
        moved = tuple(replace(one, file=one.file + before) for one in more.sheets)
        return ReadSheets(files=(*self.files, *more.files), sheets=(*self.sheets, *moved))

    @property
    def twice(self) -> dict[int, int]:
        """Return the files that were handed in before, with the one that each is."""
        first: dict[str, int] = {}
        places = [(at, one.sha256) for at, one in enumerate(self.files) if one.sha256]
        return {at: first[sha256] for at, sha256 in places if first.setdefault(sha256, at) != at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """A pile of scans, sorted: each sheet is in a document or in the review list, once.

    :param files: in the order given.
    :param documents: the complete sets.
    :param review: the sheets a person must look at.
    :param findings: on files that could not be read, and on pages that are missing;
        what is said of a sheet stands in ``review``.
    """

    files: tuple[ScannedFile, ...]
    documents: tuple[ScannedDocument, ...]
    review: tuple[Aside, ...]
    findings: tuple[Finding, ...]

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return everything there is to say: of files and sets, then of sheets."""
        return (*self.findings, *(aside.finding for aside in self.review))

    def without(self, document: ScannedDocument) -> Pile:
        """Return the pile without the sheets of a document."""
        gone = {page.sheet for page in document.pages}
        return replace(
            self,
            documents=tuple(one for one in self.documents if one != document),
            review=tuple(aside for aside in self.review if aside.sheet not in gone),
        )


class CodeStatus(StrEnum):
    """What the store knows of a document that a code names."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    VOID = "void"
    UNKNOWN = "unknown"
    OTHER = "other"
    """The number and edition are known, digest or check code are not theirs."""
    CONTENT = "content"
    """What the record says cannot be read here."""
    FORBIDDEN = "forbidden"
    """Whoever scans may not act for the record."""
    UNRENDERED = "unrendered"
    """No formal PDF of it was made."""
    LENGTH = "length"
    """Its formal PDF has another number of pages."""
    SIGNED = "signed"
    """A signed original of it is in the store already."""
    CHANGED = "changed"
    """Something happened to its record while it was filed."""


Judge = Callable[[DocumentCode, int], CodeStatus]
"""Tells what is known of a document, or of a slip of it (from 1; 0 is the document)."""

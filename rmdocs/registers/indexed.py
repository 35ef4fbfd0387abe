"""What the search index keeps of a record, and what it can be asked for.

The file itself, and asking it, is ``index``'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer

if TYPE_CHECKING:
    from rmdocs.identifiers import RecordNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRecord(Answer):
    """A record as lists and searches show it.

    :param number: its own. :param revision: of its form, under which it stands.
    :param date: its own, ISO. :param status: where it stands. :param edition: the newest.
    :param customer: the customer's name. :param subject: what it is about.
    :param rm_name: who manages the customer, by name.
    :param digest: SHA-256 of the record as captured first; finds a second issue.
    :param words: all printable values, for free-text search.
    :param issued: when it got its number, ISO, UTC.
    :param changed: when anything last happened to it, ISO, UTC.
    :param voided: when it was declared void, ISO, UTC; empty if it was not.
    :param disposed: the day it was disposed of, ISO; empty if it was not.
    :param starts: the day from which its years of retention count, ISO; empty
        while that is open.
    :param due: the first day on which it need not be kept any longer, ISO;
        empty while that is open.
    :param years: how many it is kept.
    :param held: whether its own content forbids disposing of it.
    :param encrypted: whether its content is encrypted, and so can be destroyed.
    :param ledger_key: canonical key under the form's ``[ledger]``, or empty.
    :param asked: the request about it that waits for a second person, or empty.
    :param refused_to: staff number of who asked for something about it that was rejected
        last, while nothing else has happened to it since; else empty.
    """

    TOLD: ClassVar = (
        *("number", "date", "status", "revision"),
        *("edition", "rm_name", "customer", "subject"),
    )
    number: str
    volume: str
    form: str
    revision: str
    unit: str
    year: int
    serial: int
    date: str
    status: str
    edition: int
    customer: str
    uscc: str
    subject: str
    rm: str
    rm_name: str
    digest: str
    words: str
    issued: str = ""
    changed: str = ""
    voided: str = ""
    disposed: str = ""
    starts: str = ""
    due: str = ""
    years: int = 0
    held: bool = False
    encrypted: bool = False
    ledger_key: str = ""
    asked: str = ""
    refused_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """A sealed file of a record, found by its digest."""

    sha256: str
    number: str
    edition: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDue:
    """Something that must still happen to a record, by its form's ``[[due]]``.

    :param day: the last day on which it is in time, ISO; empty where the form
        has no value for the record.
    :param near: the day from which it is told, ISO.
    """

    number: str
    name: str
    day: str
    near: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """All that the index keeps of one record.

    :param keys: its canonical key, or an empty text, under each ``[unique]`` that its form
        has or had, by what :func:`~rmdocs.registers.catalogue.unique_rule` calls that.
    """

    record: IndexedRecord
    files: tuple[IndexedFile, ...]
    related: tuple[str, ...]
    awaited: tuple[IndexedDue, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeUpdate:
    """What was read of a volume since it was read last.

    :param gone: numbers that the volume does not hold any longer.
    :param unreadable: records of which nothing can be read.
    """

    entries: tuple[IndexEntry, ...] = ()
    gone: tuple[str, ...] = ()
    unreadable: tuple[RecordNumber, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; an empty part does not restrict.

    :param text: words, each of which must occur somewhere in the record.
    :param first: earliest date, ISO. :param last: latest date, ISO.
    :param due: ISO; only records that need not be kept after that day.
    :param revision: the revision of its form that a record stands under.
    :param open_only: only records that are not closed, void or disposed of.
    :param asked_only: only records about which a request waits for a second person.
    :param refused_to: staff number of who was refused what they asked for about a record.
    """

    text: str = ""
    customer: str = ""
    uscc: str = ""
    form: str = ""
    unit: str = ""
    year: int | None = None
    rm: str = ""
    status: str = ""
    first: str = ""
    last: str = ""
    due: str = ""
    revision: str = ""
    open_only: bool = False
    asked_only: bool = False
    refused_to: str = ""

    @property
    def in_clear(self) -> Query:
        """Return the same without what only the contents of records can answer."""
        return replace(self, text="", customer="", uscc="", rm="", due="")

"""The file of the search index: its tables, what stands in them and what they are asked."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.identifiers import RecordNumber

SCHEMA_VERSION = 14

_PATIENCE = 60
"""Seconds to wait for others who use the file."""

_TABLES = """
CREATE TABLE IF NOT EXISTS volumes (name TEXT PRIMARY KEY, head TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    number TEXT PRIMARY KEY, volume TEXT NOT NULL, form TEXT NOT NULL, revision TEXT NOT NULL,
    unit TEXT NOT NULL, year INTEGER NOT NULL, serial INTEGER NOT NULL, date TEXT NOT NULL,
    status TEXT NOT NULL, edition INTEGER NOT NULL, customer TEXT NOT NULL, uscc TEXT NOT NULL,
    subject TEXT NOT NULL, rm TEXT NOT NULL, rm_name TEXT NOT NULL,
    digest TEXT NOT NULL, words TEXT NOT NULL,
    issued TEXT NOT NULL, changed TEXT NOT NULL, voided TEXT NOT NULL, disposed TEXT NOT NULL,
    starts TEXT NOT NULL,
    due TEXT NOT NULL, years INTEGER NOT NULL, held INTEGER NOT NULL, encrypted INTEGER NOT NULL,
    ledger_key TEXT NOT NULL, asked TEXT NOT NULL,
    refused_to TEXT NOT NULL, done_on TEXT NOT NULL, scanned TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_digest ON records (digest);
CREATE INDEX IF NOT EXISTS records_ledger ON records (form, ledger_key);
CREATE INDEX IF NOT EXISTS records_in_order ON records (form, unit, year, serial);
CREATE INDEX IF NOT EXISTS records_newest ON records (form, unit, date, serial);
CREATE INDEX IF NOT EXISTS records_uscc ON records (uscc, form, unit, year, serial);
CREATE INDEX IF NOT EXISTS records_volume ON records (volume, serial);
CREATE INDEX IF NOT EXISTS records_unread ON records (volume) WHERE encrypted = 1 AND digest = '';
CREATE INDEX IF NOT EXISTS records_due ON records (due) WHERE due != '';
CREATE INDEX IF NOT EXISTS records_asked ON records (number) WHERE asked != '';
CREATE INDEX IF NOT EXISTS records_refused ON records (refused_to) WHERE refused_to != '';
CREATE INDEX IF NOT EXISTS records_scanned ON records (scanned) WHERE scanned != '';
CREATE INDEX IF NOT EXISTS records_done ON records (done_on) WHERE done_on != '';
CREATE TABLE IF NOT EXISTS chores (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT NOT NULL, number TEXT NOT NULL, edition INTEGER NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (sha256, number, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_number ON files (number);
CREATE TABLE IF NOT EXISTS links (source TEXT NOT NULL, target TEXT NOT NULL,
    PRIMARY KEY (source, target));
CREATE INDEX IF NOT EXISTS links_target ON links (target);
CREATE TABLE IF NOT EXISTS keys (
    number TEXT NOT NULL, rule TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (number, rule));
CREATE INDEX IF NOT EXISTS keys_key ON keys (rule, key);
CREATE TABLE IF NOT EXISTS unreadable (
    number TEXT PRIMARY KEY, form TEXT NOT NULL, volume TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS awaited (
    number TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL, near TEXT NOT NULL,
    PRIMARY KEY (number, name));
CREATE TABLE IF NOT EXISTS performed (
    number TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL, done TEXT NOT NULL,
    PRIMARY KEY (number, name));
CREATE INDEX IF NOT EXISTS performed_day ON performed (day);
"""


def removed(path: Path) -> bool:
    """Remove the file and its journal; return whether that was done."""
    try:
        for leftover in path.parent.glob(path.name + "*"):
            leftover.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the file, or an index in memory if there is none, its tables made.

    :raises sqlite3.DatabaseError: if it is damaged, of another version, or cannot be opened.
    """
    # A workspace may be closed by another thread than the one that first asked its index.
    connection = sqlite3.connect(
        path or ":memory:", timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    _use_wal(connection)
    # A cache need not survive power loss: it is rebuilt.
    connection.execute("PRAGMA synchronous = OFF")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, SCHEMA_VERSION):
        reason = "another version of the index"
        raise sqlite3.DatabaseError(reason)
    if version != SCHEMA_VERSION:
        connection.executescript(_TABLES)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set the journal's mode; SQLite does not wait here for others who open the file."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


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
    :param done_on: the day on which its manager did what it is counted as (``[activity]``),
        ISO; empty where its form counts nothing.
    :param scanned: when signed paper of it was filed last, ISO, UTC; empty if none was.
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
    done_on: str = ""
    scanned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """A sealed file of a record, found by its digest."""

    sha256: str
    number: str
    edition: int
    path: str


class BriefRecord(NamedTuple):
    """What a list of what is due tells of a record.

    A tuple, as what is due: a list may look at tens of thousands, to show some of them.
    """

    number: str
    form: str
    revision: str
    unit: str
    status: str
    customer: str
    subject: str
    rm: str
    rm_name: str


class IndexedDue(NamedTuple):
    """Something that must still happen to a record, by its form's ``[[due]]``.

    :param day: the last day on which it is in time, ISO; empty where the form
        has no value for the record.
    :param near: the day from which it is told, ISO.
    """

    number: str
    name: str
    day: str
    near: str


class IndexedPerformed(NamedTuple):
    """A stage that had to be added to a record by a day (``[[due]]`` of its name), and was.

    :param day: the last day on which it was in time, ISO.
    :param done: when it was sealed, ISO, UTC.
    """

    number: str
    name: str
    day: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """All that the index keeps of one record.

    :param keys: its canonical key, or an empty text, under each ``[unique]`` that its form
        has or had, by what :func:`unique_rule` calls that.
    """

    record: IndexedRecord
    files: tuple[IndexedFile, ...]
    related: tuple[str, ...]
    awaited: tuple[IndexedDue, ...] = ()
    performed: tuple[IndexedPerformed, ...] = ()
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

    @classmethod
    def joined(cls, parts: Sequence[VolumeUpdate]) -> VolumeUpdate:
        """Return what was read in parts as one."""
        return cls(
            entries=tuple(one for part in parts for one in part.entries),
            gone=tuple(one for part in parts for one in part.gone),
            unreadable=tuple(one for part in parts for one in part.unreadable),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; an empty part does not restrict.

    :param text: words, each of which must occur somewhere in the record.
    :param first: earliest date, ISO. :param last: latest date, ISO.
    :param due: ISO; only records that need not be kept after that day.
    :param revision: the revision of its form that a record stands under.
    :param open_only: only records that are not closed, void or disposed of.
    :param standing_only: only records that are neither void nor disposed of.
    :param asked_only: only records about which a request waits for a second person.
    :param refused_to: staff number of who was refused what they asked for about a record.
    :param own: staff number and unit of a manager; only their own records, and those of the
        unit of which nobody knows here whose they are.
    :param done_from: earliest day on which what it counts as was done (``[activity]``), ISO.
    :param done_until: latest such day, ISO.
    :param scanned_since: ISO, UTC; only records of which signed paper was filed since.
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
    standing_only: bool = False
    asked_only: bool = False
    refused_to: str = ""
    own: tuple[str, str] | None = None
    done_from: str = ""
    done_until: str = ""
    scanned_since: str = ""

    @property
    def in_clear(self) -> Query:
        """Return the same without what only the contents of records can answer."""
        bare = replace(self, text="", customer="", uscc="", rm="", due="")
        return replace(bare, own=None, done_from="", done_until="")


_SAYS = "instr(lower(number || char(10) || words), lower(?)) > 0"


def conditions_of(query: Query) -> tuple[list[str], list[Any]]:
    """Return what a query asks as conditions of SQL, and their values."""
    # An index of what is not empty serves only who says so (``!= ''``).
    bounds = (
        ("form = ?", query.form),
        ("unit = ?", query.unit),
        ("status = ?", query.status),
        ("revision = ?", query.revision),
        ("year = ?", query.year),
        ("uscc = ?", query.uscc.upper()),
        ("? IN (rm, rm_name)", query.rm),
        ("date >= ?", query.first),
        ("date <= ?", query.last),
        ("done_on != '' AND done_on >= ?", query.done_from),
        ("done_on != '' AND done_on <= ?", query.done_until),
        ("due != '' AND due <= ?", query.due),
        ("refused_to != '' AND refused_to = ?", query.refused_to),
        ("scanned != '' AND scanned >= ?", query.scanned_since),
        *((_SAYS, word) for word in query.text.split()),
        ("instr(lower(customer), lower(?)) > 0", query.customer),
    )
    given = [(condition, value) for condition, value in bounds if value not in {"", None}]
    conditions = [condition for condition, _ in given]
    values = [value for _, value in given]
    if query.own is not None:
        conditions.append("(rm = ? OR (rm = '' AND unit = ?))")
        values += query.own
    if query.asked_only:
        conditions.append("records.asked != ''")
    if query.open_only:
        conditions.append("status IN ('issued', 'signed')")
    if query.standing_only:
        conditions.append("voided = '' AND disposed = ''")
    return conditions, values

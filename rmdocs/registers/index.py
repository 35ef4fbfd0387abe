"""The search index: SQLite, made from the store by whoever asks, and theirs alone.

It answers "which records", never "what is true": a hit that matters is read
again from the store. Where no file can be kept it is in memory; deleting the
file loses nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import fields
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.registers.indexfile import (
    BriefRecord,
    IndexedDue,
    IndexedFile,
    IndexedPerformed,
    IndexedRecord,
    IndexEntry,
    Query,
    VolumeUpdate,
    conditions_of,
    connect,
    removed,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.identifiers import RecordNumber

_Part = TypeVar("_Part")

_CLEANSE = "cleanse"
_EVER = "9999-12-31"

_KEPT_BY = {
    "records": "number",
    "files": "number",
    "links": "source",
    "awaited": "number",
    "performed": "number",
    "keys": "number",
    "unreadable": "number",
}
"""The tables that keep what is known of a record, and by which column."""

_COLUMNS = tuple(field.name for field in fields(IndexedRecord))
_WITHOUT_WORDS = ", ".join("''" if name == "words" else f"records.{name}" for name in _COLUMNS)
"""All that is known of a record but its words: long, and of use to searches alone."""
_BRIEF = ", ".join(f"records.{name}" for name in BriefRecord._fields)


def _alone(_count: int) -> AbstractContextManager[Executor | None]:
    return nullcontext()


class Index:
    """The index; open it, bring it up to date, ask.

    :param path: a file that nobody else can write; None to keep it in memory.
    :param told: told, while it is brought up to date, how many records of how many are read.
    :param helped: gives who reads besides this process, for so many records; see ``bulk``.
    """

    def __init__(
        self,
        path: Path | None,
        told: Callable[[int, int], None] = lambda _done, _total: None,
        helped: Callable[[int], AbstractContextManager[Executor | None]] = _alone,
    ) -> None:
        self.path = path
        self.told = told
        self.helped = helped
        self._connection = self._open(path)

    def _open(self, path: Path | None) -> sqlite3.Connection:
        try:
            return connect(path)
        except sqlite3.OperationalError:
            again = False  # not damaged: others may be using it, or the disk may be full
        except sqlite3.DatabaseError:
            # Damaged or of another version: a cache is simply made anew.
            again = path is not None and removed(path)
        if again:
            with suppress(sqlite3.DatabaseError):
                return connect(path)
        self.path = None
        return connect(None)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def head(self, volume: str) -> str:
        """Return the commit up to which a volume is indexed, or an empty string."""
        row = self._row("SELECT head FROM volumes WHERE name = ?", (volume,))
        return row[0] if row else ""

    def volumes(self) -> dict[str, str]:
        """Return the commits up to which volumes are indexed, by their names."""
        return dict(self._rows("SELECT name, head FROM volumes"))  # type: ignore[arg-type]

    def doubted(self) -> set[str]:
        """Return the names of volumes with records that could not be read, or not without keys."""
        rows = self._rows(
            "SELECT DISTINCT volume FROM records INDEXED BY records_unread"
            " WHERE encrypted = 1 AND digest = '' AND status != 'disposed'"
            " UNION SELECT volume FROM unreadable"
        )
        return {row[0] for row in rows}

    def unread(self, query: Query) -> list[str]:
        """Return the numbers of records whose content could not be read for want of their keys.

        :param query: what is asked of contents is left aside: it cannot be answered.
        """
        conditions, values = conditions_of(query.in_clear)
        conditions += ["encrypted = 1", "digest = ''", "status != 'disposed'"]
        # Asked whenever somebody catches up: left to itself, SQLite looks at all of a form.
        rows = self._rows(
            f"SELECT number FROM records INDEXED BY records_unread"  # noqa: S608 - fixed names
            f" WHERE {' AND '.join(conditions)} ORDER BY number",
            values,
        )
        return [row[0] for row in rows]

    def put(self, volume: str, expected: str, head: str, reading: VolumeUpdate) -> bool:
        """Enter records of ``volume`` and note that it is indexed up to ``head``.

        :param expected: the commit the entries build on; where the index is
            elsewhere, nothing is written and False returned: it catches up later.
        """
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                if self.head(volume) != expected:
                    return False
                self._write(volume, reading, anew=not expected)
                self._connection.execute(
                    "INSERT OR REPLACE INTO volumes VALUES (?, ?)", (volume, head)
                )
        except sqlite3.DatabaseError:
            if self.path is None:
                raise
            self._leave_the_file()
            return False
        return True

    def _leave_the_file(self) -> None:
        """Go on in memory, from nothing: the file cannot be written, as on a full disk."""
        self._connection.close()
        self.path, self._connection = None, connect(None)

    def _rows(self, question: str, values: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        """Yield the answers to a question.

        :raises StoreError: if the file is damaged.
        """
        try:
            yield from self._connection.execute(question, values)
        except sqlite3.DatabaseError as problem:
            raise StoreError(
                message("the search index {path} is damaged", path=self.path or ":memory:"),
                message("delete that file: it is made anew from the store"),
            ) from problem

    def _row(self, question: str, values: Sequence[Any] = ()) -> Sequence[Any] | None:
        return next(self._rows(question, values), None)

    def cleanse(self) -> bool:
        """Leave no byte of what was forgotten in the file; return whether that is done.

        Deleted rows stay in the file until they are overwritten. Made anew, and
        its journal emptied, nothing of them is left; where somebody else reads
        the old state meanwhile it is still to be done, and done when next asked.
        """
        run = self._connection.execute
        if self._row("SELECT 1 FROM chores WHERE name = ?", (_CLEANSE,)) is None:
            return True
        try:
            run("VACUUM")
            busy = run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            return False
        if busy:
            return False
        run("DELETE FROM chores WHERE name = ?", (_CLEANSE,))
        return True

    def _note_forgetting(self, record: IndexedRecord) -> None:
        """Note, if a record known with its content was disposed of, that it must go."""
        if record.status != "disposed":
            return
        known = self._row("SELECT status FROM records WHERE number = ?", (record.number,))
        if known is not None and known[0] != "disposed":
            self._connection.execute("INSERT OR REPLACE INTO chores VALUES (?)", (_CLEANSE,))

    def forget(self, volume: str) -> None:
        """Drop what is known of a volume whose history no longer continues."""
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                known = self._rows(
                    "SELECT number FROM records WHERE volume = ?"
                    " UNION SELECT number FROM unreadable WHERE volume = ?",
                    (volume, volume),
                )
                for (number,) in list(known):
                    self._drop(number)
                self._connection.execute("DELETE FROM volumes WHERE name = ?", (volume,))
        except sqlite3.DatabaseError:
            self._leave_the_file()

    def by_digest(self, digest: str) -> list[str]:
        """Return the numbers under which a record was issued, by its digest."""
        rows = self._rows(
            "SELECT number FROM records WHERE digest = ? AND status != 'voided' ORDER BY number",
            (digest,),
        )
        return [row[0] for row in rows]

    def by_unique_key(self, rule: str, key: str) -> list[str]:
        """Return the numbers of records that are not void and have a key under a rule.

        :param key: an empty text finds those whose key is not known; what was disposed of
            is not among them.
        """
        rows = self._rows(
            "SELECT keys.number FROM keys JOIN records ON records.number = keys.number"
            " WHERE rule = ? AND key = ? AND status != 'voided'"
            " AND (key != '' OR status != 'disposed') ORDER BY keys.number",
            (rule, key),
        )
        return [row[0] for row in rows]

    def unreadable(self, form: str = "", volume: str = "") -> list[str]:
        """Return the numbers of records of which nothing can be read, of a form or volume."""
        rows = self._rows(
            "SELECT number FROM unreadable WHERE ? IN (form, '') AND ? IN (volume, '')"
            " ORDER BY number",
            (form, volume),
        )
        return [row[0] for row in rows]

    def ledger_keys(self, form: str) -> dict[str, str]:
        """Return the numbers of a form's records that are not void, by their ledger keys."""
        rows = self._rows(
            "SELECT ledger_key, number FROM records WHERE form = ? AND ledger_key != ''"
            " AND status != 'voided' ORDER BY number",
            (form,),
        )
        return {row[0]: row[1] for row in rows}

    def awaited(
        self, query: Query, *, days: tuple[str, str] = ("", _EVER), near: str = _EVER
    ) -> Iterator[tuple[IndexedDue, BriefRecord]]:
        """Yield what must still happen to the records that match, with each, by day.

        First come those of which no day is known: they are left out by no day.

        :param days: the first and the last of the days, ISO, by which it must have happened.
        :param near: only what is told by that day, ISO.
        """
        conditions, values = conditions_of(query)
        conditions.append("(day = '' OR (day BETWEEN ? AND ? AND near <= ?))")
        values += [*days, near]
        rows = self._rows(
            f"SELECT awaited.number, name, day, near, {_BRIEF} FROM awaited"  # noqa: S608 - fixed
            " JOIN records ON records.number = awaited.number"
            f" WHERE {' AND '.join(conditions)} ORDER BY day, form, unit, year, serial, name",
            values,
        )
        for row in rows:
            yield IndexedDue._make(row[:4]), BriefRecord._make(row[4:])

    def performed(
        self, query: Query, first: str, last: str
    ) -> Iterator[tuple[IndexedPerformed, BriefRecord]]:
        """Yield what happened to the records that match and had to by a day, with each, by day.

        :param first: the earliest of these last days, ISO; ``last`` the latest.
        """
        conditions, values = conditions_of(query)
        conditions = ["day BETWEEN ? AND ?", *conditions]
        rows = self._rows(
            f"SELECT performed.number, name, day, done, {_BRIEF} FROM performed"  # noqa: S608 - fixed
            " JOIN records ON records.number = performed.number"
            f" WHERE {' AND '.join(conditions)} ORDER BY day, form, unit, year, serial, name",
            [first, last, *values],
        )
        for row in rows:
            yield IndexedPerformed._make(row[:4]), BriefRecord._make(row[4:])

    def files(self, sha256: str) -> list[IndexedFile]:
        """Return every sealed file with that digest."""
        rows = self._rows(
            "SELECT sha256, number, edition, path FROM files WHERE sha256 = ?"
            " ORDER BY number, path",
            (sha256,),
        )
        return [
            IndexedFile(sha256=sha256, number=number, edition=edition, path=path)
            for sha256, number, edition, path in rows
        ]

    def related_from(self, target: str) -> list[str]:
        """Return the numbers of records that name ``target`` as related."""
        rows = self._rows("SELECT source FROM links WHERE target = ? ORDER BY source", (target,))
        return [row[0] for row in rows]

    def get(self, number: RecordNumber) -> IndexedRecord | None:
        """Return what is known of a record, without its words, or None."""
        row = self._row(
            f"SELECT {_WITHOUT_WORDS} FROM records WHERE number = ?",  # noqa: S608 - fixed
            (str(number),),
        )
        return None if row is None else _record(row)

    def count(self, query: Query) -> int:
        """Return how many records match."""
        conditions, values = conditions_of(query)
        row = self._row(
            f"SELECT count(*) FROM records"  # noqa: S608 - fixed names
            f"{' WHERE ' if conditions else ''}{' AND '.join(conditions)}",
            values,
        )
        return row[0] if row else 0

    def kinds(self, query: Query) -> list[tuple[str, str]]:
        """Return the forms of the records that match, each with its revision, in order."""
        conditions, values = conditions_of(query)
        rows = self._rows(
            f"SELECT DISTINCT form, revision FROM records"  # noqa: S608 - fixed names
            f"{' WHERE ' if conditions else ''}{' AND '.join(conditions)} ORDER BY form, revision",
            values,
        )
        return [(row[0], row[1]) for row in rows]

    def counted(self) -> dict[str, int]:
        """Return how many records of each volume are known."""
        rows = self._rows("SELECT volume, count(*) FROM records GROUP BY volume")
        return {row[0]: row[1] for row in rows}

    def find(
        self, query: Query, *, skip: int = 0, most: int | None = None, latest_first: bool = False
    ) -> Iterator[IndexedRecord]:
        """Yield the records that match, without their words, by form, unit, year and serial.

        :param skip: how many of them are left out first. :param most: how many there are at
            most; all if None.
        :param latest_first: whether rather by their date and serial, the last one first.
        """
        conditions, values = conditions_of(query)
        rows = self._rows(
            f"SELECT {_WITHOUT_WORDS} FROM records"  # noqa: S608 - fixed names
            f"{' WHERE ' if conditions else ''}{' AND '.join(conditions)} ORDER BY"
            f"{' date DESC, serial DESC,' if latest_first else ''} form, unit, year, serial"
            " LIMIT ? OFFSET ?",
            [*values, -1 if most is None else most, skip],
        )
        for row in rows:
            yield _record(row)

    def _drop(self, number: str) -> None:
        for table, column in _KEPT_BY.items():
            self._connection.execute(
                f"DELETE FROM {table} WHERE {column} = ?",  # noqa: S608 - fixed names
                (number,),
            )

    def _write(self, volume: str, reading: VolumeUpdate, *, anew: bool) -> None:
        """Enter what was read, in place of what was known.

        :param anew: whether nothing was known of the volume.
        """
        if not anew:
            for number in (*reading.gone, *map(str, reading.unreadable)):
                self._drop(number)
            for entry in reading.entries:
                self._note_forgetting(entry.record)
                self._drop(entry.record.number)
        many, entries = self._connection.executemany, reading.entries
        lost = ((str(one), str(one.series.form), volume) for one in reading.unreadable)
        many("INSERT INTO unreadable VALUES (?, ?, ?)", lost)
        many(
            f"INSERT INTO records ({', '.join(_COLUMNS)}) "  # noqa: S608 - fixed names
            f"VALUES ({', '.join('?' * len(_COLUMNS))})",
            map(_row_of, (entry.record for entry in entries)),
        )
        many("INSERT INTO awaited VALUES (?, ?, ?, ?)", _each(entries, lambda one: one.awaited))
        many("INSERT INTO performed VALUES (?, ?, ?, ?)", _each(entries, lambda one: one.performed))
        files = (
            (file.sha256, file.number, file.edition, file.path)
            for file in _each(entries, lambda one: one.files)
        )
        many("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", files)
        keys = (
            (entry.record.number, rule, key)
            for entry in entries
            for rule, key in entry.keys.items()
        )
        many("INSERT INTO keys VALUES (?, ?, ?)", keys)
        links = ((entry.record.number, target) for entry in entries for target in entry.related)
        many("INSERT OR REPLACE INTO links VALUES (?, ?)", links)


_row_of = attrgetter(*_COLUMNS)


def _each(
    entries: Iterable[IndexEntry], part: Callable[[IndexEntry], Iterable[_Part]]
) -> Iterator[_Part]:
    """Yield the parts of all entries, one after another."""
    return chain.from_iterable(map(part, entries))


def _record(row: Sequence[Any]) -> IndexedRecord:
    named: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    truths = {name: bool(named[name]) for name in ("held", "encrypted")}
    return IndexedRecord(**{**named, **truths})

"""The file of the search index: its tables, opened, and removed where it is of no use."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

SCHEMA_VERSION = 11

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
    refused_to TEXT NOT NULL, done_on TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_digest ON records (digest);
CREATE INDEX IF NOT EXISTS records_ledger ON records (form, ledger_key);
CREATE INDEX IF NOT EXISTS records_uscc ON records (uscc);
CREATE INDEX IF NOT EXISTS records_volume ON records (volume, serial);
CREATE INDEX IF NOT EXISTS records_unread ON records (volume) WHERE encrypted = 1 AND digest = '';
CREATE INDEX IF NOT EXISTS records_due ON records (due) WHERE due != '';
CREATE INDEX IF NOT EXISTS records_asked ON records (number) WHERE asked != '';
CREATE INDEX IF NOT EXISTS records_refused ON records (refused_to) WHERE refused_to != '';
CREATE INDEX IF NOT EXISTS records_done ON records (done_on) WHERE done_on != '';
CREATE TABLE IF NOT EXISTS chores (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT NOT NULL, number TEXT NOT NULL, edition INTEGER NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (sha256, number, path));
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

"""Lists of objects on worksheets of their own: an entry a row, under the record's own key.

The first column of such a worksheet says to which record an entry belongs: the
序号 that the record has on the first worksheet. An entry that belongs to none is
refused, and with it the file: which record lacks it is not for a machine to say.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.intake import headings
from rmdocs.intake.candidates import Candidate, refuse
from rmdocs.intake.cells import Cell, is_empty, text
from rmdocs.intake.rowfiles import RowFile, letters
from rmdocs.messages import by_command, listed, message
from rmdocs.schemas.fields import Field, Steps, join, split

if TYPE_CHECKING:
    from rmdocs.canonical import Json

KEY, KEY_TITLE = "row", "序号"
EXAMPLE = "示例"
"""The worksheet that shows how it is filled in; nothing on it is read."""
_ENTRY = "[]."
_HEAD_ROWS = 3
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\\']")
_LONGEST_NAME = 28
_WHOLE = re.compile(r"(\d+)(?:\.0+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One row read as an object.

    :param row: counted from 1.
    :param findings: each at its cell.
    :param unread: paths from ``$`` of the object whose cells were refused.
    :param places: the cell (``D7``) of each of its paths.
    """

    row: int
    value: Json
    findings: tuple[Finding, ...]
    unread: frozenset[str]
    places: Mapping[str, str]


Entries = Callable[[RowFile, Sequence[str], int, Field], Iterator[ListEntry]]
"""Reads the rows of a table, given its headings, where its data begin (from 0), and the field."""


def key(steps: Steps, inner: Steps) -> str:
    """Return the key of a column: the list, and what is inside each entry."""
    return f"{headings.key(steps)}{_ENTRY}{headings.key(inner)}"


def key_column(names: Sequence[str]) -> int | None:
    """Return which column says a record's key, counted from 0; None if none does."""
    plain = [name.rstrip("*＊ ") for name in names]
    if KEY in plain:
        return plain.index(KEY)
    return 0 if plain[:1] == [KEY_TITLE] else None


def titles(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Return the headings in the first row that is not empty."""
    first = next((row for row in rows if not all(map(is_empty, row))), ())
    return [text(cell).strip() for cell in first]


def key_of(row: Sequence[Cell], column: int) -> str:
    """Return the key in a row, whether it was typed as a number or as text."""
    cell = row[column] if column < len(row) else None
    said = unicodedata.normalize("NFKC", text(cell)).strip()
    whole = _WHOLE.fullmatch(said)
    return str(int(whole[1])) if whole else said


def is_titled(tab: RowFile) -> bool:
    """Return whether a worksheet looks like a list by its titles alone."""
    return tab.sheet != EXAMPLE and key_column(titles(tab.rows)) is not None


def head(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the place of the hidden row of keys of a list, from 0; None if it is no list."""
    for place, row in enumerate(rows[:_HEAD_ROWS]):
        names = [text(cell).strip() for cell in row if not is_empty(cell)]
        if KEY in names and any(_ENTRY in name for name in names):
            return place
    return None


def names_of(root: Field) -> Iterator[tuple[str, Steps]]:
    """Yield name and place of each worksheet that a form's lists may have."""
    taken: set[str] = set()
    for steps, field in _groups(root, ()):
        plain = _NOT_IN_NAMES.sub("", field.title or field.name)[:_LONGEST_NAME]
        others = (f"{plain}{count}" for count in itertools.count(2))
        name = next(one for one in itertools.chain((plain,), others) if one not in taken)
        taken.add(name)
        yield name, steps


def _groups(field: Field, steps: Steps) -> Iterator[tuple[Steps, Field]]:
    for child in field.children:
        place = (*steps, child.name)
        if child.is_group and child.item is not None:
            yield place, child
        elif child.is_group:
            yield from _groups(child, place)


def join_lists(
    table: RowFile, candidates: Sequence[Candidate], root: Field, entries: Entries
) -> list[Candidate]:
    """Return the candidates with the entries of their lists.

    :param root: the fields of a record.
    :raises FindingsError: if entries belong to no record, or a worksheet is no list
        of the form.
    """
    column = key_column([text(cell).strip() for cell in table.rows[table.head.names]])
    if column is None or not table.lists:
        return list(candidates)
    keys = [key_of(table.rows[one.row - 1], column) for one in candidates]
    read = _read(table, set(keys), root, entries)
    joined = []
    for said, one in zip(keys, candidates, strict=True):
        rows = [other.row for other, key in zip(candidates, keys, strict=True) if key == said]
        if said and len(rows) > 1:
            finding = error(
                "LIST-KEY",
                f"{table.source}:{one.row}",
                message(
                    "the number {key} stands in rows {rows}",
                    key=said,
                    rows=listed(rows),
                ),
                message("give each record a number of its own"),
                label=KEY_TITLE,
            )
            joined.append(replace(one, findings=(*one.findings, finding)))
        else:
            joined.append(_with_entries(one, [(at, own.get(said, [])) for at, own in read]))
    return joined


_Read = list[tuple[tuple[Steps, Field, str], dict[str, list[ListEntry]]]]


def _read(table: RowFile, known: set[str], root: Field, entries: Entries) -> _Read:
    """Return for each list its place and its entries by their record's key."""
    findings: list[Finding] = []
    read: _Read = []
    for tab in table.lists:
        keys = head(tab.rows)
        named = tab.sheet in dict(names_of(root))
        if keys is None and not named and not is_titled(tab):
            continue  # Somebody's own worksheet.
        steps, field, names, column = _list_of(tab, keys, root)
        own: dict[str, list[ListEntry]] = {}
        for entry in entries(tab, names, keys + 1 if keys is not None else 1, field.item or field):
            said = key_of(tab.rows[entry.row - 1], column)
            if said in known and said:
                own.setdefault(said, []).append(entry)
            else:
                findings.append(_orphan(tab, column, entry.row, said))
        read.append(((steps, field, tab.sheet), own))
    if findings:
        raise FindingsError(tuple(findings))
    return read


def _orphan(tab: RowFile, column: int, row: int, said: str) -> Finding:
    reason = message("the row does not say to which record it belongs")
    if said:
        reason = message("no record has the number {key}", key=said)
    return error(
        "LIST-KEY",
        f"{tab.source}!{letters(column)}{row}",
        reason,
        message("give it the number of its record on the first worksheet, or delete the row"),
        label=KEY_TITLE,
    )


def _list_of(
    tab: RowFile, keys: int | None, root: Field
) -> tuple[Steps, Field, tuple[str, ...], int]:
    """Return the list on a worksheet: its place, its field, the headings, the key column."""
    if keys is None:
        names = titles(tab.rows)
        steps = dict(names_of(root)).get(tab.sheet)
    else:
        names = [text(cell).strip() for cell in tab.rows[keys]]
        lists = {name.partition(_ENTRY)[0] for name in names if _ENTRY in name}
        steps = split(f"$.{lists.pop()}") if len(lists) == 1 else None
    field = root.at(steps) if steps else None
    column = key_column(names)
    if not steps or field is None or field.item is None or column is None:
        raise refuse(
            tab.source,
            "LIST-KEYS",
            message("the hidden row of keys under the titles was changed or is not there"),
            by_command(
                message("take a new empty sheet, and copy the rows into it"), "rmdocs form sheet"
            ),
        )
    prefix = headings.key(steps) + _ENTRY
    return steps, field, tuple(name.removeprefix(prefix) for name in names), column


def _with_entries(
    one: Candidate, given: Sequence[tuple[tuple[Steps, Field, str], Sequence[ListEntry]]]
) -> Candidate:
    value, findings, places = one.value, list(one.findings), dict(one.places)
    unread = set(one.unread)
    for (steps, field, sheet), entries in given:
        places[join("$", steps)] = sheet
        for index, entry in enumerate(entries):
            base = join("$", (*steps, index))
            findings += entry.findings
            unread |= {base + path[1:] for path in entry.unread}
            places |= {base + path[1:]: f"{sheet}!{cell}" for path, cell in entry.places.items()}
        if entries or not field.nullable:
            value = _put(value, steps, [entry.value for entry in entries])
    return replace(
        one,
        value=value,
        findings=tuple(findings),
        unread=frozenset(unread),
        places=places,
    )


def _put(value: Json, steps: Steps, entries: list[Json]) -> Json:
    """Return a record with a list put in its place; an object that is not there only if filled."""
    if not steps:
        return entries
    there = value if isinstance(value, dict) else {}
    if not isinstance(value, dict) and not entries:
        return value
    inner = _put(there.get(str(steps[0])), steps[1:], entries)
    return {**there, str(steps[0]): inner} if inner is not None else there

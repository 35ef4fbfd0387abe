"""One cell to one value of a record, and back, by the kind of its field.

A cell that cannot be read as its kind stays text; the schema then says what
is wrong, with the field's name. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from rmdocs.canonical import Json
from rmdocs.schemas.fields import Field, Kind

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None

YES, NO = "是", "否"
_TRUE = frozenset({YES, "true", "yes", "y", "√", "✓", "☑", "有", "1"})
_FALSE = frozenset({NO, "false", "no", "n", "×", "☐", "无", "0"})
_LIST_SEPARATOR = re.compile(r"\s*[、;；]\s*")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_INTEGER = re.compile(r"[-+]?\d{1,15}")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,12})?")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})[:时](\d{2})(?::00)?分?")
_CENTS = 2


def is_empty(cell: Cell) -> bool:
    """Return whether the cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(cell: Cell, field: Field) -> Json:
    """Return the value of a cell that is not empty."""
    if field.kind is Kind.LIST:
        item = field.item or field
        return [_one(part, item) for part in _parts(cell)]
    return _one(cell, field)


def write(value: Json, field: Field) -> Cell:
    """Return the cell that :func:`read` turns into ``value`` again."""
    if value is None:
        return None
    if field.kind is Kind.LIST:
        item = field.item or field
        return _joined([str(write(entry, item)) for entry in value])
    if isinstance(value, bool):
        return YES if value else NO
    if field.kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, (str, int, float)) else str(value)


def text(cell: Cell) -> str:
    """Return a cell as a person typed it: whole numbers without a fraction."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, time):
        return cell.isoformat("seconds" if cell.second else "minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _one(cell: Cell, field: Field) -> Json:
    match field.kind:
        case Kind.BOOLEAN:
            return _boolean(cell)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(cell, field.kind)
        case Kind.DECIMAL:
            return _decimal(cell)
        case Kind.DATE:
            return _date(cell)
        case Kind.TIME:
            return _time(cell)
        case _:
            return _text(cell)


def _parts(cell: Cell) -> Sequence[str]:
    whole = text(cell)
    # A line a value, where a value itself holds a separator.
    parts = whole.split("\n") if "\n" in whole else _LIST_SEPARATOR.split(whole)
    return [part.strip() for part in parts if part.strip()]


def _joined(parts: Sequence[str]) -> str | None:
    if any(_LIST_SEPARATOR.search(part) for part in parts):
        return "".join(f"{part}\n" for part in parts)
    return "、".join(parts) or None


def _plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", text(cell)).strip()


def _text(cell: Cell) -> str:
    return text(cell).strip().replace("\r\n", "\n").replace("\r", "\n")


def _boolean(cell: Cell) -> Json:
    plain = text(cell).strip().lower()
    if plain in _TRUE:
        return True
    return False if plain in _FALSE else _text(cell)


def _number(cell: Cell, kind: Kind) -> Json:
    plain = _plain(cell)
    digits = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    if _INTEGER.fullmatch(digits):
        return int(digits)
    if kind is Kind.NUMBER and _NUMBER.fullmatch(digits):
        return float(digits)
    return _text(cell)


def _decimal(cell: Cell) -> str:
    plain = _plain(cell)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        # A number cell shows no trailing zeros; amounts and rates are written with two places.
        whole, _, fraction = plain.partition(".")
        return f"{whole}.{fraction.ljust(_CENTS, '0')}"
    return plain


def _date(cell: Cell) -> str:
    if isinstance(cell, date):
        return text(cell)
    found = _DATE.fullmatch(_plain(cell))
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            pass
    return _text(cell)


def _time(cell: Cell) -> str:
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    found = _TIME.fullmatch(_plain(cell))
    return f"{int(found[1]):02d}:{found[2]}" if found else _text(cell)

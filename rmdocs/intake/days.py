"""Days and times of day in cells: typed as text, or counted as a spreadsheet counts them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

from rmdocs.intake import cells
from rmdocs.intake.cells import Cell, CellReading, Numeric, refused, told, unread
from rmdocs.intake.formats import plain, to_digits
from rmdocs.messages import message
from rmdocs.schemas.fields import Field, fill

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})[:时](\d{2})(?::00)?分?")
_DAY_AND_TIME = re.compile(r"(.+?)(?:T|\s+)(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)")
_DAY_SECONDS = 86_400


def interpret_date(cell: Cell, field: Field) -> CellReading:  # noqa: PLR0911 - a case, an answer
    """Return which day a cell means."""
    if isinstance(cell, bool):
        return unread(cell, field)
    if isinstance(cell, Numeric) and cell.format.is_date:
        return _day(cell)
    said = cells.text(cell).strip()
    if isinstance(cell, Numeric) and not _COMPACT.fullmatch(said):
        reason = message("the cell holds the number {held}, which is no date", held=said)
        remedy = message("give the cell the format of a date, or type the date like 2026-03-02")
        return refused(cell, "CELL-DATE", reason, remedy)
    digits = unicodedata.normalize("NFKC", said).strip()
    timed = _DAY_AND_TIME.fullmatch(digits)
    day = calendar_day(timed[1] if timed else digits)
    if day is None:
        reason = message("“{value}” is not a date of the calendar", value=said)
        return refused(cell, "CELL-VALUE", reason, fill(field))
    if timed and timed[2].strip("0:."):
        return _timed(cell, said)
    if timed:
        return told(day, "CELL-SHOWN", message("“{said}” was read as {read}", said=said, read=day))
    return CellReading(value=day)


def calendar_day(said: str) -> str | None:
    """Return the day that a text says as an ISO text; None if it is none of the calendar."""
    match = _DATE.fullmatch(said) or _COMPACT.fullmatch(said)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _timed(cell: Cell, said: str) -> CellReading:
    reason = message(
        "the cell holds a day and a time ({said}), where only a day is meant", said=said
    )
    return refused(cell, "CELL-TIME", reason, message("leave the day, take the time away"))


def _day(cell: Numeric) -> CellReading:
    moment = cell.moment()
    if moment is None:
        reason = message(
            "the cell holds the number {held} in the format of a date, but no day since {first}",
            held=plain(to_digits(cell.value)),
            first=cells.FIRST_DAY,
        )
        return refused(cell, "CELL-DATE", reason, message("type the date as text: 1899-12-31"))
    shown, day = cell.format.shown, moment.date().isoformat()
    if moment.time() != time() and shown & set("hns["):
        return _timed(cell, cells.shown(cell))
    if not set("ymd") <= shown or "?" in shown or moment.time() != time():
        reason = message(
            "the cell shows only a part of what it holds ({held}); read as {read}",
            held=cells.shown(cell),
            read=day,
        )
        return told(day, "CELL-SHOWN", reason)
    return CellReading(value=day)


def interpret_time(cell: Cell, field: Field) -> CellReading:  # noqa: PLR0911 - a case, an answer
    """Return which time of day a cell means."""
    if isinstance(cell, bool):
        return unread(cell, field)
    if not isinstance(cell, Numeric):
        said = cells.text(cell).strip()
        match = _TIME.fullmatch(unicodedata.normalize("NFKC", said))
        if match is None:
            return unread(cell, field)
        return CellReading(value=f"{int(match[1]):02d}:{match[2]}")
    if not cell.format.is_date:
        return unread(cell, field)
    shown, passed = cell.format.shown, cell.of_day()
    if cell.value < 0 or (shown & set("ymdw?[") and not 0 <= cell.value < 1):
        reason = message("the cell holds more than a time of day: {held}", held=cells.shown(cell))
        return refused(cell, "CELL-TIME", reason, fill(field))
    if passed >= timedelta(days=1):
        return unread(cell, field)
    minutes, seconds = divmod(round(passed.total_seconds()) % _DAY_SECONDS, 60)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    if seconds and "s" in shown:
        reason = message("the cell holds seconds, where hours and minutes are meant")
        return refused(cell, "CELL-TIME", reason, fill(field))
    if seconds or cell.value >= 1 or not set("hn") <= shown:
        reason = message(
            "the cell shows only a part of what it holds ({held}); read as {read}",
            held=plain(to_digits(cell.value)),
            read=clock,
        )
        return told(clock, "CELL-SHOWN", reason)
    return CellReading(value=clock)

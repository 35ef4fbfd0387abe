"""What stands in a cell, and what a person means by it whatever its field.

Nothing, none, a list; and amounts as cells show them: ``(1,200.50)``, ``¥ 3,000.00``,
``3000.0万元``, ``3.30%``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding, error, has_errors, warning
from rmdocs.intake.formats import NumberFormat, number_format, plain, to_digits
from rmdocs.messages import Text, message
from rmdocs.schemas.fields import Field, FieldKind, fill

_UNITS: Mapping[str, int] = {
    "": 1,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "K": 1_000,
    "M": 1_000_000,
}
_SHOWN = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?(?P<before>¥|RMB|CNY|人民币)?(?P<minus>[-+])?"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<power>E[-+]\d+)?"
    r"(?P<unit>百万|千万|百|千|万|亿|K|M)?(?P<after>元|RMB|CNY)?(?P<percent>%)?(?P<close>\))?",
    re.ASCII,
)
_NOUGHT = re.compile(r"¥?-+")
_FOREIGN = re.compile(
    r"\$|€|£|JP¥|₩|₽|฿|₫|USD|EUR|HKD|GBP|JPY|KRW|AUD|CAD|CHF|SGD|美元|欧元|港元|港币|英镑|日元"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as it is shown.

    :param unit: what one of it is: 10000 for 万.
    :param yuan: whether it is said to be 元.
    :param plain: whether there are digits alone, with sign and point.
    """

    number: Decimal
    unit: int
    yuan: bool
    percent: bool
    plain: bool


def shown_amount(text: str) -> Amount | None:
    """Return the number that a text shows; None if it is none, or of another currency.

    A dash is nought, as in every book of accounts.
    """
    tight = "".join(unicodedata.normalize("NFKC", text).split())
    if _NOUGHT.fullmatch(tight):
        yuan = tight.startswith("¥")
        return Amount(number=Decimal(0), unit=1, yuan=yuan, percent=False, plain=False)
    match = _SHOWN.fullmatch(tight)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [one for one in (match["sign"], match["minus"]) if one]
    if len(signs) > 1 or (signs and match["open"]):
        return None
    number = Decimal(match["number"].replace(",", "") + (match["power"] or ""))
    if match["open"] or signs == ["-"]:
        number = -number
    others = ("open", "before", "power", "unit", "after", "percent")
    return Amount(
        number=number,
        unit=_UNITS[match["unit"] or ""],
        yuan=bool(match["before"] or match["after"]),
        percent=bool(match["percent"]),
        plain=not any(match[name] for name in others) and "," not in tight,
    )


def foreign_currency(text: str) -> str | None:
    """Return the sign of another currency than the yuan in a text, or None."""
    match = _FOREIGN.search(text)
    return match[0] if match else None


YES, NO = "是", "否"
SEPARATORS = "、，,；;"
"""What may stand between the entries of a list, besides a line break."""

NO_VALUE = "#N/A"
"""What is shown for a formula that was saved without its value."""

FIRST_DAY = date(1900, 3, 1)
"""Days before are counted wrong by Excel, which knows a 29 February 1900."""

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the count of a sheet has no zone
_LAST_SERIAL = 2_958_466
_FIRST_SERIAL = 61
_SECONDS = 86_400

_NONE = frozenset(
    {"无", "没有", "暂无", "空", "无此项", "不适用", "未填", "*", "~", "n/a", "na", "nil"}
)
_STROKES = re.compile(r"none|null|[/\\—─–-]{1,3}")
_ERROR = re.compile(
    r"#(?:N/A|NV|N/D|NAME\?|REF!|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!"
    r"|BUSY!|UNKNOWN!|EXTERNAL!|PYTHON!|TIMEOUT!|GETTING_DATA|[^\sa-z0-9]{1,12}(?:/0)?[!?！？]|#+)"
    r"|Err:\d{3}"
)
_LATIN = re.compile(r"[A-Za-z]")
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9._/-]+")
_RUN_ON = re.compile(r"[^\s/|]{2}\s*[/|／｜\t]\s*[^\s/|]{2}|[\u4e00-\u9fff]\s+[\u4e00-\u9fff]")
_NUMBER_GROUP = re.compile(r"\d,\d{3}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """A number in a cell.

    :param value: as it is stored. Of a date the days since 1899-12-30, whatever the
        workbook counts from.
    :param format: how the cell shows it.
    """

    value: Decimal
    format: NumberFormat

    def moment(self) -> datetime | None:
        """Return day and time that the number stands for; None if for none that is sure."""
        if not _FIRST_SERIAL <= self.value < _LAST_SERIAL:
            return None
        # Excel counts in parts of a day, so a second is never hit exactly; the day it shows
        # ends at midnight, however near.
        seconds = min(round((self.value % 1) * _SECONDS), _SECONDS - 1)
        return _EPOCH + timedelta(days=int(self.value), seconds=seconds)

    def of_day(self) -> timedelta:
        """Return how far into its day the number stands, to the second."""
        return timedelta(seconds=round((self.value % 1) * _SECONDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A formula that gave an error, or was saved without its value (:data:`NO_VALUE`)."""

    shown: str
    unsaved: bool = False


Cell: TypeAlias = str | bool | Numeric | Failure | None
"""What stands in a cell; a text is never empty."""

Written: TypeAlias = str | int | float | date | None
"""What is written into a cell."""


def day(value: date | datetime, code: str = "yyyy-mm-dd") -> Numeric:
    """Return a date, or a date with a time, as a cell holds it."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    since = moment - _EPOCH
    return Numeric(
        value=since.days + Decimal(since.seconds) / _SECONDS,
        format=number_format(code),
    )


def is_empty(cell: Cell) -> bool:
    """Return whether the cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_none(text: str) -> bool:
    """Return whether a text says that there is none: 无, /, —, 没有 and the like."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain in _NONE or _STROKES.fullmatch(plain) is not None


def failed(cell: Cell) -> Failure | None:
    """Return the error that a cell shows, or None; of a CSV file it is text."""
    if isinstance(cell, Failure):
        return cell
    if isinstance(cell, str) and _ERROR.fullmatch(cell.strip()):
        return Failure(shown=cell.strip())
    return None


def text(cell: Cell) -> str:
    """Return a cell as a person sees it, as far as that is known."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Failure):
        return cell.shown
    if isinstance(cell, Numeric):
        return shown(cell)
    return cell


def shown(cell: Numeric) -> str:
    """Return a number as its cell shows it, a date in ISO 8601; in digits where it is not known."""
    if not cell.format.is_date:
        if cell.format.is_general:
            return plain(to_digits(cell.value))
        seen = cell.format.show(to_digits(cell.value))
        return plain(cell.value) if seen is None else seen
    if cell.format.shown & set("ymd?w"):
        moment = cell.moment()
        if moment is None:
            return plain(cell.value)
        midnight = moment.time() == time()
        return moment.date().isoformat() if midnight else moment.isoformat(sep=" ")
    minutes, seconds = divmod(round(cell.value * _SECONDS), 60)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{clock}:{seconds:02d}" if seconds else clock


def entries(cell: str) -> list[str] | None:
    """Return the entries of a list in a cell; None where it cannot be told which they are.

    A line break separates before anything else, then ；, then 、, then a comma. A
    comma may be part of a name (``Acme Co., Ltd``) or of a number, a stroke or a
    space stand between names or in one: that is not for a machine to say, and ；or
    a line for each entry says it.
    """
    parts = _entries(cell)
    alone = parts is not None and len(parts) == 1 and "\n" not in cell and "；" not in cell
    return None if alone and _RUN_ON.search(cell.strip()) else parts


def _entries(cell: str) -> list[str] | None:
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in lines:
        return _parts(lines, "\n")
    for separators in ("；;", "、"):
        if any(one in cell for one in separators):
            parts = _parts(cell, separators)
            weaker = "、，" if separators == "；;" else "，"
            doubtful = any(one in part for part in parts for one in weaker) or any(
                "," in part and not _LATIN.search(part) for part in parts
            )
            return None if doubtful else parts
    parts = _parts(cell, "，,")
    sure = not _NUMBER_GROUP.search(cell) and (
        all(_CODE.fullmatch(part) for part in parts)
        or not any(_LATIN.search(part) for part in parts)
    )
    return parts if sure or (len(parts) == 1 and not set(cell) & set("，,")) else None


def joined(parts: list[str]) -> str | None:
    """Return the cell whose entries are ``parts``; None if there are none."""
    if any(set(part) & set(SEPARATORS) or entries(part) != [part] for part in parts):
        return "".join(f"{part}\n" for part in parts)
    return "、".join(parts) or None


def write(value: Json, field: Field) -> Written:
    """Return the cell that is read as ``value`` again."""
    if value is None:
        return None
    if field.kind is FieldKind.LIST:
        item = field.item or field
        return joined([str(write(entry, item)) for entry in value])
    if isinstance(value, bool):
        return YES if value else NO
    if field.kind is FieldKind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, (str, int, float)) else str(value)


def _parts(cell: str, separators: str) -> list[str]:
    parts = re.split(f"[{re.escape(separators)}]", cell)
    return [part.strip() for part in parts if part.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReading:
    """What a cell means.

    :param value: as the record says it; what the cell shows if that is refused.
    :param findings: with neither place nor label, which only the table knows.
    :param filled: whether the cell says anything at all; 无 does not.
    """

    value: Json
    findings: tuple[Finding, ...] = ()
    filled: bool = True

    @property
    def refused(self) -> bool:
        """Return whether the value may not be used."""
        return has_errors(self.findings)

    def at(self, place: str, label: str) -> CellReading:
        """Return it with its findings placed."""
        placed = tuple(replace(one, path=place, label=label) for one in self.findings)
        return replace(self, findings=placed)


def refused(cell: Cell, code: str, reason: Text, remedy: Text) -> CellReading:
    """Return a cell that is refused, with what it shows."""
    return CellReading(value=text(cell).strip(), findings=(error(code, "", reason, remedy),))


def told(value: Json, code: str, reason: Text, remedy: Text = NOTHING) -> CellReading:
    """Return a value that was read another way than it stands there, with a warning."""
    return CellReading(value=value, findings=(warning(code, "", reason, remedy),))


def unread(cell: Cell, field: Field) -> CellReading:
    """Return a cell whose text is none of what its field takes."""
    said = message("“{value}” cannot be read here", value=text(cell).strip())
    return refused(cell, "CELL-VALUE", said, fill(field))

"""What a cell means for a field: by what it holds, how it shows it, and what the field takes.

What a person sees in the cell is what the record says, or there is a finding: an
error where that cannot be sure, a warning where it was read another way than it
stands there. docs/refusals.md has the table, made by running this. A cell of a table is
read with merged ranges seen through, and its findings stand at its place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal

from rmdocs.canonical import Json
from rmdocs.findings import error, warning
from rmdocs.intake import cells
from rmdocs.intake.cells import NO, YES, Cell, CellReading, Failure, Numeric, refused, told, unread
from rmdocs.intake.days import calendar_day, interpret_date, interpret_time
from rmdocs.intake.formats import DIGITS, general, plain, to_digits
from rmdocs.intake.rowfiles import RowFile, letters
from rmdocs.intake.workbook import Merged
from rmdocs.messages import Text, message
from rmdocs.schemas import patterns
from rmdocs.schemas.fields import Field, FieldKind, fill

_TRUE = frozenset({YES, "true", "yes", "y", "√", "✓", "☑", "有", "1"})
_FALSE = frozenset({NO, "false", "no", "n", "×", "☐", "无", "0"})
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)
_PERCENT = re.compile(r"(.+?)\s*%")
_SCIENCE = re.compile(r"[-+]?\d+(\.\d+)?E[-+]?\d+", re.IGNORECASE | re.ASCII)
_CSV_FORMULA = re.compile(r'=("[^"]*"|[A-Z]+\(.*\)|[$A-Z]+\d+.*)', re.DOTALL)
_BREAKS = re.compile(r"[\s\u2010-\u2015\u2212-]+")
_CENTS = 2
_LIMIT = Decimal(10) ** DIGITS
_UNCERTAIN_GENERAL = Decimal(10) ** 11

AS_TEXT = message("format the column as text, then type it again")


def interpret(cell: Cell, field: Field, *, optional: bool | None = None) -> CellReading:
    """Return what a cell means for a field.

    :param optional: whether the cell may say that there is none; by the field if None.
    """
    if cells.is_empty(cell):
        return CellReading(value=[] if field.kind is FieldKind.LIST else None, filled=False)
    failure = cells.failed(cell)
    if failure is not None:
        return _failed(failure)
    if isinstance(cell, str):
        none = _none(cell, field, _may_lack(field) if optional is None else optional)
        if none is not None:
            return none
    return _list(cell, field) if field.kind is FieldKind.LIST else _one(cell, field)


def _may_lack(field: Field) -> bool:
    return field.nullable or not field.required or field.kind is FieldKind.LIST


def _failed(failure: Failure) -> CellReading:
    if failure.unsaved:
        return refused(
            failure,
            "CELL-FORMULA",
            message("the cell holds a formula that was saved without its value"),
            message("open the file in Excel or WPS and save it, or paste the value"),
        )
    return refused(
        failure,
        "CELL-FORMULA",
        message("the cell holds the formula error {failed}", failed=failure.shown),
        message("mend the formula, or paste the value"),
    )


def _none(cell: str, field: Field, optional: bool) -> CellReading | None:  # noqa: FBT001 - its answer
    """Return what 无 and the like mean; None if the cell says none of it."""
    said = cell.strip()
    inner = field.item or field
    if not cells.is_none(said) or said in inner.choices:
        return None
    if field.kind is FieldKind.BOOLEAN and said.lower() in _FALSE:
        return None
    if optional:
        read = told(
            [] if field.kind is FieldKind.LIST else None,
            "CELL-NONE",
            message("“{said}” was read as: there is none", said=said),
        )
        return replace(read, filled=False)
    if field.kind is FieldKind.TEXT and field.takes_lines:
        # In an account of many words 无 is an answer.
        return None
    reason = message("“{said}” says that there is none, but it must be given", said=said)
    return refused(cell, "CELL-NONE", reason, fill(field))


def _list(cell: Cell, field: Field) -> CellReading:
    item = field.item or field
    if not isinstance(cell, str):
        one = _one(cell, item)
        return replace(one, value=[one.value])
    parts = cells.entries(cell)
    if parts is None:
        return refused(
            cell,
            "CELL-LIST",
            message(
                "it is not clear where one entry ends and the next begins: “{said}”", said=cell
            ),
            message("write ； between the entries, or each on a line of its own"),
        )
    read = [_one(part, item) for part in parts]
    findings = [finding for one in read for finding in one.findings]
    if "\n" in cell and any(set(part) & set("、；;，") for part in parts):
        reason = message("read as {count} entries, one a line", count=len(parts))
        findings.append(warning("CELL-LIST", "", reason))
    return CellReading(
        value=[one.value for one in read], findings=tuple(findings), filled=bool(read)
    )


def _one(cell: Cell, field: Field) -> CellReading:
    if isinstance(cell, Numeric) and _is_long(cell):
        reason = message(
            "the cell holds a number of more than {count} digits, and a spreadsheet keeps"
            " {count}: the others are lost",
            count=DIGITS,
        )
        return refused(cell, "CELL-DIGITS", reason, AS_TEXT)
    match field.kind:
        case FieldKind.BOOLEAN:
            return _boolean(cell, field)
        case FieldKind.INTEGER | FieldKind.NUMBER | FieldKind.DECIMAL:
            return _number(cell, field)
        case FieldKind.DATE:
            return interpret_date(cell, field)
        case FieldKind.TIME:
            return interpret_time(cell, field)
        case _:
            return _text(cell, field)


def _is_long(cell: Numeric) -> bool:
    return not cell.format.is_date and abs(cell.value) >= _LIMIT


# Texts ---------------------------------------------------------------------


def _text(cell: Cell, field: Field) -> CellReading:  # noqa: PLR0911 - a case, an answer
    if isinstance(cell, bool):
        word = YES if cell else NO
        if word in field.choices:
            reason = message("{shown} was read as {read}", shown=cells.text(cell), read=word)
            return told(word, "CELL-SHOWN", reason)
        reason = message("the cell holds {shown}, where a text is meant", shown=cells.text(cell))
        return refused(cell, "CELL-VALUE", reason, AS_TEXT)
    if isinstance(cell, Numeric):
        return _text_of_number(cell)
    said = cells.text(cell).strip().replace("\r\n", "\n").replace("\r", "\n")
    if _SCIENCE.fullmatch(said) and not field.choices:
        reason = message("“{said}” is a long number, cut short by a spreadsheet", said=said)
        return refused(cell, "CELL-DIGITS", reason, AS_TEXT)
    if _CSV_FORMULA.fullmatch(said):
        reason = message("the cell holds a formula as text: {said}", said=said)
        return refused(cell, "CELL-FORMULA", reason, message("paste the value"))
    if patterns.is_digits(field.pattern) and calendar_day(said) is None:
        tidy = _BREAKS.sub("", unicodedata.normalize("NFKC", said))
        if tidy != said and tidy.isascii() and tidy.isdecimal():
            reason = message("“{said}” was read as {read}", said=said, read=tidy)
            return told(tidy, "CELL-TIDIED", reason)
    return CellReading(value=said)


def _text_of_number(cell: Numeric) -> CellReading:  # noqa: PLR0911 - a case, an answer
    if cell.format.is_date:
        reason = message("the cell holds a date or a time, where a text is meant")
        return refused(cell, "CELL-DATE", reason, AS_TEXT)
    value = to_digits(cell.value)
    digits = plain(value)
    if cell.format.is_general:
        if abs(value) < _UNCERTAIN_GENERAL and general(value) == digits:
            return CellReading(value=digits)
        return told(digits, "CELL-SHOWN", _other(general(value), digits, digits), AS_TEXT)
    seen = cell.format.show(value)
    if not seen:
        return _unclear(cell, seen)
    amount = cells.shown_amount(seen)
    if amount is not None and amount.plain and amount.number == value:
        # Leading and closing zeros are what the person sees.
        return CellReading(value=seen)
    if amount is not None and amount.number != value and amount.plain:
        return _rounded(cell, seen)
    named = amount is None and cells.foreign_currency(seen) is None
    if named and "".join(filter(str.isdigit, seen)).lstrip("0") == digits:
        return told(seen, "CELL-SHOWN", _other(seen, digits, seen), AS_TEXT)
    reason = message(
        "the cell holds the number {held} and shows it as “{shown}”, where a text is meant",
        held=digits,
        shown=seen,
    )
    return refused(cell, "CELL-FORMAT", reason, AS_TEXT)


def _other(seen: str, held: str, read: str) -> Text:
    return message(
        "the cell shows “{shown}” and holds {held}; read as {read}",
        shown=seen,
        held=held,
        read=read,
    )


def _unclear(cell: Numeric, seen: str | None) -> CellReading:
    """Refuse a format that shows nothing, or nobody knows what."""
    held = plain(to_digits(cell.value))
    if seen == "":
        reason = message("the cell holds {held}, but its number format shows nothing", held=held)
    else:
        reason = message(
            "the cell holds {held}, and its number format {code} is none that is read",
            held=held,
            code=cell.format.code,
        )
    remedy = message("give the cell the format General or 0.00, and look whether it is right")
    return refused(cell, "CELL-FORMAT", reason, remedy)


def _rounded(cell: Numeric, seen: str) -> CellReading:
    reason = message(
        "the cell shows “{shown}”, but holds {held}",
        shown=seen,
        held=plain(to_digits(cell.value)),
    )
    remedy = message("show all its digits (format General), or type the number that is meant")
    return refused(cell, "CELL-ROUNDED", reason, remedy)


# Numbers -------------------------------------------------------------------


def _number(cell: Cell, field: Field) -> CellReading:  # noqa: PLR0911 - a case, an answer
    if isinstance(cell, bool):
        return unread(cell, field)
    if isinstance(cell, Numeric):
        if cell.format.is_date:
            reason = message("the cell holds a date or a time, where a number is meant")
            remedy = message("give the cell the format General, and type the number again")
            return refused(cell, "CELL-DATE", reason, remedy)
        return _amount(cell, field)
    said = cells.text(cell).strip()
    digits = unicodedata.normalize("NFKC", said).strip()
    percent = _PERCENT.fullmatch(digits)
    if percent and _PLAIN.fullmatch(percent[1]):
        if not field.in_percent:
            return _percent(cell, said)
        digits = percent[1]
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _PLAIN.fullmatch(digits):
        return unread(cell, field)
    value = _value(Decimal(digits), field, digits)
    if value is None:
        return unread(cell, field)
    if not said.isascii():
        reason = message("“{said}” was read as {read}", said=said, read=digits)
        return told(value, "CELL-TIDIED", reason)
    return CellReading(value=value)


def _percent(cell: Cell, seen: str) -> CellReading:
    reason = message("the cell shows “{shown}”, where no percentage is meant", shown=seen)
    remedy = message("type the number itself, without %")
    return refused(cell, "CELL-PERCENT", reason, remedy)


def _amount(cell: Numeric, field: Field) -> CellReading:  # noqa: PLR0911 - a case, an answer
    """Return what a number means that shows itself by a number format."""
    value = to_digits(cell.value)
    if cell.format.is_general:
        return _typed(cell, value, field)
    seen = cell.format.show(value)
    if not seen:
        return _unclear(cell, seen)
    amount = cells.shown_amount(seen)
    if amount is None:
        currency = cells.foreign_currency(seen)
        if currency is None:
            return _unclear(cell, None)
        reason = message(
            "the cell shows “{shown}”: an amount with the sign of another currency", shown=seen
        )
        remedy = message(
            "take the sign out of the number format; the currency is a field of its own"
        )
        return refused(cell, "CELL-CURRENCY", reason, remedy)
    if amount.percent:
        if not field.in_percent:
            return _percent(cell, seen)
        value = to_digits(value * Decimal(100) ** cell.format.percents(value))
    if amount.number * amount.unit != value:
        return _rounded(cell, seen)
    if field.in_percent and (amount.unit != 1 or amount.yuan):
        return _unclear(cell, None)
    read = _typed(cell, value, field)
    if (amount.unit != 1 or amount.yuan) and not read.refused:
        # How many is exact; in which unit the cell shows it, a person should know.
        held = plain(to_digits(cell.value))
        return told(read.value, "CELL-SHOWN", _other(seen, held, str(read.value)))
    return read


def _typed(cell: Numeric, value: Decimal, field: Field) -> CellReading:
    read = _value(value, field, plain(value))
    if read is None:
        return unread(cell, field)
    if field.kind is FieldKind.DECIMAL:
        # A number shows no closing zeros; amounts and rates are written with two places.
        whole, _, fraction = plain(value).partition(".")
        read = f"{whole}.{fraction.ljust(_CENTS, '0')}"
    return CellReading(value=read)


def _value(value: Decimal, field: Field, digits: str) -> Json:
    """Return a number as the record has it; None if the field takes no such number."""
    if field.kind is FieldKind.DECIMAL:
        return digits
    if abs(value) >= _LIMIT:
        return None
    if value == value.to_integral_value():
        return int(value)
    return float(value) if field.kind is FieldKind.NUMBER else None


# Truth ---------------------------------------------------------------------


def _boolean(cell: Cell, field: Field) -> CellReading:
    if isinstance(cell, bool):
        return CellReading(value=cell)
    if isinstance(cell, Numeric) and not cell.format.is_general:
        return unread(cell, field)
    said = cells.text(cell).strip().lower()
    if said in _TRUE or said in _FALSE:
        return CellReading(value=said in _TRUE)
    return unread(cell, field)


_COUNTED = frozenset({FieldKind.DECIMAL, FieldKind.INTEGER, FieldKind.NUMBER})


def place_of(table: RowFile, row: int, column: int) -> str:
    """Return where a cell is, as findings say it: ``loans.xlsx!C5``; both from 1."""
    return f"{table.source}!{letters(column - 1)}{row}"


def read_cell(
    table: RowFile, row: int, column: int, field: Field, *, optional: bool | None = None
) -> CellReading:
    """Return what a cell means for a field, its findings at their place.

    :param row: counted from 1, like ``column``.
    :param optional: whether the cell may say that there is none; by the field if None.
    """
    merged = table.ranges.get((row, column))
    many = merged is not None and merged.bottom > merged.top and field.kind in _COUNTED
    if merged is None or ((merged.top, merged.left) == (row, column) and not many):
        read = interpret(table.cell(row, column), field, optional=optional)
    else:
        anchor = table.cell(merged.top, merged.left)
        read = _merged(anchor, merged, column, interpret(anchor, field, optional=optional), field)
    return read.at(place_of(table, row, column), field.title) if read.findings else read


def _merged(
    cell: Cell, merged: Merged, column: int, read: CellReading, field: Field
) -> CellReading:
    """Return what merged cells say in a row that they cover."""
    if cells.is_empty(cell):
        return read
    area = f"{letters(merged.left - 1)}{merged.top}:{letters(merged.right - 1)}{merged.bottom}"
    if merged.left != column or field.kind in _COUNTED:
        # Whether one number stands for each row or for all of them is not for a machine to say.
        reason = message("the cell is a part of the merged cells {area}", area=area)
        remedy = message("unmerge them, and fill each cell")
        return CellReading(
            value=cells.text(cell), findings=(error("CELL-MERGED", "", reason, remedy),)
        )
    said = message(
        "“{said}” was read from the merged cells {area}", said=cells.text(cell), area=area
    )
    beside = warning("CELL-MERGED", "", said)
    return CellReading(value=read.value, findings=(*read.findings, beside), filled=read.filled)

"""Exact numbers: read from a record, rounded as money is, written with digits.

Nothing is rounded in passing: a number with more places than its writing has
is refused, since what is printed must be what was captured. Capital numerals
are in ``money``. What a value cannot be written as is refused here and in the
modules beside it by one error, which carries its reason in both languages.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from rmdocs.language.functions import UNSAID, Filter, Function
from rmdocs.language.shapes import A_NUMBER, AMOUNTS, SOME_WORDS, Sort
from rmdocs.messages import Text, message


class UnfitValueError(ValueError):
    """A value that a filter or function cannot take; ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough for any sum, product or interest of amounts a record can hold."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_MOST_DIGITS = 40
_MOST_PLACES = 12
_PLACES_OF_MONEY = _PLACES_OF_PERCENT = 2


def decimal(value: object) -> Decimal:
    """Return a number exactly.

    :param value: decimal text in plain digits (``"1409.50"``), an integer or a
        Decimal; a float counts as the digits it is written with.
    :raises UnfitValueError: if it is none of these, or has over 40 digits.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise UnfitValueError(message("{value} is not a number", value=shown(value)))
    if isinstance(value, str):
        if len(value) > _MOST_DIGITS or not _NUMBER.fullmatch(value):
            raise UnfitValueError(message("“{value}” is not a number", value=shown(value)))
        return Decimal(value)
    number = value if isinstance(value, Decimal) else Decimal(_digits(value))
    if not number.is_finite() or abs(number.adjusted()) >= _MOST_DIGITS:
        raise UnfitValueError(message("{value} is not a number", value=shown(value)))
    return number


def whole(value: object) -> int:
    """Return a whole number.

    :raises UnfitValueError: if the value is no number, or not a whole one.
    """
    number = decimal(value)
    if number != number.to_integral_value():
        raise UnfitValueError(message("{value} is not a whole number", value=shown(value)))
    return int(number)


def round_half_up(value: object, places: int = 2) -> Decimal:
    """Return a number rounded half up, away from zero, to ``places`` decimals.

    :raises UnfitValueError: if it is no number, or ``places`` not 0 to 12.
    """
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= _MOST_PLACES:
        raise UnfitValueError(message("{places} is not a number of decimals", places=shown(places)))
    return decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)


def rounded(value: object, places: int = 0) -> Decimal:
    """Return :func:`round_half_up`, to a whole number unless told: Jinja's ``round``."""
    return round_half_up(value, places)


def money(value: object) -> str:
    """Return an amount as ``30,068,750.00``; None prints nothing.

    :raises UnfitValueError: if it has more than two decimals.
    """
    return "" if value is None else f"{_at_most(value, _PLACES_OF_MONEY):,f}"


def plain(value: object) -> str:
    """Return a number in plain digits without superfluous zeros (``70``, ``6.5``).

    This is how amounts in 万元 are written; None prints nothing.
    """
    if value is None:
        return ""
    number = decimal(value)
    return f"{number.normalize(EXACT):f}" if number else "0"


def percent(value: object) -> str:
    """Return a percentage of at most two decimals, without ``%`` or superfluous zeros.

    :raises UnfitValueError: if it has more than two decimals.
    """
    return "" if value is None else plain(_at_most(value, _PLACES_OF_PERCENT))


def written(value: object) -> object:
    """Return a Decimal in plain digits, without an exponent; anything else as it is."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def shown(value: object) -> str:
    """Return a value as a refusal shows it, cut if it is long.

    An undefined name of a template complains here, under its own name.
    """
    text = str(value)
    return text if len(text) <= _MOST_DIGITS else f"{text[:_MOST_DIGITS]}…"


def _digits(value: float) -> str:
    if isinstance(value, int):
        # Turning a huge integer into digits is slow, and Python refuses it in the end.
        return "NaN" if value.bit_length() > 4 * _MOST_DIGITS else str(value)
    return repr(value)


def _at_most(value: object, places: int) -> Decimal:
    number = decimal(value)
    fitting = round_half_up(number, places)
    if fitting != number:
        raise UnfitValueError(
            message("{value} has more than {places} decimals", value=shown(value), places=places)
        )
    return fitting


ENTRIES = (
    Filter(
        name="decimal",
        also=("float",),
        call=decimal,
        takes=(AMOUNTS,),
        gives=A_NUMBER,
        says=UNSAID,
        does=message("an exact number, to compute with"),
        example=("'1409.50'|decimal + 1", "1410.50"),
    ),
    Filter(
        name="round",
        call=rounded,
        takes=(AMOUNTS,),
        gives=A_NUMBER,
        does=message("a number rounded half up: to a whole one, or to so many decimals"),
        example=("'2.345'|round(2)", "2.35"),
    ),
    Function(
        name="round_half_up",
        call=round_half_up,
        takes=(AMOUNTS, frozenset({Sort.INTEGER})),
        gives=A_NUMBER,
        does=message("a number rounded half up, to two decimals or as many as are named"),
        example=("round_half_up('2.345')", "2.35"),
    ),
    Filter(
        name="money",
        call=money,
        takes=(AMOUNTS,),
        gives=SOME_WORDS,
        says=UNSAID,
        does=message("an amount with two decimals, its thousands parted"),
        example=("'1234.5'|money", "1,234.50"),
    ),
    Filter(
        name="wan",
        call=plain,
        takes=(AMOUNTS,),
        gives=SOME_WORDS,
        says=UNSAID,
        does=message("a number without superfluous zeros, such as an amount in 万元"),
        example=("'6.50'|wan", "6.5"),
    ),
    Filter(
        name="percent",
        call=percent,
        takes=(AMOUNTS,),
        gives=SOME_WORDS,
        says=UNSAID,
        does=message("a percentage of at most two decimals, without superfluous zeros"),
        example=("'4.350'|percent", "4.35"),
    ),
)

"""What a bank computes of a loan: interest, and the class of its term."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from rmdocs.formatting.dates import day_of, months_before
from rmdocs.formatting.numbers import EXACT, decimal, shown, whole
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import message

_CENT = Decimal("0.01")
_PERCENT = 100
_YEAR = 12
_MEDIUM_YEARS = 5


def interest(balance: object, rate_pct: object, days: object, basis: object) -> Decimal:
    """Return balance · rate · days / basis, rounded half up to 0.01.

    :param rate_pct: per cent a year.
    :param days: negative days give negative interest; the rule about the dates
        says what is wrong with them.
    :param basis: days of a year, 360 or 365.
    :raises UnfitValueError: if one is no number, or ``basis`` not above 0.
    """
    year = whole(basis)
    if year <= 0:
        raise UnfitValueError(message("{basis} is not a number of days", basis=shown(basis)))
    # One division at the end: every step before it is exact.
    product = EXACT.multiply(
        EXACT.multiply(decimal(balance), decimal(rate_pct)), Decimal(whole(days))
    )
    return EXACT.divide(product, Decimal(year * _PERCENT)).quantize(_CENT, ROUND_HALF_UP, EXACT)


def term_class(start: object, end: object) -> str:
    """Return a loan's term, dates included: ``short``, ``medium`` or ``long``.

    Up to one year is short, up to five is medium (贷款通则 第八条).
    """
    first, last = day_of(start), day_of(end)
    if last <= months_before(first, -_YEAR):
        return "short"
    return "medium" if last <= months_before(first, -_YEAR * _MEDIUM_YEARS) else "long"

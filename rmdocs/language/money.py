"""Money: amounts in capital Chinese numerals (大写) and back, currencies, interest, terms.

One canonical form is written; every form 支付结算办法 附一 allows is read, and no other.
Both come from one spelling with marks where 附一 leaves a choice. Foreign
currencies are written the same way, their name in place of 人民币.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from rmdocs.classes import dataclass
from rmdocs.language.dates import day_of, months_before
from rmdocs.language.functions import Filter, Function
from rmdocs.language.numbers import EXACT, UnfitValueError, decimal, round_half_up, shown, whole
from rmdocs.language.shapes import A_NUMBER, AMOUNTS, DAYS, SOME_WORDS, TEXTS
from rmdocs.messages import listed, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency.

    :param code: ISO 4217.
    :param name: Chinese name, directly before the amount in words.
    :param symbol: what stands before the digits, unlike that of any other.
    """

    code: str
    name: str
    symbol: str


_ALL = (
    Currency(code="CNY", name="人民币", symbol="¥"),
    Currency(code="USD", name="美元", symbol="US$"),
    Currency(code="EUR", name="欧元", symbol="€"),
    Currency(code="HKD", name="港元", symbol="HK$"),
    Currency(code="JPY", name="日元", symbol="JP¥"),
    Currency(code="GBP", name="英镑", symbol="£"),
    Currency(code="AUD", name="澳元", symbol="A$"),
    Currency(code="CAD", name="加元", symbol="C$"),
    Currency(code="CHF", name="瑞士法郎", symbol="CHF"),
    Currency(code="SGD", name="新加坡元", symbol="S$"),
    Currency(code="KRW", name="韩元", symbol="₩"),
)
CURRENCIES = MappingProxyType({each.code: each for each in _ALL})


def currency_of(code: object) -> Currency:
    """Return the currency with an ISO 4217 code.

    :raises UnfitValueError: if it is none of those known here.
    """
    found = CURRENCIES.get(code) if isinstance(code, str) else None
    if found is None:
        raise UnfitValueError(
            message(
                "the currency {code} is not known; known are {known}",
                code=shown(code),
                known=listed(CURRENCIES),
            )
        )
    return found


def currency_name(code: object) -> str:
    """Return a currency's Chinese name (``美元``); None prints nothing."""
    return "" if code is None else currency_of(code).name


def currency_symbol(code: object) -> str:
    """Return a currency's symbol (``US$``); None prints nothing."""
    return "" if code is None else currency_of(code).symbol


LIMIT = Decimal(10) ** 12
"""Amounts from here on are not written; 附一 shows none, and 万亿 is read two ways."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
_THOUSAND = 1000
_UNIT = 100  # in hundredths
_LONGEST = 60

# Marks in a spelling: what is written in brackets may be there or not.
_WRITTEN = "[零]"  # canonical has it
_LEFT_OUT = "(零)"  # canonical has it not
_END_LEFT_OUT = "(整)"

# Traditional signs that banks must accept, and 正 for 整 (附一 第一、二条).
_ACCEPTED = str.maketrans("貳貮參叄陸億萬圓圆正", "贰贰叁叁陆亿万元元整")


def rmb_words(amount: object, currency: str = "CNY") -> str:
    """Return an amount in capital numerals, such as ``人民币壹佰元整``.

    :param amount: in units of the currency; below 10^12, at most two decimals.
    :param currency: its ISO 4217 code.
    :raises UnfitValueError: if the amount is negative, too large or too fine,
        or the currency is not known.
    """
    number = decimal(amount)
    money = currency_of(currency)
    if number < 0:
        reason = message("a negative amount cannot be written in words: {amount}", amount=number)
    elif number >= LIMIT:
        reason = message(
            "amounts from 1,000,000,000,000 cannot be written in words: {amount}", amount=number
        )
    elif round_half_up(number) != number:
        reason = message(
            "an amount with more than two decimals cannot be written in words: {amount}",
            amount=number,
        )
    else:
        return money.name + _canonical(_spelling(int(number * _UNIT)))
    raise UnfitValueError(reason)


def read_words(text: str) -> tuple[str, Decimal]:
    """Return currency code and amount that are written in capital numerals.

    :raises UnfitValueError: if 附一 does not allow the writing.
    """
    for money in CURRENCIES.values():
        amount = _read(text, money) if text.startswith(money.name) else None
        if amount is not None:
            return money.code, amount
    raise UnfitValueError(message("“{text}” is not an amount in words", text=shown(text)))


def copies_words(count: object) -> str:
    """Return a count of copies in capital numerals (``肆``); None prints nothing.

    :raises UnfitValueError: if it is no whole number from 0 to below 10^12.
    """
    if count is None:
        return ""
    number = whole(count)
    if not 0 <= number < LIMIT:
        raise UnfitValueError(message("{count} is not a number of copies", count=shown(count)))
    return _canonical(_integer(number)) or _DIGITS[0]


def _canonical(spelling: str) -> str:
    return spelling.replace(_WRITTEN, "零").replace(_LEFT_OUT, "").replace(_END_LEFT_OUT, "")


def _pattern(spelling: str) -> str:
    """Return a spelling as a regular expression of all its legal forms."""
    return spelling.replace(_WRITTEN, "零?").replace(_LEFT_OUT, "零?").replace(_END_LEFT_OUT, "整?")


def _spelling(cents: int) -> str:
    """Return the spelling of an amount without its currency, choices marked."""
    units, (jiao, fen) = cents // _UNIT, divmod(cents % _UNIT, 10)
    if not units and (jiao or fen):
        return _tail(jiao, fen)
    text = f"{_integer(units) or _DIGITS[0]}元"
    if not jiao and not fen:
        return f"{text}整"
    if not jiao:
        text += "零"  # 附一 第五条（四）
    elif units % 10 == 0:
        text += _WRITTEN  # 附一 第五条（三）
    return text + _tail(jiao, fen)


def _tail(jiao: int, fen: int) -> str:
    text = f"{_DIGITS[jiao]}角" if jiao else ""
    return f"{text}{_DIGITS[fen]}分" if fen else f"{text}{_END_LEFT_OUT}"


def _integer(number: int) -> str:
    """Return a number below 10^12 in groups of four digits; 0 as nothing."""
    text, skipped, ends_in_zero = "", False, False
    for place in (2, 1, 0):
        group = number // 10 ** (4 * place) % 10_000
        if not group:
            skipped = True
            continue
        if text:
            text += _between(group, skipped=skipped, ends_in_zero=ends_in_zero)
        text += _group(group) + _GROUPS[place]
        skipped, ends_in_zero = False, group % 10 == 0
    return text


def _between(group: int, *, skipped: bool, ends_in_zero: bool) -> str:
    """Return the 零 between a group of four digits and the one before it (附一 第五条)."""
    if group < _THOUSAND:
        return "零"
    if skipped:
        # 100,005,000: 零 may go, but 壹亿伍仟 is heard as 150,000,000.
        return _WRITTEN
    return _LEFT_OUT if ends_in_zero else ""


def _group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


def _read(text: str, money: Currency) -> Decimal | None:
    """Return the amount of a text that starts with the currency's name, if it is legal.

    First read loosely, then compared with every legal form of what was read.
    """
    words = text.removeprefix(money.name).translate(_ACCEPTED)
    if len(words) > _LONGEST:
        return None
    units, found, rest = words.partition("元")
    if not found:
        units, rest = "", words
    cents = _read_integer(units) * _UNIT + _read_tail(rest)
    if cents >= LIMIT * _UNIT:
        return None
    legal = _pattern(_spelling(cents))
    if found and 0 < cents < _UNIT:
        legal = f"零元零?{legal}"  # 附一 shows no amount below 元; this says the same as 伍角
    return Decimal(cents).scaleb(-2) if re.fullmatch(legal, words) else None


def _read_tail(text: str) -> int:
    cents = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            cents += digit * {"角": 10, "分": 1}.get(sign, 0)
            digit = 0
    return cents


def _read_integer(text: str) -> int:
    total = group = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        elif sign in _PLACES[1:]:
            group += digit * 10 ** _PLACES.index(sign)
            digit = 0
        elif sign in _GROUPS[1:]:
            total += (group + digit) * 10 ** (4 * _GROUPS.index(sign))
            group = digit = 0
    return total + group + digit


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


ENTRIES = (
    Filter(
        name="rmb_words",
        call=rmb_words,
        takes=(AMOUNTS, TEXTS),
        gives=SOME_WORDS,
        says=message(" (in capital characters)"),
        does=message("an amount in capital characters (大写), of another currency by its code"),
        example=("'100'|rmb_words", "人民币壹佰元整"),
    ),
    Filter(
        name="copies_words",
        call=copies_words,
        takes=(AMOUNTS,),
        gives=SOME_WORDS,
        does=message("a number of copies in capital characters"),
        example=("4|copies_words", "肆"),
    ),
    Filter(
        name="currency_name",
        call=currency_name,
        takes=(TEXTS,),
        gives=SOME_WORDS,
        does=message("the Chinese name of a currency"),
        example=("'USD'|currency_name", "美元"),
    ),
    Filter(
        name="currency_symbol",
        call=currency_symbol,
        takes=(TEXTS,),
        gives=SOME_WORDS,
        does=message("the symbol of a currency"),
        example=("'CNY'|currency_symbol", "¥"),
    ),
    Function(
        name="interest",
        call=interest,
        takes=(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS),
        gives=A_NUMBER,
        says=message("interest on"),
        does=message(
            "the interest on a balance, at so many per cent a year, for so many days "
            "of a year of 360 or 365"
        ),
        example=("interest('10000', '4.35', 30, 360)", "36.25"),
    ),
    Function(
        name="term_class",
        call=term_class,
        takes=(DAYS, DAYS),
        gives=SOME_WORDS,
        says=message("term class of"),
        does=message("a loan's term: short (up to one year), medium (up to five) or long"),
        example=("term_class('2026-01-15', '2027-01-15')", "short"),
    ),
)

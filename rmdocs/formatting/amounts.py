"""Amounts in capital Chinese numerals and back (支付结算办法 附一), and plain money.

One canonical form is written; the other legal forms are read too.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CURRENCIES = {
    "CNY": ("人民币", "¥"),
    "USD": ("美元", "US$"),
    "EUR": ("欧元", "€"),
    "HKD": ("港元", "HK$"),
    "JPY": ("日元", "JP¥"),
    "GBP": ("英镑", "£"),
    "AUD": ("澳元", "A$"),
    "CAD": ("加元", "C$"),
    "CHF": ("瑞士法郎", "CHF"),
    "SGD": ("新加坡元", "S$"),
    "KRW": ("韩元", "₩"),
}
LIMIT = Decimal(10) ** 12
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
_CENT = Decimal("0.01")


def decimal(value: object) -> Decimal:
    """Return a number exactly; text, integer or Decimal.

    :raises ValueError: if it is not a finite number.
    """
    if isinstance(value, bool) or value is None:
        reason = f"{value!r} is not a number"
        raise ValueError(reason)
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as problem:
        reason = f"{value!r} is not a number"
        raise ValueError(reason) from problem
    if not number.is_finite():
        reason = f"{value!r} is not a finite number"
        raise ValueError(reason)
    return number


def round_half_up(value: object, places: int = 2) -> Decimal:
    """Return a number rounded half up, as money is."""
    return decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def money(value: object) -> str:
    """Return an amount with thousands separators and two places; None prints nothing."""
    return "" if value is None else f"{round_half_up(value):,}"


def plain(value: object) -> str:
    """Return a number without superfluous zeros (``70``, ``6.5``)."""
    if value is None:
        return ""
    number = decimal(value)
    return f"{number.normalize():f}" if number else "0"


def rmb_words(amount: object, currency: str = "CNY") -> str:
    """Return an amount in capital numerals, such as ``人民币壹佰元整``.

    :raises ValueError: if it is negative, 10^12 or more, has more than two
        places, or the currency is unknown.
    """
    number = decimal(amount)
    if currency not in CURRENCIES:
        reason = f"currency {currency!r} is not known"
        raise ValueError(reason)
    if not 0 <= number < LIMIT or number != number.quantize(_CENT):
        reason = f"{amount} cannot be written in words"
        raise ValueError(reason)
    return CURRENCIES[currency][0] + _words(int(number * 100))


def _words(cents: int) -> str:
    whole, (jiao, fen) = cents // 100, divmod(cents % 100, 10)
    text = f"{_integer(whole)}元" if whole else ""
    if not jiao and not fen:
        return f"{text or '零元'}整"
    if whole and (not jiao or whole % 10 == 0):
        text += "零"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    return text + (f"{_DIGITS[fen]}分" if fen else "")


def _integer(number: int) -> str:
    text, gap = "", False
    for place in (2, 1, 0):
        group = number // 10 ** (4 * place) % 10_000
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):  # noqa: PLR2004 - no thousands digit
            text += "零"
        text += _group(group) + _GROUPS[place]
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


def read_words(text: str) -> tuple[str, Decimal]:
    """Return currency and amount written in capital numerals.

    :raises ValueError: if it is not an amount, or not a legal way to write it.
    """
    for code, (name, _) in CURRENCIES.items():
        if text.startswith(name):
            amount = _read(text.removeprefix(name))
            if _loose(rmb_words(amount, code)) == _loose(text):
                return code, amount
    reason = f"{text!r} is not an amount in words"
    raise ValueError(reason)


def _loose(text: str) -> str:
    """Return a text without what may legally be there or not: 零 and 整 (正)."""
    return text.rstrip("整正").replace("零", "")


def _read(text: str) -> Decimal:
    whole, found, rest = text.partition("元")
    if not found:
        whole, rest = "", text
    cents = 0
    digit = 0
    for character in rest.rstrip("整正"):
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        else:
            cents += digit * {"角": 10, "分": 1}.get(character, 0)
            digit = 0
    return Decimal(_read_integer(whole) * 100 + cents).scaleb(-2)


def _read_integer(text: str) -> int:
    total = group = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        elif character in _PLACES[1:]:
            group += digit * 10 ** _PLACES.index(character)
            digit = 0
        elif character in _GROUPS[1:]:
            total += (group + digit) * 10 ** (4 * _GROUPS.index(character))
            group = digit = 0
    return total + group + digit


def copies_words(number: int) -> str:
    """Return a count of copies in capital numerals (``肆``)."""
    return _integer(int(number)) if number else _DIGITS[0]


def currency_name(code: str) -> str:
    """Return a currency's Chinese name; an unknown code stands for itself."""
    return CURRENCIES.get(code, (code, code))[0]


def currency_symbol(code: str) -> str:
    """Return a currency's symbol; an unknown code stands for itself."""
    return CURRENCIES.get(code, (code, code))[1]


def interest(balance: object, rate_pct: object, days: int, basis: int) -> Decimal:
    """Return balance · rate · days / basis, half up to 0.01.

    :param rate_pct: per cent a year. :param basis: days of a year, 360 or 365.
    """
    exact = decimal(balance) * decimal(rate_pct) * days / (decimal(basis) * 100)
    return round_half_up(exact)

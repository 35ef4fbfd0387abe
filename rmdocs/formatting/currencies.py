"""Currencies: the Chinese name that opens an amount in words, and the symbol."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from rmdocs.formatting.numbers import shown
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import listed, message


@dataclass(frozen=True, slots=True)
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
    Currency("CNY", "人民币", "¥"),
    Currency("USD", "美元", "US$"),
    Currency("EUR", "欧元", "€"),
    Currency("HKD", "港元", "HK$"),
    Currency("JPY", "日元", "JP¥"),
    Currency("GBP", "英镑", "£"),
    Currency("AUD", "澳元", "A$"),
    Currency("CAD", "加元", "C$"),
    Currency("CHF", "瑞士法郎", "CHF"),
    Currency("SGD", "新加坡元", "S$"),
    Currency("KRW", "韩元", "₩"),
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

"""Amounts as cells show them: ``(1,200.50)``, ``¥ 3,000.00``, ``3000.0万元``, ``3.30%``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

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


def shown(text: str) -> Amount | None:
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


def foreign(text: str) -> str | None:
    """Return the sign of another currency than the yuan in a text, or None."""
    match = _FOREIGN.search(text)
    return match[0] if match else None

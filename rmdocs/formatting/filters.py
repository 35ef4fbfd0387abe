"""The names that rules and templates use for the functions of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rmdocs.formatting import amounts, codes, dates, runs

_CN_DIGITS = "零一二三四五六七八九"
_SHOWN = 4


def or_slash(value: object) -> object:
    """Return the value, or “/” where nothing was given: no blank stays blank."""
    return "/" if value in (None, "", (), []) else value


def or_none_cn(value: object) -> object:
    """Return the value, or 无 where nothing was given."""
    return "无" if value in (None, "", (), []) else value


def join_cn(values: Iterable[object] | None) -> str:
    """Return the items joined by the Chinese enumeration comma."""
    return "、".join(str(value) for value in values or ())


def masked(value: object) -> str:
    """Return an account number with all but the first and last four signs hidden."""
    text = "" if value is None else str(value)
    if len(text) <= 2 * _SHOWN:
        return "*" * len(text)
    return text[:_SHOWN] + "*" * (len(text) - 2 * _SHOWN) + text[-_SHOWN:]


def masked_name(value: object) -> str:
    """Return a name of which only the first sign shows."""
    text = "" if value is None else str(value)
    return text[:1] + "*" * (len(text) - 1)


def quarter_cn(quarter: int) -> str:
    """Return ``第一季度``."""
    return f"第{_CN_DIGITS[int(quarter)]}季度"


def percent(value: object) -> str:
    """Return a percentage without superfluous zeros, no sign behind it."""
    return amounts.plain(value)


def yesno_cn(value: object) -> str:
    """Return 是 or 否."""
    return "是" if value else "否"


def unique(values: Iterable[object]) -> tuple[object, ...]:
    """Return the items, each once, in order."""
    return tuple(dict.fromkeys(values))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "decimal": amounts.decimal,
    "as_date": dates.as_date,
    "cn_date": dates.cn_date,
    "date": dates.iso_date,
    "rmb_words": amounts.rmb_words,
    "money": amounts.money,
    "wan": amounts.plain,
    "percent": percent,
    "copies_words": amounts.copies_words,
    "currency_name": amounts.currency_name,
    "currency_symbol": amounts.currency_symbol,
    "checked": runs.checked,
    "choices": runs.choices,
    "filled": runs.filled,
    "struck": runs.struck,
    "masked": masked,
    "masked_name": masked_name,
    "or_slash": or_slash,
    "or_none_cn": or_none_cn,
    "join_cn": join_cn,
    "quarter_cn": quarter_cn,
    "yesno_cn": yesno_cn,
    "unique": unique,
}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "is_uscc": codes.is_uscc,
    "uscc_org_check": codes.uscc_org_check,
    "is_phone": codes.is_phone,
    "is_mobile": codes.is_mobile,
    "is_postcode": codes.is_postcode,
    "working_days_between": dates.working_days_between,
    "next_working_day": dates.next_working_day,
    "months_before": dates.months_before,
    "days_between": dates.days_between,
    "term_class": dates.term_class,
    "interest": amounts.interest,
    "round_half_up": amounts.round_half_up,
}

"""The names by which rules and templates call the functions of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rmdocs.formatting import amounts, codes, currencies, dates, loans, marks, numbers, runs, words

FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "decimal": numbers.decimal,
        "money": numbers.money,
        "wan": numbers.plain,
        "percent": numbers.percent,
        "round": numbers.rounded,
        "rmb_words": amounts.rmb_words,
        "copies_words": amounts.copies_words,
        "currency_name": currencies.currency_name,
        "currency_symbol": currencies.currency_symbol,
        "as_date": dates.as_date,
        "cn_date": dates.cn_date,
        "date": dates.iso_date,
        "checked": marks.checked,
        "pick": marks.pick,
        "choices": runs.choices,
        "filled": runs.filled,
        "struck": runs.struck,
        "masked": words.masked,
        "masked_name": words.masked_name,
        "or_slash": words.or_slash,
        "or_none_cn": words.or_none_cn,
        "join_cn": words.join_cn,
        "quarter_cn": words.quarter_cn,
        "yesno_cn": words.yesno_cn,
        "unique": words.unique,
        "folded": words.folded,
        "folded_number": words.folded_number,
    }
)
"""Called as ``value|name``. ``choices``, ``filled`` and ``struck`` need ``{{r … }}``."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "is_uscc": codes.is_uscc,
        "uscc_org_check": codes.uscc_org_check,
        "is_phone": codes.is_phone,
        "is_mobile": codes.is_mobile,
        "is_postcode": codes.is_postcode,
        "days_between": dates.days_between,
        "working_days_between": dates.working_days_between,
        "next_working_day": dates.next_working_day,
        "months_before": dates.months_before,
        "days_before": dates.days_before,
        "term_class": loans.term_class,
        "interest": loans.interest,
        "round_half_up": numbers.round_half_up,
    }
)
"""Called as ``name(value)``."""

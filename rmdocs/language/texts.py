"""Texts a form prints or asks for: short words, lists, masks, and the codes of business.

Questions about codes (统一社会信用代码, telephone, postcode) are answered yes or no;
anything that is no text is a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rmdocs.characters import fold, fold_number
from rmdocs.language.functions import UNSAID, Filter, Function, same_items, same_value
from rmdocs.language.numbers import UnfitValueError, shown, whole, written
from rmdocs.language.shapes import (
    A_BOOLEAN,
    A_TEXT,
    AMOUNTS,
    LISTS,
    PRINTED,
    SOME_WORDS,
    TEXTS,
    YES_OR_NO,
)
from rmdocs.messages import message

_QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
_SHOWN = 4


def or_slash(value: object) -> object:
    """Return the value, or “/” where nothing was given: no blank stays blank."""
    return "/" if _nothing(value) else value


def or_none_cn(value: object) -> object:
    """Return the value, or 无 where nothing was given."""
    return "无" if _nothing(value) else value


def join_cn(values: Iterable[object] | None) -> str:
    """Return the items joined by the Chinese enumeration comma; None prints nothing.

    :raises UnfitValueError: if it is no list of texts and numbers.
    """
    if values is None:
        return ""
    items = tuple(_listed(values))
    if any(isinstance(item, (Mapping, list, tuple)) or item is None for item in items):
        raise UnfitValueError(
            message("only texts and numbers can be joined: use “map(attribute='…')” before")
        )
    return "、".join(str(written(item)) for item in items)


def quarter_cn(quarter: object) -> str:
    """Return ``第一季度`` for 1; None prints nothing.

    :raises UnfitValueError: if it is not 1 to 4.
    """
    if quarter is None:
        return ""
    number = whole(quarter)
    if not 1 <= number <= len(_QUARTERS):
        raise UnfitValueError(message("{value} is not a quarter", value=shown(quarter)))
    return _QUARTERS[number - 1]


def yesno_cn(value: object) -> str:
    """Return 是 or 否; None prints nothing."""
    if value is None:
        return ""
    return "是" if value else "否"


def masked(value: object) -> str:
    """Return an account number of which only the first and last four signs show.

    One of eight signs or fewer shows nothing. None prints nothing.
    """
    text = "" if value is None else str(value)
    if len(text) <= 2 * _SHOWN:
        return "*" * len(text)
    return f"{text[:_SHOWN]}{'*' * (len(text) - 2 * _SHOWN)}{text[-_SHOWN:]}"


def masked_name(value: object) -> str:
    """Return a person's name of which only the first sign shows; None prints nothing."""
    text = "" if value is None else str(value)
    return text[:1] + "*" * (len(text) - 1)


def folded(value: object) -> object:
    """Return a name as it is compared with others, however it was typed; None stays None.

    ``a|folded != b|folded`` asks whether two names are two: full-width forms, case,
    spaces and what nobody sees do not make a name another.
    """
    return fold(value) if isinstance(value, str) else value


def folded_number(value: object) -> object:
    """Return a number that somebody else gave as it is compared with others; None stays None.

    As :func:`folded`, and whichever dashes, brackets, quotes and slashes it was typed
    with: every dash is ``-``, so that ``a|folded_number|replace('-', '')`` has none.
    """
    return fold_number(value) if isinstance(value, str) else value


def unique(values: Iterable[object]) -> tuple[object, ...]:
    """Return the items, each once, in their first order.

    :raises UnfitValueError: if it is no list.
    """
    # Texts and numbers are looked up; what cannot be is compared with each before it.
    seen: set[object] = set()
    others: list[object] = []
    found: list[object] = []
    for value in _listed(values):
        try:
            fresh = value not in seen
            seen.add(value)
        except TypeError:
            fresh = value not in others
            others.append(value)
        if fresh:
            found.append(value)
    return tuple(found)


def _listed(values: object) -> Iterable[object]:
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise UnfitValueError(message("{value} is not a list", value=shown(values)))
    return values


def _nothing(value: object) -> bool:
    return value is None or value in ("", (), [])


_CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {sign: value for value, sign in enumerate(_CHARSET)}
_BASE = 31
_WEIGHTS = tuple(pow(3, place, _BASE) for place in range(17))
_USCC = re.compile(f"[{_CHARSET}]{{18}}")
_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_BASE = 11
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[1-9][0-9]{6,7}((-|转)[0-9]{1,6})?")
_POSTCODE = re.compile(r"[0-9]{6}")


def is_uscc(code: object) -> bool:
    """Return whether a 统一社会信用代码 is well formed (GB 32100-2015); case is not looked at."""
    text = _text(code).upper()
    if not _USCC.fullmatch(text):
        return False
    total = sum(_VALUES[sign] * weight for sign, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _VALUES[text[17]] == -total % _BASE


def uscc_org_check(code: object) -> bool:
    """Return whether positions 9 to 17 pass the check of the organisation code (GB 11714)."""
    text = _text(code).upper()[8:17]
    if not _ORGANISATION.fullmatch(text):
        return False
    signs = zip(text[:8], _ORGANISATION_WEIGHTS, strict=True)
    total = sum(int(sign, 36) * weight for sign, weight in signs)
    return "0123456789X"[-total % _ORGANISATION_BASE] == text[8]


def is_mobile(number: object) -> bool:
    """Return whether a text is a mobile number: eleven digits from 13 to 19."""
    return _MOBILE.fullmatch(_text(number)) is not None


def is_phone(number: object) -> bool:
    """Return whether a text is a mobile number, or area code and 7 or 8 digits.

    An extension may follow: ``0531-55510010-123`` or ``0531-55510010转123``.
    """
    text = _text(number)
    return is_mobile(text) or _LANDLINE.fullmatch(text) is not None


def is_postcode(code: object) -> bool:
    """Return whether a text is a postcode of six digits."""
    return _POSTCODE.fullmatch(_text(code)) is not None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    shown(value)  # an undefined name complains here
    return ""


ENTRIES = (
    Filter(
        name="or_slash",
        call=or_slash,
        gives=same_value,
        says=UNSAID,
        does=message("the value, or / where nothing was given"),
        example=("none|or_slash", "/"),
    ),
    Filter(
        name="or_none_cn",
        call=or_none_cn,
        gives=same_value,
        says=UNSAID,
        does=message("the value, or 无 where nothing was given"),
        example=("none|or_none_cn", "无"),
    ),
    Filter(
        name="join_cn",
        call=join_cn,
        takes=(LISTS,),
        gives=A_TEXT,
        says=UNSAID,
        does=message("the items of a list, parted by 、"),
        example=("['甲', '乙']|join_cn", "甲、乙"),
    ),
    Filter(
        name="unique",
        call=unique,
        takes=(LISTS,),
        gives=same_items,
        says=message(" (each once)"),
        does=message("the items of a list, each once"),
        example=("['甲', '乙', '甲']|unique|list", "['甲', '乙']"),
    ),
    Filter(
        name="quarter_cn",
        call=quarter_cn,
        takes=(AMOUNTS,),
        gives=SOME_WORDS,
        does=message("a quarter of a year in Chinese"),
        example=("1|quarter_cn", "第一季度"),
    ),
    Filter(
        name="yesno_cn",
        call=yesno_cn,
        takes=(YES_OR_NO,),
        gives=SOME_WORDS,
        says=UNSAID,
        does=message("是 or 否"),
        example=("true|yesno_cn", "是"),
    ),
    Filter(
        name="masked",
        call=masked,
        takes=(PRINTED,),
        gives=SOME_WORDS,
        says=message(" (partly hidden)"),
        does=message("a number of which only the first and last four signs show"),
        example=("'3700123412340011'|masked", "3700********0011"),
    ),
    Filter(
        name="masked_name",
        call=masked_name,
        takes=(TEXTS,),
        gives=SOME_WORDS,
        does=message("a person's name of which only the first sign shows"),
        example=("'王小明'|masked_name", "王**"),
    ),
    Filter(
        name="folded",
        call=folded,
        gives=same_value,
        does=message("a name as it is compared with others, however it was typed"),
        example=("'ＡＢＣ 公司'|folded == 'abc公司'|folded", "true"),
    ),
    Filter(
        name="folded_number",
        call=folded_number,
        gives=same_value,
        does=message(
            "a number that others gave as it is compared: as “folded”, and whichever dashes, "
            "brackets, quotes and slashes it was typed with; every dash is -"
        ),
        example=("'〔2026〕1号'|folded_number == '[2026]1号'|folded_number", "true"),
    ),
    Function(
        name="is_uscc",
        call=is_uscc,
        takes=(TEXTS,),
        gives=A_BOOLEAN,
        says=message("valid credit code"),
        does=message("whether a 统一社会信用代码 is well formed (GB 32100-2015)"),
        example=("is_uscc('91370112MA3DEM019E')", "true"),
    ),
    Function(
        name="uscc_org_check",
        call=uscc_org_check,
        takes=(TEXTS,),
        gives=A_BOOLEAN,
        says=message("right check character of the organisation code"),
        does=message("whether the organisation code in a 统一社会信用代码 is right (GB 11714)"),
        example=("uscc_org_check('91370112MA3DEM019E')", "true"),
    ),
    Function(
        name="is_phone",
        call=is_phone,
        takes=(TEXTS,),
        gives=A_BOOLEAN,
        says=message("valid phone number"),
        does=message("whether a text is a mobile number, or a landline with its area code"),
        example=("is_phone('0531-55510010转123')", "true"),
    ),
    Function(
        name="is_mobile",
        call=is_mobile,
        takes=(TEXTS,),
        gives=A_BOOLEAN,
        does=message("whether a text is a mobile number: eleven digits from 13 to 19"),
        example=("is_mobile('0531-55510010')", "false"),
    ),
    Function(
        name="is_postcode",
        call=is_postcode,
        takes=(TEXTS,),
        gives=A_BOOLEAN,
        says=message("valid postcode"),
        does=message("whether a text is a postcode of six digits"),
        example=("is_postcode('250000')", "true"),
    ),
)

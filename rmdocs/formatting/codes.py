"""Codes of Chinese business: 统一社会信用代码, organisation code, phone, postcode.

Each answers yes or no about a text; anything that is no text is a no.
"""

from __future__ import annotations

import re

from rmdocs.formatting.numbers import shown

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

"""Codes and numbers of Chinese business: USCC, organisation code, phone, postcode."""

from __future__ import annotations

import re

_CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BASE = 31
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?", re.ASCII)


def is_uscc(code: object) -> bool:
    """Return whether a 统一社会信用代码 is well formed (GB 32100-2015 §4)."""
    text = str(code).upper()
    if not re.fullmatch(f"[{_CHARSET}]{{18}}", text):
        return False
    total = sum(_CHARSET.index(sign) * pow(3, place, _BASE) for place, sign in enumerate(text[:17]))
    return _CHARSET[(_BASE - total % _BASE) % _BASE] == text[17]


def uscc_org_check(code: object) -> bool:
    """Return whether places 9–17 are an organisation code (GB 11714-1997)."""
    text = str(code).upper()[8:17]
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", text):
        return False
    total = sum(int(sign, 36) * weight for sign, weight in zip(text, _ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X0"[11 - total % 11] == text[8]


def is_mobile(text: object) -> bool:
    """Return whether a text is a mobile number of eleven digits."""
    return bool(_MOBILE.fullmatch(str(text)))


def is_phone(text: object) -> bool:
    """Return whether a text is a mobile number, or area code and number."""
    return is_mobile(text) or bool(_LANDLINE.fullmatch(str(text)))


def is_postcode(text: object) -> bool:
    """Return whether a text is a postcode of six digits."""
    return bool(re.fullmatch(r"\d{6}", str(text), re.ASCII))

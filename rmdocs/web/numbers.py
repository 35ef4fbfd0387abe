"""Whole numbers that a browser sends, in an address or in a form.

Python makes none of more than some thousand digits, and several of signs that are no digits
here: whoever reads one reads it by these.
"""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor

from rmdocs.characters import whole_number

_DIGITS = 9
"""Digits that a number has at most: more than any count, edition or version of a store."""


def whole(text: str) -> int | None:
    """Return the number that a text says in digits; None if it says none."""
    return whole_number(text) if len(text) <= _DIGITS else None


class _WholeInAddress(IntegerConvertor):
    """A number in an address, as ``{place:whole}``; a longer one leads to no page."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


register_url_convertor("whole", _WholeInAddress())

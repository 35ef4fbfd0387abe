"""Short words a form prints: for what is missing, lists, quarters, yes and no, masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rmdocs.characters import fold, fold_number
from rmdocs.formatting.numbers import shown, whole, written
from rmdocs.formatting.unfit import UnfitValueError
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
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise UnfitValueError(message("{value} is not a list", value=shown(values)))
    items = tuple(values)
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
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise UnfitValueError(message("{value} is not a list", value=shown(values)))
    # Texts and numbers are looked up; what cannot be is compared with each before it.
    seen: set[object] = set()
    others: list[object] = []
    found: list[object] = []
    for value in values:
        try:
            fresh = value not in seen
            seen.add(value)
        except TypeError:
            fresh = value not in others
            others.append(value)
        if fresh:
            found.append(value)
    return tuple(found)


def _nothing(value: object) -> bool:
    return value is None or value in ("", (), [])

"""Arithmetic of expressions: exact, and never larger than a form needs.

Numbers with a fraction are Decimals, so 0.1 + 0.2 is 0.3; a product or a
repeated text that would fill the memory is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rmdocs.formatting.numbers import EXACT, decimal, shown
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import message

INTERCEPTED = frozenset({"+", "-", "*", "/", "//", "%", "**"})
"""Every operator of arithmetic Jinja knows."""

_LONGEST = 100_000
_MOST_BITS = 256
_LARGEST_EXPONENT = 64
_DECIMALS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": EXACT.divide,
    "//": EXACT.divide_int,
    "%": EXACT.remainder,
    "**": EXACT.power,
}


def compute(
    operator: str,
    left: Any,  # noqa: ANN401 - whatever an expression computes with
    right: Any,  # noqa: ANN401 - whatever a template holds
    plain: Callable[[Any, Any], Any],
) -> Any:  # noqa: ANN401 - whatever a template holds
    """Return ``left operator right``.

    :param plain: Python's own operator, for what is neither number nor text.
    :raises UnfitValueError: if the result would be too large, or ``%`` is to
        format a text.
    """
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return _numbers(operator, left, right, plain)
    if isinstance(left, str) and operator == "%":
        raise UnfitValueError(message("texts are joined with ~, not with %"))
    size = _length(operator, left, right)
    if size > _LONGEST:
        raise UnfitValueError(message("the result would have {size} items", size=shown(size)))
    return plain(left, right)


def _numbers(
    operator: str,
    left: float | Decimal,
    right: float | Decimal,
    plain: Callable[[Any, Any], Any],
) -> Any:  # noqa: ANN401 - integer or Decimal
    if operator == "**" and not 0 <= right <= _LARGEST_EXPONENT:
        raise UnfitValueError(message("the exponent {right} is too large", right=shown(right)))
    if operator != "/" and isinstance(left, int) and isinstance(right, int):
        longest = left.bit_length() * (right if operator == "**" else 1)
        if max(longest, right.bit_length()) > _MOST_BITS:
            raise UnfitValueError(message("the number would have too many digits"))
        return plain(left, right)
    return _DECIMALS[operator](decimal(_number(left)), decimal(_number(right)))


def _number(value: float | Decimal) -> float | Decimal:
    return int(value) if isinstance(value, bool) else value


def _length(operator: str, left: object, right: object) -> int:
    """Return how many items a text or list would have; 0 for anything else."""
    if operator == "*":
        for items, count in ((left, right), (right, left)):
            if isinstance(items, Sequence) and isinstance(count, int):
                return len(items) * max(count, 0)
    if operator == "+" and isinstance(left, Sequence) and isinstance(right, Sequence):
        return len(left) + len(right)
    return 0

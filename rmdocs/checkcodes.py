"""The check code (核验码) that every document prints: how its ledger stood when it was made.

``12·0A1B-2C3D-4E5F-6G7H-8J9K2``: the number of events, and the first 100 bits of the root over
them, in signs that are not taken for one another (Crockford's base 32), with a check sign behind.
So a person types it from paper, and a sign read or typed wrongly is told as that. Documents of
before print twelve hexadecimal digits of the root, without a check sign: ``12·0a1b2c3d4e5f``.
The first document of a ledger prints ``0``. Clause: ISO 15489-1 §5.2.2.3 (integrity).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Self

from rmdocs.characters import narrow
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.messages import Text, message

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without signs that look like another (Crockford), by their value."""
ROOT_SIGNS = 20
"""Signs of the root in a check code: 100 bits, so that nobody finds another root with the same."""

ENOUGH = 100
"""Bits of a root below which whoever has every key could make another history that fits."""

_VALUES = {sign: value for value, sign in enumerate(SIGNS)}
_SIGN_BITS, _DIGIT_BITS, _ROOT_DIGITS, _OLD_DIGITS = 5, 4, 25, 12
_GROUP, _GROUPED = 4, 16
_FIELD = 0b100101
"""x⁵ + x² + 1: by it the signs are the elements of a field of 32, in which the sum is formed."""
_SIZE_DIGITS = 9
_MEANT = str.maketrans("OILU", "011V")
"""What stands in no check code, and what somebody saw who types it."""
_PRINTED = re.compile(
    rf"(?<![\d+\-\u2212])([1-9]\d{{0,8}})\s?[·・.]\s?((?:[{SIGNS}]{{4}}-){{4}}[{SIGNS}]{{5}}(?![A-Z0-9])"
    r"|[0-9a-f]{12}(?![0-9a-f]))",
    re.ASCII,
)
_BETWEEN = r"[\s\u00a0·・･•‧∙⋅.,:_\-\u2010-\u2015\u2212]"
"""What a person types between the groups of a code: blanks, dots, and dashes of any kind."""
_TYPED = re.compile(
    rf"([1-9]\d{{0,8}})({_BETWEEN}*)((?:[{SIGNS}]{_BETWEEN}*){{{ROOT_SIGNS}}}[{SIGNS}])", re.ASCII
)
_OLD_TYPED = re.compile(rf"([1-9]\d{{0,8}}){_BETWEEN}{{1,3}}([0-9A-F]{{12}})", re.ASCII)
_AS_PRINTED = message(
    "type it as it stands at the foot of each page, such as {example}, or 0",
    example="12·0A1B-2C3D-4E5F-6G7H-8J9K2",
)


def packed(value: int, length: int) -> str:
    """Return a number as ``length`` signs of base 32."""
    shifts = range(_SIGN_BITS * (length - 1), -1, -_SIGN_BITS)
    return "".join(SIGNS[value >> shift & (1 << _SIGN_BITS) - 1] for shift in shifts)


def unpacked(signs: Iterable[str]) -> int:
    """Return the number that signs of base 32 stand for."""
    value = 0
    for sign in signs:
        value = value << _SIGN_BITS | _VALUES[sign]
    return value


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class CheckCode:
    """A state of a ledger, as much of it as a document prints.

    :param size: number of events; 0 before the first.
    :param root: the root over them from its beginning, in hexadecimal digits: 25, in documents
        of before 12, of a ledger without events none.
    """

    size: int
    root: str

    @classmethod
    def of(cls, size: int, root: bytes) -> Self:
        """Return the code of a ledger with so many events and that root."""
        return cls(size=size, root=root.hex()[:_ROOT_DIGITS] if size else "")

    @classmethod
    def of_signs(cls, size: int, signs: str) -> Self:
        """Return the code of which :attr:`signs` are known."""
        digits = len(signs) * _SIGN_BITS // _DIGIT_BITS
        return cls(size=size, root=f"{unpacked(signs):0{digits}x}" if signs else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the code written in ``text``, exactly as documents print it.

        :raises UsageError: if it is none.
        """
        code = cls.typed(text)
        if str(code) != text:
            raise _no_code()
        return code

    @classmethod
    def typed(cls, text: str) -> Self:
        """Return the code that somebody typed, in whatever case, width or grouping.

        Nothing else may stand before, within or behind it: ``-1·…`` is on no paper.

        :raises UsageError: if it is none, or a sign of it was read or typed wrongly.
        """
        plain = narrow(text).upper().translate(_MEANT)
        if plain == "0":
            return cls(size=0, root="")
        old = _OLD_TYPED.fullmatch(plain)
        if old is not None:
            return cls(size=int(old[1]), root=old[2].lower())
        found = _TYPED.fullmatch(plain)
        # A sign too few or too many must not move the size's end, where that was typed.
        end = re.match(rf"\d+(?={_BETWEEN})", plain, re.ASCII)
        if found is None or (end is not None and end[0] != found[1]):
            raise _no_code()
        return cls._checked(int(found[1]), re.sub(_BETWEEN, "", found[3]))

    @classmethod
    def printed_in(cls, text: str) -> tuple[Self, int] | None:
        """Return the last code in a text, as documents print it, and where it begins.

        :raises UsageError: if a sign of it is wrong.
        """
        found = deque(_PRINTED.finditer(text), maxlen=1)
        if not found:
            return None
        (last,) = found
        size, root = int(last[1]), last[2]
        if len(root) == _OLD_DIGITS:
            return cls(size=size, root=root), last.start()
        return cls._checked(size, root.replace("-", "")), last.start()

    @classmethod
    def _checked(cls, size: int, signs: str) -> Self:
        code = cls.of_signs(size, signs[:ROOT_SIGNS])
        if _check_sign(size, code.signs) != signs[ROOT_SIGNS:]:
            raise UsageError(
                message("the check code was read or typed wrongly: its signs do not agree"),
                message("read it again, sign by sign: it has only the signs {signs}", signs=SIGNS),
            )
        return code

    @property
    def bits(self) -> int:
        """Return how many bits of the root it tells."""
        return len(self.root) * _DIGIT_BITS

    @property
    def signs(self) -> str:
        """Return what it tells of the root in base 32, filled up with zeros before it."""
        return packed(int(self.root or "0", 16), -(-self.bits // _SIGN_BITS))

    def is_of(self, size: int, root: bytes) -> bool:
        """Return whether a ledger with so many events and that root prints it, now or before."""
        return size == self.size and (not size or root.hex().startswith(self.root))

    def __str__(self) -> str:
        if not self.root:
            return "0"
        if len(self.root) == _OLD_DIGITS:
            return f"{self.size}·{self.root}"
        signs = self.signs + _check_sign(self.size, self.signs)
        groups = [signs[at : at + _GROUP] for at in range(0, _GROUPED, _GROUP)]
        return f"{self.size}·{'-'.join((*groups, signs[_GROUPED:]))}"


FIRST = CheckCode(size=0, root="")
"""What the first document of a ledger prints."""


def _check_sign(size: int, signs: str) -> str:
    """Return the sign that shows one wrong sign, and any two that were exchanged.

    The signs are numbers of a field of 32; each counts with another power of 2.
    """
    total = 0
    for sign in f"{size:0{_SIZE_DIGITS}d}{signs}":
        total = (total ^ _VALUES[sign]) << 1
        total ^= _FIELD if total >> _SIGN_BITS else 0
    return SIGNS[total]


def _no_code() -> UsageError:
    reason: Text = message(
        "this is no check code: a number, a dot, four groups of four signs and one of five"
    )
    return UsageError(reason, _AS_PRINTED)

"""The code each page of a document bears: which page of which document it is.

A short text in the signs a QR code packs most tightly, with a version in
front and a checksum behind, so that what a scanner read wrongly is never taken
for another page. A part that is torn off and comes back by itself (a slip, such
as the 回执联) bears a code of its own. How codes are drawn is the business of ``marks``, how it is
found on a scan that of ``scanning``.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import ClassVar, Self

from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message

PREFIX = "R1"
"""What every code of this version begins with."""

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without signs that look like another (Crockford)."""
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_BITS = 5
_SHORT, _CHECK = 10, 7
"""Signs that 12 hexadecimal digits take, and that a CRC-32 takes."""
_HEXADECIMAL = 12


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class DocumentCode:
    """Which document the pages of a set belong to.

    :param number: of the record.
    :param edition: of the document, from 1.
    :param digest: the first 12 hexadecimal digits of the record's SHA-256.
    :param pin: what the document prints of the ledger: ``0``, or size·root
        with 12 hexadecimal digits of the root.
    :param copy: which addressee's copy it is, from 1; 0 is the document itself.
    """

    number: RecordNumber
    edition: int
    digest: str
    pin: str
    copy: int = 0

    _digest: ClassVar[re.Pattern[str]] = re.compile(r"[0-9a-f]{12}", re.ASCII)
    _pin: ClassVar[re.Pattern[str]] = re.compile(r"0|([1-9]\d{0,8})·([0-9a-f]{12})", re.ASCII)

    def __post_init__(self) -> None:
        """Refuse what no code can say.

        :raises UsageError: naming the part.
        """
        if not 1 <= self.edition <= _MOST:
            raise _refuse(message("{value} is not an edition", value=self.edition))
        if not 0 <= self.copy <= _MOST:
            raise _refuse(message("{value} is not a copy", value=self.copy))
        if not self._digest.fullmatch(self.digest):
            raise _refuse(message("{value!r} is not 12 hexadecimal digits", value=self.digest))
        if not self._pin.fullmatch(self.pin):
            raise _refuse(message("{value!r} is not a check code of a ledger", value=self.pin))

    def on(self, page: int, pages: int, slip: int = 0) -> PageCode:
        """Return the code of one page of ``pages``, or of a slip on it, from 1."""
        return PageCode(
            number=self.number,
            edition=self.edition,
            page=page,
            pages=pages,
            digest=self.digest,
            pin=self.pin,
            copy=self.copy,
            slip=slip,
        )


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class PageCode:
    """Which page of which document a page is; see :class:`DocumentCode`.

    :param page: counted from 1.
    :param pages: how many the document has.
    :param slip: which slip of the form it is that was on the page, from 1; 0 is
        the page itself.
    """

    number: RecordNumber
    edition: int
    page: int
    pages: int
    digest: str
    pin: str
    copy: int = 0
    slip: int = 0

    _pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<number>[A-Z0-9-]+):(?P<edition>[1-9]\d{{0,3}})(?:\+(?P<copy>[1-9]\d{{0,3}}))?"
        rf":(?P<page>[1-9]\d{{0,3}})/(?P<pages>[1-9]\d{{0,3}})(?:\+(?P<slip>[1-9]\d?))?"
        rf":(?P<digest>[{_SIGNS}]{{{_SHORT}}})"
        rf":(?:0|(?P<size>[1-9]\d{{0,8}})\.(?P<root>[{_SIGNS}]{{{_SHORT}}}))",
        re.ASCII,
    )

    def __post_init__(self) -> None:
        """Refuse what no code can say.

        :raises UsageError: naming the part.
        """
        if not 1 <= self.page <= self.pages <= _MOST:
            raise _refuse(
                message("there is no page {page} of {pages}", page=self.page, pages=self.pages)
            )
        if not 0 <= self.slip <= _MOST_SLIPS:
            raise _refuse(message("{value} is not a slip", value=self.slip))
        _ = self.document

    @property
    def document(self) -> DocumentCode:
        """Return which document the page belongs to."""
        return DocumentCode(
            number=self.number,
            edition=self.edition,
            digest=self.digest,
            pin=self.pin,
            copy=self.copy,
        )

    def encode(self) -> str:
        """Return the code as text, in the signs of a QR code's alphanumeric mode."""
        size, _, root = self.pin.partition("·")
        pin = f"{size}.{_packed(int(root, 16), _SHORT)}" if root else size
        digest = _packed(int(self.digest, 16), _SHORT)
        copy, slip = (f"+{value}" if value else "" for value in (self.copy, self.slip))
        place = f"{self.edition}{copy}:{self.page}/{self.pages}{slip}"
        body = f"{self.number}:{place}:{digest}:{pin}"
        return f"{PREFIX}{body}:{_check(body)}"

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the code written in ``text``; case and spaces do not count.

        :raises UsageError: if it is no code, one of another version, or one
            whose checksum disagrees.
        """
        said = "".join(text.split()).upper() if text.isascii() else ""
        if not said.startswith(PREFIX):
            raise _refuse(message("it does not begin with {prefix}", prefix=PREFIX))
        body, _, check = said[len(PREFIX) :].rpartition(":")
        if check != _check(body):
            raise _refuse(message("its checksum disagrees: it was read or typed wrongly"))
        found = cls._pattern.fullmatch(body)
        if found is None:
            raise _refuse(message("a part of it is missing"))
        root = f"·{_unpacked(found['root'])}" if found["root"] else ""
        code = cls(
            number=RecordNumber.parse(found["number"]),
            edition=int(found["edition"]),
            page=int(found["page"]),
            pages=int(found["pages"]),
            digest=_unpacked(found["digest"]),
            pin=f"{found['size'] or 0}{root}",
            copy=int(found["copy"] or 0),
            slip=int(found["slip"] or 0),
        )
        if code.encode() != said:
            raise _refuse(message("a part of it is missing"))
        return code


_MOST, _MOST_SLIPS = 9999, 99
"""The last edition, copy and page that a code can say; the last slip."""


def _refuse(reason: Text) -> UsageError:
    return UsageError(
        message("not the code of a page: {reason}", reason=reason),
        message("scan the page again, or type what stands below its code"),
    )


def _check(body: str) -> str:
    return _packed(zlib.crc32(f"{PREFIX}{body}".encode()), _CHECK)


def _packed(value: int, length: int) -> str:
    """Return a number as ``length`` signs of base 32."""
    shifts = range(_BITS * (length - 1), -1, -_BITS)
    return "".join(_SIGNS[value >> shift & (1 << _BITS) - 1] for shift in shifts)


def _unpacked(text: str) -> str:
    """Return signs of base 32 as hexadecimal digits, at least 12."""
    value = 0
    for sign in text:
        value = value << _BITS | _VALUES[sign]
    return f"{value:0{_HEXADECIMAL}x}"

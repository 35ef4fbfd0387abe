"""The code each page of a document bears: which page of which it is, and where it stands.

A short text in the signs a QR code packs most tightly, with a version in
front and a checksum behind, so that what a scanner read wrongly is never taken
for another page. A part that is torn off and comes back by itself (a slip, such
as the 回执联) bears a code of its own. Where a page has room for it is found here; how it
is drawn is the business of ``marks``, how it is found on a scan that of ``scanning``.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from enum import Enum
from math import inf
from typing import ClassVar, Self

from rmdocs.checkcodes import ROOT_SIGNS, SIGNS, CheckCode, packed, unpacked
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message
from rmdocs.pdf.blank import PageRectangle, PrintedPage, Spot
from rmdocs.pdf.overlay import width

PREFIX, OLD_PREFIX = "R2", "R1"
"""What a code begins with; the old where it tells 48 bits of the ledger's root, or none."""

_SHORT, _CHECK = 10, 7
"""Signs that 12 hexadecimal digits take, and that a CRC-32 takes."""
_HEXADECIMAL = 12


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class DocumentCode:
    """Which document the pages of a set belong to.

    :param number: of the record.
    :param edition: of the document, from 1.
    :param digest: the first 12 hexadecimal digits of the record's SHA-256.
    :param pin: the check code that the document prints; see :class:`CheckCode`.
    :param copy: which addressee's copy it is, from 1; 0 is the document itself.
    """

    number: RecordNumber
    edition: int
    digest: str
    pin: str
    copy: int = 0

    _digest: ClassVar[re.Pattern[str]] = re.compile(r"[0-9a-f]{12}", re.ASCII)

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
        try:
            CheckCode.parse(self.pin)
        except UsageError as problem:
            reason = message("{value!r} is not a check code of a ledger", value=self.pin)
            raise _refuse(reason) from problem

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
        rf":(?P<digest>[{SIGNS}]{{{_SHORT}}})"
        rf":(?:0|(?P<size>[1-9]\d{{0,8}})\.(?P<root>[{SIGNS}]{{{_SHORT}}}|[{SIGNS}]{{{ROOT_SIGNS}}}))",
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
        code = CheckCode.parse(self.pin)
        pin = f"{code.size}.{code.signs}" if code.size else "0"
        digest = packed(int(self.digest, 16), _SHORT)
        copy, slip = (f"+{value}" if value else "" for value in (self.copy, self.slip))
        place = f"{self.edition}{copy}:{self.page}/{self.pages}{slip}"
        body = f"{self.number}:{place}:{digest}:{pin}"
        body = f"{PREFIX if len(code.signs) == ROOT_SIGNS else OLD_PREFIX}{body}"
        return f"{body}:{_check(body)}"

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the code written in ``text``; case and spaces do not count.

        :raises UsageError: if it is no code, one of another version, or one
            whose checksum disagrees.
        """
        said = "".join(text.split()).upper() if text.isascii() else ""
        if not said.startswith((PREFIX, OLD_PREFIX)):
            raise _refuse(message("it does not begin with {prefix}", prefix=PREFIX))
        body, _, check = said.rpartition(":")
        if check != _check(body):
            raise _refuse(message("its checksum disagrees: it was read or typed wrongly"))
        found = cls._pattern.fullmatch(body, len(PREFIX))
        if found is None:
            raise _refuse(message("a part of it is missing"))
        pin = CheckCode.of_signs(int(found["size"] or 0), found["root"] or "")
        code = cls(
            number=RecordNumber.parse(found["number"]),
            edition=int(found["edition"]),
            page=int(found["page"]),
            pages=int(found["pages"]),
            digest=_hexadecimal(found["digest"]),
            pin=str(pin),
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
    return packed(zlib.crc32(body.encode()), _CHECK)


def _hexadecimal(signs: str) -> str:
    """Return signs of base 32 as hexadecimal digits, at least 12."""
    return f"{unpacked(signs):0{_HEXADECIMAL}x}"


MILLIMETRE = 72 / 25.4
CODE_SIDE, SMALL_SIDE = 15.0, 12.0
"""Side of a page's code without the white around it; of one in a narrow margin."""
EDGE = 12 / MILLIMETRE
"""Left free at the page's edge, where printers do not print."""
SMALL, PITCH = 4.5, 5.3
"""Size and line pitch of the print beside a code, in points."""
QUIET, BESIDE = 0.8, 3
"""Modules of white painted around a code, and free between it and the print beside it."""
_APART = 0.2
"""Kept between a mark and what is printed: viewers draw thin lines a dot wide, and the page
that is looked at may be drawn a dot longer than it is."""
_NEAR, _BREADTH, _CLEAR = 4.0, 1.0, 2.0
"""How far a code may be moved without a second thought, and free around it then; free around
one among the text."""


class PrintSide(Enum):
    """Where the print beside a code stands, by the code."""

    FOOT = "left of it, at its foot"
    HEAD = "left of it, at its head"
    AFTER = "right of it"
    ABOVE = "above it"
    BELOW = "below it"
    UP = "above it, turned upwards"
    DOWN = "below it, turned upwards"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """Where a code stands: from the page's right and upper edge, in millimetres.

    The default is empty on the first page of the built-in forms: beside the title, right
    of the text; far from the left edge, where sheets are bound, and from the foot and the
    middle of the right edge, where seals go. It lies between two lines of text, and
    so far from the edge that a sheet may lie askew by 3° on a scanner's glass.
    """

    right: float = 7.5
    top: float = 14.35
    side: float = CODE_SIDE
    print: PrintSide = PrintSide.FOOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A code to be placed.

    :param rows: its modules, dark or light, from the top.
    :param lines: what is printed beside it.
    """

    rows: tuple[bytes, ...]
    lines: tuple[str, ...]

    def print_size(self) -> tuple[float, float]:
        """Return how wide and high the print beside it is."""
        wide = max(width(line, SMALL) for line in self.lines)
        return wide / MILLIMETRE, len(self.lines) * PITCH / MILLIMETRE

    def boxes(self, side: float, at: PrintSide) -> tuple[PageRectangle, PageRectangle]:
        """Return what the code, with the white around it, and its print take up.

        The left upper corner of the code itself is at 0, 0.
        """
        module = side / len(self.rows)
        long, high = self.print_size()
        gap = BESIDE * module
        foot = side - high
        left, top = {
            PrintSide.FOOT: (-gap - long, foot),
            PrintSide.HEAD: (-gap - long, 0.0),
            PrintSide.AFTER: (side + gap, foot),
            PrintSide.ABOVE: (side - long, -gap - high),
            PrintSide.BELOW: (side - long, side + gap),
            PrintSide.UP: (side - high, -gap - long),
            PrintSide.DOWN: (side - high, side + gap),
        }[at]
        if at in (PrintSide.UP, PrintSide.DOWN):
            long, high = high, long
        return PageRectangle(0, 0, side, side).grown(QUIET * module), PageRectangle(
            left, top, left + long, top + high
        )


def settled(
    sheet: PrintedPage, symbol: Symbol, wanted: CodePlace, *, slip: bool = False
) -> CodePlace | None:
    """Return where a code stands without covering anything; None if the page has no room.

    Where it is wanted or close to that if it is blank, with its print on whichever side
    is; else in the margins of the page, smaller if they are narrow; at last between what
    is printed.

    :param slip: whether it must not stand above the place wanted, as the page above
        is another part: then it stands as near as can be.
    """
    across = sheet.width - wanted.right - wanted.side
    for at in dict.fromkeys((wanted.print, *PrintSide)):
        boxes = [box.grown(_APART) for box in symbol.boxes(wanted.side, at)]
        if sheet.is_blank([box.moved(across, wanted.top) for box in boxes]):
            return replace(wanted, print=at)
    search = _Search(sheet=sheet, symbol=symbol, start=Spot(across, wanted.top, 0))
    inside = sheet.inside(EDGE)
    if slip:
        return search.nearest(CODE_SIDE, _CLEAR, inside._replace(top=wanted.top))
    right, top, left, bottom = sheet.margins(EDGE)
    return (
        search.nearest(wanted.side, _BREADTH, inside, away=_NEAR)
        or search.nearest(CODE_SIDE, _APART, right, top)
        or search.nearest(SMALL_SIDE, _APART, right, top)
        # Sheets are bound on the left, and signed and sealed towards the foot.
        or search.nearest(CODE_SIDE, _APART, left, bottom)
        or search.nearest(SMALL_SIDE, _APART, left, bottom)
        or search.nearest(CODE_SIDE, _CLEAR, inside)
        or search.nearest(SMALL_SIDE, _CLEAR, inside)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """A search for the blank place that is nearest to where a code is wanted."""

    sheet: PrintedPage
    symbol: Symbol
    start: Spot

    def nearest(
        self, side: float, clear: float, *parts: PageRectangle, away: float = inf
    ) -> CodePlace | None:
        """Return the nearest place for a code of that size, wherever its print stands.

        :param clear: blank around it. :param parts: of the page; it lies within one.
        :param away: how far from where it is wanted it may stand.
        """
        found = []
        for order, at in enumerate(PrintSide):
            boxes = [box.grown(clear) for box in self.symbol.boxes(side, at)]
            spot = self.sheet.nearest(boxes, self.start, parts)
            if spot is not None and spot.away <= away:
                found.append((spot.away, order, spot, at))
        if not found:
            return None
        *_, spot, at = min(found)
        return CodePlace(
            right=self.sheet.width - spot.left - side, top=spot.top, side=side, print=at
        )


def settled_line(sheet: PrintedPage, wanted: PageRectangle) -> PageRectangle | None:
    """Return where a line of small print stands without covering anything.

    :param wanted: what it takes up where it is wanted.
    :return: as large; where it is wanted, or in the margins above and below all print.
    """
    if sheet.is_blank([wanted.grown(_APART)]):
        return wanted
    size = PageRectangle(0, 0, wanted.right - wanted.left, wanted.bottom - wanted.top)
    start = Spot(wanted.left, wanted.top, 0)
    for parts in (sheet.margins(EDGE), (sheet.inside(EDGE),)):
        spot = sheet.nearest([size.grown(_APART)], start, parts)
        if spot is not None:
            return size.moved(spot.left, spot.top)
    return None


def no_room(name: str, page: int) -> Finding:
    """Return that a page is too full for its marks.

    :param name: what a person calls the document. :param page: from 1.
    """
    return error(
        "MARK-ROOM",
        name,
        message("page {page} has no blank place for its code or number", page=page),
        message("leave a margin of 18 mm in the template, by a new revision of the form"),
    )

"""Numbers of documents, revisions, units, staff and records: one type each.

Each parses, formats and orders itself; store paths, page footers, commit
trailers and file names all come from here. Clause: domain of ISO 9001
§7.5.2 a (identification). No other module takes a number apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import ClassVar, Self, TypeVar

from rmdocs.characters import narrow
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.messages import Text, message

VOLUME_CAPACITY = 10_000
"""Numbers in one volume (册); the next number opens the next volume."""

_YEARS = range(1990, 3000)
_JOINTS = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
"""What a person types between the parts of a number: blanks, and dashes of any kind."""


_Read = TypeVar("_Read")


def _refuse(reason: Text, remedy: Text) -> UsageError:
    return UsageError(reason, remedy)


@dataclass(frozen=True, slots=True, order=True)
class DocumentNumber:
    """The number of a controlled document, such as ``RXD7200-01`` or ``QMM-CCBSD``.

    Level (I instruction, P procedure, R record) + line + clause of ISO 9001 +
    sequence + optional form suffix; manuals carry a name instead, and documents
    of external origin (ISO 9001 §7.5.3.2) a number of the register: ``EXT-001``.
    """

    value: str

    _pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"[IPR][A-Z]{2}\d{4}(-\d{2})?|(ICM|QMM)-[A-Z]{2,12}|EXT-(?!000)(\d{3}|[1-9]\d{3,5})",
        re.ASCII,
    )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number written in ``text``.

        :raises UsageError: if it does not follow the scheme.
        """
        if not isinstance(text, str) or not cls._pattern.fullmatch(text):
            raise _refuse(
                message("{text!r} is not a document number", text=text),
                message("write it like RXD7200-01"),
            )
        return cls(text)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Revision:
    """A revision X.Y of a controlled document: Y for a change, X for a reissue."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the revision written in ``text``, such as ``1.0``.

        :raises UsageError: if it is not two plain numbers joined by a dot.
        """
        found = (
            re.fullmatch(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})", text)
            if isinstance(text, str)
            else None
        )
        if not found:
            raise _refuse(
                message("{text!r} is not a revision", text=text), message("write it like 1.0")
            )
        return cls(major=int(found[1]), minor=int(found[2]))

    @property
    def change(self) -> Self:
        """Return the revision after a change (修改): X.Y+1."""
        return type(self)(major=self.major, minor=self.minor + 1)

    @property
    def reissue(self) -> Self:
        """Return the revision after a reissue (换版): X+1.0."""
        return type(self)(major=self.major + 1, minor=0)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def or_none(read: Callable[[str], _Read], text: str) -> _Read | None:
    """Return what ``read`` makes of a text, such as ``RecordNumber.parse``; None if it is none."""
    try:
        return read(text)
    except UsageError:
        return None


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class _YearlyNumber:
    """A number counted by the year: letters, year, dash, four digits or more."""

    year: int
    serial: int

    _letters: ClassVar[str]
    _kind: ClassVar[Text]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number written in ``text``.

        :raises UsageError: if it is none of this kind, or has superfluous zeros.
        """
        pattern = rf"{cls._letters}(\d{{4}})-(\d{{4,6}})"
        found = re.fullmatch(pattern, text, re.ASCII) if isinstance(text, str) else None
        number = cls(year=int(found[1]), serial=int(found[2])) if found else None
        if number is None or str(number) != text or number.serial < 1:
            example = cls(year=2026, serial=1)
            raise _refuse(
                message("{text!r} is not the number of {kind}", text=text, kind=cls._kind),
                message("write it like {example}", example=example),
            )
        return number

    @classmethod
    def after(cls, names: Iterable[str], year: int) -> Self:
        """Return the next number of a year, where ``names`` were given in any year."""
        given = (number.serial for number in map(cls.parse, names) if number.year == year)
        return cls(year=year, serial=max(given, default=0) + 1)

    def __str__(self) -> str:
        return f"{self._letters}{self.year:04d}-{self.serial:04d}"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ChangeNumber(_YearlyNumber):
    """The number of a change request (文件更改申请单): ``CR2026-0001``.

    One series a year over all controlled documents, without gaps.
    """

    _letters = "CR"
    _kind = message("a change request")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class HoldNumber(_YearlyNumber):
    """The number of a hold (暂停处置): ``H2026-0001``."""

    _letters = "H"
    _kind = message("a hold")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class DisposalNumber(_YearlyNumber):
    """The number of a disposal and of its certificate (销毁证明): ``D2026-0001``."""

    _letters = "D"
    _kind = message("a disposal")


@dataclass(frozen=True, slots=True, order=True)
class UnitCode:
    """The code of an organisational unit: two letters and two digits (``JN01``)."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the code written in ``text``.

        :raises UsageError: if it is not two capitals and two digits.
        """
        if not isinstance(text, str) or not re.fullmatch(r"[A-Z]{2}\d{2}", text, re.ASCII):
            raise _refuse(
                message("{text!r} is not a unit code", text=text), message("write it like JN01")
            )
        return cls(text)

    @property
    def is_upper(self) -> bool:
        """Return whether it is the branch above the units, whose code ends in 00 (``SD00``)."""
        return self.value.endswith("00")

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class StaffNumber:
    """A person's number: the unit's code and four digits (``JN01-0101``)."""

    unit: UnitCode
    serial: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the staff number written in ``text``.

        :raises UsageError: if it is not a unit code, a dash and four digits.
        """
        found = (
            re.fullmatch(r"([A-Z]{2}\d{2})-(\d{4})", text, re.ASCII)
            if isinstance(text, str)
            else None
        )
        if not found:
            raise _refuse(
                message("{text!r} is not a staff number", text=text),
                message("write it like JN01-0101"),
            )
        return cls(unit=UnitCode(found[1]), serial=int(found[2]))

    def __str__(self) -> str:
        return f"{self.unit}-{self.serial:04d}"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Series:
    """A number series: one form, one unit, one year of creation."""

    form: DocumentNumber
    unit: UnitCode
    year: int

    def __str__(self) -> str:
        return f"{self.form}-{self.unit}-{self.year:04d}"


@lru_cache(maxsize=256)  # most numbers that are read are of a few series
def _series(form: str, unit: str, year: str) -> Series:
    return Series(form=DocumentNumber.parse(form), unit=UnitCode(unit), year=int(year))


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Volume:
    """One part (册) of a series, holding at most ``VOLUME_CAPACITY`` numbers.

    :param part: counted from 1.
    """

    series: Series
    part: int

    @property
    def name(self) -> str:
        """Return ``FORM/UNIT/YEAR/PART``, as refs and events write it."""
        series = self.series
        return f"{series.form}/{series.unit}/{series.year:04d}/{self.part}"

    @property
    def ref(self) -> str:
        """Return the full name of the git ref that holds the volume."""
        return f"refs/heads/records/{self.name}"

    @classmethod
    def parse(cls, name: str) -> Self:
        """Return the volume named ``FORM/UNIT/YEAR/PART``.

        :raises UsageError: if the name is not of that shape.
        """
        found = re.fullmatch(r"([^/]*)/([^/]*)/(\d+)/([1-9]\d*)", name)
        if found is None:
            raise _refuse(
                message("{text!r} is not a volume", text=name),
                message("write it like RXD7200-02/JN01/2026/1"),
            )
        form, unit = DocumentNumber.parse(found[1]), UnitCode.parse(found[2])
        return cls(series=Series(form=form, unit=unit, year=int(found[3])), part=int(found[4]))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class RecordNumber:
    """The number of a record: ``RXD7200-02-JN01-2026-0001``.

    The serial has four digits and grows past 9999; it is never reused.
    """

    series: Series
    serial: int

    _pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<form>.+)-(?P<unit>[A-Z]{2}\d{2})-(?P<year>\d{4})-(?P<serial>\d{4,6})", re.ASCII
    )
    _signs: ClassVar[re.Pattern[str]] = re.compile(
        r"([A-Z]{3}\d{4})(\d{2})?([A-Z]{2}\d{2})(\d{4})(\d{4,6})", re.ASCII
    )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the record number written in ``text``.

        :raises UsageError: if any part is malformed or the serial has
            superfluous zeros.
        """
        found = cls._pattern.fullmatch(text) if isinstance(text, str) else None
        if found:
            series = _series(found["form"], found["unit"], found["year"])
            digits = found["serial"]
            serial = int(digits)
            if f"{serial:04d}" == digits and serial > 0 and series.year in _YEARS:
                return cls(series=series, serial=serial)
        raise _refuse(
            message("{text!r} is not a record number", text=text),
            message("write it like RXD7200-02-JN01-2026-0001"),
        )

    @classmethod
    def typed(cls, text: str) -> Self:
        """Return the record number that somebody typed, in whatever case, width or grouping.

        :raises UsageError: if it is none.
        """
        plain = narrow(text).upper()
        # Nothing stands before a number, or behind it, that could be a sign of something else.
        whole = plain if plain[:1].isalnum() and plain[-1:].isalnum() else ""
        found = cls._signs.fullmatch(_JOINTS.sub("", whole))
        return cls.parse("-".join(filter(None, found.groups())) if found else text)

    @property
    def volume(self) -> Volume:
        """Return the volume that holds this number."""
        return Volume(series=self.series, part=(self.serial - 1) // VOLUME_CAPACITY + 1)

    @property
    def directory(self) -> str:
        """Return the record's directory in its volume, such as ``00/01/23``."""
        digits = f"{self.serial:06d}"
        return f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"

    def document_name(self, edition: int, copy: int = 0, suffix: str = "docx") -> str:
        """Return the file name of an edition; ``copy`` > 0 is an addressee's copy."""
        marker = f"-c{copy}" if copy else ""
        return f"{self}-e{edition}{marker}.{suffix}"

    @staticmethod
    def copy_in(name: str) -> int:
        """Return the ``copy`` that :meth:`document_name` gave a file name."""
        found = re.search(r"-e\d+-c(\d+)", name, re.ASCII)
        return int(found[1]) if found else 0

    def __str__(self) -> str:
        return f"{self.series}-{self.serial:04d}"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class CopyNumber:
    """The number of a controlled copy (受控号): ``RXD7200-04-C0001``.

    One series a document, without gaps; the serial has four digits and grows
    past 9999; a number is never given again, whatever became of its copy.
    """

    document: DocumentNumber
    serial: int

    @classmethod
    def typed(cls, text: str) -> Self:
        """Return the number that somebody typed, in whatever case and width.

        :raises UsageError: if it is none.
        """
        return cls.parse(re.sub(r"[\u2010-\u2015\u2212]", "-", narrow(text).upper()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number written in ``text``.

        :raises UsageError: if it is not a document's number, a dash, C and
            four digits or more.
        """
        found = re.fullmatch(r"(.+)-C(\d{4,6})", text, re.ASCII) if isinstance(text, str) else None
        if found:
            number = cls(document=DocumentNumber.parse(found[1]), serial=int(found[2]))
            if str(number) == text and number.serial > 0:
                return number
        raise _refuse(
            message("{text!r} is not the number of a controlled copy", text=text),
            message("write it like RXD7200-04-C0001"),
        )

    def document_name(self, exemplar: int, suffix: str = "docx") -> str:
        """Return the file name of an exemplar; a damaged one is swapped for the next."""
        return f"{self}-{exemplar}.{suffix}"

    def __str__(self) -> str:
        return f"{self.document}-C{self.serial:04d}"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class RequestNumber:
    """The number of a request: what it concerns, and which about that it is.

    ``RXD7200-02-JN01-2026-0001-R1`` is the first about that record, ``policy-R2``
    the second about the policy.
    """

    subject: str
    serial: int

    _pattern: ClassVar[re.Pattern[str]] = re.compile(r"(.+)-R([1-9]\d{0,5})", re.ASCII)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number written in ``text``.

        :raises UsageError: if it is not the number of a record or a lower-case
            word, a dash, R and a plain number.
        """
        found = cls._pattern.fullmatch(text) if isinstance(text, str) else None
        if found:
            subject = found[1]
            if not re.fullmatch(r"[a-z]+", subject, re.ASCII):
                RecordNumber.parse(subject)
            return cls(subject=subject, serial=int(found[2]))
        raise _refuse(
            message("{text!r} is not the number of a request", text=text),
            message("write it like RXD7200-02-JN01-2026-0001-R1"),
        )

    @property
    def record(self) -> RecordNumber | None:
        """Return the record it is about; None where it is about control."""
        return None if self.subject.islower() else RecordNumber.parse(self.subject)

    def __str__(self) -> str:
        return f"{self.subject}-R{self.serial}"

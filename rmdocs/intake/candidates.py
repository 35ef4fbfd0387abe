"""Candidates: what reading a file of records gives, what of it is read, what the file is.

What a file is goes by its bytes, whatever its name says; it is said in words, with what
to save it as. A candidate knows its place in the file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, listed, message


class Hidden(StrEnum):
    """What becomes of rows, columns and worksheets that nobody sees.

    Without an answer they are refused; ``REFUSE`` where there is none to give.
    """

    ASK = ""
    REFUSE = "refuse"
    SKIP = "skip"
    USE = "use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a workbook is read.

    :param sheets: names of worksheets; none for the one that holds the rows.
    :param without: rows of records that are left out, counted from 1.
    """

    sheets: tuple[str, ...] = ()
    hidden: Hidden = Hidden.ASK
    without: frozenset[int] = frozenset()


VALUE_SUFFIXES = (".json", ".jsonl", ".ndjson", ".yaml", ".yml")
TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm")
SUFFIXES = (*VALUE_SUFFIXES, *TABLE_SUFFIXES)
"""What the names of files of records end with."""

ALL = Selection()
"""Nothing said: whatever is hidden, or stands on several worksheets, is asked about."""


FILL_OR_NAME = message("fill it in, or name another file")

LARGEST_FILE = 50 * 2**20
"""Bytes a file may have."""

MOST_ROWS = 100_000
"""Records a file may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that could not be read at all, and why.

    :param name: what it is called, as :attr:`File.name`.
    """

    name: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record as somebody wrote it down, not yet checked.

    :param source: the file's name.
    :param row: its row in a table or line in a file of lines, counted from 1;
        its position where the file holds one value or a list.
    :param value: the record, bare or with stages, as JSON.
    :param findings: what is wrong with cells, each at its cell (``loans.xlsx!C5``).
    :param unread: paths from ``$`` of the record whose cells were refused: what else
        is said of them says nothing new.
    :param sheet: the worksheet it stands on; empty if there is none.
    :param places: of a table, the cell of each path (``D7``, ``目标客户!D7``).
    """

    source: str
    row: int
    value: Json
    findings: tuple[Finding, ...] = ()
    unread: frozenset[str] = frozenset()
    sheet: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def at_cells(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return findings of the record, each with its cell where the file is a table."""
        return [replace(one, cell=self._cell(one.path)) for one in findings]

    def _cell(self, path: str) -> str:
        """Return the cell of a path; of a group the first of its cells; empty if there is none."""
        inside = (f"{path}.", f"{path}[")
        first = next((one for at, one in self.places.items() if at.startswith(inside)), "")
        return self.places.get(path, first if path != "$" else "")

    def news(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings about what could be read."""
        return [
            one
            for one in findings
            if not any(
                one.path == path or one.path.startswith((f"{path}.", f"{path}["))
                for path in self.unread
            )
        ]


def refuse(place: str, code: str, reason: Text, remedy: Text) -> FindingsError:
    """Return the refusal of a whole file for one reason.

    :param place: the file, with line or cell if known.
    """
    return FindingsError((error(code, place, reason, remedy),))


_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCK = "~$"

_SAVE_AGAIN = message("open it in Excel or WPS and save it as .xlsx (Excel workbook)")
_OTHERS: Mapping[str, Text] = {
    ".xls": message("a workbook of the old Excel (.xls)"),
    ".xlsb": message("a binary workbook (.xlsb)"),
    ".xlt": message("a template of the old Excel (.xlt)"),
    ".xltx": message("a template of Excel (.xltx)"),
    ".et": message("a workbook of WPS (.et)"),
    ".ett": message("a template of WPS (.ett)"),
    ".ods": message("a workbook of OpenDocument (.ods)"),
    ".numbers": message("a workbook of Apple Numbers (.numbers)"),
}
_PAGE = message("a web page")


def refuse_kind(file: File, suffixes: tuple[str, ...]) -> FindingsError:
    """Return the refusal of a file whose name is that of no record file."""
    suffix = file.suffix.lower()
    if suffix in _OTHERS:
        reason = message("{kind}, which is not read", kind=_OTHERS[suffix])
        return refuse(file.name, "FILE-KIND", reason, _SAVE_AGAIN)
    return refuse(
        file.name,
        "FILE-KIND",
        message("{suffix!r} is no kind of record file", suffix=file.suffix),
        message("use one of: {suffixes}", suffixes=listed(suffixes)),
    )


def too_large(name: str, size: int) -> FindingsError:
    """Return the refusal of a file of more than :data:`LARGEST_FILE` bytes."""
    return refuse(
        name,
        "FILE-TOO-LARGE",
        message("{size} MB; 50 MB are read at most", size=size // 2**20),
        message("split the file"),
    )


def require_content(file: File) -> None:
    """Refuse a file that is empty or too large, whatever its kind.

    :raises FindingsError: if it is.
    """
    if len(file.data) > LARGEST_FILE:
        raise too_large(file.name, len(file.data))
    if not file.data.strip():
        raise refuse(file.name, "FILE-EMPTY", message("the file is empty"), FILL_OR_NAME)


def require_no_lock(file: File) -> None:
    """Refuse the file that Excel or WPS lays beside a workbook while it is open.

    :raises FindingsError: if it is one.
    """
    if file.base.startswith(_LOCK):
        raise refuse(
            file.name,
            "FILE-LOCK",
            message("the mark that Excel or WPS leaves while a file is open, no table"),
            message("give the file itself: {name}", name=file.base.removeprefix(_LOCK)),
        )


def require_workbook(file: File) -> None:
    """Refuse a file that is no XLSX workbook, saying what they are.

    :raises FindingsError: if so.
    """
    data = file.data
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise refuse(
                file.name,
                "XLSX-LOCKED",
                message("the workbook is protected by a password"),
                message("save it as an XLSX workbook without a password"),
            )
        raise _misnamed(file, "XLSX-OLD", _OTHERS[".xls"])
    if not data.startswith(_ZIP):
        kind = _kind_of_text(data)
        raise damaged(file) if kind is None else _misnamed(file, "XLSX-DAMAGED", kind)
    kind = _kind_of_zip(data)
    if kind is not None:
        raise _misnamed(file, "XLSX-DAMAGED", kind)


def require_text(file: File) -> None:
    """Refuse a workbook or a web page under the name of a text file.

    :raises FindingsError: if so.
    """
    data = file.data
    if data.startswith((_OLE, _ZIP)):
        kind = _OTHERS[".xls"] if data.startswith(_OLE) else message("a workbook of Excel (.xlsx)")
        raise refuse(
            file.name,
            "CSV-SYNTAX",
            message("{kind} under the name {suffix}", kind=kind, suffix=file.suffix),
            _SAVE_AGAIN,
        )
    if _kind_of_text(data) is _PAGE:
        raise _misnamed(file, "CSV-SYNTAX", _PAGE)


def damaged(file: File) -> FindingsError:
    """Return the refusal of a workbook that cannot be read."""
    return refuse(
        file.name,
        "XLSX-DAMAGED",
        message("not an XLSX workbook, or damaged"),
        message("open it in Excel or WPS and save it again"),
    )


def _misnamed(file: File, code: str, kind: Text) -> FindingsError:
    reason = message("{kind} under the name {suffix}", kind=kind, suffix=file.suffix)
    return refuse(file.name, code, reason, _SAVE_AGAIN)


def _kind_of_text(data: bytes) -> Text | None:
    """Return what bytes are that are no package; None if nobody can say."""
    first = data[:4_096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if first.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"mime-version")):
        return _PAGE
    if first.startswith((b"<?xml", b"<workbook")):
        web = b"<html" in first
        return _PAGE if web else message("an XML table of the old Excel")
    if b"\n" in first and any(one in first.split(b"\n")[0] for one in (b",", b";", b"\t")):
        return message("a text file (CSV)")
    return None


def _kind_of_zip(data: bytes) -> Text | None:
    """Return what a package is that is no workbook; None if it is one or nobody can say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if "xl/workbook.bin" in names:
        return _OTHERS[".xlsb"]
    if "mimetype" in names and "content.xml" in names:
        return _OTHERS[".ods"]
    if any(name.startswith("word/") for name in names):
        return message("a document of Word (.docx)")
    return None


def require_record_file(file: File) -> File:
    """Return a file of records, refusing what is no such file by its name, or is empty.

    :raises FindingsError: if it is none.
    """
    require_no_lock(file)
    if file.suffix.lower() not in SUFFIXES:
        raise refuse_kind(file, SUFFIXES)
    require_content(file)
    return file

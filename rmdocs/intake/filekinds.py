"""What a file is, whatever its name says: said in words, with what to save it as."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from rmdocs.errors import FindingsError
from rmdocs.intake.candidates import refuse
from rmdocs.messages import Text, listed, message

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


def refuse_kind(path: Path, suffixes: tuple[str, ...]) -> FindingsError:
    """Return the refusal of a file whose name is that of no record file."""
    suffix = path.suffix.lower()
    if suffix in _OTHERS:
        reason = message("{kind}, which is not read", kind=_OTHERS[suffix])
        return refuse(path.name, "FILE-KIND", reason, _SAVE_AGAIN)
    return refuse(
        path.name,
        "FILE-KIND",
        message("{suffix!r} is no kind of record file", suffix=path.suffix),
        message("use one of: {suffixes}", suffixes=listed(suffixes)),
    )


def require_no_lock(path: Path) -> None:
    """Refuse the file that Excel or WPS lays beside a workbook while it is open.

    :raises FindingsError: if it is one.
    """
    if path.name.startswith(_LOCK):
        raise refuse(
            path.name,
            "FILE-LOCK",
            message("the mark that Excel or WPS leaves while a file is open, no table"),
            message("give the file itself: {name}", name=path.name.removeprefix(_LOCK)),
        )


def require_workbook(path: Path, data: bytes) -> None:
    """Refuse bytes that are no XLSX workbook, saying what they are.

    :raises FindingsError: if so.
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise refuse(
                path.name,
                "XLSX-LOCKED",
                message("the workbook is protected by a password"),
                message("save it as an XLSX workbook without a password"),
            )
        raise _misnamed(path, "XLSX-OLD", _OTHERS[".xls"])
    if not data.startswith(_ZIP):
        kind = _kind_of_text(data)
        raise damaged(path) if kind is None else _misnamed(path, "XLSX-DAMAGED", kind)
    kind = _kind_of_zip(data)
    if kind is not None:
        raise _misnamed(path, "XLSX-DAMAGED", kind)


def require_text(path: Path, data: bytes) -> None:
    """Refuse bytes that are a workbook or a web page under the name of a text file.

    :raises FindingsError: if so.
    """
    if data.startswith((_OLE, _ZIP)):
        kind = _OTHERS[".xls"] if data.startswith(_OLE) else message("a workbook of Excel (.xlsx)")
        raise refuse(
            path.name,
            "CSV-SYNTAX",
            message("{kind} under the name {suffix}", kind=kind, suffix=path.suffix),
            _SAVE_AGAIN,
        )
    if _kind_of_text(data) is _PAGE:
        raise _misnamed(path, "CSV-SYNTAX", _PAGE)


def damaged(path: Path) -> FindingsError:
    """Return the refusal of a workbook that cannot be read."""
    return refuse(
        path.name,
        "XLSX-DAMAGED",
        message("not an XLSX workbook, or damaged"),
        message("open it in Excel or WPS and save it again"),
    )


def _misnamed(path: Path, code: str, kind: Text) -> FindingsError:
    reason = message("{kind} under the name {suffix}", kind=kind, suffix=path.suffix)
    return refuse(path.name, code, reason, _SAVE_AGAIN)


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

"""The zip around a Word document: read within bounds, written the same anywhere.

Reading keeps every member as it lies in the file, still compressed, so that a
static part can be copied into each document without depending on a zlib
build. What the members mean is not known here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message

LARGEST_PART = 32 * 2**20
"""Bytes one part may have when unpacked."""

LARGEST_PACKAGE = 128 * 2**20
"""Bytes all parts together may have when unpacked."""

MOST_PARTS = 2_000

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED

_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    struct.error,
    zlib.error,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What reading the list of a zip raises that is none, or damaged."""

_KINDS = (
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"<?xml", "XML"),
    (b"<html", "HTML"),
    (b"<!DOCTYPE", "HTML"),
)
"""How files begin that are no zip, and what they are called."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG, _UTF8_FLAG = 0x1, 0x800
_MIDNIGHT, _NEW_YEAR_1980 = 0, 1 << 5 | 1
_VERSION = 20
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One part as it lies in a zip.

    :param method: ``STORED`` or ``DEFLATED``.
    :param crc: CRC-32 of the unpacked bytes.
    :param size: number of unpacked bytes.
    :param data: the bytes as they lie in the file.
    """

    name: str
    method: int
    crc: int
    size: int
    data: bytes

    @classmethod
    def stored(cls, name: str, content: bytes) -> Member:
        """Return ``content`` as an uncompressed member."""
        return cls(
            name=name, method=STORED, crc=zlib.crc32(content), size=len(content), data=content
        )

    @classmethod
    def deflated(cls, name: str, content: bytes) -> Member:
        """Return ``content`` as a compressed member; its bytes may depend on the zlib build."""
        deflater = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = deflater.compress(content) + deflater.flush()
        return cls(
            name=name, method=DEFLATED, crc=zlib.crc32(content), size=len(content), data=data
        )

    def content(self) -> bytes:
        """Return the unpacked bytes.

        :raises zlib.error: if the data is damaged; never after ``read``.
        """
        if self.method == STORED:
            return self.data
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflater.decompress(self.data, LARGEST_PART + 1)
        if not inflater.eof or inflater.unused_data:
            reason = f"{self.name}: not one whole deflate stream"
            raise zlib.error(reason)
        return content


_DAMAGED = message("it is damaged, or cut off")


def read(data: bytes) -> tuple[Member, ...]:
    """Return the members of the package in ``data``, each checked, in file order.

    :raises FindingsError: if it is no zip, is encrypted or damaged, has a
        name twice, or unpacks to more than the bounds of this module.
    """
    if data.startswith(_OLE_MAGIC):
        raise FindingsError((_protected(),))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as problem:
        raise FindingsError((_not_docx(_kind_of(data) or _DAMAGED),)) from problem
    findings = _refusals(infos)
    if findings:
        raise FindingsError(findings)
    return tuple(_member(data, info) for info in infos)


def _member(data: bytes, info: zipfile.ZipInfo) -> Member:
    try:
        header = _LOCAL.unpack_from(data, info.header_offset)
        start = info.header_offset + _LOCAL.size + header[-2] + header[-1]
        raw = data[start : start + info.compress_size]
        member = Member(
            name=info.filename,
            method=info.compress_type,
            crc=info.CRC,
            size=info.file_size,
            data=raw,
        )
        content = member.content()
    except (struct.error, zlib.error) as problem:
        raise FindingsError((_not_docx(_DAMAGED),)) from problem
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise FindingsError(
            (_not_docx(message("{part}: the check sum differs", part=info.filename)),)
        )
    return member


def _refusals(infos: Sequence[zipfile.ZipInfo]) -> tuple[Finding, ...]:
    found = []
    if any(info.flag_bits & _ENCRYPTED_FLAG for info in infos):
        found.append(_protected())
    if any(info.compress_type not in (STORED, DEFLATED) for info in infos):
        found.append(_not_docx(message("a compression method that Word does not use")))
    total = sum(info.file_size for info in infos)
    biggest = max((info.file_size for info in infos), default=0)
    if len(infos) > MOST_PARTS or total > LARGEST_PACKAGE or biggest > LARGEST_PART:
        found.append(
            error(
                "TEMPLATE-TOO-LARGE",
                "$",
                message(
                    "the file unpacks to {total} bytes in {count} parts; at most {most} are read",
                    total=total,
                    count=len(infos),
                    most=LARGEST_PACKAGE,
                ),
                message("shrink the pictures, or make the file again from a clean document"),
            )
        )
    names = [info.filename.casefold() for info in infos]
    found += [
        _not_docx(message("{part} occurs twice", part=name))
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    return tuple(found)


def _protected() -> Finding:
    return error(
        "TEMPLATE-ENCRYPTED",
        "$",
        message("the file is protected by a password, or is a Word 97 document (.doc)"),
        message("remove the password and save it as .docx"),
    )


def _kind_of(data: bytes) -> str:
    """Return what a file is by its beginning; empty if that is not known."""
    start = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((kind for magic, kind in _KINDS if start.startswith(magic)), "")


def _not_docx(reason: Text | str) -> Finding:
    return error(
        "TEMPLATE-NOT-DOCX",
        "$",
        message("this is not a Word document (.docx): {reason}", reason=reason),
        message("save the file as .docx in Word or WPS"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticMembers:
    """The static members of every document of a template, already laid out."""

    body: bytes
    directory: bytes
    count: int

    @classmethod
    def of(cls, members: Iterable[Member]) -> StaticMembers:
        """Return the laid-out ``members``, in the order given."""
        return _append(cls(body=b"", directory=b"", count=0), members)

    def archive(self, members: Iterable[Member]) -> bytes:
        """Return a whole zip: the static members, then ``members``."""
        whole = _append(self, members)
        end = _END.pack(
            b"PK\x05\x06", 0, 0, whole.count, whole.count, len(whole.directory), len(whole.body), 0
        )
        return b"".join((whole.body, whole.directory, end))


def _append(head: StaticMembers, members: Iterable[Member]) -> StaticMembers:
    body, directory = [head.body], [head.directory]
    offset, count = len(head.body), head.count
    for member in members:
        name = member.name.encode()
        flags = 0 if name.isascii() else _UTF8_FLAG
        common = (
            flags,
            member.method,
            _MIDNIGHT,
            _NEW_YEAR_1980,
            member.crc,
            len(member.data),
            member.size,
            len(name),
        )
        local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common, 0) + name
        central = _CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *common, 0, 0, 0, 0, 0, offset)
        body += [local, member.data]
        directory += [central, name]
        offset += len(local) + len(member.data)
        count += 1
    return StaticMembers(body=b"".join(body), directory=b"".join(directory), count=count)

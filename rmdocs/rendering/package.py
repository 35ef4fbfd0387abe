"""The zip around a Word document: read within bounds, written the same anywhere.

Reading keeps every member as it lies in the file, still compressed, so that a
static part can be copied into each document without depending on a zlib
build. What the members mean is not known here, except of one document: the
empty one that a controlled edition is joined into. It has only what holds for
the whole: settings, properties, and the styles of what the edition itself
writes. It sets no defaults, so that none reaches a part.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

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


_LATIN = "Times New Roman"
_HEITI, _SONGTI, _XIAOBIAOSONG = "黑体", "宋体", "方正小标宋简体"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_RELATION = f"{_PACKAGE}/relationships/metadata/core-properties"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """A paragraph style: sizes and spaces in points, line as a multiple."""

    identifier: str
    name: str
    font: str
    size: float
    align: str = "center"
    before: float = 0
    after: float = 0
    line: float = 1
    indent: float = 0
    outline: int | None = None
    keeps: bool = False


_STYLES = (
    _Style(identifier="FrontNumber", name="封面 编号", font=_SONGTI, size=12, align="left"),
    _Style(
        identifier="FrontOrganisation",
        name="封面 机构",
        font=_HEITI,
        size=20,
        before=90,
        after=6,
        line=1.25,
    ),
    _Style(
        identifier="FrontOrganisationEn", name="封面 机构英文", font=_SONGTI, size=14, line=1.25
    ),
    _Style(
        identifier="FrontTitle",
        name="封面 名称",
        font=_XIAOBIAOSONG,
        size=28,
        before=70,
        after=90,
        line=1.25,
    ),
    _Style(identifier="FrontLabel", name="封面 栏目", font=_HEITI, size=14, align="right", after=1),
    _Style(identifier="FrontValue", name="封面 内容", font=_SONGTI, size=14, after=1),
    _Style(
        identifier="FrontHeading",
        name="前置 标题",
        font=_HEITI,
        size=18,
        after=12,
        line=1.5,
        keeps=True,
    ),
    _Style(
        identifier="FrontContents1", name="目录 一级", font=_SONGTI, size=12, align="left", line=1.7
    ),
    _Style(
        identifier="FrontContents2",
        name="目录 二级",
        font=_SONGTI,
        size=12,
        align="left",
        line=1.7,
        indent=24,
    ),
    _Style(
        identifier="FrontCellHead", name="修改记录 表头", font=_HEITI, size=10.5, before=1, after=1
    ),
    _Style(
        identifier="FrontCell", name="修改记录 居中", font=_SONGTI, size=10.5, before=1, after=1
    ),
    _Style(
        identifier="FrontCellText",
        name="修改记录 内容",
        font=_SONGTI,
        size=10.5,
        align="both",
        before=1,
        after=1,
    ),
    _Style(identifier="FrontAnnex", name="附录 标题", font=_HEITI, size=9, align="left", outline=0),
)
_TABLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="FrontTable">'
    '<w:name w:val="前置 表格"/><w:tblPr><w:tblCellMar>'
    '<w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
)
_SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
)


def skeleton(*, title: str, subject: str, day: date) -> bytes:
    """Return the empty document.

    :param title: its properties as file managers show them, ``subject`` too.
    :param day: when it was made, as its properties say.
    """
    types = {
        "word/document.xml": f"{_WORD}.document.main+xml",
        "word/styles.xml": f"{_WORD}.styles+xml",
        "word/settings.xml": f"{_WORD}.settings+xml",
        "docProps/core.xml": _CORE,
    }
    contents = {
        "[Content_Types].xml": _content_types(types),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (_CORE_RELATION, "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(title, subject, day),
        "word/_rels/document.xml.rels": _relations(
            (f"{_OFFICE}/styles", "styles.xml"), (f"{_OFFICE}/settings", "settings.xml")
        ),
        "word/document.xml": f"<w:document {nsdecls('w', 'r')}><w:body/></w:document>",
        "word/settings.xml": f"<w:settings {nsdecls('w')}>{_SETTINGS}</w:settings>",
        "word/styles.xml": _style_sheet(),
    }
    members = (
        Member.stored(name, (_DECLARATION + text).encode()) for name, text in contents.items()
    )
    return StaticMembers.of(members).archive(())


def _style_sheet() -> str:
    return f"<w:styles {nsdecls('w')}>{''.join(map(_style, _STYLES))}{_TABLE}</w:styles>"


def _style(style: _Style) -> str:
    half = round(style.size * 2)
    keeps = "<w:keepNext/>" if style.keeps else ""
    indent = f'<w:ind w:left="{round(style.indent * 20)}"/>' if style.indent else ""
    outline = f'<w:outlineLvl w:val="{style.outline}"/>' if style.outline is not None else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.identifier}">'
        f'<w:name w:val="{style.name}"/><w:qFormat/><w:pPr>{keeps}<w:widowControl w:val="0"/>'
        f'<w:spacing w:before="{round(style.before * 20)}" w:after="{round(style.after * 20)}"'
        f' w:line="{round(style.line * 240)}" w:lineRule="auto"/>{indent}'
        f'<w:jc w:val="{style.align}"/>{outline}</w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:cs="{_LATIN}"'
        f' w:eastAsia="{style.font}" w:hint="eastAsia"/><w:kern w:val="2"/>'
        f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
        f'<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:style>'
    )


def _content_types(types: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target={quoteattr(target)}/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _core(title: str, subject: str, day: date) -> str:
    moment = f"{day.isoformat()}T00:00:00Z"
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:subject>{escape(subject)}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )

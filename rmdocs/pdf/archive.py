"""The archival file: a PDF made the same to the last byte, and saying what it is.

Takes out what an engine writes differently each time (dates, identifiers, the
numbers of fonts), writes every stream uncompressed, so that git keeps editions
as differences, and adds title, number and the record itself. What is printed
on the pages is not touched. Signing comes after this, and nothing else may.

LibreOffice writes the outlines of an OpenType/CFF font as Type 1 and numbers
the fonts of a process in turn (``UniqueID``), in the clear and in the
obfuscated part. Printers keep glyphs by that number, so it must differ from
font to font; here it is derived from the font's own bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.pdf.marks import Marks, draw_marks
from rmdocs.pdf.metadata import packet
from rmdocs.pdf.overlay import opened

_NUMBER = re.compile(rb"/UniqueID 4\d{6} def")
_PRIVATE_FIRST, _PRIVATE_COUNT = 4_000_000, 1_000_000
"""The numbers that Adobe leaves to whoever needs some (Type 1 Font Format §2.5)."""

_KEY, _FACTOR, _ADDEND = 55665, 52845, 22719
"""Of the obfuscation of a Type 1 font program (Type 1 Font Format §7.2)."""


def renumbered(font: bytes, clear: int, hidden: int) -> bytes:
    """Return the Type 1 program with a number that depends on its content alone.

    A font without such a number, or of another make, is returned as it is; no
    length changes.

    :param clear: bytes of the part in clear (``Length1``).
    :param hidden: bytes of the obfuscated part after it (``Length2``).
    """
    found = _NUMBER.search(font, 0, clear)
    if found is None:
        return font
    blank = b"/UniqueID %07d def" % _PRIVATE_FIRST
    head = font[:clear].replace(found[0], blank)
    body = _in_clear(font[clear : clear + hidden]).replace(found[0], blank)
    digest = hashlib.sha256(head + body).digest()
    own = _PRIVATE_FIRST + int.from_bytes(digest[:8], "big") % _PRIVATE_COUNT
    number = b"/UniqueID %07d def" % own
    head, body = head.replace(blank, number), body.replace(blank, number)
    return head + _obscured(body) + font[clear + hidden :]


# fontTools does the same in seven times the time. It is still a quarter of all that is done to a
# document's PDF, so no number here is larger than 2**30, from where Python computes more slowly:
# the state times -12691, which is _FACTOR modulo 2**16, from what keeps that positive. Tests hold
# it to fontTools.
_LESS, _BEYOND = 2**16 - _FACTOR, 12_800 * 2**16 + _ADDEND


def _in_clear(obscured: bytes) -> bytes:
    def states() -> Iterator[int]:
        state, less, beyond = _KEY, _LESS, _BEYOND
        for byte in obscured:
            yield state
            state = beyond - (byte + state) * less & 0xFFFF

    # What obscures a byte is the upper half of the state before it.
    upper = array("H", states()).tobytes()[sys.byteorder == "little" :: 2]
    mixed = int.from_bytes(obscured, "big") ^ int.from_bytes(upper, "big")
    return mixed.to_bytes(len(obscured), "big")


def _obscured(clear: bytes) -> bytes:
    def obscure() -> Iterator[int]:
        state, less, beyond = _KEY, _LESS, _BEYOND
        for byte in clear:
            byte ^= state >> 8  # noqa: PLW2901 - a name more would take time
            yield byte
            state = beyond - (byte + state) * less & 0xFFFF

    return bytes(obscure())


LARGEST = 64 * 2**20
"""Bytes a PDF may have."""

_HEADER = b"%PDF-1.7"
_CREATOR = "rmdocs"
_LANGUAGE = "zh-CN"
_JSON = "/application#2Fjson"
_ICC_DATE = slice(24, 36)
_ICC_EPOCH = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
_ARCHIVAL = re.compile(rb"<pdfaid:part>|pdfaid:part=")
_FLATE = ("/FlateDecode", "/Fl")
_NO_IDENTIFIER = bytes(16)
_SIMPLE_FONTS = ("/Type1", "/MMType1", "/TrueType")
_ACTIVE = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Movie", "/Sound"})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a rendition is, apart from its pages.

    :param number: of the record; empty for a document that prints none.
    :param edition: 1 for the first document under the number.
    :param title: the form's Chinese title.
    :param organisation: name of the organisation that issued it.
    :param moment: when it was made, with its time zone.
    :param engine: name and version of the engine.
    :param source: the record in JSON, to be attached; empty to attach none.
    :param copy_of: SHA-256 of the file that this is a marked copy of; empty for
        a rendition itself. A copy is kept in no store: its streams stay packed.
    """

    number: str
    revision: str
    edition: int
    title: str
    organisation: str
    moment: datetime
    engine: str
    source: bytes = b""
    copy_of: str = ""


def finish(pdf: bytes, about: About, marks: Marks | None = None, name: str = "") -> bytes:
    """Return ``pdf`` as it is to be kept: the same bytes for the same pages, marks and facts.

    PDF/A-2b from the engine stays PDF/A-2b, and becomes PDF/A-3b when the
    record is attached; other PDF makes no such claim.

    :param marks: what to draw on its pages.
    :param name: what a person calls the PDF; else its number or title.
    :raises FindingsError: if it is no PDF, too large, encrypted or signed, carries
        scripts or files, has a font that is not embedded, or cannot be marked.
    :raises ControlError: if it is to be marked, and is signed or laid out for signatures.
    """
    _bounded(pdf)
    name = name or about.number or about.title
    reader = opened(pdf, name)
    archival = _claims_archival(reader)
    # Copying, pypdf makes a few objects more than the file has, and would warn of it.
    reader.trailer[NameObject("/Size")] = NumberObject(2**31 - 1)
    writer = PdfWriter(clone_from=reader)
    if marks:
        draw_marks(writer, pdf, marks, name)
    refused = tuple(_refused(writer))
    if refused:
        raise FindingsError(refused)
    if not about.copy_of:
        _plain(writer)
    attached = _attached(writer, about) if about.source else None
    _described(writer, about, archival=archival, part="3" if attached else "2")
    return _written(writer)


def _bounded(pdf: bytes) -> None:
    if len(pdf) > LARGEST:
        reason = message(
            "the PDF has {size} bytes; at most {most} are read", size=len(pdf), most=LARGEST
        )
        raise FindingsError((_finding("PDF-TOO-LARGE", reason),))


def _finding(code: str, reason: Text) -> Finding:
    return error(code, "$", reason, message("make the PDF again from the document"))


def _claims_archival(reader: PdfReader) -> bool:
    root = reader.trailer["/Root"].get_object()
    stream = root.get("/Metadata") if isinstance(root, DictionaryObject) else None
    stream = stream.get_object() if stream is not None else None
    return isinstance(stream, StreamObject) and bool(_ARCHIVAL.search(stream.get_data()))


def _objects(writer: PdfWriter) -> Iterator[tuple[int, PdfObject]]:
    """Yield every object of the file with its place."""
    for number, held in enumerate(writer._objects):  # noqa: SLF001 - pypdf offers no list of them
        if held is not None:
            yield number, held


def _refused(writer: PdfWriter) -> Iterator[Finding]:
    """Yield what must not be in a rendition before it is signed."""
    for held in _dictionaries(writer):
        if held.get("/S") in _ACTIVE or "/JS" in held or "/AA" in held:
            yield _finding("PDF-ACTIVE", message("the PDF carries a script or an action"))
        if held.get("/Type") in ("/Filespec", "/EmbeddedFile"):
            yield _finding("PDF-ATTACHMENT", message("the PDF carries files"))
        if held.get("/Type") == "/Sig" or held.get("/FT") == "/Sig":
            yield _finding(
                "PDF-SIGNED", message("the PDF is signed; whatever is changed breaks that")
            )
        if not _is_embedded(held):
            name = str(held.get("/FontName", held.get("/BaseFont", ""))).lstrip("/")
            yield _finding(
                "PDF-FONT-NOT-EMBEDDED", message("the font {font} is not embedded", font=name)
            )


def _is_embedded(held: DictionaryObject) -> bool:
    """Return False for a font that the reader's machine would have to supply."""
    if held.get("/Type") == "/FontDescriptor":
        return any(key in held for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    simple = held.get("/Type") == "/Font" and held.get("/Subtype") in _SIMPLE_FONTS
    return not simple or "/FontDescriptor" in held


def _plain(writer: PdfWriter) -> None:
    """Unpack every stream, and take out what differs from run to run."""
    fonts, profiles = (
        {
            value.idnum
            for held in _dictionaries(writer)
            if key in held and isinstance(value := held.raw_get(key), IndirectObject)
        }
        for key in ("/FontFile", "/DestOutputProfile")
    )
    for number, held in list(_objects(writer)):
        if not isinstance(held, StreamObject):
            continue
        stream = _unpacked(held)
        place = number + 1
        if place in fonts:
            lengths = (int(stream.get(key, 0)) for key in ("/Length1", "/Length2"))
            stream.set_data(renumbered(stream.get_data(), *lengths))
        elif place in profiles:
            data = bytearray(stream.get_data())
            data[_ICC_DATE] = _ICC_EPOCH
            stream.set_data(bytes(data))
        writer._objects[number] = stream  # noqa: SLF001 - as above


def _dictionaries(writer: PdfWriter) -> Iterator[DictionaryObject]:
    """Yield every dictionary of the file, also those inside others."""
    waiting = [held for _, held in _objects(writer)]
    while waiting:
        held = waiting.pop()
        if isinstance(held, DictionaryObject):
            yield held
            waiting += [value for value in held.values() if not isinstance(value, IndirectObject)]
        elif isinstance(held, ArrayObject):
            waiting += [value for value in held if not isinstance(value, IndirectObject)]


def _unpacked(held: StreamObject) -> StreamObject:
    """Return a stream without Flate; pictures in their own formats stay as they are."""
    filters = held.get("/Filter")
    names = filters if isinstance(filters, ArrayObject) else [filters]
    if not isinstance(held, EncodedStreamObject) or any(name not in _FLATE for name in names):
        return held
    plain = DecodedStreamObject()
    plain.update(
        {
            key: value
            for key, value in held.items()
            if key not in ("/Filter", "/DecodeParms", "/Length")
        }
    )
    plain.set_data(held.get_data())
    plain.indirect_reference = held.indirect_reference
    return plain


def _attached(writer: PdfWriter, about: About) -> IndirectObject:
    """Attach the record as the source of the document (ISO 19005-3 §6.8)."""
    name = f"{about.number}-e{about.edition}.json"
    content = DecodedStreamObject()
    content.set_data(about.source)
    content.update(
        {
            NameObject("/Type"): NameObject("/EmbeddedFile"),
            NameObject("/Subtype"): NameObject(_JSON),
            NameObject("/Params"): DictionaryObject(
                {
                    NameObject("/Size"): NumberObject(len(about.source)),
                    NameObject("/ModDate"): _date(about.moment),
                }
            ),
        }
    )
    stream = writer._add_object(content)  # noqa: SLF001 - pypdf's own way to add a kind it lacks
    described = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): TextStringObject(name),
            NameObject("/UF"): TextStringObject(name),
            NameObject("/AFRelationship"): NameObject("/Source"),
            NameObject("/Desc"): TextStringObject(f"{about.number} {about.title}"),
            NameObject("/EF"): DictionaryObject(
                {NameObject("/F"): stream, NameObject("/UF"): stream}
            ),
        }
    )
    file = writer._add_object(described)  # noqa: SLF001 - as above
    root = writer.root_object
    root[NameObject("/AF")] = ArrayObject([file])
    names = root.get("/Names", DictionaryObject()).get_object()
    names[NameObject("/EmbeddedFiles")] = DictionaryObject(
        {NameObject("/Names"): ArrayObject([TextStringObject(name), file])}
    )
    root[NameObject("/Names")] = names
    return file


def _described(writer: PdfWriter, about: About, *, archival: bool, part: str) -> None:
    """Write title, dates and identity, the same in XMP and in the information dictionary."""
    moment = about.moment.astimezone(UTC).replace(microsecond=0)
    description = f"{about.number} {about.revision}".strip()
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    simple = {"pdfaid:part": part, "pdfaid:conformance": "B"} if archival else {}
    simple |= {
        "xmp:CreatorTool": _CREATOR,
        "xmp:CreateDate": stamp,
        "xmp:ModifyDate": stamp,
        "pdf:Producer": about.engine,
        "rmdocs:number": about.number,
        "rmdocs:revision": about.revision,
        "rmdocs:edition": str(about.edition),
        "rmdocs:organisation": about.organisation,
    }
    if about.copy_of:
        simple["rmdocs:copyOf"] = about.copy_of
    metadata = DecodedStreamObject()
    metadata.set_data(packet(simple, about.title, about.organisation, description))
    metadata.update(
        {
            NameObject("/Type"): NameObject("/Metadata"),
            NameObject("/Subtype"): NameObject("/XML"),
        }
    )
    root = writer.root_object
    old = root.raw_get("/Metadata") if "/Metadata" in root else None
    if isinstance(old, IndirectObject):  # in its place: the old packet must not stay in the file
        writer._replace_object(old, metadata)  # noqa: SLF001 - as above
    else:
        root[NameObject("/Metadata")] = writer._add_object(metadata)  # noqa: SLF001 - as above
    root[NameObject("/Lang")] = TextStringObject(_LANGUAGE)
    outlines = root["/Outlines"].get_object() if "/Outlines" in root else None
    if isinstance(outlines, DictionaryObject) and "/First" in outlines:
        root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    writer.metadata = {
        "/Title": about.title,
        "/Author": about.organisation,
        "/Subject": description,
        "/Creator": _CREATOR,
        "/Producer": about.engine,
        "/CreationDate": _date(moment),
        "/ModDate": _date(moment),
    }


def _date(moment: datetime) -> TextStringObject:
    return TextStringObject(moment.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'"))


def _written(writer: PdfWriter) -> bytes:
    """Return the file, its identifier taken from the rest of it."""
    writer.pdf_header = _HEADER.decode()
    writer._ID = ArrayObject([ByteStringObject(_NO_IDENTIFIER)] * 2)  # noqa: SLF001 - as above
    buffer = io.BytesIO()
    writer.write(buffer)
    content = buffer.getvalue()
    blank = f"<{_NO_IDENTIFIER.hex()}>".encode()
    trailer = content.rindex(b"trailer")
    identifier = f"<{hashlib.sha256(content).hexdigest()[:32]}>".encode()
    return content[:trailer] + content[trailer:].replace(blank, identifier)

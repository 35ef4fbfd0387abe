"""A new PDF of pages from elsewhere: pictures, blank pages, pages cut out of other PDFs.

Pictures stay the bytes they were. Of a cut-out page only what draws it is
taken: no annotations, scripts, files or metadata come along. The same leaves
give the same bytes. In a print set pages are those of the documents, untouched;
where a copy ends on the front of a sheet, its back stays blank. Pages of two PDF
side by side are to be looked at, and kept nowhere: the file claims nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from io import BytesIO
from itertools import zip_longest

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from rmdocs.classes import dataclass
from rmdocs.pdf.overlay import DAMAGE, opened, stream

_DRAWING = ("/Resources", "/Contents", "/MediaBox", "/CropBox", "/Group")
"""What a page needs to be drawn."""
_DROPPED = (
    *("/AF", "/F", "/FFilter", "/FDecodeParms", "/Metadata", "/PieceInfo", "/OPI", "/Alternates"),
    *("/StructParent", "/StructParents"),
)
"""What a picture or form may carry besides; as the name of a resource each may be needed."""
_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_UNIT, _FULL = 72, 360
_VERSION = "%PDF-1.7"
"""The first that knows of duplex printing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePage:
    """A picture that fills a page.

    :param data: as ``coding`` says, a PDF filter: ``DCTDecode`` for a JPEG file,
        ``FlateDecode`` for deflated rows.
    :param width: in dots; ``height`` likewise, ``dpi`` to the inch.
    :param colours: 1, 3 or 4 to a dot, of ``bits`` each.
    :param inverted: whether the largest value is black.
    :param turn: degrees clockwise that set it upright.
    """

    data: bytes
    coding: str
    width: int
    height: int
    dpi: float
    colours: int
    bits: int = 8
    inverted: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A page of another PDF.

    :param pdf: its bytes, or an opened PDF that other documents are made of too; the
        same object for all its pages is read once.
    :param name: what a person calls it.
    :param index: of the page, from 0.
    :param turn: degrees clockwise that set it upright, beyond what it says itself.
    """

    pdf: bytes | PdfReader
    name: str
    index: int
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankPage:
    """An empty page.

    :param width: in points; ``height`` likewise.
    """

    width: float
    height: float


class Duplex(StrEnum):
    """How a printer is told to use the two sides of a sheet (ISO 32000-2 table 147)."""

    ONE = "/Simplex"
    BOTH = "/DuplexFlipLongEdge"


def assemble(
    leaves: Sequence[PicturePage | Excerpt | BlankPage], duplex: Duplex | None = None
) -> bytes:
    """Return one PDF with a page for each leaf, in order.

    :param duplex: asks the printer for that, at the pages' own size; None
        leaves both to whoever prints.
    :raises FindingsError: if a PDF to cut from cannot be read.
    """
    writer = PdfWriter()
    readers: dict[int, PdfReader] = {}
    for leaf in leaves:
        if isinstance(leaf, PicturePage):
            page = _pictured(writer, leaf)
        elif isinstance(leaf, BlankPage):
            page = PageObject.create_blank_page(width=leaf.width, height=leaf.height)
        else:
            reader = readers.get(id(leaf.pdf))
            if reader is None:
                reader = readers[id(leaf.pdf)] = _reader(leaf)
            page = _cut_out(writer, reader, leaf)
        writer.add_page(page)
    writer.metadata = None
    if duplex is not None:
        wishes = {"/Duplex": duplex.value, "/PrintScaling": "/None"}
        writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
            {NameObject(key): NameObject(value) for key, value in wishes.items()}
        )
        writer.pdf_header = _VERSION
    written = BytesIO()
    writer.write(written)
    # What a reader tells versions of a file apart by follows from what is in it.
    mark = ByteStringObject(hashlib.sha256(written.getvalue()).digest()[:16])
    writer._ID = ArrayObject([mark, mark])  # noqa: SLF001 - pypdf has no public way
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _reader(leaf: Excerpt) -> PdfReader:
    return leaf.pdf if isinstance(leaf.pdf, PdfReader) else opened(leaf.pdf, leaf.name)


def _pictured(writer: PdfWriter, leaf: PicturePage) -> PageObject:
    across, up = (side * _UNIT / leaf.dpi for side in (leaf.width, leaf.height))
    image = StreamObject()
    image.set_data(leaf.data)
    entries: dict[str, PdfObject] = {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Image"),
        "/Width": NumberObject(leaf.width),
        "/Height": NumberObject(leaf.height),
        "/ColorSpace": NameObject(_SPACES[leaf.colours]),
        "/BitsPerComponent": NumberObject(leaf.bits),
        "/Filter": NameObject(f"/{leaf.coding}"),
    }
    if leaf.inverted:
        entries["/Decode"] = ArrayObject(map(NumberObject, [1, 0] * leaf.colours))
    image.update({NameObject(key): value for key, value in entries.items()})
    page = PageObject.create_blank_page(width=across, height=up)
    shapes = DictionaryObject({NameObject("/Scan"): writer._add_object(image)})  # noqa: SLF001 - as above
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shapes})
    drawn = stream(f"q {across:.4f} 0 0 {up:.4f} 0 0 cm /Scan Do Q")
    page[NameObject("/Contents")] = writer._add_object(drawn)  # noqa: SLF001 - no public way
    return _turned(page, leaf.turn)


def _cut_out(writer: PdfWriter, reader: PdfReader, leaf: Excerpt) -> PageObject:
    source = reader.pages[leaf.index]
    box = source.mediabox
    page = PageObject.create_blank_page(width=box.width, height=box.height)
    for key in _DRAWING:
        if key in source:
            value = source.raw_get(key)
            _lighten(value)
            page[NameObject(key)] = value.clone(writer)
    return _turned(page, source.rotation + leaf.turn)


def can_be_cut_out(reader: PdfReader, index: int) -> bool:
    """Return whether :func:`assemble` can take a page, from 0, out of a PDF."""
    writer = PdfWriter()
    try:
        writer.add_page(_cut_out(writer, reader, Excerpt(pdf=b"", name="", index=index)))
        writer.write(BytesIO())
    except DAMAGE:
        return False
    return True


def _lighten(root: PdfObject) -> None:
    """Take from every stream that ``root`` leads to what does not draw it."""
    waiting: list[PdfObject | None] = [root]
    seen: dict[int, PdfObject] = {}
    while waiting:
        named = waiting.pop()
        value = named.get_object() if named is not None else None
        if value is None or id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, StreamObject):
            for key in _DROPPED:
                value.pop(key, None)
        if isinstance(value, DictionaryObject):
            waiting += list(value.values())
        elif isinstance(value, ArrayObject):
            waiting += list(value)


def _turned(page: PageObject, degrees: int) -> PageObject:
    if degrees % _FULL:
        page[NameObject("/Rotate")] = NumberObject(degrees % _FULL)
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintItem:
    """A document to print.

    :param name: what a person calls it.
    """

    name: str
    pdf: bytes
    copies: int = 1


def page_count(pdf: bytes, name: str) -> int:
    """Return how many pages a PDF has.

    :param name: what a person calls it.
    :raises FindingsError: if it cannot be read.
    """
    return len(opened(pdf, name).pages)


def sheets(pages: int, sides: int) -> int:
    """Return how many sheets of paper ``pages`` take on 1 or 2 ``sides`` each."""
    return -(-pages // sides)


def print_set(items: Sequence[PrintItem], sides: int) -> bytes:
    """Return one PDF of all copies of all items, in order, copy after copy.

    :param sides: 1 or 2, the sides of a sheet that are printed on; the printer
        is asked for it, and for pages at their own size.
    :raises FindingsError: if an item cannot be read.
    """
    leaves = [leaf for item in items for leaf in _leaves(item, sides)]
    return assemble(leaves, Duplex.ONE if sides == 1 else Duplex.BOTH)


def _leaves(item: PrintItem, sides: int) -> Iterator[Excerpt | BlankPage]:
    pages = opened(item.pdf, item.name).pages
    last = pages[-1].mediabox
    blanks = [BlankPage(width=float(last.width), height=float(last.height))] * (-len(pages) % sides)
    for _ in range(item.copies):
        for index in range(len(pages)):
            yield Excerpt(pdf=item.pdf, name=item.name, index=index)
        yield from blanks


_GAP = 12.0
"""Points between the two pages."""

_MADE_HERE = "rmdocs: two revisions side by side"


def side_by_side(left: bytes, right: bytes, title: str) -> bytes:
    """Return a PDF in which each page of ``left`` stands beside that of ``right``.

    Where one has fewer pages its side stays blank. The same PDF give the same bytes.

    :param title: what a person calls the file.
    :raises FindingsError: if either cannot be read.
    """
    writer = PdfWriter()
    for one, other in zip_longest(opened(left, title).pages, opened(right, title).pages):
        shown = [page for page in (one, other) if page is not None]
        width = max(float(page.mediabox.width) for page in shown)
        height = max(float(page.mediabox.height) for page in shown)
        sheet = PageObject.create_blank_page(width=2 * width + _GAP, height=height)
        for page, across in ((one, 0.0), (other, width + _GAP)):
            if page is not None:
                # Pages hang from the same upper edge.
                up = height - float(page.mediabox.height)
                sheet.merge_translated_page(page, across, up)
        writer.add_page(sheet)
    writer.add_metadata({"/Title": title, "/Subject": _MADE_HERE})
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def is_side_by_side(pdf: bytes) -> bool:
    """Return whether a file was made here: another one may replace it."""
    return f"({_MADE_HERE})".encode() in pdf

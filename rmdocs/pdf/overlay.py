"""Drawing over the pages of a PDF that is there: what they show is kept as it was.

A PDF that cannot be changed, or must not be, is refused with a finding when it is
opened. What is drawn are form XObjects of paths and small print; which, and where,
is the business of whoever calls (``marks``, ``flattening``).

The few signs that marks are made of are carried along as outlines, so that marks
look the same and are the same bytes on any machine, whatever fonts it has. They
were drawn from Noto Sans CJK SC (SIL Open Font License 1.1). In a PDF they are
a Type 3 font, so that the text can be found and copied, or plain paths.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message

_SIGNATURE = "/Sig"
DAMAGE = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What pypdf lets through of a file that breaks the rules."""

# What it mends by itself it tells on standard error, in English, unless somebody listens.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def opened(pdf: bytes, name: str) -> PdfReader:
    """Return the PDF, its pages counted.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF, is damaged, encrypted or empty.
    """
    try:
        reader = PdfReader(BytesIO(pdf))
        if reader.is_encrypted:
            finding = error(
                "PDF-ENCRYPTED",
                name,
                message("the PDF is protected by a password"),
                message("save it without protection"),
            )
        elif reader.get_num_pages():
            return reader
        else:
            finding = error(
                "PDF-EMPTY", name, message("the PDF has no page"), message("make it again")
            )
    except DAMAGE as problem:
        raise FindingsError((damaged(name),)) from problem
    raise FindingsError((finding,))


def words_of_pages(pdf: bytes, name: str) -> list[str]:
    """Return the words of each page of a PDF, as they stand in the file, line by line.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF, is damaged, encrypted or empty.
    """
    try:
        return [page.extract_text() for page in opened(pdf, name).pages]
    except DAMAGE as problem:
        raise FindingsError((damaged(name),)) from problem


def damaged(name: str) -> Finding:
    """Return the finding of a file that breaks the rules of PDF."""
    return error("PDF-DAMAGED", name, message("the PDF is damaged"), message("make it again"))


def require_unsigned(document: PdfReader | PdfWriter) -> None:
    """Refuse a PDF that is signed or has fields for signatures.

    :raises ControlError: saying where marks may go instead.
    """
    form = document.root_object.get("/AcroForm")
    fields = document.get_fields() or {} if form is not None else {}
    flags = form.get_object().get("/SigFlags", 0) if form is not None else 0
    if (
        flags
        or "/Perms" in document.root_object
        or any(field.get("/FT") == _SIGNATURE for field in fields.values())
    ):
        raise ControlError(
            message("the PDF is signed, or laid out for signatures: a mark would break them"),
            message("mark a copy of the rendition as it was before signing"),
            clause="ISO 32000-2 §12.8",
        )


_EM = 1000
_LOWEST, _HIGHEST = -300, 1100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign; lengths are thousandths of its height.

    :param path: PDF operators that draw its outline, without filling it.
    """

    width: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """All signs there are: for small print, and for stamps across a page."""

    printed: Mapping[str, Sign]
    stamped: Mapping[str, Sign]


@cache
def alphabet() -> Alphabet:
    """Return the signs, read once."""
    value = json.loads((files(__package__) / "signs.json").read_text(encoding="utf-8"))
    printed, stamped = (
        {
            sign: Sign(width=int(width), path=str(path))
            for sign, (width, path) in value[kind].items()
        }
        for kind in ("print", "stamp")
    )
    return Alphabet(printed=printed, stamped=stamped)


def width(text: str, size: float) -> float:
    """Return how wide small print of a size is, in the unit of ``size``."""
    return sum(alphabet().printed[sign].width for sign in text) * size / _EM


@dataclass(frozen=True, slots=True)
class Font:
    """A Type 3 font of the signs some texts need.

    :param signs: in the order of their codes, from 1.
    """

    signs: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Font:
        """Return the font for ``texts``; the same texts, the same font."""
        return cls(tuple(sorted(set().union(*texts))))

    def encoded(self, text: str) -> str:
        """Return ``text`` as a hexadecimal PDF string in this font."""
        return f"<{''.join(f'{self.signs.index(sign) + 1:02x}' for sign in text)}>"

    def added(self, writer: PdfWriter) -> IndirectObject:
        """Add the font to a PDF and return the reference to it."""
        shapes = alphabet().printed
        names = [NameObject(f"/u{ord(sign):04X}") for sign in self.signs]
        procedures = DictionaryObject()
        for name, sign in zip(names, self.signs, strict=True):
            shape = shapes[sign]
            drawn = f"{shape.width} 0 0 {_LOWEST} {shape.width} {_HIGHEST} d1 {shape.path} f"
            procedures[name] = writer._add_object(stream(drawn))  # noqa: SLF001 - the one way
        widths = ArrayObject(NumberObject(shapes[sign].width) for sign in self.signs)
        differences = ArrayObject([NumberObject(1), *names])
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type3"),
                NameObject("/FontBBox"): _numbers(0, _LOWEST, _EM, _HIGHEST),
                NameObject("/FontMatrix"): _numbers(1 / _EM, 0, 0, 1 / _EM, 0, 0),
                NameObject("/CharProcs"): procedures,
                NameObject("/Encoding"): DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/Encoding"),
                        NameObject("/Differences"): differences,
                    }
                ),
                NameObject("/FirstChar"): NumberObject(1),
                NameObject("/LastChar"): NumberObject(len(names)),
                NameObject("/Widths"): widths,
                NameObject("/Resources"): DictionaryObject(),
                NameObject("/ToUnicode"): writer._add_object(stream(self._map())),  # noqa: SLF001 - as above
            }
        )
        return writer._add_object(font)  # noqa: SLF001 - pypdf has no public way

    def _map(self) -> str:
        """Return the map from codes to Unicode."""
        lines = "\n".join(f"<{at:02x}> <{ord(sign):04x}>" for at, sign in enumerate(self.signs, 1))
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <00> <ff> endcodespacerange\n"
            f"{len(self.signs)} beginbfchar\n{lines}\nendbfchar\n"
            "endcmap CMapName currentdict /CMap defineresource pop end end"
        )


def stream(content: str) -> StreamObject:
    """Return a stream of ASCII operators."""
    made = StreamObject()
    made.set_data(content.encode("ascii"))
    return made


def _numbers(*values: float) -> ArrayObject:
    return ArrayObject(FloatObject(value) for value in values)


class Overlay:
    """What is drawn over the pages of one PDF."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._save = self.added(stream("q\n"))

    def added(self, value: PdfObject) -> IndirectObject:
        """Add a stream to the file, unless it is there, and return the reference to it."""
        return self._writer._add_object(value)  # noqa: SLF001 - pypdf has no public way

    def draw(self, page: PageObject, shapes: Mapping[str, PdfObject], operators: str) -> None:
        """Draw over a page, in its own coordinates.

        :param shapes: references to form XObjects, by names that the page's
            resources do not have yet; see :func:`shapes_of`.
        :param operators: what calls them.
        """
        # The pages of a document may share these: each gets its own.
        resources = DictionaryObject(direct(page.get("/Resources")))
        known = shapes_of(page)
        known.update({NameObject(name): shape for name, shape in shapes.items()})
        resources[NameObject("/XObject")] = known
        page[NameObject("/Resources")] = resources
        before = page.get("/Contents")
        own = before.get_object() if before is not None else ArrayObject()
        contents = own if isinstance(own, ArrayObject) else ArrayObject([page.raw_get("/Contents")])
        # What a page leaves turned, clipped or coloured must not reach what is drawn over it.
        page[NameObject("/Contents")] = ArrayObject(
            [self._save, *contents, self.added(stream(f"\nQ {operators}\n"))]
        )


def shapes_of(page: PageObject) -> DictionaryObject:
    """Return the XObjects a page knows, by name; a dictionary of its own."""
    return DictionaryObject(direct(direct(page.get("/Resources")).get("/XObject")))


def direct(value: PdfObject | None) -> DictionaryObject:
    """Return a dictionary that may be missing or named by reference."""
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def decimal(value: float) -> str:
    """Return a number as PDF writes it: no exponent, no superfluous zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


BLEND = "/RmdocsBlend"
"""Names the state in which what lies under a drawing stays as dark as it is."""
_RIGHT_ANGLE, _TURNS = 90, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnText:
    """Small print that ends at ``right``; turned, it begins there and goes up."""

    text: str
    size: float
    right: float
    base: float
    turned: bool = False

    def drawn(self, font: Font) -> str:
        """Return the operators that print it."""
        if self.turned:
            at = f"0 1 -1 0 {decimal(self.right)} {decimal(self.base)} Tm"
        else:
            left = self.right - width(self.text, self.size)
            at = f"{decimal(left)} {decimal(self.base)} Td"
        return f"BT /Signs {decimal(self.size)} Tf {at} {font.encoded(self.text)} Tj ET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What one kind of mark draws on one page: paths first, then text.

    :param blended: whether what lies under it stays as dark as it is.
    """

    name: str
    paths: str
    texts: tuple[DrawnText, ...] = ()
    blended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upright:
    """A page as a reader sees it: upright, cropped, its lower left corner at 0, 0.

    :param matrix: from there to the page's own coordinates.
    """

    page: PageObject
    width: float
    height: float
    matrix: tuple[float, ...]

    @classmethod
    def of(cls, page: PageObject) -> Upright:
        """Return a page with its box and turn taken into account."""
        box = page.cropbox
        x, y, across, up = (float(v) for v in (box.left, box.bottom, box.width, box.height))
        turn = page.rotation // _RIGHT_ANGLE % _TURNS
        matrix = (
            (1, 0, 0, 1, x, y),
            (0, 1, -1, 0, x + across, y),
            (-1, 0, 0, -1, x + across, y + up),
            (0, -1, 1, 0, x, y + up),
        )[turn]
        width, height = (up, across) if turn % 2 else (across, up)
        return cls(page=page, width=width, height=height, matrix=matrix)


class OverlayWriter:
    """Puts drawings on the pages of one PDF."""

    def __init__(self, writer: PdfWriter, font: Font) -> None:
        self._letters = font
        self._font = font.added(writer) if font.signs else None
        self._overlay = Overlay(writer)

    def put(self, sheet: Upright, drawings: Sequence[Drawing], name: str) -> None:
        """Draw over a page what is meant for it."""
        if any(drawing.name in shapes_of(sheet.page) for drawing in drawings):
            raise FindingsError((_marked_already(name),))
        shapes = {
            drawing.name: self._overlay.added(self._shape(sheet, drawing)) for drawing in drawings
        }
        matrix = " ".join(map(decimal, sheet.matrix))
        calls = " ".join(f"{drawing.name} Do" for drawing in drawings)
        self._overlay.draw(sheet.page, shapes, f"/Artifact BMC q {matrix} cm {calls} Q EMC")

    def _shape(self, sheet: Upright, drawing: Drawing) -> StreamObject:
        texts = " ".join(text.drawn(self._letters) for text in drawing.texts)
        shape = stream(f"{drawing.paths} 0 g {texts}" if texts else drawing.paths)
        shape[NameObject("/Type")] = NameObject("/XObject")
        shape[NameObject("/Subtype")] = NameObject("/Form")
        box = (0, 0, sheet.width, sheet.height)
        shape[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in box)
        fonts = DictionaryObject({NameObject("/Signs"): self._font} if texts else {})
        resources = DictionaryObject({NameObject("/Font"): fonts})
        if drawing.blended:
            blend = DictionaryObject({NameObject("/BM"): NameObject("/Multiply")})
            states = DictionaryObject({NameObject(BLEND): blend})
            resources[NameObject("/ExtGState")] = states
        shape[NameObject("/Resources")] = resources
        return shape


def _marked_already(name: str) -> Finding:
    return error(
        "MARK-TWICE",
        name,
        message("the PDF bears such a mark already"),
        message("mark the PDF as the engine made it"),
    )

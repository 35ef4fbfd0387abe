"""Opening a scanned file: its kind by its first bytes, its pages one at a time.

Nothing larger than the bounds below is ever decoded. This runs where a file
that breaks its reader breaks nothing else; see ``worker``.
"""

from __future__ import annotations

import mmap
import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Protocol

import pypdfium2
import pypdfium2.raw
from PIL import Image

from rmdocs.pdf.pdfium import drawable
from rmdocs.scanning.pile import FileFault, Trouble

LARGEST_FILE = 2**28
"""Bytes a file may have."""
MOST_PAGES = 500
"""Pages a file may have."""
MOST_PIXELS = 120_000_000
"""Pixels the pictures of one page may have: A3 at 600 dpi."""
_MOST_DRAWN = 20_000_000
"""Pixels a page is drawn with at most."""
_UNIT = 72
_OPEN = -1
"""What PDFium calls the protection of a PDF that has none."""
_A4 = 11.69
"""Height in inches of a page whose picture does not say how large it is."""
_LONGEST = 100
"""Inches a page may be long: more than A4 at 600 dpi whose file says 72."""
_HEAD, _TAIL = 1024, 1024
_ACTIVE = (b"/JavaScript", b"/EmbeddedFiles", b"/Launch")
_KINDS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
FORMATS = tuple(sorted(set(_KINDS.values())))
# A picture made to break its reader raises all of these.
_DAMAGE = (
    *(OSError, EOFError, ValueError, SyntaxError, LookupError, TypeError, ArithmeticError),
    *(AttributeError, struct.error),
)


class FileFaultError(Exception):
    """A file is not read; ``fault`` says why."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class PageTroubleError(Exception):
    """A page is not read; ``trouble`` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Frames(Protocol):
    """An opened file."""

    def __len__(self) -> int:
        """Return how many pages it has."""

    def draw(self, index: int, dpi: int, *, colour: bool = False) -> Image.Image:
        """Return a page, upright as the file says, fewer dots where it is huge.

        :param colour: as it is, instead of in grey.
        :raises TroubleError: if it is not read.
        """

    def length(self, index: int) -> float:
        """Return the points of a page's longer side."""


def kind_of(head: bytes) -> str:
    """Return the kind of a file by its first bytes: PDF, JPEG, PNG, TIFF; empty if none."""
    if b"%PDF-" in head[:_HEAD]:
        return "PDF"
    return next((kind for start, kind in _KINDS.items() if head.startswith(start)), "")


def held(path: Path) -> BufferedReader:
    """Return a file's bytes, there whatever becomes of its name meanwhile.

    :raises FaultError: if it is not there.
    """
    try:
        return path.open("rb")
    except OSError as problem:
        raise FileFaultError(FileFault.ABSENT) from problem


@contextmanager
def opened(path: Path) -> Iterator[Frames]:
    """Open a file.

    :raises FaultError: if it is not read.
    """
    try:
        if not path.is_file():
            # Opening a pipe waits for whoever fills it.
            raise FileFaultError(FileFault.ABSENT)
        size = path.stat().st_size
        with held(path) as file:
            head = file.read(_HEAD)
    except OSError as problem:
        raise FileFaultError(FileFault.ABSENT) from problem
    if not size:
        raise FileFaultError(FileFault.EMPTY)
    if size > LARGEST_FILE:
        raise FileFaultError(FileFault.LARGE)
    kind = kind_of(head)
    if not kind:
        raise FileFaultError(FileFault.KIND)
    with _pdf(path) if kind == "PDF" else _image(path) as frames:
        if len(frames) > MOST_PAGES:
            raise FileFaultError(FileFault.PAGES)
        yield frames


@contextmanager
def _pdf(path: Path) -> Iterator[Frames]:
    with ExitStack() as stack:
        try:
            document = stack.enter_context(drawable(path))
        except FileNotFoundError as problem:
            raise FileFaultError(FileFault.ABSENT) from problem
        except pypdfium2.PdfiumError as problem:
            locked = problem.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
            raise FileFaultError(FileFault.ENCRYPTED if locked else FileFault.DAMAGED) from problem
        if not len(document):
            raise FileFaultError(FileFault.DAMAGED)
        if pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document) != _OPEN:
            # It can be looked at without the password that forbids to take pages out.
            raise FileFaultError(FileFault.ENCRYPTED)
        if _is_active(document, path):
            raise FileFaultError(FileFault.ACTIVE)
        yield _PdfFrames(document)


def _is_active(document: pypdfium2.PdfDocument, path: Path) -> bool:
    """Return whether a PDF carries scripts or files, which no scanner puts there."""
    raw = pypdfium2.raw
    if raw.FPDFDoc_GetJavaScriptActionCount(document) or document.count_attachments():
        return True
    with held(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(name) >= 0 for name in _ACTIVE)


class _PdfFrames:
    """The pages of a PDF."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def draw(self, index: int, dpi: int, *, colour: bool = False) -> Image.Image:
        """Return a page; see :class:`Frames`."""
        try:
            page = self._document[index]
            try:
                self._require_sound(page)
                across, up = (max(side / _UNIT, 0.1) for side in page.get_size())
                if max(across, up) > _LONGEST:
                    raise PageTroubleError(Trouble.SIZE)
                dots = min(dpi, (_MOST_DRAWN / (across * up)) ** 0.5)
                bitmap = page.render(
                    scale=dots / _UNIT,
                    grayscale=not colour,
                    draw_annots=False,
                    may_draw_forms=False,
                )
                shown: Image.Image = bitmap.to_pil().convert("RGB" if colour else "L")
                return shown
            finally:
                page.close()
        except pypdfium2.PdfiumError as problem:
            raise PageTroubleError(Trouble.PICTURE) from problem

    def length(self, index: int) -> float:
        """Return the points of a page's longer side."""
        return float(max(self._document.get_page_size(index)))

    def _require_sound(self, page: pypdfium2.PdfPage) -> None:
        if pypdfium2.raw.FPDFPage_GetAnnotCount(page):
            raise PageTroubleError(Trouble.NOTES)
        pixels = 0
        for image in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
            width, height = image.get_px_size()
            pixels += width * height
            # What is cut off is drawn grey without a word: the end must be there.
            filters = image.get_filters()
            if filters[-1:] == ["DCTDecode"] and not _is_whole(image, squeezed=len(filters) > 1):
                raise PageTroubleError(Trouble.PICTURE)
        if pixels > MOST_PIXELS:
            raise PageTroubleError(Trouble.SIZE)


def _is_whole(image: pypdfium2.PdfImage, *, squeezed: bool) -> bool:
    """Return whether a JPEG has its end.

    :param squeezed: whether it was deflated once more, as some machines do.
    """
    return b"\xff\xd9" in bytes(image.get_data(decode_simple=squeezed))[-_TAIL:]


@contextmanager
def _image(path: Path) -> Iterator[Frames]:
    with warnings.catch_warnings():
        # Pillow warns of what is measured here anyway.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(path, formats=FORMATS)
        except Image.DecompressionBombError as problem:
            raise FileFaultError(FileFault.LARGE) from problem
        except FileNotFoundError as problem:
            raise FileFaultError(FileFault.ABSENT) from problem
        except _DAMAGE as problem:
            raise FileFaultError(FileFault.DAMAGED) from problem
        with image:
            yield _ImageFrames(image, _count(image))


def _count(image: Image.Image) -> int:
    """Return how many pages a picture has; of too many, only that they are too many.

    A telephone's JPEG holds its preview as a second picture, which is no page.

    :raises FaultError: if they cannot be counted.
    """
    if image.format != "TIFF":
        return 1
    try:
        for number in range(1, MOST_PAGES + 1):
            try:
                image.seek(number)
            except EOFError:
                return number
    except _DAMAGE as problem:
        raise FileFaultError(FileFault.DAMAGED) from problem
    return MOST_PAGES + 1


class _ImageFrames:
    """The pages of a picture: one, or as many as a TIFF has."""

    def __init__(self, image: Image.Image, count: int) -> None:
        self._image = image
        self._count = count

    def __len__(self) -> int:
        return self._count

    def length(self, index: int) -> float:  # noqa: ARG002 - all pages are taken for A4
        """Return the points of a page's longer side."""
        return _A4 * _UNIT

    def draw(self, index: int, dpi: int, *, colour: bool = False) -> Image.Image:
        """Return a page; see :class:`Frames`."""
        try:
            self._image.seek(index)
            width, height = self._image.size
            if width * height > MOST_PIXELS:
                raise PageTroubleError(Trouble.SIZE)
            # A copy, so that the picture itself stays as it is for the next dpi.
            shown = on_white(self._image).convert("RGB" if colour else "L")
            shown = turned(shown, orientation(self._image))
        except _DAMAGE as problem:
            raise PageTroubleError(Trouble.PICTURE) from problem
        shrunk = dpi * _A4 / max(shown.size)
        if shrunk < 1:
            size = (max(1, round(side * shrunk)) for side in shown.size)
            shown = shown.resize((next(size), next(size)), Image.Resampling.BOX)
        return shown


_ORIENTATION = 0x0112
_EXIF_TURNS = {3: 180, 6: 90, 8: 270}


def orientation(image: Image.Image) -> int:
    """Return the degrees clockwise by which a camera or scanner says to turn a picture."""
    return _EXIF_TURNS.get(image.getexif().get(_ORIENTATION, 1), 0)


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """Return a picture turned clockwise by a multiple of 90 degrees."""
    turns = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[degrees]) if degrees in turns else image


def on_white(image: Image.Image) -> Image.Image:
    """Return a picture without transparency: on white paper."""
    if image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        return paper.convert("RGB")
    return image

"""Pages as they are seen, and nothing else: what lies on them becomes part of them.

A signed PDF cannot be marked without breaking its signatures. A copy of it is
made of its pages, with the visible appearance of every signature, form field
and note drawn into the page (ISO 32000-1 §12.5.5); fields, signatures, what
proves them, and attached files are gone. What is hidden from view stays
hidden. Links within the document are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import count

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from rmdocs.classes import dataclass
from rmdocs.pdf.overlay import Overlay, decimal, direct, opened, shapes_of

_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
"""Flags of an annotation that is not seen (ISO 32000-1 §12.5.3)."""
_NO_LONGER = ("/AcroForm", "/Perms", "/DSS", "/Extensions", "/AF")
"""Entries of the catalogue that tell of fields, signatures and attached files."""
_LINK = "/Link"
_LEAST = 1e-3
"""A side shorter than this, in points, shows nothing."""

_Matrix = tuple[float, float, float, float, float, float]
_AS_IS: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Appearance:
    """What an annotation shows on its page, and the matrix that puts it there."""

    shape: StreamObject
    matrix: _Matrix


def flatten(pdf: bytes, name: str) -> bytes:
    """Return the pages of ``pdf`` with what is seen on them drawn into them.

    Without fields, signatures and attached files; whatever else the file says
    of itself stays. The same PDF, the same bytes.

    :param name: what a person calls the PDF.
    :raises FindingsError: if it cannot be read.
    """
    reader = opened(pdf, name)
    # Taken off before copying: only what can be reached from the catalogue is copied.
    seen = [tuple(_taken_off(page)) for page in reader.pages]
    _forget(reader)
    # Copying, pypdf makes a few objects more than the file has, and would warn of it.
    reader.trailer[NameObject("/Size")] = NumberObject(2**31 - 1)
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header
    overlay = Overlay(writer)
    for page, appearances in zip(writer.pages, seen, strict=True):
        if appearances:
            _draw(overlay, writer, page, appearances)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _taken_off(page: PageObject) -> Iterator[_Appearance]:
    """Yield what the annotations of a page show; only its links stay on it."""
    # The list of pages holds copies; what is copied out is the page itself.
    own = direct(page.indirect_reference)
    listed = own.get("/Annots")
    annotations = listed.get_object() if listed is not None else None
    if not isinstance(annotations, ArrayObject):
        return
    links = ArrayObject()
    for held in annotations:
        annotation = direct(held)
        if annotation.get("/Subtype") == _LINK:
            links.append(held)
        elif (found := _appearance(annotation)) is not None:
            yield found
    if links:
        own[NameObject("/Annots")] = links
    else:
        del own["/Annots"]


def _appearance(annotation: DictionaryObject) -> _Appearance | None:
    """Return what an annotation shows; None if it is hidden or shows nothing."""
    if int(annotation.get("/F", 0)) & (_HIDDEN | _NO_VIEW):
        return None
    normal = direct(annotation.get("/AP")).get("/N")
    shape = normal.get_object() if normal is not None else None
    if isinstance(shape, DictionaryObject) and not isinstance(shape, StreamObject):
        state = shape.get(annotation.get("/AS", ""))  # one of several, as of a check box
        shape = state.get_object() if state is not None else None
    if not isinstance(shape, StreamObject) or "/Rect" not in annotation:
        return None
    matrix = _placed(shape, _numbers(annotation["/Rect"]))
    return None if matrix is None else _Appearance(shape=shape, matrix=matrix)


def _placed(shape: StreamObject, rectangle: tuple[float, ...]) -> _Matrix | None:
    """Return the matrix A of ISO 32000-1 §12.5.5, algorithm 8.1; None if nothing is seen.

    The form's own matrix is applied to its box first; A then lays the upright
    rectangle around what came out over the annotation's.
    """
    own = _numbers(shape["/Matrix"]) if "/Matrix" in shape else _AS_IS
    a, b, c, d, e, f = own
    left, base, right, top = _numbers(shape["/BBox"])
    corners = [(x, y) for x in (left, right) for y in (base, top)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    wide, high = max(across) - min(across), max(up) - min(up)
    x0, x1 = sorted(rectangle[::2])
    y0, y1 = sorted(rectangle[1::2])
    if min(wide, high, x1 - x0, y1 - y0) < _LEAST:
        return None
    stretch, lift = (x1 - x0) / wide, (y1 - y0) / high
    return (stretch, 0.0, 0.0, lift, x0 - min(across) * stretch, y0 - min(up) * lift)


def _draw(
    overlay: Overlay, writer: PdfWriter, page: PageObject, appearances: tuple[_Appearance, ...]
) -> None:
    taken = shapes_of(page)
    free = (name for at in count(1) if (name := f"/RmdocsFlat{at}") not in taken)
    shapes, calls = {}, []
    for name, one in zip(free, appearances, strict=False):
        copied = one.shape.clone(writer)
        # An appearance may leave these out; a form XObject that a page draws may not.
        copied[NameObject("/Type")] = NameObject("/XObject")
        copied[NameObject("/Subtype")] = NameObject("/Form")
        shapes[name] = overlay.added(copied)
        calls.append(f"q {' '.join(map(decimal, one.matrix))} cm {name} Do Q")
    overlay.draw(page, shapes, " ".join(calls))


def _forget(reader: PdfReader) -> None:
    """Take out of the catalogue what tells of fields, signatures and attached files."""
    root = reader.root_object
    for key in _NO_LONGER:
        root.pop(key, None)
    direct(root.get("/Names")).pop("/EmbeddedFiles", None)


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(float(one) for one in value.get_object())  # type: ignore[attr-defined] # pypdf's own

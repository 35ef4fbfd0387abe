"""Opening a PDF that came from anywhere: whatever is no plain document is refused.

What is refused is also what could change how the document looks after it was
signed: scripts, XFA forms, actions that run programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, Verbatim, message

LARGEST = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""

MOST_OBJECTS = 200_000
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_HEADER_WITHIN = 1024
_ACTIVE: dict[str, Text] = {
    "/JavaScript": Verbatim("JavaScript"),
    "/Launch": message("an action that starts a program"),
    "/SubmitForm": message("an action that sends data away"),
    "/ImportData": message("an action that brings data in"),
    "/RichMedia": message("embedded media that runs"),
}

# pyHanko tells most damage by PdfError; a file made to break it raises these too.
DAMAGE = (
    PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OSError,
    AssertionError,
    ArithmeticError,
    NotImplementedError,
)


def open_pdf(data: bytes, name: str = "") -> PdfFileReader:
    """Return a reader of the file.

    :param name: what to call the file in findings.
    :raises FindingsError: with everything that makes it unfit: PDF-SIZE, PDF-NOT,
        PDF-DAMAGED, PDF-ENCRYPTED, PDF-XFA, PDF-ACTIVE.
    """
    if len(data) > LARGEST:
        reason = message("the file is larger than {most} MB", most=LARGEST // 1024**2)
        raise FindingsError(
            (error("PDF-SIZE", name, reason, message("make it smaller: scan at 200 dpi")),)
        )
    if not _HEADER.search(data[:_HEADER_WITHIN]):
        reason = message("the file is no PDF")
        raise FindingsError((error("PDF-NOT", name, reason, message("name the PDF itself")),))
    try:
        reader = PdfFileReader(BytesIO(data), strict=True)
        if reader.encrypted:
            reason = message("the PDF is encrypted")
            remedy = message("save it without password and restrictions")
            raise FindingsError((error("PDF-ENCRYPTED", name, reason, remedy),))
        found = list(_unfit(reader, name))
    except DAMAGE as problem:
        reason = message("the PDF is damaged")
        raise FindingsError(
            (error("PDF-DAMAGED", name, reason, message("get the file again")),)
        ) from problem
    if found:
        raise FindingsError(tuple(found))
    return reader


def _unfit(reader: PdfFileReader, name: str) -> Iterator[Finding]:
    form = reader.root.get("/AcroForm")
    if isinstance(form, generic.DictionaryObject) and "/XFA" in form:
        reason = message("the PDF holds an XFA form, which may show other content than it signs")
        yield error("PDF-XFA", name, reason, message("print it to a plain PDF first"))
    for what in sorted(_active(reader)):
        reason = message("the PDF holds {what}", what=_ACTIVE[what])
        yield error("PDF-ACTIVE", name, reason, message("print it to a plain PDF first"))


def _active(reader: PdfFileReader) -> set[str]:
    """Return what of the document's objects does something by itself.

    Every object that can be reached is looked at, not only where actions should be.
    """
    found: set[str] = set()
    seen: set[generic.Reference] = set()
    waiting: list[generic.PdfObject] = [reader.root]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, generic.IndirectObject):
            if thing.reference in seen:
                continue
            seen.add(thing.reference)
            if len(seen) > MOST_OBJECTS:
                too_many = f"more than {MOST_OBJECTS} objects"
                raise PdfError(too_many)
            thing = thing.get_object()
        if isinstance(thing, generic.DictionaryObject):
            kinds = {thing.get("/S"), thing.get("/Subtype"), *thing}
            found |= {kind for kind in _ACTIVE if kind in kinds}
            if "/JS" in thing:
                found.add("/JavaScript")
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, generic.ArrayObject):
            waiting += [thing.raw_get(index) for index in range(len(thing))]
    return found

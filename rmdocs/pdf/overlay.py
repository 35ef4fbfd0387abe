"""Drawing over the pages of a PDF that is there: what they show is kept as it was.

What is drawn are form XObjects; which, and where, is the business of whoever
calls (``marks``, ``flattening``).
"""

from __future__ import annotations

from collections.abc import Mapping

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
)

from rmdocs.pdf.signs import stream


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

"""Marks on the pages of a PDF that is not to be kept."""

from io import BytesIO

from pypdf import PdfWriter

from rmdocs.pdf.marks import Marks, draw_marks
from rmdocs.pdf.overlay import opened


def mark(pdf: bytes, marks: Marks, name: str = "PDF") -> bytes:
    """Return ``pdf`` with marks on every page."""
    reader = opened(pdf, name)
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header
    draw_marks(writer, pdf, marks, name)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()

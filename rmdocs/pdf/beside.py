"""Pages of two PDF beside each other: what there is today, and what is to be.

To be looked at, and kept nowhere: what is drawn is as on the pages, but the
file claims nothing.
"""

from __future__ import annotations

from io import BytesIO
from itertools import zip_longest

from pypdf import PageObject, PdfWriter

from rmdocs.pdf.overlay import opened

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

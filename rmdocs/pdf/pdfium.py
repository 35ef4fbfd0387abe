"""PDFium, which reads and draws for one thread at a time.

It must not be called by two threads at once, whatever documents they have: whoever opens
one holds everybody else off until it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import pypdfium2

_ONE_AT_A_TIME = RLock()


@contextmanager
def drawable(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF, for this thread alone.

    :raises pypdfium2.PdfiumError: if it is none.
    """
    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        yield document

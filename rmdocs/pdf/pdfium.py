"""PDFium, which reads and draws for one thread at a time.

It must not be called by two threads at once, whatever documents they have: whoever opens
one holds everybody else off until it is closed. Pages to be looked at on a screen are
drawn in a process of its own, so that a page that breaks it takes nothing else along.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock

import pypdfium2

from rmdocs.pdf.engine import run

_ONE_AT_A_TIME = RLock()


@contextmanager
def drawable(pdf: bytes | Path) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF, for this thread alone.

    :param pdf: its bytes, or where it lies.
    :raises pypdfium2.PdfiumError: if it is none.
    :raises FileNotFoundError: if nothing lies there.
    """
    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        yield document


_NAME = "document.pdf"
_SECONDS = 60.0


def pictures(pdf: bytes, across: int) -> tuple[bytes, ...]:
    """Return the pages of a PDF made here as PNG, as far as they can be drawn.

    :param across: pixels across a page.
    """
    with TemporaryDirectory(prefix="rmdocs-pages-") as directory:
        home = Path(directory)
        (home / _NAME).write_bytes(pdf)
        run([sys.executable, "-m", __name__, home, str(across)], home, _SECONDS, {})
        drawn = takewhile(Path.is_file, (_picture(home, page) for page in count()))
        return tuple(path.read_bytes() for path in drawn)


def _picture(home: Path, page: int) -> Path:
    return home / f"{page}.png"


def _work(home: Path, across: int) -> None:
    """Draw every page of the document in ``home``; this is the process's own main."""
    with pypdfium2.PdfDocument(home / _NAME) as document:
        for number, page in enumerate(document):
            shown = page.render(scale=across / page.get_width(), may_draw_forms=False).to_pil()
            # Higher levels take five times as long and make pages of text no smaller.
            shown.convert("RGB").save(_picture(home, number), compress_level=3)


if __name__ == "__main__":
    _work(Path(sys.argv[1]), int(sys.argv[2]))

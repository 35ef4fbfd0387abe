"""One PDF of the sheets of a document, in order and upright; a picture of one sheet.

Nothing is scanned anew: JPEG files stay the bytes they were, pages of a PDF
are cut out as they are. The same sheets give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.pdf.assembly import Excerpt, Picture, assemble
from rmdocs.scanning.frames import (
    FaultError,
    Frames,
    TroubleError,
    kind_of,
    opened,
    orientation,
    turned,
)
from rmdocs.scanning.pile import Pile, ScannedDocument, Sheet, Trouble

_DPI, _QUALITY = 300, 90
"""Of what no PDF holds as it is: TIFF, PNG, pictures in unusual colours."""
_UNIT, _HEAD = 72, 1024
_PLAIN = {"L": 1, "RGB": 3}
_DRAWN = {None, Trouble.CODE}
"""Troubles of sheets that can be drawn all the same."""
_SHOWN = 150
"""Dots per inch of a picture for a person to look at."""


def assemble_document(document: ScannedDocument, pile: Pile, paths: Sequence[Path]) -> bytes:
    """Return a document's sheets as PDF.

    :param pile: that the document is of. :param paths: the files it was read from.
    :raises FindingsError: if a file is not what was read any more.
    """
    contents = {
        file: _content(paths[file], pile.files[file].sha256)
        for file in sorted({page.sheet.file for page in document.pages})
    }
    return assemble(
        [
            _leaf(contents[page.sheet.file], paths[page.sheet.file], page.sheet)
            for page in document.pages
        ]
    )


def picture(sheet: Sheet, paths: Sequence[Path]) -> bytes | None:
    """Return a sheet as PNG for a person to look at; None if it cannot be drawn."""
    if sheet.trouble not in _DRAWN:
        return None
    try:
        with opened(paths[sheet.file]) as frames:
            image = turned(frames.draw(sheet.number - 1, _SHOWN, colour=True), sheet.turn)
    except (FaultError, TroubleError):
        return None
    written = BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _content(path: Path, sha256: str) -> bytes:
    """Return a file's bytes, which must be those that were read."""
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _changed(path)
    return data


def _leaf(data: bytes, path: Path, sheet: Sheet) -> Picture | Excerpt:
    kind = kind_of(data[:_HEAD])
    if kind == "PDF":
        return Excerpt(data, path.name, sheet.number - 1, sheet.turn)
    try:
        with opened(path) as frames:
            length = frames.length(sheet.number - 1) / _UNIT
            kept = _as_it_is(data, length, sheet.turn) if kind == "JPEG" else None
            return kept or _drawn(frames, length, sheet)
    except (FaultError, TroubleError) as problem:
        raise _changed(path) from problem


def _as_it_is(data: bytes, length: float, turn: int) -> Picture | None:
    """Return a JPEG file as it is; None if a PDF would show it differently.

    :param length: of its longer side, in inches.
    """
    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        if image.mode not in _PLAIN or orientation(image):
            return None
        dpi = max(image.size) / length
        return Picture(data, "DCTDecode", *image.size, dpi, _PLAIN[image.mode], turn=turn)


def _drawn(frames: Frames, length: float, sheet: Sheet) -> Picture:
    image = frames.draw(sheet.number - 1, _DPI, colour=True)
    written = BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    dpi = max(image.size) / length
    return Picture(written.getvalue(), "DCTDecode", *image.size, dpi, 3, turn=sheet.turn)


def _changed(path: Path) -> FindingsError:
    finding = error(
        "SCAN-FILE-CHANGED",
        path.name,
        message("the file was changed while it was read"),
        message("leave the files alone until everything is filed"),
    )
    return FindingsError((finding,))

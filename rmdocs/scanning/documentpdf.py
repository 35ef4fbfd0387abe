"""One PDF of the sheets of a document, in order and upright; pictures of its sheets.

Nothing is scanned anew: JPEG files stay the bytes they were, pages of a PDF
are cut out as they are. The same sheets give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.pdf.composition import Excerpt, PicturePage, assemble, can_be_cut_out
from rmdocs.pdf.overlay import opened as opened_to_cut
from rmdocs.scanning.frames import (
    FileFaultError,
    Frames,
    PageTroubleError,
    kind_of,
    opened,
    orientation,
    turned,
)
from rmdocs.scanning.pile import Pile, ScannedDocument, ScannedFile, ScannedSheet, Trouble

if TYPE_CHECKING:
    from pypdf import PdfReader

_DPI, _QUALITY = 300, 90
"""Of what no PDF holds as it is: TIFF, PNG, pictures in unusual colours."""
_UNIT, _HEAD = 72, 1024
_PLAIN = {"L": 1, "RGB": 3}
_DRAWN = {None, Trouble.CODE}
"""Troubles of sheets that can be drawn all the same."""
_KEPT = 2**28
"""Bytes of files beyond which no further one is kept in memory beside them."""
_SHOWN = 150
"""Dots per inch of a picture for a person to look at."""
_ON_A_PAGE, _ON_A_PAGE_QUALITY = 110, 75
"""The same of a picture that a page of a browser shows."""


def assemble_documents(pile: Pile, paths: Sequence[Path]) -> Iterator[bytes]:
    """Yield each document of a pile as PDF, in order; their files are read once.

    :param paths: the files it was read from, in the same order.
    :raises FindingsError: if a file is not what was read any more.
    """
    sources = _Sources(pile, paths)
    yield from map(sources.assembled, pile.documents)


class _Sources:
    """The files of a pile, kept in memory while documents are made of them."""

    def __init__(self, pile: Pile, paths: Sequence[Path]) -> None:
        self._pile = pile
        self._paths = paths
        self._contents: dict[int, bytes] = {}
        self._readers: dict[int, PdfReader] = {}

    def assembled(self, document: ScannedDocument) -> bytes:
        """Return a document's sheets as PDF."""
        return assemble([self._leaf(page.sheet) for page in document.pages])

    def _leaf(self, sheet: ScannedSheet) -> PicturePage | Excerpt:
        path, data = self._paths[sheet.file], self._content(sheet.file)
        if sheet.file in self._readers:
            return Excerpt(
                pdf=self._readers[sheet.file],
                name=path.name,
                index=sheet.number - 1,
                turn=sheet.turn,
            )
        return _leaf(data, path, sheet)

    def _content(self, file: int) -> bytes:
        if file not in self._contents:
            if sum(map(len, self._contents.values())) > _KEPT:
                self._contents.clear()
                self._readers.clear()
            path = self._paths[file]
            data = self._contents[file] = _content(path, self._pile.files[file])
            if kind_of(data[:_HEAD]) == "PDF":
                self._readers[file] = opened_to_cut(data, path.name)
        return self._contents[file]


class Trial:
    """Tries, where it can do no harm, whether sheets of a file can be made a document's.

    One reader draws the pages of a PDF, another takes them out, and neither
    mends all that the other does. A set must not fail when all else is done.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._reader: PdfReader | None = None

    def passes(self, number: int) -> bool:
        """Return whether the page of this number, from 1, will do."""
        try:
            if self._reader is None:
                self._file.seek(0)
                head = self._file.read(_HEAD)
                if kind_of(head) != "PDF":
                    return True
                self._reader = opened_to_cut(head + self._file.read(), self._name)
        except (OSError, FindingsError):
            return False
        return can_be_cut_out(self._reader, number - 1)


def pictures(sheets: Iterable[ScannedSheet], paths: Sequence[Path]) -> Iterator[bytes | None]:
    """Yield each sheet as PNG for a person to look at; None where it cannot be drawn.

    A file is opened once for all its sheets in a row.

    :param paths: the files of the pile, in order.
    """
    alike = groupby(sheets, key=lambda sheet: (sheet.file, sheet.trouble in _DRAWN))
    for (file, drawn), in_a_row in alike:
        try:
            if drawn:
                with opened(paths[file]) as frames:
                    yield from (_shown(sheet, frames) for sheet in in_a_row)
        except FileFaultError:
            # It is not there any more, or another one is.
            pass
        yield from (None for _ in in_a_row)


def picture(sheet: ScannedSheet, path: Path) -> bytes | None:
    """Return a sheet as JPEG for a person to look at in a page; None where it cannot be drawn.

    :param path: its file.
    """
    if sheet.trouble not in _DRAWN:
        return None
    try:
        with opened(path) as frames:
            image = _upright(sheet, frames, _ON_A_PAGE)
    except FileFaultError:
        return None
    if image is None:
        return None
    written = BytesIO()
    image.save(written, "JPEG", quality=_ON_A_PAGE_QUALITY)
    return written.getvalue()


def _shown(sheet: ScannedSheet, frames: Frames) -> bytes | None:
    image = _upright(sheet, frames, _SHOWN)
    if image is None:
        return None
    written = BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _upright(sheet: ScannedSheet, frames: Frames, dpi: int) -> Image.Image | None:
    if sheet.number > len(frames):
        return None
    try:
        return turned(frames.draw(sheet.number - 1, dpi, colour=True), sheet.turn)
    except PageTroubleError:
        return None


def _content(path: Path, file: ScannedFile) -> bytes:
    """Return a file's bytes, which must be those that were read."""
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _changed(file.name)
    return data


def _leaf(data: bytes, path: Path, sheet: ScannedSheet) -> PicturePage:
    """Return a sheet of a file that is no PDF."""
    kind = kind_of(data[:_HEAD])
    try:
        with opened(path) as frames:
            length = frames.length(sheet.number - 1) / _UNIT
            kept = _as_it_is(data, length, sheet.turn) if kind == "JPEG" else None
            return kept or _drawn(frames, length, sheet)
    except (FileFaultError, PageTroubleError) as problem:
        raise _changed(sheet.name) from problem


def _as_it_is(data: bytes, length: float, turn: int) -> PicturePage | None:
    """Return a JPEG file as it is; None if a PDF would show it differently.

    :param length: of its longer side, in inches.
    """
    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        if image.mode not in _PLAIN or orientation(image):
            return None
        dpi = max(image.size) / length
        return PicturePage(
            data=data,
            coding="DCTDecode",
            width=image.width,
            height=image.height,
            dpi=dpi,
            colours=_PLAIN[image.mode],
            turn=turn,
        )


def _drawn(frames: Frames, length: float, sheet: ScannedSheet) -> PicturePage:
    image = frames.draw(sheet.number - 1, _DPI, colour=True)
    written = BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    dpi = max(image.size) / length
    return PicturePage(
        data=written.getvalue(),
        coding="DCTDecode",
        width=image.width,
        height=image.height,
        dpi=dpi,
        colours=3,
        turn=sheet.turn,
    )


def _changed(name: str) -> FindingsError:
    finding = error(
        "SCAN-FILE-CHANGED",
        name,
        message("the file was changed while it was read"),
        message("leave the files alone until everything is filed"),
    )
    return FindingsError((finding,))

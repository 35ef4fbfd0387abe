"""What this machine makes and signs PDF with: LibreOffice, fonts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import MissingProgramError, UsageError
from rmdocs.messages import message
from rmdocs.pdf.fonts import FontSet

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.issuing.issue import Printable
    from rmdocs.pdf.engine import Engine

FONTS_VARIABLE = "RMDOCS_FONTS"
_PRINTED = ("仿宋", "楷体", "宋体")
"""Families that signatures may be printed in, the best first."""


def fonts() -> FontSet:
    """Return the fonts that PDF is made with on this machine.

    :raises UsageError: if the bank's own fonts are said to lie where no folder is.
    """
    return FontSet.found(_own_fonts())


def _own_fonts() -> Path | None:
    own = os.environ.get(FONTS_VARIABLE)
    if own and not Path(own).is_dir():
        raise UsageError(
            message("{variable} names no folder: {path}", variable=FONTS_VARIABLE, path=own),
            message("name the folder with the fonts, or leave the variable out"),
        )
    return Path(own) if own else None


def formal_engine() -> Engine:
    """Return the engine whose PDF may be sealed.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.pdf.libreoffice import LibreOffice

    return LibreOffice.found(fonts(), os.environ.get("PATH", ""))


def any_engine() -> Engine:
    """Return the formal engine, or the embedded one where it is not installed."""
    try:
        return formal_engine()
    except MissingProgramError:
        from rmdocs.pdf.previewengine import PreviewEngine

        return PreviewEngine(fonts=fonts())


def printable() -> Printable:
    """Return what says of a document why formal PDF cannot be made of it.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.pdf.coverage import uncovered
    from rmdocs.pdf.engine import unsafe

    formal_engine()
    here = fonts()
    return lambda name, document: unsafe(name, document) or uncovered(name, document, here)


def unusable_fonts() -> tuple[Finding, ...]:
    """Return a warning for each of the bank's own font files that draws nothing."""
    return FontSet.found(_own_fonts(), ()).warnings


def signature_font() -> Path:
    """Return the font file that the text of a signature is drawn with.

    :raises UsageError: if there is none that can be drawn with.
    """
    here = fonts()
    families = [found for name in _PRINTED if (found := here.family(name)) is not None]
    # The library that draws signatures opens no collections (.ttc).
    faces = [one.drawn_by()[0] for one in families]
    plain = [face.path for face in faces if face.path.suffix == ".ttf"]
    if not plain:
        raise UsageError(
            message("there is no font for the text of a signature"),
            message("install fonts-lxgw-wenkai, or name the bank's fonts with RMDOCS_FONTS"),
        )
    return plain[0]

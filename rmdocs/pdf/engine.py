"""What an engine is: Word documents in, PDF out.

An engine decides nothing about a record and marks nothing on a page; what is
printed beside the document and what is attached to it come later (``marks``,
``archive``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Engine(Protocol):
    """Something that lays out Word documents as PDF."""

    @property
    def name(self) -> str:
        """Return the engine's name, as events write it."""

    @property
    def version(self) -> str:
        """Return what its output depends on: the program's version and its fonts.

        :raises MissingProgramError: if the program is not installed.
        """

    @property
    def formal(self) -> bool:
        """Return whether its PDF may be signed; if not, it is a preview."""

    def convert(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the PDF of every document, by the document's name.

        :param documents: Word documents (.docx) by name.
        :raises FindingsError: with every document that lacks a font or a
            glyph, is unsafe to open, or does not come out; none is returned then.
        :raises MissingProgramError: if the program is not installed.
        """

"""Values of a context that are no text: pictures and links.

They need new relationships in the package, which the fast way never makes;
``whole`` does. Anything printed as text needs nothing from here.
"""

from __future__ import annotations

from dataclasses import dataclass


class InsertNeededError(Exception):
    """A picture or link was printed: docxtpl must make this document."""


class _Insert:
    """What cannot be written into a part alone; printing it stops the fast way."""

    __slots__ = ()

    def __html__(self) -> str:
        """Stop the fast way."""
        raise InsertNeededError

    def __str__(self) -> str:
        raise InsertNeededError


@dataclass(frozen=True, slots=True, repr=False)
class Picture(_Insert):
    """A picture, printed by ``{{ name }}``.

    :param data: the file's bytes (PNG, JPEG, GIF, BMP or TIFF).
    :param width_mm: width on paper; 0 for the picture's own.
    """

    data: bytes
    width_mm: float = 0


@dataclass(frozen=True, slots=True, repr=False)
class Link(_Insert):
    """A link to an address outside the document, printed by ``{{r name }}``."""

    text: str
    url: str

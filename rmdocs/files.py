"""A file as somebody hands it in, or is given it: its name and its bytes.

Where it lies, and whether it may be read or written there, is the business of the fronts.
"""

from __future__ import annotations

from pathlib import PurePath

from rmdocs.classes import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file by itself.

    :param name: what it is called; with folders before it only where two files that are
        handed in together would be called alike.
    :param data: what it holds.
    """

    name: str
    data: bytes

    @property
    def base(self) -> str:
        """Return the name without folders."""
        return PurePath(self.name).name

    @property
    def stem(self) -> str:
        """Return the name without folders and ending."""
        return PurePath(self.name).stem

    @property
    def suffix(self) -> str:
        """Return the ending with its dot, as it is written; empty if there is none."""
        return PurePath(self.name).suffix

"""The cover of a print set: what is in it, and what a person does with the paper.

Its template (``print-cover.docx``) is drafted once and edited in Word, as
those of forms are. It bears no page code: scanned by mistake it is put aside,
never filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.values import View

_TEMPLATE = Path(__file__).with_name("print-cover.docx")
_NOTHING = "/"
_GROUP = 16
"""Digits of a hash between two spaces, for eyes that compare them."""


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A document of the set.

    :param addressee: whom it goes to; empty if the form does not say.
    :param sheets: of paper, of all its copies.
    :param sha256: of the sealed PDF.
    """

    name: str
    addressee: str
    pages: int
    copies: int
    sheets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover says; texts as they are printed.

    :param sides: 1 or 2, of a sheet that are printed on.
    :param engine: that made the sealed PDF, with its version.
    :param printed_by: name and staff number.
    """

    organisation: str
    form_title: str
    form_number: str
    revision: str
    number: str
    edition: int
    customer: str
    subject: str
    unit: str
    sides: int
    rows: tuple[CoverRow, ...]
    steps: Sequence[str]
    engine: str
    printed_by: str
    printed_on: date

    def document(self) -> bytes:
        """Return the cover as a Word document; the same cover, the same bytes.

        :raises FindingsError: if something in it cannot be printed exactly.
        """
        return _compiled().render(self._context())

    def _context(self) -> dict[str, object]:
        return {
            "organisation": self.organisation,
            "form_title": self.form_title,
            "form_number": self.form_number,
            "revision": self.revision,
            "number": self.number,
            "edition": self.edition,
            "customer": self.customer or _NOTHING,
            "subject": self.subject or _NOTHING,
            "unit": self.unit,
            "sides": self.sides,
            "documents": tuple(_row(row) for row in self.rows),
            "copies": sum(row.copies for row in self.rows),
            "sheets": sum(row.sheets for row in self.rows),
            "steps": tuple(self.steps),
            "engine": self.engine,
            "printed_by": self.printed_by,
            "printed_on": self.printed_on,
        }


def _row(row: CoverRow) -> View:
    return View(
        {
            "name": row.name,
            "addressee": row.addressee or _NOTHING,
            "pages": row.pages,
            "copies": row.copies,
            "sheets": row.sheets,
            "sha256": _legible(row.sha256),
        }
    )


def _legible(digest: str) -> str:
    """Return a hash in groups, two of which stay on one line."""
    groups = [digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP)]
    lines = ("\u00a0".join(groups[at : at + 2]) for at in range(0, len(groups), 2))
    return " ".join(lines)


@cache
def _compiled() -> CompiledTemplate:
    return CompiledTemplate.compile(_TEMPLATE.read_bytes())

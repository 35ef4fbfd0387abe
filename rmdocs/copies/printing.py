"""The PDF of a controlled copy: its document, with the 受控号 boxed on every page.

What is sealed, and who gets it, is ``giving``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.marks import Marks, mark
from rmdocs.rendering.pageidentity import numbers_pages

if TYPE_CHECKING:
    from rmdocs.copies.issuance import Exemplar
    from rmdocs.pdf.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPrinting:
    """What the PDF of a copy is made with.

    :param engine: a formal one.
    :param title: of the document, in Chinese; ``organisation`` likewise.
    :param moment: of the act that gives the copy out.
    """

    engine: Engine
    title: str
    organisation: str
    moment: datetime


def print_exemplar(document: bytes, exemplar: Exemplar, press: CopyPrinting) -> bytes:
    """Return the PDF of an exemplar; pages are numbered unless the document does so.

    :param document: the document (.docx) without any mark.
    :raises FindingsError: if it cannot be converted or marked.
    """
    name = exemplar.number.document_name(exemplar.serial)
    pdf = press.engine.convert({name: document})[name]
    marks = Marks(control=control_text(exemplar), numbered=not numbers_pages(document))
    about = About(
        number=str(exemplar.number),
        revision=str(exemplar.revision),
        edition=exemplar.serial,
        title=press.title,
        organisation=press.organisation,
        moment=press.moment,
        engine=f"{press.engine.name} {press.engine.version}",
    )
    return finish(mark(pdf, marks, name), about)


def control_text(exemplar: Exemplar) -> str:
    """Return what stands beside 受控号.

    Marks have few Chinese signs: of a holder the staff number is printed; the
    name, and who holds a copy outside, is in the register.
    """
    holder = exemplar.holder.staff_no
    parts = [
        str(exemplar.number),
        f"第{exemplar.serial}份" if exemplar.serial > 1 else "",
        f"持有人 {holder}" if holder else "",
        f"版本 {exemplar.revision}",
    ]
    return " ".join(filter(None, parts))

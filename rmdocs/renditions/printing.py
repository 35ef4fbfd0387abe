"""Print sets: a record's formal PDF in the copies its form asks for, under a cover.

Printing seals nothing. A record whose newest edition has no formal PDF yet
gets it first, as :mod:`~rmdocs.renditions.making` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError
from rmdocs.events.records import PdfMade
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Bilingual, by_command, message
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.composition import PrintItem, page_count, print_set, sheets
from rmdocs.records.summary import summarise
from rmdocs.registers.renditions import is_begun, print_copy, signing_recorded
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.renditions.making import sealed_renditions
from rmdocs.renditions.records import Subject, require_own, subject
from rmdocs.values import View

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.issuing.registry import Registry
    from rmdocs.pdf.engine import Engine

_TEMPLATE = Path(__file__).with_name("print-cover.docx")
_NOTHING = "/"
_GROUP = 16
"""Digits of a hash between two spaces, for eyes that compare them."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCover:
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


Progress = Callable[[int, int], None]
_CLAUSE = "ISO 15489-1 §5.2.2.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSet(Answer):
    """A file to print for one record.

    :param number: of the record. :param edition: the one that is printed.
    :param name: the name of the file.
    :param copies: of all documents together.
    :param sheets: of paper, without the cover.
    :param made: whether the formal PDF was made, and sealed, for it.
    :param steps: what to do with the paper, in order.
    """

    TOLD: ClassVar = (
        *("number", "edition", "name", "copies"),
        *("sheets", "made", "steps", "sha256"),
    )
    number: RecordNumber
    edition: int
    name: str
    pdf: bytes
    copies: int
    sheets: int
    made: bool = field(metadata=called("pdf_made"))
    steps: tuple[Bilingual, ...]

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return canonical.sha256(self.pdf)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """A document to print; its PDF may have to be made first.

    :param pdf_name: the file name of its PDF.
    """

    pdf_name: str
    addressee: str
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be printed of a record, before anything is made."""

    number: RecordNumber
    names: dict[str, Any]
    documents: tuple[_Document, ...]
    lacking: bool
    sides: int


def make_print_sets(  # noqa: PLR0913, PLR0917 - what is printed, with what, by whom
    registry: Registry,
    numbers: Sequence[RecordNumber],
    engine: Engine,
    acting: ActingPerson,
    sides: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> list[PrintSet]:
    """Return a print set of each record's newest edition.

    :param sides: 1 or 2, instead of what each form says.
    :raises ControlError: if a record is signed already, void, disposed of or
        unknown, or the actor may not; nothing is made.
    :raises FindingsError: if the form gives no number of copies, or a document
        cannot be converted.
    :raises MissingProgramError: if the engine is not installed.
    """
    orders = [_ordered(registry, number, acting, sides) for number in dict.fromkeys(numbers)]
    lacking = [order.number for order in orders if order.lacking]
    if lacking:
        done = set[RecordNumber]()
        for one in sealed_renditions(registry, lacking, engine, acting):
            done.add(one.number)
            progress(len(done), len(lacking))
    prepared = [_PreparedSet.of(registry, order, acting) for order in orders]
    covers = engine.convert({one.cover_name: one.cover.document() for one in prepared})
    return [one.printed(_finished(covers[one.cover_name], one, engine, acting)) for one in prepared]


def _ordered(
    registry: Registry, number: RecordNumber, acting: ActingPerson, sides: int | None
) -> _Order:
    one = subject(registry, number)
    require_own(one, acting.person, message("print {form} to be signed", form=one.form.number))
    _require_unsigned(one)
    names, printing = one.names(), one.form.printing
    documents = []
    addressees = (None, *one.form.addressees(names))
    for file in one.folder.current.documents:
        name = PurePosixPath(file.path).with_suffix(".pdf").name
        seen = {**names, "addressee": addressees[number.copy_in(name)]}
        documents.append(
            _Document(
                pdf_name=name,
                addressee=printing.addressee_of(seen),
                copies=printing.copies_for(seen),
            ),
        )
    lacking = not print_copy(one.folder.events)
    return _Order(
        number=number,
        names=names,
        documents=tuple(documents),
        lacking=lacking,
        sides=sides or printing.sides,
    )


def _require_unsigned(one: Subject) -> None:
    """Refuse what is signed: its print would pass for an original that is not.

    :raises ControlError: saying what there is instead.
    """
    if is_begun(one.folder.events):
        raise ControlError(
            message(
                "edition {edition} of {number} is signed: it is not printed for signing again",
                edition=one.folder.current.number,
                number=one.number,
            ),
            by_command(
                message("hand out a copy instead"),
                message("rmdocs pdf {number} --copy", number=one.number),
            ),
            clause=_CLAUSE,
        )
    if one.form.signing and signing_recorded(one.folder.events, one.form):
        raise ControlError(
            message("the signing of {number} is recorded already", number=one.number),
            by_command(
                message("file the signed paper; for a new one, amend the record"),
                message("rmdocs scan FILE"),
            ),
            clause=_CLAUSE,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreparedSet:
    """What is printed of a record, and its cover, not yet converted."""

    order: _Order
    edition: int
    cover: PrintCover
    items: tuple[PrintItem, ...]
    steps: tuple[Bilingual, ...]

    @classmethod
    def of(cls, registry: Registry, order: _Order, acting: ActingPerson) -> _PreparedSet:
        one = subject(registry, order.number)
        sealed = {
            PurePosixPath(made.file.path).name: made for made in print_copy(one.folder.events)
        }
        items, rows = [], []
        for document in order.documents:
            made = sealed[document.pdf_name]
            pdf = one.content(made.file)
            items.append(PrintItem(name=document.pdf_name, pdf=pdf, copies=document.copies))
            pages = page_count(pdf, document.pdf_name)
            paper = sheets(pages, order.sides) * document.copies
            rows.append(
                CoverRow(
                    name=document.pdf_name,
                    addressee=document.addressee,
                    pages=pages,
                    copies=document.copies,
                    sheets=paper,
                    sha256=made.file.sha256,
                )
            )
        steps = tuple(step.say(order.names) for step in one.form.printing.steps)
        cover = _cover(one, order, rows, steps, acting)
        return cls(
            order=order,
            edition=one.folder.current.number,
            cover=cover,
            items=tuple(items),
            steps=steps,
        )

    @property
    def cover_name(self) -> str:
        return f"{self.order.number}-print-cover.docx"

    def printed(self, cover: bytes) -> PrintSet:
        number, day = self.order.number, self.cover.printed_on.isoformat()
        name = f"{number}-e{self.edition}-print-{self.order.sides}-sided-{day}.pdf"
        pdf = print_set((PrintItem(name=self.cover_name, pdf=cover), *self.items), self.order.sides)
        rows = self.cover.rows
        return PrintSet(
            number=number,
            edition=self.edition,
            name=name,
            pdf=pdf,
            copies=sum(row.copies for row in rows),
            sheets=sum(row.sheets for row in rows),
            made=self.order.lacking,
            steps=self.steps,
        )


def _finished(cover: bytes, one: _PreparedSet, engine: Engine, acting: ActingPerson) -> bytes:
    """Return the cover as PDF whose pages do not depend on what was converted beside it."""
    about = About(
        number=str(one.order.number),
        revision=one.cover.revision,
        edition=one.edition,
        title=one.cover.form_title,
        organisation=one.cover.organisation,
        moment=acting.now,
        engine=f"{engine.name} {engine.version}",
    )
    return finish(cover, about)


def _cover(
    one: Subject,
    order: _Order,
    rows: Sequence[CoverRow],
    steps: Sequence[Bilingual],
    acting: ActingPerson,
) -> PrintCover:
    summary = summarise(one.form, order.names)
    first, person = print_copy(one.folder.events)[0], acting.person
    return PrintCover(
        organisation=one.form.organisation.zh,
        form_title=one.form.title.zh,
        form_number=str(one.form.number),
        revision=str(one.folder.revision),
        number=str(one.number),
        edition=one.folder.current.number,
        customer=summary.customer,
        subject=summary.subject,
        unit=one.unit.full_name,
        sides=order.sides,
        rows=tuple(rows),
        steps=[step.zh for step in steps],
        engine=first.said.engine if isinstance(first.said, PdfMade) else "",
        printed_by=f"{person.name} {person.staff_no}",
        printed_on=acting.today,
    )

"""Filing scans of signed paper: what is complete and beyond doubt is sealed, the rest is told.

How sheets are read and sorted is ``scanning``'s business; here is what the
store knows of a document whose code stands on a sheet. What a pile leaves to a person
are pictures of sheets, and a list of what is in doubt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_own_unit
from rmdocs.errors import ConflictError, ControlError, KeyAbsentError
from rmdocs.events.records import PaperFiled
from rmdocs.files import File
from rmdocs.findings import has_errors
from rmdocs.messages import Language, message
from rmdocs.pdf.overlay import opened
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import of_edition, renditions, set_aside_by, valid_editions
from rmdocs.renditions.handsigned import unsigned
from rmdocs.renditions.making import document_code
from rmdocs.renditions.records import (
    Subject,
    at_edition,
    rendition_event,
    require_own,
    subject,
    unchanged,
)
from rmdocs.reports.report import Column, Report
from rmdocs.scanning.documentpdf import assemble_documents, pictures
from rmdocs.scanning.pile import CodeStatus, Pile, ScannedDocument
from rmdocs.scanning.reading import Progress, read
from rmdocs.scanning.sorting import put_aside, put_unsigned

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.messages import Text
    from rmdocs.pdf.codes import DocumentCode, PageCode
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Answer):
    """A scan that was filed with its record.

    :param number: of the record. :param edition: the one that was scanned.
    :param name: its file name. :param pages: how many it has.
    :param slip: the name of the form's slip that it shows; None for the whole document.
    :param slip_title: what the document calls that slip.
    """

    TOLD: ClassVar = ("number", "edition", "name", "pages", "slip")
    number: RecordNumber
    edition: int
    name: str
    pages: int
    slip: str | None = None
    slip_title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing(Answer):
    """What became of a pile of scans.

    :param filed: what was sealed. :param pile: as it was sorted; what stands in
        its review list was not sealed.
    """

    TOLD: ClassVar = ("filed", "findings")
    filed: tuple[Filed, ...]
    pile: Pile

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all there is to say: of files and sets, then of sheets."""
        return self.pile.all_findings

    @property
    def settled(self) -> bool:
        """Return whether nothing is left for a person to decide; blank backs are only told."""
        return not has_errors(self.pile.all_findings)


def file_scans(
    registry: Registry,
    paths: Sequence[Path],
    acting: ActingPerson,
    progress: Progress = lambda _name, _page, _pages: None,
    *,
    looked: bool = False,
) -> Filing:
    """Read a pile of scans and seal each complete set with its record.

    :param paths: PDF, JPEG, PNG or TIFF files, in the order they were scanned.
    :param looked: whether a person looked at the paper, and sets are filed also
        where no signature or seal is found; their events say so.
    :raises ControlError: if the actor has no key.
    :raises FindingsError: if a file was changed while it was read; nothing more
        is sealed.
    """
    require_key(acting.person, acting.key)
    pile = read(paths, partial(code_status, registry, acting.person), progress)
    missing = partial(unsigned_on, registry, paths=paths)
    return file_pile(
        registry,
        fitting(registry, pile),
        paths,
        acting=acting,
        missing_on=missing,
        looked_at=lambda _one: looked,
    )


def file_pile(  # noqa: PLR0913, PLR0917 - what is filed, by whom, and what is known of it
    registry: Registry,
    pile: Pile,
    paths: Sequence[Path],
    acting: ActingPerson,
    missing_on: Callable[[ScannedDocument], Mapping[int, Text]],
    looked_at: Callable[[ScannedDocument], bool],
    advance: Callable[[int, int], None] = lambda _done, _count: None,
) -> Filing:
    """Seal each complete set of a sorted pile with its record, one after the other.

    :param pile: of :func:`fitting` length.
    :param missing_on: tells what nobody signed or sealed on a set, by page.
    :param looked_at: whether a person looked at the paper of a set.
    :param advance: told how many sets of how many are done.
    :raises ControlError: if the actor has no key.
    :raises FindingsError: if a file is not what was read any more; nothing is sealed.
    """
    require_key(acting.person, acting.key)
    # All of them are made before the first is sealed: a file that changed stops everything.
    made = list(zip(pile.documents, assemble_documents(pile, paths), strict=True))
    filed = []
    for done, (one, pdf) in enumerate(made):
        advance(done, len(made))
        # Reading and making take a while: the store may know better by now. What is judged is
        # what is sealed upon: whatever comes in between is a conflict.
        now, about = _judged(registry, acting.person, one.code, one.slip)
        if now is not CodeStatus.CURRENT or about is None:
            pile = put_aside(pile, one, now)
            continue
        missing = missing_on(one)
        if missing and not looked_at(one):
            pile = put_unsigned(pile, one, missing)
            continue
        try:
            filed.append(_seal(about, one, pdf, acting, looked=bool(missing)))
        except ConflictError:
            # What was sealed before stays; this one is told like every other doubt.
            pile = put_aside(pile, one, CodeStatus.CHANGED)
    return Filing(filed=tuple(filed), pile=pile)


def fitting(registry: Registry, pile: Pile) -> Pile:
    """Return a pile without the sets that have another number of pages than their PDF."""
    for one in pile.documents:
        if one.pages[0].code.pages not in _lengths(subject(registry, one.code.number), one.code):
            pile = put_aside(pile, one, CodeStatus.LENGTH)
    return pile


def page_of(registry: Registry, person: Person, number: RecordNumber, page: int) -> PageCode:
    """Return the code that a page of a record's newest document bears.

    :raises ControlError: if there is no such page that the person may file.
    """
    require_own_unit(person, number.series.unit)  # before it is told whether there is one
    one = subject(registry, number)
    require_own(one, person, message("file scans of {form}", form=one.form.number))
    code = document_code(one, 0)
    lengths = _lengths(one, code)
    if not lengths:
        raise ControlError(
            message("{number} has no formal PDF that it can be a page of", number=number),
            message("look at the number on the paper; if it is right, have the PDF made first"),
        )
    if not 1 <= page <= max(lengths):
        raise ControlError(
            message("{number} has {count} page(s)", number=number, count=max(lengths)),
            message("look at the foot of the paper, and give the page's own number"),
        )
    return code.on(page, max(lengths))


def filed_before(registry: Registry, scan: ScannedDocument, pdf: bytes) -> str:
    """Return under which name these very sheets were filed; empty if others are, or none.

    :param pdf: that they make.
    """
    sha256 = canonical.sha256(pdf)
    events = find_folder(registry.store, scan.code.number).events
    scans = (one.file for one in renditions(events) if isinstance(one.said, PaperFiled))
    return next((PurePosixPath(one.path).name for one in scans if one.sha256 == sha256), "")


def code_status(registry: Registry, person: Person, code: DocumentCode, slip: int) -> CodeStatus:
    """Return what the store knows of a document or a slip, and whether a person may file it."""
    return _judged(registry, person, code, slip)[0]


def _judged(
    registry: Registry, person: Person, code: DocumentCode, slip: int
) -> tuple[CodeStatus, Subject | None]:
    """Return the status of a code, with the state of its record that it was judged by."""
    if code.number.series.unit != person.unit:
        # The same whether the number was given, is void or was disposed of: that unit's business.
        return CodeStatus.FORBIDDEN, None
    try:
        folder = find_folder(registry.store, code.number)
    except ControlError:
        return CodeStatus.UNKNOWN, None
    if folder.voided:
        return CodeStatus.VOID, None
    try:
        one = subject(registry, code.number)
    except (ControlError, KeyAbsentError):
        return CodeStatus.CONTENT, None
    return _code_status(one, person, code, slip), one


def _code_status(one: Subject, person: Person, code: DocumentCode, slip: int) -> CodeStatus:
    folder, current = one.folder, one.folder.current.number
    # In this order: the first that holds is what a person has to see to first.
    doubts: tuple[tuple[CodeStatus, Callable[[], bool]], ...] = (
        (CodeStatus.FORBIDDEN, lambda: not _is_own(one, person)),
        (CodeStatus.UNKNOWN, lambda: code.edition > current),
        (CodeStatus.SUPERSEDED, lambda: code.edition not in set(valid_editions(folder.events))),
        # What still stands was printed under the form as it is: another revision replaces it.
        (CodeStatus.UNKNOWN, lambda: slip > len(one.form.slips)),
        (CodeStatus.OTHER, lambda: code != document_code(at_edition(one, code.edition), code.copy)),
        (CodeStatus.UNRENDERED, lambda: not _formal(one, code)),
        (CodeStatus.SIGNED, lambda: _is_there(one, code, slip)),
    )
    return next((doubt for doubt, holds in doubts if holds()), CodeStatus.CURRENT)


def _is_there(one: Subject, code: DocumentCode, slip: int) -> bool:
    """Return whether a valid edition has this document signed already, or this slip back."""
    editions = set(valid_editions(one.folder.events))
    named = one.form.slips[slip - 1].name if slip else ""
    return any(
        (made.party and set_aside_by(made.event, one.folder.events) is None)
        or (isinstance(made.said, PaperFiled) and made.copy == code.copy)
        for made in renditions(one.folder.events)
        if made.edition in editions and made.slip == named
    )


def _is_own(one: Subject, person: Person) -> bool:
    try:
        require_own(one, person, message("file scans of {form}", form=one.form.number))
    except ControlError:
        return False
    return True


def _formal(one: Subject, code: DocumentCode) -> list[SealedFile]:
    """Return the formal PDFs of a document, one for each engine."""
    return [
        made.file
        for made in of_edition(one.folder.events, code.edition)
        if made.is_formal and one.number.copy_in(made.file.path) == code.copy
    ]


def _lengths(one: Subject, code: DocumentCode) -> set[int]:
    """Return how many pages a document's formal PDFs have."""
    return {len(opened(one.content(file), file.path).pages) for file in _formal(one, code)}


def unsigned_on(
    registry: Registry, scan: ScannedDocument, paths: Sequence[Path]
) -> Mapping[int, Text]:
    """Return what nobody signed or sealed, by page; the sheets may be any engine's print.

    :param paths: the files of the pile.
    """
    one = subject(registry, scan.code.number)
    pages = len(scan.pages) if not scan.slip else scan.pages[0].code.pages
    for file in _formal(one, scan.code):
        pdf = one.content(file)
        if len(opened(pdf, file.path).pages) == pages:
            missing = unsigned(scan, one.form, pdf, paths)
            if missing:
                return missing
    return {}


def _seal(
    one: Subject, scan: ScannedDocument, pdf: bytes, acting: ActingPerson, *, looked: bool
) -> Filed:
    code, pages = scan.code, len(scan.pages)
    slip = one.form.slips[scan.slip - 1] if scan.slip else None
    facts = PaperFiled(
        rules=one.rules,
        of_edition=code.edition,
        pages=pages,
        slip=slip.name if slip else None,
        copy=code.copy or None,
        looked=looked or None,
        placed=tuple(page.code.page for page in scan.pages if page.sheet.placed) or None,
        filed_on=acting.today,
    )
    shown = slip.name if slip else "scan"
    name = f"{PurePosixPath(one.number.document_name(code.edition, code.copy)).stem}-{shown}.pdf"
    again = sum(
        isinstance(made.said, PaperFiled) for made in of_edition(one.folder.events, code.edition)
    )
    place = f"scans/{code.edition}/{again + 1}"
    new_event = rendition_event(at_edition(one, code.edition), facts, f"{place}/{name}", pdf)
    with unchanged(one) as branch:
        acting.seal(branch, (new_event,))
    return Filed(
        number=one.number,
        edition=code.edition,
        name=name,
        pages=pages,
        slip=slip.name if slip else None,
        slip_title=slip.title if slip else None,
    )


LIST_NAME, TABLE_NAME = "review.json", "review.xlsx"
"""The lists: for a program, and for a person."""

_COLUMNS = (
    Column(name="place", title=message("file and page"), width=26),
    Column(name="document", title=message("document"), width=30),
    Column(name="what", title=message("what is in doubt"), width=34),
    Column(name="remedy", title=message("what to do"), width=34),
    Column(name="picture", title=message("picture"), width=34),
)


def review_files(
    pile: Pile, files: Sequence[Path], day: date, language: Language
) -> Iterator[File]:
    """Yield the pictures of a pile's doubtful sheets, then the lists of them (JSON, XLSX).

    :param files: the pile was read from.
    :param language: of the lists.
    """
    from rmdocs.reports.xlsx import write_xlsx  # noqa: PLC0415 - slow to import, seldom needed

    told: list[tuple[Finding, str | None]] = [(finding, None) for finding in pile.findings]
    drawn = pictures([aside.sheet for aside in pile.review], files)
    for place, (aside, shown) in enumerate(zip(pile.review, drawn, strict=True), 1):
        sheet, name = aside.sheet, ""
        if shown is not None:
            stem = PurePath(sheet.name).stem
            name = f"{place:03d}-{aside.finding.code}-{stem}-{sheet.number}.png"
            yield File(name=name, data=shown)
        told.append((aside.finding, name))
    entries = [
        {**finding.to_json(language), **({} if picture is None else {"picture": picture})}
        for finding, picture in told
    ]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    yield File(name=LIST_NAME, data=f"{text}\n".encode())
    yield File(name=TABLE_NAME, data=write_xlsx((_report(told, day),), language))


def _report(told: Sequence[tuple[Finding, str | None]], day: date) -> Report:
    rows = tuple(
        (finding.path, finding.label or None, finding.message, finding.remedy, picture or None)
        for finding, picture in told
    )
    title = message("Scanned sheets left to a person")
    return Report(name="review", title=title, columns=_COLUMNS, rows=rows, as_of=day)

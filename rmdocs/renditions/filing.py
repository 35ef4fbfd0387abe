"""Filing scans of signed paper: what is complete and beyond doubt is sealed, the rest is told.

How sheets are read and sorted is ``scanning``'s business; here is what the
store knows of a document whose code stands on a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.control.acting import require_key
from rmdocs.errors import ControlError, KeyAbsentError
from rmdocs.findings import has_errors
from rmdocs.messages import message
from rmdocs.pdf.opening import opened
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import RENDER, SCAN, is_begun, of_edition, standing_editions
from rmdocs.renditions.making import document_code
from rmdocs.renditions.records import (
    Subject,
    at_edition,
    rendition_deed,
    require_own,
    subject,
    unchanged,
)
from rmdocs.scanning.assembling import assemble_document
from rmdocs.scanning.pile import Pile, ScannedDocument, Standing
from rmdocs.scanning.reading import Progress, read
from rmdocs.scanning.sorting import put_aside

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.office import Office
    from rmdocs.pdf.codes import DocumentCode


@dataclass(frozen=True, slots=True)
class Filed:
    """A scan that was filed with its record.

    :param name: its file name. :param pages: how many it has.
    """

    number: RecordNumber
    edition: int
    name: str
    pages: int


@dataclass(frozen=True, slots=True)
class Filing:
    """What became of a pile of scans.

    :param filed: what was sealed. :param pile: as it was sorted; what stands in
        its review list was not sealed.
    """

    filed: tuple[Filed, ...]
    pile: Pile

    @property
    def settled(self) -> bool:
        """Return whether nothing is left for a person to decide; blank backs are only told."""
        return not has_errors(self.pile.all_findings)


def file_scans(
    office: Office,
    paths: Sequence[Path],
    acting: Acting,
    progress: Progress = lambda _name, _page, _pages: None,
) -> Filing:
    """Read a pile of scans and seal each complete set with its record.

    :param paths: PDF, JPEG, PNG or TIFF files, in the order they were scanned.
    :raises ControlError: if the actor has no key.
    :raises FindingsError: if a file was changed while it was read; nothing more
        is sealed.
    :raises ConflictError: if a record was changed meanwhile.
    """
    require_key(acting.person, acting.key)
    pile = read(paths, lambda code: standing(office, code, acting), progress)
    for one in pile.documents:
        if len(one.pages) not in _lengths(subject(office, one.code.number), one.code.edition):
            pile = put_aside(pile, one, Standing.LENGTH)
    # All of them are made before the first is sealed: a file that changed stops everything.
    made = [(one, assemble_document(one, pile, paths)) for one in pile.documents]
    filed = [_seal(subject(office, one.code.number), one, pdf, acting) for one, pdf in made]
    return Filing(tuple(filed), pile)


def standing(office: Office, code: DocumentCode, acting: Acting) -> Standing:
    """Return what the store knows of a document, and whether the actor may file it."""
    head = office.store.head(code.number.volume.ref)
    try:
        folder = read_folder(head, code.number) if head is not None else None
    except ControlError:
        folder = None
    if folder is None:
        return Standing.UNKNOWN
    if folder.voided:
        return Standing.VOID
    try:
        one = subject(office, code.number)
    except (ControlError, KeyAbsentError):
        return Standing.CONTENT
    return _standing(one, code, acting)


def _standing(one: Subject, code: DocumentCode, acting: Acting) -> Standing:
    folder = one.folder
    made = {made.kind for made in of_edition(folder, code.edition)}
    # In this order: the first that holds is what a person has to see to first.
    doubts: tuple[tuple[Standing, Callable[[], bool]], ...] = (
        (Standing.FORBIDDEN, lambda: not _is_own(one, acting)),
        (Standing.UNKNOWN, lambda: code.edition > folder.current.number),
        (Standing.SUPERSEDED, lambda: code.edition not in set(standing_editions(folder))),
        (Standing.OTHER, lambda: code != document_code(at_edition(one, code.edition))),
        (Standing.UNRENDERED, lambda: RENDER not in made),
        (Standing.SIGNED, lambda: is_begun(folder)),
    )
    return next((doubt for doubt, holds in doubts if holds()), Standing.CURRENT)


def _is_own(one: Subject, acting: Acting) -> bool:
    try:
        require_own(one, acting, message("file scans of {form}", form=one.form.number))
    except ControlError:
        return False
    return True


def _lengths(one: Subject, edition: int) -> set[int]:
    """Return how many pages an edition's formal PDFs have, one for each engine."""
    return {
        len(opened(one.content(made.file), made.file.path).pages)
        for made in of_edition(one.folder, edition)
        if made.kind == RENDER
    }


def _seal(one: Subject, scan: ScannedDocument, pdf: bytes, acting: Acting) -> Filed:
    edition, pages = scan.code.edition, len(scan.pages)
    name = f"{one.number}-e{edition}-scan.pdf"
    again = sum(made.kind == SCAN for made in of_edition(one.folder, edition))
    place = f"scans/{edition}/{again + 1}"
    deed = rendition_deed(at_edition(one, edition), SCAN, f"{place}/{name}", pdf, {"pages": pages})
    with unchanged(one) as branch:
        acting.seal(
            branch,
            (deed,),
            subject_line=f"File scan of {one.number} edition {edition}",
            trailers={"Event": SCAN, "Number": str(one.number)},
        )
    return Filed(one.number, edition, name, pages)

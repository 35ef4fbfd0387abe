"""Piles of scans that wait on the server: handed in, read, decided about, filed by one act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, RmdocsError
from rmdocs.findings import warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.renditions.filing import (
    Filing,
    code_status,
    file_pile,
    filed_before,
    fitting,
    page_of,
    unsigned_on,
)
from rmdocs.scanning.documentpdf import assemble_documents, picture
from rmdocs.scanning.pile import (
    CodeStatus,
    Pile,
    ReadSheets,
    ScannedDocument,
    ScannedSheet,
    Trouble,
)
from rmdocs.scanning.reading import read_sheets, sorted_pile
from rmdocs.scanning.sorting import absent_pages, put_unsigned, whole_sets
from rmdocs.workspace import pilefile
from rmdocs.workspace.pilefile import Glance, KeptPile, Placing, SheetPlace, set_key

if TYPE_CHECKING:
    from rmdocs.files import File
    from rmdocs.findings import Finding
    from rmdocs.pdf.codes import PageCode
    from rmdocs.workspace.opening import Workspace

WAITING = "SCAN-WAITING"
"""The finding of sheets that nothing is wrong with, but for others of their set."""
_SIGNED = "SCAN-SIGNED"
_UNCODED = frozenset({None, Trouble.CODE})
"""Troubles of sheets of which a person can say which page they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledSet:
    """A set that is with its record.

    :param name: of the file there.
    """

    document: ScannedDocument
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedPile:
    """A pile of scans as it stands.

    :param name: of the pile. :param kept: what was read and said of it.
    :param pile: as it is sorted now. Its documents are those that can be filed.
    :param filed: the sets that are with their records.
    :param unsigned: the whole sets on which no signature or seal was found.
    :param unseen: those at which nobody looked yet.
    """

    name: str = ""
    kept: KeptPile
    pile: Pile
    filed: tuple[FiledSet, ...]
    unsigned: tuple[ScannedDocument, ...]
    unseen: tuple[ScannedDocument, ...]

    @property
    def waits(self) -> bool:
        """Return whether files of it are still to be read, or sets to be looked at."""
        return bool(self.unseen) or len(self.kept.reading.files) < len(self.kept.names)

    @property
    def ready(self) -> dict[str, ScannedDocument]:
        """Return the sets that can be filed, by :func:`set_key`."""
        return {set_key(one): one for one in self.pile.documents}

    @property
    def left_out(self) -> tuple[ScannedSheet, ...]:
        """Return the sheets that a person left out."""
        return tuple(
            one for one in self.kept.reading.sheets if (one.file, one.number) in self.kept.left_out
        )

    @property
    def absent(self) -> tuple[PageCode, ...]:
        """Return the pages that sets in doubt lack."""
        return tuple(absent_pages(self.pile))

    @property
    def in_doubt(self) -> int:
        """Return how many sheets a person has to decide about.

        Blank backs are only told, and so is what waits for other sheets of its set.
        """
        return sum(
            not aside.sheet.blank and aside.finding.code != WAITING for aside in self.pile.review
        )


def can_be_placed(sheet: ScannedSheet) -> bool:
    """Return whether a person can say of a sheet which page it is."""
    return sheet.placed or (not sheet.codes and sheet.trouble in _UNCODED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDecision:
    """What a person says of a sheet; nothing where all is left open.

    :param at: which sheet it is.
    :param out: whether it goes into no document.
    :param code: of the page that it is.
    :param number: of the record that it is a page of, if not by its code. :param page: of it.
    :param turn: degrees clockwise that set it upright.
    """

    at: SheetPlace
    out: bool = False
    code: PageCode | None = None
    number: RecordNumber | None = None
    page: int = 0
    turn: int = 0


def begin(workspace: Workspace, files: Iterable[File]) -> str:
    """Keep scans as a new pile of whoever acts; return its name.

    :raises ControlError: if nobody acts, or it is more than is kept.
    """
    with pilefile.locked(workspace) as place:
        return pilefile.begin(place, files, KeptPile(begun=workspace.now()))


def add(workspace: Workspace, name: str, files: Iterable[File]) -> None:
    """Add scans to a pile.

    :raises ControlError: if there is no such pile of whoever acts, or it becomes too large.
    """
    with pilefile.locked(workspace) as place:
        pilefile.add(place, name, files)


def all_of(workspace: Workspace) -> tuple[list[SortedPile], list[Finding]]:
    """Return the piles of whoever acts as they stand, the last one first.

    With them a warning for each that cannot be looked at: it keeps nobody from the others.
    """
    found: list[SortedPile] = []
    told: list[Finding] = []
    if workspace.person() is None:
        return found, told
    for name in pilefile.names_in(pilefile.place_of(workspace)):
        try:
            found.append(look(workspace, name))
        except RmdocsError as problem:
            told.append(warning("PILE-DAMAGED", name, problem.reason, problem.remedy))
    return sorted(found, key=lambda one: one.kept.begun, reverse=True), told


def look(workspace: Workspace, name: str) -> SortedPile:
    """Return a pile as it stands, sorted by what the store knows now.

    :raises ControlError: if there is no such pile of whoever acts.
    """
    kept = pilefile.read_in(pilefile.place_of(workspace), name)
    return replace(_sorted(workspace, kept), name=name)


def go_on(
    workspace: Workspace, name: str, advance: Callable[[int, int], None] = lambda _done, _all: None
) -> None:
    """Read what is unread of a pile, and look at the sets that nobody looked at; it takes long.

    :param advance: told how many of how many are done: pages of a file, then sets.
    :raises ControlError: if there is no such pile of whoever acts.
    """
    place = pilefile.place_of(workspace)
    folder, kept = pilefile.folder_in(place, name), pilefile.read_in(place, name)
    start, paths = len(kept.reading.files), pilefile.paths_of(folder, kept)
    unread = paths[start:]
    if unread:
        places = {path.name: at for at, path in enumerate(unread)}

        def told(file: str, page: int, pages: int) -> None:
            advance(*((page, pages) if len(unread) == 1 else (places[file], len(unread))))

        more = _called(read_sheets(unread, told), kept.names[start:])
        kept = _change(workspace, name, partial(_with_read, start=start, more=more))
    unseen = _sorted(workspace, kept).unseen
    for done, document in enumerate(unseen):
        advance(done, len(unseen))
        glance = _glance(workspace, kept, document, paths)
        kept = _change(workspace, name, partial(_with_glance, set_key(document), glance))


def _called(found: ReadSheets, names: Sequence[str]) -> ReadSheets:
    """Return what was read of files, which a person calls otherwise than they are kept."""
    files = (replace(one, name=called) for one, called in zip(found.files, names, strict=True))
    sheets = (replace(one, name=names[one.file]) for one in found.sheets)
    return ReadSheets(files=tuple(files), sheets=tuple(sheets))


def _with_read(kept: KeptPile, start: int, more: ReadSheets) -> KeptPile:
    if len(kept.reading.files) != start:
        return kept  # somebody else has read them meanwhile
    return replace(kept, reading=kept.reading.and_then(more))


def _with_glance(key: str, glance: Glance, kept: KeptPile) -> KeptPile:
    return replace(kept, glances={**kept.glances, key: glance})


def decide(
    workspace: Workspace, name: str, decisions: Sequence[SheetDecision], looked: Iterable[str] = ()
) -> None:
    """Keep what a person says of sheets: of all or, where one cannot be so, of none.

    :param looked: the sets, by :func:`set_key`, of which they say that they looked at the paper.
    :raises ControlError: if there is no such pile or page, or they may not file it.
    """
    registry, person = workspace.registry, workspace.require_person()
    placed: dict[SheetPlace, Placing] = {}
    for one in decisions:
        code = one.code
        if one.number is not None:
            code = page_of(registry, person, one.number, one.page)
        if code is not None and not one.out:
            placed[one.at] = Placing(code=code, turn=one.turn)
    said = {one.at for one in decisions}
    out = {one.at for one in decisions if one.out}

    def changed(kept: KeptPile) -> KeptPile:
        free = {(one.file, one.number) for one in kept.reading.sheets if can_be_placed(one)}
        before = {at: one for at, one in kept.placed.items() if at not in said}
        return replace(
            kept,
            placed=before | {at: one for at, one in placed.items() if at in free},
            left_out=(kept.left_out - said) | out,
            looked=kept.looked | frozenset(looked),
        )

    _change(workspace, name, changed)


def file(
    workspace: Workspace,
    name: str,
    wanted: Iterable[str],
    advance: Callable[[int, int], None] = lambda _done, _all: None,
) -> Filing:
    """Seal sets of a pile with their records, one after the other.

    Each is sealed whole or not at all; whatever ends this, the pile says which are.

    :param wanted: those that a person saw as ready, by :func:`set_key`.
    :param advance: told how many of how many are done.
    :raises ConflictError: if one of them is not ready any more; nothing is sealed.
    :raises FindingsError: if a file was changed; nothing is sealed.
    """
    found, keys = look(workspace, name), set(wanted)
    if not keys <= found.ready.keys():
        raise ConflictError(
            message("what can be filed has changed since you saw it"),
            message("look at the scans again, then file them"),
        )
    documents = tuple(one for key, one in found.ready.items() if key in keys)
    place = pilefile.place_of(workspace)
    paths = pilefile.paths_of(pilefile.folder_in(place, name), found.kept)
    with workspace.act() as acting:
        return file_pile(
            workspace.registry,
            replace(found.pile, documents=documents),
            paths,
            acting=acting,
            missing_on=lambda one: _seen(found.kept, one).missing or {},
            looked_at=lambda one: set_key(one) in found.kept.looked,
            advance=advance,
        )


def put_away(workspace: Workspace, name: str) -> None:
    """Delete a pile: what was filed of it stays with its records, the rest is gone.

    :raises ControlError: if there is no such pile of whoever acts.
    """
    with pilefile.locked(workspace) as place:
        pilefile.remove(place, name)


def shown(workspace: Workspace, name: str, at: SheetPlace) -> bytes | None:
    """Return the picture of a sheet (JPEG), upright as far as that is known; None if there is none.

    :raises ControlError: if there is no such pile of whoever acts.
    """
    place = pilefile.place_of(workspace)
    folder, kept = pilefile.folder_in(place, name), pilefile.read_in(place, name)
    for sheet in _decided(kept):
        if (sheet.file, sheet.number) == at:
            return picture(sheet, pilefile.paths_of(folder, kept)[sheet.file])
    return None


def _change(workspace: Workspace, name: str, change: Callable[[KeptPile], KeptPile]) -> KeptPile:
    with pilefile.locked(workspace) as place:
        kept = change(pilefile.read_in(place, name))
        pilefile.keep(place, name, kept)
        return kept


def _decided(kept: KeptPile) -> Iterator[ScannedSheet]:
    """Yield the sheets as a person sees them: with what they said of some."""
    for sheet in kept.reading.sheets:
        said = kept.placed.get((sheet.file, sheet.number))
        if said is None:
            yield sheet
        else:
            yield replace(sheet, codes=(said.code,), trouble=None, turn=said.turn, placed=True)


def _sorted(workspace: Workspace, kept: KeptPile) -> SortedPile:
    registry = workspace.registry
    sheets = [one for one in _decided(kept) if (one.file, one.number) not in kept.left_out]
    judge = partial(code_status, registry, workspace.require_person())
    pile = fitting(registry, sorted_pile(replace(kept.reading, sheets=tuple(sheets)), judge))
    filed, unsigned = [], []
    unseen = [one for one in whole_sets(pile, _SIGNED) if _seen(kept, one).filed is None]
    for one in [*whole_sets(pile)]:
        name = _seen(kept, one).filed
        if name:
            filed.append(FiledSet(document=one, name=name))
            pile = pile.without(one)
    for one in pile.documents:
        missing = _seen(kept, one).missing
        if missing is None:
            unseen.append(one)
            pile = pile.without(one)
        elif missing and set_key(one) not in kept.looked:
            unsigned.append(one)
            pile = put_unsigned(pile, one, missing)
    return SortedPile(
        kept=kept,
        pile=pile,
        filed=tuple(filed),
        unsigned=tuple(unsigned),
        unseen=tuple(unseen),
    )


def _seen(kept: KeptPile, document: ScannedDocument) -> Glance:
    return kept.glances.get(set_key(document), Glance())


def _glance(
    workspace: Workspace, kept: KeptPile, document: ScannedDocument, paths: Sequence[Path]
) -> Glance:
    """Return what a set lacks, or whether it is the one that was filed."""
    registry, before = workspace.registry, _seen(kept, document)
    status = code_status(registry, workspace.require_person(), document.code, document.slip)
    if status is CodeStatus.SIGNED:
        alone = Pile(files=kept.reading.files, documents=(document,), review=(), findings=())
        (pdf,) = assemble_documents(alone, paths)
        return replace(before, filed=filed_before(registry, document, pdf))
    return replace(before, missing=unsigned_on(registry, document, paths))

"""Rendering numbered records, and reading back what was made: by this process and by others.

Whoever renders starts from what is sealed of a record, as does whoever makes its document again
years later. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.bulk import Bulk, one_again
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.issuing.checking import in_pieces
from rmdocs.issuing.editions import render_edition
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.store.objectwriter import deflated, inflated
from rmdocs.store.protocol import DeflatedFile, NewFile
from rmdocs.store.sealing import sealed_file

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.events.records import EditionFacts
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Elsewhere, Registry
    from rmdocs.records.context import AddedStages, CheckedRecord
    from rmdocs.registers.revisions import Release
    from rmdocs.store.protocol import Branch, NewEvent

Printable = Callable[[str, bytes], "Sequence[Finding]"]
"""Says, of a document by name and content, what keeps it from being printed."""


def print_anything(_name: str, _document: bytes) -> tuple[Finding, ...]:
    """Find nothing that keeps a document from being printed."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRecord:
    """A record and the edition that it is to have.

    :param release: of the revision that prints it.
    :param record: as it is sealed, canonical JSON. :param stages: that it has.
    :param encrypted: whether its documents are encrypted before they are laid down anywhere.
    """

    number: RecordNumber
    release: Release
    edition: EditionFacts
    record: bytes
    stages: AddedStages = ()
    encrypted: bool

    def checked(self, registry: Registry) -> CheckedRecord:
        """Return the record and its names; nothing is judged again.

        :raises FindingsError: if a derived value cannot be computed.
        """
        return accepted(
            RecordDraft.kept(canonical.decode(self.record)),
            registry.forms.load(self.release).form,
            self.edition.unit.to_json(),
            self.stages,
            calendar=registry.calendars.now(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedRecord:
    """What became of a record: its documents, or why there are none.

    :param files: to be encrypted, or made by this process. :param deflated: made elsewhere.
    :param failed: why a document cannot be made.
    :param lacking: what keeps one from being printed as it was asked for.
    """

    files: tuple[NewFile, ...] = ()
    deflated: tuple[DeflatedFile, ...] = ()
    failed: tuple[Finding, ...] = ()
    lacking: tuple[Finding, ...] = ()


def rendered(
    registry: Registry,
    records: Sequence[NumberedRecord],
    executor: Executor | None,
    printable: Printable = print_anything,
) -> Iterator[tuple[NumberedRecord, RenderedRecord]]:
    """Yield records in their order, each with its documents, read back.

    :param printable: asked what keeps a document from being printed as it was asked for.
    :param executor: who renders besides this process; see ``bulk``.
    """
    there = registry.elsewhere
    bulk = Bulk(
        here=partial(_render_piece, registry, printable),
        elsewhere=partial(_render_elsewhere, there, printable),
        executor=executor if there is not None else None,
        stays=lambda piece: any(
            one.encrypted or registry.forms.must_be_destroyable(one.release.number) for one in piece
        ),
        agrees=partial(_agrees, registry, printable),
    )
    for piece, made in bulk.each(in_pieces(records), in_order=True):
        yield from zip(piece, made, strict=True)


def kept(branch: Branch, new_event: NewEvent, made: RenderedRecord) -> NewEvent:
    """Return an event whose files, and what was deflated elsewhere, the branch has taken."""
    files = [branch.keep(file) for file in new_event.files]
    files += [branch.keep(file) for file in made.deflated]
    return replace(new_event, files=(), kept=tuple(files))


def _render_piece(
    registry: Registry, printable: Printable, piece: Sequence[NumberedRecord]
) -> list[RenderedRecord]:
    return [_render(registry, printable, one) for one in piece]


def _render(registry: Registry, printable: Printable, one: NumberedRecord) -> RenderedRecord:
    released = registry.forms.load(one.release)
    try:
        documents = render_edition(
            registry, released, one.checked(registry), one.number, one.edition
        )
    except FindingsError as problem:
        return RenderedRecord(failed=tuple(problem.findings))
    lacking = [
        found for file in documents for found in printable(file.path.rpartition("/")[2], file.data)
    ]
    return RenderedRecord(lacking=tuple(lacking)) if lacking else RenderedRecord(files=documents)


def _render_elsewhere(
    there: Elsewhere | None, printable: Printable, piece: Sequence[NumberedRecord]
) -> list[RenderedRecord]:
    if there is None:
        raise ValueError(there)
    made = _render_piece(there.registry(), printable, piece)
    # What is to be encrypted is so by who has the key, before anything else becomes of it.
    return [
        found if one.encrypted else _deflated(found) for one, found in zip(piece, made, strict=True)
    ]


def _agrees(
    registry: Registry,
    printable: Printable,
    piece: Sequence[NumberedRecord],
    made: Sequence[RenderedRecord],
) -> bool:
    """Return whether documents made on another machine are what is said of them, and one the same.

    Each is hashed again here: what is laid down is what its event says. Whether it is also what
    its record says is looked at of one in each piece.
    """
    return all(
        _is_as_said(one, file)
        for one, found in zip(piece, made, strict=False)
        for file in found.deflated
    ) and one_again(
        lambda some: [_deflated(one) for one in _render_piece(registry, printable, some)],
        piece,
        made,
    )


def _is_as_said(one: NumberedRecord, file: DeflatedFile) -> bool:
    """Return whether a file lies below its record, and its content is what is said of it."""
    path, media_type = file.sealed.path, file.sealed.media_type
    data = inflated(file.content)
    return (
        path.startswith(f"{one.number.directory}/")
        and file.content.kind == "blob"
        and data is not None
        and sealed_file(NewFile(path=path, data=data, media_type=media_type)) == file.sealed
    )


def _deflated(made: RenderedRecord) -> RenderedRecord:
    files = tuple(
        DeflatedFile(sealed=sealed_file(file), content=deflated("blob", file.data))
        for file in made.files
    )
    return replace(made, files=(), deflated=files)

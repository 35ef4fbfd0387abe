"""Rendering numbered records, and reading back what was made: by this process and by others.

Whoever renders starts from what is sealed of a record, as does whoever makes its document again
years later. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from rmdocs.bulk import Bulk
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.events.records import EditionFacts
from rmdocs.issuing.checking import form_of, in_pieces
from rmdocs.issuing.editions import not_made, render_edition
from rmdocs.store.objectwriter import deflated
from rmdocs.store.protocol import DeflatedFile, NewFile
from rmdocs.store.sealing import sealed_file

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.checking import Ready
    from rmdocs.issuing.registry import Elsewhere, Registry

Printable = Callable[[str, bytes], "Sequence[Finding]"]
"""Says, of a document by name and content, what keeps it from being printed."""


def print_anything(_name: str, _document: bytes) -> tuple[Finding, ...]:
    """Find nothing that keeps a document from being printed."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRecord:
    """A record and the number that it is to have."""

    ready: Ready
    number: RecordNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """What first editions of one volume have in common.

    :param printable: asked what keeps a document from being printed as it was asked for.
    """

    issued_on: date
    pin: str
    printable: Printable

    def edition(self, ready: Ready) -> EditionFacts:
        """Return the facts of a record's first edition."""
        return EditionFacts(number=1, issued_on=self.issued_on, pin=self.pin, unit=ready.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedRecord:
    """What became of a record: its documents, or why they cannot be made."""

    files: tuple[NewFile | DeflatedFile, ...] = ()
    findings: tuple[Finding, ...] = ()


def rendered(
    registry: Registry,
    records: Sequence[NumberedRecord],
    printing: Printing,
    executor: Executor | None,
) -> Iterator[tuple[NumberedRecord, RenderedRecord]]:
    """Yield records in their order, each with its documents, read back.

    :param executor: who renders besides this process; see ``bulk``.
    """
    there = registry.elsewhere
    bulk = Bulk(
        here=partial(_render_piece, registry, printing),
        elsewhere=partial(_render_elsewhere, there, printing),
        executor=executor if there is not None else None,
    )
    for piece, made in bulk.each(in_pieces(records), in_order=True):
        yield from zip(piece, made, strict=True)


def _render_piece(
    registry: Registry, printing: Printing, piece: Sequence[NumberedRecord]
) -> list[RenderedRecord]:
    return [_render(registry, printing, one) for one in piece]


def _render(registry: Registry, printing: Printing, one: NumberedRecord) -> RenderedRecord:
    released = registry.forms.load(one.ready.release)
    try:
        documents = render_edition(
            registry,
            released,
            one.ready.checked(registry),
            one.number,
            printing.edition(one.ready),
        )
    except FindingsError as problem:
        return RenderedRecord(findings=not_made(problem))
    lacking = [
        found
        for file in documents
        for found in printing.printable(file.path.rpartition("/")[2], file.data)
    ]
    return RenderedRecord(findings=tuple(lacking)) if lacking else RenderedRecord(files=documents)


def _render_elsewhere(
    there: Elsewhere | None, printing: Printing, piece: Sequence[NumberedRecord]
) -> list[RenderedRecord]:
    if there is None:
        raise ValueError(there)
    registry = there.registry()
    return [
        # What is to be encrypted is, by who has the key, before anything else becomes of it.
        made if form_of(registry, one.ready).access.destroyable else _deflated(made)
        for one, made in zip(piece, _render_piece(registry, printing, piece), strict=True)
    ]


def _deflated(made: RenderedRecord) -> RenderedRecord:
    files = tuple(
        DeflatedFile(sealed=sealed_file(file), content=deflated("blob", file.data))
        if isinstance(file, NewFile)
        else file
        for file in made.files
    )
    return replace(made, files=files)

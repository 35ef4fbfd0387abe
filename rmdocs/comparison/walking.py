"""The stories of two templates side by side: what met what, down to single paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rmdocs.comparison.alignment import Pair, align
from rmdocs.comparison.blocks import (
    Block,
    Cell,
    Paragraph,
    Row,
    Table,
    outline,
    pair_blocks,
    pair_cells,
    pair_rows,
)
from rmdocs.comparison.places import Part
from rmdocs.comparison.template import Flow, Story, StoryName

_NOTES = (Flow.FOOTNOTES, Flow.ENDNOTES)


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """A part of the old template and what it became; None where there is no such part.

    What lies in a part that is gone or new does not come up by itself.
    """

    old: Part | None
    new: Part | None


def walk(old: Mapping[StoryName, Story], new: Mapping[StoryName, Story]) -> Iterator[Met]:
    """Yield everything that met in all stories, outer parts before what they hold."""
    for name in [*new, *(name for name in old if name not in new)]:
        if name.flow not in _NOTES:
            yield from _stories(old.get(name), new.get(name))
    for flow in _NOTES:
        first = [story for name, story in old.items() if name.flow is flow]
        second = [story for name, story in new.items() if name.flow is flow]
        for pair in align(first, second, lambda story: outline(story.blocks)):
            yield from _stories(pair.old, pair.new)


def _stories(old: Story | None, new: Story | None) -> Iterator[Met]:
    yield from _blocks(old.blocks if old else (), new.blocks if new else ())


def _blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Met]:
    for met in _mets(pair_blocks(old, new)):
        yield met
        if isinstance(met.old, Table) and isinstance(met.new, Table):
            yield from _table(met.old, met.new)
        elif isinstance(met.old, Paragraph) and isinstance(met.new, Paragraph):
            for one, other in zip(met.old.boxes, met.new.boxes, strict=False):
                yield from _blocks(one.blocks, other.blocks)


def _table(old: Table, new: Table) -> Iterator[Met]:
    for row in _mets(pair_rows(old, new)):
        yield row
        if isinstance(row.old, Row) and isinstance(row.new, Row):
            for cell in _mets(pair_cells(row.old, row.new)):
                yield cell
                if isinstance(cell.old, Cell) and isinstance(cell.new, Cell):
                    yield from _blocks(cell.old.blocks, cell.new.blocks)


def _mets(pairs: Sequence[Pair[Any]]) -> Iterator[Met]:
    return (Met(pair.old, pair.new) for pair in pairs)

"""The stories of two templates side by side: what met what, down to single paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from rmdocs.comparison.template import NOTES, Flow, Story, StoryName, Template


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """A part of the old template and what it became; None where there is no such part.

    What lies in a part that is gone or new does not come up by itself.
    """

    old: Part | None
    new: Part | None


def walk(old: Template | None, new: Template) -> Iterator[Met]:
    """Yield everything that met in all stories, outer parts before what they hold.

    :param old: None where there was nothing before.
    """
    for before, after in _stories(old, new):
        if _is_something(before) or _is_something(after) or (before and after):
            yield from _blocks(before.blocks if before else (), after.blocks if after else ())


def _stories(old: Template | None, new: Template) -> Iterator[tuple[Story | None, Story | None]]:
    """Yield which story became which: headers and footers by the pages that show them."""
    earlier, later = {} if old is None else old.stories(), new.stories()
    body = StoryName(Flow.BODY)
    yield earlier.get(body), later[body]
    names = dict.fromkeys([*new.margins(), *(old.margins() if old is not None else ())])
    margins = ((old.margin(name) if old is not None else None, new.margin(name)) for name in names)
    yield from dict.fromkeys(margins)
    for flow in NOTES:
        first, second = (
            [story for name, story in stories.items() if name.flow is flow]
            for stories in (earlier, later)
        )
        for pair in align(first, second, lambda story: outline(story.blocks)):
            yield pair.old, pair.new


def _is_something(story: Story | None) -> bool:
    """Return whether anything is there to be seen: a header of one empty line is none."""
    found = () if story is None else story.blocks
    return len(found) > 1 or any(isinstance(one, Table) or not one.is_blank for one in found)


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

"""A value put together from what stands in cells: objects and lists, nothing where nothing is.

An object whose cells are all empty is not there; a list of which no entry is filled is
empty. Whatever holds the cells, a table or a page to fill in, gives a :class:`Part` for
each place of a record that it can fill.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.intake.cells import CellReading
from rmdocs.schemas.fields import Field, FieldKind, Steps, join


@dataclass(slots=True, kw_only=True)
class Part:
    """A part of a record that can be filled.

    :param steps: where its cells are; of a list the places of entries that are not filled
        count too.
    :param optional: whether it may be left out, or whatever is around it may.
    :param column: of a table, the column that fills it.
    """

    field: Field
    steps: Steps
    optional: bool = False
    column: int | None = None
    children: dict[str | int, Part] = dataclasses.field(default_factory=dict)

    @property
    def is_leaf(self) -> bool:
        """Return whether one cell holds all of it."""
        return not self.children and not self.field.is_group

    def grow(self, steps: Steps) -> Part:
        """Return the part that ``steps`` lead to, made with all around it if it is not there.

        :raises KeyError: if there is no such field.
        """
        part = self
        for step in steps:
            if step not in part.children:
                inner = part.field.item if isinstance(step, int) else part.field.child(step)
                if inner is None:
                    raise KeyError(step)
                # Of a list every entry may be left out.
                absent = isinstance(step, int) or inner.nullable or not inner.required
                part.children[step] = Part(
                    field=inner, steps=(*part.steps, step), optional=part.optional or absent
                )
            part = part.children[step]
        return part

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that cells fill."""
        if self.is_leaf:
            yield self
        for child in self.children.values():
            yield from child.leaves()


Read = Callable[[Part], CellReading]
"""Gives what the cell of a part says, its findings placed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a part is.

    :param filled: whether any of its cells is.
    :param read: what each cell said, by where its value stands in ``value``; what is empty
        by where it would stand.
    """

    value: Json
    filled: bool
    read: Mapping[Steps, tuple[Part, CellReading]]

    @property
    def unread(self) -> frozenset[str]:
        """Return the paths whose cells were refused."""
        return frozenset(join("$", at) for at, (_, read) in self.read.items() if read.refused)


def build(part: Part, read: Read) -> Built:
    """Return what the cells of a part make."""
    if part.is_leaf:
        said = read(part)
        return Built(value=said.value, filled=said.filled, read={(): (part, said)})
    if part.field.kind is FieldKind.LIST:
        return _entries(part, read)
    inner = {child.field.name: build(child, read) for child in part.children.values()}
    fields = {child.field.name: child.field for child in part.children.values()}
    value = {
        name: one.value if one.filled or not fields[name].nullable else None
        for name, one in inner.items()
        if one.filled or _stands_empty(fields[name])
    }
    filled = any(one.filled for one in inner.values())
    return Built(value=value, filled=filled, read=_together(inner))


def _entries(part: Part, read: Read) -> Built:
    every = [build(part.children[index], read) for index in sorted(part.children, key=int)]
    there = [one for one in every if one.filled]
    # What is no entry stands behind them, where it would be one.
    ordered = dict(enumerate([*there, *(one for one in every if not one.filled)]))
    return Built(value=[one.value for one in there], filled=bool(there), read=_together(ordered))


def _together(
    inner: Mapping[str, Built] | Mapping[int, Built],
) -> dict[Steps, tuple[Part, CellReading]]:
    return {(step, *at): said for step, one in inner.items() for at, said in one.read.items()}


def _stands_empty(field: Field) -> bool:
    """Return whether a record has a property of which nothing is filled."""
    if field.kind is FieldKind.LIST:
        return field.required or not field.nullable
    return field.required and (field.kind is FieldKind.OBJECT or field.nullable)

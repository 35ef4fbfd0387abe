"""A form as it is drawn: fields in groups and tables, the same way for every form.

From what a form's schema says of its fields to what a page shows: an object is a fieldset;
a list is a table where its entries are narrow, else a fieldset an entry; groups of the same
kind, one after the other, share a table. What is an alternative or a condition of the
schema is drawn like the rest: which parts go together is for the findings to say. Each
field is sent back under the key of its value (``intake/typed``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from typing import ClassVar, TypeAlias

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, has_errors
from rmdocs.intake.headings import CONTENT, SEPARATOR, key
from rmdocs.intake.typed import Typed, entries_of, filled_parts
from rmdocs.messages import Text, Verbatim, listed, message
from rmdocs.schemas.fields import Field, FieldKind, Steps
from rmdocs.web.controls import (
    Control,
    Size,
    choices_of,
    control_of,
    size_of,
    values_of,
)
from rmdocs.workspace.suggestions import Offer, offer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a record being written, beside its form.

    :param typed: what was typed.
    :param offered: what may be taken over where nothing is typed yet.
    :param findings: by the key of the part they concern.
    """

    typed: Typed
    offered: Typed = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What has a place on the page.

    :param key: of its value in the record; a field is sent under it.
    :param required: whether it must be filled in.
    :param is_filled: whether anything is typed in it.
    """

    key: str
    title: str
    required: bool
    is_filled: bool
    findings: tuple[Finding, ...]

    @property
    def id(self) -> str:
        """Return what the page calls it."""
        return identifier(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Drawn):
    """One field.

    :param label: what it is called in a table, where its title alone does not say it.
    :param values: what stands in it: a text, or each entry or each choice that is taken.
    :param choices: what may be chosen, and what else was typed.
    :param offer: which register knows of its values.
    :param looks_up: whether it leads to a page on which they are looked up: of fields that
        the same entry fills, the first.
    :param offered: what may be taken over, while it is empty.
    """

    shape: ClassVar[str] = "input"

    field: Field
    label: str
    control: Control
    values: tuple[str, ...]
    choices: tuple[str, ...]
    size: Size
    offer: Offer
    looks_up: bool
    offered: str

    @property
    def attributes(self) -> dict[str, str | None]:
        """Return what HTML says of it, whatever it is typed into."""
        wrong = has_errors(self.findings)
        return {
            "id": self.id,
            "name": self.key,
            "aria-label": self.label or None,
            "aria-required": "true" if self.required else None,
            "aria-invalid": "true" if wrong else None,
            **self.offers,
        }

    @property
    def offers(self) -> dict[str, str | None]:
        """Return what HTML says of it where the registers know of its values."""
        return {"data-offer": self.key, "list": "offers"} if self.offer else {}

    @property
    def value(self) -> str:
        """Return the text in it."""
        return self.values[0] if self.values else ""

    @property
    def hint(self) -> Text | None:
        """Return how it is written, where that is not seen."""
        if self.control is Control.LINES and self.field.kind is FieldKind.LIST:
            return message("one a line")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup(Drawn):
    """A group of fields: an object, or an entry of a list.

    :param is_open: whether it is seen at once: something is filled in, or must be.
    :param entry: whether it is an entry, which can be taken away.
    """

    shape: ClassVar[str] = "group"

    field: Field
    is_open: bool
    entry: bool
    parts: tuple[DrawnPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow(Drawn):
    """A row of a table; its title is empty where it is an entry, which is counted.

    :param field: the group that it is; None where it is an entry.
    """

    field: Field | None
    cells: tuple[Input, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable(Drawn):
    """A list of narrow entries, a row each; or groups of the same kind, one a row.

    :param columns: the fields of each row.
    :param grows: whether a row can be added, and each be taken away.
    :param offered: how many rows may be taken over, while there are none.
    """

    shape: ClassVar[str] = "table"

    field: Field | None
    columns: tuple[Field, ...]
    rows: tuple[FieldRow, ...]
    grows: bool
    offered: int

    @property
    def called(self) -> Text:
        """Return what a person calls it: its title, or those of its groups."""
        return Verbatim(self.title) if self.title else listed(row.title for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupList(Drawn):
    """A list whose entries are too wide for a table: a group each."""

    shape: ClassVar[str] = "entries"

    field: Field
    groups: tuple[FieldGroup, ...]
    grows: bool
    offered: int


DrawnPart: TypeAlias = Input | FieldGroup | FieldTable | GroupList

_MOST_COLUMNS = 6
_AROUND = frozenset({"form", CONTENT})


def identifier(key: str) -> str:
    """Return what a page calls the part with a key: ``content.contacts.0.name``."""
    return key.replace("[", ".").replace("]", "")


def drawn(root: Field, known: Known) -> tuple[tuple[DrawnPart, ...], tuple[DrawnPart, ...]]:
    """Return what is drawn of a record: what is around its content, and its content.

    :param root: the fields of the record.
    """
    drawing = _Drawing(known=known, filled=filled_parts(known.typed))
    around = [child for child in root.children if child.name not in _AROUND]
    content = root.child(CONTENT)
    return (
        tuple(drawing.inside(root, around, (), required=True)),
        tuple(drawing.inside(content, content.children, (CONTENT,), required=True))
        if content is not None
        else (),
    )


def runs(parts: Iterable[DrawnPart]) -> list[list[DrawnPart]]:
    """Return parts, fields that follow each other together."""
    return [list(run) for _, run in groupby(parts, lambda one: isinstance(one, Input))]


def keys(parts: Iterable[DrawnPart]) -> Iterator[str]:
    """Yield the keys of everything that is drawn."""
    for part in parts:
        yield part.key
        if isinstance(part, FieldGroup):
            yield from keys(part.parts)
        elif isinstance(part, GroupList):
            yield from keys(part.groups)
        elif isinstance(part, FieldTable):
            for row in part.rows:
                yield row.key
                yield from keys(row.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """Draws parts, with what is known of their values.

    :param filled: the keys of all parts in which anything is typed.
    """

    known: Known
    filled: Collection[str]

    def inside(
        self, around: Field, children: Iterable[Field], steps: Steps, *, required: bool
    ) -> Iterator[DrawnPart]:
        """Yield what is drawn of an object; groups of the same kind share a table."""
        for shape, run in groupby(children, _shape):
            alike = list(run)
            if shape and len(alike) > 1:
                yield self._alike(alike, steps, required=required)
            else:
                for child in alike:
                    yield self._part(around, child, (*steps, child.name), required=required)

    def _part(self, around: Field, child: Field, steps: Steps, *, required: bool) -> DrawnPart:
        if not child.is_group:
            return self._input(around, child, steps, required=required)
        if child.item is not None:
            return self._list(child, child.item, steps, required=required)
        return self._group(child, child.title, steps, required=required)

    def _group(
        self, group: Field, title: str, steps: Steps, *, required: bool, entry: bool = False
    ) -> FieldGroup:
        here = key(steps)
        needed = entry or (required and group.must_be_filled)
        parts = tuple(self.inside(group, group.children, steps, required=needed))
        told = any(self._findings(one) for one in (here, *keys(parts)))
        return FieldGroup(
            key=here,
            title=title,
            required=needed,
            is_filled=here in self.filled,
            findings=self._findings(here),
            field=group,
            is_open=entry or group.must_be_filled or told or here in self.filled,
            entry=entry,
            parts=parts,
        )

    # Lists and tables ------------------------------------------------------

    def _list(
        self, listed: Field, item: Field, steps: Steps, *, required: bool
    ) -> FieldTable | GroupList:
        here = key(steps)
        indices = entries_of(self.known.typed, here)
        offered = 0 if here in self.filled else len(entries_of(self.known.offered, here))
        needed = required and listed.must_be_filled
        grows = not listed.most or len(indices) < listed.most
        if _is_narrow(item):
            rows = [
                self._row(item, (*steps, index), f"{listed.title} {at}", required=False)
                for at, index in enumerate(indices, 1)
            ]
            return FieldTable(
                key=here,
                title=listed.title,
                required=needed,
                is_filled=here in self.filled,
                findings=self._findings(here),
                field=listed,
                columns=item.children,
                rows=tuple(rows),
                grows=grows,
                offered=offered,
            )
        groups = [
            self._group(item, f"{listed.title} {at}", (*steps, index), required=True, entry=True)
            for at, index in enumerate(indices, 1)
        ]
        return GroupList(
            key=here,
            title=listed.title,
            required=needed,
            is_filled=here in self.filled,
            findings=self._findings(here),
            field=listed,
            groups=tuple(groups),
            grows=grows,
            offered=offered,
        )

    def _alike(self, groups: Sequence[Field], steps: Steps, *, required: bool) -> FieldTable:
        rows = [
            self._row(one, (*steps, one.name), one.title, required=required and one.must_be_filled)
            for one in groups
        ]
        return FieldTable(
            key=f"{rows[0].key}+",
            title="",
            required=False,
            is_filled=any(row.is_filled for row in rows),
            findings=(),
            field=None,
            columns=groups[0].children,
            rows=tuple(rows),
            grows=False,
            offered=0,
        )

    def _row(self, group: Field, steps: Steps, title: str, *, required: bool) -> FieldRow:
        return FieldRow(
            field=None if isinstance(steps[-1], int) else group,
            key=key(steps),
            title=title,
            required=required,
            is_filled=key(steps) in self.filled,
            findings=self._findings(key(steps)),
            cells=tuple(
                self._input(group, child, (*steps, child.name), required=required, row=title)
                for child in group.children
            ),
        )

    # Fields ----------------------------------------------------------------

    def _input(
        self, around: Field, child: Field, steps: Steps, *, required: bool, row: str = ""
    ) -> Input:
        here = key(steps)
        text = self.known.typed.get(here, "")
        offer = offer_of(around, child)
        needed = required and child.must_be_filled
        control = control_of(child, text, offer, needed=needed, in_table=bool(row))
        values, choices = values_of(control, child, text), choices_of(child)
        return Input(
            key=here,
            title=child.title,
            required=needed,
            is_filled=here in self.filled,
            findings=self._findings(here),
            field=child,
            label=f"{row}{SEPARATOR}{child.title}" if row else "",
            control=control,
            values=values,
            choices=tuple(dict.fromkeys((*choices, *filter(None, values)))) if choices else (),
            size=size_of(child, control),
            offer=offer,
            looks_up=bool(offer) and _first_offered(around, offer) is child,
            offered="" if text.strip() else self.known.offered.get(here, "").strip(),
        )

    def _findings(self, here: str) -> tuple[Finding, ...]:
        return self.known.findings.get(here, ())


def _first_offered(around: Field, offer: Offer) -> Field | None:
    return next((one for one in around.children if offer_of(around, one) is offer), None)


def _shape(child: Field) -> tuple[tuple[str, str, FieldKind], ...]:
    """Return what tells groups apart that fit in a row of a table; nothing of what does not."""
    if child.kind is not FieldKind.OBJECT or not _is_narrow(child):
        return ()
    return tuple((one.name, one.title, one.kind) for one in child.children)


def _is_narrow(group: Field) -> bool:
    """Return whether a group fits in a row of a table."""
    return len(group.children) <= _MOST_COLUMNS and not any(
        one.is_group or one.kind is FieldKind.LIST for one in group.children
    )

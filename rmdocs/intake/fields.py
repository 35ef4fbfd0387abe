"""The fields of a whole record: those of every record around those of a form's content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rmdocs.intake.paths import CONTENT
from rmdocs.schemas.fields import Field, FieldTree, Kind

FieldsOf = Callable[[str], FieldTree]
"""Gives the fields of a form's content by the form's number."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet to fill.

    :param key: what the hidden row says of it; reading goes by it.
    :param title: the chain of titles that lead to its field.
    :param required: whether it must be filled in every row.
    :param conditional: whether it must be filled in a row where anything is of the
        part it belongs to, such as a second manager or an entry of a list.
    """

    key: str
    title: str
    field: Field
    required: bool
    conditional: bool = False


_PERSON = (
    Field("name", Kind.TEXT, "姓名", "Name as in the register of staff", required=True),
    Field("staff_no", Kind.TEXT, "工号", "Staff number, such as JN01-0101", required=True),
)
_AROUND = (
    Field("form", Kind.TEXT, "表单编号", "Number of the form", required=True),
    Field("unit", Kind.TEXT, "机构代码", "Code of the unit, such as JN01", required=True),
    Field("date", Kind.DATE, "记录日期", "Date of the record", required=True),
    Field("prepared_by", Kind.OBJECT, "填制人", required=True, children=_PERSON),
    Field(
        "related",
        Kind.LIST,
        "相关记录",
        "Numbers of related records",
        required=True,
        item=Field("", Kind.TEXT),
    ),
    Field(
        "related_reason",
        Kind.TEXT,
        "相关记录未核对原因",
        "Why a related record that is on paper or kept elsewhere is named all the same",
        nullable=True,
    ),
)


def record_fields(content: FieldTree) -> Field:
    """Return the fields of a whole record, ``content`` among them."""
    root = replace(content.root, name=CONTENT, title="", required=True)
    return Field("", Kind.OBJECT, children=(*_AROUND, root))


def leaves(field: Field, titles: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Yield every field that takes one cell, with the titles that lead to it."""
    for child in field.children:
        chain = (*titles, child.title) if child.title else titles
        if child.is_group:
            yield from leaves(child.item or child, chain)
        else:
            yield chain, child

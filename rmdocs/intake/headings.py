"""What a sheet to fill says of itself: the keys and titles of its columns, and its mark.

The mark, for which revision of which form the sheet was made, stands on a worksheet of
its own, where a person can read it and every spreadsheet program keeps it. A sheet
without it is anybody's, and accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake.cells import Cell, text
from rmdocs.messages import Language, Text, message
from rmdocs.schemas.fields import Field, FieldKind, FieldTree, Steps, join, split

CONTENT = "content"
SEPARATOR = " › "

_KEY = re.compile(r"[a-z_][a-z0-9_]*(?:\[\d{1,4}\])*(?:\.[a-z_][a-z0-9_]*(?:\[\d{1,4}\])*)*")
_COUNTED = re.compile(r"(.+?)\s*[\[(（【]?(\d{1,4})[\])）】]?")
_TITLE_SEPARATOR = re.compile(r"\s*[›>＞»]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingTarget:
    """Where a heading leads: the steps from the record and the field there."""

    steps: Steps
    field: Field


def is_key(heading: str) -> bool:
    """Return whether ``heading`` is written like a key."""
    return _KEY.fullmatch(heading) is not None


def key(steps: Steps) -> str:
    """Return the key of a place: ``content.contacts[0].name``."""
    return join("$", steps).removeprefix("$.")


def by_key(root: Field, heading: str) -> HeadingTarget | None:
    """Return where a key leads, or None if the record has no such place.

    ``content.`` may be left out.
    """
    if not is_key(heading):
        return None
    given = split(f"$.{heading}") or ()
    for full in (given, (CONTENT, *given)):
        field = root.at(full)
        if field is not None:
            return HeadingTarget(steps=full, field=field)
    return None


def by_titles(root: Field, heading: str) -> list[HeadingTarget]:
    """Return where a chain of titles may lead; more than one is ambiguous.

    An entry of a list is counted from 1: ``联系人 1 › 姓名``. A star that marks
    a required column is ignored.
    """
    segments = tuple(_TITLE_SEPARATOR.split(heading.rstrip("*＊ ").strip()))
    found = list(_descend(root, segments, ()))
    content = root.child(CONTENT)
    if content is not None:
        found += _descend(content, segments, (CONTENT,))
    return found


def _descend(field: Field, segments: tuple[str, ...], place: Steps) -> Iterator[HeadingTarget]:
    if not segments:
        yield HeadingTarget(steps=place, field=field)
        return
    counted = _COUNTED.fullmatch(segments[0])
    for child in field.children:
        if child.title == segments[0]:
            yield from _descend(child, segments[1:], (*place, child.name))
        elif child.item is not None and counted and counted[1] == child.title and int(counted[2]):
            inner = (*place, child.name, int(counted[2]) - 1)
            yield from _descend(child.item, segments[1:], inner)


FieldsOf = Callable[[str], FieldTree]
"""Gives the fields of a form's content by the form's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
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
    Field(
        name="name",
        kind=FieldKind.TEXT,
        title="姓名",
        description="Name as in the register of staff",
        required=True,
        longest=50,
    ),
    Field(
        name="staff_no",
        kind=FieldKind.TEXT,
        title="工号",
        description="Staff number, such as JN01-0101",
        help="如 JN01-0101。",
        required=True,
        longest=20,
    ),
)
_AROUND = (
    Field(
        name="form",
        kind=FieldKind.TEXT,
        title="表单编号",
        description="Number of the form",
        required=True,
    ),
    Field(
        name="unit",
        kind=FieldKind.TEXT,
        title="机构代码",
        description="Code of the unit, such as JN01",
        help="如 JN01。",
        required=True,
        longest=4,
    ),
    Field(
        name="date",
        kind=FieldKind.DATE,
        title="记录日期",
        description="Date of the record",
        required=True,
    ),
    Field(
        name="prepared_by", kind=FieldKind.OBJECT, title="填制人", required=True, children=_PERSON
    ),
    Field(
        name="related",
        kind=FieldKind.LIST,
        title="相关记录",
        description="Numbers of related records",
        help="本记录所依据的或与之有关的记录，填记录编号。",
        required=True,
        item=Field(name="", kind=FieldKind.TEXT),
    ),
    Field(
        name="related_reason",
        kind=FieldKind.TEXT,
        title="相关记录未核对原因",
        description="Why a related record that is on paper or kept elsewhere is named all the same",
        help="相关记录只有纸质的，或存放在别处、无法核对的，说明原因。",
        nullable=True,
    ),
)


def record_fields(content: FieldTree) -> Field:
    """Return the fields of a whole record, ``content`` among them."""
    root = replace(content.root, name=CONTENT, title="", required=True)
    return Field(name="", kind=FieldKind.OBJECT, children=(*_AROUND, root))


def leaves(field: Field, titles: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Yield every field that takes one cell, with the titles that lead to it."""
    for child in field.children:
        chain = (*titles, child.title) if child.title else titles
        if child.is_group:
            yield from leaves(child.item or child, chain)
        else:
            yield chain, child


WORKSHEET = "版本"
_NUMBER, _REVISION, _TITLE, _NOTE = "表单编号", "版本", "名称", "说明"
_RECORD = "更正记录"
_SAID: Text = message(
    "This sheet is for the revision above only: if the form has a newer one, make the sheet"
    " again. Leave the hidden row under the titles as it is."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMark:
    """For which revision a sheet was made.

    :param title: the form's Chinese title, for whoever opens it.
    :param record: number of the record that it corrects; empty where it is for new ones.
    """

    number: DocumentNumber
    revision: Revision
    title: str = ""
    record: str = ""


def mark_rows(mark: SheetMark, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the rows of the worksheet that says so."""
    corrects = ((_RECORD, mark.record),) if mark.record else ()
    return (
        (_NUMBER, str(mark.number)),
        (_REVISION, str(mark.revision)),
        (_TITLE, mark.title),
        *corrects,
        (_NOTE, _SAID.text(language)),
    )


def read_mark(given: Sequence[Sequence[Cell]]) -> SheetMark | None:
    """Return the mark that the rows of a worksheet hold, or None if they hold none."""
    said = {text(row[0]).strip(): text(row[1]).strip() for row in given if len(row) > 1}
    if _NUMBER not in said or _REVISION not in said:
        return None
    try:
        number, revision = DocumentNumber.parse(said[_NUMBER]), Revision.parse(said[_REVISION])
    except UsageError:
        return None
    return SheetMark(
        number=number, revision=revision, title=said.get(_TITLE, ""), record=said.get(_RECORD, "")
    )

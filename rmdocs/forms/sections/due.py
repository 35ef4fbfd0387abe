"""What must happen to a form's records by a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.forms.differences import Aspect, Change, RevisionTerms, plain
from rmdocs.forms.section import (
    ExpressionScopes,
    Manifest,
    Section,
    Stated,
    both,
    duplicates,
    list_of,
    stated,
    table_of,
    text,
    value,
)
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.shapes import DAYS, YES_OR_NO
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema

DAYS_SCHEMA = value(
    "integer",
    "提前天数",
    "How many days before that day it is told as near",
    minimum=0,
    maximum=366,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """Something that must happen to a record by a day.

    :param on: gives the last day on which it is in time, from the record's
        names and ``filed``: the day since which the signed original, or a slip,
        is in the store; null while that is not known.
    :param when: true of a record of which it is still to be done.
    :param days: how many days before that day it is told as near, 0 to 366.
    """

    name: str
    title: Bilingual
    on: Expression
    when: Expression
    days: int
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDatesSection(Section):
    """``[[due]]``: what must happen to records by a day."""

    table = "due"
    schema = list_of(
        table_of(
            {
                "name": text("名称", "What lists call it", examples=["review"]),
                "title": both("事项", "What is to be done"),
                "on": text("最后期限", "Expression: the last day on which it is in time"),
                "when": text("待办条件", "Expression: whether it is still to be done"),
                "days": DAYS_SCHEMA,
                "clause": text("依据条款", "Clause that asks for it"),
            },
            "clause",
        ),
        title="到期事项",
        english="What must happen to records by a day",
    )

    dates: tuple[DueDate, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return what is due, in order."""
        return cls(dates=tuple(map(_read, root.tables(cls.table))))

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield until when each is in time, and whether it is to be done."""
        for index, one in enumerate(self.dates):
            yield from stated(f"due[{index}].on", one.on, seen.due, DAYS)
            yield from stated(f"due[{index}].when", one.when, seen.due, YES_OR_NO)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield names that are used twice."""
        del manifest, schema
        yield from duplicates("due[{}].name", (one.name for one in self.dates))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the due dates that came or went, what differs in each, and their order."""

        def aspects(was: DueDate | None, now: DueDate) -> Iterator[Aspect]:
            yield message("last day"), *telling.expressions(was.on if was else None, now.on)
            yield (
                message("still to be done while"),
                *telling.expressions(was.when if was else None, now.when),
            )
            yield (
                message("told as near"),
                days_before(was.days) if was else NOTHING,
                days_before(now.days),
            )
            yield message("clause"), plain(was.clause) if was else NOTHING, plain(now.clause)

        sides = (old.dates if old else (), new.dates if new else ())
        yield from telling.each("due", sides, _place, aspects)


def days_before(days: int) -> Text:
    """Return how long before its last day something is told as near."""
    return message("{days} day(s) before", days=days)


def _read(table: TomlTable) -> DueDate:
    return DueDate(
        name=table.name(),
        title=table.bilingual("title"),
        on=table.expression("on"),
        when=table.expression("when"),
        days=table.whole("days"),
        clause=table.text("clause"),
    )


def _place(one: DueDate) -> Text:
    return message("due date “{title}”", title=one.title)

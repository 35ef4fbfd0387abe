"""How a record's document is printed to be signed, and for whom further ones are made.

How many copies, on one side or both, and what a person does with the paper,
step by step. Joining pages is ``pdf``'s business, making the set ``renditions``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.forms.differences import Area, Change, RevisionTerms, aspect_of, became, plain
from rmdocs.forms.section import (
    ExpressionScopes,
    Section,
    Stated,
    both,
    list_of,
    said,
    stated,
    table_of,
    text,
    value,
)
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Saying
from rmdocs.language.shapes import LISTS, WORDED, Sort
from rmdocs.messages import message

ONE_SIDE, BOTH_SIDES = 1, 2
MOST_COPIES = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesSection(Section):
    """``[copies]``: what to go through for one further document each."""

    table = "copies"
    schema = table_of(
        {"each": text("逐项", "Expression: what to go through for one further document each")},
        title="分送文件",
        english="Further documents of a record",
    )

    each: Expression

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what to go through."""
        return cls(each=table.expression("each"))

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield what to go through."""
        yield from stated("copies.each", self.each, seen.record, LISTS)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield whether further documents are made for others."""
        sides = telling.expressions(*(one.each if one is not None else None for one in (old, new)))
        yield from became(
            Area.OTHER, message("further documents, one for each of"), *sides, "copies"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintingSection(Section):
    """``[printing]``: how a form's documents are printed.

    :param copies: how many of each document, from the record's names and
        ``addressee`` (null for the document itself); None for one.
    :param addressee: whom a document goes to, from the same names; None if that
        is not said.
    :param sides: 1 or 2, the sides of a sheet that are printed on.
    :param steps: what a person does with the paper, in order.
    """

    table = "printing"
    schema = table_of(
        {
            "copies": text("份数", "Expression: how many copies of each document"),
            "addressee": text("收件人", "Expression: whom a document goes to"),
            "sides": value(
                "integer",
                "单面或双面",
                "The sides of a sheet that are printed on: 1 or 2",
                minimum=ONE_SIDE,
                maximum=BOTH_SIDES,
            ),
            "steps": list_of(
                both("步骤", "What a person does with the paper"),
                title="步骤",
                english="What a person does with the paper, in order",
            ),
        },
        "copies",
        "addressee",
        "steps",
        title="打印",
        english="How its documents are printed to be signed",
    )

    copies: Expression | None = None
    addressee: Expression | None = None
    sides: int = BOTH_SIDES
    steps: tuple[Saying, ...] = ()

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return how documents are printed; once, on both sides, where that is not said."""
        table = root.table(cls.table)
        if table is None:
            return cls()
        steps = (
            table.compiled(f"steps[{index}]", Saying.compile, step)
            for index, step in enumerate(table.bilinguals("steps"))
        )
        return cls(
            copies=table.optional_expression("copies"),
            addressee=table.optional_expression("addressee"),
            sides=table.whole("sides", BOTH_SIDES),
            steps=tuple(step for step in steps if step is not None),
        )

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield how many copies, for whom, and the sentences of the steps."""
        count = frozenset({Sort.INTEGER})
        yield from stated("printing.copies", self.copies, seen.document, count)
        yield from stated("printing.addressee", self.addressee, seen.document, WORDED)
        for index, step in enumerate(self.steps):
            yield from said(f"printing.steps[{index}]", step, seen.record)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield another number of copies, other addressees, sides and steps."""
        before, after = old or cls(sides=new.sides if new else BOTH_SIDES), new or cls()
        place = message("printing")
        for name, aspect, was, now in (
            (
                "copies",
                message("copies of each document"),
                *telling.expressions(before.copies, after.copies),
            ),
            (
                "addressee",
                message("whom a document goes to"),
                *telling.expressions(before.addressee, after.addressee),
            ),
            (
                "sides",
                message("sides printed on"),
                plain(str(before.sides)),
                plain(str(after.sides)),
            ),
        ):
            yield from became(Area.HANDLING, aspect_of(place, aspect), was, now, f"printing.{name}")
        for index in range(max(len(before.steps), len(after.steps))):
            steps = (
                one.steps[index] if index < len(one.steps) else None for one in (before, after)
            )
            step = aspect_of(place, message("step {number}", number=index + 1))
            path = f"printing.steps[{index}]"
            yield from became(Area.HANDLING, step, *telling.sayings(*steps), path)

    def copies_for(self, names: Mapping[str, Any]) -> int:
        """Return how many copies of a document are printed.

        :param names: the record's, and ``addressee``.
        :raises FindingsError: if that is no number of copies.
        """
        if self.copies is None:
            return 1
        count = self.copies.evaluate(names)
        if type(count) is int and 1 <= count <= MOST_COPIES:
            return count
        finding = error(
            "PRINT-COPIES",
            "$",
            message(
                "“{source}” gives {count}, which is no number of copies",
                source=self.copies.source,
                count=str(count),
            ),
            message("it is a whole number from 1 to {most}", most=MOST_COPIES),
        )
        raise FindingsError((finding,))

    def addressee_of(self, names: Mapping[str, Any]) -> str:
        """Return whom a document goes to; empty if the form does not say.

        :param names: the record's, and ``addressee``.
        :raises FindingsError: if the expression has no value for them.
        """
        found = self.addressee.evaluate(names) if self.addressee is not None else None
        return "" if found is None else str(found)

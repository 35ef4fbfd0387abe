"""How long a form's records are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING
from rmdocs.forms.differences import Area, Change, RevisionTerms, became, plain, said_both
from rmdocs.forms.section import ExpressionScopes, Section, Stated, both, stated, table_of, text
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.shapes import DAYS, WHOLE, YES_OR_NO
from rmdocs.messages import Bilingual, message


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSection(Section):
    """``[retention]``: how long records are kept.

    :param years: whole years, an expression (``10``, ``10 if … else 5``).
    :param start: from what the years count, in words.
    :param basis: the rule that asks for it.
    :param starts: the date from which they count, null while it is open.
    :param hold_while: true of a record that must be kept whatever the years
        say, such as while its loan is unpaid (贷款未清).
    """

    table = "retention"
    required = True
    schema = table_of(
        {
            "years": {
                "title": "保管年限",
                "description": "Years a record is kept: a whole number, or an expression",
                "type": ["integer", "string"],
                "minimum": 1,
                "minLength": 1,
            },
            "from": both("起算", "From what the years count, in words"),
            "basis": text("依据", "The rule that asks for it"),
            "starts": text("起算日", "Expression: the date from which the years count"),
            "hold_while": text("暂缓条件", "Expression: while true, it is kept all the same"),
        },
        "starts",
        "hold_while",
        title="保管期限",
        english="How long records are kept",
    )

    years: Expression
    start: Bilingual
    basis: str
    starts: Expression | None
    hold_while: Expression | None = None

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return how long records are kept."""
        plainly = type(table.values.get("years")) is int
        return cls(
            years=Expression.compile(str(max(table.whole("years"), 1)))
            if plainly
            else table.expression("years"),
            start=table.bilingual("from"),
            basis=table.text("basis"),
            starts=table.optional_expression("starts"),
            hold_while=table.optional_expression("hold_while"),
        )

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield how many years, from when, and what holds the record."""
        yield from stated("retention.years", self.years, seen.record, WHOLE)
        yield from stated("retention.starts", self.starts, seen.record, DAYS)
        yield from stated("retention.hold_while", self.hold_while, seen.record, YES_OR_NO)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what changes how long a record is kept."""

        def compared(name: str) -> tuple[Expression | None, Expression | None]:
            return getattr(old, name, None), getattr(new, name, None)

        for name, place, was, now in (
            ("years", message("years a record is kept"), *telling.expressions(*compared("years"))),
            (
                "from",
                message("what the years count from"),
                said_both(old.start) if old else NOTHING,
                said_both(new.start) if new else NOTHING,
            ),
            (
                "basis",
                message("rule that asks for keeping it"),
                plain(old.basis if old else ""),
                plain(new.basis if new else ""),
            ),
            (
                "starts",
                message("date the years count from"),
                *telling.expressions(*compared("starts")),
            ),
            (
                "hold_while",
                message("kept whatever the years say, while"),
                *telling.expressions(*compared("hold_while")),
            ),
        ):
            yield from became(Area.RETENTION, place, was, now, f"retention.{name}")

"""What is looked at of a manager's work, quarter by quarter: ``[activity]`` and ``[targets]``.

Which form's records are a manager's visits, and which plan is held against which actuals, is
data: whoever looks at a quarter knows no form by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.forms.differences import Area, Aspect, Change, RevisionTerms, became, said_both
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
)
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.shapes import DAYS, WHOLE
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema

QUARTER = "quarter"
"""What expressions of a figure call the quarter: 1 to 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySection(Section):
    """``[activity]``: that each record is something a manager did, counted by quarter.

    :param on: gives the day on which it was done.
    :param title: what is counted, such as visits.
    """

    table = "activity"
    schema = table_of(
        {
            "title": both("活动", "What is counted"),
            "on": text("日期", "Expression: the day on which it was done"),
        },
        title="客户经理活动",
        english="What a manager did, counted by quarter",
    )

    title: Bilingual
    on: Expression

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what is counted."""
        return cls(title=table.bilingual("title"), on=table.expression("on"))

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield the day."""
        yield from stated("activity.on", self.on, seen.record, DAYS)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield another day, another name."""
        was, now = (said_both(one.title) if one else NOTHING for one in (old, new))
        yield from became(Area.OTHER, message("what is counted by quarter"), was, now, "activity")
        days = telling.expressions(old.on if old else None, new.on if new else None)
        place = message("day by which it is counted")
        yield from became(Area.OTHER, place, *days, "activity.on")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFigure:
    """A figure that is planned for a quarter, and reported after it.

    :param unit: what it is counted in.
    :param planned: gives it as planned, ``actual`` as reported; both see the record's names
        and ``quarter``; null where there is none.
    """

    name: str
    title: Bilingual
    unit: Bilingual
    planned: Expression
    actual: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsSection(Section):
    """``[targets]``: what a record plans for the quarters of a year, and what came of it.

    :param year: gives the year that it plans.
    """

    table = "targets"
    schema = table_of(
        {
            "year": text("年度", "Expression: the year that is planned"),
            "figures": list_of(
                table_of(
                    {
                        "name": text("名称", "Small letters, digits and _", examples=["loans"]),
                        "title": both("指标", "What is planned"),
                        "unit": both("单位", "What it is counted in"),
                        "planned": text("计划", "Expression: as planned for the quarter"),
                        "actual": text("实际", "Expression: as reported; null until it is"),
                    }
                ),
                title="指标",
                english="The figures",
                least=1,
            ),
        },
        title="季度指标",
        english="What is planned for the quarters of a year, and what came of it",
    )

    year: Expression
    figures: tuple[TargetFigure, ...]

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what is planned."""
        return cls(
            year=table.expression("year"), figures=tuple(map(_figure, table.tables("figures")))
        )

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield the year, and each figure as planned and as reported."""
        yield from stated("targets.year", self.year, seen.record, WHOLE)
        for index, one in enumerate(self.figures):
            place = f"targets.figures[{index}]"
            yield from stated(f"{place}.planned", one.planned, seen.quarter, WHOLE)
            yield from stated(f"{place}.actual", one.actual, seen.quarter, WHOLE)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield names that are used twice."""
        del manifest, schema
        yield from duplicates("targets.figures[{}].name", (one.name for one in self.figures))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the figures that came or went, and what differs in each."""

        def aspects(was: TargetFigure | None, now: TargetFigure) -> Iterator[Aspect]:
            yield (
                message("counted in"),
                said_both(was.unit) if was else NOTHING,
                said_both(now.unit),
            )
            for name, place in (("planned", message("planned")), ("actual", message("reported"))):
                yield place, *telling.expressions(getattr(was, name, None), getattr(now, name))

        years = telling.expressions(old.year if old else None, new.year if new else None)
        yield from became(Area.OTHER, message("year that is planned"), *years, "targets.year")
        sides = (old.figures if old else (), new.figures if new else ())
        yield from telling.each("targets.figures", sides, _place, aspects)


def _figure(table: TomlTable) -> TargetFigure:
    return TargetFigure(
        name=table.name(),
        title=table.bilingual("title"),
        unit=table.bilingual("unit"),
        planned=table.expression("planned"),
        actual=table.expression("actual"),
    )


def _place(one: TargetFigure) -> Text:
    return message("figure “{title}”", title=one.title)

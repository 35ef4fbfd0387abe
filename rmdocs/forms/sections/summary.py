"""What lists show of a record, and what no two records may share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import Finding
from rmdocs.forms.differences import Area, Change, RevisionTerms, became, said_both
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
from rmdocs.forms.sections.rules import RulesSection
from rmdocs.forms.sections.signing import SigningSection
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.shapes import TEXTS, VALUES, WORDED
from rmdocs.messages import Bilingual, message
from rmdocs.schemas.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySection(Section):
    """``[summary]``: what lists and searches show of a record; None where there is no such."""

    table = "summary"
    required = True
    schema = table_of(
        {
            "customer": text("客户", "Expression: the customer"),
            "uscc": text("统一社会信用代码", "Expression: the customer's credit code"),
            "subject": text("事项", "Expression: what the record is about"),
        },
        "customer",
        "uscc",
        "subject",
        title="摘要",
        english="What lists and searches show of a record",
    )

    customer: Expression | None
    uscc: Expression | None
    subject: Expression | None

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what lists show."""
        return cls(
            customer=table.optional_expression("customer"),
            uscc=table.optional_expression("uscc"),
            subject=table.optional_expression("subject"),
        )

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield what each of them shows."""
        yield from stated("summary.customer", self.customer, seen.record, WORDED)
        yield from stated("summary.uscc", self.uscc, seen.record, TEXTS)
        yield from stated("summary.subject", self.subject, seen.record, WORDED)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what lists show otherwise."""
        for name, place in (
            ("customer", message("customer shown in lists")),
            ("uscc", message("credit code shown in lists")),
            ("subject", message("subject shown in lists")),
        ):
            both_sides = telling.expressions(getattr(old, name, None), getattr(new, name, None))
            yield from became(Area.OTHER, place, *both_sides, f"summary.{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueSection(Section):
    """``[unique]``: that at most one record that is not void has the same values.

    :param replaces: the number of the record in whose place another with the same
        values stands, or nothing; None if none may.
    """

    table = "unique"
    schema = table_of(
        {
            "key": list_of(
                text("唯一值", "Expression: a value that together with the others is unique"),
                title="唯一值",
                least=1,
            ),
            "replaces": text("替换", "Expression: the number of the record it stands in for"),
            "code": text("代码", "Code of the finding", examples=["R04-NOTICE-UNIQUE"]),
            "message": both("提示", "What is said where two records share it"),
            "clause": text("依据条款", "Clause that asks for it"),
        },
        "replaces",
        "clause",
        title="唯一性",
        english="What no two records may share",
    )

    key: tuple[Expression, ...]
    code: str
    message: Bilingual
    clause: str
    replaces: Expression | None = None

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what is unique."""
        return cls(
            key=table.expressions("key"),
            code=table.code(),
            message=table.bilingual("message"),
            clause=table.text("clause"),
            replaces=table.optional_expression("replaces"),
        )

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield each value of the key, and what is replaced."""
        for key in self.key:
            yield from stated("unique.key", key, seen.record, VALUES)
        yield from stated("unique.replaces", self.replaces, seen.record, TEXTS)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield whether a rule, or a party's limit, bears the same code."""
        del schema
        rules = [*manifest[RulesSection].rules, *manifest[SigningSection].limits.values()]
        yield from duplicates("unique.code", [*{rule.code for rule in rules}, self.code])

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield another key, another way to replace, another message."""
        keys = telling.keys(*(one.key if one is not None else () for one in (old, new)))
        yield from became(Area.OTHER, message("what no two records may share"), *keys, "unique")
        replaces = telling.expressions(
            *(one.replaces if one is not None else None for one in (old, new))
        )
        place = message("what a record says that it replaces")
        yield from became(Area.OTHER, place, *replaces, "unique.replaces")
        if old is not None and new is not None:
            sentences = said_both(old.message), said_both(new.message)
            place = message("what is said where two records share it")
            yield from became(Area.OTHER, place, *sentences, "unique.message")

"""How records are made from a ledger of business (台账): ``[ledger]``.

A bank's own ledger tells what falls due before any record does. Which
of its columns say what, which rows ask for a record, by when, and what fills
the rest is data here; reading a ledger is ``intake``'s business, making records
of its rows ``records``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Self

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, has_errors
from rmdocs.forms.differences import (
    Area,
    Change,
    RevisionTerms,
    aspect_of,
    became,
    comma,
    plain,
    said_both,
)
from rmdocs.forms.section import (
    ExpressionScopes,
    Manifest,
    Section,
    Stated,
    both,
    finding,
    list_of,
    stated,
    table_of,
    text,
)
from rmdocs.forms.sections.due import DAYS_SCHEMA, days_before
from rmdocs.forms.sections.rules import leads
from rmdocs.forms.tomltables import TomlTable, read_table
from rmdocs.language.expression import Expression
from rmdocs.language.shapes import AMOUNTS, ANY, DAYS, TEXTS, VALUES, YES_OR_NO, Scope, Sort, Sorts
from rmdocs.messages import Bilingual, Text, listed, message
from rmdocs.schemas.schema import Schema

LOCAL_NAME = "loans.toml"
"""The file beside a ledger that says what its columns are called there."""

_SEEN = frozenset({"content", "today", "staff", "unit", "customer"})
_OF_A_ROW = frozenset({"content"})


def _by_property(values: JsonObject, title: str, english: str) -> JsonObject:
    return {
        "title": title,
        "description": english,
        "type": "object",
        "additionalProperties": values,
    }


_MAP = {
    "columns": _by_property(
        list_of(text("列标题", "A title its column may have"), least=1),
        "列",
        "Which column of the ledger is which property",
    ),
    "words": _by_property(
        _by_property(text("取值", "What the record says"), "用语", "What a cell says"),
        "用语",
        "What a cell says, and what the record says instead",
    ),
    "values": _by_property(
        text("算式", "Expression that gives the property"),
        "补充值",
        "What a property is where no column gives it",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMap:
    """Which column of a ledger is which property of a record.

    Properties are named from the record: ``content.contract.no``, ``unit``,
    ``content.guarantors[].name`` for a list in one cell.

    :param columns: titles a property's column may have, the likeliest first.
    :param words: what a cell says, and what the record says instead.
    :param values: what a property is where no column gives it; computed in order.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    values: tuple[tuple[str, Expression], ...] = ()

    def titles(self, name: str) -> tuple[str, ...]:
        """Return the titles a property's column may have; none if it has no column."""
        return dict(self.columns).get(name, ())

    def over(self, other: LedgerMap) -> LedgerMap:
        """Return ``other`` with what is said here in place of what it says of a property."""
        return LedgerMap(
            columns=tuple({**dict(other.columns), **dict(self.columns)}.items()),
            words=tuple({**dict(other.words), **dict(self.words)}.items()),
            values=tuple({**dict(other.values), **dict(self.values)}.items()),
        )

    def places(self) -> Iterator[tuple[str, str]]:
        """Yield where each property is named, and its name."""
        for part, named in (
            ("columns", self.columns),
            ("words", self.words),
            ("values", self.values),
        ):
            for name, _ in named:
                yield f"ledger.{part}.{name}", name


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSection(Section):
    """How records are made from a ledger of business.

    :param title: what is to be done about a row that has no record yet.
    :param key: tells a row's record: one that is not void and has the same values.
    :param when: true of a row that asks for a record at all.
    :param on: gives the last day on which the record is in time.
    :param wanted: gives the day by which it should be there; ``on`` if None.
    :param days: how many days before that day it is told as near, 0 to 366.
    """

    table = "ledger"
    schema = table_of(
        {
            "title": both("事项", "What is to be done about a row that has no record yet"),
            "key": list_of(
                text("关键值", "Expression that tells a row's record"), title="关键值", least=1
            ),
            "when": text("适用的行", "Expression: whether a row asks for a record"),
            "on": text("最后期限", "Expression: the last day on which the record is in time"),
            "wanted": text("应办日期", "Expression: the day by which it should be there"),
            "days": DAYS_SCHEMA,
            "clause": text("依据条款", "Clause that asks for it"),
            **_MAP,
        },
        *("wanted", "clause", *_MAP),
        title="台账",
        english="How records are made from a ledger of business",
    )

    title: Bilingual
    key: tuple[Expression, ...]
    when: Expression
    on: Expression
    wanted: Expression | None
    days: int
    clause: str
    map: LedgerMap

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return how records are made of rows."""
        ledger = cls(
            title=table.bilingual("title"),
            key=table.expressions("key"),
            when=table.expression("when"),
            on=table.expression("on"),
            wanted=table.optional_expression("wanted"),
            days=table.whole("days"),
            clause=table.text("clause"),
            map=_map(table),
        )
        for name, one in (("when", ledger.when), ("on", ledger.on), ("wanted", ledger.wanted)):
            _require_names(table, name, one, _OF_A_ROW)
        for key in ledger.key:
            _require_names(table, "key", key, _OF_A_ROW)
        return ledger

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield what is asked of a row, and what fills the rest."""
        yield from stated("ledger.when", self.when, seen.row, YES_OR_NO)
        yield from stated("ledger.on", self.on, seen.row, DAYS)
        yield from stated("ledger.wanted", self.wanted, seen.row, DAYS)
        for key in self.key:
            yield from stated("ledger.key", key, seen.row, VALUES)
        for name, one in self.map.values:
            wanted = _wanted(name, seen.record)
            yield from stated(f"ledger.values.{name}", one, seen.ledger, wanted)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield properties that a record does not have."""
        for place, name in self.map.places():
            parts = name.replace("[]", ".[]").split(".")
            steps = tuple(0 if part == "[]" else part for part in parts)
            if not leads(steps, manifest, schema):
                reason = message("“{name}” is not in the form", name=name)
                yield finding(
                    place, "FORM-FIELD", reason, message("write it like content.contract.no")
                )

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what differs in what rows ask for, and in what their columns say."""
        place = message("records from a ledger")
        if old is None or new is None:
            titles = [NOTHING if one is None else said_both(one.title) for one in (old, new)]
            yield from became(Area.HANDLING, place, titles[0], titles[1], "ledger")
            return
        for name, aspect, was, now in (
            ("title", message("title"), said_both(old.title), said_both(new.title)),
            ("key", message("what tells rows apart"), *telling.keys(old.key, new.key)),
            (
                "when",
                message("rows that ask for a record"),
                *telling.expressions(old.when, new.when),
            ),
            ("on", message("last day"), *telling.expressions(old.on, new.on)),
            ("wanted", message("wanted by"), *telling.expressions(old.wanted, new.wanted)),
            ("days", message("told as near"), days_before(old.days), days_before(new.days)),
            ("clause", message("clause"), plain(old.clause), plain(new.clause)),
        ):
            yield from became(Area.HANDLING, aspect_of(place, aspect), was, now, f"ledger.{name}")
        yield from _columns(_renamed(old.map, telling), new.map, telling)


def read_local_map(data: bytes, name: str, known: LedgerMap) -> LedgerMap:
    """Return what a file beside a ledger says of its columns, over what is known.

    :param name: what findings call the file.
    :raises FindingsError: with every mistake.
    """
    root = read_table(data, name, _local_schema())
    local = _map(root)
    properties = {place for _, place in known.places()}
    for place, given in local.places():
        if given not in properties:
            reason = message("“{name}” is no property that a ledger gives", name=given)
            remedy = message("known here: {names}", names=listed(sorted(properties)))
            root.note(place.removeprefix("ledger."), "FORM-FIELD", reason, remedy)
    if has_errors(root.findings):
        raise FindingsError(tuple(root.findings))
    return local.over(known)


@cache
def _local_schema() -> Schema:
    return Schema.own(table_of(_MAP, *_MAP))


def _map(table: TomlTable) -> LedgerMap:
    return LedgerMap(
        columns=tuple((name, inner.texts(name)) for inner, name in _entries(table, "columns")),
        words=tuple((name, _words(inner.table(name))) for inner, name in _entries(table, "words")),
        values=tuple((name, _value(inner, name)) for inner, name in _entries(table, "values")),
    )


def _entries(table: TomlTable, name: str) -> Iterator[tuple[TomlTable, str]]:
    inner = table.table(name)
    if inner is not None:
        for entry in inner.values:
            yield inner, entry


def _words(table: TomlTable | None) -> tuple[tuple[str, str], ...]:
    return () if table is None else tuple((word, table.text(word)) for word in table.values)


def _value(table: TomlTable, name: str) -> Expression:
    found = table.expression(name)
    _require_names(table, name, found, _SEEN)
    return found


def _require_names(
    table: TomlTable, name: str, expression: Expression | None, known: frozenset[str]
) -> None:
    for unknown in sorted(expression.names() - known) if expression is not None else ():
        table.note(
            name,
            "FORM-FIELD",
            message("“{name}” is no name that a row of a ledger has", name=unknown),
            message("known here: {names}", names=listed(sorted(known))),
        )


def _wanted(name: str, scope: Scope) -> Sorts | None:
    """Return what a property that a ledger gives must be: dates and numbers are written out."""
    shape, *steps = scope.get("content", ANY), *name.split(".")[1:]
    if not name.startswith("content.") or "[]" in name:
        return None
    for step in steps:
        shape = (shape.names or {}).get(step, ANY)
    if not shape.known:
        return None
    if shape.known & {Sort.NUMERAL, Sort.NUMBER, Sort.INTEGER}:
        return AMOUNTS
    return (shape.known | {Sort.TEXT}) | (TEXTS if shape.known & TEXTS else frozenset())


def _renamed(old: LedgerMap, telling: RevisionTerms) -> LedgerMap:
    """Return a map whose properties go by their new names."""
    named = telling.renames.of
    return LedgerMap(
        columns=tuple((named(name), titles) for name, titles in old.columns),
        words=tuple((named(name), words) for name, words in old.words),
        values=tuple((named(name), value) for name, value in old.values),
    )


def _columns(old: LedgerMap, new: LedgerMap, telling: RevisionTerms) -> Iterator[Change]:
    place = message("records from a ledger")
    was: Text
    now: Text
    for name in dict.fromkeys(key for side in (old, new) for key, _ in side.columns):
        was, now = (comma(map(plain, side.titles(name))) for side in (old, new))
        aspect = aspect_of(place, message("column of {name}", name=telling.titled(name)))
        yield from became(Area.HANDLING, aspect, was, now, f"ledger.columns.{name}")
    words = [dict(side.words) for side in (old, new)]
    for name in dict.fromkeys([*words[0], *words[1]]):
        was, now = (
            comma(plain(f"{cell} = {said}") for cell, said in side.get(name, ())) for side in words
        )
        aspect = aspect_of(place, message("words of {name}", name=telling.titled(name)))
        yield from became(Area.HANDLING, aspect, was, now, f"ledger.words.{name}")
    values = [dict(side.values) for side in (old, new)]
    for name in dict.fromkeys([*values[0], *values[1]]):
        both_sides = telling.expressions(*(side.get(name) for side in values))
        what = message("{name} where no column gives it", name=telling.titled(name))
        aspect = aspect_of(place, what)
        yield from became(Area.HANDLING, aspect, *both_sides, f"ledger.values.{name}")

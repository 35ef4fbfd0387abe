"""The ``[ledger]`` of a manifest: how records are made from a ledger of business.

A bank's own ledger (台账) tells what falls due before any record does. Which
of its columns say what, which rows ask for a record, by when, and what fills
the rest is data here; reading a ledger is ``intake``'s business, making records
of its rows ``records``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.reading import Table, read_toml
from rmdocs.messages import Bilingual, listed, message
from rmdocs.rules.expression import Expression

LOCAL_NAME = "loans.toml"
"""The file beside a ledger that says what its columns are called there."""

_MOST_DAYS = 366
_SEEN = frozenset({"content", "today", "staff", "unit", "customer"})
_OF_A_ROW = frozenset({"content"})


@dataclass(frozen=True, slots=True)
class LedgerMap:
    """Which column of a ledger is which property of a record.

    Properties are named from the record: ``content.contract.no``, ``unit``,
    ``content.guarantors[].name`` for a list in one cell.

    :param columns: titles a property's column may have, the likeliest first.
    :param words: what a cell says, and what the record says instead.
    :param values: what a property is where no column gives it; computed in order.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    values: tuple[tuple[str, Expression], ...]

    def titles(self, name: str) -> tuple[str, ...]:
        """Return the titles a property's column may have; none if it has no column."""
        return dict(self.columns).get(name, ())

    def over(self, other: LedgerMap) -> LedgerMap:
        """Return ``other`` with what is said here in place of what it says of a property."""
        return LedgerMap(
            tuple({**dict(other.columns), **dict(self.columns)}.items()),
            tuple({**dict(other.words), **dict(self.words)}.items()),
            tuple({**dict(other.values), **dict(self.values)}.items()),
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


@dataclass(frozen=True, slots=True)
class Ledger:
    """How records are made from a ledger of business.

    :param title: what is to be done about a row that has no record yet.
    :param key: tells a row's record: one that is not void and has the same values.
    :param when: true of a row that asks for a record at all.
    :param on: gives the last day on which the record is in time.
    :param wanted: gives the day by which it should be there; ``on`` if None.
    :param days: how many days before that day it is told as near.
    """

    title: Bilingual
    key: tuple[Expression, ...]
    when: Expression
    on: Expression
    wanted: Expression | None
    days: int
    clause: str
    map: LedgerMap

    def expressions(self) -> list[tuple[str, Expression | None]]:
        """Return every expression with its place in the manifest."""
        found: list[tuple[str, Expression | None]] = [
            ("ledger.when", self.when),
            ("ledger.on", self.on),
            ("ledger.wanted", self.wanted),
        ]
        found += [("ledger.key", key) for key in self.key]
        found += [(f"ledger.values.{name}", value) for name, value in self.map.values]
        return found

    def places(self) -> Iterator[tuple[str, str]]:
        """Yield where each property of the map is named, and its name."""
        return self.map.places()


def read_ledger(table: Table | None) -> Ledger | None:
    """Return what the section says, noting every mistake; None where there is none."""
    if table is None:
        return None
    keys = [table.compiled("key", Expression.compile, source) for source in table.texts("key")]
    ledger = Ledger(
        table.bilingual("title"),
        tuple(key for key in keys if key is not None),
        table.expression("when"),
        table.expression("on"),
        table.optional_expression("wanted"),
        table.whole("days"),
        table.text("clause", optional=True),
        _map(table),
    )
    if type(table.values.get("days")) is int and not 0 <= ledger.days <= _MOST_DAYS:
        reason = message("it is told 0 to {most} days before", most=_MOST_DAYS)
        table.note("days", "FORM-VALUE", reason)
    for name in ("when", "on", "wanted"):
        _require_names(table, name, getattr(ledger, name), _OF_A_ROW)
    for key in ledger.key:
        _require_names(table, "key", key, _OF_A_ROW)
    table.close()
    return ledger


def read_local_map(data: bytes, name: str, known: LedgerMap) -> LedgerMap:
    """Return what a file beside a ledger says of its columns, over what is known.

    :param name: what findings call the file.
    :raises FindingsError: with every mistake.
    """
    findings: list[Finding] = []
    root = Table(dict(read_toml(data, name)), f"{name}:", findings)
    local = _map(root)
    properties = {place for _, place in known.places()}
    for place, given in local.places():
        if given not in properties:
            reason = message("“{name}” is no property that a ledger gives", name=given)
            known_ones = listed(sorted(properties))
            remedy = message("known here: {names}", names=known_ones)
            root.note(place.removeprefix("ledger."), "FORM-FIELD", reason, remedy)
    root.close()
    if has_errors(findings):
        raise FindingsError(tuple(findings))
    return local.over(known)


def _map(table: Table) -> LedgerMap:
    return LedgerMap(
        tuple((name, inner.texts(name)) for inner, name in _entries(table, "columns")),
        tuple((name, _words(inner.table(name))) for inner, name in _entries(table, "words")),
        tuple((name, _value(inner, name)) for inner, name in _entries(table, "values")),
    )


def _entries(table: Table, name: str) -> Iterator[tuple[Table, str]]:
    inner = table.table(name, optional=True)
    if inner is not None:
        for entry in inner.values:
            yield inner, entry


def _words(table: Table | None) -> tuple[tuple[str, str], ...]:
    return () if table is None else tuple((word, table.text(word)) for word in table.values)


def _value(table: Table, name: str) -> Expression:
    value = table.expression(name)
    _require_names(table, name, value, _SEEN)
    return value


def _require_names(
    table: Table, name: str, expression: Expression | None, known: frozenset[str]
) -> None:
    for unknown in sorted(expression.names() - known) if expression is not None else ():
        table.note(
            name,
            "FORM-FIELD",
            message("“{name}” is no name that a row of a ledger has", name=unknown),
            message("known here: {names}", names=listed(sorted(known))),
        )

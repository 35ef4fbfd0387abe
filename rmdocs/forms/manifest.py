"""From ``form.toml`` to its typed parts. What must agree across parts is ``checking``'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rmdocs.findings import Finding, Severity
from rmdocs.forms.ledger import Ledger, read_ledger
from rmdocs.forms.migration import Migration, read_migration
from rmdocs.forms.parts import (
    Access,
    DueDate,
    Party,
    Retention,
    RevisionEntry,
    Roles,
    Slip,
    Stage,
    SummaryExpressions,
    Unique,
)
from rmdocs.forms.printing import Printing, read_printing
from rmdocs.forms.reading import Table, read_toml
from rmdocs.forms.signing import read_parties, read_slips
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, message
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule

MANIFEST_NAME = "form.toml"
_MOST_MONTHS = 120
_MOST_DAYS = 366
_SEVERITIES = tuple(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True)
class Identity:
    """The ``[form]`` table: what the cover of the form says."""

    number: DocumentNumber
    revision: Revision
    title: Bilingual
    aliases: tuple[str, ...]
    organisation: Bilingual
    parent: DocumentNumber
    annex: Bilingual
    clause: str
    access: Access
    effective: date
    prepared: str
    reviewed: str
    approved: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of ``form.toml``."""

    identity: Identity
    pending: tuple[Bilingual, ...]
    history: tuple[RevisionEntry, ...]
    roles: Roles
    summary: SummaryExpressions
    unique: Unique | None
    copies: Expression | None
    derived: tuple[Derivation, ...]
    rules: tuple[Rule, ...]
    stages: tuple[Stage, ...]
    signing: tuple[Party, ...]
    slips: tuple[Slip, ...]
    due: tuple[DueDate, ...]
    ledger: Ledger | None
    printing: Printing
    retention: Retention
    review_months: int | None
    migration: Migration | None


def read_manifest(data: bytes, findings: list[Finding]) -> Manifest:
    """Return what ``form.toml`` says, noting every mistake in ``findings``.

    :raises FindingsError: if it is not TOML at all.
    """
    root = Table(dict(read_toml(data, MANIFEST_NAME)), f"{MANIFEST_NAME}:", findings)
    manifest = Manifest(
        _identity(_section(root, "form")),
        _pending(root),
        tuple(_entry(table) for table in root.tables("history")),
        _roles(_section(root, "roles")),
        _summary(_section(root, "summary")),
        _unique(root.table("unique", optional=True)),
        _copies(root.table("copies", optional=True)),
        tuple(_derivation(table) for table in root.tables("derived")),
        tuple(_rule(table) for table in root.tables("rules")),
        tuple(_stage(table) for table in root.tables("stages")),
        read_parties(root.table("signing", optional=True)),
        read_slips(root.tables("slips")),
        tuple(_due(table) for table in root.tables("due")),
        read_ledger(root.table("ledger", optional=True)),
        read_printing(root.table("printing", optional=True)),
        _retention(_section(root, "retention")),
        _review(root.table("review", optional=True)),
        read_migration(root.table("migration", optional=True)),
    )
    root.close()
    return manifest


def _section(root: Table, name: str) -> Table:
    """Return a required section; where it is absent, one whose gaps nobody hears of."""
    return root.table(name) or Table({}, root.at(name), [])


def _identity(table: Table) -> Identity:
    access = table.choice("access", tuple(access.value for access in Access))
    nowhere = DocumentNumber("")
    identity = Identity(
        table.parsed("number", DocumentNumber.parse, nowhere),
        table.parsed("revision", Revision.parse, Revision(0, 0)),
        table.bilingual("title"),
        table.texts("aliases", optional=True),
        table.bilingual("organisation"),
        table.parsed("parent", DocumentNumber.parse, nowhere),
        table.bilingual("annex"),
        table.text("clause"),
        Access(access) if access in set(Access) else Access.INTERNAL,
        table.day("effective"),
        table.text("prepared"),
        table.text("reviewed"),
        table.text("approved"),
    )
    table.close()
    return identity


def _pending(root: Table) -> tuple[Bilingual, ...]:
    table = _section(root, "pending")
    items = table.bilinguals("items")
    table.close()
    return items


def _entry(table: Table) -> RevisionEntry:
    entry = RevisionEntry(
        table.parsed("revision", Revision.parse, Revision(0, 0)),
        table.day("date"),
        table.bilingual("change"),
    )
    table.close()
    return entry


def _roles(table: Table) -> Roles:
    roles = Roles(table.texts("issue"), table.texts("amend"), table.texts("void_approve"))
    table.close()
    return roles


def _summary(table: Table) -> SummaryExpressions:
    summary = SummaryExpressions(
        table.optional_expression("customer"),
        table.optional_expression("uscc"),
        table.optional_expression("subject"),
    )
    table.close()
    return summary


def _unique(table: Table | None) -> Unique | None:
    if table is None:
        return None
    key = [table.compiled("key", Expression.compile, source) for source in table.texts("key")]
    unique = Unique(
        tuple(expression for expression in key if expression is not None),
        table.code(),
        table.bilingual("message"),
        table.text("clause", optional=True),
        table.optional_expression("replaces"),
    )
    table.close()
    return unique


def _copies(table: Table | None) -> Expression | None:
    if table is None:
        return None
    each = table.expression("each")
    table.close()
    return each


def _derivation(table: Table) -> Derivation:
    derivation = Derivation(table.name(), table.expression("value"), table.bilingual("title"))
    table.close()
    return derivation


def _rule(table: Table) -> Rule:
    rule = Rule(
        code=table.code(),
        severity=_severity(table),
        require=table.expression("require"),
        path=table.text("path"),
        message=table.saying("message"),
        remedy=table.optional_saying("remedy"),
        clause=table.text("clause", optional=True),
        when=table.optional_expression("when"),
        each=table.optional_expression("each"),
        stage=table.text("stage", optional=True),
    )
    table.close()
    return rule


def _severity(table: Table) -> Severity:
    value = table.choice("severity", _SEVERITIES, Severity.ERROR.value)
    return Severity(value) if value in _SEVERITIES else Severity.ERROR


def _stage(table: Table) -> Stage:
    stage = Stage(
        table.name(),
        table.bilingual("title"),
        table.texts("roles"),
        table.text("person", optional=True),
        table.text("repeat", optional=True),
        table.values_of("repeat_values"),
        table.flag("closes"),
        table.flag("optional"),
        table.flag("signs"),
    )
    if table.has("repeat") != table.has("repeat_values"):
        missing = "repeat_values" if table.has("repeat") else "repeat"
        table.note(missing, "FORM-MISSING", message("“repeat” and “repeat_values” belong together"))
    table.close()
    return stage


def _due(table: Table) -> DueDate:
    due = DueDate(
        table.name(),
        table.bilingual("title"),
        table.expression("on"),
        table.expression("when"),
        table.whole("days"),
        table.text("clause", optional=True),
    )
    if type(table.values.get("days")) is int and not 0 <= due.days <= _MOST_DAYS:
        reason = message("it is told 0 to {most} days before", most=_MOST_DAYS)
        table.note("days", "FORM-VALUE", reason)
    table.close()
    return due


def _retention(table: Table) -> Retention:
    retention = Retention(
        _years(table),
        table.bilingual("from"),
        table.text("basis"),
        table.optional_expression("starts"),
        table.optional_expression("hold_while"),
    )
    table.close()
    return retention


def _years(table: Table) -> Expression:
    if type(table.values.get("years")) is not int:
        return table.expression("years")
    years = table.whole("years")
    if years < 1:
        table.note("years", "FORM-VALUE", message("a record is kept at least one year"))
    return Expression.compile(str(max(years, 1)))


def _review(table: Table | None) -> int | None:
    if table is None:
        return None
    months = table.whole("months")
    if type(table.values.get("months")) is int and not 1 <= months <= _MOST_MONTHS:
        table.note(
            "months",
            "FORM-VALUE",
            message("a form is reviewed every 1 to {most} months", most=_MOST_MONTHS),
        )
    table.close()
    return months

"""From ``form.toml`` to its typed parts. What must agree across parts is ``checking``'s."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rmdocs.findings import Finding, Severity
from rmdocs.forms.ledger import Ledger, read_ledger
from rmdocs.forms.migration import Migration, read_migration
from rmdocs.forms.parts import (
    Access,
    DueDate,
    Party,
    Place,
    Retention,
    RevisionEntry,
    Roles,
    Stage,
    SummaryExpressions,
    Unique,
)
from rmdocs.forms.reading import Table, read_toml
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, message
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule, Saying

MANIFEST_NAME = "form.toml"
PATTERN_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_PATTERN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_MONTHS = 120
_MOST_DAYS = 366
_LEAST_PLACE, _MOST_PLACE = (20, 10), (200, 280)
"""The least and the most width and height of a place for a signature, in mm (A4)."""

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
    due: tuple[DueDate, ...]
    ledger: Ledger | None
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
        _signing(root.table("signing", optional=True)),
        tuple(_due(table) for table in root.tables("due")),
        read_ledger(root.table("ledger", optional=True)),
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
        _code(table),
        table.bilingual("message"),
        table.text("clause", optional=True),
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
    derivation = Derivation(_name(table), table.expression("value"), table.bilingual("title"))
    table.close()
    return derivation


def _rule(table: Table) -> Rule:
    rule = Rule(
        code=_code(table),
        severity=_severity(table),
        require=table.expression("require"),
        path=table.text("path"),
        message=_saying(table, "message") or Saying.compile(Bilingual("", "")),
        remedy=_saying(table, "remedy", optional=True),
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


def _saying(table: Table, name: str, *, optional: bool = False) -> Saying | None:
    both = table.optional_bilingual(name, optional=optional)
    return table.compiled(name, Saying.compile, both) if both is not None else None


def _stage(table: Table) -> Stage:
    stage = Stage(
        _name(table),
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


def _signing(table: Table | None) -> tuple[Party, ...]:
    if table is None:
        return ()
    parties = tuple(_party(party) for party in table.tables("parties"))
    if not parties:
        table.note("parties", "FORM-EMPTY", message("nobody signs: name a party, or leave it out"))
    table.close()
    return parties


def _party(table: Table) -> Party:
    party = Party(
        _name(table),
        table.bilingual("title"),
        table.bilingual("meaning"),
        _place(table.table("place")),
        _limit(table.table("limit", optional=True)),
    )
    table.close()
    return party


def _place(table: Table | None) -> Place:
    if table is None:
        return Place("", 0, 0, 0, 0)
    place = Place(
        table.text("anchor"),
        table.whole("right"),
        table.whole("down"),
        table.whole("width"),
        table.whole("height"),
    )
    sizes = (("width", place.width), ("height", place.height))
    for (name, size), least, most in zip(sizes, _LEAST_PLACE, _MOST_PLACE, strict=True):
        if type(table.values.get(name)) is int and not least <= size <= most:
            reason = message("a signature takes {least} to {most} mm", least=least, most=most)
            table.note(name, "FORM-VALUE", reason)
    table.close()
    return place


def _limit(table: Table | None) -> Rule | None:
    if table is None:
        return None
    limit = Rule(
        code=_code(table),
        severity=Severity.ERROR,
        require=table.expression("require"),
        path=table.text("path"),
        message=_saying(table, "message") or Saying.compile(Bilingual("", "")),
        remedy=_saying(table, "remedy", optional=True),
        clause=table.text("clause", optional=True),
        when=table.optional_expression("when"),
    )
    table.close()
    return limit


def _due(table: Table) -> DueDate:
    due = DueDate(
        _name(table),
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


def _name(table: Table) -> str:
    name = table.text("name")
    if name and not _PATTERN_NAME.fullmatch(name):
        table.note(
            "name",
            "FORM-VALUE",
            message("“{name}” is not a name", name=name),
            message("write small letters, digits and _, such as total_due"),
        )
    return name


def _code(table: Table) -> str:
    code = table.text("code")
    if code and not PATTERN_CODE.fullmatch(code):
        table.note(
            "code",
            "FORM-VALUE",
            message("“{code}” is not a code", code=code),
            message("write capitals, digits and dashes, such as R04-LEAD-SHORT"),
        )
    return code

"""What a form computes and demands: its derived values and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.findings import Finding, Severity, did_you_mean
from rmdocs.forms.differences import (
    Area,
    Aspect,
    Change,
    RevisionTerms,
    aspect_of,
    became,
    plain,
    said_both,
)
from rmdocs.forms.section import (
    ExpressionScopes,
    Manifest,
    Section,
    Stated,
    both,
    duplicates,
    finding,
    list_of,
    said,
    stated,
    table_of,
    text,
    value,
)
from rmdocs.forms.sections.stages import StagesSection
from rmdocs.forms.titles import Titles
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation, Rule
from rmdocs.language.shapes import LISTS, VALUES, YES_OR_NO, Shape, Sort, item_of, of
from rmdocs.messages import Text, message
from rmdocs.schemas.fields import Steps, split
from rmdocs.schemas.schema import Schema

_NO_STAGE = Shape(sorts=frozenset({Sort.NOTHING}))
_SEVERITIES: Mapping[Severity, Text] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
}
_ENVELOPE: tuple[Steps, ...] = (
    ("form",),
    ("unit",),
    ("date",),
    ("prepared_by",),
    ("prepared_by", "name"),
    ("prepared_by", "staff_no"),
    ("related",),
    ("related", 0),
)
"""What a record holds beside its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedSection(Section):
    """``[[derived]]``: values computed from what was captured; later ones may use earlier ones."""

    table = "derived"
    schema = list_of(
        table_of(
            {
                "name": text("名称", "What expressions call it", examples=["total_due"]),
                "value": text("算式", "Expression that computes it"),
                "title": both("标题", "What a person calls it"),
            }
        ),
        title="派生值",
        english="Values computed from what was captured",
    )

    values: tuple[Derivation, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return the values, in order."""
        return cls(
            values=tuple(
                Derivation(
                    name=table.name(),
                    value=table.expression("value"),
                    title=table.bilingual("title"),
                )
                for table in root.tables(cls.table)
            )
        )

    def names(self) -> Mapping[str, Text]:
        """Return the derived values by name."""
        return {f"derived.{one.name}": one.title for one in self.values}

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield how each is computed, from those before it."""
        for index, (one, scope) in enumerate(zip(self.values, seen.derived, strict=True)):
            yield from stated(f"derived[{index}].value", one.value, scope, VALUES)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield names that are used twice."""
        del manifest, schema
        yield from duplicates("derived[{}].name", (one.name for one in self.values))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield a change for each value that came, went or is computed otherwise."""
        before = {one.name: one for one in old.values} if old is not None else {}
        for one in new.values if new is not None else ():
            yield from _derived(before.pop(one.name, None), one, telling)
        for gone in before.values():
            place = message("derived value “{title}”", title=gone.title)
            how = telling.old.expression(gone.value.source)
            sentence = message("{value} was removed (it was {how}).", value=place, how=how)
            path = f"$.derived.{gone.name}"
            yield Change.removed(Area.DERIVED, place, how, sentence, path)


def _derived(old: Derivation | None, new: Derivation, telling: RevisionTerms) -> Iterator[Change]:
    place = message("derived value “{title}”", title=new.title)
    path, how = f"$.derived.{new.name}", telling.new.expression(new.value.source)
    if old is None:
        sentence = message("{value} was added: {how}.", value=place, how=how)
        yield Change.added(Area.DERIVED, place, how, sentence, path)
        return
    titled = message("title of derived value “{title}”", title=old.title)
    yield from became(Area.DERIVED, titled, said_both(old.title), said_both(new.title), path)
    before, after = telling.expressions(old.value, new.value)
    yield from became(Area.DERIVED, place, before, after, path)


_RULE: Mapping[str, JsonObject] = {
    "code": text("代码", "Code of the finding", examples=["R04-LEAD-SHORT"]),
    "severity": value("string", "严重程度", "error (default) or warning", enum=[*Severity]),
    "require": text("要求", "Expression that must be true"),
    "path": text("位置", "JSON path of the finding", examples=["$.content.contract.no"]),
    "message": both("提示", "What is said where it is broken"),
    "remedy": both("改正办法", "How to mend it"),
    "clause": text("依据条款", "Clause that asks for it"),
    "when": text("适用条件", "Expression: where it is false the rule does not apply"),
    "each": text("逐项", "Expression: what to go through, as item and index"),
    "stage": text("环节", "The stage whose adding it guards"),
}
LIMIT_SCHEMA = table_of(
    {name: _RULE[name] for name in ("code", "require", "path", "message", "remedy", "clause")}
    | {"when": _RULE["when"]},
    "remedy",
    "clause",
    "when",
    title="权限",
    english="What must hold of a record for the party to sign it",
)
"""Schema of a rule that limits who may do something; it is always an error."""


def read_rule(table: TomlTable) -> Rule:
    """Return the rule that a table describes."""
    severity = table.text("severity")
    return Rule(
        code=table.code(),
        severity=Severity(severity) if severity in set(Severity) else Severity.ERROR,
        require=table.expression("require"),
        path=table.text("path"),
        message=table.saying("message"),
        remedy=table.optional_saying("remedy"),
        clause=table.text("clause"),
        when=table.optional_expression("when"),
        each=table.optional_expression("each"),
        stage=table.text("stage"),
    )


def rule_expressions(
    place: str, rule: Rule, seen: ExpressionScopes, *, limits: bool = False
) -> Iterator[Stated]:
    """Yield every expression and sentence of a rule.

    :param limits: whether it limits a party, which is asked of the record as it
        stands, on any day.
    """
    stage = seen.stages.get(rule.stage, _NO_STAGE)
    scope = seen.record if limits else {**seen.record, "today": of(Sort.DATE), "stage": stage}
    if rule.each is not None:
        yield from stated(f"{place}.each", rule.each, scope, LISTS)
        item = item_of(rule.each.shape(scope))
        scope = {**scope, "item": item, "index": of(Sort.INTEGER)}
    yield from stated(f"{place}.when", rule.when, scope, YES_OR_NO)
    yield from stated(f"{place}.require", rule.require, scope, YES_OR_NO)
    yield from said(f"{place}.message", rule.message, scope)
    yield from said(f"{place}.remedy", rule.remedy, scope)


def rule_checks(place: str, rule: Rule, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
    """Yield whether a rule guards a stage that there is, and points at a place that there is."""
    stages = manifest[StagesSection].known
    if rule.stage and rule.stage not in stages:
        reason = message("there is no stage “{name}”", name=rule.stage)
        remedy = did_you_mean(rule.stage, stages)
        yield finding(f"{place}.stage", "FORM-STAGE", reason, remedy, rule.code)
    steps = split(rule.path.replace("{index}", "0"))
    if steps is None or not leads(steps, manifest, schema):
        reason = message("“{path}” leads to nothing in a record", path=rule.path)
        remedy = message("write it like $.content.contract.no")
        yield finding(f"{place}.path", "FORM-PATH", reason, remedy, rule.code)


def leads(steps: Steps, manifest: Manifest, schema: Schema) -> bool:
    """Return whether ``steps`` lead to something that a record can hold."""
    match steps:
        case () | ("content",) | ("stages",):
            return True
        case ("content", *inner):
            return schema.root.at(tuple(inner)) is not None
        case ("stages", str(name), *inner):
            known = name in manifest[StagesSection].known and name in schema.stage_names
            return known and schema.stage(name).root.at(tuple(inner)) is not None
        case ("derived", name):
            return name in {one.name for one in manifest[DerivedSection].values}
    return steps in _ENVELOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSection(Section):
    """``[[rules]]``: what must hold of a record, and what to say where it does not."""

    table = "rules"
    schema = list_of(
        table_of(_RULE, "severity", "remedy", "clause", "when", "each", "stage"),
        title="规则",
        english="What must hold of a record",
    )

    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return the rules, in order."""
        return cls(rules=tuple(map(read_rule, root.tables(cls.table))))

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield every expression and sentence of every rule."""
        for index, rule in enumerate(self.rules):
            yield from rule_expressions(f"rules[{index}]", rule, seen)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield codes used twice, and rules that point at nothing."""
        yield from duplicates("rules[{}].code", (rule.code for rule in self.rules))
        for index, rule in enumerate(self.rules):
            yield from rule_checks(f"rules[{index}]", rule, manifest, schema)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield a change for each rule that came or went, and for each thing that differs."""
        before = {rule.code: rule for rule in old.rules} if old is not None else {}
        for rule in new.rules if new is not None else ():
            yield from _rule(before.pop(rule.code, None), rule, telling)
        for lost in before.values():
            inner = _within(telling, lost, lost)
            told, place = _described(lost, inner.old, inner.said_before(lost.message)), _place(lost)
            sentence = message("{rule} was removed. It said: {told}", rule=place, told=told)
            yield Change.removed(Area.RULES, place, told, sentence, lost.path)


def _rule(old: Rule | None, new: Rule, telling: RevisionTerms) -> Iterator[Change]:
    place = _place(new)
    inner = _within(telling, old or new, new)
    if old is None:
        told = _described(new, inner.new, inner.said(new.message))
        sentence = message("{rule} was added: {told}", rule=place, told=told)
        yield Change.added(Area.RULES, place, told, sentence, new.path)
        return
    for aspect, before, after in _aspects(old, new, inner):
        yield from became(Area.RULES, aspect_of(place, aspect), before, after, new.path)


def _aspects(old: Rule, new: Rule, telling: RevisionTerms) -> Iterator[Aspect]:
    yield message("severity"), _SEVERITIES[old.severity], _SEVERITIES[new.severity]
    yield message("when it applies"), *telling.expressions(old.when, new.when)
    yield message("what it goes through"), *telling.expressions(old.each, new.each)
    yield message("what it asks for"), *telling.expressions(old.require, new.require)
    yield message("message"), *telling.sayings(old.message, new.message)
    yield message("remedy"), *telling.sayings(old.remedy, new.remedy)
    yield message("clause"), plain(old.clause), plain(new.clause)
    if telling.renames.path(old.path) != new.path:
        yield message("place it points to"), plain(old.path), plain(new.path)
    if old.stage != new.stage:
        guarded = _guarded(telling.old, old), _guarded(telling.new, new)
        yield message("stage it guards"), *guarded


def _described(rule: Rule, titles: Titles, told: Text) -> Text:
    """Return what a rule asks for, when, and what it says."""
    severity, asked = _SEVERITIES[rule.severity], titles.expression(rule.require.source)
    if rule.when is None:
        return message(
            "{severity} unless {asked}: “{said}”.", severity=severity, asked=asked, said=told
        )
    return message(
        "where {when}, {severity} unless {asked}: “{said}”.",
        when=titles.expression(rule.when.source),
        severity=severity,
        asked=asked,
        said=told,
    )


def _within(telling: RevisionTerms, old: Rule, new: Rule) -> RevisionTerms:
    """Return the words as a rule's expressions see them: its stage, and each item."""
    return telling.within(_meant(old.stage, old.each), _meant(new.stage, new.each))


def _meant(stage: str, each: Expression | None) -> dict[str, Sequence[str]]:
    meant: dict[str, Sequence[str]] = {"stage": [f"stages.{stage}"]} if stage else {}
    if each is not None:
        name = each.source
        if stage and name.startswith("stage."):
            name = name.replace("stage.", f"stages.{stage}.", 1)
        meant["item"] = [f"{name}[]"]
    return meant


def _guarded(titles: Titles, rule: Rule) -> Text:
    return titles.title(f"stages.{rule.stage}") or plain(rule.stage)


def _place(rule: Rule) -> Text:
    return message("rule {code}", code=rule.code)

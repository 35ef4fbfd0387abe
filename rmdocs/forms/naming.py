"""Every expression of a form against its schema: unknown names, functions, values of a wrong kind.

It is asked before a revision is released. What was released runs as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rmdocs.canonical import Json
from rmdocs.findings import Finding, error
from rmdocs.forms.manifest import MANIFEST_NAME
from rmdocs.forms.mentions import Expressive, placed_rules
from rmdocs.forms.migration import Assign, Migration
from rmdocs.forms.reading import read_toml
from rmdocs.forms.scopes import (
    document_scope,
    due_scope,
    each_scope,
    record_scope,
    row_scope,
    rule_scope,
    stage_shape,
    value_scope,
)
from rmdocs.messages import message
from rmdocs.rules.expression import Expression, Phrase
from rmdocs.rules.mistakes import Fault, Mistake, misfit
from rmdocs.rules.rule import Rule, Saying
from rmdocs.rules.shapes import (
    AMOUNTS,
    ANY,
    DAYS,
    LISTS,
    NOTHING,
    TEXTS,
    YES_OR_NO,
    Sort,
    Sorts,
)
from rmdocs.rules.valuing import Scope
from rmdocs.schemas.schema import Schema

_TAG = re.compile(r"\{[{%]")
_WORD = re.compile(r"[A-Za-z_]\w*")
FUNCTION = "FORM-FUNCTION"
"""Code of the finding that there is no such function, or that it is called wrongly."""

_CODES = {
    Fault.NAME: "FORM-FIELD",
    Fault.FUNCTION: FUNCTION,
    Fault.KIND: "FORM-KIND",
    Fault.LENGTH: "FORM-LENGTH",
}
_WHOLE: Sorts = frozenset({Sort.INTEGER, Sort.NUMBER})
_DERIVED: Sorts = TEXTS | _WHOLE | {Sort.DATE, Sort.BOOLEAN}
_WORDED: Sorts = TEXTS | _WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One expression or sentence of a form.

    :param place: where in the manifest, ``rules[3].require``.
    :param scope: the names it sees.
    :param wants: what its value must be; None if anything, or it is a sentence.
    """

    place: str
    text: Expression | Phrase
    scope: Scope
    wants: Sorts | None = None


def misnamed(form: Expressive, schema: Schema) -> Iterator[Finding]:
    """Yield everything that is wrong with the expressions of a form."""
    for one in stated(form, schema):
        yield from findings_of(one)
    # What a migration sees is the revision before; its functions are the same everywhere.
    for place, expression in _migrating(form.migration):
        for mistake in expression.reading(None).mistakes:
            if mistake.fault is Fault.FUNCTION:
                yield finding(place, mistake)


def unfilled(manifest: bytes, form: Expressive, schema: Schema) -> Iterator[Finding]:
    """Yield every text with tags that nothing fills, such as a title: they would be printed.

    :param manifest: the file that ``form`` was read from.
    """
    filled = {one.text.source for one in stated(form, schema)}
    filled |= {expression.source for _, expression in _migrating(form.migration)}
    for place, text in _texts(read_toml(manifest, MANIFEST_NAME), ""):
        if _TAG.search(text) and text not in filled:
            yield error(
                "FORM-TAG",
                f"{MANIFEST_NAME}:{place}",
                message("tags in {part} are not filled and would be printed", part=place),
                message("write the text out"),
            )


def _texts(value: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{place}[{index}]")


def _migrating(migration: Migration | None) -> Iterator[tuple[str, Expression]]:
    for index, step in enumerate(migration.steps if migration is not None else ()):
        if isinstance(step, Assign):
            yield f"migration.steps[{index}].value", step.value
            if step.when is not None:
                yield f"migration.steps[{index}].when", step.when


def findings_of(one: Stated) -> Iterator[Finding]:
    """Yield what is wrong with an expression."""
    reading = one.text.reading(one.scope)
    found = list(reading.mistakes)
    unfit = reading.shape.unfit(one.wants) if one.wants is not None else frozenset()
    if one.wants is not None and unfit:
        source = one.text.source
        found.append(misfit(source, unfit, one.wants, 1))
    for mistake in found:
        yield finding(one.place, mistake)


def finding(place: str, mistake: Mistake) -> Finding:
    """Return a mistake as a finding of the manifest."""
    code = _CODES[mistake.fault]
    return error(code, f"{MANIFEST_NAME}:{place}", mistake.what, mistake.remedy)


def stated(form: Expressive, schema: Schema) -> Iterator[Stated]:
    """Yield every expression and sentence of a form, with what it sees and must be."""
    scope = record_scope(form, schema)
    for index, one in enumerate(form.derived):
        before = record_scope(form, schema, form.derived[:index])
        yield Stated(place=f"derived[{index}].value", text=one.value, scope=before, wants=_DERIVED)
    single: list[tuple[str, Expression | None, Scope, Sorts]] = [
        ("summary.customer", form.summary.customer, scope, _WORDED),
        ("summary.uscc", form.summary.uscc, scope, TEXTS),
        ("summary.subject", form.summary.subject, scope, _WORDED),
        ("copies.each", form.copies, scope, LISTS),
        ("retention.years", form.retention.years, scope, _WHOLE),
        ("retention.starts", form.retention.starts, scope, DAYS),
        ("retention.hold_while", form.retention.hold_while, scope, YES_OR_NO),
    ]
    if form.unique is not None:
        single += [("unique.key", key, scope, _DERIVED) for key in form.unique.key]
        single.append(("unique.replaces", form.unique.replaces, scope, TEXTS))
    dated = due_scope(scope, form)
    for index, due in enumerate(form.due):
        single.append((f"due[{index}].on", due.on, dated, DAYS))
        single.append((f"due[{index}].when", due.when, dated, YES_OR_NO))
    for index, party in enumerate(form.signing):
        place = f"signing.parties[{index}].certificate_names"
        single += [(place, name, scope, TEXTS) for name in party.certificate_names]
    addressed = document_scope(scope, form)
    single.append(("printing.copies", form.printing.copies, addressed, frozenset({Sort.INTEGER})))
    single.append(("printing.addressee", form.printing.addressee, addressed, _WORDED))
    for place, expression, names, wants in single:
        if expression is not None:
            yield Stated(place=place, text=expression, scope=names, wants=wants)
    for index, step in enumerate(form.printing.steps):
        yield from _said(f"printing.steps[{index}]", step, scope)
    yield from _ledger(form, scope)
    for place, rule in placed_rules(form.rules, form.signing):
        yield from _rule(place, rule, scope, schema)


def words(form: Expressive, schema: Schema) -> frozenset[str]:
    """Return every word in an expression, whatever it stands for."""
    sources = (one.text.source for one in stated(form, schema))
    return frozenset(word for source in sources for word in _WORD.findall(source))


def _ledger(form: Expressive, scope: Scope) -> Iterator[Stated]:
    if form.ledger is None:
        return
    row, values = row_scope(scope), value_scope(scope)
    for name, expression, wants in (
        ("when", form.ledger.when, YES_OR_NO),
        ("on", form.ledger.on, DAYS),
        ("wanted", form.ledger.wanted, DAYS),
    ):
        if expression is not None:
            yield Stated(place=f"ledger.{name}", text=expression, scope=row, wants=wants)
    for key in form.ledger.key:
        yield Stated(place="ledger.key", text=key, scope=row, wants=_DERIVED)
    for name, value in form.ledger.map.values:
        yield Stated(
            place=f"ledger.values.{name}", text=value, scope=values, wants=_wanted(name, scope)
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


def _rule(place: str, rule: Rule, scope: Scope, schema: Schema) -> Iterator[Stated]:
    stage = stage_shape(rule.stage, schema) if rule.stage else NOTHING
    # What limits a party is asked of the record as it stands, on any day.
    seen = scope if place.startswith("signing.") else rule_scope(scope, stage)
    if rule.each is not None:
        yield Stated(place=f"{place}.each", text=rule.each, scope=seen, wants=LISTS)
        seen = each_scope(seen, rule.each.shape(seen))
    if rule.when is not None:
        yield Stated(place=f"{place}.when", text=rule.when, scope=seen, wants=YES_OR_NO)
    yield Stated(place=f"{place}.require", text=rule.require, scope=seen, wants=YES_OR_NO)
    yield from _said(f"{place}.message", rule.message, seen)
    if rule.remedy is not None:
        yield from _said(f"{place}.remedy", rule.remedy, seen)


def _said(place: str, saying: Saying, scope: Scope) -> Iterator[Stated]:
    for language, phrase in (("zh", saying.zh), ("en", saying.en)):
        if "{" in phrase.source:
            yield Stated(place=f"{place}.{language}", text=phrase, scope=scope)

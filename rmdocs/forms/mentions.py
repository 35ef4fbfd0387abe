"""Which names the expressions of a manifest mention, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from rmdocs.forms.ledger import Ledger
from rmdocs.forms.manifest import MANIFEST_NAME
from rmdocs.forms.parts import DueDate, Party, Retention, SummaryExpressions, Unique
from rmdocs.forms.printing import PATTERN_SAID, Printing
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NAME = re.compile(r"(?<![\w.|])(content|derived|stages|stage|filed)\b((?:\.[A-Za-z_]\w*)*)")
_WORD = re.compile(r"[A-Za-z_]\w*")


class Expressive(Protocol):
    """What holds expressions: a manifest, or the form it became."""

    @property
    def summary(self) -> SummaryExpressions:
        """Return what lists show."""

    @property
    def unique(self) -> Unique | None:
        """Return what may occur only once."""

    @property
    def copies(self) -> Expression | None:
        """Return what further documents are made for."""

    @property
    def derived(self) -> tuple[Derivation, ...]:
        """Return the derived values."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules."""

    @property
    def signing(self) -> tuple[Party, ...]:
        """Return who signs, each with a limit or none."""

    @property
    def due(self) -> tuple[DueDate, ...]:
        """Return what must happen to records by a day."""

    @property
    def ledger(self) -> Ledger | None:
        """Return how records are made from a ledger of business."""

    @property
    def printing(self) -> Printing:
        """Return how documents are printed."""

    @property
    def retention(self) -> Retention:
        """Return how long records are kept."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A dotted name that an expression uses.

    :param place: where, such as ``form.toml:rules[3].require``.
    :param steps: the name's parts, ``("content", "customer", "name")``; what the
        store holds besides begins with ``filed``.
    :param stage: the stage the expression is evaluated for, empty for the record.
    """

    place: str
    steps: tuple[str, ...]
    stage: str = ""


def mentions(form: Expressive) -> Iterator[Mention]:
    """Yield every dotted name in an expression of ``form``."""
    for place, source, stage in sources(form):
        for steps in names_in(source):
            if len(steps) > 1:
                yield Mention(place, steps, stage)


def names_in(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names of the record that an expression uses, part by part."""
    for found in _NAME.finditer(_STRING.sub("''", source)):
        yield (found[1], *filter(None, found[2].split(".")))


def uses(expressions: Iterable[Expression], name: str) -> bool:
    """Return whether expressions use a property, something in it, or a group that it is in.

    :param name: dotted, as a ledger's map names it: ``content.guarantors[].name``.
    """
    steps = tuple(name.partition("[]")[0].split("."))
    return any(
        used[: len(steps)] == steps[: len(used)]
        for expression in expressions
        for used in names_in(expression.source)
    )


def rule_sources(rule: Rule) -> Iterator[str]:
    """Yield the expressions that decide whether a rule is met."""
    for part in (rule.when, rule.each, rule.require):
        if part is not None:
            yield part.source


def words(form: Expressive) -> frozenset[str]:
    """Return every word in an expression, whatever it stands for."""
    return frozenset(word for _, source, _ in sources(form) for word in _WORD.findall(source))


def sources(form: Expressive) -> Iterator[tuple[str, str, str]]:
    """Yield place, source and stage of every expression."""
    single: list[tuple[str, Expression | None]] = [
        ("summary.customer", form.summary.customer),
        ("summary.uscc", form.summary.uscc),
        ("summary.subject", form.summary.subject),
        ("copies.each", form.copies),
        ("retention.years", form.retention.years),
        ("retention.starts", form.retention.starts),
        ("retention.hold_while", form.retention.hold_while),
    ]
    if form.unique is not None:
        single += [("unique.key", key) for key in form.unique.key]
        single += [("unique.replaces", form.unique.replaces)]
    single += [(f"derived[{i}].value", item.value) for i, item in enumerate(form.derived)]
    for index, due in enumerate(form.due):
        single += [(f"due[{index}].on", due.on), (f"due[{index}].when", due.when)]
    single += form.ledger.expressions() if form.ledger is not None else []
    for place, expression in single:
        if expression is not None:
            yield f"{MANIFEST_NAME}:{place}", expression.source, ""
    for place, source in form.printing.sources():
        yield f"{MANIFEST_NAME}:{place}", source, ""
    for place, rule in placed_rules(form.rules, form.signing):
        parts = [("when", rule.when), ("each", rule.each), ("require", rule.require)]
        for name, part in parts:
            if part is not None:
                yield f"{MANIFEST_NAME}:{place}.{name}", part.source, rule.stage
        for name, source in _said(rule):
            yield f"{MANIFEST_NAME}:{place}.{name}", source, rule.stage


def _said(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the expressions in what a rule says, each with its place in the rule."""
    for name, saying in (("message", rule.message), ("remedy", rule.remedy)):
        for language in ("zh", "en") if saying is not None else ():
            for source in PATTERN_SAID.findall(getattr(saying, language).source):
                yield f"{name}.{language}", source


def placed_rules(rules: Iterable[Rule], signing: Iterable[Party]) -> Iterator[tuple[str, Rule]]:
    """Yield every rule with its place in the manifest, the limits of parties too."""
    for index, rule in enumerate(rules):
        yield f"rules[{index}]", rule
    for index, party in enumerate(signing):
        if party.limit is not None:
            yield f"signing.parties[{index}].limit", party.limit

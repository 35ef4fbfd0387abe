"""What holds expressions, and which names of a record they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from rmdocs.forms.ledger import Ledger
from rmdocs.forms.migration import Migration
from rmdocs.forms.parts import (
    DueDate,
    Party,
    Retention,
    Slip,
    Stage,
    SummaryExpressions,
    Unique,
)
from rmdocs.forms.printing import Printing
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule

_OF_THE_RECORD = frozenset({"content", "derived", "stages", "stage", "filed"})


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
    def stages(self) -> tuple[Stage, ...]:
        """Return what later people add."""

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Return what is torn off a document."""

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
    def migration(self) -> Migration | None:
        """Return how records of earlier revisions are carried over."""

    @property
    def retention(self) -> Retention:
        """Return how long records are kept."""


def names_in(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names of the record that an expression uses, part by part."""
    for steps in Expression(source).paths():
        if steps[0] in _OF_THE_RECORD:
            yield steps


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


def placed_rules(rules: Iterable[Rule], signing: Iterable[Party]) -> Iterator[tuple[str, Rule]]:
    """Yield every rule with its place in the manifest, the limits of parties too."""
    for index, rule in enumerate(rules):
        yield f"rules[{index}]", rule
    for index, party in enumerate(signing):
        if party.limit is not None:
            yield f"signing.parties[{index}].limit", party.limit

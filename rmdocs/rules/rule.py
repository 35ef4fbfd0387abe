"""A rule: what must hold of a record, and what to say where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, Severity
from rmdocs.messages import Bilingual
from rmdocs.rules.expression import Expression, Phrase


@dataclass(frozen=True, slots=True)
class Saying:
    """A message in both languages, each with its expressions."""

    zh: Phrase
    en: Phrase

    @classmethod
    def compile(cls, text: Bilingual) -> Saying:
        """Return the message ready to be filled."""
        return cls(Phrase.compile(text.zh), Phrase.compile(text.en))

    def say(self, names: Mapping[str, Any]) -> Bilingual:
        """Return the message about one record."""
        return Bilingual(self.zh.say(names), self.en.say(names))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a form.

    :param when: guard; where it is false the rule does not apply.
    :param each: what to go through; ``item`` and ``index`` are then known.
    :param path: JSON path of the finding, ``{index}`` filled in.
    :param stage: the stage whose adding it guards; empty for the record itself.
    """

    code: str
    severity: Severity
    require: Expression
    path: str
    message: Saying
    remedy: Saying | None = None
    clause: str = ""
    when: Expression | None = None
    each: Expression | None = None
    stage: str = ""

    def findings(self, names: Mapping[str, Any]) -> Iterator[Finding]:
        """Yield a finding for each item, or for the record, that breaks the rule."""
        try:
            for index, scope in enumerate(self._scopes(names)):
                if self.when is not None and not self.when.evaluate(scope):
                    continue
                if not self.require.evaluate(scope):
                    yield self._finding(scope, index)
        except FindingsError as problem:
            # A value that no rule can judge: say so at the rule's place.
            for found in problem.findings:
                yield Finding(
                    self.code, Severity.ERROR, self.path, found.message, found.remedy, self.clause
                )

    def _scopes(self, names: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if self.each is None:
            yield names
            return
        for index, item in enumerate(self.each.evaluate(names) or ()):
            yield {**names, "item": item, "index": index}

    def _finding(self, scope: Mapping[str, Any], index: int) -> Finding:
        return Finding(
            self.code,
            self.severity,
            self.path.replace("{index}", str(index)),
            self.message.say(scope),
            self.remedy.say(scope) if self.remedy else NOTHING,
            self.clause,
        )


def evaluate(rules: Iterable[Rule], names: Mapping[str, Any], stage: str | None = None) -> list[Finding]:
    """Return the findings of the rules for a record, or for one stage of it."""
    found: list[Finding] = []
    for rule in rules:
        if rule.stage == (stage or ""):
            found += rule.findings(names)
    return found

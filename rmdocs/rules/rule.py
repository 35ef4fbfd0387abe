"""A rule: what must hold of a record, and what to say where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, Severity, error
from rmdocs.messages import Bilingual, message
from rmdocs.rules.expression import Expression, Phrase


@dataclass(frozen=True, slots=True)
class Saying:
    """A message in both languages, each with its expressions."""

    zh: Phrase
    en: Phrase

    @classmethod
    def compile(cls, text: Bilingual) -> Saying:
        """Return the message ready to be filled.

        :raises FindingsError: with a finding for each language that has a mistake.
        """
        phrases: list[Phrase] = []
        findings: list[Finding] = []
        for source in (text.zh, text.en):
            try:
                phrases.append(Phrase.compile(source))
            except FindingsError as problem:
                findings += problem.findings
        if findings:
            raise FindingsError(tuple(findings))
        return cls(*phrases)

    def say(self, names: Mapping[str, Any]) -> Bilingual:
        """Return the message about one record."""
        return Bilingual(self.zh.say(names), self.en.say(names))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a form.

    :param require: what must be true.
    :param path: JSON path of the finding, ``{index}`` filled in.
    :param when: guard; where it is false the rule does not apply.
    :param each: what to go through; ``item`` and ``index`` (from 0) are then known.
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
        """Yield a finding for each item, or for the record, that breaks the rule.

        Where the rule cannot be judged, that is a finding of code RULE-EVALUATION.
        """
        if self.each is None:
            yield from self._judge(names, self.path)
            return
        try:
            items = _items(self.each, names)
        except FindingsError as problem:
            yield from self._unjudged(problem, self.path.partition("[{index}]")[0])
            return
        for index, item in enumerate(items):
            path = self.path.replace("{index}", str(index))
            yield from self._judge({**names, "item": item, "index": index}, path)

    def _judge(self, names: Mapping[str, Any], path: str) -> Iterator[Finding]:
        try:
            if self.when is not None and not self.when.evaluate(names):
                return
            if self.require.evaluate(names):
                return
        except FindingsError as problem:
            yield from self._unjudged(problem, path)
            return
        remedy = self.remedy.say(names) if self.remedy else NOTHING
        yield Finding(self.code, self.severity, path, self.message.say(names), remedy, self.clause)

    def _unjudged(self, problem: FindingsError, path: str) -> Iterator[Finding]:
        for found in problem.findings:
            yield error(
                found.code,
                path,
                message("rule {code}: {reason}", code=self.code, reason=found.message),
                found.remedy,
                clause=self.clause,
            )


def evaluate(
    rules: Iterable[Rule], names: Mapping[str, Any], stage: str | None = None
) -> list[Finding]:
    """Return everything the rules find in a record, or in one stage of it.

    :param names: what expressions may use: ``record``, ``content``, ``derived`` …
    :param stage: name of the stage being added; None for the record itself.
    """
    wanted = stage or ""
    return [finding for rule in rules if rule.stage == wanted for finding in rule.findings(names)]


def _items(each: Expression, names: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what to go through; none where nothing was given."""
    found = each.evaluate(names)
    if found is None:
        return ()
    if isinstance(found, (list, tuple)):
        return tuple(found)
    raise FindingsError(
        (
            error(
                "RULE-EVALUATION",
                "$",
                message("“{source}” is no list", source=each.source),
                message("name a list in “each”"),
            ),
        )
    )

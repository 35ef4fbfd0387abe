"""Rules: what must hold of a record; and derived values, compared with what was claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, Severity, error
from rmdocs.language.expression import Expression, Phrase
from rmdocs.language.money import read_words
from rmdocs.language.numbers import UnfitValueError, decimal, written
from rmdocs.messages import Bilingual, message
from rmdocs.values import View

Derived: TypeAlias = str | int | Decimal | None
"""A derived value; a date is its ISO text, as in content."""


NO_VALUE = "null"
"""How a derived value that there is none of is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """One derived value: its name, its expression, what a person calls it."""

    name: str
    value: Expression
    title: Bilingual


def derive(derivations: Iterable[Derivation], names: Mapping[str, Any]) -> dict[str, Derived]:
    """Return the derived values by name, in order; later ones may use ``derived``.

    :raises FindingsError: with a finding of code DERIVED-EVALUATION for each
        value that cannot be computed, save those that only need another such.
    """
    computed: dict[str, Derived] = {}
    failed: set[tuple[str, ...]] = set()
    findings: list[Finding] = []
    for derivation in derivations:
        try:
            computed[derivation.name] = _value(derivation, {**names, "derived": View(computed)})
        except FindingsError as problem:
            if failed.isdisjoint(path[:2] for path in derivation.value.paths()):
                findings += [_uncomputed(derivation, found) for found in problem.findings]
            failed.add(("derived", derivation.name))
    if findings:
        raise FindingsError(tuple(findings))
    return computed


def compare(
    computed: Mapping[str, Any],
    captured: Mapping[str, Any],
    derivations: Iterable[Derivation] = (),
) -> list[Finding]:
    """Return a finding for each captured value that disagrees with the computed one.

    Numbers agree if they are equal, amounts in words if they say the same
    amount (支付结算办法 附一 allows several writings); null claims nothing.

    :param derivations: where given, they name the values for a person.
    """
    titles = {derivation.name: derivation.title.zh for derivation in derivations}
    findings: list[Finding] = []
    for name, claimed in captured.items():
        path, label = f"$.derived.{name}", titles.get(name, "")
        if name not in computed:
            reason = message("the form computes no value “{name}”", name=name)
            findings.append(error("DERIVED-UNKNOWN", path, reason, _LEAVE_OUT, label=label))
        elif claimed is not None and not _agree(computed[name], claimed):
            reason = message(
                "the record says {captured}, but {computed} is computed",
                captured=as_text(claimed),
                computed=as_text(computed[name]),
            )
            findings.append(error("DERIVED-DISAGREES", path, reason, _LEAVE_OUT, label=label))
    return findings


_LEAVE_OUT = message("leave the value out, or correct what it is computed from")


def as_text(value: object) -> str:
    """Return a value as records write it: dates in ISO, numbers in plain digits."""
    if isinstance(value, date):
        return value.isoformat()
    return NO_VALUE if value is None else str(written(value))


def _value(derivation: Derivation, names: Mapping[str, Any]) -> Derived:
    value = derivation.value.evaluate(names)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, str):
        return str(value)
    reason = message("“{source}” gives neither text nor number", source=derivation.value.source)
    remedy = message("correct the expression so that it gives one text or number")
    raise FindingsError((error("RULE-EVALUATION", "$", reason, remedy),))


def _uncomputed(derivation: Derivation, found: Finding) -> Finding:
    return error(
        "DERIVED-EVALUATION",
        f"$.derived.{derivation.name}",
        found.message,
        found.remedy,
        label=derivation.title.zh,
    )


def _agree(computed: object, claimed: object) -> bool:
    if isinstance(computed, bool) or isinstance(claimed, bool):
        return computed is claimed
    if isinstance(computed, (int, Decimal)):
        try:
            return computed == decimal(claimed)
        except UnfitValueError:
            return False
    if computed == claimed or not isinstance(computed, str) or not isinstance(claimed, str):
        return computed == claimed
    try:
        return read_words(computed) == read_words(claimed)
    except UnfitValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A message in both languages, each with its expressions."""

    zh: Phrase
    en: Phrase

    @classmethod
    def compile(cls, text: Bilingual) -> Saying:
        """Return the message ready to be filled.

        :raises FindingsError: with a finding for each language that has a mistake.
        """
        phrases: dict[str, Phrase] = {}
        findings: list[Finding] = []
        for language, source in (("zh", text.zh), ("en", text.en)):
            try:
                phrases[language] = Phrase.compile(source)
            except FindingsError as problem:
                findings += problem.findings
        if findings:
            raise FindingsError(tuple(findings))
        return cls(**phrases)

    def say(self, names: Mapping[str, Any]) -> Bilingual:
        """Return the message about one record."""
        return Bilingual(zh=self.zh.say(names), en=self.en.say(names))


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """Return the expressions that decide whether it is met."""
        return tuple(one for one in (self.when, self.each, self.require) if one is not None)

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
        yield Finding(
            code=self.code,
            severity=self.severity,
            path=path,
            message=self.message.say(names),
            remedy=remedy,
            clause=self.clause,
        )

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

"""Derived values: computed from what was captured, compared with what was claimed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.formatting.amounts import read_words
from rmdocs.formatting.numbers import decimal, written
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import Bilingual, message
from rmdocs.rules.expression import Expression
from rmdocs.values import View

Derived: TypeAlias = str | int | Decimal | None
"""A derived value; a date is its ISO text, as in content."""


NO_VALUE = "null"
"""How a derived value that there is none of is written."""


@dataclass(frozen=True, slots=True)
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
    failed: list[str] = []
    findings: list[Finding] = []
    for derivation in derivations:
        try:
            computed[derivation.name] = _value(derivation, {**names, "derived": View(computed)})
        except FindingsError as problem:
            if not _uses(derivation.value.source, failed):
                findings += [_uncomputed(derivation, found) for found in problem.findings]
            failed.append(derivation.name)
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


def _uses(source: str, failed: Iterable[str]) -> bool:
    return any(re.search(rf"\bderived\.{re.escape(name)}\b", source) for name in failed)


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

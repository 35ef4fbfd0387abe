"""Derived values: computed from what was captured, compared with what was claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Bilingual, message
from rmdocs.rules.expression import Expression
from rmdocs.values import View


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derived value: its name, its expression, what a person calls it."""

    name: str
    value: Expression
    title: Bilingual


def derive(derivations: Iterable[Derivation], names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the derived values by name, in order; later ones may use ``derived``.

    :raises FindingsError: with a finding for each value that cannot be computed.
    """
    computed: dict[str, Any] = {}
    findings: list[Finding] = []
    for derivation in derivations:
        try:
            value = derivation.value.evaluate({**names, "derived": View(computed)})
        except FindingsError as problem:
            findings += [
                error(
                    "DERIVED-EVALUATION",
                    f"$.derived.{derivation.name}",
                    found.message,
                    found.remedy,
                    label=derivation.title.zh,
                )
                for found in problem.findings
            ]
        else:
            computed[derivation.name] = value
    if findings:
        raise FindingsError(tuple(findings))
    return computed


def compare(computed: Mapping[str, Any], captured: Mapping[str, Any]) -> list[Finding]:
    """Return a finding for each captured value that disagrees with the computed one."""
    return [
        error(
            "DERIVED-DISAGREES",
            f"$.derived.{name}",
            message(
                "the record says {captured}, but {computed} is computed",
                captured=value,
                computed=as_text(computed[name]) if name in computed else "-",
            ),
            message("leave the value out, or correct what it is computed from"),
        )
        for name, value in captured.items()
        if name not in computed or as_text(computed[name]) != as_text(value)
    ]


def as_text(value: object) -> str:
    """Return a value as records write it; numbers that are equal are written equally."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, float)):
        return f"{value}"
    return str(value)

"""Expressions of a form's data, compiled once and evaluated against a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import DecimalException
from functools import cache
from typing import Any

from jinja2 import TemplateError
from jinja2.environment import Environment, Template, TemplateExpression
from jinja2.exceptions import SecurityError

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.rules.environment import sandbox

_EVALUATION_ERRORS = (
    TemplateError,
    SecurityError,
    ValueError,
    TypeError,
    ArithmeticError,
    DecimalException,
    LookupError,
    AttributeError,
    RecursionError,
)


@cache
def _environment() -> Environment:
    return sandbox(autoescape=False)


@dataclass(frozen=True, slots=True)
class Expression:
    """A Jinja expression, such as ``content.balance|decimal <= content.principal|decimal``."""

    source: str
    compiled: TemplateExpression

    @classmethod
    def compile(cls, source: str) -> Expression:
        """Return the expression.

        :raises FindingsError: naming the source, if it is not one.
        """
        try:
            return cls(source, _environment().compile_expression(source, undefined_to_none=False))
        except (TemplateError, RecursionError) as problem:
            raise FindingsError((_broken("RULE-SYNTAX", source, problem),)) from problem

    def evaluate(self, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it computes
        """Return the expression's value.

        :raises FindingsError: with code RULE-EVALUATION, if it has none.
        """
        try:
            value = self.compiled(**names)
            # An undefined name only complains when it is used; use it.
            value == None  # noqa: B015, E711
        except _EVALUATION_ERRORS as problem:
            raise FindingsError((_broken("RULE-EVALUATION", self.source, problem),)) from problem
        return value


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence with ``{{ expression }}`` in it, such as a rule's message."""

    source: str
    template: Template | None

    @classmethod
    def compile(cls, source: str) -> Phrase:
        """Return the phrase.

        :raises FindingsError: naming the source, if an expression in it is wrong.
        """
        if "{{" not in source:
            return cls(source, None)
        try:
            return cls(source, _environment().from_string(source))
        except TemplateError as problem:
            raise FindingsError((_broken("RULE-SYNTAX", source, problem),)) from problem

    def say(self, names: Mapping[str, Any]) -> str:
        """Return the sentence; one that cannot be filled is said as it is written."""
        if self.template is None:
            return self.source
        try:
            return self.template.render(**names)
        except _EVALUATION_ERRORS:
            return self.source


def _broken(code: str, source: str, problem: Exception) -> Any:  # noqa: ANN401
    return error(
        code,
        "$",
        message("the expression {source} has no value: {problem}", source=source, problem=problem),
        message("correct the expression in form.toml, or the values it uses"),
    )

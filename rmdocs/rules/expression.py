"""Expressions and phrases of a form's data, compiled once, evaluated often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.parser import Parser

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import Text, Verbatim, message
from rmdocs.rules.environment import sandbox

_FAILURES = (
    TemplateError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)
_LONGEST_REASON = 200


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

        :raises FindingsError: with code RULE-SYNTAX and naming the source, if
            it is no expression, or uses a filter or test there is not.
        """
        environment = _environment()
        try:
            parser = Parser(environment, source, state="variable")
            tree = parser.parse_expression()
            if not parser.stream.eos:
                parser.fail("something follows the expression")
            _refuse_unknown(environment, tree)
            body: list[nodes.Node] = [
                nodes.Assign(nodes.Name("result", "store", lineno=1), tree, lineno=1)
            ]
            template = environment.from_string(nodes.Template(body, lineno=1))
        except (TemplateError, RecursionError, ValueError) as problem:
            raise FindingsError((_invalid(source, problem),)) from problem
        return cls(source, TemplateExpression(template, undefined_to_none=False))

    def evaluate(self, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it computes
        """Return the expression's value; what it yields in turn becomes a tuple.

        :raises FindingsError: with code RULE-EVALUATION, if it has no value.
        """
        try:
            value = self.compiled(names)
            if isinstance(value, Iterator):
                value = tuple(value)
            # An undefined name only complains when it is used; use it.
            value == None  # noqa: B015, E711
        except _FAILURES as problem:
            finding = error(
                "RULE-EVALUATION",
                "$",
                message(
                    "“{source}” cannot be computed: {reason}",
                    source=self.source,
                    reason=reason(problem),
                ),
                message("correct the values it uses, or the expression in form.toml"),
            )
            raise FindingsError((finding,)) from problem
        return value


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence with ``{{ expression }}`` in it, such as a rule's message."""

    source: str
    template: Template | None

    @classmethod
    def compile(cls, source: str) -> Phrase:
        """Return the phrase.

        :raises FindingsError: as :meth:`Expression.compile`.
        """
        if "{" not in source:
            return cls(source, None)
        environment = _environment()
        try:
            tree = environment.parse(source)
            _refuse_unknown(environment, tree)
            return cls(source, environment.from_string(tree))
        except (TemplateError, RecursionError, ValueError) as problem:
            raise FindingsError((_invalid(source, problem),)) from problem

    def say(self, names: Mapping[str, Any]) -> str:
        """Return the sentence; one that cannot be filled is said as it is written."""
        if self.template is None:
            return self.source
        try:
            return self.template.render(names)
        except _FAILURES:
            return self.source


def reason(problem: Exception) -> Text:
    """Return why something could not be computed, as far as it can be told."""
    if isinstance(problem, UnfitValueError):
        return problem.reason
    if isinstance(problem, ZeroDivisionError):
        return message("division by zero")
    told = problem.message if isinstance(problem, TemplateSyntaxError) else str(problem)
    text = " ".join((told or "").split()) or type(problem).__name__
    return Verbatim(text[:_LONGEST_REASON])


def _refuse_unknown(environment: Environment, tree: nodes.Node) -> None:
    """Refuse filters and tests there are not.

    Jinja itself finds those inside a condition only once the condition holds.
    """
    whole = nodes.Tuple([tree], "load") if isinstance(tree, nodes.Expr) else tree
    for node in whole.find_all((nodes.Filter, nodes.Test)):
        is_filter = isinstance(node, nodes.Filter)
        if node.name not in (environment.filters if is_filter else environment.tests):
            detail = f"there is no {'filter' if is_filter else 'test'} {node.name!r}"
            raise TemplateSyntaxError(detail, node.lineno)


def _invalid(source: str, problem: Exception) -> Finding:
    return error(
        "RULE-SYNTAX",
        "$",
        message(
            "“{source}” is no valid expression: {reason}", source=source, reason=reason(problem)
        ),
        message("compare it with an expression that works"),
    )

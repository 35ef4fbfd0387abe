"""Expressions and phrases of a form's data, compiled once, evaluated often.

Why one cannot be read is said in words of the person who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.parser import Parser

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.language.analysis import Reading, leaves, read_expression, read_template
from rmdocs.language.numbers import UnfitValueError
from rmdocs.language.sandbox import sandbox
from rmdocs.language.shapes import Scope, Shape
from rmdocs.messages import Message, Text, message

_LONGEST = 60
_MARKS = "'\""
_SYNTAX: Mapping[re.Pattern[str], Message] = MappingProxyType(
    {
        re.compile(
            r"[Uu]nexpected end of template.*|unexpected '?end of .*"
            r"|expected token .*, got '?end of.*",
            re.DOTALL,
        ): message("it ends too early"),
        re.compile(r"expected token '?end of .*', got (?P<found>.+)", re.DOTALL): message(
            "{found} is too much here"
        ),
        re.compile(r"expected token (?P<wanted>'\W+'), got (?P<found>.+)", re.DOTALL): message(
            "{found} stands where {wanted} should"
        ),
        re.compile(
            r"unexpected (?:char )?(?P<found>.+?)(?: at \d+)?|expected token .*, got (?P<other>.+)",
            re.DOTALL,
        ): message("{found} is out of place"),
        re.compile(r"Encountered unknown tag (?P<found>'[^']*').*", re.DOTALL): message(
            "there is no tag {found}"
        ),
        re.compile(
            r"(?:there is no|No) filter (?:named )?(?P<found>'[^']*').*", re.DOTALL
        ): message("there is no filter {found}"),
        re.compile(r"(?:there is no|No) test (?:named )?(?P<found>'[^']*').*", re.DOTALL): message(
            "there is no test {found}"
        ),
        re.compile(r"something follows the expression"): message("something follows it"),
    }
)
"""What Jinja says, and what is told; the groups of the pattern are what the person wrote."""


def unreadable(problem: TemplateSyntaxError) -> Text:
    """Return why something could not be read; no more than that if Jinja's reason is a rare one."""
    told = problem.message or ""
    for pattern, reason in _SYNTAX.items():
        found = pattern.fullmatch(told)
        if found:
            parts = {name: value for name, value in found.groupdict().items() if value}
            if "other" in parts:
                parts["found"] = parts.pop("other")
            quoted = {name: _quoted(one) for name, one in parts.items()}
            return Message(template=reason.template, values=MappingProxyType(quoted))
    return message("brackets, quotes or operators are out of place")


_MISSING = re.compile(r"there is no (?P<found>['\"].*['\"]) here", re.DOTALL)


def missing(problem: UndefinedError) -> Text:
    """Return which name there is not, where something uses it."""
    found = _MISSING.fullmatch(problem.message or "")
    if found is None:
        return message("a value that is not there is used")
    return message("there is no {found} here", found=_quoted(found["found"]))


def _quoted(text: str) -> str:
    return f"“{(text.strip(_MARKS) or text[1:-1])[:_LONGEST]}”"


_FAILURES = (
    TemplateError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)


@cache
def _environment() -> Environment:
    return sandbox(autoescape=False)


def _parsed(source: str) -> nodes.Expr:
    parser = Parser(_environment(), source, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail("something follows the expression")
    return tree


# A form has hundreds of expressions and a run needs few of their values, so
# each becomes code when it is first asked for.
@cache
def _compiled(source: str) -> TemplateExpression:
    result = nodes.Name("result", "store", lineno=1)
    body: list[nodes.Node] = [nodes.Assign(result, _parsed(source), lineno=1)]
    template = _environment().from_string(nodes.Template(body, lineno=1))
    return TemplateExpression(template, undefined_to_none=False)


@cache
def _names(source: str) -> frozenset[str]:
    whole = nodes.Tuple([_parsed(source)], "load")
    found = frozenset(node.name for node in whole.find_all(nodes.Name))
    return found - _environment().globals.keys()


@cache
def _paths(source: str) -> frozenset[tuple[str, ...]]:
    used = {use.path for use in read_expression(_parsed(source), None).uses}
    return frozenset(tuple(path.replace("[]", "").split(".")) for path in leaves(used))


@cache
def _phrase(source: str) -> Template:
    return _environment().from_string(source)


@dataclass(frozen=True, slots=True)
class Expression:
    """A Jinja expression, such as ``content.balance|decimal <= content.principal|decimal``."""

    source: str

    @classmethod
    def compile(cls, source: str) -> Expression:
        """Return the expression, its syntax checked.

        :raises FindingsError: with code RULE-SYNTAX and naming the source, if
            it is no expression, or uses a filter or test there is not.
        """
        try:
            _check(source)
        except (TemplateError, RecursionError, ValueError) as problem:
            raise FindingsError((_invalid(source, problem),)) from problem
        return cls(source)

    def reading(self, scope: Scope | None = None) -> Reading:
        """Return what it reads, what is known of its value and where it is mistaken.

        :param scope: the names there are; None if any name is taken for one.
        """
        return read_expression(_parsed(self.source), scope)

    def shape(self, scope: Scope) -> Shape:
        """Return what is known of its value."""
        return self.reading(scope).shape

    def paths(self) -> frozenset[tuple[str, ...]]:
        """Return the dotted names it uses, part by part, items of lists left out.

        Such as ``("content", "guarantors", "name")``.
        """
        return _paths(self.source)

    def names(self) -> frozenset[str]:
        """Return the names it takes from its surroundings, such as ``content``."""
        return _names(self.source)

    def evaluate(self, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it computes
        """Return the expression's value; what it yields in turn becomes a tuple.

        :raises FindingsError: with code RULE-EVALUATION, if it has no value.
        """
        try:
            value = _compiled(self.source)(names)
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

    @classmethod
    def compile(cls, source: str) -> Phrase:
        """Return the phrase, its syntax checked.

        :raises FindingsError: as :meth:`Expression.compile`.
        """
        try:
            if "{" in source:
                _check_phrase(source)
        except (TemplateError, RecursionError, ValueError) as problem:
            raise FindingsError((_invalid(source, problem),)) from problem
        return cls(source)

    def reading(self, scope: Scope | None = None) -> Reading:
        """Return what its expressions read, and where they are mistaken.

        :param scope: the names there are; None if any name is taken for one.
        """
        return read_template(_environment().parse(self.source), scope)

    def say(self, names: Mapping[str, Any]) -> str:
        """Return the sentence; one that cannot be filled is said as it is written."""
        if "{" not in self.source:
            return self.source
        try:
            return _phrase(self.source).render(names)
        except _FAILURES:
            return self.source


def reason(problem: Exception) -> Text:
    """Return why something could not be computed, as far as it can be told."""
    if isinstance(problem, UnfitValueError):
        return problem.reason
    if isinstance(problem, ZeroDivisionError):
        return message("division by zero")
    if isinstance(problem, TemplateSyntaxError):
        return unreadable(problem)
    if isinstance(problem, UndefinedError):
        return missing(problem)
    kinds = (reason for kind, reason in _REASONS if isinstance(problem, kind))
    return next(kinds, message("the values do not go together"))


_REASONS: tuple[tuple[type[Exception], Text], ...] = (
    (SecurityError, message("it uses what a form may not use")),
    (InvalidOperation, message("a text is taken for a number")),
    (OverflowError, message("a number becomes too large")),
    (RecursionError, message("it is nested too deeply")),
    (LookupError, message("a value that is not there is used")),
    (TypeError, message("values of different kinds are put together")),
)


# Revisions of a form, and forms of one bank, say mostly the same.
@cache
def _check(source: str) -> None:
    _refuse_unknown(_environment(), _parsed(source))


@cache
def _check_phrase(source: str) -> None:
    _refuse_unknown(_environment(), _environment().parse(source))


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

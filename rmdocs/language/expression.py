"""Expressions and sentences of a form's data: read once, evaluated often, and told in words.

From its one syntax tree an expression says what it reads, where it is mistaken, what a person
calls it, and its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.parser import Parser

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.language.analysis import Reading, leaves, read_expression, read_template
from rmdocs.language.mistakes import reason
from rmdocs.language.sandbox import (
    FILTERS,
    FUNCTIONS,
    TESTS,
    ready_expression,
    ready_sentence,
    sandbox,
)
from rmdocs.language.shapes import Scope, Shape
from rmdocs.language.words import Brackets, Title, in_words, printed
from rmdocs.messages import Text, Verbatim, message

_UNREADABLE = (TemplateError, RecursionError, ValueError)
_FAILURES = (
    TemplateError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)


class _Parser(Parser):
    """Jinja's parser, which keeps in mind what a person put in brackets."""

    def __init__(self, source: str) -> None:
        super().__init__(sandbox(autoescape=False), source, state="variable")
        self.brackets: Brackets = {}

    def parse_primary(self, with_namespace: bool = False) -> nodes.Expr:  # noqa: FBT001, FBT002 - Jinja's signature
        """Read a name, something written out, or what stands in brackets."""
        opened = self.stream.current.type == "lparen"
        found = super().parse_primary(with_namespace)
        if opened:
            self.brackets[found] = self.brackets.get(found, 0) + 1
        return found

    def whole(self) -> nodes.Expr:
        """Read one expression and nothing else."""
        found = self.parse_expression()
        if not self.stream.eos:
            self.fail("something follows the expression")
        return found


# Revisions of a form, and forms of one bank, say mostly the same.
@cache
def _read(source: str) -> tuple[nodes.Expr, Brackets]:
    parser = _Parser(source)
    return parser.whole(), parser.brackets


def _tree(source: str) -> nodes.Expr:
    return _read(source)[0]


@cache
def _sentence(source: str) -> nodes.Template:
    return sandbox(autoescape=False).parse(source)


# A form has hundreds of expressions and a run needs few of their values, so
# each becomes code when it is first asked for.
@cache
def _ready(source: str) -> Callable[[Mapping[str, Any]], Any]:
    return ready_expression(_tree(source))


@cache
def _ready_sentence(source: str) -> Template:
    return ready_sentence(_sentence(source))


@cache
def _names(source: str) -> frozenset[str]:
    found = frozenset(node.name for node in _all(_tree(source), nodes.Name))
    return found - FUNCTIONS.keys()


@cache
def _paths(source: str) -> frozenset[tuple[str, ...]]:
    used = {use.path for use in read_expression(_tree(source), None).uses}
    return frozenset(tuple(path.replace("[]", "").split(".")) for path in leaves(used))


@cache
def _words_in(tree: nodes.Node) -> frozenset[str]:
    """Return every name, and every part of a text, such as of ``map(attribute="bank.name")``."""
    found = {node.name for node in _all(tree, nodes.Name)}
    found |= {node.attr for node in _all(tree, nodes.Getattr)}
    texts = (node.value for node in _all(tree, nodes.Const) if isinstance(node.value, str))
    return frozenset(found.union(*(text.split(".") for text in texts)))


@cache
def _check(source: str) -> None:
    _refuse_unknown(_tree(source))


@cache
def _check_sentence(source: str) -> None:
    _refuse_unknown(_sentence(source))


def _refuse_unknown(tree: nodes.Node) -> None:
    """Refuse filters and tests there are not.

    Jinja itself finds those inside a condition only once the condition holds.
    """
    for node in _all(tree, (nodes.Filter, nodes.Test)):
        is_filter = isinstance(node, nodes.Filter)
        if node.name not in (FILTERS if is_filter else TESTS):
            detail = f"there is no {'filter' if is_filter else 'test'} {node.name!r}"
            raise TemplateSyntaxError(detail, node.lineno)


def _all(tree: nodes.Node, kind: Any) -> Iterator[Any]:  # noqa: ANN401 - nodes of any kind
    whole = nodes.Tuple([tree], "load") if isinstance(tree, nodes.Expr) else tree
    return whole.find_all(kind)


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
        except _UNREADABLE as problem:
            raise FindingsError((_invalid(source, problem),)) from problem
        return cls(source)

    def reading(self, scope: Scope | None = None) -> Reading:
        """Return what it reads, what is known of its value and where it is mistaken.

        :param scope: the names there are; None if any name is taken for one.
        """
        return read_expression(_tree(self.source), scope)

    def shape(self, scope: Scope) -> Shape:
        """Return what is known of its value."""
        return self.reading(scope).shape

    def paths(self) -> frozenset[tuple[str, ...]]:
        """Return the dotted names it uses, part by part, items of lists left out.

        Such as ``("content", "guarantors", "name")``.
        """
        return _paths(self.source)

    def words_in(self) -> frozenset[str]:
        """Return every word that may name something, whatever it stands for."""
        return _words_in(_tree(self.source))

    def names(self) -> frozenset[str]:
        """Return the names it takes from its surroundings, such as ``content``."""
        return _names(self.source)

    def words(self, title: Title) -> Text:
        """Return it in words as far as there are any, as it is written if it cannot be read.

        :param title: gives what a person calls a dotted name; None if it has no title.
        """
        return self._told(in_words, title)

    def printed(self, title: Title) -> Text:
        """Return what stands where it is printed: a title without quotes, a tick, or words.

        :param title: as for :meth:`words`.
        """
        return self._told(printed, title)

    def _told(self, telling: Callable[[nodes.Expr, Brackets, Title], Text], title: Title) -> Text:
        try:
            return telling(*_read(self.source), title)
        except _UNREADABLE:
            return Verbatim(self.source)

    def evaluate(self, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it computes
        """Return the expression's value; what it yields in turn becomes a tuple.

        :raises FindingsError: with code RULE-EVALUATION, if it has no value.
        """
        try:
            value = _ready(self.source)(names)
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
                _check_sentence(source)
        except _UNREADABLE as problem:
            raise FindingsError((_invalid(source, problem),)) from problem
        return cls(source)

    def reading(self, scope: Scope | None = None) -> Reading:
        """Return what its expressions read, and where they are mistaken.

        :param scope: the names there are; None if any name is taken for one.
        """
        return read_template(_sentence(self.source), scope)

    def words_in(self) -> frozenset[str]:
        """Return every word of its expressions that may name something."""
        return _words_in(_sentence(self.source))

    def say(self, names: Mapping[str, Any]) -> str:
        """Return the sentence; one that cannot be filled is said as it is written."""
        if "{" not in self.source:
            return self.source
        try:
            return _ready_sentence(self.source).render(names)
        except _FAILURES:
            return self.source


def _invalid(source: str, problem: Exception) -> Finding:
    return error(
        "RULE-SYNTAX",
        "$",
        message(
            "“{source}” is no valid expression: {reason}", source=source, reason=reason(problem)
        ),
        message("compare it with an expression that works"),
    )

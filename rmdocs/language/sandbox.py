"""The one sandbox in which rules and templates run, and what they may call in it.

Names are data: an attribute of an object of the record is its item and never
a method, an undefined name is an error, and nothing reaches Python behind the
values. Only what is listed here can be called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from types import BuiltinMethodType, CodeType, FunctionType, MappingProxyType, MethodType
from typing import Any, TypeVar

from jinja2 import StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.lexer import TokenStream
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, consume

from rmdocs.language import choices, dates, jinja, money, numbers, texts
from rmdocs.language.bounds import (
    COUNTING,
    INTERCEPTED,
    Counted,
    bounded,
    calling,
    compute,
    counted,
    exact,
    weight,
)
from rmdocs.language.functions import (
    DATE_METHODS,
    OF_A_DATE,
    OF_A_SPAN,
    TEXT_METHODS,
    Entry,
    Filter,
    Function,
    Test,
)
from rmdocs.language.numbers import UnfitValueError, written
from rmdocs.language.workingdays import WEEK, WorkingDays
from rmdocs.messages import message
from rmdocs.values import View

ENTRIES: tuple[Entry, ...] = (
    *numbers.ENTRIES,
    *money.ENTRIES,
    *dates.ENTRIES,
    *texts.ENTRIES,
    *choices.ENTRIES,
    *jinja.ENTRIES,
)
"""All there are, by subject; what is Jinja's own comes last."""

_E = TypeVar("_E", bound=Entry)


def _by_name(kind: type[_E]) -> Mapping[str, _E]:
    found = (one for one in ENTRIES if isinstance(one, kind))
    return MappingProxyType({name: one for one in found for name in one.names})


FILTERS, FUNCTIONS, TESTS = _by_name(Filter), _by_name(Function), _by_name(Test)
"""What may be called, by each name it has."""

_READABLE: tuple[tuple[type, frozenset[str]], ...] = (
    (str, frozenset(TEXT_METHODS)),
    (date, frozenset({*OF_A_DATE, *DATE_METHODS})),
    (timedelta, frozenset(OF_A_SPAN)),
)


class _Missing(StrictUndefined):
    """A name that does not exist; says so in the words of a form, not of Python."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        hint = self._undefined_hint
        return hint or f"there is no {self._undefined_name!r} here"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, narrowed to data and listed functions."""

    intercepted_binops = INTERCEPTED
    context_class = Counted
    functions: frozenset[object] = frozenset()

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item of a mapping by its name, or a harmless attribute."""
        if isinstance(obj, (View, Mapping)):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if _may_read(obj, attribute):
            return super().getattr(obj, attribute)
        if hasattr(type(obj), attribute):
            return self.unsafe_undefined(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item; of what has none, a harmless attribute."""
        if isinstance(obj, Undefined):
            return super().getitem(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str) and not isinstance(obj, Mapping):
                return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401 - Jinja's signature
        """Return whether ``obj`` is a listed function, or a method that may be read."""
        if isinstance(obj, (Undefined, Macro, LoopContext)):
            return True
        if isinstance(obj, MethodType):
            return isinstance(obj.__self__, LoopContext)
        if isinstance(obj, BuiltinMethodType):
            return _may_read(obj.__self__, obj.__name__)
        return isinstance(obj, (FunctionType, type)) and obj in self.functions

    def call(
        self,
        context: Context,
        function: Any,  # noqa: ANN401 - whatever a template calls
        /,
        *args: Any,  # noqa: ANN401 - Jinja's signature
        **kwargs: Any,  # noqa: ANN401 - Jinja's signature
    ) -> Any:  # noqa: ANN401 - whatever it gives
        """Return what a call gives, once it is counted."""
        calling(context, function, (*args, *kwargs.values()))
        found = super().call(context, function, *args, **kwargs)
        if isinstance(context, Counted):
            context.spend(weight(found))
        return found

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        return TokenStream(exact(super()._tokenize(source, name, filename, state)), name, filename)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja's signature
    ) -> str:
        # An expression's tree is made by hand, and its nodes know no environment yet.
        source.set_environment(self)
        return super()._generate(bounded(source), name, filename, defer_init)

    def _compile(self, source: str, filename: str) -> CodeType:
        try:
            return super()._compile(source, filename)
        except SyntaxError as problem:  # Python reads brackets only so deep.
            raise RecursionError from problem

    def call_binop(
        self,
        context: Context,
        operator: str,
        left: Any,  # noqa: ANN401 - whatever a template holds
        right: Any,  # noqa: ANN401 - whatever a template holds
    ) -> Any:  # noqa: ANN401 - whatever a template holds
        """Return ``left operator right``, exactly, unless it would fill the memory."""
        found = compute(operator, left, right, self.binop_table[operator])
        if isinstance(context, Counted):
            context.spend(1 + weight(found))
        return found


def _may_read(obj: object, attribute: str) -> bool:
    if attribute.startswith("_"):
        return False
    if isinstance(obj, (Undefined, LoopContext, Namespace)):
        return True
    for kind, names in _READABLE:
        if isinstance(obj, kind):
            return attribute in names
    # What a dataclass or a named tuple (a group of ``groupby``) holds.
    kind = type(obj)
    return attribute in {*getattr(kind, "__dataclass_fields__", ()), *getattr(kind, "_fields", ())}


def _printed(value: object) -> object:
    """Return what a tag prints: nothing for none, numbers in plain digits.

    :raises UnfitValueError: for lists and objects, which only Python can read.
    """
    if value is None:
        return ""
    if isinstance(value, (Mapping, list, tuple)):
        raise UnfitValueError(message("a list or object cannot be printed: name what is in it"))
    return written(value)


CALENDAR = "working days"
"""Under which name rules and templates are given the working days that count: one that
no expression can write."""


def _with_calendar(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def call(context: Context, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any function
        return function(*args, **kwargs, calendar=_calendar(context))

    return call


def _calendar(context: Context) -> WorkingDays:
    found = context.get(CALENDAR)
    return found if isinstance(found, WorkingDays) else WEEK


@cache
def sandbox(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Return the environment for rules (no escaping) or templates (XML escaping)."""
    # Nothing is computed while compiling: what is called is counted, and so computed each time.
    environment = _Sandbox(
        autoescape=autoescape, undefined=_Missing, finalize=_printed, optimized=False
    )
    environment.filters = {
        **{name: counted(one.function) for name, one in FILTERS.items()},
        **COUNTING,
    }
    environment.tests = {
        name: counted(one.function) if one.goes_through else one.function
        for name, one in TESTS.items()
    }
    environment.globals = {
        name: _with_calendar(one.function) if one.by_calendar else one.function
        for name, one in FUNCTIONS.items()
    }
    environment.functions = frozenset(environment.globals.values())
    return environment


def ready_expression(tree: nodes.Expr) -> Callable[[Mapping[str, Any]], Any]:
    """Return what computes an expression's value of names; its tree stays as it was read."""
    path = _path(tree)
    if path:
        return _looked_up(*path)
    result = nodes.Name("result", "store", lineno=1)
    body: list[nodes.Node] = [nodes.Assign(result, _copied(tree), lineno=1)]
    environment = sandbox(autoescape=False)
    template = environment.from_string(nodes.Template(body, lineno=1))

    def value(names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it computes
        # As TemplateExpression does, which goes through all functions there are each time.
        context = Counted(environment, {**environment.globals, **names}, None, {})
        consume(template.root_render_func(context))
        return context.vars["result"]

    return value


def _path(tree: nodes.Expr) -> tuple[str, ...]:
    """Return the names of an expression that only looks something up; else nothing."""
    if isinstance(tree, nodes.Getattr):
        before = _path(tree.node)
        return (*before, tree.attr) if before else ()
    return (tree.name,) if isinstance(tree, nodes.Name) and tree.ctx == "load" else ()


def _looked_up(first: str, *rest: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return what looks up a value: a third of what lists ask, and no program need run for it."""
    environment = sandbox(autoescape=False)

    def value(names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it finds
        if first in names:
            found = names[first]
        else:
            found = environment.globals.get(first) or environment.undefined(name=first)
        for name in rest:
            found = environment.getattr(found, name)
        return found

    return value


def ready_sentence(tree: nodes.Template) -> Template:
    """Return what fills the tags of a sentence; its tree stays as it was read."""
    return sandbox(autoescape=False).from_string(_copied(tree))


def _copied(value: Any) -> Any:  # noqa: ANN401 - a node, or what a node is made of
    """Return a syntax tree's own copy: what is compiled is changed."""
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if not isinstance(value, nodes.Node):
        return value
    parts = [_copied(getattr(value, name)) for name in value.fields]
    return type(value)(*parts, lineno=value.lineno)

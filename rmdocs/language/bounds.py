"""How an expression or a template counts, and how much it may do.

Numbers with a fraction are Decimals, so 0.1 + 0.2 is 0.3; a product or a repeated
text that would fill the memory is refused. A record is small and its document is read
by people, so whatever takes half a million steps is a mistake. Steps are counted, not
seconds: the same form is refused on every machine, or on none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import wraps
from types import BuiltinMethodType
from typing import Any, cast

from jinja2 import nodes, pass_context
from jinja2.lexer import Token
from jinja2.runtime import Context, LoopContext, Macro, markup_join, str_join
from jinja2.visitor import NodeTransformer

from rmdocs.language.numbers import EXACT, UnfitValueError, decimal, shown
from rmdocs.messages import message


def exact(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield tokens, the literal ``0.1`` as if it were ``("0.1"|decimal)``.

    Jinja reads it as a binary float, which is not 0.1.
    """
    for token in tokens:
        if token.type != "float":
            yield token
            continue
        line = token.lineno
        yield Token(line, "lparen", "(")
        yield Token(line, "string", f"{token.value}")
        yield Token(line, "pipe", "|")
        yield Token(line, "name", "decimal")
        yield Token(line, "rparen", ")")


INTERCEPTED = frozenset({"+", "-", "*", "/", "//", "%", "**"})
"""Every operator of arithmetic Jinja knows."""

_LONGEST = 100_000
_MOST_BITS = 256
_LARGEST_EXPONENT = 64
_DECIMALS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": EXACT.divide,
    "//": EXACT.divide_int,
    "%": EXACT.remainder,
    "**": EXACT.power,
}


def compute(
    operator: str,
    left: Any,  # noqa: ANN401 - whatever an expression computes with
    right: Any,  # noqa: ANN401 - whatever a template holds
    plain: Callable[[Any, Any], Any],
) -> Any:  # noqa: ANN401 - whatever a template holds
    """Return ``left operator right``.

    :param plain: Python's own operator, for what is neither number nor text.
    :raises UnfitValueError: if the result would be too large, or ``%`` is to
        format a text.
    """
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return _numbers(operator, left, right, plain)
    if isinstance(left, str) and operator == "%":
        raise UnfitValueError(message("texts are joined with ~, not with %"))
    size = _length(operator, left, right)
    if size > _LONGEST:
        raise UnfitValueError(message("the result would have {size} items", size=shown(size)))
    return plain(left, right)


def _numbers(
    operator: str,
    left: float | Decimal,
    right: float | Decimal,
    plain: Callable[[Any, Any], Any],
) -> Any:  # noqa: ANN401 - integer or Decimal
    if operator == "**" and not 0 <= right <= _LARGEST_EXPONENT:
        raise UnfitValueError(message("the exponent {right} is too large", right=shown(right)))
    if operator != "/" and isinstance(left, int) and isinstance(right, int):
        longest = left.bit_length() * (right if operator == "**" else 1)
        if max(longest, right.bit_length()) > _MOST_BITS:
            raise UnfitValueError(message("the number would have too many digits"))
        return plain(left, right)
    return _DECIMALS[operator](decimal(_number(left)), decimal(_number(right)))


def _number(value: float | Decimal) -> float | Decimal:
    return int(value) if isinstance(value, bool) else value


def _length(operator: str, left: object, right: object) -> int:
    """Return how many items a text or list would have; 0 for anything else."""
    if operator == "*":
        for items, count in ((left, right), (right, left)):
            if isinstance(items, Sequence) and isinstance(count, int):
                return len(items) * max(count, 0)
    if operator == "+" and isinstance(left, Sequence) and isinstance(right, Sequence):
        return len(left) + len(right)
    return 0


MOST_STEPS = 500_000
"""Steps that one evaluation or one part of a document may take."""

_CHARACTERS = 128
"""So many characters are a step, as an item of a loop is."""

_PRINT, _CALL, _MACRO = 2, 4, 20
"""What printing a value, calling a filter or function, and calling a macro take at least."""

# No expression can write these names.
_ITEMS, _JOINED, _WEIGHED, _PRINTED = "#items", "#joined", "#weighed", "#printed"


class Counted(Context):
    """What a template sees, and the steps that it has taken."""

    spent = 0

    def spend(self, steps: int) -> None:
        """Count steps.

        :raises UnfitValueError: once there are too many.
        """
        self.spent += steps
        if self.spent > MOST_STEPS:
            raise too_long()


def too_long() -> UnfitValueError:
    """Return the refusal of what goes on for too long."""
    return UnfitValueError(
        message("more than {count} steps: a loop, or a text, is too long", count=MOST_STEPS)
    )


_LIGHT = (type(None), int, Decimal, date)
"""What weighs nothing, of what most values are: it takes long to tell that one is no mapping."""


def weight(value: object) -> int:
    """Return how many steps it takes to go through a value, at most a few over the bound."""
    if isinstance(value, str):
        return len(value) // _CHARACTERS
    if isinstance(value, _LIGHT) or not isinstance(value, (Mapping, list, tuple, range)):
        return 0
    total, waiting = 0, [value]
    while waiting and total <= MOST_STEPS:
        item: Any = waiting.pop()
        if isinstance(item, str):
            total += len(item) // _CHARACTERS
        elif isinstance(item, Mapping):
            total += len(item)
            waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            total += len(item)
            waiting.extend(item)
        elif isinstance(item, range):
            total += len(item)
    return total


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter or test that counts what it is given, and the items that it yields."""
    passed = getattr(getattr(function, "jinja_pass_arg", None), "name", "")

    @pass_context
    @wraps(function)
    def call(context: Counted, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any filter
        context.spend(_CALL + sum(map(weight, (*args, *kwargs.values()))))
        first = {"context": context, "eval_context": context.eval_ctx}.get(passed)
        if passed == "environment":
            first = context.environment
        found = function(*(() if first is None else (first,)), *args, **kwargs)
        return _each(context, found, 1) if isinstance(found, Iterator) else found

    return call


def calling(context: Context, function: object, given: Collection[object]) -> None:
    """Count a call of a function, macro or method."""
    if isinstance(context, Counted):
        own = weight(function.__self__) if isinstance(function, BuiltinMethodType) else 0
        least = _MACRO if isinstance(function, (Macro, LoopContext)) else _CALL
        context.spend(least + own + sum(map(weight, given)))


@pass_context
def _items(context: Counted, items: Any, each: int) -> Any:  # noqa: ANN401 - what a loop goes through
    """Count the items of a loop; each takes some steps of its own."""
    if isinstance(items, Collection):
        context.spend(len(items) * each)
        return items
    return _each(context, items, each) if isinstance(items, Iterator) else items


def _each(context: Counted, items: Iterator[Any], each: int) -> Iterator[Any]:
    for item in items:
        context.spend(each)
        yield item


@pass_context
def _weighed(context: Counted, value: Any) -> Any:  # noqa: ANN401 - whatever a template holds
    context.spend(1 + weight(value))
    return value


@pass_context
def _printed(context: Counted, value: Any) -> Any:  # noqa: ANN401 - whatever a template holds
    context.spend(_PRINT + weight(value))
    return value


@pass_context
def _joined(context: Counted, parts: list[Any]) -> str:
    context.spend(_PRINT + weight(parts))
    return markup_join(parts) if context.eval_ctx.autoescape else str_join(parts)


COUNTING: Mapping[str, Callable[..., Any]] = {
    _ITEMS: _items,
    _JOINED: _joined,
    _WEIGHED: _weighed,
    _PRINTED: _printed,
}
"""Filters that count, which :func:`bounded` puts in."""


def bounded(tree: nodes.Template) -> nodes.Template:
    """Return a template that counts what it goes through, compares, joins and prints."""
    found: nodes.Template = _Bounding().visit(tree)
    return found


class _Bounding(NodeTransformer):
    """Puts counting filters around whatever may take long."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        text = sum(len(piece.data) for piece in node.find_all(nodes.TemplateData))
        each = nodes.Const(1 + text // _CHARACTERS, lineno=node.lineno)
        node.iter = _filtered(cast("nodes.Expr", node.iter), _ITEMS, each)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        if _is_constant(node):
            return node
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOINED)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        compared = [node.expr, *(operand.expr for operand in node.ops)]
        # What is written out is short, and so is what it takes to compare with it.
        if not any(isinstance(one, (nodes.Const, nodes.List, nodes.Tuple)) for one in compared):
            node.expr = _filtered(node.expr, _WEIGHED)
            for operand in node.ops:
                operand.expr = _filtered(operand.expr, _WEIGHED)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _filtered(node.node, _WEIGHED)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        node.nodes = [
            child if _is_constant(child) else _filtered(child, _PRINTED) for child in node.nodes
        ]
        return node


def _filtered(node: nodes.Expr, name: str, *args: nodes.Expr) -> nodes.Filter:
    found = nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)
    environment = next((one.environment for one in _with_children(node) if one.environment), None)
    if environment is not None:
        # What stands further down knows it already.
        for one in (found, node, *args):
            one.environment = environment
    return found


def _with_children(node: nodes.Expr) -> Iterator[nodes.Node]:
    yield node
    yield from node.iter_child_nodes()


def _is_constant(node: nodes.Expr) -> bool:
    if isinstance(node, (nodes.TemplateData, nodes.Const)):
        return True
    try:
        node.as_const()
    except nodes.Impossible:
        return False
    return True

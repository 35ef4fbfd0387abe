"""What arithmetic makes of values whose kinds are known, and where it makes no sense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateError

from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import Text
from rmdocs.rules.environment import sandbox
from rmdocs.rules.mistakes import Mistake, as_texts, misfit, spoken
from rmdocs.rules.shapes import (
    ANY,
    LISTS,
    NOTHING,
    NUMBERS,
    TEXTS,
    Shape,
    Sort,
    Sorts,
    list_of,
    object_of,
    of,
)

Note = Callable[[Mistake], None]

_DATED: Sorts = frozenset({Sort.DATE, Sort.SPAN})
_JOINED: Sorts = TEXTS | NUMBERS | {Sort.DATE}
_REPEATED: Sorts = TEXTS | LISTS


def computed(node: nodes.Node, given: Sequence[Shape], note: Note) -> Shape:
    """Return what is known of a computed value, noting what cannot be computed.

    :param given: what is known of its parts, in their order.
    """
    if isinstance(node, nodes.Not):
        return of(Sort.BOOLEAN)
    if isinstance(node, (nodes.Neg, nodes.Pos)):
        _expect(node.node, given[0], NUMBERS | {Sort.SPAN}, note)
        return given[0]
    if isinstance(node, nodes.Concat):
        for part, shape in zip(node.nodes, given, strict=True):
            _expect(part, shape, _JOINED, note)
        return of(Sort.TEXT)
    if isinstance(node, nodes.Dict):
        keys = [one.key.value if isinstance(one.key, nodes.Const) else None for one in node.items]
        return object_of(dict.fromkeys(map(str, keys), ANY) if None not in keys else None)
    if isinstance(node, nodes.BinExpr):
        return _binary(node, given[0], given[1], note)
    return ANY


def refused(node: nodes.Expr) -> Text | None:
    """Return why something has no value that no record can change; None if it may have one."""
    if isinstance(node, nodes.Filter) and node.node is None:
        return None  # of a block, whose text is not known
    names = node.find_all(nodes.Name)
    if any(name.name not in _sandbox().globals for name in names):
        return None
    result = nodes.Assign(nodes.Name("result", "store", lineno=1), _copied(node), lineno=1)
    try:
        template = _sandbox().from_string(nodes.Template([result], lineno=1))
        value = TemplateExpression(template, undefined_to_none=False)()
        if isinstance(value, Iterator):
            tuple(value)
    except UnfitValueError as problem:
        return problem.reason
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None  # what else is wrong is told by what it is made of
    return None


def _copied(value: Any) -> Any:  # noqa: ANN401 - a node, or what a node is made of
    """Return a syntax tree's own copy: what is compiled is changed."""
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if not isinstance(value, nodes.Node):
        return value
    parts = [_copied(getattr(value, name)) for name in value.fields]
    return type(value)(*parts, lineno=value.lineno)


@cache
def _sandbox() -> Environment:
    return sandbox(autoescape=False)


def _expect(node: nodes.Node, shape: Shape, wanted: Sorts, note: Note) -> bool:
    if shape.never(wanted) or shape.sorts == NOTHING.sorts:
        note(misfit(spoken(node), shape.sorts or shape.known, wanted, node.lineno))
        return False
    return True


def _binary(node: nodes.BinExpr, left: Shape, right: Shape, note: Note) -> Shape:
    adding = isinstance(node, nodes.Add)
    if not left.known or not right.known:
        wanted = (
            NUMBERS | _DATED | (_REPEATED if adding or isinstance(node, nodes.Mul) else NUMBERS)
        )
        for part, shape in ((node.left, left), (node.right, right)):
            _expect(part, shape, wanted, note)
        return ANY
    if adding and left.known == right.known == {Sort.NUMERAL}:
        note(as_texts(spoken(node.left), node.lineno))
    if (adding or isinstance(node, nodes.Sub)) and left.known & _DATED:
        return _dated(node, left, right, note)
    found = _put_together(node, left, right)
    if found is not None:
        return found
    fit = _expect(node.left, left, NUMBERS, note)
    fit = _expect(node.right, right, NUMBERS, note) and fit
    whole = fit and left.known | right.known <= {Sort.INTEGER, Sort.BOOLEAN}
    return of(Sort.INTEGER) if whole and not isinstance(node, nodes.Div) else of(Sort.NUMBER)


def _put_together(node: nodes.BinExpr, left: Shape, right: Shape) -> Shape | None:
    """Return what texts or lists give that are added or repeated; None if they are not."""
    if isinstance(node, nodes.Add):
        if left.known & TEXTS and right.known & TEXTS:
            return of(Sort.TEXT)
        return list_of() if Sort.LIST in left.known & right.known else None
    if isinstance(node, nodes.Mul):
        for one, times in ((left, right), (right, left)):
            if one.known & _REPEATED and Sort.INTEGER in times.known:
                return of(Sort.TEXT) if one.known & TEXTS else list_of()
    return None


def _dated(node: nodes.BinExpr, left: Shape, right: Shape, note: Note) -> Shape:
    between = isinstance(node, nodes.Sub) and Sort.DATE in left.known
    wanted: Sorts = frozenset({Sort.SPAN, Sort.DATE} if between else {Sort.SPAN})
    if not _expect(node.right, right, wanted, note):
        return ANY
    if between and Sort.DATE in right.known:
        return of(Sort.SPAN)
    return left

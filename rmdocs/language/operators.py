"""What arithmetic and comparing give, as far as it is known before any record is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from jinja2 import nodes

from rmdocs.language.mistakes import (
    Mistake,
    as_texts,
    misfit,
    no_choice,
    spoken,
    uncomparable,
)
from rmdocs.language.shapes import (
    A_BOOLEAN,
    A_NUMBER,
    A_TEXT,
    AN_INTEGER,
    ANY,
    LISTS,
    NOTHING,
    NUMBERS,
    SIZED,
    TEXTS,
    Shape,
    Sort,
    Sorts,
    called,
    comparable,
    list_of,
    object_of,
    of,
)

Note: TypeAlias = Callable[[Mistake], None]

_DATED: Sorts = frozenset({Sort.DATE, Sort.SPAN})
_JOINED: Sorts = TEXTS | NUMBERS | {Sort.DATE}
_REPEATED: Sorts = TEXTS | LISTS
_ORDERING = frozenset({"lt", "lteq", "gt", "gteq"})
_AMONG = frozenset({"in", "notin"})


def expect(node: nodes.Node, shape: Shape, wanted: Sorts, note: Note) -> None:
    """Note a value that is known to be nothing of what is wanted."""
    if shape.never(wanted):
        note(misfit(spoken(node), shape.known, wanted, node.lineno))


def computed(node: nodes.Node, given: Sequence[Shape], note: Note) -> Shape:
    """Return what is known of a computed value, noting what cannot be computed.

    :param given: what is known of its parts, in their order.
    """
    if isinstance(node, nodes.Not):
        return A_BOOLEAN
    if isinstance(node, (nodes.Neg, nodes.Pos)):
        _fits(node.node, given[0], NUMBERS | {Sort.SPAN}, note)
        return given[0]
    if isinstance(node, nodes.Concat):
        for part, shape in zip(node.nodes, given, strict=True):
            _fits(part, shape, _JOINED, note)
        return A_TEXT
    if isinstance(node, nodes.Dict):
        keys = [one.key.value if isinstance(one.key, nodes.Const) else None for one in node.items]
        return object_of(dict.fromkeys(map(str, keys), ANY) if None not in keys else None)
    if isinstance(node, nodes.BinExpr):
        return _binary(node, given[0], given[1], note)
    return ANY


def compare(
    first: nodes.Expr, left: Shape, operand: nodes.Operand, right: Shape, note: Note
) -> None:
    """Note two values of which comparing makes no sense.

    :param operand: the operator, and what ``first`` is compared with.
    """
    op, other, line = operand.op, operand.expr, first.lineno
    if op in _AMONG:
        expect(other, right, SIZED, note)
        right = right.item if right.known == LISTS and right.item else ANY
    if op in _ORDERING and left.known == right.known == {Sort.NUMERAL}:
        note(as_texts(spoken(first), line))
    elif not comparable(left, right):
        note(uncomparable(spoken(first), called(left.known), called(right.known), line))
    elif op not in _ORDERING:
        for whole, one in ((left, other), (right, first)):
            among = op in _AMONG
            for choice in _written(one, among=among) if not among or whole is left else ():
                if whole.choices and choice and choice not in whole.choices:
                    note(no_choice(choice, whole.choices, line))


def _written(node: nodes.Expr, *, among: bool) -> Iterator[str]:
    """Yield the texts that are written out here: one, or those of a list."""
    listed = node.items if isinstance(node, (nodes.List, nodes.Tuple)) else None
    if (listed is not None) is among:
        for one in [node] if listed is None else listed:
            if isinstance(one, nodes.Const) and isinstance(one.value, str):
                yield one.value


def _fits(node: nodes.Node, shape: Shape, wanted: Sorts, note: Note) -> bool:
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
            _fits(part, shape, wanted, note)
        return ANY
    if adding and left.known == right.known == {Sort.NUMERAL}:
        note(as_texts(spoken(node.left), node.lineno))
    if (adding or isinstance(node, nodes.Sub)) and left.known & _DATED:
        return _dated(node, left, right, note)
    found = _put_together(node, left, right)
    if found is not None:
        return found
    fit = _fits(node.left, left, NUMBERS, note)
    fit = _fits(node.right, right, NUMBERS, note) and fit
    whole = fit and left.known | right.known <= {Sort.INTEGER, Sort.BOOLEAN}
    return AN_INTEGER if whole and not isinstance(node, nodes.Div) else A_NUMBER


def _put_together(node: nodes.BinExpr, left: Shape, right: Shape) -> Shape | None:
    """Return what texts or lists give that are added or repeated; None if they are not."""
    if isinstance(node, nodes.Add):
        if left.known & TEXTS and right.known & TEXTS:
            return A_TEXT
        return list_of() if Sort.LIST in left.known & right.known else None
    if isinstance(node, nodes.Mul):
        for one, times in ((left, right), (right, left)):
            if one.known & _REPEATED and Sort.INTEGER in times.known:
                return A_TEXT if one.known & TEXTS else list_of()
    return None


def _dated(node: nodes.BinExpr, left: Shape, right: Shape, note: Note) -> Shape:
    between = isinstance(node, nodes.Sub) and Sort.DATE in left.known
    wanted: Sorts = frozenset({Sort.SPAN, Sort.DATE} if between else {Sort.SPAN})
    if not _fits(node.right, right, wanted, note):
        return ANY
    if between and Sort.DATE in right.known:
        return of(Sort.SPAN)
    return left

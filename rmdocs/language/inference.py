"""What is known of an expression's value, and where the expression is mistaken.

Each part of it is read once, with the names that its place can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from rmdocs.language import mistakes
from rmdocs.language.functions import (
    DATE_METHODS,
    FOLLOWING,
    OF_A_DATE,
    OF_A_SPAN,
    TEXT_METHODS,
    Entry,
    Filter,
)
from rmdocs.language.mistakes import Mistake
from rmdocs.language.numbers import UnfitValueError
from rmdocs.language.operators import compare, computed, expect
from rmdocs.language.sandbox import FILTERS, FUNCTIONS, TESTS, ready_expression
from rmdocs.language.shapes import (
    A_BOOLEAN,
    A_TEXT,
    ANY,
    NOTHING,
    TEXTS,
    Scope,
    Seen,
    Shape,
    Sort,
    Use,
    either,
    item_of,
    list_of,
    of,
    written,
)
from rmdocs.messages import Text

Names: TypeAlias = dict[str, Seen]
"""What stands at each name that a place can see."""


class Values:
    """Reads expressions with the names that each place can see."""

    def __init__(self, scope: Scope | None) -> None:
        self._open = scope is None
        self.root: Names = {
            name: Seen(shape=shape, paths=(name,)) for name, shape in (scope or {}).items()
        }
        self.within: tuple[str, ...] = ()
        self._calls: dict[str, set[str]] = {}
        self.uses: list[Use] = []
        self.mistakes: list[Mistake] = []

    def note(self, mistake: Mistake) -> None:
        """Note a mistake, once."""
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def read(self, node: nodes.Node | None, names: Names) -> Seen:
        """Note what ``node`` reads, and return what stands there."""
        if node is None:
            return Seen(shape=ANY)
        found = self.value(node, names)
        if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            self.uses += [Use(path=path, line=node.lineno) for path in found.paths]
        if isinstance(node, (nodes.BinExpr, nodes.Filter, nodes.Call)):
            refusal = _refused(node)
            if refusal is not None:
                self.note(mistakes.no_value(refusal, node.lineno))
        return found

    def value(self, node: nodes.Node, names: Names) -> Seen:
        """Return what stands there, its parts noted."""
        for kind, reading in _READINGS:
            if isinstance(node, kind):
                return reading(self, node, names)
        given = [self.read(child, names).shape for child in node.iter_child_nodes()]
        return Seen(shape=computed(node, given, self.note))

    def chosen(self, node: nodes.CondExpr, names: Names) -> Seen:
        """Read ``a if b else c``."""
        self.read(node.test, names)
        return either(self.read(node.expr1, names), self.read(node.expr2, names))

    def joined(self, node: nodes.And | nodes.Or, names: Names) -> Seen:
        """Read ``a and b`` or ``a or b``, which give one of the two."""
        left, right = self.read(node.left, names), self.read(node.right, names)
        shape = left.shape if isinstance(node, nodes.Or) else _if_false(left.shape)
        return either(Seen(shape=shape, paths=left.paths), right)

    def attribute(self, node: nodes.Getattr, names: Names) -> Seen:
        """Read ``a.b``."""
        return self.below(self.value(node.node, names), node.attr, node.lineno)

    def constant(self, node: nodes.Const, _names: Names) -> Seen:
        """Read what is written out."""
        return Seen(shape=written(node.value))

    def listed(self, node: nodes.List | nodes.Tuple, names: Names) -> Seen:
        """Read ``[a, b]``."""
        found = [self.read(item, names).shape for item in node.items]
        if not found:
            return Seen(shape=list_of())
        item = found[0]
        for other in found[1:]:
            item = item.or_else(other)
        return Seen(shape=list_of(item))

    def name(self, node: nodes.Name, names: Names) -> Seen:
        """Read a name; note one that there is not."""
        if node.name in names:
            found = names[node.name]
            if found.maybe:
                self.note(mistakes.set_sometimes(node.name, node.lineno))
            return found
        if node.name in FUNCTIONS:
            return Seen(shape=ANY)
        if self._open:
            return Seen(shape=ANY, paths=(node.name,))
        self.note(mistakes.unknown(node.name, node.name, names, node.lineno))
        return Seen(shape=ANY, paths=(node.name,))

    def below(self, owner: Seen, name: str, line: int) -> Seen:
        """Return what a name leads to in what stands somewhere."""
        shape = owner.shape
        if shape.names is not None and name in shape.names:
            return owner.step(f".{name}", shape.names[name])
        if shape.item is not None and Sort.OBJECT in shape.known and shape.names is None:
            return owner.step(f".{name}", shape.item)
        if shape.known == {Sort.DATE} and name in OF_A_DATE:
            return Seen(shape=OF_A_DATE[name])
        free = shape.names is None and (not shape.known or Sort.OBJECT in shape.known)
        if self._open or (free and shape.sorts != NOTHING.sorts) or name in _methods(shape):
            return owner.step(f".{name}", ANY)
        if shape.known == {Sort.SPAN} and name in OF_A_SPAN:
            return Seen(shape=OF_A_SPAN[name])
        path = f"{owner.paths[0]}.{name}" if owner.paths else name
        there = list(shape.names or _methods(shape))
        self.note(mistakes.unknown(path, name, there, line, shape))
        return owner.step(f".{name}", ANY)

    def item(self, node: nodes.Getitem, names: Names) -> Seen:
        """Read ``a[b]``."""
        if isinstance(node.arg, nodes.Slice):
            self.read(node.arg, names)
            whole = self.value(node.node, names)
            cut = A_TEXT if whole.shape.known & TEXTS else whole.shape
            return replace(whole, shape=cut)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self.below(self.value(node.node, names), node.arg.value, node.lineno)
        if isinstance(node.arg, nodes.Const):
            whole = self.value(node.node, names)
            return whole.step("[]", item_of(whole.shape))
        self.read(node.arg, names)
        whole = self.read(node.node, names)
        keyed = Sort.OBJECT in whole.shape.known and whole.shape.item is not None
        return Seen(shape=(whole.shape.item or ANY) if keyed else item_of(whole.shape))

    def filtered(self, node: nodes.Filter, names: Names) -> Seen:
        """Read ``a|b``."""
        entry = FILTERS.get(node.name)
        lenient = entry is not None and entry.in_branches
        whole = Seen(shape=A_TEXT)
        if node.node is not None:
            whole = self.read(node.node, _certain(names) if lenient else names)
        given = [whole.shape, *(self.read(one, names).shape for one in node.args)]
        for pair in node.kwargs:
            self.read(pair.value, names)
        if entry is None:
            self.note(mistakes.no_filter(node.name, FILTERS, node.lineno))
            return Seen(shape=ANY)
        self.arity(entry, node.name, len(given), [*_keywords(node)], node)
        item = whole.step("[]", item_of(whole.shape))
        found = self.of_items(entry, node, item)
        if node.name == "map":
            return self.mapped(node, found or item, names, by_property=found is not None)
        self.takes(entry, given, [node.node, *node.args])
        step = FOLLOWING.get(entry.gives)
        shape = entry.result(given)
        return Seen(shape=shape) if step is None else whole.step(step, shape)

    def of_items(self, entry: Filter, node: nodes.Filter, item: Seen) -> Seen | None:
        """Read the property and the test of the items that a filter names in quotes.

        :returns: what is known of the property; None if it names none.
        """
        quoted = [one.value if isinstance(one, nodes.Const) else None for one in node.args]
        declared = {one.name for one in entry.parameters() or ()}
        named = entry.name == "map" or "attribute" in declared
        name = _keywords(node).get("attribute") if named else None
        at = entry.item_name
        if at is not None and at < len(quoted) and name is None:
            name = quoted[at]
        found = item
        for step in name.split(".") if isinstance(name, str) else ():
            found = (
                found.step("[]", item_of(found.shape))
                if step.isdigit()
                else self.below(found, step, node.lineno)
            )
        at = entry.item_test
        if at is not None and at < len(quoted) and isinstance(quoted[at], str):
            self.test_named(str(quoted[at]), len(node.args) - at, node)
        if name is None:
            return None
        return found if isinstance(name, str) else Seen(shape=ANY)

    def mapped(self, node: nodes.Filter, found: Seen, names: Names, *, by_property: bool) -> Seen:
        """Return what ``map`` makes of each item: a property, or what a filter gives.

        :param found: what is known of that property, of the item otherwise.
        """
        if by_property:
            return Seen(shape=list_of(found.shape))
        name = node.args[0].value if node.args and isinstance(node.args[0], nodes.Const) else None
        if not isinstance(name, str):
            return Seen(shape=list_of())
        entry = FILTERS.get(name)
        if entry is None:
            self.note(mistakes.no_filter(name, FILTERS, node.lineno))
            return Seen(shape=list_of(ANY))
        given = [found.shape, *(self.read(one, names).shape for one in node.args[1:])]
        self.arity(entry, name, len(given), [*_keywords(node)], node)
        self.takes(entry, given, [node.node, *node.args[1:]])
        return Seen(shape=list_of(entry.result(given)))

    def tested(self, node: nodes.Test, names: Names) -> Seen:
        """Read ``a is b``."""
        entry = TESTS.get(node.name)
        lenient = entry is not None and entry.in_branches
        self.read(node.node, _certain(names) if lenient else names)
        for one in (*node.args, *(pair.value for pair in node.kwargs)):
            self.read(one, names)
        self.test_named(node.name, len(node.args) + 1, node)
        return Seen(shape=A_BOOLEAN)

    def test_named(self, name: str, given: int, node: nodes.Test | nodes.Filter) -> None:
        """Note a test that there is not, or that takes other values."""
        entry = TESTS.get(name)
        if entry is None:
            self.note(mistakes.no_test(name, TESTS, node.lineno))
        elif not isinstance(node, nodes.Test) or node.dyn_args is None:
            self.arity(entry, name, given, [], node)

    def call(self, node: nodes.Call, names: Names) -> Seen:
        """Read ``a(b)``."""
        given = [self.read(one, names).shape for one in node.args]
        for pair in node.kwargs:
            self.read(pair.value, names)
        function = node.node
        if isinstance(function, nodes.Getattr):
            owner = self.value(function.node, names)
            self.below(owner, function.attr, node.lineno)
            return Seen(shape=_methods(owner.shape).get(function.attr, ANY))
        if not isinstance(function, nodes.Name):
            self.read(function, names)
            return Seen(shape=ANY)
        if function.name in names:
            return self.macro_called(function, names)
        entry = FUNCTIONS.get(function.name)
        if entry is None:
            known = [*FUNCTIONS, *(one for one, seen in names.items() if seen.macro)]
            self.note(mistakes.no_function(function.name, known, node.lineno))
            return Seen(shape=ANY)
        named = [one.key for one in node.kwargs]
        self.arity(entry, function.name, len(given), named, node)
        self.takes(entry, given, node.args)
        return Seen(shape=entry.result(given))

    def macro_called(self, function: nodes.Name, names: Names) -> Seen:
        """Read ``a(b)`` where ``a`` is a name of the record or a macro."""
        called_macro = names[function.name].macro
        for macro in self.within if called_macro else ():
            self._calls.setdefault(macro, set()).add(called_macro)
        if called_macro and self._reaches(called_macro, called_macro):
            self.note(mistakes.calls_itself(called_macro, function.lineno))
        self.name(function, names)
        return Seen(shape=A_TEXT if called_macro else ANY)

    def _reaches(self, start: str, end: str) -> bool:
        waiting = [start]
        done: set[str] = set()
        while waiting:
            for called_macro in self._calls.get(waiting.pop(), set()) - done:
                if called_macro == end:
                    return True
                done.add(called_macro)
                waiting.append(called_macro)
        return False

    def arity(
        self, entry: Entry, name: str, given: int, named: list[str], node: nodes.Node
    ) -> None:
        """Note a function that is given too much or too little.

        :param name: the one it is called by.
        """
        spread = getattr(node, "dyn_args", None) or getattr(node, "dyn_kwargs", None)
        if spread is None and not entry.takes_so_many(given, named):
            self.note(mistakes.wrong_count(name, node.lineno))

    def takes(
        self, entry: Entry, given: Sequence[Shape], parts: Sequence[nodes.Expr | None]
    ) -> None:
        """Note what a function is given and cannot take."""
        for wanted, shape, part in zip(entry.takes, given, parts, strict=False):
            if wanted is not None and part is not None:
                expect(part, shape, wanted, self.note)

    def compared(self, node: nodes.Compare, names: Names) -> Seen:
        """Read ``a < b``, ``a in b`` and the like."""
        left, left_node = self.read(node.expr, names).shape, node.expr
        for operand in node.ops:
            right = self.read(operand.expr, names).shape
            compare(left_node, left, operand, right, self.note)
            left, left_node = right, operand.expr
        return Seen(shape=A_BOOLEAN)


def _refused(node: nodes.Expr) -> Text | None:
    """Return why something has no value that no record can change; None if it may have one."""
    if isinstance(node, nodes.Filter) and node.node is None:
        return None  # of a block, whose text is not known
    if any(name.name not in FUNCTIONS for name in node.find_all(nodes.Name)):
        return None
    try:
        value = ready_expression(node)({})
        if isinstance(value, Iterator):
            tuple(value)
    except UnfitValueError as problem:
        return problem.reason
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None  # what else is wrong is told by what it is made of
    return None


def _keywords(node: nodes.Filter) -> dict[str, object]:
    """Return what a filter is given by name: what is written out, None else."""
    return {
        str(one.key): one.value.value if isinstance(one.value, nodes.Const) else None
        for one in node.kwargs
    }


def _certain(names: Names) -> Names:
    return {name: replace(seen, maybe=False) for name, seen in names.items()}


def _if_false(shape: Shape) -> Shape:
    """Return what the left of ``and`` gives where it decides: a no, or as good as nothing."""
    if shape.sorts is None:
        return ANY
    return of(Sort.NOTHING, *(shape.sorts & {Sort.BOOLEAN}))


def _methods(shape: Shape) -> Mapping[str, Shape]:
    words = shape.known & TEXTS or (not shape.known and shape.names is not None)
    found = TEXT_METHODS if words else {}
    return {**found, **DATE_METHODS} if Sort.DATE in shape.known else found


_Reading: TypeAlias = Callable[[Values, Any, Names], Seen]
_READINGS: tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], _Reading], ...] = (
    (nodes.Name, Values.name),
    (nodes.Getattr, Values.attribute),
    (nodes.Getitem, Values.item),
    (nodes.CondExpr, Values.chosen),
    ((nodes.And, nodes.Or), Values.joined),
    (nodes.Filter, Values.filtered),
    (nodes.Test, Values.tested),
    (nodes.Call, Values.call),
    (nodes.Const, Values.constant),
    ((nodes.List, nodes.Tuple), Values.listed),
    (nodes.Compare, Values.compared),
)

"""What is known of an expression's value, and where the expression is mistaken.

Each part of it is read once, with the names that its place can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from jinja2 import nodes

from rmdocs.language import mistakes
from rmdocs.language.functions import (
    DATE_METHODS,
    FILTER_SIGNATURES,
    FUNCTION_SIGNATURES,
    METHOD_SIGNATURES,
    OF_A_DATE,
    TEXT_METHODS,
    Signature,
    is_called_rightly,
    item_of,
    names_of,
)
from rmdocs.language.mistakes import Mistake, computed, refused, spoken
from rmdocs.language.shapes import (
    ANY,
    LISTS,
    NOTHING,
    TEXTS,
    Names,
    Scope,
    Seen,
    Shape,
    Sort,
    Sorts,
    Use,
    called,
    comparable,
    either,
    list_of,
    of,
    written,
)

_SAME_ITEMS = frozenset(
    {"list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr", "default"}
)
_ONE_ITEM = frozenset({"first", "last"})
_BY_ATTRIBUTE = {"selectattr": 0, "rejectattr": 0, "groupby": 0}
_NAMED_ATTRIBUTE = frozenset({"map", "sum", "sort", "min", "max", "join", "groupby", "unique"})
_TESTING = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
_ALLOWS_MAYBE = frozenset({"default", "d", "defined", "undefined"})


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
            refusal = refused(node)
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
        if node.name in FUNCTION_SIGNATURES:
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
            return Seen(shape=of(Sort.INTEGER))
        free = shape.names is None and (not shape.known or Sort.OBJECT in shape.known)
        if self._open or (free and shape.sorts != NOTHING.sorts) or name in _methods(shape):
            return owner.step(f".{name}", ANY)
        if shape.known == {Sort.SPAN} and name == "days":
            return Seen(shape=of(Sort.INTEGER))
        path = f"{owner.paths[0]}.{name}" if owner.paths else name
        there = list(shape.names or _methods(shape))
        self.note(mistakes.unknown(path, name, there, line, shape))
        return owner.step(f".{name}", ANY)

    def item(self, node: nodes.Getitem, names: Names) -> Seen:
        """Read ``a[b]``."""
        if isinstance(node.arg, nodes.Slice):
            self.read(node.arg, names)
            whole = self.value(node.node, names)
            cut = of(Sort.TEXT) if whole.shape.known & TEXTS else whole.shape
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
        lenient = node.name in _ALLOWS_MAYBE
        whole = Seen(shape=of(Sort.TEXT))
        if node.node is not None:
            whole = self.read(node.node, _certain(names) if lenient else names)
        given = [self.read(one, names).shape for one in node.args]
        named = _keywords(node)
        for pair in node.kwargs:
            self.read(pair.value, names)
        if node.name not in names_of("filters"):
            self.note(mistakes.no_filter(node.name, node.lineno))
            return Seen(shape=ANY)
        self.arity("filters", node.name, len(given) + 1, [*named], node)
        shape = self.applied(node, whole, names)
        if shape is None:
            signature = FILTER_SIGNATURES[node.name]
            self.takes(signature, [whole.shape, *given], [node.node, *node.args])
            shape = signature.result([whole.shape, *given])
        if node.name in _SAME_ITEMS:
            return Seen(shape=shape, paths=whole.paths)
        if node.name in _ONE_ITEM:
            return Seen(shape=shape, paths=tuple(f"{path}[]" for path in whole.paths))
        return Seen(shape=shape)

    def applied(self, node: nodes.Filter, whole: Seen, names: Names) -> Shape | None:
        """Read what filters name in quotes: properties, filters and tests.

        :returns: what is known of the value of ``map``; None of any other filter.
        """
        quoted = [one.value if isinstance(one, nodes.Const) else None for one in node.args]
        by_name = _keywords(node)
        item = whole.step("[]", item_of(whole.shape))
        attribute = by_name.get("attribute") if node.name in _NAMED_ATTRIBUTE else None
        at = _BY_ATTRIBUTE.get(node.name)
        if at is not None and at < len(quoted) and attribute is None:
            attribute = quoted[at]
        found = item
        for step in attribute.split(".") if isinstance(attribute, str) else ():
            found = (
                found.step("[]", item_of(found.shape))
                if step.isdigit()
                else self.below(found, step, node.lineno)
            )
        at = _TESTING.get(node.name)
        if at is not None and at < len(quoted) and isinstance(quoted[at], str):
            self.test_named(str(quoted[at]), len(node.args) - at, node)
        if node.name != "map":
            return None
        if attribute is not None:
            return list_of(found.shape if isinstance(attribute, str) else ANY)
        if quoted and isinstance(quoted[0], str):
            return list_of(self.mapped(quoted[0], item.shape, node, names))
        return list_of()

    def mapped(self, name: str, item: Shape, node: nodes.Filter, names: Names) -> Shape:
        """Return what a filter that is named in quotes makes of each item."""
        if name not in names_of("filters"):
            self.note(mistakes.no_filter(name, node.lineno))
            return ANY
        given = [self.read(one, names).shape for one in node.args[1:]]
        self.arity("filters", name, len(given) + 1, [*_keywords(node)], node)
        signature = FILTER_SIGNATURES.get(name, Signature())
        self.takes(signature, [item, *given], [node.node, *node.args[1:]])
        return signature.result([item, *given])

    def tested(self, node: nodes.Test, names: Names) -> Seen:
        """Read ``a is b``."""
        self.read(node.node, _certain(names) if node.name in _ALLOWS_MAYBE else names)
        for one in (*node.args, *(pair.value for pair in node.kwargs)):
            self.read(one, names)
        self.test_named(node.name, len(node.args) + 1, node)
        return Seen(shape=of(Sort.BOOLEAN))

    def test_named(self, name: str, given: int, node: nodes.Test | nodes.Filter) -> None:
        """Note a test that there is not, or that takes other values."""
        if name not in names_of("tests"):
            self.note(mistakes.no_test(name, node.lineno))
        elif not isinstance(node, nodes.Test) or node.dyn_args is None:
            self.arity("tests", name, given, [], node)

    def call(self, node: nodes.Call, names: Names) -> Seen:
        """Read ``a(b)``."""
        given = [self.read(one, names).shape for one in node.args]
        named = [one.key for one in node.kwargs]
        for pair in node.kwargs:
            self.read(pair.value, names)
        function = node.node
        if isinstance(function, nodes.Getattr):
            owner = self.value(function.node, names)
            self.below(owner, function.attr, node.lineno)
            if function.attr in _methods(owner.shape):
                return Seen(shape=METHOD_SIGNATURES.get(function.attr, of(Sort.TEXT)))
            return Seen(shape=ANY)
        if not isinstance(function, nodes.Name):
            self.read(function, names)
            return Seen(shape=ANY)
        if function.name in names:
            called_macro = names[function.name].macro
            for macro in self.within if called_macro else ():
                self._calls.setdefault(macro, set()).add(called_macro)
            if called_macro and self._reaches(called_macro, called_macro):
                self.note(mistakes.calls_itself(called_macro, node.lineno))
            self.name(function, names)
            return Seen(shape=of(Sort.TEXT) if called_macro else ANY)
        if function.name not in FUNCTION_SIGNATURES:
            known = [*FUNCTION_SIGNATURES, *(one for one, seen in names.items() if seen.macro)]
            self.note(mistakes.no_function(function.name, known, node.lineno))
            return Seen(shape=ANY)
        self.arity("globals", function.name, len(given), named, node)
        signature = FUNCTION_SIGNATURES[function.name]
        self.takes(signature, given, node.args)
        return Seen(shape=signature.result(given))

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

    def arity(self, kind: str, name: str, given: int, named: list[str], node: nodes.Node) -> None:
        """Note a function that is given too much or too little."""
        spread = getattr(node, "dyn_args", None) or getattr(node, "dyn_kwargs", None)
        if spread is None and not is_called_rightly(kind, name, given, named):
            self.note(mistakes.wrong_count(name, node.lineno))

    def takes(
        self, signature: Signature, given: Sequence[Shape], parts: Sequence[nodes.Expr | None]
    ) -> None:
        """Note what a function is given and cannot take."""
        for wanted, shape, part in zip(signature.takes, given, parts, strict=False):
            if wanted is not None and part is not None:
                self.expect(part, shape, wanted)

    def expect(self, node: nodes.Node, shape: Shape, wanted: Sorts) -> None:
        """Note a value that is known to be nothing of what is wanted."""
        if shape.never(wanted):
            self.note(mistakes.misfit(spoken(node), shape.known, wanted, node.lineno))

    def compared(self, node: nodes.Compare, names: Names) -> Seen:
        """Read ``a < b``, ``a in b`` and the like."""
        left, left_node = self.read(node.expr, names).shape, node.expr
        for operand in node.ops:
            right = self.read(operand.expr, names).shape
            self.compare(operand.op, left, right, left_node, operand.expr)
            left, left_node = right, operand.expr
        return Seen(shape=of(Sort.BOOLEAN))

    def compare(
        self, op: str, left: Shape, right: Shape, first: nodes.Expr, other: nodes.Expr
    ) -> None:
        """Note two values of which comparing makes no sense."""
        line = first.lineno
        if op in {"in", "notin"}:
            self.expect(other, right, LISTS | TEXTS | {Sort.OBJECT})
            right = right.item if right.known == LISTS and right.item else ANY
        numerals = {Sort.NUMERAL}
        if op in {"lt", "lteq", "gt", "gteq"} and left.known == right.known == numerals:
            self.note(mistakes.as_texts(spoken(first), line))
        elif not comparable(left, right):
            pair = called(left.known), called(right.known)
            self.note(mistakes.uncomparable(spoken(first), *pair, line))
        elif op not in {"lt", "lteq", "gt", "gteq"}:
            for whole, one in ((left, other), (right, first)):
                among = op in {"in", "notin"}
                for choice in _written(one, among=among) if not among or whole is left else ():
                    if whole.choices and choice and choice not in whole.choices:
                        self.note(mistakes.no_choice(choice, whole.choices, line))


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


def _methods(shape: Shape) -> frozenset[str]:
    words = shape.known & TEXTS or (not shape.known and shape.names is not None)
    found = TEXT_METHODS if words else frozenset()
    return found | DATE_METHODS if Sort.DATE in shape.known else found


def _written(node: nodes.Expr, *, among: bool) -> Iterator[str]:
    """Yield the texts that are written out here: one, or those of a list."""
    listed = node.items if isinstance(node, (nodes.List, nodes.Tuple)) else None
    if (listed is not None) is among:
        for one in [node] if listed is None else listed:
            if isinstance(one, nodes.Const) and isinstance(one.value, str):
                yield one.value


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

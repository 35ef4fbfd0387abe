"""What an expression or template reads, before any record is there: names, mistakes, shapes.

One walk through the syntax tree, with the names that each place can see: loop
variables, ``set``, ``with`` and macros are followed. What a form's names are is the
business of ``forms``, what its template sees besides that of ``rendering``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from jinja2 import nodes

from rmdocs.classes import dataclass
from rmdocs.language import mistakes
from rmdocs.language.bounds import MOST_STEPS
from rmdocs.language.inference import Names, Values
from rmdocs.language.mistakes import Mistake
from rmdocs.language.operators import expect
from rmdocs.language.shapes import (
    A_BOOLEAN,
    A_TEXT,
    AN_INTEGER,
    ANY,
    PRINTED,
    SIZED,
    Scope,
    Seen,
    Shape,
    Use,
    item_of,
    object_of,
)

_LOOP = object_of(
    {
        **dict.fromkeys(("index", "index0", "revindex", "revindex0"), AN_INTEGER),
        **dict.fromkeys(("length", "depth", "depth0"), AN_INTEGER),
        **dict.fromkeys(("first", "last"), A_BOOLEAN),
        **dict.fromkeys(("previtem", "nextitem", "cycle", "changed"), ANY),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an expression or template reads.

    :param shape: what is known of an expression's value.
    :param uses: every use of a name.
    :param mistakes: what is wrong, in the order of the text.
    """

    shape: Shape
    uses: tuple[Use, ...]
    mistakes: tuple[Mistake, ...]


def read_expression(tree: nodes.Expr, scope: Scope | None) -> Reading:
    """Return what an expression reads.

    :param scope: the names there are; None if any name is taken for one.
    """
    reader = _Reader(scope)
    shape = reader.read(tree, dict(reader.root)).shape
    return Reading(shape=shape, uses=tuple(reader.uses), mistakes=tuple(reader.mistakes))


def read_template(tree: nodes.Template, scope: Scope | None) -> Reading:
    """Return what a template reads, or a sentence with expressions."""
    reader = _Reader(scope)
    reader.block(tree.body, dict(reader.root))
    return Reading(shape=ANY, uses=tuple(reader.uses), mistakes=tuple(reader.mistakes))


def leaves(paths: Collection[str]) -> frozenset[str]:
    """Return ``paths`` without those that only lead to others."""
    parents = {parent for path in paths for parent in _parents(path)}
    return frozenset(path for path in paths if path not in parents)


def _parents(path: str) -> Iterator[str]:
    for end, sign in enumerate(path):
        if sign in ".[" and end:
            yield path[:end]


class _Reader(Values):
    """Walks a syntax tree with the names each place can see."""

    def __init__(self, scope: Scope | None) -> None:
        super().__init__(scope)
        self._turns = 1

    def block(self, body: Iterable[nodes.Node], names: Names) -> None:
        statements = list(body)
        for node in statements:
            if isinstance(node, nodes.Macro):
                names[node.name] = Seen(shape=ANY, macro=node.name)
        for node in statements:
            self.statement(node, names)

    def statement(self, node: nodes.Node, names: Names) -> None:  # noqa: C901, PLR0912 - a case each
        if isinstance(node, nodes.For):
            self.loop(node, names)
        elif isinstance(node, nodes.If):
            self.branches(node, names)
        elif isinstance(node, nodes.Assign):
            self.bind(node.target, self.read(node.node, names), names)
        elif isinstance(node, nodes.With):
            inner = dict(names)
            for target, value in zip(node.targets, node.values, strict=True):
                self.bind(target, self.read(value, names), inner)
            self.block(node.body, inner)
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            self.macro(node, names)
        elif isinstance(node, nodes.AssignBlock):
            self.block(node.body, dict(names))
            self.bind(node.target, Seen(shape=A_TEXT), names)
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    self.printed(part, self.read(part, names).shape)
        elif isinstance(node, nodes.Expr):
            self.read(node, names)
        elif isinstance(node, nodes.FilterBlock):
            self.read(node.filter, names)
            self.block(node.body, dict(names))
        else:
            self.block(node.iter_child_nodes(), names)

    def printed(self, node: nodes.Node, shape: Shape) -> None:
        """Note what a document would print as only a program reads it."""
        expect(node, shape, PRINTED, self.note)

    def loop(self, node: nodes.For, names: Names) -> None:
        turns = self._turns
        self._turns *= _length(node.iter)
        if self._turns > MOST_STEPS:
            self.note(mistakes.too_long(self._turns, node.lineno))
        items = self.read(node.iter, names)
        expect(node.iter, items.shape, SIZED, self.note)
        inner = {**names, "loop": Seen(shape=_LOOP, paths=())}
        self.bind(node.target, items.step("[]", item_of(items.shape)), inner)
        if node.test is not None:
            self.read(node.test, inner)
        self.block(node.body, inner)
        self._turns = turns
        self.block(node.else_, dict(names))

    def branches(self, node: nodes.If, names: Names) -> None:
        """Read the branches of a condition; what only some of them set is only maybe there."""
        self.read(node.test, names)
        ends = []
        bodies: list[Sequence[nodes.Node]] = [node.body, *map(_alone, node.elif_), node.else_]
        for body in bodies:
            inner = dict(names)
            self.block(body, inner)
            ends.append(inner)
        for name in {name for end in ends for name in end}:
            found = [end[name] for end in ends if name in end]
            if found != [names.get(name)] * len(ends):
                shape = found[0].shape
                for other in found[1:]:
                    shape = shape.or_else(other.shape)
                maybe = len(found) < len(ends) or any(one.maybe for one in found)
                paths = tuple(dict.fromkeys(path for one in found for path in one.paths))
                names[name] = Seen(shape=shape, paths=paths, maybe=maybe, macro=found[0].macro)

    def macro(self, node: nodes.Macro | nodes.CallBlock, names: Names) -> None:
        inner = {**names, **dict.fromkeys(("caller", "varargs", "kwargs"), Seen(shape=ANY))}
        for default in node.defaults:
            self.read(default, names)
        outer = self.within
        if isinstance(node, nodes.CallBlock):
            self.read(node.call, names)
        else:
            self.within = (*outer, node.name)
        for argument in node.args:
            self.bind(argument, Seen(shape=ANY), inner)
        self.block(node.body, inner)
        self.within = outer

    def bind(self, target: nodes.Node, value: Seen, names: Names) -> None:
        if isinstance(target, nodes.Name):
            names[target.name] = replace(value, maybe=False)
        elif isinstance(target, nodes.NSRef):
            self.name(nodes.Name(target.name, "load", lineno=target.lineno), names)
        else:
            for name in target.find_all(nodes.Name):
                names[name.name] = Seen(shape=ANY)


def _alone(node: nodes.Node) -> Sequence[nodes.Node]:
    return (node,)


def _length(node: nodes.Node) -> int:
    """Return how often a loop goes round, as far as it says so itself; 1 else."""
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return max(len(node.items), 1)
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return 1
    bounds = [one.value for one in node.args if isinstance(one, nodes.Const)]
    whole = len(bounds) == len(node.args) and all(type(one) is int for one in bounds)
    if node.node.name != "range" or node.kwargs or not whole:
        return 1
    try:
        return max(len(range(*bounds)), 1)
    except (TypeError, ValueError, OverflowError):
        return 1

"""The names a template uses, as dotted paths: ``content.guarantors[].name``.

Loop variables and ``{% set %}`` names are followed back to the record. What
names exist is the schema's affair; the comparison is in ``lint``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes

_SAME_ITEMS = frozenset(
    {"list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr", "default"}
)
_ONE_ITEM = frozenset({"first", "last"})
_Paths = tuple[str, ...]
_Scope = dict[str, _Paths]


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a name.

    :param path: dotted path from the context; ``[]`` stands for an item.
    :param line: line of the source the template was parsed from.
    """

    path: str
    line: int


def uses(tree: nodes.Template, known: Collection[str] = ()) -> list[Use]:
    """Return every use of a name in ``tree``, except of the ``known`` globals."""
    reader = _Reader(frozenset(known))
    reader.block(tree.body, {})
    return reader.found


def used_in_sources(sources: Iterable[str], environment: Environment) -> frozenset[str]:
    """Return the paths used in patched sources, the longest only.

    :raises jinja2.TemplateSyntaxError: if a source is not valid.
    """
    found = {
        use.path
        for source in sources
        for use in uses(environment.parse(source), environment.globals)
    }
    return leaves(found)


def leaves(paths: Collection[str]) -> frozenset[str]:
    """Return ``paths`` without those that only lead to others."""
    parents = {parent for path in paths for parent in _parents(path)}
    return frozenset(path for path in paths if path not in parents)


def _parents(path: str) -> Iterator[str]:
    for end, sign in enumerate(path):
        if sign in ".[" and end:
            yield path[:end]


class _Reader:
    """Walks a syntax tree with the names each place can see."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.found: list[Use] = []

    def block(self, body: Iterable[nodes.Node], scope: _Scope) -> None:
        for node in body:
            self.statement(node, scope)

    def statement(self, node: nodes.Node, scope: _Scope) -> None:
        if isinstance(node, nodes.For):
            self.loop(node, scope)
        elif isinstance(node, nodes.Assign):
            self.bind(node.target, self.use(node.node, scope), scope)
        elif isinstance(node, nodes.With):
            inner = dict(scope)
            for target, value in zip(node.targets, node.values, strict=True):
                self.bind(target, self.use(value, scope), inner)
            self.block(node.body, inner)
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            self.macro(node, scope)
        elif isinstance(node, nodes.AssignBlock):
            self.block(node.body, scope)
            self.bind(node.target, (), scope)
        elif isinstance(node, nodes.Expr):
            self.use(node, scope)
        else:  # if, output, filter and scope blocks: their parts in order
            self.block(node.iter_child_nodes(), scope)

    def loop(self, node: nodes.For, scope: _Scope) -> None:
        inner = {**scope, "loop": ()}
        items = tuple(f"{path}[]" for path in self.use(node.iter, scope))
        self.bind(node.target, items, inner)
        if node.test is not None:
            self.use(node.test, inner)
        self.block(node.body, inner)
        self.block(node.else_, dict(scope))

    def macro(self, node: nodes.Macro | nodes.CallBlock, scope: _Scope) -> None:
        inner: _Scope = {**scope, "caller": (), "varargs": (), "kwargs": ()}
        for default in node.defaults:
            self.use(default, scope)
        if isinstance(node, nodes.CallBlock):
            self.use(node.call, scope)
        else:
            scope[node.name] = ()
        for argument in node.args:
            self.bind(argument, (), inner)
        self.block(node.body, inner)

    def bind(self, target: nodes.Node, paths: _Paths, scope: _Scope) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = paths
        else:
            for name in target.find_all(nodes.Name):
                scope[name.name] = ()

    def use(self, node: nodes.Node, scope: _Scope) -> _Paths:
        """Note the paths that ``node`` reads, and return them."""
        paths = self.paths(node, scope)
        if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            self.found += [Use(path, node.lineno) for path in paths]
        return paths

    def paths(self, node: nodes.Node, scope: _Scope) -> _Paths:  # noqa: PLR0911 - a case each
        """Return the paths ``node`` may stand for; none if it is computed."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            return () if node.name in self.known else (node.name,)
        if isinstance(node, nodes.Getattr):
            return self.below(node.node, f".{node.attr}", scope)
        if isinstance(node, nodes.Getitem):
            return self.item(node, scope)
        if isinstance(node, nodes.CondExpr):
            self.use(node.test, scope)
            other = () if node.expr2 is None else self.use(node.expr2, scope)
            return self.use(node.expr1, scope) + other
        if isinstance(node, (nodes.Or, nodes.And)):
            return self.use(node.left, scope) + self.use(node.right, scope)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self.filtered(node, scope)
        for child in node.iter_child_nodes():
            self.use(child, scope)
        return ()

    def below(self, parent: nodes.Node, step: str, scope: _Scope) -> _Paths:
        """Return the paths one step below ``parent``."""
        return tuple(f"{path}{step}" for path in self.paths(parent, scope))

    def item(self, node: nodes.Getitem, scope: _Scope) -> _Paths:
        if isinstance(node.arg, nodes.Slice):
            self.use(node.arg, scope)
            return self.paths(node.node, scope)
        if isinstance(node.arg, nodes.Const):
            name = node.arg.value
            return self.below(node.node, f".{name}" if isinstance(name, str) else "[]", scope)
        self.use(node.arg, scope)
        self.use(node.node, scope)
        return ()

    def filtered(self, node: nodes.Filter, scope: _Scope) -> _Paths:
        for argument in (*node.args, *node.kwargs):
            self.use(argument, scope)
        paths = self.use(node.node, scope) if node.node is not None else ()
        if node.name in _SAME_ITEMS:
            return paths
        return tuple(f"{path}[]" for path in paths) if node.name in _ONE_ITEM else ()

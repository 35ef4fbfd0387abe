"""An expression in words, so that an officer reads fields and conditions, not code.

What there are no words for stands as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from jinja2 import nodes

from rmdocs.language.sandbox import FILTERS, FUNCTIONS, TESTS
from rmdocs.messages import Text, Verbatim, joined, message

Title: TypeAlias = Callable[[str], Text | None]
"""Gives what a person calls a dotted name; None if it has no title."""

Brackets: TypeAlias = dict[nodes.Node, int]
"""How many brackets a person put around which parts."""

_CONSTANTS: Mapping[object, Text] = {
    None: message("no value"),
    True: message("yes"),
    False: message("no"),
}
_COMPARING: Mapping[str, Text] = {
    "in": message(" is one of "),
    "notin": message(" is none of "),
    "eq": Verbatim(" = "),
    "ne": Verbatim(" ≠ "),
    "lt": Verbatim(" < "),
    "lteq": Verbatim(" ≤ "),
    "gt": Verbatim(" > "),
    "gteq": Verbatim(" ≥ "),
}
_BETWEEN: Mapping[type[nodes.Node], Text] = {
    nodes.And: message(" and "),
    nodes.Or: message(" or "),
    nodes.Pow: Verbatim("**"),
}


def in_words(tree: nodes.Expr, brackets: Brackets, title: Title) -> Text:
    """Return an expression in words as far as there are any.

    :raises RecursionError: if it is nested too deeply.
    """
    return joined(_Words(brackets, title).of(tree))


def printed(tree: nodes.Expr, brackets: Brackets, title: Title) -> Text:
    """Return what stands where an expression is printed: a title without quotes, a tick, or words.

    :raises RecursionError: if it is nested too deeply.
    """
    inner: nodes.Node | None = tree
    filters: list[str] = []
    while isinstance(inner, nodes.Filter):
        filters.append(inner.name)
        inner = inner.node
    base, name = _dotted(inner)
    called = title(name) if base is None else None
    if called is not None and "masked" not in filters:
        return called
    if isinstance(inner, nodes.Const) and inner.value is None:
        return message("left blank")
    ticked = tree.node if isinstance(tree, nodes.Filter) and tree.name == "checked" else None
    if ticked is None:
        return in_words(tree, brackets, title)
    if isinstance(ticked, nodes.Const) and isinstance(ticked.value, bool):
        return Verbatim("☑" if ticked.value else "☐")
    bare = {**brackets, ticked: brackets.get(ticked, 0) - 1}  # Python: "(" * -1 is nothing.
    return message("tick if {condition}", condition=in_words(ticked, bare, title))


def quoted(name: str, title: Title) -> Text:
    """Return a dotted name as it stands in a sentence; itself if it has no title."""
    found = title(name)
    return Verbatim(name) if found is None else message("“{title}”", title=found)


class _Words:
    """Tells expressions part by part."""

    def __init__(self, brackets: Brackets, title: Title) -> None:
        self._brackets, self._title = brackets, title

    def of(self, node: nodes.Node | None) -> Iterator[Text]:
        """Yield what a part says, in the brackets that it has."""
        for kind, telling in _TELLINGS:
            if isinstance(node, kind):
                brackets = 0 if _fraction(node) else self._brackets.get(node, 0)
                yield Verbatim("(" * brackets)
                yield from telling(self, node)
                yield Verbatim(")" * brackets)
                return

    def listed(self, parts: Iterable[nodes.Node], brackets: str = "") -> Iterator[Text]:
        yield Verbatim(brackets[:1])
        for place, node in enumerate(parts):
            if place:
                yield Verbatim(", ")
            yield from self.of(node)
        yield Verbatim(brackets[1:])

    def constant(self, node: nodes.Const) -> Iterator[Text]:
        value = node.value
        if isinstance(value, str):
            yield Verbatim(f"“{value}”") if value.strip() else _CONSTANTS[None]
        elif value is None or isinstance(value, bool):
            yield _CONSTANTS[value]
        else:
            yield Verbatim(str(value))

    def name(self, node: nodes.Name | nodes.Getattr) -> Iterator[Text]:
        base, name = _dotted(node)
        if base is None:
            yield quoted(name, self._title)
        else:
            yield from self.of(base)
            yield Verbatim(f".{name}")

    def item(self, node: nodes.Getitem) -> Iterator[Text]:
        yield from self.of(node.node)
        part = node.arg
        if not isinstance(part, nodes.Slice):
            yield from self.listed([part], "[]")
        elif not part.start and not part.step and isinstance(part.stop, nodes.Const):
            yield message(" (first {count} characters)", count=part.stop.value)
        else:
            yield Verbatim("[")
            for place, bound in enumerate((part.start, part.stop, part.step)):
                if place == 1 or (place and bound):
                    yield Verbatim(":")
                yield from self.of(bound)
            yield Verbatim("]")

    def chosen(self, node: nodes.CondExpr) -> Iterator[Text]:
        yield from self.of(node.expr1)
        yield message(" if ")
        yield from self.of(node.test)
        if node.expr2 is not None:
            yield message(", otherwise ")
            yield from self.of(node.expr2)

    def negated(self, node: nodes.Not) -> Iterator[Text]:
        if isinstance(node.node, nodes.Test) and node.node not in self._brackets:
            yield from self.tested(node.node, negated=True)
        else:
            yield message("not ")
            yield from self.of(node.node)

    def signed(self, node: nodes.Neg | nodes.Pos) -> Iterator[Text]:
        yield Verbatim(node.operator)
        yield from self.of(node.node)

    def computed(self, node: nodes.BinExpr) -> Iterator[Text]:
        yield from self.of(node.left)
        yield _BETWEEN.get(type(node)) or Verbatim(f" {node.operator} ")
        yield from self.of(node.right)

    def concatenated(self, node: nodes.Concat) -> Iterator[Text]:
        for place, part in enumerate(node.nodes):
            if place:
                yield Verbatim(" + ")
            yield from self.of(part)

    def compared(self, node: nodes.Compare) -> Iterator[Text]:
        yield from self.of(node.expr)
        for operand in node.ops:
            yield _COMPARING[operand.op]
            yield from self.of(operand.expr)

    def filtered(self, node: nodes.Filter) -> Iterator[Text]:
        if _fraction(node):
            yield Verbatim(_fraction(node))
            return
        yield from self.of(node.node)
        entry = FILTERS.get(node.name)
        said = entry.says if entry is not None else None
        said = self.of_items(node) if said is None else said
        if said is not None:
            yield said
        else:
            yield Verbatim(f"|{node.name}")
            yield from self.given(node)

    def of_items(self, node: nodes.Filter) -> Text | None:
        """Return what is asked of each item in the two ways that there are words for."""
        named = {str(one.key): one.value for one in node.kwargs}.get("attribute")
        if node.name == "map" and isinstance(named, nodes.Const):
            title = self._title(f"{_latest(node.node)}.{named.value}")
            return title and message(", of each “{title}”", title=title)
        first, *others = node.args or [nodes.Const(None)]
        if node.name == "select" and isinstance(first, nodes.Const) and first.value == "in":
            return message(" that occur in {text}", text=joined(self.listed(others)))
        return None

    def tested(self, node: nodes.Test, *, negated: bool = False) -> Iterator[Text]:
        yield from self.of(node.node)
        entry = TESTS.get(node.name)
        said = entry.says if entry is not None else None
        if said is None:
            yield Verbatim(" is ")
            yield from (message("not "),) if negated else ()
            yield Verbatim(node.name)
            yield from self.given(node)
        else:
            yield message(" is filled in") if negated else said

    def called(self, node: nodes.Call) -> Iterator[Text]:
        function = node.node
        if isinstance(function, nodes.Name):
            entry = FUNCTIONS.get(function.name)
            yield (entry.says if entry is not None else None) or Verbatim(function.name)
        elif isinstance(function, nodes.Getattr):
            yield from self.of(function.node)
            yield Verbatim(f".{function.attr}")
        else:
            yield from self.of(function)
        yield from self.given(node, always=True)

    def given(
        self, node: nodes.Call | nodes.Filter | nodes.Test, *, always: bool = False
    ) -> Iterator[Text]:
        """Yield what stands in the brackets behind a name, if there are any."""
        parts = [*node.args, *node.kwargs, node.dyn_args, node.dyn_kwargs]
        if always or any(parts):
            yield from self.listed(filter(None, parts), "()")

    def keyword(self, node: nodes.Keyword) -> Iterator[Text]:
        yield Verbatim(f"{node.key}=")
        yield from self.of(node.value)

    def pair(self, node: nodes.Pair) -> Iterator[Text]:
        yield from self.of(node.key)
        yield Verbatim(": ")
        yield from self.of(node.value)

    def brackets(self, node: nodes.List | nodes.Tuple | nodes.Dict) -> Iterator[Text]:
        return self.listed(node.items, _BRACKETS[type(node)])


_BRACKETS = {nodes.List: "[]", nodes.Tuple: "", nodes.Dict: "{}"}


def _fraction(node: nodes.Node) -> str:
    """Return the digits of a number with a fraction, which is read as ``("0.5"|decimal)``."""
    if not isinstance(node, nodes.Filter) or node.name != "decimal":
        return ""
    return str(node.node.value) if isinstance(node.node, nodes.Const) else ""


def _dotted(node: nodes.Node | None) -> tuple[nodes.Node | None, str]:
    """Return a dotted name, and what it is a name of; None if it begins with a name itself."""
    steps: list[str] = []
    while isinstance(node, nodes.Getattr):
        steps.append(node.attr)
        node = node.node
    if isinstance(node, nodes.Name):
        steps.append(node.name)
        node = None
    return node, ".".join(reversed(steps))


def _latest(node: nodes.Node | None) -> str:
    """Return the dotted name whose items a filter is applied to."""
    while isinstance(node, (nodes.Filter, nodes.Getitem)):
        node = node.node
    base, name = _dotted(node)
    if base is None or name:
        return name
    parts = [*base.iter_child_nodes()]
    return _latest(parts[-1]) if parts else ""


_Telling: TypeAlias = Callable[[_Words, Any], Iterator[Text]]
_TELLINGS: tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], _Telling], ...] = (
    (nodes.Const, _Words.constant),
    ((nodes.Name, nodes.Getattr), _Words.name),
    (nodes.Getitem, _Words.item),
    (nodes.CondExpr, _Words.chosen),
    (nodes.Not, _Words.negated),
    ((nodes.Neg, nodes.Pos), _Words.signed),
    (nodes.BinExpr, _Words.computed),
    (nodes.Concat, _Words.concatenated),
    (nodes.Compare, _Words.compared),
    (nodes.Filter, _Words.filtered),
    (nodes.Test, _Words.tested),
    (nodes.Call, _Words.called),
    (nodes.Keyword, _Words.keyword),
    (nodes.Pair, _Words.pair),
    ((nodes.List, nodes.Tuple, nodes.Dict), _Words.brackets),
)

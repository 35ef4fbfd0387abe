"""What can be wrong with an expression before any record is there, in words; arithmetic too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateError

from rmdocs.findings import did_you_mean
from rmdocs.language.functions import names_of
from rmdocs.language.numbers import UnfitValueError, shown
from rmdocs.language.sandbox import sandbox
from rmdocs.language.shapes import (
    ANY,
    DAYS,
    LISTS,
    NOTHING,
    NUMBERS,
    TEXTS,
    Shape,
    Sort,
    Sorts,
    called,
    list_of,
    object_of,
    of,
)
from rmdocs.messages import Text, listed, message


class Fault(StrEnum):
    """What kind of mistake it is."""

    NAME = "name"
    FUNCTION = "function"
    KIND = "kind"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something wrong in an expression or template.

    :param name: the unknown name as it is used, ``content.nmae``; empty for another mistake.
    :param line: line of the source.
    """

    fault: Fault
    what: Text
    remedy: Text
    line: int
    name: str = ""


def unknown(
    path: str, name: str, there: Iterable[str], line: int, within: Shape | None = None
) -> Mistake:
    """Return that there is no such name.

    :param there: the names there are in its place.
    :param within: what it is looked for in.
    """
    otherwise: Text = message("take the name from the schema of the form")
    names = list(there)
    if within is not None and within.known and not names:
        otherwise = message(
            "take “{name}” out: {kind} has no parts", name=name, kind=called(within.known)
        )
    remedy = did_you_mean(name, names, otherwise=otherwise)
    if within is not None and within.known == {Sort.DAY_TEXT} and name in {"year", "month", "day"}:
        remedy = message("make it a date first: |as_date")
    what = message("“{name}” is not in the form", name=path)
    return Mistake(fault=Fault.NAME, what=what, remedy=remedy, line=line, name=path)


def set_sometimes(name: str, line: int) -> Mistake:
    """Return that a name is set in some branches of a condition only."""
    return Mistake(
        fault=Fault.NAME,
        what=message("“{name}” is set under a condition only, and used without it", name=name),
        remedy=message("set it in every branch, or before the condition"),
        line=line,
        name=name,
    )


def no_function(name: str, known: Iterable[str], line: int) -> Mistake:
    """Return that there is no such function."""
    what = message("there is no function “{name}”", name=name)
    guide = message("the functions are listed in the guide for quality officers")
    remedy = did_you_mean(name, known, otherwise=guide)
    return Mistake(fault=Fault.FUNCTION, what=what, remedy=remedy, line=line)


def no_filter(name: str, line: int) -> Mistake:
    """Return that there is no such filter."""
    what = message("there is no filter “{name}”", name=name)
    guide = message("the filters are listed in the guide for quality officers")
    remedy = did_you_mean(name, names_of("filters"), otherwise=guide)
    return Mistake(fault=Fault.FUNCTION, what=what, remedy=remedy, line=line)


def no_test(name: str, line: int) -> Mistake:
    """Return that there is no such test."""
    what = message("there is no test “{name}”", name=name)
    guide = message("write a condition, such as … is not none")
    remedy = did_you_mean(name, set(names_of("tests")) - {"filter", "test"}, otherwise=guide)
    return Mistake(fault=Fault.FUNCTION, what=what, remedy=remedy, line=line)


def wrong_count(name: str, line: int) -> Mistake:
    """Return that a function is given what it does not take."""
    return Mistake(
        fault=Fault.FUNCTION,
        what=message(
            "“{name}” is given too many values, too few, or one it does not know", name=name
        ),
        remedy=message("the functions are listed in the guide for quality officers"),
        line=line,
    )


def calls_itself(name: str, line: int) -> Mistake:
    """Return that a macro leads back to itself."""
    return Mistake(
        fault=Fault.LENGTH,
        what=message("the macro “{name}” calls itself", name=name),
        remedy=message("use a loop over a list of the record"),
        line=line,
    )


def too_long(turns: int, line: int) -> Mistake:
    """Return that loops within each other go round too often."""
    return Mistake(
        fault=Fault.LENGTH,
        what=message("the loops go round {count} times in all", count=shown(turns)),
        remedy=message("go through a list of the record instead"),
        line=line,
    )


def no_value(reason: Text, line: int) -> Mistake:
    """Return that what is written out has no value on any record."""
    remedy = message("correct the expression, or the property in the schema")
    return Mistake(fault=Fault.KIND, what=reason, remedy=remedy, line=line)


def misfit(said: str, found: Sorts, wanted: Sorts, line: int) -> Mistake:
    """Return that a value is of another kind than its place wants."""
    what = message(
        "{found} stands where {wanted} is expected", found=called(found), wanted=_asked(wanted)
    )
    if said:
        what = message(
            "“{name}” is {found}, where {wanted} is expected",
            name=shown(said),
            found=called(found),
            wanted=_asked(wanted),
        )
    return Mistake(fault=Fault.KIND, what=what, remedy=_mend(found, wanted), line=line)


def uncomparable(said: str, left: Text, right: Text, line: int) -> Mistake:
    """Return that two values are compared that are never of one kind."""
    what = message("{left} is compared with {right}", left=left, right=right)
    if said:
        what = message(
            "“{name}” is {left}, and compared with {right}",
            name=shown(said),
            left=left,
            right=right,
        )
    return Mistake(
        fault=Fault.KIND,
        what=what,
        remedy=message("make both alike: |decimal for numbers, |as_date for dates"),
        line=line,
    )


def as_texts(said: str, line: int) -> Mistake:
    """Return that numbers written as text are handled as texts."""
    what = message("numbers written as text are not taken as numbers: “{name}”", name=shown(said))
    return Mistake(
        fault=Fault.KIND, what=what, remedy=message("write |decimal behind each of them"), line=line
    )


def no_choice(choice: str, choices: Iterable[str], line: int) -> Mistake:
    """Return that a value is compared with a text that it can never be."""
    known = sorted(choices)
    all_of_them = message("choose one of: {choices}", choices=listed(known))
    remedy = did_you_mean(choice, known, otherwise=all_of_them)
    what = message("“{value}” is none of the choices", value=shown(choice))
    return Mistake(fault=Fault.NAME, what=what, remedy=remedy, line=line)


def spoken(node: nodes.Node | None) -> str:
    """Return what a value is called in a mistake: the path it has, or nothing."""
    steps: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem, nodes.Filter)):
        if isinstance(node, nodes.Getattr):
            steps.append(f".{node.attr}")
        else:
            steps.append(f"|{node.name}" if isinstance(node, nodes.Filter) else "[]")
        node = node.node
    if isinstance(node, nodes.Call):
        return "" if steps else f"{spoken(node.node)}()"
    if isinstance(node, nodes.Const):
        return str(node.value) if isinstance(node.value, str) else ""
    return node.name + "".join(reversed(steps)) if isinstance(node, nodes.Name) else ""


def _asked(wanted: Sorts) -> Text:
    """Return what a place asks for, in as few words as say it."""
    if wanted == DAYS:
        return message("a date")
    plain = {Sort.INTEGER, Sort.NUMBER} <= wanted and Sort.WORDS not in wanted
    if plain and not wanted & {Sort.DATE, Sort.SPAN}:
        return message("a number")
    if wanted >= TEXTS:
        return message("a text or a number") if wanted & NUMBERS else message("a text")
    return called(wanted - {Sort.NUMERAL, Sort.DAY_TEXT, Sort.TIME_TEXT})


def _mend(found: Sorts, wanted: Sorts) -> Text:
    words = Sort.WORDS in wanted
    for sort, here, remedy in (
        (Sort.DAY_TEXT, Sort.DATE in wanted, message("make it a date first: |as_date")),
        (Sort.NUMERAL, bool(wanted & NUMBERS), message("make it a number first: |decimal")),
        (Sort.BOOLEAN, words, message("print it with |yesno_cn or |checked")),
        (Sort.LIST, words, message("name what is in it, or join it: |join_cn")),
        (Sort.OBJECT, True, message("name what is in it")),
    ):
        if here and found == {sort}:
            return remedy
    if wanted == {Sort.BOOLEAN}:
        return message("write a condition, such as … is not none")
    return message("correct the expression, or the property in the schema")


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

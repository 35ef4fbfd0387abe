"""What is kept of Jinja's own: filters, tests and functions, those bounded that could fill memory.

Whatever has no entry, here or with its subject, cannot be called.
"""

from __future__ import annotations

from typing import Any

from jinja2.filters import do_batch
from jinja2.utils import Namespace
from markupsafe import Markup

from rmdocs.language.functions import (
    UNSAID,
    Filter,
    Function,
    Test,
    one_item,
    rows_of_items,
    same_items,
    same_value,
    value_or_other,
)
from rmdocs.language.numbers import UnfitValueError, shown
from rmdocs.language.shapes import (
    A_NUMBER,
    A_TEXT,
    AN_INTEGER,
    LISTED,
    LISTS,
    NUMBERS,
    PRINTED,
    SIZED,
    TEXTS,
    Sort,
    list_of,
)
from rmdocs.messages import message

_LONGEST_RANGE = 1_000
_LONGEST_TEXT = 100_000


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _LONGEST_RANGE:
        raise UnfitValueError(message("a range has at most {count} items", count=_LONGEST_RANGE))
    return found


def _batch(
    value: Any,  # noqa: ANN401 - as Jinja's own
    size: int,
    fill_with: object = None,
) -> list[list[Any]]:
    """Return the items in rows of ``size``."""
    if size > _LONGEST_RANGE:
        raise UnfitValueError(message("a row has at most {count} items", count=_LONGEST_RANGE))
    return list(do_batch(value, size, fill_with))


def _replace(value: object, old: str, new: str) -> str:
    """Return a text with every ``old`` replaced."""
    text = value.unescape() if isinstance(value, Markup) else str(value)
    size = len(text) + text.count(old) * len(new)
    if size > _LONGEST_TEXT:
        raise UnfitValueError(message("the result would have {size} items", size=shown(size)))
    return text.replace(old, new)


_INTEGERS = frozenset({Sort.INTEGER})
_FILTERS = (
    Filter(
        name="abs",
        takes=(NUMBERS,),
        gives=A_NUMBER,
        does=message("a number without its sign"),
        example=("-3|abs", "3"),
    ),
    Filter(
        name="batch",
        call=_batch,
        takes=(LISTED,),
        gives=rows_of_items,
        does=message("the items in rows of so many, the last one filled up with a value"),
        example=("[1, 2, 3]|batch(2)", "[[1, 2], [3]]"),
    ),
    Filter(
        name="capitalize",
        takes=(TEXTS,),
        gives=A_TEXT,
        does=message("a text with a capital first, the rest in small letters"),
        example=("'cNY'|capitalize", "Cny"),
    ),
    Filter(
        name="default",
        also=("d",),
        gives=value_or_other,
        in_branches=True,
        does=message(
            "another value where the name is not there; with true as second value, "
            "also where nothing was given"
        ),
        example=("none|default('-', true)", "-"),
    ),
    Filter(
        name="escape",
        also=("e",),
        gives=same_value,
        does=message("a text with &, < and > written for XML"),
        example=("'<甲>'|escape", "&lt;甲&gt;"),
    ),
    Filter(
        name="first",
        takes=(LISTED,),
        gives=one_item,
        says=message(" (first)"),
        does=message("the first item"),
        example=("['甲', '乙']|first", "甲"),
    ),
    Filter(
        name="groupby",
        takes=(LISTS,),
        gives=list_of(),
        item_name=0,
        does=message("the items in groups that share a property: “grouper” and “list” of each"),
        example=("([{'k': '甲'}, {'k': '甲'}]|groupby('k')|first).list|length", "2"),
    ),
    Filter(
        name="int",
        takes=(NUMBERS | TEXTS,),
        gives=AN_INTEGER,
        says=UNSAID,
        does=message("a whole number; 0 or the value given where it is none"),
        example=("'12'|int + 1", "13"),
    ),
    Filter(
        name="items",
        takes=(frozenset({Sort.OBJECT}),),
        gives=list_of(),
        does=message("the names and values of a group of properties, in pairs"),
        example=("{'甲': 1}|items|list", "[('甲', 1)]"),
    ),
    Filter(
        name="join",
        takes=(LISTED,),
        gives=A_TEXT,
        says=UNSAID,
        does=message("the items one behind the other, with a text between them"),
        example=("['甲', '乙']|join('-')", "甲-乙"),
    ),
    Filter(
        name="last",
        takes=(LISTED,),
        gives=one_item,
        says=message(" (last)"),
        does=message("the last item"),
        example=("['甲', '乙']|last", "乙"),
    ),
    Filter(
        name="length",
        also=("count",),
        takes=(SIZED,),
        gives=AN_INTEGER,
        says=message(" (how many)"),
        does=message("how many items, or signs of a text"),
        example=("['甲', '乙']|length", "2"),
    ),
    Filter(
        name="list",
        takes=(SIZED,),
        gives=same_items,
        says=UNSAID,
        does=message("a list of what can be gone through"),
        example=("'甲乙'|list", "['甲', '乙']"),
    ),
    Filter(
        name="lower",
        takes=(TEXTS,),
        gives=A_TEXT,
        does=message("a text in small letters"),
        example=("'CNY'|lower", "cny"),
    ),
    Filter(
        name="map",
        does=message("a property of each item, or what a filter makes of each"),
        example=("[{'name': '甲'}, {'name': '乙'}]|map(attribute='name')|join_cn", "甲、乙"),
    ),
    Filter(
        name="max",
        takes=(LISTED,),
        gives=one_item,
        says=message(" (largest)"),
        does=message("the largest item, or the one whose property is largest"),
        example=("[3, 1, 2]|max", "3"),
    ),
    Filter(
        name="min",
        takes=(LISTED,),
        gives=one_item,
        says=message(" (smallest)"),
        does=message("the smallest item, or the one whose property is smallest"),
        example=("[3, 1, 2]|min", "1"),
    ),
    Filter(
        name="reject",
        takes=(LISTED,),
        gives=same_items,
        item_test=0,
        does=message("the items that do not pass a test"),
        example=("['甲', none]|reject('none')|list", "['甲']"),
    ),
    Filter(
        name="rejectattr",
        takes=(LISTS,),
        gives=same_items,
        item_name=0,
        item_test=1,
        does=message("the items of which a property does not pass a test"),
        example=("[{'n': 1}, {'n': 2}]|rejectattr('n', 'eq', 1)|list|length", "1"),
    ),
    Filter(
        name="replace",
        call=_replace,
        takes=(TEXTS, TEXTS, TEXTS),
        gives=A_TEXT,
        does=message("a text in which one text stands for another"),
        example=("'0531-5551'|replace('-', '')", "05315551"),
    ),
    Filter(
        name="reverse",
        takes=(LISTED,),
        gives=same_value,
        does=message("the items, the last one first"),
        example=("[1, 2, 3]|reverse|list", "[3, 2, 1]"),
    ),
    Filter(
        name="select",
        takes=(LISTED,),
        gives=same_items,
        item_test=0,
        does=message("the items that pass a test"),
        example=("['甲', '乙']|select('in', '甲方')|list", "['甲']"),
    ),
    Filter(
        name="selectattr",
        takes=(LISTS,),
        gives=same_items,
        item_name=0,
        item_test=1,
        does=message("the items of which a property passes a test"),
        example=("[{'n': 1}, {'n': none}]|selectattr('n', 'none')|list|length", "1"),
    ),
    Filter(
        name="sort",
        takes=(LISTED,),
        gives=same_items,
        says=UNSAID,
        does=message("the items in order, or in that of a property"),
        example=("[3, 1, 2]|sort", "[1, 2, 3]"),
    ),
    Filter(
        name="string",
        takes=(PRINTED,),
        gives=A_TEXT,
        says=UNSAID,
        does=message("a value as a text"),
        example=("12|string|length", "2"),
    ),
    Filter(
        name="sum",
        takes=(LISTS,),
        says=message(" (sum)"),
        does=message("the sum of the items, or of a property of them"),
        example=("['1.10', '2.20']|map('decimal')|sum", "3.30"),
    ),
    Filter(
        name="title",
        takes=(TEXTS,),
        gives=A_TEXT,
        does=message("a text with every word capitalised"),
        example=("'hong kong'|title", "Hong Kong"),
    ),
    Filter(
        name="trim",
        takes=(TEXTS,),
        gives=A_TEXT,
        says=UNSAID,
        does=message("a text without blanks, or the signs named, at its ends"),
        example=("' 济南 '|trim", "济南"),
    ),
    Filter(
        name="upper",
        takes=(TEXTS,),
        gives=A_TEXT,
        does=message("a text in capital letters"),
        example=("'cny'|upper", "CNY"),
    ),
    Filter(
        name="wordcount",
        takes=(TEXTS,),
        gives=AN_INTEGER,
        does=message("how many words a text has, as blanks part them"),
        example=("'Hong Kong'|wordcount", "2"),
    ),
)

_FUNCTIONS = (
    Function(
        name="namespace",
        call=Namespace,
        does=message("values that a loop may set anew: {% set n.total = … %}"),
        example=("namespace(total=0).total", "0"),
    ),
    Function(
        name="range",
        call=_range,
        takes=(_INTEGERS, _INTEGERS, _INTEGERS),
        gives=list_of(AN_INTEGER),
        does=message("whole numbers from 0, or from the first, up to before the last"),
        example=("range(3)|list", "[0, 1, 2]"),
    ),
)

_TESTS = (
    Test(
        name="none",
        says=message(" is empty"),
        does=message("nothing was given"),
        example=("none is none", "true"),
    ),
    Test(
        name="defined",
        in_branches=True,
        does=message("the name is there"),
        example=("nobody is defined", "false"),
    ),
    Test(
        name="undefined",
        in_branches=True,
        does=message("the name is not there"),
        example=("nobody is undefined", "true"),
    ),
    Test(
        name="eq",
        also=("==", "equalto"),
        goes_through=True,
        does=message("equal to a value"),
        example=("2 is eq(2)", "true"),
    ),
    Test(
        name="ne",
        also=("!=",),
        goes_through=True,
        does=message("other than a value"),
        example=("2 is ne(2)", "false"),
    ),
    Test(
        name="lt",
        also=("<", "lessthan"),
        goes_through=True,
        does=message("less than a value"),
        example=("1 is lt(2)", "true"),
    ),
    Test(
        name="le",
        also=("<=",),
        goes_through=True,
        does=message("at most a value"),
        example=("2 is le(2)", "true"),
    ),
    Test(
        name="gt",
        also=(">", "greaterthan"),
        goes_through=True,
        does=message("more than a value"),
        example=("2 is gt(2)", "false"),
    ),
    Test(
        name="ge",
        also=(">=",),
        goes_through=True,
        does=message("at least a value"),
        example=("2 is ge(2)", "true"),
    ),
    Test(
        name="in",
        goes_through=True,
        does=message("among the items of a list, or a part of a text"),
        example=("'甲' is in(['甲', '乙'])", "true"),
    ),
    Test(
        name="sameas",
        does=message("the very same value, of the same kind too"),
        example=("true is sameas(true)", "true"),
    ),
    Test(name="boolean", does=message("a yes or no"), example=("true is boolean", "true")),
    Test(name="true", does=message("yes, and no other value"), example=("1 is true", "false")),
    Test(name="false", does=message("no, and no other value"), example=("0 is false", "false")),
    Test(name="number", does=message("a number"), example=("'3'|decimal is number", "true")),
    Test(name="integer", does=message("a whole number"), example=("3 is integer", "true")),
    Test(
        name="float",
        does=message("a number with a fraction as JSON has it, no exact one"),
        example=("0.5 is float", "false"),
    ),
    Test(name="odd", does=message("an odd number"), example=("3 is odd", "true")),
    Test(name="even", does=message("an even number"), example=("3 is even", "false")),
    Test(
        name="divisibleby",
        does=message("a number that another divides"),
        example=("9 is divisibleby(3)", "true"),
    ),
    Test(name="string", does=message("a text"), example=("'3' is string", "true")),
    Test(
        name="lower",
        does=message("a text all in small letters"),
        example=("'cny' is lower", "true"),
    ),
    Test(
        name="upper",
        does=message("a text all in capital letters"),
        example=("'CNY' is upper", "true"),
    ),
    Test(
        name="escaped",
        does=message("a text that is written for XML already"),
        example=("'<'|escape is escaped", "true"),
    ),
    Test(
        name="mapping",
        does=message("a group of properties"),
        example=("{'a': 1} is mapping", "true"),
    ),
    Test(
        name="sequence",
        does=message("a list, a text or a group of properties"),
        example=("[1, 2] is sequence", "true"),
    ),
    Test(
        name="iterable",
        does=message("what a loop can go through"),
        example=("3 is iterable", "false"),
    ),
    Test(name="callable", does=message("a function"), example=("range is callable", "true")),
    Test(
        name="filter", does=message("the name of a filter"), example=("'money' is filter", "true")
    ),
    Test(name="test", does=message("the name of a test"), example=("'odd' is test", "true")),
)

ENTRIES = (*_FILTERS, *_FUNCTIONS, *_TESTS)

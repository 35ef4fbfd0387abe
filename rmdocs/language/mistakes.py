"""What can be wrong with an expression or template, in words of the person who wrote it.

Before any record is there: what cannot be read, and what its names and values are not. With
a record: why something could not be computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from rmdocs.classes import dataclass
from rmdocs.findings import did_you_mean
from rmdocs.language.numbers import UnfitValueError, shown
from rmdocs.language.shapes import (
    DAYS,
    NUMBERS,
    TEXTS,
    Shape,
    Sort,
    Sorts,
    called,
)
from rmdocs.messages import Message, Text, listed, message


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


def no_filter(name: str, known: Iterable[str], line: int) -> Mistake:
    """Return that there is no such filter."""
    what = message("there is no filter “{name}”", name=name)
    guide = message("the filters are listed in the guide for quality officers")
    remedy = did_you_mean(name, known, otherwise=guide)
    return Mistake(fault=Fault.FUNCTION, what=what, remedy=remedy, line=line)


def no_test(name: str, known: Iterable[str], line: int) -> Mistake:
    """Return that there is no such test."""
    what = message("there is no test “{name}”", name=name)
    guide = message("write a condition, such as … is not none")
    remedy = did_you_mean(name, set(known) - {"filter", "test"}, otherwise=guide)
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


_LONGEST = 60
_MARKS = "'\""
_SYNTAX: Mapping[re.Pattern[str], Message] = MappingProxyType(
    {
        re.compile(
            r"[Uu]nexpected end of template.*|unexpected '?end of .*"
            r"|expected token .*, got '?end of.*",
            re.DOTALL,
        ): message("it ends too early"),
        re.compile(r"expected token '?end of .*', got (?P<found>.+)", re.DOTALL): message(
            "{found} is too much here"
        ),
        re.compile(r"expected token (?P<wanted>'\W+'), got (?P<found>.+)", re.DOTALL): message(
            "{found} stands where {wanted} should"
        ),
        re.compile(
            r"unexpected (?:char )?(?P<found>.+?)(?: at \d+)?|expected token .*, got (?P<other>.+)",
            re.DOTALL,
        ): message("{found} is out of place"),
        re.compile(r"Encountered unknown tag (?P<found>'[^']*').*", re.DOTALL): message(
            "there is no tag {found}"
        ),
        re.compile(
            r"(?:there is no|No) filter (?:named )?(?P<found>'[^']*').*", re.DOTALL
        ): message("there is no filter {found}"),
        re.compile(r"(?:there is no|No) test (?:named )?(?P<found>'[^']*').*", re.DOTALL): message(
            "there is no test {found}"
        ),
        re.compile(r"something follows the expression"): message("something follows it"),
    }
)
"""What Jinja says, and what is told; the groups of the pattern are what the person wrote."""


def unreadable(problem: TemplateSyntaxError) -> Text:
    """Return why something could not be read; no more than that if Jinja's reason is a rare one."""
    told = problem.message or ""
    for pattern, reason in _SYNTAX.items():
        found = pattern.fullmatch(told)
        if found:
            parts = {name: value for name, value in found.groupdict().items() if value}
            if "other" in parts:
                parts["found"] = parts.pop("other")
            quoted = {name: _quoted(one) for name, one in parts.items()}
            return Message(template=reason.template, values=MappingProxyType(quoted))
    return message("brackets, quotes or operators are out of place")


_MISSING = re.compile(r"there is no (?P<found>['\"].*['\"]) here", re.DOTALL)


def missing(problem: UndefinedError) -> Text:
    """Return which name there is not, where something uses it."""
    found = _MISSING.fullmatch(problem.message or "")
    if found is None:
        return message("a value that is not there is used")
    return message("there is no {found} here", found=_quoted(found["found"]))


def _quoted(text: str) -> str:
    return f"“{(text.strip(_MARKS) or text[1:-1])[:_LONGEST]}”"


def reason(problem: Exception) -> Text:
    """Return why something could not be computed, as far as it can be told."""
    if isinstance(problem, UnfitValueError):
        return problem.reason
    if isinstance(problem, ZeroDivisionError):
        return message("division by zero")
    if isinstance(problem, TemplateSyntaxError):
        return unreadable(problem)
    if isinstance(problem, UndefinedError):
        return missing(problem)
    kinds = (reason for kind, reason in _REASONS if isinstance(problem, kind))
    return next(kinds, message("the values do not go together"))


_REASONS: tuple[tuple[type[Exception], Text], ...] = (
    (SecurityError, message("it uses what a form may not use")),
    (InvalidOperation, message("a text is taken for a number")),
    (OverflowError, message("a number becomes too large")),
    (RecursionError, message("it is nested too deeply")),
    (LookupError, message("a value that is not there is used")),
    (TypeError, message("values of different kinds are put together")),
)

"""Writes docs/api.md: what commands answer with ``--json``, and use cases return.

What is told of an answer comes from its type; which command answers with what, and the
examples, from the record of a walk (tests/asking.py), which ``--record`` makes anew:

    .venv/bin/python tools/api_docs.py [--record]
"""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from asking import WALKS, Call, keep, kept  # noqa: E402 - found there

import rmdocs  # noqa: E402
from rmdocs import identifiers, messages, workspace  # noqa: E402
from rmdocs.answering import Answer, WordlessAnswer, members  # noqa: E402
from rmdocs.errors import ErrorAnswer  # noqa: E402
from rmdocs.reports.report import ColumnKind, Report  # noqa: E402

PAGE = ROOT / "docs" / "api.md"
_HEAD = """\
# Answers in JSON

Made by `make cli-docs` from the types of the answers; edit their docstrings instead.

A command with `--json` prints JSON values on standard output, one a line. Why something
was refused is one JSON value on standard error, an [ErrorAnswer](#erroranswer); its
`exit_code` is the [exit code](cli.md#exit-codes). Hints for people may stand before it, and
a command that is called wrongly says so in words, with exit code 2. Findings in what was
checked are no error: they stand in the answer, and the exit code is 1 if one is an error.

Python gets the same from the use cases of `rmdocs.workspace`: `to_json(language)` of what
they return, or `to_json()` where there is no sentence in it, is what the command prints.

An answer is an object. Its members stay, in their order; others may come to be added. Each
is always there, unless it says otherwise, and null where there is none.

| in the tables | in JSON |
|---|---|
| sentence | a string in the language of `--lang`; all else is the same in both |
| day | `"2026-11-24"` |
| time | `"2026-11-24T14:40:00+08:00"` |
| number | a whole number; one that may have a fraction is a string: `"1000000.00"` |
"""
_REPORTS = """\
A report answers with an object a row, by the names of its columns, null where there is nothing.
"""
_PLAIN = {bool: "true or false", int: "number", str: "string", object: "anything"}
_STRINGS = {
    messages.Text: "sentence",
    messages.Bilingual: "sentence",
    datetime: "time",
    date: "day",
    Path: "string",
}
_KINDS = {kind: kind.value for kind in ColumnKind} | {
    ColumnKind.TEXT: "string",
    ColumnKind.DATE: "day",
    ColumnKind.MOMENT: "time",
}
_LONG, _DEEP = 60, 2
"""How many signs of a string, and how deep into a value, an example shows."""


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """How values of a type are spelled in JSON: in words, and whether a value may be one."""

    text: str
    accepts: Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A member of an answer, as the page tells it.

    :param open: whether it stands for members whose names only the data knows.
    """

    name: str
    spelled: Spelled
    meaning: str
    if_any: bool = False
    open: bool = False


@cache
def _names() -> Mapping[str, Any]:
    """Return all that modules know by a name, classes of ours before others of that name."""
    known = [item for module in _modules(rmdocs) for item in vars(module).items()]
    ours = ((name, cls) for name, cls in known if isinstance(cls, type) and _is_ours(cls))
    return {"Executor": Executor, **dict(known), **dict(ours)}


def _is_ours(cls: type) -> bool:
    return cls.__module__.startswith("rmdocs.")


def _class(kind: str) -> type | None:
    """Return the type of an answer by its name; None for the name of a report."""
    found = _names().get(kind)
    return found if isinstance(found, type) else None


def _modules(package: types.ModuleType) -> Iterator[types.ModuleType]:
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(one.name)


def _hint(of: object, name: str) -> object:
    return get_type_hints(of, localns=dict(_names()))[name]


def _told(cls: type, attribute: str) -> tuple[object, str]:
    """Return the type of a field or property, and what is said of it."""
    own = inspect.getattr_static(cls, attribute)
    if isinstance(own, property):
        return _hint(own.fget, "return"), _sentence(own.fget.__doc__).removeprefix("Return ")
    hint = _hint(cls, attribute)
    return hint, _parameters(cls).get(attribute, "") or _of_type(hint)


@cache
def rows(cls: type) -> tuple[Row, ...]:
    """Return the members of an answer; those of another among them in its place."""
    found: list[Row] = []
    for member in members(cls):
        hint, meaning = _told(cls, member.attribute)
        parts = [*_answers_in(hint)] if member.among else []
        if parts:
            found += rows(parts[0])
            continue
        if not meaning:
            reason = f"{cls.__name__}: nobody says what {member.attribute} is"
            raise ValueError(reason)
        name = "…" if member.among else member.name
        more = "; left out where there is none" if member.if_any else ""
        found.append(
            Row(
                name=name,
                spelled=spelled(object if member.among else hint),
                meaning=meaning + more,
                if_any=member.if_any,
                open=member.among,
            )
        )
    return tuple(found)


def _parameters(cls: type) -> dict[str, str]:
    """Return what a class, or one that it comes from, says of its fields."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = " ".join((base.__doc__ or "").split())
        pattern = r":param (\w+): (.*?)(?= :param | :raises |$)"
        found |= {name: _markdown(said) for name, said in re.findall(pattern, text)}
    return found


def _of_type(hint: object) -> str:
    """Return what a class of rmdocs in a type says of itself."""
    ours = (cls for cls in _inside(hint) if _is_ours(cls))
    said = next((_sentence(cls.__doc__) for cls in ours), "")
    return said[:1].lower() + said[1:]


def _inside(hint: object) -> Iterator[type]:
    """Yield the classes that a type is made of."""
    for part in get_args(hint):
        yield from _inside(part)
    if isinstance(hint, type):
        yield hint


def _sentence(text: str | None) -> str:
    """Return the first sentence of a docstring."""
    first = " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())
    return _markdown(re.split(r"\.(?: |$)", first)[0])


def _markdown(text: str) -> str:
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"\bNone\b", "null", text.strip().removesuffix(".")).replace("|", "\\|")


def spelled(hint: Any) -> Spelled:  # noqa: ANN401 - whatever a field may have for a type
    """Return how values of a type are spelled."""
    parts, origin = get_args(hint), get_origin(hint)
    if origin in {Union, types.UnionType}:
        choices = [spelled(part) for part in parts if part is not types.NoneType]
        return Spelled(
            text=" or ".join([*(one.text for one in choices), "null"]),
            accepts=lambda value: value is None or any(one.accepts(value) for one in choices),
        )
    if origin in {tuple, list, frozenset}:
        one = spelled(parts[0])
        return Spelled(
            text=f"list: {one.text}",
            accepts=lambda value: isinstance(value, list) and all(map(one.accepts, value)),
        )
    if dict in {origin, hint}:
        return Spelled(text="object", accepts=lambda value: isinstance(value, dict))
    if hint in _PLAIN:
        return Spelled(text=_PLAIN[hint], accepts=partial(_is_of, hint))
    return _spelled_class(hint)


def _is_of(kind: type, value: object) -> bool:
    return kind is object or type(value) is kind


def _spelled_class(cls: type) -> Spelled:
    if issubclass(cls, Enum):
        words = [one.value for one in cls]
        return Spelled(text=" or ".join(f"`{one}`" for one in words), accepts=words.__contains__)
    for told in _answers_in(cls):
        return Spelled(text=_link(told), accepts=partial(matches, told))
    is_number = cls.__module__ == identifiers.__name__
    text = f"[{cls.__name__}](#numbers)" if is_number else _STRINGS.get(cls, "")
    return Spelled(text=text or "object", accepts=partial(_is_of, str if text else dict))


def matches(cls: type, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a JSON value has the members of an answer, in their order and types."""
    if not isinstance(value, dict):
        return False
    told = rows(cls)
    known = {row.name for row in told}
    if any(row.open for row in told):
        value = {name: item for name, item in value.items() if name in known}
    expected = [row for row in told if not row.open and (row.name in value or not row.if_any)]
    return [*value] == [row.name for row in expected] and all(
        row.spelled.accepts(value[row.name]) for row in expected
    )


def is_told(call: Call) -> bool:
    """Return whether all that a command answered is as the page tells it."""
    answers = [
        _is_row(call, value) if cls is None else matches(cls, value)
        for cls, value in ((_class(kind), value) for kind, value in call.out)
    ]
    return all(answers) and (call.error is None or matches(ErrorAnswer, call.error))


def _is_row(call: Call, value: Mapping[str, Any]) -> bool:
    kinds = {name: int if kind == ColumnKind.NUMBER else str for name, kind, _ in call.columns}
    return [*value] == [*kinds] and all(
        item is None or type(item) in {str, kinds[name]} for name, item in value.items()
    )


def page() -> str:
    """Return the whole page."""
    calls = [call for walk in WALKS for call in kept(walk)]
    used = [cls for call in calls for kind, _ in call.out if (cls := _class(kind))]
    cases = {name: _hint(function, "return") for name, function in _use_cases()}
    returned = (cls for hint in cases.values() for cls in _answers_in(hint))
    answers = _with_parts([ErrorAnswer, *used, *returned])
    parts = [_HEAD, _error(calls), "## Commands\n", *_commands(calls)]
    parts += ["## Answers\n", *map(_answer, answers), "## Numbers\n", _numbers()]
    parts += ["## Reports\n", _REPORTS, *_reports(calls), "## Use cases\n"]
    said = {name: _sentence(function.__doc__) for name, function in _use_cases()}
    lines = ((f"`{name}`", _returned(hint), said[name]) for name, hint in cases.items())
    return "\n".join([*parts, _table(("use case", "answer", ""), *lines)])


def _error(calls: Iterable[Call]) -> str:
    call = next(call for call in calls if call.error)
    return f"## Errors\n\n    $ {call.call}\n    {_example(call.error)}\n"


def _with_parts(found: Iterable[type]) -> list[type]:
    """Return answers, and those that stand in them, by name."""
    every: set[type] = set()
    left = set(found)
    while left:
        cls = left.pop()
        every.add(cls)
        hints = (_told(cls, member.attribute)[0] for member in members(cls))
        left |= {one for hint in hints for one in _answers_in(hint)} - every
    return sorted(every, key=lambda cls: cls.__name__)


def _answers_in(hint: object) -> Iterator[type]:
    """Yield the answers that a type is made of; of what has one, that."""
    for cls in _inside(hint):
        own = inspect.getattr_static(cls, "answer", None)
        if isinstance(own, property):
            yield from _answers_in(_hint(own.fget, "return"))
        elif issubclass(cls, (Answer, WordlessAnswer)) and is_dataclass(cls):
            yield cls


def _answer(cls: type) -> str:
    lines = [(f"`{row.name}`", row.spelled.text, row.meaning) for row in rows(cls)]
    table = _table(("member", "JSON", "meaning"), *lines)
    return f"### {cls.__name__}\n\n{_sentence(cls.__doc__)}.\n\n{table}"


def _commands(calls: Iterable[Call]) -> Iterator[str]:
    """Yield what each command answers with, and the first line of each kind that it answered."""
    told: dict[str, dict[str, str]] = {}
    reports = _first_of_columns(calls)
    for call in calls:
        for kind, value in call.out:
            cls = _class(kind)
            what = _link(cls) if cls else f"a row of {_report_link(reports[str(call.columns)])}"
            said = f"{what}\n\n    $ {call.call}\n    {_example(value)}\n"
            told.setdefault(call.command[0], {}).setdefault(kind, said)
    for name in sorted(told):
        yield f"### rmdocs {name}\n"
        yield from told[name].values()


def _example(value: object) -> str:
    return json.dumps(_abridged(value), ensure_ascii=False)


def _abridged(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON
    """Return as much of a value as an example shows."""
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:_LONG]}…"
    if isinstance(value, list):
        return [_abridged(one, depth + 1) for one in value[:1]] + ["…"] * (len(value) > 1)
    if isinstance(value, dict) and depth >= _DEEP:
        return {"…": "…"} if value else value
    if isinstance(value, dict):
        return {name: _abridged(one, depth + 1) for name, one in value.items()}
    return value


def _first_of_columns(calls: Iterable[Call]) -> dict[str, Call]:
    """Return the first call for a report with these columns, by the columns."""
    found: dict[str, Call] = {}
    for call in calls:
        if call.columns:
            found.setdefault(str(call.columns), call)
    return found


def _report_title(call: Call) -> str:
    return re.sub(r"^rmdocs (--as \S+ )?| --json$", "", call.call)


def _report_link(call: Call) -> str:
    title = _report_title(call)
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    return f"[{title}](#{anchor})"


def _reports(calls: Iterable[Call]) -> Iterator[str]:
    for call in _first_of_columns(calls).values():
        columns = ((name, _KINDS[ColumnKind(kind)], said) for name, kind, said in call.columns)
        lines = [(f"`{name}`", kind, said) for name, kind, said in columns]
        yield f"### {_report_title(call)}\n\n{_table(('column', 'JSON', 'heading'), *lines)}"


def _use_cases() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the name of each use case, and its function."""
    for module in _modules(workspace):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and next(iter(inspect.signature(function).parameters), "") == "workspace":
                yield f"{module.__name__.rpartition('.')[2]}.{name}", function


def _returned(hint: object) -> str:
    """Return what a use case answers with; nothing if that is not told as JSON."""
    if hint is Report:
        return "[report](#reports)"
    if not any(_answers_in(hint)):
        return ""
    parts = [one for one in get_args(hint) if one not in {types.NoneType, ...}]
    if not parts:
        return _link(next(_answers_in(hint)))
    told = " and ".join(filter(None, map(_returned, parts)))
    if get_origin(hint) in {Union, types.UnionType}:
        return f"{told} or null"
    return told if len(parts) > 1 else f"list: {told}"


def _numbers() -> str:
    found = inspect.getmembers(identifiers, inspect.isclass)
    numbers = [cls for name, cls in found if is_dataclass(cls) and not name.startswith("_")]
    lines = ((cls.__name__, _sentence(cls.__doc__)) for cls in numbers)
    return _table(("", "what it is"), *lines)


def _link(cls: type) -> str:
    return f"[{cls.__name__}](#{cls.__name__.lower()})"


def _table(head: tuple[str, ...], *lines: tuple[str, ...]) -> str:
    written = [f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *lines)]
    return "\n".join([*written, ""])


def main() -> int:
    """Write the page; walk first if that is asked for."""
    for walk in WALKS if "--record" in sys.argv else ():
        keep(walk)
    PAGE.write_text(page(), encoding="utf-8")
    print(os.path.relpath(PAGE))
    return 0


if __name__ == "__main__":
    sys.exit(main())

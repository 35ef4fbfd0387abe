"""The fields of a form's content, for linting names, spreadsheets and search; JSON paths.

A path is written as findings carry it: ``$.content.contacts[0].name``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from rmdocs.classes import dataclass
from rmdocs.messages import Language, Text, listed, message
from rmdocs.schemas import patterns

Steps = tuple[str | int, ...]

_PLAIN = re.compile(r"[\w$-]+")
_STEP = re.compile(r"\.(?P<name>[\w$-]+)|\[(?P<index>\d+)\]|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]")


def step(path: str, key: str | int) -> str:
    """Return the path of ``key`` under ``path``; an odd name is quoted."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}"
    shown = key.encode("utf-8", "backslashreplace").decode()
    escaped = shown.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


def join(path: str, steps: Iterable[str | int]) -> str:
    """Return the path that ``steps`` lead to from ``path``."""
    for key in steps:
        path = step(path, key)
    return path


def split(path: str) -> Steps | None:
    """Return the steps after ``$``, or None if ``path`` is not a path."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        steps.append(_key(found))
        position = found.end()
    return tuple(steps)


def _key(found: re.Match[str]) -> str | int:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    return re.sub(r"\\(.)", r"\1", found["quoted"])


class FieldKind(StrEnum):
    """What a field holds; it decides how a person writes it."""

    OBJECT = "object"
    LIST = "list"
    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property of a form's content, or the content itself.

    :param title: what a person calls it, Chinese.
    :param description: what it is, English.
    :param help: what its title does not say of it, Chinese (``x-help``); empty if nothing.
    :param nullable: whether it may be given as null.
    :param choices: the only values allowed, as text; empty if any value is.
    :param children: properties of an object.
    :param item: what a list holds; its name is empty.
    :param normalise: ``upper``, ``strip`` or empty.
    :param pattern: what a text must match; empty if anything does.
    :param least: how many entries a list must have.
    :param most: how many entries a list may have; 0 if any number.
    :param longest: how many characters a text may have; 0 if any number.
    :param constant: the only value it may have, as a person writes it; empty if there are others.
    :param mixed: whether values may be of another kind too, or of any.
    :param roles: any of which the member of staff holds whom it names (``x-role``); empty
        if it names none, or one of any role.
    """

    name: str
    kind: FieldKind
    title: str = ""
    description: str = ""
    help: str = ""
    required: bool = False
    nullable: bool = False
    choices: tuple[str, ...] = ()
    children: tuple[Field, ...] = ()
    item: Field | None = None
    normalise: str = ""
    pattern: str = ""
    least: int = 0
    most: int = 0
    longest: int = 0
    constant: str = ""
    roles: tuple[str, ...] = ()
    mixed: bool = False

    def explained(self, language: Language) -> str:
        """Return what a person is told of it beside its title; empty if nothing."""
        return self.description if language is Language.EN else self.help

    @property
    def must_be_filled(self) -> bool:
        """Return whether a cell of the field may not be empty where what is around it is there."""
        empty = self.nullable or (self.kind is FieldKind.LIST and not self.least)
        return self.required and not empty

    @property
    def in_percent(self) -> bool:
        """Return whether a number is given in percent, which its title says: 年利率（%）."""
        return "%" in self.title or "％" in self.title

    @property
    def takes_lines(self) -> bool:
        """Return whether a text may have several lines."""
        return bool(self.pattern) and patterns.admits(self.pattern, "甲\n乙")

    @property
    def takes_words(self) -> bool:
        """Return whether a text may hold letters or Chinese characters."""
        return any(patterns.admits(self.pattern, word) for word in ("x", "X", "甲", "甲乙丙"))

    def child(self, name: str) -> Field | None:
        """Return the property called ``name``."""
        return next((field for field in self.children if field.name == name), None)

    @property
    def is_group(self) -> bool:
        """Return whether the field takes more than one cell of a table."""
        return self.kind is FieldKind.OBJECT or (self.item is not None and self.item.is_group)

    def at(self, steps: Steps) -> Field | None:
        """Return the field that ``steps`` lead to; any index leads to the item."""
        field: Field | None = self
        for step in steps:
            if field is None:
                return None
            field = field.item if isinstance(step, int) else field.child(step)
        return field

    def blank(self) -> object:
        """Return an empty value: nulls in objects, no items, for a blank form."""
        if self.kind is FieldKind.OBJECT:
            return {child.name: child.blank() for child in self.children}
        return [] if self.kind is FieldKind.LIST else None


@dataclass(frozen=True, slots=True)
class FieldTree:
    """All fields of a form's content; ``root`` is the content itself."""

    root: Field

    def walk(self) -> Iterator[tuple[str, Field]]:
        """Yield every field with its dotted name below the root, items as ``[]``.

        Such as ``contacts``, ``contacts[].name``.
        """
        yield from _walk(self.root, "")

    def names(self, prefix: str = "") -> frozenset[str]:
        """Return all dotted names, each behind ``prefix`` (such as ``content.``)."""
        return frozenset(prefix + name for name, _ in self.walk())

    def find(self, name: str) -> Field | None:
        """Return the field with that dotted name; ``[]`` may be left out."""
        field: Field | None = self.root
        for part in name.replace("[]", "").split(".") if name else ():
            while field is not None and field.item is not None:
                field = field.item
            field = field.child(part) if field is not None else None
        return field


def _walk(field: Field, name: str) -> Iterator[tuple[str, Field]]:
    for child in field.children:
        dotted = f"{name}.{child.name}" if name else child.name
        yield dotted, child
        yield from _walk(child, dotted)
    if field.item is not None:
        yield from _walk(field.item, f"{name}[]")


def fill(field: Field) -> Text:
    """Return how a person fills in a field, on paper or in a cell."""
    inner = field.item if field.kind is FieldKind.LIST and field.item is not None else field
    if inner.choices:
        return choose(inner.choices)
    if inner.kind is FieldKind.OBJECT and inner.children:
        titles = listed(child.title for child in inner.children if child.title)
        if inner is not field and field.least:
            return message("fill in one or more, each with: {titles}", titles=titles)
        if inner is not field:
            return message(
                "list them, each with: {titles}; where there are none, leave its columns empty,"
                " or write an empty list",
                titles=titles,
            )
        return message("fill in: {titles}", titles=titles)
    return _FILL.get(inner.kind, HOW[inner.kind])


_FILL: dict[FieldKind, Text] = {
    FieldKind.BOOLEAN: message("write 是 or 否"),
    FieldKind.INTEGER: message("write a whole number"),
    FieldKind.NUMBER: message("write a number"),
    FieldKind.DECIMAL: message("write digits, such as 30000000.00"),
    FieldKind.TEXT: message("fill it in"),
}


def how(field: Field | None) -> Text:
    """Return how a field is written in a file of JSON or YAML."""
    if field is None:
        return message("look at how it is written in the example of the form")
    if field.choices:
        return choose(field.choices)
    return HOW[field.kind]


HOW: dict[FieldKind, Text] = {
    FieldKind.DATE: message("write a date like 2026-03-02"),
    FieldKind.TIME: message("write a time like 09:30"),
    FieldKind.DECIMAL: message("write the number as text, like “1200.50”, without separators"),
    FieldKind.INTEGER: message("write a whole number without quotes"),
    FieldKind.NUMBER: message("write a number without quotes"),
    FieldKind.BOOLEAN: message("write true or false without quotes"),
    FieldKind.LIST: message("write a list: […]; an empty one if there is nothing"),
    FieldKind.OBJECT: message("write its properties between braces"),
    FieldKind.TEXT: message("write it as text in quotes"),
}


def choose(choices: Iterable[str]) -> Text:
    """Return that one of a few is to be taken."""
    return message("choose one of: {choices}", choices=listed(choices))


def written(pattern: str) -> Text:
    """Return in words what a pattern asks for, as far as it has any."""
    parts = patterns.parts(pattern)
    if len(parts) == 1 and parts[0].kind == patterns.DIGIT:
        least, most = parts[0].least, parts[0].most
        if most is None:
            return message("write digits alone, without spaces or dashes")
        if least == most:
            return message("write {count} digits, without spaces or dashes", count=least)
        return message(
            "write {least} to {most} digits, without spaces or dashes", least=least, most=most
        )
    if parts:
        example = "".join(part.example for part in parts)
        return message("write it like {example}", example=example)
    return message("look at how it is written in the example of the form")

"""Captured values: whether they can be printed exactly, and an immutable view.

A value that a Word document cannot carry exactly (XML 1.0 §2.2) is a
finding before anything is rendered. The view is what rules and templates
see: names are looked up as data only, so ``budget.items`` is the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rmdocs.canonical import Json
from rmdocs.findings import Finding, error
from rmdocs.messages import message

_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNPRINTABLE = re.compile(
    f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029{_NONCHARACTERS}]"
)


class View(Mapping[str, Any]):
    """A read-only object of a record: items by key or by name, nothing else."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - the value is whatever JSON held
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"View({self._items!r})"


def view(value: Json) -> Any:  # noqa: ANN401 - mirrors JSON
    """Return ``value`` for rules and templates: immutable, and exact.

    Objects become :class:`View`, arrays tuples; numbers with a fraction
    become :class:`~decimal.Decimal`, so that sums of amounts are exact.
    """
    if isinstance(value, Mapping):
        return View({key: view(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(view(item) for item in value)
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def unprintable(value: Json, path: str = "$") -> Iterator[Finding]:
    """Yield a finding for every string in ``value`` that cannot be printed exactly.

    Refused are control characters other than tab and line feed, line and
    paragraph separators, lone surrogates and noncharacters.
    """
    if isinstance(value, str):
        found = _UNPRINTABLE.search(value)
        if found:
            yield _unprintable_finding(path, value, found.start())
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from unprintable(key, f"{path}.{_shown(key)}")
            yield from unprintable(item, f"{path}.{_shown(key)}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from unprintable(item, f"{path}[{index}]")


def _shown(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()


def _unprintable_finding(path: str, value: str, offset: int) -> Finding:
    return error(
        "TEXT-UNPRINTABLE",
        path,
        message(
            "character U+{code} at position {position} cannot be printed",
            code=f"{ord(value[offset]):04X}",
            position=offset + 1,
        ),
        message("delete the character, or type the text again"),
        clause="XML 1.0 §2.2",
    )

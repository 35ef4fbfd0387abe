"""Captured values: whether they can be printed exactly, and an immutable view.

A value that a Word document cannot carry exactly (XML 1.0 §2.2) is a
finding before anything is rendered. What a person
captures must also be seen by whoever reads it. The view is what rules and templates
see: names are looked up as data only, so ``budget.items`` is the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rmdocs.canonical import Json
from rmdocs.characters import CharacterKind, RefusedCharacter, assigned, is_seen, refused
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity, error
from rmdocs.messages import Message, message

INVISIBLE, DIRECTION = "TEXT-INVISIBLE", "TEXT-DIRECTION"
PRIVATE, UNASSIGNED = "TEXT-PRIVATE-USE", "TEXT-UNASSIGNED"
SPACE, MARK, BLANK = "TEXT-SPACE", "TEXT-MARK", "TEXT-BLANK"
LINES, LONG = "TEXT-LINES", "TEXT-LONG"
"""Codes of what is refused only where a text is captured anew: records that an earlier
release sealed may hold it, and are printed as they are."""

_AGAIN = message("delete the character, or type the text again")
_UNSEEN = message("the character U+{code} at position {position} is seen by no reader")
_MEANINGLESS = message("U+{code} at position {position} is assigned to no character")
_REPLACED = message(
    "the character U+{code} at position {position} is drawn by each font as it likes;"
    " GB 18030-2022 has {meant} (U+{assigned}) in its place"
)
_REFUSED: Mapping[CharacterKind, tuple[str, Message, Message]] = {
    CharacterKind.HIDDEN: (INVISIBLE, _UNSEEN, _AGAIN),
    CharacterKind.JOINER: (INVISIBLE, _UNSEEN, _AGAIN),
    CharacterKind.BLANK: (INVISIBLE, _UNSEEN, _AGAIN),
    CharacterKind.SELECTOR: (
        INVISIBLE,
        message(
            "the variation selector U+{code} at position {position} follows nothing that it varies"
        ),
        message("delete it; write words in place of an emoji"),
    ),
    CharacterKind.DIRECTION: (
        DIRECTION,
        message("the character U+{code} at position {position} turns the text around it round"),
        _AGAIN,
    ),
    CharacterKind.PRIVATE: (
        PRIVATE,
        message("the character U+{code} at position {position} is drawn by each font as it likes"),
        message("type the character of GB 18030-2022 that is meant"),
    ),
    CharacterKind.NOTHING: (UNASSIGNED, _MEANINGLESS, _AGAIN),
    CharacterKind.WIDTH: (
        SPACE,
        message("the space U+{code} at position {position} looks like another, or like none"),
        message("type an ordinary space"),
    ),
    CharacterKind.LONELY: (
        MARK,
        message("the mark U+{code} at position {position} stands on no letter"),
        message("type letter and mark again"),
    ),
    CharacterKind.CROWDED: (
        MARK,
        message("the letter before position {position} has more marks than can be read (U+{code})"),
        message("type letter and mark again"),
    ),
}
_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNPRINTABLE = re.compile(
    f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029{_NONCHARACTERS}]"
)

_BREAK = re.compile("[\t\n]")


class View(Mapping[str, Any]):
    """A read-only object of a record: items by key or by name, nothing else."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - the value is whatever JSON held
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

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
    kind = type(value)
    if kind is str or value is None:  # most are
        return value
    if kind is dict or isinstance(value, Mapping):
        return View({key: view(item) for key, item in value.items()})
    if kind is list or isinstance(value, (list, tuple)):
        return tuple(map(view, value))
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def unprintable(value: Json, path: str = "$") -> Iterator[Finding]:
    """Yield a finding for every text in ``value`` that cannot be printed exactly.

    Refused are control characters other than tab and line feed, line and
    paragraph separators, lone surrogates and noncharacters.
    """
    # What Python takes for printable is printable here; a line feed is besides.
    if "".join(_bare(value)).isprintable():
        return
    for place, text in _texts(value, path):
        found = _UNPRINTABLE.search(text)
        if found:
            yield _unprintable_finding(place, text, found.start())


def texts(value: Json) -> frozenset[str]:
    """Return every text in ``value``."""
    return frozenset(_bare(value))


def unreadable(
    value: Json, path: str = "$", standing: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Yield a finding for every text in ``value`` that no reader would read as it is.

    What is captured anew is judged by this, and cannot be printed exactly or holds
    characters that nobody sees, that turn other text round, that each font draws
    otherwise or that mean nothing; what a script needs is allowed (ADR 0017).

    :param standing: texts that were sealed before; theirs is a warning.
    """
    if not any(map(refused, _bare(value))):
        return
    for place, text in _texts(value, path):
        found = refused(text)
        if found is None:
            continue
        if _UNPRINTABLE.match(text[found.offset]):
            yield _unprintable_finding(place, text, found.offset)
        else:
            yield _judged(_unreadable_finding(place, text, found), text, standing)


def blank(
    value: Json, path: str = "$", standing: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Yield a finding for every text in ``value`` that is there but shows a reader nothing.

    :param standing: as for :func:`unreadable`.
    """
    if all(map(is_seen, filter(None, _bare(value)))):
        return
    for place, text in _texts(value, path):
        if text and is_blank(text) and refused(text) is None:
            found = error(
                BLANK,
                place,
                message("nothing but spaces"),
                message("write the text, or leave it out where it may be left out"),
            )
            yield _judged(found, text, standing)


def require_readable(value: Json, path: str) -> None:
    """Refuse a person's texts that no reader would read as they are.

    :param path: what the value is called where it was given.
    :raises FindingsError: naming each character and its place.
    """
    findings = tuple(unreadable(value, path))
    if findings:
        raise FindingsError(findings)


def require_line(text: str, path: str, most: int) -> None:
    """Refuse a person's text that no reader would read as it is, on one line, at a length.

    :param path: what the text is called where it was given.
    :param most: how many characters it may have.
    :raises FindingsError: naming the character and its place, or both lengths.
    """
    require_readable(text, path)
    if found := _BREAK.search(text):
        reason = message(
            "a line break or tab at position {position}, where one line is printed",
            position=found.start() + 1,
        )
        finding = error(LINES, path, reason, message("write it on one line, with spaces"))
        raise FindingsError((finding,))
    require_short(text, path, most)


def require_short(text: str, path: str, most: int) -> None:
    """Refuse a person's text that is longer than what is printed of it.

    :raises FindingsError: naming both lengths.
    """
    if len(text) > most:
        reason = message(
            "{count} characters; at most {most} are taken here", count=len(text), most=most
        )
        raise FindingsError((error(LONG, path, reason, message("shorten it")),))


def _judged(finding: Finding, text: str, standing: frozenset[str]) -> Finding:
    return replace(finding, severity=Severity.WARNING) if text in standing else finding


def is_blank(text: str) -> bool:
    """Return whether a reader would see nothing of ``text``."""
    return not is_seen(text)


def _bare(value: Json) -> list[str]:
    """Return every text in ``value``, names too, in any order: most have nothing to tell."""
    found: list[str] = []
    waiting: list[Json] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif item is None:
            continue
        elif isinstance(item, dict) or isinstance(item, Mapping):  # noqa: SIM101 - quicker so
            waiting += item
            waiting += item.values()
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
    return found


def _texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text in ``value``, names too, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key, f"{path}.{_shown(key)}")
            yield from _texts(item, f"{path}.{_shown(key)}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")


def _shown(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()


def _unprintable_finding(path: str, value: str, offset: int) -> Finding:
    return error(
        "TEXT-UNPRINTABLE",
        path,
        message(
            "character U+{code} at position {position} cannot be printed",
            code=_code(value[offset]),
            position=offset + 1,
        ),
        _AGAIN,
        clause="XML 1.0 §2.2",
    )


def _unreadable_finding(path: str, text: str, found: RefusedCharacter) -> Finding:
    character = text[found.offset]
    code, reason, remedy = _REFUSED[found.kind]
    values: dict[str, object] = {"code": _code(character), "position": found.offset + 1}
    if meant := assigned(character):
        reason = _REPLACED
        values |= {"meant": meant, "assigned": _code(meant)}
        remedy = message("type {meant} instead, and compare it with the document", meant=meant)
    return error(code, path, Message(template=reason.template, values=values), remedy)


def _code(character: str) -> str:
    return f"{ord(character):04X}"

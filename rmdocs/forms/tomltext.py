"""Where in the text of a TOML file each thing stands, and changing one so that the rest stays.

``tomllib`` says what a file means, but not where it says so; libraries that write TOML write it
their own way: tables of one kind are gathered, spaces are lost. What an officer wrote is
theirs: only the signs of what changes are exchanged, however a table is written (under a
heading, in braces, with dots). A text given here is one that ``tomllib`` reads, with line ends
of one kind and one behind its last line; whoever changed it has the result read again, and
compares what it says with what was meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date

from rmdocs.classes import dataclass

Names = tuple[str | int, ...]
"""How something is reached from the root: names, and numbers of rows, from 0."""

_NAME = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[A-Za-z0-9_-]+')
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:\s+|#[^\n]*)*")
_LITERAL = re.compile(
    r'"""(?:\\.|"{1,2}(?!")|[^"\\])*"{3,5}'
    r"|'''(?:'{1,2}(?!')|[^'])*'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^,\]}#\n]*[^,\]}#\s]",  # a number, a date, true or false
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One thing that a text says.

    :param names: how it is reached from the root.
    :param start: where its name begins, its heading, or its value where it has no name.
    :param value: where its value begins; of a heading, where that ends.
    :param end: where it ends; a comment may follow.
    :param heading: whether it is one: ``[form]``, ``[[history]]``.
    :param within: whether it stands inside a list or a table in braces.
    """

    names: Names
    start: int
    value: int
    end: int
    heading: bool = False
    within: bool = False

    def belongs_to(self, names: Names) -> bool:
        """Return whether it is what is reached by ``names``, or part of that."""
        return self.names[: len(names)] == names


class _TextReading:
    """Goes through a text once, and notes what stands where."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Written] = []
        self._rows: dict[Names, int] = {}

    def all(self) -> list[Written]:
        """Return everything that the text says, what stands inside another before that."""
        under: Names = ()
        self._pass(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                under = self._heading()
            else:
                self._entry(under, within=False)
            self._pass(_BLANK)
        return self.found

    def _heading(self) -> Names:
        start, signs = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += signs
        names: Names = ()
        for name in self._names():
            names += (name,)
            if names in self._rows:  # said of the last row, unless another one begins
                names += (self._rows[names],)
        if signs == 2:  # noqa: PLR2004 - brackets
            kind = names[:-1] if isinstance(names[-1], int) else names
            self._rows[kind] = self._rows.get(kind, -1) + 1
            names = (*kind, self._rows[kind])
        self.at += signs
        self._note(names, start, self.at, heading=True)
        return names

    def _entry(self, under: Names, *, within: bool) -> None:
        start = self.at
        names = (*under, *self._names())
        self.at += 1  # =
        self._pass(_SPACE)
        self._value(names, start, within=within)

    def _value(self, names: Names, start: int, *, within: bool) -> None:
        value, opened = self.at, self.text[self.at]
        if opened in "[{":
            self.at += 1
            self._pass(_BLANK)
            row = 0
            while self.text[self.at] not in "]}":
                if self.text[self.at] == ",":
                    self.at += 1
                elif opened == "{":
                    self._entry(names, within=True)
                else:
                    self._value((*names, row), self.at, within=True)
                    row += 1
                self._pass(_BLANK)
            self.at += 1
        else:
            self._pass(_LITERAL)
        self._note(names, start, value, within=within)

    def _note(
        self, names: Names, start: int, value: int, *, heading: bool = False, within: bool = False
    ) -> None:
        self.found.append(
            Written(
                names=names, start=start, value=value, end=self.at, heading=heading, within=within
            )
        )

    def _names(self) -> Iterable[str]:
        names: list[str] = []
        while not names or self.text[self.at] == ".":
            self.at += bool(names)
            self._pass(_SPACE)
            raw = self._pass(_NAME)
            quoted = raw[0] in "\"'"
            names.append(next(iter(tomllib.loads(f"{raw} = 0"))) if quoted else raw)
            self._pass(_SPACE)
        return names

    def _pass(self, signs: re.Pattern[str]) -> str:
        """Go on behind these signs, which stand here, and return them."""
        found = signs.match(self.text, self.at)
        if found is None:
            raise ValueError(self.at)
        self.at = found.end()
        return found[0]


def written(text: str) -> list[Written]:
    """Return everything that a text says, in order of where it ends.

    :raises ValueError: if it is not TOML.
    """
    try:
        return _TextReading(text).all()
    except IndexError as problem:
        raise ValueError(len(text)) from problem


def with_value(text: str, table: Names, name: str, value: str | date) -> str:
    """Return a text whose table says ``value``, in the place and the quotes of what it said.

    Where it said nothing, the value stands behind the last one of the table.

    :param table: one of the root, or a row of a list.
    :raises ValueError: if there is no such table.
    """
    there = written(text)
    for one in there:
        if one.names == (*table, name) and not one.heading:
            said = toml(value, like=text[one.value : one.end])
            return text[: one.value] + said + text[one.end :]
    said = f"{name} = {toml(value)}"
    for one in there:
        if one.names == table and text[one.value : one.value + 1] == "{":
            inner = [part.end for part in there if part.within and one.value < part.end < one.end]
            at = max(inner, default=one.value + 1)
            put = f", {said}" if inner else f" {said} "
            return text[:at] + put + text[at:]
    statements = [one for one in there if not one.within]
    for place, one in enumerate(statements):
        if one.names == table and one.heading:
            return _with_lines(text, _last_under(statements, place).end, said)
    start = ".".join(map(str, table))
    dotted = [one for one in statements if one.belongs_to(table) and not one.heading]
    for one in statements:
        if one.heading and one.belongs_to(table):  # only tables within it have a heading
            return f"{text[: one.start]}[{start}]\n{said}\n\n{text[one.start :]}"
        if one in dotted[-1:]:
            return _with_lines(text, one.end, f"{start}.{said}")
    raise ValueError(table)


def with_row(text: str, name: str, row: Mapping[str, str], *, after: str) -> str:
    """Return a text with a row behind the last one of a list of tables of the root.

    :param row: each value as it is written.
    :param after: behind which table the list begins, where there is none.
    :raises ValueError: if there is no such table.
    """
    there = written(text)
    for one in there:
        if one.names == (name,) and not one.heading:
            rows = [row for row in there if row.names[:-1] == (name,)]
            said = ", ".join(f"{key} = {value}" for key, value in row.items())
            return _with_element(text, one, rows, f"{{ {said} }}")
    statements = [one for one in there if not one.within]
    wanted = name if any(one.belongs_to((name,)) for one in statements) else after
    places = [place for place, one in enumerate(statements) if one.belongs_to((wanted,))]
    if not places:
        raise ValueError(after)
    lines = [f"{key} = {value}" for key, value in row.items()]
    return _with_lines(text, _last_under(statements, places[-1]).end, "", f"[[{name}]]", *lines)


def without(text: str, names: Names) -> str:
    """Return a text that does not say this: a table with all that is in it, or a row of a list.

    Comments between what goes go as well; those before and behind it stay.
    """
    there = written(text)
    gone: list[tuple[int, int]] = []
    before: Written | None = None
    for one in (one for one in there if not one.within):
        if one.belongs_to(names):
            follows = before is not None and before.belongs_to(names)
            start = gone.pop()[0] if follows else _after_text(text, one.start)
            gone.append((start, _line_end(text, one.end)))
        before = one
    rows = [one for one in there if one.within and one.names[:-1] == names[:-1]]
    for place, one in enumerate(rows):
        if one.names == names:
            gone += _element(text, one, rows[place - 1] if place else None)
    for start, end in reversed(gone):
        text = text[:start] + text[end:]
    return text


def _element(text: str, one: Written, before: Written | None) -> list[tuple[int, int]]:
    """Return where an element of a list stands, and the comma that goes with it."""
    comma = _comma(text, one.end)
    if comma is not None:
        start, end = one.start, _passed(_SPACE, text, comma + 1)
        if text[end] == "\n" and not text[_line_start(text, start) : start].strip():
            start, end = _line_start(text, start), end + 1  # nothing else stands in its lines
        between = one.end, comma
    else:
        comma = _comma(text, before.end) if before is not None else None
        start, end = (one.start if comma is None else comma), one.end
        between = start + 1, one.start
    if "#" not in text[slice(*between)]:
        return [(start, end)]
    return sorted([(one.start, one.end), (comma or 0, (comma or 0) + 1)])


def _with_element(text: str, whole: Written, rows: list[Written], said: str) -> str:
    """Return a text with one more element in a list, in a line of its own where others are."""
    if not rows:
        at = whole.value + 1
        return text[:at] + said + text[at:]
    last = rows[-1]
    comma = _comma(text, last.end)
    behind = last.end if comma is None else comma + 1
    put = "," if comma is None else ""
    line = text.index("\n", behind)
    if line >= whole.end:
        return f"{text[:behind]}{put} {said}{text[behind:]}"
    start = _line_start(text, last.start)
    margin = text[start : _passed(_SPACE, text, start)]
    return f"{text[:behind]}{put}{text[behind:line]}\n{margin}{said},{text[line:]}"


def _last_under(statements: list[Written], place: int) -> Written:
    """Return the last statement before the next heading."""
    while place + 1 < len(statements) and not statements[place + 1].heading:
        place += 1
    return statements[place]


def _with_lines(text: str, behind: int, *lines: str) -> str:
    at = _line_end(text, behind)
    return text[:at] + "".join(f"{line}\n" for line in lines) + text[at:]


def _comma(text: str, at: int) -> int | None:
    """Return where the comma behind an element stands; None if there is none."""
    place = _passed(_BLANK, text, at)
    return place if text[place] == "," else None


def _passed(signs: re.Pattern[str], text: str, at: int) -> int:
    found = signs.match(text, at)
    return at if found is None else found.end()


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    return text.index("\n", at) + 1


def _after_text(text: str, at: int) -> int:
    """Return where the lines begin that are blank down to here."""
    said = text[: _line_start(text, at)].rstrip()
    return _line_end(text, len(said)) if said else 0


def toml(value: str | date, like: str = "") -> str:
    """Return a value as TOML writes it: a text in the quotes of another where it may stand so."""
    if isinstance(value, date):
        return value.isoformat()
    plain = value.isprintable() and "'" not in value
    if plain and like.startswith("'") and not like.startswith("'''"):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escaped(sign) for sign in escaped) + '"'


def _escaped(sign: str) -> str:
    return sign if sign.isprintable() else f"\\U{ord(sign):08X}"

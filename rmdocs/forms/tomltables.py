"""Reading the tables of a TOML file: judged by a schema as records are, then typed.

What a file may hold is said by its schema, and each mistake is told in the words in
which a record's are. A reader of a table never stops at a mistake: it returns a
stand-in, so that one pass tells everything. Whoever reads looks at the findings
before using what was read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import Finding, error
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Saying
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema
from rmdocs.values import unreadable

CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
"""What a code of a rule looks like."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODES: Mapping[str, str] = {
    "SCHEMA-REQUIRED": "MISSING",
    "SCHEMA-UNKNOWN": "UNKNOWN",
    "SCHEMA-TYPE": "TYPE",
    "SCHEMA-ENUM": "CHOICE",
    "SCHEMA-SHORT": "EMPTY",
    "SCHEMA-FEW": "EMPTY",
    "SCHEMA-PATTERN": "EMPTY",  # the only pattern of a manifest: not blank
}
"""What a mistake of a file is called by; any other is a wrong value."""

_QUOTED = re.compile(r'\["([^"]*)"\]')
"""A name in a JSON path that is no plain word; here it stands as the file writes it."""

_KINDS: Mapping[type[Any], tuple[Text, Text]] = {
    str: (message("a text"), message("write it as text in quotes")),
    int: (message("a whole number"), message("write it without a point, such as 2")),
    bool: (message("true or false"), message("write true or false without quotes")),
    date: (message("a date"), message("write a date like 2004-06-08 without quotes")),
    list: (message("a list"), message("write a list: […]; an empty one if there is nothing")),
    dict: (message("a table"), message("write its properties between braces")),
}
"""What a kind of value is called, and how it is written."""

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlTable:
    """A table of a file being read.

    A stand-in is returned for what is not of the kind asked for, and never without a
    finding: the schema's, or one noted here. JSON Schema cannot tell a date of TOML from a
    text, nor 2.0 from 2.

    :param place: where it stands, such as ``form.toml:rules[3]``.
    :param findings: where mistakes are noted, shared by all tables of a file.
    """

    values: JsonObject
    place: str
    findings: list[Finding]

    def note(self, name: str, code: str, reason: Text, remedy: Text) -> None:
        """Note a mistake in the value called ``name``; the table itself if empty."""
        self.findings.append(error(code, self.at(name), reason, remedy))

    def at(self, name: str) -> str:
        """Return where the value called ``name`` stands."""
        if not name:
            return self.place
        return f"{self.place}{'' if self.place.endswith(':') else '.'}{name}"

    def has(self, name: str) -> bool:
        """Return whether the table holds ``name``."""
        return name in self.values

    def text(self, name: str) -> str:
        """Return a text; empty if absent."""
        return self._value(name, str, "")

    def flag(self, name: str) -> bool:
        """Return true or false; false if absent."""
        return self._value(name, bool, stand_in=False)

    def whole(self, name: str, default: int = 0) -> int:
        """Return a whole number; ``default`` where it is absent."""
        return self._value(name, int, default)

    def day(self, name: str) -> date:
        """Return a date, written without quotes."""
        return self._value(name, date, date.min)

    def days(self, name: str) -> tuple[date, ...]:
        """Return a list of dates, written without quotes."""
        return tuple(day for _, day in self._items(name, date))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; none if absent."""
        return tuple(text for _, text in self._items(name, str))

    def values_of(self, name: str) -> tuple[str | int, ...]:
        """Return a list of texts or whole numbers; none if absent."""
        return tuple(value for _, value in self._items(name, str, int))

    def bilingual(self, name: str) -> Bilingual:
        """Return a text in both languages."""
        return self.optional_bilingual(name) or Bilingual(zh="", en="")

    def optional_bilingual(self, name: str) -> Bilingual | None:
        """Return a text in both languages, or None where it is absent."""
        table = self.table(name)
        return None if table is None else Bilingual(zh=table.text("zh"), en=table.text("en"))

    def bilinguals(self, name: str) -> tuple[Bilingual, ...]:
        """Return a list of texts in both languages; none if absent."""
        return tuple(Bilingual(zh=one.text("zh"), en=one.text("en")) for one in self.tables(name))

    def name(self) -> str:
        """Return what the table's part of the form is called by others: ``total_due``."""
        name = self.text("name")
        if name and not _NAME.fullmatch(name):
            self.note(
                "name",
                "FORM-VALUE",
                message("“{name}” is not a name", name=name),
                message("write small letters, digits and _, such as total_due"),
            )
        return name

    def code(self) -> str:
        """Return the code that findings of a rule bear: ``R04-LEAD-SHORT``."""
        code = self.text("code")
        if code and not CODE.fullmatch(code):
            self.note(
                "code",
                "FORM-VALUE",
                message("“{code}” is not a code", code=code),
                message("write capitals, digits and dashes, such as R04-LEAD-SHORT"),
            )
        return code

    def saying(self, name: str) -> Saying:
        """Return what a rule says in both languages."""
        return self.optional_saying(name) or Saying.compile(Bilingual(zh="", en=""))

    def optional_saying(self, name: str) -> Saying | None:
        """Return what a rule says in both languages, or None where it is absent."""
        both = self.optional_bilingual(name)
        return self.compiled(name, Saying.compile, both) if both is not None else None

    def parsed(self, name: str, parse: Callable[[str], T], stand_in: T) -> T:
        """Return a text understood by ``parse``, which may raise UsageError."""
        value = self.text(name)
        if not value.strip():
            return stand_in
        try:
            return parse(value)
        except UsageError as problem:
            self.note(name, "FORM-VALUE", problem.reason, problem.remedy)
            return stand_in

    def expression(self, name: str) -> Expression:
        """Return an expression."""
        return self.optional_expression(name) or Expression.compile("none")

    def optional_expression(self, name: str) -> Expression | None:
        """Return an expression, or None where it is absent."""
        source = self.text(name)
        return self.compiled(name, Expression.compile, source) if source.strip() else None

    def expressions(self, name: str) -> tuple[Expression, ...]:
        """Return a list of expressions; none if absent."""
        found = (self.compiled(name, Expression.compile, text) for text in self.texts(name))
        return tuple(one for one in found if one is not None)

    def compiled(self, name: str, compile_: Callable[[S], T], source: S) -> T | None:
        """Return what ``compile_`` makes of ``source``; a mistake in it stands at ``name``."""
        try:
            return compile_(source)
        except FindingsError as problem:
            for finding in problem.findings:
                self.note(name, finding.code, finding.message, finding.remedy)
            return None

    def table(self, name: str) -> TomlTable | None:
        """Return a table inside this one; None if there is none."""
        nothing: JsonObject = {}
        value = self._value(name, dict, nothing)
        if value is nothing:
            return None
        return TomlTable(values=value, place=self.at(name), findings=self.findings)

    def tables(self, name: str) -> tuple[TomlTable, ...]:
        """Return a list of tables; none if absent. Entries are counted from 0."""
        return tuple(
            TomlTable(values=value, place=self.at(place), findings=self.findings)
            for place, value in self._items(name, dict)
        )

    def _value(self, name: str, kind: type[T], stand_in: T) -> T:
        value: Json = self.values.get(name)
        if type(value) is kind:
            return value
        if value is not None:
            self._misfit(name, kind)
        return stand_in

    def _items(self, name: str, *kinds: type[Any]) -> Iterator[tuple[str, Any]]:
        """Yield the entries of a list that are of one of these kinds, each with its place."""
        for index, item in enumerate(self._value(name, list, [])):
            place = f"{name}[{index}]"
            if type(item) in kinds:
                yield place, item
            else:
                self._misfit(place, kinds[0])

    def _misfit(self, name: str, kind: type[Any]) -> None:
        """Note a value of another kind, unless the schema refused it already."""
        if self.at(name) not in {one.path for one in self.findings}:
            expected, remedy = _KINDS[kind]
            reason = message("{expected} is expected here", expected=expected)
            self.note(name, "FORM-TYPE", reason, remedy)


def read_table(data: bytes, name: str, schema: Schema) -> TomlTable:
    """Return the tables of a TOML file, with what its schema finds wrong.

    :param name: what findings call the file.
    :raises FindingsError: if it is not TOML.
    """
    values = dict(read_toml(data, name))
    found = schema.check(_as_json(values), "$")
    findings = [
        replace(
            one,
            code=f"FORM-{_CODES.get(one.code, 'VALUE')}",
            path=f"{name}:{_place(one.path)}",
        )
        for one in found
    ]
    return TomlTable(values=values, place=f"{name}:", findings=findings)


def _place(path: str) -> str:
    """Return a JSON path as places in the file are written: ``due[1].days``."""
    return _QUOTED.sub(r".\1", path).removeprefix("$").removeprefix(".")


def _as_json(value: Json) -> Json:
    """Return a value of TOML as JSON has it: dates and times are texts (RFC 3339)."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, (date, datetime, time)) else value


def unreadable_texts(data: bytes, name: str) -> list[Finding]:
    """Return a finding for every text of a TOML file that no reader would read as it is.

    What is sealed already is not judged by this; what is released anew is.

    :raises FindingsError: if it is not TOML.
    """
    found = unreadable(read_toml(data, name), name)
    return [replace(one, path=one.path.replace(f"{name}.", f"{name}:", 1)) for one in found]


def read_toml(data: bytes, name: str) -> Mapping[str, Json]:
    """Return the tables of a TOML file.

    :raises FindingsError: if it is not TOML.
    """
    try:
        tables = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
        _require_shallow(tables)
    except UnicodeDecodeError as problem:
        reason = message("not UTF-8: byte {offset} cannot be read", offset=problem.start)
        finding = error("FORM-ENCODING", name, reason, message("save the file as UTF-8"))
    except tomllib.TOMLDecodeError as problem:
        finding = _not_toml(name, problem)
    except RecursionError:
        reason = message("nested too deeply to be a form")
        finding = error("FORM-SYNTAX", name, reason, message("compare with another form's file"))
    except ValueError:  # of tomllib, but of another kind: of a number, what Python makes none of
        reason = message("a number has more digits than can be kept exactly")
        remedy = message("write the number in digits, or leave it out")
        finding = error("FORM-SYNTAX", name, reason, remedy)
    else:
        return tables
    raise FindingsError((finding,))


_DEEPEST = 50
"""How deep tables and lists lie in each other at most: several times what a form needs."""


def _require_shallow(tables: Mapping[str, Any]) -> None:
    """Refuse what whoever reads it, value in value, would not come to the end of.

    :raises RecursionError: if so, as tomllib does of lists; of dotted names it reads any depth.
    """
    level: list[Any] = [tables]
    for _ in range(_DEEPEST):
        within = (one.values() if isinstance(one, Mapping) else one for one in level)
        level = [one for ones in within for one in ones if isinstance(one, (Mapping, list))]
    if level:
        raise RecursionError


_TOML: tuple[tuple[str, Text], ...] = (
    ("Expected '=' ", message("a name stands without = and a value behind it")),
    ("Invalid value", message("a value is missing, or a text stands without its quotes")),
    ("Cannot overwrite", message("the same name is given twice")),
    ("Duplicate inline table key", message("the same name is given twice")),
    ("Cannot declare", message("the same heading in square brackets occurs twice")),
    ("Unterminated string", message("a text is not closed by a quote")),
    ("Expected \"'", message("a text is not closed by a quote")),
    ("Unclosed", message("a bracket is not closed")),
    ("Expected ']", message("a bracket is not closed")),
    ("Found invalid character", message("a line break or another character may not stand here")),
    ("Illegal character", message("a line break or another character may not stand here")),
    ("Unescaped '\\'", message("a backslash stands before a sign that takes none")),
    ("Expected newline", message("more stands behind the value in its line")),
    ("Invalid statement", message("here a name or a heading in square brackets must stand")),
    ("Invalid initial character", message("here a name or a heading must stand")),
)
"""How what tomllib says of a mistake begins, and the same in words for who wrote the file."""

_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")


def _not_toml(name: str, problem: tomllib.TOMLDecodeError) -> Finding:
    told = str(problem)
    # Python may say it in other words one day: what is not known is not shown.
    reason = next(
        (said for start, said in _TOML if told.startswith(start)),
        message("it cannot be read from here on"),
    )
    at = _TOML_PLACE.search(told)
    end = message("at the end of the file: {reason}", reason=reason)
    said = reason if at else end
    place = f"{name}:{at[1]}:{at[2]}" if at else name
    remedy = message("compare the place with another form's file")
    return error("FORM-SYNTAX", place, message("not TOML: {problem}", problem=said), remedy)

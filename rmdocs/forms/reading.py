"""Reading tables of a manifest: each value by its kind, each mistake a finding.

A reader never stops at a mistake: it notes a finding and returns a stand-in,
so that one pass tells everything. Whoever reads looks at the findings before
using what was read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from rmdocs.canonical import Json, JsonObject
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.messages import Bilingual, Text, listed, message
from rmdocs.rules.expression import Expression
from rmdocs.rules.guesses import did_you_mean
from rmdocs.rules.rule import Saying
from rmdocs.values import unreadable

CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
"""What a code of a rule looks like."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the manifest being read.

    :param place: where it stands, such as ``form.toml:rules[3]``.
    :param findings: where mistakes are noted, shared by all tables of a file.
    """

    values: JsonObject
    place: str
    findings: list[Finding]
    _asked: set[str] = field(default_factory=set)

    def note(self, name: str, code: str, reason: Text, remedy: Text = NOTHING) -> None:
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

    def text(self, name: str, *, optional: bool = False) -> str:
        """Return a text; empty if absent."""
        value = self._value(name, str, message("a text in quotes"), optional=optional)
        if value is not None and not value.strip() and not optional:
            self.note(name, "FORM-EMPTY", message("empty"), message("write the text"))
        return value or ""

    def flag(self, name: str) -> bool:
        """Return true or false; false if absent."""
        value = self._value(name, bool, message("true or false"), optional=True)
        return value if value is not None else False

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number; ``default``, if there is one, where it is absent."""
        whole = message("a whole number")
        value = self._value(name, int, whole, optional=default is not None)
        if isinstance(value, bool):  # which is an int to Python
            self.note(name, "FORM-TYPE", message("{expected} is expected", expected=whole))
        return value if value is not None else default or 0

    def day(self, name: str) -> date:
        """Return a date."""
        value = self._value(name, date, message("a date like 2004-06-08 without quotes"))
        if isinstance(value, datetime):
            self.note(name, "FORM-TYPE", message("a date without a time is expected"))
        return value if value is not None else date.min

    def days(self, name: str) -> tuple[date, ...]:
        """Return a list of dates; it must be there, and may be empty."""
        found = self._value(name, list, message("a list of dates")) or []
        days = tuple(day for day in found if type(day) is date)
        if len(days) != len(found):
            self.note(name, "FORM-TYPE", message("every entry must be a date like 2026-02-14"))
        return days

    def choice(self, name: str, choices: tuple[str, ...], default: str = "") -> str:
        """Return one of ``choices``; ``default``, if there is one, where it is absent."""
        value = self.text(name, optional=bool(default)) or default
        if value and value not in choices:
            self.note(
                name,
                "FORM-CHOICE",
                message("“{value}” is none of the choices", value=value),
                message("choose one of: {choices}", choices=listed(choices)),
            )
        return value

    def texts(self, name: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self._value(name, list, message("a list of texts"), optional=optional)
        texts = tuple(item for item in found or () if isinstance(item, str) and item.strip())
        if found is not None and len(texts) != len(found):
            self.note(name, "FORM-TYPE", message("every entry must be a text"))
        if found == [] and not optional:
            self.note(name, "FORM-EMPTY", message("the list is empty"))
        return texts

    def values_of(self, name: str) -> tuple[str | int, ...]:
        """Return a list of texts or whole numbers; none if absent."""
        found = self._value(name, list, message("a list of texts or numbers"), optional=True)
        plain = tuple(item for item in found or () if type(item) in {str, int})
        if found is not None and (len(plain) != len(found) or len(set(plain)) != len(plain)):
            self.note(name, "FORM-TYPE", message("each entry must be a text or number, once"))
        return plain

    def bilingual(self, name: str) -> Bilingual:
        """Return a text in both languages; both are needed."""
        return self.optional_bilingual(name, optional=False) or Bilingual("", "")

    def optional_bilingual(self, name: str, *, optional: bool = True) -> Bilingual | None:
        """Return a text in both languages, or None where it is absent."""
        table = self.table(name, optional=optional)
        if table is None:
            return None
        both = Bilingual(table.text("zh"), table.text("en"))
        table.close()
        return both

    def bilinguals(self, name: str) -> tuple[Bilingual, ...]:
        """Return a list of texts in both languages; it may be empty."""
        found = []
        for table in self.tables(name):
            found.append(Bilingual(table.text("zh"), table.text("en")))
            table.close()
        return tuple(found)

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
        return self.optional_saying(name, optional=False) or Saying.compile(Bilingual("", ""))

    def optional_saying(self, name: str, *, optional: bool = True) -> Saying | None:
        """Return what a rule says in both languages, or None where it is absent."""
        both = self.optional_bilingual(name, optional=optional)
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
        return self.optional_expression(name, optional=False) or Expression.compile("none")

    def optional_expression(self, name: str, *, optional: bool = True) -> Expression | None:
        """Return an expression, or None where it is absent."""
        source = self.text(name, optional=optional)
        return self.compiled(name, Expression.compile, source) if source else None

    def compiled(self, name: str, compile_: Callable[[S], T], source: S) -> T | None:
        """Return what ``compile_`` makes of ``source``; a mistake in it stands at ``name``."""
        try:
            return compile_(source)
        except FindingsError as problem:
            for finding in problem.findings:
                self.note(name, finding.code, finding.message, finding.remedy)
            return None

    def table(self, name: str, *, optional: bool = False) -> Table | None:
        """Return a table inside this one."""
        value = self._value(name, dict, message("a table"), optional=optional)
        return None if value is None else Table(value, self.at(name), self.findings)

    def tables(self, name: str) -> tuple[Table, ...]:
        """Return a list of tables; none if absent. Entries are counted from 0."""
        found = self._value(name, list, message("a list of tables"), optional=True) or []
        tables = []
        for index, value in enumerate(found):
            place = f"{name}[{index}]"
            if isinstance(value, dict):
                tables.append(Table(value, self.at(place), self.findings))
            else:
                self.note(place, "FORM-TYPE", message("a table is expected"))
        return tuple(tables)

    def close(self) -> None:
        """Note every value that nobody asked for."""
        for name in self.values:
            if name not in self._asked:
                reason = message("“{name}” means nothing here", name=name)
                self.note(name, "FORM-UNKNOWN", reason, did_you_mean(name, self._asked))

    def _value(
        self, name: str, kind: type[T], expected: Text, *, optional: bool = False
    ) -> T | None:
        self._asked.add(name)
        value: Json = self.values.get(name)
        if value is None:
            if not optional:
                self._missing(name)
            return None
        if not isinstance(value, kind):
            reason = message("{expected} is expected", expected=expected)
            self.note(name, "FORM-TYPE", reason)
            return None
        return value

    def _missing(self, name: str) -> None:
        self._asked.add(name)
        self.note(name, "FORM-MISSING", message("required, but missing"))


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
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as problem:
        reason = message("not UTF-8: byte {offset} cannot be read", offset=problem.start)
        finding = error("FORM-ENCODING", name, reason, message("save the file as UTF-8"))
    except tomllib.TOMLDecodeError as problem:
        finding = error("FORM-SYNTAX", name, message("not TOML: {problem}", problem=problem))
    raise FindingsError((finding,))

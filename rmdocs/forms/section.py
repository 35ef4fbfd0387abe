"""A section of a manifest: one table of ``form.toml``, and all that is to be known of it.

Each section is a file of :mod:`rmdocs.forms.sections`. It holds its data as a frozen
dataclass, what its table may hold, the expressions in it, what must agree with the
other sections and with the schema, and how a difference is told. Reading, checking
and comparing a form walk the sections; none of them knows one by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Self, TypeVar

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.findings import Finding, error
from rmdocs.forms.differences import Change, RevisionTerms
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression, Phrase
from rmdocs.language.rules import Saying
from rmdocs.language.shapes import Scope, Shape, Sorts
from rmdocs.messages import Text, message
from rmdocs.schemas.schema import Schema

MANIFEST_NAME = "form.toml"

S = TypeVar("S", bound="Section")


def table_of(
    properties: Mapping[str, JsonObject], *optional: str, title: str = "", english: str = ""
) -> JsonObject:
    """Return the schema of a table.

    :param optional: what need not be there; a text of these may be blank as well.
    """
    told = {"title": title, "description": english} if title else {}
    return {
        **told,
        "type": "object",
        "properties": {
            name: _or_blank(schema) if name in optional else schema
            for name, schema in properties.items()
        },
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _or_blank(schema: JsonObject) -> JsonObject:
    if schema.get("type") != "string":
        return schema
    return {key: said for key, said in schema.items() if key not in {"minLength", "pattern"}}


def list_of(items: JsonObject, *, title: str = "", english: str = "", least: int = 0) -> JsonObject:
    """Return the schema of a list."""
    told = {"title": title, "description": english} if title else {}
    return {**told, "type": "array", "items": items, **({"minItems": least} if least else {})}


def text(title: str, english: str, **more: object) -> JsonObject:
    """Return the schema of a text that is not blank."""
    return {
        "title": title,
        "description": english,
        "type": "string",
        "minLength": 1,
        "pattern": r"\S",
        **more,
    }


def value(kind: str, title: str, english: str, **more: object) -> JsonObject:
    """Return the schema of a value of another kind, such as ``integer``."""
    return {"title": title, "description": english, "type": kind, **more}


def both(title: str, english: str) -> JsonObject:
    """Return the schema of a text in both languages."""
    return table_of(
        {"zh": text("中文", "Chinese wording"), "en": text("英文", "English wording")},
        title=title,
        english=english,
    )


def texts(title: str, english: str, *, least: int = 0) -> JsonObject:
    """Return the schema of a list of texts."""
    return list_of(text(title, english), title=title, english=english, least=least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One expression or sentence of a form.

    :param place: where in the manifest, ``rules[3].require``.
    :param scope: the names it sees; None where they are another revision's.
    :param wants: what its value must be; None if anything, or it is a sentence.
    """

    place: str
    text: Expression | Phrase
    scope: Scope | None
    wants: Sorts | None = None


def stated(
    place: str, expression: Expression | None, scope: Scope | None, wants: Sorts | None = None
) -> Iterator[Stated]:
    """Yield an expression, if there is one."""
    if expression is not None:
        yield Stated(place=place, text=expression, scope=scope, wants=wants)


def said(place: str, saying: Saying | None, scope: Scope) -> Iterator[Stated]:
    """Yield the sentences of a message that have tags."""
    for language, phrase in (("zh", saying.zh), ("en", saying.en)) if saying is not None else ():
        if "{" in phrase.source:
            yield Stated(place=f"{place}.{language}", text=phrase, scope=scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionScopes:
    """What the expressions of a form see, and what is known of it from the form's schema.

    :param record: what everything about a record is computed from.
    :param derived: what each derived value sees: those before it.
    :param document: what is seen of a document: whom it is for too.
    :param due: what is asked of a record as time passes: what was filed too.
    :param quarter: what is asked of a record for one quarter: which one, too.
    :param row: what is seen of a row of a ledger, ``ledger`` what fills the rest.
    :param stages: what is known of each stage's content.
    """

    record: Scope
    derived: tuple[Scope, ...]
    document: Scope
    due: Scope
    quarter: Scope
    row: Scope
    ledger: Scope
    stages: Mapping[str, Shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one table of a manifest says.

    :cvar table: what the table is called in ``form.toml``.
    :cvar schema: what it may hold (JSON Schema 2020-12).
    :cvar required: whether it must be there.
    """

    table: ClassVar[str]
    schema: ClassVar[JsonObject]
    required: ClassVar[bool] = False

    @classmethod
    def read(cls, root: TomlTable) -> Self | None:
        """Return what the manifest says; None where it does not have the section.

        :param root: the whole manifest, which the schema has judged.
        """
        table = root.table(cls.table)
        return None if table is None else cls.of(table)

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what the section's own table says."""
        raise NotImplementedError

    def names(self) -> Mapping[str, Text]:
        """Return the names that it gives to expressions, with what a person calls each."""
        return {}

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield every expression and sentence, with what it sees and must be."""
        del seen
        return iter(())

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield where it disagrees with itself, other sections or the form's schema."""
        del manifest, schema
        return iter(())

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield in sentences what differs; None is where a manifest has no such section."""
        del old, new, telling
        return iter(())


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of ``form.toml``: its sections."""

    sections: Mapping[type[Section], Section]

    def find(self, kind: type[S]) -> S | None:
        """Return a section, or None where the manifest does not have it."""
        found = self.sections.get(kind)
        return found if isinstance(found, kind) else None

    def __getitem__(self, kind: type[S]) -> S:
        """Return a section that every manifest has.

        :raises KeyError: if the manifest does not have it.
        """
        found = self.find(kind)
        if found is None:
            raise KeyError(kind.table)
        return found


def finding(place: str, code: str, reason: Text, remedy: Text, label: str = "") -> Finding:
    """Return a finding about a place of the manifest."""
    return error(code, f"{MANIFEST_NAME}:{place}", reason, remedy, label=label)


def duplicates(place: str, values: Iterable[str]) -> Iterator[Finding]:
    """Yield each value that several entries of a list have, at the last of them.

    :param place: where an entry's value stands, ``{}`` for its index: ``due[{}].name``.
    """
    found: dict[str, list[int]] = {}
    for index, item in enumerate(values):
        found.setdefault(item, []).append(index)
    for item, indices in found.items():
        if len(indices) > 1:
            yield finding(
                place.format(indices[-1]),
                "FORM-DUPLICATE",
                message("“{value}” is used {count} times", value=item, count=len(indices)),
                message("give each one of its own"),
            )

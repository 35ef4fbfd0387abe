"""What a person calls the names that templates and rules use.

A field goes by its Chinese title; where several have the same, what it lies in
is said too. Expressions become words as far as there are any, so that an
officer reads fields and conditions, not code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rmdocs.forms.properties import Property
from rmdocs.language.expression import Expression
from rmdocs.language.words import quoted
from rmdocs.messages import Text, Verbatim, joined, message

_OWN: Mapping[str, Text] = {
    "number": message("record number"),
    "revision": message("revision of the form"),
    "edition": message("edition"),
    "pin": message("check code"),
    "blank": message("blank form"),
    "addressee": message("further addressee"),
    "today": message("today"),
    "facts.issued_on": message("date of issue"),
    "record.date": message("date of the record"),
    "record.unit": message("unit of the record"),
    "record.prepared_by.name": message("name of who prepared the record"),
    "record.prepared_by.staff_no": message("staff number of who prepared the record"),
    "record.related": message("related records"),
    "unit.code": message("code of the unit"),
    "unit.name": message("name of the unit"),
    "unit.full_name": message("full name of the unit"),
    "form.number": message("number of the form"),
    "form.revision": message("revision of the form"),
    "form.title.zh": message("title of the form"),
    "form.effective": message("effective date of the form"),
    "form.prepared": message("who prepared the form"),
    "form.reviewed": message("who reviewed the form"),
    "form.approved": message("who approved the form"),
    "form.history": message("revision table"),
    "item": message("each entry"),
    "loop.index": message("running number"),
}
"""Names that are the same for every form."""

_OF_A_DATE: Mapping[str, Text] = {
    "year": message(" (year)"),
    "month": message(" (month)"),
    "day": message(" (day)"),
}


class Titles:
    """What a person calls the names of one form.

    :param properties: the form's fields.
    :param others: further names with their titles: derived values, stages.
    :param aliases: names that stand for others: a loop's variable, for each
        list that it goes through somewhere.
    """

    def __init__(
        self,
        properties: Iterable[Property],
        others: Mapping[str, Text],
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._properties = tuple(properties)
        self._others = dict(others)
        self._aliases = dict(aliases or {})
        known = {item.name.removesuffix("[]"): item for item in self._properties}
        counts = Counter(item.title for item in known.values())
        self._fields = {
            name.replace("[]", ""): _called(item, counts[item.title])
            for name, item in known.items()
        }

    def with_aliases(self, aliases: Mapping[str, Sequence[str]]) -> Titles:
        """Return the same titles where ``aliases`` stand for other names."""
        return Titles(self._properties, self._others, {**self._aliases, **aliases})

    def title(self, name: str) -> Text | None:
        """Return what a person calls a dotted name; None if nobody gave it a title."""
        first, dot, rest = name.partition(".")
        if first in self._aliases and (dot or first not in _OWN):
            named = [f"{meant}{dot}{rest}" for meant in self._aliases[first]]
            return next(filter(None, map(self._known, named)), None)
        return self._known(name)

    def _known(self, name: str) -> Text | None:
        plain = name.replace("[]", "")
        parent, _, last = plain.rpartition(".")
        if plain in self._others:
            return self._others[plain]
        if plain in self._fields:
            return self._fields[plain]
        if last in _OF_A_DATE and parent in self._fields:
            return joined((self._fields[parent], _OF_A_DATE[last]))
        return _OWN.get(plain)

    def quoted(self, name: str) -> Text:
        """Return a dotted name as it stands in a sentence; itself if it has no title."""
        return quoted(name, self.title)

    def expression(self, source: str) -> Text:
        """Return an expression in words as far as there are any."""
        return Expression(source).words(self.title)


def _called(item: Property, count: int) -> Text:
    """Return a field's title, with what it lies in where others have the same."""
    return Verbatim(item.title if count == 1 else " › ".join(item.chain[-2:]))

"""What a person calls the names that templates and rules use, and tags as an officer reads them.

``{{ content.customer.name }}`` is 〔客户名称〕, ``{% if … %}`` is 〔如果 …〕.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rmdocs.forms.properties import Property
from rmdocs.language.expression import Expression
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

    def expression(self, source: str) -> Text:
        """Return an expression in words as far as there are any."""
        return Expression(source).words(self.title)


def _called(item: Property, count: int) -> Text:
    """Return a field's title, with what it lies in where others have the same."""
    return Verbatim(item.title if count == 1 else " › ".join(item.chain[-2:]))


TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
"""A tag of a template or of a sentence."""

_INSIDE = re.compile(r"\{[{%#]-?(?:(?:tr|tc|p|r)\s+)?\s*(.*?)\s*-?[}%#]\}", re.DOTALL)
_LOOP = re.compile(r"for\s+(\w+)\s+in\s+((?P<list>[A-Za-z_][\w.]*)?.*)", re.DOTALL)
_SET = re.compile(r"set\s+(\w+)\s*=\s*(.*)", re.DOTALL)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_BARE: dict[str, Text] = {
    "else": message("otherwise"),
    "endif": message("end of the condition"),
    "endfor": message("end of the repetition"),
}


def aliases(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return for which names the loop variables of a template stand."""
    found: dict[str, list[str]] = {}
    for text in texts:
        for tag in TAG.finditer(text):
            loop = _LOOP.fullmatch(_body(tag[0]))
            if loop and loop["list"]:
                first, dot, rest = loop["list"].partition(".")
                for meant in found.get(first, [first]):
                    found.setdefault(loop[1], []).append(f"{meant}{dot}{rest}[]")
    return found


def _body(tag: str) -> str:
    inside = _INSIDE.fullmatch(tag)
    return inside[1].translate(_STRAIGHT) if inside else ""


class Wording:
    """Says what the tags of one form do."""

    def __init__(self, titles: Titles) -> None:
        self._titles = titles

    def phrase(self, source: str) -> Text:
        """Return a sentence of a form's data, such as a rule's message, its tags in words."""
        return joined(self._pieces(source))

    def _pieces(self, source: str) -> Iterator[Text]:
        position = 0
        for found in TAG.finditer(source):
            yield Verbatim(source[position : found.start()])
            yield self.tag(found[0])
            position = found.end()
        yield Verbatim(source[position:])

    def tag(self, tag: str) -> Text:
        """Return what a tag does, in brackets; the tag itself if it cannot be said."""
        body = _body(tag)
        if tag.startswith("{#"):
            return bracketed(message("remark: {remark}", remark=body))
        if tag.startswith("{{"):
            return bracketed(Expression(body).printed(self._titles.title))
        said = self._statement(body)
        return Verbatim(tag) if said is None else bracketed(said)

    def _statement(self, body: str) -> Text | None:
        """Return what a statement does, or None if there are no words for it."""
        word, _, rest = body.partition(" ")
        loop, assignment = _LOOP.fullmatch(body), _SET.match(body)
        if word == "if":
            return message("if {condition}", condition=self._titles.expression(rest))
        if word == "elif":
            return message("otherwise, if {condition}", condition=self._titles.expression(rest))
        if loop:
            return message("for each of {list}", list=self._titles.expression(loop[2]))
        if assignment:
            value = self._titles.expression(assignment[2])
            return message("{name} means {value}", name=assignment[1], value=value)
        return _BARE.get(body)


def bracketed(text: Text) -> Text:
    """Return what stands for something that is no text, in brackets of its own."""
    return joined((Verbatim("〔"), text, Verbatim("〕")))

"""What a person calls the names that templates and rules use.

A field goes by its Chinese title; where several have the same, what it lies in
is said too. Expressions become words as far as there are any, so that an
officer reads fields and conditions, not code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError

from rmdocs.findings import NOTHING
from rmdocs.forms.change import joined
from rmdocs.forms.properties import Property
from rmdocs.language.sandbox import sandbox
from rmdocs.messages import Text, Verbatim, message

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

_TECHNICAL = frozenset(
    {
        "as_date",
        "cn_date",
        "date",
        "decimal",
        "filled",
        "int",
        "join",
        "join_cn",
        "list",
        "money",
        "or_none_cn",
        "or_slash",
        "percent",
        "sort",
        "string",
        "trim",
        "wan",
        "yesno_cn",
    }
)
"""Filters that only write or print a value, and change nothing in what is said."""

_FILTERS: Mapping[str, Text] = {
    "length": message(" (how many)"),
    "sum": message(" (sum)"),
    "max": message(" (largest)"),
    "min": message(" (smallest)"),
    "first": message(" (first)"),
    "last": message(" (last)"),
    "unique": message(" (each once)"),
    "masked": message(" (partly hidden)"),
    "rmb_words": message(" (in capital characters)"),
}
"""Filters that there are words for; what they are given is left out."""

_FUNCTIONS: Mapping[str, Text] = {
    "is_uscc": message("valid credit code"),
    "uscc_org_check": message("right check character of the organisation code"),
    "is_phone": message("valid phone number"),
    "is_postcode": message("valid postcode"),
    "days_between": message("days between"),
    "working_days_between": message("working days between"),
    "next_working_day": message("next working day after"),
    "days_before": message("date some days before"),
    "months_before": message("date some months before"),
    "weekday": message("day of the week of"),
    "term_class": message("term class of"),
    "interest": message("interest on"),
}

_OF_A_DATE: Mapping[str, Text] = {
    "year": message(" (year)"),
    "month": message(" (month)"),
    "day": message(" (day)"),
}
_SAID: Mapping[str, Text] = {
    "and": message(" and "),
    "or": message(" or "),
    "not": message("not "),
    "in": message(" is one of "),
    "if": message(" if "),
    "else": message(", otherwise "),
    "none": message("no value"),
    "none given": message(" is empty"),
    "not none given": message(" is filled in"),
    "not in": message(" is none of "),
    "true": message("yes"),
    "false": message("no"),
}
_SIGNS = {"~": " + ", "==": " = ", "!=": " ≠ ", "<=": " ≤ ", ">=": " ≥ ", "<": " < ", ">": " > "}
_SPACED = frozenset({"+", "-", "*", "/", "//", "%", "~"})


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
        title = self.title(name)
        return Verbatim(name) if title is None else message("“{title}”", title=title)

    def expression(self, source: str) -> Text:
        """Return an expression in words as far as there are any."""
        try:
            return joined(self._words(list(_tokens(source))))
        except TemplateSyntaxError:
            return Verbatim(source)

    def _words(self, tokens: Sequence[tuple[str, str]]) -> Iterator[Text]:
        position, latest = 0, ""
        while position < len(tokens):
            kind, text = tokens[position]
            step = 1
            following = [word for _, word in tokens[position + 1 : position + 3]]
            if kind == "name" and text not in _SAID and text != "is":
                step, name = _dotted(tokens, position)
                called = tokens[position + step : position + step + 1] == [("operator", "(")]
                yield _FUNCTIONS.get(name, Verbatim(name)) if called else self.quoted(name)
                latest = name
            elif text == "is" and following[:1] == ["none"]:
                step = 2
                yield _SAID["none given"]
            elif text == "is" and following == ["not", "none"]:
                step = 3
                yield _SAID["not none given"]
            elif text == "not" and following[:1] == ["in"]:
                step = 2
                yield _SAID["not in"]
            elif text == "[" and (count := _first_letters(tokens, position)):
                step = 4
                yield message(" (first {count} characters)", count=count)
            elif text == "|":
                step, said = self._filter(tokens, position, latest)
                yield said
            elif kind == "string":
                yield Verbatim(f"“{text[1:-1]}”") if text[1:-1].strip() else _SAID["none"]
            elif kind == "name" and text in _SAID:
                yield _SAID[text]
            else:
                yield Verbatim(_sign(kind, text))
            position += step

    def _filter(
        self, tokens: Sequence[tuple[str, str]], start: int, latest: str
    ) -> tuple[int, Text]:
        """Return how many tokens a filter takes, and what is said of it: nothing if it only prints.

        :param latest: the name before it.
        """
        name = tokens[start + 1][1] if start + 1 < len(tokens) else ""
        given = _given(tokens, start + 2)
        if name in _TECHNICAL:
            return 2 + len(given), NOTHING
        if name in _FILTERS:
            return 2 + len(given), _FILTERS[name]
        words = [text for _, text in given]
        if name == "map" and words[1:3] == ["attribute", "="]:
            title = self.title(f"{latest}.{words[3][1:-1]}")
            if title is not None:
                return 2 + len(given), message(", of each “{title}”", title=title)
        if name == "select" and [word.strip("'\"") for word in words[1:3]] == ["in", ","]:
            inner = joined(self._words(given[3:-1]))
            return 2 + len(given), message(" that occur in {text}", text=inner)
        return 2, Verbatim(f"|{name}")


def _called(item: Property, count: int) -> Text:
    """Return a field's title, with what it lies in where others have the same."""
    return Verbatim(item.title if count == 1 else " › ".join(item.chain[-2:]))


@cache
def _environment() -> Environment:
    return sandbox(autoescape=False)


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    for _, kind, text in _environment().lexer.tokeniter(f"{{{{ {source} }}}}", None):
        if kind not in ("whitespace", "variable_begin", "variable_end"):
            yield kind, text


def _dotted(tokens: Sequence[tuple[str, str]], start: int) -> tuple[int, str]:
    """Return how many tokens a dotted name takes, and the name."""
    name, position = tokens[start][1], start + 1
    while tokens[position : position + 1] == [("operator", ".")]:
        name += f".{tokens[position + 1][1]}" if position + 1 < len(tokens) else ""
        position += 2
    return position - start, name


def _first_letters(tokens: Sequence[tuple[str, str]], start: int) -> str:
    """Return how many letters ``[:4]`` takes; empty if something else stands there."""
    words = [text for _, text in tokens[start : start + 4]]
    return words[2] if words[1:2] == [":"] and words[3:] == ["]"] else ""


def _given(tokens: Sequence[tuple[str, str]], start: int) -> Sequence[tuple[str, str]]:
    """Return what stands in the brackets that open at ``start``, with them; nothing if none do."""
    if tokens[start : start + 1] != [("operator", "(")]:
        return ()
    depth, end = 0, start
    while end < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[end][1], 0)
        end += 1
        if depth == 0:
            break
    return tokens[start:end]


def _sign(kind: str, text: str) -> str:
    if text in _SIGNS:
        return _SIGNS[text]
    if text == "is" or (kind == "operator" and text in _SPACED):
        return f" {text} "
    return f"{text} " if text in (",", ":") else text

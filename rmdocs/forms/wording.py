"""Tags as an officer reads them: fields and conditions in words.

``{{ content.customer.name }}`` is 〔客户名称〕, ``{% if … %}`` is 〔如果 …〕.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rmdocs.forms.titles import Titles
from rmdocs.messages import Text, Verbatim, joined, message

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
"""A tag of a template or of a sentence."""

_INSIDE = re.compile(r"\{[{%#]-?(?:(?:tr|tc|p|r)\s+)?\s*(.*?)\s*-?[}%#]\}", re.DOTALL)
_LOOP = re.compile(r"for\s+(\w+)\s+in\s+((?P<list>[A-Za-z_][\w.]*)?.*)", re.DOTALL)
_TICK = re.compile(r"(?P<open>\()?(.*?)(?(open)\))\s*\|\s*checked", re.DOTALL)
_SET = re.compile(r"set\s+(\w+)\s*=\s*(.*)", re.DOTALL)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_TICKS = {"false": "☐", "true": "☑"}
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
            return bracketed(self._value(body))
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

    def _value(self, body: str) -> Text:
        """Return a field's title without quotes, a tick, or an expression in words."""
        name = re.fullmatch(r"([A-Za-z_][\w.]*)\s*((?:\|\s*\w+\s*(?:\([^()]*\))?\s*)*)", body)
        title = self._titles.title(name[1]) if name else None
        tick = _TICK.fullmatch(body)
        if title is not None and "masked" not in body:
            return title
        if name and name[1] == "none":
            return message("left blank")
        if tick and tick[2] in _TICKS:
            return Verbatim(_TICKS[tick[2]])
        if tick:
            return message("tick if {condition}", condition=self._titles.expression(tick[2]))
        return self._titles.expression(body)


def bracketed(text: Text) -> Text:
    """Return what stands for something that is no text, in brackets of its own."""
    return joined((Verbatim("〔"), text, Verbatim("〕")))

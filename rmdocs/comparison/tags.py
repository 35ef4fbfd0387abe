"""A template's text as an officer reads it: fields and conditions in words, not tags.

``{{ content.customer.name }}`` is 〔客户名称〕, ``{% if … %}`` is 〔如果 …〕.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rmdocs.comparison.blocks import Paragraph, paragraphs
from rmdocs.comparison.change import joined, listed, shortened
from rmdocs.comparison.runs import Run
from rmdocs.comparison.titles import Titles
from rmdocs.comparison.tokens import OBJECT
from rmdocs.messages import Text, Verbatim, message

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PIECE = re.compile(rf"{_TAG.pattern}|[{OBJECT}\f\n\t]", re.DOTALL)
_INSIDE = re.compile(r"\{[{%#]-?(?:(?:tr|tc|p|r)\s+)?\s*(.*?)\s*-?[}%#]\}", re.DOTALL)
_LOOP = re.compile(r"for\s+(\w+)\s+in\s+((?P<list>[A-Za-z_][\w.]*)?.*)", re.DOTALL)
_TICK = re.compile(r"(?P<open>\()?(.*?)(?(open)\))\s*\|\s*checked", re.DOTALL)
_SET = re.compile(r"set\s+(\w+)\s*=\s*(.*)", re.DOTALL)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_BLANKS: dict[str, Text] = {
    " ": message("space"),
    "\u3000": message("wide space"),
    "\t": message("tab"),
    "\n": message("line break"),
    "\f": message("page break"),
}
_LONGEST = 40
"""Of the text of a box so much names it."""

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
        for tag in _TAG.finditer(text):
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
    """Says what stands in the paragraphs of one template."""

    def __init__(self, titles: Titles) -> None:
        self._titles = titles

    def whole(self, paragraph: Paragraph, *, exactly: bool = False) -> Text:
        """Return all a paragraph shows.

        :param exactly: whether tags are said as they are written, tabs and breaks by name.
        """
        return self.part(paragraph, (0, len(paragraph.text)), exactly=exactly)

    def part(self, paragraph: Paragraph, span: tuple[int, int], *, exactly: bool = False) -> Text:
        """Return what a span of a paragraph shows; nothing but blanks is spelt out."""
        text = paragraph.text
        piece = text[slice(*span)]
        if piece and not piece.strip():
            return joined(_bracketed(_BLANKS.get(sign, Verbatim(sign))) for sign in piece)
        before = text[: span[0]].count(OBJECT)
        objects = list(paragraph.objects)[before:]
        labels = (self.object(paragraph, run) for run in objects)
        return joined(self._pieces(piece, labels, exactly=exactly))

    def object(self, paragraph: Paragraph, run: Run) -> Text:
        """Return what a person calls an object of a paragraph: a text box by its text."""
        said = [
            self.whole(inner)
            for box in paragraph.boxes_in([run])
            for block in box.blocks
            for inner in paragraphs(block)
            if not inner.is_blank
        ]
        if not said:
            return run.label
        return message("text box: {text}", text=shortened(listed(said, Verbatim(" | ")), _LONGEST))

    def phrase(self, source: str) -> Text:
        """Return a sentence of a form's data, such as a rule's message, its tags in words."""
        return joined(self._pieces(source, iter(()), exactly=False))

    def _pieces(self, text: str, objects: Iterator[Text], *, exactly: bool) -> Iterator[Text]:
        position = 0
        for found in _PIECE.finditer(text):
            yield Verbatim(text[position : found.start()])
            position = found.end()
            if found[0] == OBJECT:
                yield _bracketed(next(objects, Verbatim("?")))
            elif found[0] == "\f" or (exactly and found[0] in _BLANKS):
                yield _bracketed(_BLANKS[found[0]])
            elif len(found[0]) == 1:
                yield Verbatim(" ")
            else:
                yield Verbatim(found[0]) if exactly else self.tag(found[0])
        yield Verbatim(text[position:])

    def tag(self, tag: str) -> Text:
        """Return what a tag does, in brackets; the tag itself if it cannot be said."""
        body = _body(tag)
        if tag.startswith("{#"):
            return _bracketed(message("remark: {remark}", remark=body))
        if tag.startswith("{{"):
            return _bracketed(self._value(body))
        said = self._statement(body)
        return Verbatim(tag) if said is None else _bracketed(said)

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


def _bracketed(text: Text) -> Text:
    return joined((Verbatim("〔"), text, Verbatim("〕")))

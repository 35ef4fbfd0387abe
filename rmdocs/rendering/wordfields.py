"""The fields of a part, and what would stand in a document twice: bookmarks, shapes.

A field is a text that Word computes: a page number, today's date, a text from
another file, each with its whole code, however Word split and nested it. A form
prints page numbers by fields and everything else by tags. Word keeps a shape in
a new and an old version, of which each program shows one; a loop prints what is
in it again and again, bookmarks included, whose names must not repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from itertools import chain

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.markup import WORD, text_of
from rmdocs.rendering.refusals import judge_link
from rmdocs.rendering.tags import ParagraphIndex, Tag, scan
from rmdocs.rendering.vocabulary import MC, SYMBOLS, VML

PAGE_NUMBERS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
"""Fields that number pages."""

REFERENCES = frozenset({"TOC", "REF", "PAGEREF", "NOTEREF", "SEQ", "STYLEREF"})
"""Fields that a controlled document may keep with the result they have."""

_LINK = "HYPERLINK"
_FETCHING = frozenset(
    {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "RD"}
    | {"DATABASE", "EMBED"}
)
_CHAR, _CODE, _SIMPLE, _TEXT = (
    f"{WORD}{name}" for name in ("fldChar", "instrText", "fldSimple", "t")
)
_KIND, _INSTRUCTION = f"{WORD}fldCharType", f"{WORD}instr"
_QUOTED = re.compile(r'"([^"]*)"|(\\\w)|(\S+)')
_SWITCHES = re.compile(
    r"""(\s*\\\*\s*("?)[A-Za-z]+[1-4]?\2|\s*\\\#\s*("?)[-,.+/\s–—]*[0\#][-0\#,.+/\s–—]*\3)*"""
)
"""How a page number may be written: a style of figures (``\\* ROMAN``), a picture of digits."""

_LONGEST = 60


@dataclass(slots=True, kw_only=True, eq=False)
class WordField:
    """A field as it stands in a part.

    :param at: where it begins.
    :param code: its code without blanks around it; ``{…}`` where another field stands in it.
    :param result: the text it had when the file was saved.
    :param nested: whether another field stands in its code.
    :param whole: whether it has a beginning and an end.
    """

    at: etree._Element
    code: str = ""
    result: str = ""
    nested: bool = False
    whole: bool = True
    in_code: bool = field(default=True, repr=False)

    @property
    def name(self) -> str:
        """Return what it computes, ``PAGE``; empty if it has no code."""
        words = self.code.split(maxsplit=1)
        return words[0].upper() if words else ""


def fields(root: etree._Element) -> Iterator[WordField]:
    """Yield the fields of a part, each when it ends."""
    open_: list[WordField] = []
    for element in root.iter(_CHAR, _CODE, _SIMPLE, _TEXT):
        if element.tag == _CHAR:
            yield from _mark(element, open_)
        elif element.tag == _SIMPLE:
            code = str(element.get(_INSTRUCTION, "")).strip()
            yield WordField(at=element, code=code, result=text_of(element))
            _nest(open_)
        elif open_ and open_[-1].in_code:
            open_[-1].code += element.text or ""
        elif element.tag == _CODE:
            yield WordField(at=element, code=(element.text or "").strip(), whole=False)
        else:
            for one in open_:
                one.result += (element.text or "") if not one.in_code else ""
    for one in open_:
        one.whole = False
        one.code = one.code.strip()
        yield one


def _mark(element: etree._Element, open_: list[WordField]) -> Iterator[WordField]:
    """Take the beginning, middle or end of a field into account; yield the field that ends."""
    kind = element.get(_KIND)
    if kind == "begin":
        open_.append(WordField(at=element))
    elif not open_:
        yield WordField(at=element, whole=False)
    elif kind == "separate":
        open_[-1].in_code = False
    else:
        done = open_.pop()
        done.code = done.code.strip()
        _nest(open_)
        yield done


def _nest(open_: list[WordField]) -> None:
    """Note a field in the code of the innermost one that is open."""
    if open_ and open_[-1].in_code:
        open_[-1].nested = True
        open_[-1].code += "{…}"


def judge_fields(places: ParagraphIndex, *, references: bool) -> Iterator[Finding]:
    """Yield a finding for each field that a form must not hold.

    :param references: whether contents and references may stay with their result, as in a
        controlled document that is no form.
    """
    for one in fields(places.root):
        yield from _judged(one, places, references=references)


def _judged(one: WordField, places: ParagraphIndex, *, references: bool) -> Iterator[Finding]:
    shown = one.code[:_LONGEST]
    if one.name in _FETCHING:
        yield places.error(
            "TEMPLATE-EXTERNAL",
            one.at,
            message("a field would fetch something from outside: {field}", field=shown),
            message("delete the field"),
        )
    elif one.name == _LINK and not one.nested:
        yield from judge_link(places, one.at, *_target(one.code), inner=not references)
    elif not one.whole and not (references and one.name in REFERENCES):
        yield places.error(
            "TEMPLATE-FIELD",
            one.at,
            message("a field has no beginning or no end: {field}", field=shown or "?"),
            message("delete the line in Word or WPS and write it again"),
        )
    elif one.name in PAGE_NUMBERS and not one.nested:
        if not _SWITCHES.fullmatch(one.code[len(one.name) :]):
            yield places.error(
                "TEMPLATE-FIELD",
                one.at,
                message("a page number that prints more than a number: {field}", field=shown),
                message(
                    "insert the page number anew (Insert › Page Number), and write the text"
                    " beside it"
                ),
            )
    elif references and one.name in REFERENCES:
        if not one.result.strip():
            yield places.error(
                "TEMPLATE-FIELD",
                one.at,
                message("a reference has no text yet: {field}", field=shown),
                message("press F9 on it in Word or WPS, look at it, and save the file again"),
            )
    else:
        yield places.error(
            "TEMPLATE-FIELD",
            one.at,
            message("a field that is no page number: {field}", field=shown or "?"),
            message(
                "press Ctrl+Shift+F9 on it to make it plain text, or use a tag such as"
                " {{ facts.issued_on|cn_date }}"
            ),
        )


def _target(code: str) -> tuple[str, str]:
    """Return where a HYPERLINK leads: an address, and a place in what it leads to."""
    address, anchor, wanted = "", "", ""
    for quoted, switch, word in _QUOTED.findall(code.partition(" ")[2]):
        if switch:
            wanted = switch.lower()
        elif wanted == "\\l":
            anchor, wanted = quoted or word, ""
        elif wanted in {"\\o", "\\t"}:
            wanted = ""
        else:
            address, wanted = address or quoted or word, ""
    return address, anchor


_ALTERNATIVES = f"{{{MC}}}AlternateContent"
_VERSIONS = (f"{{{MC}}}Choice", f"{{{MC}}}Fallback")
_PATH, _SYMBOL = f"{{{VML}}}textpath", f"{{{SYMBOLS}}}symEx"
_SHOWN = (f"{WORD}t", f"{WORD}instrText", _PATH, _SYMBOL)
_BOOKMARK, _NAME = f"{WORD}bookmarkStart", f"{WORD}name"
_CODE_POINT = re.compile("(0?[0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})")
_LONGEST_VERSION = 40


def judge_versions(places: ParagraphIndex) -> Iterator[Finding]:
    """Yield a finding for each shape whose versions do not say the same."""
    for shape in places.root.iter(_ALTERNATIVES):
        texts = [_text(version) for version in shape if version.tag in _VERSIONS]
        if next(shape.iterchildren(_VERSIONS[1]), None) is None:
            texts.append("")  # a program that does not know the new version shows nothing
        other = next((text for text in texts if text != texts[0]), None)
        if other is not None:
            yield places.error(
                "TEMPLATE-TWO-VERSIONS",
                shape,
                message(
                    "a text box says “{one}” in Word and “{other}” in other programs",
                    one=texts[0][:_LONGEST_VERSION],
                    other=other[:_LONGEST_VERSION],
                ),
                message("delete the text box, and make it anew in Word or WPS"),
            )


def _text(version: etree._Element) -> str:
    return "".join("".join(map(_shown, version.iter(*_SHOWN))).split())


def _shown(element: etree._Element) -> str:
    if element.tag == _PATH:
        return str(element.get("string") or "")
    if element.tag == _SYMBOL:
        code = str(element.get(f"{{{SYMBOLS}}}char") or "")
        return chr(int(code, 16)) if _CODE_POINT.fullmatch(code) else "?"
    return element.text or ""


def judge_bookmarks(all_places: list[ParagraphIndex]) -> Iterator[Finding]:
    """Yield a finding for each bookmark that a document would have twice."""
    seen: set[str] = set()
    for places in all_places:
        if next(places.root.iter(_BOOKMARK), None) is None:
            continue
        loops = list(_loops(places))
        numbers = _numbers(places)
        for mark in places.root.iter(_BOOKMARK):
            if next(mark.iterancestors(_VERSIONS[1]), None) is not None:
                continue  # the old version of a shape repeats what the new one has
            name = str(mark.get(_NAME) or "")
            number = numbers.get(mark, 0)
            if name.casefold() in seen:
                yield places.error(
                    "TEMPLATE-BOOKMARK",
                    mark,
                    message("the bookmark {name} stands in the document twice", name=name),
                    message("delete one of the two (Insert › Bookmark)"),
                )
            elif any(number in loop for loop in loops):
                yield places.error(
                    "TEMPLATE-BOOKMARK",
                    mark,
                    message("a loop would print the bookmark {name} more than once", name=name),
                    message("delete the bookmark (Insert › Bookmark), or move it out of the loop"),
                )
            seen.add(name.casefold())


def _numbers(places: ParagraphIndex) -> dict[etree._Element, int]:
    """Return the number of the paragraph that each bookmark stands in or before."""
    found: dict[etree._Element, int] = {}
    waiting: list[etree._Element] = []
    number = 0
    for element in places.root.iter(_BOOKMARK, f"{WORD}p"):
        if element.tag == _BOOKMARK:
            if next(element.iterancestors(f"{WORD}p"), None) is not None:
                found[element] = number
            else:
                waiting.append(element)
        else:
            number += 1
            found |= dict.fromkeys(waiting, number)
            waiting.clear()
    return found


def _loops(places: ParagraphIndex) -> Iterator[range]:
    """Yield the numbers of the paragraphs that each loop prints again and again."""
    tags = chain.from_iterable(scan(paragraph) for paragraph in places.all)
    begun: list[Tag] = []
    for tag in tags:
        if not isinstance(tag, Tag):
            continue
        if tag.word == "for":
            begun.append(tag)
        elif tag.word == "endfor" and begun:
            first = begun.pop()
            inline = 0 if first.level in {"", "r"} else 1
            yield range(first.paragraph.number + inline, tag.paragraph.number + 1)

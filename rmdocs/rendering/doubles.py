"""What stands in a template once and in the document twice: versions of a shape, bookmarks.

Word keeps a shape in a new and an old version, of which each program shows
one; a loop prints what is in it again and again, bookmarks included, whose
names must not repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.tags import Places, Tag, scan
from rmdocs.rendering.vocabulary import MC, SYMBOLS, VML

_ALTERNATIVES = f"{{{MC}}}AlternateContent"
_VERSIONS = (f"{{{MC}}}Choice", f"{{{MC}}}Fallback")
_PATH, _SYMBOL = f"{{{VML}}}textpath", f"{{{SYMBOLS}}}symEx"
_SHOWN = (f"{WORD}t", f"{WORD}instrText", _PATH, _SYMBOL)
_BOOKMARK, _NAME = f"{WORD}bookmarkStart", f"{WORD}name"
_CODE = re.compile("(0?[0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})")
_LONGEST = 40


def judge_versions(places: Places) -> Iterator[Finding]:
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
                    one=texts[0][:_LONGEST],
                    other=other[:_LONGEST],
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
        return chr(int(code, 16)) if _CODE.fullmatch(code) else "?"
    return element.text or ""


def judge_bookmarks(all_places: list[Places]) -> Iterator[Finding]:
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


def _numbers(places: Places) -> dict[etree._Element, int]:
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


def _loops(places: Places) -> Iterator[range]:
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

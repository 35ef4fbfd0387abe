"""The fields of a part, each with its whole code, however Word split and nested it.

A field is a text that Word computes: a page number, today's date, a text from
another file. A form prints page numbers by fields and everything else by tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.refusals import judge_link
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.tags import Places

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
class Field:
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


def fields(root: etree._Element) -> Iterator[Field]:
    """Yield the fields of a part, each when it ends."""
    open_: list[Field] = []
    for element in root.iter(_CHAR, _CODE, _SIMPLE, _TEXT):
        if element.tag == _CHAR:
            yield from _mark(element, open_)
        elif element.tag == _SIMPLE:
            text = "".join(one.text or "" for one in element.iter(_TEXT))
            yield Field(at=element, code=str(element.get(_INSTRUCTION, "")).strip(), result=text)
            _nest(open_)
        elif open_ and open_[-1].in_code:
            open_[-1].code += element.text or ""
        elif element.tag == _CODE:
            yield Field(at=element, code=(element.text or "").strip(), whole=False)
        else:
            for one in open_:
                one.result += (element.text or "") if not one.in_code else ""
    for one in open_:
        one.whole = False
        one.code = one.code.strip()
        yield one


def _mark(element: etree._Element, open_: list[Field]) -> Iterator[Field]:
    """Take the beginning, middle or end of a field into account; yield the field that ends."""
    kind = element.get(_KIND)
    if kind == "begin":
        open_.append(Field(at=element))
    elif not open_:
        yield Field(at=element, whole=False)
    elif kind == "separate":
        open_[-1].in_code = False
    else:
        done = open_.pop()
        done.code = done.code.strip()
        _nest(open_)
        yield done


def _nest(open_: list[Field]) -> None:
    """Note a field in the code of the innermost one that is open."""
    if open_ and open_[-1].in_code:
        open_[-1].nested = True
        open_[-1].code += "{…}"


def judge_fields(places: Places, *, references: bool) -> Iterator[Finding]:
    """Yield a finding for each field that a form must not hold.

    :param references: whether contents and references may stay with their result, as in a
        controlled document that is no form.
    """
    for one in fields(places.root):
        yield from _judged(one, places, references=references)


def _judged(one: Field, places: Places, *, references: bool) -> Iterator[Finding]:
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

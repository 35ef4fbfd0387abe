"""Whether every page says what it is, of a form (ISO 9001 §7.5.2) and of a document.

Number, edition, revision and pin are printed by tags in the header or footer
of each kind of page that a section has: usual, first and even ones. What is
typed by hand beside them stays as it is when a revision changes it, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, error, warning
from rmdocs.forms.form import Form
from rmdocs.messages import Joined, Message, Text, message
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.markup import WORD, PageEdges, text_of
from rmdocs.rendering.package import read
from rmdocs.rendering.tagcheck import PartTags
from rmdocs.rendering.tags import LONGEST_LABEL, ParagraphIndex, TemplateParagraph
from rmdocs.rendering.template import parse
from rmdocs.rendering.wordfile import SETTINGS, WordFile

_CLAUSE = "ISO 9001 §7.5.2"
_ISSUED: tuple[Mapping[str, object], ...] = tuple(
    MappingProxyType(
        {
            "number": number,
            "edition": edition,
            "revision": revision,
            "form.revision": revision,
            "pin": pin,
            "blank": False,
        }
    )
    for number, edition, revision, pin in (
        ("RXD0000-00-XX00-2000-0001", 1, "1.0", "0"),
        ("RXD9999-98-YY76-2097-6543", 38, "27.4", "0-0000000000000000000000000"),
    )
)
"""What the names are worth in documents that were issued: the first of all, and a late one.

What is printed in one of them alone, by a condition on a value, is not always printed.
"""

_SAID: Mapping[str, tuple[frozenset[str], Message]] = MappingProxyType(
    {
        "{{ number }}": (frozenset({"number"}), message("the record's number")),
        "{{ edition }}": (frozenset({"edition"}), message("the edition")),
        "{{ revision }}": (
            frozenset({"revision", "form.revision"}),
            message("the form's revision"),
        ),
        "{{ pin }}": (frozenset({"pin"}), message("the pin")),
    }
)
"""What each page has to say: the tag, the names that print it, how it is called."""

_KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "default": message("the pages"),
        "first": message("the first page"),
        "even": message("the even pages"),
    }
)
_FIELD, _SIMPLE_FIELD = f"{WORD}fldChar", f"{WORD}fldSimple"
_READ = (f"{WORD}t", f"{WORD}tab", f"{WORD}br", f"{WORD}cr", _FIELD, _SIMPLE_FIELD)
_OF_FIELD = "\N{OBJECT REPLACEMENT CHARACTER}"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_TYPED = (
    re.compile(r"(?<![\w.])\d{4}\s*(?:年|[-./])\s*\d{1,2}\s*(?:月|[-./])\s*\d{1,2}\s*日?"),
    re.compile(r"[〇○零一二三四五六七八九十]{4}年[一二三四五六七八九十]{1,3}月"),
    re.compile(
        r"(?:版本号?|版次|修订号?|第|(?<![A-Za-z])(?:rev(?:ision)?|ver(?:sion)?|v)\.?)"
        r"\s*[:：]?\s*\d+(?:\.\d+)+(?:\s*版)?",
        re.IGNORECASE,
    ),
    re.compile(r"第\s*[\d〇零一二三四五六七八九十]+\s*(?:版|次修订)(?!面)"),
    re.compile(
        r"(?:版本号?|版次|修订(?:号|次数?|状态)?|(?<![A-Za-z])(?:rev(?:ision)?|ed(?:ition)?|issue)\.?)"
        r"\s*[:：/／]?\s*(?:\d+|[A-Z]\s*[/／]\s*\d+)(?![\d.])",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![A-Z0-9-])[A-Z]{2,4}\d{3,5}(?:-[A-Z0-9]+)*(?![A-Z0-9-])"),
)

_BY_TAG = message(
    "print it with a tag: {{ number }}, {{ edition }}, {{ revision }} or"
    " {{ facts.issued_on|cn_date }}"
)
_BY_FIELD = message("insert the page's number as a field (Insert › Page Number)")
_PAGE_NUMBER = re.compile(
    r"[第共]\s*[\d〇零一二三四五六七八九十]+\s*页"
    r"|(?<![A-Za-z])p(?:age|g\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?"
    r"|(?<![\d/.-])[-–—]\s*\d{1,3}\s*[-–—](?![\d/.-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageKind:
    """A kind of page of a section.

    :param edges: its header and its footer, by the names of their parts; those it has.
    """

    section: int
    kind: str
    edges: tuple[str, ...]


def judge_pages(template: bytes, form: Form) -> list[Finding]:
    """Return an error for each page that does not say what it is, and what is typed by hand.

    :raises FindingsError: if the template is no Word document, or damaged.
    """
    word = clean(template).word
    found = list(_silent(word))
    for name in dict.fromkeys(edge for page in _pages(word) for edge in page.edges):
        found += _typed(name, word, form)
    return found


def _silent(word: WordFile) -> Iterator[Finding]:
    @cache
    def prints(name: str) -> frozenset[str]:
        tags = PartTags(name, word.roots[name])
        return frozenset[str].intersection(*map(tags.always_prints, _ISSUED))

    told: set[tuple[str, tuple[str, ...]]] = set()
    for page in _pages(word):
        printed = frozenset().union(*map(prints, page.edges))
        missing = [tag for tag, (names, _) in _SAID.items() if not names & printed]
        if missing and (page.kind, page.edges) not in told:
            told.add((page.kind, page.edges))
            yield _finding(page, missing, word)


def _finding(page: _PageKind, missing: list[str], word: WordFile) -> Finding:
    called: tuple[Text, ...] = tuple(_SAID[tag][1] for tag in missing)
    place = page.edges[-1] if page.edges else word.main
    return error(
        "TEMPLATE-PAGE",
        place,
        message(
            "{pages} of section {section} do not always print {missing}",
            pages=_KINDS[page.kind],
            section=page.section,
            missing=Joined(called),
        ),
        message("print {tags} in their header or footer", tags=" ".join(missing)),
        clause=_CLAUSE,
        label=text_of(word.roots[place]).strip()[:LONGEST_LABEL] if page.edges else "",
    )


def _pages(word: WordFile) -> Iterator[_PageKind]:
    """Yield the kinds of pages of each section, in order."""
    targets = {
        one.identifier: one.target
        for one in word.relations
        if one.source == word.main and one.target in word.roots
    }
    shown = PageEdges(lambda identifier: targets.get(identifier, ""), word.root_of(SETTINGS))
    for number, section in enumerate(word.roots[word.main].iter(f"{WORD}sectPr"), 1):
        for kind in shown.enter(section):
            edges = (shown.parts.get((edge, kind)) for edge in ("header", "footer"))
            yield _PageKind(section=number, kind=kind, edges=tuple(filter(None, edges)))


def _typed(name: str, word: WordFile, form: Form) -> Iterator[Finding]:
    own = {str(form.number), str(form.parent or "")}
    for element, paragraph in ParagraphIndex(name, word.roots[name]).paired:
        # What a field prints is not typed.
        text = _TAG.sub(" ", "".join(_written(element)))
        for pattern in _TYPED:
            for found in pattern.finditer(text):
                if found[0] not in own:
                    yield _by_hand(paragraph, found[0], _BY_TAG)
        for found in _PAGE_NUMBER.finditer(text):
            yield _by_hand(paragraph, found[0], _BY_FIELD)


def _by_hand(paragraph: TemplateParagraph, text: str, remedy: Text) -> Finding:
    return warning(
        "TEMPLATE-TYPED",
        f"{paragraph.part}#{paragraph.number}",
        message("typed by hand, so that it stays when it changes: {text}", text=text),
        remedy,
        clause=_CLAUSE,
        label=paragraph.text.strip()[:LONGEST_LABEL],
    )


def _written(paragraph: etree._Element) -> Iterator[str]:
    """Yield the text of a paragraph, with a sign for each field in place of what it prints."""
    depth = 0
    for element in paragraph.iter(*_READ):
        if element.tag == _FIELD:
            kind = element.get(f"{WORD}fldCharType")
            if kind == "begin" and not depth:
                yield _OF_FIELD
            depth = max(0, depth + {"begin": 1, "end": -1}.get(str(kind), 0))
        elif element.tag == _SIMPLE_FIELD:
            yield _OF_FIELD
        elif not depth and next(element.iterancestors(_SIMPLE_FIELD), None) is None:
            yield element.text or " "


_PART = re.compile(r"word/[^/]+\.xml")
_MARGINS = (f"{WORD}hdr", f"{WORD}ftr")
_PAGE = "PAGE"


def numbers_pages(document: bytes) -> bool:
    """Return whether a header or footer of ``document`` (.docx) prints the page's number.

    :raises FindingsError: if it is no Word document.
    """
    # Whatever the parts are called: in an assembled document each annex has its own.
    roots = (parse(one.content()) for one in read(document) if _PART.fullmatch(one.name))
    edges = (root for root in roots if root.tag in _MARGINS)
    return any(code.split()[:1] == [_PAGE] for root in edges for code in _codes(root))


def _codes(root: etree._Element) -> Iterator[str]:
    """Yield the code of every field; Word may write one in several runs."""
    for field in root.iter(f"{WORD}fldSimple"):
        yield str(field.get(f"{WORD}instr", ""))
    code = ""
    for element in root.iter(f"{WORD}fldChar", f"{WORD}instrText"):
        if element.tag == f"{WORD}instrText":
            code += element.text or ""
        else:
            yield code
            code = ""
    yield code

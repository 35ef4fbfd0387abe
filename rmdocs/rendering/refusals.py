"""What stands in a Word file and must not stand in a controlled document.

Each kind is refused by name, with its place and what to do in Word or WPS:
elements, links to files outside, what Word and WPS print until somebody writes
over it, and text that nobody sees. What is kept and what is dropped is told
apart by ``vocabulary``; what is dropped is gone before anything is judged here.
Whether a run is hidden is said by the run, its character and paragraph styles,
the table's style and the defaults (ECMA-376-1 §17.7.3: styles that hide cancel
each other out).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import Message, Text, by_command, message
from rmdocs.rendering.markup import WORD, is_on, text_of
from rmdocs.rendering.styles import Inherited
from rmdocs.rendering.tags import ParagraphIndex
from rmdocs.rendering.vocabulary import ANCHOR, VML, ElementHandling, fate, short

_KEPT = (ElementHandling.KEPT, ElementHandling.DROPPED, ElementHandling.UNWRAPPED)


class Refusal(NamedTuple):
    """How a kind of thing is refused."""

    code: str
    what: Text
    remedy: Text


_REFUSALS: Mapping[ElementHandling, Refusal] = MappingProxyType(
    {
        ElementHandling.COMMENT: Refusal(
            "TEMPLATE-COMMENT",
            message("comments stand in the document and would go out with it"),
            by_command(
                message(
                    "delete all comments (Review › Delete), or have a copy without them written"
                ),
                message("rmdocs form check NUMBER --clean OUT"),
            ),
        ),
        ElementHandling.INSERTED_FILE: Refusal(
            "TEMPLATE-INSERTED-FILE",
            message("another file is inserted, whose text is not part of this one"),
            message("open that file, and copy its text into this one"),
        ),
        ElementHandling.BOUND: Refusal(
            "TEMPLATE-BOUND",
            message(
                "a content control shows data kept elsewhere in the file, not what is written here"
            ),
            message(
                "right-click the control, remove it (Remove Content Control), and write the"
                " text or tag itself"
            ),
        ),
        ElementHandling.PLACEHOLDER: Refusal(
            "TEMPLATE-PLACEHOLDER",
            message("a content control still shows its “click here to enter text”"),
            message("write into the control what is to be printed, or remove the control"),
        ),
        ElementHandling.FORM_FIELD: Refusal(
            "TEMPLATE-FORM-FIELD",
            message("a form field of Word waits to be filled in by hand"),
            message("delete it, and print the value with a tag"),
        ),
        ElementHandling.DATE: Refusal(
            "TEMPLATE-FIELD",
            message("a date or page number of an old kind changes by itself"),
            message("use a tag such as {{ facts.issued_on|cn_date }}"),
        ),
        ElementHandling.EMBEDDED: Refusal(
            "TEMPLATE-EMBEDDED",
            message("the template carries an embedded file or control"),
            message("delete the object, or paste it as a picture"),
        ),
        ElementHandling.UNSUPPORTED: Refusal(
            "TEMPLATE-UNSUPPORTED",
            message(
                "a chart, diagram, recording, ink, building block or digital signature stands in"
                " the document"
            ),
            message("delete it, or paste it as a picture (Paste Special › PNG)"),
        ),
        ElementHandling.MERGE: Refusal(
            "TEMPLATE-EXTERNAL",
            message("the document is a mail merge and takes data from another file"),
            message("end it: Mailings › Start Mail Merge › Normal Word Document"),
        ),
        ElementHandling.TWO_PICTURES: Refusal(
            "TEMPLATE-TWO-VERSIONS",
            message("a picture is stored in two versions, and programs differ in which"),
            message("insert it again as a plain PNG or JPEG"),
        ),
    }
)

_TRACKED: Mapping[str, Message] = MappingProxyType(
    {
        "trackRevisions": message("the setting that records changes"),
        **dict.fromkeys(("ins", "conflictIns"), message("inserted text")),
        **dict.fromkeys(("del", "delText", "delInstrText", "conflictDel"), message("deleted text")),
        **dict.fromkeys(
            ("moveFrom", "moveTo", "moveFromRangeStart", "moveToRangeStart"), message("moved text")
        ),
        **dict.fromkeys(("rPrChange", "pPrChange"), message("changed formatting")),
        "sectPrChange": message("changed page setup"),
        "numberingChange": message("changed numbering"),
        **dict.fromkeys(
            [
                "cellIns",
                "cellDel",
                "cellMerge",
                "tblGridChange",
                "tblPrChange",
                "tblPrExChange",
                "tcPrChange",
                "trPrChange",
            ],
            message("a changed table"),
        ),
    }
)
_OTHER_CHANGE = message("changes of another sort")


def refusal(what: ElementHandling) -> Refusal | None:
    """Return the code, words and remedy for what has one fate; None if it has others."""
    return _REFUSALS.get(what)


def judge_elements(places: ParagraphIndex) -> Iterator[Finding]:
    """Yield a finding for each kind of element in a part that is refused, at its first place."""
    found: dict[tuple[ElementHandling, str], list[etree._Element]] = {}
    # Far fewer names than elements are looked up.
    names = {str(one.tag) for one in places.root.iter(etree.Element)}
    refused = [name for name in names if fate(name) not in _KEPT]
    for element in places.root.iter(*refused) if refused else ():
        name = str(element.tag)
        found.setdefault((fate(name), _sort(fate(name), name)), []).append(element)
    for (what, sort), elements in found.items():
        yield _refused(places, what, sort, elements)


def _sort(what: ElementHandling, name: str) -> str:
    """Return what is told apart among elements of one fate."""
    if what is ElementHandling.UNKNOWN:
        return short(name)
    if what is ElementHandling.TRACKED:
        return _TRACKED.get(name.rpartition("}")[2], _OTHER_CHANGE).template
    return ""


def _refused(
    places: ParagraphIndex, what: ElementHandling, sort: str, elements: list[etree._Element]
) -> Finding:
    first = elements[0]
    if what is ElementHandling.UNKNOWN:
        return places.error(
            "TEMPLATE-ELEMENT",
            first,
            message(
                "something of a kind that is not known stands in the document: {name}", name=sort
            ),
            message("delete what stands here, or paste it again as plain text or picture"),
        )
    if what is ElementHandling.TRACKED:
        kind = _TRACKED.get(str(first.tag).rpartition("}")[2], _OTHER_CHANGE)
        return places.error(
            "TEMPLATE-TRACKED",
            first,
            message("the template holds tracked changes: {kind}", kind=kind),
            by_command(
                message(
                    "accept or reject all changes (Review) and stop tracking, or have a copy with"
                    " all accepted written"
                ),
                message("rmdocs form check NUMBER --clean OUT"),
            ),
        )
    code, said, remedy = _REFUSALS[what]
    return places.error(code, first, said, remedy)


_WEB_OR_MAIL = re.compile(r"(https?|mailto):", re.IGNORECASE)


def judge_link(
    places: ParagraphIndex,
    at: etree._Element | None,
    address: str,
    anchor: str = "",
    *,
    inner: bool = True,
) -> Iterator[Finding]:
    """Yield what is to be said of a link.

    :param address: where it leads; empty if into the document itself.
    :param anchor: the place in the document that it leads to.
    :param inner: whether links within the document are told.
    """
    if not address or address.startswith("#"):
        if not inner:
            return
        yield places.warning(
            "TEMPLATE-LINK",
            at,
            message(
                "a link leads to another place of the document: {target}",
                target=anchor or address.removeprefix("#"),
            ),
            message("make sure that it belongs to the form"),
        )
    elif _WEB_OR_MAIL.match(address):
        yield places.warning(
            "TEMPLATE-LINK",
            at,
            message("a link leads outside the document: {target}", target=address),
            message("make sure that it belongs to the form"),
        )
    else:
        yield places.error(
            "TEMPLATE-EXTERNAL",
            at,
            message("a link leads to a file outside the document: {target}", target=address),
            message("remove the link (right-click › Remove Hyperlink), or name a web address"),
        )


_LEFT = re.compile(
    r"(?:单击|点击|点按|轻敲|轻触|双击)(?:或(?:点击|点按|轻敲|轻触|单击))?此处(?:以)?"
    r"(?:可)?(?:输入|键入|添加|选择)\S{0,6}"
    r"|[\[［【](?:键入|在此处?键入|在此处?输入|请?输入|选取|选择)[^\]］】]{0,20}[\]］】]"
    r"|(?:click|tap)(?: or (?:tap|click))?(?: here)? to (?:enter|add|edit|insert) \w+(?: \w+)?"
    r"|(?<!\w)choose an item"
    r"|\[(?:type|enter|insert|pick)\b[^\]]{0,40}\]"
    r"|lorem ipsum(?: dolor)?"
    r"|占位(?:符|文字|文本)",
    re.IGNORECASE,
)


def judge_leftovers(places: ParagraphIndex) -> Iterator[Finding]:
    """Yield what is told of each paragraph that still asks to be written over."""
    for element, paragraph in places.paired:
        found = _LEFT.search(paragraph.text)
        if found is not None:
            yield places.warning(
                "TEMPLATE-PLACEHOLDER",
                element,
                message(
                    "text that asks to be written over would be printed: {text}", text=found[0]
                ),
                message("write what is to be printed, or a tag, or delete it"),
            )


_VANISH, _SPECIAL = f"{WORD}vanish", f"{WORD}specVanish"
_TRUE = frozenset({"1", "true", "on"})
_OTHERS = tuple(f"{WORD}{name}" for name in ("sym", "fldChar", "drawing", "pict", "object"))
_UNSEEN = re.compile(r"(visibility\s*:\s*hidden|display\s*:\s*none)", re.IGNORECASE)
_LONGEST = 40


class Hiding:
    """What the styles of a document hide.

    :param sheet: the root of its styles; None if it has none.
    """

    def __init__(self, sheet: etree._Element | None) -> None:
        self._inherited = Inherited(sheet)
        self._known: dict[str, bool] = {}
        self._always = self._may = False
        if sheet is not None:
            self._always = bool(_own(sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault")))
            self._may = next(sheet.iter(_VANISH, _SPECIAL), None) is not None

    def judge(self, places: ParagraphIndex) -> Iterator[Finding]:
        """Yield a finding for each paragraph of a part with hidden text, and each hidden shape."""
        told: set[etree._Element] = set()
        directly = next(places.root.iter(_VANISH, _SPECIAL), None) is not None
        for run in places.root.iter(f"{WORD}r") if directly or self._may else ():
            paragraph = next(run.iterancestors(f"{WORD}p"), None)
            if paragraph is None or paragraph in told or not self._hides(run, paragraph):
                continue
            if text_of(run).strip() or next(run.iter(*_OTHERS), None) is not None:
                told.add(paragraph)
                yield _finding(places, run, text_of(run))
        for row in places.root.iter(f"{WORD}tr"):
            if is_on(row.find(f"{WORD}trPr/{WORD}hidden")):
                yield _finding(places, row, text_of(row))
        yield from _marks(places)
        for shape in places.root.iter(f"{{{ANCHOR}}}docPr"):
            if shape.get("hidden") in _TRUE:
                yield _finding(places, shape, str(shape.get("name") or ""))
        for shape in places.root.iter(f"{{{VML}}}*"):
            if _UNSEEN.search(str(shape.get("style") or "")):
                yield _finding(places, shape, text_of(shape) or str(shape.get("id") or ""))

    def _hides(self, run: etree._Element, paragraph: etree._Element) -> bool:
        own = _own(run)
        if own is not None:
            return own
        styles = self._inherited.named(run, paragraph)
        return self._always or sum(map(self._style, styles)) % 2 == 1

    def _style(self, name: str) -> bool:
        """Return whether a style hides, itself or by one it is based on."""
        if name not in self._known:
            said = (
                True
                if _own(style) is None and any(map(_own, style.iterfind(f"{WORD}tblStylePr")))
                else _own(style)
                for style in reversed(self._inherited.chain(name))
            )
            self._known[name] = bool(next((one for one in said if one is not None), None))
        return self._known[name]


def _own(holder: etree._Element | None) -> bool | None:
    """Return whether the ``w:rPr`` in ``holder`` hides; None if it says nothing of it."""
    properties = None if holder is None else holder.find(f"{WORD}rPr")
    if properties is None:
        return None
    found = [one for one in properties if one.tag in (_VANISH, _SPECIAL)]
    if not found:
        return None
    return any(map(is_on, found))


def _marks(places: ParagraphIndex) -> Iterator[Finding]:
    """Yield a finding for each paragraph with text whose end is hidden: it runs into the next."""
    for hidden in places.root.iter(_VANISH):
        mark = next(hidden.iterancestors(f"{WORD}pPr"), None)
        paragraph = None if mark is None else mark.getparent()
        if paragraph is not None and _own(mark) and text_of(paragraph).strip():
            yield _finding(places, paragraph, text_of(paragraph))


def _finding(places: ParagraphIndex, at: etree._Element, text: str) -> Finding:
    return places.error(
        "TEMPLATE-HIDDEN",
        at,
        message("text is hidden and would not be seen: {text}", text=text[:_LONGEST] or "…"),
        message("show the text, or delete it"),
    )

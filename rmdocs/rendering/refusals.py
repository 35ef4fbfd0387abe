"""What stands in a Word file and must not stand in a controlled document.

Each kind is refused by name, with its place and what to do in Word or WPS.
What is kept and what is dropped is told apart by ``vocabulary``; what is
dropped is gone before anything is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import Message, Text, message
from rmdocs.rendering.places import Places
from rmdocs.rendering.vocabulary import Fate, fate, short

_KEPT = (Fate.KEPT, Fate.DROPPED, Fate.UNWRAPPED)


class Refusal(NamedTuple):
    """How a kind of thing is refused."""

    code: str
    what: Text
    remedy: Text


_REFUSALS: Mapping[Fate, Refusal] = MappingProxyType(
    {
        Fate.COMMENT: Refusal(
            "TEMPLATE-COMMENT",
            message("comments stand in the document and would go out with it"),
            message(
                "delete all comments (Review › Delete); rmdocs form check NUMBER --clean OUT, or"
                " document check likewise, writes a copy without them"
            ),
        ),
        Fate.INSERTED_FILE: Refusal(
            "TEMPLATE-INSERTED-FILE",
            message("another file is inserted, whose text is not part of this one"),
            message("open that file, and copy its text into this one"),
        ),
        Fate.BOUND: Refusal(
            "TEMPLATE-BOUND",
            message(
                "a content control shows data kept elsewhere in the file, not what is written here"
            ),
            message(
                "right-click the control, remove it (Remove Content Control), and write the"
                " text or tag itself"
            ),
        ),
        Fate.PLACEHOLDER: Refusal(
            "TEMPLATE-PLACEHOLDER",
            message("a content control still shows its “click here to enter text”"),
            message("write into the control what is to be printed, or remove the control"),
        ),
        Fate.FORM_FIELD: Refusal(
            "TEMPLATE-FORM-FIELD",
            message("a form field of Word waits to be filled in by hand"),
            message("delete it, and print the value with a tag"),
        ),
        Fate.DATE: Refusal(
            "TEMPLATE-FIELD",
            message("a date or page number of an old kind changes by itself"),
            message("use a tag such as {{ facts.issued_on|cn_date }}"),
        ),
        Fate.EMBEDDED: Refusal(
            "TEMPLATE-EMBEDDED",
            message("the template carries an embedded file or control"),
            message("delete the object, or paste it as a picture"),
        ),
        Fate.UNSUPPORTED: Refusal(
            "TEMPLATE-UNSUPPORTED",
            message(
                "a chart, diagram, recording, ink, building block or digital signature stands in"
                " the document"
            ),
            message("delete it, or paste it as a picture (Paste Special › PNG)"),
        ),
        Fate.MERGE: Refusal(
            "TEMPLATE-EXTERNAL",
            message("the document is a mail merge and takes data from another file"),
            message("end it: Mailings › Start Mail Merge › Normal Word Document"),
        ),
        Fate.TWO_PICTURES: Refusal(
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


def refusal(what: Fate) -> Refusal | None:
    """Return the code, words and remedy for what has one fate; None if it has others."""
    return _REFUSALS.get(what)


def judge_elements(places: Places) -> Iterator[Finding]:
    """Yield a finding for each kind of element in a part that is refused, at its first place."""
    found: dict[tuple[Fate, str], list[etree._Element]] = {}
    # Far fewer names than elements are looked up.
    names = {str(one.tag) for one in places.root.iter(etree.Element)}
    refused = [name for name in names if fate(name) not in _KEPT]
    for element in places.root.iter(*refused) if refused else ():
        name = str(element.tag)
        found.setdefault((fate(name), _sort(fate(name), name)), []).append(element)
    for (what, sort), elements in found.items():
        yield _refused(places, what, sort, elements)


def _sort(what: Fate, name: str) -> str:
    """Return what is told apart among elements of one fate."""
    if what is Fate.UNKNOWN:
        return short(name)
    if what is Fate.TRACKED:
        return _TRACKED.get(name.rpartition("}")[2], _OTHER_CHANGE).template
    return ""


def _refused(places: Places, what: Fate, sort: str, elements: list[etree._Element]) -> Finding:
    first = elements[0]
    if what is Fate.UNKNOWN:
        return places.error(
            "TEMPLATE-ELEMENT",
            first,
            message(
                "something of a kind that is not known stands in the document: {name}", name=sort
            ),
            message("delete what stands here, or paste it again as plain text or picture"),
        )
    if what is Fate.TRACKED:
        kind = _TRACKED.get(str(first.tag).rpartition("}")[2], _OTHER_CHANGE)
        return places.error(
            "TEMPLATE-TRACKED",
            first,
            message("the template holds tracked changes: {kind}", kind=kind),
            message(
                "accept or reject all changes (Review) and stop tracking; rmdocs form check NUMBER"
                " --clean OUT, or document check likewise, writes a copy with all accepted"
            ),
        )
    code, said, remedy = _REFUSALS[what]
    return places.error(code, first, said, remedy)

"""Copies of the old template's content that can stand in the new one.

Style names, pictures and relationships of the old file mean nothing in the
new one, or something else; a copy says the same in the new file's terms.
What cannot be carried over (embedded objects, charts) is left out of the copy.
"""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.comparison.template import NOTES, Flow, Template
from rmdocs.rendering.markup import (
    RELATION,
    RUN,
    RUN_HOLDERS,
    RUN_PROPERTIES,
    drop,
    free,
    unwrap,
    value,
    word,
)
from rmdocs.rendering.template import CONTENT_TYPES, parse
from rmdocs.rendering.vocabulary import WORD_TYPE
from rmdocs.rendering.wordfile import declare, refer, relations_of

_SHORT_NUMBER = re.compile(r"[0-9]{1,8}")
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPES = f"{{{_PACKAGE}content-types}}"
_RELATIONS = f"{{{_PACKAGE}relationships}}"
_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DOCPR = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_LOOSE = tuple(
    map(
        word,
        (
            *("bookmarkStart", "bookmarkEnd", "permStart", "permEnd", "sectPr"),
            *("commentRangeStart", "commentRangeEnd", "commentReference"),
        ),
    )
)
_REFERENCES = {word(f"{name}Reference"): flow for flow, name in NOTES.items()}
_NAMED_STYLES = tuple(map(word, ("pStyle", "rStyle", "tblStyle")))
_NAME, _FIRST_DRAWING = word("name"), 900_000


class OldContent:
    """What one template holds, for the other.

    :ivar roots: parts that were carried over into, by name.
    :ivar notes: the notes that were carried over, as references to them were.
    :ivar met: which note was which, by the flow and id of what it became.
    """

    def __init__(self, before: Template, after: Template) -> None:
        self._before, self._after = before, after
        self._styles = dict(_same_styles(before, after))
        numbering = after.related("numbering")
        entries = () if numbering is None else numbering.iter(word("num"))
        self._numbers = {value(entry, "numId") for entry in entries}
        self._carried: dict[tuple[str, str], str] = {}
        self._drawings = _FIRST_DRAWING
        self._pictures: dict[str, bytes] = {}
        self._lists: dict[str, etree._Element] = {}
        self.roots: dict[str, etree._Element] = {}
        self.notes: list[etree._Element] = []
        self.met: dict[tuple[Flow, str], str] = {}

    def part(self, before: str, after: str) -> OldPart:
        """Return what copies content of the part ``before`` for the part ``after``."""
        return OldPart(content=self, before=before, after=after)

    def settle(self, holder: etree._Element, before: str, after: str) -> None:
        """Make everything in ``holder``, a copy, say in the new file what it said in the old."""
        for loose in list(holder.iter(*_LOOSE)):
            drop(loose)
        for reference in list(holder.iter(*_REFERENCES)):
            self._carry_note(reference)
        free(holder)
        for element in list(holder.iter(*RUN_HOLDERS)):
            unwrap(element)
        self._rename_styles(holder)
        for element in list(holder.iter("{*}*")):
            for name in [name for name in element.attrib if str(name).startswith(_WORD_2010)]:
                del element.attrib[name]
            self._carry(element, before, after)
        for drawing in holder.iter(_DOCPR):
            self._drawings += 1
            drawing.set("id", str(self._drawings))

    def _carry_note(self, reference: etree._Element) -> None:
        """Carry over the note that a reference leads to; drop a reference to none."""
        flow = _REFERENCES[str(reference.tag)]
        note = self._before.note(flow, value(reference, "id"))
        if note is None:
            drop(reference)
            return
        origin = self._before.related_name(flow)
        part, root = self._notes_root(flow)
        numbers = (value(one, "id") for one in root)
        taken = [int(number) for number in numbers if _SHORT_NUMBER.fullmatch(number)]
        made = copy.deepcopy(note)
        identifier = str(max([*taken, 0]) + 1)
        for element in (made, reference):
            element.set(word("id"), identifier)
        for inner in list(made.iter(*_REFERENCES)):
            drop(inner)
        self.settle(made, origin, part)
        root.append(made)
        self.notes.append(made)

    def _notes_root(self, flow: Flow) -> tuple[str, etree._Element]:
        """Return the new template's part for notes, made as the old one's where it has none."""
        part = self._after.related_name(flow)
        if part:
            return part, self.roots.setdefault(part, self._after.root(part))
        part = f"word/{flow}Before.xml"
        if part not in self.roots:
            old = self._before.root(self._before.related_name(flow))
            spaces = {prefix: space for prefix, space in old.nsmap.items() if prefix}
            made = self.roots[part] = etree.Element(old.tag, nsmap=spaces)
            made.extend([copy.deepcopy(note) for note in old if value(note, "type")])
            self.enter_type(part, f"{WORD_TYPE}.{flow}+xml")
            self.relate(self._after.main, flow.value, part)
        return part, self.roots[part]

    def _rename_styles(self, holder: etree._Element) -> None:
        for named in list(holder.iter(*_NAMED_STYLES)):
            name = self._styles.get(value(named), "")
            if name:
                named.set(word("val"), name)
            else:
                drop(named)
        for numbering in list(holder.iter(word("numPr"))):
            if value(numbering.find(word("numId"))) not in self._numbers:
                drop(numbering)

    def _carry(self, element: etree._Element, before: str, after: str) -> None:
        """Carry over what ``element`` refers to; without it, drop what would show it."""
        for name in [name for name in element.attrib if str(name).startswith(RELATION)]:
            carried = self._relation(before, str(element.attrib[name]), after)
            if carried:
                element.set(name, carried)
                continue
            run = next(element.iterancestors(RUN), None)
            if run is not None:
                for child in list(run):
                    if child.tag != RUN_PROPERTIES:
                        run.remove(child)
            return

    def _relation(self, before: str, identifier: str, after: str) -> str:
        """Return a relationship of ``after`` to the same picture, or nothing."""
        found = self._before.relations(before).get(identifier)
        if found is None or found.kind != "image" or found.outside:
            return ""
        if found.target not in self._before.members:
            return ""
        if (found.target, after) not in self._carried:
            suffix = posixpath.splitext(found.target)[1]
            target = f"word/media/before{len(self._carried) + 1}{suffix}"
            self._pictures[target] = self._before.members[found.target].content()
            self.enter_type(target, self._before.content_type(found.target))
            self._carried[found.target, after] = self.relate(after, "image", target)
        return self._carried[found.target, after]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Return a new relationship's id from ``part`` to the part ``target``."""
        listed = self._list(relations_of(part), f"{_RELATIONS}Relationships")
        return refer(listed, kind, posixpath.join("/", target), "rIdBefore")

    def enter_type(self, part: str, content_type: str) -> None:
        """Enter the content type of a part."""
        declare(self._list(CONTENT_TYPES, f"{_TYPES}Types"), part, content_type)

    def _list(self, name: str, root: str) -> etree._Element:
        """Return a list of relationships or types of the new template, made where it has none."""
        if name not in self._lists:
            member = self._after.members.get(name)
            self._lists[name] = etree.Element(root) if member is None else parse(member.content())
        return self._lists[name]

    @property
    def added(self) -> Mapping[str, bytes]:
        """Return the parts that the copies need, by name: pictures, relationships, types."""
        lists = {name: as_word_writes(root) for name, root in self._lists.items()}
        return {**self._pictures, **lists}


def as_word_writes(root: etree._Element) -> bytes:
    """Return a list of relationships or content types with its namespace as the default one.

    LibreOffice opens no package whose relationships are written with a prefix,
    though nothing forbids one (ECMA-376 Part 2).
    """
    qualified = etree.QName(root)
    made = etree.fromstring(f'<{qualified.localname} xmlns="{qualified.namespace}"/>')
    for entry in root.iter("{*}*"):
        if entry is not root:
            etree.SubElement(made, entry.tag, {str(k): str(v) for k, v in entry.attrib.items()})
    return etree.tostring(made, encoding="UTF-8", xml_declaration=True, standalone=True)


def _same_styles(before: Template, after: Template) -> Iterable[tuple[str, str]]:
    """Yield the ids of styles that go by one name in both templates."""
    names = {name: identifier for identifier, name in _style_names(after).items()}
    for identifier, name in _style_names(before).items():
        if name in names:
            yield identifier, names[name]


def _style_names(template: Template) -> Mapping[str, tuple[str, str]]:
    styles = template.related("styles")
    return {
        value(style, "styleId"): (value(style, "type"), value(style.find(_NAME)).casefold())
        for style in (() if styles is None else styles.findall(word("style")))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPart:
    """Makes copies of what one part of the old template holds for a part of the new one."""

    content: OldContent
    before: str
    after: str

    def copy(self, element: etree._Element) -> etree._Element:
        """Return a copy of ``element`` that can stand in the new template."""
        holder = etree.Element(word("body"))
        holder.append(copy.deepcopy(element))
        self.content.settle(holder, self.before, self.after)
        return holder[0]

    def properties(self, element: etree._Element | None) -> etree._Element | None:
        """Return a copy of a ``w:pPr`` or ``w:rPr``, or None where there is none."""
        return None if element is None else self.copy(element)

    def meet(self, old: Sequence[etree._Element], new: Sequence[etree._Element]) -> None:
        """Take the notes that two stretches of text refer to for the same, one by one."""
        for one, other in zip(_references(old), _references(new), strict=False):
            if one.tag == other.tag:
                flow = _REFERENCES[str(one.tag)]
                self.content.met[flow, value(other, "id")] = value(one, "id")


def _references(runs: Sequence[etree._Element]) -> list[etree._Element]:
    return [one for run in runs for one in run.iter(*_REFERENCES)]

"""The parts of a Word file, how they refer to each other, and what becomes of each.

A part is known by the kind of the relationship that leads to it, not by its
name, as Word itself knows it. What stands in the parts is said in
``vocabulary``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.rendering.package import Member, read
from rmdocs.rendering.template import CONTENT_TYPES, parse_all
from rmdocs.rendering.vocabulary import ElementHandling, R

PACKAGE_RELATIONS = "_rels/.rels"
STRICT = "http://purl.oclc.org/ooxml/"
"""How the names of Strict Open XML begin."""

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATION = f"{{{_RELATIONSHIPS}}}Relationship"
_OVERRIDE, _DEFAULT = (
    f"{{http://schemas.openxmlformats.org/package/2006/content-types}}{name}"
    for name in ("Override", "Default")
)
_TRASH = re.compile(r"\[trash\]/|customXml/|docProps/thumbnail", re.IGNORECASE)
"""Names of what writers leave behind without referring to it."""

DOCUMENT, STYLES, SETTINGS, THEME = "officeDocument", "styles", "settings", "theme"
HYPERLINK, COMMENTS, CORE = "hyperlink", "comments", "core-properties"

PARTS: Mapping[str, ElementHandling] = MappingProxyType(
    dict.fromkeys(
        (
            DOCUMENT,
            CORE,
            "extended-properties",
            "extendedProperties",
            STYLES,
            SETTINGS,
            THEME,
            "fontTable",
            "font",
            "numbering",
            "header",
            "footer",
            "footnotes",
            "endnotes",
            "image",
            "themeOverride",
        ),
        ElementHandling.KEPT,
    )
    | dict.fromkeys(
        (
            "custom-properties",
            "customXml",
            "customXmlProps",
            "thumbnail",
            "webSettings",
            "stylesWithEffects",
            "stylesWithtEffects",
            "glossaryDocument",
            "attachedTemplate",
            "printerSettings",
            "keyMapCustomizations",
            "attachedToolbars",
            "people",
            "intelligence",
            "classificationlabels",
            "webextensiontaskpanes",
            "webextension",
            "transform",
            "style-map",
        ),
        ElementHandling.DROPPED,
    )
    | dict.fromkeys(
        (COMMENTS, "commentsExtended", "commentsIds", "commentsExtensible"), ElementHandling.COMMENT
    )
    | dict.fromkeys(
        ("oleObject", "package", "control", "activeXControlBinary", "wordVbaData", "vbaProject"),
        ElementHandling.EMBEDDED,
    )
    | dict.fromkeys(("aFChunk", "subDocument"), ElementHandling.INSERTED_FILE)
    | dict.fromkeys(
        ("mailMergeSource", "mailMergeHeaderSource", "recipientData"), ElementHandling.MERGE
    )
    | dict.fromkeys(
        (
            "chart",
            "chartEx",
            "chartStyle",
            "chartColorStyle",
            "chartUserShapes",
            "diagramData",
            "diagramLayout",
            "diagramQuickStyle",
            "diagramColors",
            "diagramDrawing",
            "hdphoto",
            "ink",
            "video",
            "audio",
            "media",
            "frame",
            "slicer",
            "origin",
            "signature",
        ),
        ElementHandling.UNSUPPORTED,
    )
)
"""What becomes of a part, by the last word of the kind of relationship that leads to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """One reference from a part to another, or to the outside.

    :param source: the part that refers; empty for the package itself.
    :param kind: the last word of its type (``image``).
    :param target: the name of the part, or the address outside as it is written.
    """

    source: str
    identifier: str
    kind: str
    full_kind: str
    target: str
    outside: bool

    @property
    def fate(self) -> ElementHandling:
        """Return what becomes of what it leads to."""
        return PARTS.get(self.kind, ElementHandling.UNKNOWN)


@dataclass(frozen=True, eq=False, kw_only=True)
class WordFile:
    """A Word file taken apart.

    :param members: what is in the zip, by name, in its order.
    :param roots: the parsed XML parts.
    """

    members: Mapping[str, Member]
    roots: Mapping[str, etree._Element]

    @classmethod
    def read(cls, data: bytes) -> WordFile:
        """Take a file apart.

        :raises FindingsError: if it is no Word document, is damaged, or its XML is.
        """
        members = {member.name: member for member in read(data)}
        return cls(members=members, roots=parse_all(members.values()))

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Return the content type of each part, as the list of them says; empty for none."""
        root = self.roots.get(CONTENT_TYPES)
        if root is None:
            return dict.fromkeys(self.members, "")
        named = {
            str(one.get("PartName") or "").removeprefix("/").casefold(): _content_type(one)
            for one in root.iter(_OVERRIDE)
        }
        usual = {
            str(one.get("Extension") or "").casefold(): _content_type(one)
            for one in root.iter(_DEFAULT)
        }
        return {
            name: named.get(name.casefold()) or usual.get(name.rpartition(".")[2].casefold(), "")
            for name in self.members
        }

    @cached_property
    def relations(self) -> Sequence[Relationship]:
        """Return every reference of every part, in the order of the file."""
        return tuple(
            relation
            for name, root in self.roots.items()
            if name.endswith(".rels")
            for relation in _relations(_source(name), root, self._by_folded)
        )

    @cached_property
    def reached(self) -> Mapping[str, Relationship]:
        """Return the parts that the package leads to, each with the first way to it."""
        ways: dict[str, list[Relationship]] = {}
        for relation in self.relations:
            if not relation.outside:
                ways.setdefault(relation.source, []).append(relation)
        found: dict[str, Relationship] = {}
        todo = [""]
        while todo:
            for relation in ways.get(todo.pop(), ()):
                if relation.target in self.members and relation.target not in found:
                    found[relation.target] = relation
                    todo.append(relation.target)
        return found

    @property
    def main(self) -> str:
        """Return the name of the main part; empty if nothing leads to one."""
        return next((n for n, one in self.reached.items() if one.kind == DOCUMENT), "")

    @property
    def strays(self) -> Iterator[str]:
        """Yield the parts that nothing leads to."""
        for name in self.members:
            lists = name == CONTENT_TYPES or name.endswith(".rels")
            if not lists and name not in self.reached:
                yield name

    def root_of(self, kind: str) -> etree._Element | None:
        """Return the root of the first part that a relationship of that kind leads to."""
        return next(
            (
                self.roots[n]
                for n, one in self.reached.items()
                if one.kind == kind and n in self.roots
            ),
            None,
        )

    @cached_property
    def _by_folded(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.members}


def refer(relations: etree._Element, kind: str, target: str, prefix: str = "rId") -> str:
    """Add a reference to a part to a list of them; return its identifier, the first free one.

    :param kind: the last word of its type (``image``).
    """
    taken = {str(one.get("Id")) for one in relations}
    identifier = next(one for number in count(1) if (one := f"{prefix}{number}") not in taken)
    said = {"Id": identifier, "Type": f"{R}/{kind}", "Target": target}
    etree.SubElement(relations, _RELATION, said)
    return identifier


def declare(types: etree._Element, part: str, content_type: str) -> None:
    """Enter the content type of a part into the list of them."""
    said = {"PartName": f"/{part}", "ContentType": content_type}
    etree.SubElement(types, _OVERRIDE, said)


def is_left_behind(name: str) -> bool:
    """Return whether writers are known to leave a part of that name without a reference."""
    return bool(_TRASH.match(name))


def relations_of(part: str) -> str:
    """Return the name of the part that holds the references of ``part``."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def _source(relations: str) -> str:
    folder, _, name = relations.rpartition("/")
    above = folder.removesuffix("_rels").rstrip("/")
    part = name.removesuffix(".rels")
    return f"{above}/{part}" if above and part else part


def _relations(
    source: str, root: etree._Element, names: Mapping[str, str]
) -> Iterator[Relationship]:
    for one in root.iter(_RELATION):
        kind, target = str(one.get("Type") or ""), str(one.get("Target") or "")
        outside = one.get("TargetMode") == "External"
        if not outside:
            plain = unquote(target.partition("#")[0])
            folder = source.rpartition("/")[0]
            path = posixpath.normpath(posixpath.join("/", folder, plain)).removeprefix("/")
            target = names.get(path.casefold(), path)
        yield Relationship(
            source=source,
            identifier=str(one.get("Id") or ""),
            kind=kind.rpartition("/")[2],
            full_kind=kind,
            target=target,
            outside=outside,
        )


def _content_type(entry: etree._Element) -> str:
    return str(entry.get("ContentType") or "")

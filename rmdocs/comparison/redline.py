"""The new template with tracked changes against the old one: opens in Word and LibreOffice.

Accepting all changes gives the new text, rejecting all the old one. What Word
cannot track (page size, column widths, a style's own definition) is only in
the words of ``compare``.
"""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from rmdocs.comparison.looks import Comparer
from rmdocs.comparison.markup import RELATION, drop, free, value, word
from rmdocs.comparison.pen import Pen, number_marks
from rmdocs.comparison.redlining import Redlining
from rmdocs.comparison.styles import Styles
from rmdocs.comparison.template import Flow, Story, Template
from rmdocs.comparison.transplant import Transplant, as_word_writes
from rmdocs.rendering.package import Head, Member
from rmdocs.rendering.patching import CONTENT_TYPES, parse, rank
from rmdocs.rendering.tables import WORD

_WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_MARGINS = (Flow.HEADER, Flow.FOOTER)
_HINDRANCES = (word("documentProtection"), word("revisionView"))
_NOTES = (Flow.FOOTNOTES, Flow.ENDNOTES)


def redline(old: bytes, new: bytes, *, author: str, moment: datetime) -> bytes:
    """Return ``new`` (a .docx) with tracked changes against ``old``; same input, same bytes.

    Tracked changes that either already holds count as accepted.

    :param author: whose changes they are said to be.
    :param moment: aware; when they are said to have been made.
    :raises FindingsError: if either is no Word document.
    """
    opened = Redline(Template(old), Template(new), Pen(author, moment))
    return opened.document()


class Redline:
    """Two templates, and the second with what became of the first drawn into it."""

    def __init__(self, before: Template, after: Template, pen: Pen) -> None:
        self._before, self._after, self._pen = before, after, pen
        self._transplant = Transplant(before, after)
        self._comparer = Comparer(Styles(before), Styles(after))
        self._earlier, self._stories = before.stories(), after.stories()
        self._parts = {story.part: after.root(story.part) for story in self._stories.values()}
        for root in self._parts.values():
            free(root)
        self._unprotect()

    def _unprotect(self) -> None:
        """Let whoever opens the redline see its marks, and accept or reject them."""
        settings = self._after.related("settings")
        hindrances = [] if settings is None else list(settings.iter(*_HINDRANCES))
        for hindrance in hindrances:
            drop(hindrance)
        name = next(
            (
                r.target
                for r in self._after.relations(self._after.main).values()
                if r.kind == "settings"
            ),
            "",
        )
        if settings is not None and hindrances:
            self._parts[name] = settings

    def document(self) -> bytes:
        """Return the whole document."""
        drawn: list[etree._Element] = []
        for name, story in self._stories.items():
            if story.container in drawn:
                continue  # one header may serve several sections and kinds of page
            drawn.append(story.container)
            if name.flow not in _NOTES or self._as_many(name.flow):
                self._draw(story, self._earlier.get(name))
        for name, story in self._earlier.items():
            if name not in self._stories and name.flow in _MARGINS:
                self._restore(story)
        number_marks(self._parts.values())
        return self._package()

    def _as_many(self, flow: Flow) -> bool:
        """Return whether both have as many notes; else nobody knows which became which."""
        counts = [
            sum(name.flow is flow for name in stories) for stories in (self._earlier, self._stories)
        ]
        return counts[0] == counts[1]

    def _draw(self, story: Story, earlier: Story | None) -> None:
        before = earlier.part if earlier is not None else self._before.main
        old = earlier.blocks if earlier is not None else ()
        self._redlining(before, story.part).draw(story.container, old, story.blocks)

    def _redlining(self, before: str, after: str) -> Redlining:
        carrier = self._transplant.carrier(before, after)
        return Redlining(self._pen, carrier, self._comparer)

    def _restore(self, story: Story) -> None:
        """Show a header or footer that is gone: a part of its own, all of it deleted."""
        name = story.name
        if name.section != 1 or name.kind != "default":
            return  # only what every page of the document showed can be shown again
        part = f"word/{name.flow}Before.xml"
        root = word("hdr" if name.flow is Flow.HEADER else "ftr")
        container = etree.Element(root, nsmap={"w": WORD[1:-1]})
        self._redlining(story.part, part).draw(container, story.blocks, ())
        self._transplant.type_of_part(part, f"{_WORDPROCESSING}.{name.flow}+xml")
        reference = etree.Element(word(f"{name.flow}Reference"))
        reference.set(word("type"), name.kind)
        relation = self._transplant.relate(self._after.main, name.flow.value, part)
        reference.set(f"{RELATION}id", relation)
        section = self._first_section()
        for shown in section.findall(reference.tag):
            if value(shown, "type", "default") == name.kind:
                section.remove(shown)  # it leads nowhere, or there would be a story
        section.insert(0, reference)
        self._parts[part] = container

    def _first_section(self) -> etree._Element:
        """Return what the pages of the first section look like, made where nothing says."""
        for section in self._after.body.iter(word("sectPr")):
            return section
        return etree.SubElement(self._after.body, word("sectPr"))

    def _package(self) -> bytes:
        changed = {
            **self._transplant.added,
            **{
                part: etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
                for part, root in self._parts.items()
            },
        }
        kept = [
            _kept(member) for name, member in self._after.members.items() if name not in changed
        ]
        made = [Member.stored(name, content) for name, content in changed.items()]
        return Head.of(()).archive(sorted([*kept, *made], key=rank))


def _kept(member: Member) -> Member:
    """Return a member that stays, written so that every office opens it."""
    if member.name != CONTENT_TYPES and not member.name.endswith(".rels"):
        return member
    root = parse(member.content())
    return member if root.prefix is None else Member.stored(member.name, as_word_writes(root))

"""The new template with tracked changes against the old one: opens in Word and LibreOffice.

Accepting all changes gives the new text, rejecting all the old one. What Word
cannot track (page size, column widths, a style's own definition) is only in
the words of ``compare``. A finished redline is read again like any other
document, once with all its changes accepted and once with all of them rejected,
and compared with what it was drawn from: what still differs is what it does not show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from rmdocs.comparison.compare import template_changes
from rmdocs.comparison.formatting import FormatComparison
from rmdocs.comparison.oldcontent import OldContent, as_word_writes
from rmdocs.comparison.redlineblocks import Redlining
from rmdocs.comparison.template import NOTES, Flow, Story, StoryName, Template
from rmdocs.comparison.tracking import ChangeTracker, is_inserted, number_marks
from rmdocs.findings import Finding, warning
from rmdocs.forms.differences import Area
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import BOX, PARAGRAPH, RELATION, WORD, drop, free, reject, value, word
from rmdocs.rendering.package import Member, StaticMembers
from rmdocs.rendering.template import CONTENT_TYPES, parse, rank
from rmdocs.rendering.vocabulary import WORD_TYPE

_HINDRANCES = (word("documentProtection"), word("revisionView"))


def redline(old: bytes, new: bytes, *, author: str, moment: datetime) -> bytes:
    """Return ``new`` (a .docx) with tracked changes against ``old``; same input, same bytes.

    Tracked changes that either already holds count as accepted.

    :param author: whose changes they are said to be.
    :param moment: aware; when they are said to have been made.
    :raises FindingsError: if either is no Word document.
    """
    opened = Redline(Template(old), Template(new), ChangeTracker(author=author, moment=moment))
    return opened.document()


class Redline:
    """Two templates, and the second with what became of the first drawn into it."""

    def __init__(self, before: Template, after: Template, tracker: ChangeTracker) -> None:
        self._before, self._after, self._tracker = before, after, tracker
        self._content = OldContent(before, after)
        self._formats = FormatComparison(before, after)
        self._earlier, self._stories = before.stories(), after.stories()
        self._parts = {story.part: after.root(story.part) for story in self._stories.values()}
        for root in self._parts.values():
            free(root)
        self._unprotect()

    def _unprotect(self) -> None:
        """Let whoever opens the redline see its marks, and accept or reject them."""
        name = self._after.related_name("settings")
        settings = parse(self._after.members[name].content()) if name else None
        hindrances = [] if settings is None else list(settings.iter(*_HINDRANCES))
        for hindrance in hindrances:
            drop(hindrance)
        if settings is not None and hindrances:
            self._parts[name] = settings

    def document(self) -> bytes:
        """Return the whole document."""
        body = StoryName(flow=Flow.BODY)
        self._draw(self._stories[body], self._earlier[body])
        self._margins()
        self._notes()
        self._parts |= self._content.roots
        number_marks(self._parts.values())
        return self._package()

    def _draw(self, story: Story, earlier: Story | None) -> None:
        before = earlier.part if earlier is not None else self._before.main
        old = earlier.blocks if earlier is not None else ()
        self._redlining(before, story.part).draw(story.container, old, story.blocks)

    def _redlining(self, before: str, after: str) -> Redlining:
        source = self._content.part(before, after)
        return Redlining(tracker=self._tracker, source=source, formats=self._formats)

    def _margins(self) -> None:
        """Draw each header and footer against what its pages showed; show those that are gone."""
        drawn: set[Story] = set()
        shown: dict[tuple[Flow, str], Story] = {}
        for name in self._after.margins():
            story, earlier = self._after.margin(name), self._before.margin(name)
            if story is not None and story not in drawn:
                drawn.add(story)  # one header may serve several sections and kinds of page
                self._draw(story, earlier)
            elif story is None and earlier is not None:
                key = name.flow, name.kind
                if shown.get(key) is not earlier:
                    self._restore(name, earlier)
                shown[key] = earlier

    def _restore(self, name: StoryName, story: Story) -> None:
        """Show a header or footer that is gone: a part of its own, all of it deleted."""
        number = sum(part.startswith(f"word/{name.flow}Before") for part in self._parts)
        part = f"word/{name.flow}Before{number or ''}.xml"
        root = word("hdr" if name.flow is Flow.HEADER else "ftr")
        container = etree.Element(root, nsmap={"w": WORD[1:-1]})
        self._redlining(story.part, part).draw(container, story.blocks, ())
        self._content.enter_type(part, f"{WORD_TYPE}.{name.flow}+xml")
        reference = etree.Element(word(f"{name.flow}Reference"))
        reference.set(word("type"), name.kind)
        relation = self._content.relate(self._after.main, name.flow.value, part)
        reference.set(f"{RELATION}id", relation)
        section = self._after.sections[name.section - 1]
        for there in section.findall(reference.tag):
            if value(there, "type", "default") == name.kind:
                section.remove(there)  # it leads nowhere, or there would be a story
        section.insert(0, reference)
        self._parts[part] = container

    def _notes(self) -> None:
        """Draw notes by what became of their references: kept, put in or taken out."""
        for flow in NOTES:
            part = self._after.related_name(flow)
            for name, story in self._stories.items():
                if name.flow is not flow:
                    continue
                identifier = value(story.container, "id")
                if is_inserted(self._reference(flow, identifier)):
                    for paragraph in _paragraphs(story.container):
                        self._tracker.insert_all(paragraph)
                    continue
                met = self._before.note(flow, self._content.met.get((flow, identifier), ""))
                earlier = [one for one in self._earlier.values() if one.container is met]
                if earlier:
                    self._redlining(earlier[0].part, part).draw(
                        story.container, earlier[0].blocks, story.blocks
                    )
        for note in self._content.notes:
            for paragraph in _paragraphs(note):
                self._tracker.delete_all(paragraph)

    def _reference(self, flow: Flow, identifier: str) -> etree._Element | None:
        """Return what refers to a note of the new template."""
        references = self._after.body.iter(word(f"{NOTES[flow]}Reference"))
        return next((one for one in references if value(one, "id") == identifier), None)

    def _package(self) -> bytes:
        changed = {
            **self._content.added,
            **{
                part: etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
                for part, root in self._parts.items()
            },
        }
        kept = [
            _kept(member) for name, member in self._after.members.items() if name not in changed
        ]
        made = [Member.stored(name, content) for name, content in changed.items()]
        return StaticMembers.of(()).archive(sorted([*kept, *made], key=rank))


def _paragraphs(note: etree._Element) -> list[etree._Element]:
    """Return the paragraphs of a note; those in a text box go with the run that holds it."""
    return [one for one in note.iter(PARAGRAPH) if next(one.iterancestors(BOX), None) is None]


def _kept(member: Member) -> Member:
    """Return a member that stays, written so that every office opens it."""
    if member.name != CONTENT_TYPES and not member.name.endswith(".rels"):
        return member
    root = parse(member.content())
    return member if root.prefix is None else Member.stored(member.name, as_word_writes(root))


def unshown(old: bytes, new: bytes, drawn: bytes) -> tuple[Finding, ...]:
    """Return what differs between two documents and is no tracked change in their redline.

    Word tracks no page sizes, column widths or definitions of styles, and not every
    picture or header can be shown beside what took its place.

    :param drawn: the redline of ``new`` against ``old``.
    """
    told: dict[Text, Finding] = {}
    for before, after in (
        (Template(old), Template(drawn, reject)),
        (Template(drawn), Template(new)),
    ):
        for finding in _findings(before, after):
            told.setdefault(finding.message, finding)
    return tuple(told.values())


def _findings(before: Template, after: Template) -> Iterator[Finding]:
    for change in template_changes(before, after):
        told: Text = change.sentence
        if change.area is Area.LAYOUT:
            told = message("formatting, {place}", place=change.place)
        yield warning(
            "REDLINE-NOT-SHOWN",
            "$",
            message("no tracked change shows this: {what}", what=told),
            message("look at both versions there"),
        )

"""``compare``: everything that differs between two revisions of a form, in sentences.

Each revision is read as much of it as can be understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.comparison.blocks import paragraphs
from rmdocs.comparison.layout import Layout
from rmdocs.comparison.sidebyside import Places, walk
from rmdocs.comparison.template import Story, StoryName, Template
from rmdocs.comparison.texts import ParagraphWording, Side, Texts
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error, has_errors
from rmdocs.forms.change import Area, Change, Comparison, What
from rmdocs.forms.differences import RevisionTerms, comma
from rmdocs.forms.fielddifferences import Fields
from rmdocs.forms.properties import Property, read_properties, renames
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.forms.samples import sample_changes
from rmdocs.forms.section import Manifest
from rmdocs.forms.sections import all_sections, read_manifest
from rmdocs.forms.sections.migration import MigrationSection
from rmdocs.forms.sections.slips import ORIGINAL
from rmdocs.forms.titles import Titles
from rmdocs.forms.wording import aliases
from rmdocs.messages import Text, Verbatim, message

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """What could be read of one revision; None for what could not.

    :param properties: of its schema, by path.
    :param findings: why something could not be read, naming the revision.
    """

    files: FormFiles
    manifest: Manifest | None
    properties: Mapping[str, Property] | None
    template: Template | None
    sample: JsonObject | None
    findings: tuple[Finding, ...]

    @classmethod
    def read(cls, files: FormFiles, whose: Callable[[Text], Text]) -> Revised:
        """Return the revision in ``files``; what is wrong with it becomes findings.

        :param whose: says of a reason in which revision it lies.
        """
        findings: list[Finding] = []
        manifest = _tried(lambda: _manifest(files), findings)
        properties = _tried(
            lambda: read_properties(files.schema, files.common, "schema.json"), findings
        )
        template = _tried(lambda: Template(files.template), findings)
        sample = _tried(lambda: _sample(files), findings)
        told = tuple(replace(one, message=whose(one.message)) for one in findings)
        return cls(
            files=files,
            manifest=manifest,
            properties=properties,
            template=template,
            sample=sample,
            findings=told,
        )

    @classmethod
    def nothing_before(cls, first: Revised) -> Revised:
        """Return what there was before a form's first revision: nothing that it says."""
        manifest = None if first.manifest is None else Manifest({})
        return cls(
            files=first.files,
            manifest=manifest,
            properties={},
            template=None,
            sample={},
            findings=(),
        )

    def titles(self) -> Titles:
        """Return what a person calls the names of fields, derived values and stages."""
        manifest = self.manifest
        others: dict[str, Text] = {}
        if manifest is not None:
            others[f"filed.{ORIGINAL}"] = message("day the signed original was filed")
            for section in manifest.sections.values():
                others |= section.names()
        return Titles((self.properties or {}).values(), others)


def earlier(reason: Text) -> Text:
    """Return a reason that lies in the earlier revision."""
    return message("in the earlier revision: {reason}", reason=reason)


def newer(reason: Text) -> Text:
    """Return a reason that lies in the newer revision."""
    return message("in the newer revision: {reason}", reason=reason)


def titles_in(titles: Titles, stories: Mapping[StoryName, Story]) -> Titles:
    """Return the titles with the loops of a template's stories."""
    return titles.with_aliases(aliases(_texts(stories)))


def places_in(stories: Mapping[StoryName, Story]) -> Places:
    """Return the places of a template's stories."""
    return Places(stories.values())


def _texts(stories: Mapping[StoryName, Story]) -> Iterator[str]:
    for story in stories.values():
        for block in story.blocks:
            yield from (paragraph.text for paragraph in paragraphs(block))


def _manifest(files: FormFiles) -> Manifest:
    manifest, findings = read_manifest(files.manifest)
    if has_errors(findings):
        raise FindingsError(tuple(findings))
    return manifest


def _sample(files: FormFiles) -> JsonObject:
    name = NAMES["sample"]
    try:
        value = canonical.decode(files.sample)
    except FindingsError as problem:
        told = (replace(one, path=f"{name}:{one.path}") for one in problem.findings)
        raise FindingsError(tuple(told)) from problem
    if not isinstance(value, dict):
        reason = message("a sample is an object with “record”")
        remedy = message("write the sample as the forms that ship have it")
        raise FindingsError((error("SAMPLE-OBJECT", f"{name}:$", reason, remedy),))
    return value


def _tried(read: Callable[[], T], findings: list[Finding]) -> T | None:
    try:
        return read()
    except FindingsError as problem:
        findings += problem.findings
        return None


_TOLD_BY = {
    "template": frozenset({Area.TEXT, Area.LAYOUT}),
    "schema": frozenset({Area.FIELDS}),
    "common": frozenset({Area.FIELDS}),
    "sample": frozenset({Area.SAMPLE}),
}
"""Which areas tell of a file; any other area tells of the manifest."""


def compare(old: FormFiles | None, new: FormFiles) -> Comparison:
    """Return what differs between two revisions of a form.

    What cannot be read is a finding; the rest is compared all the same. Files
    that differ only in what nobody sees are told of in one sentence.

    :param old: None where there was none: everything is new then.
    """
    if old == new:
        return Comparison(changes=())
    after = Revised.read(new, newer)
    if old is None:
        return _First(Revised.nothing_before(after), after).comparison()
    return _Comparing(Revised.read(old, earlier), after).comparison()


class _Comparing:
    """Two revisions, and who tells what differs."""

    first = False

    def __init__(self, old: Revised, new: Revised) -> None:
        self._old, self._new = old, new
        named = renames(old.properties or {}, new.properties or {}, self._renamed())
        self._telling = RevisionTerms(old.titles(), new.titles(), named)

    def _renamed(self) -> Mapping[str, str]:
        """Return the names that the new revision's migration changes, if it is of its own."""
        old, new = (
            None if one.manifest is None else one.manifest.find(MigrationSection)
            for one in (self._old, self._new)
        )
        return {} if new is None or new == old else new.renamed

    def comparison(self) -> Comparison:
        """Return all changes, with why something could not be compared."""
        changes = [*self._manifests(), *self._schemas(), *self._templates(), *self._samples()]
        findings = [*self._old.findings, *self._new.findings]
        if not findings and not self.first:
            changes += self._unseen({change.area for change in changes})
        return Comparison.of(changes, findings)

    def _manifests(self) -> Iterator[Change]:
        old, new = self._old.manifest, self._new.manifest
        if old is not None and new is not None:
            for kind in all_sections():
                yield from kind.describe(old.find(kind), new.find(kind), self._telling)

    def _schemas(self) -> Iterator[Change]:
        old, new = self._old.properties, self._new.properties
        if old is not None and new is not None:
            yield from Fields(self._telling).changes(old, new)

    def _templates(self) -> Iterator[Change]:
        old, new = self._old.template, self._new.template
        same = self._old.files.template == self._new.files.template
        if old is None or new is None or same:
            return
        yield from template_changes(old, new, self._telling)

    def _samples(self) -> Iterator[Change]:
        old, new = self._old.sample, self._new.sample
        if old is not None and new is not None:
            yield from sample_changes(old, new, self._telling)

    def _unseen(self, told: set[Area]) -> Iterator[Change]:
        """Yield the files that differ although nothing of theirs was told."""
        old, new = self._old.files.contents(), self._new.files.contents()
        others = set(Area).difference(*_TOLD_BY.values())
        names: list[Text] = [
            _FILES[part]
            for part, name in NAMES.items()
            if old[name] != new[name] and not told & _TOLD_BY.get(part, others)
        ]
        if names:
            place = comma(names)
            sentence = message("Saved again without visible change: {files}.", files=place)
            yield Change(
                area=Area.OTHER,
                place=place,
                what=What.CHANGED,
                old=NOTHING,
                new=NOTHING,
                sentence=sentence,
            )


class _First(_Comparing):
    """The first revision of a form: all of it is new, and how it looks is seen in it."""

    first = True

    def _templates(self) -> Iterator[Change]:
        new = self._new.template
        if new is not None:
            yield from first_texts(new, self._telling.new)

    def _samples(self) -> Iterator[Change]:
        place, told = message("sample record"), message("The form has a sample record.")
        if self._new.sample is not None:
            yield Change(
                area=Area.SAMPLE,
                place=place,
                what=What.ADDED,
                old=NOTHING,
                new=NOTHING,
                sentence=told,
            )


_FILES: dict[str, Text] = {
    part: message("{what} ({name})", what=what, name=Verbatim(NAMES[part]))
    for part, what in (
        ("manifest", message("data of the form")),
        ("template", message("template")),
        ("schema", message("schema of the fields")),
        ("common", message("common definitions")),
        ("sample", message("sample record")),
    )
}


def first_texts(template: Template, titles: Titles) -> Iterator[Change]:
    """Yield every text of a template there was nothing before."""
    stories = template.stories()
    side = Side(places=places_in(stories), wording=ParagraphWording(titles_in(titles, stories)))
    yield from Texts(side, side).changes(walk(None, template))


def template_changes(old: Template, new: Template, telling: RevisionTerms) -> Iterator[Change]:
    """Yield what differs in text and looks of two templates."""
    before, after = old.stories(), new.stories()
    earlier_side, side = (
        Side(places=places_in(stories), wording=ParagraphWording(titles_in(known, stories)))
        for stories, known in ((before, telling.old), (after, telling.new))
    )
    mets = [*walk(old, new)]
    yield from Texts(earlier_side, side, telling.renames).changes(mets)
    yield from Layout(old, new, side.places, earlier_side.places).changes(mets)

"""``compare``: everything that differs between two revisions of a form, in sentences.

Each revision is read as much of it as can be understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.comparison.formatting import formatting_changes
from rmdocs.comparison.matching import walk
from rmdocs.comparison.template import Template
from rmdocs.comparison.texts import Side, Texts
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.differences import Area, Change, Comparison, RevisionTerms, What, comma
from rmdocs.forms.fielddifferences import Fields, sample_changes
from rmdocs.forms.form import NAMES, FormFiles
from rmdocs.forms.properties import Property, Renames, read_properties, renames
from rmdocs.forms.section import Manifest
from rmdocs.forms.sections import all_sections, read_manifest
from rmdocs.forms.sections.migration import MigrationSection
from rmdocs.forms.sections.slips import ORIGINAL
from rmdocs.forms.titles import Titles
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
        found: list[Finding] = []
        return cls(
            files=files,
            manifest=_tried(lambda: _manifest(files), found),
            properties=_tried(lambda: read_properties(files.schema, files.common), found),
            template=_tried(lambda: Template(files.template), found),
            sample=_tried(lambda: _sample(files), found),
            # Last, when all that is wrong has been found.
            findings=tuple(replace(one, message=whose(one.message)) for one in found),
        )

    @classmethod
    def nothing_before(cls, first: Revised) -> Revised:
        """Return what there was before a form's first revision: nothing that it says."""
        manifest = None if first.manifest is None else Manifest({})
        return replace(
            first, manifest=manifest, properties={}, template=None, sample={}, findings=()
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


def _tried(read: Callable[[], T], found: list[Finding]) -> T | None:
    try:
        return read()
    except FindingsError as problem:
        found += problem.findings
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
    before = None if old is None else Revised.read(old, earlier)
    return _Comparing(before, Revised.read(new, newer)).comparison()


class _Comparing:
    """Two revisions, and who tells what differs.

    :param old: None where there was none; how the first one looks is seen in it.
    """

    def __init__(self, old: Revised | None, new: Revised) -> None:
        self._first = old is None
        self._old, self._new = Revised.nothing_before(new) if old is None else old, new
        named = renames(self._old.properties or {}, new.properties or {}, self._renamed())
        self._telling = RevisionTerms(self._old.titles(), new.titles(), named)

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
        if not findings and not self._first:
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
        compared = self._first or (
            old is not None and self._old.files.template != self._new.files.template
        )
        if new is not None and compared:
            yield from template_changes(old, new, self._telling)

    def _samples(self) -> Iterator[Change]:
        old, new = self._old.sample, self._new.sample
        if self._first and new is not None:
            place, told = message("sample record"), message("The form has a sample record.")
            yield _changed(Area.SAMPLE, place, What.ADDED, told)
        elif old is not None and new is not None:
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
            yield _changed(Area.OTHER, place, What.CHANGED, sentence)


def _changed(area: Area, place: Text, what: What, sentence: Text) -> Change:
    return Change(area=area, place=place, what=what, sentence=sentence)


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


def template_changes(
    old: Template | None, new: Template, telling: RevisionTerms | None = None
) -> Iterator[Change]:
    """Yield what differs in text and formatting of two templates.

    :param old: None where there was nothing before: all text is new then.
    :param telling: what fields are called; None where there are none.
    """
    nobody = Titles((), {})
    terms = telling or RevisionTerms(nobody, nobody, Renames({}))
    side = Side.of(new, terms.new)
    before = side if old is None else Side.of(old, terms.old)
    mets = [*walk(old, new)]
    yield from Texts(before, side, terms.renames).changes(mets)
    if old is not None:
        yield from formatting_changes(old, new, before.places, side.places, mets)

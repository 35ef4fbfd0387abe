"""One revision of a form read for comparing, as much of it as can be understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.comparison.blocks import paragraphs
from rmdocs.comparison.places import Places
from rmdocs.comparison.template import Story, StoryName, Template
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.properties import Property, read_properties
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.forms.section import Manifest
from rmdocs.forms.sections import read_manifest
from rmdocs.forms.sections.slips import ORIGINAL
from rmdocs.forms.titles import Titles
from rmdocs.forms.wording import aliases
from rmdocs.messages import Text, message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
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
        return cls(files, manifest, properties, template, sample, told)

    @classmethod
    def nothing_before(cls, first: Revised) -> Revised:
        """Return what there was before a form's first revision: nothing that it says."""
        manifest = None if first.manifest is None else Manifest({})
        return cls(first.files, manifest, {}, None, {}, ())

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

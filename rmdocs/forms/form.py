"""A form revision: its files, what ``form.toml`` says, section by section, and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from rmdocs import canonical
from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.section import Manifest, Section
from rmdocs.forms.sections import read_manifest
from rmdocs.forms.sections.due import DueDate, DueDatesSection
from rmdocs.forms.sections.identity import (
    Access,
    HistorySection,
    IdentitySection,
    PendingSection,
    ReviewSection,
    RevisionEntry,
)
from rmdocs.forms.sections.ledger import LedgerSection
from rmdocs.forms.sections.migration import MigrationSection
from rmdocs.forms.sections.printing import CopiesSection, PrintingSection
from rmdocs.forms.sections.retention import RetentionSection
from rmdocs.forms.sections.roles import RolesSection
from rmdocs.forms.sections.rules import DerivedSection, RulesSection
from rmdocs.forms.sections.signing import Party, SigningSection
from rmdocs.forms.sections.slips import Slip, SlipsSection
from rmdocs.forms.sections.stages import Stage, StagesSection
from rmdocs.forms.sections.summary import SummarySection, UniqueSection
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.language.rules import Derivation, Rule
from rmdocs.messages import Bilingual
from rmdocs.schemas.schema import COMMON, Schema

NAMES = {
    "manifest": "form.toml",
    "template": "template.docx",
    "schema": "schema.json",
    "common": "common.schema.json",
    "sample": "sample.json",
}
"""What each part of a revision is called where it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiles:
    """The bytes of a form revision (ISO 9001 §7.5.2), as they are released."""

    manifest: bytes
    template: bytes
    schema: bytes
    common: bytes
    sample: bytes

    def contents(self) -> dict[str, bytes]:
        """Return the files by the names under which they are kept."""
        return {name: getattr(self, part) for part, name in NAMES.items()}

    def digest(self) -> str:
        """Return the SHA-256 over names and SHA-256 of all files, in hexadecimal.

        Any change of any byte of the revision changes it.
        """
        parts = [
            {"name": NAMES[part.name], "sha256": canonical.sha256(getattr(self, part.name))}
            for part in fields(self)
        ]
        return canonical.sha256(canonical.encode(sorted(parts, key=lambda part: part["name"])))


S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A revision of a controlled form.

    What most of rmdocs asks of a form has a name of its own here; any section is
    found by its kind.
    """

    manifest: Manifest
    schema: Schema

    @classmethod
    def load(cls, files: FormFiles) -> Form:
        """Return the form that ``files`` describe.

        :raises FindingsError: with every mistake in manifest and schema.
        """
        form, findings = read_form(files)
        if form is None or has_errors(findings):
            raise FindingsError(tuple(findings))
        return form

    def section(self, kind: type[S]) -> S | None:
        """Return a section of the manifest, or None where it does not have it."""
        return self.manifest.find(kind)

    def having(self, section: Section) -> Form:
        """Return the form with another section in place of its own."""
        sections = {**self.manifest.sections, type(section): section}
        return Form(manifest=Manifest(sections), schema=self.schema)

    @property
    def number(self) -> DocumentNumber:
        """Return its number, such as RXD7200-04."""
        return self.manifest[IdentitySection].number

    @property
    def revision(self) -> Revision:
        """Return which revision of the form it is."""
        return self.manifest[IdentitySection].revision

    @property
    def title(self) -> Bilingual:
        """Return what the form is called."""
        return self.manifest[IdentitySection].title

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return other names of the form."""
        return self.manifest[IdentitySection].aliases

    @property
    def organisation(self) -> Bilingual:
        """Return the organisation on its cover."""
        return self.manifest[IdentitySection].organisation

    @property
    def parent(self) -> DocumentNumber:
        """Return the document it belongs to, a register entry."""
        return self.manifest[IdentitySection].parent

    @property
    def annex(self) -> Bilingual:
        """Return which annex of it the form is."""
        return self.manifest[IdentitySection].annex

    @property
    def clause(self) -> str:
        """Return the clause that asks for it."""
        return self.manifest[IdentitySection].clause

    @property
    def access(self) -> Access:
        """Return who may see its records."""
        return self.manifest[IdentitySection].access

    @property
    def effective(self) -> date:
        """Return the day from which it is in force."""
        return self.manifest[IdentitySection].effective

    @property
    def prepared(self) -> str:
        """Return who prepared it, as its cover says."""
        return self.manifest[IdentitySection].prepared

    @property
    def reviewed(self) -> str:
        """Return who reviewed it, as its cover says."""
        return self.manifest[IdentitySection].reviewed

    @property
    def approved(self) -> str:
        """Return who approved it, as its cover says."""
        return self.manifest[IdentitySection].approved

    @property
    def pending(self) -> tuple[Bilingual, ...]:
        """Return what is yet to be settled (待核定)."""
        return self.manifest[PendingSection].items

    @property
    def history(self) -> tuple[RevisionEntry, ...]:
        """Return its revision table (修改记录)."""
        return self.manifest[HistorySection].entries

    @property
    def roles(self) -> RolesSection:
        """Return who may act on its records."""
        return self.manifest[RolesSection]

    @property
    def summary(self) -> SummarySection:
        """Return what lists show of its records."""
        return self.manifest[SummarySection]

    @property
    def derived(self) -> tuple[Derivation, ...]:
        """Return its derived values."""
        return self.manifest[DerivedSection].values

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return what must hold of its records."""
        return self.manifest[RulesSection].rules

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return what later people add to its records, in order."""
        return self.manifest[StagesSection].stages

    @property
    def signing(self) -> tuple[Party, ...]:
        """Return who signs electronically, in order; nobody if empty."""
        return self.manifest[SigningSection].parties

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Return what is torn off a document and comes back."""
        return self.manifest[SlipsSection].slips

    @property
    def due(self) -> tuple[DueDate, ...]:
        """Return what must happen to its records by a day."""
        return self.manifest[DueDatesSection].dates

    @property
    def printing(self) -> PrintingSection:
        """Return how its documents are printed to be signed."""
        return self.manifest[PrintingSection]

    @property
    def retention(self) -> RetentionSection:
        """Return how long its records are kept."""
        return self.manifest[RetentionSection]

    @property
    def unique(self) -> UniqueSection | None:
        """Return what no two records may share; None if nothing."""
        return self.manifest.find(UniqueSection)

    @property
    def ledger(self) -> LedgerSection | None:
        """Return how records are made from a ledger of business; None if they are not."""
        return self.manifest.find(LedgerSection)

    @property
    def migration(self) -> MigrationSection | None:
        """Return how records of earlier revisions are carried over; None if as they are."""
        return self.manifest.find(MigrationSection)

    @property
    def review_months(self) -> int | None:
        """Return how often it is reviewed, in months; None if never (ISO 9001 §7.5.2)."""
        review = self.manifest.find(ReviewSection)
        return review.months if review is not None else None

    @property
    def predecessors(self) -> tuple[Revision, ...]:
        """Return the revisions whose records this one carries over, in order.

        Without ``[migration]`` that is the revision before it in the history.
        """
        if self.migration is not None:
            return tuple(sorted(self.migration.origins))
        earlier = [row.revision for row in self.history if row.revision < self.revision]
        return tuple(earlier[-1:])

    def stage(self, name: str) -> Stage | None:
        """Return the stage called ``name``, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def stage_named(self, text: str) -> str:
        """Return the name of the stage that a person calls ``text``: its name, or its title.

        What no stage is called is returned as it is, to be refused by name.
        """
        wanted = fold(text)
        titled = (
            stage.name
            for stage in self.stages
            if wanted in {fold(stage.name), fold(stage.title.zh), fold(stage.title.en)}
        )
        return next(titled, text)

    def addressees(self, names: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return who gets a further document each, as templates see them.

        :raises FindingsError: if the expression has no value for ``names``.
        """
        copies = self.manifest.find(CopiesSection)
        return tuple(copies.each.evaluate(names) or ()) if copies is not None else ()

    def stage_schema(self, name: str) -> Schema:
        """Return the schema of a stage of this form.

        :raises FindingsError: if there is none.
        """
        return self.schema.stage(name)


def read_form(files: FormFiles) -> tuple[Form | None, list[Finding]]:
    """Return the form, if it can be understood at all, and everything found wrong with it."""
    form, findings = _read(files)
    return None if has_errors(findings) else form, list(findings)


def understood(files: FormFiles) -> Form | None:
    """Return the form, whether or not its parts agree; None if one cannot be understood."""
    return _read(files)[0]


@lru_cache(maxsize=64)  # the same bytes are the same form, and reading takes long
def _read(files: FormFiles) -> tuple[Form | None, tuple[Finding, ...]]:
    findings: list[Finding] = []
    manifest: Manifest | None = None
    schema: Schema | None = None
    try:
        manifest, found = read_manifest(files.manifest)
        findings += found
    except FindingsError as problem:
        findings += problem.findings
    try:
        schema = Schema.load(files.schema, {COMMON: files.common})
    except FindingsError as problem:
        findings += problem.findings
    if manifest is None or schema is None or has_errors(findings):
        return None, tuple(findings)
    for section in manifest.sections.values():
        findings += section.checks(manifest, schema)
    return Form(manifest=manifest, schema=schema), tuple(findings)

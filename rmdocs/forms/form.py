"""A form revision, typed: everything ``form.toml`` and its schema say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from rmdocs.characters import fold
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.agreement import disagreements
from rmdocs.forms.ledger import Ledger
from rmdocs.forms.manifest import Manifest, read_manifest
from rmdocs.forms.migration import Migration
from rmdocs.forms.parts import (
    Access,
    DueDate,
    Party,
    Retention,
    RevisionEntry,
    Roles,
    Slip,
    Stage,
    SummaryExpressions,
    Unique,
)
from rmdocs.forms.printing import Printing
from rmdocs.forms.revision import FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule
from rmdocs.schemas.schema import COMMON, Schema


@dataclass(frozen=True, slots=True)
class Form:
    """A revision of a controlled form.

    :param parent: the document it belongs to, a register entry.
    :param prepared: who prepared, ``reviewed`` and ``approved`` it, as its cover says.
    :param pending: what its source does not hold and the officer has yet to settle (待核定).
    :param copies: what to go through for one further document each, or None.
    :param signing: who signs the document electronically, in order; empty if nobody.
    :param slips: what is torn off a document and comes back by itself.
    :param due: what must happen to its records by a day.
    :param ledger: how its records are made from a ledger of business; None if they are not.
    :param printing: how its documents are printed to be signed on paper.
    :param review_months: how often it is reviewed, in months; None if never
        (ISO 9001 §7.5.2).
    :param migration: how records of earlier revisions become records of this
        one; None if they are carried over as they are.
    :param stage_schemas: the schema of each stage's content, by its name.
    """

    number: DocumentNumber
    revision: Revision
    title: Bilingual
    aliases: tuple[str, ...]
    organisation: Bilingual
    parent: DocumentNumber
    annex: Bilingual
    clause: str
    access: Access
    effective: date
    prepared: str
    reviewed: str
    approved: str
    pending: tuple[Bilingual, ...]
    history: tuple[RevisionEntry, ...]
    roles: Roles
    summary: SummaryExpressions
    unique: Unique | None
    copies: Expression | None
    derived: tuple[Derivation, ...]
    rules: tuple[Rule, ...]
    stages: tuple[Stage, ...]
    signing: tuple[Party, ...]
    slips: tuple[Slip, ...]
    due: tuple[DueDate, ...]
    ledger: Ledger | None
    printing: Printing
    retention: Retention
    review_months: int | None
    migration: Migration | None
    schema: Schema
    stage_schemas: tuple[tuple[str, Schema], ...]

    @classmethod
    def load(cls, files: FormFiles) -> Form:
        """Return the form that ``files`` describe.

        :raises FindingsError: with every mistake in manifest and schema.
        """
        form, findings = read_form(files)
        if form is None or has_errors(findings):
            raise FindingsError(tuple(findings))
        return form

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
        return tuple(self.copies.evaluate(names) or ()) if self.copies is not None else ()

    def stage_schema(self, name: str) -> Schema:
        """Return the schema of a stage of this form."""
        return dict(self.stage_schemas)[name]


def read_form(files: FormFiles) -> tuple[Form | None, list[Finding]]:
    """Return the form, if it can be understood at all, and everything found wrong with it."""
    form, _, findings = _read(files)
    return form, list(findings)


def read_parts(files: FormFiles) -> tuple[Manifest, Schema] | None:
    """Return the manifest and the schema, agreeing or not; None if one cannot be understood."""
    return _read(files)[1]


@lru_cache(maxsize=64)  # the same bytes are the same form, and reading takes long
def _read(
    files: FormFiles,
) -> tuple[Form | None, tuple[Manifest, Schema] | None, tuple[Finding, ...]]:
    findings: list[Finding] = []
    manifest: Manifest | None = None
    schema: Schema | None = None
    try:
        manifest = read_manifest(files.manifest, findings)
    except FindingsError as problem:
        findings += problem.findings
    try:
        schema = Schema.load(files.schema, {COMMON: files.common})
    except FindingsError as problem:
        findings += problem.findings
    if manifest is None or schema is None or has_errors(findings):
        return None, None, tuple(findings)
    findings += disagreements(manifest, schema)
    form = None if has_errors(findings) else _assemble(manifest, schema)
    return form, (manifest, schema), tuple(findings)


def _assemble(manifest: Manifest, schema: Schema) -> Form:
    identity = manifest.identity
    return Form(
        number=identity.number,
        revision=identity.revision,
        title=identity.title,
        aliases=identity.aliases,
        organisation=identity.organisation,
        parent=identity.parent,
        annex=identity.annex,
        clause=identity.clause,
        access=identity.access,
        effective=identity.effective,
        prepared=identity.prepared,
        reviewed=identity.reviewed,
        approved=identity.approved,
        pending=manifest.pending,
        history=manifest.history,
        roles=manifest.roles,
        summary=manifest.summary,
        unique=manifest.unique,
        copies=manifest.copies,
        derived=manifest.derived,
        rules=manifest.rules,
        stages=manifest.stages,
        signing=manifest.signing,
        slips=manifest.slips,
        due=manifest.due,
        ledger=manifest.ledger,
        printing=manifest.printing,
        retention=manifest.retention,
        review_months=manifest.review_months,
        migration=manifest.migration,
        schema=schema,
        stage_schemas=tuple((stage.name, schema.stage(stage.name)) for stage in manifest.stages),
    )

"""From ``document.toml`` to a typed document; every mistake is a finding."""

from __future__ import annotations

from dataclasses import replace

from rmdocs.documents.document import ControlledDocument, Kind, Reference
from rmdocs.documents.revision import BODY_NAME, MANIFEST_NAME
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding
from rmdocs.forms.parts import RevisionEntry
from rmdocs.forms.reading import Table, read_toml
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, message

_KINDS = tuple(kind.value for kind in Kind)
_NOWHERE, _NEVER = DocumentNumber(""), Revision(0, 0)
_MOST_MONTHS = 120


def read_manifest(data: bytes, findings: list[Finding]) -> ControlledDocument:
    """Return what ``document.toml`` says, noting every mistake in ``findings``.

    :raises FindingsError: if it is not TOML at all.
    """
    noted: list[Finding] = []
    try:
        values = dict(read_toml(data, MANIFEST_NAME))
    except FindingsError as problem:
        raise FindingsError(tuple(map(_own, problem.findings))) from problem
    root = Table(values, f"{MANIFEST_NAME}:", noted)
    table = root.table("document") or Table({}, root.at("document"), [])
    document = _document(table, root)
    root.close()
    # The reader of manifests is shared with the forms, whose codes it gives.
    findings += (_own(finding) for finding in noted)
    return document


def _own(finding: Finding) -> Finding:
    return replace(finding, code=finding.code.replace("FORM-", "DOCUMENT-", 1))


def _document(table: Table, root: Table) -> ControlledDocument:
    kind = _kind(table)
    document = ControlledDocument(
        number=table.parsed("number", DocumentNumber.parse, _NOWHERE),
        revision=table.parsed("revision", Revision.parse, _NEVER),
        kind=kind,
        title=table.bilingual("title"),
        organisation=table.bilingual("organisation"),
        parent=_parent(table),
        effective=table.day("effective"),
        prepared=table.text("prepared", optional=True),
        reviewed=table.text("reviewed", optional=True),
        approved=table.text("approved", optional=True),
        designation=_designation(table, kind),
        publisher=table.bilingual("publisher") if kind is Kind.EXTERNAL else None,
        file=_file(table),
        kept=None if table.has("file") else table.bilingual("kept"),
        references=tuple(_reference(entry) for entry in root.tables("references")),
        history=tuple(_entry(entry) for entry in root.tables("history")),
        pending=_pending(root.table("pending", optional=True)),
        review_months=_review(root.table("review", optional=True)),
    )
    table.close()
    return document


def _kind(table: Table) -> Kind:
    value = table.choice("kind", _KINDS)
    return Kind(value) if value in _KINDS else Kind.INTERNAL


def _parent(table: Table) -> DocumentNumber | None:
    return table.parsed("parent", DocumentNumber.parse, _NOWHERE) if table.has("parent") else None


def _designation(table: Table, kind: Kind) -> str:
    return table.text("designation", optional=True) if kind is Kind.EXTERNAL else ""


def _file(table: Table) -> str:
    return table.choice("file", (BODY_NAME,)) if table.has("file") else ""


def _reference(table: Table) -> Reference:
    reference = Reference(
        table.parsed("number", DocumentNumber.parse, _NOWHERE),
        table.text("clause"),
        table.bilingual("purpose"),
    )
    table.close()
    return reference


def _entry(table: Table) -> RevisionEntry:
    entry = RevisionEntry(
        table.parsed("revision", Revision.parse, _NEVER),
        table.day("date"),
        table.bilingual("change"),
    )
    table.close()
    return entry


def _pending(table: Table | None) -> tuple[Bilingual, ...]:
    if table is None:
        return ()
    items = table.bilinguals("items")
    table.close()
    return items


def _review(table: Table | None) -> int | None:
    if table is None:
        return None
    months = table.whole("months")
    if table.has("months") and not 1 <= months <= _MOST_MONTHS:
        table.note(
            "months",
            "DOCUMENT-VALUE",
            message("a document is reviewed every 1 to {most} months", most=_MOST_MONTHS),
        )
    table.close()
    return months

"""Controlled documents that are not forms, as data: instructions, manuals, external standards.

``document.toml`` says what a document is, as ``form.toml`` does of a form, with those
sections that both have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.section import both, list_of, table_of, text, value
from rmdocs.forms.sections.identity import (
    HistorySection,
    PendingSection,
    ReviewSection,
    RevisionEntry,
)
from rmdocs.forms.tomltables import TomlTable, read_table
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema

DOCUMENT_NAME, BODY_NAME = "document.toml", "body.docx"
_NOWHERE = DocumentNumber("")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFiles:
    """The bytes of a document's revision (ISO 9001 §7.5.2), as they are released.

    :param body: the officer's text, a Word document; None where the document
        is kept elsewhere and only its entry is controlled here.
    """

    manifest: bytes
    body: bytes | None = None

    @classmethod
    def of(cls, contents: Mapping[str, bytes]) -> DocumentFiles:
        """Return the files that ``contents`` holds by name.

        :raises KeyError: if there is no manifest among them.
        """
        return cls(manifest=contents[DOCUMENT_NAME], body=contents.get(BODY_NAME))

    def contents(self) -> dict[str, bytes]:
        """Return the files by the names under which they are kept."""
        files = {DOCUMENT_NAME: self.manifest}
        return files if self.body is None else {BODY_NAME: self.body, **files}

    def digest(self) -> str:
        """Return the SHA-256 over names and SHA-256 of all files, in hexadecimal.

        Any change of any byte of the revision changes it, as does a file more
        or less.
        """
        parts = [
            {"name": name, "sha256": canonical.sha256(data)}
            for name, data in sorted(self.contents().items())
        ]
        return canonical.sha256(canonical.encode(parts))


class Origin(StrEnum):
    """Where a document comes from (ISO 9001 §7.5.3.2)."""

    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """That a document relies on another one, whatever its revision in force is.

    :param clause: the clause of the citing document where it does.
    :param purpose: what it relies on it for.
    """

    number: DocumentNumber
    clause: str
    purpose: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledDocument:
    """A revision of a controlled document that is not a form.

    :param parent: the document it belongs to, a register entry; None if none.
    :param prepared: who prepared, ``reviewed`` and ``approved`` it, as its cover
        says; empty where that is not known and still pending.
    :param designation: an external document's own number and edition, such as
        ``GB 32100-2015``; empty if it has none.
    :param publisher: who issued an external document; None for an internal one.
    :param file: the name of its body file; empty if it is kept elsewhere.
    :param kept: where it is kept if there is no body file, else None.
    :param pending: what is not known of it and still to be settled (待核定).
    :param review_months: how often it is reviewed, in months; None if never.
    """

    number: DocumentNumber
    revision: Revision
    kind: Origin
    title: Bilingual
    organisation: Bilingual
    parent: DocumentNumber | None
    effective: date
    prepared: str
    reviewed: str
    approved: str
    designation: str
    publisher: Bilingual | None
    file: str
    kept: Bilingual | None
    references: tuple[Reference, ...]
    history: tuple[RevisionEntry, ...]
    pending: tuple[Bilingual, ...]
    review_months: int | None

    @property
    def signatures(self) -> tuple[str, str, str]:
        """Return who prepared, reviewed and approved it; empty where pending."""
        return self.prepared, self.reviewed, self.approved


@cache
def _schema() -> Schema:
    signature = {"type": "string"}
    document = table_of(
        {
            "number": text("文件编号", "Number of the document", examples=["IXD7200-01"]),
            "revision": text("版本", "Revision of the document", examples=["1.0"]),
            "kind": value("string", "来源", "Where it comes from", enum=[*Origin]),
            "title": both("名称", "Title of the document"),
            "organisation": both("单位", "Organisation on the cover"),
            "parent": text("所属文件", "Document it belongs to", examples=["QM7200"]),
            "effective": value("string", "生效日期", "Effective date", format="date"),
            "prepared": {"title": "编制人", "description": "Who prepared it", **signature},
            "reviewed": {"title": "审核人", "description": "Who reviewed it", **signature},
            "approved": {"title": "批准人", "description": "Who approved it", **signature},
            "designation": {"title": "标准号", "description": "Its own number", **signature},
            "publisher": both("发布单位", "Who issued an external document"),
            "file": value("string", "正文文件", "Its body", enum=[BODY_NAME]),
            "kept": both("存放处", "Where it is kept if there is no body file"),
        },
        *("parent", "prepared", "reviewed", "approved", "designation", "publisher", "file", "kept"),
        title="文件",
        english="What the cover of the document says",
    )
    reference = table_of(
        {
            "number": text("文件编号", "Number of the document"),
            "clause": text("条款", "The clause of this document that relies on it"),
            "purpose": both("用途", "What it relies on it for"),
        }
    )
    shared = {kind.table: kind.schema for kind in (HistorySection, PendingSection, ReviewSection)}
    references = list_of(reference, title="引用文件", english="Documents it relies on")
    return Schema.own(
        table_of({"document": document, "references": references, **shared}, "references", *shared)
    )


def load_document(files: DocumentFiles) -> ControlledDocument:
    """Return the document that ``files`` describe.

    :raises FindingsError: with every mistake in them.
    """
    document, findings = understand(files)
    if document is None or has_errors(findings):
        raise FindingsError(tuple(findings))
    return document


def understand(files: DocumentFiles) -> tuple[ControlledDocument | None, list[Finding]]:
    """Return the document, if it can be understood at all, and everything found wrong."""
    document, findings = _understood(files.manifest)
    if document is None:
        return None, [*findings]
    return document, [*findings, *_body(document, files)]


@lru_cache(maxsize=256)  # the same bytes say the same, and lists read those of all documents
def _understood(manifest: bytes) -> tuple[ControlledDocument | None, tuple[Finding, ...]]:
    try:
        root = read_table(manifest, DOCUMENT_NAME, _schema())
    except FindingsError as problem:
        return None, tuple(map(_own, problem.findings))
    document = _read(root)
    if has_errors(root.findings):
        return None, tuple(map(_own, root.findings))
    found = (_origin(document), _signatures(document), _history(document), _links(document))
    return document, tuple(chain(*found))


def _own(finding: Finding) -> Finding:
    """Return a finding by a document's code: forms and documents are read alike."""
    return replace(finding, code=finding.code.replace("FORM-", "DOCUMENT-", 1))


def _read(root: TomlTable) -> ControlledDocument:
    table = root.table("document") or TomlTable(values={}, place=root.at("document"), findings=[])
    given = table.text("kind")
    kind = Origin(given) if given in set(Origin) else Origin.INTERNAL
    external = kind is Origin.EXTERNAL
    _require(table, "publisher", wanted=external)
    if not external:
        _require(table, "designation", wanted=False)
    _require(table, "kept", wanted=not table.has("file"))
    pending, review = PendingSection.read(root), ReviewSection.read(root)
    return ControlledDocument(
        number=table.parsed("number", DocumentNumber.parse, _NOWHERE),
        revision=table.parsed("revision", Revision.parse, Revision(major=0, minor=0)),
        kind=kind,
        title=table.bilingual("title"),
        organisation=table.bilingual("organisation"),
        parent=table.parsed("parent", DocumentNumber.parse, _NOWHERE)
        if table.has("parent")
        else None,
        effective=table.day("effective"),
        prepared=table.text("prepared"),
        reviewed=table.text("reviewed"),
        approved=table.text("approved"),
        designation=table.text("designation"),
        publisher=table.optional_bilingual("publisher"),
        file=table.text("file"),
        kept=table.optional_bilingual("kept"),
        references=tuple(
            Reference(
                number=entry.parsed("number", DocumentNumber.parse, _NOWHERE),
                clause=entry.text("clause"),
                purpose=entry.bilingual("purpose"),
            )
            for entry in root.tables("references")
        ),
        history=HistorySection.read(root).entries,
        pending=pending.items if pending is not None else (),
        review_months=review.months if review is not None else None,
    )


def _require(table: TomlTable, name: str, *, wanted: bool) -> None:
    """Note a value that is there though it means nothing, or is not though it must be."""
    if wanted and not table.has(name):
        table.note(
            name, "DOCUMENT-MISSING", message("required, but missing"), message("write it down")
        )
    elif table.has(name) and not wanted:
        reason = message("“{name}” means nothing here", name=name)
        table.note(name, "DOCUMENT-UNKNOWN", reason, message("leave it out"))


_EXTERNAL_NUMBER = "EXT-"
_SIGNING = ("prepared", "reviewed", "approved")
_CLAUSE = "ISO 9001 §7.5.2"


def _finding(place: str, code: str, reason: Text, remedy: Text, clause: str = "") -> Finding:
    return error(code, f"{DOCUMENT_NAME}:{place}", reason, remedy, clause=clause)


def _origin(document: ControlledDocument) -> Iterator[Finding]:
    external = document.kind is Origin.EXTERNAL
    if external != document.number.value.startswith(_EXTERNAL_NUMBER):
        yield _finding(
            "document.number",
            "DOCUMENT-NUMBER",
            message("external documents, and only they, are numbered EXT-001 onwards"),
            message("put the number or the kind right"),
            "ISO 9001 §7.5.3.2",
        )


def _signatures(document: ControlledDocument) -> Iterator[Finding]:
    named = [name for name in document.signatures if name]
    if len(set(named)) != len(named):
        yield _finding(
            "document",
            "DOCUMENT-THREE",
            message("who prepares, reviews and approves a document are three people"),
            message("name three different people in [document]"),
            clause=_CLAUSE,
        )
    if document.kind is Origin.EXTERNAL or document.pending:
        return
    for place, name in zip(_SIGNING, document.signatures, strict=True):
        if not name:
            yield _finding(
                f"document.{place}",
                "DOCUMENT-MISSING",
                message("required, but missing"),
                message("write the name, or say under [pending] that it is not known yet"),
                _CLAUSE,
            )


def _history(document: ControlledDocument) -> Iterator[Finding]:
    for reason, remedy in HistorySection(entries=document.history).faults(document.revision):
        yield _finding("history", "DOCUMENT-HISTORY", reason, remedy)


def _links(document: ControlledDocument) -> Iterator[Finding]:
    if document.parent == document.number:
        reason = message("a document is not its own parent")
        remedy = message("name the document above it, or leave it out")
        yield _finding("document.parent", "DOCUMENT-PARENT", reason, remedy)
    cited = Counter((reference.number, reference.clause) for reference in document.references)
    for index, reference in enumerate(document.references):
        place = f"references[{index}]"
        if reference.number == document.number:
            reason = message("a document does not refer to itself")
            remedy = message("take the reference out")
            yield _finding(f"{place}.number", "DOCUMENT-REFERENCE", reason, remedy)
        if cited.pop((reference.number, reference.clause), 1) > 1:
            yield _finding(
                place,
                "DOCUMENT-DUPLICATE",
                message(
                    "{number} is referred to more than once in {clause}",
                    number=reference.number,
                    clause=reference.clause,
                ),
                message("keep one of the two"),
            )


def _body(document: ControlledDocument, files: DocumentFiles) -> Iterator[Finding]:
    if document.file and files.body is None:
        yield error(
            "DOCUMENT-FILE",
            BODY_NAME,
            message("the file is missing"),
            message("put it beside document.toml, or say with “kept” where the document is kept"),
        )
    if not document.file and files.body is not None:
        yield _finding(
            "document.file",
            "DOCUMENT-FILE",
            message("there is a body, but document.toml does not name it"),
            message('write file = "body.docx", or remove the file'),
        )

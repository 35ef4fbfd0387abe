"""A document from its files, and whether what it says agrees with itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rmdocs.documents.document import ControlledDocument, Kind
from rmdocs.documents.manifest import read_manifest
from rmdocs.documents.revision import BODY_NAME, MANIFEST_NAME, DocumentFiles
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error, has_errors
from rmdocs.messages import Text, message

_EXTERNAL_NUMBER = "EXT-"
_SIGNING = ("prepared", "reviewed", "approved")
_CLAUSE = "ISO 9001 §7.5.2"


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
    findings: list[Finding] = []
    try:
        document = read_manifest(files.manifest, findings)
    except FindingsError as problem:
        return None, list(problem.findings)
    if has_errors(findings):
        return None, findings
    findings += [
        *_origin(document),
        *_signatures(document),
        *_history(document),
        *_links(document),
        *_body(document, files),
    ]
    return document, findings


def _finding(
    place: str, code: str, reason: Text, remedy: Text = NOTHING, clause: str = ""
) -> Finding:
    return error(code, f"{MANIFEST_NAME}:{place}", reason, remedy, clause=clause)


def _origin(document: ControlledDocument) -> Iterator[Finding]:
    external = document.kind is Kind.EXTERNAL
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
            clause=_CLAUSE,
        )
    if document.kind is Kind.EXTERNAL or document.pending:
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
    revisions = [entry.revision for entry in document.history]
    if document.revision not in revisions:
        reason = message("no row for the revision {revision}", revision=document.revision)
        yield _finding("history", "DOCUMENT-HISTORY", reason, message("add a row to [[history]]"))
    if revisions != sorted(set(revisions)):
        reason = message("the rows are not in the order of revisions")
        yield _finding("history", "DOCUMENT-HISTORY", reason)


def _links(document: ControlledDocument) -> Iterator[Finding]:
    if document.parent == document.number:
        reason = message("a document is not its own parent")
        yield _finding("document.parent", "DOCUMENT-PARENT", reason)
    cited = Counter((reference.number, reference.clause) for reference in document.references)
    for index, reference in enumerate(document.references):
        place = f"references[{index}]"
        if reference.number == document.number:
            reason = message("a document does not refer to itself")
            yield _finding(f"{place}.number", "DOCUMENT-REFERENCE", reason)
        if cited.pop((reference.number, reference.clause), 1) > 1:
            yield _finding(
                place,
                "DOCUMENT-DUPLICATE",
                message(
                    "{number} is referred to more than once in {clause}",
                    number=reference.number,
                    clause=reference.clause,
                ),
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

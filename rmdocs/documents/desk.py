"""The officer's desk: a document's files as they lie in the workspace, being edited."""

from __future__ import annotations

from pathlib import Path

from rmdocs.documents.revision import BODY_NAME, MANIFEST_NAME, DocumentFiles
from rmdocs.errors import FindingsError, system_problem
from rmdocs.findings import Finding, error
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Text, message

DIRECTORY = "documents"
_LARGEST = 20 * 2**20


def document_directory(root: Path, number: DocumentNumber) -> Path:
    """Return where a document lies on the desk of the workspace ``root``."""
    return root / DIRECTORY / str(number)


def desk_documents(root: Path) -> list[DocumentNumber]:
    """Return the numbers of the documents that have a manifest on the desk, in order.

    :raises UsageError: if a directory with a manifest is not named by a number.
    """
    manifests = (root / DIRECTORY).glob(f"*/{MANIFEST_NAME}")
    return sorted(DocumentNumber.parse(path.parent.name) for path in manifests)


def read_document(root: Path, number: DocumentNumber) -> DocumentFiles:
    """Return the files of a document on the desk.

    :raises FindingsError: if its manifest is missing, or a file cannot be read.
    """
    directory = document_directory(root, number)
    findings: list[Finding] = []
    contents: dict[str, bytes] = {}
    for name in (MANIFEST_NAME, BODY_NAME):
        path = directory / name
        shown = path.relative_to(root).as_posix()
        try:
            if path.stat().st_size > _LARGEST:
                findings.append(_refusal(shown, message("larger than 20 MB")))
            else:
                contents[name] = path.read_bytes()
        except FileNotFoundError:
            # Whether there should be a body is said by the manifest.
            if name == MANIFEST_NAME:
                findings.append(_refusal(shown, message("the file is missing")))
        except OSError as problem:
            reason = message("the file cannot be read: {problem}", problem=system_problem(problem))
            findings.append(_refusal(shown, reason))
    if findings:
        raise FindingsError(tuple(findings))
    return DocumentFiles.of(contents)


def _refusal(path: str, reason: Text) -> Finding:
    return error(
        "DOCUMENT-FILE",
        path,
        reason,
        message("a document is document.toml and, unless it is kept elsewhere, body.docx"),
    )

"""The officer's desk: forms and documents as they lie there.

Issuing never reads the desk; it reads what was released into the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from stat import S_ISREG

from rmdocs.errors import FindingsError, system_problem
from rmdocs.findings import Finding, error
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles
from rmdocs.forms.form import FormFiles
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Text, message

DIRECTORY = "documents"
"""Where documents that are no forms lie on the desk."""

LARGEST = 20 * 2**20
"""Bytes of the largest file that is read from the desk."""


def places(root: Path, number: DocumentNumber) -> dict[str, Path]:
    """Return where each part of a form lies on the desk of the workspace ``root``."""
    form, schemas = root / "forms" / str(number), root / "schemas"
    return {
        "manifest": form / "form.toml",
        "template": form / "template.docx",
        "schema": schemas / f"{number}.schema.json",
        "common": schemas / "common.schema.json",
        "sample": form / "sample.json",
    }


def read_desk(root: Path, number: DocumentNumber) -> FormFiles:
    """Return the files of a form on the desk.

    :raises FindingsError: with every file that is missing or cannot be read.
    """
    return FormFiles(**_read(root, places(root, number), _no_form))


def desk_numbers(root: Path) -> list[DocumentNumber]:
    """Return the numbers of the forms that have a manifest on the desk, in order.

    :raises UsageError: if a directory with a manifest is not named by a number.
    """
    manifests = (root / "forms").glob("*/form.toml")
    return sorted(DocumentNumber.parse(path.parent.name) for path in manifests)


def document_directory(root: Path, number: DocumentNumber) -> Path:
    """Return where a document lies on the desk of the workspace ``root``."""
    return root / DIRECTORY / str(number)


def desk_documents(root: Path) -> list[DocumentNumber]:
    """Return the numbers of the documents that have a manifest on the desk, in order.

    :raises UsageError: if a directory with a manifest is not named by a number.
    """
    manifests = (root / DIRECTORY).glob(f"*/{DOCUMENT_NAME}")
    return sorted(DocumentNumber.parse(path.parent.name) for path in manifests)


def read_document(root: Path, number: DocumentNumber) -> DocumentFiles:
    """Return the files of a document on the desk.

    :raises FindingsError: if its manifest is missing, or a file cannot be read.
    """
    directory = document_directory(root, number)
    paths = {name: directory / name for name in (DOCUMENT_NAME, BODY_NAME)}
    # Whether there should be a body is said by the manifest.
    return DocumentFiles.of(_read(root, paths, _no_document, lacking=BODY_NAME))


def _read(
    root: Path,
    paths: Mapping[str, Path],
    refusal: Callable[[str, Text], Finding],
    lacking: str = "",
) -> dict[str, bytes]:
    """Return the contents of files of the desk.

    :param lacking: which of them may be missing.
    :raises FindingsError: with every one that is missing or cannot be read.
    """
    contents: dict[str, bytes] = {}
    findings: list[Finding] = []
    for name, path in paths.items():
        shown = path.relative_to(root).as_posix()
        try:
            found = path.stat()
            if not S_ISREG(found.st_mode):
                # Reading a pipe or a device would never end.
                reason = message("this is no file, but a folder or device")
                findings.append(refusal(shown, reason))
            elif found.st_size > LARGEST:
                findings.append(refusal(shown, message("larger than 20 MB")))
            else:
                contents[name] = path.read_bytes()
        except FileNotFoundError:
            if name != lacking:
                findings.append(refusal(shown, message("the file is missing")))
        except OSError as problem:
            reason = message("the file cannot be read: {problem}", problem=system_problem(problem))
            findings.append(refusal(shown, reason))
    if findings:
        raise FindingsError(tuple(findings))
    return contents


def _no_form(path: str, reason: Text) -> Finding:
    return error(
        "FORM-FILE",
        path,
        reason,
        message("a form is form.toml, template.docx, sample.json and its schema"),
    )


def _no_document(path: str, reason: Text) -> Finding:
    return error(
        "DOCUMENT-FILE",
        path,
        reason,
        message("a document is document.toml and, unless it is kept elsewhere, body.docx"),
    )

"""The officer's desk: forms and documents as they lie there.

Issuing never reads the desk; it reads what was released into the store. A manifest is laid out
anew for a revision in preparation; whatever else an officer wrote stays as it is, to the byte:
comments, order, quotes, line ends.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from stat import S_ISREG

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, system_problem
from rmdocs.findings import Finding, error
from rmdocs.forms import tomltext
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles
from rmdocs.forms.form import FormFiles
from rmdocs.forms.tomltables import read_toml
from rmdocs.forms.tomltext import toml
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Text, message

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


_MIGRATION = "migration"
_HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCover:
    """What the manifest of a new revision says of itself.

    :param prepared: name of who prepares it; ``reviewed`` and ``approved`` likewise.
    :param change: what changes, for the row of the revision table.
    :param anew: whether a row that is there already is an earlier request's, which
        came to nothing: it is replaced. Else it is the author's own, and only its day
        is put right.
    """

    revision: Revision
    effective: date
    prepared: str
    reviewed: str
    approved: str
    change: Bilingual
    anew: bool = False

    def values(self) -> dict[str, str | date]:
        """Return the values of the identity table."""
        return {
            "revision": str(self.revision),
            "effective": self.effective,
            "prepared": self.prepared,
            "reviewed": self.reviewed,
            "approved": self.approved,
        }

    def row(self) -> JsonObject:
        """Return the row of the revision table."""
        change = {"zh": self.change.zh, "en": self.change.en}
        return {"revision": str(self.revision), "date": self.effective, "change": change}


def lay_out(
    manifest: bytes, cover: NewCover, *, table: str, name: str, released: bytes | None = None
) -> bytes:
    """Return a manifest with a new cover and a row for it in the revision table.

    :param released: the manifest in force; a migration that it has as well is
        dropped, since its steps led to the revision before.
    :param table: the table that holds the identity: ``form`` or ``document``.
    :param name: the manifest's file name, for findings.
    :raises FindingsError: if it is no manifest, or its identity or its revision table is
        written so that it cannot be changed.
    """
    before = dict(read_toml(manifest, name))
    rows = before.get(_HISTORY, [])
    whole = isinstance(before.get(table), dict) and isinstance(rows, list)
    if not whole or not all(isinstance(row, dict) for row in rows):
        raise _unwritable(name, table)
    done = released is not None and before.get(_MIGRATION) == read_toml(released, name).get(
        _MIGRATION
    )
    mark = codecs.BOM_UTF8 if manifest.startswith(codecs.BOM_UTF8) else b""
    text = manifest.decode("utf-8-sig")
    ended = text.endswith("\n")
    lines = text if ended else f"{text}\n"
    windows = "\r\n" in text and text.count("\n") == text.count("\r\n")
    if windows:
        lines = lines.replace("\r\n", "\n")
    try:
        if done:
            lines = tomltext.without(lines, (_MIGRATION,))
        for key, value in cover.values().items():
            if before[table].get(key) != value:
                lines = tomltext.with_value(lines, (table,), key, value)
        lines = _with_row(lines, cover, rows, table)
        lines = lines if ended else lines[:-1]
        laid = mark + (lines.replace("\n", "\r\n") if windows else lines).encode()
        said = dict(read_toml(laid, name))
    except (ValueError, FindingsError):
        raise _unwritable(name, table) from None  # what it became is not what an officer wrote
    if said != _meant(before, cover, table, done=done):
        raise _unwritable(name, table)
    return laid


def _with_row(text: str, cover: NewCover, rows: list[JsonObject], table: str) -> str:
    own = [place for place, row in enumerate(rows) if _is_of(row, cover.revision)]
    if own and not cover.anew:
        for place in own:
            if rows[place].get("date") != cover.effective:
                text = tomltext.with_value(text, (_HISTORY, place), "date", cover.effective)
        return text
    for place in reversed(own):
        text = tomltext.without(text, (_HISTORY, place))
    change = f"{{ zh = {toml(cover.change.zh)}, en = {toml(cover.change.en)} }}"
    row = {
        "revision": toml(str(cover.revision)),
        "date": toml(cover.effective),
        "change": change,
    }
    return tomltext.with_row(text, _HISTORY, row, after=table)


def _meant(before: JsonObject, cover: NewCover, table: str, *, done: bool) -> JsonObject:
    """Return what the manifest is to say: what it said, but for the cover and its row."""
    rows = before.get(_HISTORY, [])
    known = any(_is_of(row, cover.revision) for row in rows)
    if known and not cover.anew:
        day = {"date": cover.effective}
        rows = [{**row, **day} if _is_of(row, cover.revision) else row for row in rows]
    else:
        rows = [*(row for row in rows if not _is_of(row, cover.revision)), cover.row()]
    kept = {key: value for key, value in before.items() if not (done and key == _MIGRATION)}
    return {**kept, table: {**before[table], **cover.values()}, _HISTORY: rows}


def _is_of(row: JsonObject, revision: Revision) -> bool:
    return str(row.get("revision")) == str(revision)


def _unwritable(name: str, table: str) -> FindingsError:
    return FindingsError(
        (
            error(
                "FORM-LAYOUT",
                f"{name}:{table}",
                message("[{table}] or [[history]] cannot be changed as it is written", table=table),
                message(
                    "write one table [{table}], and [[history]] as a list of tables, as in the"
                    " forms that ship",
                    table=table,
                ),
            ),
        )
    )

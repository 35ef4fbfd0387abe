"""The officer's desk: forms and documents as they lie there; a manifest laid out anew.

Issuing never reads the desk; it reads what was released into the store.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from stat import S_ISREG

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, system_problem
from rmdocs.findings import Finding, error
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles
from rmdocs.forms.form import FormFiles
from rmdocs.forms.tomltables import read_toml
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
    parts: dict[str, bytes] = {}
    findings: list[Finding] = []
    for part, path in places(root, number).items():
        shown = path.relative_to(root).as_posix()
        try:
            found = path.stat()
            if not S_ISREG(found.st_mode):
                # Reading a pipe or a device would never end.
                findings.append(_refusal(shown, message("this is no file, but a folder or device")))
            elif found.st_size > LARGEST:
                findings.append(_refusal(shown, message("larger than 20 MB")))
            else:
                parts[part] = path.read_bytes()
        except FileNotFoundError:
            findings.append(_refusal(shown, message("the file is missing")))
        except OSError as problem:
            reason = message("the file cannot be read: {problem}", problem=system_problem(problem))
            findings.append(_refusal(shown, reason))
    if findings:
        raise FindingsError(tuple(findings))
    return FormFiles(**parts)


def desk_numbers(root: Path) -> list[DocumentNumber]:
    """Return the numbers of the forms that have a manifest on the desk, in order.

    :raises UsageError: if a directory with a manifest is not named by a number.
    """
    manifests = (root / "forms").glob("*/form.toml")
    return sorted(DocumentNumber.parse(path.parent.name) for path in manifests)


def _refusal(path: str, reason: Text) -> Finding:
    return error(
        "FORM-FILE",
        path,
        reason,
        message("a form is form.toml, template.docx, sample.json and its schema"),
    )


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
    findings: list[Finding] = []
    contents: dict[str, bytes] = {}
    for name in (DOCUMENT_NAME, BODY_NAME):
        path = directory / name
        shown = path.relative_to(root).as_posix()
        try:
            found = path.stat()
            if not S_ISREG(found.st_mode):
                reason = message("this is no file, but a folder or device")
                findings.append(_no_document(shown, reason))
            elif found.st_size > LARGEST:
                findings.append(_no_document(shown, message("larger than 20 MB")))
            else:
                contents[name] = path.read_bytes()
        except FileNotFoundError:
            # Whether there should be a body is said by the manifest.
            if name == DOCUMENT_NAME:
                findings.append(_no_document(shown, message("the file is missing")))
        except OSError as problem:
            reason = message("the file cannot be read: {problem}", problem=system_problem(problem))
            findings.append(_no_document(shown, reason))
    if findings:
        raise FindingsError(tuple(findings))
    return DocumentFiles.of(contents)


def _no_document(path: str, reason: Text) -> Finding:
    return error(
        "DOCUMENT-FILE",
        path,
        reason,
        message("a document is document.toml and, unless it is kept elsewhere, body.docx"),
    )


_HEADER = re.compile(r"^\s*\[\[?([A-Za-z0-9_.\"-]+)\]?\]\s*(?:#.*)?$")
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
    :raises FindingsError: if it is no manifest, or not written so that its
        lines can be changed.
    """
    before = dict(read_toml(manifest, name))
    lines = manifest.decode("utf-8-sig").replace("\r\n", "\n").splitlines()
    rows = before.get(_HISTORY, [])
    known = [str(row.get("revision")) for row in rows if isinstance(row, dict)]
    lines = _with_cover(lines, cover, table)
    done = dict(read_toml(released, name)).get(_MIGRATION) if released is not None else None
    if done is not None and before.get(_MIGRATION) == done:
        del before[_MIGRATION]
        lines = _without_migration(lines)
    if cover.anew and str(cover.revision) in known:
        lines = _without_row(lines, cover.revision)
        known = [revision for revision in known if revision != str(cover.revision)]
    if str(cover.revision) in known:
        lines = _with_day(lines, cover)
    else:
        lines = _with_row(lines, cover, table)
    written = ("\n".join(lines) + "\n").encode()
    if dict(read_toml(written, name)) != _expected(before, cover, table, known):
        raise FindingsError((_unwritable(name, table),))
    return written


def _expected(before: JsonObject, cover: NewCover, table: str, known: list[str]) -> JsonObject:
    rows = before.get(_HISTORY, [])
    if str(cover.revision) in known:
        day = {"date": cover.effective}
        rows = [{**row, **day} if _is_of(row, cover.revision) else row for row in rows]
    else:
        rows = [*(row for row in rows if not _is_of(row, cover.revision)), cover.row()]
    own = {**before.get(table, {}), **cover.values()}
    return {**before, table: own, **({_HISTORY: rows} if rows else {})}


def _with_cover(lines: list[str], cover: NewCover, table: str) -> list[str]:
    missing = {name: _toml(value) for name, value in cover.values().items()}
    found: list[str] = []
    section = ""
    for line in lines:
        header = _HEADER.match(line)
        if header:
            section = header[1]
        name = line.partition("=")[0].strip()
        if section == table and not header and name in missing:
            found.append(f"{name} = {missing.pop(name)}")
        else:
            found.append(line)
    at = next((place for place, line in enumerate(found) if _section(line) == table), None)
    if at is not None:
        found[at + 1 : at + 1] = [f"{name} = {value}" for name, value in missing.items()]
    return found


def _with_row(lines: list[str], cover: NewCover, table: str) -> list[str]:
    """Return the lines with a row after the last one, or after the identity table."""
    row = cover.row()
    change = f"{{ zh = {_toml(row['change']['zh'])}, en = {_toml(row['change']['en'])} }}"
    block = [
        "",
        f"[[{_HISTORY}]]",
        f"revision = {_toml(row['revision'])}",
        f"date = {_toml(row['date'])}",
        f"change = {change}",
    ]
    sections = [(place, _section(line)) for place, line in enumerate(lines)]
    wanted = _HISTORY if any(name == _HISTORY for _, name in sections) else table
    start = max((place for place, name in sections if name == wanted), default=len(lines) - 1)
    end = next((place for place, name in sections if place > start and name), len(lines))
    # Comments and blank lines before the next table belong to that table.
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return [*lines[:end], *block, *lines[end:]]


def _is_of(row: object, revision: Revision) -> bool:
    return isinstance(row, dict) and str(row.get("revision")) == str(revision)


def _rows_of(lines: list[str], revision: Revision) -> tuple[int, int] | None:
    """Return where the row of a revision begins and ends; None if it has no lines of its own."""
    starts = [place for place, line in enumerate(lines) if _section(line)]
    for place, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        said = [_said(line) for line in lines[place:end]]
        own = [value for name, value in said if name == "revision"]
        if _section(lines[place]) == _HISTORY and own == [_toml(str(revision))]:
            return place, end
    return None


def _said(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name.strip(), value.partition("#")[0].strip()


def _without_row(lines: list[str], revision: Revision) -> list[str]:
    """Return the lines without the row of a revision; comments before the next table stay."""
    found = _rows_of(lines, revision)
    if found is None:
        return lines
    place, end = found
    while end > place + 1 and (not lines[end - 1].strip() or lines[end - 1][0] == "#"):
        end -= 1
    return [*lines[:place], *lines[end:]]


def _with_day(lines: list[str], cover: NewCover) -> list[str]:
    """Return the lines with the day of effect in the row of the revision."""
    found = _rows_of(lines, cover.revision)
    place, end = found or (0, 0)
    day = f"date = {_toml(cover.effective)}"
    return [
        day if place <= at < end and _said(line)[0] == "date" else line
        for at, line in enumerate(lines)
    ]


def _without_migration(lines: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in lines:
        name = _section(line)
        if name:
            inside = name.split(".")[0] == _MIGRATION
        if not inside:
            kept.append(line)
    return kept


def _section(line: str) -> str:
    header = _HEADER.match(line)
    return header[1] if header else ""


def _toml(value: str | date) -> str:
    if isinstance(value, date):
        return value.isoformat()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escaped(sign) for sign in escaped) + '"'


def _escaped(sign: str) -> str:
    return sign if sign.isprintable() else f"\\U{ord(sign):08X}"


def _unwritable(name: str, table: str) -> Finding:
    return error(
        "FORM-LAYOUT",
        name,
        message("the lines of [{table}] and [[history]] cannot be changed here", table=table),
        message("write each value on a line of its own, as in the forms that ship"),
    )

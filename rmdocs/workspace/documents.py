"""Controlled documents that are not forms: listing, checking, controlled editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answers import RevisedRow
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.desk import DIRECTORY, desk_documents, read_document
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, load_document, understand
from rmdocs.forms.reading import unreadable_texts
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import message
from rmdocs.registers.documents import DocumentRegister
from rmdocs.registers.references import References
from rmdocs.workspace.rows import revised_rows
from rmdocs.workspace.saving import save

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace


class Documents:
    """The controlled documents of a workspace, as they lie on the desk and as released."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.root

    @property
    def register(self) -> DocumentRegister:
        """Return the register as the control ledger stands."""
        return DocumentRegister(self._workspace.office.control)

    def rows(self) -> list[RevisedRow]:
        """Return every document with its revision in force, the next one, its open change."""
        register = self.register
        return revised_rows(
            register,
            desk_documents(self._root),
            lambda number: load_document(read_document(self._root, number)),
            lambda release: register.load(release).document,
            self._workspace.today(),
            lambda document: document.designation,
            is_on_desk=self._workspace.revising.is_on_desk,
        )

    def check(self, number: DocumentNumber | None = None) -> list[Finding]:
        """Return every mistake of the desk's documents, or of one of them.

        Without a number also every reference of what is in force that dangles.
        """
        desk = desk_documents(self._root)
        findings = [
            finding
            for one in ([number] if number else desk)
            for finding in self._check(one, frozenset(desk))
        ]
        if number is None:
            known = {(finding.code, finding.path) for finding in findings}
            released = self._references(self._workspace.today(), frozenset(desk)).all().findings
            findings += [one for one in released if (one.code, one.path) not in known]
        return findings

    def assemble(self, number: DocumentNumber, on: date) -> bytes:
        """Return the controlled edition in force on a day, as a Word document.

        Marked on every page if it is not the one in force today.

        :raises ControlError: if nothing of it is in force, or it is kept elsewhere.
        :raises FindingsError: if a part of it cannot be assembled.
        """
        return self._assemble(number, on)[1]

    def export(self, number: DocumentNumber, out: Path, on: date | None = None) -> Path:
        """Write a controlled edition to a folder; return the file.

        :param on: the day whose edition is wanted, today if None.
        :raises ConflictError: if there is a file with other content.
        """
        day = on or self._workspace.today()
        name, data = self._assemble(number, day)
        return save(out / f"{name}.docx", data)

    def _assemble(self, number: DocumentNumber, on: date) -> tuple[str, bytes]:
        from rmdocs.issuing.assembling import Assembler

        assembler = Assembler(self._workspace.office, self.register)
        edition = assembler.edition(number, on)
        revision = edition.released.release.revision
        data = assembler.marked(edition, on, self._workspace.today())
        return f"{number}-{revision}-{on.isoformat()}", data

    def _check(self, number: DocumentNumber, desk: frozenset[DocumentNumber]) -> list[Finding]:
        from rmdocs.rendering.assembly import check_body

        try:
            files = read_document(self._root, number)
        except FindingsError as problem:
            return list(problem.findings)
        document, findings = understand(files)
        if not findings:
            findings += unreadable_texts(files.manifest, DOCUMENT_NAME)
        if files.body is not None:
            findings += [_in_body(finding) for finding in check_body(files.body)]
        shown = [_placed(finding, number) for finding in findings]
        if document is None:
            return shown
        if document.number != number:
            shown.append(_misplaced(number, document.number))
        day = max(self._workspace.today(), document.effective)
        return [*shown, *self._references(day, desk).of(document).findings]

    def _references(self, day: date, desk: frozenset[DocumentNumber]) -> References:
        return References(self._workspace.office.forms, self.register, day, desk)


def _placed(finding: Finding, number: DocumentNumber) -> Finding:
    """Return a finding with the document's directory before its place."""
    return replace(finding, path=f"{DIRECTORY}/{number}/{finding.path}")


def _in_body(finding: Finding) -> Finding:
    return replace(finding, path=f"{BODY_NAME}:{finding.path}")


def _misplaced(number: DocumentNumber, found: DocumentNumber) -> Finding:
    return error(
        "DOCUMENT-NUMBER",
        f"{DIRECTORY}/{number}/{DOCUMENT_NAME}:document.number",
        message("{found} lies in the folder of {number}", found=found, number=number),
        message("put the number right, or rename the folder"),
    )

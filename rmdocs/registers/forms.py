"""The register of form revisions: what is released, and what is in force when.

A revision is read from the store, never from the officer's desk
(ISO 9001 §7.5.3.1). Exactly one revision of a form is in force at any
instant; releasing it is the business of ``control``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.errors import ControlError, StoreError
from rmdocs.forms.form import Form
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

RELEASE_NAME = "release.json"


@dataclass(frozen=True, slots=True)
class Release:
    """That a revision was released: from when, over which bytes, approved by whom.

    :param digest: SHA-256 of the whole revision (``FormFiles.digest``).
    :param approvals: ``{"role", "name", "staff_no"}`` each; staff_no is empty
        where the approval was given on paper before the store began.
    """

    number: DocumentNumber
    revision: Revision
    effective: date
    digest: str
    approvals: tuple[tuple[str, str, str], ...]

    def to_json(self) -> JsonObject:
        """Return the release as JSON."""
        return {
            "number": str(self.number),
            "revision": str(self.revision),
            "effective": self.effective.isoformat(),
            "digest": self.digest,
            "approvals": [
                {"role": role, "name": name, "staff_no": staff_no}
                for role, name, staff_no in self.approvals
            ],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Release:
        """Return the release that JSON describes."""
        return cls(
            DocumentNumber.parse(value["number"]),
            Revision.parse(value["revision"]),
            date.fromisoformat(value["effective"]),
            value["digest"],
            tuple((item["role"], item["name"], item["staff_no"]) for item in value["approvals"]),
        )


def revision_directory(number: DocumentNumber, revision: Revision) -> str:
    """Return where a revision lies in the control ledger."""
    return f"forms/{number}/{revision}"


@dataclass(frozen=True, slots=True)
class ReleasedForm:
    """A form revision as the store holds it."""

    release: Release
    files: FormFiles
    form: Form


class FormRegister:
    """Form revisions as of one commit of the control ledger; loaded once each."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._loaded: dict[str, ReleasedForm] = {}

    def numbers(self) -> list[DocumentNumber]:
        """Return the numbers of all forms that have a revision."""
        return sorted(DocumentNumber.parse(name) for name in self.head.list("forms"))

    def releases(self, number: DocumentNumber) -> list[Release]:
        """Return all releases of a form, oldest revision first."""
        revisions = sorted(
            Revision.parse(name) for name in self.head.list(f"forms/{number}") if name != "events"
        )
        return [self._release(number, revision) for revision in revisions]

    def in_force(self, number: DocumentNumber, on: date) -> Release:
        """Return the release in force on a date.

        :raises ControlError: if the form is unknown, or nothing is in force yet.
        """
        releases = self.releases(number)
        if not releases:
            known = ", ".join(str(known) for known in self.numbers())
            raise ControlError(
                message("there is no form {number}", number=number),
                message("forms in this workspace: {known}", known=known),
            )
        valid = [release for release in releases if release.effective <= on]
        if not valid:
            first = min(releases, key=lambda release: release.effective)
            raise ControlError(
                message(
                    "no revision of {number} is in force on {on}: {revision} begins on {effective}",
                    number=number,
                    on=on,
                    revision=first.revision,
                    effective=first.effective,
                )
            )
        return max(valid, key=lambda release: (release.effective, release.revision))

    def release(self, number: DocumentNumber, revision: Revision) -> Release:
        """Return the release of one revision.

        :raises StoreError: if the ledger does not hold it.
        """
        return self._release(number, revision)

    def load(self, release: Release) -> ReleasedForm:
        """Return a released revision, its bytes checked against the release.

        :raises StoreError: if the bytes are not those that were approved.
        """
        if release.digest not in self._loaded:
            self._loaded[release.digest] = self._load(release)
        return self._loaded[release.digest]

    def _load(self, release: Release) -> ReleasedForm:
        files = self._files(release)
        if files.digest() != release.digest:
            raise StoreError(
                message(
                    "{number} {revision} in the store is not what was approved",
                    number=release.number,
                    revision=release.revision,
                ),
                message("run: rmdocs verify"),
            )
        return ReleasedForm(release, files, Form.load(files))

    def _files(self, release: Release) -> FormFiles:
        directory = revision_directory(release.number, release.revision)
        return FormFiles(
            **{part: self._read(f"{directory}/{name}") for part, name in NAMES.items()}
        )

    def _release(self, number: DocumentNumber, revision: Revision) -> Release:
        path = f"{revision_directory(number, revision)}/{RELEASE_NAME}"
        return Release.from_json(canonical.decode(self._read(path)))

    def _read(self, path: str) -> bytes:
        data = self.head.read(path)
        if data is None:
            raise StoreError(
                message("{path} is missing from the control ledger", path=path),
                message("run: rmdocs verify"),
            )
        return data

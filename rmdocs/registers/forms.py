"""The register of form revisions, loaded and checked against what was approved.

A revision is read from the store, never from the officer's desk
(ISO 9001 §7.5.3.1). What is in force when is ``revisions``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.forms.form import Form
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.registers.revisions import FORMS, RELEASE_NAME, Release, RevisionRegister

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

__all__ = ["RELEASE_NAME", "FormRegister", "Release", "ReleasedForm", "revision_directory"]


def revision_directory(number: DocumentNumber, revision: Revision) -> str:
    """Return where a form's revision lies in the control ledger."""
    return f"{FORMS}/{number}/{revision}"


@dataclass(frozen=True, slots=True)
class ReleasedForm:
    """A form revision as the store holds it."""

    release: Release
    files: FormFiles
    form: Form


class FormRegister(RevisionRegister):
    """Form revisions as of one commit of the control ledger; loaded once each."""

    def __init__(self, head: Head) -> None:
        super().__init__(head, FORMS)
        self._loaded: dict[str, ReleasedForm] = {}

    def load(self, release: Release) -> ReleasedForm:
        """Return a released revision, its bytes checked against the release.

        :raises StoreError: if the bytes are not those that were approved.
        """
        if release.digest not in self._loaded:
            self._loaded[release.digest] = self._load(release)
        return self._loaded[release.digest]

    def form(self, number: DocumentNumber, on: date) -> Form:
        """Return the form in force on a date.

        :raises ControlError: if there is none.
        """
        return self.load(self.in_force(number, on)).form

    def _load(self, release: Release) -> ReleasedForm:
        files = self._files(release)
        self.require_approved(release, files.digest())
        return ReleasedForm(release, files, Form.load(files))

    def _files(self, release: Release) -> FormFiles:
        directory = self.directory(release.number, release.revision)
        return FormFiles(**{part: self.read(f"{directory}/{name}") for part, name in NAMES.items()})

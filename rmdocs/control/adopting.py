"""Adopting documents that were in force on paper before the store began.

As a form's first revision may be, a controlled document is taken over with
the names its cover carries and no signatures by key, and says so. What its
cover does not tell stays empty: nobody is named who is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.releasing import APPROVER_ROLES, revision_files
from rmdocs.registers.revisions import DOCUMENTS, RELEASE_NAME, Release
from rmdocs.store.protocol import Deed

if TYPE_CHECKING:
    from rmdocs.forms.document import ControlledDocument, DocumentFiles


def document_adoption_deed(document: ControlledDocument, files: DocumentFiles) -> Deed:
    """Return the deed that adopts a document, by its cover's names."""
    signed = tuple(
        (role, name, "") for role, name in zip(APPROVER_ROLES, document.signatures, strict=True)
    )
    release = Release(
        document.number, document.revision, document.effective, files.digest(), signed
    )
    directory = f"{DOCUMENTS}/{document.number}/{document.revision}"
    contents = {**files.contents(), RELEASE_NAME: canonical.encode(release.to_json())}
    return Deed(
        kind="release",
        subject=f"{document.number} {document.revision}",
        directory=directory,
        files=revision_files(directory, contents),
        reason="adopted from paper",
    )

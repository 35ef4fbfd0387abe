"""The files of a document's revision, and the digest that approvals are given to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rmdocs import canonical

MANIFEST_NAME, BODY_NAME = "document.toml", "body.docx"


@dataclass(frozen=True, slots=True)
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
        return cls(contents[MANIFEST_NAME], contents.get(BODY_NAME))

    def contents(self) -> dict[str, bytes]:
        """Return the files by the names under which they are kept."""
        files = {MANIFEST_NAME: self.manifest}
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

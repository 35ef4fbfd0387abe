"""The files of a form revision, and the digest that approvals are given to."""

from __future__ import annotations

from dataclasses import dataclass, fields

from rmdocs import canonical

NAMES = {
    "manifest": "form.toml",
    "template": "template.docx",
    "schema": "schema.json",
    "common": "common.schema.json",
    "sample": "sample.json",
}
"""What each part of a revision is called where it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiles:
    """The bytes of a form revision (ISO 9001 §7.5.2), as they are released."""

    manifest: bytes
    template: bytes
    schema: bytes
    common: bytes
    sample: bytes

    def contents(self) -> dict[str, bytes]:
        """Return the files by the names under which they are kept."""
        return {name: getattr(self, part) for part, name in NAMES.items()}

    def digest(self) -> str:
        """Return the SHA-256 over names and SHA-256 of all files, in hexadecimal.

        Any change of any byte of the revision changes it.
        """
        parts = [
            {"name": NAMES[part.name], "sha256": canonical.sha256(getattr(self, part.name))}
            for part in fields(self)
        ]
        return canonical.sha256(canonical.encode(sorted(parts, key=lambda part: part["name"])))

"""What validating a PDF found: each signature, and what is wrong with them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rmdocs.canonical import JsonObject
from rmdocs.findings import Finding, has_errors
from rmdocs.messages import Language, Text, Verbatim, message
from rmdocs.signing.integrity import Changes
from rmdocs.signing.request import Level, called

EXCUSABLE = frozenset({"SIG-SIGNATORY"})
"""What is found of a signature but not told where the reason for it was sealed with it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature in a PDF, as far as it can be read.

    :param field: the name of its form field.
    :param party: the name of the party it is of; empty if of none of the form's.
    :param title: what the party is called: by the form, else by the field itself.
    :param signatory: the name it was made under, ``subject`` whom its certificate names.
    :param serial: the certificate's serial number, hexadecimal.
    :param key: SHA-256 of the public key in the certificate.
    :param meaning: what it was made for (21 CFR 11.50).
    :param claimed: when, as the signer says; None if it does not.
    :param stamped: when, as a trusted authority says; None if none does.
    :param stamped_by: the authority; empty if none, or if it is not trusted.
    :param level: the PAdES level that it reaches; None if it is no PAdES signature.
    :param supplied: whether what its level needs came into the file after it, with
        another signature.
    :param trusted_by: the root that its chain ends in; empty if it is not trusted.
    :param revision: the revision of the file it ends, from 1; ``revisions`` in all.
    :param whole: whether it covers every byte of the file.
    :param changes: what was added after it.
    :param certifies: whether it certifies the document, ``locks`` whether nothing may follow it.
    :param intact: whether it and what it covers are as they were made.
    :param reason: why it was made with a certificate that names nobody concerned, as
        the store has it; empty if nobody gave one, or the store does not know the file.
    """

    field: str
    party: str
    title: Text
    signatory: str
    subject: str
    issuer: str
    serial: str
    key: str
    meaning: str
    claimed: datetime | None
    stamped: datetime | None
    stamped_by: str
    level: Level | None
    supplied: bool
    trusted_by: str
    revision: int
    revisions: int
    whole: bool
    changes: Changes
    certifies: bool
    locks: bool
    intact: bool
    reason: str = ""

    @property
    def when(self) -> Text:
        """Return when it was made, and who says so."""
        moment = self.stamped or self.claimed
        if moment is None:
            return Verbatim("-")
        zone = f"{moment:%z}"
        told = f"{moment:%Y-%m-%d %H:%M:%S} (UTC{zone[:3]}:{zone[3:5]})"
        if self.stamped:
            return Verbatim(told)
        return message("{time}, as the signer says", time=told)

    @property
    def of(self) -> Text:
        """Return whose signature it is, as a person reads it: 甲方 (a)."""
        return called(self.title, self.party or self.field)

    @property
    def coverage(self) -> Text:
        """Return what it covers, in words."""
        if self.whole:
            return message("the whole file")
        return message("revision {number} of {count}", number=self.revision, count=self.revisions)

    @property
    def reached(self) -> Text:
        """Return the level it reaches, in words."""
        if self.level is None:
            return message("no PAdES signature")
        if self.supplied:
            return message(
                "{level}, by revocation data that came with a later signature",
                level=self.level.value,
            )
        return Verbatim(self.level.value)

    def to_json(self, language: Language) -> JsonObject:
        """Return the signature as the command line's JSON prints it."""
        return {
            "field": self.field,
            "party": self.party,
            "title": self.title.text(language),
            "signatory": self.signatory,
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "meaning": self.meaning,
            "claimed": self.claimed.isoformat() if self.claimed else None,
            "stamped": self.stamped.isoformat() if self.stamped else None,
            "stamped_by": self.stamped_by,
            "level": self.level.value if self.level else None,
            "supplied": self.supplied,
            "trusted_by": self.trusted_by,
            "covers": self.coverage.text(language),
            "revision": self.revision,
            "revisions": self.revisions,
            "whole": self.whole,
            "changes": self.changes.value,
            "certifies": self.certifies,
            "locks": self.locks,
            "intact": self.intact,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything validating a PDF found.

    :param signatures: in the order they were made.
    """

    signatures: tuple[Signature, ...]
    findings: tuple[Finding, ...]

    def with_reasons(self, reasons: Mapping[str, str]) -> Validation:
        """Return it as it is where reasons were sealed with signatures.

        :param reasons: by the names of the parties.
        """
        told = [replace(one, reason=reasons.get(one.party, "")) for one in self.signatures]
        given = {one.field for one in told if one.reason}
        left = (one for one in self.findings if one.code not in EXCUSABLE or one.path not in given)
        return Validation(tuple(told), tuple(left))

    @property
    def valid(self) -> bool:
        """Return whether every signature holds and, as far as known, none is missing."""
        return not has_errors(self.findings)

    def to_json(self, language: Language) -> JsonObject:
        """Return it as the command line's JSON prints it."""
        return {
            "valid": self.valid,
            "signatures": [one.to_json(language) for one in self.signatures],
            "findings": [dict(one.to_json(language)) for one in self.findings],
        }

"""Signatures that a PDF bears: as they stand in it, what judging them found, their order.

Inspecting is quick enough for a whole store: each signature must fit the bytes it covers,
and the last must cover the file to its end. What they are worth is judged by
``validation``, whose answer stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import combinations
from typing import ClassVar

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from rmdocs.answering import Answer
from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.forms.sections.signing import Party
from rmdocs.messages import Text, Verbatim, by_command, message
from rmdocs.signing.integrity import BROKEN, Changes, broken, is_clean, key_digest
from rmdocs.signing.levels import Level, Named
from rmdocs.signing.signaturerequest import called, field_name, named_by, whom


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignature:
    """A signature as it stands in a PDF.

    :param party: the name of the party whose field it is in; empty if of none.
    :param signatory: the name it was made under.
    :param certificate: SHA-256 of the signer's certificate; ``key`` that of its public key.
    :param intact: whether it fits the bytes it covers, and nothing hides beside it.
    :param holder: the certificate, DER.
    :param end: how many bytes of the file it covers, from the first on; 0 if not from there.
    """

    party: str
    signatory: str
    certificate: str
    key: str
    intact: bool
    end: int
    holder: bytes = field(default=b"", repr=False)

    def whom(self, own: Iterable[str], others: Iterable[str]) -> Named:
        """Return whom the certificate names.

        :param own: what the party is called, ``others`` what the other parties are.
        """
        return whom(x509.Certificate.load(self.holder), self.signatory, own, others)


def inspect(pdf: bytes, name: str) -> tuple[PdfSignature, ...]:
    """Return the signatures of a PDF in the order they were made.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF that can be read.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        return tuple(sorted(_marks(reader), key=lambda one: one.end))
    except BROKEN as problem:
        raise FindingsError((broken(name),)) from problem


def _marks(reader: PdfFileReader) -> Iterator[PdfSignature]:
    for embedded in reader.embedded_regular_signatures:
        start, first, after, rest = (int(value) for value in embedded.byte_range)
        ordered = start == 0 and first < after
        certificate = embedded.signer_cert
        yield PdfSignature(
            party=named_by(str(embedded.field_name)),
            signatory=str(embedded.sig_object.get("/Name", "")),
            certificate=sha256(certificate.dump()).hexdigest(),
            key=key_digest(embedded),
            intact=_is_intact(embedded) and is_clean(reader, embedded),
            end=after + rest if ordered else 0,
            holder=certificate.dump(),
        )


def _is_intact(embedded: EmbeddedPdfSignature) -> bool:
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        embedded.signed_data["encap_content_info"]["content_type"].native,
        embedded.compute_digest(),
    )
    return bool(intact and valid)


EXCUSABLE = frozenset({"SIG-SIGNATORY"})
"""What is found of a signature but not told where the reason for it was sealed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport(Answer):
    """One signature in a PDF, as far as it can be read.

    :param field: the name of its form field.
    :param party: the name of the party it is of; empty if of none of the form's.
    :param title: what the party is called: by the form, else by the field itself.
    :param signatory: the name it was made under.
    :param subject: whom its certificate names. :param issuer: who issued that.
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
    :param revision: the revision of the file it ends, from 1.
    :param revisions: how many the file has.
    :param whole: whether it covers every byte of the file.
    :param changes: what was added after it.
    :param certifies: whether it certifies the document.
    :param locks: whether nothing may follow it.
    :param intact: whether it and what it covers are as they were made.
    :param reason: why it was made with a certificate that names nobody concerned, as
        the store has it; empty if nobody gave one, or the store does not know the file.
    """

    TOLD: ClassVar = (
        *("field", "party", "title", "signatory", "subject", "issuer", "serial", "meaning"),
        *("claimed", "stamped", "stamped_by", "level", "supplied", "trusted_by", "covers"),
        *("revision", "revisions", "whole", "changes", "certifies", "locks", "intact", "reason"),
    )
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
    def covers(self) -> Text:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Answer):
    """Everything validating a PDF found.

    :param signatures: in the order they were made.
    :param findings: why one does not hold, or what is missing.
    """

    TOLD: ClassVar = ("valid", "signatures", "findings")
    signatures: tuple[SignatureReport, ...]
    findings: tuple[Finding, ...]

    def with_reasons(self, reasons: Mapping[str, str]) -> Validation:
        """Return it as it is where reasons were sealed with signatures.

        :param reasons: by the names of the parties.
        """
        told = [replace(one, reason=reasons.get(one.party, "")) for one in self.signatures]
        given = {one.field for one in told if one.reason}
        left = (one for one in self.findings if one.code not in EXCUSABLE or one.path not in given)
        return Validation(signatures=tuple(told), findings=tuple(left))

    @property
    def valid(self) -> bool:
        """Return whether every signature holds and, as far as known, none is missing."""
        return not has_errors(self.findings)


_SELF = "民法典 §168"
"""No agent acts for both sides, unless both agree."""


def party_of(field: str, parties: Sequence[Party]) -> Party | None:
    """Return whose field it is; None if nobody's."""
    return next((party for party in parties if field_name(party) == field), None)


def disorder(signatures: Sequence[SignatureReport], parties: Sequence[Party]) -> Iterator[Finding]:
    """Yield what the form asks of its signatures together and does not get.

    :param signatures: in the order they were made.
    :param parties: who signs, in the order of the form.
    """
    made = [one.party for one in signatures if one.party]
    for party in parties:
        if party.name not in made:
            reason = message("{party} has not signed", party=party.title)
            remedy = message("have it signed; if it was, the last part of the file is missing")
            yield error("SIG-MISSING", field_name(party), reason, remedy)
    wanted = [party.name for party in parties if party.name in made]
    if made != wanted:
        reason = message("the parties did not sign in the order of the form")
        yield error("SIG-ORDER", "", reason, ANEW)
    yield from _same(signatures)
    for one in signatures:
        owner = party_of(one.field, parties)
        if owner is None:
            reason = message(
                "the form knows nobody who signs in the field {field}", field=one.field
            )
            yield warning("SIG-FOREIGN", one.field, reason)
        elif one.meaning != owner.meaning.zh:
            reason = message(
                "it means “{meaning}”, not “{wanted}” as the form says",
                meaning=one.meaning,
                wanted=owner.meaning,
            )
            yield warning("SIG-MEANING", one.field, reason, clause="21 CFR 11.50")
    if signatures and made == [party.name for party in parties]:
        yield from _unprotected(signatures)


ANEW = by_command(
    message("begin signing anew"), message("rmdocs sign NUMBER --again --reason TEXT")
)
"""What to do where what was signed cannot be mended."""


def _same(signatures: Sequence[SignatureReport]) -> Iterator[Finding]:
    """Yield parties that are one and the same who signed: nobody contracts with themselves."""
    for first, second in combinations([one for one in signatures if one.party], 2):
        if first.party == second.party:
            continue
        titles = {"first": first.title, "second": second.title}
        if first.key == second.key or fold(first.subject) == fold(second.subject):
            reason = message(
                "{first} and {second} signed with the certificate of one and the same, {name}",
                name=second.subject,
                **titles,
            )
            yield error("SIG-SAME", second.field, reason, ANEW, clause=_SELF)
        elif fold(first.signatory) == fold(second.signatory):
            reason = message(
                "{name} is said to have signed for both {first} and {second}",
                name=second.signatory,
                **titles,
            )
            remedy = message("make sure that it is not one person who signed for both")
            yield warning("SIG-SIGNATORY", second.field, reason, remedy, clause=_SELF)


def _unprotected(signatures: Sequence[SignatureReport]) -> Iterator[Finding]:
    first, last = signatures[0], signatures[-1]
    if not first.certifies:
        reason = message("the first signature does not certify the document")
        yield warning("SIG-UNCERTIFIED", first.field, reason, clause="ISO 32000-2 §12.8.2.2")
    if not last.locks:
        reason = message("the last signature does not lock the document against changes")
        yield warning("SIG-UNLOCKED", last.field, reason, clause="ISO 32000-2 §12.8.2.4")

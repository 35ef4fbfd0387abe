"""Judging the signatures of a PDF: what holds, by whom, since when, and what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator.context import ValidationContext

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, error, warning
from rmdocs.forms.sections.signing import Party
from rmdocs.messages import Verbatim, message
from rmdocs.signing.certificates import CHINESE, common_name, identified, minute, vouches
from rmdocs.signing.integrity import (
    BROKEN,
    Integrity,
    broken,
    examine,
    faults,
    key_digest,
    open_pdf,
)
from rmdocs.signing.levels import Level
from rmdocs.signing.signaturerequest import named_by
from rmdocs.signing.signatures import SignatureReport, Validation, disorder, party_of
from rmdocs.signing.trust import Doubts, Trust, context

_DRIFT = timedelta(hours=1)
"""How far a signer's clock and an authority's may be apart without a word."""


def validate(  # noqa: PLR0913 - what it is judged by, and what it is
    pdf: bytes,
    trust: Trust,
    moment: datetime,
    parties: Sequence[Party] = (),
    name: str = "",
    *,
    since: Sequence[datetime] = (),
) -> Validation:
    """Return what the signatures of a PDF are worth.

    A signature with a trusted time stamp is judged by the time of the stamp,
    any other by when it is known to have been there.

    :param moment: when the file is known to exist: now, or when it was sealed;
        with its time zone.
    :param since: since when the first signatures of the file are known to have been
        there, in their order, where that is earlier than ``moment``.
    :param parties: who has to sign, in order, as the form says; empty if not known.
    :param name: what to call the file in findings.
    :raises FindingsError: if the file is no PDF that can be judged (PDF-…).
    """
    reader = open_pdf(pdf, name)
    try:
        embedded = sorted(reader.embedded_regular_signatures, key=lambda one: one.signed_revision)
        open_fields = [
            str(name) for name, _, _ in enumerate_sig_fields(reader, filled_status=False)
        ]
        judge = _Judge(
            reader=reader, trust=trust, moment=moment, parties=tuple(parties), store=_store(reader)
        )
    except BROKEN:
        return Validation(signatures=(), findings=(broken(""),))
    found: list[Finding] = []
    signatures: list[SignatureReport] = []
    for index, one in enumerate(embedded):
        known = since[index] if index < len(since) else moment
        try:
            if _is_chinese(one):
                found.append(_unknown_algorithm(str(one.field_name)))
                continue
            signature, wrong = judge.judged(one, min(known, moment))
        except BROKEN:
            found.append(broken(str(one.field_name)))
        else:
            signatures.append(signature)
            found += wrong
    found += _absent(embedded, open_fields, parties, name)
    if parties and embedded:
        found += disorder(signatures, parties)
    return Validation(signatures=tuple(signatures), findings=tuple(found))


def _is_chinese(embedded: EmbeddedPdfSignature) -> bool:
    """Return whether a signature uses the national algorithms (国密), GM/T 0006."""
    signer = embedded.signer_info
    used = (signer["digest_algorithm"], signer["signature_algorithm"])
    return any(one["algorithm"].dotted.startswith(CHINESE) for one in used)


def _unknown_algorithm(field: str) -> Finding:
    reason = message("signed with SM2 or SM3, which cannot be judged here")
    remedy = message("have it judged by the tool of the authority that issued its certificate")
    return error("SIG-ALGORITHM", field, reason, remedy)


def _store(handler: PdfHandler) -> DocumentSecurityStore | None:
    try:
        return DocumentSecurityStore.read_dss(handler)
    except NoDSSFoundError:
        return None


def _absent(
    embedded: Sequence[EmbeddedPdfSignature],
    open_fields: Sequence[str],
    parties: Sequence[Party],
    name: str,
) -> Iterator[Finding]:
    if not embedded:
        reason = message("the document has no electronic signature")
        remedy = message("what looks like one on the page is a picture; it proves nothing")
        yield error("SIG-NONE", name, reason, remedy)
    elif not parties:
        for field in open_fields:
            reason = message("the field {field} awaits its signature", field=field)
            remedy = message("have it signed; if it was, the last part of the file is missing")
            yield error("SIG-MISSING", field, reason, remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """The file, and what its signatures are judged by."""

    reader: PdfFileReader
    trust: Trust
    moment: datetime
    parties: tuple[Party, ...]
    store: DocumentSecurityStore | None

    def judged(
        self, embedded: EmbeddedPdfSignature, moment: datetime
    ) -> tuple[SignatureReport, list[Finding]]:
        """Return one signature and what is wrong with it alone.

        :param moment: when it is known to have been there.
        """
        integrity = examine(self.reader, embedded)
        field = str(embedded.field_name)
        status = self._status(embedded, moment)
        stamp = status.timestamp_validity
        stamped = (
            stamp.timestamp if stamp and stamp.valid and stamp.intact and stamp.trusted else None
        )
        if stamped is not None:
            status = self._status(embedded, stamped)
        signature = self._signature(embedded, integrity, status, stamped)
        wrong = [*faults(field, integrity)]
        doubts = Doubts(field=field, trust=self.trust, store=self.store, moment=self.moment)
        if integrity.intact:
            wrong += doubts.of_signer(status, embedded.other_embedded_certs)
        if stamp is not None and stamped is None:
            wrong.append(doubts.of_stamp(stamp, _stored(embedded)))
        wrong += _oddities(signature, integrity, self.parties)
        wrong += _ahead(signature, moment)
        return signature, [*wrong, *_strays(embedded, self.trust)]

    def _status(self, embedded: EmbeddedPdfSignature, at: datetime) -> PdfSignatureStatus:
        """Return pyHanko's judgement, the signer's chain judged at ``at``."""
        stamps = context(self.trust, self.moment, store=self.store, later=True)
        chain = context(self.trust, at, store=self.store, later=True)
        return _judgement(embedded, chain, stamps)

    def _signature(
        self,
        embedded: EmbeddedPdfSignature,
        integrity: Integrity,
        status: PdfSignatureStatus,
        stamped: datetime | None,
    ) -> SignatureReport:
        certificate, field = embedded.signer_cert, str(embedded.field_name)
        party = party_of(field, self.parties)
        stamp, path = status.timestamp_validity, status.validation_path
        values, level = embedded.sig_object, self._level(embedded, stamped)
        return SignatureReport(
            field=field,
            party=party.name if party else named_by(field) if not self.parties else "",
            title=party.title if party else Verbatim(str(embedded.sig_field.get("/TU", field))),
            signatory=str(values.get("/Name", "")),
            subject=common_name(certificate.subject),
            issuer=common_name(certificate.issuer),
            serial=f"{certificate.serial_number:x}",
            key=key_digest(embedded),
            meaning=str(values.get("/Reason", "")),
            claimed=embedded.self_reported_timestamp,
            stamped=stamped,
            stamped_by=common_name(stamp.signing_cert.subject) if stamp and stamped else "",
            level=level,
            supplied=level is Level.B_LT
            and not self._lasts(embedded, stamped, self._own(embedded)),
            trusted_by=common_name(path.first.subject) if status.trusted and path else "",
            revision=embedded.signed_revision + 1,
            revisions=self.reader.xrefs.total_revisions,
            whole=integrity.whole,
            changes=integrity.changes,
            certifies=integrity.certifies,
            locks=integrity.locks,
            intact=integrity.intact,
        )

    def _level(self, embedded: EmbeddedPdfSignature, stamped: datetime | None) -> Level | None:
        if embedded.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
            return None
        if stamped is None:
            return Level.B_B
        return Level.B_LT if self._lasts(embedded, stamped, self.store) else Level.B_T

    def _own(self, embedded: EmbeddedPdfSignature) -> DocumentSecurityStore | None:
        """Return the store as it was in the revision that a signature ends."""
        return _store(self.reader.get_historical_resolver(embedded.signed_revision))

    def _lasts(
        self,
        embedded: EmbeddedPdfSignature,
        stamped: datetime | None,
        store: DocumentSecurityStore | None,
    ) -> bool:
        """Return whether a store holds all that a signature and its time stamp need.

        One store serves all signatures of a file (ETSI EN 319 142-1 §5.4.2): what
        one of them brought along proves another of the same issuers as well.
        """
        if store is None or stamped is None:
            return False
        # All that is needed must be in the document: nothing but roots comes from outside.
        alone = Trust(roots=self.trust.roots)
        whole = context(alone, stamped, whole=True, store=store, later=True)
        status = _judgement(embedded, whole, whole)
        stamp = status.timestamp_validity
        return bool(status.trusted and stamp and stamp.trusted)


def _judgement(
    embedded: EmbeddedPdfSignature, chain: ValidationContext, stamps: ValidationContext
) -> PdfSignatureStatus:
    return asyncio.run(
        async_validate_pdf_signature(
            embedded,
            chain,
            stamps,
            # Which usages will do is judged by ``may_sign``, as when signing.
            key_usage_settings=KeyUsageConstraints(key_usage=set()),
            skip_diff=True,
        )
    )


def _oddities(
    signature: SignatureReport, integrity: Integrity, parties: tuple[Party, ...]
) -> Iterator[Finding]:
    """Yield what is no fault but worth a look."""
    claimed, stamped = signature.claimed, signature.stamped
    if claimed and stamped and abs(claimed - stamped) > _DRIFT:
        zone = claimed.tzinfo
        reason = message(
            "the signer's clock says {claimed}, the authority's {stamped}",
            claimed=f"{claimed:%Y-%m-%d %H:%M:%S}",
            stamped=f"{stamped.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        )
        remedy = message("set the clock of the computer, or ask another time-stamping authority")
        yield warning("SIG-TIME", signature.field, reason, remedy, clause="RFC 3161")
    for name in sorted(map(str, integrity.filled)):
        if parties and party_of(name, parties) is None:
            reason = message("the form field {field} was filled in after the signature", field=name)
            yield warning("SIG-FILLED", signature.field, reason)


def _ahead(signature: SignatureReport, moment: datetime) -> Iterator[Finding]:
    """Yield a signature that says it was made after it is known to have been there."""
    claimed = signature.claimed
    if claimed is not None and claimed - moment > _DRIFT:
        reason = message(
            "the signer's clock says {claimed}, but it was there on {known} already",
            claimed=minute(claimed, claimed),
            known=minute(moment, claimed),
        )
        remedy = message("do not rely on the time it says; ask who signed, and when")
        yield warning("SIG-TIME", signature.field, reason, remedy)


def _strays(embedded: EmbeddedPdfSignature, trust: Trust) -> Iterator[Finding]:
    """Yield what is stored with a signature, uncovered by any digest, and fits nothing known.

    An altered certificate that the chain does not need, or an attribute altered
    until it is none (a time stamp, say), would go unseen.
    """
    field = str(embedded.field_name)
    for attribute in embedded.signer_info["unsigned_attrs"]:
        kind = attribute["type"].native
        if kind[0].isdigit():
            reason = message(
                "an attribute of an unknown kind ({kind}) is stored with it", kind=kind
            )
            yield warning("SIG-ATTRIBUTE", field, reason)
    stored, given = _stored(embedded), trust.certificates()
    known = [*given, embedded.signer_cert, *stored]
    trusted = {one.dump() for one in given}
    for one in stored:
        if one.dump() not in trusted and not any(vouches(issuer, one) for issuer in known):
            name = common_name(one.subject)
            reason = message("the stored certificate of {name} is issued by none known", name=name)
            yield warning("SIG-CERTIFICATE", field, reason, label=identified(one))


def _stored(embedded: EmbeddedPdfSignature) -> list[x509.Certificate]:
    """Return the certificates that are stored with a signature and its time stamps."""
    stored = list(embedded.other_embedded_certs)
    for token in extract_tst_data_iter(embedded.signer_info, signed=False):
        stored += [one.chosen for one in token["certificates"]]
    return stored

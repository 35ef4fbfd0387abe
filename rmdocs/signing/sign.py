"""Signing: one party's signature added to a PDF, or a refusal that says why not.

The first party certifies the document: from then on only signatures may be
added. The last party's field locks everything: from then on nothing may. Both
fields are there before anybody signs, so the first signature covers where and
how the last one stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_byterange import BuildProps
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from rmdocs.errors import ControlError, FindingsError, RefusedError
from rmdocs.findings import Finding, Severity, error
from rmdocs.messages import by_command, message
from rmdocs.signing.appearance import Statement, place_parties, style
from rmdocs.signing.certificates import common_name, identified, unfit, weak
from rmdocs.signing.chains import climb, is_root, unproven
from rmdocs.signing.credentials import Credential
from rmdocs.signing.integrity import DAMAGE, alterations, open_pdf
from rmdocs.signing.levels import Level, Named
from rmdocs.signing.signaturerequest import SignatureRequest, field_name
from rmdocs.signing.signatures import ANEW, EXCUSABLE
from rmdocs.signing.timestampclient import Stamper, unstamped
from rmdocs.signing.trust import context
from rmdocs.signing.validation import validate

_DIGEST = "sha256"
_PROBE = b"rmdocs: does this key belong to this certificate?"


def sign(pdf: bytes, request: SignatureRequest, credential: Credential) -> bytes:
    """Return the PDF with one more signature that will be found good.

    It is judged as ``validate`` will judge it, by what the request trusts and at its
    moment: what would be a finding then is refused now, warnings too.

    The bytes that were there stay as they are; the signature follows them. Two
    calls give different bytes: time stamps and PDF identifiers are never the same.

    :raises FindingsError: if the PDF is unfit (PDF-…), the certificate is
        expired, not yet valid, weak, not for signing, another's (CERT-…) or not its key's
        (CREDENTIAL-KEY), a place is not found (SIGN-PLACE), the font lacks a
        character, the authority is silent, the chain cannot be proven, or the
        signature would not be found good (SIG-…).
    :raises ControlError: if the party signed already, or another has to sign first.
    :raises RefusedError: if what was signed was altered since.
    """
    signed = unjudged(pdf, request, credential)
    found = validate(signed, request.trust, request.moment, request.parties, since=request.since)
    if wrong := _against(found.findings, excused=request.excused):
        raise FindingsError(wrong, message("not signed: the signature would not be found good"))
    return signed


def _against(findings: Sequence[Finding], *, excused: bool) -> tuple[Finding, ...]:
    """Return what of the findings speaks against sealing, as errors."""
    findings = [one for one in findings if not excused or one.code not in EXCUSABLE]
    untrusted = {one.path for one in findings if one.severity is Severity.ERROR}
    return tuple(
        replace(one, severity=Severity.ERROR)
        for one in findings
        # That others are still to sign is no fault of who does; and where a chain leads
        # nowhere, nothing vouches for its parts either.
        if one.code != "SIG-MISSING"
        and not (one.code == "SIG-CERTIFICATE" and one.path in untrusted)
    )


def _stranger(certificate: x509.Certificate, request: SignatureRequest) -> Iterator[Finding]:
    """Yield why a certificate is not that of who signs (电子签名法 §13)."""
    found = request.whom(certificate.dump())
    if found in {Named.PARTY, Named.SIGNATORY}:
        return
    name, party = common_name(certificate.subject), request.signer.title
    if found is Named.OTHER:
        reason = message(
            "the certificate of {name} is that of another party, not of {party}",
            name=name,
            party=party,
        )
    elif found is Named.SEVERAL:
        reason = message(
            "the certificate of {name} names {party} and another party as well",
            name=name,
            party=party,
        )
    else:
        reason = message(
            "the certificate of {name} names neither {signatory} nor {party}",
            name=name,
            signatory=request.signatory,
            party=party,
        )
    remedy = by_command(
        message(
            "sign with a certificate of {party} or of {signatory}; or say why this one signs, which"
            " is sealed and told",
            party=party,
            signatory=request.signatory,
        ),
        "--reason",
    )
    label = identified(certificate)
    yield error("CERT-NAME", name, reason, remedy, clause="电子签名法 §13", label=label)


def unjudged(pdf: bytes, request: SignatureRequest, credential: Credential) -> bytes:
    """Return the PDF with one more signature, whatever it will be worth; see :func:`sign`.

    Nobody seals what this returns.
    """
    certificate = x509.Certificate.load(credential.certificate)
    known = [*map(x509.Certificate.load, credential.chain), *request.trust.certificates()]
    chain = climb(certificate, known, frozenset(request.trust.roots))
    signer = _KeySigner(credential, chain)
    problems = [*unfit(certificate, request.moment)]
    if all(one.code != "CERT-KEY" for one in problems):
        problems += _key_mismatch(signer)
    problems += [finding for issuer in chain[1:] for finding in weak(issuer)]
    problems += [] if request.excused else list(_stranger(certificate, request))
    try:
        reader = open_pdf(pdf)
    except FindingsError as problem:
        raise FindingsError((*problem.findings, *problems)) from problem
    if problems:
        raise FindingsError(tuple(problems))
    try:
        _check_order(reader, request, signer.named)
        return _signed(pdf, reader, request, signer)
    except (SigningError, ValidationError, PathError) as problem:
        reason = message("not signed: the chain of certificates cannot be proven")
        found = unproven(problem, certificate, known, request.trust.roots)
        raise FindingsError((found,), reason) from problem
    except TimestampRequestError as problem:
        raise unstamped(problem) from problem
    except DAMAGE as problem:
        reason = message("the PDF is damaged")
        damaged = error("PDF-DAMAGED", "", reason, message("get the file again"))
        raise FindingsError((damaged,)) from problem


def _check_order(
    reader: PdfFileReader, request: SignatureRequest, certificate: x509.Certificate
) -> None:
    signed = {one.field_name for one in reader.embedded_signatures}
    names = [field_name(party) for party in request.parties]
    title = request.signer.title
    if names[request.index] in signed:
        raise ControlError(
            message("{party} signed this document already", party=title),
            message("a new document gets a new signature: amend the record, then sign"),
        )
    for party, name in zip(request.parties[: request.index], names, strict=False):
        if name not in signed:
            raise ControlError(
                message("{first} signs before {second}", first=party.title, second=title),
                message("have {first} sign first", first=party.title),
            )
    if signed - set(names[: request.index]):
        raise ControlError(
            message(
                "the document carries a signature after which {party} cannot sign", party=title
            ),
            ANEW,
        )
    for one in reader.embedded_signatures:
        if one.signer_cert.public_key.dump() == certificate.public_key.dump():
            raise ControlError(
                message(
                    "the certificate of {name} has signed for another party already",
                    name=common_name(certificate.subject),
                ),
                message("have {party} sign with a certificate of its own", party=title),
                clause="民法典 §168",
            )
    if found := tuple(alterations(reader)):
        reason = message("the document was altered after it was signed")
        raise RefusedError(found, reason, clause="21 CFR 11.70")


def _signed(
    pdf: bytes, reader: PdfFileReader, request: SignatureRequest, signer: _KeySigner
) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=True)
    if not reader.embedded_signatures:
        boxes = place_parties(pdf, request.parties)
        for index, (party, box) in enumerate(zip(request.parties, boxes, strict=True)):
            last = index == len(request.parties) - 1
            fields.append_signature_field(
                writer,
                fields.SigFieldSpec(
                    field_name(party),
                    on_page=box.page,
                    box=box.corners,
                    readable_field_name=party.title.zh,
                    field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction.ALL) if last else None,
                    doc_mdp_update_value=fields.MDPPerm.NO_CHANGES if last else None,
                ),
            )
    maker = PdfSigner(
        _metadata(request),
        signer,
        timestamper=Stamper(request.authority) if request.authority else None,
        stamp_style=style(_statement(request, signer), request.font, request.signer.place),
    )
    output = BytesIO()
    asyncio.run(_made(maker, writer, request, output))
    return output.getvalue()


async def _made(
    maker: PdfSigner, writer: IncrementalPdfFileWriter, request: SignatureRequest, output: BytesIO
) -> None:
    """Sign as ``PdfSigner.async_sign_pdf`` does, but at the moment of the request."""
    session = maker.init_signing_session(writer, existing_fields_only=True)
    session.system_time = request.moment
    known = await session.perform_presign_validation(writer)
    size = await session.estimate_signature_container_size(known)
    document = session.prepare_tbs_document(known, size)
    prepared, written = document.digest_tbs_document(output=output)
    attributes = PdfCMSSignedAttributes(signing_time=request.moment)
    done = await document.perform_signature(prepared.document_digest, attributes)
    await done.post_signature_processing(written)


def _metadata(request: SignatureRequest) -> PdfSignatureMetadata:
    long_term, only = request.level is Level.B_LT, request.is_last
    return PdfSignatureMetadata(
        field_name=field_name(request.signer),
        md_algorithm=_DIGEST,
        name=request.signatory,
        reason=request.signer.meaning.zh,
        certify=request.index == 0,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES if only else fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.PADES,
        app_build_props=BuildProps("rmdocs"),
        signer_key_usage=set(),
        embed_validation_info=long_term,
        validation_context=(
            context(request.trust, request.moment, whole=True) if long_term else None
        ),
        # In the signed revision itself: nothing at all follows the last signature.
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )


def _statement(request: SignatureRequest, signer: _KeySigner) -> Statement:
    party = request.signer
    subject = common_name(signer.named.subject)
    return Statement(
        party=party.title.zh,
        signatory=request.signatory,
        subject=subject,
        moment=request.moment,
        meaning=party.meaning.zh,
    )


class _KeySigner(Signer):
    """A credential as pyHanko sees it.

    :param chain: the certificate and those that vouch for it. What else a file holds
        that people were given stays out of the document.
    """

    def __init__(self, credential: Credential, chain: Sequence[x509.Certificate]) -> None:
        known = SimpleCertificateStore()
        # Roots are what the reader trusts already; embedded, nothing would vouch for them.
        known.register_multiple(one for one in chain[1:] if not is_root(one))
        super().__init__(signing_cert=chain[0], cert_registry=known, embed_roots=False)
        self.named = chain[0]
        self._credential = credential

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - as pyHanko calls it
    ) -> bytes:
        if dry_run:
            # Only its size matters, and a token may ask for its PIN each time.
            return bytes(max(512, self.named.public_key.byte_size * 2 + 16))
        return await asyncio.to_thread(self._credential.sign, data, digest_algorithm)


def _key_mismatch(signer: _KeySigner) -> list[Finding]:
    """Return a finding if the key is not the one that the certificate is about."""
    algorithm = signer.get_signature_mechanism_for_digest(_DIGEST)
    made = asyncio.run(signer.async_sign_raw(_PROBE, _DIGEST))
    key = signer.named.public_key
    try:
        DefaultSignatureValidator().validate_signature(made, _PROBE, key, algorithm)
    except (InvalidSignature, ValueError):
        name = common_name(signer.named.subject)
        reason = message("the private key is not the one of the certificate of {name}", name=name)
        remedy = message("export certificate and key together, from where the key was made")
        return [error("CREDENTIAL-KEY", name, reason, remedy)]
    return []

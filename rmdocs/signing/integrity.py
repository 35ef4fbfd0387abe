"""Opening a PDF that came from anywhere, and whether a signature still fits its document.

Whatever is no plain document is refused, and what could change how it looks after it was
signed: scripts, XFA forms, actions that run programs. Integrity is digest, extent and later
changes, whoever signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPAction, MDPPerm
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.errors import ValidationError

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, Verbatim, message

LARGEST = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""

MOST_OBJECTS = 200_000
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_HEADER_WITHIN = 1024
_ACTIVE: dict[str, Text] = {
    "/JavaScript": Verbatim("JavaScript"),
    "/Launch": message("an action that starts a program"),
    "/SubmitForm": message("an action that sends data away"),
    "/ImportData": message("an action that brings data in"),
    "/RichMedia": message("embedded media that runs"),
}

# Looking at every object takes longer than all else, and one file is opened several times: to
# sign it, to judge what was signed, to verify it. Files that were fit are known by their
# SHA-256 until the process ends.
_FIT: set[bytes] = set()
_MOST_FIT = 10_000

# pyHanko tells most damage by PdfError; a file made to break it raises these too.
DAMAGE = (
    PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OSError,
    AssertionError,
    ArithmeticError,
    NotImplementedError,
)


def open_pdf(data: bytes, name: str = "") -> PdfFileReader:
    """Return a reader of the file.

    :param name: what to call the file in findings.
    :raises FindingsError: with everything that makes it unfit: PDF-SIZE, PDF-NOT,
        PDF-DAMAGED, PDF-ENCRYPTED, PDF-XFA, PDF-ACTIVE.
    """
    if len(data) > LARGEST:
        reason = message("the file is larger than {most} MB", most=LARGEST // 1024**2)
        raise FindingsError(
            (error("PDF-SIZE", name, reason, message("make it smaller: scan at 200 dpi")),)
        )
    if not _HEADER.search(data[:_HEADER_WITHIN]):
        reason = message("the file is no PDF")
        raise FindingsError((error("PDF-NOT", name, reason, message("name the PDF itself")),))
    digest = sha256(data).digest()
    try:
        reader = PdfFileReader(BytesIO(data), strict=True)
        if reader.encrypted:
            reason = message("the PDF is encrypted")
            remedy = message("save it without password and restrictions")
            raise FindingsError((error("PDF-ENCRYPTED", name, reason, remedy),))
        found = [] if digest in _FIT else list(_unfit(reader, name))
    except DAMAGE as problem:
        reason = message("the PDF is damaged")
        raise FindingsError(
            (error("PDF-DAMAGED", name, reason, message("get the file again")),)
        ) from problem
    if found:
        raise FindingsError(tuple(found))
    if len(_FIT) >= _MOST_FIT:
        _FIT.clear()
    _FIT.add(digest)
    return reader


def _unfit(reader: PdfFileReader, name: str) -> Iterator[Finding]:
    form = reader.root.get("/AcroForm")
    if isinstance(form, generic.DictionaryObject) and "/XFA" in form:
        reason = message("the PDF holds an XFA form, which may show other content than it signs")
        yield error("PDF-XFA", name, reason, message("print it to a plain PDF first"))
    for what in sorted(_active(reader)):
        reason = message("the PDF holds {what}", what=_ACTIVE[what])
        yield error("PDF-ACTIVE", name, reason, message("print it to a plain PDF first"))


def _active(reader: PdfFileReader) -> set[str]:
    """Return what of the document's objects does something by itself.

    Every object that can be reached is looked at, not only where actions should be.
    """
    found: set[str] = set()
    seen: set[generic.Reference] = set()
    waiting: list[generic.PdfObject] = [reader.root]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, generic.IndirectObject):
            if thing.reference in seen:
                continue
            seen.add(thing.reference)
            if len(seen) > MOST_OBJECTS:
                too_many = f"more than {MOST_OBJECTS} objects"
                raise PdfError(too_many)
            thing = thing.get_object()
        if isinstance(thing, generic.DictionaryObject):
            kinds = {thing.get("/S"), thing.get("/Subtype"), *thing}
            found |= {kind for kind in _ACTIVE if kind in kinds}
            if "/JS" in thing:
                found.add("/JavaScript")
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, generic.ArrayObject):
            waiting += [thing.raw_get(index) for index in range(len(thing))]
    return found


BROKEN = (
    *DAMAGE,
    SignatureValidationError,
    CMSExtractionError,
    CMSStructuralError,
    UnsupportedAlgorithm,
    InvalidSignature,
    ValidationError,
)
"""What pyHanko raises on a signature that cannot be read."""


class Changes(StrEnum):
    """What was added to the file after a signature."""

    NONE = "none"
    """Nothing."""

    EVIDENCE = "evidence"
    """Revocation data or time stamps only; the document is as it was."""

    FIELDS = "fields"
    """Form fields were filled or signed, which the signature allows."""

    FORBIDDEN = "forbidden"
    """Something that the signature does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """How a signature and the file fit.

    :param intact: the bytes it covers are those that were signed, by its certificate's key.
    :param clean: where the signature is stored, which no digest covers, all is as it must be.
    :param whole: it covers all of the file; else one of its revisions, if ``revised``.
    :param revised: it covers a whole revision of the file, from its first byte on.
    :param trailed: bytes that belong to no revision follow it.
    :param filled: names of the form fields that changed since.
    :param certifies: it certifies the document (DocMDP); ``locks``: nothing may follow it.
    """

    intact: bool
    clean: bool
    whole: bool
    revised: bool
    trailed: bool
    changes: Changes
    filled: frozenset[str]
    certifies: bool
    locks: bool


def examine(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> Integrity:
    """Return how a signature and the file it is in fit.

    :raises Exception: one of ``BROKEN`` if it cannot be read.
    """
    signature.compute_integrity_info()
    intact, valid = validate_sig_integrity(
        signature.signer_info,
        signature.signer_cert,
        signature.signed_data["encap_content_info"]["content_type"].native,
        signature.compute_digest(),
    )
    facts = signature.summarise_integrity_info()
    coverage, result = facts["coverage"], facts["diff_result"]
    known = isinstance(result, DiffResult)
    whole = coverage is SignatureCoverageLevel.ENTIRE_FILE
    last = signature.signed_revision == reader.xrefs.total_revisions - 1
    return Integrity(
        intact=intact and valid,
        clean=is_clean(reader, signature) and _is_sound(signature),
        whole=whole,
        revised=coverage >= SignatureCoverageLevel.ENTIRE_REVISION,
        trailed=last and not whole,
        changes=_changes(result) if known and facts["docmdp_ok"] else Changes.FORBIDDEN,
        filled=frozenset(result.changed_form_fields) if known else frozenset(),
        certifies=_certifies(reader, signature),
        locks=_locks(signature),
    )


def _changes(result: DiffResult) -> Changes:
    match result.modification_level:
        case ModificationLevel.NONE:
            return Changes.NONE
        case ModificationLevel.LTA_UPDATES:
            return Changes.EVIDENCE
        case ModificationLevel.FORM_FILLING:
            return Changes.FIELDS
    return Changes.FORBIDDEN


def _certifies(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    permissions = reader.root.get("/Perms")
    if not isinstance(permissions, DictionaryObject) or "/DocMDP" not in permissions:
        return False
    return bool(permissions.raw_get("/DocMDP") == signature.sig_field.raw_get("/V"))


def _locks(signature: EmbeddedPdfSignature) -> bool:
    lock = signature.fieldmdp
    everything = lock is not None and lock.action is FieldMDPAction.ALL
    return everything and signature.docmdp_level is MDPPerm.NO_CHANGES


def is_clean(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    """Return whether nothing hides where the signature itself stands.

    No digest covers these bytes: the value in hexadecimal digits and zeros after it.
    """
    start, length, after, _ = (int(number) for number in signature.byte_range)
    reader.stream.seek(start + length)
    gap = reader.stream.read(after - start - length)
    value = signature.pkcs7_content
    written = value.hex().encode()
    return (
        gap[:1] + gap[-1:] == b"<>"
        and gap[1:-1] in (written, written.upper())
        and not value[_encoded_size(value) :].strip(b"\0")
    )


def key_digest(embedded: EmbeddedPdfSignature) -> str:
    """Return the SHA-256 of the public key that a signature is verified with."""
    return sha256(embedded.signer_cert.public_key.dump()).hexdigest()


def _encoded_size(value: bytes) -> int:
    """Return how many bytes the DER at the start of ``value`` takes."""
    first = value[1]
    if first < 0x80:  # noqa: PLR2004 - the short form of a DER length
        return 2 + first
    count = first & 0x7F
    return 2 + count + int.from_bytes(value[2 : 2 + count], "big")


def _is_sound(signature: EmbeddedPdfSignature) -> bool:
    """Return whether what a signature and its stamps say twice, and sign once at most, agrees."""
    stamps = extract_tst_data_iter(signature.signer_info, signed=False)
    return all(_agrees(data) for data in (signature.signed_data, *stamps))


def _agrees(data: cms.SignedData) -> bool:
    (signer,) = data["signer_infos"]
    plain = data["encap_content_info"]["content_type"].native == "data"
    other = any(one.name != "certificate" for one in data["certificates"])
    version = signer["version"].native if plain else "v3"  # RFC 5652 §5.1
    algorithms = [one.dump() for one in data["digest_algorithms"]]
    same = algorithms == [signer["digest_algorithm"].dump()]
    return same and (other or data["version"].native == version)


def alterations(reader: PdfFileReader) -> Iterator[Finding]:
    """Yield how the document was altered after it was signed."""
    for signature in reader.embedded_signatures:
        name = str(signature.field_name)
        try:
            found = examine(reader, signature)
        except BROKEN:
            yield broken(name)
        else:
            yield from faults(name, found)


def faults(name: str, integrity: Integrity) -> Iterator[Finding]:
    """Yield what is wrong between a signature and its document.

    :param name: the signature's field.
    """
    if not integrity.intact:
        yield broken(name)
        return
    if not integrity.clean:
        reason = message("bytes were altered where the signature is stored")
        yield error("SIG-GAP", name, reason, _SEALED, clause="ISO 32000-2 §12.8.1")
    if not integrity.revised:
        reason = message("the signature does not cover the document from beginning to end")
        yield error("SIG-RANGE", name, reason, _SEALED, clause="ISO 32000-2 §12.8.1")
    elif integrity.trailed:
        reason = message("bytes follow the end of what was signed")
        yield error("SIG-TAIL", name, reason, _SEALED)
    elif integrity.changes is Changes.FORBIDDEN:
        reason = message("something was added or changed that the signature forbids")
        yield error("SIG-CHANGED", name, reason, _SEALED, clause="ISO 32000-2 §12.8.2")


_SEALED = message("take the copy that the store sealed")


def broken(name: str) -> Finding:
    """Return the finding of a signature that cannot be read or does not fit what it covers."""
    reason = message("the signature is broken: the document or the signature was altered")
    return error("SIG-BROKEN", name, reason, _SEALED)

"""What signatures a PDF bears, without judging whom to trust or what changed in between.

Quick enough for a whole store: each signature must fit the bytes it covers,
and the last must cover the file to its end. What they are worth is judged by
``validate``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from rmdocs.errors import FindingsError
from rmdocs.signing.holder import Named, whom
from rmdocs.signing.integrity import BROKEN, broken, is_clean, key_digest
from rmdocs.signing.request import named_by


@dataclass(frozen=True, slots=True)
class Mark:
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


def inspect(pdf: bytes, name: str) -> tuple[Mark, ...]:
    """Return the signatures of a PDF in the order they were made.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF that can be read.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        return tuple(sorted(_marks(reader), key=lambda one: one.end))
    except BROKEN as problem:
        raise FindingsError((broken(name),)) from problem


def _marks(reader: PdfFileReader) -> Iterator[Mark]:
    for embedded in reader.embedded_regular_signatures:
        start, first, after, rest = (int(value) for value in embedded.byte_range)
        ordered = start == 0 and first < after
        certificate = embedded.signer_cert
        yield Mark(
            named_by(str(embedded.field_name)),
            str(embedded.sig_object.get("/Name", "")),
            sha256(certificate.dump()).hexdigest(),
            key_digest(embedded),
            _is_intact(embedded) and is_clean(reader, embedded),
            after + rest if ordered else 0,
            certificate.dump(),
        )


def _is_intact(embedded: EmbeddedPdfSignature) -> bool:
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        embedded.signed_data["encap_content_info"]["content_type"].native,
        embedded.compute_digest(),
    )
    return bool(intact and valid)

"""Opening a PDF to change it: what cannot be, or must not be, is refused with a finding."""

from __future__ import annotations

import logging
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message

_SIGNATURE = "/Sig"
DAMAGE = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What pypdf lets through of a file that breaks the rules."""

# What it mends by itself it tells on standard error, in English, unless somebody listens.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def opened(pdf: bytes, name: str) -> PdfReader:
    """Return the PDF, its pages counted.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF, is damaged, encrypted or empty.
    """
    try:
        reader = PdfReader(BytesIO(pdf))
        if reader.is_encrypted:
            finding = error(
                "PDF-ENCRYPTED",
                name,
                message("the PDF is protected by a password"),
                message("save it without protection"),
            )
        elif reader.get_num_pages():
            return reader
        else:
            finding = error(
                "PDF-EMPTY", name, message("the PDF has no page"), message("make it again")
            )
    except DAMAGE as problem:
        raise FindingsError((damaged(name),)) from problem
    raise FindingsError((finding,))


def damaged(name: str) -> Finding:
    """Return the finding of a file that breaks the rules of PDF."""
    return error("PDF-DAMAGED", name, message("the PDF is damaged"), message("make it again"))


def require_unsigned(reader: PdfReader) -> None:
    """Refuse a PDF that is signed or has fields for signatures.

    :raises ControlError: saying where marks may go instead.
    """
    form = reader.root_object.get("/AcroForm")
    fields = reader.get_fields() or {} if form is not None else {}
    flags = form.get_object().get("/SigFlags", 0) if form is not None else 0
    if (
        flags
        or "/Perms" in reader.root_object
        or any(field.get("/FT") == _SIGNATURE for field in fields.values())
    ):
        raise ControlError(
            message("the PDF is signed, or laid out for signatures: a mark would break them"),
            message("mark a copy of the rendition as it was before signing"),
            clause="ISO 32000-2 §12.8",
        )

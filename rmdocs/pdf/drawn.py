"""Which fonts a PDF was drawn with, and whether the document asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import listed, message
from rmdocs.pdf.coverage import families, is_blank
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.overlay import opened

_SECTION = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_MAPPED = re.compile(rb"<[0-9A-Fa-f]+>\s*<((?:[0-9A-Fa-f]{4})+)>")
_SUBSET = re.compile(r"[A-Z]{6}\+")


def substituted(name: str, document: bytes, pdf: bytes, fonts: FontSet) -> list[Finding]:
    """Return a finding if ``pdf`` is drawn with a font that ``document`` does not ask for.

    :param name: what to call the document.
    :param document: the .docx that the PDF was made from.
    """
    asked = [family for family in map(fonts.family, families(document)) if family is not None]
    known = {_plain(one) for family in asked for one in family.inner_names}
    try:
        drawn = set(_drawn(opened(pdf, name)))
    except FindingsError as problem:
        return list(problem.findings)
    foreign = sorted(one for one in drawn if not any(_plain(one).startswith(k) for k in known))
    if not foreign:
        return []
    return [
        error(
            "PDF-FONT-SUBSTITUTE",
            name,
            message(
                "{document} was drawn with fonts it does not ask for: {fonts}",
                document=name,
                fonts=listed(foreign),
            ),
            message("install or mount the fonts that the document names"),
        )
    ]


def _drawn(reader: PdfReader) -> Iterator[str]:
    """Yield the names of all fonts that draw something."""
    for number in sorted({*reader.xref.get(0, ()), *reader.xref_objStm}):
        font = reader.get_object(number)
        if not isinstance(font, DictionaryObject) or font.get("/Type") != "/Font":
            continue
        part_of_another = str(font.get("/Subtype")).startswith("/CIDFont")
        if not part_of_another and not _draws_nothing(font):
            yield _SUBSET.sub("", str(font.get("/BaseFont", "")).lstrip("/"))


def _draws_nothing(font: DictionaryObject) -> bool:
    """Return whether all that a font in a PDF is used for is blanks."""
    mapping = font.get("/ToUnicode")
    stream = mapping.get_object() if mapping is not None else None
    if not isinstance(stream, StreamObject):
        return False
    told = stream.get_data()
    characters = "".join(
        bytes.fromhex(found.decode()).decode("utf-16-be", "replace")
        for section in _SECTION.findall(told)
        for found in _MAPPED.findall(section)
    )
    return b"beginbfrange" not in told and all(map(is_blank, characters))


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("-Regular", "").casefold()

"""What an archival PDF says of itself: the record it prints, and the record's content in it.

The counterpart of ``archive``, for whoever trusts neither. Only what a reader
would show is read: what an earlier revision of the file said does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from rmdocs.errors import FindingsError
from rmdocs.pdf.overlay import DAMAGE, damaged, opened
from rmdocs.pdf.xmp import NAMESPACE

_PRODUCER = "{http://ns.adobe.com/pdf/1.3/}Producer"


@dataclass(frozen=True, slots=True)
class Description:
    """What a PDF says of itself; empty where it says nothing.

    :param edition: as it is written.
    :param engine: name and version of the engine that is said to have made it.
    :param sources: every file attached to it as what it was made from.
    :param pages: how many it has.
    """

    number: str
    revision: str
    edition: str
    engine: str
    sources: tuple[bytes, ...]
    pages: int


def describe(pdf: bytes, name: str) -> Description:
    """Return what a PDF says of itself.

    :param name: what a person calls it.
    :raises FindingsError: if it is no PDF, is damaged, encrypted or empty.
    """
    reader = opened(pdf, name)
    try:
        said = _said(reader)
        return Description(
            number=said.get(f"{{{NAMESPACE}}}number", ""),
            revision=said.get(f"{{{NAMESPACE}}}revision", ""),
            edition=said.get(f"{{{NAMESPACE}}}edition", ""),
            engine=said.get(_PRODUCER, ""),
            sources=tuple(_sources(reader)),
            pages=reader.get_num_pages(),
        )
    except (*DAMAGE, etree.XMLSyntaxError) as problem:
        finding = damaged(name)
        raise FindingsError((finding,)) from problem


def _said(reader: PdfReader) -> dict[str, str]:
    """Return the texts of the XMP packet by their qualified names; none twice."""
    stream = reader.root_object.get("/Metadata")
    stream = stream.get_object() if stream is not None else None
    if not isinstance(stream, StreamObject):
        return {}
    # The file came from anywhere: nothing it names is fetched or unfolded.
    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    said: dict[str, str] = {}
    for one in etree.fromstring(stream.get_data(), safe).iter(etree.Element):
        name = str(one.tag)
        # Said twice, it says nothing: readers differ in which of them they show.
        said[name] = "" if name in said else (one.text or "")
    return said


def _sources(reader: PdfReader) -> list[bytes]:
    files = reader.root_object.get("/AF")
    files = files.get_object() if files is not None else None
    found = []
    for file in files if isinstance(files, ArrayObject) else ():
        described = file.get_object()
        if isinstance(described, DictionaryObject) and "/EF" in described:
            held = described["/EF"].get_object()
            stream = held["/F"].get_object() if isinstance(held, DictionaryObject) else None
            if isinstance(stream, StreamObject):
                found.append(stream.get_data())
    return found

"""What an archival PDF says of itself: written as an XMP packet, and read again.

The packet (ISO 16684-1) is written whole by rmdocs. It carries what a person and an
archive look for: title, organisation, number, revision, edition, and of a copy what
it was made from. All but the title are in a namespace of our own, described in the
packet itself as PDF/A asks (ISO 19005-2 §6.6.2.3.3).

Reading is the counterpart of ``archive``, for whoever trusts neither: the record a
PDF prints, and the record's content in it. Only what a reader would show is read:
what an earlier revision of the file said does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.pdf.overlay import DAMAGE, damaged, opened

NAMESPACE = "https://rmdocs.invalid/ns/rendition/"
"""The namespace of number, revision, edition, organisation and what is copied."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "rmdocs": NAMESPACE,
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
_OWN = {
    "number": "Number of the record that the document prints",
    "revision": "Revision of the form that the record is made on",
    "edition": "Edition of the document under its number",
    "organisation": "Organisation that issued the document",
    "copyOf": "SHA-256 of the file that this is a marked copy of",
}
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="r"?>'


def packet(simple: Mapping[str, str], title: str, creator: str, description: str) -> bytes:
    """Return the packet.

    :param simple: value by prefixed name (``pdfaid:part``, ``rmdocs:number``).
    :param title: of the document, in Chinese.
    :param creator: the organisation.
    """
    meta = etree.Element("{adobe:ns:meta/}xmpmeta", nsmap={"x": "adobe:ns:meta/"})
    rdf = etree.SubElement(meta, f"{{{_RDF}}}RDF", nsmap={"rdf": _RDF})
    about = _description(rdf)
    for name, value in simple.items():
        etree.SubElement(about, _qualified(name)).text = value
    _alternatives(about, "dc:title", title)
    _alternatives(about, "dc:description", description)
    names = etree.SubElement(_container(about, "dc:creator", "Seq"), f"{{{_RDF}}}li")
    names.text = creator
    own = [name for name in _OWN if f"rmdocs:{name}" in simple]
    if own:
        _described(_description(rdf), own)
    text = etree.tostring(meta, encoding="unicode", pretty_print=True)
    return (_BEGIN + text.rstrip() + _END).encode()


def _described(about: etree._Element, own: Sequence[str]) -> None:
    """Say what the properties of our own namespace are."""
    schema = _resource(_container(about, "pdfaExtension:schemas", "Bag"))
    etree.SubElement(schema, _qualified("pdfaSchema:schema")).text = "rmdocs renditions"
    etree.SubElement(schema, _qualified("pdfaSchema:namespaceURI")).text = NAMESPACE
    etree.SubElement(schema, _qualified("pdfaSchema:prefix")).text = "rmdocs"
    properties = _container(schema, "pdfaSchema:property", "Seq")
    for name in own:
        one = _resource(properties)
        etree.SubElement(one, _qualified("pdfaProperty:name")).text = name
        etree.SubElement(one, _qualified("pdfaProperty:valueType")).text = "Text"
        etree.SubElement(one, _qualified("pdfaProperty:category")).text = "external"
        etree.SubElement(one, _qualified("pdfaProperty:description")).text = _OWN[name]


def _description(rdf: etree._Element) -> etree._Element:
    about = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap=_NAMESPACES)
    about.set(f"{{{_RDF}}}about", "")
    return about


def _alternatives(about: etree._Element, name: str, text: str) -> None:
    only = etree.SubElement(_container(about, name, "Alt"), f"{{{_RDF}}}li")
    only.set("{http://www.w3.org/XML/1998/namespace}lang", "x-default")
    only.text = text


def _container(about: etree._Element, name: str, kind: str) -> etree._Element:
    return etree.SubElement(etree.SubElement(about, _qualified(name)), f"{{{_RDF}}}{kind}")


def _resource(container: etree._Element) -> etree._Element:
    item = etree.SubElement(container, f"{{{_RDF}}}li")
    item.set(f"{{{_RDF}}}parseType", "Resource")
    return item


def _qualified(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


_PRODUCER = "{http://ns.adobe.com/pdf/1.3/}Producer"


@dataclass(frozen=True, slots=True, kw_only=True)
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

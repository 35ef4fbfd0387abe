"""What a PDF says of itself, also when it lies, says it twice, or wants to be unfolded."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from bank import refused_for
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from signed import paper

from rmdocs.errors import FindingsError
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.metadata import Description, describe

ABOUT = About(
    number="N-1",
    revision="1.0",
    edition=2,
    title="协议",
    organisation="示例",
    moment=datetime(2026, 3, 1, tzinfo=UTC),
    engine="E 1",
    source=b'{"a":1}',
)
NOTHING = Description(number="", revision="", edition="", engine="", sources=(), pages=1)


def blank():
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(written)
    return written.getvalue()


def told(packet):
    """Return what is read of a PDF with a packet of its own."""
    written, stream = BytesIO(), DecodedStreamObject()
    writer = PdfWriter(clone_from=PdfReader(BytesIO(blank())))
    stream.set_data(packet)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    writer.write(written)
    return describe(written.getvalue(), "a.pdf")


def test_what_was_written_is_read():
    found = describe(finish(blank(), ABOUT), "a.pdf")
    assert found == Description(
        number="N-1", revision="1.0", edition="2", engine="E 1", sources=(b'{"a":1}',), pages=1
    )


@pytest.mark.parametrize("pdf", [blank(), paper()])
def test_what_says_nothing(pdf):
    assert describe(pdf, "a.pdf") == NOTHING


def test_what_is_said_twice_is_not_said():
    one = '<r:number xmlns:r="https://rmdocs.invalid/ns/rendition/">{}</r:number>'
    assert told(f"<x>{one.format(1)}</x>".encode()).number == "1"
    assert told(f"<x>{one.format(1)}{one.format(2)}</x>".encode()).number == ""


def test_nothing_is_fetched_or_unfolded():
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    own = '<r:number xmlns:r="https://rmdocs.invalid/ns/rendition/">&e;</r:number>'
    assert told(f"{entity}<x>{own}</x>".encode()).number == ""


@pytest.mark.parametrize("packet", [b"", b"<x", b"\xff\xfe", b"<x>&undefined;</x>"])
def test_a_packet_that_is_none(packet):
    with pytest.raises(FindingsError) as refusal:
        told(packet)
    assert [one.code for one in refusal.value.findings] == ["PDF-DAMAGED"]


def test_no_pdf():
    with refused_for("PDF-DAMAGED"):
        describe(b"%PDF-1.7 no", "a.pdf")

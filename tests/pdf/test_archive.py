"""The archival file: the same to the last byte, saying what it is."""

import io
import json
import os
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from fontTools.misc.eexec import decrypt, encrypt
from hypothesis import given
from hypothesis.strategies import binary
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from rmdocs.errors import FindingsError
from rmdocs.pdf.archive import LARGEST, About, finish, renumbered
from rmdocs.pdf.engine import PreviewEngine
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.pdf.metadata import NAMESPACE

ABOUT = About(
    number="RXD7200-01-JN01-2026-0001",
    revision="1.0",
    edition=2,
    title="银企合作协议书",
    organisation="样例银行 <&>",
    moment=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
    engine="libreoffice 7.4.7.2",
    source=json.dumps({"甲方": "王喆堃"}, ensure_ascii=False).encode(),
)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><pdfaid:part>2</pdfaid:part>%d</x:xmpmeta>'
ICC = bytes(24) + b"%012d" + bytes(100)


def type1(number, glyphs=b""):
    """Return a font program as LibreOffice writes it, and its lengths."""
    clear = b"%%!FontType1-1.0: X\n/UniqueID %d def\ncurrentfile eexec\n" % number
    private = b"4444dup /Private\n/UniqueID %d def\n/CharStrings" % number
    hidden, _ = encrypt(private + glyphs, 55665)
    return clear + hidden + b"0" * 512, len(clear), len(hidden)


def made(run=0, **more):
    """Return a PDF as an engine writes it in its run number ``run``."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    content = DecodedStreamObject()
    content.set_data(b"0 0 m 9 9 l S")
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    data, clear, hidden = type1(4100000 + run)
    font, profile, metadata = (DecodedStreamObject() for _ in range(3))
    font.set_data(data)
    font = font.flate_encode()
    font[NameObject("/Length1")] = NumberObject(clear)
    font[NameObject("/Length2")] = NumberObject(hidden)
    profile.set_data(ICC % run)
    metadata.set_data(XMP % run)
    root = writer.root_object
    root[NameObject("/Metadata")] = writer._add_object(metadata)
    root[NameObject("/OutputIntents")] = ArrayObject(
        [DictionaryObject({NameObject("/DestOutputProfile"): writer._add_object(profile)})]
    )
    descriptor = DictionaryObject({NameObject("/Type"): NameObject("/FontDescriptor")})
    descriptor[NameObject("/FontFile")] = writer._add_object(font)
    writer._add_object(descriptor)
    root[NameObject("/Held")] = writer._add_object(descriptor)
    for name, value in more.items():
        root[NameObject(f"/{name}")] = value
    writer.metadata = {"/Producer": "noise", "/CreationDate": f"D:2026010100{run:04d}"}
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def opened(pdf):
    return PdfReader(io.BytesIO(pdf), strict=True)


def packet(pdf):
    root = etree.fromstring(opened(pdf).trailer["/Root"]["/Metadata"].get_data())
    return {
        etree.QName(element).localname: "".join(element.itertext()).strip()
        for element in root.find("{*}RDF/{*}Description")
    }


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


def test_what_differs_from_run_to_run_is_taken_out():
    assert made(1) != made(2)
    assert finish(made(1), ABOUT) == finish(made(2), ABOUT)


@pytest.mark.parametrize("name", ["number", "title", "edition", "engine", "moment", "source"])
def test_whatever_it_says_of_itself_changes_the_identifier(name):
    other = {
        "edition": 3,
        "moment": ABOUT.moment + timedelta(seconds=1),
        "source": b"{}",
    }.get(name, "另一")
    one, two = (finish(made(), about) for about in (ABOUT, replace(ABOUT, **{name: other})))
    assert opened(one).trailer["/ID"] != opened(two).trailer["/ID"]


def test_the_zone_of_the_moment_does_not_matter():
    there = ABOUT.moment.astimezone(timezone(timedelta(hours=8)))
    assert finish(made(), ABOUT) == finish(made(), replace(ABOUT, moment=there))


def test_the_packet_and_the_dictionary_say_the_same():
    pdf = finish(made(), ABOUT)
    said, information = packet(pdf), opened(pdf).metadata
    assert said["title"] == information["/Title"] == ABOUT.title
    assert said["creator"] == information["/Author"] == ABOUT.organisation
    assert said["Producer"] == information["/Producer"] == ABOUT.engine
    assert said["description"] == information["/Subject"]
    assert said["CreateDate"] == said["ModifyDate"] == "2026-03-04T05:06:07Z"
    assert information["/CreationDate"] == information["/ModDate"] == "D:20260304050607+00'00'"
    assert (said["number"], said["revision"], said["edition"]) == (ABOUT.number, "1.0", "2")
    assert b"noise" not in pdf


def test_every_property_of_our_own_is_described():
    root = etree.fromstring(opened(finish(made(), ABOUT)).trailer["/Root"]["/Metadata"].get_data())
    used = {etree.QName(element).localname for element in root.iter(f"{{{NAMESPACE}}}*")}
    described = {
        element.text for element in root.iter("{http://www.aiim.org/pdfa/ns/property#}name")
    }
    assert used == described


def test_the_record_is_attached_as_the_source():
    pdf = opened(finish(made(), ABOUT))
    assert pdf.attachments == {"RXD7200-01-JN01-2026-0001-e2.json": [ABOUT.source]}
    [file] = pdf.trailer["/Root"]["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Source"
    assert packet(finish(made(), ABOUT))["part"] == "3"


def test_without_a_record_it_stays_pdf_a_2():
    pdf = finish(made(), replace(ABOUT, source=b""))
    assert packet(pdf)["part"] == "2"
    assert "/AF" not in opened(pdf).trailer["/Root"]


def test_what_an_engine_does_not_claim_is_not_claimed_for_it():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "part" not in packet(finish(buffer.getvalue(), ABOUT))


def test_every_stream_is_in_clear():
    reader = opened(finish(made(), ABOUT))
    held = [reader.get_object(number) for number in reader.xref[0]]
    streams = [one for one in held if hasattr(one, "get_data")]
    assert len(streams) == 5
    assert not any("/Filter" in one for one in streams)


def test_a_finished_file_can_be_finished_no_second_time():
    with pytest.raises(FindingsError) as refusal:
        finish(finish(made(), ABOUT), ABOUT)
    assert set(codes(refusal)) == {"PDF-ATTACHMENT"}


def script():
    return DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"OpenAction": script()}, "PDF-ACTIVE"),
        ({"AA": DictionaryObject({NameObject("/WC"): script()})}, "PDF-ACTIVE"),
        (
            {
                "AcroForm": DictionaryObject(
                    {
                        NameObject("/Fields"): ArrayObject(
                            [DictionaryObject({NameObject("/FT"): NameObject("/Sig")})]
                        )
                    }
                )
            },
            "PDF-SIGNED",
        ),
        (
            {
                "Held": DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/FontDescriptor"),
                        NameObject("/FontName"): NameObject("/Helvetica"),
                    }
                )
            },
            "PDF-FONT-NOT-EMBEDDED",
        ),
        (
            {
                "Held": DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/Font"),
                        NameObject("/Subtype"): NameObject("/Type1"),
                        NameObject("/BaseFont"): NameObject("/Helvetica"),
                    }
                )
            },
            "PDF-FONT-NOT-EMBEDDED",
        ),
    ],
    ids=["open-action", "additional-actions", "signed", "font", "standard-font"],
)
def test_what_a_rendition_must_not_carry(more, code):
    with pytest.raises(FindingsError) as refusal:
        finish(made(**more), ABOUT)
    assert set(codes(refusal)) == {code}


def encrypted():
    writer = PdfWriter(clone_from=io.BytesIO(made()))
    writer.encrypt("secret", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (encrypted, "PDF-ENCRYPTED"),
        (lambda: b"", "PDF-DAMAGED"),
        (lambda: b"%PDF-1.7\nno more", "PDF-DAMAGED"),
        (lambda: made()[:200], "PDF-DAMAGED"),
        (lambda: bytes(LARGEST + 1), "PDF-TOO-LARGE"),
    ],
    ids=["encrypted", "empty", "header", "cut", "large"],
)
def test_what_cannot_be_finished_is_refused(make, code):
    with pytest.raises(FindingsError) as refusal:
        finish(make(), ABOUT)
    assert codes(refusal) == [code]


def test_the_number_of_a_font_comes_from_the_font():
    fonts = [renumbered(*type1(number)) for number in (4100001, 4100007)]
    assert fonts[0] == fonts[1]
    data, clear, hidden = type1(4100001)
    number = fonts[0][:clear].split(b"/UniqueID ")[1][:7]
    assert number.startswith(b"4")
    plain, _ = decrypt(fonts[0][clear : clear + hidden], 55665)
    assert b"/UniqueID %s def" % number in plain
    assert len(fonts[0]) == len(data)
    assert renumbered(b"%!PS no number eexec", 10, 10) == b"%!PS no number eexec"


@given(binary(max_size=200))
def test_a_font_is_obscured_as_fonttools_does_it(glyphs):
    data, clear, hidden = type1(4100001, glyphs)
    plain, _ = decrypt(renumbered(data, clear, hidden)[clear : clear + hidden], 55665)
    assert plain.startswith(b"4444dup /Private\n/UniqueID 4")
    assert plain.endswith(b" def\n/CharStrings" + glyphs)


@pytest.fixture(scope="module")
def formal():
    return LibreOffice.found(FontSet.found(), os.environ["PATH"])


@pytest.fixture(scope="module")
def finished(formal, samples):
    """Every sample, all in one batch."""
    made = formal.convert(samples)
    return {name: finish(pdf, ABOUT) for name, pdf in made.items()}


@pytest.mark.office
@pytest.mark.fonts
def test_the_same_bytes_alone_and_in_a_batch_in_any_profile(formal, samples, finished):
    name = list(samples)[-1]
    made = formal.convert({name: samples[name]})
    assert finish(made[name], ABOUT) == finished[name]


@pytest.mark.office
@pytest.mark.fonts
@pytest.mark.qpdf
def test_the_samples_pass_qpdf(finished, tmp_path):
    for name, pdf in finished.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf)
        told = subprocess.run(
            ["qpdf", "--check", path], check=False, capture_output=True, text=True
        )
        assert (told.returncode, told.stderr) == (0, ""), name


@pytest.mark.office
@pytest.mark.fonts
def test_an_agreement_has_a_bookmark_for_every_article(finished):
    reader = opened(next(pdf for name, pdf in finished.items() if name.startswith("RXD7200-01")))

    def titles(outline):
        for one in outline:
            yield from titles(one) if isinstance(one, list) else [one.title]

    articles = [title for title in titles(reader.outline) if "条" in title[:4]]
    assert (len(articles), articles[0]) == (20, "第一条　开户承诺")
    assert reader.trailer["/Root"]["/PageMode"] == "/UseOutlines"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert packet(next(iter(finished.values())))["part"] == "3"


@pytest.mark.office
@pytest.mark.fonts
def test_formal_and_preview_say_the_same(finished, samples):
    """One sample of each form: the engines see no more in two."""
    each = {name[:10]: name for name in samples}.values()
    previews = PreviewEngine(fonts=FontSet.found()).convert({name: samples[name] for name in each})

    def text(pdf):
        said = "".join(page.extract_text() for page in opened(pdf).pages)
        # rdocx draws the line to cut along by another sign
        return Counter("".join(said.split()).replace("-", ""))

    for name, preview in previews.items():
        assert text(finish(preview, ABOUT)) == text(finished[name]), name

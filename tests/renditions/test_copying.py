"""Copies of what counts: 复制件 and 作废 across each page, nothing sealed, nothing broken."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pytest
from lxml import etree
from pypdf import PdfReader
from sheets import drawn, scanned

from rmdocs.canonical import sha256
from rmdocs.errors import ControlError
from rmdocs.registers.records import read_folder
from rmdocs.renditions import making
from rmdocs.workspace import renditions

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER, HEAD = "JN01-0101", "JN01-0001"


def state(bank, number):
    return bank.git("rev-parse", number.volume.ref, "control")


def facts(pdf):
    """Return what the XMP packet of a PDF says, by local name."""
    data = PdfReader(BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_data()
    [about] = etree.fromstring(data).findall("{*}RDF/{*}Description[{*}CreatorTool]")
    return {etree.QName(one).localname: "".join(one.itertext()).strip() for one in about}


def stamps(pdf):
    """Return the colour of the stamp on each page."""
    shapes = [page["/Resources"]["/XObject"] for page in PdfReader(BytesIO(pdf)).pages]
    return {("0.62 G" in data, "0.05 0.05 RG" in data) for data in map(_stamp, shapes)}


def _stamp(shapes):
    return shapes["/RmdocsStamp"].get_object().get_data().decode()


GREY, RED = {(True, False)}, {(False, True)}


def checked(pdf, path):
    path.write_bytes(pdf)
    told = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.qpdf
def test_the_signed_original_is_copied_in_grey_or_void_in_red(signed_by_a, tmp_path):
    bank, number = signed_by_a.bank, signed_by_a.number
    [formal] = renditions.make(bank.at(MANAGER), [number])
    [copy] = renditions.copy(bank.at(), number)
    assert copy.name == f"{number}-e1-copy.pdf"
    assert facts(copy.pdf)["copyOf"] == sha256(formal.pdf)
    last = signed_by_a.sign("b")
    before = state(bank, number)
    [copy] = renditions.copy(bank.at(), number)
    assert copy.name == f"{number}-e1-signed-b-copy.pdf"
    assert state(bank, number) == before
    assert stamps(copy.pdf) == GREY
    said = facts(copy.pdf)
    assert said["copyOf"] == sha256(last.pdf)
    assert (said["number"], said["edition"]) == (str(number), "1")
    assert said["title"].endswith("（复制件）")
    assert b"/ByteRange" not in copy.pdf
    text = PdfReader(BytesIO(copy.pdf)).pages[-1].extract_text()
    assert "甲方" in text
    for name in ("陈虚实", "周示行"):
        assert name in text
    checked(copy.pdf, tmp_path / "checked.pdf")
    assert renditions.copy(bank.at(), number) == [copy]
    # The original was not touched, and still counts.
    assert renditions.signatures(bank.at(), number).valid is True
    bank.void(number, MANAGER, HEAD)
    [copy] = renditions.copy(bank.at(), number)
    assert copy.name == f"{number}-e1-signed-b-void-copy.pdf"
    assert stamps(copy.pdf) == RED
    assert facts(copy.pdf)["title"].endswith("（作废）")
    assert facts(copy.pdf)["copyOf"] == sha256(last.pdf)
    checked(copy.pdf, tmp_path / "checked.pdf")


def test_it_claims_what_it_was_made_from_claims_and_carries_no_record(rendered, tmp_path):
    bank, number = rendered
    [formal] = renditions.make(bank.at(MANAGER), [number])
    [copy] = renditions.copy(bank.at(), number)
    assert (facts(formal.pdf)["part"], facts(copy.pdf)["part"]) == ("3", "2")
    read = PdfReader(BytesIO(copy.pdf))
    assert (read.pdf_header, read.attachments) == ("%PDF-1.7", {})
    assert read.trailer["/Root"]["/OutputIntents"]
    assert read.outline
    assert b"copyOf" not in formal.pdf
    texts = [
        [page.extract_text().split() for page in PdfReader(BytesIO(pdf)).pages]
        for pdf in (formal.pdf, copy.pdf)
    ]
    # The three words of print beside each code are gone with it; all else is there.
    assert [words[:-3] for words in texts[0]] == texts[1]


def test_an_edition_that_was_corrected_counts_no_more_but_is_shown_once_void(rendered, tmp_path):
    bank, number = rendered
    record = bank.sample("RXD7200-01-JN01")["record"]
    record["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, record, MANAGER)
    with pytest.raises(ControlError, match=r"edition 2 of .* has no formal PDF yet"):
        renditions.copy(bank.at(), number)
    bank.void(number, MANAGER, HEAD)
    [copy] = renditions.copy(bank.at(), number)
    assert copy.name == f"{number}-e1-void-copy.pdf"
    assert facts(copy.pdf)["edition"] == "1"


@pytest.mark.qpdf
def test_a_scan_is_copied_as_it_is(rendered, tmp_path):
    bank, number = rendered
    [formal] = renditions.make(bank.at(MANAGER), [number])
    sheets = []
    for at, page in enumerate(drawn(formal.pdf, 120)):
        sheets.append(tmp_path / f"{at}.jpg")
        sheets[-1].write_bytes(
            scanned(
                page,
                at,
                grey=True,
            )
        )
    filing = renditions.scan(bank.at(MANAGER), sheets)
    assert [one.number for one in filing.filed] == [number]
    [copy] = renditions.copy(bank.at(), number)
    assert copy.name == f"{number}-e1-scan-copy.pdf"
    assert stamps(copy.pdf) == GREY
    assert "part" not in facts(copy.pdf)
    head = bank.at().registry.store.require_head(number.volume.ref)
    [sealed] = [event for event in read_folder(head, number).events if event.kind == "scan"]
    assert facts(copy.pdf)["copyOf"] == sealed.files[0].sha256
    # The pictures are not blown up on the way.
    assert len(copy.pdf) < 2 * sum(path.stat().st_size for path in sheets)
    checked(copy.pdf, tmp_path / "checked.pdf")


def test_every_document_of_a_notice_is_copied(bank, tmp_path):
    sample = bank.sample("RXD7200-04-JN01")
    sample["record"]["related"] = []
    number = bank.issue(sample)
    with pytest.raises(ControlError, match="no formal PDF"):
        renditions.copy(bank.at(), number)
    made = renditions.make(bank.at(MANAGER), [number])
    copies = renditions.copy(bank.at(), number)
    assert [one.name for one in copies] == [one.name.replace(".pdf", "-copy.pdf") for one in made]
    bank.void(number, MANAGER, HEAD)
    assert len(renditions.copy(bank.at(), number)) == len(made)


def test_what_another_engine_made_later_is_not_what_was_printed(rendered, tmp_path, monkeypatch):
    bank, number = rendered
    [first] = renditions.make(bank.at(MANAGER), [number])
    monkeypatch.setattr(making, "called", lambda _engine: "another 2.0")
    [second] = renditions.make(bank.at(MANAGER), [number])
    assert second.already is False
    [copy] = renditions.copy(bank.at(), number)
    assert facts(copy.pdf)["copyOf"] == sha256(first.pdf) != sha256(second.pdf)

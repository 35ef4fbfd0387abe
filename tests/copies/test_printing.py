"""PDF of controlled copies: marked on every page, sealed beside the document, traced."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from custody import HOLDER, OFFICER, OUTSIDE, TODAY
from docx import Document
from pypdf import PdfReader, PdfWriter

from rmdocs.copies.issuance import Exemplar
from rmdocs.copies.printing import CopyPrinting, control_text, print_exemplar
from rmdocs.errors import MissingProgramError
from rmdocs.events.control import Holder
from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
from rmdocs.registers.copies import CopyRegister
from rmdocs.registers.revisions import Release
from rmdocs.workspace import copies

NUMBER = CopyNumber(document=DocumentNumber("RXD7200-04"), serial=1)
INSIDE = Holder(name="王样例", staff_no=StaffNumber.parse(HOLDER))


@dataclass(frozen=True)
class Blank:
    """An engine that makes two blank pages of anything."""

    name: str = "blank"
    version: str = "1"
    formal: bool = True

    def convert(self, documents):
        writer, written = PdfWriter(), io.BytesIO()
        for _ in range(2):
            writer.add_blank_page(595, 842)
        writer.write(written)
        return dict.fromkeys(documents, written.getvalue())


PRESS = CopyPrinting(
    engine=Blank(),
    title="到期通知书",
    organisation="样例银行",
    moment=datetime(2026, 6, 1, 9, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def release(shared_bank) -> Release:
    return shared_bank.at().registry.forms.in_force(DocumentNumber("RXD7200-04"), TODAY)


def word(*, page_field: bool) -> bytes:
    made, written = Document(), io.BytesIO()
    if page_field:
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls

        field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "/>')
        made.sections[0].footer.paragraphs[0]._p.append(field)
    made.save(written)
    return written.getvalue()


def texts(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def pdf_of(custody, copy, exemplar=None):
    register = CopyRegister(head=custody.bank.at().registry.control)
    return register.pdf(register.get(copy.number), exemplar)


@pytest.mark.parametrize("own", [True, False])
def test_pages_are_numbered_unless_the_document_does(release, own):
    exemplar = Exemplar(number=NUMBER, serial=1, holder=INSIDE, release=release)
    pdf = print_exemplar(word(page_field=own), exemplar, PRESS)
    assert pdf == print_exemplar(word(page_field=own), exemplar, PRESS)
    for page, text in enumerate(texts(pdf), 1):
        assert "受控文件 受控号：RXD7200-04-C0001 持有人 JN01-0101 版本 1.0" in text
        assert (f"第 {page} 页 共 2 页" in text) is not own
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "到期通知书"


def test_what_stands_beside_the_number(release):
    assert release.revision == Revision.parse("1.0")
    outside = Exemplar(number=NUMBER, serial=2, holder=Holder(name=OUTSIDE), release=release)
    assert control_text(outside) == "RXD7200-04-C0001 第2份 版本 1.0"


@pytest.mark.office
@pytest.mark.fonts
def test_issued_swapped_and_lost_copies_have_their_pdf_if_it_is_asked_for(custody, tmp_path):
    staff = StaffNumber.parse(HOLDER)
    copy = copies.issue(custody.by(), DocumentNumber("RXD7200-04"), staff=staff, pdf=True)
    pdf = pdf_of(custody, copy)
    [text] = texts(pdf)
    assert "受控号：RXD7200-04-C0001 持有人 JN01-0101 版本 1.0" in text
    assert "信贷业务到期通知书" in text
    assert text.count("第 1 页") == 1
    made = copies.export_pdf(custody.by(), copy.number)
    assert (made.name, made.data) == ("RXD7200-04-C0001-1.pdf", pdf)
    found = copies.trace(custody.bank.at(day=TODAY), made)
    assert (found.copy.number, found.exemplar, found.findings) == (copy.number, 1, ())
    # One event, and both files are in it.
    assert {file.path.rpartition(".")[2] for file in copy.events[0].files} >= {"docx", "pdf"}
    swapped = copies.replace(custody.by(), copy.number, "茶水浸湿", pdf=True)
    assert "第2份" in texts(pdf_of(custody, swapped))[0]
    assert "第2份" not in texts(pdf_of(custody, swapped, 1))[0]
    lost = copies.lose(custody.by(), copy.number, "遗失")
    assert pdf_of(custody, lost.replacement) is None
    assert copies.export_pdf(custody.by(), lost.replacement.number) is None
    assert custody.bank.codes() == set()


@pytest.mark.fonts
def test_without_the_engine_nothing_is_issued(custody, monkeypatch):
    workspace = custody.bank.at(OFFICER, TODAY)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        with pytest.raises(MissingProgramError):
            copies.issue(workspace, DocumentNumber("RXD7200-04"), outside=OUTSIDE, pdf=True)
    assert list(CopyRegister(head=custody.bank.at().registry.control).all()) == []

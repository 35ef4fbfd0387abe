"""Whether a document numbers its pages: found whatever the parts are called, and only there."""

from __future__ import annotations

import io

import pytest
from bank import refused_for
from blankfile import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from rmdocs.identifiers import DocumentNumber
from rmdocs.issuing.controllededitions import Assembler
from rmdocs.issuing.editions import blank_document
from rmdocs.registers.released import DocumentRegister
from rmdocs.rendering.pageidentity import numbers_pages


def document(*pieces, into="footer", simple=False):
    """Return a document with a field whose code is written in pieces."""
    made, written = Document(), io.BytesIO()
    section = made.sections[0]
    paragraph = {
        "footer": section.footer.paragraphs[0],
        "header": section.header.paragraphs[0],
        "body": made.add_paragraph("text"),
    }[into]
    if simple:
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "".join(pieces))
        paragraph._p.append(field)
    elif pieces:
        for kind in ("begin", *pieces, "end"):
            run = paragraph.add_run()._r
            named = kind in ("begin", "end")
            element = OxmlElement("w:fldChar" if named else "w:instrText")
            if named:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = kind
            run.append(element)
    made.save(written)
    return written.getvalue()


@pytest.mark.parametrize("into", ["footer", "header"])
@pytest.mark.parametrize("pieces", [(" PAGE ",), (" PA", "GE  \\* MERGEFORMAT")])
@pytest.mark.parametrize("simple", [True, False])
def test_a_page_number_in_header_or_footer(into, pieces, simple):
    assert numbers_pages(document(*pieces, into=into, simple=simple))


@pytest.mark.parametrize(
    ("pieces", "into"), [((), "footer"), ((" NUMPAGES ",), "footer"), ((" PAGE ",), "body")]
)
def test_what_is_none(pieces, into):
    assert not numbers_pages(document(*pieces, into=into))


@pytest.mark.parametrize("form", ["RXD7200-01", "RXD7200-02", "RXD7200-03", "RXD7200-04"])
def test_every_built_in_form_numbers_its_pages(shared_bank, form):
    work = shared_bank.at()
    released = work.registry.form_in_force(DocumentNumber(form), work.today())
    assert numbers_pages(blank_document(work.registry, released))


def test_so_does_a_controlled_edition_with_its_annexes(shared_bank):
    work = shared_bank.at()
    assembler = Assembler(work.registry, DocumentRegister(work.registry.control))
    edition = assembler.edition(DocumentNumber("IXD7200-01"), work.today())
    assert numbers_pages(assembler.document(edition))


def test_no_word_document_is_a_finding():
    with refused_for("TEMPLATE-NOT-DOCX"):
        numbers_pages(b"no document")

"""In which cut a run is set, by its styles and by itself."""

import io

import pytest
from blankfile import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rmdocs.pdf.coverage import passages
from rmdocs.pdf.faces import REGULAR, Cut

BOLD, ITALIC = Cut(bold=True), Cut(italic=True)


@pytest.fixture
def document():
    """A document with a bold paragraph style, a bold character style, a table style."""
    made = Document()
    made.styles.add_style("Heavy", 1).font.bold = True
    made.styles.add_style("HeavyToo", 1).base_style = made.styles["Heavy"]
    made.styles.add_style("Marked", 2).font.bold = True
    made.styles.add_style("Grid", 3)
    return made


def cuts(document):
    saved = io.BytesIO()
    document.save(saved)
    return {passage.text: passage.cuts for passage in passages(saved.getvalue())}


def test_a_run_has_its_paragraphs_cut_unless_it_says_otherwise(document):
    document.add_paragraph("plain")
    document.add_paragraph("heavy", style="Heavy")
    document.add_paragraph("based", style="HeavyToo")
    document.add_paragraph(style="Heavy").add_run("light").bold = False
    document.add_paragraph().add_run("slanted").italic = True
    assert cuts(document) == {
        "plain": (REGULAR,),
        "heavy": (BOLD,),
        "based": (BOLD,),
        "light": (REGULAR,),
        "slanted": (ITALIC,),
    }


def test_two_styles_that_are_bold_cancel_out(document):
    document.add_paragraph(style="Heavy").add_run("both", style="Marked")
    document.add_paragraph().add_run("one", style="Marked")
    assert cuts(document) == {"both": (REGULAR,), "one": (BOLD,)}


def test_what_a_table_style_makes_bold_in_some_rows_may_be_either(document):
    document.styles["Grid"].element.append(
        parse_xml(
            f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
        )
    )
    table = document.add_table(1, 2, style="Grid")
    table.cell(0, 0).paragraphs[0].add_run("either")
    table.cell(0, 1).paragraphs[0].add_run("surely").bold = True
    assert cuts(document) == {"either": (REGULAR, BOLD), "surely": (BOLD,)}


def test_a_watermark_has_the_cut_its_style_says():
    made = Document()
    made.add_paragraph().add_run()._r.append(
        parse_xml(
            f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath '
            'style="font-family:&quot;宋体&quot;;font-weight:bold" string="样本"/></w:pict>'
        )
    )
    assert cuts(made) == {"样本": (BOLD,)}

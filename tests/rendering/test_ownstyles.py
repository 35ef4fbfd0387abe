"""Styles of a part made its own: what it looked like, told without any default."""

from __future__ import annotations

import io

import docx
import pytest
from blankfile import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from rmdocs.rendering.joinedstyles import claim_styles

THEMED = 'w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia"'


@pytest.fixture
def claimed():
    """Return a function that claims a document of Word's default template, edited."""

    def claim(edit=lambda _document: None):
        document = Document()
        edit(document)
        claim_styles(document, [document.element], "A1")
        saved = io.BytesIO()
        document.save(saved)
        return docx.Document(io.BytesIO(saved.getvalue()))

    return claim


def styles(document):
    sheet = document.styles.element
    return {style.get(qn("w:styleId")): style for style in sheet.iter(qn("w:style"))}


def defaults(document, xml):
    """Set the defaults of a document's paragraphs."""
    holder = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}")
    for child in list(holder):
        holder.remove(child)
    holder.append(parse_xml(f"<w:pPr {nsdecls('w')}>{xml}</w:pPr>"))


def in_table(document):
    """Set defaults, a table style against them, and a table with three kinds of paragraph."""
    defaults(document, '<w:spacing w:after="200" w:line="276" w:lineRule="auto"/>')
    grid = document.styles["Table Grid"].element
    for old in grid.findall(qn("w:pPr")):
        grid.remove(old)
    tight = f'<w:pPr {nsdecls("w")}><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
    grid.find(qn("w:tblPr")).addprevious(parse_xml(tight))
    spaced = document.styles.add_style("Spaced", 1)
    spaced.paragraph_format.space_after = docx.shared.Pt(3)
    table = document.add_table(1, 3, style="Table Grid")
    cells = table.rows[0].cells
    cells[1].paragraphs[0].style = spaced
    cells[2].paragraphs[0].paragraph_format.space_after = docx.shared.Pt(7)


def spacing(paragraph):
    found = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:spacing')}")
    return {} if found is None else {name.split("}")[1]: found.get(name) for name in found.attrib}


def test_every_style_has_the_prefix_and_none_is_a_default(claimed):
    found = styles(claimed())
    assert all(name.startswith("A1") for name in found)
    assert not any(style.get(qn("w:default")) for style in found.values())
    for style in found.values():
        assert style.find(qn("w:name")).get(qn("w:val")).startswith("A1 ")
        for name in ("basedOn", "next", "link"):
            named = style.find(qn(f"w:{name}"))
            assert named is None or named.get(qn("w:val")) in found


def test_what_named_no_style_names_its_own(claimed):
    def edit(document):
        document.add_paragraph("text")
        document.add_table(1, 1)

    document = claimed(edit)
    assert document.paragraphs[0]._p.pPr.pStyle.val == "A1Normal"
    assert document.tables[0]._tbl.tblPr.find(qn("w:tblStyle")).get(qn("w:val")).startswith("A1")


def test_defaults_go_into_the_styles_that_rest_on_no_other(claimed):
    document = claimed(lambda one: defaults(one, '<w:spacing w:before="11" w:after="22"/>'))
    normal, heading = (styles(document)[name] for name in ("A1Normal", "A1Heading1"))
    own = normal.find(f"{qn('w:pPr')}/{qn('w:spacing')}")
    assert (own.get(qn("w:before")), own.get(qn("w:after"))) == ("11", "22")
    assert heading.find(f"{qn('w:pPr')}/{qn('w:spacing')}").get(qn("w:after")) != "22"
    assert heading.find(qn("w:basedOn")).get(qn("w:val")) == "A1Normal"
    assert normal.find(f"{qn('w:rPr')}/{qn('w:sz')}") is not None


def test_a_table_style_still_ranks_above_the_defaults(claimed):
    plain, styled, direct = claimed(in_table).tables[0].rows[0].cells
    assert spacing(plain.paragraphs[0]) == {"after": "0", "line": "240", "lineRule": "auto"}
    # What a paragraph's own style or the paragraph itself sets ranks above both.
    assert spacing(styled.paragraphs[0]) == {"line": "240", "lineRule": "auto"}
    assert spacing(direct.paragraphs[0]) == {"after": "140", "line": "240", "lineRule": "auto"}


def test_theme_fonts_and_colours_are_written_out(claimed):
    def edit(document):
        run = document.add_paragraph().add_run("text")
        properties = run._r.get_or_add_rPr()
        properties.append(parse_xml(f"<w:rFonts {nsdecls('w')} {THEMED}/>"))
        colour = f'<w:color {nsdecls("w")} w:val="4F81BD" w:themeColor="accent1"/>'
        properties.append(parse_xml(colour))

    document = claimed(edit)
    properties = document.paragraphs[0].runs[0]._r.rPr
    fonts, colour = properties.find(qn("w:rFonts")), properties.find(qn("w:color"))
    assert fonts.get(qn("w:ascii")) == "Cambria"
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert dict(colour.attrib) == {qn("w:val"): "4F81BD"}
    sheet = document.styles.element
    assert not [
        name for element in sheet.iter() for name in element.attrib if "}theme" in str(name)
    ]

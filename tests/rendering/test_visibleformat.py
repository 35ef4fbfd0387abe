"""Two parts look alike however they are written, and different where anybody sees it."""

import pytest
from lxml import etree

from rmdocs.rendering.visibleformat import LIST, Appearance, differing, hidden_in

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
THEME = (
    f'<a:theme xmlns:a="{DRAWING}"><a:minorFont><a:latin typeface="Arial"/><a:ea typeface=""/>'
    '<a:font script="Hans" typeface="SimSun"/></a:minorFont></a:theme>'
)
NUMBERING = """<w:numbering xmlns:w="{0}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">
<w:numFmt w:val="{1}"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""
STYLES = """<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="21"/></w:rPr></w:rPrDefault>
</w:docDefaults><w:style w:type="paragraph" w:styleId="a"><w:name w:val="正文"/>
<w:pPr><w:ind w:hanging="420"/></w:pPr><w:rPr><w:rFonts w:asciiTheme="minorHAnsi"
 w:eastAsiaTheme="minorEastAsia"/></w:rPr></w:style>"""


def xml(content, tag="w:r"):
    return etree.fromstring(f'<{tag} xmlns:w="{NAMESPACE}">{content}</{tag}>')


def appearance(numbering="decimal", styles=STYLES):
    return Appearance(
        xml(styles, "w:styles"),
        etree.fromstring(NUMBERING.format(NAMESPACE, numbering)),
        etree.fromstring(THEME),
    )


def paragraph(properties, style="a"):
    return xml(f'<w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>', "w:p")


def shapes(*properties):
    return [appearance().paragraph(paragraph(one)) for one in properties]


def texts(*properties):
    return [
        appearance().text(paragraph(""), xml(one, "w:rPr") if one else None) for one in properties
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<w:jc w:val="start"/>', ""),
        ('<w:ind w:start="567"/>', '<w:ind w:left="1cm"/>'),
        ('<w:ind w:right="567"/>', '<w:ind w:right="570"/>'),
        ('<w:ind w:firstLineChars="200" w:firstLine="420"/>', '<w:ind w:firstLineChars="200"/>'),
        ('<w:keepNext w:val="true"/>', "<w:keepNext/>"),
        ('<w:keepNext w:val="off"/>', '<w:widowControl w:val="1"/>'),
        ('<w:spacing w:line="240" w:lineRule="auto" w:before="0"/>', ""),
        ('<w:pBdr><w:top w:val="nil"/></w:pBdr>', ""),
        (
            '<w:tabs><w:tab w:val="left" w:pos="2000"/></w:tabs>',
            '<w:tabs><w:tab w:val="clear" w:pos="9"/><w:tab w:val="start" w:pos="2003"/></w:tabs>',
        ),
        ('<w:rPr><w:b/></w:rPr><w:outlineLvl w:val="2"/>', ""),
    ],
)
def test_paragraphs_that_look_alike(old, new):
    assert differing(*shapes(old, new)) == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('<w:jc w:val="center"/>', "", "jc val"),
        ('<w:ind w:left="567"/>', '<w:ind w:left="600"/>', "ind left"),
        ('<w:ind w:firstLine="420"/>', "", "ind hanging"),
        ('<w:snapToGrid w:val="0"/>', "", "snapToGrid val"),
        ('<w:tabs><w:tab w:val="left" w:pos="2000"/></w:tabs>', "", "tabs/0 pos"),
        ('<w:numPr><w:numId w:val="7"/></w:numPr>', "", f"{LIST}lvlText val"),
    ],
)
def test_paragraphs_that_do_not(old, new, name):
    assert name in differing(*shapes(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<w:color w:val="auto"/><w:u w:val="none"/>', '<w:color w:val="000000"/>'),
        ('<w:rFonts w:eastAsia="宋体" w:hint="eastAsia"/>', ""),
        ('<w:sz w:val="21"/><w:szCs w:val="24"/><w:lang w:val="en-US"/>', ""),
        ('<w:shd w:val="clear" w:color="auto" w:fill="auto"/>', ""),
    ],
)
def test_texts_that_look_alike(old, new):
    assert differing(*texts(old, new)) == frozenset()


def test_a_font_named_outright_takes_the_place_of_the_theme_s():
    old, new = texts("", '<w:rFonts w:ascii="Times New Roman"/>')
    assert differing(old, new) == {"rFonts ascii"}
    assert hidden_in("宋体的字") == {"rFonts ascii"}
    assert hidden_in("Latin 1") == {"rFonts eastAsia"}


def test_a_list_that_counts_otherwise():
    numbered = paragraph('<w:numPr><w:numId w:val="7"/></w:numPr>')
    old, new = (appearance(kind).paragraph(numbered) for kind in ("decimal", "upperRoman"))
    assert differing(old, new) == {f"{LIST}numFmt val"}


def test_what_is_said_names_styles_and_not_their_ids():
    other = appearance(styles=STYLES.replace('"a"', '"b"'))
    properties = [paragraph("", style).find(f"{W}pPr") for style in "ab"]
    assert appearance().said(properties[0]) == other.said(properties[1]) == {"pStyle": "正文"}


def test_a_row_of_a_table_style_is_seen_in_its_cells():
    styles = (
        '<w:style w:type="table" w:styleId="t"><w:name w:val="表"/><w:tblStylePr w:type="firstRow">'
        '<w:tcPr><w:shd w:val="clear" w:fill="{}"/></w:tcPr></w:tblStylePr></w:style>'
    )
    table = xml(
        '<w:tblPr><w:tblStyle w:val="t"/><w:tblLook w:firstRow="1"/></w:tblPr>'
        "<w:tr><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc></w:tr>",
        "w:tbl",
    )
    first, second = table.iter(f"{W}tc")
    old, new = (appearance(styles=styles.format(fill)) for fill in ("DDDDDD", "EEEEEE"))
    assert differing(old.cell(first), new.cell(first)) == {"shd fill"}
    assert differing(old.cell(second), new.cell(second)) == frozenset()

"""Where a mark may lie: sizes of pages, headers, and what is framed above them."""

from blankfile import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from rmdocs.rendering.markup import PageEdges, is_on
from rmdocs.rendering.stamps import read_sections, rooms
from rmdocs.rendering.template import parse

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def sections_of(document, saved, unzipped):
    parts = unzipped(saved(document))
    return read_sections(parse(parts["word/document.xml"]), parse(parts["word/styles.xml"]))


def read(xml):
    return read_sections(parse(f"<w:document {NAMESPACE}>{xml}</w:document>".encode()), None)


def frame(document, text, top, style="Heading 1", anchor="page"):
    paragraph = document.add_paragraph(text, style=style)
    element = OxmlElement("w:framePr")
    element.set(qn("w:vAnchor"), anchor)
    element.set(qn("w:y"), str(top))
    paragraph._p.get_or_add_pPr().append(element)


def test_sizes_of_each_section_in_points(saved, unzipped):
    document = Document()
    document.add_section()
    first, second = document.sections
    first.page_width, first.left_margin, first.right_margin = Mm(210), Mm(20), Mm(20)
    first.page_height, first.top_margin, first.bottom_margin = Pt(800), Pt(-50), Pt(50)
    second.header_distance = Pt(30)
    one, two = sections_of(document, saved, unzipped)
    assert round(one.width) == round(Mm(170).pt)
    assert one.height == 700
    assert two.header == 30
    assert rooms([one, two])[0].above == 30


def test_what_a_section_does_not_say_is_as_word_has_it():
    [section] = read("<w:body><w:sectPr><w:pgMar w:header='odd'/></w:sectPr></w:body>")
    assert (section.header, section.width) == (36, (11906 - 2880) / 20)
    edges = PageEdges(str, None)
    assert edges.enter(section.element) == ("default",)
    assert edges.parts == {}


def test_a_margin_wider_than_the_page_leaves_some_room():
    [section] = read("<w:sectPr><w:pgMar w:left='9000' w:right='9000' w:top='20000'/></w:sectPr>")
    assert section.width == section.height == 36


def test_a_switch_is_on_unless_it_says_otherwise():
    on, off = read(
        "<w:p><w:pPr><w:sectPr><w:titlePg/></w:sectPr></w:pPr></w:p>"
        "<w:sectPr><w:titlePg w:val='0'/></w:sectPr>"
    )
    edges = PageEdges(str, None)
    assert edges.enter(on.element) == ("default", "first")
    assert edges.enter(off.element) == ("default",)
    assert not is_on(None)


def test_a_recorded_change_is_no_section():
    assert len(read("<w:sectPr><w:sectPrChange><w:sectPr/></w:sectPrChange></w:sectPr>")) == 1


def test_what_is_framed_above_a_header_takes_its_room(saved, unzipped):
    document = Document()
    frame(document, "附录", 240)
    document.add_section()
    frame(document, "别处", 240, anchor="text")
    framed, plain = sections_of(document, saved, unzipped)
    [(top, width)] = framed.framed
    assert top == 12
    assert 28 <= width < 32  # two signs of 14 points, as the style has them
    assert plain.framed == ()
    over, beside = rooms([framed])
    assert (over.above, over.width) == (12, framed.width)
    assert (beside.above, beside.width) == (framed.header, framed.width - width - 8)
    assert len(rooms([plain])) == 1


def test_what_is_framed_below_the_header_is_no_matter(saved, unzipped):
    document = Document()
    frame(document, "正文框", 4000)
    [section] = sections_of(document, saved, unzipped)
    assert len(rooms([section])) == 1


def test_a_header_is_moved_up_only_where_it_would_push_the_text_down():
    low, high = read(
        "<w:p><w:pPr><w:sectPr><w:pgMar w:top='567' w:header='1700'/></w:sectPr></w:pPr></w:p>"
        "<w:sectPr><w:pgMar w:top='1440' w:header='720'/></w:sectPr>"
    )
    for section in (low, high):
        section.keep_body_in_place()
    assert (low.header, high.header) == (507 / 20, 36)

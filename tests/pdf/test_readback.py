"""What pages show is what the document says: no sign more, no sign less, whatever the layout."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO

import pytest
from blankfile import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.pdf.engine import unshrunk
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.pdf.pagetext import PAGE, PAGES, Allowance, DocumentText, PageText, folded, said, shown
from rmdocs.pdf.readback import differences, disagreements

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TEXT = "该企业一季度生产经营总体平稳，主导产品订单同比增长约一成，但原材料价格波动较大；"
HEADER, FOOTER = ("RXD7200-02版本1.0", "内部资料"), (f"第{PAGE}页共{PAGES}页",)
HEADING = ("客户", "金额")

signs = st.text(st.sampled_from("甲乙丙年月日12.，。☐☑"), min_size=1, max_size=12)
cells = st.lists(st.lists(signs, min_size=1, max_size=3), min_size=1, max_size=3)
"""Paragraphs of the cells of a row; a paragraph by itself is a row of one cell."""


def saying(body=(), **more) -> DocumentText:
    return DocumentText(
        body=tuple(body),
        headings=(HEADING,),
        edges=(FOOTER, HEADER),
        renumbered=False,
        allowed=Allowance(**more),
    )


def laid_out(rows, cuts, chunk) -> list[list[str]]:
    """Return the texts of each page; a row that is cut goes on overleaf, cell by cell."""
    pages, rest = [[]], None
    for at, row in enumerate(rows):
        cut = cuts.get(at)
        rest = []
        for cell in row:
            whole = "".join(cell)
            end = len(whole) if cut is None else min(cut, len(whole))
            done = 0
            tail = []
            for text in cell:
                here = max(0, min(len(text), end - done))
                done += len(text)
                pages[-1] += pieces(text[:here], chunk)
                tail += pieces(text[here:], chunk)
            rest.append(tail)
        if cut is not None:
            pages.append([text for tail in rest for text in tail])
    return pages


def pieces(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


def paged(pages) -> list[PageText]:
    """Return pages with header, footer and, from the second on, the heading again."""
    found = []
    for number, body in enumerate(pages, 1):
        foot = ("第", str(number), "页共", str(len(pages)), "页")
        again = HEADING if number > 1 else ()
        found.append(PageText(body=tuple(body), edges=(*HEADER, *again, *foot)))
    return found


@given(
    st.lists(cells, min_size=1, max_size=8),
    st.dictionaries(st.integers(0, 7), st.integers(0, 20), max_size=3),
    st.integers(1, 6),
)
def test_rows_that_go_on_overleaf_say_the_same(rows, cuts, chunk):
    says = saying(text for row in rows for cell in row for text in cell)
    assert differences(says, paged(laid_out(rows, cuts, chunk))) == []


@given(
    st.lists(cells, min_size=1, max_size=6),
    st.dictionaries(st.integers(0, 5), st.integers(0, 20), max_size=2),
    st.data(),
)
def test_no_sign_may_be_lost_or_come_besides(rows, cuts, data):
    says = saying(text for row in rows for cell in row for text in cell)
    pages = paged(laid_out(rows, cuts, 3))
    page = data.draw(st.integers(0, len(pages) - 1))
    edge = data.draw(st.booleans()) or not pages[page].body
    texts = list(pages[page].edges if edge else pages[page].body)
    at = data.draw(st.integers(0, len(texts) - 1))
    place = data.draw(st.integers(0, len(texts[at]) - 1))
    other = data.draw(st.sampled_from(["", "天", "甲天"]))
    texts[at] = texts[at][:place] + other + texts[at][place + 1 :]
    pages[page] = replace(pages[page], **{"edges" if edge else "body": tuple(texts)})
    found = differences(says, pages)
    assert found
    assert not edge or {one.page for one in found} == {page + 1}


@pytest.mark.parametrize(
    ("text", "instead"),
    [("1,000.00元", "10,00.00元"), ("☑是　☐否", "☐是　☑否"), ("张三、李四", "李四、张三")],
)
def test_the_same_signs_in_another_order_are_not_the_same(text, instead):
    says = saying([folded(text), folded(text), "合计"])
    good = PageText(body=(folded(text), folded(text), "合计"), edges=(*HEADER, "第1页共1页"))
    assert differences(says, [good]) == []
    bad = replace(good, body=(folded(text), folded(instead), "合计"))
    [found] = differences(says, [bad])
    assert (found.text, found.is_lost) == (folded(text), True)


def test_what_the_layout_makes_is_allowed_for_and_nothing_else():
    page = PageText(body=("1.", "条目"), edges=(*HEADER, "第1页共1页"))
    assert differences(saying(["条目"], signs=frozenset("1.")), [page]) == []
    [found] = differences(saying(["条目"], signs=frozenset("2.")), [page])
    assert (found.text, found.is_lost) == ("1.", False)
    shouted = PageText(body=("TOTAL",), edges=page.edges)
    assert differences(saying(["Total"], any_case=True), [shouted]) == []
    assert differences(saying(["Total"]), [shouted])


def test_twins_of_a_character_and_blanks_are_no_difference():
    assert folded("⼀⻓ ﬁ\u00a0\u200b豈\u2011") == folded("一长fi豈-")
    assert folded("（，。1") == "（，。1"


def new(*paragraphs):
    """Return a document in fonts that are here."""
    made = Document()
    for style in made.styles:
        looks = style.element.find(qn("w:rPr"))
        if looks is not None and looks.find(qn("w:rFonts")) is not None:
            looks.remove(looks.find(qn("w:rFonts")))
    looks = made.styles.element.find(f".//{qn('w:rPrDefault')}").find(qn("w:rPr"))
    for fonts in looks.findall(qn("w:rFonts")):
        looks.remove(fonts)
    latin = 'w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"'
    looks.insert(0, parse_xml(f'<w:rFonts {W} {latin} w:eastAsia="宋体"/>'))
    for text in paragraphs:
        made.add_paragraph(text)
    return made


def saved(made) -> bytes:
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def test_a_document_says_what_is_printed_of_it():
    made = new("起\t止")
    paragraph = made.add_paragraph("见")
    paragraph.add_run("隐藏").font.hidden = True
    paragraph._p.append(
        parse_xml(f"<w:del {W}><w:r><w:delText>删</w:delText><w:t>去</w:t></w:r></w:del>")
    )
    table = made.add_table(2, 1)
    table.cell(0, 0).text, table.cell(1, 0).text = "表头", "行"
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    foot = made.sections[0].footer.paragraphs[0]
    foot._p.append(
        parse_xml(f'<w:fldSimple {W} w:instr=" PAGE "><w:r><w:t>9</w:t></w:r></w:fldSimple>')
    )
    for kind, code in (("begin", ""), ("", "NUM"), ("", "PAGES"), ("separate", "")):
        inner = (
            f'<w:fldChar w:fldCharType="{kind}"/>' if kind else f"<w:instrText>{code}</w:instrText>"
        )
        foot._p.append(parse_xml(f"<w:r {W}>{inner}</w:r>"))
    foot.add_run("7")
    foot._p.append(parse_xml(f'<w:r {W}><w:fldChar w:fldCharType="end"/></w:r>'))
    foot.add_run("尾")
    says = said(saved(made))
    assert says.body == ("起", "止", "见", "表头", "行")
    assert says.headings == (("表头",),)
    assert (f"{PAGE}{PAGES}尾",) in says.edges


def odd_layouts():
    """Yield documents that are laid out in ways of their own."""
    split = new()
    table = split.add_table(0, 3)
    for at in range(3):
        row = table.add_row().cells
        row[0].text, row[1].text, row[2].text = str(at), TEXT * 14 + str(at), "长文字尾" * 120
    merged = new()
    table = merged.add_table(40, 2)
    for at in range(40):
        table.cell(at, 1).text = f"{at} {TEXT}"
    table.cell(0, 0).merge(table.cell(39, 0)).text = TEXT * 3
    lists = new()
    for at in range(12):
        lists.add_paragraph(f"条目{at}", style="List Number" if at % 2 else "List Bullet")
    looks = new("state-of-the-art well-known office fine affluent " * 30)
    run = looks.paragraphs[0].add_run("small capitals ☐是☑否☐其他 superscript")
    run.font.small_caps = run.font.superscript = run.bold = True
    leader = new("目录\t12")
    leader.paragraphs[0].paragraph_format.tab_stops.add_tab_stop(Pt(300), leader=1)
    sections = new("第一节")
    sections.sections[0].header.paragraphs[0].text = "第一节页眉"
    header = sections.add_section().header
    header.is_linked_to_previous = False
    header.paragraphs[0].text = "第二节页眉"
    sections.add_paragraph("第二节")
    columns = new(*(f"{at}{TEXT * 3}" for at in range(30)))
    columns.sections[0]._sectPr.append(parse_xml(f'<w:cols {W} w:num="2" w:space="400"/>'))
    boxed = new("旁")
    style = "position:absolute;width:150pt;height:40pt"
    shape = f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml" filled="f" style="{style}">'
    inner = "<w:p><w:r><w:t>框内</w:t></w:r></w:p>"
    box = f"<v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox>"
    for holder in (boxed.paragraphs[0], boxed.sections[0].header.paragraphs[0]):
        holder._p.append(parse_xml(f"<w:r {W}><w:pict>{shape}{box}</v:shape></w:pict></w:r>"))
    made = locals()
    names = ("split", "merged", "lists", "looks", "leader", "sections", "columns", "boxed")
    return {name: saved(made[name]) for name in names}


def bound(text: str, value: str) -> bytes:
    """Return a document with a control that shows ``text`` and is bound to ``value``."""
    made = new("金额：")
    made.core_properties.author = value
    namespaces = "xmlns:ns1='http://purl.org/dc/elements/1.1/' xmlns:ns0='http://schemas.openxmlformats.org/package/2006/metadata/core-properties'"
    binding = (
        f'<w:dataBinding w:prefixMappings="{namespaces}" '
        'w:xpath="/ns0:coreProperties[1]/ns1:creator[1]" '
        'w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/>'
    )
    made.paragraphs[0]._p.append(
        parse_xml(
            f"<w:sdt {W}><w:sdtPr>{binding}<w:text/></w:sdtPr><w:sdtContent>"
            f"<w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt>"
        )
    )
    return saved(made)


@pytest.fixture(scope="module")
def engine():
    return LibreOffice.found(FontSet.found(), os.environ["PATH"])


@pytest.mark.office
@pytest.mark.fonts
def test_pages_of_any_layout_say_what_the_document_says(engine):
    documents = odd_layouts() | {"bound": bound("1,000.00", "1,000.00")}
    made = engine.convert(documents)
    for name, document in documents.items():
        assert disagreements(name, document, made[name]) == [], name
    other = new("别的")
    assert disagreements("other", saved(other), made["lists"])
    assert len(shown(made["split"])) > 1


@pytest.mark.office
@pytest.mark.fonts
def test_a_control_that_shows_other_data_than_its_text_is_found(engine):
    document = bound("1,000.00", "9,999.00")
    pdf = engine.convert({"bound": document})["bound"]
    assert shown(pdf)[0].body[-1] == "9,999.00"
    found = disagreements("bound", document, pdf)
    assert {one.code for one in found} == {"PDF-READBACK"}
    assert found[0].path == "bound#1"
    assert found[0].label == "金额：1,000.00"


def as_word_2013(made):
    settings = made.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    mode = 'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"'
    settings.append(parse_xml(f"<w:compat {W}><w:compatSetting {mode}/></w:compat>"))
    return made


def test_a_document_of_word_2010_is_not_changed():
    made = new("一")
    assert unshrunk(saved(made)) is None
    document = saved(as_word_2013(made))
    changed = unshrunk(document)
    assert changed is not None
    assert said(changed) == said(document)
    assert unshrunk(changed) is None


def test_what_is_no_document_is_a_finding():
    with pytest.raises(FindingsError):
        disagreements("x", b"no document", b"%PDF-")


def test_what_is_no_pdf_is_said_to_be_none():
    found = disagreements("d", saved(new("甲")), b"%PDF-1.7 but no more")
    assert [(one.code, one.path) for one in found] == [("PDF-DAMAGED", "d")]

"""Controlled editions: every part whole, each annex on pages of its own kind."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from bank import refused_for
from blankfile import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.messages import Bilingual
from rmdocs.records.context import blank_context
from rmdocs.rendering.assembly import (
    ANNEXES,
    LARGEST_TEXT,
    Annex,
    CoverPage,
    HistoryRow,
    assemble,
    check_body,
)
from rmdocs.rendering.compiled import CompiledTemplate, printed_text

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
BODY = (ROOT / "documents" / "IXD7200-01" / "body.docx").read_bytes()
COVER = CoverPage(
    number="IXD7200-01",
    control_number="IXD7200-01-C0007",
    organisation=Bilingual(zh="某某银行<分行>", en="Some Bank & Branch"),
    title="工作规范",
    prepared="甲某",
    reviewed="乙某",
    approved="丙某",
    revision="1.1",
    effective=date(2026, 7, 1),
)
HISTORY = (
    HistoryRow(
        revision="1.0",
        change="首次发布",
        effective=date(2004, 6, 8),
        prepared="甲",
        reviewed="乙",
        approved="丙",
    ),
    HistoryRow(
        revision="1.1",
        change="修改第<3>章",
        effective=date(2026, 7, 1),
        prepared="甲某",
        reviewed="乙某",
        approved="",
    ),
)
EDGES = ("header", "footer", "first_page_header", "first_page_footer")


@pytest.fixture(scope="module")
def annexes():
    """The blank forms, as a person prints them alone."""
    made = []
    for number in desk_numbers(ROOT):
        files = read_desk(ROOT, number)
        form = Form.load(files)
        blank = CompiledTemplate.compile(files.template).render(blank_context(form))
        title = f"{form.annex.zh}：《{form.title.zh}》"
        made.append(
            Annex(title=title, number=str(number), revision=str(form.revision), document=blank)
        )
    return made


@pytest.fixture(scope="module")
def edition(annexes):
    return assemble(COVER, HISTORY, BODY, annexes)


def opened(data):
    return Document(io.BytesIO(data))


def blocks(document):
    """Return the texts of a document's paragraphs, in tables too, those with none left out."""
    found = document.element.body.iter(qn("w:p"))
    return [text for text in map(text_of, found) if text]


def text_of(paragraph):
    pieces = (
        "\t" if one.tag == qn("w:tab") else one.text or ""
        for one in paragraph.iter(qn("w:t"), qn("w:tab"))
        if one.getparent().tag == qn("w:r")
    )
    return "".join(pieces)


def holds(whole, part):
    """Return where one list stands in another without a gap, or -1."""
    places = range(len(whole) - len(part) + 1)
    return next((place for place in places if whole[place : place + len(part)] == part), -1)


def edges(section):
    return [
        "\n".join(paragraph.text for paragraph in getattr(section, name).paragraphs).strip()
        for name in EDGES
    ]


def sizes(section):
    names = ("page_width", "page_height", "top_margin", "bottom_margin", "left_margin")
    return [getattr(section, name) for name in (*names, "right_margin", "header_distance")]


def simple(*lines, header="", width=210, font="", size=0):
    """Return a document of paragraphs with a header, paper and a font of its own."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    section = document.sections[0]
    section.page_width = Mm(width)
    section.header.paragraphs[0].text = header
    normal = document.styles["Normal"].font
    if font:
        normal.name = font
    if size:
        normal.size = Pt(size)
    return saved_bytes(document)


def saved_bytes(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_the_cover_says_everything(edition):
    paragraphs = blocks(opened(edition))
    cover = paragraphs[: paragraphs.index("目　　录")]
    assert cover == [
        "文件编号：IXD7200-01\t受控号：\u00a0IXD7200-01-C0007\u00a0",
        "某某银行<分行>",
        "Some Bank & Branch",
        "工作规范",
        "编　　制：",
        "甲某",
        "审　　核：",
        "乙某",
        "批　　准：",
        "丙某",
        "版 本 号：",
        "1.1",
        "生效日期：",
        "2026年7月1日",
    ]
    properties = opened(edition).core_properties
    assert (properties.title, properties.subject) == ("工作规范", "IXD7200-01 1.1")


def test_the_revision_table_has_every_row(edition):
    tables = opened(edition).tables
    history = next(table for table in tables if table.cell(0, 0).text == "版本号")
    assert [[cell.text for cell in row.cells] for row in history.rows] == [
        ["版本号", "修改内容", "生效日期", "编制", "审核", "批准"],
        ["1.0", "首次发布", "2004年6月8日", "甲", "乙", "丙"],
        ["1.1", "修改第<3>章", "2026年7月1日", "甲某", "乙某", ""],
    ]


def test_the_text_is_whole(edition, annexes):
    expected = [
        line
        for text in blocks(opened(BODY))
        for line in ([annex.heading for annex in annexes] if text == ANNEXES else [text])
    ]
    paragraphs = blocks(opened(edition))
    assert holds(paragraphs, expected) > paragraphs.index("修 改 记 录")
    assert ANNEXES not in printed_text(edition)


def test_each_annex_says_what_its_blank_says_alone(edition, annexes):
    paragraphs = blocks(opened(edition))
    places = [
        holds(paragraphs, [annex.heading, *blocks(opened(annex.document))]) for annex in annexes
    ]
    assert places == sorted(places)
    assert places[0] > paragraphs.index("目　　录")


def test_each_part_keeps_its_paper_its_headers_and_its_footers(edition, annexes):
    sections = list(opened(edition).sections)
    alone = [
        section
        for part in (BODY, *(annex.document for annex in annexes))
        for section in opened(part).sections
    ]
    assert len(sections) == len(alone) + 2
    for found, expected in zip(sections[2:], alone, strict=True):
        assert sizes(found) == sizes(expected)
        assert edges(found) == edges(expected)
        first = found.different_first_page_header_footer
        assert first == expected.different_first_page_header_footer
    cover, front = sections[:2]
    assert edges(cover) == ["", "", "", ""]
    assert (sizes(cover), sizes(front)) == (sizes(sections[2]), sizes(sections[2]))
    assert edges(front)[:2] == edges(sections[2])[:2]


def test_the_contents_lead_to_every_heading_and_annex(edition, annexes):
    root = opened(edition).element
    lines = [text_of(link) for link in root.iter(qn("w:hyperlink"))]
    chapters = [line for line in lines if re.match(r"\d\.\D", line)]
    assert lines[0].startswith("修改记录")
    assert len(chapters) == 9
    shown = [line.split("\t")[0] for line in lines[-len(annexes) :]]
    assert shown == [annex.heading for annex in annexes]
    asked = [link.get(qn("w:anchor")) for link in root.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in root.iter(qn("w:bookmarkStart"))]
    assert len(set(marks)) == len(marks)
    assert set(asked) <= set(marks)
    assert len(set(asked)) == len(asked)


def test_numbers_of_marks_are_given_once(edition):
    root = opened(edition).element
    starts = [mark.get(qn("w:id")) for mark in root.iter(qn("w:bookmarkStart"))]
    ends = [mark.get(qn("w:id")) for mark in root.iter(qn("w:bookmarkEnd"))]
    assert sorted(starts) == sorted(ends)
    assert len(set(starts)) == len(starts)


def test_the_same_parts_give_the_same_bytes(edition, annexes):
    assert assemble(COVER, HISTORY, BODY, annexes) == edition


def test_every_style_and_list_that_is_named_is_there(edition):
    document = opened(edition)
    styles = {style.get(qn("w:styleId")) for style in document.styles.element.iter(qn("w:style"))}
    assert len(styles) == len(list(document.styles.element.iter(qn("w:style"))))
    named = {
        element.get(qn("w:val"))
        for name in ("pStyle", "rStyle", "tblStyle", "basedOn")
        for root in (document.element, document.styles.element)
        for element in root.iter(qn(f"w:{name}"))
    }
    assert named <= styles


def test_styles_of_an_annex_do_not_know_the_text_s():
    annex = Annex(
        title="附录一",
        number="RXD0000-01",
        revision="1.0",
        document=simple("附录文字", font="Courier New", size=21),
    )
    bodies = [simple("正文", font="Arial", size=8), simple("正文", font="Georgia", size=30)]
    found = []
    for body in bodies:
        document = opened(assemble(COVER, (), body, [annex]))
        sheet = document.styles.element
        own = [style for style in sheet if str(style.get(qn("w:styleId"))).startswith("A1")]
        [paragraph] = [one for one in document.paragraphs if one.text == "附录文字"]
        found.append([etree.tostring(one, method="c14n") for one in (*own, paragraph._p)])
        assert paragraph.style.font.name == "Courier New"
        assert paragraph.style.font.size == Pt(21)
        text = next(one for one in document.paragraphs if one.text == "正文")
        assert text.style.font.name in {"Arial", "Georgia"}
    assert found[0] == found[1]
    assert len(found[0]) > 2


def test_pages_of_all_sizes_keep_theirs():
    annexes = [
        Annex(
            title=f"附录{n}",
            number=f"RXD0000-0{n}",
            revision="1.0",
            document=simple("甲", header=f"页眉{n}", width=100 + n),
        )
        for n in (1, 2, 3)
    ]
    document = opened(assemble(COVER, HISTORY, simple("文", header="正文页眉"), annexes))
    sections = list(document.sections)[2:]
    assert [round(section.page_width.mm) for section in sections] == [210, 101, 102, 103]
    assert [edges(one)[0] for one in sections] == ["正文页眉", "页眉1", "页眉2", "页眉3"]


def test_an_annex_without_header_takes_none_from_the_text():
    document = opened(
        assemble(
            COVER,
            (),
            simple("文", header="正文页眉"),
            [Annex(title="附录", number="R", revision="1.0", document=simple("甲"))],
        )
    )
    assert [edges(section)[0] for section in document.sections] == ["", "正文页眉", "正文页眉", ""]


def test_lists_of_two_annexes_count_for_themselves():
    def numbered(*lines):
        document = Document()
        for line in lines:
            document.add_paragraph(line, style="List Number")
        return saved_bytes(document)

    annexes = [
        Annex(title=f"附录{n}", number="R", revision="1.0", document=numbered(f"甲{n}", f"乙{n}"))
        for n in (1, 2)
    ]
    document = opened(assemble(COVER, (), simple("文"), annexes))
    styles = document.styles.element
    lists = {}
    for paragraph in document.paragraphs:
        if paragraph.text[:1] in "甲乙" and paragraph.text:
            [style] = styles.xpath(f"w:style[@w:styleId='{paragraph.style.style_id}']")
            lists[paragraph.text] = style.find(f".//{qn('w:numId')}").get(qn("w:val"))
    assert lists["甲1"] == lists["乙1"]
    assert lists["甲2"] == lists["乙2"]
    assert lists["甲1"] != lists["甲2"]


def test_no_annexes_is_said():
    paragraphs = blocks(opened(assemble(COVER, (), simple("9.附录", ANNEXES), [])))
    assert paragraphs[-2:] == ["9.附录", "无"]


def test_the_list_of_annexes_looks_like_its_place():
    body = Document()
    run = body.add_paragraph().add_run(ANNEXES)
    run.bold, run.font.size = True, Pt(17)
    annexes = [
        Annex(title=f"附录{n}", number="R", revision="1.0", document=simple("甲")) for n in (1, 2)
    ]
    document = opened(assemble(COVER, (), saved_bytes(body), annexes))
    bold = [one for one in document.paragraphs if one.runs and one.runs[0].bold]
    listed = [one for one in bold if one.text.startswith("附录")]
    assert [one.text for one in listed] == ["附录1(R) 1.0", "附录2(R) 1.0"]
    assert {one.runs[0].font.size for one in listed} == {Pt(17)}


def with_element(name):
    document = Document()
    run = document.add_paragraph("文").add_run()
    run._r.append(OxmlElement(f"w:{name}"))
    return saved_bytes(document)


def test_what_cannot_be_carried_is_refused():
    endnote = with_element("endnoteReference")
    assert [finding.code for finding in check_body(endnote)] == ["DOCUMENT-NOT-CARRIED"]
    with refused_for("DOCUMENT-NOT-CARRIED"):
        assemble(COVER, (), endnote, [])
    with refused_for("DOCUMENT-NOT-CARRIED"):
        assemble(
            COVER,
            (),
            simple("文"),
            [Annex(title="附录", number="R", revision="1.0", document=endnote)],
        )


def test_bodies_that_are_right(annexes):
    assert check_body(BODY) == []
    assert check_body(simple("文")) == []


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"{\\rtf1}", BODY[:2000]])
def test_what_is_no_word_document_is_refused(body):
    findings = check_body(body)
    assert findings
    assert all(finding.code.startswith("DOCUMENT-") for finding in findings)
    with refused_for("TEMPLATE-NOT-DOCX"):
        assemble(COVER, (), body, [])


def test_an_empty_text_and_an_empty_annex_still_have_their_pages():
    empty = Document()
    for block in list(empty.element.body):
        if block.tag != qn("w:sectPr"):
            empty.element.body.remove(block)
    data = saved_bytes(empty)
    document = opened(
        assemble(COVER, (), data, [Annex(title="附录", number="R", revision="1.0", document=data)])
    )
    assert len(document.sections) == 4
    assert "附录(R) 1.0" in blocks(document)


def test_page_numbers_go_on_through_the_whole():
    document = opened(simple("甲"))
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "5")
    document.sections[0]._sectPr.append(deepcopy(numbering))
    part = saved_bytes(document)
    whole = opened(
        assemble(COVER, (), part, [Annex(title="附录", number="R", revision="1.0", document=part)])
    )
    found = list(whole.element.iter(qn("w:pgNumType")))
    assert found
    assert all(one.get(qn("w:start")) is None for one in found)


@pytest.mark.office
@pytest.mark.poppler
def test_an_edition_has_the_pages_of_its_parts(edition, annexes, tmp_path):
    parts = {"edition": edition, "body": BODY}
    parts |= {annex.number: annex.document for annex in annexes}
    for name, data in parts.items():
        (tmp_path / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    files = sorted(tmp_path.glob("*.docx"))
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *files],
        check=True,
        capture_output=True,
        timeout=180,
    )

    def pages(name):
        told = subprocess.check_output(["pdftotext", "-layout", f"{tmp_path}/{name}.pdf", "-"])
        return [re.sub(r"\s", "", page) for page in told.decode().split("\f")[:-1]]

    found = pages("edition")
    alone = {name: len(pages(name)) for name in parts if name != "edition"}
    front = next(i for i, page in enumerate(found) if "版本号修改内容" in page) + 1
    assert front == 3
    assert len(found) == front + sum(alone.values())
    place = front + alone["body"]
    for annex in annexes:
        heading = annex.heading.replace(" ", "")
        assert heading in found[place], annex.number
        assert re.search(rf"{re.escape(heading)}\.+{place + 1}(?!\d)", found[1]), annex.number
        place += alone[annex.number]
    assert place == len(found)


def in_the_package(name, old, new):
    """Return a plain text with something in one of its parts put otherwise."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(simple("文"))) as parts, zipfile.ZipFile(packed, "w") as made:
        for part in parts.namelist():
            data = parts.read(part)
            made.writestr(part, data.replace(old, new) if part == name else data)
    return packed.getvalue()


LIST_IN_A_LINK = (
    b'<w:p><w:hyperlink w:anchor="x"><w:r><w:t>{{ annexes }}</w:t></w:r></w:hyperlink></w:p>'
)
ODD = {
    "properties as LibreOffice refers to them": (
        "_rels/.rels",
        b"package/2006/relationships/metadata/core",
        b"officedocument/2006/relationships/metadata/core",
    ),
    "no settings of pages": ("word/document.xml", b"w:sectPr", b"w:sdtPr"),
    "a list of annexes in a link": (
        "word/document.xml",
        b"<w:sectPr",
        LIST_IN_A_LINK + b"<w:sectPr",
    ),
    "a part that is missing": ("word/_rels/document.xml.rels", b"styles.xml", b"none.xml"),
    "a part of another kind": ("[Content_Types].xml", b"styles+xml", b"settings+xml"),
    "no main part": ("_rels/.rels", b'officeDocument" Target', b'novelty" Target'),
    "an insertion of another file": (
        "word/document.xml",
        b"<w:sectPr",
        b'<w:altChunk r:id="rId99"/><w:sectPr',
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_assembly_stumbles_on_is_found_by_the_check(name):
    body = in_the_package(*ODD[name])
    found = check_body(body)
    try:
        assemble(COVER, (), body, [])
    except FindingsError:
        assert found, name
    if not found:
        assert assemble(COVER, (), body, []).startswith(b"PK")


def test_a_text_too_long_is_refused_at_once():
    lines = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * (LARGEST_TEXT // 30)
    body = in_the_package("word/document.xml", b"<w:sectPr", lines + b"<w:sectPr")
    assert [one.code for one in check_body(body)] == ["DOCUMENT-TOO-LARGE"]

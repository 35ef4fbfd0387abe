"""Stamps: on every page, clear of what is printed there, and moving nothing."""

import io
import re
import subprocess
from collections import Counter

import pytest
from bank import refused_for
from blankfile import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.rendering.compiled import printed_text
from rmdocs.rendering.package import read
from rmdocs.rendering.stamps import Stamp, stamp
from rmdocs.rendering.stampshapes import Room, lay_out
from rmdocs.workspace import records

MARK = Stamp(
    lines=("受控文件", "受控号 RXD7200-04-C0001", "持有人 王样例（JN01-0101）", "版本 1.0"),
    watermark="补打件",
)
HEADING = "头"


def plain():
    """Two pages without any header, the second on its side."""
    document = Document()
    document.add_paragraph("第一页")
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_paragraph("第二页")
    return document


def low_header():
    """Pages whose headers, if there were any, would begin below the text."""
    document = Document()
    document.add_paragraph("正文")
    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_paragraph("续")
    for section in document.sections:
        section.top_margin, section.header_distance = Mm(10), Mm(30)
    return document


def three_kinds():
    """Pages with a first, an even and an ordinary header, the even one a table's."""
    document = Document()
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = HEADING + "首"
    section.header.paragraphs[0].text = HEADING + "奇"
    section.even_page_header.add_table(1, 1, Mm(100)).cell(0, 0).text = HEADING + "偶"
    for number in range(3):
        document.add_paragraph(f"第{number}页")
        document.add_page_break()
    return document


def first_page_bare():
    """A title page without a header, then pages with one."""
    document = Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = HEADING
    document.add_paragraph("封面")
    document.add_page_break()
    document.add_paragraph("正文")
    return document


def annexed():
    """A page with a heading framed above its header, as annexes have, and no room above that."""
    document = Document()
    section = document.sections[0]
    section.header_distance = Mm(9)
    section.header.paragraphs[0].text = HEADING
    heading = document.add_paragraph("附录二：《客户经理工作日志》(RXD7200-02) 1.0")
    frame = OxmlElement("w:framePr")
    for name, value in {
        "w": "8640",
        "h": "240",
        "hRule": "exact",
        "wrap": "around",
        "vAnchor": "page",
        "hAnchor": "margin",
        "xAlign": "left",
        "y": "250",
    }.items():
        frame.set(qn(f"w:{name}"), value)
    heading._p.get_or_add_pPr().append(frame)
    document.add_paragraph("正文")
    return document


MADE = (plain, low_header, three_kinds, first_page_bare, annexed)


def headers(document):
    """Return the text of every header part, by its name."""
    return {
        member.name: member.content().decode()
        for member in read(document)
        if member.name.startswith("word/header")
    }


@pytest.fixture(scope="module")
def samples(shared_bank):
    """The newest documents of the samples, one of each form, by the form's number."""
    workspace = shared_bank.at()
    found = {}
    for record in records.find(workspace, Query(unit="JN01")):
        number = RecordNumber.parse(record.number)
        [path] = save_all(shared_bank.root.parent / "stamped", records.export(workspace, number))[
            :1
        ]
        found[str(number.series.form)] = path.read_bytes()
    return found


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_every_header_bears_the_mark_once(make, saved):
    before = saved(make())
    after = stamp(before, MARK)
    for text in headers(after).values():
        assert text.count("受控号") == 1
        assert text.count('string="补打件"') == 1
    text = printed_text(after)
    assert all(line in text for line in MARK.lines)
    for line in printed_text(before).split("\n"):
        assert line in text


@pytest.mark.parametrize(("make", "kinds"), [(plain, 1), (three_kinds, 3), (first_page_bare, 2)])
def test_a_page_without_a_header_gets_one(make, kinds, saved):
    opened = Document(io.BytesIO(stamp(saved(make()), MARK)))
    first, *others = opened.sections
    assert not first.header.is_linked_to_previous
    assert all(section.header.is_linked_to_previous for section in others)
    assert len(headers(saved(opened))) == kinds


def test_the_same_again_and_nothing_else_changed(saved):
    before = saved(three_kinds())
    after = stamp(before, MARK)
    assert stamp(before, MARK) == after
    kept = {m.name: m for m in read(before) if not m.name.startswith("word/header")}
    assert {m.name: m for m in read(after) if not m.name.startswith("word/header")} == kept
    assert [m.name for m in read(after)][-1] == "word/document.xml"


def test_nothing_to_stamp_leaves_the_document_as_it_is(saved):
    before = saved(plain())
    assert stamp(before, Stamp(lines=())) == before


def test_a_watermark_alone(saved):
    after = stamp(saved(plain()), Stamp(lines=(), watermark="作废"))
    assert 'string="作废"' in next(iter(headers(after).values()))
    assert "作废" not in printed_text(after)


@pytest.mark.parametrize("text", ["<&>\"'", "]]>", "{{ x }}", "𠮷"])
def test_any_text_that_can_be_printed(text, saved):
    after = stamp(saved(plain()), Stamp(lines=(text,), watermark=text))
    assert text in printed_text(after)


def test_text_that_cannot_be_printed_is_refused(saved):
    with pytest.raises(FindingsError) as refusal:
        stamp(saved(plain()), Stamp(lines=("a\x00",), watermark="b\ufffe"))
    assert [finding.path for finding in refusal.value.findings] == ["$.stamp[0]", "$.stamp[1]"]


def test_a_second_mark_is_refused(saved):
    with pytest.raises(FindingsError) as refusal:
        stamp(stamp(saved(plain()), MARK), MARK)
    assert [finding.code for finding in refusal.value.findings] == ["STAMP-TWICE"]


@pytest.mark.parametrize(
    ("damaged", "code"),
    [
        (b"", "TEMPLATE-NOT-DOCX"),
        (b"not a zip", "TEMPLATE-NOT-DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TEMPLATE-ENCRYPTED"),
        ("none", "STAMP-NOT-DOCX"),
        ("torn", "TEMPLATE-XML"),
    ],
)
def test_what_is_no_document_is_refused(damaged, code, saved, rezipped):
    whole = saved(plain())
    if damaged == "none":
        damaged = rezipped(whole, parts={"word/document.xml": None})
    elif damaged == "torn":
        damaged = rezipped(whole, parts={"word/document.xml": b"<w:document"})
    with refused_for(code):
        stamp(damaged, MARK)


def test_a_header_in_a_content_control_or_without_any_paragraph(saved):
    document = Document()
    header = document.sections[0].header
    inner = header.paragraphs[0]
    inner.text = HEADING
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    inner._p.addprevious(control)
    control.append(content)
    content.append(inner._p)
    assert "受控号" in printed_text(stamp(saved(document), MARK))
    content.remove(inner._p)
    assert "受控号" in printed_text(stamp(saved(document), MARK))


def test_a_recorded_change_of_a_section_is_no_section(saved):
    document = Document()
    properties = document.sections[0]._sectPr
    change, old = OxmlElement("w:sectPrChange"), OxmlElement("w:sectPr")
    properties.append(change)
    change.append(old)
    after = Document(io.BytesIO(stamp(saved(document), MARK)))
    kept = after.sections[0]._sectPr.findall(".//{*}sectPrChange/{*}sectPr")
    assert [len(one) for one in kept] == [0]


@given(
    st.lists(st.text("受控文件号AZ09-", min_size=1, max_size=60), min_size=1, max_size=5),
    st.builds(Room, above=st.floats(0, 100), width=st.floats(36, 800)),
)
def test_the_box_keeps_its_text_within_the_margins(lines, room):
    mark = lay_out(lines, [room])
    assert "　".join(mark.rows) == "　".join(lines)
    assert mark.width <= room.width
    assert mark.size <= 7.5
    assert mark.top > 0


@given(st.floats(24, 80), st.floats(200, 600))
def test_the_box_ends_above_what_is_printed_where_there_is_room(above, width):
    mark = lay_out(MARK.lines, [Room(above=above, width=width)])
    assert mark.size >= 5
    assert mark.top + mark.height <= above


def test_of_two_places_the_box_takes_the_one_with_more_room():
    high, narrow = Room(above=28, width=450), Room(above=42, width=120)
    assert lay_out(MARK.lines, [high, narrow]).top < 28
    low, beside = Room(above=12, width=480), Room(above=26, width=280)
    mark = lay_out(MARK.lines, [low, beside])
    assert mark.width <= 280
    assert mark.size >= 6


@pytest.mark.office
@pytest.mark.poppler
def test_nothing_on_the_page_moves(samples, saved, tmp_path):
    documents = {**samples, **{make.__name__: saved(make()) for make in MADE}}
    for name, document in documents.items():
        (tmp_path / f"{name}-before.docx").write_bytes(document)
        (tmp_path / f"{name}-after.docx").write_bytes(stamp(document, MARK))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf"]
    files = sorted(path.name for path in tmp_path.glob("*.docx"))
    subprocess.run([*convert, *files], cwd=tmp_path, check=True, capture_output=True, timeout=180)
    assert set(samples) == {f"RXD7200-0{number}" for number in range(1, 5)}
    for name in documents:
        before, after = (words(tmp_path / f"{name}-{when}.pdf") for when in ("before", "after"))
        assert len(before) == len(after), name
        for page, stamped in zip(before, after, strict=True):
            added = stamped - page
            assert not page - stamped, name
            said = "".join(sorted(word for word, *_ in added))
            assert Counter(said) == Counter("".join(MARK.lines).replace(" ", "")), name
            assert not any(overlap(mark, word) for mark in added for word in page), name


def words(pdf):
    """Return the words of each page with their places, as poppler finds them."""
    told = subprocess.run(
        ["pdftotext", "-bbox", pdf.name, "-"], cwd=pdf.parent, check=True, capture_output=True
    ).stdout.decode()
    found = re.compile(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<'
    )
    return [
        Counter((one[4], *map(float, one[:4])) for one in found.findall(page))
        for page in told.split("</page>")[:-1]
    ]


def overlap(one, other):
    """Return whether the boxes of two words overlap."""
    return all(one[low] < other[low + 2] and other[low] < one[low + 2] for low in (1, 2))

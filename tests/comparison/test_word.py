"""Files that Word, WPS and converters really write, and odd ones: never a traceback.

Whatever such a file holds, its redline gives the new text when all is accepted
and the old one when all is rejected.
"""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rmdocs.comparison.compare import compare, template_changes
from rmdocs.comparison.redline import redline
from rmdocs.comparison.template import Template
from rmdocs.forms.differences import Area, RevisionTerms
from rmdocs.forms.properties import Renames
from rmdocs.forms.titles import Titles
from rmdocs.messages import Language

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "word/document.xml"
EN = Language.EN
TOO_LONG = "9" * 400
BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{0}'
    "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{0}"
    "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
DRAWING = (
    '<w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:inline><wp:extent cx="{0}" cy="{0}"/></wp:inline></w:drawing>'
)


def picture(size):
    return f"<w:r>{DRAWING.format(size)}</w:r>"


def field(code):
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end")]
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}"


def simple(code):
    return f'<w:fldSimple w:instr="{code}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def controlled(content):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def drawn(old, new):
    return redline(old, new, author="林拥旗", moment=datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def told():
    """Return a function that says what differs in text or looks of two documents."""
    titles = Titles((), {})

    def sentences(old, new, area=Area.TEXT):
        changes = template_changes(
            Template(old), Template(new), RevisionTerms(titles, titles, Renames({}))
        )
        return [change.sentence.text(EN) for change in changes if change.area is area]

    return sentences


@pytest.fixture
def both_ways(accepted, rejected):
    """Return a function that draws two documents and gives the redline if it can be undone."""

    def check(old, new):
        made = drawn(old, new)
        assert accepted(made) == accepted(new)
        assert rejected(made) == accepted(old)
        return made

    return check


@pytest.fixture(scope="module")
def shown(accepted, rejected):
    """Return a function that gives all a document shows, accepted and rejected."""

    def texts(part):
        if isinstance(part, dict):
            return "".join(texts(part[name]) for name in sorted(part))
        return part if isinstance(part, str) else "".join(map(texts, part))

    return lambda document: (texts(accepted(document)), texts(rejected(document)))


class TestWhereThingsStand:
    def test_a_table_in_a_cell_is_an_inner_one(self, write, told):
        old, new = (
            write.document(
                write.table(["甲", [write.table(["乙", text]), write.paragraph()]]),
                write.paragraph("末段"),
            )
            for text in ("丙", "丁")
        )
        assert told(old, new) == [
            "table 1, row 1, cell 2, inner table 1, row 1, cell 2: “丙” became “丁”."
        ]

    def test_a_table_in_a_header_is_none(self, write, told):
        old, new = (
            write.document(
                write.paragraph("文"), header=write.table(["编号", text]) + write.paragraph()
            )
            for text in ("丙", "丁")
        )
        assert told(old, new) == ["header, table 1, row 1, cell 2: “丙” became “丁”."]

    def test_a_text_box_is_named_by_its_text(self, write, told, both_ways):
        box = BOX.format(write.paragraph("银行留存联{{ number }}"))
        old = write.document(write.paragraph("第一联"), write.paragraph("第二联"))
        new = write.document(write.paragraph("第一联", box), write.paragraph("第二联"))
        (sentence,) = told(old, new)
        assert "〔text box: 银行留存联〔" in sentence
        both_ways(old, new)

    def test_the_text_in_a_box_in_a_box_is_read(self, write, told):
        old, new = (
            write.document(
                write.paragraph(
                    "外", BOX.format(write.paragraph("中", BOX.format(write.paragraph(text))))
                )
            )
            for text in ("里面", "内里")
        )
        assert told(old, new) == [
            "text box in text box in body, paragraph 1: “里面” became “内里”."
        ]


class TestWhatReadsTheSame:
    def test_a_picture_of_another_size_was_replaced(self, write, told):
        old, new = (
            write.document(write.paragraph("印章：", picture(size))) for size in (900, 1800)
        )
        assert told(old, new) == ["body, paragraph 1: picture was replaced, or has another size."]

    def test_a_picture_and_words_are_two_changes(self, write, told):
        old, new = (
            write.document(
                write.paragraph(
                    f"请在此处{act}银行印章：", picture(size), "并由经办人员签名，注明日期"
                )
            )
            for act, size in (("加盖", 900), ("粘贴", 1800))
        )
        assert told(old, new) == [
            "body, paragraph 1: picture was replaced, or has another size.",
            "body, paragraph 1: “请在此处加盖银行印章” became “请在此处粘贴银行印章”.",
        ]

    def test_a_tab_in_the_place_of_a_blank_is_told_by_name(self, write, told):
        old, new = (write.document(write.paragraph(f"甲{sign}乙")) for sign in " \t")
        (sentence,) = told(old, new)
        assert sentence == (
            "body, paragraph 1: the text reads the same, but is filled in differently: "
            "“甲 乙” became “甲〔tab〕乙”."
        )

    @pytest.mark.parametrize("code", [r" PAGE ", r" PAGE  \* MERGEFORMAT "])
    def test_a_field_is_one_however_it_is_written(self, write, told, code):
        old = write.document(write.paragraph("第", simple("PAGE"), "页"))
        new = write.document(write.paragraph("第", field(code), "页"))
        assert told(old, new) == []

    def test_a_content_control_is_not_seen(self, write, told, both_ways):
        inner = write.paragraph("甲方", controlled(write.run("签章")))
        old = write.document(write.paragraph("甲方签章"), write.paragraph("乙方"))
        new = write.document(controlled(inner), write.paragraph("乙方"))
        assert told(old, new) == []
        both_ways(old, new)


class TestWhatIsOdd:
    @pytest.mark.parametrize(
        "properties",
        [
            *(f'<w:ind w:left="{text}" w:firstLineChars="{text}"/>' for text in ("x", TOO_LONG)),
            *(f'<w:spacing w:beforeLines="{text}" w:line="{text}"/>' for text in ("", "auto")),
            '<w:tabs><!-- c --><w:tab w:val="left"/><w:tab w:pos="１２"/></w:tabs>',
            "<w:numPr><!-- c --><w:ilvl/></w:numPr>",
            '<w:jc/><w:pStyle w:val="Nowhere"/>',
            "<?word x?><!-- c --><w:pBdr><w:top/></w:pBdr>",
            f'<w:rPr><w:sz w:val="{TOO_LONG}"/></w:rPr>',
        ],
    )
    def test_properties_that_say_nothing(self, write, told, both_ways, properties):
        odd = write.document(write.paragraph("甲方", properties=properties), write.paragraph("乙"))
        plain = write.document(write.paragraph("甲方"), write.paragraph("丙"))
        for old, new in ((odd, plain), (plain, odd)):
            assert len(told(old, new)) == 1
            told(old, new, Area.LAYOUT)
            both_ways(old, new)

    @pytest.mark.parametrize("size", ["x", TOO_LONG, "1.5.5", "-"])
    def test_a_type_size_that_is_no_number(self, write, told, both_ways, size):
        odd = write.document(write.paragraph(write.run("甲", f'<w:sz w:val="{size}"/>')))
        plain = write.document(write.paragraph("甲"))
        assert told(plain, odd, Area.LAYOUT) == [
            "body, paragraph 1: formatting changed; see the redline."
        ]
        both_ways(plain, odd)

    @pytest.mark.parametrize("size", ["", "x", " ", "1 2 3", TOO_LONG])
    def test_paper_that_is_none(self, write, told, both_ways, size):
        section = f'<w:sectPr><w:pgSz w:w="{size}"/><w:pgMar w:top="{size}"/></w:sectPr>'
        odd = write.document(write.paragraph("甲"), section=section)
        plain = write.document(write.paragraph("甲"))
        assert told(odd, plain, Area.LAYOUT)[0].startswith("page: page setup changed;")
        both_ways(odd, plain)

    def test_marks_with_numbers_word_could_not_read(self, write, unzipped_parts):
        text = f'<w:bookmarkStart w:id="{TOO_LONG}" w:name="a"/><w:commentRangeStart w:id="７"/>'
        old, new = (
            write.document(write.paragraph(text, word, '<w:bookmarkEnd w:id="7"/>'))
            for word in ("甲", "乙")
        )
        root = etree.fromstring(unzipped_parts(drawn(old, new))[BODY])
        numbers = [mark.get(f"{W}id") for mark in root.iter(f"{W}ins", f"{W}del")]
        assert sorted(numbers) == ["1", "2"]

    def test_changes_that_are_tracked_already_count_as_accepted(self, write, told, both_ways):
        tracked = '<w:{0} w:id="9" w:author="x">{1}</w:{0}>'
        deleted = '<w:r><w:delText xml:space="preserve">不</w:delText></w:r>'
        old = write.document(
            write.paragraph("借款人", tracked.format("del", deleted), "应当还款"),
            write.paragraph("段尾", properties=f"<w:rPr>{tracked.format('del', '')}</w:rPr>"),
            write.paragraph("相连"),
        )
        new = write.document(
            write.paragraph("借款人", tracked.format("ins", write.run("应当")), "还款"),
            write.paragraph("段尾相连"),
        )
        assert told(old, new) == []
        both_ways(old, new)

    def test_blanks_that_word_drops_stay_dropped(self, write, both_ways):
        bare = "<w:r><w:t> 甲方 </w:t></w:r>"
        both_ways(
            write.document(write.paragraph(bare, "全称"), write.paragraph("乙")),
            write.document(write.paragraph("全称"), write.paragraph("乙")),
        )

    def test_an_empty_body(self, write, told, shown):
        empty, full = write.document(), write.document(write.paragraph("甲"), write.paragraph("乙"))
        assert len(told(empty, full)) == len(told(full, empty)) == 2
        assert told(empty, write.document(section="")) == []
        assert shown(drawn(empty, full)) == ("甲乙", "")
        assert shown(drawn(full, empty)) == ("", "甲乙")

    def test_what_replaces_the_line_before_a_table_keeps_both_shapes(self, write, accepted_looks):
        table = write.table(["丙"]) + write.paragraph()
        title = write.paragraph("题名", properties='<w:pStyle w:val="Big"/>')
        lines = [write.paragraph(text) for text in ("填报机构", "新增一段")]
        old, new = (write.document(title, line, table) for line in lines)
        root = etree.fromstring(write.unzipped(drawn(old, new))[BODY])
        assert len(root.findall(f"{W}body/{W}p/{W}pPr/{W}pStyle")) == 1
        assert accepted_looks(drawn(old, new)) == accepted_looks(new)

    @pytest.mark.parametrize("other", [(), ("甲",), ("丙", "丁")])
    def test_a_body_that_ends_with_a_table(self, write, shown, other):
        ends = write.document(write.paragraph("甲"), write.table(["乙"]))
        rest = write.document(*map(write.paragraph, other))
        assert shown(drawn(rest, ends)) == ("甲乙", "".join(other))
        assert shown(drawn(ends, rest)) == ("".join(other), "甲乙")

    def test_a_document_without_styles(self, write, told, both_ways, unzipped_parts):
        bare = {
            name: content
            for name, content in unzipped_parts(
                write.document(write.paragraph("甲", properties='<w:pStyle w:val="Big"/>'))
            ).items()
            if "styles" not in name and "rels/document" not in name
        }
        old, new = write.document(write.paragraph("乙")), write.zipped(bare)
        assert len(told(old, new)) == 1
        both_ways(old, new)


class TestSections:
    def section(self, width):
        return f'<w:sectPr><w:pgSz w:w="{width}" w:h="16838"/></w:sectPr>'

    def test_each_section_has_pages_of_its_own(self, write, told, both_ways):
        ends = [write.paragraph("首节", properties=self.section(width)) for width in (11906, 16838)]
        old, new = (write.document(end, write.paragraph("末节")) for end in ends)
        (sentence,) = told(old, new, Area.LAYOUT)
        assert sentence.startswith("section 1: page setup changed;")
        both_ways(old, new)

    def test_a_section_more(self, write, told, both_ways):
        end = write.paragraph("首节", properties=self.section(11906))
        old = write.document(write.paragraph("首节"), write.paragraph("末节"))
        new = write.document(end, write.paragraph("末节"))
        assert told(old, new, Area.LAYOUT) == [
            "The template has 2 section(s) with pages of their own, before 1."
        ]
        both_ways(old, new)

    def test_a_header_is_given_back_where_no_section_is_left(self, write, rejected):
        old = write.document(write.paragraph("甲"), header=write.paragraph("内部资料"))
        new = write.document(write.paragraph("甲"), section="")
        assert rejected(drawn(old, new)) == rejected(old)

    def test_one_header_for_two_kinds_of_page_is_drawn_once(self, write, both_ways):
        second = (
            '<w:sectPr><w:headerReference w:type="first" r:id="header"/><w:titlePg/></w:sectPr>'
        )
        both_ways(
            *(
                write.document(write.paragraph("甲"), header=write.paragraph(text), section=second)
                for text in ("内部资料", "公开资料")
            )
        )


def _elements(root):
    return [one for one in root.iter() if isinstance(one.tag, str) and one.getparent() is not None]


def _wrap(element, *names):
    for name in names:
        holder = etree.Element(f"{W}{name}")
        element.addprevious(holder)
        holder.append(element)


def _mutate(root, chance):
    """Do one odd thing to a part, as a converter or a careless macro would."""
    one = chance.choice(_elements(root.find(f"{W}body")))
    act = chance.randrange(8)
    if act == 0:
        one.getparent().remove(one)
    elif act == 1:
        one.addnext(etree.fromstring(etree.tostring(one)))
    elif act == 2 and one.attrib:
        one.set(chance.choice(sorted(one.attrib)), chance.choice(("", "x", "-1", TOO_LONG)))
    elif act == 3:
        one.insert(0, etree.Comment("c"))
    elif act == 4:
        _wrap(chance.choice(list(root.iter(f"{W}r")) or [one]), chance.choice(("ins", "hyperlink")))
    elif act == 5:
        _wrap(chance.choice(list(root.iter(f"{W}p")) or [one]), "sdtContent", "sdt")
    elif act == 6:
        for properties in list(root.iter(f"{W}{chance.choice(('rPr', 'pPr', 'tblPr', 'trPr'))}")):
            properties.getparent().remove(properties)
    elif act == 7 and one.getnext() is not None:
        one.getnext().addnext(one)


@pytest.mark.long
@settings(max_examples=settings.default.max_examples // 8)
@given(seed=st.integers(0, 2**32))
def test_a_form_that_was_mangled(files, write, unzipped_parts, shown, seed):
    chance = random.Random(seed)  # noqa: S311 - picks what to break, keeps no secret
    parts = unzipped_parts(files.template)
    root = etree.fromstring(parts[BODY])
    for _ in range(4):
        _mutate(root, chance)
    odd = write.zipped({**parts, BODY: etree.tostring(root)})
    whole, _ = shown(files.template)
    for old, new in ((files.template, odd), (odd, files.template)):
        comparison = compare(replace(files, template=old), replace(files, template=new))
        assert all(change.sentence.text(EN) for change in comparison.changes)
        accepted, rejected = shown(drawn(old, new))
        assert whole == (accepted if new is files.template else rejected)

"""The proof that nothing printed was lost, itself put to the test."""

import string

from hypothesis import given
from hypothesis import strategies as st

from rmdocs.rendering.compiled import check_printed, printed_text
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.values import unprintable

PRINTABLE = st.text(
    st.one_of(
        st.sampled_from("{}%#_<>&\"'\n\t \u3000" + string.ascii_letters),
        st.characters(exclude_categories=["Cs", "Cc"]),
    )
).filter(lambda text: not any(unprintable(text)))


@given(value=PRINTABLE, other=PRINTABLE)
def test_any_printable_text_comes_back_exactly(value, other, template):
    made = template.rendering({"x": value, "y": other})
    text = printed_text(made.document)
    assert f"【{value}】" in text
    assert f"〔{value}|{other}〕" in text
    assert f"《{other}》" in text
    assert check_printed(made.document, made.printed) == []


def replaced(document, name, old, new):
    members = [
        Member.stored(name, member.content().replace(old.encode(), new.encode()))
        if member.name == name
        else member
        for member in read(document)
    ]
    return StaticMembers.of(members).archive(())


def test_a_lost_value_is_found(template):
    made = template.rendering({"x": "甲方", "y": "乙方"})
    for old, new in (
        ("甲方", "甲"),
        ("【甲方】", "【】"),
        ("甲方|乙方", "乙方|甲方"),
        ("乙方", "乙 方"),
    ):
        damaged = replaced(made.document, "word/document.xml", old, new)
        findings = check_printed(damaged, made.printed)
        assert {finding.code for finding in findings} == {"RENDER-READBACK"}
        assert findings[0].path == "word/document.xml"


def test_a_torn_part_is_found(template):
    made = template.rendering({"x": "甲方", "y": "乙方"})
    damaged = replaced(made.document, "word/header1.xml", "</w:hdr>", "")
    assert [finding.code for finding in check_printed(damaged, made.printed)] == ["RENDER-XML"]


def test_blanks_that_word_would_drop_count_as_lost(template):
    made = template.rendering({"x": " 甲 ", "y": "乙"})
    damaged = replaced(made.document, "word/document.xml", ' xml:space="preserve"', "")
    damaged = replaced(
        damaged,
        "word/document.xml",
        "【 甲 】",
        "【</w:t></w:r><w:r><w:t> 甲 </w:t></w:r><w:r><w:t>】",
    )
    assert [finding.code for finding in check_printed(damaged, made.printed)] == ["RENDER-READBACK"]


def test_text_in_reading_order(docx):
    document = docx("一\t二", "三", rows=[["四", "五"]], header="头", footer="尾")
    assert printed_text(document) == "头\n一\t二\n三\n四\n五\n尾"

"""Every page of a form says what it is, and what is typed by hand beside it is told."""

import io
from pathlib import Path

import pytest
from blankfile import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rmdocs.findings import Severity
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.rendering.pageidentity import judge_pages

ROOT = Path(__file__).parents[2]
WHOLE = "编号 {{ number }} 版次 {{ edition }} 版本 {{ revision }} 核验 {{ pin }}"
NAMES = {
    "{{ number }}": "the record's number",
    "{{ edition }}": "the edition",
    "{{ revision }}": "the form's revision",
    "{{ pin }}": "the pin",
}


@pytest.fixture(scope="module")
def form():
    return Form.load(read_desk(ROOT, DocumentNumber.parse("RXD7200-02")))


def judged(document, form):
    saved = io.BytesIO()
    document.save(saved)
    return judge_pages(saved.getvalue(), form)


def with_footer(text):
    document = Document()
    document.sections[0].footer.paragraphs[0].text = text
    return document


SAID = [
    WHOLE,
    "{% if not blank %}" + WHOLE + "{% endif %}",
    "{% if blank %}记录编号：{% else %}" + WHOLE + "{% endif %}",
    "{% if pin %}" + WHOLE + "{% endif %}",
    WHOLE.replace("{{ revision }}", "{{ form.revision }}"),
    WHOLE.replace("{{ number }}", "{{ number|upper }}"),
    WHOLE.replace("{{ number }}", "{{ '编号：' ~ number ~ '，' ~ unit.name }}"),
    WHOLE.replace("{{ pin }}", "{{ '' if blank else pin }}"),
    WHOLE.replace(
        "{{ edition }}", "{% if edition > 1 %}第{{ edition }}版{% else %}{{ edition }}{% endif %}"
    ),
    WHOLE + "{% set times = content.visit.topic %}",
]


@pytest.mark.parametrize("footer", SAID)
def test_what_is_always_printed(footer, form):
    assert judged(with_footer(footer), form) == []


@pytest.mark.parametrize("tag", NAMES)
@pytest.mark.parametrize(
    "instead",
    [
        "",
        "{% if blank %}{tag}{% endif %}",
        "{% if content.visit.topic %}{tag}{% endif %}",
        "{% for one in content.contacts %}{tag}{% endfor %}",
        "{# {tag} #}",
        "{{ {name}|length }}",
        "{{ ({name} ~ '')[2:] }}",
        "{{ {name} if blank else '' }}",
        "{{ {name} if content.visit.topic else '' }}",
        "{{ '有' if {name} else '' }}",
        "{{ {name} is none }}",
        "{% if edition == 1 %}{tag}{% endif %}",
        "{% if pin == '0' %}{tag}{% endif %}",
        "{% if revision == '1.0' %}{tag}{% endif %}",
        "{% set {name} = '一' %}{tag}",
        "{% for {name} in ['一'] %}{% endfor %}{tag}",
    ],
)
def test_what_is_not_always_printed_is_an_error(tag, instead, form):
    inner = tag.strip("{} ") if instead.startswith("{#") else tag
    footer = WHOLE.replace(tag, instead.replace("{tag}", inner).replace("{name}", tag.strip("{} ")))
    (found,) = judged(with_footer(footer), form)
    assert (found.code, found.severity) == ("TEMPLATE-PAGE", Severity.ERROR)
    assert NAMES[tag] in found.message.text(Language.EN)
    assert tag in found.remedy.text(Language.EN)
    assert found.path == "word/footer1.xml"


def test_header_and_footer_count_together(form):
    document = with_footer("{{ number }} {{ pin }}")
    document.sections[0].header.paragraphs[0].text = "{{ edition }} {{ revision }}"
    assert judged(document, form) == []


def test_a_body_is_not_every_page(form):
    document = Document()
    document.add_paragraph(WHOLE)
    (found,) = judged(document, form)
    assert found.path == "word/document.xml"


def first_page(document):
    document.sections[0].different_first_page_header_footer = True


def even_pages(document):
    document.settings.odd_and_even_pages_header_footer = True


def another_section(document):
    document.add_section().footer.is_linked_to_previous = False


@pytest.mark.parametrize("change", [first_page, even_pages, another_section])
def test_each_kind_of_page_of_each_section(change, form):
    document = with_footer(WHOLE)
    change(document)
    assert [one.code for one in judged(document, form)] == ["TEMPLATE-PAGE"]


def test_a_section_that_follows_has_the_pages_of_the_one_before(form):
    document = with_footer(WHOLE)
    document.add_section()
    document.sections[0].different_first_page_header_footer = True
    document.sections[0].first_page_footer.paragraphs[0].text = WHOLE
    document.sections[1].different_first_page_header_footer = True
    assert judged(document, form) == []


TYPED = {
    "版本 1.0": "版本 1.0",
    "Rev. 2.1": "Rev. 2.1",
    "v1.0": "v1.0",
    "第 2.0 版": "第 2.0 版",
    "2026年5月1日": "2026年5月1日",
    "2026-05-01": "2026-05-01",
    "二〇二六年五月": "二〇二六年五月",
    "RXD7200-02-JN01-2026-0001": "RXD7200-02-JN01-2026-0001",
    "RXD7200-03": "RXD7200-03",
    "第 1 页": "第 1 页",
    "第一页": "第一页",
    "共 12 页": "共 12 页",
    "Page 1 of 3": "Page 1 of 3",
    "- 1 -": "- 1 -",
    "第 2 版": "第 2 版",
    "第三次修订": "第三次修订",
    "版次：1": "版次：1",
    "版本：A/0": "版本：A/0",
    "修订状态：2": "修订状态：2",
    "Rev. 3": "Rev. 3",
    "Edition 2": "Edition 2",
}


@pytest.mark.parametrize("text", TYPED)
def test_what_is_typed_by_hand_is_told(text, form):
    (found,) = judged(with_footer(f"{WHOLE} {text}"), form)
    assert (found.code, found.severity) == ("TEMPLATE-TYPED", Severity.WARNING)
    assert TYPED[text] in found.message.text(Language.EN)
    assert found.path == "word/footer1.xml#1"


@pytest.mark.parametrize("text", ["RXD7200-02", "第 PAGE 页", "中国建设银行", "内部资料 1/2"])
def test_the_form_s_own_number_and_other_words_are_not(text, form):
    assert judged(with_footer(f"{text} {WHOLE}"), form) == []


def with_field(before, after, *, simple):
    """Return a document whose footer has the page's number as a field, and text beside it."""
    document = with_footer(WHOLE)
    footer = document.sections[0].footer.paragraphs[0]
    kinds = [("begin", ""), ("", "PAGE"), ("separate", ""), ("", ""), ("end", "")]
    xml = "".join(
        f'<w:fldChar w:fldCharType="{kind}"/>'
        if kind
        else (f"<w:instrText>{code}</w:instrText>" if code else "<w:t>1</w:t>")
        for kind, code in kinds
    )
    inner = f"<w:r>{xml}</w:r>"
    if simple:
        inner = '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    whole = f"<w:r><w:t>{before}</w:t></w:r>{inner}<w:r><w:t>{after}</w:t></w:r>"
    for one in parse_xml(f"<w:p {nsdecls('w')}>{whole}</w:p>"):
        footer._p.append(one)
    return document


@pytest.mark.parametrize("simple", [True, False])
def test_a_page_number_that_a_field_prints_is_not_typed(simple, form):
    assert judged(with_field(" 第 ", " 页", simple=simple), form) == []
    (found,) = judged(with_field(" 第 1 页 ", "", simple=simple), form)
    assert (found.code, found.severity) == ("TEMPLATE-TYPED", Severity.WARNING)
    assert found.remedy.text(Language.EN).startswith("insert the page's number as a field")

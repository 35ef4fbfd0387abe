"""Template mistakes: each alone, all at once, and none in a sound template."""

import io
import zipfile

import pytest
from blankfile import Document

from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.rendering import package
from rmdocs.rendering.lint import lint_template, used_names

NAMES = frozenset(
    {
        "number",
        "addressee",
        "facts.issued_on",
        "content.name",
        "content.ok",
        "content.party_a.name",
        "content.guarantors",
        "content.guarantors[].name",
        "content.group_companies",
    }
)
MISTAKES = {
    "undefined name": (["{{ content.nmae }}"], ["TEMPLATE-UNDEFINED"]),
    "undefined name below a text": (["{{ content.name.first }}"], ["TEMPLATE-UNDEFINED"]),
    "undefined item of a loop": (
        ["{% for g in content.guarantors %}{{ g.nmae }}{% endfor %}"],
        ["TEMPLATE-UNDEFINED"],
    ),
    "loop variable after its loop": (
        ["{% for g in content.guarantors %}{% endfor %}{{ g.name }}"],
        ["TEMPLATE-UNDEFINED"],
    ),
    "unknown filter": (["{{ content.name|uper }}"], ["TEMPLATE-FILTER"]),
    "unknown test": (["{% if content.name is odd_one %}{% endif %}"], ["TEMPLATE-FILTER"]),
    "unclosed value": (["{{ content.name", "后"], ["TEMPLATE-UNCLOSED"]),
    "unclosed before another": (["{{ content.name {{ number }}"], ["TEMPLATE-UNCLOSED"]),
    "unclosed statement": (["{% if content.ok", "后 {{ number }}"], ["TEMPLATE-UNCLOSED"]),
    "tag over two paragraphs": (
        ["{{ content", ".name }}"],
        ["TEMPLATE-UNCLOSED", "TEMPLATE-STRAY-CLOSER"],
    ),
    "wide braces": (["｛｛ content.name ｝｝"], ["TEMPLATE-WIDE-BRACES"]),
    "one wide brace": (["{｛ content.name }}"], ["TEMPLATE-WIDE-BRACES"]),
    "wide statement": (["{％ if content.ok ％}"], ["TEMPLATE-WIDE-BRACES"]),
    "wide closing": (["{{ content.name ｝｝"], ["TEMPLATE-UNCLOSED"]),
    "single braces": (["甲{content.name}乙"], ["TEMPLATE-SINGLE-BRACES"]),
    "braces with a space": (["{ { content.name } }"], ["TEMPLATE-SINGLE-BRACES"]),
    "stray closer": (["content.name }}"], ["TEMPLATE-STRAY-CLOSER"]),
    "missing endif": (["{% if content.ok %}", "甲"], ["TEMPLATE-BLOCK"]),
    "missing endfor": (["{%p for g in content.guarantors %}", "{{ g.name }}"], ["TEMPLATE-BLOCK"]),
    "endif without if": (["甲", "{% endif %}"], ["TEMPLATE-BLOCK"]),
    "else without if": (["{% else %}"], ["TEMPLATE-BLOCK"]),
    "crossed blocks": (
        ["{% if content.ok %}{% for g in content.guarantors %}{% endif %}{% endfor %}"],
        ["TEMPLATE-BLOCK", "TEMPLATE-BLOCK"],
    ),
    "text beside a paragraph tag": (
        ["甲方{%p if content.ok %}", "{%p endif %}"],
        ["TEMPLATE-LOST-TEXT"],
    ),
    "ends of two levels": (["{%p if content.ok %}", "甲{% endif %}"], ["TEMPLATE-TORN"]),
    "row tag outside a table": (
        ["{%tr if content.ok %}", "{%p endif %}"],
        ["TEMPLATE-MISPLACED", "TEMPLATE-TORN"],
    ),
    "merge tag outside a table": (["{% vm %}"], ["TEMPLATE-MISPLACED"]),
    "wide bar in a tag": (["{{ content.name｜upper }}"], ["TEMPLATE-SYNTAX"]),
    "empty tag": (["{{ }}"], ["TEMPLATE-SYNTAX"]),
    "condition left out": (["{% if %}{% endif %}"], ["TEMPLATE-SYNTAX", "TEMPLATE-BLOCK"]),
    "unknown statement": (["{% wenn content.ok %}"], ["TEMPLATE-SYNTAX"]),
    "space before the level": (["{% p if content.ok %}"], ["TEMPLATE-SYNTAX"]),
    "percent in a paragraph tag": (
        ["{%p if 5 % 2 %}", "{%p endif %}"],
        ["TEMPLATE-SYNTAX", "TEMPLATE-BLOCK"],
    ),
    "inclusion": (['{% include "x" %}'], ["TEMPLATE-FORBIDDEN"]),
    "escaping switched off": (["{% autoescape false %}"], ["TEMPLATE-FORBIDDEN"]),
    "run in a plain tag": (["{{ content.name|filled }}"], ["TEMPLATE-RUN"]),
}
SOUND = [
    "{{ content.name }}{{ content.party_a.name|upper }}",
    "{% for g in content.guarantors %}{{ loop.index }}{{ g.name }}{% endfor %}",
    "{%p if content.ok and number %}",
    "{% if content.name == “甲” %}甲{% elif content.ok %}乙{% else %}丙{% endif %}",
    "{%p endif %}",
    "{% set first = content.guarantors[0] %}{{ first.name }}",
    "{% for c in content.group_companies %}{{ c }}{% endfor %}",
    "{{ facts.issued_on|cn_date }}{{ facts.issued_on.year }}",
    "{% if addressee %}{{ addressee.name }}{% endif %}",
    "{{r content.name|filled }}{# 说明 #}",
    "数 100% 集 {1, 2}",
]


def codes(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake(name, docx):
    texts, expected = MISTAKES[name]
    findings = lint_template(docx("首段", *texts), NAMES)
    assert codes(findings) == expected
    assert all(finding.label for finding in findings)
    assert all(finding.path.startswith("word/document.xml#") for finding in findings)
    assert all(finding.message.text(Language.EN) for finding in findings)


def test_a_sound_template(docx):
    rows = [
        ["{%tr for g in content.guarantors %}", ""],
        ["{% vm %}{{ g.name }}", "乙"],
        ["{%tr endfor %}", ""],
    ]
    template = docx(*SOUND, rows=rows, header="{{ number }}", title="{{ number }}")
    assert lint_template(template, NAMES) == []


def test_all_mistakes_at_once(docx):
    texts = [text for texts, _ in MISTAKES.values() for text in texts]
    found = codes(lint_template(docx(*texts), NAMES))
    assert set(found) >= {code for _, expected in MISTAKES.values() for code in expected}


def test_the_place_is_part_paragraph_and_visible_text(docx):
    template = docx(
        "一", "甲方：{{ content.nmae }}", rows=(("{{ absent }}", ""),), footer="{{ content.x }}"
    )
    findings = lint_template(template, NAMES)
    assert [(finding.path, finding.label) for finding in findings] == [
        ("word/document.xml#2", "甲方：{{ content.nmae }}"),
        ("word/document.xml#3", "{{ absent }}"),
        ("word/footer1.xml#1", "{{ content.x }}"),
    ]
    assert findings[0].remedy.text(Language.EN) == "did you mean “name”?"


def test_document_properties_are_looked_at(docx):
    template = docx("{{ number }}", title="{{ content.nmae }} {x}")
    assert [(finding.code, finding.path) for finding in lint_template(template, NAMES)] == [
        ("TEMPLATE-SINGLE-BRACES", "docProps/core.xml#1"),
        ("TEMPLATE-UNDEFINED", "docProps/core.xml#1"),
    ]


def test_a_tag_that_word_split_is_sound(saved):
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ content.", "name }", "}"):
        paragraph.add_run(piece).italic = True
    assert lint_template(saved(document), NAMES) == []


def test_rows_lose_text_and_blocks_cross_cells(docx):
    rows = [
        ["{%tr if content.ok %}", "甲"],
        ["乙", ""],
        ["{%tr endif %}", ""],
        ["{% if content.ok %}", "{% endif %}"],
    ]
    assert codes(lint_template(docx(rows=rows), NAMES)) == ["TEMPLATE-LOST-TEXT", "TEMPLATE-TORN"]


def test_used_names(docx):
    template = docx(
        "{% for g in content.guarantors|sort(attribute='name') if g.ok %}{{ g.name }}{% endfor %}",
        "{% set a = content.party_a %}{{ a.name }}{{ (content.x or content.y).z }}",
        "{{ content.list[0].w }}{{ content['key'] }}{{ content.when|cn_date }}",
        header="{{ number }}",
    )
    assert used_names(template) == {
        "content.guarantors[].name",
        "content.guarantors[].ok",
        "content.party_a.name",
        "content.x.z",
        "content.y.z",
        "content.list[].w",
        "content.key",
        "content.when",
        "number",
    }


OUTSIDE = (
    b'<Relationship Id="rId98" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships/%b" Target="https://rmdocs.invalid/" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (b"image", ("TEMPLATE-EXTERNAL", Severity.ERROR)),
        (b"hyperlink", ("TEMPLATE-LINK", Severity.WARNING)),
    ],
)
def test_outside_relations(kind, expected, docx, unzipped, rezipped):
    template = docx("甲")
    relations = unzipped(template)["word/_rels/document.xml.rels"]
    changed = relations.replace(b"</Relationships>", OUTSIDE % kind)
    findings = lint_template(
        rezipped(template, parts={"word/_rels/document.xml.rels": changed}), NAMES
    )
    assert [(finding.code, finding.severity) for finding in findings] == [expected]


RUN = b"<w:p><w:r>%b</w:r></w:p>"


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (b"<w:instrText> DDEAUTO cmd </w:instrText>", "TEMPLATE-EXTERNAL"),
        (b"<w:instrText>DATE \\@ yyyy</w:instrText>", "TEMPLATE-FIELD"),
        (b"<w:rPr><w:vanish/></w:rPr><w:t>x</w:t>", "TEMPLATE-HIDDEN"),
        (b"<w:t>x</w:t></w:r><w:ins><w:r><w:t>y</w:t></w:r></w:ins><w:r>", "TEMPLATE-TRACKED"),
    ],
)
def test_hazards_in_the_text(run, code, docx, unzipped, rezipped):
    template = docx("甲")
    body = unzipped(template)["word/document.xml"].replace(
        b"<w:sectPr", RUN % run + b"<w:sectPr", 1
    )
    assert codes(lint_template(rezipped(template, parts={"word/document.xml": body}), NAMES)) == [
        code
    ]


def test_macros_and_embedded_files(docx, rezipped):
    parts = {"word/vbaProject.bin": b"x", "word/embeddings/oleObject1.bin": b"x"}
    found = codes(lint_template(rezipped(docx("甲"), parts=parts), NAMES))
    assert found == ["TEMPLATE-MACRO", "TEMPLATE-EMBEDDED"]


def test_tags_where_nothing_is_filled(docx, rezipped, unzipped):
    template = docx("甲 {{ number }}")
    found = unzipped(template)
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"
    parts = {
        "word/endnotes.xml": found["word/document.xml"],
        "word/_rels/document.xml.rels": found["word/_rels/document.xml.rels"].replace(
            b"</Relationships>", ENDNOTES
        ),
        "[Content_Types].xml": found["[Content_Types].xml"].replace(
            b"</Types>",
            b'<Override PartName="/word/endnotes.xml" ContentType="%b"/></Types>' % kind,
        ),
    }
    found = lint_template(rezipped(template, parts=parts), NAMES)
    assert codes(found) == ["TEMPLATE-NOT-FILLED"]


ENTRY = b'<Override PartName="/word/endnotes.xml" ContentType="%b"/></Types>'
ENDNOTES = (
    b'<Relationship Id="rId98" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships/endnotes" Target="endnotes.xml"/></Relationships>'
)


def test_not_a_document(docx, unzipped, rezipped):
    template = docx("甲")
    body = unzipped(template)["word/document.xml"]
    entity = b'<!DOCTYPE w [<!ENTITY a "b">]><w:document xmlns:w="x">&a;</w:document>'
    cases = {
        b"": "TEMPLATE-NOT-DOCX",
        b"PK\x03\x04 no": "TEMPLATE-NOT-DOCX",
        template[:-200]: "TEMPLATE-NOT-DOCX",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512): "TEMPLATE-ENCRYPTED",
        rezipped(template, parts={"word/document.xml": body[:-9]}): "TEMPLATE-XML",
        rezipped(template, parts={"word/document.xml": entity}): "TEMPLATE-DOCTYPE",
        rezipped(template, parts={"word/document.xml": None}): "TEMPLATE-NOT-DOCX",
        rezipped(template, parts={"[Content_Types].xml": None}): "TEMPLATE-NOT-DOCX",
    }
    for data, code in cases.items():
        assert codes(lint_template(data, NAMES)) == [code]


def test_every_damaged_byte_is_a_finding_or_nothing(docx):
    template = bytearray(docx("{{ number }}"))
    for place in range(0, len(template), 977):
        damaged = bytearray(template)
        damaged[place] ^= 0xFF
        lint_template(bytes(damaged), NAMES)


def test_a_zip_bomb_is_refused_unopened():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(package.LARGEST_PART + 1))
    assert codes(lint_template(made.getvalue(), NAMES)) == ["TEMPLATE-TOO-LARGE"]


def test_a_bomb_that_lies_about_its_size(docx):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(2 * package.LARGEST_PART))
    size = (2 * package.LARGEST_PART).to_bytes(4, "little")
    lying = made.getvalue().replace(size, (100).to_bytes(4, "little"))
    assert codes(lint_template(lying, NAMES)) == ["TEMPLATE-NOT-DOCX"]


def test_an_encrypted_zip(docx):
    template = bytearray(docx("甲"))
    central = template.rindex(b"PK\x01\x02")
    template[central + 8] |= 1
    assert codes(lint_template(bytes(template), NAMES)) == ["TEMPLATE-ENCRYPTED"]


def test_a_name_twice(docx):
    made = io.BytesIO(docx("甲"))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/Document.xml", b"<x/>")
    assert codes(lint_template(made.getvalue(), NAMES)) == ["TEMPLATE-NOT-DOCX"]


@pytest.mark.parametrize(
    "text",
    [
        "单击此处输入文字。",
        "点击或点按此处输入文字",
        "单击或点击此处输入文字",
        "Click or tap here to enter text.",
        "Click to add title",
        "Choose an item.",
        "[键入文字]",
        "【请输入客户名称】",
        "[Type text]",
        "Lorem ipsum dolor sit amet",
    ],
)
def test_text_that_asks_to_be_written_over_is_told(text):
    document = Document()
    paragraph = document.add_paragraph("客户：")
    for piece in (text[:3], text[3:]):
        paragraph.add_run(piece)
    made = io.BytesIO()
    document.save(made)
    (found,) = lint_template(made.getvalue(), NAMES)
    assert (found.code, found.severity) == ("TEMPLATE-PLACEHOLDER", Severity.WARNING)


@pytest.mark.parametrize("text", ["请在此处签字", "客户输入密码", "Type of loan", "点击率"])
def test_other_words_are_not(text, docx):
    assert lint_template(docx(text), NAMES) == []

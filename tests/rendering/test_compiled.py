"""What rmdocs promises beyond docxtpl: exact values, the same bytes, told errors."""

import hashlib
import io
import subprocess
import sys
import zipfile

import pytest

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.rendering import compiled
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.compiledpart import Link, Picture

NASTY = [
    "{_{ x }_}",
    "{{ 7 * 7 }}",
    "{% raw %}{% endfor %}{# no #}",
    "a & b && &amp; &lt;",
    "<w:t>no</w:t></w:t></w:r></w:p>",
    "</w:document>",
    "\"double\" 'single' “curly” ‘curly’",
    "𠀀𠮷喆堃玥昇璟",
    "😀👨‍👩‍👧🇨🇳",
    "  blanks  at the ends  ",
    "\u3000全角空格\u3000",
    "line\nline\n\nline",
    "\n",
    "\ttab\tat\tall\t",
    "%}}}{{{%",
    "]]>",
    "<!-- -->",
    "\u200f\u202e\u200b\ufeff",
]


def refused(template, context):
    with pytest.raises(FindingsError) as caught:
        CompiledTemplate.compile(template).render(context)
    return caught.value.findings


@pytest.mark.parametrize("value", NASTY)
def test_a_value_is_printed_exactly(value, docx):
    template = docx(
        "【{{ x }}】",
        rows=[["〔{{ x }}〕", "乙"]],
        header="《{{ x }}》",
        footer="〈{{ x }}〉",
        title="{{ x }}",
    )
    text = printed_text(CompiledTemplate.compile(template).render({"x": value}))
    for before, after in ("【】", "〔〕", "《》", "〈〉"):
        assert f"{before}{value}{after}" in text


def test_properties_are_exact_too(docx, unzipped):
    document = CompiledTemplate.compile(docx("正文", title="T&C {{ x }}")).render({"x": "a & <b>"})
    assert (
        "<dc:title>T&amp;C a &amp; &lt;b&gt;</dc:title>"
        in unzipped(document)["docProps/core.xml"].decode()
    )


@pytest.mark.parametrize("value", ["\ud800", "a\x00", "\x0b", "\ufffe", "\x07", "\r", "\u2028"])
def test_a_value_that_cannot_be_printed_is_refused(value, docx):
    (finding,) = refused(docx("甲", "{{ x }}"), {"x": f"甲{value}"})
    assert finding.code == "TEXT-UNPRINTABLE"
    assert finding.path == "word/document.xml"


def test_undefined_names_are_told_in_every_part(docx):
    findings = refused(
        docx("{{ known }}", "甲：{{ content.nme }}", header="{{ absent }}"),
        {"known": 1, "content": {"name": "甲"}},
    )
    assert [(finding.code, finding.path) for finding in findings] == [
        ("TEMPLATE-UNDEFINED", "word/header1.xml"),
        ("TEMPLATE-UNDEFINED", "word/document.xml"),
    ]
    assert "“absent”" in str(findings[0].message.text(Language.EN))
    assert "“nme”" in str(findings[1].message.text(Language.EN))
    assert findings[1].label == "甲：{{ content.nme }}"


def test_what_cannot_be_computed_is_told(docx):
    (finding,) = refused(docx("甲", "{{ 1 // zero }}"), {"zero": 0})
    assert (finding.code, finding.label) == ("TEMPLATE-EVALUATION", "{{ 1 // zero }}")


@pytest.mark.parametrize("tag", ["{{ x.__class__ }}", "{{ ''.__class__.__mro__ }}"])
def test_a_template_cannot_reach_python(tag, docx):
    assert refused(docx(tag), {"x": "甲"})[0].code in {"TEMPLATE-FORBIDDEN", "TEMPLATE-UNDEFINED"}


def test_syntax_is_told_at_compilation(docx):
    with pytest.raises(FindingsError) as caught:
        CompiledTemplate.compile(docx("甲", "{% if %}"))
    (finding,) = caught.value.findings
    assert (finding.code, finding.path) == ("TEMPLATE-SYNTAX", "word/document.xml")


def test_a_torn_document_is_refused(docx):
    template = docx("{%p if x %}", rows=[["{% endif %}", "乙"]])
    assert refused(template, {"x": False})[0].code == "RENDER-XML"


def test_a_run_inside_a_text_is_refused(docx):
    class Run:
        def __html__(self):
            return "<w:r><w:t>甲</w:t></w:r>"

    assert [finding.code for finding in refused(docx("{{ x }}"), {"x": Run()})] == ["RENDER-XML"]


def test_a_value_in_a_field_is_not_seen_and_refused(docx, unzipped, rezipped):
    template = docx("{{ x }}")
    body = unzipped(template)["word/document.xml"]
    hidden = body.replace(b"<w:t>", b"<w:instrText>").replace(b"</w:t>", b"</w:instrText>")
    template = rezipped(template, parts={"word/document.xml": hidden})
    assert [f.code for f in refused(template, {"x": "甲"})] == ["RENDER-READBACK"]


def test_the_same_bytes_every_time(docx):
    template = docx("{{ x }}", rows=[["{{ x }}", "乙"]], header="{{ x }}")
    first = CompiledTemplate.compile(template)
    documents = {
        first.render({"x": "甲\n乙"}),
        first.render({"x": "甲\n乙"}),
        CompiledTemplate.compile(template).render({"x": "甲\n乙"}),
    }
    assert len(documents) == 1


RENDER_ELSEWHERE = """
import hashlib, sys
from rmdocs.rendering.compiled import CompiledTemplate
with open(sys.argv[1], "rb") as template:
    document = CompiledTemplate.compile(template.read()).render({"x": "甲"})
print(hashlib.sha256(document).hexdigest())
"""


def test_the_same_bytes_in_another_process(docx, tmp_path):
    template = tmp_path / "template.docx"
    template.write_bytes(docx("{{ x }}"))
    digests = {
        subprocess.run(
            [sys.executable, "-c", RENDER_ELSEWHERE, template],
            env={"PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    document = CompiledTemplate.compile(template.read_bytes()).render({"x": "甲"})
    assert digests == {hashlib.sha256(document).hexdigest()}


def test_the_package_is_laid_out_for_the_store(docx):
    template = docx("{{ x }}", header="{{ x }}", footer="固定")
    document = CompiledTemplate.compile(template).render({"x": "甲"})
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        infos = archive.infolist()
        assert archive.testzip() is None
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert infos[0].filename == "[Content_Types].xml"
    assert [info.filename for info in infos[-3:]] == [
        "word/header1.xml",
        "docProps/core.xml",
        "word/document.xml",
    ]
    assert all(info.compress_type == zipfile.ZIP_STORED for info in infos[-3:])


def test_the_version_is_named():
    assert compiled.RENDERER_VERSION


def test_pictures_and_links_are_made_by_docxtpl(docx, unzipped, tmp_path):
    template = docx("章：{{ seal }}", "{{ x }}", "见{{r link }}", header="{{ x }}", title="{{ x }}")
    context = {
        "seal": Picture(data=PNG, width_mm=20),
        "link": Link(text="《办法》", url="https://rmdocs.invalid/?a=1&b=2"),
        "x": "{_{ 甲 & 乙 }_}\n末",
    }
    template = CompiledTemplate.compile(template)
    document = template.render(context)
    assert document == template.render(context)
    text = printed_text(document)
    assert text.count("{_{ 甲 & 乙 }_}\n末") == 2
    assert "见《办法》" in text
    contents = unzipped(document)
    assert PNG in contents.values()
    assert b"rmdocs.invalid" in contents["word/_rels/document.xml.rels"]
    assert b"&amp; \xe4\xb9\x99" in contents["docProps/core.xml"]


def test_a_picture_that_is_none_is_refused(docx):
    findings = refused(docx("{{ seal }}"), {"seal": Picture(data=b"GIF?")})
    assert [finding.code for finding in findings] == ["RENDER-PICTURE"]


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001482 7afb7".replace(" ", "")
    + "0000000049454e44ae426082"
)

"""What a Word file holds besides its tags: refused by name, dropped by name, or told."""

import io
import re
import time
import warnings
import zipfile

import docx
import pytest

from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.rendering.assembly import check_body
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.lint import LARGEST_FILLED, lint_template
from rmdocs.rendering.wordfile import PARTS

NAMES = frozenset({"number", "content.name", "content.guarantors[].name"})
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHANGED = 'w:id="9" w:author="王样例" w:date="2026-01-01T00:00:00Z"'


def said(template, names=NAMES):
    return [(finding.code, finding.severity) for finding in lint_template(template, names)]


def errors(template):
    return [code for code, severity in said(template) if severity is Severity.ERROR]


def paragraph(run):
    return f"<w:p>{run}</w:p>"


def char(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(text):
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def field(*codes, result="1"):
    pieces = "".join(map(code, codes))
    shown = f"{char('separate')}<w:r><w:t>{result}</w:t></w:r>"
    return paragraph(f"{char('begin')}{pieces}{shown}{char('end')}")


def control(properties, text="{{ content.name }}"):
    return (
        f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>"
        f"{paragraph(f'<w:r><w:t>{text}</w:t></w:r>')}</w:sdtContent></w:sdt>"
    )


def versions(one, other):
    text = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    return paragraph(
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        'markup-compatibility/2006"><mc:Choice Requires="wps">'
        f"{text.format(one)}</mc:Choice><mc:Fallback><w:pict>{text.format(other)}</w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def bookmark(name, number=1):
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


IN_A_LOOP = (
    paragraph("<w:r><w:t>{%p for g in content.guarantors %}</w:t></w:r>")
    + paragraph(f"{bookmark('担保人')}<w:r><w:t>{{{{ g.name }}}}</w:t></w:r>")
    + paragraph("<w:r><w:t>{%p endfor %}</w:t></w:r>")
)
RUN = "<w:r><w:t>乙</w:t></w:r>"
REFUSED = {
    # comments: the mark in the text, its beginning alone, its end alone
    "comment": (paragraph('<w:r><w:commentReference w:id="1"/></w:r>'), "TEMPLATE-COMMENT"),
    "beginning of a comment": (
        paragraph(f'<w:commentRangeStart w:id="1"/>{RUN}'),
        "TEMPLATE-COMMENT",
    ),
    "end of a comment": (f'<w:commentRangeEnd w:id="1"/>{paragraph(RUN)}', "TEMPLATE-COMMENT"),
    # tracked changes: formatting, paragraphs, sections, tables, numbering, moves
    "changed characters": (
        paragraph(
            f"<w:r><w:rPr><w:b/><w:rPrChange {CHANGED}><w:rPr/></w:rPrChange></w:rPr>"
            "<w:t>乙</w:t></w:r>"
        ),
        "TEMPLATE-TRACKED",
    ),
    "changed paragraph": (
        paragraph(f"<w:pPr><w:pPrChange {CHANGED}><w:pPr/></w:pPrChange></w:pPr>{RUN}"),
        "TEMPLATE-TRACKED",
    ),
    "inserted mark": (
        paragraph(f"<w:pPr><w:rPr><w:ins {CHANGED}/></w:rPr></w:pPr>{RUN}"),
        "TEMPLATE-TRACKED",
    ),
    "moved text": (paragraph(f"<w:moveTo {CHANGED}>{RUN}</w:moveTo>"), "TEMPLATE-TRACKED"),
    "inserted cell": (
        (
            f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr><w:cellIns"
            f" {CHANGED}/></w:tcPr>{paragraph(RUN)}</w:tc></w:tr></w:tbl>"
        ),
        "TEMPLATE-TRACKED",
    ),
    "changed table": (
        (
            f"<w:tbl><w:tblPr><w:tblPrChange {CHANGED}><w:tblPr/></w:tblPrChange></w:tblPr>"
            f"<w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{paragraph(RUN)}</w:tc></w:tr></w:tbl>"
        ),
        "TEMPLATE-TRACKED",
    ),
    "changed numbering": (
        paragraph(f"<w:pPr><w:numPr><w:ins {CHANGED}/></w:numPr></w:pPr>{RUN}"),
        "TEMPLATE-TRACKED",
    ),
    # controls
    "bound control": (
        control('<w:dataBinding w:xpath="/x" w:storeItemID="{1}"/><w:text/>'),
        "TEMPLATE-BOUND",
    ),
    "control bound as newer Word does": (
        control(
            '<w15:dataBinding xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
            ' w15:xpath="/x"/>'
        ),
        "TEMPLATE-BOUND",
    ),
    "control that asks for text": (control("<w:showingPlcHdr/><w:text/>"), "TEMPLATE-PLACEHOLDER"),
    "form field": (
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:textInput/></w:ffData></w:fldChar>'
            '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        ),
        "TEMPLATE-FORM-FIELD",
    ),
    # fields, whole or split, in one piece, nested, without an end
    "date": (field(r'DATE \@ "yyyy"'), "TEMPLATE-FIELD"),
    "split date": (field("DA", "TE ", r'\@ "yyyy"'), "TEMPLATE-FIELD"),
    "simple date": (
        paragraph(f'<w:fldSimple w:instr=" DATE ">{RUN}</w:fldSimple>'),
        "TEMPLATE-FIELD",
    ),
    "author": (field("AUTHOR"), "TEMPLATE-FIELD"),
    "one version alone": (
        versions("甲", "乙").replace("<mc:Fallback>", "<!--").replace("</mc:Fallback>", "-->"),
        "TEMPLATE-TWO-VERSIONS",
    ),
    # page numbers that print a text of their own, or not the number
    "pages in words": (field("NUMPAGES ", r'\# "共 0 页 绝密"'), "TEMPLATE-FIELD"),
    "page without digits": (field(r'PAGE \# "－"'), "TEMPLATE-FIELD"),
    "page cut off": (field(r"PAGE \# x"), "TEMPLATE-FIELD"),
    "page with more": (field("PAGE 第9页"), "TEMPLATE-FIELD"),
    "simple pages in words": (
        paragraph(f"<w:fldSimple w:instr=\"NUMPAGES \\# '副本'\">{RUN}</w:fldSimple>"),
        "TEMPLATE-FIELD",
    ),
    "computed": (field("= 1 + 1"), "TEMPLATE-FIELD"),
    "reference": (field(r"REF 甲方 \h"), "TEMPLATE-FIELD"),
    "page number in a condition": (
        (
            f"<w:p>{char('begin')}{code('IF ')}{char('begin')}{code('PAGE')}{char('end')}"
            f"{code(' = 1 甲 乙')}{char('end')}</w:p>"
        ),
        "TEMPLATE-FIELD",
    ),
    "field without an end": (
        paragraph(char("begin") + code("PAGE")),
        "TEMPLATE-FIELD",
    ),
    "split fetching": (field("INCLUDE", 'TEXT "c:/x.docx"'), "TEMPLATE-EXTERNAL"),
    "link to a file by a field": (field('HYPERLINK "file:///c:/x.docx"'), "TEMPLATE-EXTERNAL"),
    "date of old": (paragraph("<w:r><w:yearLong/></w:r>"), "TEMPLATE-FIELD"),
    # hidden text
    "hidden run": (
        paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r>"),
        "TEMPLATE-HIDDEN",
    ),
    "hidden row": (
        (
            "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:trPr><w:hidden/></w:trPr>"
            f"<w:tc>{paragraph(RUN)}</w:tc></w:tr></w:tbl>"
        ),
        "TEMPLATE-HIDDEN",
    ),
    "hidden end of a paragraph": (
        paragraph(f"<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{RUN}"),
        "TEMPLATE-HIDDEN",
    ),
    "hidden shape": (
        paragraph(
            '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"'
            f' style="width:9pt;visibility:hidden"><v:textbox><w:txbxContent>{paragraph(RUN)}'
            "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
        ),
        "TEMPLATE-HIDDEN",
    ),
    # versions
    "two texts in one box": (versions("甲", "乙"), "TEMPLATE-TWO-VERSIONS"),
    "a tag in one version alone": (versions("{{ content.name }}", "名"), "TEMPLATE-TWO-VERSIONS"),
    "no text in the other": (versions("甲", ""), "TEMPLATE-TWO-VERSIONS"),
    # bookmarks
    "bookmark in a loop": (IN_A_LOOP, "TEMPLATE-BOOKMARK"),
    "bookmark in a loop within a line": (
        paragraph(
            "<w:r><w:t>{% for g in content.guarantors %}</w:t></w:r>"
            f"{bookmark('名')}<w:r><w:t>{{{{ g.name }}}}{{% endfor %}}</w:t></w:r>"
        ),
        "TEMPLATE-BOOKMARK",
    ),
    "bookmark twice": (
        paragraph(bookmark("甲") + bookmark("甲", 2)),
        "TEMPLATE-BOOKMARK",
    ),
    # what is not text
    "object": (paragraph("<w:r><w:object/></w:r>"), "TEMPLATE-EMBEDDED"),
    "inserted file": ('<w:altChunk r:id="x0"/>', "TEMPLATE-INSERTED-FILE"),
    "subdocument": ('<w:subDoc r:id="x0"/>', "TEMPLATE-INSERTED-FILE"),
    "ink": (paragraph("<w:r><w:contentPart/></w:r>"), "TEMPLATE-UNSUPPORTED"),
    "unknown": (paragraph("<w:r><w:novelty/></w:r>"), "TEMPLATE-ELEMENT"),
    "unknown namespace": (paragraph('<x:y xmlns:x="urn:x">乙</x:y>'), "TEMPLATE-ELEMENT"),
    "chart": (
        paragraph(
            '<w:r><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/></w:r>'
        ),
        "TEMPLATE-UNSUPPORTED",
    ),
    "missing picture": (
        paragraph(
            '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata'
            ' r:id="rId77"/></v:shape></w:pict></w:r>'
        ),
        "TEMPLATE-BROKEN",
    ),
    "picture from the web": (
        paragraph(
            '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata'
            ' src="https://rmdocs.invalid/x.png"/></v:shape></w:pict></w:r>'
        ),
        "TEMPLATE-EXTERNAL",
    ),
    "tag in a description": (
        control('<w:alias w:val="{{ content.name }}"/>', "甲"),
        "TEMPLATE-NOT-FILLED",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name_place_and_remedy(name, made):
    body, code = REFUSED[name]
    related = [("aFChunk", "x.docx", False)] if "x0" in body else []
    parts = {"word/x.docx": "x"} if related else {}
    findings = lint_template(made(body, related=related, parts=parts), NAMES)
    (found,) = [one for one in findings if one.code == code][:1]
    assert found.severity is Severity.ERROR
    assert found.path.startswith("word/")
    assert found.remedy.text(Language.EN)
    assert found.remedy.text(Language.ZH) != found.remedy.text(Language.EN)


SETTINGS = {
    "recorded changes": ("<w:trackRevisions/>", "TEMPLATE-TRACKED"),
    "mail merge": ("<w:mailMerge/>", "TEMPLATE-EXTERNAL"),
    "unknown setting": ("<w:novelty/>", "TEMPLATE-ELEMENT"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name, made):
    added, code = SETTINGS[name]
    assert code in errors(made(settings=added))


HIDING = '<w:style w:type="{}" w:styleId="密"><w:rPr><w:vanish/></w:rPr></w:style>'
HIDDEN_BY_STYLE = {
    "character": '<w:p><w:r><w:rPr><w:rStyle w:val="密"/></w:rPr><w:t>密</w:t></w:r></w:p>',
    "paragraph": '<w:p><w:pPr><w:pStyle w:val="密"/></w:pPr><w:r><w:t>密</w:t></w:r></w:p>',
    "table": (
        '<w:tbl><w:tblPr><w:tblStyle w:val="密"/></w:tblPr><w:tblGrid><w:gridCol/></w:tblGrid>'
        f"<w:tr><w:tc>{paragraph(RUN)}</w:tc></w:tr></w:tbl>"
    ),
}


@pytest.mark.parametrize("kind", HIDDEN_BY_STYLE)
def test_hidden_by_a_style(kind, made):
    assert errors(made(HIDDEN_BY_STYLE[kind], styles=HIDING.format(kind))) == ["TEMPLATE-HIDDEN"]


def test_hidden_by_the_style_it_is_based_on_and_by_default(made, unzipped, rezipped):
    styles = HIDING.format("paragraph") + (
        '<w:style w:type="paragraph" w:styleId="下"><w:basedOn w:val="密"/></w:style>'
    )
    body = HIDDEN_BY_STYLE["paragraph"].replace("密", "下", 1)
    assert errors(made(body, styles=styles)) == ["TEMPLATE-HIDDEN"]
    template = made()
    sheet = unzipped(template)["word/styles.xml"].decode()
    by_default = sheet.replace("<w:rPrDefault><w:rPr>", "<w:rPrDefault><w:rPr><w:vanish/>", 1)
    assert "TEMPLATE-HIDDEN" in errors(rezipped(template, parts={"word/styles.xml": by_default}))


SHOWN = {
    "page number in pieces": field("PA", "GE ", r"\* MERGEFORMAT"),
    "pages of the section": field("SECTIONPAGES"),
    "pages in Chinese figures": field(r"NUMPAGES  \* CHINESENUM3  \* MERGEFORMAT"),
    "page between dashes": field(r'PAGE \* ArabicDash \# "- 00 -"'),
    "shown in spite of its style": (
        '<w:p><w:r><w:rPr><w:rStyle w:val="密"/><w:vanish w:val="0"/></w:rPr>'
        "<w:t>乙</w:t></w:r></w:p>"
    ),
    "hidden nothing": "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t> </w:t></w:r></w:p>",
    "control with its text": control("<w:text/>"),
    "same text in both versions": versions("{{ content.name }}", "{{ content.name }}"),
    "bookmark beside a loop": paragraph(bookmark("甲")) + IN_A_LOOP.replace(bookmark("担保人"), ""),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_seen_by_everybody_passes(name, made):
    assert said(made(SHOWN[name], styles=HIDING.format("character"))) == []


LINKS = {
    "web": ("hyperlink", "https://rmdocs.invalid/", True, Severity.WARNING),
    "mail": ("hyperlink", "mailto:x@rmdocs.invalid", True, Severity.WARNING),
    "file": ("hyperlink", "file:///c:/x.docx", True, Severity.ERROR),
    "file beside it": ("hyperlink", "x.docx", True, Severity.ERROR),
    "picture": ("image", "https://rmdocs.invalid/x.png", True, Severity.ERROR),
    "frame": ("frame", "https://rmdocs.invalid/x.htm", True, Severity.ERROR),
    "data": ("mailMergeSource", "file:///c:/x.mdb", True, Severity.ERROR),
    "unheard of": ("novelty", "https://rmdocs.invalid/", True, Severity.ERROR),
}


@pytest.mark.parametrize("name", LINKS)
def test_links_are_told_and_files_outside_refused(name, made):
    kind, target, outside, severity = LINKS[name]
    body = paragraph(f'<w:hyperlink r:id="x0">{RUN}</w:hyperlink>')
    (found,) = lint_template(made(body, related=[(kind, target, outside)]), NAMES)
    assert (found.severity, found.label) == (severity, "乙")
    assert target in found.message.text(Language.EN) or kind == "mailMergeSource"


def test_links_within_the_document_are_told_of_a_form_alone(made):
    body = paragraph(f'<w:hyperlink w:anchor="甲">{RUN}</w:hyperlink>{bookmark("甲")}')
    for made_so in (body, field(r'HYPERLINK \l "甲"')):
        template = made(made_so)
        assert said(template) == [("TEMPLATE-LINK", Severity.WARNING)]
        assert check_body(template) == []


FOREIGN_PARTS = {
    "oleObject": "TEMPLATE-EMBEDDED",
    "package": "TEMPLATE-EMBEDDED",
    "control": "TEMPLATE-EMBEDDED",
    "vbaProject": "TEMPLATE-EMBEDDED",
    "comments": "TEMPLATE-COMMENT",
    "commentsExtended": "TEMPLATE-COMMENT",
    "aFChunk": "TEMPLATE-INSERTED-FILE",
    "chart": "TEMPLATE-UNSUPPORTED",
    "diagramData": "TEMPLATE-UNSUPPORTED",
    "novelty": "TEMPLATE-PART",
    "image": "TEMPLATE-PICTURE",
}


@pytest.mark.parametrize("kind", FOREIGN_PARTS)
def test_parts(kind, made):
    template = made(
        related=[(kind, "some/part.xml", False)],
        parts={"word/some/part.xml": "<x/>"},
        types={"word/some/part.xml": "application/xml"},
    )
    assert FOREIGN_PARTS[kind] in errors(template)


def test_a_part_that_nothing_leads_to(docx, rezipped):
    for name in ("word/novelty.xml", "novelty.bin", "word/media/novelty.png"):
        assert errors(rezipped(docx("甲"), parts={name: "<x/>"})) == ["TEMPLATE-PART"]


MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
KINDS = {
    MAIN.replace("document.main", "template.main"): "TEMPLATE-KIND",
    "application/vnd.ms-word.document.macroEnabled.main+xml": "TEMPLATE-MACRO",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": "TEMPLATE-MACRO",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "TEMPLATE-KIND",
    "application/xml": "TEMPLATE-NOT-DOCX",
}


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_another_kind_are_called_what_they_are(kind, docx, unzipped, rezipped):
    template = docx("甲 {{ nonsense }}")
    types = unzipped(template)["[Content_Types].xml"].decode().replace(MAIN, kind)
    changed = rezipped(template, parts={"[Content_Types].xml": types})
    assert errors(changed) == [KINDS[kind]]


def test_strict_open_xml(docx, unzipped, rezipped):
    template = docx("甲")
    relations = unzipped(template)["_rels/.rels"].decode()
    strict = relations.replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
    )
    assert errors(rezipped(template, parts={"_rels/.rels": strict})) == ["TEMPLATE-STRICT"]


def test_as_libreoffice_writes_the_properties(docx, unzipped, rezipped):
    template = docx("甲 {{ number }}", title="{{ number }}")
    relations = unzipped(template)["_rels/.rels"].decode()
    theirs = rezipped(
        template,
        parts={
            "_rels/.rels": relations.replace(
                "package/2006/relationships/metadata/core-properties",
                "officedocument/2006/relationships/metadata/core-properties",
            )
        },
    )
    assert theirs != template
    assert said(theirs) == []
    rendered = CompiledTemplate.compile(theirs).render({"number": "N-1"})
    assert b"N-1" in unzipped(rendered)["docProps/core.xml"]


@pytest.mark.parametrize("length", [255, 256, 360, 5_000])
def test_properties_of_any_length(length, docx, unzipped, rezipped):
    template = docx("甲 {{ number }}", title="题")
    core = unzipped(template)["docProps/core.xml"].decode().replace(">题<", f">{'题' * length}<")
    longer = rezipped(template, parts={"docProps/core.xml": core})
    assert said(longer) == []
    rendered = CompiledTemplate.compile(longer).render({"number": "N-1"})
    assert unzipped(rendered)["docProps/core.xml"].decode().count("题") == length


# What nobody sees ----------------------------------------------------------------------


def test_a_clean_file_stays_byte_for_byte(saved):
    once = clean(saved(docx.Document()))
    assert once.dropped  # python-docx's own template has a preview picture and more
    again = clean(once.data)
    assert (again.data, again.dropped) == (once.data, ())


UNSEEN = {
    "spelling": (paragraph(f'<w:proofErr w:type="spellStart"/>{RUN}'), "", "spelling"),
    "sessions": (f'<w:p w:rsidR="00A1" w14:paraId="1">{RUN}</w:p>', "", "sessions"),
    "page break": (
        paragraph("<w:r><w:lastRenderedPageBreak/><w:t>乙</w:t></w:r>"),
        "",
        "page breaks",
    ),
    "last edit": (paragraph(f"{bookmark('_GoBack', 7)}{RUN}"), "", "last edit"),
    "smart tag": (paragraph(f'<w:smartTag w:element="x">{RUN}</w:smartTag>'), "", "custom XML"),
    "variables": (
        "",
        '<w:docVars><w:docVar w:name="commondata" w:val="eyJ"/></w:docVars>',
        "properties",
    ),
    "attached template": ("", '<w:attachedTemplate r:id="x"/>', "template it was made from"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_dropped_and_named(name, made, unzipped):
    body, settings, word = UNSEEN[name]
    namespace = f' xmlns:r="{RELATIONS}"'
    settings = settings.replace("<w:attachedTemplate", f"<w:attachedTemplate{namespace}")
    template = made(body, settings=settings)
    before = {one.text(Language.EN) for one in clean(made()).dropped}
    done = clean(template)
    assert any(word in one.text(Language.EN) for one in done.dropped)
    assert {one.text(Language.EN) for one in done.dropped} >= before
    assert done.dropped == clean(template).dropped
    assert said(template) == said(done.data) == []
    text = unzipped(done.data)["word/document.xml"].decode()
    assert ("乙" in text) == ("乙" in body)
    assert not re.search("proofErr|rsid|paraId|lastRendered|_GoBack|smartTag", text)


def test_custom_xml_and_properties_as_wps_writes_them(made, unzipped):
    template = made(
        related=[("customXml", "../customXml/item9.xml", False)],
        parts={"customXml/item9.xml": "<x/>", "docProps/custom.xml": "<x/>"},
    )
    done = unzipped(clean(template).data)
    assert not [name for name in done if name.startswith("customXml/")]
    assert b"item9" not in done["word/_rels/document.xml.rels"]


def test_each_kind_of_part_that_is_dropped_is_dropped(made, unzipped):
    kinds = [kind for kind, fate in PARTS.items() if fate == "dropped"]
    names = [f"word/some/{kind}.xml" for kind in kinds]
    template = made(
        related=[(kind, f"some/{kind}.xml", False) for kind in kinds],
        parts=dict.fromkeys(names, "<x/>"),
        types=dict.fromkeys(names, "application/xml"),
    )
    done = clean(template)
    left = unzipped(done.data)
    assert not set(names) & set(left)
    assert b"some/" not in left["[Content_Types].xml"] + left["word/_rels/document.xml.rels"]
    assert said(done.data) == []


# Broken, huge, deep ----------------------------------------------------------------------


def test_a_huge_text_is_refused_in_seconds(docx, unzipped, rezipped):
    template = docx("甲 {{ number }}")
    main = unzipped(template)["word/document.xml"].decode()
    line = "<w:p><w:r><w:t>客户经理每季度走访客户一次，并填写走访记录。</w:t></w:r></w:p>"
    huge = main.replace("<w:sectPr", line * (12 * 2**20 // len(line.encode())) + "<w:sectPr", 1)
    assert len(huge.encode()) > LARGEST_FILLED
    began = time.monotonic()
    assert errors(rezipped(template, parts={"word/document.xml": huge})) == ["TEMPLATE-TOO-LARGE"]
    assert time.monotonic() - began < 20  # a second; minutes before


def test_absurd_nesting_and_broken_references(docx, unzipped, rezipped):
    template = docx("甲")
    main = unzipped(template)["word/document.xml"].decode()
    deep = "<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000
    relations = unzipped(template)["word/_rels/document.xml.rels"].decode()
    cases = {
        "TEMPLATE-XML": {"word/document.xml": main.replace("<w:sectPr", f"{deep}<w:sectPr", 1)},
        "TEMPLATE-NOT-DOCX": {"_rels/.rels": None},
        "TEMPLATE-BROKEN": {
            "word/_rels/document.xml.rels": relations.replace("styles.xml", "no.xml")
        },
    }
    for code, parts in cases.items():
        assert code in errors(rezipped(template, parts=parts))


def test_members_that_no_zip_should_have():
    for name in ("../word/document.xml", "/etc/passwd", "word\\document.xml"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, "<x/>")
        assert errors(packed.getvalue()) == ["TEMPLATE-NOT-DOCX"]


@pytest.mark.parametrize("kind", ["cut off", "a byte changed", "a name twice", "no zip"])
def test_why_a_file_is_no_word_file_is_told_in_chinese(kind, docx):
    data = docx("甲")
    if kind == "a name twice":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive, warnings.catch_warnings(action="ignore"):
            archive.writestr("甲.xml", "1")
            archive.writestr("甲.xml", "2")
        data = made.getvalue()
    elif kind == "no zip":
        data = b"1234"
    elif kind == "cut off":
        data = data[: len(data) // 2]
    else:
        data = data[:80] + bytes([data[80] ^ 255]) + data[81:]
    (found,) = lint_template(data, NAMES)
    told = found.message.text(Language.ZH).replace("Word", "").replace(".docx", "")
    told = told.replace("[Content_Types].xml", "").replace(".xml", "")
    assert not [one for one in told if one.isascii() and one.isalpha()], told

"""Every construct that docxtpl knows, rendered by both, compared part by part."""

import struct
import zlib

import pytest
from blankfile import Document
from docxtpl import Listing, RichText, RichTextParagraph

from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.grids import Fit, fit
from rmdocs.rendering.template import take_apart

GUARANTORS = [{"name": f"济南虚构保证人{i}有限公司", "amount": f"{i},000.00"} for i in range(4)]
CONTEXT = {
    "number": "RXD7200-01-JN01-2026-0001",
    "name": "A & B <乙> \"丙\" '丁' 𠀀😀",
    "long": "第一行\n第二行\t制表\n\n末行",
    "yes": True,
    "no": False,
    "nothing": None,
    "guarantors": GUARANTORS,
    "empty": [],
    "columns": ["一", "二", "三", "四", "五"],
    "span": 2,
    "colour": "FFD700",
    "rich": RichText("粗", bold=True),
    "listing": Listing("甲\n乙丙\t丁"),
    "rich_paragraph": RichTextParagraph("段", parastyle="Normal"),
}
PARAGRAPHS = {
    "plain": ["甲方：{{ name }}"],
    "spaces": ["  {{ name }}  ", "{{name}} {{ name }}"],
    "nothing": ["[{{ nothing }}]"],
    "line breaks and tabs": ["甲{{ long }}乙", "{{ long }}"],
    "static tab": ["甲\t乙 {{ long }}"],
    "condition in a line": ["{% if yes %}是{% else %}否{% endif %}{% if no %}否{% endif %}"],
    "condition over paragraphs": [
        "{%p if no %}",
        "删",
        "{%p else %}",
        "留 {{ name }}",
        "{%p endif %}",
    ],
    "plain condition over paragraphs": ["前{% if no %}中", "{{ name }}", "后{% endif %}尾"],
    "loop of paragraphs": [
        "{%p for g in guarantors %}",
        "{{ loop.index }} {{ g.name }}",
        "{%p endfor %}",
    ],
    "loop in a line": [
        "{% for g in guarantors %}{{ g.name }}{% if not loop.last %}、{% endif %}{% endfor %}"
    ],
    "rich text": ["前{{r rich }}后"],
    "rich paragraph": ["{{p rich_paragraph }}"],
    "listing": ["{{ listing }}"],
    "whitespace control": ["甲", "{%- if yes %}乙{% endif -%}", "丙"],
    "comment": ["甲{# 说明 #}乙", "{#p 整段 #}"],
    "set": ["{% set x = name %}{{ x }}", "{%p set y = 3 %}", "{{ y }}"],
    "macro": ["{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(name) }}"],
    "spelt braces": ["{_{ name }_} {_% if %_}"],
    "typographic quotes": ["{% if name == “甲” %}甲{% else %}{{ ‘乙’ }}{% endif %}"],
    "comparison": ["{% if 1 < 2 and 3 > 2 %}对{% endif %}"],
    "constant": ["{{ '甲&乙' }}{{ 1 + 1 }}"],
    "no tag": ["正文"],
}
ROWS = {
    "loop of rows": [
        ["序", "名"],
        ["{%tr for g in guarantors %}", ""],
        ["{{ loop.index }}", "{{ g.name }}"],
        ["{%tr endfor %}", ""],
    ],
    "loop of no rows": [
        ["序", "名"],
        ["{%tr for g in empty %}", ""],
        ["{{ loop.index }}", "{{ g.name }}"],
        ["{%tr endfor %}", ""],
    ],
    "only looped rows": [
        ["{%tr for g in empty %}", ""],
        ["{{ g.name }}", ""],
        ["{%tr endfor %}", ""],
    ],
    "rows of either kind": [
        ["{%tr if no %}", ""],
        ["甲", "{{ name }}"],
        ["{%tr else %}", ""],
        ["乙", "{{ name }}"],
        ["{%tr endif %}", ""],
    ],
    "condition of cells": [
        ["头", "{%tc if no %}", "{{ name }}", "{%tc endif %}"],
        ["一", "二", "三", "四"],
    ],
    "condition of rows": [
        ["头", ""],
        ["{%tr if no %}", ""],
        ["甲", "{{ name }}"],
        ["{%tr endif %}", ""],
    ],
    "breaks in cells": [["{{ long }}", "{{ name }}"], ["{% if yes %}{{ long }}{% endif %}", ""]],
    "loop of cells": [["头", "{%tc for c in columns %}", "{{ c }}", "{%tc endfor %}"]],
    "loop of no cells": [["头", "{%tc for c in empty %}", "{{ c }}", "{%tc endfor %}"]],
    "vertical merge": [
        ["头", ""],
        ["{%tr for g in guarantors %}", ""],
        ["{% vm %}共{{ name }}", "{{ g.name }}"],
        ["{%tr endfor %}", ""],
    ],
    "horizontal merge": [
        ["{%tc for c in columns %}", "{% hm %}合{{ name }}", "{%tc endfor %}", "尾"]
    ],
    "column span": [["{% colspan span %}{{ name }}", "乙"], ["甲", "乙"]],
    "cell colour": [["{% cellbg colour %}{{ name }}", "乙"], ["甲", "乙"]],
}


@pytest.mark.parametrize("name", PARAGRAPHS)
def test_paragraphs(name, docx, by_docxtpl, differences):
    template = docx(*PARAGRAPHS[name])
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


@pytest.mark.parametrize("name", ROWS)
def test_tables(name, docx, by_docxtpl, differences):
    template = docx("前", rows=ROWS[name])
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def test_it_is_known_when_nothing_is_to_mend(docx):
    fits = {name: fit(take_apart(docx(rows=rows)).filled[-1].source) for name, rows in ROWS.items()}
    assert fits["loop of rows"] is fits["vertical merge"] is Fit.ALWAYS
    assert fits["rows of either kind"] is fits["only looped rows"] is Fit.UNLESS_EMPTY
    assert fits["loop of cells"] is fits["horizontal merge"] is fits["column span"] is Fit.UNKNOWN


def test_headers_footers_and_properties(docx, by_docxtpl, differences):
    template = docx(
        "正文",
        header="编号 {{ number }}\t{{ long }}",
        footer="{% if yes %}{{ name }}{% endif %}",
        title="{{ number }}",
    )
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def test_paragraphs_in_cells_and_nested_tables(saved, by_docxtpl, differences):
    document = Document()
    table = document.add_table(rows=2, cols=2)
    cell = table.cell(0, 0)
    for text in ("{%p for g in guarantors %}", "{{ g.name }}：{{ long }}", "{%p endfor %}"):
        cell.add_paragraph(text)
    inner = table.cell(1, 1).add_table(rows=1, cols=3)
    inner.cell(0, 0).text = "{{ name }}"
    template = saved(document)
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def test_a_tag_that_word_split_over_runs(saved, by_docxtpl, differences):
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("甲{", "{ na", "me }", "}乙 {% i", "f yes %}是{%", " endif %}"):
        paragraph.add_run(piece).bold = True
    template = saved(document)
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def test_run_properties_stay_around_breaks(saved, by_docxtpl, differences):
    document = Document()
    run = document.add_paragraph("前").add_run("{{ long }}")
    run.bold, run.italic = True, True
    template = saved(document)
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def test_merged_cells_and_uneven_rows(saved, by_docxtpl, differences):
    document = Document()
    table = document.add_table(rows=3, cols=4)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "{{ name }}"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "{{ long }}"
    uneven = document.add_table(rows=2, cols=3)
    for row in uneven.rows:
        row._tr.remove(row._tr.tc_lst[-1])
    template = saved(document)
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


def png():
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "seal.png"
    path.write_bytes(png())
    return str(path)


def test_drawings_are_numbered(picture, saved, by_docxtpl, differences):
    document = Document()
    document.add_paragraph("{%p for g in guarantors %}")
    document.add_picture(picture)
    document.add_paragraph("{%p endfor %}")
    document.add_picture(picture)
    template = saved(document)
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == []


FOOTNOTES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:footnote w:id="1"><w:p><w:r><w:t>注 {{ name }}'
    "{% if yes %}{{ long }}{% endif %}</w:t></w:r></w:p></w:footnote>"
    "</w:footnotes>"
)


@pytest.fixture
def with_footnotes(docx, unzipped, rezipped):
    template = docx("正文")
    types = unzipped(template)["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.wordprocessingml.footnotes+xml"/></Types>',
    )
    relations = unzipped(template)["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/footnotes" Target="footnotes.xml"/></Relationships>',
    )
    return rezipped(
        template,
        parts={
            "[Content_Types].xml": types,
            "word/_rels/document.xml.rels": relations,
            "word/footnotes.xml": FOOTNOTES.encode(),
        },
    )


def test_footnotes(with_footnotes, by_docxtpl, differences):
    ours = CompiledTemplate.compile(with_footnotes).render(CONTEXT)
    assert differences(ours, by_docxtpl(with_footnotes, CONTEXT)) == []


def test_only_dates_differ_where_the_template_has_no_properties(
    docx, unzipped, rezipped, by_docxtpl, differences
):
    template = docx("{{ name }}")
    relations = unzipped(template)["_rels/.rels"]
    start = relations.index(b"<Relationship ", relations.index(b"core-properties") - 120)
    end = relations.index(b"/>", start) + 2
    template = rezipped(
        template,
        parts={"_rels/.rels": relations[:start] + relations[end:], "docProps/core.xml": None},
    )
    ours = CompiledTemplate.compile(template).render(CONTEXT)
    assert differences(ours, by_docxtpl(template, CONTEXT)) == ["docProps/core.xml"]
    assert b"1980-01-01T00:00:00Z" in unzipped(ours)["docProps/core.xml"]

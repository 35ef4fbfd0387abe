"""Documents per second: a compiled template against docxtpl, and its parts."""

import io

import pytest
from docx import Document
from docxtpl import DocxTemplate

from rmdocs.language.sandbox import sandbox
from rmdocs.rendering.compiled import CompiledTemplate, check_printed

CONTEXT = {
    "number": "RXD7200-01-JN01-2026-0001",
    "content": {
        "party_a": {"name": "济南虚构岱岳重型机械有限公司", "uscc": "91370112MA3DEM019E"},
        "party_b": {"name": "中国建设银行股份有限公司济南示例支行"},
        "group": True,
        "guarantors": [{"name": f"保证人{i}", "amount": f"{i},000.00"} for i in range(12)],
    },
}


@pytest.fixture(scope="module")
def template():
    """A three-page agreement: clauses, conditions, a looped table, header, footer."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "编号 {{ number }}"
    document.sections[0].footer.paragraphs[0].text = "受控文件 {{ number }}"
    document.add_paragraph("甲方：{{ content.party_a.name }}（{{ content.party_a.uscc }}）")
    document.add_paragraph("乙方：{{ content.party_b.name }}")
    for article in range(1, 31):
        document.add_paragraph(
            f"第{article}条 甲方{{{{ content.party_a.name }}}}承诺：" + "约定内容" * 20
        )
        document.add_paragraph("{% if content.group %}☑{% else %}☐{% endif %} 集团客户")
    table = document.add_table(rows=4, cols=3)
    for column, text in enumerate(("序号", "保证人", "金额")):
        table.cell(0, column).text = text
    table.cell(1, 0).text = "{%tr for g in content.guarantors %}"
    for column, text in enumerate(("{{ loop.index }}", "{{ g.name }}", "{{ g.amount }}")):
        table.cell(2, column).text = text
    table.cell(3, 0).text = "{%tr endfor %}"
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def test_render(benchmark, template):
    """Render with its proof: what a user waits for."""
    benchmark(CompiledTemplate.compile(template).render, CONTEXT)


def test_render_without_proof(benchmark, template):
    benchmark(CompiledTemplate.compile(template)._fill, CONTEXT)  # noqa: SLF001 - the part measured


def test_readback(benchmark, template):
    made = CompiledTemplate.compile(template).rendering(CONTEXT)
    assert benchmark(check_printed, made.document, made.printed) == []


def test_compile(benchmark, template):
    benchmark(CompiledTemplate.compile, template)


def test_docxtpl(benchmark, template):
    """The engine this replaces, in the same sandbox."""

    def render():
        whole = DocxTemplate(io.BytesIO(template))
        whole.render(CONTEXT, sandbox(autoescape=True))
        whole.save(io.BytesIO())

    benchmark(render)

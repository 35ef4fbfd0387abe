"""Draft the template of RXD7200-05 客户回访单, the data-only form of the tests.

Writes ``tests/data/fifth_form/forms/RXD7200-05/template.docx``.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx_parts import (
    CENTER,
    HEITI,
    LEFT,
    SONGTI,
    Margins,
    add_style,
    header_footer,
    new_document,
    paragraph,
    repeat_row,
    save,
    table,
)

_WORKSPACE = Path(__file__).parents[2] / "tests/data/fifth_form"
TARGET = _WORKSPACE / "forms/RXD7200-05/template.docx"


def draft() -> Document:
    """Return the drafted template: head, a row per question, review."""
    document = new_document(margins=Margins(25, 20, 25, 25), size=10.5)
    add_style(document, "页眉页脚", chinese=SONGTI, size=9, align=LEFT)
    add_style(document, "题名", chinese=HEITI, size=22, align=CENTER, after=8)
    add_style(document, "标签", chinese=HEITI, size=10.5, align=CENTER)
    add_style(document, "填写", chinese=SONGTI, size=10.5, align=LEFT)
    header_footer(
        document,
        "RXD7200-05 版本{{ revision }}[[TAB]]内部资料",
        "{{ number }}[[TAB]]第[[PAGE]]页 共[[NUMPAGES]]页[[TAB]]版次{{ edition }} 核验码{{ pin }}",
        style="页眉页脚",
    )
    paragraph(document, "客户回访单", "题名")
    _head(document)
    paragraph(document, "", "填写")
    _questions(document)
    paragraph(document, "后续措施：{{ content.follow_up|or_none_cn }}", "填写")
    paragraph(document, "总分：{{ derived.total_score }}", "填写")
    paragraph(document, "{%p if stages.review is not none %}", "填写")
    paragraph(document, "部门负责人意见：{{ stages.review.opinion }}", "填写")
    paragraph(document, "{{ stages.review.name }} {{ stages.review.date|cn_date }}", "填写")
    paragraph(document, "{%p endif %}", "填写")
    return document


def _head(document: Document) -> None:
    grid = table(document, 2, (25, 70, 25, 40))
    texts = (
        ("客户名称", "{{ content.customer.name }}", "回访日期", "{{ content.called_on|cn_date }}"),
        ("回访人", "{{ content.caller.name }}", "回访方式", "{{ content.channel }}"),
    )
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, text, style in zip(row.cells, cells, ("标签", "填写") * 2, strict=True):
            paragraph(cell, text, style)


def _questions(document: Document) -> None:
    grid = table(document, 4, (50, 90, 20))
    rows = (
        ("问题", "答复", "评分"),
        ("{%tr for line in content.questions %}", "", ""),
        ("{{ line.question }}", "{{ line.answer }}", "{{ line.score }}"),
        ("{%tr endfor %}", "", ""),
    )
    for row, texts, style in zip(grid.rows, rows, ("标签", "填写", "填写", "填写"), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph(cell, text, style)
    repeat_row(grid.rows[0])


if __name__ == "__main__":
    print(save(draft(), TARGET, title="客户回访单", subject="RXD7200-05"), "bytes")

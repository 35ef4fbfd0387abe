"""Draft the template of the cover of a print set (打印套件), one A4 page.

It says what is in the set and what to do with it; no form, and never signed
or handed over. Run from anywhere; writes ``rmdocs/renditions/print-cover.docx``.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx.shared import Mm
from docx_parts import (
    CENTER,
    EMPTY_BOX,
    HEITI,
    LEFT,
    SONGTI,
    XIAOBIAOSONG,
    Margins,
    add_style,
    control,
    header_footer,
    new_document,
    paragraph,
    repeat_row,
    row_height,
    save,
    table,
)

TARGET = Path(__file__).parents[2] / "rmdocs/renditions/print-cover.docx"
FACTS = (
    ("表　　单", "{{ form_title }}（{{ form_number }}　版本{{ revision }}）"),
    ("记录编号", "{{ number }}　版次{{ edition }}"),
    ("客　　户", "{{ customer }}"),
    ("摘　　要", "{{ subject }}"),
    ("出具机构", "{{ unit }}"),
    (
        "打印方式",
        (
            "A4，实际大小，"
            "{% if sides == 2 %}双面（长边翻转），单数页的背面留空白{% else %}单面{% endif %}"
        ),
    ),
)
FACTS_MM = (28, 142)
COLUMNS_MM = (14, 72, 38, 15, 14, 17)
HEADINGS = ("序号", "文件及其 SHA-256", "收件人", "每份\n页数", "份数", "用纸\n（张）")
BOX_MM, NUMBER_MM, STEP_MM = 3, 9, 17
"""Where the box, the number and the text of a step begin."""


def draft() -> Document:
    """Return the drafted template."""
    document = new_document(
        margins=Margins(top=24, bottom=20, left=20, right=20), size=10.5, header_mm=11
    )
    _styles(document)
    header_footer(
        document,
        "{{ organisation }}[[TAB]]内部资料",
        "打印套件封面　{{ number }}　版次{{ edition }}[[TAB]]第[[PAGE]]页 共[[NUMPAGES]]页",
        style="页眉页脚",
    )
    paragraph(document, "打印套件封面", "题名")
    paragraph(document, "本页只供本行打印、用印时核对：不签字，不盖章，不交客户，不扫描。", "提示")
    facts = table(document, len(FACTS), FACTS_MM, row_mm=8)
    for row, (label, value) in zip(facts.rows, FACTS, strict=True):
        paragraph(row.cells[0], label, "标签")
        paragraph(row.cells[1], value, "填写")
    paragraph(document, "一、文件", "小标题")
    _documents(document)
    control(document, "{%p if steps %}", "小标题")
    paragraph(document, "二、办理（逐项打勾）", "小标题")
    control(document, "{%p for step in steps %}", "步骤")
    paragraph(
        document,
        EMPTY_BOX + "[[TAB]]{{ loop.index }}．[[TAB]]{{ step }}",
        "步骤",
        left_indent=Mm(STEP_MM),
        first_line_indent=-Mm(STEP_MM - BOX_MM),
    ).paragraph_format.tab_stops.add_tab_stop(Mm(NUMBER_MM))
    control(document, "{%p endfor %}", "步骤")
    control(document, "{%p endif %}", "小标题")
    _names(document)
    return document


def _styles(document: Document) -> None:
    add_style(document, "页眉页脚", chinese=SONGTI, size=9, align=LEFT)
    add_style(document, "题名", chinese=XIAOBIAOSONG, size=22, align=CENTER, line=34)
    add_style(document, "提示", chinese=HEITI, size=10.5, align=CENTER, line=16, after=8)
    add_style(
        document, "小标题", chinese=HEITI, size=12, align=LEFT, before=9, after=4, keep_next=True
    )
    add_style(document, "标签", chinese=HEITI, size=10.5, align=CENTER, line=14)
    add_style(document, "填写", chinese=SONGTI, size=10.5, align=LEFT, line=14)
    add_style(document, "居中", chinese=SONGTI, size=10.5, align=CENTER, line=14)
    add_style(document, "摘录", chinese=SONGTI, size=7.5, align=LEFT, line=9.5, after=1)
    add_style(document, "步骤", chinese=SONGTI, size=10.5, align=LEFT, line=17)


def _documents(document: Document) -> None:
    """Add the list of documents, a row each, then the sums and the engine."""
    grid = table(document, 6, COLUMNS_MM, row_mm=8)
    for cell, heading in zip(grid.rows[0].cells, HEADINGS, strict=True):
        for line in heading.split("\n"):
            paragraph(cell, line, "标签")
    repeat_row(grid.rows[0])
    control(grid.rows[1].cells[0], "{%tr for one in documents %}", "居中")
    row = grid.rows[2].cells
    paragraph(row[0], "{{ loop.index }}", "居中")
    paragraph(row[1], "{{ one.name }}", "填写")
    paragraph(row[1], "{{ one.sha256 }}", "摘录")
    for cell, value in zip(row[2:], ("addressee", "pages", "copies", "sheets"), strict=True):
        paragraph(cell, f"{{{{ one.{value} }}}}", "填写" if value == "addressee" else "居中")
    control(grid.rows[3].cells[0], "{%tr endfor %}", "居中")
    sums = grid.rows[4].cells
    label = sums[0].merge(sums[3])
    paragraph(label, "合计（不含本封面）", "标签")
    paragraph(sums[4], "{{ copies }}", "居中")
    paragraph(sums[5], "{{ sheets }}", "居中")
    made = grid.rows[5].cells
    paragraph(made[0].merge(made[1]), "生成 PDF 的程序", "标签")
    paragraph(made[2].merge(made[5]), "{{ engine }}", "摘录")


def _names(document: Document) -> None:
    paragraph(document, "", "摘录")
    grid = table(document, 1, (22, 46, 20, 28, 16, 38))
    row_height(grid.rows[0], 11)
    texts = ("打 印 人", "{{ printed_by }}", "复 核 人", "", "日　期", "{{ printed_on|cn_date }}")
    for place, (cell, text) in enumerate(zip(grid.rows[0].cells, texts, strict=True)):
        paragraph(cell, text, "填写" if place % 2 else "标签")


if __name__ == "__main__":
    save(draft(), TARGET, title="打印套件封面")

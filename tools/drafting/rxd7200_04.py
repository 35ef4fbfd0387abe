"""Draft the template of RXD7200-04 信贷业务到期通知书, one A4 page.

Notice above, cut line, receipt below. The layout and all wording are a
reconstruction (待核定). What the bank keeps to itself (category of the
customer, outcome, closures) has no tag here. Run from anywhere; writes
``forms/RXD7200-04/template.docx``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx_parts import (
    CENTER,
    EMPTY_BOX,
    HEITI,
    LEFT,
    RIGHT,
    SONGTI,
    Margins,
    add_style,
    control,
    edges,
    header_footer,
    new_document,
    paragraph,
    row_height,
    save,
    table,
)

TARGET = Path(__file__).parents[2] / "forms/RXD7200-04/template.docx"
WIDTH_MM = 164
COLUMNS_MM = (27, 66, 27, 44)


def _either(blank: str, filled: str) -> str:
    """Return one text for blank forms, another for filled ones."""
    return f"{{% if blank %}}{blank}{{% else %}}{filled}{{% endif %}}"


def _or_line(filled: str, signs: int) -> str:
    """Return ``filled``, or on a blank form a line to write on."""
    return _either(f"{{{{r none|filled({signs}) }}}}", filled)


def _or_room(filled: str, signs: int) -> str:
    """Return ``filled``, or on a blank form room to write, not at the end of a line."""
    return _either("　" * signs, filled)


NUMBER = _or_line("{{ number }}", 14)
METHODS = ("直接送达", "邮寄(EMS)", "留置送达", "公证送达", "公告送达")

FACTS = (
    ("业务种类", "{{ content.business_type }}", "币种", "{{ content.currency|currency_name }}"),
    (
        "合同编号",
        "{{ content.contract.no }}",
        "签订日期",
        "{{ content.contract.signed_on|cn_date }}",
    ),
    (
        "借据编号",
        "{{ content.iou_no }}",
        "借款金额",
        "{{ content.currency|currency_symbol }}{{ content.principal|money }}",
    ),
    (
        "借款起始日",
        "{{ content.loan_start|cn_date }}",
        "到期日",
        "{{ content.maturity|cn_date }}",
    ),
    (
        "借款余额",
        (
            _or_room("{{ content.currency|currency_symbol }}{{ content.balance|money }}", 11)
            + f"　（大写：{_or_room('{{ derived.balance_words }}', 18)}）"
        ),
    ),
    (
        "计息期间",
        (
            "{{ content.interest.from|cn_date }}（含）至{{ content.interest.to|cn_date }}（不含），"
            f"共{_or_room('{{ derived.interest_days }}', 3)}天"
        ),
    ),
    (
        "年利率",
        (
            _or_room("{{ content.annual_rate_pct }}", 3)
            + "%（"
            + _either("按☐360☐365", "每年按{{ content.interest.basis }}")
            + "天计息）"
        ),
        "应付利息",
        "{{ content.currency|currency_symbol }}{{ derived.interest_amount|money }}",
    ),
    (
        "应还本息合计",
        (
            _or_room("{{ content.currency|currency_symbol }}{{ derived.total_due|money }}", 11)
            + f"　（大写：{_or_room('{{ derived.total_due_words }}', 18)}）"
        ),
    ),
)

TO_BORROWER = (
    (
        "贵单位在我行办理的下列信贷业务将于{{r content.maturity|cn_date|filled }}到期。"
        "请提前筹措资金，在到期日将应还本息足额存入下列还款帐户，按期归还。"
    ),
    (
        "如需展期，请在{{r content.extension_apply_by|cn_date|filled }}（含）前向我行提出书面申请，"
        "是否准予展期由我行审定。到期未归还又未获准展期的，我行将自到期次日起按合同约定计收逾期利息。"
        "上列利息按现行利率测算，利率或余额变动的，以实际计收为准。"
    ),
)
TO_GUARANTOR = (
    (
        "由贵方提供担保，借款人{{r content.customer.name|filled }}在我行办理的"
        "下列信贷业务将于{{r content.maturity|cn_date|filled }}到期。请督促借款人按期归还。"
    ),
    (
        "借款人如需展期，须在{{r content.extension_apply_by|cn_date|filled }}（含）前"
        "向我行提出书面申请；展期应取得贵方书面同意。借款人到期未归还的，贵方应按担保合同约定承担担保责任。"
        "上列利息按现行利率测算，利率或余额变动的，以实际计收为准。"
    ),
)
CHOICES = ("按期归还", "申请展期")


def draft() -> Document:
    """Return the drafted template."""
    document = new_document(
        margins=Margins(top=20, bottom=16, left=24, right=22), size=10.5, header_mm=10
    )
    _styles(document)
    header_footer(document, *edges("RXD7200-04", "受控文件"), style="页眉页脚")
    _notice(document)
    before = len(document.element.body.xpath(".//w:p"))
    _cut_line(document)
    _receipt(document)
    # The slip stays whole: what does not fit goes to the next page with the line to cut along.
    slip = document.element.body.xpath(".//w:p")[before:]
    for one in slip[:-1]:
        Paragraph(one, document).paragraph_format.keep_with_next = True
    return document


def _styles(document: Document) -> None:
    add_style(document, "页眉页脚", chinese=SONGTI, size=9, align=LEFT)
    add_style(document, "题名", chinese=HEITI, size=22, align=CENTER, line=28)
    add_style(document, "联次", chinese=HEITI, size=10.5, align=LEFT, line=18, after=2)
    add_style(document, "抬头", chinese=HEITI, size=12, align=LEFT, line=18)
    add_style(document, "正文", chinese=SONGTI, size=10.5, indent_chars=2, line=16, after=2)
    add_style(document, "标签", chinese=HEITI, size=10.5, align=CENTER, line=14)
    add_style(document, "填写", chinese=SONGTI, size=10.5, align=LEFT, line=14)
    add_style(document, "落款", chinese=SONGTI, size=10.5, align=RIGHT, line=18)
    add_style(document, "骑缝", chinese=SONGTI, size=9, align=LEFT, before=4, after=4)
    add_style(document, "回执题名", chinese=HEITI, size=15, align=CENTER, line=20)
    add_style(document, "送达", chinese=SONGTI, size=9, align=LEFT, before=3)


def _notice(document: Document) -> None:
    paragraph(document, "信贷业务到期通知书", "题名")
    _between_margins(
        document,
        f"通知联{{% if addressee is not none %}}（担保人）{{% endif %}}[[TAB]]编号：{NUMBER}",
        "联次",
    )
    control(document, "{%p if addressee is none %}", "抬头")
    paragraph(document, _or_line("{{ content.customer.name }}", 20) + "：", "抬头")
    paragraph(document, TO_BORROWER[0], "正文")
    control(document, "{%p else %}", "抬头")
    paragraph(document, "{{ addressee.name }}：", "抬头")
    paragraph(document, TO_GUARANTOR[0], "正文")
    control(document, "{%p endif %}", "抬头")
    _facts(document)
    control(document, "{%p if addressee is none %}", "正文")
    paragraph(document, TO_BORROWER[1], "正文", space_before=Mm(1))
    control(document, "{%p else %}", "正文")
    paragraph(document, TO_GUARANTOR[1], "正文", space_before=Mm(1))
    control(document, "{%p endif %}", "正文")
    closing = table(document, 1, (58, 106), border_eighths=0, row_mm=23)
    left, right = closing.rows[0].cells
    first = _or_room("{{ content.rm_primary.name }}", 4)
    second = _either("", "{{ content.rm_second.name }}")
    paragraph(left, f"客户经理：{first}、{second}", "填写")
    paragraph(left, "联系电话：{{ content.branch_phone }}", "填写")
    paragraph(right, "{{ unit.full_name }}（公章）", "落款")
    paragraph(right, "{{ content.notice_date|cn_date }}", "落款")


def _facts(document: Document) -> None:
    grid = table(document, len(FACTS) + 1, COLUMNS_MM)
    for index, texts in enumerate(FACTS):
        _fill(grid, index, texts)
    row_height(grid.rows[len(FACTS)], 16.5)
    account = _fill(grid, len(FACTS), ("还款帐户", "户名：{{ content.repayment_account.name }}"))
    paragraph(account, "开户行：{{ content.repayment_account.bank }}", "填写")
    paragraph(
        account,
        "帐号：{% if addressee is none %}{{ content.repayment_account.account_no }}"
        "{% else %}{{ content.repayment_account.account_no|masked }}{% endif %}",
        "填写",
    )


def _cut_line(document: Document) -> None:
    line = paragraph(document, "[[TAB]] 骑缝 {{ number }} 沿此线裁开 [[TAB]]", "骑缝")
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(WIDTH_MM / 2), WD_TAB_ALIGNMENT.CENTER, WD_TAB_LEADER.DASHES)
    stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DASHES)


def _receipt(document: Document) -> None:
    paragraph(
        document,
        "信贷业务到期通知书回执{% if addressee is not none %}（担保人）{% endif %}",
        "回执题名",
    )
    _between_margins(document, f"回执联[[TAB]]编号：{NUMBER}", "联次")
    paragraph(
        document,
        f"{_or_line('{{ unit.full_name }}', 12)}：上列编号的《信贷业务到期通知书》"
        f"（借据编号{_or_line('{{ content.iou_no }}', 8)}，应还本息合计"
        + _or_line("{{ content.currency|currency_symbol }}{{ derived.total_due|money }}", 8)
        + "，到期日{{ content.maturity|cn_date }}）已收到，意见如下：",
        "正文",
    )
    grid = table(document, 11, COLUMNS_MM)
    _tag_row(grid, 0, "{%tr if stages.receipt is not none and addressee is none %}")
    _filled_receipt(grid, 1)
    _tag_row(grid, 5, "{%tr else %}")
    _blank_receipt(grid, 6)
    _tag_row(grid, 10, "{%tr endif %}")
    _delivery(document)


def _filled_receipt(grid: Table, row: int) -> None:
    boxes = "　".join(
        f"{{{{ (stages.receipt.reply == '{choice}')|checked }}}}{choice}" for choice in CHOICES
    )
    _fill(
        grid,
        row,
        (
            "签收日期",
            "{{ stages.receipt.received_on|cn_date }}",
            "计划还款日期",
            (
                "{% if stages.receipt.planned_date is none %}/"
                "{% else %}{{ stages.receipt.planned_date|cn_date }}{% endif %}"
            ),
        ),
    )
    other = "{{ (stages.receipt.reply == '其他')|checked }}其他"
    note = (
        "{% if stages.receipt.reply_note is not none %}：{{ stages.receipt.reply_note }}{% endif %}"
    )
    _fill(grid, row + 1, ("还款意见", f"{boxes}　{other}{note}"))
    _fill(
        grid,
        row + 2,
        (
            "签收人",
            "{{ stages.receipt.receiver }}",
            "职务",
            "{{ stages.receipt.title|or_slash }}",
        ),
    )
    seal = "（{{ stages.receipt.seal }}）"
    _fill(grid, row + 3, ("单位及印章", "{{ content.customer.name }}" + seal))


def _blank_receipt(grid: Table, row: int) -> None:
    plan = "{% if addressee is none %}计划还款日期{% else %}联系电话{% endif %}"
    date = "{% if addressee is none %}{{ none|cn_date }}{% endif %}"
    _fill(grid, row, ("签收日期", "{{ none|cn_date }}", plan, date))
    _fill(
        grid,
        row + 1,
        (
            "还款意见",
            (
                "{% if addressee is none %}☐按期归还　☐申请展期　☐其他："
                "{% else %}☐已知悉，将督促借款人按期归还　☐其他：{% endif %}"
            ),
        ),
    )
    _fill(grid, row + 2, ("签收人签字", "", "职务", ""))
    _fill(grid, row + 3, ("单位盖章", ""))
    row_height(grid.rows[row + 3], 14)


def _delivery(document: Document) -> None:
    control(document, "{%p if stages.delivery is not none and addressee is none %}", "送达")
    paragraph(
        document,
        "送达方式：{{ stages.delivery.method }}　送出日期：{{ stages.delivery.sent_on|cn_date }}　"
        "送达人：{{ stages.delivery.delivered_by|join_cn }}",
        "送达",
    )
    control(document, "{%p elif blank %}", "送达")
    methods = "　".join(f"{EMPTY_BOX}{method}" for method in METHODS)
    paragraph(document, f"送达方式：{methods}", "送达")
    paragraph(document, "送出日期：{{ none|cn_date }}　　送达人（两人签字）：", "送达")
    control(document, "{%p else %}", "送达")
    paragraph(
        document,
        "送达方式：　　　　　　　送出日期：{{ none|cn_date }}　送达人（两人签字）：",
        "送达",
    )
    control(document, "{%p endif %}", "送达")


def _between_margins(document: Document, text: str, style: str) -> None:
    """Add a line whose ``[[TAB]]`` moves to the right margin."""
    line = paragraph(document, text, style)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)


def _fill(grid: Table, row: int, texts: Sequence[str]) -> object:
    """Write label, value, label, value; two texts only: the value spans the rest."""
    cells = grid.rows[row].cells
    if len(texts) == 2:
        cells[1].merge(cells[3])
    for cell, text, style in zip(cells, texts, ("标签", "填写") * 2, strict=False):
        paragraph(cell, text, style)
    return cells[1]


def _tag_row(grid: Table, row: int, tag: str) -> None:
    """Write a ``{%tr %}`` tag into a row of its own; the row will not print."""
    cells = grid.rows[row].cells
    cells[0].merge(cells[3])
    paragraph(cells[0], tag, "填写")


if __name__ == "__main__":
    print(save(draft(), TARGET, title="信贷业务到期通知书", subject="RXD7200-04"), "bytes")

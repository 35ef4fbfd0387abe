"""Draft the template of RXD7200-02 客户经理工作日志, one A4 page, internal.

The source holds only the title; layout and fields are a reconstruction
(待核定). Run from anywhere; writes ``forms/RXD7200-02/template.docx``.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx_parts import save
from form_grid import (
    CENTRED,
    LABEL_MM,
    Cell,
    Row,
    Small,
    above,
    boxes,
    count,
    day,
    either,
    grid,
    header,
    label,
    line,
    offered,
    person,
    plain,
    signed_on,
    signer,
    start,
    unless_blank,
    value,
)

TARGET = Path(__file__).parents[2] / "forms/RXD7200-02/template.docx"
TITLE = "客户经理工作日志"
PAIRS_MM = (LABEL_MM, 60, LABEL_MM, 54)
TEXT_MM = (LABEL_MM, 142)
CONTACTS_MM = (LABEL_MM, 30, 42, 42, 28)
COMMITMENTS_MM = (LABEL_MM, 70, 18, 20, 34)
RISKS_MM = (LABEL_MM, 46, 42, 20, 34)
FOLLOW_UPS_MM = (LABEL_MM, 54, 20, 34, 34)
LAG = (
    "（走访{% if derived.log_days == 0 %}当日"
    "{% else %}后{{ derived.log_days }}个工作日{% endif %}）"
)
LEARNT = (
    ("客户需求", "demand"),
    ("经营情况", "operations"),
    ("财务情况", "finance"),
    ("投资动向", "investment"),
    ("同业动态", "competitor"),
)


def draft() -> Document:
    """Return the drafted template."""
    document = start("RXD7200-02", TITLE)
    above(
        document,
        "填报机构：{{ unit.name }}"
        + either("　" * 14 + "填写人：", "　填写人：{{ record.prepared_by.name }}"),
        "日志日期：{{ content.log_date|cn_date }}" + unless_blank(LAG),
    )
    grid(document, PAIRS_MM, _visit())
    grid(document, CONTACTS_MM, _contacts())
    grid(document, TEXT_MM, _learnt())
    grid(document, PAIRS_MM, _level())
    grid(document, TEXT_MM, _special())
    grid(document, COMMITMENTS_MM, _commitments())
    grid(document, RISKS_MM, _risks())
    grid(document, FOLLOW_UPS_MM, _follow_ups())
    grid(document, TEXT_MM, _opinions())
    return document


def _visit() -> list[Row]:
    when = either(
        "　　年　月　日　　:　—　:　",
        "{{ content.visit.date|cn_date }}　{{ content.visit.start }}—{{ content.visit.end }}",
    )
    how = "{{ content.visit.method }}" + unless_blank("（用时{{ derived.visit_minutes }}分钟）")
    credit = (
        "{{ (content.credit_related == true)|checked }}是　"
        "{{ (content.credit_related == false)|checked }}否"
    )
    return [
        line(
            label("客户名称"),
            value("{{ content.customer.name }}"),
            label("客户类别"),
            value(boxes("content.customer.category", ("重要", "常规", "潜在"))),
        ),
        line(
            label("主办客户经理"),
            value(person("content.rm_primary")),
            label("协办客户经理"),
            value(person("content.rm_second")),
        ),
        line(
            label("走访时间"),
            value(when),
            label("联系方式"),
            value(
                "{%p if blank %}",
                Small(offered("上门走访", "客户来访", "电话", separator="　")),
                Small(offered("视频", "其他", separator="　")),
                "{%p else %}",
                how,
                "{%p endif %}",
            ),
        ),
        line(
            label("地点"),
            value(plain("content.visit.place")),
            label("涉及信贷"),
            value(credit),
        ),
        line(
            label("事由"),
            value("{{ content.visit.topic }}"),
            label("相关记录"),
            value("{{ '' if blank else record.related|join_cn|or_none_cn }}"),
        ),
    ]


def _contacts() -> list[Row]:
    return [
        header(
            label("客户方人员"),
            *(label(text) for text in ("姓名", "职务", "联系电话", "角色")),
        ),
        "{%tr for contact in content.contacts %}",
        line(
            count(),
            *(
                value(f"{{{{ contact.{name} }}}}", style=CENTRED)
                for name in ("name", "title", "phone", "role")
            ),
        ),
        "{%tr endfor %}",
        *_empty_rows(*_blanks(3), _roles(), number=2),
    ]


def _learnt() -> list[Row]:
    rows: list[Row] = [
        line(label(text), value(plain(f"content.content.{name}"))) for text, name in LEARNT
    ]
    offered = "{{ '' if blank else content.products_offered|join_cn|or_none_cn }}"
    return [*rows, line(label("推介产品"), value(offered))]


def _level() -> list[Row]:
    following = (
        "{% if content.next_visit is none %}无{% else %}{{ content.next_visit.date|cn_date }}　"
        "{{ content.next_visit.method }}{% endif %}"
    )
    return [
        line(
            label("信息级别"),
            value(boxes("content.information_level", ("重大", "常规"))),
            label("下次联系"),
            value(following),
        )
    ]


def _special() -> list[Row]:
    beyond, complaint = "content.beyond_authority", "content.complaint"
    return [
        line(
            label("超越权限事项"),
            value(
                f"{{%p if {beyond} is none %}}",
                "无",
                "{%p else %}",
                f"{{{{ {beyond}.matter }}}}",
                (
                    _report(f"{beyond}.department_head", "部门负责人")
                    + "；"
                    + _report(f"{beyond}.president", "主管行长")
                ),
                "{%p endif %}",
            ),
        ),
        line(
            label("客户投诉"),
            value(
                f"{{%p if {complaint} is none %}}",
                "无",
                "{%p else %}",
                f"{{{{ {complaint}.content }}}}",
                (
                    f"受理日期：{day(f'{complaint}.received_on')}　"
                    f"首问责任人：{{{{ {complaint}.owner or '　　　　' }}}}　"
                    f"办结期限：{day(f'{complaint}.due')}"
                ),
                (
                    f"处理结果：{{% if {complaint}.result is none and not blank %}}尚未办结"
                    f"{{% else %}}{{{{ {complaint}.result or '　　　　　　　　　　' }}}}　"
                    f"办结日期：{day(f'{complaint}.closed_on')}{{% endif %}}"
                ),
                "{%p endif %}",
            ),
        ),
    ]


def _report(name: str, leader: str) -> str:
    """Return the sentence on a report to a leader, with blanks where nothing is known."""
    return (
        f"{{% if {name} is not none %}}{day(f'{name}.reported_on')}"
        f"向{leader}{{{{ {name}.name or '　　　　' }}}}汇报{{% endif %}}"
    )


def _commitments() -> list[Row]:
    return _list(
        "content.commitments",
        "对客户承诺",
        ("承诺事项", "权限内", "责任人", "兑现期限"),
        (
            "{{ one.item }}",
            "{{ one.within_authority|yesno_cn }}",
            "{{ one.owner }}",
            "{{ one.due|cn_date }}",
        ),
        texts=1,
        empty=(
            *_blanks(1),
            value(Small(offered("是", "否", separator="　")), style=CENTRED),
            *_blanks(2),
        ),
    )


def _risks() -> list[Row]:
    return _list(
        "content.risk_signals",
        "风险信号",
        ("信号内容", "应对措施", "责任人", "完成期限"),
        ("{{ one.signal }}", "{{ one.measure }}", "{{ one.owner }}", "{{ one.due|cn_date }}"),
        texts=2,
    )


def _follow_ups() -> list[Row]:
    done = "{% if one.done_on is none %}/{% else %}{{ one.done_on|cn_date }}{% endif %}"
    return _list(
        "content.follow_ups",
        "后续事项",
        ("事项", "责任人", "完成期限", "完成日期"),
        ("{{ one.item }}", "{{ one.owner }}", "{{ one.due|cn_date }}", done),
        texts=1,
    )


def _list(  # noqa: PLR0913 - a list simply has that many sides
    items: str,
    title: str,
    heads: tuple[str, ...],
    values: tuple[str, ...],
    *,
    texts: int,
    empty: tuple[Cell, ...] = (),
) -> list[Row]:
    """Return the rows of a list that may be empty; then one row says so.

    :param texts: how many of the first columns hold running text.
    :param empty: the cells of a row to fill in by hand, if they are not all bare.
    """
    cells = [value(tag) if n < texts else value(tag, style=CENTRED) for n, tag in enumerate(values)]
    return [
        f"{{%tr if {items} or blank %}}",
        header(label(title), *(label(head) for head in heads)),
        f"{{%tr for one in {items} %}}",
        line(count(), *cells),
        "{%tr endfor %}",
        *_empty_rows(*(empty or _blanks(len(heads))), number=1),
        "{%tr else %}",
        line(label(title), value("无", span=len(heads))),
        "{%tr endif %}",
    ]


def _empty_rows(*cells: Cell, number: int) -> list[Row]:
    """Return rows to fill in by hand, there only on a blank form."""
    rows = [line(value(""), *cells) for _ in range(number)]
    return ["{%tr if blank %}", *rows, "{%tr endif %}"]


def _blanks(number: int) -> tuple[Cell, ...]:
    return tuple(value("") for _ in range(number))


def _roles() -> Cell:
    return value(Small(offered("决策人", "影响人")), Small(offered("经办联系人")))


def _opinions() -> list[Row]:
    """Return the rows of both opinions, neither of which stands alone on a page."""
    last = "主管行长"
    return [
        line(
            label(leader, "意见"),
            value(
                f"{{% if {stage} is not none %}}{{{{ {stage}.opinion }}}}{{% endif %}}",
                f"{signer(stage)}　　{signed_on(stage)}",
                signed=TEXT_MM[1],
            ),
            millimetres=18,
            keeps=leader != last,
            breaks=True,
        )
        for leader, stage in (
            ("部门负责人", "stages.dept_head_opinion"),
            (last, "stages.president_opinion"),
        )
    ]


if __name__ == "__main__":
    print(save(draft(), TARGET, title=TITLE, subject="RXD7200-02"), "bytes")

"""Draft the template of RXD7200-03 营销计划, A4, internal.

Portrait, one page while there are few rows: the plan's and the quarters'
figures share one grid of columns, and what was reached comes below in the
same columns once it is reported. The source holds only the title; layout and
fields are a reconstruction (待核定). Run from anywhere; writes
``forms/RXD7200-03/template.docx``.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx_parts import control, save
from form_grid import (
    CENTRED,
    LABEL_MM,
    NUMBER,
    VALUE,
    Cell,
    Row,
    Small,
    above,
    boxes,
    count,
    either,
    grid,
    header,
    joined,
    label,
    line,
    offered,
    person,
    signed_on,
    signer,
    start,
    unless_blank,
    value,
)

TARGET = Path(__file__).parents[2] / "forms/RXD7200-03/template.docx"
TITLE = "营销计划"
PAIRS_MM = (LABEL_MM, 60, LABEL_MM, 54)
ENVIRONMENT_MM = (LABEL_MM, 24, 47, 24, 47)
FORECAST_MM = (LABEL_MM, 56, 42, 16, 28)
FIGURES_MM = (LABEL_MM, 28, 19, 19, 19, 19, 19, 19)
TEXT_MM = (LABEL_MM, 142)
QUARTERS = ("一季度", "二季度", "三季度", "四季度")
FIGURES = (
    ("日均存款", "deposit_daily_avg", "deposit"),
    ("贷款余额", "loan_balance", "loan"),
    ("中间业务收入", "fee_income", "fee"),
)
MEASURES = (
    ("日均存款增量", "deposit_daily_avg_increment", "deposit"),
    ("贷款增量", "loan_increment", "loan"),
    ("中间业务收入", "fee_income", "fee"),
    ("新增客户户数", "new_customers", "customers"),
)
TARGET_LABELS = ("产品：", "措施：", "客户经理：　　　　　　　时间：　　月　日至　　月　日")
SWOT = (("优势（S）", "s"), ("劣势（W）", "w"), ("机会（O）", "o"), ("威胁（T）", "t"))


def draft() -> Document:
    """Return the drafted template."""
    document = start("RXD7200-03", either("　　　　", "{{ content.year }}") + "年" + TITLE)
    above(
        document,
        "编制机构：{{ content.unit }}",
        "编制日期：{{ content.prepared_on|cn_date }}",
        "金额单位：万元",
    )
    grid(document, PAIRS_MM, _identity())
    grid(document, ENVIRONMENT_MM, _environment())
    grid(document, FORECAST_MM, _forecast())
    grid(document, FIGURES_MM, _targets())
    grid(document, FIGURES_MM, _quarters())
    grid(document, TEXT_MM, _means())
    grid(document, PAIRS_MM, _approvals())
    control(document, "{%p if stages.quarter_actual %}", VALUE)
    grid(document, FIGURES_MM, _actuals())
    control(document, "{%p endif %}", VALUE)
    return document


def _identity() -> list[Row]:
    period = "{{ content.period.start|cn_date }}至{{ content.period.end|cn_date }}"
    return [
        line(
            label("计划层级"),
            value(boxes("content.scope", ("经办行", "二级分行", "一级分行"), " ")),
            label("相关记录"),
            value("{{ '' if blank else record.related|join_cn|or_none_cn }}"),
        ),
        line(
            label("编制客户经理"),
            value(person("content.planner")),
            label("协办客户经理"),
            value(person("content.co_planner")),
        ),
        line(label("计划期间"), value(period, span=3)),
    ]


def _environment() -> list[Row]:
    environment = "content.market_environment"
    texts = (("政策环境", "policy"), ("行业情况", "industry"), ("同业竞争", "competition"))
    rows: list[Row] = [
        line(
            label("市场环境分析", opens=True) if number == 0 else joined(),
            label(text),
            value(f"{{{{ {environment}.{name} }}}}", span=3),
        )
        for number, (text, name) in enumerate(texts)
    ]
    for pair in (SWOT[:2], SWOT[2:]):
        cells = [
            cell
            for text, name in pair
            for cell in (label(text), value(_points(f"{environment}.swot.{name}")))
        ]
        rows.append(line(joined(), *cells))
    review = line(label("上年计划", "完成情况"), value("{{ content.last_year_review }}", span=4))
    return [*rows, review]


def _points(items: str) -> str:
    """Return a tag for a list of short texts."""
    return f"{{{{ '' if blank else {items}|join('；')|or_none_cn }}}}"


def _forecast() -> list[Row]:
    return [
        header(
            label("客户需求预测"),
            *(label(text) for text in ("客户名称", "预测需求", "可能性", "预计金额")),
        ),
        "{%tr for forecast in content.demand_forecast %}",
        line(
            count(),
            value("{{ forecast.customer }}"),
            value("{{ forecast.need }}"),
            value("{{ forecast.probability }}", style=CENTRED),
            value("{{ forecast.expected_amount|wan }}", style=NUMBER),
        ),
        "{%tr endfor %}",
        "{%tr if blank %}",
        *(_empty_forecast() for _ in range(2)),
        "{%tr endif %}",
        line(
            label("合计", span=4),
            value(unless_blank("{{ derived.forecast_total|wan }}"), style=NUMBER),
        ),
    ]


def _empty_forecast() -> Row:
    probability = value(Small(offered("高", "中")), Small(offered("低")), style=CENTRED)
    return line(value(""), value(""), value(""), probability, value(""))


def _targets() -> list[Row]:
    figures = [
        value(f"{{{{ target.{side}.{name}|wan }}}}", style=NUMBER)
        for _, name, _ in FIGURES
        for side in ("baseline", "target")
    ]
    # Joined to a row that goes on with the next page, a long name would be cut off.
    customer = value("{{ target.customer.name }}（{{ target.customer.category }}）")
    number = Cell(("{{ loop.index }}",), CENTRED, opens=True)
    managers = (
        "客户经理：{{ target.rm_primary.name }}"
        "{% if target.rm_second is not none %}、{{ target.rm_second.name }}{% endif %}　"
        "时间：{{ (target.start|as_date).month }}月{{ (target.start|as_date).day }}日至"
        "{{ (target.end|as_date).month }}月{{ (target.end|as_date).day }}日"
    )
    details = value(
        "产品：{{ target.products|join_cn|or_none_cn }}",
        "措施：{{ target.measures }}",
        managers,
        span=7,
    )
    sums = [
        value(unless_blank(f"{{{{ derived.{short}_{side}|wan }}}}"), style=NUMBER)
        for _, _, short in FIGURES
        for side in ("baseline", "target")
    ]
    return [
        header(
            label("目标客户", opens=True),
            label("客户名称", "（类别）", opens=True),
            *(label(text, span=2) for text, _, _ in FIGURES),
        ),
        header(joined(), joined(), *(label(text) for _ in FIGURES for text in ("基数", "目标"))),
        "{%tr for target in content.target_customers %}",
        line(number, customer, *figures, keeps=True),
        line(joined(), details),
        "{%tr endfor %}",
        "{%tr if blank %}",
        line(Cell(opens=True), value(""), *(value("") for _ in figures), keeps=True),
        line(joined(), value(*TARGET_LABELS, span=7)),
        "{%tr endif %}",
        line(label("合计", span=2), *sums),
    ]


def _quarters() -> list[Row]:
    return [
        header(
            label("季度目标", opens=True),
            *(label(text) for text in ("指标", *QUARTERS, "合计", "全年目标")),
        ),
        *(
            line(
                joined(),
                label(text),
                *(_quarter("content.quarterly_targets", name, n) for n in range(1, 5)),
                value(unless_blank(f"{{{{ derived.quarters_{short}|wan }}}}"), style=NUMBER),
                value(f"{{{{ content.annual_targets.{name}|wan }}}}", style=NUMBER),
                # What shares a cell with rows of another page may lose it (LibreOffice 25.2).
                keeps=short != MEASURES[-1][2],
            )
            for text, name, short in MEASURES
        ),
    ]


def _quarter(items: str, name: str, number: int, absent: str = "") -> Cell:
    """Return a cell for one figure of one quarter; ``absent`` where it is not there."""
    chosen = f"{items}|selectattr('quarter', 'equalto', {number})"
    loop = f"{{% for figures in {chosen} %}}{{{{ figures.{name}|wan }}}}"
    otherwise = f"{{% else %}}{absent}" if absent else ""
    return value(f"{loop}{otherwise}{{% endfor %}}", style=NUMBER)


def _means() -> list[Row]:
    budget = (
        "{{ content.budget.amount|wan }}万元{% if content.budget.items %}，"
        "用于{{ content.budget.items|join_cn }}{% endif %}"
    )
    return [
        line(label("营销费用预算"), value(either("　　　　　　万元，用于：", budget))),
        line(label("风险控制措施"), value(_points("content.risk_controls"))),
    ]


def _approvals() -> list[Row]:
    cells = []
    for leader, stage, wide in (
        ("部门负责人", "stages.dept_head_approval", PAIRS_MM[1]),
        ("主管行长", "stages.president_approval", PAIRS_MM[3]),
    ):
        opinion = f"{{% if {stage} is not none %}}　{{{{ {stage}.opinion or '' }}}}{{% endif %}}"
        agreed = f"{{{{ ({stage} is not none)|checked }}}}同意{opinion}"
        cells += [
            label(leader, "审批"),
            value(agreed, signer(stage, last=True), signed_on(stage), signed=wide),
        ]
    return [line(*cells, millimetres=20)]


def _actuals() -> list[Row]:
    """Return what was reached so far, in the columns of the quarters' targets."""
    rows = [
        line(
            joined(),
            label(text),
            *(_quarter("stages.quarter_actual", name, n, absent="/") for n in range(1, 5)),
            value(f"{{{{ derived.actual_{short}|wan }}}}", style=NUMBER),
            value(
                _share(f"derived.actual_{short}", f"content.annual_targets.{name}"), style=NUMBER
            ),
            keeps=True,
        )
        for text, name, short in MEASURES
    ]
    report = (
        "第{{ actual.quarter }}季度：{{ actual.name }}{{ actual.date|cn_date }}填报"
        "{% if actual.note is not none %}；{{ actual.note }}{% endif %}"
    )
    return [
        header(
            label("季度完成情况", opens=True),
            *(label(text) for text in ("指标", *QUARTERS, "累计", "完成率")),
        ),
        *rows,
        "{%tr for actual in stages.quarter_actual %}",
        line(joined(), value(report, span=7)),
        "{%tr endfor %}",
    ]


def _share(reached: str, target: str) -> str:
    """Return tags for the share of a year's target, “/” where the target is nothing."""
    share = f"round_half_up({reached}|decimal * 100 / {target}|decimal, 1)|percent"
    return f"{{% if {target} > 0 %}}{{{{ {share} }}}}%{{% else %}}/{{% endif %}}"


if __name__ == "__main__":
    print(save(draft(), TARGET, title=TITLE, subject="RXD7200-03"), "bytes")

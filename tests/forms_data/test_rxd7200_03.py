"""RXD7200-03: samples clean, every rule broken once, what is printed."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from rmdocs.canonical import decode
from rmdocs.findings import Severity
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.context import blank_context, template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import keeping, summarise
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template

ROOT = Path(__file__).parents[2]
FILES = read_desk(ROOT, DocumentNumber.parse("RXD7200-03"))
FORM = Form.load(FILES)
SAMPLE = decode(FILES.sample)
TEMPLATE = CompiledTemplate.compile(FILES.template)
TODAY = date(2026, 11, 24)
UNIT = {
    "code": "JN01",
    "name": "济南示例支行",
    "full_name": "中国建设银行股份有限公司济南示例支行",
}
STRANGER = {"name": "李样例", "staff_no": "ZB02-0201"}
FIRST_QUARTER = {
    "quarter": 1,
    "name": "王样例",
    "date": "2026-04-08",
    "deposit_daily_avg_increment": 210,
    "loan_increment": 450,
    "fee_income": 9.5,
    "new_customers": 1,
    "note": "设备贷款审批较计划晚两周",
}
SECOND_QUARTER = {
    "quarter": 2,
    "name": "赵样例",
    "date": "2026-07-06",
    "deposit_daily_avg_increment": 320,
    "loan_increment": 600,
    "fee_income": 13.25,
    "new_customers": 2,
    "note": None,
}
TARGET = SAMPLE["record"]["content"]["target_customers"][0]
ROW = "content.target_customers.0"
QUARTERS = "content.quarterly_targets"
ANNUAL = "content.annual_targets"

# What each rule of the record refuses: path in the record -> value.
RECORD_BREAKS = {
    "R03-PERIOD-YEAR": {"content.period.end": "2027-01-31"},
    "R03-PERIOD-ORDER": {"content.period.start": "2026-12-31"},
    "R03-PREPARED-FUTURE": {"content.prepared_on": "2026-11-25"},
    "R03-PREPARED-LATE": {"content.prepared_on": "2027-01-08"},
    "R03-PREPARED-EARLY": {"content.prepared_on": "2024-12-30"},
    "R03-RECORD-DATE": {"date": "2026-01-09"},
    "R03-UNIT": {"content.unit": "烟台示例支行"},
    "R03-PLANNER-SAME": {"content.co_planner": {"name": "王样例", "staff_no": "JN01-0101"}},
    "R03-PREPARER": {"prepared_by": STRANGER},
    "R03-FORECAST-NONE": {"content.demand_forecast": []},
    "R03-TARGET-NONE": {"content.target_customers": []},
    "R03-USCC": {f"{ROW}.customer.uscc": "91370112MA3DEM0191"},
    "R03-USCC-ORG": {f"{ROW}.customer.uscc": "91370112MA3DEM018B"},
    "R03-TARGET-TWICE": {"content.target_customers": [TARGET, TARGET]},
    "R03-ROW-ORDER": {f"{ROW}.end": "2026-01-14"},
    "R03-ROW-YEAR": {f"{ROW}.end": "2027-01-15"},
    "R03-RM-SECOND": {f"{ROW}.rm_second": None},
    "R03-RM-SAME": {f"{ROW}.rm_second": {"name": "王样例", "staff_no": "JN01-0101"}},
    "R03-QUARTERS": {f"{QUARTERS}.1.quarter": 1},
    "R03-SUM-DEPOSIT": {f"{QUARTERS}.0.deposit_daily_avg_increment": 201},
    "R03-SUM-LOAN": {f"{ANNUAL}.loan_increment": 1499.99},
    "R03-SUM-FEE": {f"{QUARTERS}.3.fee_income": 15.01},
    "R03-SUM-CUSTOMERS": {f"{QUARTERS}.2.new_customers": 0},
    "R03-INCREMENT-DEPOSIT": {f"{ROW}.target.deposit_daily_avg": 5300},
    "R03-INCREMENT-LOAN": {f"{ROW}.baseline.loan_balance": 3100},
    "R03-INCREMENT-FEE": {f"{ROW}.target.fee_income": 53},
    "R03-DECIMALS-FORECAST": {"content.demand_forecast.0.expected_amount": 0.00001},
    "R03-DECIMALS-BASELINE": {f"{ROW}.baseline.fee_income": 36.00001},
    "R03-DECIMALS-TARGET": {f"{ROW}.target.fee_income": 52.00001},
    "R03-DECIMALS-QUARTER": {f"{QUARTERS}.0.loan_increment": 500.00001},
    "R03-DECIMALS-ANNUAL": {f"{ANNUAL}.loan_increment": 1500.00001},
    "R03-DECIMALS-BUDGET": {"content.budget.amount": 6.50001},
    "R03-BUDGET-USE": {"content.budget.items": []},
    "R03-RISK-NONE": {"content.risk_controls": []},
}

# What each rule of a stage refuses: stage, its path -> value.
STAGE_BREAKS = {
    "R03-HEAD-DATE": ("dept_head_approval", {"date": "2026-01-07"}),
    "R03-HEAD-SELF": ("dept_head_approval", {"name": "赵样例"}),
    "R03-PRESIDENT-DATE": ("president_approval", {"date": "2026-11-25"}),
    "R03-PRESIDENT-SELF": ("president_approval", {"name": "郑部长"}),
    "R03-APPROVAL-ORDER": ("president_approval", {"date": "2026-01-11"}),
    "R03-ACTUAL-EARLY": ("quarter_actual", {"date": "2026-03-31"}),
    "R03-ACTUAL-FUTURE": ("quarter_actual", {"date": "2026-11-25"}),
    "R03-ACTUAL-APPROVED": ("quarter_actual", {"date": "2026-01-14"}),
    "R03-ACTUAL-REPORTER": ("quarter_actual", {"name": "李样例"}),
    "R03-ACTUAL-DECIMALS": ("quarter_actual", {"fee_income": 9.50001}),
    "R03-ACTUAL-NOTE": ("quarter_actual", {"note": None}),
}

WARNINGS = {
    "R03-PREPARED-EARLY",
    "R03-RECORD-DATE",
    "R03-PREPARER",
    "R03-USCC-ORG",
    "R03-INCREMENT-DEPOSIT",
    "R03-INCREMENT-LOAN",
    "R03-INCREMENT-FEE",
    "R03-BUDGET-USE",
    "R03-RISK-NONE",
    "R03-ACTUAL-REPORTER",
    "R03-ACTUAL-NOTE",
}


def changed(value, changes):
    made = deepcopy(value)
    for path, new in changes.items():
        *parents, last = path.split(".")
        place = made
        for name in parents:
            place = place[int(name) if name.isdigit() else name]
        place[last] = new
    return made


def draft(changes=None):
    return RecordDraft.parse({"record": changed(SAMPLE["record"], changes or {})})


def record_findings(changes=None):
    return check_record(draft(changes), FORM, UNIT, TODAY)[1]


def added_stages(until=None):
    """Return the sample's stages before ``until``, or all."""
    found = []
    for stage in SAMPLE["stages"]:
        if stage["stage"] == until:
            break
        found.append((StageKey(name=stage["stage"]), stage["content"]))
    return found


def stage_findings(name, changes, record=None):
    offered = [stage["content"] for stage in SAMPLE["stages"] if stage["stage"] == name]
    body = changed(offered[0] if offered else FIRST_QUARTER, changes)
    key = StageKey(name=name, repeat=None if offered else body["quarter"])
    before = added_stages(until=name)
    return check_stage(
        draft(record),
        stages=before,
        key=key,
        content=body,
        form=FORM,
        unit=UNIT,
        actor_name=body["name"],
        today=TODAY,
    )[1]


def codes(findings):
    return [finding.code for finding in findings]


def checked(changes=None, stages=()):
    found, findings = check_record(draft(changes), FORM, UNIT, TODAY, stages=stages)
    assert found, codes(findings)
    return found


def printed(changes=None, stages=()):
    context = template_context(
        checked(changes, stages),
        FORM,
        number="RXD7200-03-JN01-2026-0001",
        edition=1,
        pin="12·9f3a0c1b2d4e",
        issued_on=date(2026, 1, 8),
    )
    return printed_text(TEMPLATE.render(context))


def reported():
    """Return the sample's approvals and the actuals of two quarters."""
    return [
        *added_stages(),
        (StageKey(name="quarter_actual", repeat=1), FIRST_QUARTER),
        (StageKey(name="quarter_actual", repeat=2), SECOND_QUARTER),
    ]


def judge(finding):
    """A finding says what, where and how to mend it, in both languages, and who asks."""
    for language in Language:
        assert "{" not in finding.message.text(language)
        assert finding.remedy.text(language)
    assert "{" not in finding.path
    assert finding.clause
    assert finding.label
    assert finding.severity is (Severity.WARNING if finding.code in WARNINGS else Severity.ERROR)


def test_the_sample_is_clean():
    assert record_findings() == []
    for stage in SAMPLE["stages"]:
        assert stage_findings(stage["stage"], {}) == []
    assert stage_findings("quarter_actual", {}) == []


@pytest.mark.parametrize("code", RECORD_BREAKS)
def test_a_record_that_breaks_a_rule_gets_its_code(code):
    found = [one for one in record_findings(RECORD_BREAKS[code]) if one.code == code]
    assert found
    judge(found[0])


@pytest.mark.parametrize("code", STAGE_BREAKS)
def test_a_stage_that_breaks_a_rule_gets_its_code(code):
    found = [one for one in stage_findings(*STAGE_BREAKS[code]) if one.code == code]
    assert found
    judge(found[0])


def test_every_rule_has_a_record_that_breaks_it():
    assert {rule.code for rule in FORM.rules} == {*RECORD_BREAKS, *STAGE_BREAKS}


def test_one_plan_for_each_manager_unit_and_year():
    names = checked().names
    assert FORM.unique.code == "R03-PLAN-UNIQUE"
    assert [key.evaluate(names) for key in FORM.unique.key] == ["JN01", "JN01-0101", 2026]


def test_a_customer_without_credit_needs_one_manager_only():
    plain = {
        f"{ROW}.rm_second": None,
        f"{ROW}.baseline.loan_balance": 0,
        f"{ROW}.target.loan_balance": 0,
        f"{ROW}.products": ["结售汇业务"],
    }
    assert codes(record_findings(plain)) == ["R03-INCREMENT-LOAN"]
    assert "R03-RM-SECOND" in codes(record_findings({**plain, f"{ROW}.products": ["出口押汇"]}))
    assert "R03-RM-SECOND" in codes(record_findings({**plain, f"{ROW}.target.loan_balance": 1}))


def test_sums_are_exact_and_quarters_may_come_in_any_order():
    tenths = {
        QUARTERS: [
            {
                "quarter": quarter,
                "deposit_daily_avg_increment": 250,
                "loan_increment": 375,
                "fee_income": fee,
                "new_customers": 1,
            }
            for quarter, fee in ((3, 0.1), (1, 0.2), (2, 0.3), (4, 0))
        ],
        f"{ANNUAL}.fee_income": 0.6,
        f"{ROW}.target.fee_income": 0.6,
    }
    assert record_findings(tenths) == []
    lines = printed(tenths).split("\n")
    # The figures of the four quarters, their sum and the year's target follow the label.
    place = lines.index("中间业务收入", lines.index("季度目标"))
    assert lines[place + 1 : place + 7] == ["0.2", "0.3", "0.1", "0", "0.6", "0.6"]


@pytest.mark.parametrize(
    ("quarter", "day", "early"),
    [
        (1, "2026-04-01", False),
        (2, "2026-06-30", True),
        (3, "2026-09-30", True),
        (3, "2026-10-01", False),
        (4, "2026-11-24", True),
    ],
)
def test_a_quarter_is_reported_after_its_end(quarter, day, early):
    found = stage_findings("quarter_actual", {"quarter": quarter, "date": day})
    assert ("R03-ACTUAL-EARLY" in codes(found)) is early


def test_a_quarter_that_missed_nothing_needs_no_note():
    assert "R03-ACTUAL-NOTE" not in codes(stage_findings("quarter_actual", SECOND_QUARTER))


def test_what_was_reached_is_summed():
    assert checked().names["derived"]["actual_loan"] is None
    derived = checked(stages=reported()).names["derived"]
    assert (derived["actual_deposit"], derived["actual_loan"]) == (530, 1050)
    assert (str(derived["actual_fee"]), derived["actual_customers"]) == ("22.75", 3)


def test_kept_ten_years_from_the_january_after_the_plan():
    kept = keeping(FORM, checked().names)
    assert (kept.years, kept.starts, kept.ends) == (10, date(2027, 1, 1), date(2037, 1, 1))


def test_the_summary_names_customers_and_year():
    summary = summarise(FORM, checked().names)
    assert summary.customer == "济南虚构岱岳重型机械有限公司"
    assert summary.subject == "2026年营销计划"


def test_the_template_is_sound():
    assert lint_template(FILES.template, form_names(FORM)) == []


def test_the_plan_prints_every_fact():
    text = printed(stages=added_stages())
    for fact in (
        "RXD7200-03　版本号：1.0",
        "内部资料",
        "2026年营销计划",
        "编制机构：济南示例支行",
        "编制日期：2026年1月8日",
        "金额单位：万元",
        "☑经办行 ☐二级分行 ☐一级分行",
        "王样例（JN01-0101）",
        "2026年1月1日至2026年12月31日",
        "装备制造业更新改造支持政策",
        "网点密集",
        "价格竞争",
        "上年日均存款完成率96%,中间业务收入完成率104%",
        "设备贷款、锁汇",
        "济南虚构岱岳重型机械有限公司（重要）",
        "产品：固定资产贷款、结售汇业务、代发工资业务",
        "措施：每季度高层走访一次;签订银企合作协议",
        "客户经理：王样例、赵样例　时间：1月15日至12月15日",
        "6.5万元，用于走访差旅、产品推介会",
        "授信集中度监测",
        "签字：郑部长\n\t2026年1月12日",
        "签字：周示行\n\t2026年1月15日",
        "RXD7200-03-JN01-2026-0001",
    ):
        assert fact in text
    assert text.count("☑同意") == 2
    assert "季度完成情况" not in text
    assert "91370112MA3DEM019E" not in text
    assert "None" not in text


def test_what_was_reached_stands_below_the_plan():
    text = printed(stages=reported())
    lines = text.split("\n")
    place = lines.index("季度完成情况")
    loans = lines.index("贷款增量", place)
    assert lines[loans + 1 : loans + 7] == ["450", "600", "/", "/", "1050", "70%"]
    assert "第1季度：王样例2026年4月8日填报；设备贷款审批较计划晚两周" in lines
    assert "第2季度：赵样例2026年7月6日填报" in lines


def test_a_target_of_nothing_has_no_share():
    nothing = {f"{ANNUAL}.new_customers": 0}
    nothing |= {f"{QUARTERS}.{index}.new_customers": 0 for index in range(4)}
    lines = printed(nothing, reported()).split("\n")
    place = lines.index("新增客户户数", lines.index("季度完成情况"))
    assert lines[place + 5 : place + 7] == ["3", "/"]


def test_what_is_not_there_leaves_no_hole():
    text = printed(
        {
            "content.co_planner": None,
            "content.market_environment.swot": {"s": [], "w": [], "o": [], "t": []},
            "content.risk_controls": [],
            "related": [],
        }
    )
    lines = text.split("\n")
    assert lines[lines.index("协办客户经理") + 1] == "/"
    for label in ("优势（S）", "劣势（W）", "机会（O）", "威胁（T）", "风险控制措施", "相关记录"):
        assert lines[lines.index(label) + 1] == "无"
    assert text.count("☐同意") == 2


def test_a_blank_form_can_be_printed():
    text = printed_text(TEMPLATE.render(blank_context(FORM)))
    for fact in ("营销计划", "市场环境分析", "全年目标", "☐同意"):
        assert fact in text
    for none in ("None", "核验码", "☑", "无", "/"):
        assert none not in text


def test_values_are_never_markup():
    review = "完成<w:t>&{{ 1 }}"
    assert review in printed({"content.last_year_review": review})

"""RXD7200-02: samples clean, every rule broken once, what is printed."""

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
FILES = read_desk(ROOT, DocumentNumber.parse("RXD7200-02"))
FORM = Form.load(FILES)
SAMPLE = decode(FILES.sample)
TEMPLATE = CompiledTemplate.compile(FILES.template)
TODAY = date(2026, 11, 24)
UNIT = {
    "code": "JN01",
    "name": "济南示例支行",
    "full_name": "中国建设银行股份有限公司济南示例支行",
}
HEAD = {"name": "郑部长", "reported_on": "2026-04-09"}
PRESIDENT = {"name": "周示行", "reported_on": "2026-04-09"}
BEYOND = {"matter": "利率低于授权下限", "department_head": HEAD, "president": PRESIDENT}
COMMITMENT = {
    "item": "五日内答复",
    "owner": "王样例",
    "due": "2026-04-15",
    "within_authority": True,
}
COMPLAINT = {
    "content": "回单领取等待时间长",
    "received_on": "2026-04-08",
    "owner": "王样例",
    "due": "2026-04-15",
    "result": "已开通自助打印",
    "closed_on": "2026-04-14",
}
RISK = {"signal": "对外担保增加", "measure": "查询征信", "owner": "赵样例", "due": "2026-04-30"}
FOLLOW_UP = {"item": "报送摘要", "owner": "王样例", "due": "2026-04-20", "done_on": None}

# A second customer by phone: the least a log may hold, and a complaint still open.
PHONED = {
    "content.rm_second": None,
    "content.visit.method": "电话",
    "content.visit.place": None,
    "content.credit_related": False,
    "content.content": {"operations": "旺季备货", "finance": "", "demand": "缩短到账通知时间"},
    "content.products_offered": ["国际结算业务"],
    "content.complaint": {**COMPLAINT, "result": None, "closed_on": None},
    "content.follow_ups": [],
    "content.next_visit": None,
    "related": [],
}

# What each rule of the record refuses: path in the record -> value.
RECORD_BREAKS = {
    "R02-VISIT-AFTER-LOG": {"content.visit.date": "2026-04-10"},
    "R02-LOG-FUTURE": {"content.log_date": "2026-11-25"},
    "R02-LOG-LATE": {"content.visit.date": "2026-04-06"},
    "R02-RECORD-DATE": {"date": "2026-04-10"},
    "R02-TIME-ORDER": {"content.visit.end": "09:29"},
    "R02-NEXT-VISIT": {"content.next_visit.date": "2026-04-08"},
    "R02-PLACE": {"content.visit.place": None},
    "R02-RM-SECOND": {"content.rm_second": None},
    "R02-RM-SAME": {"content.rm_second": {"name": "王样例", "staff_no": "JN01-0101"}},
    "R02-PREPARER": {"prepared_by": {"name": "李样例", "staff_no": "ZB02-0201"}},
    "R02-CREDIT-UNMARKED": {"content.credit_related": False},
    "R02-USCC": {"content.customer.uscc": "91370112MA3DEM0191"},
    "R02-USCC-ORG": {"content.customer.uscc": "91370112MA3DEM018B"},
    "R02-CONTACT-NONE": {"content.contacts": []},
    "R02-CONTACT-PHONE": {"content.contacts.1.phone": "1234"},
    "R02-DEMAND": {"content.content.demand": ""},
    "R02-CONTENT": {"content.content": {"demand": "设备贷款", "finance": " "}},
    "R02-PLAN-CITED": {"content.customer.category": "潜在"},
    "R02-ESCALATE-HEAD": {"content.beyond_authority": {**BEYOND, "department_head": None}},
    "R02-ESCALATE-PRESIDENT": {"content.beyond_authority": {**BEYOND, "president": None}},
    "R02-ESCALATE-SAME": {"content.beyond_authority": {**BEYOND, "president": HEAD}},
    "R02-ESCALATE-HEAD-DATE": {
        "content.beyond_authority": {
            **BEYOND,
            "department_head": {**HEAD, "reported_on": "2026-04-07"},
        }
    },
    "R02-ESCALATE-PRESIDENT-DATE": {
        "content.beyond_authority": {
            **BEYOND,
            "president": {**PRESIDENT, "reported_on": "2026-11-25"},
        }
    },
    "R02-COMMITMENT-AUTHORITY": {
        "content.commitments": [{**COMMITMENT, "within_authority": False}]
    },
    "R02-COMMITMENT-DUE": {"content.commitments": [{**COMMITMENT, "due": "2026-04-07"}]},
    "R02-COMPLAINT-OWNER": {"content.complaint": {**COMPLAINT, "owner": None}},
    "R02-COMPLAINT-DUE": {"content.complaint": {**COMPLAINT, "due": None}},
    "R02-COMPLAINT-RESULT": {"content.complaint": {**COMPLAINT, "result": None}},
    "R02-COMPLAINT-OPEN": {"content.complaint": {**COMPLAINT, "result": None, "closed_on": None}},
    "R02-COMPLAINT-RECEIVED": {"content.complaint": {**COMPLAINT, "received_on": "2026-04-10"}},
    "R02-COMPLAINT-DUE-ORDER": {"content.complaint": {**COMPLAINT, "due": "2026-04-07"}},
    "R02-COMPLAINT-CLOSED-ORDER": {"content.complaint": {**COMPLAINT, "closed_on": "2026-11-25"}},
    "R02-COMPLAINT-LATE": {"content.complaint": {**COMPLAINT, "closed_on": "2026-04-16"}},
    "R02-RISK-MEASURE": {"content.risk_signals": [{**RISK, "measure": None}]},
    "R02-RISK-OWNER": {"content.risk_signals": [{**RISK, "owner": None}]},
    "R02-RISK-DUE": {"content.risk_signals": [RISK, {**RISK, "due": None}]},
    "R02-FOLLOW-UP-DUE": {"content.follow_ups": [{**FOLLOW_UP, "due": "2026-04-07"}]},
    "R02-FOLLOW-UP-DONE": {"content.follow_ups": [{**FOLLOW_UP, "done_on": "2026-04-07"}]},
    "R02-FOLLOW-UP-FUTURE": {"content.follow_ups": [{**FOLLOW_UP, "done_on": "2026-11-25"}]},
}

MAJOR = {"content.information_level": "重大"}

# What each rule of a stage refuses: stage, its path -> value, and what the record says.
STAGE_BREAKS = {
    "R02-HEAD-DATE": ("dept_head_opinion", {"date": "2026-04-08"}, {}),
    "R02-HEAD-SELF": ("dept_head_opinion", {"name": "赵样例"}, {}),
    "R02-HEAD-PROMPT": ("dept_head_opinion", {"date": "2026-04-13"}, MAJOR),
    "R02-PRESIDENT-DATE": ("president_opinion", {"date": "2026-11-25"}, {}),
    "R02-OPINION-ORDER": ("president_opinion", {"date": "2026-04-09"}, {}),
    "R02-PRESIDENT-SELF": ("president_opinion", {"name": "郑部长"}, {}),
    "R02-PRESIDENT-PROMPT": ("president_opinion", {"date": "2026-04-13"}, MAJOR),
}

WARNINGS = {
    "R02-LOG-LATE",
    "R02-RECORD-DATE",
    "R02-PREPARER",
    "R02-CREDIT-UNMARKED",
    "R02-USCC-ORG",
    "R02-PLAN-CITED",
    "R02-COMPLAINT-OPEN",
    "R02-COMPLAINT-LATE",
    "R02-FOLLOW-UP-FUTURE",
    "R02-HEAD-PROMPT",
    "R02-PRESIDENT-PROMPT",
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
    captured = next(stage["content"] for stage in SAMPLE["stages"] if stage["stage"] == name)
    body = changed(captured, changes)
    key = StageKey(name=name)
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
        number="RXD7200-02-JN01-2026-0001",
        edition=1,
        pin="12·9f3a0c1b2d4e",
        issued_on=date(2026, 4, 9),
    )
    return printed_text(TEMPLATE.render(context))


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
    assert [stage["stage"] for stage in SAMPLE["stages"]] == [stage.name for stage in FORM.stages]
    for stage in SAMPLE["stages"]:
        assert stage_findings(stage["stage"], {}) == []


def test_a_call_with_an_open_complaint_is_clean_but_for_that():
    assert codes(record_findings(PHONED)) == ["R02-COMPLAINT-OPEN"]


def test_a_log_with_everything_is_clean():
    everything = {
        "content.beyond_authority": BEYOND,
        "content.commitments": [COMMITMENT, {**COMMITMENT, "within_authority": False}],
        "content.complaint": COMPLAINT,
        "content.risk_signals": [RISK],
        **MAJOR,
    }
    assert record_findings(everything) == []


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


@pytest.mark.parametrize(
    ("visited", "logged", "late"),
    [
        ("2026-04-08", "2026-04-08", False),
        ("2026-04-08", "2026-04-10", False),
        ("2026-04-08", "2026-04-13", True),
        # Over a weekend only working days count.
        ("2026-04-10", "2026-04-14", False),
        ("2026-04-10", "2026-04-15", True),
    ],
)
def test_a_log_is_written_within_two_working_days(visited, logged, late):
    dates = {"content.visit.date": visited, "content.log_date": logged, "date": logged}
    assert ("R02-LOG-LATE" in codes(record_findings(dates))) is late


def test_major_information_may_be_reviewed_on_the_next_working_day():
    friday = {**MAJOR, "content.log_date": "2026-04-10", "date": "2026-04-10"}
    monday = {"date": "2026-04-13"}
    assert stage_findings("dept_head_opinion", monday, friday) == []
    late = stage_findings("dept_head_opinion", {"date": "2026-04-14"}, friday)
    assert codes(late) == ["R02-HEAD-PROMPT"]


def test_the_days_from_visit_to_review_are_computed():
    before = checked().names["derived"]
    assert (before["visit_minutes"], before["log_days"]) == (110, 1)
    assert (before["dept_head_days"], before["president_days"]) == (None, None)
    after = checked(stages=added_stages()).names["derived"]
    assert (after["dept_head_days"], after["president_days"]) == (1, 0)


def test_a_stage_is_added_by_the_person_it_names():
    body = SAMPLE["stages"][0]["content"]
    key = StageKey(name="dept_head_opinion")
    findings = check_stage(
        draft(),
        stages=(),
        key=key,
        content=body,
        form=FORM,
        unit=UNIT,
        actor_name="吴部长",
        today=TODAY,
    )[1]
    assert codes(findings) == ["STAGE-PERSON"]


def test_kept_ten_years_if_credit_related_else_five():
    assert keeping(FORM, checked().names).starts is None
    kept = keeping(FORM, checked(stages=added_stages()).names)
    assert (kept.years, kept.starts, kept.ends) == (10, date(2027, 1, 1), date(2037, 1, 1))
    kept = keeping(FORM, checked(PHONED, added_stages()).names)
    assert (kept.years, kept.ends) == (5, date(2032, 1, 1))


def test_the_summary_names_customer_and_topic():
    summary = summarise(FORM, checked().names)
    assert summary.customer == "济南虚构岱岳重型机械有限公司"
    assert summary.subject == "贷后走访"


def test_the_template_is_sound():
    assert lint_template(FILES.template, form_names(FORM)) == []


def test_the_log_prints_every_fact():
    related = {"related": ["RXD7200-01-JN01-2026-0001"]}
    text = printed(related, stages=added_stages())
    for fact in (
        "RXD7200-02　版本号：1.0",
        "内部资料",
        "客户经理工作日志",
        "填报机构：济南示例支行",
        "日志日期：2026年4月9日（走访后1个工作日）",
        "济南虚构岱岳重型机械有限公司",
        "☑重要",
        "王样例（JN01-0101）",
        "赵样例（JN01-0102）",
        "2026年4月8日　09:30—11:20",
        "上门走访（用时110分钟）",
        "济南市虚构区模拟工业园甲1号",
        "☑是",
        "贷后走访",
        "RXD7200-01-JN01-2026-0001",
        "陈虚实",
        "15500000021",
        "经办联系人",
        "设备贷款意向;出口收汇锁汇",
        "某同业银行正在接触",
        "固定资产贷款、结售汇业务",
        "☐重大　☑常规",
        "报送设备贷款需求摘要",
        "2026年4月17日",
        "2026年7月8日　上门走访",
        "已阅,跟进设备贷款",
        "签字：郑部长　　2026年4月10日",
        "签字：周示行　　2026年4月10日",
        "RXD7200-02-JN01-2026-0001",
        "核验码：12·9f3a0c1b2d4e",
    ):
        assert fact in text
    assert "91370112MA3DEM019E" not in text
    assert "None" not in text


def test_what_is_seldom_there_is_printed_too():
    text = printed(
        {
            "content.beyond_authority": BEYOND,
            "content.commitments": [COMMITMENT],
            "content.complaint": COMPLAINT,
            "content.risk_signals": [RISK],
        }
    )
    for fact in (
        "利率低于授权下限",
        "2026年4月9日向部门负责人郑部长汇报；2026年4月9日向主管行长周示行汇报",
        "五日内答复",
        "首问责任人：王样例",
        "处理结果：已开通自助打印　办结日期：2026年4月14日",
        "对外担保增加",
        "查询征信",
        "2026年4月30日",
    ):
        assert fact in text


def test_what_is_not_there_leaves_no_hole():
    text = printed(PHONED)
    lines = text.split("\n")
    for label in ("协办客户经理", "地点", "财务情况", "投资动向", "同业动态"):
        assert lines[lines.index(label) + 1] == "/"
    for label in ("超越权限事项", "对客户承诺", "风险信号", "后续事项", "下次联系", "相关记录"):
        assert lines[lines.index(label) + 1] == "无"
    assert "处理结果：尚未办结" in lines
    assert "None" not in text


def test_a_blank_form_can_be_printed():
    text = printed_text(TEMPLATE.render(blank_context(FORM)))
    for fact in ("客户经理工作日志", "风险信号", "应对措施", "兑现期限"):
        assert fact in text
    for none in ("None", "核验码", "☑", "无", "/"):
        assert none not in text


def test_values_are_never_markup():
    topic = "走访<w:t>&{{ 1 }}"
    assert topic in printed({"content.visit.topic": topic})

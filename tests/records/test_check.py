"""Checking records and stages: everything wrong is found, nothing sound is blamed."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs import lifecycle
from rmdocs.findings import Severity
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.check import accepted, check_record, check_stage, label
from rmdocs.records.draft import RecordDraft
from rmdocs.values import View

ROOT = Path(__file__).parents[2]
REVIEW = StageKey(name="review")
OPINION = {"name": "郑部长", "opinion": "已阅", "date": "2026-10-23"}
VALUES = st.sampled_from([None, "", "x", 0, -1, 1.5, True, [], {}, ["x"], {"a": 1}, "2026-02-30"])


@pytest.fixture
def check(form, unit, today):
    def run(value):
        checked, findings = check_record(RecordDraft.parse(value), form, unit, today)
        assert (checked is None) == any(one.severity is Severity.ERROR for one in findings)
        return checked, {(finding.code, finding.path): finding for finding in findings}

    return run


@pytest.fixture
def review(form, unit, today, sample):
    draft = RecordDraft.parse(sample)

    def run(content, actor="郑部长", stages=()):
        checked, findings = check_stage(
            draft,
            stages=stages,
            key=REVIEW,
            content=content,
            form=form,
            unit=unit,
            actor_name=actor,
            today=today,
        )
        return checked, {(finding.code, finding.path): finding for finding in findings}

    return run


def test_a_sound_record(check, sample):
    checked, findings = check(sample)
    assert findings == {}
    assert checked.names["derived"]["total_score"] == 8
    assert checked.names["content"]["follow_up"] is None
    assert isinstance(checked.names, View)
    assert checked.draft.digest() == RecordDraft.parse(sample).digest()


def test_what_is_sealed_is_tidied_but_not_completed(check, sample):
    sample["record"]["content"]["customer"]["uscc"] = " 91370112ma3dem019e"
    checked, findings = check(sample)
    assert findings == {}
    assert checked.draft.content["customer"]["uscc"] == "91370112MA3DEM019E"
    assert "follow_up" not in checked.draft.content


def test_rules_are_told_with_label_and_language(check, sample):
    sample["record"]["content"]["questions"][1]["score"] = 2
    del sample["derived"]
    checked, findings = check(sample)
    assert checked is None
    finding = findings["R05-FOLLOW-UP", "$.content.questions[1].score"]
    assert "只得2分" in finding.message.text(Language.ZH)
    assert "scores only 2" in finding.message.text(Language.EN)
    assert "(第2项) › " in finding.label


def test_a_captured_value_that_disagrees_is_an_error(check, sample):
    sample["derived"] = {"total_score": 9, "nothing": 1}
    _, findings = check(sample)
    assert findings.keys() == {
        ("DERIVED-DISAGREES", "$.derived.total_score"),
        ("DERIVED-UNKNOWN", "$.derived.nothing"),
    }
    assert findings["DERIVED-DISAGREES", "$.derived.total_score"].label == "总分"


def test_schema_and_rules_are_told_together(check, sample):
    content = sample["record"]["content"]
    del content["caller"]
    content["called_on"] = "2026-10-23"
    content["questions"][0]["score"] = 1
    sample["derived"] = {"total_score": 1}
    _, findings = check(sample)
    assert findings.keys() == {
        ("SCHEMA-REQUIRED", "$.content.caller"),
        ("R05-CALL-DATE", "$.content.called_on"),
        ("R05-FOLLOW-UP", "$.content.questions[0].score"),
        ("DERIVED-DISAGREES", "$.derived.total_score"),
    }


def test_a_wrong_value_keeps_its_own_rules_silent(check, sample):
    content = sample["record"]["content"]
    content["called_on"] = "23.10.2026"
    content["questions"][0]["score"] = "5"
    _, findings = check(sample)
    assert findings.keys() == {
        ("SCHEMA-FORMAT", "$.content.called_on"),
        ("SCHEMA-TYPE", "$.content.questions[0].score"),
    }


def test_an_unknown_property_keeps_no_rule_silent(check, sample):
    content = sample["record"]["content"]
    content["unknown"] = 1
    content["called_on"] = "2026-10-23"
    _, findings = check(sample)
    assert findings.keys() == {
        ("SCHEMA-UNKNOWN", "$.content.unknown"),
        ("R05-CALL-DATE", "$.content.called_on"),
    }


@given(st.data())
def test_no_content_crashes_a_check(form, unit, today, files, data):
    value = json.loads(files.sample)
    place = value["record"]["content"]
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [item for item in place.values() if isinstance(item, dict) and item]
        if not inner:
            break
        place = data.draw(st.sampled_from(inner))
    name = data.draw(st.sampled_from([*place, "unknown"]))
    place[name] = data.draw(VALUES)
    _, findings = check_record(RecordDraft.parse(value), form, unit, today)
    for finding in findings:
        assert finding.path.startswith("$")
        assert not finding.code.startswith("RULE-")


def test_a_stage_is_added(review):
    checked, findings = review(OPINION)
    assert findings == {}
    assert checked.names["stages"]["review"]["name"] == "郑部长"
    assert checked.names["derived"]["total_score"] == 8


def test_a_stage_is_signed_by_whoever_adds_it(review):
    _, findings = review(OPINION, actor="周示行")
    finding = findings["STAGE-PERSON", "$.stages.review.name"]
    assert "郑部长" in finding.message.text(Language.EN)
    assert finding.label.startswith("部门负责人阅示 › ")


def test_a_stage_breaks_a_rule(review):
    checked, findings = review({**OPINION, "date": "2026-10-20"})
    assert checked is None
    assert findings.keys() == {("R05-REVIEW-DATE", "$.stages.review.date")}


def test_a_stage_of_the_wrong_shape(review):
    _, findings = review({"name": "郑部长", "date": "x", "opinon": "已阅"})
    assert findings.keys() == {
        ("SCHEMA-FORMAT", "$.stages.review.date"),
        ("SCHEMA-REQUIRED", "$.stages.review.opinion"),
        ("SCHEMA-UNKNOWN", "$.stages.review.opinon"),
    }


def test_a_stage_that_cannot_be_kept_or_printed(review):
    assert review({**OPINION, "opinion": "\x00"})[1].keys() == {
        ("TEXT-UNPRINTABLE", "$.stages.review.opinion")
    }
    assert review({**OPINION, "opinion": 2**60})[1].keys() == {
        ("JSON-EXACT", "$.stages.review.opinion")
    }


@given(st.dictionaries(st.sampled_from(["name", "opinion", "date", "x"]), VALUES))
def test_no_stage_crashes_a_check(form, unit, today, files, content):
    draft = RecordDraft.parse(json.loads(files.sample))
    before = copy.deepcopy(content)
    check_stage(
        draft,
        stages=(),
        key=REVIEW,
        content=content,
        form=form,
        unit=unit,
        actor_name="郑部长",
        today=today,
    )
    assert content == before


def test_what_was_accepted_is_not_judged_again(form, unit, sample):
    draft = RecordDraft.parse(sample)
    again = accepted(draft, form, unit, [(REVIEW, OPINION)])
    assert again.names["stages"]["review"]["opinion"] == "已阅"
    assert "today" not in again.names


def test_derived_values_that_fail_are_told_once(notice, unit, today):
    value = json.loads((ROOT / "forms/RXD7200-04/sample.json").read_bytes())
    value["record"]["content"]["balance"] = "0.001"
    del value["derived"]
    _, findings = check_record(RecordDraft.parse(value), notice, unit, today)
    codes = {finding.code for finding in findings}
    assert "SCHEMA-PATTERN" in codes
    assert "DERIVED-EVALUATION" not in codes
    assert not any(code.startswith("R04-BALANCE") for code in codes)


def test_labels(notice):
    assert label(notice, "$.content.contract.no") == "借款合同 › 合同编号"
    assert label(notice, "$.stages.receipt.reply") == "回执 › 还款意见"
    assert label(notice, "$.stages.receipt") == "回执"
    assert label(notice, "$.derived.term") == "贷款期限类别"
    assert label(notice, "$.prepared_by.name") == "填制人 › 姓名"
    assert label(notice, "$.date") == "记录日期"
    assert label(notice, "$.nowhere") == ""


SAMPLES = [
    (number, path.name)
    for number in desk_numbers(ROOT)
    for path in sorted((ROOT / "forms" / str(number)).glob("*.json"))
]


@pytest.mark.parametrize(("number", "name"), SAMPLES, ids=str)
def test_the_built_in_samples_go_through_all_their_stages(number, name, unit):
    form = Form.load(read_desk(ROOT, number))
    draft = RecordDraft.parse(json.loads((ROOT / "forms" / str(number) / name).read_bytes()))
    checked, findings = check_record(draft, form, unit, date(2029, 12, 31))
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    stages = []
    for offered in draft.offered_stages:
        present = [key for key, _ in stages]
        status = lifecycle.record_status(form.stages, present, voided=False)
        key = lifecycle.stage_key(form.stages, offered.stage, offered.content)
        lifecycle.require_stage(status, form.stages, present, key)
        actor = str(offered.content.get(form.stage(offered.stage).person, ""))
        checked, findings = check_stage(
            draft,
            stages=stages,
            key=key,
            content=offered.content,
            form=form,
            unit=unit,
            actor_name=actor,
            today=date(2029, 12, 31),
        )
        assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
        stages.append((key, offered.content))
    assert checked.names["content"]

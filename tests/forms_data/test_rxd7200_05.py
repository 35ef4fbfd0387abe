"""RXD7200-05, the fifth form: data alone makes it load, check, derive and print."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from rmdocs.canonical import decode
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import StageKey
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
UNIT = {"code": "JN01", "name": "济南示例支行", "full_name": "济南示例支行"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The form's files, laid onto a desk that has the shared definitions."""
    desk = tmp_path_factory.mktemp("workspace")
    copytree(ROOT / "tests/data/fifth_form", desk, dirs_exist_ok=True)
    (desk / "schemas/common.schema.json").write_bytes(
        (ROOT / "schemas/common.schema.json").read_bytes()
    )
    return read_desk(desk, DocumentNumber.parse("RXD7200-05"))


@pytest.fixture(scope="module")
def form(files):
    return Form.load(files)


def checked(form, sample, stages=()):
    return check_record(RecordDraft.parse(sample), form, UNIT, TODAY, stages=stages)


def test_the_sample_is_clean_with_its_stage(files, form):
    sample = decode(files.sample)
    assert checked(form, sample)[1] == []
    review = sample["stages"][0]
    _, findings = check_stage(
        RecordDraft.parse(sample),
        stages=(),
        key=StageKey(name=review["stage"]),
        content=review["content"],
        form=form,
        unit=UNIT,
        actor_name="郑部长",
        today=TODAY,
    )
    assert findings == []


def test_a_low_score_needs_a_follow_up(files, form):
    sample = deepcopy(decode(files.sample))
    del sample["derived"]
    sample["record"]["content"]["questions"][1]["score"] = 1
    _, findings = checked(form, sample)
    assert [(one.code, one.path) for one in findings] == [
        ("R05-FOLLOW-UP", "$.content.questions[1].score")
    ]


def test_the_template_is_sound_and_prints_a_row_per_question(files, form):
    assert lint_template(files.template, form_names(form)) == []
    sample = decode(files.sample)
    review = sample["stages"][0]
    record, _ = checked(form, sample, [(StageKey(name="review"), review["content"])])
    context = template_context(
        record,
        form,
        number="RXD7200-05-JN01-2026-0001",
        edition=1,
        pin="0·-",
        issued_on=TODAY,
    )
    text = printed_text(CompiledTemplate.compile(files.template).render(context))
    for question in sample["record"]["content"]["questions"]:
        assert question["question"] in text
        assert question["answer"] in text
    assert "总分：8" in text
    assert "郑部长 2026年10月23日" in text

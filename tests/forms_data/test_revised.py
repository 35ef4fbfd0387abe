"""The revision of RXD7200-04 that tests work with: sound, and its records follow."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from revised import NEW_SENTENCE, NUMBER, OLD_SENTENCE, UNCOMPUTED, as_revised, renumber, revise_04

from rmdocs.findings import has_errors
from rmdocs.forms.checking import check_form
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import StageKey
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import judge, migrate, missing
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template, used_names

ROOT = Path(__file__).resolve().parents[2]
OWN = DocumentNumber(NUMBER)
UNIT = {"code": "JN01", "name": "示例支行", "full_name": "中国建设银行股份有限公司示例支行"}
SAMPLES = [
    *sorted(ROOT.glob(f"rmdocs/sample/{NUMBER}-*.json")),
    ROOT / "forms" / NUMBER / "sample.json",
]
LATE = date(2026, 12, 31)


@pytest.fixture(scope="module")
def old():
    return Form.load(read_desk(ROOT, OWN))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    desk = tmp_path_factory.mktemp("desk")
    for name in ("forms", "schemas"):
        shutil.copytree(ROOT / name, desk / name)
    revise_04(desk)
    renumber(desk, NUMBER, "1.1", date(2026, 8, 1))
    return read_desk(desk, OWN)


@pytest.fixture(scope="module")
def new(files):
    return Form.load(files)


def test_it_is_sound_and_takes_over_from_the_form_before(files, old, new):
    assert lint_template(files.template, form_names(new)) == []
    assert not has_errors(check_form(files, used_names(files.template), [old]))
    assert [str(revision) for revision in new.predecessors] == ["1.0"]
    assert [str(row.revision) for row in new.history] == ["1.0", "1.1"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("whole", [False, True], ids=["issued", "with stages"])
def test_the_samples_follow_and_are_rendered(files, old, new, path, whole):
    sample = json.loads(path.read_bytes())
    captured = sample["stages"] if whole else []
    stages = [(StageKey(name=one["stage"]), one["content"]) for one in captured]
    migrated = migrate(RecordDraft.parse(sample), stages, (old, new), UNIT)
    checked, findings = judge(migrated, new, UNIT, LATE)
    assert findings == []
    assert migrated.stages == tuple(stages)
    assert checked.draft.to_json() == as_revised(
        sample["record"], checked.draft.content["contact_channel"]
    )
    context = template_context(
        checked, new, number=f"{NUMBER}-JN01-2026-0001", edition=2, pin="1·x", issued_on=LATE
    )
    text = printed_text(CompiledTemplate.compile(files.template).render(context))
    assert NEW_SENTENCE in text
    assert OLD_SENTENCE not in text
    assert f"到期联系方式：{checked.draft.content['contact_channel']}" in text
    assert f"联系电话：{sample['record']['content']['branch_phone']}" in text


def test_a_loan_with_guarantors_is_left_to_a_person(old, new):
    sample = json.loads(SAMPLES[0].read_bytes())
    sample["record"]["content"]["guarantors"] = [{"name": "济南虚构担保有限公司"}]
    draft = RecordDraft.parse(sample)
    checked, findings = judge(migrate(draft, [], (old, new), UNIT), new, UNIT, LATE)
    assert checked is None
    assert [finding.path for finding in findings] == [UNCOMPUTED]
    assert missing(findings) == tuple(findings)
    given = migrate(draft, [], (old, new), UNIT, {UNCOMPUTED: "短信"})
    checked, findings = judge(given, new, UNIT, LATE)
    assert checked is not None
    assert [finding.code for finding in findings] == ["R04-CONTACT-CHANNEL"]


def test_nothing_but_the_revision_differs(files, old):
    before = read_desk(ROOT, OWN)
    assert files.common == before.common
    assert used_names(files.template) ^ used_names(before.template) == {
        "content.branch_phone",
        "content.contact_phone",
        "content.contact_channel",
    }

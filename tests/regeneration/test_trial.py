"""A revision tried before its release: on its sample, and on the newest records."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bank import NEW_YEAR, Bank
from notices import EFFECTIVE, FORM, GUARANTOR, ISSUED, issue, notice
from revised import UNCOMPUTED, revise_04

from rmdocs.beginning import begin
from rmdocs.errors import FindingsError
from rmdocs.findings import Severity, has_errors
from rmdocs.identifiers import DocumentNumber
from rmdocs.workspace import desk, revising


@pytest.fixture
def edited(bank):
    """A bank with three notices under 1.0, and 1.1 proposed and edited on the desk."""
    for no in ("甲", "乙"):
        issue(bank, notice(bank, "JN01", no))
    guaranteed = notice(bank, "JN01", "丙")
    guaranteed["record"]["content"]["guarantors"] = [GUARANTOR]
    issue(bank, guaranteed)
    revising.propose(bank.at("SD00-0001", ISSUED), FORM, "改", EFFECTIVE)
    revise_04(bank.root)
    return bank


def trial(bank, newest=20):
    return desk.trial(bank.at(None, ISSUED), FORM, newest)


def test_records_are_told_what_they_would_get(edited):
    refs = edited.refs()
    sample, *records = trial(edited)
    assert not has_errors(sample.findings)
    assert len(records) == 3
    [blocked] = [one for one in records if one.findings]
    assert UNCOMPUTED in {finding.path for finding in blocked.findings}
    assert {finding.severity for finding in blocked.findings} == {Severity.WARNING}
    assert edited.refs() == refs


def test_only_the_newest_are_tried(edited):
    assert len(trial(edited, 1)) == 2
    assert len(trial(edited, 0)) == 1


def test_a_sample_that_does_not_pass_keeps_the_form_on_the_desk(edited):
    path = edited.root / "forms" / str(FORM) / "sample.json"
    value = json.loads(path.read_text("utf-8"))
    value["record"]["content"]["balance"] = "99999999999.00"
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    with pytest.raises(FindingsError) as problem:
        revising.submit(edited.at("SD00-0001", ISSUED), FORM)
    assert "R04-BALANCE-PRINCIPAL" in {finding.code for finding in problem.value.findings}


def test_a_template_that_fails_for_a_stage_is_found(edited):
    path = edited.root / "schemas" / f"{FORM}.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    schema["$defs"]["stages"]["delivery"]["required"].append("no_such")
    path.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    sample, *_ = trial(edited)
    assert has_errors(sample.findings)


@pytest.mark.parametrize("number", ["RXD7200-01", "RXD7200-02", "RXD7200-03", "RXD7200-04"])
def test_every_built_in_form_can_be_submitted_as_it_is(bank, number):
    form = DocumentNumber(number)
    revising.propose(bank.at("SD00-0001", ISSUED), form, "改", EFFECTIVE)
    assert revising.submit(bank.at("SD00-0001", ISSUED), form).change.draft is not None


def test_a_store_without_the_samples_unit_is_not_asked_about_it(place):
    with TemporaryDirectory(dir=place) as directory:
        root = Path(directory) / "bank"
        begin(root, sample=False, now=NEW_YEAR)
        sample, *_ = desk.trial(Bank(root).at(None, ISSUED), DocumentNumber("RXD7200-03"), 0)
    assert not has_errors(sample.findings)

"""A stage by questions, begun and gone on with under the revision its record is of."""

from __future__ import annotations

import json

import pytest
from notices import EFFECTIVE, ISSUED, notice, release

from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.workspace import terminaldrafts

pytestmark = pytest.mark.long

MANAGER = "JN01-0101"


@pytest.fixture
def number(bank):
    """A notice under 1.0, with 1.1 in force."""
    found = bank.issue(notice(bank, "JN01", "甲"), ISSUED)
    release(bank)
    return found


class _OffError(Exception):
    """Somebody breaks off."""


def test_an_interview_goes_on_under_the_revision_of_the_record(bank, number):
    workspace = bank.at(MANAGER, EFFECTIVE)
    begun = terminaldrafts.begin_stage(workspace, number, "delivery")
    stage = notice(bank, "JN01", "甲")["stages"][0]["content"]
    asked, kept = [], []

    def prompt(question, _findings):
        asked.append(question.key)
        if len(asked) > 1:
            raise _OffError
        return str(stage[question.key])

    with pytest.raises(_OffError):
        terminaldrafts.hold(begun, kept.append, prompt)
    file = File(name="stage.json.draft", data=kept[-1])
    resumed = terminaldrafts.begin_stage(workspace, number, "delivery", file)
    assert [str(one.form.revision) for one in (begun, resumed)] == ["1.0", "1.0"]
    assert resumed.answers == begun.answers
    assert list(resumed.answers) == asked[:1]
    assert resumed.defaults == begun.defaults


@pytest.mark.parametrize("change", [{"stage": ""}, {"answers": []}, {"form": "none"}, {"more": 1}])
def test_what_is_no_draft_of_the_stage_is_refused(bank, number, change):
    value = {"form": "RXD7200-04", "stage": "delivery", "defaults": {}, "answers": {}}
    kept = File(name="stage.json.draft", data=json.dumps({**value, **change}).encode())
    with pytest.raises(FindingsError) as refused:
        terminaldrafts.begin_stage(bank.at(MANAGER, EFFECTIVE), number, "delivery", kept)
    assert [one.code for one in refused.value.findings] == ["DRAFT"]

"""Drafts on paper: what a record would print, whatever the rules say, and never a number."""

from __future__ import annotations

import pytest
from bank import LATE

from rmdocs.folders import read
from rmdocs.issuing.editions import NO_NUMBER, print_draft
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import records
from rmdocs.workspace.recordfiles import check_files


def drafts(bank, value, name="draft.json", day=LATE):
    work = bank.at(day=day)
    found = check_files(work, [read(bank.write(value, name))])
    return [print_draft(work.registry, one.candidate, one.checked, day) for one in found]


@pytest.mark.parametrize("form", ["01", "02", "03", "04"])
def test_every_form_prints_its_draft_without_number_edition_and_pin(shared_bank, form):
    sample = shared_bank.sample(f"RXD7200-{form}-YT03")
    [draft] = drafts(shared_bank, sample)
    assert draft.printed is not None
    printed = printed_text(draft.printed.documents[0])
    assert NO_NUMBER in printed
    assert "核验" in printed
    number = f"RXD7200-{form}-YT03-2026-0001"
    assert number not in printed.replace(str(sample["record"]["related"]), "")


def test_a_further_document_for_each_addressee(bank):
    sample = bank.sample("RXD7200-04-JN01")
    [draft] = drafts(bank, sample)
    assert draft.printed is not None
    number = bank.issue({**sample, "record": {**sample["record"], "related": []}})
    assert len(draft.printed.documents) == len(records.show(bank.at(), number).documents)


def test_what_issuing_would_refuse_is_told_and_printed_all_the_same(bank):
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["prepared_by"]["name"] = "张三"
    [draft] = drafts(bank, sample)
    assert draft.checked.ready is None
    assert "STAFF-UNKNOWN" in {finding.code for finding in draft.checked.findings}
    assert draft.printed is not None
    assert "客户经理工作日志" in printed_text(draft.printed.documents[0])


def test_a_rule_does_not_keep_a_draft_from_being_printed(bank):
    sample = bank.sample("RXD7200-04-JN01")
    sample["record"]["content"]["notice_date"] = "2026-10-17"
    [draft] = drafts(bank, sample)
    assert [one for one in draft.checked.findings if one.severity.value == "error"]
    assert draft.printed is not None


def without_value(record):
    del record["content"]["log_date"]


def wrong_value(record):
    record["content"]["log_date"] = "yesterday"


def unknown_unit(record):
    record["unit"] = "JN99"


def unknown_form(record):
    record["form"] = "RXD7200-99"


def unprintable(record):
    record["content"]["visit"]["place"] = "a\x07b"


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (without_value, {"SCHEMA-REQUIRED", "STAGES-LATER"}),
        (wrong_value, {"SCHEMA-FORMAT", "STAGES-LATER"}),
        (unknown_unit, {"UNIT-UNKNOWN", "STAFF-UNIT"}),
        (unknown_form, {"CONTROL"}),
        (unprintable, {"TEXT-UNPRINTABLE"}),
    ],
)
def test_what_cannot_be_printed_whole_is_not_printed(bank, spoil, codes):
    sample = bank.sample("RXD7200-02-JN01")
    spoil(sample["record"])
    [draft] = drafts(bank, sample)
    assert draft.printed is None
    assert {one.code for one in draft.checked.findings} == codes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "JSON-SYNTAX"),
        ("[]", "FILE-EMPTY"),
        ("null", "RECORD-ENVELOPE"),
        ('"text"', "RECORD-ENVELOPE"),
    ],
)
def test_a_file_that_holds_no_record(bank, content, code):
    for draft in drafts(bank, content):
        assert draft.printed is None
        assert {one.code for one in draft.checked.findings} == {code}

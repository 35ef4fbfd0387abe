"""What would become of each record, and that planning writes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from bank import refused_for
from notices import EFFECTIVE, FORM, NEW

from rmdocs.errors import ControlError
from rmdocs.events.records import PdfSigned
from rmdocs.identifiers import Revision
from rmdocs.messages import Language
from rmdocs.records.migration import missing
from rmdocs.regeneration.plan import RegenerationOutcome
from rmdocs.regeneration.reports import plan_report
from rmdocs.renditions.records import rendition_event, subject, unchanged
from rmdocs.reports.report import rows_json
from rmdocs.signing.levels import Level
from rmdocs.workspace import regeneration


def plan(bank, **more):
    return regeneration.plan(bank.at(None, EFFECTIVE), FORM, NEW, **more)


def test_each_record_has_a_fate(revised_bank):
    before = revised_bank.refs()
    made = plan(revised_bank)
    assert {fate: count for fate, count in made.counts.items() if count} == {
        RegenerationOutcome.REGENERATE: 4,
        RegenerationOutcome.BLOCKED: 1,
        RegenerationOutcome.SETTLED: 1,
        RegenerationOutcome.VOID: 1,
    }
    assert revised_bank.refs() == before


def test_what_is_missing_is_named(revised_bank):
    [blocked] = plan(revised_bank).of(RegenerationOutcome.BLOCKED)
    assert [finding.path for finding in missing(blocked.findings)] == ["$.content.contact_channel"]


def test_what_is_signed_says_what_it_would_need(revised_bank):
    [settled] = plan(revised_bank).of(RegenerationOutcome.SETTLED)
    assert "送达" in settled.need.text(Language.ZH)
    assert settled.migrated is None


def test_what_somebody_has_signed_is_left_as_it_is(revised_bank):
    planned = plan(revised_bank).of(RegenerationOutcome.REGENERATE)[0]
    workspace = revised_bank.at("JN01-0101", EFFECTIVE)
    found, acting = subject(workspace.registry, planned.number), workspace.acting()
    signed = PdfSigned(
        rules=found.rules,
        of_edition=found.edition,
        party="a",
        level=Level.B_B,
        signatory="某人",
        certificate="0" * 64,
    )
    new_event = rendition_event(found, signed, "signatures/1/1/signed.pdf", b"%PDF-")
    with unchanged(found) as branch:
        acting.seal(branch, [new_event])
    assert planned.number in [
        one.number for one in plan(revised_bank).of(RegenerationOutcome.SETTLED)
    ]


def test_a_condition_restricts_the_records(revised_bank):
    made = plan(revised_bank, where="unit.code == 'YT03'")
    assert Counter(str(one.number.series.unit) for one in made.records) == {"YT03": 2}


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        ("content.", {"RULE-SYNTAX"}),
        ("content.nothing.here == 1", {"RULE-EVALUATION", "WHERE-FAILED"}),
    ],
)
def test_a_condition_with_mistakes_is_refused(revised_bank, where, codes):
    with refused_for(*codes):
        plan(revised_bank, where=where)


@pytest.mark.parametrize(
    ("revision", "day", "status"),
    [
        (Revision(major=1, minor=0), EFFECTIVE, "superseded"),
        (Revision(major=1, minor=1), date(2026, 11, 30), "approved"),
        (Revision(major=1, minor=2), EFFECTIVE, "unapproved"),
    ],
)
def test_only_the_revision_in_force_takes_records(revised_bank, revision, day, status):
    with pytest.raises(ControlError, match=f"is {status} on {day}, not in force"):
        regeneration.plan(revised_bank.at(None, day), FORM, revision)


def test_the_plan_is_a_report(revised_bank):
    workspace = revised_bank.at(None, EFFECTIVE)
    made = regeneration.plan(workspace, FORM, NEW)
    report = plan_report(made, workspace.registry.forms.load(made.to).form.organisation)
    rows = rows_json(report, Language.ZH)
    assert len(rows) == 7
    [blocked] = [
        row
        for row in rows
        if row["fate"] == RegenerationOutcome.BLOCKED or "联系方式" in row["reason"]
    ]
    assert "到期联系方式" in blocked["reason"]

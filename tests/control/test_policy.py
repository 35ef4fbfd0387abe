"""The policy: data that can be widened, changed by two people, and never narrowed."""

from __future__ import annotations

from datetime import date

import pytest
from bank import refused_for
from forged import append

from rmdocs.control.policy import ACTS, BUILT_IN, RULES, Performer, Policy, policy_in_force
from rmdocs.control.requestkinds import policy_event
from rmdocs.errors import ControlError, FindingsError
from rmdocs.folders import read
from rmdocs.registers.indexfile import Query
from rmdocs.store.event import Actor
from rmdocs.workspace import records, requests

TODAY = date(2026, 6, 1)
TEXT = BUILT_IN.read_text("utf-8")


def codes(text):
    with pytest.raises(FindingsError) as problem:
        Policy.load(text.encode())
    return {finding.code for finding in problem.value.findings}


def test_the_built_in_policy_gives_every_act_to_somebody():
    policy = Policy.load(BUILT_IN.read_bytes())
    assert set(policy.acts) == set(ACTS)
    assert all(policy.acts.values())


def test_every_mistake_at_once():
    text = (
        TEXT.replace('"copy.issue" = ["records_officer"]', '"copy.issue" = ["nobody"]')
        .replace('"series.close" = ["records_officer"]', '"series.shut" = []')
        .replace("[[separate]]", '[[separate]]\ncolour = "red"', 1)
    )
    assert codes(text) == {"POLICY-ROLE", "FORM-MISSING", "FORM-UNKNOWN"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('code = "SOD-HOLD"', 'code = "SOD-OTHER"'),
        ('acts = ["revision.submit", "revision.review", ', 'acts = ["revision.submit", '),
        ('acts = ["disposition.propose", "disposition.approve"]', "acts = []"),
    ],
)
def test_a_separation_is_neither_dropped_nor_narrowed(old, new):
    assert "POLICY-SEPARATION" in codes(TEXT.replace(old, new))


def test_one_person_is_one_by_number_or_by_key():
    policy = Policy.load(BUILT_IN.read_bytes())
    same_number = Actor(staff_no="SD00-0001", name="甲", fingerprint="SHA256:b")
    same_key = Actor(staff_no="SD00-0002", name="乙", fingerprint="SHA256:a")
    other = Actor(staff_no="SD00-0002", name="乙", fingerprint="SHA256:b")
    actor = Actor(staff_no="SD00-0001", name="甲", fingerprint="SHA256:a")
    first = Performer(act="revision.submit", actor=actor)
    for one in (same_number, same_key):
        with pytest.raises(ControlError, match="SOD-REVISION"):
            policy.require_separate(Performer(act="revision.review", actor=one), first)
    policy.require_separate(Performer(act="revision.review", actor=other), first)
    # Acts that no rule keeps apart may be one person's.
    policy.require_separate(Performer(act="copy.issue", actor=actor), first)


def change(bank, data, actor="SD00-0004", approver="SD00-0003"):
    asked = requests.enter(bank.at(actor, TODAY), "policy", data, "改")
    bank.approve(asked.number, approver, TODAY)


def test_a_change_rules_from_then_on_and_the_old_one_stays(bank):
    text = TEXT.replace(
        '"revision.confirm" = ["form_reviewer"]', '"revision.confirm" = ["auditor"]'
    )
    change(bank, text.encode())
    control = bank.at().registry.control
    assert policy_in_force(control).acts["revision.confirm"] == ("auditor",)
    assert control.read("policy/0001.toml") == BUILT_IN.read_bytes()
    assert bank.codes() == set()


@pytest.mark.parametrize(
    ("actor", "approver", "reason"),
    [
        ("JN01-0101", "SD00-0003", "may not change the policy"),
        ("SD00-0004", "SD00-0001", "may not approve a change of the policy"),
    ],
)
def test_it_takes_two_who_may(bank, actor, approver, reason):
    with pytest.raises(ControlError, match=reason):
        change(bank, BUILT_IN.read_bytes(), actor, approver)


def test_a_policy_with_mistakes_is_not_entered(bank):
    with refused_for("FORM-MISSING", "POLICY-SEPARATION"):
        change(bank, b"[acts]\n")
    assert bank.at().registry.control.list("policy") == ["0001.toml", "events"]


def with_rules(line):
    return TEXT.replace(f"rules = {RULES}\n", line, 1)


@pytest.mark.parametrize(("line", "rules"), [("rules = 3\n", 3), ("rules = 1\n", 1), ("", 1)])
def test_the_rules_have_a_version(line, rules):
    assert Policy.load(with_rules(line).encode()).rules == rules


@pytest.mark.parametrize("value", ["4", "0", "-1", "99999999999"])
def test_rules_of_a_version_nobody_knows(value):
    assert codes(with_rules(f"rules = {value}\n")) == {"POLICY-RULES"}


@pytest.mark.parametrize("value", ["true", '"2"', "2.0", "[2]"])
def test_a_version_that_is_no_number(value):
    assert codes(with_rules(f"rules = {value}\n")) == {"FORM-TYPE"}


@pytest.mark.parametrize("line", ["rules = 1\n", ""])
def test_the_rules_are_not_lowered(bank, line):
    with pytest.raises(ControlError, match="lower the version of the rules from 3 to 1"):
        change(bank, with_rules(line).encode())


def test_a_policy_that_lowers_the_rules_is_found(bank):
    sealed = policy_event(with_rules("").encode(), 2, "改")
    append(bank, "SD00-0004", sealed)
    assert bank.codes() == {"POLICY-RULES", "REQUEST-MISSING"}


def test_a_policy_of_a_newer_rmdocs_is_not_passed_over(bank):
    append(bank, "SD00-0004", policy_event(with_rules("rules = 4\n").encode(), 2, "改"))
    assert "POLICY-UNREADABLE" in bank.codes()
    file = bank.write(bank.sample("RXD7200-02-JN01"))
    before = [*records.find(bank.at(), Query())]
    with refused_for("POLICY-RULES"):
        records.issue(bank.at("JN01-0101"), [read(file)])
    assert [*records.find(bank.at(), Query())] == before

"""``rmdocs reader``: codes given out and taken away, and what the log of the pages says."""

import json

import pytest
from browsing import Browser


@pytest.fixture
def bank(copied_in_git, founded):
    return copied_in_git(founded)


@pytest.fixture
def reader(command, bank):
    def run(*words):
        return command("-w", bank.root, "reader", *words)

    return run


def test_a_code_is_given_out_once_and_taken_away(reader):
    code, said, _ = reader("add", "省行审计")
    assert code == 0
    assert said.startswith("the code of 省行审计: ")
    assert "省行审计" in reader("list")[1]
    assert json.loads(reader("list", "--json")[1])["name"] == "省行审计"
    assert reader("add", "省行审计")[0] == 4
    assert reader("remove", "省行审计")[0] == 0
    assert reader("list", "--json")[1] == ""
    assert reader("remove", "省行审计")[0] == 3


def test_the_log_says_who_came_in_and_what_was_refused(reader, bank):
    with Browser(bank) as browser:
        browser.enter("JN01-0101")
        browser.get("/records/%1b[31mRXD")
    said = reader("log")[1]
    assert "came in" in said
    assert "JN01-0101" in said
    assert "\x1b" not in said
    refused = [json.loads(line) for line in reader("log", "--json")[1].splitlines()][-1]
    assert (refused["what"], refused["status"]) == ("refused", 400)
    assert reader("log", "--reader", "省行审计")[1].count("\n") <= 1


def test_other_machines_are_never_served_without_tls(command, bank):
    code, _, said = command("-w", bank.root, "web", "--read-only", "--host", "0.0.0.0")  # noqa: S104
    assert code == 2
    assert "never without TLS" in said

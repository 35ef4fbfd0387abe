"""A paper in an auditor's hand, by what it prints, as they type it."""

from __future__ import annotations

import json

import pytest

from rmdocs.identifiers import RecordNumber
from rmdocs.workspace import records

NUMBER = "RXD7200-04-JN01-2026-0001"


@pytest.fixture
def paper(shared_bank, command):
    """Trace the paper; and the code that its newest edition prints."""
    out = command("-w", shared_bank.root, "show", NUMBER, "--json")[1]
    newest = json.loads(out)["current_edition"]

    def call(*words):
        return command("-w", shared_bank.root, "trace", *words)

    work, number = shared_bank.at(), RecordNumber.parse(NUMBER)
    codes = {one: records.trace_paper(work, number, one, "").pin for one in range(1, newest + 1)}
    return call, newest, codes


def test_as_it_is_printed(paper):
    call, newest, codes = paper
    for typed in (codes[newest], codes[newest].lower().replace("-", " ")):
        code, out, _ = call(NUMBER.lower(), "--edition", newest, "--code", typed)
        assert (code, "are those that were sealed" in out) == (0, True)
    for typed in (NUMBER.lower(), NUMBER.replace("-", ""), NUMBER.replace("-", "－")):
        assert call(typed)[0] == 0
    code, out, _ = call(NUMBER, "--edition", newest)
    assert (code, "Without its check code" in out) == (0, True)
    code, out, _ = call(NUMBER, "--edition", newest, "--code", codes[newest], "--json")
    assert (code, json.loads(out)["findings"]) == (0, [])


def test_an_edition_that_was_replaced(paper):
    call, _, codes = paper
    code, out, _ = call(NUMBER, "--edition", 1, "--code", codes[1])
    assert (code, "EDITION-SUPERSEDED" in out) == (0, True)


def test_the_code_of_another_edition_or_of_no_history(paper):
    call, newest, codes = paper
    code, out, _ = call(NUMBER, "--edition", 1, "--code", codes[newest])
    assert (code, "PAPER-CODE" in out, "are those" in out) == (1, True, False)
    code, out, _ = call(NUMBER, "--edition", newest, "--code", "1·0a1b2c3d4e5f")
    assert (code, "PAPER-HISTORY" in out, "PIN-SHORT" in out) == (1, True, True)


def test_what_was_misread_or_never_given(paper):
    call, newest, codes = paper
    sign = codes[newest][-2]
    misread = codes[newest][:-2] + ("7" if sign != "7" else "8") + codes[newest][-1]
    code, _, err = call(NUMBER, "--edition", newest, "--code", misread)
    assert (code, "typed wrongly" in err) == (2, True)
    code, _, err = call(NUMBER, "--code", codes[newest])
    assert (code, "the edition of the paper is not known" in err) == (2, True)
    assert call(NUMBER, "--edition", 99)[0] == 3
    assert call(NUMBER.replace("0001", "0099"), "--edition", 1)[0] == 3


@pytest.mark.parametrize("before", ["-", "+", "−", "0"])
def test_a_code_with_anything_before_it_is_none(paper, before):
    call, newest, codes = paper
    code, _, err = call(NUMBER, "--edition", newest, f"--code={before}{codes[newest]}")
    assert (code, "this is no check code" in err) == (2, True)


@pytest.mark.parametrize("edition", ["+1", "1_0", "1.0", "٣", "9" * 5000])
def test_an_edition_is_typed_in_digits(paper, edition):
    call, _, _ = paper
    code, _, err = call(NUMBER, "--edition", edition)
    assert (code, "is no whole number" in err) == (2, True)
    assert call(NUMBER, "--edition", "１")[0] == 0


def test_the_code_of_the_first_document_says_nothing_of_a_history(paper):
    call, _, codes = paper
    assert codes[1] == "0"
    code, out, _ = call(NUMBER, "--edition", 1, "--code", "0")
    assert (code, "PIN-SHORT" in out, "is the one that the paper names" in out) == (0, True, False)


def test_of_another_edition_the_first_code_is_only_another_one(paper):
    call, newest, codes = paper
    assert codes[newest] != "0"
    code, out, _ = call(NUMBER, "--edition", newest, "--code", "0")
    assert (code, "PAPER-CODE" in out, "PIN-SHORT" in out) == (1, True, False)

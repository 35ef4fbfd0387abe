"""Every name in the mapping of standards is of something that is there, and does what it says."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import conformance
import pytest
from bank import Bank
from findingcodes import ROOT, shown_by_drill, told_by_verify

from rmdocs.audit.conformance import (
    Conformance,
    RecordProperty,
    clauses,
    properties_of,
    standards,
)
from rmdocs.audit.verify import verify
from rmdocs.drill.drilling import Drilling, DrillOrder
from rmdocs.findings import NOTHING, error
from rmdocs.messages import Language
from rmdocs.store.git import GitStore
from rmdocs.workspace.places import vault

CLAUSES = clauses()
FAULTS = conformance.faults_of(tuple(code for one in CLAUSES for code in one.codes))
SHAPES = ("walked", "told_of_a_year", "disposed", "agreement")
"""Stores that together have room for every fault that is mapped."""


def named(clause):
    return f"{clause.of} {clause.clause}"


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the tests of a file, as node ids name them."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = (one.name for one in node.body if isinstance(one, ast.FunctionDef))
            found |= {f"{node.name}::{one}" for one in inner}
    return frozenset(found)


def test_every_clause_is_of_a_standard_and_stands_once():
    assert {one.of for one in CLAUSES} == {one.id for one in standards()}
    assert len({(one.of, one.clause) for one in CLAUSES}) == len(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=named)
def test_what_is_said_to_be_met_is_done_by_something_and_shown_by_a_test(clause):
    for text in (clause.asks, clause.how):
        assert text.zh
        assert text.en
    if clause.status in {Conformance.MET, Conformance.PART}:
        assert clause.tests
        assert clause.commands or clause.codes
    if clause.status is Conformance.NOT_MET:
        assert not clause.codes


@pytest.mark.parametrize("clause", CLAUSES, ids=named)
def test_every_test_exists(clause):
    for one in clause.tests:
        path, _, name = one.partition("::")
        assert name in names_in(ROOT / path), one


@pytest.mark.parametrize("clause", CLAUSES, ids=named)
def test_every_code_fails_by_a_fault_of_the_drill_or_in_a_test_of_the_clause(clause):
    assert set(clause.codes) <= told_by_verify()
    shown = "".join((ROOT / one.partition("::")[0]).read_text("utf-8") for one in clause.tests)
    assert [one for one in set(clause.codes) - shown_by_drill() if f'"{one}"' not in shown] == []


def test_every_command_exists():
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    wanted = {command for one in CLAUSES for command in one.commands}
    assert [one for one in sorted(wanted) if f"## {one}\n" not in page] == []


@pytest.mark.parametrize("language", list(Language))
def test_the_page_is_up_to_date(language):
    page = conformance.PAGES[language].read_text(encoding="utf-8")
    assert page == conformance.page(language), "run: tools/conformance.py"


def test_each_property_says_what_was_looked_at(visited_bank):
    store = visited_bank.at().store
    found = properties_of(verify(store))
    assert [one.property for one in found] == list(RecordProperty)
    assert all(one.looked_at and not one.errors for one in found)
    more = properties_of(verify(store, contents=True))
    assert sum(len(one.not_looked_at) for one in more) < sum(
        len(one.not_looked_at) for one in found
    )


def test_what_was_passed_over_is_never_told_as_looked_at(visited_bank):
    found = replace(verify(visited_bank.at().store, contents=True), skipped=7, unread=3)
    told = {
        one.property: {text.text(Language.EN) for text in one.not_looked_at}
        for one in properties_of(found)
    }
    assert all("the 7 act(s) that were verified before" in texts for texts in told.values())
    unread = "the content of 3 edition(s) that cannot be read"
    assert {one for one, texts in told.items() if unread in texts} == {
        RecordProperty.AUTHENTICITY,
        RecordProperty.USABILITY,
    }


@pytest.mark.parametrize("code", ["FILE-MISSING", "FILE-UNREADABLE"])
def test_a_file_of_which_there_is_nothing_was_not_looked_at(visited_bank, code):
    whole = verify(visited_bank.at().store)
    lost = replace(whole, findings=(error(code, "x", NOTHING, NOTHING),))
    for found, count in ((whole, whole.files), (lost, whole.files - 1)):
        integrity, usability = (
            one for one in properties_of(found) if one.property in {"integrity", "usability"}
        )
        for one in (integrity, usability):
            amounts = [part.amount.text(Language.EN) for part in one.looked_at]
            assert any(f"{count} sealed file(s)" in amount for amount in amounts)
            left_out = [text.text(Language.EN) for text in one.not_looked_at]
            assert ("1 sealed file(s) that are lost or damaged" in left_out) == (found is lost)


def test_an_error_counts_for_its_property_and_none_is_left_out(visited_bank):
    visited_bank.git("update-ref", "refs/heads/main", "refs/heads/control")
    visited_bank.close()
    found = {one.property: one.errors for one in properties_of(verify(visited_bank.at().store))}
    assert found[RecordProperty.SECURITY] == 1
    assert sum(found.values()) >= 1


# What make soak and tools/conformance.py run ---------------------------------------


@pytest.mark.office
@pytest.mark.fonts
@pytest.mark.soak
def test_every_fault_is_found_by_its_code_and_nothing_in_the_clean_store(request, tmp_path):
    left = set(FAULTS)
    for shape in SHAPES:
        made = request.getfixturevalue(shape)
        bank = Bank(made[0] if isinstance(made, tuple) else made)
        folder = tmp_path / shape
        folder.mkdir()
        order = DrillOrder(seed=1, count=len(left), on=bank.at().today(), only=tuple(sorted(left)))
        drill = Drilling(path=bank.store, vault=vault(bank.root), folder=folder, order=order).run()
        shutil.rmtree(folder)
        assert drill.findings == ()
        assert [one for one in drill.injections if not one.named] == []
        left -= {one.fault for one in drill.injections}
        store = GitStore.open(bank.store, vault(bank.root))
        assert verify(store, contents=True).findings == ()
        store.close()
    assert left == set()

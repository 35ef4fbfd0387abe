"""What regenerating open records after a revision costs: plan, run, and per record.

    pytest benchmarks/bench_regeneration.py -n 0 --benchmark-only

RMDOCS_BENCH_RECORDS sets how many notices are open; 10,000 fill one volume.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bank import Bank
from docxtpl import DocxTemplate
from notices import EFFECTIVE, FORM, ISSUED, NEW, OFFICER, notice, release

from rmdocs.beginning import begin
from rmdocs.folders import read
from rmdocs.language.sandbox import sandbox
from rmdocs.records.check import accepted
from rmdocs.records.context import template_context
from rmdocs.workspace import records, regeneration
from rmdocs.workspace.opening import Workspace

FEW = tuple(f"-{digit}" for digit in range(10))
"""Contracts the plain way renders: it takes too long for all of them."""

RECORDS = int(os.environ.get("RMDOCS_BENCH_RECORDS", "10000"))


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """A bank with that many open notices under 1.0, and 1.1 in force."""
    from bank import NEW_YEAR

    root = tmp_path_factory.mktemp("bench") / "bank"
    begin(root, sample=True, now=NEW_YEAR)
    bank = Bank(root)
    lines = [
        json.dumps(notice(bank, "JN01", f"-{place}")["record"], ensure_ascii=False)
        for place in range(RECORDS)
    ]
    source = root.parent / "notices.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    outcomes = records.issue(at(bank, "JN01-0101", ISSUED), [read(source)]).outcomes
    assert len(outcomes) == RECORDS
    assert all(outcome.number is not None for outcome in outcomes)
    release(bank)
    return bank


@pytest.mark.benchmark(group="regenerate")
def test_plain(benchmark, bank, tmp_path):
    """The plain way: docxtpl over ready-made contexts, files written, nothing else."""
    workspace = at(bank, OFFICER, EFFECTIVE)
    plan = regeneration.plan(workspace, FORM, NEW, where=f"content.contract.no[-2:] in {FEW}")
    released = workspace.registry.forms.load(plan.to)
    template = tmp_path / "template.docx"
    template.write_bytes(released.files.template)
    staff = workspace.registry.staff
    contexts = [context_of(one, released.form, staff) for one in plan.records]

    def render():
        for place, context in enumerate(contexts):
            document = DocxTemplate(template)
            document.render(context, sandbox(autoescape=True))
            document.save(tmp_path / f"{place}.docx")

    benchmark.pedantic(render, rounds=1)
    benchmark.extra_info["documents"] = len(contexts)


def context_of(planned, form, staff):
    migrated = planned.migrated
    unit = staff.unit(migrated.draft.unit).to_json()
    return template_context(
        accepted(migrated.draft, form, unit, migrated.stages),
        form,
        number=str(planned.number),
        edition=2,
        pin="0",
        issued_on=EFFECTIVE,
    )


def at(bank: Bank, actor: str, day: date) -> Workspace:
    return bank.at(actor, day)


@pytest.mark.benchmark(group="regenerate")
def test_plan(benchmark, bank):
    workspace = at(bank, OFFICER, EFFECTIVE)
    plan = benchmark.pedantic(regeneration.plan, args=(workspace, FORM, NEW), rounds=1)
    assert len(plan.records) == RECORDS


@pytest.mark.benchmark(group="regenerate")
def test_run(benchmark, bank):
    workspace = at(bank, OFFICER, EFFECTIVE)
    plan = regeneration.plan(workspace, FORM, NEW)
    run = benchmark.pedantic(regeneration.run, args=(workspace, plan), rounds=1)
    benchmark.extra_info["documents"] = RECORDS
    benchmark.extra_info["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    assert len(run.records) == RECORDS


@pytest.mark.benchmark(group="regenerate")
def test_report(benchmark, bank):
    report = benchmark.pedantic(regeneration.result_report, (at(bank, OFFICER, EFFECTIVE), 1))
    assert report.rows

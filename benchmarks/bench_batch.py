"""A large batch, from a JSON file to a durable signed commit; and the script one would write.

    python benchmarks/bench_batch.py 9900       # what a batch takes of memory
    python benchmarks/compare.py issue          # the paces of both, by turns

The script validates each record with jsonschema, renders it with docxtpl, writes record and
document into a work tree, and commits all at once with GitPython. It numbers nothing, knows no
rules and registers, reads nothing back, signs nothing and syncs nothing, and its context is given
to it ready-made.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import git
import jsonschema
import referencing
from docxtpl import DocxTemplate

from rmdocs.beginning import SAMPLE, begin
from rmdocs.folders import read
from rmdocs.identifiers import DocumentNumber, StaffNumber
from rmdocs.language.sandbox import sandbox
from rmdocs.records.check import check_record
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.workspace import records
from rmdocs.workspace.opening import Workspace

FORM = DocumentNumber.parse("RXD7200-02")
ACTOR = StaffNumber.parse("JN01-0101")
NOW, TODAY = datetime(2026, 6, 1, 9, tzinfo=UTC), date(2026, 6, 1)
SERIAL = itertools.count(1)


def made(root: Path) -> Path:
    """Make a workspace with the sample organisation."""
    begin(root, sample=True, now=datetime(2026, 1, 5, 9, tzinfo=UTC))
    return root


def opened(root: Path) -> Workspace:
    return Workspace(root, ACTOR, lambda: NOW)


def fresh(folder: Path, count: int) -> Path:
    """Write a file of so many records that nobody issued yet."""
    sample = json.loads((SAMPLE / f"{FORM}-JN01.json").read_bytes())["record"]
    values = []
    for _ in range(count):
        value = copy.deepcopy(sample)
        value["content"]["content"]["operations"] = f"订单饱满 {next(SERIAL)}"
        values.append(value)
    path = folder / "batch.json"
    path.write_text(json.dumps(values, ensure_ascii=False))
    return path


def issue(root: Path, path: Path) -> None:
    """Issue a file of records as a command does: with a workspace of its own."""
    with opened(root) as workspace:
        outcomes = records.issue(workspace, [read(path)]).outcomes
        assert all(one.number and not one.already for one in outcomes)


class Script:
    """The plain way."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.tree = folder
        self.repository = git.Repo.init(folder)
        released = workspace.registry.form_in_force(FORM, TODAY)
        self.template = folder / "template.docx"
        self.template.write_bytes(released.files.template)
        schema, common = (json.loads(one) for one in (released.files.schema, released.files.common))
        known = referencing.Registry().with_resources(
            (one["$id"], referencing.Resource.from_contents(one)) for one in (schema, common)
        )
        self.validator = jsonschema.Draft202012Validator(
            schema, registry=known, format_checker=jsonschema.FormatChecker()
        )
        sample = json.loads((SAMPLE / f"{FORM}-JN01.json").read_bytes())["record"]
        draft = RecordDraft.parse(sample)
        unit = workspace.registry.staff.unit(draft.unit).to_json()
        checked, findings = check_record(draft, released.form, unit, TODAY)
        assert checked, findings
        self.context = template_context(
            checked,
            released.form,
            number=f"{FORM}-JN01-2026-0001",
            edition=1,
            pin="0",
            issued_on=TODAY,
        )

    def run(self, path: Path) -> None:
        added = []
        for record in json.loads(path.read_bytes()):
            self.validator.validate(record["content"])
            name = f"{next(SERIAL):07d}"
            document = DocxTemplate(self.template)
            document.render(self.context, sandbox(autoescape=True))
            document.save(self.tree / f"{name}.docx")
            (self.tree / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False))
            added += [f"{name}.docx", f"{name}.json"]
        self.repository.index.add(added)
        self.repository.index.commit(f"Issue {added[0]}")


def memory(count: int) -> None:
    """Issue one batch in a process of its own; print what it and the others took at most."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root, path = made(folder / "workspace"), fresh(folder, count)
        words = [sys.executable, __file__, "--issue", str(root), str(path)]
        print(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())


def taken(root: Path, path: Path) -> None:
    begun = time.perf_counter()
    issue(root, path)
    seconds = time.perf_counter() - begun
    own, others = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{seconds:.1f} s; {own} MB resident at most, another process {others} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("records", type=int, nargs="?", default=1000)
    parser.add_argument("--issue", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.issue:
        taken(*given.issue)
    else:
        memory(given.records)


if __name__ == "__main__":
    main()

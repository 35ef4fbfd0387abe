"""What the guide says of witnesses is done in the order in which it stands there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rmdocs.store.witnessref import read_witness

PROGRAM = "import sys; from rmdocs.cli.main import main; sys.exit(main())"
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(
    ("guide", "heading"),
    [("guide-auditor.md", "### Witnesses"), ("guide-auditor.zh-CN.md", "### 见证人")],
)
def test_from_an_empty_folder_to_cosignatures_sent_back(
    visited, copied_in_git, tmp_path, guide, heading
):
    bank = copied_in_git(visited)
    text = (DOCS / guide).read_text(encoding="utf-8")
    part = text.partition(f"\n{heading}\n")[2]
    lines = re.findall(r"^    (.+)$", part, re.MULTILINE)
    steps = lines[: lines.index("git -C records/store.git push origin refs/witness/YT03") + 1]
    assert len(steps) == 6
    programs = {"git": ["git"], "rmdocs": [sys.executable, "-c", PROGRAM]}
    for step in steps:
        program, *words = shlex.split(step.replace("URL", str(bank.store)))
        done = subprocess.run(
            [*programs[program], *words],
            cwd=tmp_path,
            env=dict(os.environ),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (step, done.stderr)
    kept = read_witness(bank.at().store, "refs/witness/YT03").kept
    assert {one.ref.rpartition("/")[0] for one in kept} == {
        "refs/heads",
        "refs/heads/records/RXD7200-02/JN01/2026",
    }

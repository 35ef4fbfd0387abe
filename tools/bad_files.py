"""What bad files cost: each given to ``rmdocs scan`` and ``rmdocs signatures``, in turn.

For every file: what was said of it, the seconds it took, and the most memory that
the process and those it started held together. Ends with an error if something
else is said than must be, if Python says it, or if it takes more than it may.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from measuring import Cost, measured

from rmdocs.beginning import begin
from rmdocs.scanning.reading import PATIENCE
from rmdocs.scanning.worker import MOST_MEMORY

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from hostile import FILES, lay_down

COMMAND = "from rmdocs.cli.main import main; raise SystemExit(main())"
ACTOR = "JN01-0101"
_BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
_OWN = 2**29
"""Bytes that a command may hold besides the process that reads scans."""
_LONGEST = PATIENCE + 30
"""Seconds: one page may take that long, and starting takes its time on a busy machine."""


def _codes(cost: Cost) -> set[str]:
    """Return the codes of what was said.

    :raises ValueError: if that is no JSON.
    """
    told = json.loads(cost.output or cost.errors)
    return {finding["code"] for finding in told["findings"]}


def _tried(words: Sequence[str | Path], expected: str) -> str:
    """Run a command, print a line on it and return what is wrong with it; empty if nothing."""
    cost = measured([sys.executable, "-c", COMMAND, *map(str, words), "--json"])
    wrong = "a traceback" if "Traceback" in cost.errors else ""
    try:
        found = _codes(cost)
    except (ValueError, KeyError):
        found, wrong = set(), wrong or f"no answer: {cost.errors[-200:]}"
    wrong = wrong or ("" if found == {expected} else f"{expected} was due")
    # A blank sheet is told, and leaves nothing to decide.
    due = 0 if expected == "SCAN-BLANK" else 1
    wrong = wrong or ("" if cost.code == due else f"exit code {cost.code}")
    wrong = wrong or ("too much memory" if cost.memory > MOST_MEMORY + _OWN else "")
    wrong = wrong or ("too long" if cost.seconds > _LONGEST else "")
    said = " ".join(sorted(found))
    print(f"  {said:22} {cost.seconds:5.1f} s {cost.memory >> 20:5} MB  {wrong}", flush=True)
    return wrong


def main() -> None:
    """Try every file with both commands and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these; all of them if none is given")
    names = set(parser.parse_args().names)
    faults = 0
    with tempfile.TemporaryDirectory(prefix="rmdocs-bad-") as folder:
        root, place = Path(folder) / "bank", Path(folder) / "bad"
        place.mkdir()
        begin(root, sample=True, now=_BEGUN)
        for name, path in lay_down(place, heavy=True).items():
            if names and name not in names:
                continue
            bad = FILES[name]
            print(f"{name}, {path.stat().st_size:,} bytes", flush=True)
            # The store does not know the documents of the sheets that are good.
            words = ["-w", root, "--as", ACTOR, "scan", path, "--review", place / f"{name}.review"]
            faults += bool(_tried(words, bad.scan or "SCAN-UNKNOWN"))
            faults += bool(_tried(["-w", root, "signatures", path], bad.signatures))
    if faults:
        sys.exit(f"{faults} faults")


if __name__ == "__main__":
    main()

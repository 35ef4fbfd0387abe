"""Keeps what commands answer in JSON, for docs/api.md and the tests.

.venv/bin/python tools/api_docs.py --record
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from asking import WALKS, keep


def main() -> None:
    for walk in WALKS:
        keep(walk)


if __name__ == "__main__":
    main()

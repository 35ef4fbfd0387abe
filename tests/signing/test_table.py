"""docs/signatures.md is true, and what `sign` lets through is good afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
import table

ROWS = {**table.CERTIFICATES, **table.STAMPS}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "signatures.md"


@pytest.mark.parametrize("name", ROWS)
def test_what_is_said_of_it(bureau, name):
    attempt = ROWS[name](bureau)
    said = table.signs(bureau, attempt)
    pdf = table.anyway(bureau, attempt)
    found = table.judged(bureau, attempt, pdf)
    assert f"| {name} | {said} | {found} | " in PAGE.read_text("utf-8"), "run tools/signatures.py"
    assert (said == table.GOOD) <= (found == "good")


@pytest.mark.poppler
def test_pdfsig_calls_good_what_was_signed(bureau, tmp_path):
    for name, row in ROWS.items():
        attempt = row(bureau)
        if table.signs(bureau, attempt) == table.GOOD:
            pdf = table.anyway(bureau, attempt)
            assert table.pdfsig(pdf, tmp_path) == "valid", name

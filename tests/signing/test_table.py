"""docs/signatures.md is true, and what `sign` lets through is good afterwards."""

from __future__ import annotations

from pathlib import Path

import certified
import pytest

ROWS = {**certified.CERTIFICATES, **certified.STAMPS}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "signatures.md"


@pytest.mark.long
@pytest.mark.parametrize("name", ROWS)
def test_what_is_said_of_it(bureau, name):
    attempt = ROWS[name](bureau)
    said = certified.signs(bureau, attempt)
    pdf = certified.anyway(bureau, attempt)
    found = certified.judged(bureau, attempt, pdf)
    assert f"| {name} | {said} | {found} | " in PAGE.read_text("utf-8"), "run tools/signatures.py"
    assert (said == certified.GOOD) <= (found == "good")


@pytest.mark.poppler
def test_pdfsig_calls_good_what_was_signed(bureau, tmp_path):
    page = PAGE.read_text("utf-8")
    for name in (one for one in ROWS if f"| {one} | {certified.GOOD} |" in page):
        pdf = certified.anyway(bureau, ROWS[name](bureau))
        assert certified.pdfsig(pdf, tmp_path) == "valid", name

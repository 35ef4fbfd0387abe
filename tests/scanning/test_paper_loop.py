"""The paper loop, small: nothing is misfiled, and what a clerk could read is read."""

from __future__ import annotations

from io import BytesIO

import pytest
from paper_loop import printed, run
from pypdf import PdfWriter

pytestmark = pytest.mark.soak  # tools/paper_loop.py in small, before it is run at large


def blank(pages: int) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595.3, 841.9)
    writer.write(written)
    return written.getvalue()


def test_a_shuffled_pile_with_seals_over_the_codes(tmp_path):
    lengths = (1, 1, 1, 2, 1, 1)
    found = run([printed(blank(n), at) for at, n in enumerate(lengths, 1)], tmp_path, 7, each=5)
    assert (found.misfiled, found.wrong) == (0, 0)
    assert found.read == found.scanned
    assert sorted(found.scanned) == [150, 200, 300]
    # The fourth lacks a page, the sixth has one twice.
    assert found.filed == found.complete == 4

"""Which signatures a PDF bears, told without judging whom to trust."""

from __future__ import annotations

from hashlib import sha256

import pytest
from bank import refused_for
from signed import paper

from rmdocs.signing.signatures import inspect


def test_both_in_order(bureau, by_a, by_both):
    first, last = inspect(by_both, "a.pdf")
    assert (first.party, first.signatory, last.party, last.signatory) == (
        "a",
        "陈虚实",
        "b",
        "周示行",
    )
    assert (first.end, last.end) == (len(by_a), len(by_both))
    assert first.certificate == sha256(bureau.a.der).hexdigest()
    assert first.intact
    assert last.intact
    assert inspect(by_a, "a.pdf") == (first,)


def test_none():
    assert inspect(paper(), "a.pdf") == ()


def test_a_changed_byte_and_a_filled_gap(by_a):
    changed = by_a.replace(b"(Agreement)", b"(Agreemenx)")
    assert [one.intact for one in inspect(changed, "a.pdf")] == [False]
    start = by_a.index(b"00000>")
    gap = by_a[:start] + b"00001>" + by_a[start + 6 :]
    assert [one.intact for one in inspect(gap, "a.pdf")] == [False]


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"no"])
def test_no_pdf(pdf):
    with refused_for("SIG-BROKEN"):
        inspect(pdf, "a.pdf")

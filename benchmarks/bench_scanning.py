"""Scans: one page looked at, a pile of forty read and sorted in a new process, one set made PDF.

The pages are blank but for their codes and a seal, skewed and noisy, at 200 dpi.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rmdocs.scanning.detection import detect
from rmdocs.scanning.documentpdf import assemble_documents
from rmdocs.scanning.frames import opened
from rmdocs.scanning.pile import CodeStatus
from rmdocs.scanning.reading import read

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from sheets import all_scanned, delivered, document

DOCUMENTS, PAGES = 10, 4


@pytest.fixture(scope="module")
def pile(tmp_path_factory):
    """Forty sheets of ten documents, as the machine delivers them."""
    sheets = [
        sheet
        for serial in range(1, DOCUMENTS + 1)
        for sheet in all_scanned(document(serial, PAGES)[1], 200, seed=serial)
    ]
    return delivered(tmp_path_factory.mktemp("bench") / "machine.pdf", sheets)


def sorted_pile(path):
    return read([path], lambda _code, _slip: CodeStatus.CURRENT)


def test_look_at_a_page(benchmark, pile):
    with opened(pile) as frames:
        found = benchmark(detect, frames, 0)
    assert len(found.codes) == 1


def test_forty_sheets(benchmark, pile):
    found = benchmark.pedantic(sorted_pile, args=(pile,), rounds=2)
    assert len(found.documents) == DOCUMENTS


def test_assemble_a_document(benchmark, pile):
    found = sorted_pile(pile)
    only = replace(found, documents=found.documents[:1])
    [made] = benchmark(lambda: list(assemble_documents(only, [pile])))
    assert made.startswith(b"%PDF-")

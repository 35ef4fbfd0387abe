"""PDF by each engine: one document in a new process of ours, one and forty in a warm one.

In a new process the fonts are read first. LibreOffice and rdocx themselves
start anew for every batch either way: that is what one document costs most.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from rmdocs.demonstration import ISSUED, demonstrate
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.engine import PreviewEngine
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice

BATCH = 40
ENGINES = ("libreoffice", "rdocx")
COLD = """
import os, sys
from pathlib import Path
from rmdocs.pdf.engine import PreviewEngine
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
fonts = FontSet.found()
if sys.argv[1] == "rdocx":
    engine = PreviewEngine(fonts=fonts)
else:
    engine = LibreOffice.found(fonts, os.environ["PATH"])
engine.convert({"one": Path(sys.argv[2]).read_bytes()})
"""
ABOUT = About(
    number="RXD7200-01-JN01-2026-0001",
    revision="1.0",
    edition=1,
    title="银企合作协议书",
    organisation="样例银行",
    moment=datetime(2026, 6, 1, 9, tzinfo=UTC),
    engine="benchmark",
    source=b"{}",
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The eight samples by their paths."""
    root = tmp_path_factory.mktemp("bench") / "bank"
    demonstrate(root, lambda _text: None)
    paths = sorted((root / ISSUED).glob("RXD*.docx"))
    return {path: path.read_bytes() for path in paths}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    fonts = FontSet.found()
    if request.param == "rdocx":
        return PreviewEngine(fonts=fonts)
    return LibreOffice.found(fonts, os.environ["PATH"])


def agreement(documents):
    return next(path for path in documents if path.name.startswith("RXD7200-01"))


@pytest.mark.parametrize("name", ENGINES)
def test_one_agreement_cold(benchmark, documents, name):
    command = [sys.executable, "-c", COLD, name, agreement(documents)]
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True}, rounds=3)


def test_one_agreement_warm(benchmark, documents, engine):
    one = {"one": documents[agreement(documents)]}
    benchmark.pedantic(engine.convert, args=(one,), rounds=3, warmup_rounds=1)


def test_forty_documents(benchmark, documents, engine):
    contents = list(documents.values())
    forty = {str(number): contents[number % len(contents)] for number in range(BATCH)}
    benchmark.pedantic(engine.convert, args=(forty,), rounds=2)


def test_finish_an_agreement(benchmark, documents, engine):
    """Make it archival: unpack, take out what differs, attach, describe."""
    [pdf] = engine.convert({"one": documents[agreement(documents)]}).values()
    benchmark(finish, pdf, ABOUT)

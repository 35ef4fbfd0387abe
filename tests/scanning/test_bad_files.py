"""A pile of bad files: each is read right or refused for what it is, and harms no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from io import BytesIO

import pytest
from hostile import FILES, lay_down, sheet
from PIL import Image
from pypdf import PdfReader
from sheets import document, drawn

from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.scanning.documentpdf import assemble_documents, pictures
from rmdocs.scanning.pile import CodeStatus
from rmdocs.scanning.reading import read

pytestmark = pytest.mark.long

LIGHT = [name for name, bad in FILES.items() if not bad.heavy]
MEMORY = 1_500_000
"""Kilobytes of address space that each process may have."""
COMMAND = "from rmdocs.cli.main import main; raise SystemExit(main())"
ACTS = ("/OpenAction", "/Names", "/AcroForm", "/AA")


def known(_code, _slip):
    return CodeStatus.CURRENT


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The bad files by name."""
    return lay_down(tmp_path_factory.mktemp("bad"))


@pytest.fixture(scope="module")
def pile(bad):
    """All of them read as one pile, within a minute."""
    start = time.monotonic()
    found = read(list(bad.values()), known)
    assert time.monotonic() - start < 60
    return found


@pytest.mark.parametrize("name", LIGHT)
def test_each_is_read_right_or_refused_for_what_it_is(pile, name):
    said = {one.code for one in pile.all_findings if one.path.split("#")[0] == name}
    filed = [one for one in pile.documents if one.pages[0].sheet.name == name]
    expected = FILES[name].scan
    assert said == ({expected} if expected else set())
    assert len(filed) == (not expected)


def test_every_refusal_says_what_to_do_in_both_languages(pile):
    for finding in pile.all_findings:
        texts = [finding.message.text(language) for language in Language]
        assert all(texts)
        assert texts[0] != texts[1], texts
        if finding.severity is Severity.ERROR:
            assert finding.remedy is not None
            assert len({finding.remedy.text(language) for language in Language}) == 2


def test_what_is_filed_of_a_bad_file_does_nothing_by_itself(pile, bad):
    files = list(bad.values())
    for data in assemble_documents(pile, files):
        made = PdfReader(BytesIO(data))
        assert not set(ACTS) & set(made.root_object)
        assert all("/Annots" not in page and "/AA" not in page for page in made.pages)


def test_what_is_set_aside_can_be_shown_unless_it_is_dangerous(pile, bad):
    files = list(bad.values())
    for aside, shown in zip(
        pile.review, pictures([one.sheet for one in pile.review], files), strict=True
    ):
        assert (shown is None) == (aside.sheet.trouble is not None)
        assert [shown] == list(pictures([aside.sheet], files))


def test_what_is_gone_is_not_shown(pile, bad, tmp_path):
    gone = [tmp_path / path.name for path in bad.values()]
    sheets = [aside.sheet for aside in pile.review]
    assert list(pictures(sheets, gone)) == [None] * len(sheets)


@pytest.mark.soak  # tools/big_scan.py in small, before it is run at large
def test_forty_pages_coded_and_not(tmp_path):
    images = []
    for serial in range(1, 6):
        for image in drawn(document(serial, 4)[1], 150):
            images += [image, Image.new("RGB", image.size, "white")]
    path = tmp_path / "forty.pdf"
    images[0].save(path, save_all=True, append_images=images[1:], resolution=150)
    found = read([path], known)
    assert (found.files[0].pages, len(found.documents), len(found.review)) == (40, 5, 20)
    assert {aside.finding.code for aside in found.review} == {"SCAN-BLANK"}


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "good.jpg").write_bytes(sheet(1))
    names = ["pipe.pdf", "folder.pdf", "absent.pdf", "good.jpg"]
    start = time.monotonic()
    found = read([tmp_path / name for name in names], known)
    assert time.monotonic() - start < 20
    assert [(f.code, f.path) for f in found.all_findings] == [
        ("SCAN-FILE-READ", name) for name in names[:3]
    ]
    assert len(found.documents) == 1


def test_a_file_that_vanishes_while_it_is_read(tmp_path):
    paths = [tmp_path / name for name in ("first.jpg", "second.jpg")]
    for serial, path in enumerate(paths, 1):
        path.write_bytes(sheet(serial))
    found = read(paths, known, lambda _name, _page, _pages: paths[1].unlink(missing_ok=True))
    # It was opened in time, or it was not there any more: never anything between.
    assert [one.code for one in found.all_findings] in ([], ["SCAN-FILE-READ"])
    assert len(found.documents) == 2 - len(found.findings)


@pytest.fixture(scope="module")
def scanned_by_command(founded, bad, tmp_path_factory):
    """The real command where memory is short: its code, what it said, and its review folder."""
    review = tmp_path_factory.mktemp("review") / "new"
    words = ["-w", founded, "--as", "JN01-0101", "--lang", "zh", "scan", *bad.values()]
    limited = ["sh", "-c", f'ulimit -v {MEMORY}; exec "$@"', "sh"]
    done = subprocess.run(
        [*limited, sys.executable, "-c", COMMAND, *words, "--review", review, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(), review


def test_the_command_tells_all_and_breaks_over_none(scanned_by_command):
    code, told, review = scanned_by_command
    assert (code, "Traceback" in told) == (1, False), told[-2000:]
    answer = json.loads(told)
    assert answer["filed"] == []
    said = {(one["path"].split("#")[0], one["code"]) for one in answer["findings"]}
    assert said == {(name, FILES[name].scan or "SCAN-UNKNOWN") for name in LIGHT}
    listed = json.loads((review / "review.json").read_bytes())
    pictures = {one["picture"] for one in listed if one.get("picture")}
    assert {path.name for path in review.iterdir()} == {"review.json", "review.xlsx", *pictures}
    assert all((review / name).read_bytes().endswith(b"IEND\xaeB`\x82") for name in pictures)

"""The agreement itself, laid out by LibreOffice, signed by both parties and looked at."""

import subprocess
from pathlib import Path

import pytest
from signed import LATER, Bureau

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.pdf.fonts import FontSet
from rmdocs.signing.placing import place_parties
from rmdocs.signing.request import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import Trust
from rmdocs.signing.validate import validate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def parties():
    return Form.load(read_desk(ROOT, DocumentNumber("RXD7200-01"))).signing


@pytest.fixture(scope="module")
def printed(shared_bank, tmp_path_factory):
    """Return the first edition of a sample agreement as PDF."""
    place = tmp_path_factory.mktemp("agreement")
    name = "00/00/01/editions/1/RXD7200-01-JN01-2026-0001-e1.docx"
    git = ["git", "-C", shared_bank.store, "show"]
    shown = f"refs/heads/records/RXD7200-01/JN01/2026/1:{name}"
    done = subprocess.run([*git, shown], check=True, capture_output=True)
    (place / "agreement.docx").write_bytes(done.stdout)
    profile = f"-env:UserInstallation=file://{place / 'profile'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "agreement.docx"]
    subprocess.run(convert, cwd=place, check=True, capture_output=True, timeout=180)
    return (place / "agreement.pdf").read_bytes()


def words_within(path, box, height=842):
    """Return what is printed in a box of a page."""
    x, y = round(box.left), round(height - box.top)
    size = ["-W", str(round(box.right - box.left)), "-H", str(round(box.top - box.bottom))]
    page = ["-f", str(box.page + 1), "-l", str(box.page + 1), "-r", "72"]
    cut = ["pdftotext", *page, "-x", str(x), "-y", str(y), *size, path, "-"]
    return subprocess.run(cut, check=True, capture_output=True).stdout.decode().strip()


@pytest.mark.office
def test_both_sign_where_the_seals_would_be(printed, parties, tmp_path):
    family = FontSet.found().family("楷体")
    assert family is not None
    real = Bureau(family.faces[0].path)
    path = tmp_path / "agreement.pdf"
    path.write_bytes(printed)
    boxes = place_parties(printed, parties)
    assert [words_within(path, box) for box in boxes] == ["", ""]
    assert boxes[0].page == boxes[1].page
    assert boxes[0].right <= boxes[1].left
    request = real.request("a", Level.B_LT, parties=parties)
    first = sign(printed, request, real.a.credential)
    request = real.request("b", Level.B_LT, LATER, parties=parties)
    both = sign(first, request, real.b.credential)
    found = validate(both, Trust((real.root.der,)), LATER, parties)
    assert found.findings == ()
    assert found.signatures[1].whole
    path.write_bytes(both)
    for box, name, meaning in zip(
        boxes, ("陈虚实", "周示行"), ("代表甲方签订本协议", "代表乙方签订本协议"), strict=True
    ):
        said = words_within(path, box)
        assert f"签字人:{name}" in said
        assert f"含义:{meaning}" in said
        assert "2026年3月16日" in said
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
    assert done.stdout.count(b"Signature is Valid") == len(parties)

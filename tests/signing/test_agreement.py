"""The agreement itself, laid out by LibreOffice, signed by both parties and looked at."""

import subprocess
from datetime import UTC
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signed import LATER, Bureau

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.pdf.fonts import FontSet
from rmdocs.signing.appearance import place_parties
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import Trust
from rmdocs.signing.validation import validate

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


@pytest.fixture(scope="module")
def real():
    """The parties, with a font that prints all their names."""
    family = FontSet.found().family("楷体")
    assert family is not None
    return Bureau(family.faces[0].path)


@pytest.fixture(scope="module")
def both(printed, parties, real):
    """The agreement, signed by both."""
    request = real.request("a", Level.B_LT, parties=parties)
    first = sign(printed, request, real.a.credential)
    request = real.request("b", Level.B_LT, LATER, parties=parties)
    return sign(first, request, real.b.credential)


def seen(pdf, path):
    """Return what poppler says of the signatures."""
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
    return done.stdout.decode()


@pytest.mark.office
@pytest.mark.fonts
@pytest.mark.poppler
def test_both_sign_where_the_seals_would_be(printed, both, real, parties, tmp_path):
    path = tmp_path / "agreement.pdf"
    path.write_bytes(printed)
    boxes = place_parties(printed, parties)
    assert [words_within(path, box) for box in boxes] == ["", ""]
    assert boxes[0].page == boxes[1].page
    assert boxes[0].right <= boxes[1].left
    found = validate(both, Trust(roots=(real.root.der,)), LATER, parties)
    assert found.findings == ()
    assert found.signatures[1].whole
    path.write_bytes(both)
    for box, name, meaning in zip(
        boxes, ("陈虚实", "周示行"), ("代表甲方签订本协议", "代表乙方签订本协议"), strict=True
    ):
        said = words_within(path, box)
        assert f"签字人：{name}" in said
        assert f"含义：{meaning}" in said
        assert "2026年3月16日" in said
    told = seen(both, path)
    assert told.count("Signature is Valid") == len(parties)
    assert told.count("Total document signed") == 1


def own_verdicts(pdf, root):
    """Return what pyHanko alone makes of each signature: valid, and nothing forbidden after it."""
    trust = ValidationContext(trust_roots=[Certificate.load(root)], moment=LATER.astimezone(UTC))
    reader = PdfFileReader(BytesIO(pdf))
    return [validate_pdf_signature(one, trust).bottom_line for one in reader.embedded_signatures]


def annotated(pdf):
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = {
        "/Type": generic.pdf_name("/Annot"),
        "/Subtype": generic.pdf_name("/FreeText"),
        "/Rect": generic.ArrayObject(map(generic.NumberObject, (90, 90, 300, 200))),
        "/Contents": generic.pdf_string("已付清"),
    }
    entries = {generic.pdf_name(key): value for key, value in note.items()}
    added = writer.add_object(generic.DictionaryObject(entries))
    notes = [*page.get("/Annots", ()), added]
    page["/Annots"] = generic.ArrayObject(notes)
    writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.office
@pytest.mark.fonts
@pytest.mark.poppler
def test_a_changed_byte_and_an_added_note_are_found_by_all(both, real, parties, tmp_path):
    """By rmdocs, by pyHanko's own validator and by poppler."""
    trust = Trust(roots=(real.root.der,))
    assert own_verdicts(both, real.root.der) == [True, True]
    # In the middle of the first stream: what the page shows.
    place = both.index(b"stream") + 40
    changed = both[:place] + bytes([both[place] ^ 1]) + both[place + 1 :]
    noted = annotated(both)
    for altered, codes in ((changed, {"SIG-BROKEN"}), (noted, {"SIG-CHANGED"})):
        found = validate(altered, trust, LATER, parties)
        assert {finding.code for finding in found.findings} == codes
        assert own_verdicts(altered, real.root.der) == [False, False]
    assert "Signature is Valid" not in seen(changed, tmp_path / "changed.pdf")
    # A signature holds for its own revision: that more follows is what poppler tells.
    assert seen(noted, tmp_path / "noted.pdf").count("Total document signed") == 0

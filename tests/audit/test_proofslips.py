"""A proof on paper is read back from a copy, whole or not at all."""

from io import BytesIO

import pytest
import zxingcpp
from bank import Bank
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageDraw
from proofs import judged
from sheets import drawn, scanned

from rmdocs.audit.proofslips import MARK, joined, parts_of
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.pdf.overlay import opened, words_of_pages
from rmdocs.pdf.qrcodes import with_squares
from rmdocs.workspace import proving, records

AGREEMENT = "RXD7200-01-JN01-2026-0001"
SIGNS = st.sampled_from("aZ09+/= \n—")
PROOFS = st.text(SIGNS, min_size=1, max_size=3000).map(lambda text: f"c{text}.\n".encode())


@given(PROOFS, st.randoms(use_true_random=False))
def test_parts_in_any_order_are_the_proof_again(proof, chance):
    parts = parts_of(proof)
    assert joined([b"\r\n\r\n".join(parts)]) == proof
    again = [part.replace(b"\n", b"\r\n") + b"\n" for part in (*parts, parts[0])]
    chance.shuffle(again)
    assert joined(again) == proof
    for part in parts:
        part.decode()
        assert part == part.strip()


PROOF = b"c2sp.org/tlog-proof@v1\n" + b"0123456789abcde\n" * 200
PARTS = parts_of(PROOF)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([], "no part of a proof"),
        ([b"anything", MARK], "no part of a proof"),
        (PARTS[:1] + PARTS[2:4], "these are missing: 2"),
        ((*PARTS, parts_of(PROOF + b"x\n")[0]), "parts of 2 proofs"),
        ([part.replace(b"abc", b"abd", 1) for part in PARTS], "read wrongly"),
        ([MARK + b"1/1 0123456789abcdef\nx"], "read wrongly"),
    ],
)
def test_what_is_not_whole_is_told(texts, told):
    with pytest.raises(FindingsError, match=told) as refused:
        joined(texts)
    [finding] = refused.value.findings
    assert finding.code == "PROOF-PARTS"


@pytest.fixture(scope="module")
def paper(walked, once):
    """A document, its slip as it is drawn at 200 dpi, and the keys."""
    bank = Bank(once.copy(walked, "slip", lambda _root: None)[0])
    work = bank.at()
    [document] = records.export(work, RecordNumber.parse(AGREEMENT))[:1]
    slip = proving.slip(work, document)
    [page] = drawn(slip.file.data, 200)
    return document, slip, page, proving.trusted(work)


@pytest.mark.office
@pytest.mark.fonts
class TestSlip:
    def test_it_is_one_page_that_says_what_it_is(self, paper):
        document, slip, _, _ = paper
        assert len(opened(slip.file.data, "slip").pages) == 1
        text = "".join(words_of_pages(slip.file.data, "slip")[0].split())
        for said in ("文件证明单", AGREEMENT, document.base, "rmdocsverify-file"):
            assert said in text, said

    def test_it_is_read_from_a_copy_that_lies_askew(self, paper):
        document, slip, page, keys = paper
        for name, data in (("scan.jpg", scanned(page, 3, seals=())), ("slip.pdf", slip.file.data)):
            found = proving.judge(document, File(name=name, data=data), keys)
            assert (found.ok, found.number) == (True, AGREEMENT)
        other = proving.judge(File(name="x", data=b"other"), File(name=name, data=data), keys)
        assert [one.code for one in other.findings] == ["PROOF-FILE"]

    def test_it_is_read_by_any_other_scanner(self, paper):
        document, slip, page, keys = paper
        texts = [one.text for one in zxingcpp.read_barcodes(page)]
        assert len(texts) == slip.codes > 1
        notes = File(name="codes.txt", data="\n".join(texts).encode())
        assert judged(document.data, notes.data, keys.data) == ""
        lost = "\n".join(texts[1:]).encode()
        assert judged(document.data, lost, keys.data) == "PROOF-PARTS"
        wrong = notes.data.replace(b"A", b"B")
        assert judged(document.data, wrong, keys.data) == "PROOF-PARTS"

    def test_a_code_that_is_torn_off_is_told(self, paper):
        document, _, page, keys = paper
        torn, written = page.copy(), BytesIO()
        corner = (torn.width * 0.62, torn.height * 0.6, torn.width, torn.height)
        ImageDraw.Draw(torn).rectangle(corner, "white")
        torn.save(written, "PNG")
        found = proving.judge(document, File(name="scan.png", data=written.getvalue()), keys)
        assert [one.code for one in found.findings] == ["PROOF-PARTS"]

    def test_a_page_without_room_is_refused(self, paper):
        with pytest.raises(FindingsError) as refused:
            with_squares(paper[1].file.data, PARTS, "slip")
        assert [one.code for one in refused.value.findings] == ["MARK-ROOM"]

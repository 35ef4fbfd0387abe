"""Piles read from files: what a machine delivers, and what breaks a reader."""

from __future__ import annotations

import random
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sheets import all_scanned, delivered, document, drawn, foreign, scanned, singly

from rmdocs.scanning import frames
from rmdocs.scanning.documentpdf import assemble_documents, pictures
from rmdocs.scanning.pile import CodeStatus
from rmdocs.scanning.reading import read

pytestmark = pytest.mark.long


def known(_code, _slip):
    return CodeStatus.CURRENT


def codes(pile):
    return sorted(finding.code for finding in pile.all_findings)


def test_two_documents_shuffled_with_a_foreign_sheet(tmp_path):
    (first, one), (second, two) = document(1, 3), document(2, 2)
    pile = [*all_scanned(one, 200), *all_scanned(two, 150, seed=9), foreign()]
    pile.append(scanned(drawn(one, 150)[0].point(lambda _value: 255), 5))
    random.Random(1).shuffle(pile)  # noqa: S311 - the same pile every time
    files = [delivered(tmp_path / "machine.pdf", pile[:5]), *singly(tmp_path, pile[5:])]
    found = read(files, known)
    assert [(one.code, len(one.pages)) for one in found.documents] == [(first, 3), (second, 2)]
    assert len(found.review) == 2
    assert set(codes(found)) <= {"SCAN-FOREIGN", "SCAN-BLANK"}
    made = list(assemble_documents(found, files))
    assert [len(PdfReader(BytesIO(pdf)).pages) for pdf in made] == [3, 2]
    assert made == list(assemble_documents(found, files))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_sheet_is_set_upright(tmp_path, turn):
    code, pdf = document(4, 1)
    [image] = drawn(pdf, 150)
    files = singly(tmp_path, [scanned(image, turn, turn=turn, grey=turn == 90)])
    found = read(files, known)
    [one] = found.documents
    assert (one.code, one.pages[0].sheet.turn) == (code, turn)
    [made], [seen] = assemble_documents(found, files), pictures([one.pages[0].sheet], files)
    shown = drawn(made, 50)[0]
    assert shown.height > shown.width
    assert Image.open(BytesIO(seen)).height > shown.height


def test_many_pages_in_one_tiff(tmp_path):
    code, pdf = document(5, 2)
    images = [image.convert("1") for image in drawn(pdf, 200)]
    images[0].save(tmp_path / "fax.tif", save_all=True, append_images=images[1:])
    found = read([tmp_path / "fax.tif"], known)
    [one] = found.documents
    assert one.code == code
    [made] = assemble_documents(found, [tmp_path / "fax.tif"])
    assert [image.size for image in drawn(made, 72)] == [(596, 842)] * 2


def test_two_sheets_fed_together(tmp_path):
    images = [drawn(document(serial, 1)[1], 150)[0] for serial in (6, 7)]
    both = Image.new("RGB", (images[0].width * 2, images[0].height), "white")
    both.paste(images[0], (0, 0))
    both.paste(images[1], (images[0].width, 0))
    found = read(singly(tmp_path, [scanned(both, 1)]), known)
    assert (found.documents, codes(found)) == ((), ["SCAN-TWO-CODES"])


def test_a_blot_over_the_code_is_never_guessed(tmp_path):
    _, pdf = document(8, 1)
    [image] = drawn(pdf, 150)
    image.paste((20, 20, 20), (int(image.width * 0.9), 80, int(image.width * 0.95), 180))
    found = read(singly(tmp_path, [scanned(image, 3)]), known)
    assert found.documents == ()
    assert len(found.review) == 1


def written(make) -> bytes:
    writer, data = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    make(writer)
    writer.write(data)
    return data.getvalue()


def scripted(writer: PdfWriter) -> None:
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    entries = {NameObject(key): value for key, value in action.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(entries)


def bomb() -> bytes:
    """Return a PNG of a few kilobytes that claims 40,000 times 40,000 dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    side = (40_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + b"\x08\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**6)))


def test_bad_files_are_findings_and_the_rest_is_read(tmp_path):
    code, pdf = document(9, 1)
    good = scanned(drawn(pdf, 150)[0], 1)
    bad = {
        "cut.jpg": good[: len(good) // 2],
        "locked.pdf": written(lambda w: w.encrypt("secret", algorithm="RC4-128")),
        "script.pdf": written(scripted),
        "attached.pdf": written(lambda w: w.add_attachment("a.exe", b"MZ")),
        "broken.pdf": b"%PDF-1.7 nothing",
        "many.pdf": written(lambda w: [w.add_blank_page(9, 9) for _ in range(frames.MOST_PAGES)]),
        "bomb.png": bomb(),
        "empty.pdf": b"",
        "letter.docx": b"PK\x03\x04",
        "good.jpg": good,
        "again.jpg": good,
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    start = time.monotonic()
    found = read([*(tmp_path / name for name in bad), tmp_path / "absent.pdf"], known)
    assert time.monotonic() - start < 20
    said = {finding.path.split("#")[0]: finding.code for finding in found.all_findings}
    assert said == {
        "cut.jpg": "SCAN-DAMAGED",
        "locked.pdf": "SCAN-FILE-ENCRYPTED",
        "script.pdf": "SCAN-FILE-ACTIVE",
        "attached.pdf": "SCAN-FILE-ACTIVE",
        "broken.pdf": "SCAN-FILE-DAMAGED",
        "many.pdf": "SCAN-FILE-PAGES",
        "bomb.png": "SCAN-FILE-LARGE",
        "empty.pdf": "SCAN-FILE-EMPTY",
        "letter.docx": "SCAN-FILE-KIND",
        "again.jpg": "SCAN-FILE-TWICE",
        "absent.pdf": "SCAN-FILE-READ",
    }
    assert [one.code for one in found.documents] == [code]


def test_a_page_that_takes_too_long_is_set_aside(tmp_path):
    _, pdf = document(10, 1)
    files = singly(tmp_path, [scanned(drawn(pdf, 150)[0], 1)])
    found = read(files, known, patience=0.001)
    assert found.documents == ()
    assert "SCAN-FILE-BROKEN" in codes(found)

"""New PDFs of pictures and of pages cut out of others: what comes along, and what does not."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from rmdocs.errors import FindingsError
from rmdocs.pdf.composition import Excerpt, PicturePage, assemble


def jpeg(size=(300, 400)) -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").resize(size).save(written, "JPEG", quality=55)
    return written.getvalue()


def picture(**change) -> PicturePage:
    parts = {"data": jpeg(), "coding": "DCTDecode", "width": 300, "height": 400, "dpi": 100.0}
    return PicturePage(**parts | {"colours": 1} | change)


def laden() -> bytes:
    """Return a PDF of two pages with a picture and everything that must stay behind."""
    writer, written = PdfWriter(clone_from=BytesIO(assemble([picture(), picture()]))), BytesIO()
    writer.add_attachment("payload.exe", b"MZ payload")
    [file] = writer.attachment_list
    image = writer.pages[0]["/Resources"]["/XObject"]
    # A resource may be called what elsewhere would be an action or a file.
    image[NameObject("/F")] = image.raw_get("/Scan")
    image["/Scan"][NameObject("/AF")] = ArrayObject([file.pdf_object.indirect_reference])
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('script')")}
    opening = DictionaryObject({NameObject(key): value for key, value in action.items()})
    writer.root_object[NameObject("/OpenAction")] = opening
    writer.add_annotation(0, FreeText(text="note in the margin", rect=(10, 10, 90, 40)))
    writer.add_annotation(0, Link(rect=(10, 50, 90, 90), url="https://example.com/"))
    writer.pages[1].rotate(90)
    writer.write(written)
    return written.getvalue()


def test_a_jpeg_stays_the_bytes_it_was():
    made = assemble([picture()])
    [page] = PdfReader(BytesIO(made)).pages
    image = page["/Resources"]["/XObject"]["/Scan"]
    assert image._data == jpeg()
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (216, 288)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_picture_is_shown_upright(turn):
    upright = Image.linear_gradient("L").resize((300, 400))
    as_scanned, written = upright.rotate(turn, expand=True), BytesIO()
    as_scanned.save(written, "JPEG")
    width, height = as_scanned.size
    made = assemble([picture(data=written.getvalue(), width=width, height=height, turn=turn)])
    with pypdfium2.PdfDocument(made) as opened:
        shown = opened[0].render().to_pil().convert("L")
    assert (shown.width, shown.height) == (216, 288)
    assert shown.getpixel((100, 20)) < 40
    assert shown.getpixel((100, 270)) > 215


def test_pages_come_in_the_order_asked_for():
    source = laden()
    made = assemble(
        [
            Excerpt(pdf=source, name="a.pdf", index=1, turn=90),
            picture(),
            Excerpt(pdf=source, name="a.pdf", index=0),
        ]
    )
    pages = PdfReader(BytesIO(made)).pages
    assert [page.rotation for page in pages] == [180, 0, 0]
    assert [float(page.mediabox.width) for page in pages] == [216] * 3


def test_nothing_but_what_draws_a_page_comes_along():
    source = laden()
    made = assemble(
        [Excerpt(pdf=source, name="a.pdf", index=0), Excerpt(pdf=source, name="a.pdf", index=1)]
    )
    reader = PdfReader(BytesIO(made))
    assert not reader.attachments
    assert set(reader.root_object) == {"/Type", "/Pages"}
    assert all("/Annots" not in page for page in reader.pages)
    assert set(reader.pages[0]["/Resources"]["/XObject"]) == {"/Scan", "/F"}
    for left in (b"payload", b"script", b"JavaScript", b"margin", b"/URI"):
        assert left in source
        assert left not in made


def test_the_same_leaves_are_the_same_bytes():
    source = laden()
    leaves = [picture(), Excerpt(pdf=source, name="a.pdf", index=0)]
    assert assemble(leaves) == assemble(leaves)
    assert assemble(leaves) != assemble(leaves[::-1])


def test_a_broken_source_is_named():
    with pytest.raises(FindingsError) as refusal:
        assemble([Excerpt(pdf=b"%PDF-1.7", name="machine.pdf", index=0)])
    [finding] = refusal.value.findings
    assert (finding.code, finding.path) == ("PDF-DAMAGED", "machine.pdf")

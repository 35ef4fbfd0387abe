"""PDFium is called by one thread at a time: two at once break the process."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image

from rmdocs.pdf.pagetext import printed
from rmdocs.pdf.pdfium import drawable, pictures


def sheets(count):
    document = BytesIO()
    first, *others = [Image.new("L", (300, 200), 255) for _ in range(count)]
    first.save(document, "PDF", save_all=True, append_images=others)
    return document.getvalue()


def test_threads_wait_for_each_other():
    pdf = sheets(30)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: printed(pdf, ("x",)), range(40)))
    assert found == [[[]]] * 40


def test_one_thread_may_open_two():
    with drawable(sheets(1)) as one, drawable(sheets(2)) as other:
        assert (len(one), len(other)) == (1, 2)


def test_pages_are_pictures_of_the_width_that_is_wanted():
    found = pictures(sheets(3), 150)
    assert [Image.open(BytesIO(page)).size for page in found] == [(150, 100)] * 3
    assert pictures(b"no PDF", 150) == ()

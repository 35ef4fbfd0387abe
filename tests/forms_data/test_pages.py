"""What samples and odd records look like on paper, as far as counting and comparing tells."""

import os
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from fullest import NAMES, PIN, RUN, fullest
from marking import mark
from PIL import ImageChops

from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.pdf.codes import DocumentCode, PageCode
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.pdf.marks import Marks, place_slips
from rmdocs.pdf.overlay import opened
from rmdocs.pdf.pagetext import shown, signs
from rmdocs.pdf.readback import disagreements
from rmdocs.signing.appearance import place_parties

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.office, pytest.mark.fonts]


@pytest.fixture(scope="module")
def full():
    """Documents of the four forms with every text as long as its schema allows."""
    made = {f"RXD7200-0{at}": fullest(f"RXD7200-0{at}", text=NAMES, rows=3) for at in range(1, 5)}
    lines = {
        f"RXD7200-0{at}": fullest(f"RXD7200-0{at}", text=RUN, rows=2, many_lines=True)
        for at in range(2, 5)
    }
    return {f"{number}-JN01-2026-0002-full": one for number, one in made.items()} | {
        f"{number}-JN01-2026-0003-full": one for number, one in lines.items()
    }


@pytest.fixture(scope="module")
def documents(samples, odd_documents, full):
    """Every sample, and odd and full records of the four forms."""
    return samples | {f"{name}-odd": data for name, data in odd_documents.items()} | full


@pytest.fixture(scope="module")
def made(documents):
    """Their PDF, as the engine makes it."""
    return LibreOffice.found(FontSet.found(), os.environ["PATH"]).convert(documents)


def test_one_page_forms_fit_one_page(made, samples):
    short = {name for name in samples if name[8:10] in {"02", "03", "04"}}
    assert len(short) == 6
    pages = {name: len(opened(made[name], name).pages) for name in short}
    assert set(pages.values()) == {1}, pages


def test_pages_say_what_documents_say(made, documents):
    """With LibreOffice 25.2 a full stop was lost where a justified line was full."""
    for name, document in documents.items():
        assert disagreements(name, document, made[name]) == [], name


def test_a_slip_stays_whole(made):
    """With all of the notice as long as it gets, the line to cut along goes with it."""
    ends = ("-odd", "-full")
    long = [name for name in made if name.startswith("RXD7200-04") and name.endswith(ends)]
    assert len(long) == 3
    for name in long:
        bodies = ["".join(page.body) for page in shown(made[name])]
        assert "沿此线裁开" not in bodies[0]
        signed = "单位及印章" if name.endswith("full") else "单位盖章"
        for text in ("沿此线裁开", "回执联", signed, "送达方式："):
            assert text in bodies[1], (name, text)


def test_what_is_signed_is_on_one_page_and_no_signature_covers_a_name(made):
    parties = Form.load(read_desk(ROOT, DocumentNumber("RXD7200-01"))).signing
    agreements = [name for name in made if name.startswith("RXD7200-01")]
    assert len(agreements) > 1
    for name in agreements:
        last = "".join(shown(made[name])[-1].body)
        for text in ("签署页", "甲方（公章）", "授权委托书编号：", "日期：", "签订地点："):
            assert text in last, (name, text)
        for box in place_parties(made[name], parties):
            assert box.page == len(shown(made[name])) - 1
            for left, bottom, right, top in signs(made[name], box.page):
                beside = right <= box.left or left >= box.right
                assert beside or top <= box.bottom or bottom >= box.top, name


def test_tables_that_go_on_have_their_headings_again(made):
    [plan] = [name for name in made if name.startswith("RXD7200-03") and name.endswith("-odd")]
    pages = shown(made[plan])
    assert len(pages) > 8
    for number, page in enumerate(pages[1:-1], 2):
        assert "客户名称" in "".join((*page.edges, *page.body)), number
    assert "签字：" in "".join(pages[-1].body)


def test_a_page_is_filled_before_the_next_begins(made, full):
    """Rows nearly as high as a page left half-empty ones; higher ones were never laid out."""
    long = [name for name in full if name[8:10] in {"02", "03"}]
    assert len(long) == 4
    for name in long:
        with pypdfium2.PdfDocument(made[name]) as pages:
            assert len(pages) > 3
            for number in range(len(pages) - 1):
                body = pages[number].render(scale=1).to_pil().convert("L").crop((0, 50, 595, 785))
                printed = body.point([255] * 250 + [0] * 6).getbbox()
                assert printed[3] > 0.6 * body.height, (name, number + 1)


def test_no_opinion_stands_alone_and_each_is_signed_beside_its_text(made, full):
    logs = [name for name in made if name.startswith("RXD7200-02")]
    assert len(logs) > 4
    for name in logs:
        last = "".join(shown(made[name])[-1].body)
        assert last.count("签字：") == 2 or name in full, name
        before = last[: last.rindex("签字：")].strip()
        assert before, name


@pytest.mark.parametrize(
    "ending", ["-odd", pytest.param("-full", marks=pytest.mark.soak)], ids=["odd", "full"]
)
def test_codes_cover_nothing_on_any_page_of_any_form(made, ending):
    """Of the oddest and the fullest; and each is read as a machine sees it."""
    forms = {number: Form.load(read_desk(ROOT, number)) for number in desk_numbers(ROOT)}
    chosen = [name for name in made if name.endswith(ending)]
    assert {name[:10] for name in chosen} == {f"RXD7200-0{at}" for at in (1, 2, 3, 4)}
    for name in chosen:
        pdf, number = made[name], RecordNumber.parse(name[:25])
        code = DocumentCode(number=number, edition=1, digest="0123456789ab", pin=PIN)
        slips = place_slips(pdf, forms[DocumentNumber(name[:10])].slips, name)
        marked = mark(pdf, Marks(code=code, slips=slips))
        with pypdfium2.PdfDocument(pdf) as before, pypdfium2.PdfDocument(marked) as after:
            for page, (old, new) in enumerate(zip(before, after, strict=True), 1):
                plain, drawn = (one.render(scale=2).to_pil().convert("L") for one in (old, new))
                changed = ImageChops.difference(plain, drawn).point([0] + [255] * 255)
                printed = plain.point([255] * 250 + [0] * 6)
                assert ImageChops.multiply(changed, printed).getbbox() is None, (name, page)
                left, top, right, bottom = changed.getbbox()
                edges = (left, plain.height - bottom, plain.width - right, top)
                around = tuple(max(side / 2 - 1, 0) for side in edges)
                fine = new.render(scale=4, crop=around).to_pil().convert("L")
                found = {PageCode.decode(one.text) for one in zxingcpp.read_barcodes(fine)}
                wanted = {slip.slip for slip in slips if slip.page == page} | {0}
                assert found == {code.on(page, len(before), slip) for slip in wanted}, (name, page)

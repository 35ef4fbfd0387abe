"""The paper loop, simulated: documents printed, signed, sealed, scanned badly, and sorted again.

``paper_loop.py --pages 540`` marks PDFs with page codes, those given or the samples as
LibreOffice prints them (rdocx where it is not installed), rasterises them at 150, 200
and 300 dpi, turns them by up to 3° and some upside down or on their side, adds noise, a
red round seal over text and close to the code, a signature, JPEG of quality 50 to 60,
shuffles the documents together, leaves pages out, scans some twice and puts foreign
sheets between.
Everything follows from ``--seed``. A page that is filed where it does not belong ends
the run with an error.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw
from pypdf import PdfWriter

from rmdocs.checkcodes import CheckCode
from rmdocs.demonstration import ISSUED, demonstrate
from rmdocs.errors import MissingProgramError
from rmdocs.identifiers import RecordNumber
from rmdocs.pdf.codes import DocumentCode, PageCode
from rmdocs.pdf.engine import Engine, PreviewEngine
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.pdf.marks import Marks, draw_marks
from rmdocs.scanning.documentpdf import assemble_documents
from rmdocs.scanning.pile import CodeStatus, Judge, Pile
from rmdocs.scanning.reading import read

RESOLUTIONS = (150, 200, 300)
_SEAL = (214, 87, 95)
_INCH = 25.4
_CODE = 12.5, 21.5
"""The middle of a code, from the right and upper edge, in millimetres."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document as it was issued, its pages marked."""

    code: DocumentCode
    pdf: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One sheet on the machine's glass.

    :param code: of the page that it shows; None for a sheet from elsewhere.
    :param jpeg: the picture.
    """

    code: PageCode | None
    dpi: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a run.

    :param scanned: sheets with a code; ``read``: whose code was found, by resolution.
    :param misfiled: sheets filed as another page than they show.
    :param complete: sets that lacked nothing; ``filed``: that were filed.
    :param wrong: sets that were filed though something was missing.
    :param beside: sets that were filed while a second scan of a page, unread, went to review.
    """

    scanned: Counter[int]
    read: Counter[int]
    misfiled: int
    complete: int
    filed: int
    wrong: int
    beside: int
    seconds: float


def printed(pdf: bytes, serial: int, edition: int = 1) -> Printed:
    """Return ``pdf`` as the document of a record of its own."""
    number = RecordNumber.parse(f"RXD7200-01-JN01-2026-{serial:04d}")
    digest = hashlib.sha256(f"{number} {edition}".encode()).hexdigest()
    code = DocumentCode(
        number=number,
        edition=edition,
        digest=digest[:12],
        pin=str(CheckCode.of(serial, bytes.fromhex(digest))),
    )
    writer, written = PdfWriter(clone_from=BytesIO(pdf)), BytesIO()
    draw_marks(writer, pdf, Marks(code=code))
    writer.write(written)
    return Printed(code, written.getvalue(), len(writer.pages))


def scanned(one: Printed, chance: random.Random, dpi: int) -> Iterator[Scan]:
    """Yield the sheets of a document, signed and sealed, in order."""
    yield from shown(one, range(one.pages), chance, dpi)


def shown(one: Printed, pages: Iterable[int], chance: random.Random, dpi: int) -> Iterator[Scan]:
    """Yield some pages of a document, from 0, signed, sealed and scanned."""
    with pypdfium2.PdfDocument(one.pdf) as document:
        for at in pages:
            image = document[at].render(scale=dpi / 72).to_pil().convert("RGB")
            yield Scan(one.code.on(at + 1, one.pages), dpi, spoiled(image, dpi, chance))


def spoiled(image: Image.Image, dpi: int, chance: random.Random) -> bytes:
    """Return a page as a machine delivers it after it was signed and sealed."""
    dot = dpi / _INCH
    width, height = image.size
    ink = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(ink)
    _seal(pen, width * chance.uniform(0.3, 0.7), height * chance.uniform(0.3, 0.9), dot)
    # Its ring, 21 mm from its middle, touches the code or its print on a third of the sheets.
    away, angle = chance.uniform(25, 38) * dot, chance.uniform(0.55, 1.0) * math.pi
    x, y = width - _CODE[0] * dot + away * math.cos(angle), _CODE[1] * dot + away * math.sin(angle)
    _seal(pen, x, y, dot)
    # Ink is a dye: what is black under it stays black.
    image = ImageChops.multiply(image, ink)
    pen = ImageDraw.Draw(image)
    points = [
        (width * (0.3 + step / 60) + chance.gauss(0, dot), height * 0.7 + chance.gauss(0, 3 * dot))
        for step in range(12)
    ]
    pen.line(points, fill=(20, 20, 60), width=max(1, round(0.4 * dot)))
    turned = image.rotate(
        chance.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)
    )
    turned = turned.rotate(chance.choice((0, 0, 0, 180, 180, 90, 270)), expand=True)
    if chance.random() < 0.5:
        turned = turned.convert("L")
    noise = _noise(turned.size, chance, turned.mode)
    written = BytesIO()
    Image.blend(turned, noise, chance.uniform(0.05, 0.2)).save(
        written, "JPEG", quality=chance.randint(50, 60), dpi=(dpi, dpi)
    )
    return written.getvalue()


def _noise(size: tuple[int, int], chance: random.Random, mode: str) -> Image.Image:
    """Return grey noise around the middle, the same for the same chance."""
    tile = Image.frombytes("L", (512, 512), chance.randbytes(512 * 512))
    noise = Image.new("L", size)
    for x in range(0, size[0], 512):
        for y in range(0, size[1], 512):
            noise.paste(tile, (x, y))
    return noise.convert(mode)


def _seal(pen: ImageDraw.ImageDraw, x: float, y: float, dot: float) -> None:
    """Draw a round seal of 42 mm: ring, star, and signs that run along the ring."""
    radius = 21 * dot
    box = (x - radius, y - radius, x + radius, y + radius)
    pen.ellipse(box, outline=_SEAL, width=max(2, round(1.2 * dot)))
    star = [
        (
            x + math.sin(step * math.pi / 5) * dot * (7 if step % 2 == 0 else 3),
            y - math.cos(step * math.pi / 5) * dot * (7 if step % 2 == 0 else 3),
        )
        for step in range(10)
    ]
    pen.polygon(star, fill=_SEAL)
    for step in range(14):
        angle = math.pi * (0.75 + step * 1.5 / 13)
        at = x + math.sin(angle) * 16 * dot, y - math.cos(angle) * 16 * dot
        sign = (at[0] - 1.6 * dot, at[1] - 1.6 * dot, at[0] + 1.6 * dot, at[1] + 1.6 * dot)
        pen.rectangle(sign, outline=_SEAL, width=max(1, round(0.6 * dot)))


def foreign(chance: random.Random, dpi: int) -> Scan:
    """Return a sheet that is none of ours."""
    image = Image.new("RGB", (round(210 / _INCH * dpi), round(297 / _INCH * dpi)), "white")
    pen = ImageDraw.Draw(image)
    for line in range(10, 50):
        y = image.height * line // 60
        pen.line((dpi, y, dpi + chance.randint(dpi, 6 * dpi), y), fill=0, width=dpi // 30)
    return Scan(None, dpi, spoiled(image, dpi, chance))


def pile_up(documents: Sequence[Printed], chance: random.Random) -> list[Scan]:
    """Return all sheets in one shuffled pile, some missing, some doubled, some foreign."""
    pile: list[Scan] = []
    for at, one in enumerate(documents):
        dpi = RESOLUTIONS[at % len(RESOLUTIONS)]
        sheets = list(scanned(one, chance, dpi))
        if at % 7 == 3:
            del sheets[chance.randrange(len(sheets))]
        if at % 11 == 5 and sheets:
            # Scanned anew: no two scans of a sheet are the same.
            page = chance.choice(sheets).code.page
            sheets += shown(one, [page - 1], chance, dpi)
        if at % 9 == 4:
            sheets.append(foreign(chance, dpi))
        pile += sheets
    chance.shuffle(pile)
    return pile


def delivered(
    pile: Sequence[Scan], folder: Path, each: int, singles: int | None = None
) -> list[Path]:
    """Write the pile as the machine delivers it: PDFs of ``each`` sheets, then single JPEGs.

    :param singles: how many of these; a tenth of the pile if not given.
    """
    paths = []
    singles = len(pile) // 10 if singles is None else singles
    for start in range(0, len(pile) - singles, each):
        path = folder / f"scan{start:04d}.pdf"
        images = [Image.open(BytesIO(one.jpeg)) for one in pile[start : start + each]]
        paths.append(_written(path, images[: len(pile) - singles - start], pile[start:]))
    for at, one in enumerate(pile[len(pile) - singles :]):
        path = folder / f"single{at:04d}.jpg"
        path.write_bytes(one.jpeg)
        paths.append(path)
    return paths


def _written(path: Path, images: Sequence[Image.Image], scans: Sequence[Scan]) -> Path:
    """Write a PDF of JPEGs exactly as they are."""
    with pypdfium2.PdfDocument.new() as document:
        for image, scan in zip(images, scans, strict=False):
            across, up = (side * 72 / scan.dpi for side in image.size)
            page = document.new_page(across, up)
            shown = pypdfium2.PdfImage.new(document)
            shown.load_jpeg(BytesIO(scan.jpeg), inline=True)
            shown.set_matrix(pypdfium2.PdfMatrix().scale(across, up))
            page.insert_obj(shown)
            page.gen_content()
        document.save(path)
    return path


def judged(documents: Iterable[Printed]) -> Judge:
    """Return the judge that knows these documents and no others."""
    known = {one.code for one in documents}
    return lambda code, _slip: CodeStatus.CURRENT if code in known else CodeStatus.UNKNOWN


def figures(
    pile: Sequence[Scan], read_pile: Pile, order: Sequence[Scan], seconds: float
) -> Figures:
    """Return how well a pile was read and sorted.

    :param order: the sheets in the order in which the files hold them.
    """
    sheets = {}
    for document in read_pile.documents:
        sheets |= {page.sheet: page.code for page in document.pages}
    misfiled = 0
    seen = {(s.file, s.number): s.codes for s in sheets}
    seen |= {(a.sheet.file, a.sheet.number): a.sheet.codes for a in read_pile.review}
    filed = {(s.file, s.number): code for s, code in sheets.items()}
    scanned_at, read_at = Counter[int](), Counter[int]()
    for place, scan in zip(sorted(seen), order, strict=True):
        if scan.code is not None:
            scanned_at[scan.dpi] += 1
            read_at[scan.dpi] += seen[place] == (scan.code,)
        misfiled += (place in filed and filed[place] != scan.code) or any(
            code != scan.code for code in seen[place]
        )
    counts = Counter(scan.code for scan in pile if scan.code is not None)
    least, most = _extremes(counts)
    present = {code for code, count in least.items() if count}
    whole = {code for code in present if most[code] == 1}
    kept = {document.code for document in read_pile.documents}
    return Figures(
        scanned_at,
        read_at,
        misfiled,
        len(whole),
        len(kept & whole),
        len(kept - present),
        len(kept & present - whole),
        seconds,
    )


def _extremes(
    counts: Counter[PageCode],
) -> tuple[dict[DocumentCode, int], dict[DocumentCode, int]]:
    """Return how often the rarest and the most frequent page of each document was scanned."""
    times = {
        code.document: [counts[code.document.on(n, code.pages)] for n in range(1, code.pages + 1)]
        for code in counts
    }
    return (
        {code: min(found) for code, found in times.items()},
        {code: max(found) for code, found in times.items()},
    )


def run(documents: Sequence[Printed], folder: Path, seed: int, each: int = 40) -> Figures:
    """Print, scan and sort ``documents`` and return what came of it."""
    chance = random.Random(seed)  # noqa: S311 - a simulation that can be repeated
    pile = pile_up(documents, chance)
    paths = delivered(pile, folder, each)
    start = time.perf_counter()
    found = read(paths, judged(documents))
    seconds = time.perf_counter() - start
    made = zip(found.documents, assemble_documents(found, paths), strict=True)
    for document, data in islice(made, 3):
        with pypdfium2.PdfDocument(data) as opened:
            assert len(opened) == len(document.pages)
    return figures(pile, found, pile, seconds)


def samples() -> list[bytes]:
    """Return the sample documents printed, by LibreOffice if it is installed."""
    fonts = FontSet.found()
    engine: Engine
    try:
        engine = LibreOffice.found(fonts, os.environ.get("PATH", ""))
    except MissingProgramError:
        engine = PreviewEngine(fonts=fonts)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bank"
        demonstrate(root, lambda _text: None)
        issued = sorted((root / ISSUED).glob("RXD*.docx"))
        printed_ones = engine.convert({path.stem: path.read_bytes() for path in issued})
    return [printed_ones[name] for name in sorted(printed_ones)]


def many(sources: Sequence[bytes], pages: int) -> list[Printed]:
    """Return the PDFs in turn, each time as another document, of so many pages at least."""
    documents: list[Printed] = []
    while sum(one.pages for one in documents) < pages:
        source = sources[len(documents) % len(sources)]
        documents.append(printed(source, len(documents) + 1))
    return documents


def main() -> None:
    """Run over PDFs given on the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", nargs="*", type=Path, help="PDFs without page codes")
    parser.add_argument("--pages", type=int, default=540, help="how many pages at least")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sources = [path.read_bytes() for path in options.pdfs] or samples()
    documents = many(sources, options.pages)
    with tempfile.TemporaryDirectory() as folder:
        found = run(documents, Path(folder), options.seed)
    total = sum(found.scanned.values())
    print(
        f"{total} pages of {len(documents)} documents, {found.seconds / total * 1000:.0f} ms each"
    )
    for dpi in RESOLUTIONS:
        print(f"{dpi} dpi: {found.read[dpi]} of {found.scanned[dpi]} codes read")
    print(f"{found.filed} of {found.complete} complete documents filed")
    print(f"{found.misfiled} pages misfiled, {found.wrong} incomplete documents filed")
    print(f"{found.beside} documents filed beside an unread second scan of a page")
    if found.misfiled or found.wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()

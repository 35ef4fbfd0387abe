"""Signed paper as a machine delivers it: skewed, noisy, sealed in red, as JPEG."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2
from marking import mark
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from rmdocs.identifiers import RecordNumber
from rmdocs.pdf.codes import DocumentCode
from rmdocs.pdf.marks import Marks

SEAL = (200, 30, 40)
SEALS = ((0.28, 0.35), (0.6, 0.6), (0.8, 0.13))
"""Middles, as shares of the page: where an agreement's parties sign; close to the code."""
PENS = {"blue": (40, 60, 150), "black": (35, 35, 40)}


def document(serial: int, pages: int, edition: int = 1) -> tuple[DocumentCode, bytes]:
    """Return the code of a document and its PDF, otherwise blank."""
    number = RecordNumber.parse(f"RXD7200-01-JN01-2026-{serial:04d}")
    code = DocumentCode(
        number=number, edition=edition, digest=f"{serial:012x}", pin=f"{serial}·{serial:012x}"
    )
    writer, written = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595.3, 841.9)
    writer.write(written)
    return code, mark(written.getvalue(), Marks(code=code))


def drawn(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Return the pages of a PDF as a machine sees them."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in opened]


def scanned(
    image: Image.Image,
    seed: int,
    *,
    turn: int = 0,
    quality: int = 55,
    grey: bool = False,
    seals: Sequence[tuple[float, float]] = SEALS,
    pens: Sequence[tuple[float, float, str]] = (),
) -> bytes:
    """Return a page signed and sealed, turned by up to 3° and by ``turn``, as JPEG."""
    chance = random.Random(seed)  # noqa: S311 - the same hand every time
    sheet = image.copy()
    pen = ImageDraw.Draw(sheet, "RGBA")
    wide = sheet.width
    for x, y in seals:
        middle, radius = (wide * x, sheet.height * y), wide * 0.1
        box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
        pen.ellipse(box, outline=(*SEAL, 190), width=max(2, wide // 170))
    for x, y, colour in pens:
        _written(pen, (wide * x, sheet.height * y), wide / 210, PENS[colour], seed)
    sheet = sheet.rotate(chance.uniform(-3, 3), Image.Resampling.BILINEAR, fillcolor="white")
    sheet = sheet.rotate(turn, expand=True).convert("L" if grey else "RGB")
    tile = Image.frombytes("L", (256, 256), chance.randbytes(256 * 256))
    noise = tile.resize(sheet.size).convert(sheet.mode)
    written = BytesIO()
    Image.blend(sheet, noise, 0.12).save(written, "JPEG", quality=quality)
    return written.getvalue()


def _written(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    dot: float,
    colour: tuple[int, int, int],
    seed: int,
) -> None:
    """Write a signature of 30 × 10 mm with a pen of 0.4 mm; ``dot`` is a millimetre."""
    chance = random.Random(seed)  # noqa: S311 - the same hand every time
    points = [
        (at[0] + (step * 2.5 + chance.uniform(-1, 1)) * dot, at[1] + chance.uniform(0, 10) * dot)
        for step in range(13)
    ]
    pen.line(points, fill=colour, width=max(1, round(0.4 * dot)), joint="curve")


def all_scanned(pdf: bytes, dpi: int = 150, seed: int = 1, pages: int | None = None) -> list[bytes]:
    """Return the pages of a PDF, or the first ones, scanned in order, the second upside down."""
    return [
        scanned(image, seed + at, turn=180 if at == 1 else 0, quality=50 + 10 * (at % 2))
        for at, image in enumerate(drawn(pdf, dpi)[:pages])
    ]


def delivered(path: Path, sheets: Sequence[bytes]) -> Path:
    """Write sheets as one PDF, as the machine does."""
    images = [Image.open(BytesIO(sheet)) for sheet in sheets]
    dpi = max(images[0].size) / 11.69
    images[0].save(path, "PDF", save_all=True, append_images=images[1:], resolution=dpi)
    return path


def singly(folder: Path, sheets: Iterable[bytes]) -> list[Path]:
    """Write each sheet as a file of its own."""
    paths = []
    for at, sheet in enumerate(sheets):
        paths.append(folder / f"sheet{at:03d}.jpg")
        paths[-1].write_bytes(sheet)
    return paths


def foreign() -> bytes:
    """Return a sheet that is none of ours."""
    image = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(image)
    for y in range(200, 1500, 40):
        pen.line((150, y, 1000, y), fill=0, width=5)
    return scanned(image, 99)

"""One scan of hundreds of sheets: pages a second, memory, and zxing-cpp alone beside it.

``big_scan.py --pages 500 --dpi 200`` prints, signs, seals and scans the samples as
``paper_loop.py`` does, in order, with every fifth sheet a blank back, all in one PDF. A
process of its own then reads and sorts it, makes a PDF of each document and a picture of
each sheet left to a person. Beside it, what one would write first: every page drawn by
PDFium at the same resolution and given to zxing-cpp.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2
import zxingcpp
from measuring import measured
from paper_loop import Scan, delivered, many, samples, scanned
from PIL import Image

from rmdocs.scanning.documentpdf import assemble_documents, pictures
from rmdocs.scanning.pile import CodeStatus
from rmdocs.scanning.reading import read

_A4 = 8.27, 11.69
_BACKS = 5
_LEAST = 0.99
"""The least share of codes read: one that stands close to the edge of a sheet that lies askew by
3° is cut off by it."""
_UNIT = 72


def pile(pages: int, dpi: int, seed: int) -> list[Scan]:
    """Return so many sheets in order, every fifth of them blank."""
    chance = random.Random(seed)  # noqa: S311 - the same pile every time
    written = BytesIO()
    white = Image.new("RGB", (round(_A4[0] * dpi), round(_A4[1] * dpi)), "white")
    white.save(written, "JPEG", dpi=(dpi, dpi))
    back = Scan(None, dpi, written.getvalue())
    sheets: list[Scan] = []
    for one in many(samples(), pages):
        for sheet in scanned(one, chance, dpi):
            sheets += [sheet] if (len(sheets) + 2) % _BACKS else [sheet, back]
            if len(sheets) >= pages:
                return sheets[:pages]
    return sheets


def work(path: Path) -> dict[str, float]:
    """Read a scan as ``rmdocs scan`` does and return the seconds of each part."""
    start = time.perf_counter()
    found = read([path], lambda _code, _slip: CodeStatus.CURRENT)
    reading = time.perf_counter()
    made = sum(1 for _ in assemble_documents(found, [path]))
    assembling = time.perf_counter()
    shown = sum(1 for _ in pictures([aside.sheet for aside in found.review], [path]))
    return {
        "read": reading - start,
        "assemble": assembling - reading,
        "show": time.perf_counter() - assembling,
        "documents": made,
        "review": shown,
        "coded": sum(len(one.pages) for one in found.documents)
        + sum(bool(aside.sheet.codes) for aside in found.review),
    }


def alone(path: Path, dpi: int) -> dict[str, float]:
    """Give every page to zxing-cpp as it is drawn and return seconds and codes found."""
    start, coded = time.perf_counter(), 0
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            image = page.render(scale=dpi / _UNIT, grayscale=True).to_pil()
            coded += bool(zxingcpp.read_barcodes(image, formats=formats))
            page.close()
    return {"read": time.perf_counter() - start, "coded": coded}


WAYS: dict[str, Callable[[Path, int], dict[str, float]]] = {
    "rmdocs": lambda path, _dpi: work(path),
    "zxing-cpp alone": alone,
}


def main() -> None:
    """Make the scan, have it read both ways, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(WAYS[given.way](given.file, given.dpi)))
        return
    sheets = pile(given.pages, given.dpi, given.seed)
    codes = sum(sheet.code is not None for sheet in sheets)
    with tempfile.TemporaryDirectory(prefix="rmdocs-big-scan-") as folder:
        [path] = delivered(sheets, Path(folder), given.pages, singles=0)
        print(f"{len(sheets)} sheets, {codes} with a code, {given.dpi} dpi, ", end="")
        print(f"{path.stat().st_size / 2**20:.0f} MB", flush=True)
        for way in WAYS:
            call = [sys.executable, __file__, "--way", way, "--file", str(path)]
            cost = measured([*call, "--dpi", str(given.dpi)])
            if cost.code:
                sys.exit(cost.errors)
            told = json.loads(cost.output)
            print(
                f"{way}: {told['read']:.1f} s, {len(sheets) / told['read']:.1f} pages/s, "
                f"{told['coded']} of {codes} codes, {cost.memory >> 20} MB, "
                f"{cost.processor:.1f} s of processor time in all"
            )
            if "documents" in told:
                print(
                    f"  {told['documents']} documents made PDF in {told['assemble']:.1f} s, "
                    f"{told['review']} sheets shown in {told['show']:.1f} s"
                )
            if told["coded"] < codes * _LEAST and way == "rmdocs":
                sys.exit("codes were not read")


if __name__ == "__main__":
    main()

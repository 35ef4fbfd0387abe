"""Write docs/signatures.md: certificates and time stamps x what is said of each, and by whom."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
import certified  # noqa: E402 - the tests' own cases, found above
from signed import PRINTED, Bureau  # noqa: E402 - likewise
from typefaces import typeface  # noqa: E402 - likewise

HEAD = """# What is said of a signature

Made by `tools/signatures.py` from `tests/certified.py`, which `tests/signing/test_table.py`
holds true. `sign` judges before it seals: what `signatures` would find is refused, and so are
keys that other readers do not judge. The columns `signatures` and `pdfsig` (poppler, of the
signature alone, without its chain) are of the same file made by a program that judges nothing;
{nothing} where no file can be made. Whom a certificate names is judged where the record says
whom it concerns: by `sign`, and of what it sealed by `verify`.
"""
COLUMNS = """
| {what} | `sign` | `signatures` | `pdfsig` |
|---|---|---|---|
"""
TAIL = """
Of an answer of a time-stamping authority at most 20 seconds and a million bytes are taken,
however slowly it drips in; redirections are not followed, compressed answers not read.
"""


def main() -> None:
    """Sign with each, judge it, and write the tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bureau = Bureau(typeface(folder / "Boxes.ttf", "Boxes", PRINTED))
        parts = [HEAD.format(nothing=certified.NOTHING)]
        for what, rows in (
            ("certificate", certified.CERTIFICATES),
            ("time stamp", certified.STAMPS),
        ):
            parts += [COLUMNS.format(what=what), *_lines(bureau, rows, folder)]
    (ROOT / "docs" / "signatures.md").write_text("".join((*parts, TAIL)), encoding="utf-8")


def _lines(
    bureau: Bureau, rows: Mapping[str, Callable[[Bureau], certified.Attempt]], folder: Path
) -> Iterator[str]:
    for name, row in rows.items():
        attempt = row(bureau)
        pdf = certified.anyway(bureau, attempt)
        said = certified.signs(bureau, attempt), certified.judged(bureau, attempt, pdf)
        yield f"| {name} | {said[0]} | {said[1]} | {certified.pdfsig(pdf, folder)} |\n"


if __name__ == "__main__":
    main()

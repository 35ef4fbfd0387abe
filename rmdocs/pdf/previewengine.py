"""The preview engine: rdocx, which every installation of rmdocs has.

It lays the forms out nearly as LibreOffice does, but breaks lines and sets
texts in cells differently, and draws Latin letters beside Chinese ones with
whatever font it likes: its PDF is for looking at, never for signing. It works in a process of its
own: a document that makes it loop or fail takes nothing else along.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.coverage import families, uncovered
from rmdocs.pdf.engine import run, unsafe
from rmdocs.pdf.faces import Face
from rmdocs.pdf.fonts import FontSet

_ORDERS = "orders.json"
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewEngine:
    """rdocx as installed with rmdocs.

    :param fonts: the fonts it is to use.
    :param start: seconds the process may take to start and read the fonts.
    :param each: seconds it may take for each document besides.
    """

    name: ClassVar[str] = "rdocx"
    formal: ClassVar[bool] = False

    fonts: FontSet
    start: float = 30.0
    each: float = 5.0

    @property
    def version(self) -> str:
        """Return the version of rdocx and the fingerprint of the fonts."""
        return f"{installed('rdocx')} fonts {self.fonts.fingerprint}"

    def convert(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return a preview of every document; see :class:`~rmdocs.pdf.engine.Engine`."""
        refused = [
            finding
            for name, document in documents.items()
            for finding in unsafe(name, document)
            or uncovered(name, document, self.fonts, all_regular=True)
        ]
        if refused:
            raise FindingsError(tuple(refused))
        made = self._process(documents)
        for name in [name for name in documents if name not in made]:
            made |= self._process({name: documents[name]})
        refused = [_not_made(name) for name in documents if name not in made]
        if refused:
            raise FindingsError(tuple(refused))
        return {name: made[name] for name in documents}

    def _process(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return what came out of one process."""
        with TemporaryDirectory(prefix="rmdocs-pdf-") as directory:
            home = Path(directory)
            for number, document in enumerate(documents.values()):
                (home / f"{number}.docx").write_bytes(document)
            orders = [self._fonts_of(document) for document in documents.values()]
            (home / _ORDERS).write_text(json.dumps(orders), encoding="utf-8")
            seconds = self.start + self.each * len(documents)
            run([sys.executable, "-m", __name__, home], home, seconds, {})
            return {
                name: pdf
                for number, name in enumerate(documents)
                if (pdf := _content(home / f"{number}.pdf")).startswith(_PDF)
            }

    def _fonts_of(self, document: bytes) -> list[tuple[str, str, int]]:
        """Return the file that draws each family the document uses, and its place therein.

        The regular face alone: rdocx reads each anew for each document, and
        Chinese bold faces have 20 MB.
        """
        found = ((name, self.fonts.family(name)) for name in sorted(families(document)))
        return [
            (name, str(face.path), face.number)
            for name, family in found
            if family is not None
            for face in family.drawn_by()[:1]
        ]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _not_made(name: str) -> Finding:
    return error(
        "PDF-NOT-MADE",
        name,
        message("no preview came out of {document}", document=name),
        message("make the PDF with LibreOffice"),
    )


def _work(home: Path) -> None:
    """Lay out every document in ``home``; this is the process's own main."""
    import rdocx  # noqa: PLC0415 - 18 MB, needed in this process only

    loaded: dict[tuple[str, int], bytes] = {}
    for place, order in enumerate(json.loads((home / _ORDERS).read_text(encoding="utf-8"))):
        fonts = []
        for name, path, number in order:
            if (path, number) not in loaded:
                loaded[path, number] = _single(Face(path=Path(path), number=number))
            fonts.append((name, loaded[path, number]))
        try:
            document = rdocx.Document.from_bytes((home / f"{place}.docx").read_bytes())
            pdf = document.to_pdf(fonts=fonts)
        except rdocx.RdocxError:
            # Whoever waits sees that it is missing. Anything else, such as a panic, ends the
            # process, and what did not come out of it is tried again alone.
            continue
        (home / f"{place}.pdf").write_bytes(pdf)


def _single(face: Face) -> bytes:
    """Return a font as a file of its own, also if it lies in a collection."""
    if face.path.suffix.lower() not in (".ttc", ".otc"):
        return face.path.read_bytes()
    buffer = io.BytesIO()
    with face.open() as font:
        font.save(buffer, reorderTables=None)
    return buffer.getvalue()


if __name__ == "__main__":
    _work(Path(sys.argv[1]))

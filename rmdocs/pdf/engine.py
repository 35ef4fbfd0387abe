"""What an engine is: Word documents in, PDF out; how its program is run; the one for previews.

An engine decides nothing about a record and marks nothing on a page; what is
printed beside the document and what is attached to it come later (``marks``,
``archive``).

Its program is run within bounds of time, memory and output. It sees a directory
of its own as home, a plain locale, and nothing else of the environment; when its
time is up it is killed with everything it started. What a document must not carry
when such a program opens it is refused: documents of released forms never do; this
is for whatever else is handed in, and for what was released before a template was
judged as a whole.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Protocol

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.coverage import families, uncovered
from rmdocs.pdf.faces import Face
from rmdocs.pdf.fonts import FontSet
from rmdocs.rendering.markup import WORD
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.template import CONTENT_TYPES, parse, parse_all


class Engine(Protocol):
    """Something that lays out Word documents as PDF."""

    @property
    def name(self) -> str:
        """Return the engine's name, as events write it."""

    @property
    def version(self) -> str:
        """Return what its output depends on: the program's version and its fonts.

        :raises MissingProgramError: if the program is not installed.
        """

    @property
    def formal(self) -> bool:
        """Return whether its PDF may be signed; if not, it is a preview."""

    def convert(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the PDF of every document, by the document's name.

        :param documents: Word documents (.docx) by name.
        :raises FindingsError: with every document that lacks a font or a
            glyph, is unsafe to open, or does not come out; none is returned then.
        :raises MissingProgramError: if the program is not installed.
        """


MOST_MEMORY = 4 * 2**20
"""Kibibytes of address space one program may take."""

LARGEST_FILE = 2**20
"""Blocks of 512 bytes that a file it writes may have."""

_LAST = 500
_BOUNDED = 'ulimit -v "$1" && ulimit -f "$2" && shift 2 && exec "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a program ended.

    :param code: its exit code; negative for a signal, None if its time was up.
    :param output: what it wrote to standard output.
    :param said: the end of what it wrote to standard error.
    """

    code: int | None
    output: str
    said: str


def run(
    command: Sequence[str | Path],
    home: Path,
    seconds: float,
    environment: Mapping[str, str],
) -> Ending:
    """Run ``command`` and wait for its end, ``seconds`` at most.

    :param home: an existing directory, its working directory and home.
    :param environment: what it is told besides: ``PATH``, for one.
    """
    told = {"HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    bounds = (str(MOST_MEMORY), str(LARGEST_FILE))
    with (home / "said.out").open("w+b") as out, (home / "said.err").open("w+b") as err:
        program = subprocess.Popen(  # noqa: S603 - a list, no shell between
            ["/bin/sh", "-c", _BOUNDED, "sh", *bounds, *map(str, command)],
            cwd=home,
            env={**told, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            code: int | None = program.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if program.poll() is None:
                _kill_group(program)
        return Ending(code=code, output=_tail(out.name), said=_tail(err.name))


def _kill_group(program: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _tail(path: str) -> str:
    return Path(path).read_bytes()[-_LAST:].decode(errors="replace").strip()


_FETCHING = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD)\b", re.IGNORECASE
)
_CHANGING = re.compile(r"\s*(DATE|TIME|SAVEDATE|PRINTDATE|FILENAME|USERNAME)\b", re.IGNORECASE)


def unsafe(name: str, document: bytes) -> list[Finding]:
    """Return why ``document`` is not opened: damage, macros, links, what changes by itself.

    :param name: what to call the document.
    """
    try:
        members = {member.name: member for member in read(document)}
        parse_all(members.values())
    except FindingsError as problem:
        found = list(problem.findings)
    else:
        found = list(_hazards(members))
    return [replace(finding, path=f"{name}#{finding.path}") for finding in found]


def _hazards(members: Mapping[str, Member]) -> Iterator[Finding]:
    yield from _macros(members)
    for name, member in sorted(members.items()):
        if name.endswith(".rels"):
            yield from _outside(name, parse(member.content()))
        elif name.startswith("word/") and name.endswith(".xml"):
            yield from _fields(name, parse(member.content()))


def _macros(members: Mapping[str, Member]) -> Iterator[Finding]:
    types = members[CONTENT_TYPES].content() if CONTENT_TYPES in members else b""
    names = [name for name in members if "vbaproject" in name.casefold()]
    if names or b"macroEnabled" in types or b"vbaProject" in types:
        yield error(
            "TEMPLATE-MACRO",
            names[0] if names else CONTENT_TYPES,
            message("the template carries macros"),
            message("save it as .docx without macros"),
        )
    for name in members:
        if name.startswith(("word/embeddings/", "word/activeX/")):
            yield error(
                "TEMPLATE-EMBEDDED",
                name,
                message("the template carries an embedded file or control"),
                message("delete the object, or paste it as a picture"),
            )


def _outside(name: str, root: etree._Element) -> Iterator[Finding]:
    for relation in root:
        if relation.get("TargetMode") != "External":
            continue
        if (relation.get("Type") or "").endswith("/hyperlink"):
            continue
        yield error(
            "TEMPLATE-EXTERNAL",
            name,
            message(
                "the document would fetch something from outside: {target}",
                target=relation.get("Target") or "",
            ),
            message("insert it into the template itself"),
        )


def _fields(name: str, root: etree._Element) -> Iterator[Finding]:
    codes = [element.text or "" for element in root.iter(f"{WORD}instrText")]
    codes += [element.get(f"{WORD}instr") or "" for element in root.iter(f"{WORD}fldSimple")]
    for code in map(str.strip, codes):
        if _FETCHING.match(code):
            yield error(
                "TEMPLATE-EXTERNAL",
                name,
                message("a field would fetch something from outside: {field}", field=code),
                message("delete the field"),
            )
        elif _CHANGING.match(code):
            yield error(
                "TEMPLATE-FIELD",
                name,
                message("a field changes whenever the document is opened: {field}", field=code),
                message("use a tag such as {{ facts.issued_on|cn_date }}"),
            )


_SETTINGS = "word/settings.xml"
_MODE, _WORD_2010, _WORD_2013 = "compatibilityMode", 14, 15


def unshrunk(document: bytes) -> bytes | None:
    """Return ``document`` (.docx) as one of Word 2010; None if it is none of a later one.

    It says the same. The document itself stays as it was sealed.

    :raises FindingsError: if it is no Word document.
    """
    members = read(document)
    settings = next((one for one in members if one.name == _SETTINGS), None)
    root = parse(settings.content()) if settings is not None else None
    modes = [
        one
        for one in (() if root is None else root.iter(f"{WORD}compatSetting"))
        if one.get(f"{WORD}name") == _MODE and one.get(f"{WORD}val") == str(_WORD_2013)
    ]
    if root is None or not modes:
        return None
    for mode in modes:
        mode.set(f"{WORD}val", str(_WORD_2010))
    content = etree.tostring(root, encoding="UTF-8", standalone=True)
    changed = Member.stored(_SETTINGS, content)
    return StaticMembers.of(changed if one is settings else one for one in members).archive(())


_ORDERS = "orders.json"
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewEngine:
    """rdocx, which every installation of rmdocs has: for previews.

    It lays the forms out nearly as LibreOffice does, but breaks lines and sets texts in
    cells differently, and draws Latin letters beside Chinese ones with whatever font it
    likes: its PDF is for looking at, never for signing. It works in a process of its
    own: a document that makes it loop or fail takes nothing else along.

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

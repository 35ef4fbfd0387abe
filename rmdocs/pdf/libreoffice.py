"""The formal engine: LibreOffice, a fresh process for each batch of documents.

Every process has a profile and a font configuration of its own in a temporary
directory, sees no other fonts, runs no macros and follows no links. It writes
PDF/A-2b; dates and numbers that differ from run to run are taken out by
``archive``. Whether the PDF was drawn with the fonts that the document asked
for is judged at once.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, MissingProgramError
from rmdocs.findings import Finding, error
from rmdocs.messages import listed, message
from rmdocs.pdf.coverage import families_in, is_blank, lacking_in, passages
from rmdocs.pdf.engine import Ending, run, unsafe, unshrunk
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.overlay import opened
from rmdocs.pdf.readback import disagreements

_SECTION = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_MAPPED = re.compile(rb"<[0-9A-Fa-f]+>\s*<((?:[0-9A-Fa-f]{4})+)>")
_SUBSET = re.compile(r"[A-Z]{6}\+")


def substituted(name: str, asked: Iterable[str], pdf: bytes, fonts: FontSet) -> list[Finding]:
    """Return a finding if ``pdf`` is drawn with a font that its document does not ask for.

    :param name: what to call the document.
    :param asked: the names of the families in which it prints something.
    """
    families = [family for family in map(fonts.family, asked) if family is not None]
    known = {_plain(one) for family in families for one in family.inner_names}
    try:
        drawn = set(_drawn(pdf, opened(pdf, name)))
    except FindingsError as problem:
        return list(problem.findings)
    foreign = sorted(one for one in drawn if not any(_plain(one).startswith(k) for k in known))
    if not foreign:
        return []
    return [
        error(
            "PDF-FONT-SUBSTITUTE",
            name,
            message(
                "{document} was drawn with fonts it does not ask for: {fonts}",
                document=name,
                fonts=listed(foreign),
            ),
            message("install or mount the fonts that the document names"),
        )
    ]


def _drawn(pdf: bytes, reader: PdfReader) -> Iterator[str]:
    """Yield the names of all fonts that draw something."""
    for number in _perhaps_fonts(pdf, reader):
        font = reader.get_object(number)
        if not isinstance(font, DictionaryObject) or font.get("/Type") != "/Font":
            continue
        part_of_another = str(font.get("/Subtype")).startswith("/CIDFont")
        if not part_of_another and not _draws_nothing(font):
            yield _SUBSET.sub("", str(font.get("/BaseFont", "")).lstrip("/"))


def _perhaps_fonts(pdf: bytes, reader: PdfReader) -> Iterator[int]:
    """Yield the objects among which every font is: to parse them all takes ten times as long."""
    yield from reader.xref_objStm
    places = sorted((place, number) for number, place in reader.xref.get(0, {}).items())
    ends = [place for place, _ in places[1:]]
    for (place, number), end in zip_longest(places, ends):
        if pdf.find(b"/Font", place, end) >= 0:
            yield number


def _draws_nothing(font: DictionaryObject) -> bool:
    """Return whether all that a font in a PDF is used for is blanks."""
    mapping = font.get("/ToUnicode")
    stream = mapping.get_object() if mapping is not None else None
    if not isinstance(stream, StreamObject):
        return False
    told = stream.get_data()
    characters = "".join(
        bytes.fromhex(found.decode()).decode("utf-16-be", "replace")
        for section in _SECTION.findall(told)
        for found in _MAPPED.findall(section)
    )
    return b"beginbfrange" not in told and all(map(is_blank, characters))


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("-Regular", "").casefold()


MOST_AT_ONCE = 50
"""Documents one process converts."""

_UNIT = 50_000
"""Bytes of a document, whose text is stored as it is, that have another share of time."""
_PROGRAMS = ("soffice", "libreoffice")
_VERSION = re.compile(r"LibreOffice (\d+(?:\.\d+)+)")
_BUILD = re.compile(r"^buildid=(.+)$", re.MULTILINE)
_PDF = b"%PDF-"
_COMMON, _WRITER = "/org.openoffice.Office.Common", "/org.openoffice.Office.Writer"
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Save/Document", "CreateBackup", "false"),
    (f"{_WRITER}/Content/Update", "Link", "2"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-CN"),
    ("/org.openoffice.Office.Linguistic/General", "DefaultLocale_CJK", "zh-CN"),
)
_FILTER = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"ExportFormFields":{"type":"boolean","value":"false"},'
    '"ExportNotes":{"type":"boolean","value":"false"},'
    '"UseLosslessCompression":{"type":"boolean","value":"true"},'
    '"ReduceImageResolution":{"type":"boolean","value":"false"}}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibreOffice:
    """LibreOffice as installed on this machine.

    :param program: path of ``soffice``.
    :param fonts: the fonts it is to use.
    :param search_path: where it looks for the programs it needs (``PATH``).
    :param start: seconds a process may take to start.
    :param each: seconds it may take besides for each document, and for every further
        50 KB of it: a hundred pages of tables take their time.
    """

    name: ClassVar[str] = "libreoffice"
    formal: ClassVar[bool] = True

    program: Path
    fonts: FontSet
    search_path: str
    start: float = 60.0
    each: float = 10.0

    @classmethod
    def found(cls, fonts: FontSet, search_path: str) -> LibreOffice:
        """Return LibreOffice as it is found on ``search_path``.

        :raises MissingProgramError: if it is not there.
        """
        for name in _PROGRAMS:
            path = shutil.which(name, path=search_path)
            if path:
                return cls(program=Path(path), fonts=fonts, search_path=search_path)
        raise MissingProgramError(
            message("LibreOffice is not installed; formal PDF is made with it"),
            message("install libreoffice-writer-nogui (or LibreOffice), or make a preview"),
        )

    @property
    def version(self) -> str:
        """Return LibreOffice's version and the fingerprint of the fonts.

        :raises MissingProgramError: if the program does not tell its version.
        """
        return f"{_version(self.program, self.search_path)} fonts {self.fonts.fingerprint}"

    def convert(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the PDF/A-2b of every document; see :class:`~rmdocs.pdf.engine.Engine`."""
        refused: list[Finding] = []
        asked: dict[str, frozenset[str]] = {}
        for name, document in documents.items():
            dangers = unsafe(name, document)
            refused += dangers
            if not dangers:
                prints = tuple(passages(document))
                refused += lacking_in(name, prints, self.fonts)
                asked[name] = families_in(prints)
        if refused:
            raise FindingsError(tuple(refused))
        made: dict[str, bytes] = {}
        names = list(documents)
        for start in range(0, len(names), MOST_AT_ONCE):
            batch, _ = self._process({n: documents[n] for n in names[start : start + MOST_AT_ONCE]})
            made |= batch
        failed = [name for name in documents if name not in made]
        endings = {name: self._alone(name, documents[name], made) for name in failed}
        self._mend(documents, made)
        refused = [
            _not_converted(name, ending) for name, ending in endings.items() if name not in made
        ]
        for name, pdf in made.items():
            refused += substituted(name, asked[name], pdf, self.fonts)
        if refused:
            raise FindingsError(tuple(refused))
        return {name: made[name] for name in documents}

    def _alone(self, name: str, document: bytes, made: dict[str, bytes]) -> Ending:
        """Try a document again that did not come out of its batch: another may be to blame."""
        again, ending = self._process({name: document})
        made |= again
        return ending

    def _mend(self, documents: Mapping[str, bytes], made: dict[str, bytes]) -> None:
        """Lay out again, without shrinking lines, what lost text; keep what is then whole."""
        lost = [name for name, pdf in made.items() if disagreements(name, documents[name], pdf)]
        copies = {name: copy for name in lost if (copy := unshrunk(documents[name])) is not None}
        for name, copy in copies.items():
            again, _ = self._process({name: copy})
            if name in again and not disagreements(name, documents[name], again[name]):
                made[name] = again[name]

    def _process(self, documents: Mapping[str, bytes]) -> tuple[dict[str, bytes], Ending]:
        """Convert in one process; return what came out, and how the process ended."""
        with TemporaryDirectory(prefix="rmdocs-pdf-") as directory:
            home = Path(directory)
            sources = list(_laid_out(home, documents.values()))
            environment = _prepared(home, self.program, self.fonts, self.search_path)
            command: list[str | Path] = [
                self.program,
                f"-env:UserInstallation={(home / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
                *("--convert-to", _FILTER, "--outdir"),
                home / "made",
                *sources,
            ]
            units = sum(1 + len(one) // _UNIT for one in documents.values())
            ending = run(command, home, self.start + self.each * units, environment)
            made = {}
            for name, source in zip(documents, sources, strict=True):
                path = home / "made" / f"{source.stem}.pdf"
                content = path.read_bytes() if path.is_file() else b""
                if content.startswith(_PDF):
                    made[name] = content
            return made, ending


def _not_converted(name: str, ending: Ending) -> Finding:
    if ending.code is None:
        return error(
            "PDF-TIMEOUT",
            name,
            message("{document} was not laid out in time", document=name),
            message("open the document in Word or LibreOffice and see what is so large in it"),
        )
    return error(
        "PDF-NOT-MADE",
        name,
        message(
            "no PDF came out of {document} (LibreOffice: {said})",
            document=name,
            said=ending.said or ending.code,
        ),
        message("open the document in Word or LibreOffice; if it opens, try again"),
    )


def _laid_out(home: Path, documents: Iterable[bytes]) -> Iterator[Path]:
    """Write the documents under names that tell nothing, and yield their paths."""
    for number, document in enumerate(documents, 1):
        path = home / f"{number:04d}.docx"
        path.write_bytes(document)
        yield path


def _prepared(home: Path, program: Path, fonts: FontSet, search_path: str) -> dict[str, str]:
    """Write profile and font configuration below ``home``; return the environment."""
    user = home / "profile" / "user"
    (user / "extensions").mkdir(parents=True)
    # A profile of another build has its extensions looked through anew, by a process of its own.
    (user / "extensions" / "buildid").write_text(_build(program), encoding="utf-8")
    (home / "made").mkdir()
    (user / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
    configuration = home / "fonts.conf"
    configuration.write_text(fonts.configuration(home / "fonts"), encoding="utf-8")
    return {
        "PATH": search_path,
        "FONTCONFIG_FILE": str(configuration),
        "SAL_USE_VCLPLUGIN": "svp",
    }


def _profile() -> str:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>"
    )


@cache
def _build(program: Path) -> str:
    """Return what LibreOffice calls its build; empty if it does not say."""
    try:
        told = program.resolve().with_name("versionrc").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    found = _BUILD.search(told)
    return found[1] if found else ""


@cache
def _version(program: Path, search_path: str) -> str:
    with TemporaryDirectory(prefix="rmdocs-pdf-") as directory:
        ending = run([program, "--version"], Path(directory), 60, {"PATH": search_path})
    found = _VERSION.search(ending.output)
    if not found:
        raise MissingProgramError(
            message("{program} is not LibreOffice, or does not start", program=program),
            message("install libreoffice-writer-nogui (or LibreOffice), or make a preview"),
        )
    return found[1]

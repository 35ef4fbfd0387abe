"""A pile of files read and sorted: one page after another, whatever the files are.

The files are opened in a process of its own, which may crash or hang over one
page: that page is set aside and reading goes on after it.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rmdocs.canonical import JsonObject
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import Text, message
from rmdocs.pdf.codes import PageCode
from rmdocs.scanning.frames import LARGEST_FILE, MOST_PAGES
from rmdocs.scanning.pile import (
    FileFault,
    Judge,
    Pile,
    ReadSheets,
    ScannedFile,
    ScannedSheet,
    Trouble,
)
from rmdocs.scanning.sorting import sort

PATIENCE = 60.0
"""Seconds one page may take, and opening a file."""
_BLOCK = 2**16
_MOST_BREAKS = 5
"""How often a file may break its reader before the rest of it is left."""

Progress = Callable[[str, int, int], None]
"""Told the file, the page and how many pages it has."""


def read(
    paths: Sequence[Path],
    judge: Judge,
    progress: Progress = lambda _name, _page, _pages: None,
    patience: float = PATIENCE,
) -> Pile:
    """Return what a pile of files holds, sorted into documents.

    :param paths: PDF, JPEG, PNG or TIFF files, in the order they were scanned.
    :param judge: tells what is known of a document; asked once for each.
    :param patience: seconds one page may take.
    """
    return sorted_pile(read_sheets(paths, progress, patience), judge)


def read_sheets(
    paths: Sequence[Path],
    progress: Progress = lambda _name, _page, _pages: None,
    patience: float = PATIENCE,
) -> ReadSheets:
    """Return what stands on the sheets of files, which nobody has sorted yet.

    :param paths: as of :func:`read`. :param patience: seconds one page may take.
    """
    reader = _PileReader(paths, progress, patience)
    reader.run()
    return ReadSheets(files=tuple(reader.files), sheets=tuple(reader.sheets))


def read_parts(path: Path, patience: float = PATIENCE) -> tuple[bytes, ...]:
    """Return the parts of proofs on the pages of a file, as far as it can be read.

    :param patience: seconds one page may take.
    """
    task: JsonObject = {"file": 0, "path": str(path.absolute()), "first": 1, "parts": True}
    found = [part for answer in _answers([task], patience) for part in answer.get("parts", ())]
    return tuple(map(bytes.fromhex, found))


def sorted_pile(reading: ReadSheets, judge: Judge) -> Pile:
    """Return what was read, sorted; of a file that was handed in twice, once.

    :param judge: tells what is known of a document; asked once for each.
    """
    twice = reading.twice
    sheets = [one for one in reading.sheets if one.file not in twice]
    return sort(reading.files, sheets, judge, _faults(reading))


def _faults(reading: ReadSheets) -> Iterator[Finding]:
    """Yield what is told of whole files."""
    twice = reading.twice
    for at, file in enumerate(reading.files):
        if at in twice:
            same = reading.files[twice[at]].name
            text = message("the same file as {name}: read once", name=same)
            yield warning("SCAN-FILE-TWICE", file.name, text)
        if file.fault is not None:
            code, reason, remedy = _FAULTS[file.fault]
            yield error(code, file.name, reason, remedy)


class _PileReader:
    """Goes through the files, with as many processes as it takes, one at a time."""

    def __init__(self, paths: Sequence[Path], progress: Progress, patience: float) -> None:
        self._paths = paths
        self._progress = progress
        self._patience = patience
        self._opened: dict[int, ScannedFile] = {}
        self._faults: dict[int, FileFault] = {}
        self.sheets: list[ScannedSheet] = []

    @property
    def files(self) -> list[ScannedFile]:
        """Return the files, also those that could not be opened."""
        names = [path.name for path in self._paths]
        found = [
            self._opened.get(at, ScannedFile(name=name, sha256="", pages=0))
            for at, name in enumerate(names)
        ]
        return [replace(one, fault=self._faults.get(at)) for at, one in enumerate(found)]

    def run(self) -> None:
        """Read everything."""
        file, first, breaks = 0, 1, 0
        while file < len(self._paths):
            before = file
            file, page = self._go_on(file, first)
            if file == len(self._paths):
                return
            breaks = breaks + 1 if file == before else 1
            pages = self._opened[file].pages if file in self._opened else 0
            if page:
                name = self._paths[file].name
                self.sheets.append(
                    ScannedSheet(file=file, name=name, number=page, trouble=Trouble.CRASH)
                )
            if not page or breaks == _MOST_BREAKS:
                self._faults[file] = FileFault.CRASH
            if page and page < pages and breaks < _MOST_BREAKS:
                first = page + 1
            else:
                file, first = file + 1, 1

    def _go_on(self, file: int, first: int) -> tuple[int, int]:
        """Read from a page of a file on.

        :returns: where it broke off: file and page, 0 if the file was not opened
            yet; the number of files if it came to the end.
        """
        at = (file, first if file in self._opened else 0)
        for answer in _answers(self._tasks(file, first), self._patience):
            at = self._take(answer)
        return at

    def _tasks(self, file: int, first: int) -> list[JsonObject]:
        return [
            {"file": at, "path": str(path.absolute()), "first": first if at == file else 1}
            for at, path in enumerate(self._paths)
            if at >= file
        ]

    def _take(self, answer: JsonObject) -> tuple[int, int]:
        """Take in one answer and return what comes next: file and page."""
        file = int(answer["file"])
        if "fault" in answer:
            self._faults[file] = FileFault(answer["fault"])
            return file + 1, 0
        name = self._paths[file].name
        if "sha256" in answer:
            self._opened[file] = ScannedFile(
                name=name, sha256=str(answer["sha256"]), pages=int(answer["pages"])
            )
            return file, self._next_page(file)
        pages = self._opened[file].pages
        number = int(answer["page"])
        self.sheets.append(_sheet(file, name, answer))
        self._progress(name, number, pages)
        return (file, number + 1) if number < pages else (file + 1, 0)

    def _next_page(self, file: int) -> int:
        return 1 + max((s.number for s in self.sheets if s.file == file), default=0)


def _sheet(file: int, name: str, answer: JsonObject) -> ScannedSheet:
    return ScannedSheet(
        file=file,
        name=name,
        number=int(answer["page"]),
        codes=tuple(PageCode.decode(text) for text in answer["codes"]),
        turn=int(answer["turn"]),
        trouble=Trouble(answer["trouble"]) if answer["trouble"] else None,
        blank=bool(answer["blank"]),
    )


def _answers(tasks: Sequence[JsonObject], patience: float) -> Iterator[JsonObject]:
    """Yield the answers of one process, until it ends, breaks or says nothing for too long."""
    program = subprocess.Popen(
        [sys.executable, "-m", "rmdocs.scanning.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with program:
        try:
            yield from _lines(program, json.dumps(tasks).encode(), patience)
        finally:
            program.kill()


def _lines(program: subprocess.Popen[bytes], told: bytes, patience: float) -> Iterator[JsonObject]:
    if program.stdin is None or program.stdout is None:
        return
    try:
        program.stdin.write(told)
        program.stdin.close()
    except BrokenPipeError:
        return
    with selectors.DefaultSelector() as waiting:
        waiting.register(program.stdout, selectors.EVENT_READ)
        # The process writes a whole line at a time, and only one is ever under way.
        rest = b""
        while waiting.select(patience):
            data = os.read(program.stdout.fileno(), _BLOCK)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from map(json.loads, lines)


_MACHINE = message("hand in the file as the machine delivered it")
_FAULTS: Mapping[FileFault, tuple[str, Text, Text]] = {
    FileFault.ABSENT: (
        "SCAN-FILE-READ",
        message("the file cannot be read"),
        message("is it there?"),
    ),
    FileFault.EMPTY: ("SCAN-FILE-EMPTY", message("the file is empty"), message("scan it again")),
    FileFault.KIND: (
        "SCAN-FILE-KIND",
        message("it is no PDF, JPEG, PNG or TIFF file"),
        message("save the scan as PDF"),
    ),
    FileFault.LARGE: (
        "SCAN-FILE-LARGE",
        message("it is too large; {most} MB and 120 megapixels are read", most=LARGEST_FILE >> 20),
        message("scan at 300 dpi, in several files"),
    ),
    FileFault.PAGES: (
        "SCAN-FILE-PAGES",
        message("it has too many pages; {most} are read", most=MOST_PAGES),
        message("split it"),
    ),
    FileFault.ENCRYPTED: (
        "SCAN-FILE-ENCRYPTED",
        message("the PDF is protected by a password"),
        message("save it without protection"),
    ),
    FileFault.DAMAGED: (
        "SCAN-FILE-DAMAGED",
        message("the file is damaged or cut off"),
        message("copy it from the machine again"),
    ),
    FileFault.ACTIVE: (
        "SCAN-FILE-ACTIVE",
        message("the PDF carries scripts or files, which no scanner puts there"),
        _MACHINE,
    ),
    FileFault.CRASH: ("SCAN-FILE-BROKEN", message("reading the file broke off"), _MACHINE),
}

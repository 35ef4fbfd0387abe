"""The process that reads scanned files: bounded in memory, and nothing lost if it breaks.

It is told which files to read as JSON on standard input and answers with one
line for each file and page on standard output; ``reading`` is its other end.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rmdocs.canonical import JsonObject
from rmdocs.scanning.detection import DetectedCodes, detect, proof_parts
from rmdocs.scanning.documentpdf import Trial
from rmdocs.scanning.frames import FileFaultError, PageTroubleError, held, opened
from rmdocs.scanning.pile import Trouble

MOST_MEMORY = 3 * 2**30
"""Bytes of address space."""


def main() -> None:
    """Read the files named on standard input."""
    _bound(resource.RLIMIT_AS, MOST_MEMORY)
    _bound(resource.RLIMIT_CORE, 0)
    for task in json.loads(sys.stdin.buffer.read()):
        look = read_parts if task.get("parts") else read
        for answer in look(Path(task["path"]), task["first"]):
            sys.stdout.write(json.dumps({"file": task["file"], **answer}) + "\n")
            sys.stdout.flush()


def _bound(kind: int, most: int) -> None:
    """Limit what this process may use; whoever runs the machine may have allowed less."""
    _, allowed = resource.getrlimit(kind)
    least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(kind, (least, least))


def read(path: Path, first: int) -> Iterator[JsonObject]:
    """Yield what there is to say of a file, then of each page from ``first``, from 1."""
    try:
        # Held open, whatever becomes of its name meanwhile.
        with opened(path) as frames, held(path) as file:
            yield {
                "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
                "pages": len(frames),
            }
            trial = Trial(file, path.name)
            for number in range(first, len(frames) + 1):
                try:
                    found = detect(frames, number - 1)
                    if found.codes and not trial.passes(number):
                        found = replace(found, trouble=Trouble.PICTURE)
                except MemoryError:
                    found = DetectedCodes(trouble=Trouble.SIZE)
                yield {
                    "page": number,
                    "codes": [code.encode() for code in found.codes],
                    "turn": found.turn,
                    "trouble": found.trouble,
                    "blank": found.blank,
                }
    except FileFaultError as problem:
        yield {"fault": problem.fault}


def read_parts(path: Path, first: int) -> Iterator[JsonObject]:
    """Yield the parts of proofs on each page of a file from ``first``, from 1."""
    try:
        with opened(path) as frames:
            for number in range(first, len(frames) + 1):
                try:
                    found = proof_parts(frames, number - 1)
                except (PageTroubleError, MemoryError):
                    found = []
                yield {"page": number, "parts": [part.hex() for part in found]}
    except FileFaultError as problem:
        yield {"fault": problem.fault}


if __name__ == "__main__":
    main()

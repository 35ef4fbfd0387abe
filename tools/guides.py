"""Write the answers of the guides' commands anew, as they are now, in both languages.

    .venv/bin/python tools/guides.py [docs/guide-rm ...]

Commands that a walk does not run keep what stands under them (tests/walks.py). README
shows what the guides show.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from walks import ENDINGS, GUIDES, Shown, place, shown, walk  # noqa: E402 - found there

from rmdocs.beginning import begin  # noqa: E402


def main() -> None:
    for language in ENDINGS:
        for guide in sys.argv[1:] or GUIDES:
            with TemporaryDirectory() as directory:
                root = Path(directory) / "try"
                begin(root, sample=True, now=datetime(2026, 1, 5, 9, tzinfo=UTC))
                write(guide, language, walk(guide, language, root))
        told = {one.words: one.lines for guide in GUIDES for one in shown(guide, language)}
        door = [one for one in shown("README", language) if one.run]
        write("README", language, ((one, told[one.words]) for one in door))


def write(document: str, language: str, answers: Iterable[tuple[Shown, tuple[str, ...]]]) -> None:
    """Put the answers under the commands of a document."""
    path, at = place(document, language), 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for one, told in answers:
        while not lines[at].startswith("    $ ") or words(lines[at]) != one.words:
            at += 1
        at += 1
        lines[at : at + len(one.lines)] = [f"    {line}".rstrip() for line in told]
        at += len(told)
    path.write_text("\n".join(lines), encoding="utf-8")


def words(line: str) -> tuple[str, ...]:
    return tuple(shlex.split(line.removeprefix("    $ "), comments=True))


if __name__ == "__main__":
    main()

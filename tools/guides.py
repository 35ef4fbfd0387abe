"""Write anew what the guides show of rmdocs as it is, in both languages.

    .venv/bin/python tools/guides.py [docs/guide-rm ...] [docs/authoring-forms]

Under their commands, the answers; those that a walk does not run keep what stands there
(tests/walks.py). README shows what the guides show. In the guide to forms, the tables of
filters, functions and tests.
"""

from __future__ import annotations

import inspect
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from walks import ENDINGS, GUIDES, Shown, place, shown, walk  # noqa: E402 - found there

from rmdocs.beginning import begin  # noqa: E402
from rmdocs.language import jinja  # noqa: E402
from rmdocs.language.functions import (  # noqa: E402
    DATE_METHODS,
    OF_A_DATE,
    OF_A_SPAN,
    TEXT_METHODS,
    Entry,
    Filter,
    Function,
    Test,
)
from rmdocs.language.sandbox import ENTRIES  # noqa: E402
from rmdocs.language.shapes import Sort, called  # noqa: E402
from rmdocs.messages import Language, listed  # noqa: E402

AUTHORING = "docs/authoring-forms"
_TABLE = re.compile(r"(<!-- made by make function-docs: (.+?) -->\n).*?(?=<!-- end -->)", re.DOTALL)
_HEADS = {
    "en": ("written", "means", "for example", "gives"),
    "zh": ("写法", "含义", "例", "结果"),
}
_TABLES = {
    "filters": [one for one in ENTRIES if isinstance(one, Filter) and one not in jinja.ENTRIES],
    "filters of Jinja": [one for one in jinja.ENTRIES if isinstance(one, Filter)],
    "functions": [one for one in ENTRIES if isinstance(one, Function)],
    "tests": [one for one in ENTRIES if isinstance(one, Test)],
}
_PARTS = {
    Sort.TEXT: TEXT_METHODS,
    Sort.DATE: {**OF_A_DATE, **DATE_METHODS},
    Sort.SPAN: OF_A_SPAN,
}


def main() -> None:
    for language in ENDINGS:
        for guide in sys.argv[1:] or [*GUIDES, AUTHORING]:
            if guide == AUTHORING:
                path = place(AUTHORING, language)
                path.write_text(with_tables(path.read_text("utf-8"), language), encoding="utf-8")
                continue
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


def with_tables(text: str, language: str) -> str:
    """Return the guide to forms with its tables as the entries of the language give them."""
    return _TABLE.sub(lambda found: found[1] + "".join(_rows(found[2], Language(language))), text)


def _rows(table: str, language: Language) -> Iterator[str]:
    if table == "parts":
        for sort, names in _PARTS.items():
            readable = listed(f"`{name}`" for name in names)
            yield f"- {called(frozenset({sort})).text(language)} – {readable.text(language)}\n"
        return
    yield _row(_HEADS[language])
    yield "|---|---|---|---|\n"
    for one in _TABLES[table]:
        source, shown = one.example
        told = shown if "</" in shown else f"`{shown}`"
        yield _row((_usage(one), one.does.text(language), f"`{source}`", told))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _usage(entry: Entry) -> str:
    """Return how it is written: its values behind the first, and its other names."""
    first = 0 if isinstance(entry, Function) else 1
    given = dict.fromkeys(map(_parameter, (entry.parameters() or ())[first:]))
    written = f"{entry.name}({', '.join(given)})" if given or not first else entry.name
    return ", ".join(f"`{name}`" for name in (written, *entry.also))


def _parameter(one: inspect.Parameter) -> str:
    if one.kind in {one.VAR_POSITIONAL, one.VAR_KEYWORD}:
        return "…"
    if one.default is one.empty:
        return one.name
    written = f"'{one.default}'" if isinstance(one.default, str) else repr(one.default)
    return f"{one.name}={_JINJA.get(written, written)}"


_JINJA = {"()": "[]", "None": "none", "True": "true", "False": "false"}


def words(line: str) -> tuple[str, ...]:
    return tuple(shlex.split(line.removeprefix("    $ "), comments=True))


if __name__ == "__main__":
    main()

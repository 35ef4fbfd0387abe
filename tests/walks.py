"""README and guides: the commands they show, walked through in a sample workspace.

A guide is walked through once, in one language, as a reader would do it: a command after
``$ `` is run; what people do between commands, in Word or in a spreadsheet, is done by
:data:`HANDS`. What needs LibreOffice, fonts, certificates or paper is not run; nor is what
stands without ``$ ``, with a reader's own numbers and files.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from openpyxl import load_workbook
from revised import edit_part

from rmdocs.cli.main import main
from rmdocs.identifiers import RecordNumber
from rmdocs.workspace import opening, records

ROOT = Path(__file__).resolve().parents[1]
ENDINGS = {"en": ".md", "zh": ".zh-CN.md"}
GUIDES = ("docs/guide-rm", "docs/guide-officer", "docs/guide-auditor")
DOCUMENTS = ("README", *GUIDES)

TODAY = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
"""When a walk begins, so that it says the same in every year."""

_NEEDING_MORE = (
    *({word} for word in ("--pdf", "pdf", "print", "scan", "sign", "signatures")),
    {"form", "check"},
    {"form", "preview"},
)
"""Words of commands that are not run: they need LibreOffice, fonts, certificates or paper."""

_BLOCK = re.compile(r"(?:^    .*\n(?:\n(?=    (?!rmdocs )))?)+", flags=re.MULTILINE)
_PROMPT = "$ "


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A command as a document shows it.

    :param words: the command; the first one is ``rmdocs``, ``export`` or another program.
    :param lines: what stands under it.
    :param run: whether it is shown as run.
    """

    words: tuple[str, ...]
    lines: tuple[str, ...]
    run: bool

    @property
    def walked(self) -> bool:
        """Return whether a walk runs it."""
        if not self.run or self.words[0] != "rmdocs":
            return False
        return not any(words <= set(self.words) for words in _NEEDING_MORE)


def place(document: str, language: str) -> Path:
    """Return the file of a document in a language."""
    return ROOT / f"{document}{ENDINGS[language]}"


def shown(document: str, language: str) -> list[Shown]:
    """Return the commands in the indented blocks of a document."""
    text = place(document, language).read_text(encoding="utf-8")
    return [one for block in _BLOCK.findall(text) for one in _commands(block)]


def _commands(block: str) -> Iterator[Shown]:
    """Yield the commands of a block, blank lines within answers kept."""
    lines = [line[4:] for line in block.rstrip("\n").split("\n")]
    # In a block without prompts every line is a command.
    prompt = _PROMPT if lines[0].startswith(_PROMPT) else ""
    starts = [at for at, line in enumerate(lines) if line.startswith(prompt)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        words = tuple(shlex.split(lines[start].removeprefix(prompt), comments=True))
        if prompt or words[:1] == ("rmdocs",):
            yield Shown(words=words, lines=tuple(lines[start + 1 : end]), run=bool(prompt))


def _ticking() -> Callable[[], datetime]:
    """Return a clock that goes on a second each time it is read."""
    seconds = count()
    return lambda: TODAY + timedelta(seconds=next(seconds))


@contextmanager
def working_in(
    root: Path, clock: Callable[[], datetime] | None = None
) -> Iterator[pytest.MonkeyPatch]:
    """Act in a workspace, by a clock; without one from :data:`TODAY` on."""
    now = clock or _ticking()
    with pytest.MonkeyPatch.context() as patched:

        def opened(path: Path, actor: object, *_told: object) -> opening.Workspace:
            return opening.Workspace(path, actor, now)

        patched.setattr(opening, "open_workspace", opened)
        patched.chdir(root)
        yield patched


def walk(document: str, language: str, root: Path) -> Iterator[tuple[Shown, tuple[str, ...]]]:
    """Go through a document in a workspace; yield each command that is run, and its answer."""
    with working_in(root) as patched:
        for one in shown(document, language):
            if one.words[0] == "export":
                patched.setenv(*one.words[1].split("="))
            elif one.words[0] == "cat" and one.run:
                Path(one.words[1]).write_text("\n".join(one.lines), encoding="utf-8")
            elif one.walked:
                for marks, hand in HANDS.items():
                    if set(marks) <= set(one.words):
                        hand()
                yield one, answer(language, *_as_printed(one.words[1:]))


def _as_printed(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command with the check code that the paper in one's hand really prints."""
    if "--code" not in words:
        return words
    at = words.index("--code") + 1
    number, edition = words[1], int(words[words.index("--edition") + 1])
    with opening.open_workspace(Path(), None) as work:
        pin = records.trace_paper(work, RecordNumber.parse(number), edition, "").pin
    return (*words[:at], pin, *words[at + 1 :])


def answer(language: str, *words: str) -> tuple[str, ...]:
    """Run rmdocs with these words; return what a terminal would show of it."""
    screen = io.StringIO()
    with redirect_stdout(screen), redirect_stderr(screen):
        main(["--lang", language, *words])
    told = screen.getvalue().rstrip("\n")
    return tuple(line.rstrip() for line in told.split("\n")) if told else ()


def _correct() -> None:
    """Put the fax number right."""
    sheet = Path("corrected.xlsx")
    book = load_workbook(sheet)
    entries = book.worksheets[0]
    keys = [cell.value for cell in entries[2]]
    entries.cell(3, keys.index("content.party_a.fax") + 1).value = "0531-55500009"
    book.save(sheet)


def _fill() -> None:
    """Fill two rows as the example, the second with a postcode of five digits."""
    sheet = Path("agreements.xlsx")
    book = load_workbook(sheet)
    entries, example = book.worksheets[0], book.worksheets[1]
    for row, postcode in ((3, None), (4, "25009")):
        for column in range(1, example.max_column + 1):
            name = example.cell(2, column).value
            value = example.cell(3, column).value
            if name == "content.contract_no":
                value = f"建鲁(济示)银企〔2026〕000{row - 1}号"
            if name == "content.party_a.postcode" and postcode:
                value = postcode
            entries.cell(row, column).value = value
    book.save(sheet)


def _reword() -> None:
    """Name compound interest in the notice, as an officer does in Word."""
    path = Path("forms/RXD7200-04/template.docx")

    def edit(body):
        for text in body.iter("{*}t"):
            text.text = (text.text or "").replace("计收逾期利息", "计收逾期利息和复利")

    path.write_bytes(edit_part(path.read_bytes(), "word/document.xml", edit))


def _change() -> None:
    """Add a byte to a copy of a document."""
    [issued] = Path("out").glob("*-e1.docx")
    copy = Path(shutil.copy(issued, "changed.docx"))
    copy.write_bytes(copy.read_bytes() + b"\n")


HANDS: dict[tuple[str, ...], Callable[[], None]] = {
    ("amend", "corrected.xlsx"): _correct,
    ("issue", "agreements.xlsx"): _fill,
    ("form", "diff"): _reword,
    ("trace", "changed.docx"): _change,
}
"""What people do before a command with these words."""

"""What both READMEs show: commands that exist, the same in both, and outputs that are true.

The manager's and the auditor's sections are run as they stand. The others need
LibreOffice, certificates or edits in Word: of them the commands and options are
looked up, and that both languages show the same number of lines.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from openpyxl import load_workbook

from rmdocs.cli.main import main, program

ROOT = Path(__file__).resolve().parents[1]
FILES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
MANAGER, AUDITOR = 1, 6
"""Places of the sections that are run, among the headings of second rank."""
_CHANGING = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Shown:
    """A command as a README shows it, and the lines under it."""

    words: tuple[str, ...]
    lines: tuple[str, ...]


def commands(text):
    """Yield the commands of ``rmdocs`` in indented blocks, blank lines within answers kept."""
    for block in re.findall(r"(?:^    .*\n(?:\n(?=    (?!rmdocs )))?)+", text, flags=re.MULTILINE):
        lines = [line[4:] for line in block.rstrip("\n").split("\n")]
        # In a block without prompts every line is a command.
        prompt = "$ " if lines[0].startswith("$ ") else ""
        starts = [at for at, line in enumerate(lines) if line.startswith(prompt)]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            line = lines[start].removeprefix(prompt)
            if line.startswith("rmdocs "):
                answer = lines[start + 1 : end]
                yield Shown(tuple(shlex.split(line, comments=True)), tuple(answer))


def section(language, place):
    text = FILES[language].read_text("utf-8")
    return list(commands(re.split(r"^## ", text, flags=re.MULTILINE)[place]))


@pytest.mark.parametrize("language", FILES)
def test_every_command_and_option_exists(language):
    for shown in commands(FILES[language].read_text("utf-8")):
        words = [word for word in shown.words[1:] if word not in {"&&", ";"}]
        if "&&" in shown.words:
            words = list(shown.words[1 : shown.words.index("&&")])
        command, known = program(), {"--help"}
        known |= {name for one in command.params for name in one.opts}
        while words:
            word = words.pop(0)
            if word.startswith("-"):
                assert word in known, shown.words
                if word in {"--as", "--lang", "-w"}:
                    words.pop(0)
            elif isinstance(command, click.Group):
                context = click.Context(command)
                found = command.get_command(context, word)
                assert found is not None, shown.words
                command = found
                known |= {name for one in command.params for name in one.opts}


def test_both_show_the_same():
    english, chinese = (list(commands(path.read_text("utf-8"))) for path in FILES.values())
    assert [one.words for one in english if "--digest" not in one.words] == [
        one.words for one in chinese if "--digest" not in one.words
    ]
    for one, other in zip(english, chinese, strict=True):
        assert len(one.lines) == len(other.lines), one.words


@pytest.mark.long
@pytest.mark.parametrize("language", FILES)
def test_the_answers_are_true(language, tmp_path, monkeypatch):
    """The manager's ten minutes and the auditor's, in one fresh sample workspace."""
    monkeypatch.setenv("RMDOCS_ACTOR", "JN01-0101")
    monkeypatch.chdir(tmp_path)
    assert run(language, ("rmdocs", "init", "--sample", "try"))[0] == 0
    monkeypatch.chdir(tmp_path / "try")
    for shown in (*section(language, MANAGER), *section(language, AUDITOR)):
        if "changed.docx" in shown.words:
            copy = shutil.copy("out/RXD7200-01-JN01-2026-0001-e1.docx", "changed.docx")
            Path(copy).write_bytes(Path(copy).read_bytes() + b"\n")
        if shown.words[1:3] == ("issue", "agreements.xlsx"):
            fill(Path("agreements.xlsx"))
        if "corrected.xlsx" in shown.words and "amend" in shown.words:
            correct(Path("corrected.xlsx"))
        told = run(language, shown.words)[1]
        assert still(told) == still(shown.lines), shown.words


def run(language, words):
    """Run a command; return its exit code and what a terminal would show of it."""
    screen = io.StringIO()
    with redirect_stdout(screen), redirect_stderr(screen):
        code = main(["--lang", language, *words[1:]])
    shown = screen.getvalue().rstrip("\n")
    return code, tuple(line.rstrip() for line in shown.split("\n"))


def still(lines):
    """Return lines without what differs each time: days and times of acts."""
    return tuple(_CHANGING.sub("…", line) for line in lines)


def correct(sheet):
    """Put the fax number right."""
    book = load_workbook(sheet)
    entries = book.worksheets[0]
    keys = [cell.value for cell in entries[2]]
    entries.cell(3, keys.index("content.party_a.fax") + 1).value = "0531-55500009"
    book.save(sheet)


def fill(sheet):
    """Fill two rows as the example, the second with a postcode of five digits."""
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

"""Nothing printed commands a terminal; what is typed is text, or refused in one line."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from last_release import unpack

from rmdocs.characters import CharacterKind, refused
from rmdocs.cli import printing, streams
from rmdocs.cli.main import main
from rmdocs.errors import StoreError, UsageError
from rmdocs.findings import NOTHING, error
from rmdocs.messages import Language, message

HOSTILE = "王\x1b[2J\x1b]0;x\x07\u202e样\u200b\x9b31m\r例\udcb4"
GBK = b"\xb4\xf7"  # 戴
TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from(HOSTILE))
VARIABLES = {"LC_ALL": "", "LC_CTYPE": "", "LANGUAGE": ""}


def harmless(printed):
    found = refused(printed)
    return found is None or found.kind in {CharacterKind.LONELY, CharacterKind.CROWDED}


@given(TEXTS)
def test_no_text_commands_a_terminal_however_it_is_printed(text):
    ways = (
        lambda: click.echo(text),
        lambda: click.echo(text, err=True),
        lambda: sys.stdout.write(text),
        lambda: sys.stderr.write(text),
        lambda: click.UsageError(text).show(),
        lambda: printing.echo_findings(
            [error("X", text, message("{a}", a=text), NOTHING)], Language.ZH
        ),
        lambda: printing.echo_facts([(message("holder"), text)], Language.ZH),
        lambda: printing.echo_table([message("holder")], [[text]], Language.ZH),
        lambda: printing.echo_error(
            StoreError(message("{a}", a=text), message("{a}", a=text)), Language.EN, as_json=False
        ),
    )
    for way in ways:
        with Captured() as printed, streams.shown():
            way()
        assert harmless(printed.getvalue().replace("\r\n", "\n")), ascii(printed.getvalue())


@given(TEXTS)
def test_json_says_what_the_text_is_and_commands_nothing(text):
    with Captured() as printed, streams.shown():
        printing.echo_json({text: [text]})
    assert harmless(printed.getvalue())
    assert json.loads(printed.getvalue()) == {text: [text]}


class Captured:
    """Standard output and error, as text."""

    def __enter__(self):
        self.before = sys.stdout, sys.stderr
        printed = io.StringIO(newline="")
        sys.stdout = sys.stderr = printed
        return printed

    def __exit__(self, *_):
        sys.stdout, sys.stderr = self.before


def test_a_value_begins_no_line_of_its_own(capsys):
    problem = StoreError(message("{name} is damaged", name="a\nrmdocs: all is well"), NOTHING)
    printing.echo_error(problem, Language.EN, as_json=False)
    assert capsys.readouterr().err.count("\n") == 1


def test_the_streams_are_as_they_were_afterwards():
    before = sys.stdout, sys.stderr
    with streams.shown():
        assert isinstance(sys.stdout, streams.EscapingStream)
        assert streams.beneath(sys.stderr) is before[1]
    assert (sys.stdout, sys.stderr) == before


def test_our_own_words_hold_nothing_that_is_not_seen():
    catalogue = Path(printing.__file__).parents[1] / "locale" / "zh" / "LC_MESSAGES" / "rmdocs.po"
    assert refused(catalogue.read_text("utf-8")) is None


def test_a_hostile_file_name_is_shown(founded, tmp_path, capsys):
    path = tmp_path / "a\x1b[2J\u202e.json"
    path.write_text("{", encoding="utf-8")
    assert main(["--lang", "en", "-w", str(founded), "check", str(path)]) == 1
    printed = "".join(capsys.readouterr())
    assert harmless(printed)
    assert "a<U+001B>[2J<U+202E>.json" in printed


def test_hostile_names_in_the_store_are_shown(visited_bank, capsys):
    bank = visited_bank
    ref = "refs/heads/records/RXD7200-02/JN01/2026/1"
    blob = bank.git("hash-object", "-w", "--stdin", data=b"x")
    listed = f"{bank.git('ls-tree', '-z', ref)}100644 blob {blob}\t\x1b[2J\u202e.json\0"
    tree = bank.git("mktree", "-z", data=listed.encode())
    bank.git("update-ref", ref, bank.git("commit-tree", tree, "-p", ref, "-m", "x\x1b[2J"))
    for words in ([], ["--json"]):
        assert main(["--lang", "en", "-w", str(bank.root), "verify", *words]) != 0
        printed = "".join(capsys.readouterr())
        assert harmless(printed)
        assert ("x\\u001b[2J" if words else "x<U+001B>[2J") in printed


def test_what_an_old_record_hides_is_shown(tmp_path, capsys):
    bank = unpack(tmp_path / "bank")
    for words in ([], ["--json"]):
        number = "RXD7200-04-JN01-2026-0001"
        assert main(["--lang", "en", "-w", str(bank.root), "show", number, *words]) == 0
        printed = capsys.readouterr().out
        assert harmless(printed)
        assert ("\\u200b\\u200b" if words else "<U+200B><U+200B>") in printed


WORDS = [
    ["find", GBK],
    ["find", "--customer", GBK],
    ["find", "--rm", GBK],
    ["list", "--unit", GBK],
    ["issue", GBK + b".json"],
    ["-w", GBK, "verify"],
    ["--as", GBK, "verify"],
    ["--lang", GBK],
    ["void", "RXD7200-02-JN01-2026-0001", "--reason", GBK],
    [GBK],
]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(map(str, words)))
def test_bytes_that_are_no_text_are_refused_in_one_line(words, founded, monkeypatch, capsys):
    for name, value in {**VARIABLES, "LANG": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)
    given_words = [os.fsdecode(word) for word in words]
    assert main(["--lang", "en", "-w", str(founded), *given_words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "\\xb4\\xf7" in told.err
    assert "is not text" in told.err
    assert told.err.count("\n") == 2  # what is wrong, and what to do


@pytest.mark.parametrize("name", ["RMDOCS_ACTOR", "RMDOCS_WORKSPACE", "RMDOCS_PASSPHRASE"])
def test_a_variable_that_is_no_text_is_named_but_not_told(name, monkeypatch, capsys):
    for variable, value in {**VARIABLES, "LANG": "C.UTF-8", name: os.fsdecode(GBK)}.items():
        monkeypatch.setenv(variable, value)
    assert main(["--lang", "en", "verify"]) == 2
    told = capsys.readouterr().err
    assert name in told
    assert "xb4" not in told


@pytest.mark.parametrize("locale", ["zh_CN.GBK", "zh_CN.GB18030", "zh_CN.gb2312@x"])
@pytest.mark.parametrize("variable", ["LC_ALL", "LC_CTYPE", "LANG"])
def test_the_locale_says_what_bytes_mean(locale, variable):
    word = os.fsdecode(GBK)
    assert streams.understood(word, {"LC_CTYPE": "C.UTF-8", variable: locale}) == "戴"
    environment = {"LC_ALL": locale, "RMDOCS_ACTOR": word, "HOME": word}
    streams.read_environment(environment)
    assert (environment["RMDOCS_ACTOR"], environment["HOME"]) == ("戴", word)


@pytest.mark.parametrize("locale", ["", "C", "zh_CN", "zh_CN.UTF-8", "zh_CN.nonsense", "POSIX"])
def test_no_encoding_is_guessed(locale):
    assert streams.understood(os.fsdecode(GBK), {"LANG": locale}) is None
    with pytest.raises(UsageError):
        streams.read_arguments(["find", os.fsdecode(GBK)], {"LANG": locale})


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_a_console_of_any_encoding_is_written_to(encoding, founded):
    code = "import sys; from rmdocs.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "--lang", "zh", "-w", founded, "person", "list"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    assert ("王样例" in shown) or ("\\u738b" in shown)


def test_help_is_printed_as_it_is(capsys):
    assert main(["--lang", "zh", "issue", "--help"]) == 0
    assert "<U+" not in capsys.readouterr().out


@pytest.mark.parametrize("given", ["", "0", "-3", "x", "１２", "132", "50"])
def test_a_terminal_is_as_wide_as_the_library_says(given, monkeypatch):
    monkeypatch.setenv("COLUMNS", given)
    assert streams.columns() == shutil.get_terminal_size().columns


def test_help_is_printed_without_what_only_commands_need():
    script = "import sys; from rmdocs.cli.main import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    loaded = set(done.stdout.split())
    assert "click.formatting" in loaded
    assert loaded.isdisjoint({"shutil", "lzma", "bz2", "json", "tomllib", "rmdocs.workspace"})


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [("--help", 0), ("list", 0), ("nosuch", 2)])
def test_streams_that_come_closed_lead_nowhere(words, code, closed, shared_bank, tmp_path):
    """And no file of the store is opened in their place: the store stays as it was."""
    before = shared_bank.refs()
    program = Path(sys.executable).with_name("rmdocs")
    command = f'exec "{program}" -w "{shared_bank.root}" {words}'
    with (tmp_path / "out").open("w+b") as out, (tmp_path / "err").open("w+b") as err:
        done = subprocess.run(
            ["sh", "-c", f"{command} {closed}"], stdout=out, stderr=err, check=False
        )
    assert done.returncode == code
    assert b"Traceback" not in (tmp_path / "err").read_bytes()
    said = (tmp_path / "out").read_bytes() + (tmp_path / "err").read_bytes()
    assert bool(said) == (closed in {"<&-", ">&-" if code else "2>&-"})
    assert shared_bank.refs() == before

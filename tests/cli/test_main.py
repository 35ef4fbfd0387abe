import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from rmdocs.cli.context import choose, speaking
from rmdocs.cli.help import TableGroup
from rmdocs.cli.main import main, program
from rmdocs.cli.options import OutPath
from rmdocs.messages import Language


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)


def commands(group=None, prefix=()):
    group = group or program()
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, TableGroup):
            yield from commands(found, (*prefix, name))
        else:
            yield (*prefix, name), found, group.table[name]


COMMANDS = list(commands())
NAMES = [" ".join(words) for words, _, _ in COMMANDS]


@pytest.mark.parametrize(("words", "command", "entry"), COMMANDS, ids=NAMES)
def test_the_table_says_what_the_command_says(words, command, entry):
    assert command.name == words[-1]
    assert command.help.splitlines()[0] == entry.summary
    for parameter in command.params:
        assert parameter.help, f"{words} {parameter.name}"


READ = {"verify-file FILE", "verify-file P", "audit check DIR", "--keys", "--policy"}
MADE = {"init DIR", "demo [DIR]"}


def test_what_is_written_is_looked_at_before_anything_is_done():
    """So that nothing is sealed, or worked out, of which then no file can be written."""
    others = {
        parameter.opts[0] if parameter.opts[0] in READ else f"{name} {parameter.metavar}"
        for name, (_, command, _) in zip(NAMES, COMMANDS, strict=True)
        for parameter in command.params
        if isinstance(parameter.type, click.Path)
        and not (parameter.type.exists or isinstance(parameter.type, OutPath))
    }
    assert others == READ | MADE


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("words", [words for words, _, _ in COMMANDS], ids=NAMES)
def test_every_command_explains_itself(words, language, capsys):
    assert main(["--lang", language.value, *words, "--help"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert ("用法" in shown.out) == (language is Language.ZH)


@pytest.mark.parametrize("language", list(Language))
def test_help_loads_click_and_nothing_heavy(language):
    code = (
        f"import sys; from rmdocs.cli.main import main; main(['--lang', '{language}', '--help']);"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    loaded = done.stderr
    for name in (
        "jinja2",
        "lxml",
        "git",
        "openpyxl",
        "jsonschema",
        "sqlite3",
        "yaml",
        "cryptography",
        "wcwidth",
        "rmdocs.identifiers",
        "rmdocs.cli.printing",
    ):
        assert f"'{name}'" not in loaded
    assert "'rmdocs.cli.issue'" not in loaded
    assert "'rmdocs.workspace'" not in loaded


def test_issuing_loads_nothing_that_only_other_acts_need():
    """Word's and PDF's libraries take longer to load than a record takes to issue."""
    code = (
        "import sys; import rmdocs.cli.issue, rmdocs.workspace.records, rmdocs.workspace.requests;"
        "print(sorted(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    ).stdout
    for name in (
        "docx",
        "docxtpl",
        "docxcompose",
        "pypdf",
        "pyhanko",
        "PIL",
        "pypdfium2",
        "git",
        "urllib.request",
        "ssl",
        "email",
        "yaml",
        "rmdocs.pdf.fonts",
    ):
        assert f"'{name}'" not in loaded


def environment(**more: str) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": root, "PYTHONUTF8": "1", **more}


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        ([], {}, Language.EN),
        ([], {"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ([], {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, Language.EN),
        ([], {"LC_ALL": "", "LANG": "zh_CN.GB18030"}, Language.ZH),
        (["--lang", "zh", "check"], {"LANG": "C"}, Language.ZH),
        (["--lang=en"], {"LANG": "zh_CN.UTF-8"}, Language.EN),
        (["--lang", "fr"], {"LANG": "zh_CN.UTF-8"}, Language.ZH),
        (["--lang"], {}, Language.EN),
        (["--", "--lang", "zh"], {}, Language.EN),
    ],
)
def test_the_language_comes_from_the_option_then_the_locale(arguments, environ, language):
    assert choose(arguments, environ) is language


def test_speaking_leaves_the_process_as_it_was(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    with speaking(Language.ZH):
        assert os.environ["LANGUAGE"] == "zh"
    assert os.environ["LANGUAGE"] == "de"


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["nothing"], "No such command", "没有"),
        (["check"], "Missing argument", "缺少"),
        (["check", "--nothing"], "No such option", "没有"),
        (["find", "--status", "x"], "is not one of", "不"),
        (["find", "--from", "gestern"], "is no date", "不"),
        (["check", "absent.json"], "does not exist", "不存在"),
        (["list", "--year", "1"], "is not in the range", "不"),
        (["--lang", "fr"], "is not one of", None),
    ],
)
def test_called_wrongly(arguments, english, chinese, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert english in shown.err
    assert shown.out == ""
    if chinese:
        assert main(["--lang", "zh", *arguments]) == 2
        assert chinese in capsys.readouterr().err


def test_a_malformed_number_is_a_usage_error(tmp_path, capsys):
    assert main(["--lang", "en", "-w", str(tmp_path), "--as", "JN01-1", "list"]) == 2
    shown = capsys.readouterr().err
    assert "JN01-1" in shown
    assert "→" in shown
    assert "Traceback" not in shown


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("rmdocs ")


def test_no_command_shows_the_help(capsys):
    assert main([]) == 2
    assert "Commands" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error():
    code = "import sys; from rmdocs.cli.main import main; sys.exit(main(['--help']))"
    done = subprocess.run(
        ["/bin/sh", "-c", f'{{ "{sys.executable}" -c "{code}"; echo $? >&2; }} | true'],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert "Traceback" not in done.stderr
    assert done.stderr.strip() in {"0", "141"}  # 0: all was written before the reader left


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("isue",), "没有命令“isue”。是否指：issue？"),
        (("verify", "--rendition"), "没有选项“--rendition”。是否指：--renditions"),
        (("export", "N", "--out", "x", "--as-of", "2026/3/1"), "请写成 2026-03-02 的格式"),
        (("export", "N", "--out", "x", "--edition", "二"), "--edition 有误：“二”不是整数。"),
        (("due", "--within", "半年"), "有误：“半年”不是整数。"),
        (("calendar", "fill", "明年"), "年份 有误：“明年”不是整数。"),
        (("check", "没有.json"), "“没有.json”不存在。"),
        (("register", "请求"), "受控文件清单（documents）、修改记录（history）、"),
    ],
)
def test_wrong_calls_are_told_in_the_reader_s_language(words, said, capsys):
    assert main(["--lang", "zh", *words]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert not re.search(r"'|%|integer|range|\[文件|文件\.\.\. 有误", told)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "sample", "二"), "“二” is no whole number.\n"),
        (("audit", "sample", "1", "--by", "人"), "form (form), unit (unit), quarter (quarter)"),
        (("check", "没有.json"), "does not exist.\n"),
    ],
)
def test_wrong_calls_are_told_in_english_with_its_own_signs(words, said, capsys):
    assert main(["--lang", "en", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("drill", "--count", "999", "--report", "r.txt"), "neither .xlsx nor .html"),
        (("--as", "JN01-0999", "drill", "--count", "999", "--report", "r.html"), "private key"),
        (("audit", "pack", "p", "--form", "RXD7200-01"), "--sample COUNT"),
        (("verify", "--against", "note.txt"), "note.txt: a checkpoint"),
    ],
)
def test_what_cannot_come_to_anything_is_refused_before_it_is_begun(
    shared_bank, tmp_path, capsys, words, said
):
    (tmp_path / "note.txt").write_text("rmdocs/control\n5\nAAAA\n")
    with contextlib.chdir(tmp_path):
        assert main(["--lang", "en", "-w", str(shared_bank.root), *words]) in {2, 3}
    assert said in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("name", ["visit.docx", "empty.csv", "none.json"])
@pytest.mark.parametrize("act", [("check",), ("--as", "JN01-0101", "issue")])
def test_a_file_that_holds_no_record_has_no_row(shared_bank, tmp_path, capsys, act, name):
    (tmp_path / name).write_bytes(b"[]" if name == "none.json" else b"form\n")
    words = ["--lang", "en", "-w", str(shared_bank.root), *act, str(tmp_path / name)]
    assert main(words) == 1
    told = "".join(capsys.readouterr())
    assert name in told
    assert f"{name}:0" not in told


@pytest.mark.parametrize(("lang", "said"), [("en", "Required"), ("zh", "必填")])
def test_refused_rows_are_told_in_the_language_asked_for(bank, visit, capsys, lang, said):
    del visit["record"]["content"]["customer"]["uscc"]
    path = bank.write(visit, "visit.json")
    words = ["--lang", lang, "-w", str(bank.root), "--as", "JN01-0101"]
    assert main([*words, "issue", str(path), "--skip-invalid"]) == 1
    capsys.readouterr()
    [line] = path.with_name("visit.rejected.jsonl").read_text("utf-8").splitlines()
    assert said.lower() in line.lower()

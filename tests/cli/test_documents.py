"""The document commands, run as a person runs them."""

from __future__ import annotations

import json
import zipfile

import pytest
from papers import NEW_SENTENCE, NUMBER, change_manifest, reword
from revised import edit_part

from rmdocs.cli.main import main
from rmdocs.rendering.compiled import printed_text


def environment(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)


def runner(root, capsys):
    def call(*words, language="en"):
        code = main(["--lang", language, "-w", str(root), *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


@pytest.fixture
def run(bank, capsys, monkeypatch):
    """Return a function that runs a command and returns code, output, errors."""
    environment(monkeypatch)
    return runner(bank.root, capsys)


@pytest.fixture
def look(shared_bank, capsys, monkeypatch):
    """The same, for commands that change nothing."""
    environment(monkeypatch)
    return runner(shared_bank.root, capsys)


def test_list_prints_every_document(look):
    code, out, err = look("document", "list")
    assert (code, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.startswith("number")
    assert len(lines) == 14
    [line] = [line for line in lines if line.startswith("EXT-006")]
    assert "ISO 9000:2000" in line
    assert "effective" in line


def test_list_in_json(look):
    code, out, _ = look("document", "list", "--json", language="zh")
    rows = {row["number"]: row for row in map(json.loads, out.splitlines())}
    assert code == 0
    assert rows["IXD7200-01"] == {
        "number": "IXD7200-01",
        "title": "公司客户经理工作规范",
        "designation": "",
        "desk": "1.0",
        "edited": "",
        "released": "1.0",
        "status": rows["EXT-001"]["status"],
        "effective": "2004-06-08",
        "coming": "",
        "change": "",
        "pending": 7,
    }


def test_check_finds_nothing(look):
    assert look("document", "check") == (0, "nothing found\n", "")
    assert look("document", "check", str(NUMBER)) == (0, "nothing found\n", "")
    assert look("document", "check", "--json") == (0, "", "")


def test_check_says_what_is_wrong_and_where(run, bank):
    change_manifest(bank, ('"林拥旗"', '"李庆"'), ('"EXT-006"', '"PXD9999"'))
    code, out, err = run("document", "check", str(NUMBER))
    assert code == 1
    for piece in ("three people", "PXD9999 is in no register", "document.toml:references[0]"):
        assert piece in out + err
    code, out, _ = run("document", "check", "--json")
    assert code == 1
    assert [json.loads(line)["code"] for line in out.splitlines()] == [
        "DOCUMENT-THREE",
        "REFERENCE-DANGLING",
    ]


@pytest.mark.parametrize("command", [("check",), ("assemble", "--out", "x")])
def test_a_number_of_no_scheme_is_refused(look, command):
    code, _, err = look("document", *command, "handbook")
    assert code == 2
    assert "no form or document is called “handbook”" in err


def test_assemble_writes_the_edition(look, tmp_path):
    code, out, err = look("document", "assemble", str(NUMBER), "--out", str(tmp_path / "out"))
    assert code == 0, err
    [path] = (tmp_path / "out").iterdir()
    assert out == f"wrote {path}\n"
    assert path.name.startswith("IXD7200-01-1.0-")
    assert zipfile.is_zipfile(path)
    assert "修 改 记 录" in printed_text(path.read_bytes())


def test_assemble_as_of_a_day(look, tmp_path):
    words = ("document", "assemble", str(NUMBER), "--out", str(tmp_path), "--as-of")
    assert look(*words, "2025-01-31")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["IXD7200-01-1.0-2025-01-31.docx"]
    code, _, err = look(*words, "2004-06-07")
    assert code == 3
    assert "no revision of IXD7200-01 is in force on 2004-06-07" in err
    assert look(*words, "yesterday")[0] == 2


def test_what_is_kept_elsewhere_is_not_assembled(look, tmp_path):
    code, _, err = look("document", "assemble", "EXT-001", "--out", str(tmp_path))
    assert code == 3
    assert "EXT-001 has no text here" in err
    assert "only documents with a body file" in err
    assert list(tmp_path.iterdir()) == []


def test_diff_tells_what_a_document_changes(run, bank, tmp_path):
    reword(bank)
    path = tmp_path / "redline.docx"
    code, out, err = run("form", "diff", str(NUMBER), "--redline", str(path))
    assert code == 0, err
    assert out.splitlines()[0] == "Text of the template"
    assert "和服务" in out
    assert "desk: SHA-256 " in err
    assert NEW_SENTENCE in printed_text(path.read_bytes())
    code, out, _ = run("form", "diff", str(NUMBER), "--json")
    assert (code, json.loads(out)["area"]) == (0, "text")


def test_what_a_redline_does_not_show_is_told(run, bank, tmp_path):
    body = bank.root / "documents" / str(NUMBER) / "body.docx"

    def widen(root):
        for margins in root.iter("{*}pgMar"):
            margins.set(margins.keys()[0].partition("}")[0] + "}top", "3000")

    body.write_bytes(edit_part(body.read_bytes(), "word/document.xml", widen))
    code, _, err = run("form", "diff", str(NUMBER), "--redline", str(tmp_path / "redline.docx"))
    assert code == 0, err
    assert "warning REDLINE-NOT-SHOWN" in err
    assert "no tracked change shows this: formatting, page" in err
    words = ("form", "diff", str(NUMBER), "--json", "--redline", str(tmp_path / "again.docx"))
    told = json.loads(run(*words)[1].splitlines()[-1])
    assert [one["code"] for one in told["findings"]] == ["REDLINE-NOT-SHOWN"]


def test_a_redline_of_what_has_no_text_is_refused(run, tmp_path):
    code, _, err = run("form", "diff", "EXT-001", "--redline", str(tmp_path / "redline.docx"))
    assert code == 3
    assert "not both revisions of EXT-001 have a text here" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


WITH_TEXT = str(NUMBER)


def commented(root):
    body = root.find(f"{{{root.nsmap['w']}}}body")
    body[0].append(body.makeelement(f"{{{root.nsmap['w']}}}commentRangeStart"))


def test_a_copy_of_the_text_without_comments_is_written(run, bank):
    body = bank.root / "documents" / WITH_TEXT / "body.docx"
    kept = body.read_bytes()
    before = edit_part(kept, "word/document.xml", commented)
    body.write_bytes(before)
    assert "DOCUMENT-COMMENT" in run("document", "check", WITH_TEXT)[1]
    out = bank.root / "out"
    code, _, err = run("document", "check", WITH_TEXT, "--clean", str(out))
    (made,) = out.iterdir()
    assert (code, str(made) in err, made.name) == (0, True, f"{WITH_TEXT}-clean.docx")
    assert b"commentRangeStart" not in zipfile.ZipFile(made).read("word/document.xml")
    assert body.read_bytes() == before
    assert run("document", "check", WITH_TEXT, "--clean", str(out))[0] != 0  # it is there
    assert run("document", "check", "--clean", str(out / "x.docx"))[0] == 2
    code, _, err = run("document", "check", "EXT-006", "--clean", str(out / "y.docx"))
    assert (code != 0, "is not on the desk" in err) == (True, True)
    assert [one.name for one in out.iterdir()] == [made.name]


@pytest.mark.fonts
def test_what_cannot_be_compared_is_not_called_the_same(run, bank, tmp_path):
    path = bank.root / "forms" / "RXD7200-04" / "template.docx"
    path.write_bytes(path.read_bytes()[:3000])
    code, out, err = run("form", "diff", "RXD7200-04", "--redline", str(tmp_path / "r.docx"))
    assert code == 1
    assert "nothing differs" not in out
    assert "not everything could be compared" in out
    assert "TEMPLATE-NOT-DOCX" in err
    assert list(tmp_path.glob("r.docx")) == []
    code, _, err = run("form", "preview", "RXD7200-04", "--out", str(tmp_path / "pages"))
    assert (code, "TEMPLATE-NOT-DOCX" in err) == (1, True)
    path.unlink()
    assert "- (cannot be read)" in run("form", "list")[1]
    assert "-（无法读取）" in run("form", "list", language="zh")[1].replace(" ", "")

"""``rmdocs form check`` on a desk, with a store and without, and what ``submit`` leaves out."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from rmdocs.identifiers import DocumentNumber

ROOT = Path(__file__).parents[2]
NUMBER = "RXD7200-02"
SPELLING = '<w:proofErr w:type="spellStart"/>'
IN_A_RARE_FONT = '<w:r><w:rPr><w:rFonts w:eastAsia="华文行楷"/></w:rPr><w:t>行</w:t></w:r>'
COMMENT = '<w:commentRangeStart w:id="1"/>'


@pytest.fixture
def desk(tmp_path):
    """Return a folder with the forms of the project and nothing else."""
    for name in ("forms", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def put(template, added):
    """Write something into the first paragraph of a template."""
    packed = io.BytesIO()
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                start, end = data.split(b"</w:pPr>", 1)
                data = b"</w:pPr>".join((start, added.encode() + end))
            new.writestr(name, data)
    template.write_bytes(packed.getvalue())


def template_of(root):
    return root / "forms" / NUMBER / "template.docx"


@pytest.mark.long
@pytest.mark.fonts
def test_a_desk_without_a_store_is_checked(desk, command):
    code, out, _ = command("--lang", "en", "-w", desk, "form", "check", NUMBER)
    assert (code, out) == (0, "nothing found\n")
    assert command("-w", desk, "form", "check", "02")[0] == 0
    assert command("-w", desk, "form", "check")[0] == 0
    put(template_of(desk), COMMENT)
    code, out, _ = command("-w", desk, "form", "check", "工作日志", "--json")
    assert code == 1
    assert json.loads(out)["code"] == "TEMPLATE-COMMENT"


@pytest.mark.long
@pytest.mark.fonts
def test_the_project_s_own_tree_is_checked_where_it_lies(command, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("RMDOCS_WORKSPACE", raising=False)
    assert command("form", "check")[0] == 0


@pytest.mark.fonts
def test_where_no_forms_are(tmp_path, command):
    code, _, err = command("--lang", "en", "-w", tmp_path, "form", "check")
    assert code == 3
    assert "there are no forms at" in err


def test_a_copy_without_comments_is_written(desk, command):
    put(template_of(desk), COMMENT)
    before = template_of(desk).read_bytes()
    out = desk / "clean.docx"
    assert command("-w", desk, "form", "check", NUMBER, "--clean", out)[0] == 0
    assert b"commentRangeStart" not in zipfile.ZipFile(out).read("word/document.xml")
    assert template_of(desk).read_bytes() == before
    assert command("-w", desk, "form", "check", NUMBER, "--clean", out)[0] != 0  # it is there now
    folder = desk / "out"
    assert command("-w", desk, "form", "check", NUMBER, "--clean", folder)[0] == 0
    assert (folder / f"{NUMBER}-clean.docx").is_file()
    assert command("-w", desk, "form", "check", "--clean", desk / "x.docx")[0] == 2


@pytest.mark.long
@pytest.mark.fonts
def test_a_font_that_is_not_there_is_told(desk, command):
    put(template_of(desk), IN_A_RARE_FONT)
    code, out, _ = command("-w", desk, "form", "check", NUMBER, "--json")
    assert (code, [json.loads(line)["code"] for line in out.splitlines()]) == (0, ["PDF-FONT"])


def test_what_nobody_sees_is_left_out_at_submit_and_named(bank, command):
    def call(*words, who="SD00-0001"):
        return command("--lang", "en", "-w", bank.root, "--as", who, "form", *words)

    assert call("propose", NUMBER, "--reason", "改", "--effective", "2999-01-01")[0] == 0
    put(template_of(bank.root), SPELLING)
    code, _, err = call("submit", NUMBER)
    assert code == 0
    assert "left out of the Word file, as nobody sees it: " in err
    assert "marks of spelling and grammar" in err
    assert call("review", NUMBER, who="SD00-0002")[0] == 0
    assert call("approve", NUMBER, who="SD00-0003")[0] == 0
    released = bank.at().revising.released(DocumentNumber.parse(NUMBER)).template
    assert b"proofErr" not in zipfile.ZipFile(io.BytesIO(released)).read("word/document.xml")


def test_a_template_that_did_not_change_is_released_as_it_is(bank, command):
    def call(*words, who="SD00-0001"):
        return command("--lang", "en", "-w", bank.root, "--as", who, "form", *words)

    before = template_of(bank.root).read_bytes()
    assert call("propose", NUMBER, "--reason", "改", "--effective", "2999-01-01")[0] == 0
    code, _, err = call("submit", NUMBER)
    assert (code, "left out" in err) == (0, False)
    assert call("review", NUMBER, who="SD00-0002")[0] == 0
    assert call("approve", NUMBER, who="SD00-0003")[0] == 0
    assert bank.at().revising.released(DocumentNumber.parse(NUMBER)).template == before


def test_comments_keep_a_draft_from_being_submitted(bank, command):
    def call(*words):
        return command("-w", bank.root, "--as", "SD00-0001", "form", *words)

    assert call("propose", NUMBER, "--reason", "改", "--effective", "2999-01-01")[0] == 0
    put(template_of(bank.root), COMMENT)
    assert call("submit", NUMBER)[0] == 1
    assert call("diff", NUMBER)[0] == 0  # no hindrance to looking at it
    assert call("blank", NUMBER, "--revision", "desk", "--out", bank.root / "out")[0] == 0

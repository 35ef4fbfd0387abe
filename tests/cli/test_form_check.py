"""``rmdocs form check`` on a desk, with a store and without, and what ``submit`` leaves out."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from rmdocs.identifiers import DocumentNumber
from rmdocs.workspace import revisions

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


def zipped(parts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return packed.getvalue()


def without(name, data=None):
    """Return a template without a part, or with other data for it."""
    with zipfile.ZipFile(ROOT / "forms" / NUMBER / "template.docx") as whole:
        parts = {one: whole.read(one) for one in whole.namelist() if one != name}
    return zipped(parts if data is None else {**parts, name: data})


WHOLE = (ROOT / "forms" / NUMBER / "template.docx").read_bytes()
OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
HOSTILE = {
    "empty": b"",
    "cut": WHOLE[: len(WHOLE) // 2],
    "cut at its end": WHOLE[:-30],
    "of Word 97, or encrypted": OLD_WORD,
    "of LibreOffice": zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}
    ),
    "wrong XML": without("word/document.xml", b"<w:document"),
    "not UTF-8": without("word/document.xml", b"<?xml version='1.0' encoding='UTF-8'?><a>\xff</a>"),
    "another root": without("word/document.xml", b"<a/>"),
    "no document": without("word/document.xml"),
    "no list of kinds": without("[Content_Types].xml"),
    "no references": without("_rels/.rels"),
    "huge": without("word/document.xml", b"<a>" + b"<p/>" * 2**20 + b"</a>"),
    "a bomb": without("word/document.xml", bytes(40 * 2**20)),
}


def refused(desk, command):
    """Assert that a template is refused in a few words, and nothing written."""
    out = desk / "out"
    for more in ((), ("--clean", out), ("--clean", desk / "one.docx")):
        code, said, told = command("--lang", "en", "-w", desk, "form", "check", NUMBER, *more)
        assert code == 1
        assert "Traceback" not in said + told
        assert re.search(r"error (TEMPLATE-[A-Z-]+|FORM-FILE)\b", said + told)
        assert len((said + told).splitlines()) < 8
        assert not out.exists()
        assert not list(desk.glob("*one*"))


@pytest.mark.fonts
@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_file_is_a_finding_and_nothing_is_written(name, desk, command):
    template_of(desk).write_bytes(HOSTILE[name])
    refused(desk, command)


@pytest.mark.fonts
@pytest.mark.parametrize(
    "put_there",
    [
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to(path.with_name("nowhere")),
    ],
)
def test_what_is_no_file_is_a_finding(put_there, desk, command):
    template_of(desk).unlink()
    put_there(template_of(desk))
    refused(desk, command)


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
    released = revisions.released_files(bank.at(), DocumentNumber.parse(NUMBER)).template
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
    assert revisions.released_files(bank.at(), DocumentNumber.parse(NUMBER)).template == before


def test_comments_keep_a_draft_from_being_submitted(bank, command):
    def call(*words):
        return command("-w", bank.root, "--as", "SD00-0001", "form", *words)

    assert call("propose", NUMBER, "--reason", "改", "--effective", "2999-01-01")[0] == 0
    put(template_of(bank.root), COMMENT)
    assert call("submit", NUMBER)[0] == 1
    assert call("diff", NUMBER)[0] == 0  # no hindrance to looking at it
    assert call("blank", NUMBER, "--revision", "desk", "--out", bank.root / "out")[0] == 0

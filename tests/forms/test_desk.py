"""A document's files on the desk, and their digest."""

from __future__ import annotations

import shutil
import tomllib
from datetime import date

import pytest
from conftest import refused_for
from hypothesis import given
from hypothesis import strategies as st
from papers import NUMBER, PROCEDURE, ROOT

from rmdocs.beginning import built_in
from rmdocs.errors import FindingsError, UsageError
from rmdocs.forms.desk import NewCover, desk_documents, document_directory, lay_out, read_document
from rmdocs.forms.document import DocumentFiles
from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual

FILES = st.builds(
    DocumentFiles, manifest=st.binary(max_size=4), body=st.none() | st.binary(max_size=4)
)


@pytest.fixture
def desk(tmp_path):
    for number in (NUMBER, PROCEDURE):
        shutil.copytree(document_directory(ROOT, number), document_directory(tmp_path, number))
    return tmp_path


def refused(desk, number=NUMBER):
    with pytest.raises(FindingsError) as refusal:
        read_document(desk, number)
    return [(finding.code, finding.path) for finding in refusal.value.findings]


def test_the_desk_holds_what_was_laid_there(desk):
    files = read_document(desk, NUMBER)
    for name, data in files.contents().items():
        assert (document_directory(desk, NUMBER) / name).read_bytes() == data
    assert files.body is not None
    assert read_document(desk, PROCEDURE).body is None
    assert desk_documents(desk) == [NUMBER, PROCEDURE]
    assert desk_documents(desk / "nowhere") == []


def test_a_missing_manifest(desk):
    (desk / "documents/IXD7200-01/document.toml").unlink()
    assert refused(desk) == [("DOCUMENT-FILE", "documents/IXD7200-01/document.toml")]


def test_files_too_large_are_all_named(desk):
    for name in ("document.toml", "body.docx"):
        with (desk / "documents/IXD7200-01" / name).open("wb") as file:
            file.truncate(20 * 2**20 + 1)
    assert [path for _, path in refused(desk)] == [
        f"documents/IXD7200-01/{name}" for name in ("document.toml", "body.docx")
    ]


def test_what_cannot_be_read(desk):
    body = desk / "documents/IXD7200-01/body.docx"
    body.unlink()
    body.mkdir()
    assert refused(desk) == [("DOCUMENT-FILE", "documents/IXD7200-01/body.docx")]


def test_a_folder_with_a_strange_name(desk):
    shutil.copytree(document_directory(desk, PROCEDURE), desk / "documents/copy of PXD7201")
    with pytest.raises(UsageError, match="copy of PXD7201"):
        desk_documents(desk)


@given(FILES, FILES)
def test_the_digest_tells_revisions_apart(one, other):
    assert (one == other) == (one.digest() == other.digest())
    assert DocumentFiles.of(one.contents()) == one


@given(st.data())
def test_any_changed_byte_changes_the_digest(data):
    body = data.draw(st.binary(min_size=1, max_size=64))
    place = data.draw(st.integers(0, len(body) - 1))
    changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    assert (
        DocumentFiles(manifest=b"m", body=body).digest()
        != DocumentFiles(manifest=b"m", body=changed).digest()
    )


FORMS = sorted(path.parent.name for path in (built_in() / "forms").glob("*/form.toml"))
DAY = date(2026, 12, 1)
MIGRATION = '\n[migration]\nfrom = "1.0"\n\n[[migration.steps]]\ndrop = "content.old"\n'


def manifest(number):
    return (built_in() / "forms" / number / "form.toml").read_bytes()


def cover(**more):
    values = {
        "prepared": "甲",
        "reviewed": "乙",
        "approved": "丙",
        "change": Bilingual(zh="改", en="c"),
    }
    return NewCover(**{"revision": Revision(major=1, minor=1), "effective": DAY, **values, **more})


def laid_out(data, new, **more):
    return lay_out(data, new, table="form", name="form.toml", **more)


def changed_lines(old, new):
    before, after = old.decode().splitlines(), new.decode().splitlines()
    return [line for line in after if line not in before and line]


@pytest.mark.parametrize("number", FORMS)
def test_only_the_cover_and_its_row_change(number):
    old = manifest(number)
    new = laid_out(old, cover())
    assert [line.partition(" =")[0] for line in changed_lines(old, new)] == [
        "revision",
        "effective",
        "prepared",
        "reviewed",
        "approved",
        "revision",
        "date",
        "change",
    ]
    value = tomllib.loads(new.decode())
    assert value["history"][-1]["revision"] == "1.1"
    assert value["history"][-1]["date"] == value["form"]["effective"] == DAY
    rest = tomllib.loads(old.decode())
    for name in ("rules", "stages", "derived", "retention", "roles"):
        assert value.get(name) == rest.get(name)


SHORT = b'[form]\nrevision = "1.0"\neffective = 2004-06-08\n\n[roles]\nissue = ["a"]\n'
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\\\n\t[]={}#'))


@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(name, change):
    new = laid_out(SHORT, cover(prepared=name, change=Bilingual(zh=change, en=name)))
    value = tomllib.loads(new.decode())
    assert value["form"]["prepared"] == name
    assert value["history"][-1]["change"] == {"zh": change, "en": name}


def test_laying_out_twice_gives_one_row():
    once = laid_out(manifest("RXD7200-04"), cover())
    assert laid_out(once, cover()) == once


def test_a_migration_that_is_done_is_dropped_and_a_new_one_kept():
    old = manifest("RXD7200-04") + MIGRATION.encode()
    assert b"[migration]" not in laid_out(old, cover(), released=old)
    assert b"[migration]" in laid_out(old, cover(), released=manifest("RXD7200-04"))


def test_windows_line_ends_are_read():
    crlf = manifest("RXD7200-04").replace(b"\n", b"\r\n")
    assert laid_out(crlf, cover()) == laid_out(manifest("RXD7200-04"), cover())


@pytest.mark.parametrize(
    "text",
    [
        "[form",
        'form = { number = "RXD7200-04", revision = "1.0" }\nhistory = []\n',
        '[form]\nrevision = """\n1.0"""\n',
    ],
)
def test_what_cannot_be_changed_line_by_line_is_refused(text):
    with refused_for("FORM-SYNTAX"):
        laid_out(text.encode(), cover())

"""A document's files on the desk, and their digest."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import NUMBER, PROCEDURE, ROOT

from rmdocs.errors import FindingsError, UsageError
from rmdocs.forms.desk import desk_documents, document_directory, read_document
from rmdocs.forms.document import DocumentFiles

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

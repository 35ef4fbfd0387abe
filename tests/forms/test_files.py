"""The files of a revision: their digest, and reading them from the desk."""

import os
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError, UsageError
from rmdocs.forms.desk import desk_numbers, places, read_desk
from rmdocs.forms.form import NAMES, FormFiles
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language

ROOT = Path(__file__).parents[2]
NUMBER = DocumentNumber("RXD7200-04")
FILES = st.builds(FormFiles, **dict.fromkeys(NAMES, st.binary(max_size=4)))


@given(FILES, FILES)
def test_the_digest_tells_revisions_apart(one, other):
    assert (one == other) == (one.digest() == other.digest())


def test_a_byte_cannot_move_from_file_to_file():
    one = FormFiles(manifest=b"a", template=b"", schema=b"", common=b"", sample=b"")
    other = FormFiles(manifest=b"", template=b"a", schema=b"", common=b"", sample=b"")
    assert one.digest() != other.digest()


def test_the_digest_is_what_it_was():
    digest = FormFiles(manifest=b"", template=b"", schema=b"", common=b"", sample=b"").digest()
    assert digest == "522dc15823cb9690b063d3d58a06c024e9e61f349f8feb0f40e738f7f27c3b11"


def test_every_part_has_a_name():
    assert set(NAMES) == {part.name for part in fields(FormFiles)}
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.fixture
def desk(tmp_path):
    shutil.copytree(ROOT / "forms/RXD7200-04", tmp_path / "forms/RXD7200-04")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    return tmp_path


def test_the_desk_holds_what_was_laid_there(desk):
    files = read_desk(desk, NUMBER)
    for part, path in places(desk, NUMBER).items():
        assert getattr(files, part) == path.read_bytes()
    changed = replace(files, template=files.template + b"x")
    assert changed.digest() != files.digest()
    assert desk_numbers(desk) == [NUMBER]


def test_every_missing_file_is_named(desk):
    (desk / "forms/RXD7200-04/template.docx").unlink()
    (desk / "schemas/common.schema.json").unlink()
    with pytest.raises(FindingsError) as refusal:
        read_desk(desk, NUMBER)
    assert [finding.path for finding in refusal.value.findings] == [
        "forms/RXD7200-04/template.docx",
        "schemas/common.schema.json",
    ]
    assert "missing" in refusal.value.findings[0].message.text(Language.EN)


def test_what_is_no_file_or_too_large_is_refused(desk):
    (desk / "forms/RXD7200-04/template.docx").unlink()
    (desk / "forms/RXD7200-04/template.docx").mkdir()
    os.truncate(desk / "forms/RXD7200-04/sample.json", 30 * 2**20)
    with pytest.raises(FindingsError) as refusal:
        read_desk(desk, NUMBER)
    said = [finding.message.text(Language.EN) for finding in refusal.value.findings]
    assert "this is no file" in said[0]
    assert "larger" in said[1]


def test_a_directory_with_another_name_is_refused(desk):
    (desk / "forms/RXD7200-04").rename(desk / "forms/notice")
    with pytest.raises(UsageError):
        desk_numbers(desk)


def test_an_empty_desk(tmp_path):
    assert desk_numbers(tmp_path) == []
    with pytest.raises(FindingsError) as refusal:
        read_desk(tmp_path, NUMBER)
    assert len(refusal.value.findings) == len(NAMES)

"""Record keys: what they close and open, and that destroying one leaves nothing of it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import StoreError
from rmdocs.identifiers import RecordNumber
from rmdocs.store.vault import HEADER, Vault, is_encrypted

NUMBER = RecordNumber.parse("RXD7200-05-JN01-2026-0001")
OTHER = RecordNumber.parse("RXD7200-05-JN01-2026-0002")
PATH = "00/00/01/record.json"
TEXT = "客户张三，身份证号".encode()


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "keys", secrets.token_bytes)


@pytest.fixture(scope="module")
def key():
    with TemporaryDirectory() as directory:
        return Vault(Path(directory), secrets.token_bytes).make(NUMBER)


@pytest.fixture(scope="module")
def other_key():
    with TemporaryDirectory() as directory:
        return Vault(Path(directory), secrets.token_bytes).make(NUMBER)


@given(st.binary(), st.text(min_size=1))
def test_what_is_encrypted_is_read_again(key, data, path):
    stored = key.encrypt(path, data)
    assert is_encrypted(stored)
    assert key.decrypt(path, stored) == data
    assert key.encrypt(path, data) == stored


@given(st.binary(min_size=4), st.data())
def test_a_changed_byte_is_noticed(key, data, choice):
    stored = bytearray(key.encrypt(PATH, data))
    place = choice.draw(st.integers(len(HEADER), len(stored) - 1))
    stored[place] ^= choice.draw(st.integers(1, 255))
    with pytest.raises(StoreError, match="cannot be decrypted"):
        key.decrypt(PATH, bytes(stored))


def test_a_file_belongs_to_its_key_record_and_path(key, other_key):
    stored = key.encrypt(PATH, TEXT)
    foreign = replace(key, number=OTHER)
    for one, path in ((other_key, PATH), (foreign, PATH), (key, "00/00/01/stages/1.json")):
        with pytest.raises(StoreError, match="cannot be decrypted"):
            one.decrypt(path, stored)
    for cut in (b"", HEADER, stored[: len(HEADER) + 15]):
        with pytest.raises(StoreError, match="cannot be decrypted"):
            key.decrypt(PATH, cut)


def test_nothing_of_the_content_is_seen(key):
    assert TEXT not in key.encrypt(PATH, TEXT)
    assert not is_encrypted(b'{"n":1}')
    assert not is_encrypted(b"PK\x03\x04")


def test_a_digest_takes_the_key(key, other_key):
    assert key.digest("reason", TEXT) == key.digest("reason", TEXT)
    others = {
        key.digest("reason", b"x"),
        key.digest("other", TEXT),
        other_key.digest("reason", TEXT),
    }
    assert key.digest("reason", TEXT) not in others
    assert len(others) == 3


def test_a_key_is_for_its_owner_alone(vault):
    vault.make(NUMBER)
    vault.sync()
    path = vault.path(NUMBER)
    assert path.stat().st_mode & 0o777 == 0o600
    for directory in path.parents[:4]:
        assert directory.stat().st_mode & 0o777 == 0o700
    assert path.parents[3] == vault.directory
    assert [one.name for one in vault.directory.rglob("*") if one.is_file()] == [path.name]


def test_a_record_has_its_own_key(vault):
    one, other = vault.make(NUMBER), vault.make(OTHER)
    vault.sync()
    assert one.encrypt(PATH, TEXT) != other.encrypt(PATH, TEXT)
    assert vault.find(NUMBER).decrypt(PATH, one.encrypt(PATH, TEXT)) == TEXT


def test_a_key_left_by_a_killed_writer_is_used_again(vault):
    stored = vault.make(NUMBER).encrypt(PATH, TEXT)
    vault.sync()
    assert Vault(vault.directory, secrets.token_bytes).make(NUMBER).decrypt(PATH, stored) == TEXT


@pytest.mark.parametrize("left", [b"", b"rmdocs record key 1\nab", bytes(149)])
def test_what_a_killed_writer_left_of_a_key_is_replaced(vault, left):
    vault.make(NUMBER)
    vault.sync()
    vault.path(NUMBER).write_bytes(left)
    vault.path(NUMBER).with_suffix(".partial").write_bytes(b"half")
    key = vault.make(NUMBER)
    vault.sync()
    assert vault.find(NUMBER).decrypt(PATH, key.encrypt(PATH, TEXT)) == TEXT


def test_a_key_of_a_record_that_is_not_sealed_leaves_nothing(vault):
    vault.make(NUMBER)
    vault.drop()
    vault.sync()
    assert not vault.leaves(NUMBER)


def test_there_is_none(vault):
    assert vault.find(NUMBER) is None
    assert not vault.holds(NUMBER)
    vault.destroy(NUMBER)


def test_destroying_leaves_nothing(vault):
    vault.make(NUMBER)
    vault.make(OTHER)
    vault.sync()
    path = vault.path(NUMBER)
    half = path.with_suffix(".partial")
    half.write_bytes(path.read_bytes())
    with path.open("rb") as held:
        vault.destroy(NUMBER)
        held.seek(0)
        assert held.read().strip(b"\0") == b""  # overwritten, not only unlinked
    assert not path.exists()
    assert not half.exists()
    assert not vault.leaves(NUMBER)
    assert vault.find(NUMBER) is None
    assert vault.find(OTHER) is not None
    vault.destroy(NUMBER)


def test_an_interrupted_destruction_counts_and_can_be_finished(vault):
    vault.make(NUMBER)
    vault.sync()
    path = vault.path(NUMBER)
    path.write_bytes(bytes(path.stat().st_size))
    assert vault.find(NUMBER) is None
    assert not vault.holds(NUMBER)
    assert vault.leaves(NUMBER)
    vault.destroy(NUMBER)
    assert not vault.leaves(NUMBER)


def test_a_damaged_key_is_told_not_taken_for_destroyed(vault):
    vault.make(NUMBER)
    vault.sync()
    vault.path(NUMBER).write_bytes(b"rmdocs record key 1\nnonsense\n")
    with pytest.raises(StoreError, match="is damaged") as refusal:
        vault.find(NUMBER)
    assert str(vault.path(NUMBER)) in refusal.value.remedy.template.format(
        **refusal.value.remedy.values
    )


def test_a_directory_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "keys").write_text("a file")
    vault = Vault(tmp_path / "keys", secrets.token_bytes)
    vault.make(NUMBER)
    with pytest.raises(StoreError, match="record keys cannot be"):
        vault.sync()


def test_the_source_of_randomness_is_asked_for_all_of_a_key(tmp_path):
    asked = []

    def source(size):
        asked.append(size)
        return bytes(range(size))

    Vault(tmp_path, source).make(NUMBER)
    assert asked == [64]

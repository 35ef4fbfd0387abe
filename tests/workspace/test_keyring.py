"""Private keys: one file a person, never replaced, never in the store."""

from __future__ import annotations

import pytest

from rmdocs.errors import ControlError, RmdocsError
from rmdocs.workspace.keyring import KeyRing


def test_keeps_a_key_for_its_owner_alone(tmp_path):
    ring = KeyRing(directory=tmp_path / "keys")
    made = ring.create("JN01-0101")
    assert ring.load("JN01-0101").public_line == made.public_line
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert ring.path("JN01-0101").stat().st_mode & 0o777 == 0o600


def test_never_replaces_one(tmp_path):
    ring = KeyRing(directory=tmp_path)
    made = ring.create("JN01-0101")
    with pytest.raises(ControlError):
        ring.create("JN01-0101")
    assert ring.load("JN01-0101").public_line == made.public_line


def test_says_where_a_key_is_missing(tmp_path):
    with pytest.raises(ControlError) as refusal:
        KeyRing(directory=tmp_path).load("JN01-0101")
    assert "JN01-0101.key" in str(refusal.value.remedy)


@pytest.mark.parametrize("given", [None, b"wrong"])
def test_a_passphrase_is_needed_where_there_is_one(tmp_path, given):
    ring = KeyRing(directory=tmp_path, passphrase=lambda _owner: b"right")
    ring.create("JN01-0101")
    assert ring.load("JN01-0101")
    with pytest.raises(RmdocsError):
        KeyRing(directory=tmp_path, passphrase=lambda _owner: given).load("JN01-0101")


def test_the_store_holds_no_private_key(shared_bank):
    for ref in shared_bank.git("for-each-ref", "--format=%(refname)").splitlines():
        for line in shared_bank.git("ls-tree", "-r", "--name-only", ref).splitlines():
            assert ".key" not in line
    assert "keys" in (shared_bank.root / ".gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o660, 0o777])
def test_a_key_that_is_open_to_others_is_refused(tmp_path, mode):
    ring = KeyRing(directory=tmp_path)
    ring.create("JN01-0101")
    ring.path("JN01-0101").chmod(mode)
    with pytest.raises(ControlError, match=f"{mode:04o}"):
        ring.load("JN01-0101")
    ring.path("JN01-0101").chmod(0o400)
    assert ring.load("JN01-0101")


def test_a_passphrase_is_asked_for_only_where_a_key_is_locked(tmp_path):
    asked = []
    ring = KeyRing(directory=tmp_path, passphrase=lambda owner: asked.append(owner) or b"right")
    ring.create("JN01-0101", b"own")
    assert asked == []
    with pytest.raises(RmdocsError):
        ring.load("JN01-0101")
    assert asked == ["JN01-0101"]
    KeyRing(directory=tmp_path).create("JN01-0102")
    assert ring.load("JN01-0102")
    assert asked == ["JN01-0101"]

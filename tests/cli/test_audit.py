"""Packs for an auditor, as they are made and checked by commands."""

import json

import pytest

from rmdocs.workspace.places import STORE_PATH

NUMBER = "RXD7200-02-JN01-2026-0001"


@pytest.fixture
def run(visited_bank, command):
    return lambda *words: command("-w", visited_bank.root, *words)


@pytest.fixture
def pack(run):
    """Make a pack, and return the SHA-256 that is told of it."""
    assert run("key", "ledger", "--out", "k.keys")[0] == 0
    code, out, _ = run("audit", "pack", "pack", "--sample", "1", "--seed", "x")
    assert code == 0
    return out.rpartition("SHA-256 of the pack: ")[2].split(";")[0]


CHECK = ("audit", "check", "pack", "--keys", "k.keys")


def test_a_pack_says_what_it_cannot_show_and_what_shows_it(pack, command):
    code, out, _ = command(*CHECK)
    assert (code, f"SHA-256 of the pack: {pack}" in out) == (0, True)
    assert "1 of 1 number(s) are in the pack" in out
    assert "a pack cannot show by itself" in out
    code, out, _ = command(*CHECK, "--sha256", pack)
    assert (code, "it is the pack as it was made" in out) == (0, True)
    code, out, _ = command(*CHECK, "--sha256", "0" * 64)
    assert (code, "PACK-OTHER" in out) == (1, True)
    for typed in ("12", "x" * 64):
        code, _, err = command(*CHECK, "--sha256", typed)
        assert (code, "is no SHA-256" in err) == (2, True)
    assert command(*CHECK, "--against", "")[0] == 2


def test_a_pack_says_what_sample_it_claims_to_be(pack, command):
    told = "1 of them a sample of 1, 1 being asked for, of all forms, units and quarters, by the"
    code, out, _ = command(*CHECK)
    assert (code, told in out, "compare it with what you asked for" in out) == (0, True, True)
    code, out, _ = command(*CHECK, "--json")
    assert (code, json.loads(out)["sample"]["seed"], told in json.loads(out)["says"]) == (
        0,
        "x",
        True,
    )


def test_what_is_no_file_of_keys_does_not_accuse_the_pack(pack, command):
    code, out, err = command(*CHECK[:-1], "pack/data/index.html")
    assert (code, out, "PACK-" in err) == (2, "", False)
    assert "the keys cannot be read" in err


def test_a_pack_is_held_against_a_workspace_or_a_bare_clone(pack, command, visited_bank):
    for store in (visited_bank.root, visited_bank.root / STORE_PATH):
        code, out, _ = command(*CHECK, "--against", store)
        assert (code, "no record of its sample" in out) == (0, True), store
        assert "not verified (rmdocs verify), and registers were not compared" in out
        code, out, _ = command(*CHECK, "--against", store, "--sha256", pack)
        assert (code, "no record of its sample" in out, "as it was made" in out) == (0, True, True)
    for no_store in ("pack", "."):
        code, _, err = command(*CHECK, "--against", no_store)
        assert (code != 0, "→" in err) == (True, True)


@pytest.mark.parametrize("words", [("verify",), ("trace", NUMBER), ("list",)])
def test_a_pack_in_place_of_a_workspace_is_told_as_one(pack, command, words):
    code, out, err = command("-w", "pack", *words)
    assert (code, out) == (4, "")
    assert "is a pack of records" in err
    assert "rmdocs audit check pack" in err


def test_the_checkpoints_of_a_pack_are_held_against_the_store(pack, run):
    code, out, _ = run("verify", "--against", "pack")
    assert (code, "were held against" in out) == (0, True)


def test_exceptions_of_a_store_that_lacks_a_volume_are_no_success(run, visited_bank):
    assert run("audit", "exceptions")[0] == 0
    [volume] = (visited_bank.root / STORE_PATH / "refs/heads/records").rglob("1")
    volume.unlink()
    for more in ((), ("--json",)):
        assert run("audit", "exceptions", *more)[0] == 1

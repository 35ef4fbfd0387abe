"""Proofs of single documents, as they are asked for."""

import pytest

NUMBER = "RXD7200-02-JN01-2026-0001"


@pytest.fixture
def run(visited_bank, command):
    return lambda *words: command("-w", visited_bank.root, *words)


def test_a_receipt_is_made_and_says_what_the_proof_says(run, command):
    assert run("key", "ledger", "--out", "keys")[0] == 0
    assert run("export", NUMBER, "--out", ".")[0] == 0
    told = []
    for name, option in (("p.tlog-proof", ()), ("p.cose", ("--cose",))):
        code, out, err = run("prove", NUMBER, *option, "--out", name)
        assert (code, err) == (0, "")
        assert f"{NUMBER}: its proof is in {name}" in out
        told.append(command("verify-file", f"{NUMBER}-e1.docx", name, "--keys", "keys"))
    assert told[0] == told[1]
    assert told[0][0] == 0


def test_a_slip_is_no_receipt(run, tmp_path):
    code, _, err = run("prove", NUMBER, "--cose", "--slip", "--out", "p")
    assert (code, "→ ask for one of them" in err) == (2, True)
    assert not (tmp_path / "p").exists()

"""Proofs of single documents, as they are asked for."""

from datetime import UTC, datetime

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


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (("prove", NUMBER), ".docx"),
        (("prove", NUMBER), ".pdf"),
        (("prove", NUMBER), ".cose"),
        (("prove", NUMBER, "--cose"), ".tlog-proof"),
        (("prove", NUMBER, "--slip"), ".docx"),
        (("checkpoint",), ".pdf"),
        (("key", "ledger"), ".tlog-proof"),
    ],
)
def test_nothing_is_written_under_the_name_of_another_kind(run, tmp_path, words, ending):
    code, _, err = run(*words, "--out", f"x{ending}")
    assert (code, "another kind of file" in err, "→" in err) == (2, True, True)
    assert not [*tmp_path.glob("x*")]


def test_a_proof_is_not_written_over_a_document(run, tmp_path):
    (tmp_path / "p.tlog-proof").write_bytes(b"another")
    assert run("prove", NUMBER, "--out", "p.tlog-proof")[0] != 0
    assert (tmp_path / "p.tlog-proof").read_bytes() == b"another"


def test_what_is_known_to_be_no_proof_is_neither_good_nor_bad(run, command):
    assert run("key", "ledger", "--out", "keys")[0] == 0
    assert run("export", NUMBER, "--out", ".")[0] == 0
    assert run("checkpoint", "--out", "c.txt")[0] == 0
    assert run("checkpoint", "--summary", "--out", "s.txt")[0] == 0
    document = f"{NUMBER}-e1.docx"
    for name, way in (
        (document, "its proof behind it"),
        ("c.txt", "rmdocs verify --against"),
        ("s.txt", "rmdocs verify --against"),
        ("keys", "as the keys"),
    ):
        code, out, err = command("verify-file", document, name, "--keys", "keys")
        assert (code, out, way in err) == (2, "", True), err


def test_the_time_is_told_as_trace_tells_it(run, command):
    assert run("key", "ledger", "--out", "keys")[0] == 0
    assert run("export", NUMBER, "--out", ".")[0] == 0
    assert run("prove", NUMBER, "--out", "p.tlog-proof")[0] == 0
    _, told, _ = command("verify-file", f"{NUMBER}-e1.docx", "p.tlog-proof", "--keys", "keys")
    [line] = [one for one in told.splitlines() if one.startswith("time")]
    at = datetime.fromisoformat(" ".join(line.split()[1:3]))
    assert at.isoformat(" ", "seconds") in run("trace", NUMBER)[1]
    assert f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" in line


@pytest.mark.parametrize(
    ("words", "name", "ending"),
    [
        ("register staff --xlsx", "k", ".xlsx"),
        ("register staff --html", "k", ".html"),
        (f"prove {NUMBER} --out", "k.html", ".tlog-proof"),
        pytest.param(
            f"prove {NUMBER} --slip --out",
            "k.html",
            ".pdf",
            marks=[pytest.mark.office, pytest.mark.fonts],
        ),
    ],
)
def test_the_ending_that_is_advised_is_taken(run, tmp_path, words, name, ending):
    """Also where several kinds could be asked for: only the one that was is advised."""
    code, _, err = run(*words.split(), tmp_path / name)
    assert (code, f"ends in {ending}" in err) == (2, True)
    assert run(*words.split(), tmp_path / f"k{ending}")[0] == 0
    assert (tmp_path / f"k{ending}").stat().st_size

"""``pdf``, ``sign`` and ``signatures`` as a person runs them."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from signed import PASSPHRASE

from rmdocs.cli.context import Session
from rmdocs.cli.main import main
from rmdocs.renditions import making
from rmdocs.workspace.machine import CERTIFICATE_VARIABLE, FONTS_VARIABLE

pytestmark = [pytest.mark.office, pytest.mark.fonts]


@pytest.fixture
def run(rendered, capsys, monkeypatch):
    """Return a function that runs a command in the bank and returns code, output, errors."""
    bank, _ = rendered
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Session, "workspace", lambda session: bank.at(session.actor))
    monkeypatch.setenv(CERTIFICATE_VARIABLE, PASSPHRASE.decode())

    def call(*words, lang="en"):
        code = main(["--lang", lang, "-w", str(bank.root), "--as", "JN01-0101", *map(str, words)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def test_from_pdf_to_signatures(run, rendered, signatories, tmp_path):
    bank, number = rendered
    code, out, err = run("pdf", number, "--out", tmp_path)
    assert (code, "made before" in out) == (0, True), err
    assert (tmp_path / f"{number}-e1.pdf").is_file()
    by = {"a": "陈虚实", "b": "周示行"}
    certificate = signatories.certificate("a")
    words = ("--party", "a", "--signatory", by["a"], "--certificate", certificate)
    code, _, err = run("sign", number, *words)
    assert (code, "示例根证书 is missing" in err) == (1, True), "judged first, as afterwards"
    trust = bank.root / "trust"
    trust.mkdir()
    root = signatories.bureau.root.certificate.public_bytes(Encoding.PEM)
    (trust / "root.pem").write_bytes(root)
    for party, name in by.items():
        certificate = signatories.certificate(party)
        words = ("--party", party, "--signatory", name, "--certificate", certificate)
        code, out, err = run("sign", number, *words, "--out", tmp_path)
        assert code == 0, err
        assert ("still to sign: Party B (b)" in out) == (party == "a")
        assert f"signed by Party {party.upper()} ({party})" in out
        assert "wrote " in err
    signed = tmp_path / f"{number}-e1-signed-b.pdf"
    for target in (number, signed):
        code, out, err = run("signatures", target, "--json")
        answer = json.loads(out)
        assert (code, answer["valid"]) == (0, True), (out, err)
        assert [one["field"] for one in answer["signatures"]] == ["party-a", "party-b"]
        assert [one["party"] for one in answer["signatures"]] == ["a", "b"]
        assert "Party A (a)" in run("signatures", target)[1]
        assert "甲方（a）" in run("signatures", target, lang="zh")[1]
    code, out, _ = run("signatures", number, lang="zh")
    assert (code, "签名有效" in out) == (0, True)
    assert "有效原件" in run("trace", number, lang="zh")[1]
    signed.write_bytes(signed.read_bytes() + b"\n% more")
    code, out, _ = run("signatures", signed)
    # Unknown to the store, it still says itself who its fields are for.
    assert (code, "甲方 (a)" in out) == (1, True)


def test_signing_begins_anew(run, rendered, signatories):
    bank, number = rendered
    signatories.be_trusted(bank)
    certificate = signatories.certificate("a")
    words = ("--party", "a", "--signatory", "陈虚实", "--certificate", certificate)
    code, _, err = run("sign", number, "--again", "--reason", "重签")
    assert (code, "nothing begins anew" in err) == (3, True)
    assert run("sign", number, *words)[0] == 0
    code, _, err = run("sign", number, "--again")
    assert (code, "a reason must be given" in err) == (3, True)
    code, out, _ = run("sign", number, "--again", "--reason", "证书用错", lang="zh")
    assert (code, "版次 1 重新开始签署" in out) == (0, True)
    code, out, _ = run("sign", number, *words, "--again", "--reason", "又错", "--json")
    assert (code, "nobody has signed since" in run("sign", number, "--again")[2]) == (3, False)
    code, out, _ = run("sign", number, *words)
    assert (code, "-signed-a-2.pdf" in out) == (0, True)
    shown = run("show", number, lang="zh")[1]
    assert ("重新开始签署" in shown, "证书用错" in shown) == (True, True)
    assert ("1 不再有效" in shown, "-signed-a-2.pdf）" in shown) == (True, True)
    code, out, _ = run("sign", number, "--again", "--reason", "再签", "--json")
    assert json.loads(out)["set_aside"] == ["a"]
    code, _, err = run("sign", number, "--party", "a")
    assert (code, "give --party and --signatory" in err) == (2, True)


def test_what_cannot_be_signed_or_judged(run, rendered, signatories, tmp_path, monkeypatch):
    _, number = rendered
    certificate = signatories.certificate("a")
    words = ("sign", number, "--party", "a", "--certificate", certificate, "--signatory")
    code, _, err = run(*words, "")
    assert (code, "--signatory" in err) == (2, True)
    code, _, err = run("sign", number, "--party", "甲方", *words[4:], "陈虚实")
    assert (code, "choose one of: Party A (a), Party B (b)" in err) == (2, True)
    monkeypatch.delenv(CERTIFICATE_VARIABLE)
    code, _, err = run(*words, "陈虚实")
    assert (code, CERTIFICATE_VARIABLE in err) == (1, True)
    code, _, err = run("signatures", tmp_path / "none.pdf")
    assert (code, "is no file and no record number" in err) == (2, True)
    (tmp_path / "a.docx").write_bytes(b"PK")
    code, _, err = run("signatures", tmp_path / "a.docx")
    assert (code, "PDF-NOT  a.docx" in err) == (1, True)


def test_issued_with_its_pdf(run, rendered, tmp_path):
    bank, _ = rendered
    record = bank.sample("RXD7200-04-JN01")
    record["record"]["related"] = []
    path = bank.write(record)
    code, out, err = run("issue", path, "--pdf", "--out", tmp_path)
    assert code == 0, err
    number = out.split()[0]
    assert f"made {number}-e1.pdf" in err
    assert (tmp_path / f"{number}-e1.pdf").read_bytes().startswith(b"%PDF-")
    assert f"wrote {tmp_path / f'{number}-e1.pdf'}" in err
    code, _, err = run("issue", path, "--pdf", "--out", tmp_path)
    assert (code, f"{number}-e1.pdf was made before" in err) == (3, True)


def test_what_cannot_be_printed_as_asked_gets_no_number(run, rendered, tmp_path):
    bank, _ = rendered
    record = bank.sample("RXD7200-04-JN01")
    record["record"]["related"] = []
    record["record"]["content"]["repayment_account"]["bank"] += "\U00030000"
    path = bank.write(record)
    code, out, err = run("issue", path, "--pdf", "--out", tmp_path / "out")
    assert (code, "PDF-GLYPH" in err) == (1, True)
    assert out.startswith("-  ")
    assert not (tmp_path / "out").exists()
    code, out, err = run("issue", path)  # asked for as it can be printed, it gets one
    assert code == 0, err


def test_a_preview_needs_a_folder(run, rendered, tmp_path):
    _, number = rendered
    assert run("pdf", number, "--preview")[0] == 2
    assert run("pdf", number, "--preview", "--out", tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pdf", "RXD7200-01-JN01-2026-0099"), 3),
        (("pdf", "nonsense"), 2),
        (("signatures", "RXD7200-01-JN01-2026-0001"), 3),
        (("signatures", __file__), 1),
    ],
)
def test_what_cannot_be_is_refused_without_a_traceback(run, words, code):
    found, out, err = run(*words)
    assert found == code, (out, err)
    assert "Traceback" not in err


def test_a_certificate_file_that_is_none(run, rendered, tmp_path):
    _, number = rendered
    (tmp_path / "a.p12").write_bytes(b"no certificate")
    words = ("--party", "a", "--signatory", "某人", "--certificate", tmp_path / "a.p12")
    code, out, err = run("sign", number, *words)
    assert (code, "CREDENTIAL-" in err) == (1, True), (out, err)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "--certificate"),
        (("--module", "none.so", "--token", "bank"), 2, "--key"),
        (("--module", "none.so", "--token", "bank", "--key", "head"), 1, "CREDENTIAL-TOKEN"),
    ],
)
def test_a_token_that_is_not_there(run, rendered, words, code, told):
    _, number = rendered
    found, out, err = run("sign", number, "--party", "a", "--signatory", "某人", *words)
    assert (found, told in err) == (code, True), (out, err)


def test_a_font_file_that_is_none_is_told_and_stops_nothing(run, rendered, monkeypatch, tmp_path):
    _, number = rendered
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setenv(FONTS_VARIABLE, str(tmp_path))
    code, _, err = run("pdf", number, "--preview", "--out", tmp_path / "out")
    assert (code, "warning" in err, "broken.ttf cannot be read" in err) == (0, True, True), err
    assert list((tmp_path / "out").glob("*.pdf"))


def test_fonts_that_are_not_there(run, rendered, monkeypatch, tmp_path):
    _, number = rendered
    monkeypatch.setenv(FONTS_VARIABLE, str(tmp_path / "none"))
    code, _, err = run("pdf", number)
    assert (code, "names no folder" in err) == (2, True)


def test_a_copy_and_a_draft_are_written_to_a_folder(run, rendered, tmp_path, monkeypatch):
    bank, number = rendered
    monkeypatch.setenv("PATH", "")  # copying needs no engine, a draft makes do with what there is
    assert run("pdf", number, "--copy")[0] == 2
    code, out, err = run("pdf", number, "--copy", "--out", tmp_path)
    assert (code, f"{number}-e1-copy.pdf  copied" in out) == (0, True), err
    code, out, _ = run("pdf", number, "--copy", "--out", tmp_path, "--json")
    assert json.loads(out)["name"] == f"{number}-e1-copy.pdf"
    assert run("pdf", number, "--copy", "--preview", "--out", tmp_path)[0] == 2
    record = bank.sample("RXD7200-02-JN01")
    del record["stages"], record["record"]["related"][:]
    good = bank.write(record, "good.json")
    assert run("pdf", "--draft", good)[0] == 2
    code, out, err = run("pdf", "--draft", good, "--out", tmp_path)
    assert (code, "good-draft.pdf" in out) == (0, True), err
    record["record"]["prepared_by"]["name"] = "张三"
    refused = bank.write(record, "refused.json")
    del record["record"]["content"]["log_date"]
    broken = bank.write(record, "broken.json")
    code, out, _ = run("pdf", "--draft", refused, broken, "--out", tmp_path)
    assert (code, out.count("STAFF-UNKNOWN")) == (1, 2)
    assert "refused-draft.pdf" in out
    assert "broken.json:1 cannot be printed yet" in out
    code, out, _ = run("pdf", "--draft", refused, broken, "--out", tmp_path, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, [one["names"] for one in answers]) == (1, [["refused-draft.pdf"], []])
    assert run("pdf", "--draft", number, "--out", tmp_path)[0] == 2


def test_what_was_sealed_is_told_though_something_else_cannot_be_made(run, rendered, monkeypatch):
    bank, number = rendered
    visit = bank.sample("RXD7200-02-JN01")
    visit["record"]["content"]["visit"]["topic"] = "走访\U00012000"
    undrawn = bank.issue(visit)
    monkeypatch.setattr(making, "AT_ONCE", 1)
    code, out, err = run("pdf", number, undrawn)
    assert (code, out.split()) == (1, [str(number), f"{number}-e1.pdf", "made", "before"])
    assert "PDF-GLYPH" in err

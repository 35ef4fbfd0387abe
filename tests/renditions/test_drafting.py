"""PDF of drafts: marked on every page, with either engine, and taken for nothing else."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from rmdocs.cli.main import main
from rmdocs.errors import ControlError, UsageError
from rmdocs.folders import read, read_all
from rmdocs.workspace import records, renditions

pytestmark = pytest.mark.fonts


@pytest.mark.parametrize("engine", [pytest.param("libreoffice", marks=pytest.mark.office), "rdocx"])
def test_a_draft_is_marked_and_bears_no_code(bank, tmp_path, monkeypatch, engine):
    before = bank.git("show-ref")
    samples = [bank.sample(f"RXD7200-0{form}-JN01") for form in (2, 3)]
    files = [bank.write(sample, f"{at}.json") for at, sample in enumerate(samples)]
    with monkeypatch.context() as patch:
        if engine == "rdocx":
            patch.setenv("PATH", "")
        outcomes = renditions.draft(bank.at(), read_all(files))
    made = [file for one in outcomes for file in one.files]
    assert [file.name for file in made] == ["0-draft.pdf", "1-draft.pdf"]
    for pdf in (file.data for file in made):
        reader = PdfReader(BytesIO(pdf))
        assert engine in reader.metadata.producer
        assert reader.metadata.title.endswith("（草稿）")
        assert reader.attachments == {}
        for page in reader.pages:
            assert {"/RmdocsStamp"} == {
                name for name in page["/Resources"]["/XObject"] if "Rmdocs" in name
            }
            assert "未编号" in page.extract_text()
        with pypdfium2.PdfDocument(pdf) as opened:
            assert zxingcpp.read_barcodes(opened[0].render(scale=2).to_pil()) == []
    assert bank.git("show-ref") == before


def test_of_a_file_with_several_records_each_has_its_name(bank, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    good, bad = (bank.sample("RXD7200-02-JN01")["record"] for _ in range(2))
    del bad["content"]["log_date"]
    path = bank.write([good, bad, good], "three.json")
    outcomes = renditions.draft(bank.at(), [read(path)])
    assert [[file.name for file in one.files] for one in outcomes] == [
        ["three-1-draft.pdf"],
        [],
        ["three-3-draft.pdf"],
    ]


def test_a_draft_replaces_an_earlier_one_and_nothing_else(bank, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    sample = bank.sample("RXD7200-02-JN01")
    words = ["-w", str(bank.root), "--lang", "en", "pdf", "--draft", "--out", str(tmp_path)]
    assert main([*words, str(bank.write(sample))]) == 0
    path = tmp_path / "record-draft.pdf"
    sample["record"]["content"]["visit"]["place"] = "济南市虚构区新迁路9号"
    assert main([*words, str(bank.write(sample))]) == 0
    assert "新迁路" in PdfReader(path).pages[0].extract_text()
    path.write_bytes(b"my own file")
    assert main([*words, str(bank.write(sample))]) == 4
    assert "with other content" in capsys.readouterr().err
    assert path.read_bytes() == b"my own file"


def test_a_draft_cannot_be_traced_or_read_as_a_document(bank, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    path = bank.write(bank.sample("RXD7200-02-JN01"))
    [outcome] = renditions.draft(bank.at(), [read(path)])
    with pytest.raises(ControlError):
        records.trace(bank.at(), outcome.files[0])
    assert b"RXD7200-02-JN01-2026" not in outcome.files[0].data


def test_two_files_of_one_name_do_not_overwrite_each_other(bank, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    files = [tmp_path / folder / "record.json" for folder in "ab"]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(bank.write(bank.sample("RXD7200-02-JN01")).read_bytes())
    with pytest.raises(UsageError, match=r"both be written to record-draft\.pdf"):
        renditions.draft(bank.at(), read_all(files))
    [first, again] = renditions.draft(bank.at(), [read(files[0]), read(files[0])])
    assert first.files == again.files, "one file, named twice"

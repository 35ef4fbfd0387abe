"""Scans of signed paper: complete sets are sealed, what is doubtful never is."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader
from sheets import delivered, drawn, foreign, scanned, singly

from rmdocs import folders
from rmdocs.cli.context import Session
from rmdocs.cli.main import main
from rmdocs.errors import FindingsError
from rmdocs.events.records import PaperFiled
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import of_current, print_copy
from rmdocs.renditions import filing as filing_module
from rmdocs.renditions.records import subject
from rmdocs.workspace import records, renditions

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"


def folder(bank, number):
    return read_folder(bank.at().registry.store.require_head(number.volume.ref), number)


def scans(found):
    return [one for one in of_current(found.events) if one.said.kind == PaperFiled.KIND]


def codes(filing):
    return sorted({finding.code for finding in filing.pile.all_findings})


def test_a_shuffled_set_is_filed_in_order(rendered, paper, tmp_path):
    bank, number = rendered
    order = list(enumerate(paper))
    random.Random(3).shuffle(order)  # noqa: S311 - the same pile every time
    half = len(order) // 2
    files = [
        delivered(tmp_path / "machine.pdf", [sheet for _, sheet in order[:half]]),
        *singly(tmp_path, [sheet for _, sheet in order[half:]]),
    ]
    filing = renditions.scan(bank.at(MANAGER), files)
    assert filing.settled, filing.pile.all_findings
    [filed] = filing.filed
    assert (filed.number, filed.pages) == (number, len(paper))
    [document] = filing.pile.documents
    assert [page.code.page for page in document.pages] == list(range(1, len(paper) + 1))
    [sealed] = scans(folder(bank, number))
    assert sealed.event.facts["pages"] == len(paper)
    assert sealed.file.path.endswith(f"scans/1/1/{number}-e1-scan.pdf")
    pdf = subject(bank.at().registry, number).content(sealed.file)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert [page.rotation for page in pages] == [0, 180] + [0] * (len(paper) - 2)
    assert any(sheet in pdf for sheet in paper), "single JPEG files stay the bytes they were"
    traced = records.trace(bank.at(), str(number))
    assert (traced.original, traced.status) == (filed.name, "signed")
    [row] = records.find(bank.at(), Query(status="signed"))
    assert row.number == str(number)
    assert bank.codes() == set()
    again = renditions.scan(bank.at(MANAGER), files)
    assert (again.filed, codes(again)) == ((), ["SCAN-SIGNED"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda sheets: sheets[1:4], "SCAN-MISSING"),
        (lambda sheets: [*sheets, sheets[0] + b"\0"], "SCAN-DOUBLED"),
    ],
)
def test_a_set_that_is_not_whole_is_left_out(rendered, paper, tmp_path, change, code):
    bank, number = rendered
    before = bank.git("rev-parse", number.volume.ref)
    review = tmp_path / "review"
    files = singly(tmp_path, [*change(paper), foreign()])
    workspace = bank.at(MANAGER)
    filing = renditions.scan(workspace, files)
    assert filing.filed == ()
    folders.save_all(review, renditions.review(workspace, filing, files, Language.ZH))
    assert {code, "SCAN-FOREIGN"} <= set(codes(filing))
    assert bank.git("rev-parse", number.volume.ref) == before
    listed = json.loads((review / "review.json").read_bytes())
    pictures = [entry["picture"] for entry in listed if "picture" in entry]
    assert len(pictures) == len(files)
    assert all((review / name).read_bytes().startswith(b"\x89PNG") for name in pictures)
    rows = list(load_workbook(review / "review.xlsx").active.values)
    assert {name for row in rows for name in row if str(name).endswith(".png")} == set(pictures)
    assert any("去掉" in str(cell) or "重新扫描" in str(cell) for row in rows for cell in row)


def test_blank_backs_are_told_and_trouble_nobody(rendered, paper, tmp_path):
    bank, _ = rendered
    white = scanned(Image.new("RGB", (1240, 1754), "white"), 1, seals=())
    filing = renditions.scan(bank.at(MANAGER), singly(tmp_path, [*paper, white]))
    assert (len(filing.filed), codes(filing), filing.settled) == (1, ["SCAN-BLANK"], True)


def code_status(bank, number, code=None, actor=MANAGER, slip=0):
    work = bank.at(actor)
    code = code or filing_module.document_code(subject(work.registry, number))
    return filing_module.code_status(work.registry, work.require_person(), code, slip).value


def test_what_the_store_knows_of_a_code(rendered):
    bank, number = rendered
    code = filing_module.document_code(subject(bank.at().registry, number))
    assert code_status(bank, number) == "current"
    assert code_status(bank, number, replace(code, digest="0" * 12)) == "other"
    assert code_status(bank, number, replace(code, edition=2)) == "unknown"
    assert code_status(bank, number, code, slip=1) == "unknown"
    assert code_status(bank, number, replace(code, copy=1)) == "unrendered"
    assert code_status(bank, number, replace(code, number=replace(number, serial=99))) == "unknown"
    assert code_status(bank, number, actor="YT03-0301") == "forbidden"
    record = bank.sample("RXD7200-01-JN01")["record"]
    record["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, record, MANAGER)
    assert code_status(bank, number, code) == "superseded"
    assert code_status(bank, number) == "unrendered"
    bank.void(number, MANAGER, "JN01-0001")
    assert code_status(bank, number, code) == "void"


def test_what_is_signed_electronically_is_not_filed(signed_by_a):
    assert code_status(signed_by_a.bank, signed_by_a.number) == "signed"


def test_another_length_than_the_formal_pdf(rendered, paper, tmp_path, monkeypatch):
    bank, _ = rendered
    monkeypatch.setattr(filing_module, "_lengths", lambda _one, _edition: {99})
    filing = renditions.scan(bank.at(MANAGER), singly(tmp_path, paper))
    assert (filing.filed, codes(filing), len(filing.pile.review)) == (
        (),
        ["SCAN-LENGTH"],
        len(paper),
    )


def test_a_file_that_changes_meanwhile_stops_everything(rendered, paper, tmp_path):
    bank, number = rendered
    files = singly(tmp_path, paper)
    last = files[-1].name

    def meddle(name, _page, _pages):
        if name == last:
            files[0].write_bytes(paper[1])

    with pytest.raises(FindingsError) as refusal:
        renditions.scan(bank.at(MANAGER), files, progress=meddle)
    assert [one.code for one in refusal.value.findings] == ["SCAN-FILE-CHANGED"]
    assert scans(folder(bank, number)) == []


def test_a_record_that_is_voided_meanwhile_is_told_and_stops_nothing(
    rendered, paper, tmp_path, monkeypatch
):
    bank, number = rendered
    made = filing_module.assemble_documents

    def slowly(pile, paths):
        bank.void(number, MANAGER, "JN01-0001")
        return made(pile, paths)

    monkeypatch.setattr(filing_module, "assemble_documents", slowly)
    filing = renditions.scan(bank.at(MANAGER), singly(tmp_path, paper))
    assert (filing.filed, codes(filing)) == ((), ["SCAN-VOID"])
    assert len(filing.pile.review) == len(paper)


@pytest.fixture
def seated(rendered, monkeypatch):
    """The bank, which the command line works in."""
    bank, number = rendered
    monkeypatch.setattr(Session, "workspace", lambda session: bank.at(session.actor))
    return bank, number


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_the_command(seated, paper, tmp_path, capsys, words):
    bank, number = seated
    files = [*singly(tmp_path, paper), tmp_path / "broken.pdf"]
    files[-1].write_bytes(b"%PDF-1.7 broken")
    call = ["--lang", "en", "-w", str(bank.root), "--as", MANAGER, "scan", *map(str, files)]
    assert main([*call, *words]) == 1
    shown = capsys.readouterr()
    assert f"{number}-e1-scan.pdf" in shown.out
    assert "SCAN-FILE-DAMAGED" in shown.out
    assert "Traceback" not in shown.err


def test_a_print_that_a_party_did_not_sign_is_left_out(rendered, tmp_path):
    bank, number = rendered
    one = subject(bank.at().registry, number)
    pages = drawn(one.content(print_copy(one.folder.events)[0].file), 150)
    sheets = [scanned(page, at, seals=()) for at, page in enumerate(pages)]
    by_b = scanned(pages[-1], 9, grey=True, seals=(), pens=[(0.6, 0.51, "blue")])
    for last, empty in ((sheets[-1], "Party A, Party B"), (by_b, "Party A")):
        files = singly(tmp_path, [*sheets[:-1], last])
        filing = renditions.scan(bank.at(MANAGER), files)
        assert (filing.filed, codes(filing)) == ((), ["SCAN-UNSIGNED", "SCAN-WAITING"])
        [found] = [one for one in filing.pile.all_findings if one.code == "SCAN-UNSIGNED"]
        said = found.message.text(Language.EN)
        assert said == f"nothing is written or sealed where {empty} signs"
    filing = renditions.scan(bank.at(MANAGER), files, looked=True)
    assert (len(filing.filed), filing.settled) == (1, True)
    [sealed] = scans(folder(bank, number))
    assert sealed.event.facts["looked"] is True
    traced = records.trace(bank.at(), str(number))
    assert [act.looked for act in traced.acts if act.kind == PaperFiled.KIND] == [True]


def test_looking_is_not_noted_where_there_is_ink(rendered, paper, tmp_path):
    bank, number = rendered
    renditions.scan(bank.at(MANAGER), singly(tmp_path, paper), looked=True)
    [sealed] = scans(folder(bank, number))
    assert "looked" not in sealed.event.facts

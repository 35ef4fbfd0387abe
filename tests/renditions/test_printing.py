"""Print sets of records: cover, copies, blank backs; what is signed is not printed again."""

from __future__ import annotations

import io
import json
import subprocess

import pypdfium2
import pytest
from bank import Bank
from pypdf import PdfReader
from sheets import all_scanned, singly

from rmdocs.cli.context import Session
from rmdocs.cli.main import main
from rmdocs.errors import ControlError
from rmdocs.messages import Language
from rmdocs.pdf.composition import Excerpt, assemble
from rmdocs.registers.renditions import print_copy, signing_recorded
from rmdocs.renditions.records import subject
from rmdocs.workspace import renditions

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"


@pytest.fixture
def run(rendered, capsys, monkeypatch):
    """Return a function that runs a command in the bank and returns code, output, errors."""
    bank, _ = rendered
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Session, "workspace", lambda session: bank.at(session.actor))

    def call(*words, lang="en"):
        code = main(["--lang", lang, "-w", str(bank.root), "--as", MANAGER, *map(str, words)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def formal(bank, number) -> list[bytes]:
    """Return the sealed PDF of each of a record's documents."""
    one = subject(bank.at().registry, number)
    return [one.content(made.file) for made in print_copy(one.folder.events)]


def drawn(pdf: bytes) -> list[bytes]:
    """Return the dots of each page."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render(scale=0.5).to_pil().tobytes() for page in opened]


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def unembedded(pdf: bytes, path) -> list[str]:
    """Return the fonts that are not in the file."""
    path.write_bytes(pdf)
    told = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True)
    rows = [line.rsplit(None, 5) for line in told.stdout.splitlines()[2:]]
    assert rows
    return [" ".join(row) for row in rows if row[1] != "yes"]


@pytest.fixture(scope="session")
def printed(agreement):
    """The agreement's print set."""
    root, number = agreement
    [made] = renditions.print_sets(Bank(root).at(MANAGER), [number])
    return made


@pytest.mark.poppler
@pytest.mark.qpdf
def test_an_agreement(rendered, printed, run, tmp_path):
    bank, number = rendered
    before = bank.git("for-each-ref")
    [sealed] = formal(bank, number)
    code, out, err = run("print", number, number, "--out", tmp_path / "new")
    assert (code, err) == (0, "")
    assert "copies: 4, sheets of paper: 16 and the cover" in out
    [path] = (tmp_path / "new").iterdir()
    assert path.name == f"{number}-e1-print-2-sided-2026-12-31.pdf"
    pdf = path.read_bytes()
    assert bank.git("for-each-ref") == before

    pages, own = drawn(pdf), drawn(sealed)
    assert len(pages) == 2 + 4 * len(own)
    assert pages[2:] == own * 4
    assert set(pages[1]) == {255}
    cover = texts(pdf)[0]
    for said in ("打印套件封面", str(number), "济南虚构岱岳重型机械有限公司", "libreoffice", "☐"):
        assert said in cover, said
    assert "骑缝章" in cover
    assert unembedded(pdf, tmp_path / "fonts.pdf") == []
    told = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")

    assert printed.pdf == pdf, "the same day, the same file"
    assert (printed.copies, printed.sheets, printed.made) == (4, 16, False)


def test_a_pdf_that_is_not_there_is_made_first(rendered, run, tmp_path):
    bank, _ = rendered
    notice, log = bank.sample("RXD7200-04-JN01"), bank.sample("RXD7200-02-JN01")
    notice["record"]["related"], log["record"]["related"] = [], []
    notice["record"]["content"]["guarantors"] = [{"name": "济南虚构担保有限公司"}]
    numbers = [bank.issue(log), bank.issue(notice)][::-1]
    words = ("print", *numbers, "--out", tmp_path, "--sides", "one", "--json")
    code, out, err = run(*words, lang="zh")
    assert (code, err) == (0, "")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["number"] for one in told] == [str(number) for number in numbers]
    assert [(one["copies"], one["sheets"], one["pdf_made"]) for one in told] == [
        (4, 4, True),
        (1, 1, True),
    ]
    assert "公章" in told[0]["steps"][1]
    # The log's form says nothing of printing.
    assert told[1]["steps"] == []
    assert bank.codes() == set()
    borrower, guarantor = formal(bank, numbers[0])
    assert "1-sided" in told[0]["name"]
    made = (tmp_path / told[0]["name"]).read_bytes()
    assert drawn(made)[1:] == drawn(borrower) * 2 + drawn(guarantor) * 2
    assert "济南虚构担保有限公司" in texts(made)[0].replace("\n", "")


def test_the_cover_and_blank_backs_are_never_filed(rendered, printed, tmp_path):
    bank, number = rendered
    pages = len(drawn(formal(bank, number)[0]))
    first = assemble(
        [Excerpt(pdf=printed.pdf, name="set.pdf", index=index) for index in range(2 + pages)]
    )
    filing = renditions.scan(bank.at(MANAGER), singly(tmp_path, all_scanned(first)))
    assert [(one.number, one.pages) for one in filing.filed] == [(number, pages)]
    assert [aside.sheet.file for aside in filing.pile.review] == [0, 1]
    assert filing.pile.review[0].finding.code == "SCAN-FOREIGN"
    assert "--copy" in refused(bank, number).remedy.text(Language.EN)


def refused(bank, number, actor=MANAGER):
    """Return why a print was refused."""
    with pytest.raises(ControlError) as refusal:
        renditions.print_sets(bank.at(actor), [number])
    return refusal.value


def test_what_one_party_signed_is_not_printed(signed_by_a, tmp_path):
    bank, number = signed_by_a.bank, signed_by_a.number
    assert refused(bank, number).clause == "ISO 15489-1 §5.2.2.3"


def test_what_is_recorded_as_signed_is_not_printed_until_it_is_amended(rendered, tmp_path):
    bank, number = rendered
    sample = bank.sample("RXD7200-01-JN01")
    [stage] = sample["stages"]
    bank.add(number, stage["stage"], stage["content"], MANAGER)
    assert "rmdocs scan" in refused(bank, number).remedy.text(Language.EN)
    sample["record"]["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, sample["record"], MANAGER)
    one = subject(bank.at().registry, number)
    assert not signing_recorded(one.folder.events, one.form)
    assert print_copy(one.folder.events) == ()


def test_nothing_void_and_nobody_else(rendered, tmp_path):
    bank, number = rendered
    for actor in ("YT03-0301", "JN01-0001"):
        assert refused(bank, number, actor).clause == "ISO 9001 §5.3"
    bank.void(number, MANAGER, "JN01-0001")
    assert "void" in refused(bank, number).reason.text(Language.EN)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("RXD7200-01-JN01-2026-0099", "--out", "out"), 3),
        (("nonsense", "--out", "out"), 2),
        (("RXD7200-01-JN01-2026-0001",), 2),
        (("RXD7200-01-JN01-2026-0001", "--out", "out", "--sides", "three"), 2),
        (("RXD7200-01-JN01-2026-0001", "--out", __file__), 2),
    ],
)
def test_what_cannot_be_is_refused_without_a_traceback(run, words, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, out, err = run("print", *words)
    assert found == code, (out, err)
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()

"""Pages of a form before its release: the sample and the newest records, beside today's."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from io import BytesIO

import pytest
from bank import FIFTH
from pypdf import PdfReader, PdfWriter
from revised import NEW_SENTENCE, OLD_SENTENCE, revise_04

from rmdocs.errors import ControlError, UsageError
from rmdocs.identifiers import DocumentNumber
from rmdocs.regeneration.trial import try_records
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import machine, regeneration, revising

NUMBER = DocumentNumber("RXD7200-04")
AUTHOR = "SD00-0001"
DAY = date(2026, 12, 15)


class Copier:
    """An engine that makes one page of each document, bearing what the document says.

    What is tried is which documents are filled with what and where their pages lie;
    engines have tests of their own.
    """

    name, version, formal = "copier", "1", False

    def __init__(self):
        self.given = {}

    def convert(self, documents):
        self.given |= documents
        made = {}
        for name in documents:
            writer = PdfWriter()
            writer.add_blank_page(595, 842 if "-now-" in name else 600)
            written = BytesIO()
            writer.write(written)
            made[name] = written.getvalue()
        return made


@pytest.fixture
def engine(monkeypatch):
    made = Copier()
    monkeypatch.setattr(machine, "any_engine", lambda: made)
    return made


def previewed(bank, number=NUMBER, **more):
    return regeneration.preview(bank.at(AUTHOR, DAY), number, **more)


def words(engine, part):
    return "".join(printed_text(data) for name, data in engine.given.items() if part in name)


def revised(bank):
    revising.propose(bank.at(AUTHOR, DAY), NUMBER, "增加联系方式", DAY + timedelta(1))
    revise_04(bank.root)


class TestSample:
    def test_it_is_filled_and_stands_beside_todays(self, bank, engine):
        revised(bank)
        [sample] = previewed(bank)
        assert sample.source == "sample"
        names = {file.name for file in sample.files}
        assert "RXD7200-04-1.1-desk-sample-issued.pdf" in names
        assert "RXD7200-04-1.1-desk-sample-complete-beside.pdf" in names
        assert NEW_SENTENCE in words(engine, "-now-")
        assert OLD_SENTENCE in words(engine, "-today-")
        assert "{{" not in words(engine, "-now-")

    @pytest.mark.usefixtures("engine")
    def test_both_pages_lie_beside_each_other(self, bank):
        revised(bank)
        [sample] = previewed(bank)
        [data] = [one.data for one in sample.files if one.name.endswith("issued-beside.pdf")]
        beside = PdfReader(BytesIO(data))
        box = beside.pages[0].mediabox
        assert (float(box.width), float(box.height)) == (2 * 595 + 12, 842)

    def test_the_draft_is_looked_at_not_the_desk(self, bank, engine):
        revised(bank)
        revising.submit(bank.at(AUTHOR, DAY), NUMBER)
        shutil.copy(
            FIFTH / "forms" / "RXD7200-05" / "template.docx",
            bank.root / "forms" / str(NUMBER) / "template.docx",
        )
        previewed(bank, revision="draft")
        assert NEW_SENTENCE in words(engine, "-now-")

    @pytest.mark.usefixtures("engine")
    def test_a_released_one_too(self, bank):
        [sample] = previewed(bank, revision="1.0")
        assert sample.files[0].name == "RXD7200-04-1.0-sample-issued.pdf"

    @pytest.mark.usefixtures("engine")
    def test_a_form_that_is_new_has_no_page_of_today(self, bank):
        for part in ("forms", "schemas"):
            shutil.copytree(FIFTH / part, bank.root / part, dirs_exist_ok=True)
        [sample] = previewed(bank, DocumentNumber("RXD7200-05"))
        assert sample.files
        assert not any("beside" in file.name for file in sample.files)


class TestRecords:
    def test_the_newest_are_those_issued_last(self, bank):
        """Dates that records bear say nothing of when they were issued."""
        sample, numbers = bank.sample("RXD7200-02-JN01"), []
        for day, dated in ((20, "2026-04-09"), (21, "2026-04-02"), (22, "2026-04-07")):
            content = sample["record"]["content"]
            sample["record"]["date"] = content["log_date"] = dated
            content["visit"]["date"] = dated
            numbers.append(bank.issue(sample, date(2026, 4, day)))
        workspace = bank.at(AUTHOR, DAY)
        form = workspace.registry.form_in_force(DocumentNumber("RXD7200-02"), DAY)
        tried = try_records(workspace.registry, form.form, form.files, 2)
        assert [one.source for one in tried] == [str(numbers[2]), str(numbers[1])]

    def test_of_those_issued_at_once_the_last_number_is_the_newest(self, bank):
        sample = bank.sample("RXD7200-02-JN01")
        day, numbers = date(2026, 4, 30), []
        for dated in ("2026-04-09", "2026-04-08", "2026-04-07"):
            content = sample["record"]["content"]
            sample["record"]["date"] = content["log_date"] = content["visit"]["date"] = dated
            numbers.append(bank.issue(sample, day))
        workspace = bank.at(AUTHOR, DAY)
        form = workspace.registry.form_in_force(DocumentNumber("RXD7200-02"), DAY)
        tried = try_records(workspace.registry, form.form, form.files, 3)
        assert [one.source for one in tried] == [str(one) for one in reversed(numbers)]

    def test_they_are_filled_and_stand_beside_what_was_issued(self, bank, engine):
        number = bank.issue(bank.sample("RXD7200-04-JN01"))
        revised(bank)
        _, record = previewed(bank, newest=5)
        assert record.source == str(number)
        assert str(number) in words(engine, "1-now-")
        assert NEW_SENTENCE in words(engine, "1-now-")
        assert OLD_SENTENCE in words(engine, "1-today-")
        assert f"RXD7200-04-1.1-desk-{number}-beside.pdf" in {one.name for one in record.files}
        assert bank.codes() == set()


def test_a_guarantors_notice_is_a_document_of_its_own(bank, engine):
    path = bank.root / "forms" / str(NUMBER) / "sample.json"
    sample = json.loads(path.read_text("utf-8"))
    sample["record"]["content"]["guarantors"] = [
        {
            "name": "济南虚构担保有限公司",
            "uscc": "91370112MA3DEM019E",
            "address": "济南市虚构路1号",
            "phone": "0531-88880000",
        }
    ]
    path.write_text(json.dumps(sample, ensure_ascii=False), encoding="utf-8")
    [shown] = previewed(bank)
    names = {file.name for file in shown.files}
    assert "RXD7200-04-1.0-desk-sample-issued-c1.pdf" in names
    # Today's sample has none: there is nothing to stand beside it.
    assert "RXD7200-04-1.0-desk-sample-issued-c1-beside.pdf" not in names
    assert "济南虚构担保有限公司" in words(engine, "-now-issued-c1")


def test_what_cannot_be_previewed_says_so(bank):
    with pytest.raises(ControlError, match="no form"):
        previewed(bank, DocumentNumber("IXD7200-01"))
    with pytest.raises(ControlError, match="no change of RXD7200-04 is proposed"):
        previewed(bank, revision="draft")
    with pytest.raises(UsageError, match="“darft” is no revision"):
        previewed(bank, revision="darft")

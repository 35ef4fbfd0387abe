"""The receipt that comes back: torn off a notice, scanned, filed with it, and what is due then."""

from __future__ import annotations

from datetime import date

import pytest
from bank import Bank
from notices import GUARANTOR, deliver, notice
from PIL import Image
from sheets import drawn, scanned, singly

from rmdocs.events.records import PaperFiled
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import filed, of_current
from rmdocs.renditions.filing import code_status, document_code
from rmdocs.renditions.records import subject
from rmdocs.workspace import due, records, renditions
from rmdocs.workspace.due import Wanted

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"
ISSUED = date(2026, 9, 14)
CUT = 0.605
"""Where the notice is torn apart, as a share of its length."""


@pytest.fixture(scope="session")
def noticed(once, founded):
    """A notice with one guarantor, delivered, and its PDF; its number and sample."""

    def make(root):
        bank = Bank(root)
        sample = notice(bank, "JN01", "-A")
        sample["record"]["content"]["guarantors"] = [GUARANTOR]
        number = bank.issue(sample, ISSUED)
        made = renditions.make(bank.at(MANAGER, ISSUED), [number])
        return number, sample, [one.pdf for one in made]

    root, made = once.copy(founded, "noticed", make)
    return root, *made


@pytest.fixture
def bank(noticed, copied):
    return copied(noticed[0])


def torn(pdf, seed):
    """Return both parts of a notice, scanned: what stays, and the receipt."""
    [page] = drawn(pdf, 200)
    line = round(page.height * CUT)
    stays = page.crop((0, 0, page.width, line))
    slip = page.crop((0, line, page.width, page.height))
    # The machine's glass is larger than the slip.
    glass = Image.new("RGB", page.size, "white")
    glass.paste(slip, (0, 0))
    return scanned(stays, seed), scanned(glass, seed + 1, turn=90 * (seed % 4))


def awaited(bank, number, day):
    items = due.what_is_due(bank.at(MANAGER, day), Wanted(within=400)).items
    return {one.key.removeprefix(f"{number}-") for one in items if one.number == str(number)}


def test_the_receipts_of_both_addressees(noticed, bank, tmp_path):
    _, number, sample, pdfs = noticed
    deliver(bank, number, sample, date(2026, 9, 15))
    assert awaited(bank, number, date(2026, 9, 16)) == {"receipt", "outcome"}
    files = singly(tmp_path, [torn(pdf, seed)[1] for seed, pdf in enumerate(pdfs, 1)])
    filing = renditions.scan(bank.at(MANAGER, date(2026, 9, 20)), files)
    assert filing.settled, filing.pile.all_findings
    assert [(one.name, one.slip_title.zh) for one in filing.filed] == [
        (f"{number}-e1-receipt.pdf", "回执联"),
        (f"{number}-e1-c1-receipt.pdf", "回执联"),
    ]
    work = bank.at()
    one = subject(work.registry, number)
    made = [
        made
        for made in of_current(
            read_folder(work.registry.store.require_head(number.volume.ref), number).events
        )
        if made.said.kind == PaperFiled.KIND
    ]
    assert made == [], "they are of the edition that was sent"
    assert filed(one.folder.events, one.form) == {"original": None, "receipt": "2026-09-20"}
    assert records.trace(work, str(number)).status == "issued"
    assert awaited(bank, number, date(2026, 9, 21)) == {"receipt_entry", "outcome"}
    assert bank.codes() == set()
    again = renditions.scan(bank.at(MANAGER), files[:1])
    assert [finding.code for finding in again.pile.all_findings] == ["SCAN-SIGNED"]


def test_a_receipt_still_on_the_notice_is_a_scan_of_the_notice(noticed, bank, tmp_path):
    _, number, _, pdfs = noticed
    [whole] = singly(tmp_path, [scanned(drawn(pdfs[0], 200)[0], 5)])
    filing = renditions.scan(bank.at(MANAGER), [whole])
    assert [(one.name, one.slip) for one in filing.filed] == [(f"{number}-e1-scan.pdf", None)]
    assert records.trace(bank.at(), str(number)).status == "signed"


def test_each_addressee_has_a_code_of_its_own(noticed, bank):
    _, number, _, _ = noticed
    work = bank.at(MANAGER)
    one = subject(work.registry, number)
    known = [
        code_status(work.registry, work.require_person(), document_code(one, copy), slip).value
        for copy in (0, 1, 2)
        for slip in (0, 1, 2)
    ]
    assert known == [*["current", "current", "unknown"] * 2, "unrendered", "unrendered", "unknown"]


def test_a_corrected_notice_needs_another_receipt(noticed, bank, tmp_path):
    _, number, sample, pdfs = noticed
    files = singly(tmp_path, [torn(pdfs[0], 7)[1]])
    renditions.scan(bank.at(MANAGER, ISSUED), files)
    bank.amend(number, _moved(sample), MANAGER)
    one = subject(bank.at().registry, number)
    assert filed(one.folder.events, one.form)["receipt"] is None
    again = renditions.scan(bank.at(MANAGER), files)
    assert [finding.code for finding in again.pile.all_findings] == ["SCAN-SUPERSEDED"]


def test_a_slip_of_a_replaced_edition_is_superseded_whatever_slips_there_are_now(noticed, bank):
    _, number, sample, _ = noticed
    code = document_code(subject(bank.at().registry, number))
    bank.amend(number, _moved(sample), MANAGER)
    work = bank.at(MANAGER)
    known = [code_status(work.registry, work.require_person(), code, slip).value for slip in (1, 2)]
    assert known == ["superseded"] * 2


def _moved(sample):
    content = {**sample["record"]["content"], "branch_phone": "0531-55500009"}
    return {**sample["record"], "content": content}


def test_a_receipt_that_nobody_filled_in_is_none(noticed, bank, tmp_path):
    _, number, _, pdfs = noticed
    [page] = drawn(pdfs[0], 200)
    glass = Image.new("RGB", page.size, "white")
    glass.paste(page.crop((0, round(page.height * CUT), *page.size)), (0, 0))
    bare, filled = (
        scanned(glass, 11, turn=180, seals=(), pens=pens) for pens in ((), [(0.3, 0.26, "blue")])
    )
    left = renditions.scan(bank.at(MANAGER), singly(tmp_path, [bare]))
    assert [finding.code for finding in left.pile.all_findings] == ["SCAN-UNSIGNED"]
    filing = renditions.scan(bank.at(MANAGER), singly(tmp_path, [filled]))
    assert [one.name for one in filing.filed] == [f"{number}-e1-receipt.pdf"]

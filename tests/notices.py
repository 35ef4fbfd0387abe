"""Notices under RXD7200-04 1.0, told apart by their loans, and the release of 1.1."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

from bank import Bank
from revised import NUMBER, revise_04

from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.workspace import revising

FORM, NEW = DocumentNumber(NUMBER), Revision(major=1, minor=1)
ISSUED, EFFECTIVE = date(2026, 11, 18), date(2026, 12, 1)
GUARANTOR = {"name": "济南虚构担保有限公司", "uscc": None, "address": None, "phone": None}
AUTHOR, OFFICER = "SD00-0001", "SD00-0004"
KIND = "RXD7200-04-"


def notice(bank, name, no):
    """Return a sample notice, told apart by its contract and IOU."""
    sample = bank.sample(f"{KIND}{name}")
    sample["record"]["content"]["contract"]["no"] += no
    sample["record"]["content"]["iou_no"] += no
    return sample


def issue(bank, sample):
    return bank.issue(sample, ISSUED)


def deliver(bank, number, sample, day=ISSUED):
    stage = deepcopy(sample["stages"][0])
    actor = sample["record"]["prepared_by"]["staff_no"]
    return bank.add(number, stage["stage"], stage["content"], actor, day)


def release(bank, effective=EFFECTIVE):
    """Revise RXD7200-04 to 1.1, in force from a day on."""
    day = effective - timedelta(1)
    revise_04(bank.root)
    revising.propose(bank.at(AUTHOR, day), FORM, "增加到期联系方式", effective)
    revising.submit(bank.at(AUTHOR, day), FORM)
    revising.review(bank.at("SD00-0002", day), FORM, "")
    revising.approve(bank.at("SD00-0003", day), FORM, "")


def revised_notices(root):
    """Notices of two units: open, delivered, void, with a guarantor; then 1.1."""
    notices_issued(root)
    release(Bank(root))


def notices_issued(root):
    """The same, before the form is revised."""
    bank = Bank(root)
    for no in ("甲", "乙"):
        issue(bank, notice(bank, "YT03", no))
        issue(bank, notice(bank, "JN01", no))
    guaranteed = notice(bank, "JN01", "丙")
    guaranteed["record"]["content"]["guarantors"] = [GUARANTOR]
    issue(bank, guaranteed)
    delivered = notice(bank, "JN01", "丁")
    deliver(bank, issue(bank, delivered), delivered)
    void = issue(bank, notice(bank, "JN01", "戊"))
    bank.void(void, "JN01-0101", "JN01-0001", day=ISSUED)

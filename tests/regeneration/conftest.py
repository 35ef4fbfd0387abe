"""A bank whose notices were issued under 1.0, with 1.1 approved and in force."""

from __future__ import annotations

import pytest
from conftest import Bank
from notices import GUARANTOR, ISSUED, deliver, issue, notice, release


@pytest.fixture(scope="session")
def revised(once, founded):
    """Notices of two units: open, delivered, void, with a guarantor; then 1.1."""
    return once.copy(founded, "revised", lambda root: revise(Bank(root)))[0]


def revise(bank):
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
    release(bank)


@pytest.fixture
def revised_bank(revised, copied):
    return copied(revised)


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory

"""A record as its renditions see it: under the form's revision that printed each edition."""

from __future__ import annotations

import pytest
from bank import Bank
from notices import EFFECTIVE, FORM, ISSUED, NEW, OFFICER, notice, release

from rmdocs.errors import ControlError
from rmdocs.identifiers import RecordNumber
from rmdocs.renditions.records import at_edition, form_of_edition, subject
from rmdocs.workspace import regeneration


@pytest.fixture
def moved(bank: Bank) -> tuple[Bank, RecordNumber]:
    """A notice issued under 1.0 and regenerated to 1.1; its number."""
    number = bank.issue(notice(bank, "JN01", "甲"), ISSUED)
    release(bank)
    workspace = bank.at(OFFICER, EFFECTIVE)
    regeneration.run(workspace, regeneration.plan(workspace, FORM, NEW))
    return bank, number


def test_each_edition_is_seen_under_the_revision_that_printed_it(moved):
    bank, number = moved
    registry = bank.at().registry
    now = subject(registry, number)
    then = at_edition(now, 1)
    assert [str(one.form.revision) for one in (now, then)] == ["1.1", "1.0"]
    assert (str(then.folder.revision), then.last) == ("1.0", now.last)
    assert "branch_phone" in then.folder.record["content"]
    assert then.names()["content"]["branch_phone"] == now.names()["content"]["contact_phone"]
    forms = [form_of_edition(registry, number, edition) for edition in (1, 2)]
    assert forms == [then.form, now.form]


def test_the_form_of_an_edition_is_known_whatever_became_of_the_record(moved):
    bank, number = moved
    bank.void(number, "JN01-0101", "JN01-0001")
    registry = bank.at().registry
    assert str(form_of_edition(registry, number, 1).revision) == "1.0"
    with pytest.raises(ControlError, match="has no edition 3"):
        form_of_edition(registry, number, 3)
    for serial in (99, 10_001):
        with pytest.raises(ControlError, match="never given"):
            form_of_edition(registry, RecordNumber(series=number.series, serial=serial), 1)

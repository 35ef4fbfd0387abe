"""The control ledger knows every volume."""

from __future__ import annotations

from datetime import date

import pytest
from bank import refused_for

from rmdocs.control.volumes import close_series
from rmdocs.errors import StoreError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.series import registered
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import proving, records, registers, store

LOG = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
RM, HEAD = "JN01-0101", "JN01-0001"
OPINION = {"name": "郑部长", "date": "2026-12-31", "opinion": "已阅"}


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


def test_every_volume_is_entered(shared_bank):
    workspace = shared_bank.at()
    control = workspace.store.require_head(CONTROL_REF)
    volumes = {RecordNumber.parse(row.number).volume for row in records.find(workspace, Query())}
    assert len(volumes) == 8
    assert all(registered(control, volume) for volume in volumes)


def test_one_left_out_by_a_crash_is_entered_with_the_next_record(visited_bank, visit):
    bank = visited_bank
    bank.git("update-ref", "refs/heads/control", "refs/heads/control~1")
    assert bank.codes() == {"VOLUME-UNREGISTERED"}
    visit["record"]["content"]["visit"]["topic"] = "断电之后"
    bank.issue(visit)
    assert bank.codes() == set()


@pytest.fixture(params=["is missing", "lies another ledger"])
def lost(request, full_bank):
    """A bank whose volume of call logs is not there any more, and what is said of it."""
    full_bank.sealed = records.export(full_bank.at(), LOG)[0]
    full_bank.close()
    if request.param == "is missing":
        full_bank.git("update-ref", "-d", LOG.volume.ref)
    else:
        full_bank.git("update-ref", LOG.volume.ref, "refs/heads/records/RXD7200-02/YT03/2026/1")
    full_bank.close()
    full_bank.said = request.param
    return full_bank


ASKED = {
    "trace": lambda bank: records.trace(bank.at(), str(LOG)),
    "trace_paper": lambda bank: records.trace_paper(bank.at(), LOG, 1, ""),
    "show": lambda bank: records.show(bank.at(), LOG),
    "export": lambda bank: records.export(bank.at(), LOG),
    "reprint": lambda bank: records.reprint(bank.at(), LOG, date(2026, 6, 1)),
    "prove": lambda bank: proving.prove(bank.at(), str(LOG)),
    "issue": lambda bank: bank.issue(bank.sample("RXD7200-02-JN01")),
    "add": lambda bank: bank.add(LOG, "dept_head_opinion", OPINION, HEAD),
    "amend": lambda bank: bank.amend(LOG, bank.sample("RXD7200-02-JN01")["record"], RM),
    "void": lambda bank: bank.ask(LOG, RM),
    "close": lambda bank: close_series(
        (work := bank.at("SD00-0004", date(2027, 1, 5))).store, LOG.series, work.acting()
    ),
}


@pytest.mark.parametrize("way", ASKED)
def test_no_number_of_a_volume_that_is_lost_is_called_unknown_or_given_again(lost, way):
    """Whoever holds its paper would be told that it was never issued, or meet a second one."""
    before = lost.git("for-each-ref")
    with pytest.raises(StoreError, match=f"volume RXD7200-02/JN01/2026/1.*{lost.said}"):
        ASKED[way](lost)
    assert lost.git("for-each-ref") == before


def test_a_document_of_a_lost_volume_is_not_called_unknown(lost):
    with pytest.raises(StoreError, match=r"may be of what is missing .*RXD7200-02.JN01.2026"):
        records.trace(lost.at(), lost.sealed)


def test_no_checkpoint_is_given_out_that_passes_a_lost_volume_over(full_bank):
    full_bank.git("update-ref", "-d", LOG.volume.ref)
    full_bank.close()
    with refused_for("VOLUME-MISSING"):
        store.checkpoint(full_bank.at())


def test_a_list_that_lacks_a_lost_volume_says_so(full_bank):
    full_bank.git("update-ref", "-d", LOG.volume.ref)
    full_bank.close()
    work = full_bank.at()
    named = [one.path for one in records.unreadable(work, Query(form=str(LOG.series.form)))]
    assert named == [LOG.volume.name]
    assert records.unreadable(work, Query(form="RXD7200-01")) == []
    for name in ("records", "series"):
        [told] = registers.report(work, name).lacks
        assert LOG.volume.name in told.text(Language.EN)

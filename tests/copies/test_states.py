"""The state table of copies: every status and every act, by the table and for real."""

from __future__ import annotations

import itertools

import pytest

from rmdocs.copies.states import COPY_ACTS, refusal
from rmdocs.errors import ControlError
from rmdocs.events.copies import CopyIssued
from rmdocs.messages import Language
from rmdocs.registers.copies import STATUS_AFTER, CopyRegister, CopyStatus

PAIRS = list(itertools.product(CopyStatus, STATUS_AFTER))
ALLOWED = {
    ("issued", "copy-acknowledge"): "held",
    ("issued", "copy-recall"): "recalled",
    ("issued", "copy-return"): "returned",
    ("issued", "copy-replace"): "issued",
    ("issued", "copy-lose"): "lost",
    ("held", "copy-recall"): "recalled",
    ("held", "copy-return"): "returned",
    ("held", "copy-replace"): "issued",
    ("held", "copy-lose"): "lost",
    ("recalled", "copy-return"): "returned",
    ("recalled", "copy-lose"): "lost",
}
REASONS = {
    ("held", "copy-acknowledge"): "signed already",
    ("recalled", "copy-acknowledge"): "given back, not signed for",
    ("recalled", "copy-recall"): "recalled already",
    ("recalled", "copy-replace"): "not swapped",
    **{(status.value, "copy-issue"): "never given again" for status in CopyStatus},
    **{("returned", act.KIND): "was returned" for act in STATUS_AFTER if act is not CopyIssued},
    **{("lost", act.KIND): "entered as lost" for act in STATUS_AFTER if act is not CopyIssued},
}
# A number is given by the ledger: nobody can ask for one that was given.
DONE = [(status, act) for status, act in PAIRS if act is not CopyIssued]


def test_every_pair_is_decided():
    assert ALLOWED.keys() | REASONS.keys() == {(s.value, a.KIND) for s, a in PAIRS}
    assert not ALLOWED.keys() & REASONS.keys()


@pytest.mark.parametrize(("status", "act"), PAIRS)
def test_the_table(status, act):
    pair = (status.value, act.KIND)
    assert (act in COPY_ACTS[status]) == (pair in ALLOWED)
    if pair in ALLOWED:
        assert refusal(status, act) is None
        assert STATUS_AFTER[act].value == ALLOWED[pair]
    else:
        reason, _ = refusal(status, act)
        assert REASONS[pair] in reason.text(Language.EN)


@pytest.mark.parametrize(("status", "act"), [pair for pair in DONE if refusal(*pair)])
def test_a_refused_act_leaves_the_ledger_as_it_was(status, act, given):
    copies = CopyRegister(head=given.bank.at().registry.control)
    number = next(copy.number for copy in copies.all() if copy.status is status)
    before = given.bank.refs()
    with pytest.raises(ControlError) as refused:
        given.do(act.KIND.removeprefix("copy-"), number)
    said = str(refused.value)
    assert REASONS[status.value, act.KIND] in said
    assert str(number) in said
    assert "王样例（JN01-0101）" in said
    assert refused.value.clause == "ISO 9001 §7.5.3.2"
    assert given.bank.refs() == before


@pytest.mark.parametrize(("status", "act"), [pair for pair in DONE if not refusal(*pair)])
def test_an_allowed_act_leads_where_the_table_says(status, act, custody):
    number = custody.in_status(status).number
    custody.do(act.KIND.removeprefix("copy-"), number)
    assert custody.get(number).status.value == ALLOWED[status.value, act.KIND]
    assert custody.get(number).events[-1].kind == act.KIND
